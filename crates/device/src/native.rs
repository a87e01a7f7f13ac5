//! Which devices does this system have, and how does one of them become the engine's clock?

mod build;
mod config;
mod connection;
mod devices;
mod error;
mod faults;
mod keeper;
mod output;
mod prepare;
mod quiet;
mod reaper;
mod sample;
mod search;
mod select;
mod stream;
mod system;
mod watcher;

pub use config::DEFAULT_BLOCK;
pub use devices::{DeviceInfo, Devices};
pub use error::DeviceError;
pub use output::{Health, Output};
pub use prepare::{Prepared, Request, prepare};
pub use reaper::Stopped;
pub use stream::SystemStream;
pub use system::System;

//! One engine that Rust users hold: describe a sound, hear it, change the description, go on hearing it.
//!
//! - [`Conductor`] is the control side without threads or devices: it turns patches into batches for an
//!   [`Executor`](sostenuto_graph::Executor). The offline renderer and the browser use it as it is.
//! - `AudioEngine` (feature `native`) plays through a device, with a thread of its own that owns the conductor; any number of
//!   `Controller`s talk to it.

#![forbid(unsafe_code)]

#[cfg(feature = "native")]
mod audio;
// Some of it is asked for by an engine with devices alone.
#[cfg_attr(not(feature = "native"), allow(dead_code))]
mod conductor;
mod desk;
mod error;
mod helpers;
mod merge;
mod notice;
mod order;
mod place;
mod ports;
#[cfg(feature = "native")]
mod rig;
mod roster;
mod score;
mod stage;

#[cfg(feature = "native")]
pub use audio::{AudioEngine, AudioError, Controller, Outlet};
pub use conductor::{Applied, Conductor, LineFull, NodeLine, ParameterHandle, Recorded, RecordingKey};
pub use desk::{Desk, DeskError, Reloaded, Reply};
pub use error::EngineError;
pub use helpers::Helpers;
pub use notice::Notice;
pub use place::{Levels, NodeReport};
pub use ports::{OfflinePorts, PortSpec};
#[cfg(feature = "native")]
pub use ports::{PortCondition, PortOptions, PortReport};
#[cfg(feature = "native")]
pub use rig::Rig;
pub use sostenuto_nodes::{Buffer, BufferError, Feed, Fortunes, Streamed};

#[cfg(all(doctest, feature = "native"))]
#[doc = include_str!("../../../README.md")]
struct Readme;

//! A recording in memory, read at a speed that may move: over and over, or once.

mod buffer;
mod kernel;
mod records;
pub(crate) mod track;

pub use buffer::{Buffer, BufferError};
pub use kernel::{Interpolation, Player, PlayerParams, Region};
pub(crate) use track::{Pace, Place};

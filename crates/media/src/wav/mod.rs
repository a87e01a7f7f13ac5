//! WAV files: a writer that streams, and a reader for whole files.

mod dither;
mod read;
mod write;

pub use read::ReadError;
pub(crate) use read::read;
pub use write::{Encoding, Format, WriteError, Writer, Written};

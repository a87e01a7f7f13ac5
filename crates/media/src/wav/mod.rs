//! WAV files: a writer that streams, and a reader for whole files.

mod dither;
mod format;
mod header;
mod read;
mod write;

pub use format::{Encoding, Format, WriteError};
pub use read::ReadError;
pub(crate) use read::{Fault as ReadingFault, Reading, read};
pub use write::{Writer, Written};

//! A recording without a thread of its own: whoever renders writes it, block by block.

use super::worker::Worker;
use super::{Recorded, Tape, worker};
use crate::wav::{Format, WriteError, Writer};
use std::io::{Seek, Write};

/// A recording of what is rendered without a clock, as fast as the machine goes. Nothing is lost as long as [`write`](Self::write) is called before more was
/// rendered than its tape holds.
pub struct InPlace<W: Write + Seek>(Worker<W>);

impl<W: Write + Seek> InPlace<W> {
    /// A recording into a file, and its tape, on which so many frames can wait. `[control]`: allocates.
    pub fn new(writer: Writer<W>, format: Format, frames: usize) -> (Tape, InPlace<W>) {
        let (tape, worker, _) = worker(writer, format, frames);
        (tape, InPlace(worker))
    }

    /// Writes what the tape has by now. `[control]`
    ///
    /// # Errors
    /// [`WriteError::Io`]: writing went wrong.
    pub fn write(&mut self) -> Result<(), WriteError> {
        self.0.write_what_is_there().map(drop)
    }

    /// Whether its tape is gone, so that nothing more will come. What came before may still wait to be written.
    pub fn is_over(&self) -> bool {
        self.0.is_over()
    }

    /// Writes what is left, and makes the file whole.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn finish(self) -> Result<Recorded, WriteError> {
        self.0.complete()
    }
}

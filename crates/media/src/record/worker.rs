//! The thread that writes a recording.

use super::{ENDING, FAILED, Meters, Recorded};
use crate::wav::{WriteError, Writer};
use sostenuto_reel::{Loss, MOST_LOSSES, Take, Taken};
use std::io::{Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) struct Worker<W: Write + Seek> {
    writer: Writer<W>,
    take: Take,
    meters: Arc<Meters>,
    channels: usize,
    losses: Vec<Loss>,
    room: Vec<f32>,
}

/// Frames that are written at a time.
const PIECE: usize = 4096;
/// How long it sleeps when there is nothing to do.
const NAP: Duration = Duration::from_millis(5);

impl<W: Write + Seek> Worker<W> {
    pub fn new(writer: Writer<W>, take: Take, meters: Arc<Meters>, channels: u16) -> Self {
        let channels = usize::from(channels);
        Worker { writer, take, meters, channels, losses: Vec::new(), room: vec![0.0; PIECE * channels] }
    }

    /// Writes until the recording ends.
    pub fn run(mut self, every: Duration) -> Result<Recorded, WriteError> {
        let outcome = self.record(every);
        if outcome.is_err() {
            self.take.fail();
            self.meters.state.set(FAILED);
        }
        self.meters.frames.set(self.writer.written().frames);
        outcome?;
        self.finish()
    }

    /// Makes the file whole.
    fn finish(self) -> Result<Recorded, WriteError> {
        let lost = self.take.lost_frames();
        let written = self.writer.finish().inspect_err(|_| self.meters.state.set(FAILED))?;
        self.meters.frames.set(written.frames);
        Ok(Recorded { written, lost, losses: self.losses, restored: false })
    }

    fn record(&mut self, every: Duration) -> Result<(), WriteError> {
        let mut flushed = Instant::now();
        loop {
            // Looked at first: what came before the end is written.
            let ends = self.take.is_over() || self.meters.state.get() == ENDING;
            let wrote = self.write_what_is_there()?;
            if flushed.elapsed() >= every {
                self.writer.flush()?;
                self.meters.frames.set(self.writer.written().frames);
                flushed = Instant::now();
            }
            if ends {
                return self.end();
            }
            if !wrote {
                std::thread::sleep(NAP);
            }
        }
    }

    /// Writes what is left, and makes the file whole.
    pub fn complete(mut self) -> Result<Recorded, WriteError> {
        self.write_what_is_there()?;
        self.end()?;
        self.finish()
    }

    /// Whether the tape is gone, so that nothing more will come.
    pub fn is_over(&self) -> bool {
        self.take.is_over()
    }

    /// What waits by now; whether that was anything.
    pub fn write_what_is_there(&mut self) -> Result<bool, WriteError> {
        let mut left = self.take.waiting();
        let wrote = left > 0;
        while let Some(taken) = self.take.next(&mut self.room, left) {
            match taken {
                Taken::Samples(count) => {
                    self.writer.write_interleaved(&self.room[..count])?;
                    left -= count;
                }
                Taken::Lost(loss) => self.lose(loss)?,
            }
        }
        Ok(wrote)
    }

    /// Puts silence in the place of what was lost.
    fn lose(&mut self, loss: Loss) -> Result<(), WriteError> {
        if self.losses.len() < MOST_LOSSES {
            self.losses.push(loss);
        }
        self.room.fill(0.0);
        let mut left = loss.frames;
        while left > 0 {
            let frames = left.min(PIECE as u64);
            self.writer.write_interleaved(&self.room[..frames as usize * self.channels])?;
            left -= frames;
        }
        Ok(())
    }

    /// What is left at the end: losses behind which nothing came.
    fn end(&mut self) -> Result<(), WriteError> {
        while let Some(loss) = self.take.last_loss() {
            self.lose(loss)?;
        }
        Ok(())
    }
}

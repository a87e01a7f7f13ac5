//! The thread that writes a recording.

use super::tape::Loss;
use super::{ENDING, FAILED, MOST_LOSSES, Meters, Recorded};
use crate::wav::{WriteError, Writer};
use sostenuto_rt::Consumer;
use std::collections::VecDeque;
use std::io::{Seek, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) struct Worker<W: Write + Seek> {
    writer: Writer<W>,
    samples: Consumer<f32>,
    told: Consumer<Loss>,
    meters: Arc<Meters>,
    channels: usize,
    /// Losses that are told and whose place is not yet reached.
    ahead: VecDeque<Loss>,
    losses: Vec<Loss>,
    /// Frames that were lost and are silent in the file.
    silent: u64,
    room: Vec<f32>,
}

/// Frames that are written at a time.
const PIECE: usize = 4096;
/// How long it sleeps when there is nothing to do.
const NAP: Duration = Duration::from_millis(5);

impl<W: Write + Seek> Worker<W> {
    pub fn new(
        writer: Writer<W>,
        samples: Consumer<f32>,
        told: Consumer<Loss>,
        meters: Arc<Meters>,
        channels: u16,
    ) -> Self {
        let channels = usize::from(channels);
        Worker {
            writer,
            samples,
            told,
            meters,
            channels,
            ahead: VecDeque::with_capacity(MOST_LOSSES),
            losses: Vec::new(),
            silent: 0,
            room: vec![0.0; PIECE * channels],
        }
    }

    /// Writes until the recording ends.
    pub fn run(mut self, every: Duration) -> Result<Recorded, WriteError> {
        let outcome = self.record(every);
        if outcome.is_err() {
            self.meters.state.set(FAILED);
        }
        self.meters.frames.set(self.writer.written().frames);
        outcome?;
        let lost = self.meters.lost.get();
        let written = self.writer.finish().inspect_err(|_| self.meters.state.set(FAILED))?;
        self.meters.frames.set(written.frames);
        Ok(Recorded { written, lost, losses: self.losses })
    }

    fn record(&mut self, every: Duration) -> Result<(), WriteError> {
        let mut flushed = Instant::now();
        loop {
            // Looked at first: what came before the end is written.
            let ends = self.samples.is_abandoned() || self.meters.state.get() == ENDING;
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

    /// What waits in the ring by now; whether that was anything.
    fn write_what_is_there(&mut self) -> Result<bool, WriteError> {
        let mut left = self.samples.slots() / self.channels;
        // A loss is told before what comes after it is pushed: so all that concern these frames are there now.
        while let Some(loss) = self.told.pop() {
            self.ahead.push_back(loss);
        }
        let wrote = left > 0;
        while left > 0 {
            let place = self.writer.written().frames;
            let until = match self.ahead.front().copied() {
                Some(loss) if loss.at <= place => {
                    self.ahead.pop_front();
                    self.lose(loss)?;
                    continue;
                }
                Some(loss) => usize::try_from(loss.at - place).unwrap_or(usize::MAX),
                None => usize::MAX,
            };
            let frames = left.min(PIECE).min(until);
            let piece = &mut self.room[..frames * self.channels];
            self.samples.pop_slice(piece);
            self.writer.write_interleaved(piece)?;
            left -= frames;
        }
        Ok(wrote)
    }

    /// Puts silence in the place of what was lost.
    fn lose(&mut self, loss: Loss) -> Result<(), WriteError> {
        if self.losses.len() < MOST_LOSSES {
            self.losses.push(loss);
        }
        self.silent += loss.frames;
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
        for loss in std::mem::take(&mut self.ahead) {
            self.lose(loss)?;
        }
        let untold = self.meters.lost.get().saturating_sub(self.silent);
        if untold > 0 {
            self.lose(Loss { at: self.writer.written().frames, frames: untold })?;
        }
        Ok(())
    }
}

//! A stream on a simulated device: when is its next callback due, and what does it hear?

use crate::counters::{Counters, Counts};
use crate::host::{End, Stream, Terms, Vigour, Work};
use sostenuto_rt::Gauge;
use std::f64::consts::TAU;
use std::sync::Arc;

/// What a stream shares with whoever holds it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) counters: Counters,
    /// 1 once it is open.
    pub(super) open: Gauge<u32>,
    /// 0 while it runs.
    pub(super) end: Gauge<u32>,
    pub(super) dropped: Gauge<u32>,
}

/// A stream on a simulated device. Dropping it stops it: its work is dropped by the host, before anything else happens there.
#[derive(Debug)]
pub struct FakeStream {
    pub(super) terms: Terms,
    pub(super) shared: Arc<Shared>,
}

impl Stream for FakeStream {
    fn terms(&self) -> Terms {
        self.terms.clone()
    }

    fn vigour(&self) -> Vigour {
        match self.shared.end.get() {
            0 if self.shared.open.get() == 0 => Vigour::Opening,
            0 => Vigour::Alive,
            1 => Vigour::Ended(End::Removed),
            2 => Vigour::Ended(End::RateChanged),
            _ => Vigour::Ended(End::Failed),
        }
    }

    fn why(&self) -> Option<String> {
        let device = &self.terms.device;
        match self.vigour() {
            Vigour::Opening | Vigour::Alive => None,
            Vigour::Ended(End::Removed) => Some(format!("{device} has gone")),
            Vigour::Ended(End::RateChanged) => Some(format!("{device} runs at another rate now")),
            Vigour::Ended(End::Failed) => Some(format!("{device} could not be opened")),
        }
    }

    fn counts(&self) -> Counts {
        self.shared.counters.read()
    }
}

impl Drop for FakeStream {
    fn drop(&mut self) {
        self.shared.dropped.set(1);
    }
}

/// The host's side of a stream.
pub(super) struct Running {
    pub(super) device: usize,
    pub(super) block: usize,
    /// When the crystal has counted the frames so far, in nanoseconds with a fraction.
    pub(super) due: f64,
    /// When the last callback came.
    pub(super) last: u64,
    frames: u64,
    input: Vec<f32>,
    output: Vec<f32>,
    work: Box<dyn Work>,
    pub(super) shared: Arc<Shared>,
}

impl Running {
    pub(super) fn new(
        device: usize,
        terms: &Terms,
        now: u64,
        work: Box<dyn Work>,
        shared: Arc<Shared>,
    ) -> Self {
        let block = terms.block as usize;
        Running {
            device,
            block,
            due: now as f64,
            last: now,
            frames: 0,
            input: vec![0.0; block * usize::from(terms.inputs)],
            output: vec![0.0; block * usize::from(terms.outputs)],
            work,
            shared,
        }
    }

    /// Does the callback that comes now; `radians` is what the tone turns in a frame.
    pub(super) fn call(&mut self, now: u64, radians: f64) {
        let channels = self.input.len() / self.block;
        if channels > 0 {
            for (at, frame) in self.input.chunks_exact_mut(channels).enumerate() {
                // Whole turns are taken off first, so that the sine is as good after hours.
                let turns = (self.frames + at as u64) as f64 * (radians / TAU);
                let angle = TAU * turns.fract();
                let pair = [angle.sin() * 0.5, angle.cos() * 0.5];
                frame.iter_mut().zip(pair.iter().cycle()).for_each(|(to, sample)| *to = *sample as f32);
            }
        }
        self.work.run(&self.input, &mut self.output, now);
        let counters = &self.shared.counters;
        let gap = now.saturating_sub(self.last);
        if self.frames > 0 {
            counters.longest_gap.set(counters.longest_gap.get().max(gap));
        }
        self.frames += self.block as u64;
        counters.callbacks.add(1);
        counters.frames.add(self.block as u64);
        counters.largest.set(self.block as u64);
        counters.last_at.set(now);
        self.last = now;
    }

    /// What was played last.
    pub(super) fn output(&self) -> &[f32] {
        &self.output
    }

    pub(super) fn end(&self, how: End) {
        self.shared.end.set(match how {
            End::Removed => 1,
            End::RateChanged => 2,
            End::Failed => 3,
        });
    }
}

//! How do frames get into a port? Whole blocks at a time, with the time that they came.

use super::Pulse;
use super::setup::Setup;
use crate::pace::Pace;
use sostenuto_rt::{LatestWriter, Producer};

/// The end of a port that takes frames.
///
/// 1. `[audio]` [`push`](Self::push) is called from one clock's callback, with every block.
/// 2. `[any]` [`clock_changed`](Self::clock_changed) says that another clock calls from now on.
pub struct Feed {
    producer: Producer<f32>,
    channels: usize,
    pace: Pace,
    /// Frames that were offered, those that did not fit included.
    offered: u64,
    lost: u64,
    blocked: bool,
    pulses: LatestWriter<Pulse>,
}

impl Feed {
    pub(super) fn new(
        setup: &Setup,
        producer: Producer<f32>,
        pace: Pace,
        pulses: LatestWriter<Pulse>,
    ) -> Self {
        let channels = usize::from(setup.channels);
        Feed { producer, channels, pace, offered: 0, lost: 0, blocked: false, pulses }
    }

    /// Puts in a block of interleaved frames, at `now` nanoseconds: the time just before this call, so that what the block took to
    /// render counts as delay. Returns how many frames fitted: all, or none, if the other end has been standing still; then nothing fits until
    /// it has emptied the ring. Samples past the last whole frame are left out. `[audio]`
    pub fn push(&mut self, block: &[f32], now: u64) -> usize {
        let frames = block.len() / self.channels;
        self.pace.note(self.offered, now);
        self.offered = self.offered.wrapping_add(frames as u64);
        self.blocked &= !self.producer.is_empty();
        let whole = block.get(..frames * self.channels).unwrap_or_default();
        self.blocked |= self.producer.slots() < whole.len();
        let taken = if self.blocked {
            self.lost = self.lost.wrapping_add(frames as u64);
            0
        } else {
            self.producer.push_slice(whole);
            frames
        };
        let block = u32::try_from(frames).unwrap_or(u32::MAX);
        let line = *self.pace.line();
        self.pulses.write(Pulse { line, lost: self.lost, block, blocked: self.blocked });
        taken
    }

    /// Another clock calls from now on: what was learnt of the one before is forgotten. Without it, the change is noticed in half a second. `[any]`
    pub fn clock_changed(&mut self) {
        self.pace.restart();
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Feed")
            .field("offered", &self.offered)
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

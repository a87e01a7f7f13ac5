//! The end of a recording that the audio thread has.

use super::{FAILED, Meters};
use sostenuto_rt::Producer;
use std::sync::Arc;

/// Frames that were lost in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The frame of the recording at which they begin.
    pub at: u64,
    /// How many.
    pub frames: u64,
}

/// Where the audio thread writes what is recorded.
///
/// While the ring is full, what comes is lost, and counted. It goes on when half of the ring is free again, with the place of the loss told
/// first: so what is lost is silent in the file, and what comes after it is in time.
#[derive(Debug)]
pub struct Tape {
    samples: Producer<f32>,
    losses: Producer<Loss>,
    meters: Arc<Meters>,
    channels: usize,
    /// Frames that came so far, lost ones included.
    frames: u64,
    /// The loss that is going on.
    loss: Option<Loss>,
}

impl Tape {
    pub(super) fn new(
        samples: Producer<f32>,
        losses: Producer<Loss>,
        meters: Arc<Meters>,
        channels: u16,
    ) -> Self {
        Tape { samples, losses, meters, channels: usize::from(channels), frames: 0, loss: None }
    }

    /// Records a block: as many frames as the shortest channel has. Channels that are missing are silent, those too many are left out. `[audio]`
    pub fn write(&mut self, block: &[&[f32]]) {
        let frames = block.iter().take(self.channels).map(|channel| channel.len()).min().unwrap_or(0);
        let taken = self.room_for(frames);
        let sample = |frame: usize, channel: usize| {
            block.get(channel).and_then(|channel| channel.get(frame)).copied().unwrap_or(0.0)
        };
        let channels = self.channels;
        let all = (0..taken).flat_map(|frame| (0..channels).map(move |channel| sample(frame, channel)));
        self.samples.push_iter(all);
        self.passed(frames, taken);
    }

    /// The same from whole frames, channel after channel within each; an incomplete last one is left out. `[audio]`
    pub fn write_interleaved(&mut self, block: &[f32]) {
        let frames = block.len().checked_div(self.channels).unwrap_or(0);
        let taken = self.room_for(frames);
        self.samples.push_slice(block.get(..taken * self.channels).unwrap_or_default());
        self.passed(frames, taken);
    }

    /// Frames that were lost so far. `[any]`
    pub fn lost(&self) -> u64 {
        self.meters.lost.get()
    }

    /// How many of these frames there is room for; what was lost before them is told.
    fn room_for(&mut self, frames: usize) -> usize {
        if self.samples.is_abandoned() {
            return 0;
        }
        let room = self.samples.slots();
        if let Some(loss) = self.loss {
            if room < self.samples.capacity() / 2 || self.losses.push(loss).is_err() {
                return 0;
            }
            self.loss = None;
        }
        frames.min(room / self.channels.max(1))
    }

    fn passed(&mut self, frames: usize, taken: usize) {
        // After the end nothing is lost, unless it came to an end by failing.
        if self.samples.is_abandoned() && self.meters.state.get() != FAILED {
            return;
        }
        let lost = (frames - taken) as u64;
        if lost > 0 {
            let at = self.frames + taken as u64;
            self.loss.get_or_insert(Loss { at, frames: 0 }).frames += lost;
            self.meters.lost.add(lost);
        }
        self.frames += frames as u64;
    }
}

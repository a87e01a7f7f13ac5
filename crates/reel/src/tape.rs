//! How does what the audio thread has reach a file? Over a ring; what is lost on the way is told with its place.

use sostenuto_rt::{Consumer, Gauge, Producer, ring};
use std::collections::VecDeque;
use std::sync::Arc;

/// Losses that can wait to be told.
pub const MOST_LOSSES: usize = 256;

/// What both ends know of a recording.
#[derive(Debug, Default)]
struct Meters {
    /// Frames that were lost.
    lost: Gauge<u64>,
    /// Whether it came to an end by failing.
    failed: Gauge<u32>,
}

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
    /// A tape on which so many frames can wait, and the end that takes them off. `[control]`: allocates.
    pub fn new(channels: u16, frames: usize) -> (Tape, Take) {
        let width = usize::from(channels.max(1));
        let (samples, waiting) = ring(frames.max(1) * width);
        let (losses, told) = ring(MOST_LOSSES);
        let meters = Arc::new(Meters::default());
        let tape = Tape { samples, losses, meters: meters.clone(), channels: width, frames: 0, loss: None };
        let ahead = VecDeque::with_capacity(MOST_LOSSES);
        (tape, Take { samples: waiting, told, meters, channels: width, frames: 0, silent: 0, ahead })
    }

    /// The channels that it records.
    pub fn channels(&self) -> usize {
        self.channels
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
        if self.samples.is_abandoned() && self.meters.failed.get() == 0 {
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

/// How many frames a tape has lost, for any thread.
#[derive(Clone, Debug)]
pub struct Lost(Arc<Meters>);

impl Lost {
    /// Frames that were lost so far. `[any]`
    pub fn frames(&self) -> u64 {
        self.0.lost.get()
    }
}

/// What comes off a tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// So many samples, of whole frames, are at the beginning of the room.
    Samples(usize),
    /// These frames were lost, and are to be made up for by silence.
    Lost(Loss),
}

/// The end of a [`Tape`] where what was recorded is taken off, in order. `[control]`
#[derive(Debug)]
pub struct Take {
    samples: Consumer<f32>,
    told: Consumer<Loss>,
    meters: Arc<Meters>,
    channels: usize,
    /// Frames that were taken off, lost ones included, and how many those were.
    frames: u64,
    silent: u64,
    /// Losses that are told and whose place is not yet reached.
    ahead: VecDeque<Loss>,
}

impl Take {
    /// How many samples wait by now.
    pub fn waiting(&self) -> usize {
        self.samples.slots()
    }

    /// Takes off what comes next: samples, as many as fit and `most` allows, or a loss. Nothing if there is neither.
    pub fn next(&mut self, room: &mut [f32], most: usize) -> Option<Taken> {
        let waiting = self.samples.slots().min(most) / self.channels;
        // A loss is told before what comes after it is put on: so all that concern these frames are there now.
        while let Some(loss) = self.told.pop() {
            self.ahead.push_back(loss);
        }
        if waiting == 0 {
            return None;
        }
        let until = match self.ahead.front().copied() {
            Some(loss) if loss.at <= self.frames => {
                self.ahead.pop_front();
                return Some(self.pass(loss));
            }
            Some(loss) => usize::try_from(loss.at - self.frames).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let frames = waiting.min(room.len() / self.channels).min(until);
        let taken = self.samples.pop_slice(room.get_mut(..frames * self.channels)?);
        self.frames += (taken / self.channels) as u64;
        Some(Taken::Samples(taken))
    }

    /// At the end, when nothing waits any more: a loss behind which nothing came.
    pub fn last_loss(&mut self) -> Option<Loss> {
        if let Some(loss) = self.ahead.pop_front() {
            self.pass(loss);
            return Some(loss);
        }
        let untold = self.lost_frames().saturating_sub(self.silent);
        let loss = Loss { at: self.frames, frames: untold };
        (untold > 0).then(|| {
            self.pass(loss);
            loss
        })
    }

    fn pass(&mut self, loss: Loss) -> Taken {
        self.frames += loss.frames;
        self.silent += loss.frames;
        Taken::Lost(loss)
    }

    /// Frames that were lost so far.
    pub fn lost_frames(&self) -> u64 {
        self.meters.lost.get()
    }

    /// The same for other threads.
    pub fn lost(&self) -> Lost {
        Lost(self.meters.clone())
    }

    /// Tells the other end that nothing more will be taken, because writing failed: what it has from now on is lost.
    pub fn fail(&self) {
        self.meters.failed.set(1);
    }

    /// Whether the tape is gone, so that nothing more will come.
    pub fn is_over(&self) -> bool {
        self.samples.is_abandoned()
    }
}

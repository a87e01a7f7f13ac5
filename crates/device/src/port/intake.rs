//! Which frames does the draining end get next? Those of the ring, or what stands for them while there are none.

use super::fade::rise;
use sostenuto_rt::Consumer;

/// The draining side of the ring, with fades wherever it does not simply go on.
pub(super) struct Intake {
    ring: Consumer<f32>,
    channels: usize,
    /// Frames of every fade.
    fade: usize,
    playing: bool,
    /// Frames since it began to play, up to the length of the fade.
    begun: usize,
    /// The frames that were given last, in a circle.
    past: Box<[f32]>,
    /// Frames in the circle before which the oldest one lies.
    past_at: usize,
    /// Frames of the past that are still to be played backwards.
    tail: usize,
    skip: Option<Skip>,
    /// Frames taken from the ring, less frames given.
    ahead: i64,
}

/// A crossfade to frames that lie further on.
#[derive(Clone, Copy)]
struct Skip {
    by: usize,
    done: usize,
}

impl Intake {
    pub(super) fn new(ring: Consumer<f32>, channels: usize, fade: usize) -> Self {
        let past = vec![0.0; channels * fade].into_boxed_slice();
        Intake {
            ring,
            channels,
            fade,
            playing: false,
            begun: 0,
            past,
            past_at: 0,
            tail: 0,
            skip: None,
            ahead: 0,
        }
    }

    pub(super) fn frames(&self) -> usize {
        self.ring.len() / self.channels
    }

    /// Whole frames in a block.
    pub(super) fn whole_frames(&self, block: &[f32]) -> usize {
        block.len() / self.channels
    }

    pub(super) fn is_playing(&self) -> bool {
        self.playing
    }

    /// Whether it is silent, and has faded out.
    pub(super) fn is_silent(&self) -> bool {
        !self.playing && self.tail == 0
    }

    /// Frames that have been left out (above 0) or made up (below 0) so far.
    pub(super) fn ahead(&self) -> i64 {
        self.ahead
    }

    /// Begins to give the frames of the ring, fading in, or at once.
    pub(super) fn play(&mut self, at_once: bool) {
        self.playing = true;
        self.begun = if at_once { self.fade } else { 0 };
        self.tail = 0;
        // What was given last is silence: should it stop before the fade is over, then it goes back to that.
        self.past.fill(0.0);
    }

    /// Fades out, for what is in the ring has no continuation.
    pub(super) fn stop(&mut self) {
        if self.playing {
            self.playing = false;
            self.tail = self.fade;
            self.skip = None;
        }
    }

    /// Leaves out frames while silent; returns how many.
    pub(super) fn discard(&mut self, frames: usize) -> usize {
        let frames = frames.min(self.frames());
        if self.playing {
            return 0;
        }
        self.ring.read_up_to(frames * self.channels).commit_all();
        self.ahead += frames as i64;
        frames
    }

    /// Begins a crossfade to so many frames further on, if they are there with as many as it takes; returns whether.
    pub(super) fn skip(&mut self, by: usize) -> bool {
        let fits = self.playing && self.skip.is_none() && self.frames() >= by + self.fade;
        if fits {
            self.skip = Some(Skip { by, done: 0 });
        }
        fits
    }

    /// Gives the next frames; returns how many of them were missing though it plays.
    pub(super) fn read(&mut self, into: &mut [f32]) -> usize {
        let whole = if self.playing { self.take(into) } else { 0 };
        let Some(rest) = into.get_mut(whole * self.channels..) else { return 0 };
        let missing = rest.len() / self.channels;
        if missing == 0 {
            return 0;
        }
        let starved = self.playing;
        self.stop();
        self.make_up(rest);
        if starved { missing } else { 0 }
    }

    /// Takes as many frames from the ring as there are.
    fn take(&mut self, into: &mut [f32]) -> usize {
        let ahead = self.skip.map_or(0, |skip| skip.by);
        let whole = (into.len() / self.channels).min(self.frames().saturating_sub(ahead));
        let Some(into) = into.get_mut(..whole * self.channels) else { return 0 };
        let chunk = self.ring.read_up_to((whole + ahead) * self.channels);
        copy(chunk.as_slices(), 0, into);
        let mut taken = whole;
        if let Some(skip) = &mut self.skip {
            let (fading, after) =
                into.split_at_mut(((self.fade - skip.done) * self.channels).min(into.len()));
            mix(chunk.as_slices(), skip.by * self.channels, fading, self.channels, skip.done, self.fade);
            copy(chunk.as_slices(), skip.by * self.channels + fading.len(), after);
            skip.done += fading.len() / self.channels;
            if skip.done >= self.fade {
                taken += skip.by;
                self.ahead += skip.by as i64;
                self.skip = None;
            }
        }
        chunk.commit(taken * self.channels);
        for frame in into.chunks_exact_mut(self.channels) {
            if self.begun >= self.fade {
                break;
            }
            let gain = rise(self.begun, self.fade);
            frame.iter_mut().for_each(|sample| *sample *= gain);
            self.begun += 1;
        }
        self.remember(into);
        whole
    }

    /// Keeps the last frames.
    fn remember(&mut self, frames: &[f32]) {
        let recent = frames.get(frames.len().saturating_sub(self.past.len())..).unwrap_or_default();
        let room = self.past.len() - self.past_at;
        let (first, second) = recent.split_at(recent.len().min(room));
        if let Some(to) = self.past.get_mut(self.past_at..self.past_at + first.len()) {
            to.copy_from_slice(first);
        }
        if let Some(to) = self.past.get_mut(..second.len()) {
            to.copy_from_slice(second);
        }
        self.past_at = (self.past_at + recent.len()) % self.past.len().max(1);
    }

    /// Plays the past backwards, fading, then silence.
    fn make_up(&mut self, into: &mut [f32]) {
        self.ahead -= (into.len() / self.channels) as i64;
        into.fill(0.0);
        for frame in into.chunks_exact_mut(self.channels) {
            if self.tail == 0 {
                return;
            }
            self.tail -= 1;
            let back = (self.fade - self.tail) * self.channels;
            let from = (self.past_at + self.past.len() - back) % self.past.len().max(1);
            let gain = rise(self.tail, self.fade);
            for (to, was) in frame.iter_mut().zip(self.past.get(from..).unwrap_or_default()) {
                *to = was * gain;
            }
        }
    }
}

/// Copies samples from two slices that follow each other.
fn copy((first, second): (&[f32], &[f32]), from: usize, into: &mut [f32]) {
    let samples = first.get(from..).unwrap_or_default().iter();
    let rest = second.get(from.saturating_sub(first.len())..).unwrap_or_default();
    into.iter_mut().zip(samples.chain(rest)).for_each(|(to, sample)| *to = *sample);
}

/// Crossfades to the samples that lie `from` further on.
fn mix(
    (first, second): (&[f32], &[f32]),
    from: usize,
    into: &mut [f32],
    channels: usize,
    done: usize,
    length: usize,
) {
    let samples = first.get(from..).unwrap_or_default().iter();
    let rest = second.get(from.saturating_sub(first.len())..).unwrap_or_default();
    for (at, (to, sample)) in into.iter_mut().zip(samples.chain(rest)).enumerate() {
        *to += (sample - *to) * rise(done + at / channels, length);
    }
}

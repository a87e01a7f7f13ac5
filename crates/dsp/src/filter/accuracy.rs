//! How often a filter follows a parameter that moves.

use crate::Sample;
use crate::lane_state::{swap_bit, swap_samples};

/// How closely a filter follows parameters that move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accuracy {
    /// Frame by frame: exact, also for parameters that move at audio rate.
    #[default]
    Sample,
    /// At the multiples of [`CONTROL_FRAMES`] of the frame's number, and on straight lines of the coefficients between them: parameters act by
    /// so many frames later (0.33 ms at 48 kHz), and what moves faster than some 100 Hz is lost. Cheaper by most of what
    /// moving parameters cost.
    ///
    /// A filter whose cutoff sways by a factor of four, at up to 10 Hz, is within -70 dB of one that follows frame by frame as much later
    /// (`tests/suite/filter_accuracy.rs`). It is as stable as that: a mean of two contractions is one as well.
    Control,
}

/// Frames between two looks at parameters with [`Accuracy::Control`].
pub const CONTROL_FRAMES: usize = 16;

/// The frames of a block at which parameters are looked at with [`Accuracy::Control`], and one more: the first, and those whose absolute number is a
/// multiple of [`CONTROL_FRAMES`]. The block has `frames` frames from the absolute frame `start` on; they are counted from its beginning. `[audio]`
#[inline(always)]
pub fn control_frames(start: u64, frames: usize) -> impl Iterator<Item = usize> {
    let into = (start % CONTROL_FRAMES as u64) as usize;
    let next = CONTROL_FRAMES - into;
    core::iter::once(0).chain((next..frames).step_by(CONTROL_FRAMES)).take_while(move |frame| *frame < frames)
}

/// Coefficients on straight lines from one look at the parameters to the next.
#[derive(Clone, Debug)]
pub(super) struct Glide<S: Sample, const N: usize> {
    now: [S; N],
    step: [S; N],
    to: [S; N],
    /// Lanes that have coefficients.
    set: u32,
}

impl<S: Sample, const N: usize> Glide<S, N> {
    pub fn new() -> Self {
        Glide { now: [S::zero(); N], step: [S::zero(); N], to: [S::zero(); N], set: 0 }
    }

    /// As new: the next look is taken over at once.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.set = 0;
    }

    /// Before the frame whose absolute number is `frame`: `look` gives the coefficients of the present parameters.
    #[inline(always)]
    pub fn look(&mut self, frame: u64, mut look: impl FnMut() -> [S; N]) {
        if self.set != u32::MAX {
            let set = self.set;
            let is_set = S::splat(0.5).lt(S::from_lanes(|lane| f64::from(set >> lane & 1)));
            let coefs = look();
            for (i, coef) in coefs.into_iter().enumerate() {
                self.now[i] = S::select(is_set, self.now[i], coef);
                self.to[i] = S::select(is_set, self.to[i], coef);
                self.step[i] = S::select(is_set, self.step[i], S::zero());
            }
            self.set = u32::MAX;
        }
        if frame.is_multiple_of(CONTROL_FRAMES as u64) {
            let coefs = look();
            let part = S::splat(1.0 / CONTROL_FRAMES as f64);
            for (i, coef) in coefs.into_iter().enumerate() {
                self.now[i] = self.to[i];
                self.step[i] = (coef - self.to[i]) * part;
                self.to[i] = coef;
            }
        }
    }

    /// The coefficients of this frame; on to the next.
    #[inline(always)]
    pub fn next(&mut self) -> [S; N] {
        let now = self.now;
        for (now, step) in self.now.iter_mut().zip(self.step) {
            *now += step;
        }
        now
    }
}

impl<S: Sample, const N: usize> Glide<S, N> {
    /// Exchanges one lane.
    pub fn swap_lane<T: Sample>(&mut self, lane: usize, other: &mut Glide<T, N>) {
        swap_samples(&mut self.now, lane, &mut other.now);
        swap_samples(&mut self.step, lane, &mut other.step);
        swap_samples(&mut self.to, lane, &mut other.to);
        // A kernel that is alone has all bits as that of its one lane.
        let mut set = other.set & 1;
        swap_bit(&mut self.set, lane, &mut set);
        other.set = if set == 0 { 0 } else { u32::MAX };
    }

    /// Forgets one lane.
    pub fn reset_lane(&mut self, lane: usize) {
        self.set &= !(1 << lane);
    }
}

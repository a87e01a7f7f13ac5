//! Between which frames of a line a fractional delay reads, and with which weights.

use crate::Sample;

/// A delay in frames as whole frames and weights for the four frames around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taps<S> {
    /// The whole frames.
    pub whole: S,
    /// Weights of the frames `whole - 1`, `whole`, `whole + 1`, `whole + 2` ago.
    weights: [S; 4],
    /// What is left; exactly zero for a whole number of frames.
    fraction: S,
}

impl<S: Sample> Taps<S> {
    /// For a delay of at least one frame.
    ///
    /// From two frames on the cubic Lagrange polynomial through the four frames; below, where the nearest of them is
    /// not written yet, a straight line between the middle two. The two meet at exactly two frames. (T. Laakso and
    /// others, "Splitting the unit delay", IEEE Signal Processing Magazine 13(1), 1996.)
    #[inline(always)]
    pub fn new(delay: S) -> Self {
        let (zero, one, two) = (S::zero(), S::one(), S::splat(2.0));
        let (half, sixth) = (S::splat(0.5), S::splat(1.0 / 6.0));
        let whole = delay.floor();
        let f = delay - whole;
        let (f1, f2, g) = (f - one, f - two, f + one);
        let linear = whole.lt(two);
        let weights = [
            S::select(linear, zero, -(f * f1 * f2 * sixth)),
            S::select(linear, -f1, g * f1 * f2 * half),
            S::select(linear, f, -(g * f * f2 * half)),
            S::select(linear, zero, g * f * f1 * sixth),
        ];
        Taps { whole, weights, fraction: f }
    }

    /// The value between `near` (`whole - 1` frames ago), `at`, `far` and `farther`; exactly `at` for whole frames.
    #[inline(always)]
    pub fn between(&self, near: S, at: S, far: S, farther: S) -> S {
        let w = &self.weights;
        let value = w[0] * near + w[1] * at + w[2] * far + w[3] * farther;
        S::select(self.fraction.le(S::zero()), at, value)
    }

    /// The delay in whole frames of `lane`.
    #[inline(always)]
    pub fn frames(&self, lane: usize) -> usize {
        self.whole.lane(lane) as usize
    }

    /// How many frames can be read before the next one is written, if the delay stays.
    #[inline(always)]
    pub fn reach(&self) -> usize {
        (0..S::LANES)
            .map(|lane| {
                let frames = self.frames(lane);
                match self.fraction.lane(lane) > 0.0 {
                    true => frames.saturating_sub(1).max(1),
                    false => frames,
                }
            })
            .min()
            .unwrap_or(1)
    }

    /// The weights in `lane`; none if the delay is a whole number of frames there.
    #[inline(always)]
    pub fn weights(&self, lane: usize) -> Option<[S::Scalar; 4]> {
        let whole = self.fraction.lane(lane) <= 0.0;
        (!whole).then(|| self.weights.map(|weight| S::Scalar::splat(weight.lane(lane))))
    }
}

//! The smallest of the last numbers, and the mean of the last numbers, at a fixed cost per frame.

use core::slice;

use crate::Sample;
use crate::lane_state::swap_samples;

/// A lane that goes back to where all numbers so far have been `rest`.
pub(super) struct Reset {
    pub lane: usize,
    pub rest: f64,
}

/// The smallest of the last `n` numbers.
///
/// M. van Herk (Pattern Recognition Letters 13, 1992), J. Gil and M. Werman: two comparisons per frame on average. Every
/// `n`th frame does the `n - 1` comparisons of the stretch just completed.
#[derive(Clone, Debug)]
pub(super) struct Minimum<W> {
    /// Before `at` the numbers of the present stretch; from there on the smallest from each place of the last one to its end.
    stretch: Box<[W]>,
    at: usize,
    prefix: W,
}

impl<W: Sample> Minimum<W> {
    /// As if all numbers so far had been `rest`.
    pub fn new(n: usize, rest: W) -> Self {
        Minimum { stretch: vec![rest; n.max(1)].into_boxed_slice(), at: 0, prefix: rest }
    }

    #[inline(always)]
    pub fn reset(&mut self, rest: W) {
        self.stretch.fill(rest);
        self.at = 0;
        self.prefix = rest;
    }

    /// Goes on at the frame `start`: the places of windows of one length agree in every kernel. To be called when the frames
    /// go on as they were counted, or after rest.
    #[inline(always)]
    pub fn align(&mut self, start: u64) {
        self.at = (start % self.stretch.len().max(1) as u64) as usize;
    }

    /// Exchanges one lane with a window of the same length.
    pub fn swap_lane<V: Sample>(&mut self, lane: usize, other: &mut Minimum<V>) {
        swap_samples(&mut self.stretch, lane, &mut other.stretch);
        swap_samples(slice::from_mut(&mut self.prefix), lane, slice::from_mut(&mut other.prefix));
    }

    /// [`reset`](Self::reset) in one lane.
    pub fn reset_lane(&mut self, to: &Reset) {
        for x in &mut self.stretch {
            x.set_lane(to.lane, to.rest);
        }
        self.prefix.set_lane(to.lane, to.rest);
    }

    #[inline(always)]
    pub fn next(&mut self, x: W) -> W {
        self.prefix = if self.at == 0 { x } else { x.min(self.prefix) };
        self.stretch[self.at] = x;
        self.at += 1;
        if self.at < self.stretch.len() {
            return self.stretch[self.at].min(self.prefix);
        }
        self.at = 0;
        for i in (1..self.stretch.len()).rev() {
            self.stretch[i - 1] = self.stretch[i].min(self.stretch[i - 1]);
        }
        self.prefix
    }
}

/// The sum of the last `n` whole numbers; exact for ever if sums stay below 2^53.
#[derive(Clone, Debug)]
pub(super) struct Sum<W> {
    ring: Box<[W]>,
    at: usize,
    sum: W,
}

impl<W: Sample> Sum<W> {
    /// As if all numbers so far had been `rest`.
    pub fn new(n: usize, rest: W) -> Self {
        let n = n.max(1);
        Sum { ring: vec![rest; n].into_boxed_slice(), at: 0, sum: rest * W::splat(n as f64) }
    }

    #[inline(always)]
    pub fn reset(&mut self, rest: W) {
        self.ring.fill(rest);
        self.sum = rest * W::splat(self.ring.len() as f64);
    }

    #[inline(always)]
    pub fn sum(&self) -> W {
        self.sum
    }

    /// As [`Minimum::align`].
    #[inline(always)]
    pub fn align(&mut self, start: u64) {
        self.at = (start % self.ring.len().max(1) as u64) as usize;
    }

    /// Exchanges one lane with a window of the same length.
    pub fn swap_lane<V: Sample>(&mut self, lane: usize, other: &mut Sum<V>) {
        swap_samples(&mut self.ring, lane, &mut other.ring);
        swap_samples(slice::from_mut(&mut self.sum), lane, slice::from_mut(&mut other.sum));
    }

    /// [`reset`](Self::reset) in one lane; gives the sum there.
    pub fn reset_lane(&mut self, to: &Reset) -> f64 {
        for x in &mut self.ring {
            x.set_lane(to.lane, to.rest);
        }
        let sum = to.rest * self.ring.len() as f64;
        self.sum.set_lane(to.lane, sum);
        sum
    }

    #[inline(always)]
    pub fn next(&mut self, x: W) -> W {
        self.sum += x - self.ring[self.at];
        self.ring[self.at] = x;
        self.at += 1;
        if self.at == self.ring.len() {
            self.at = 0;
        }
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimum_and_sum_are_those_of_the_last_numbers() {
        for n in [1_usize, 2, 3, 7, 64] {
            let (mut minimum, mut sum) = (Minimum::new(n, 1000.0_f64), Sum::new(n, 1000.0_f64));
            let numbers: Vec<f64> = (0..500_u64).map(|i| (i * i * 7919 % 1009) as f64).collect();
            for i in 0..numbers.len() {
                let past = |k: usize| if k > i { 1000.0 } else { numbers[i - k] };
                assert_eq!(minimum.next(numbers[i]), (0..n).map(past).fold(1e9, f64::min), "{n} {i}");
                assert_eq!(sum.next(numbers[i]), (0..n).map(past).sum::<f64>(), "{n} {i}");
            }
        }
    }
}

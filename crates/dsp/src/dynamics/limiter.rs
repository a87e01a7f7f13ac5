//! Nothing over the ceiling: a look-ahead limiter.

use core::slice;

use super::step;
use super::window::{Minimum, Reset, Sum};
use crate::grid::{GRID, cut, spans};
use crate::lane_state::swap_samples;
use crate::math::db_to_gain;
use crate::memo::Memo;
use crate::{DelayLine, LaneState, Sample, Value};

/// Gains are whole multiples of 2^-28 (−168 dB): sums of them over both windows, at most 2^22 terms, stay below 2^53 and
/// so are exact.
const UNITS: f64 = (1_u64 << 28) as f64;

/// The longest look-ahead in frames.
const LONGEST: usize = 4094;

/// The parameters of a [`Limiter`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct LimiterParams<'a, S: Sample> {
    /// The largest magnitude in dB, −60 to 24. One that falls faster than the look-ahead clips until it has passed through.
    pub ceiling: Value<'a, S>,
    /// Time constant of the recovery in ms, 0 to 10,000.
    pub release: Value<'a, S>,
}

/// A brick-wall limiter for any number of channels that share one gain.
///
/// For each frame the gain that brings its loudest sample under the ceiling is found; the smallest over the look-ahead is
/// held, recovers exponentially, and is smoothed by two moving means that together span the look-ahead: so when a peak
/// comes out, every term of the mean is at most the gain it needs. The gain moves without corners, and what rounding could
/// leave over the ceiling (one unit in the last place) is clipped. Samples count, not what lies between them (true peaks).
///
/// The cost per frame does not depend on the look-ahead on average; every such stretch one frame does a comparison for each
/// of its frames.
#[derive(Clone, Debug)]
pub struct Limiter<S: Sample> {
    lines: Box<[DelayLine<S>]>,
    rate: f64,
    latency: usize,
    held: Minimum<S::Wide>,
    recovering: S::Wide,
    means: [Sum<S::Wide>; 2],
    full: S::Wide,
    steps: Memo<S, S::Wide>,
}

impl<S: Sample> Limiter<S> {
    /// A limiter at rest. Look-aheads are limited to 1..=4094 frames (21 ms at 192 kHz). \[control\]: allocates.
    pub fn new(rate: f64, lookahead_ms: f64, channels: usize) -> Self {
        let rate = rate.max(1.0);
        let latency = (libm::round(lookahead_ms * rate / 1000.0).max(1.0) as usize).clamp(1, LONGEST);
        let first = latency / 2 + 1;
        let second = latency + 2 - first;
        let unit = S::Wide::splat(UNITS);
        let full = UNITS * first as f64 * second as f64;
        Limiter {
            lines: vec![DelayLine::new(latency); channels].into_boxed_slice(),
            rate,
            latency,
            held: Minimum::new(latency + 1, unit),
            recovering: unit,
            means: [Sum::new(first, unit), Sum::new(second, unit * S::Wide::splat(first as f64))],
            full: S::Wide::splat(full),
            steps: Memo::new(),
        }
    }

    /// By how many frames the output is later than the input.
    pub fn latency(&self) -> usize {
        self.latency
    }

    /// The number of channels.
    #[inline(always)]
    pub fn channels(&self) -> usize {
        self.lines.len()
    }

    /// Back to silence and full gain.
    #[inline(always)]
    pub fn reset(&mut self) {
        let unit = S::Wide::splat(UNITS);
        self.lines.iter_mut().for_each(DelayLine::reset);
        self.held.reset(unit);
        self.recovering = unit;
        self.means[0].reset(unit);
        self.means[1].reset(self.means[0].sum());
    }

    /// Whether nothing is left in the look-ahead and the gain is exactly one.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.recovering == S::Wide::splat(UNITS)
            && self.means[1].sum() == self.full
            && self.lines.iter().all(DelayLine::is_silent)
    }

    /// The present gain as a factor, at most 1.
    #[inline(always)]
    pub fn gain(&self) -> S {
        S::narrow(self.means[1].sum() / self.full)
    }

    /// Limits a block that begins at the absolute frame `start`: as many channels as there are in `input`, `out` and the
    /// limiter. \[audio\]
    #[inline]
    pub fn process(
        &mut self,
        start: u64,
        input: &[&[S]],
        params: &LimiterParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        start: u64,
        input: &[&[S]],
        params: &LimiterParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        let frames = input.iter().map(|x| x.len()).chain(out.iter().map(|x| x.len())).min().unwrap_or(0);
        self.held.align(start);
        self.means.iter_mut().for_each(|mean| mean.align(start));
        for span in spans(start, frames) {
            if span.on_grid {
                self.settle();
            }
            let mut at = span.range.start;
            while at < span.range.end {
                let range = at..span.range.end.min(at + self.latency);
                let mut ceiling = [S::zero(); GRID];
                let ceiling = &mut ceiling[..range.len()];
                for (i, c) in ceiling.iter_mut().enumerate() {
                    *c = db_to_gain(params.ceiling.at(at + i).clamp(S::splat(-60.0), S::splat(24.0)));
                }
                let mut gain = [S::zero(); GRID];
                let gain = &mut gain[..range.len()];
                for input in input.iter().take(self.lines.len()) {
                    for (peak, x) in gain.iter_mut().zip(&input[range.clone()]) {
                        *peak = x.abs().max(*peak);
                    }
                }
                self.smooth(ceiling, &cut(&params.release, range.clone()), gain);
                for ((line, input), out) in self.lines.iter_mut().zip(input).zip(out.iter_mut()) {
                    let out = &mut out[range.clone()];
                    line.read(&Value::Steady(S::splat(self.latency as f64)), out);
                    line.write(&input[range.clone()]);
                    for ((y, g), c) in out.iter_mut().zip(gain.iter()).zip(ceiling.iter()) {
                        *y = (*y * *g).clamp(-*c, *c);
                    }
                }
                at = range.end;
            }
        }
    }

    /// From the peak of each frame to the gain for the frame that comes out, in place.
    #[inline(always)]
    fn smooth(&mut self, ceiling: &[S], release: &Value<'_, S>, gain: &mut [S]) {
        let rate = self.rate;
        let steady = match release {
            Value::Steady(ms) => Some(self.steps.get(
                *ms,
                #[inline(always)]
                |ms| step(rate, ms, 10_000.0),
            )),
            Value::Moving(_) => None,
        };
        for (i, (x, ceiling)) in gain.iter_mut().zip(ceiling).enumerate() {
            let ceiling = ceiling.widen();
            let needed = (ceiling / x.widen().max(ceiling) * S::Wide::splat(UNITS)).floor();
            let held = self.held.next(needed);
            let step = match steady {
                Some(step) => step,
                None => step(rate, release.at(i), 10_000.0),
            };
            let risen = self.recovering + step * (held - self.recovering);
            self.recovering = risen.min(held);
            let sum = self.means[0].next(self.recovering.floor());
            *x = S::narrow(self.means[1].next(sum) / self.full);
        }
    }

    /// Ends a recovery that is within half a unit of its end.
    #[inline(always)]
    fn settle(&mut self) {
        let unit = S::Wide::splat(UNITS);
        let near = (unit - S::Wide::splat(0.5)).le(self.recovering);
        self.recovering = S::Wide::select(near, unit, self.recovering);
    }
}

impl<S: Sample> LaneState for Limiter<S> {
    type Alone = Limiter<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        if lane >= S::LANES {
            return;
        }
        for (line, other) in self.lines.iter_mut().zip(&mut alone.lines) {
            line.swap_lane(lane, other);
        }
        self.held.swap_lane(lane, &mut alone.held);
        for (mean, other) in self.means.iter_mut().zip(&mut alone.means) {
            mean.swap_lane(lane, other);
        }
        swap_samples(slice::from_mut(&mut self.recovering), lane, slice::from_mut(&mut alone.recovering));
        self.steps.forget();
        alone.steps.forget();
    }

    fn reset_lane(&mut self, lane: usize) {
        for line in &mut self.lines {
            line.reset_lane(lane);
        }
        let mut fresh = Reset { lane, rest: UNITS };
        self.held.reset_lane(&fresh);
        for mean in &mut self.means {
            fresh.rest = mean.reset_lane(&fresh);
        }
        self.recovering.set_lane(lane, UNITS);
    }
}

//! Low, band, high and notch at once: the trapezoidal state-variable filter.

use core::ops::Range;
use core::slice;

use super::accuracy::{Accuracy, CONTROL_FRAMES, Glide};
use super::design::{Coefs, RUN, fraction, half_turn, integrators, limited_q};
use super::precision::{Native, Precision};
use crate::grid::{flushed, is_zero, spans};
use crate::lane_state::{swap_samples, zero_samples};
use crate::memo::Memo;
use crate::{LaneState, Sample, Value};

/// The two integrators of a trapezoidal state-variable filter.
///
/// V. Zavalishin, "The Art of VA Filter Design" (2018), ch. 4; A. Simper (2013). With no input, one step is a
/// contraction of (`s1`, `s2`) for any cutoff and any positive damping, so the state stays bounded however the
/// coefficients move from frame to frame (cf. A. Wishnick, "Time-varying filters for musical applications", DAFx-14).
#[derive(Clone, Copy, Debug)]
pub(super) struct Integrators<W> {
    s1: W,
    s2: W,
}

impl<W: Sample> Integrators<W> {
    pub fn new() -> Self {
        Integrators { s1: W::zero(), s2: W::zero() }
    }

    /// One frame: twice the band and twice the low output for the input `x`, with the coefficients of
    /// [`integrators`].
    ///
    /// Each state is the last one and a little, so that its rounding is that of the state and not that of the coefficients;
    /// and what does not hang on the other state is done aside, so that a frame waits for three operations only.
    #[inline(always)]
    pub fn step(&mut self, x: W, [c1, c2, c3]: [W; 3]) -> (W, W) {
        let rest = x - self.s2;
        let s1 = (self.s1 - c1 * self.s1) + c2 * rest;
        let s2 = (self.s2 + c2 * self.s1) + c3 * rest;
        let doubled = (self.s1 + s1, self.s2 + s2);
        (self.s1, self.s2) = (s1, s2);
        doubled
    }

    /// One frame of a filter whose output is a mixture.
    #[inline(always)]
    pub fn mixed(&mut self, x: W, &[c1, c2, c3, m0, m1, m2]: &Coefs<W>) -> W {
        let (band, low) = self.step(x, [c1, c2, c3]);
        (m0 * x + m1 * band) + m2 * low
    }

    /// Sets a state that has died away to zero.
    #[inline(always)]
    pub fn flush(&mut self) {
        self.s1 = flushed(self.s1);
        self.s2 = flushed(self.s2);
    }

    /// Exchanges one lane.
    pub fn swap_lane<V: Sample>(&mut self, lane: usize, other: &mut Integrators<V>) {
        swap_samples(slice::from_mut(&mut self.s1), lane, slice::from_mut(&mut other.s1));
        swap_samples(slice::from_mut(&mut self.s2), lane, slice::from_mut(&mut other.s2));
    }

    /// Sets one lane back to rest.
    pub fn reset_lane(&mut self, lane: usize) {
        zero_samples(slice::from_mut(&mut self.s1), lane);
        zero_samples(slice::from_mut(&mut self.s2), lane);
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        is_zero(self.s1) && is_zero(self.s2)
    }
}

/// Where [`Svf::process`] writes its outputs; each as long as the input, or empty if it is not wanted.
#[derive(Debug)]
pub struct SvfOutputs<'a, S: Sample> {
    /// 12 dB per octave low-pass.
    pub low: &'a mut [S],
    /// Band-pass with gain 1 at the centre.
    pub band: &'a mut [S],
    /// 12 dB per octave high-pass.
    pub high: &'a mut [S],
    /// The input without the band: `low + high`.
    pub notch: &'a mut [S],
}

/// A state-variable filter with four outputs, stable while cutoff and Q move at audio rate.
///
/// `low + band + high` is the input. The state is kept in the sample type itself ([`Native`]): half the size and twice
/// the lanes of [`Biquad`](crate::Biquad), at the cost of accuracy at low cutoffs. Measured against a double-precision
/// reference with noise, sine and impulse, relative to the larger of 1 and the output's peak, `Svf<f32>` is off by at
/// most −99 dB for cutoffs from 200 Hz, Q up to 5 and rates up to 48 kHz, and by −86 dB at worst over 20 Hz..20 kHz,
/// Q 0.1..40, 44.1..192 kHz. `Svf<f32, Double>` stays below −144 dB over all of it.
#[derive(Clone, Debug)]
pub struct Svf<S: Sample, P: Precision = Native> {
    per_rate: f64,
    accuracy: Accuracy,
    state: Integrators<P::State<S>>,
    coefs: Memo<[S; 2], [P::State<S>; 4]>,
    glide: Glide<P::State<S>, 4>,
}

impl<S: Sample, P: Precision> Svf<S, P> {
    /// A filter at rest for `rate` frames per second.
    pub fn new(rate: f64) -> Self {
        Svf {
            per_rate: 1.0 / rate.max(1.0),
            accuracy: Accuracy::default(),
            state: Integrators::new(),
            coefs: Memo::new(),
            glide: Glide::new(),
        }
    }

    /// The same filter with another accuracy of its parameters.
    pub fn with_accuracy(self, accuracy: Accuracy) -> Self {
        Svf { accuracy, ..self }
    }

    /// Back to rest.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.state = Integrators::new();
        self.glide.reset();
    }

    /// Whether the state is exactly zero: silence in gives silence out.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.state.is_silent()
    }

    /// Filters a block that begins at the absolute frame `start`. \[audio\]
    ///
    /// `cutoff` in Hz, 0.01 to 0.4999 of the sample rate; `q` 0.025 to 1000; values outside are limited.
    #[inline]
    pub fn process(
        &mut self,
        start: u64,
        input: &[S],
        cutoff: &Value<'_, S>,
        q: &Value<'_, S>,
        out: SvfOutputs<'_, S>,
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, cutoff, q, out),
        )
    }

    #[inline(always)]
    fn process_here(
        &mut self,
        start: u64,
        input: &[S],
        cutoff: &Value<'_, S>,
        q: &Value<'_, S>,
        mut out: SvfOutputs<'_, S>,
    ) {
        let SvfOutputs { low, band, high, notch } = &out;
        let wanted = [low.len(), band.len(), high.len(), notch.len()];
        let frames = wanted.into_iter().filter(|&frames| frames != 0).fold(input.len(), usize::min);
        for span in spans(start, frames) {
            if span.on_grid {
                self.state.flush();
            }
            let first = start.wrapping_add(span.range.start as u64);
            match (cutoff, q) {
                _ if self.accuracy == Accuracy::Control => {
                    self.glide(first, input, (cutoff, q), span.range, &mut out);
                }
                (Value::Steady(c), Value::Steady(q)) => {
                    let coefs = self.coefficients(*c, *q);
                    self.run(
                        input,
                        span.range,
                        &mut out,
                        #[inline(always)]
                        |_| coefs,
                    );
                }
                _ => self.moving(input, (cutoff, q), span.range, &mut out),
            }
        }
    }

    /// Frames between two points of the grid, with coefficients for each.
    #[inline(always)]
    fn moving(
        &mut self,
        input: &[S],
        (cutoff, q): (&Value<'_, S>, &Value<'_, S>),
        range: Range<usize>,
        out: &mut SvfOutputs<'_, S>,
    ) {
        let steady_damping = match q {
            Value::Steady(q) => Some(P::State::<S>::one() / limited_q(P::load(*q))),
            Value::Moving(_) => None,
        };
        let mut at = range.start;
        while at < range.end {
            let end = (at + RUN).min(range.end);
            let mut coefs = [[P::State::<S>::zero(); 4]; RUN];
            for (i, coefs) in (at..end).zip(&mut coefs) {
                let damping = match steady_damping {
                    Some(damping) => damping,
                    None => P::State::<S>::one() / limited_q(P::load(q.at(i))),
                };
                *coefs = Self::design(P::load(cutoff.at(i)), damping, self.per_rate);
            }
            let mut coefs = coefs.iter();
            self.run(
                input,
                at..end,
                out,
                #[inline(always)]
                |state| match coefs.next() {
                    Some(coefs) => *coefs,
                    None => [state; 4],
                },
            );
            at = end;
        }
    }

    /// Frames between two points of the grid, the first of which has the absolute number `first`, with
    /// [`Accuracy::Control`].
    #[inline(always)]
    fn glide(
        &mut self,
        first: u64,
        input: &[S],
        (cutoff, q): (&Value<'_, S>, &Value<'_, S>),
        range: Range<usize>,
        out: &mut SvfOutputs<'_, S>,
    ) {
        let mut at = range.start;
        while at < range.end {
            let frame = first.wrapping_add((at - range.start) as u64);
            let mut glide = self.glide.clone();
            glide.look(
                frame,
                #[inline(always)]
                || self.coefficients(cutoff.at(at), q.at(at)),
            );
            let into = (frame % CONTROL_FRAMES as u64) as usize;
            let end = (at + CONTROL_FRAMES - into).min(range.end);
            self.run(
                input,
                at..end,
                out,
                #[inline(always)]
                |_| glide.next(),
            );
            self.glide = glide;
            at = end;
        }
    }

    /// The frames of `range`; `coefs` gives the coefficients of each.
    #[inline(always)]
    fn run(
        &mut self,
        input: &[S],
        range: Range<usize>,
        out: &mut SvfOutputs<'_, S>,
        mut coefs: impl FnMut(P::State<S>) -> [P::State<S>; 4],
    ) {
        let mut state = self.state;
        let half = P::State::<S>::splat(0.5);
        // Most are asked for nothing but the lows, which take three quarters of the work.
        let is_low_only = out.band.is_empty() && out.high.is_empty() && out.notch.is_empty();
        if is_low_only && !out.low.is_empty() {
            let frames = input.get(range.clone()).unwrap_or_default();
            for (x, to) in frames.iter().zip(out.low.get_mut(range).unwrap_or_default()) {
                let [c1, c2, c3, _] = coefs(half);
                let (_, low) = state.step(P::load(*x), [c1, c2, c3]);
                *to = P::store(half * low);
            }
            self.state = state;
            return;
        }
        for i in range {
            let Some(&x) = input.get(i) else { break };
            let x = P::load(x);
            let [c1, c2, c3, k] = coefs(half);
            let (band, low) = state.step(x, [c1, c2, c3]);
            let (band, low) = (k * band, half * low);
            if let Some(to) = out.low.get_mut(i) {
                *to = P::store(low);
            }
            if let Some(to) = out.band.get_mut(i) {
                *to = P::store(band);
            }
            if let Some(to) = out.high.get_mut(i) {
                *to = P::store(x - band - low);
            }
            if let Some(to) = out.notch.get_mut(i) {
                *to = P::store(x - band);
            }
        }
        self.state = state;
    }

    #[inline(always)]
    fn coefficients(&mut self, cutoff: S, q: S) -> [P::State<S>; 4] {
        let per_rate = self.per_rate;
        self.coefs.get(
            [cutoff, q],
            #[inline(always)]
            |[cutoff, q]| {
                Self::design(P::load(cutoff), P::State::<S>::one() / limited_q(P::load(q)), per_rate)
            },
        )
    }

    /// The coefficients of the integrators, and half the damping.
    #[inline(always)]
    fn design(cutoff: P::State<S>, damping: P::State<S>, per_rate: f64) -> [P::State<S>; 4] {
        let (sin, cos) = half_turn(fraction(cutoff, per_rate));
        let (c1, c2, c3) = integrators(sin, cos, damping);
        [c1, c2, c3, damping * P::State::<S>::splat(0.5)]
    }
}

impl<S: Sample, P: Precision> LaneState for Svf<S, P> {
    type Alone = Svf<S::Scalar, P>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        if lane < S::LANES {
            self.state.swap_lane(lane, &mut alone.state);
            self.glide.swap_lane(lane, &mut alone.glide);
            self.coefs.forget();
            alone.coefs.forget();
        }
    }

    fn reset_lane(&mut self, lane: usize) {
        if lane < S::LANES {
            self.state.reset_lane(lane);
            self.glide.reset_lane(lane);
        }
    }
}

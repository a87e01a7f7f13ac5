//! Low, band, high and notch at once: the trapezoidal state-variable filter.

use super::design::{RUN, fraction, half_turn, integrators, limited_q};
use super::precision::{Native, Precision};
use crate::grid::{cut, flushed, is_zero, spans};
use crate::lane_state::lane_state;
use crate::memo::Memo;
use crate::{Sample, Value};

/// The two integrators of a trapezoidal state-variable filter.
///
/// V. Zavalishin, "The Art of VA Filter Design" (2018), ch. 4; A. Simper (2013). With no input, one step is a
/// contraction of (`s1`, `s2`) for any cutoff and any positive damping, so the state stays bounded however the
/// coefficients move from frame to frame (cf. A. Wishnick, "Time-varying filters for musical applications", DAFx-14).
#[derive(Clone, Copy, Debug)]
pub(super) struct Integrators<W> {
    pub s1: W,
    pub s2: W,
}

impl<W: Sample> Integrators<W> {
    pub fn new() -> Self {
        Integrators { s1: W::zero(), s2: W::zero() }
    }

    /// One frame: the band and the low output for the input `x`.
    #[inline(always)]
    pub fn step(&mut self, x: W, a1: W, a2: W, a3: W) -> (W, W) {
        let v3 = x - self.s2;
        let band = a1 * self.s1 + a2 * v3;
        let low = self.s2 + a2 * self.s1 + a3 * v3;
        self.s1 = band + band - self.s1;
        self.s2 = low + low - self.s2;
        (band, low)
    }

    /// Sets a state that has died away to zero.
    #[inline(always)]
    pub fn flush(&mut self) {
        self.s1 = flushed(self.s1);
        self.s2 = flushed(self.s2);
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        is_zero(self.s1) && is_zero(self.s2)
    }
}

/// Where [`Svf::process`] writes its outputs; each as long as the input.
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
/// most −91 dB for cutoffs from 200 Hz, Q up to 5 and rates up to 48 kHz, and by −64 dB at worst over 20 Hz..20 kHz,
/// Q 0.1..40, 44.1..192 kHz. `Svf<f32, Double>` stays below −144 dB over all of it.
#[derive(Clone, Debug)]
pub struct Svf<S: Sample, P: Precision = Native> {
    per_rate: f64,
    state: Integrators<P::State<S>>,
    coefs: Memo<[S; 2], [P::State<S>; 4]>,
}

impl<S: Sample, P: Precision> Svf<S, P> {
    /// A filter at rest for `rate` frames per second.
    pub fn new(rate: f64) -> Self {
        Svf { per_rate: 1.0 / rate.max(1.0), state: Integrators::new(), coefs: Memo::new() }
    }

    /// Back to rest.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.state = Integrators::new();
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
    pub(crate) fn process_here(
        &mut self,
        start: u64,
        input: &[S],
        cutoff: &Value<'_, S>,
        q: &Value<'_, S>,
        out: SvfOutputs<'_, S>,
    ) {
        let frames =
            input.len().min(out.low.len()).min(out.band.len()).min(out.high.len()).min(out.notch.len());
        let SvfOutputs { low, band, high, notch } = out;
        let steady = match (cutoff, q) {
            (Value::Steady(c), Value::Steady(q)) => Some(self.coefficients(*c, *q)),
            _ => None,
        };
        for span in spans(start, frames) {
            if span.on_grid {
                self.state.flush();
            }
            let mut at = span.range.start;
            while at < span.range.end {
                let end = (at + RUN).min(span.range.end);
                let run = match steady {
                    Some(c) => [c; RUN],
                    None => self.run(&cut(cutoff, at..end), &cut(q, at..end), end - at),
                };
                for (i, c) in (at..end).zip(run) {
                    let x = P::load(input[i]);
                    let (v1, v2) = self.state.step(x, c[0], c[1], c[2]);
                    let b = c[3] * v1;
                    low[i] = P::store(v2);
                    band[i] = P::store(b);
                    high[i] = P::store(x - b - v2);
                    notch[i] = P::store(x - b);
                }
                at = end;
            }
        }
    }

    #[inline(always)]
    fn coefficients(&mut self, cutoff: S, q: S) -> [P::State<S>; 4] {
        let per_rate = self.per_rate;
        self.coefs.get(
            [cutoff, q],
            #[inline(always)]
            |[cutoff, q]| Self::design(P::load(cutoff), P::load(q), per_rate),
        )
    }

    /// a1, a2, a3 and the damping k.
    #[inline(always)]
    fn design(cutoff: P::State<S>, q: P::State<S>, per_rate: f64) -> [P::State<S>; 4] {
        let (sin, cos) = half_turn(fraction(cutoff, per_rate));
        let k = P::State::<S>::one() / limited_q(q);
        let (a1, a2, a3) = integrators(sin, cos, k);
        [a1, a2, a3, k]
    }

    #[inline(always)]
    fn run(&self, cutoff: &Value<'_, S>, q: &Value<'_, S>, frames: usize) -> [[P::State<S>; 4]; RUN] {
        let mut run = [[P::State::<S>::zero(); 4]; RUN];
        for (i, coefs) in run.iter_mut().enumerate().take(frames) {
            *coefs = Self::design(P::load(cutoff.at(i)), P::load(q.at(i)), self.per_rate);
        }
        run
    }
}

lane_state!(Svf<S, P: Precision> { samples: state.s1, state.s2; memos: coefs; });

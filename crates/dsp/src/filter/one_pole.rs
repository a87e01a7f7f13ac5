//! 6 dB per octave: one-pole low-pass and high-pass.

use super::design::{fraction, half_turn};
use super::precision::{Double, Precision};
use crate::grid::{flushed, is_zero, spans};
use crate::lane_state::lane_state;
use crate::memo::Memo;
use crate::{Sample, Value};

/// Which side of the cutoff a [`OnePole`] passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnePoleKind {
    /// Passes what lies below.
    Lowpass,
    /// Passes what lies above.
    Highpass,
}

/// A one-pole filter by the trapezoidal rule (Zavalishin, ch. 3): −3 dB exactly at the cutoff, stable while it moves.
#[derive(Clone, Debug)]
pub struct OnePole<S: Sample, P: Precision = Double> {
    kind: OnePoleKind,
    per_rate: f64,
    state: P::State<S>,
    gain: Memo<S, P::State<S>>,
}

impl<S: Sample, P: Precision> OnePole<S, P> {
    /// A filter at rest for `rate` frames per second.
    pub fn new(kind: OnePoleKind, rate: f64) -> Self {
        OnePole { kind, per_rate: 1.0 / rate.max(1.0), state: P::State::<S>::zero(), gain: Memo::new() }
    }

    /// Back to rest.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.state = P::State::<S>::zero();
    }

    /// Whether the state is exactly zero: silence in gives silence out.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        is_zero(self.state)
    }

    /// Filters a block that begins at the absolute frame `start`; `cutoff` in Hz, 0.01 to 0.4999 of the rate. \[audio\]
    #[inline]
    pub fn process(&mut self, start: u64, input: &[S], cutoff: &Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, cutoff, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, start: u64, input: &[S], cutoff: &Value<'_, S>, out: &mut [S]) {
        let frames = input.len().min(out.len());
        let steady = match cutoff {
            Value::Steady(c) => Some(self.gain_of(*c)),
            Value::Moving(_) => None,
        };
        for span in spans(start, frames) {
            if span.on_grid {
                self.state = flushed(self.state);
            }
            let mut gains = [P::State::<S>::zero(); 64];
            let gains = &mut gains[..span.range.len()];
            match steady {
                Some(gain) => gains.fill(gain),
                None => {
                    for (i, gain) in gains.iter_mut().enumerate() {
                        *gain = Self::design(P::load(cutoff.at(span.range.start + i)), self.per_rate);
                    }
                }
            }
            self.run(&input[span.range.clone()], gains, &mut out[span.range]);
        }
    }

    #[inline(always)]
    fn run(&mut self, input: &[S], gains: &[P::State<S>], out: &mut [S]) {
        let mut state = self.state;
        let high = self.kind == OnePoleKind::Highpass;
        for ((y, x), gain) in out.iter_mut().zip(input).zip(gains) {
            let x = P::load(*x);
            let step = (x - state) * *gain;
            let low = step + state;
            state = low + step;
            *y = P::store(if high { x - low } else { low });
        }
        self.state = state;
    }

    #[inline(always)]
    fn gain_of(&mut self, cutoff: S) -> P::State<S> {
        let per_rate = self.per_rate;
        self.gain.get(
            cutoff,
            #[inline(always)]
            |cutoff| Self::design(P::load(cutoff), per_rate),
        )
    }

    /// g / (1 + g) with g = tan(pi cutoff / rate).
    #[inline(always)]
    fn design(cutoff: P::State<S>, per_rate: f64) -> P::State<S> {
        let (sin, cos) = half_turn(fraction(cutoff, per_rate));
        sin / (sin + cos)
    }
}

lane_state!(OnePole<S, P: Precision> { samples: state; memos: gain; });

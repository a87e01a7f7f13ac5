//! What a loop loses in the treble with each round: a one-pole low-pass that can be fully open.

use crate::grid::{flushed, is_zero};
use crate::lane_state::lane_state;
use crate::math::sin_quarter;
use crate::{Sample, Value};

/// The largest cutoff, as a fraction of the rate, at which the filter still acts; from there on it is open.
const OPEN: f64 = 0.4999;

/// `y = x + b (y - x)`: −3 dB at the cutoff; exactly `y = x` from 0.4999 of the rate on.
#[derive(Clone, Debug)]
pub(super) struct Tone<S: Sample> {
    per_rate: f64,
    state: S,
}

impl<S: Sample> Tone<S> {
    pub fn new(rate: f64) -> Self {
        Tone { per_rate: 1.0 / rate.max(1.0), state: S::zero() }
    }

    #[inline(always)]
    pub fn reset(&mut self) {
        self.state = S::zero();
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        is_zero(self.state)
    }

    #[inline(always)]
    pub fn flush(&mut self) {
        self.state = flushed(self.state);
    }

    /// Filters up to 64 frames in place; `cutoff` in Hz.
    #[inline(always)]
    pub fn process(&mut self, cutoff: &Value<'_, S>, block: &mut [S]) {
        match cutoff {
            Value::Steady(cutoff) => {
                let b = self.pole(*cutoff);
                for x in block {
                    *x = self.step(*x, b);
                }
            }
            Value::Moving(_) => {
                let mut poles = [S::zero(); 64];
                for (i, pole) in poles.iter_mut().enumerate().take(block.len()) {
                    *pole = self.pole(cutoff.at(i));
                }
                for (x, b) in block.iter_mut().zip(poles) {
                    *x = self.step(*x, b);
                }
            }
        }
    }

    #[inline(always)]
    fn step(&mut self, x: S, b: S) -> S {
        self.state = x + b * (self.state - x);
        self.state
    }

    /// With p = 1 - cos w = 2 sin²(w/2), |H(w)|² = 1/2 asks for 1 - b = sqrt(p² + 2p) - p.
    #[inline(always)]
    fn pole(&self, cutoff: S) -> S {
        let x = (cutoff * S::splat(self.per_rate)).clamp(S::splat(1e-6), S::splat(OPEN));
        let sin = sin_quarter(x * S::splat(0.5));
        let p = S::splat(2.0) * sin * sin;
        let b = S::one() + p - (p * (p + S::splat(2.0))).sqrt();
        S::select(x.lt(S::splat(OPEN)), b, S::zero())
    }
}

lane_state!(Tone<S> { samples: state; });

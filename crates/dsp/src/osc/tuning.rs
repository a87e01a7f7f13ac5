//! From hertz to phase per frame.

use crate::{Phase, Sample, Value};

/// The largest step in turns per frame: just under a half, from where on a step would count as negative.
const LARGEST_STEP: f64 = 0.5 - 1.0 / (1_u64 << 40) as f64;

/// The resolution of a step: see [`Phase`].
const SHORTEST_STEP: f64 = 1.0 / (1_u64 << 52) as f64;

/// The conversion at one sampling rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning<S: Sample> {
    turns_per_hertz: S::Wide,
}

impl<S: Sample> Tuning<S> {
    /// At `rate` frames per second.
    pub(crate) fn new(rate: f64) -> Self {
        Self { turns_per_hertz: S::Wide::splat(1.0 / rate.max(1.0)) }
    }

    /// The phase that one frame at `frequency` covers.
    #[inline(always)]
    pub(crate) fn step(&self, frequency: S) -> S::Phase {
        let limit = S::Wide::splat(LARGEST_STEP);
        S::phase_of((frequency.widen() * self.turns_per_hertz).clamp(-limit, limit))
    }

    /// The step for a frequency from 0 up, never too short (by at most 2^-51 turns too long): so a cycle of a whole number
    /// of frames ends on its frame, not on the one after it.
    #[inline(always)]
    pub(crate) fn step_forward(&self, frequency: S) -> S::Phase {
        let shortest = S::Wide::splat(SHORTEST_STEP);
        let limit = S::Wide::splat(LARGEST_STEP);
        let turns = (forward(frequency).widen() * self.turns_per_hertz).min(limit);
        // The product and the conversion are each off by at most 2^-53.
        let longer = S::Wide::select(S::Wide::zero().lt(turns), turns + shortest, turns);
        S::phase_of(longer)
    }

    /// The steps of a piece of a block for frequencies from 0 up.
    #[inline(always)]
    pub(crate) fn steps_forward(&self, frequency: Value<'_, S>, steps: &mut [S::Phase]) {
        match frequency {
            Value::Steady(f) => steps.fill(self.step_forward(f)),
            Value::Moving(fs) => {
                for (step, &f) in steps.iter_mut().zip(fs) {
                    *step = self.step_forward(f);
                }
            }
        }
    }

    /// The steps of a piece of a block, one per frame of `steps`.
    #[inline(always)]
    pub(crate) fn steps(&self, frequency: Value<'_, S>, steps: &mut [S::Phase]) {
        match frequency {
            Value::Steady(f) => steps.fill(self.step(f)),
            Value::Moving(fs) => {
                for (step, &f) in steps.iter_mut().zip(fs) {
                    *step = self.step(f);
                }
            }
        }
    }
}

/// A frequency that may not run backwards: 0 for what is below, and for NaN.
#[inline(always)]
fn forward<S: Sample>(frequency: S) -> S {
    frequency.max(S::zero())
}

/// Replaces each step by the phase before it, and gives the phase after the last.
#[inline(always)]
pub(crate) fn accumulate<P: Phase>(mut phase: P, steps: &mut [P]) -> P {
    for step in steps {
        let next = phase.plus(*step);
        *step = phase;
        phase = next;
    }
    phase
}

//! A sine whose frequency and phase may move at audio rate.

use super::tuning::{Tuning, accumulate};
use crate::lane_state::lane_state;
use crate::math::sin_quarter;
use crate::{PIECE, Phase, Sample, Value};

/// `sin(2 pi (phase + offset))`.
///
/// Within 2.2e-7 of a double-precision sine of the same frequency (-133 dBFS), at every frequency and rate, for hours:
/// see [`Phase`] for the drift. The magnitude may exceed 1 by one rounding (1.2e-7).
#[derive(Clone, Copy, Debug)]
pub struct Sine<S: Sample = f32> {
    phase: S::Phase,
    tuning: Tuning<S>,
}

impl<S: Sample> Sine<S> {
    /// At `rate` frames per second (at least 1), from phase 0.
    pub fn new(rate: f64) -> Self {
        Self { phase: S::Phase::zero(), tuning: Tuning::new(rate) }
    }

    /// Back to phase 0. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        self.phase = S::Phase::zero();
    }

    /// Moves to `phase`, of the frame that comes next. `[audio]`
    #[inline(always)]
    pub fn set_phase(&mut self, phase: S::Phase) {
        self.phase = phase;
    }

    /// The phase of the frame that comes next, without the offset. `[audio]`
    #[inline(always)]
    pub fn phase(&self) -> S::Phase {
        self.phase
    }

    /// Fills `out`. `frequency` in hertz (below 0: backwards; limited to half the rate), `offset` in turns, any finite
    /// magnitude below 2^51. `[audio]`
    #[inline]
    pub fn process(&mut self, frequency: Value<'_, S>, offset: Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(frequency, offset, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, frequency: Value<'_, S>, offset: Value<'_, S>, out: &mut [S]) {
        if let (Value::Steady(frequency), Value::Steady(offset)) = (frequency, offset) {
            return self.process_steady(frequency, offset, out);
        }
        let mut phases = [S::Phase::zero(); PIECE];
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            let Some(phases) = phases.get_mut(..out.len()) else { return };
            self.tuning.steps(frequency.part(start, end), phases);
            self.phase = accumulate(self.phase, phases);
            match offset.part(start, end) {
                Value::Steady(offset) => {
                    let offset = S::phase_of(offset.widen());
                    for (out, phase) in out.iter_mut().zip(phases.iter()) {
                        *out = sin_quarter(S::quarter_of(phase.plus(offset)));
                    }
                }
                Value::Moving(offsets) => {
                    for ((out, phase), offset) in out.iter_mut().zip(phases.iter()).zip(offsets) {
                        *out = sin_quarter(S::quarter_of(phase.plus(S::phase_of(offset.widen()))));
                    }
                }
            }
            start = end;
        }
    }

    /// One pass: as phases add up exactly, the compiler may take several frames at once.
    #[inline(always)]
    fn process_steady(&mut self, frequency: S, offset: S, out: &mut [S]) {
        let step = self.tuning.step(frequency);
        let offset = S::phase_of(offset.widen());
        let mut phase = self.phase.plus(offset);
        for out in out {
            *out = sin_quarter(S::quarter_of(phase));
            phase = phase.plus(step);
        }
        self.phase = phase.minus(offset);
    }
}

lane_state!(Sine<S> { phases: phase; });

//! Signals to measure with: impulses and constants.

use crate::gate::{Gate, for_each_lane, levels};
use crate::lane_state::lane_state;
use crate::osc::Tuning;
use crate::{PIECE, Phase, Sample, Value};

/// Single frames of a given level in silence: one when triggered, or one per period, or both.
///
/// Not band-limited: each impulse falls on a whole frame, the first one after its time.
#[derive(Clone, Copy, Debug)]
pub struct Impulse<S: Sample = f32> {
    /// Phase of the next frame; an impulse sounds where it starts anew.
    phase: S::Phase,
    /// Lanes in which an impulse is due in the next frame.
    due: u32,
    trigger: Gate,
    tuning: Tuning<S>,
}

impl<S: Sample> Impulse<S> {
    /// At `rate` frames per second. A periodic train begins with an impulse.
    pub fn new(rate: f64) -> Self {
        Self { phase: S::Phase::zero(), due: u32::MAX, trigger: Gate::default(), tuning: Tuning::new(rate) }
    }

    /// Back to the beginning of the train, and counts the trigger as off. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        (self.phase, self.due, self.trigger) = (S::Phase::zero(), u32::MAX, Gate::default());
    }

    /// Fills `out`. `frequency` in impulses per second, up to just under half the rate; at 0 and below there is no train, and
    /// the next one begins with an impulse. A trigger going above 0.5 gives one impulse and starts the period anew.
    /// `[audio]`
    #[inline]
    pub fn process(
        &mut self,
        frequency: Value<'_, S>,
        trigger: Value<'_, S>,
        level: Value<'_, S>,
        out: &mut [S],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(frequency, trigger, level, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        frequency: Value<'_, S>,
        trigger: Value<'_, S>,
        level: Value<'_, S>,
        out: &mut [S],
    ) {
        let mut steps = [S::Phase::zero(); PIECE];
        let mut on = [0; PIECE];
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            let Some(steps) = steps.get_mut(..out.len()) else { return };
            self.tuning.steps_forward(frequency.part(start, end), steps);
            levels(trigger.part(start, end), &mut on);
            for (i, ((out, &step), &on)) in out.iter_mut().zip(steps.iter()).zip(&on).enumerate() {
                let triggered = self.trigger.rising(on);
                for_each_lane(triggered, |lane| self.phase.set_lane(lane, 0));
                let resting = resting::<S>(step);
                *out = S::zero();
                for_each_lane(triggered | (self.due & !resting), |lane| {
                    out.add_to_lane(lane, level.at(start + i).lane(lane));
                });
                // Where there is no train, the phase rests at its start and the first impulse of the next one is due.
                let next = self.phase.plus(step);
                self.due = next.crossed(self.phase, step) | resting;
                self.phase = next;
                for_each_lane(resting, |lane| self.phase.set_lane(lane, 0));
            }
            start = end;
        }
    }
}

/// The lanes without a train.
#[inline(always)]
fn resting<S: Sample>(step: S::Phase) -> u32 {
    (0..S::LANES).filter(|&lane| step.in_lane(lane) == 0).fold(0, |lanes, lane| lanes | 1 << lane)
}

/// Fills `out` with `level`. `[audio]`
#[inline(always)]
pub fn constant<S: Sample>(level: Value<'_, S>, out: &mut [S]) {
    match level {
        Value::Steady(level) => out.fill(level),
        Value::Moving(levels) => {
            for (out, &level) in out.iter_mut().zip(levels) {
                *out = level;
            }
        }
    }
}

lane_state!(Impulse<S> { phases: phase; bits: due, trigger.on; } reset |impulse, lane| {
    impulse.due |= 1 << lane;
});

//! The value of a signal when last triggered.

use crate::gate::{Gate, for_each_lane, levels};
use crate::lane_state::lane_state;
use crate::{PIECE, Sample, Value};

/// Takes a sample of its input in the frame in which the trigger goes above 0.5, and holds it.
#[derive(Clone, Copy, Debug)]
pub struct SampleHold<S: Sample = f32> {
    held: S,
    trigger: Gate,
}

impl<S: Sample> SampleHold<S> {
    /// Holds zero until the first trigger.
    pub fn new() -> Self {
        Self { held: S::zero(), trigger: Gate::default() }
    }

    /// Holds zero again, and counts the trigger as off. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        *self = Self::new();
    }

    /// What is held. `[audio]`
    #[inline(always)]
    pub fn held(&self) -> S {
        self.held
    }

    /// Fills `out`; the shorter of `input` and `out` counts. `[audio]`
    #[inline]
    pub fn process(&mut self, input: &[S], trigger: Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(input, trigger, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, input: &[S], trigger: Value<'_, S>, out: &mut [S]) {
        let mut on = [0; PIECE];
        let mut start = 0;
        for (input, out) in input.chunks(PIECE).zip(out.chunks_mut(PIECE)) {
            levels(trigger.part(start, start + out.len()), &mut on);
            for ((out, &input), &on) in out.iter_mut().zip(input).zip(&on) {
                for_each_lane(self.trigger.rising(on), |lane| {
                    self.held.set_lane(lane, input.lane(lane));
                });
                *out = self.held;
            }
            start += out.len();
        }
    }
}

impl<S: Sample> Default for SampleHold<S> {
    fn default() -> Self {
        Self::new()
    }
}

lane_state!(SampleHold<S> { samples: held; bits: trigger.on; });

//! A limit on how fast a signal rises and falls.

use crate::gate::for_each_lane;
use crate::lane_state::lane_state;
use crate::{Sample, Value};

/// Follows its input no faster than a rise and a fall per second.
#[derive(Clone, Copy, Debug)]
pub struct Slew<S: Sample = f32> {
    level: S,
    /// Lanes that have a level.
    started: u32,
    seconds_per_frame: S,
}

impl<S: Sample> Slew<S> {
    /// At `rate` frames per second. It begins at the first value of its input.
    pub fn new(rate: f64) -> Self {
        Self { level: S::zero(), started: 0, seconds_per_frame: S::splat(1.0 / rate.max(1.0)) }
    }

    /// Forgets the level: the next value of the input is taken over at once. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        self.started = 0;
    }

    /// Goes on from `level`. `[audio]`
    #[inline(always)]
    pub fn set_level(&mut self, level: S) {
        (self.level, self.started) = (level, u32::MAX);
    }

    /// The level of the frame before. `[audio]`
    #[inline(always)]
    pub fn level(&self) -> S {
        self.level
    }

    /// Fills `out` from `input`. `rise` and `fall` in units per second; zero or below (or NaN) holds the level against that
    /// direction, infinity follows at once. The shorter of `input` and `out` counts. `[audio]`
    #[inline]
    pub fn process(&mut self, input: &[S], rise: Value<'_, S>, fall: Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(input, rise, fall, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        input: &[S],
        rise: Value<'_, S>,
        fall: Value<'_, S>,
        out: &mut [S],
    ) {
        if let (Some(&first), true) = (input.first(), self.started != u32::MAX) {
            for_each_lane(!self.started & (u32::MAX >> (32 - S::LANES)), |lane| {
                self.level.set_lane(lane, first.lane(lane));
            });
            self.started = u32::MAX;
        }
        let mut level = self.level;
        for (i, (out, &input)) in out.iter_mut().zip(input).enumerate() {
            // Whether it may arrive is decided on the distance, so that it arrives exactly.
            let up = (level + rise.at(i).max(S::zero()) * self.seconds_per_frame).min(input);
            let down = (level - fall.at(i).max(S::zero()) * self.seconds_per_frame).max(input);
            level = S::select(level.lt(input), up, down);
            *out = level;
        }
        self.level = level;
    }
}

lane_state!(Slew<S> { samples: level; bits: started; });

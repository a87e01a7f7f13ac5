//! Where the segments of an envelope begin and end; all of it seldom, and lane by lane.

use super::{Envelope, Recursion, all_lanes};
use crate::gate::for_each_lane;
use crate::lane_state::swap_each;
use crate::{LaneState, Sample};

/// Where a lane is. The first three take time, and their numbers index times and curves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Attack,
    Decay,
    Release,
    Sustain,
    Idle,
}

/// What is known of a lane's present segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane {
    stage: Stage,
    /// Length of the segment in frames, as last seen.
    frames: f64,
    /// Part of the segment that had passed `since` frames ago.
    passed: f64,
    pub(super) since: u64,
    /// Frames from then until the first in which the segment is over.
    pub(super) length: u64,
    curve: f64,
}

/// All lanes. Time passes for them together, and is told to each when somebody looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes<S: Sample> {
    each: S::Each<Lane>,
    /// Frames that no lane has been told of.
    untold: u64,
}

impl<S: Sample> Lanes<S> {
    /// All of them idle.
    pub(super) fn new() -> Self {
        Lanes { each: S::each(|_| Lane::IDLE), untold: 0 }
    }

    /// So many frames pass.
    #[inline(always)]
    pub(super) fn pass(&mut self, frames: u64) {
        self.untold += frames;
    }

    /// Tells all lanes what has passed. Those that stay where they are do not mind.
    #[inline(always)]
    pub(super) fn tell(&mut self) {
        let untold = core::mem::take(&mut self.untold);
        if untold > 0 {
            self.each.as_mut().iter_mut().for_each(|lane| lane.since += untold);
        }
    }

    /// One that has been told.
    #[inline(always)]
    pub(super) fn get(&self, lane: usize) -> Option<&Lane> {
        debug_assert!(self.untold == 0, "who looks tells first");
        self.each.as_ref().get(lane)
    }

    /// One that has been told.
    #[inline(always)]
    fn get_mut(&mut self, lane: usize) -> Option<&mut Lane> {
        debug_assert!(self.untold == 0, "who looks tells first");
        self.each.as_mut().get_mut(lane)
    }
}

impl<S: Sample> LaneState for Lanes<S> {
    type Alone = Lanes<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Lanes<S::Scalar>) {
        self.tell();
        alone.tell();
        swap_each(self.each.as_mut(), lane, alone.each.as_mut());
    }

    fn reset_lane(&mut self, lane: usize) {
        if let Some(state) = self.each.as_mut().get_mut(lane) {
            *state = Lane::IDLE;
        }
    }
}

/// Below this a curve counts as straight (the difference is below 1e-6 of the way).
const STRAIGHT: f64 = 1e-6;
/// Segments are not longer than this many frames (a million years at 192 kHz).
const LONGEST: f64 = 6.0e18;
/// Frames are counted in single precision up to here.
const COUNTED: f64 = 16_777_216.0;

impl Lane {
    pub(super) const IDLE: Self =
        Self { stage: Stage::Idle, frames: 0.0, passed: 0.0, since: 0, length: u64::MAX, curve: 0.0 };

    /// At `passed` of a segment of `frames`.
    fn restart(&mut self, frames: f64, passed: f64) {
        (self.frames, self.passed, self.since) = (frames, passed, 0);
        self.length = libm::ceil((1.0 - passed) * frames).max(0.0) as u64;
    }
}

/// Frames that `seconds` take; none for what is not above 0.
fn frames_of(seconds: f64, rate: f64) -> f64 {
    let frames = seconds * rate;
    if frames > 0.0 { frames.min(LONGEST) } else { 0.0 }
}

/// The part of the way that a curve has covered at `x` of its time.
fn curve_at(curve: f64, x: f64) -> f64 {
    if curve.abs() < STRAIGHT { x } else { libm::expm1(-curve * x) / libm::expm1(-curve) }
}

/// What takes a curve from one frame to the next: `part * ratio + offset`.
fn recursion(curve: f64, frames: f64) -> (f64, f64) {
    if curve.abs() < STRAIGHT {
        (1.0, 1.0 / frames)
    } else {
        (libm::exp(-curve / frames), libm::expm1(-curve / frames) / libm::expm1(-curve))
    }
}

impl<S: Sample> Envelope<S> {
    /// What begins in a frame: a changed speed, unless the times are known, the next segment, attack or release. `times` in seconds.
    pub(super) fn begin(
        &mut self,
        (rising, falling): (u32, u32),
        (times, known): ([S; 3], bool),
        sustain: S,
    ) {
        self.lanes.tell();
        if !known {
            for_each_lane(self.moving, |lane| self.follow_time(lane, times));
        }
        for_each_lane(self.moving, |lane| self.end_if_over(lane, times));
        if rising | falling != 0 {
            let level = self.level(sustain);
            for_each_lane(rising, |lane| self.enter(lane, Stage::Attack, level.lane(lane), 0.0, times));
            for_each_lane(falling, |lane| self.enter(lane, Stage::Release, level.lane(lane), 0.0, times));
        }
    }

    /// The level in the present frame.
    #[inline(always)]
    pub(super) fn level(&self, sustain: S) -> S {
        let line = (self.base + self.slope * self.count).min(S::one());
        let part = S::select(S::splat(0.5).lt(self.bend), S::narrow(self.bent.part), line);
        self.start + self.way(sustain) * part
    }

    /// How far a segment goes from where it began.
    #[inline(always)]
    pub(super) fn way(&self, sustain: S) -> S {
        (self.end + self.follow * sustain.max(S::zero()).min(S::one())) - self.start
    }

    /// Goes on at another speed where the time of the present segment has changed.
    fn follow_time(&mut self, lane: usize, times: [S; 3]) {
        let Some(state) = self.lanes.get_mut(lane) else { return };
        let Some(time) = times.get(state.stage as usize) else { return };
        let frames = frames_of(time.lane(lane), self.rate);
        if frames != state.frames {
            let passed = state.passed + state.since as f64 / state.frames;
            state.restart(frames, passed);
            let curve = state.curve;
            self.go_on(lane, curve, passed, frames);
        }
    }

    /// Goes to the next segment where the present one is over, with what is left of the frame.
    fn end_if_over(&mut self, lane: usize, times: [S; 3]) {
        let Some(&state) = self.lanes.get(lane) else { return };
        if state.since < state.length {
            return;
        }
        let over = ((state.passed - 1.0) * state.frames + state.since as f64).max(0.0);
        match state.stage {
            Stage::Attack => self.enter(lane, Stage::Decay, 1.0, over, times),
            Stage::Decay => self.rest(lane, Stage::Sustain),
            Stage::Release | Stage::Sustain | Stage::Idle => self.rest(lane, Stage::Idle),
        }
    }

    /// Begins a segment at level `start`, of which `over` frames have already passed.
    fn enter(&mut self, lane: usize, stage: Stage, start: f64, over: f64, times: [S; 3]) {
        let index = stage as usize;
        let (Some(time), Some(&curve)) = (times.get(index), self.curves.get(index)) else { return };
        let frames = frames_of(time.lane(lane), self.rate);
        if over >= frames {
            return match stage {
                Stage::Attack => self.enter(lane, Stage::Decay, 1.0, over - frames, times),
                Stage::Decay => self.rest(lane, Stage::Sustain),
                _ => self.rest(lane, Stage::Idle),
            };
        }
        let passed = over / frames;
        if let Some(state) = self.lanes.get_mut(lane) {
            (state.stage, state.curve) = (stage, curve);
            state.restart(frames, passed);
        }
        self.bent.part.set_lane(lane, curve_at(curve, passed));
        self.go_on(lane, curve, passed, frames);
        let ends = match stage {
            Stage::Attack => (1.0, 0.0),
            Stage::Decay => (0.0, 1.0),
            _ => (0.0, 0.0),
        };
        self.aim(lane, start, ends);
        self.moving |= 1 << lane;
        self.idle &= !(1 << lane);
    }

    /// Stays at the sustain level, or at zero.
    fn rest(&mut self, lane: usize, stage: Stage) {
        if let Some(state) = self.lanes.get_mut(lane) {
            *state = Lane { stage, ..Lane::IDLE };
        }
        let follow = if stage == Stage::Sustain { 1.0 } else { 0.0 };
        self.stand(lane);
        self.aim(lane, 0.0, (0.0, follow));
        self.moving &= !(1 << lane);
        self.idle = (self.idle & !(1 << lane)) | (u32::from(stage == Stage::Idle) << lane);
        debug_assert!(self.idle & !all_lanes::<S>() == 0, "only lanes that exist are idle");
    }

    /// Sets from where to where one lane goes.
    fn aim(&mut self, lane: usize, start: f64, (end, follow): (f64, f64)) {
        self.start.set_lane(lane, start);
        self.end.set_lane(lane, end);
        self.follow.set_lane(lane, follow);
    }

    /// Sets at what speed one lane goes on, which is at a part of its time. A straight line needs nothing else to be known; a curve goes on from where it is.
    fn go_on(&mut self, lane: usize, curve: f64, passed: f64, frames: f64) {
        let is_straight = curve.abs() < STRAIGHT;
        if is_straight && frames < COUNTED {
            self.stand(lane);
            self.base.set_lane(lane, passed);
            self.slope.set_lane(lane, 1.0 / frames.max(f64::from(f32::MIN_POSITIVE)));
            return;
        }
        if is_straight {
            self.bent.part.set_lane(lane, passed);
        }
        let (ratio, offset) = recursion(curve, frames.max(f64::MIN_POSITIVE));
        self.bent.ratio.set_lane(lane, ratio);
        self.bent.offset.set_lane(lane, offset);
        self.bend.set_lane(lane, 1.0);
    }

    /// Keeps one lane where all of the way is behind it.
    pub(super) fn stand(&mut self, lane: usize) {
        for (number, value) in
            [(&mut self.base, 1.0), (&mut self.slope, 0.0), (&mut self.count, 0.0), (&mut self.bend, 0.0)]
        {
            number.set_lane(lane, value);
        }
        let Recursion { part, ratio, offset } = &mut self.bent;
        for (number, value) in [(part, 1.0), (ratio, 1.0), (offset, 0.0)] {
            number.set_lane(lane, value);
        }
    }
}

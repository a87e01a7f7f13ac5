//! When a gate or trigger signal is on, and where it goes on or off: lane by lane, to the frame.

use crate::{Sample, Value};

/// Above this a gate is on.
const ON_ABOVE: f64 = 0.5;

/// A gate's level in each lane, as it was in the frame before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gate {
    /// A bit for each lane.
    pub(crate) on: u32,
}

impl Gate {
    /// The lanes that have gone on, when those in `on` now are. Remembers them.
    #[inline(always)]
    pub(crate) fn rising(&mut self, on: u32) -> u32 {
        let rising = on & !self.on;
        self.on = on;
        rising
    }

    /// The lanes that have gone on and those that have gone off. Remembers the level.
    #[inline(always)]
    pub(crate) fn edges(&mut self, on: u32) -> (u32, u32) {
        let falling = self.on & !on;
        (self.rising(on), falling)
    }
}

/// The lanes in which a gate is on, at each frame of a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held<'a> {
    /// The same ones at all of them.
    Steady(u32),
    Moving(&'a [u32]),
}

impl Held<'_> {
    #[inline(always)]
    pub(crate) fn at(&self, frame: usize) -> u32 {
        match self {
            Held::Steady(on) => *on,
            Held::Moving(on) => on.get(frame).copied().unwrap_or(0),
        }
    }

    /// For how many frames from one on it is as it is there, of a piece of so many.
    #[inline(always)]
    pub(crate) fn stays(&self, frame: usize, frames: usize) -> usize {
        match self {
            Held::Steady(_) => frames.saturating_sub(frame),
            Held::Moving(on) => {
                let now = self.at(frame);
                on.get(frame..).unwrap_or_default().iter().take_while(|&&on| on == now).count()
            }
        }
    }
}

/// For each frame of a piece, the lanes in which the gate is on. NaN is off.
#[inline(always)]
pub(crate) fn levels<S: Sample>(gate: Value<'_, S>, levels: &mut [u32]) {
    match gate {
        Value::Steady(level) => levels.fill(is_on(level)),
        Value::Moving(gates) => {
            for (to, &level) in levels.iter_mut().zip(gates) {
                *to = is_on(level);
            }
        }
    }
}

/// The lanes in which a level is that of a gate that is on.
#[inline(always)]
pub(crate) fn is_on<S: Sample>(level: S) -> u32 {
    S::bits(S::splat(ON_ABOVE).lt(level))
}

/// Calls `f` for each lane whose bit is set, the lowest first.
#[inline(always)]
pub(crate) fn for_each_lane(mut lanes: u32, mut f: impl FnMut(usize)) {
    while lanes != 0 {
        f(lanes.trailing_zeros() as usize);
        lanes &= lanes - 1;
    }
}

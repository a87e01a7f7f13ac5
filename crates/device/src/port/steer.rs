//! At which ratio does a port run? At that of the two clocks as measured, and a little more or less while its fill is off the target.

use super::setup::Setup;
use crate::pace::Line;

/// Pull towards the target while looking for it, and near it; in parts of the rate for a second of fill that is off: time constants of 3 and 10 s.
const WIDE: f64 = 0.3;
const NARROW: f64 = 0.1;
/// Greatest pull, likewise: 0.35 and 0.017 cents. With what the measured ratio may be off in the worst of cases (see below),
/// that stays below 1 and 0.05 cents (578 and 29 ppm).
const WIDE_PULL: f64 = 200.0e-6;
const NARROW_PULL: f64 = 10.0e-6;
/// The ratio changes by steps no faster than a lag of so many seconds.
const LAG: f64 = 1.0;
/// A ratio that is sure to this is good enough to begin with; to the other, to be called locked, if the fill has been near for so long that the pull is a narrow one.
const TRUSTED: f64 = 350.0e-6;
const SURE: f64 = 18.0e-6;
const NEAR_FOR: f64 = 2.5;
/// A fill within so many seconds of its target is near.
const NEAR: f64 = 0.25e-3;
/// A fill that is further off, in seconds, is not locked any more.
const FAR: f64 = 1.0e-3;
/// Clocks further from their nominal rates than this are not followed.
const FURTHEST: f64 = 0.015;
/// Seconds after which a delay or a block that was longer than the present ones is two thirds forgotten; and the same while the clocks are not well known, when delays look
/// longer than they are.
const MEMORY: f64 = 600.0;
const SHORT_MEMORY: f64 = 5.0;
/// Callbacks that begin a stream and say nothing about its blocks: some systems ask for two seconds at once.
const IGNORED: u32 = 2;

/// What a callback of the draining end has seen.
pub(super) struct Seen<'a> {
    pub(super) feed: &'a Line,
    pub(super) drain: &'a Line,
    /// The fill, smoothed, in feeding frames; none if it cannot be told.
    pub(super) fill: Option<f64>,
    /// Feeding frames that this callback takes.
    pub(super) takes: f64,
    /// Seconds that it lasts.
    pub(super) seconds: f64,
}

/// Steers the ratio of one port.
pub(super) struct Steer {
    from: f64,
    nominal: f64,
    asked: Option<f64>,
    margin: f64,
    cap: f64,
    /// The ratio of the clocks to the nominal one, less 1, as measured last.
    measured: Option<f64>,
    /// What is applied, less 1.
    applied: f64,
    late: f64,
    takes: f64,
    callbacks: u32,
    target: f64,
    near_for: f64,
    locked: bool,
}

impl Steer {
    pub(super) fn new(setup: &Setup) -> Self {
        let from = f64::from(setup.from);
        let margin = setup.margin.as_secs_f64() * from;
        Steer {
            from,
            nominal: from / f64::from(setup.to),
            asked: setup.target.map(|target| target.as_secs_f64() * from),
            margin,
            cap: setup.cap.as_secs_f64() * from,
            measured: None,
            applied: 0.0,
            late: 0.0,
            takes: 0.0,
            callbacks: 0,
            target: margin,
            near_for: 0.0,
            locked: false,
        }
    }

    /// Looks at a callback; returns how many feeding frames go into a draining one.
    pub(super) fn note(&mut self, seen: &Seen<'_>) -> f64 {
        let doubt = seen.feed.doubt.hypot(seen.drain.doubt);
        self.aim(seen, doubt);
        let ratio = seen.drain.seconds_per_frame / seen.feed.seconds_per_frame / self.nominal - 1.0;
        let first = self.measured.is_none();
        if doubt < TRUSTED && ratio.abs() < FURTHEST {
            self.measured = Some(ratio);
        }
        let off = seen.fill.map_or(0.0, |fill| (fill - self.target) / self.from);
        self.judge(doubt, off, seen);
        let narrow = self.locked || self.near_for > 0.0;
        let (pull, most) = if narrow { (NARROW, NARROW_PULL) } else { (WIDE, WIDE_PULL) };
        let wanted = self.measured.map_or(0.0, |measured| measured + (pull * off).clamp(-most, most));
        // The first measurement is taken at once: nothing is heard yet.
        let share = if first { 1.0 } else { seen.seconds / (LAG + seen.seconds) };
        self.applied += (wanted - self.applied) * share;
        self.nominal * (1.0 + self.applied)
    }

    /// Where the fill should be: the feeding side may be late by as much as it was, the draining one takes a block at a time.
    fn aim(&mut self, seen: &Seen<'_>, doubt: f64) {
        self.callbacks = self.callbacks.saturating_add(1);
        if self.callbacks > IGNORED {
            let memory = match self.measured {
                None => 0.0,
                Some(_) if doubt < SURE => MEMORY,
                Some(_) => SHORT_MEMORY,
            };
            let forget = |held: f64, present: f64, memory: f64| {
                present.max(present + (held - present) * memory / (memory + seen.seconds))
            };
            self.late =
                forget(self.late, if seen.feed.is_known() { seen.feed.late } else { self.late }, memory);
            self.takes = forget(self.takes, seen.takes, MEMORY);
        }
        let needed = self.late * self.from + self.takes + self.margin;
        self.target = self.asked.unwrap_or(needed).min(self.cap);
    }

    /// Whether it is locked.
    fn judge(&mut self, doubt: f64, off: f64, seen: &Seen<'_>) {
        let near = seen.fill.is_some() && off.abs() < NEAR;
        self.near_for = if near { self.near_for + seen.seconds } else { 0.0 };
        if self.near_for >= NEAR_FOR && doubt < SURE {
            self.locked = true;
        } else if !doubt.is_finite() || off.abs() > FAR {
            self.locked = false;
        }
    }

    /// So many feeding frames were missing soon after the beginning: the target is as much higher from now on, until that is forgotten.
    pub(super) fn allow_for(&mut self, frames: usize) {
        self.late += frames as f64 / self.from;
    }

    /// Nothing is played: not locked.
    pub(super) fn unlock(&mut self) {
        self.locked = false;
        self.near_for = 0.0;
    }

    /// Whether the two clocks have been known well enough to begin.
    pub(super) fn is_measured(&self) -> bool {
        self.measured.is_some()
    }

    pub(super) fn is_locked(&self) -> bool {
        self.locked
    }

    /// Feeding frames that the ring should hold.
    pub(super) fn target(&self) -> f64 {
        self.target
    }

    /// Feeding frames that it may hold.
    pub(super) fn cap(&self) -> f64 {
        self.cap
    }

    /// What is applied, in millionths of the nominal ratio: how much faster the feeding clock runs than the draining one.
    pub(super) fn ppm(&self) -> f64 {
        self.applied * 1e6
    }
}

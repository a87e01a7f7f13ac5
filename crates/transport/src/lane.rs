//! Where is a parameter to be at a place in musical time?

use crate::path::MAX_BEATS;
use alloc::vec::Vec;

/// The most points of a lane.
pub const MAX_POINTS: usize = 65_536;
/// The furthest place of a point that is counted in frames: 4,500 years at 48 kHz, up to where doubles count every frame.
pub const MAX_FRAMES: f64 = (1u64 << 52) as f64;

/// What the places of a lane are counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Quarter notes: the place is that of the transport, and goes with its tempo.
    #[default]
    Beats,
    /// Frames of the transport ([`Transport::frames_at`](crate::Transport::frames_at)), whatever its tempo.
    Frames,
}

/// The way from a point to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Curve {
    /// It stays, and is at the next when that is reached.
    Step,
    /// A straight line.
    #[default]
    Linear,
    /// Equal ratios in equal times. Between values of unlike sign, or from or to zero, a straight line.
    Exponential,
    /// A bent line, from -1 to 1 without either: above 0 it sets off slowly and is late, below 0 it sets off fast. With u from 0 to 1 it is
    /// u / (u + (1 − u) (1 + b) / (1 − b)), a form of Schlick's bias (C. Schlick, "Fast Alternatives to Perlin's Bias and Gain Functions",
    /// Graphics Gems IV, 1994); half way it is (1 − b) / 2.
    Bend(f32),
}

/// A place and the value there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// From the beginning of the lane, in beats or frames. Of two points at one place the later one is what it jumps to there.
    pub at: f64,
    /// The value, in the parameter's unit.
    pub value: f32,
    /// The way from here to the next point.
    pub curve: Curve,
}

/// Why points are not a lane.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LaneError {
    /// No points, or too many.
    #[error("a lane has 1 to 65,536 points, not {count}")]
    Count {
        /// How many.
        count: usize,
    },
    /// The lane is too short or too long.
    #[error("a lane of length {length} cannot be played; choose from {min} to {max}")]
    Length {
        /// In beats or frames.
        length: f64,
        /// The shortest.
        min: f64,
        /// The longest.
        max: f64,
    },
    /// A point before the one before it, before the beginning, or after the end.
    #[error(
        "point {index} is at {at}; it lies between {from}, where the one before is, and {to}, where the lane ends"
    )]
    Place {
        /// Which point, from 0.
        index: usize,
        /// Where it is.
        at: f64,
        /// Where the one before is.
        from: f64,
        /// Where the lane ends.
        to: f64,
    },
    /// A value that is not a number.
    #[error("point {index} has the value {value}; choose a finite number")]
    Value {
        /// Which point, from 0.
        index: usize,
        /// The value.
        value: f32,
    },
    /// A bend out of range.
    #[error("the curve of point {index} is bent by {bend}; choose a number between -1 and 1, without either")]
    Bend {
        /// Which point, from 0.
        index: usize,
        /// The bend.
        bend: f32,
    },
}

/// The course of a parameter: points in musical time, and the ways between them. Before the first point it is at the first one's value, after the
/// last at the last one's. It never changes: another takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    clock: Clock,
    points: Vec<Point>,
    /// How many jumps there are up to each point, with itself.
    jumps: Vec<u32>,
    /// Its length if it begins again at its end, and whether that is a jump.
    round: Option<(f64, bool)>,
}

/// Where a lane was looked at last; only saves looking for it again.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LanePlace {
    round: u64,
    /// How many points of the round are passed.
    passed: usize,
}

/// What a lane says at a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LaneValue {
    /// The value.
    pub value: f32,
    /// How many jumps come before the place and at it. Where that differs between two places, the value is not continuous between them.
    pub jumps: u64,
}

impl Lane {
    /// A lane of points in the order of their places. With a `length` it begins again after so much; otherwise it stays at the last point. `[control]`
    ///
    /// # Errors
    /// The first number that is out of range.
    pub fn new(clock: Clock, points: Vec<Point>, length: Option<f64>) -> Result<Lane, LaneError> {
        if points.is_empty() || points.len() > MAX_POINTS {
            return Err(LaneError::Count { count: points.len() });
        }
        let (min, max) = match clock {
            Clock::Beats => (crate::MIN_LENGTH, MAX_BEATS),
            Clock::Frames => (1.0, MAX_FRAMES),
        };
        if let Some(length) = length.filter(|length| !(min..=max).contains(length)) {
            return Err(LaneError::Length { length, min, max });
        }
        let (mut from, to) = (0.0, length.unwrap_or(max));
        for (index, point) in points.iter().enumerate() {
            check(index, point, from, to)?;
            from = point.at;
        }
        let jumps = count_jumps(&points);
        let first = points.first().map(|point| point.value);
        let round = length.map(|length| (length, points.last().map(|point| point.value) != first));
        Ok(Lane { clock, points, jumps, round })
    }

    /// What its places are counted in.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Its points.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// After how much it begins again, if it does.
    pub fn length(&self) -> Option<f64> {
        self.round.map(|(length, _)| length)
    }

    /// What it says at a place of the transport, in beats or frames; one below 0 counts as 0. The outcome does not depend on `place`. `[audio]`
    ///
    /// Takes a handful of comparisons near `place`, and elsewhere a bisection of the points.
    pub fn at(&self, position: f64, place: &mut LanePlace) -> LaneValue {
        let position = position.max(0.0);
        let local = match self.round {
            Some((length, _)) => position - self.round_of(position, length, place),
            None => position,
        };
        if !self.holds(place.passed, local) {
            place.passed = self.points.partition_point(|point| point.at <= local);
        }
        let jumps = match place.passed.checked_sub(1) {
            Some(last) => self.jumps.get(last).copied().unwrap_or(0),
            None => 0,
        };
        let in_round = self.round.map_or(0, |(_, wraps)| {
            place.round * (u64::from(self.jumps.last().copied().unwrap_or(0)) + u64::from(wraps))
        });
        LaneValue { value: self.value(place.passed, local), jumps: in_round + u64::from(jumps) }
    }

    /// Where the round begins that holds a position: the one with r · length ≤ position < (r + 1) · length, as these are rounded.
    fn round_of(&self, position: f64, length: f64, place: &mut LanePlace) -> f64 {
        let begins = |round: u64| round as f64 * length;
        let is_in = |round: u64| begins(round) <= position && position < begins(round + 1);
        if !is_in(place.round) {
            let about = libm::floor(position / length) as u64;
            let first = about.saturating_sub(1);
            place.round = (first..first + 3).find(|round| is_in(*round)).unwrap_or(about);
        }
        begins(place.round)
    }

    /// Whether just so many points are passed at a place.
    fn holds(&self, passed: usize, local: f64) -> bool {
        let at = |index: usize| self.points.get(index).map(|point| point.at);
        passed <= self.points.len()
            && passed.checked_sub(1).and_then(at).is_none_or(|at| at <= local)
            && at(passed).is_none_or(|at| local < at)
    }

    fn value(&self, passed: usize, local: f64) -> f32 {
        let before = passed.checked_sub(1).and_then(|index| self.points.get(index));
        match (before, self.points.get(passed)) {
            (Some(a), Some(b)) => between(a, b, ((local - a.at) / (b.at - a.at)) as f32),
            (Some(end), None) | (None, Some(end)) => end.value,
            (None, None) => 0.0,
        }
    }
}

/// The value a part `u` of the way from one point to the next.
fn between(a: &Point, b: &Point, u: f32) -> f32 {
    let line = |u: f32| a.value + (b.value - a.value) * u;
    match a.curve {
        Curve::Step => a.value,
        Curve::Exponential if a.value * b.value > 0.0 => {
            a.value * libm::exp2f(libm::log2f(b.value / a.value) * u)
        }
        Curve::Linear | Curve::Exponential => line(u),
        Curve::Bend(bend) => line(u / (u + (1.0 - u) * ((1.0 + bend) / (1.0 - bend)))),
    }
}

fn check(index: usize, point: &Point, from: f64, to: f64) -> Result<(), LaneError> {
    let &Point { at, value, curve } = point;
    match curve {
        _ if !(from..=to).contains(&at) => Err(LaneError::Place { index, at, from, to }),
        _ if !value.is_finite() => Err(LaneError::Value { index, value }),
        Curve::Bend(bend) if !(bend > -1.0 && bend < 1.0) => Err(LaneError::Bend { index, bend }),
        _ => Ok(()),
    }
}

/// How many jumps there are up to each point, with itself: where the way there ends elsewhere than the point is.
fn count_jumps(points: &[Point]) -> Vec<u32> {
    let mut count = 0;
    let mut before: Option<&Point> = None;
    let jumps = points.iter().map(|point| {
        if let Some(before) = before {
            let stays = before.curve == Curve::Step || before.at == point.at;
            count += u32::from(stays && before.value != point.value);
        }
        before = Some(point);
        count
    });
    jumps.collect()
}

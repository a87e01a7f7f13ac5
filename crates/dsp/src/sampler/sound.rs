//! A recording as one voice hears it: which frame follows on which, and what is heard around a place.

use super::settings::LoopPoints;
use crate::player::{Pace, Place};

/// From where to where a recording of so many frames is played, and how it goes around.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    /// Frames of the recording.
    pub frames: i64,
    /// The first frame that is played, and the one behind the last.
    pub from: i64,
    pub to: i64,
    /// The loop: its first frame, the one behind its last, and how many fade into those before it.
    pub start: i64,
    pub end: i64,
    pub fade: i64,
    pub looping: bool,
    /// It has gone around, so that what it came from is the other end of the loop.
    pub wrapped: bool,
    /// After how many of the frames heard at once it has last gone around; 0 if it has not.
    pub lap: u32,
    pub pace: Pace,
}

impl Way {
    /// A way through a recording, by points that need not fit it.
    pub fn new(frames: usize, (from, to): (usize, usize), looped: LoopPoints, looping: bool) -> Way {
        let frames = frames as i64;
        let to = if to == 0 { frames } else { (to as i64).clamp(1, frames.max(1)) };
        let from = (from as i64).min(to - 1).max(0);
        let mut way = Way {
            frames,
            from,
            to,
            start: 0,
            end: to,
            fade: 0,
            looping,
            wrapped: false,
            lap: 0,
            pace: Pace::STILL,
        };
        way.set_loop(looped);
        way
    }

    /// Takes other points, as far as they fit.
    pub fn set_loop(&mut self, points: LoopPoints) {
        let end = if points.end == 0 { self.to } else { points.end as i64 };
        self.end = end.clamp(1, self.frames.max(1));
        self.start = (points.start as i64).clamp(0, self.end - 1);
        let most = self.start.min(self.end - self.start);
        self.fade = i64::try_from(points.crossfade).unwrap_or(most).min(most);
    }

    /// Where it begins.
    pub fn beginning(&self) -> Place {
        let whole = if self.pace.is_backwards() { self.to - 1 } else { self.from };
        Place { whole, fraction: 0 }
    }

    /// Whether it has come to its end.
    #[inline(always)]
    pub fn is_over(&self, place: Place) -> bool {
        !self.looping && (place.whole >= self.to || place.whole < self.from)
    }

    /// Whether a place lies beyond the loop, in the direction in which it moves.
    #[inline(always)]
    pub fn is_beyond(&self, place: Place) -> bool {
        match self.pace.is_backwards() {
            true => place.whole < self.start,
            false => place.whole >= self.end,
        }
    }

    /// The place that follows from where a step led.
    #[inline(always)]
    pub fn around(&mut self, place: Place) -> Place {
        if !(self.looping && self.is_beyond(place)) {
            return place;
        }
        self.wrapped = true;
        Place { whole: self.in_loop(place.whole), ..place }
    }

    /// The same after so many of the frames that are heard at once, which is noted if it goes around.
    #[inline(always)]
    pub fn step_around(&mut self, place: Place, frames: usize) -> Place {
        if self.looping && self.is_beyond(place) {
            self.lap = frames as u32;
        }
        self.around(place)
    }

    /// How many frames of an engine it takes to go around once.
    pub fn frames_around(&self) -> f64 {
        (self.end - self.start) as f64 * (1u64 << 48) as f64 / self.pace.steps().unsigned_abs() as f64
    }

    #[inline(always)]
    fn in_loop(&self, whole: i64) -> i64 {
        let length = (self.end - self.start).max(1);
        self.start + (whole - self.start).rem_euclid(length)
    }

    /// Whether all that is read for so many frames from a place on is read as it lies there: `before` frames before each place and `behind`
    /// behind it. Nothing goes around or ends in between.
    #[inline(always)]
    pub fn is_plain(&self, place: Place, frames: usize, (before, behind): (i64, i64)) -> bool {
        let last = place.after_many(self.pace, frames.saturating_sub(1));
        let (least, most) = (place.whole.min(last.whole), place.whole.max(last.whole));
        let (least, most) = (least - before, most + behind);
        if least < 0 || most >= self.frames {
            return false;
        }
        if !self.looping {
            return least + before >= self.from && most - behind < self.to;
        }
        let leads = self.wrapped || !self.pace.is_backwards();
        let at_end = most < self.end - self.fade || (!leads && !self.wrapped);
        let at_start = least >= self.start || !self.wrapped;
        at_end && at_start && !(self.pace.is_backwards() && least + before < self.start)
    }

    /// What is heard of a frame of the signal that goes around as this way does: the frame of the recording, and, where it fades into another, that one
    /// and how far.
    #[inline(always)]
    pub fn heard(&self, frame: i64) -> (i64, Option<(i64, f32)>) {
        if !self.looping {
            return (frame, None);
        }
        let leads = self.wrapped || !self.pace.is_backwards();
        let frame = match leads && frame >= self.end || self.wrapped && frame < self.start {
            true => self.in_loop(frame),
            false => frame,
        };
        let into = frame - (self.end - self.fade);
        if !leads || self.fade == 0 || into < 0 || frame >= self.end {
            return (frame, None);
        }
        let part = into as f32 / self.fade as f32;
        (frame, Some((frame - (self.end - self.start), part)))
    }

    /// One channel of a frame, as it is heard; silence where the recording has none.
    #[inline(always)]
    pub fn sample(&self, samples: &[f32], (channels, channel): (usize, usize), frame: i64) -> f32 {
        let at = |frame: i64| match usize::try_from(frame) {
            Ok(frame) => samples.get(frame * channels + channel).copied().unwrap_or(0.0),
            Err(_) => 0.0,
        };
        match self.heard(frame) {
            (frame, None) => at(frame),
            (frame, Some((other, part))) => at(frame) + (at(other) - at(frame)) * part,
        }
    }
}

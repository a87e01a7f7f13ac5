//! Where one signal is in its recording, and where it goes from there.

use super::Buffer;
use super::kernel::Region;
use std::sync::Arc;

/// Bits of a step behind the point.
const STEP_BITS: u32 = 48;
/// One frame, as a step.
const ONE: f64 = (1_u64 << STEP_BITS) as f64;

/// What one lane plays, and how fast at speed 1.
#[derive(Clone, Debug)]
pub(super) struct Track {
    buffer: Option<Arc<Buffer>>,
    /// Frames of the buffer in a frame of the engine.
    ratio: f64,
    /// Frames of the buffer.
    frames: i64,
    /// The loop: its first frame, and the one behind its last.
    start: i64,
    end: i64,
}

/// A place in a buffer: whole frames, and 2^-64ths of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub whole: i64,
    pub fraction: u64,
}

/// How far a place moves in a frame, in 2^-48 frames: within 2^-49 of what was asked for, so that a day at 192 kHz is exact to
/// 3e-5 frames. Beyond 16,384 frames it stays there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pace(i64);

impl Place {
    #[inline(always)]
    pub fn after(self, pace: Pace) -> Place {
        let (fraction, carry) = self.fraction.overflowing_add(pace.fraction());
        Place { whole: self.whole + pace.whole() + i64::from(carry), fraction }
    }

    /// After so many frames at one pace.
    #[inline(always)]
    pub fn after_many(self, pace: Pace, frames: usize) -> Place {
        let way = i128::from(pace.0) * frames as i128;
        let place = (i128::from(self.whole) << 64) + i128::from(self.fraction) + (way << (64 - STEP_BITS));
        Place { whole: (place >> 64) as i64, fraction: place as u64 }
    }

    /// Calls with how many whole frames each of the places from here on lies behind `least`, and gives the place behind them. No place
    /// lies before that one, or 32,768 frames behind it.
    #[inline(always)]
    pub fn each<T>(
        self,
        pace: Pace,
        least: i64,
        places: &mut [T],
        mut call: impl FnMut(usize, &mut T),
    ) -> Place {
        // What a step cannot say is zero in the fraction as well.
        let mut way = ((self.whole - least) as u64) << STEP_BITS | self.fraction >> (64 - STEP_BITS);
        for place in places {
            call((way >> STEP_BITS) as usize, place);
            way = way.wrapping_add(pace.0 as u64);
        }
        // The one behind them may lie before it.
        Place { whole: least + (way as i64 >> STEP_BITS), fraction: way << (64 - STEP_BITS) }
    }

    /// The part of a frame, from 0 to below 1: its upper 24 bits, which single precision holds exactly.
    #[inline(always)]
    pub fn part(self) -> f32 {
        (self.fraction >> 40) as i32 as f32 * (1.0 / 16_777_216.0)
    }
}

impl Pace {
    pub const STILL: Pace = Pace(0);

    #[inline(always)]
    pub fn new(frames: f64) -> Pace {
        const MOST: i64 = 1 << (STEP_BITS + 14);
        // What is not a number becomes 0.
        Pace(((frames * ONE) as i64).clamp(-MOST, MOST))
    }

    /// In 2^-48 frames.
    #[inline(always)]
    pub fn steps(self) -> i64 {
        self.0
    }

    #[inline(always)]
    pub fn is_backwards(self) -> bool {
        self.0 < 0
    }

    /// Whether as many frames as are gathered in one go lead so far at most that it can be counted in steps.
    #[inline(always)]
    pub fn is_moderate(self) -> bool {
        self.0.unsigned_abs() < 1 << (STEP_BITS + 9)
    }

    #[inline(always)]
    pub fn whole(self) -> i64 {
        self.0 >> STEP_BITS
    }

    #[inline(always)]
    pub fn fraction(self) -> u64 {
        (self.0 as u64) << (64 - STEP_BITS)
    }
}

impl Track {
    /// A buffer at `rate` frames a second; without one, silence.
    pub fn new(buffer: Option<Arc<Buffer>>, region: Region, rate: f64) -> Track {
        let frames = buffer.as_ref().map_or(0, |b| b.frames());
        let place = |mark: usize| buffer.as_ref().map_or(0, |b| b.frame_at(mark));
        let end = if region.end == 0 { frames } else { place(region.end).max(1).min(frames) };
        let start = place(region.start).min(end.saturating_sub(1));
        let ratio = buffer.as_ref().map_or(0.0, |b| b.rate() / rate.max(1.0));
        Track { buffer, ratio, frames: frames as i64, start: start as i64, end: end as i64 }
    }

    #[inline(always)]
    pub fn pace(&self, speed: f64) -> Pace {
        Pace::new(speed * self.ratio)
    }

    /// The paces of frames with these speeds. Mostly one is as the one before it.
    #[inline(always)]
    pub fn paces<'s>(&self, speeds: impl Iterator<Item = &'s f32>, paces: &mut [Pace]) {
        let mut last = (0.0, Pace::STILL);
        for (pace, speed) in paces.iter_mut().zip(speeds) {
            if *speed != last.0 {
                last = (*speed, self.pace(f64::from(*speed)));
            }
            *pace = last.1;
        }
    }

    #[inline(always)]
    pub fn samples(&self) -> (&[f32], usize) {
        self.buffer.as_ref().map_or((&[], 1), |buffer| (buffer.samples(), buffer.channels()))
    }

    /// Where it begins: at the first frame, or backwards at the last.
    #[inline(always)]
    pub fn beginning(&self, pace: Pace, looping: bool) -> Place {
        let whole = match (pace.is_backwards(), looping) {
            (false, _) => 0,
            (true, false) => self.frames - 1,
            (true, true) => self.end - 1,
        };
        Place { whole, fraction: 0 }
    }

    /// Whether nothing more comes until it is begun anew. It then stays where it is.
    #[inline(always)]
    pub fn has_ended(&self, place: Place) -> bool {
        place.whole >= self.frames || place.whole < -1
    }

    /// The place one frame later.
    #[inline(always)]
    pub fn next(&self, place: Place, pace: Pace, looping: bool) -> Place {
        if self.has_ended(place) {
            return place;
        }
        self.around(place.after(pace), pace, looping)
    }

    /// The place that follows from where a step led.
    #[inline(always)]
    pub fn around(&self, place: Place, pace: Pace, looping: bool) -> Place {
        let beyond = match pace.is_backwards() {
            true => place.whole < self.start,
            false => place.whole >= self.end,
        };
        match looping && beyond {
            true => Place { whole: self.in_loop(place.whole), ..place },
            false => place,
        }
    }

    #[inline(always)]
    fn in_loop(&self, whole: i64) -> i64 {
        let length = (self.end - self.start).max(1);
        self.start + (whole - self.start).rem_euclid(length)
    }

    /// Whether all that is read for places from `least` to `most` lies in the buffer as it is heard, and nothing goes around in between:
    /// with `before` frames before each place and `behind` behind it.
    #[inline(always)]
    pub fn is_plain(
        &self,
        (least, most): (i64, i64),
        (before, behind): (i64, i64),
        (looping, backwards): (bool, bool),
    ) -> bool {
        if !looping {
            return least >= before && most + behind < self.frames;
        }
        let lead_in = !backwards && most < self.start && least >= before;
        most + behind < self.end && (least - before >= self.start || lead_in)
    }

    /// The frame of the buffer that is heard `offset` frames from a place; none where there is silence. In a loop its first frame follows on its last.
    #[inline(always)]
    pub fn frame(&self, whole: i64, offset: i64, looping: bool) -> Option<usize> {
        let at = whole + offset;
        let at = match looping && (at >= self.end || whole >= self.start && at < self.start) {
            true => self.in_loop(at),
            false => at,
        };
        (0..self.frames).contains(&at).then_some(at as usize)
    }
}

//! Which frame is a clock at, at a given time? A straight line, and how sure it is.

use super::hull::Place;

/// The pace of a clock: a line through times and frames, counted from one of its callbacks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// The callback that it is counted from: frames before it, and nanoseconds.
    pub(crate) frames: u64,
    pub(crate) nanos: u64,
    /// Seconds from that callback to the point where the line passes frame 0 of the count.
    offset: f64,
    /// Seconds for a frame.
    pub(crate) seconds_per_frame: f64,
    /// How far above the line the latest callback lies, in seconds.
    pub(crate) late: f64,
    /// How far the slope may be off, as a ratio; infinite as long as there is no line.
    pub(crate) doubt: f64,
    /// The last callback came where none was expected: the clock may run elsewhere now.
    pub(crate) in_question: bool,
}

impl Line {
    /// No line yet: the nominal slope, and no trust in it.
    pub(crate) fn unknown(seconds_per_frame: f64) -> Self {
        Line {
            frames: 0,
            nanos: 0,
            offset: 0.0,
            seconds_per_frame,
            late: 0.0,
            doubt: f64::INFINITY,
            in_question: false,
        }
    }

    /// Whether there is a line.
    pub(crate) fn is_known(&self) -> bool {
        self.doubt.is_finite()
    }

    /// Whether there is a line, and the last callback came where it says.
    pub(crate) fn holds(&self) -> bool {
        self.is_known() && !self.in_question
    }

    /// A callback, counted from this line's.
    pub(crate) fn place(&self, frames: u64, now: u64) -> Place {
        // Differences that wrap are small numbers of either sign.
        Place {
            frames: frames.wrapping_sub(self.frames) as i64 as f64,
            seconds: now.wrapping_sub(self.nanos) as i64 as f64 * 1e-9,
        }
    }

    /// How far above the line a callback lies, in seconds.
    pub(crate) fn height(&self, place: Place) -> f64 {
        place.seconds - self.offset - place.frames * self.seconds_per_frame
    }

    /// The one of two that lies lower.
    pub(super) fn lower(&self, a: Place, b: Place) -> Place {
        if self.height(b) < self.height(a) { b } else { a }
    }

    /// The one of two that lies higher.
    pub(super) fn higher(&self, a: Place, b: Place) -> Place {
        if self.height(b) > self.height(a) { b } else { a }
    }

    /// Whether a callback comes where others did, give or take so many seconds.
    pub(crate) fn expects(&self, frames: u64, now: u64, tolerance: f64) -> bool {
        let height = self.height(self.place(frames, now));
        (-tolerance..=self.late + tolerance).contains(&height)
    }

    /// The frame, whole and fraction, that the clock is at; counted as the frames of its callbacks are.
    pub(crate) fn frame_at(&self, nanos: f64) -> f64 {
        let seconds = (nanos - self.nanos as f64) * 1e-9;
        (seconds - self.offset) / self.seconds_per_frame + self.frames as f64
    }

    /// When the clock is at a frame, in nanoseconds.
    pub(crate) fn nanos_at(&self, frames: u64) -> f64 {
        let frames = frames.wrapping_sub(self.frames) as i64 as f64;
        (frames * self.seconds_per_frame + self.offset) * 1e9 + self.nanos as f64
    }

    /// Takes the line through a place.
    pub(super) fn draw(&mut self, through: Place, seconds_per_frame: f64) {
        self.seconds_per_frame = seconds_per_frame;
        self.offset = through.seconds - through.frames * seconds_per_frame;
    }
}

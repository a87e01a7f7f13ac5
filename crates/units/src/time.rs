//! Lengths and points of time: frames, seconds, beats, and the rates that lead from one to the other.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use crate::number::{self, ParseError};
use crate::pitch::Hertz;

pub(crate) const SECOND_SUFFIXES: number::Suffixes = &[
    ("", 1.0),
    ("s", 1.0),
    ("sec", 1.0),
    ("second", 1.0),
    ("seconds", 1.0),
    ("ms", 1e-3),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("min", 60.0),
    ("h", 3600.0),
];
pub(crate) const SECOND_EXAMPLES: &str = "1.5, 1.5 s, 500 ms or 2 min";
pub(crate) const BEAT_SUFFIXES: number::Suffixes = &[("", 1.0), ("b", 1.0), ("beat", 1.0), ("beats", 1.0)];
pub(crate) const BEAT_EXAMPLES: &str = "3, 3b or 3 beats";
pub(crate) const FRAME_SUFFIXES: number::Suffixes = &[("", 1.0), ("f", 1.0), ("frame", 1.0), ("frames", 1.0)];
pub(crate) const FRAME_EXAMPLES: &str = "48000, 48000f or 48000 frames";
pub(crate) const TEMPO_SUFFIXES: number::Suffixes = &[("", 1.0), ("bpm", 1.0)];
pub(crate) const TEMPO_EXAMPLES: &str = "120 or 120 bpm";

/// A count of frames (one sample of every channel), from an origin or as a length. At 192 kHz it lasts three million years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frames(pub u64);

impl Frames {
    /// How long this is at `rate` frames per second. Exact to 52 bits; infinite at a rate of 0.
    pub fn to_seconds(self, rate: Hertz) -> Seconds {
        Seconds(self.0 as f64 / rate.0)
    }
}

impl Add for Frames {
    type Output = Self;
    /// Stops at the largest count instead of wrapping.
    fn add(self, other: Self) -> Self {
        Frames(self.0.saturating_add(other.0))
    }
}

impl Sub for Frames {
    type Output = Self;
    /// Stops at 0 instead of wrapping.
    fn sub(self, other: Self) -> Self {
        Frames(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        number::pad(f, &if self.0 == 1 { "1 frame".to_owned() } else { format!("{} frames", self.0) })
    }
}

impl FromStr for Frames {
    type Err = ParseError;

    /// Reads `48000`, `48000f`, `48000 frames`; whole numbers from 0 to 2^53, beyond which a fraction could not be told.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        whole_frames(text, number::parse(text, FRAME_SUFFIXES, FRAME_EXAMPLES)?)
    }
}

fn whole_frames(text: &str, count: f64) -> Result<Frames, ParseError> {
    let text = || text.trim().to_owned();
    if count < 0.0 {
        Err(ParseError::Negative { text: text() })
    } else if count > 9_007_199_254_740_992.0 {
        Err(ParseError::TooLarge { text: text() })
    } else if count.fract() != 0.0 {
        Err(ParseError::PartOfAFrame { text: text(), below: count as u64, above: count as u64 + 1 })
    } else {
        Ok(Frames(count as u64))
    }
}

/// A length of time or a point in time in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Seconds(pub f64);

impl Seconds {
    /// The nearest frame at `rate` frames per second, halves upwards. Below zero and not a number give 0; what is larger
    /// than the largest count gives that.
    ///
    /// `frames.to_seconds(rate).to_frames(rate)` is `frames` for every count below 2^50.
    pub fn to_frames(self, rate: Hertz) -> Frames {
        // A cast from float to integer saturates, and takes what is not a number for 0.
        Frames((self.0 * rate.0).round() as u64)
    }
}

impl fmt::Display for Seconds {
    /// `1.5 s`, `250 ms`, `50 µs`: the unit in which the number is 1 or more, and never above seconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.abs();
        // Half a unit in the sixth digit below 1 s still rounds to "1 s", not to "1000 ms".
        if magnitude >= 0.999_999_5 || magnitude == 0.0 || !magnitude.is_finite() {
            number::write(f, self.0, "s")
        } else if magnitude >= 0.000_999_999_5 {
            number::write(f, self.0 * 1e3, "ms")
        } else {
            number::write(f, self.0 * 1e6, "µs")
        }
    }
}

impl FromStr for Seconds {
    type Err = ParseError;

    /// Reads `1.5`, `1.5 s`, `500ms`, `20 µs`, `2 min`, `1h`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        number::parse(text, SECOND_SUFFIXES, SECOND_EXAMPLES).map(Seconds)
    }
}

/// A length or a point in musical time, in beats.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Beats(pub f64);

impl Beats {
    /// How long this is at `tempo`. Infinite at a tempo of 0.
    pub fn to_seconds(self, tempo: Tempo) -> Seconds {
        Seconds(self.0 * 60.0 / tempo.0)
    }
}

impl fmt::Display for Beats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        number::write(f, self.0, if self.0 == 1.0 { "beat" } else { "beats" })
    }
}

impl FromStr for Beats {
    type Err = ParseError;

    /// Reads `3`, `3b`, `3 beats`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        number::parse(text, BEAT_SUFFIXES, BEAT_EXAMPLES).map(Beats)
    }
}

/// How fast musical time goes, in beats per minute.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tempo(pub f64);

impl Default for Tempo {
    /// 120 beats per minute, as a Standard MIDI File has it that says nothing.
    fn default() -> Self {
        Tempo(120.0)
    }
}

impl fmt::Display for Tempo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        number::write(f, self.0, "bpm")
    }
}

impl FromStr for Tempo {
    type Err = ParseError;

    /// Reads `120`, `120 bpm`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        number::parse(text, TEMPO_SUFFIXES, TEMPO_EXAMPLES).map(Tempo)
    }
}

/// A length of time in whichever unit it was written, as in `set filter.cutoff 400 over 2s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Span {
    /// In seconds.
    Seconds(Seconds),
    /// In beats.
    Beats(Beats),
    /// In frames.
    Frames(Frames),
}

impl Span {
    /// The nearest frame, halves upwards.
    pub fn to_frames(self, rate: Hertz, tempo: Tempo) -> Frames {
        match self {
            Span::Seconds(seconds) => seconds.to_frames(rate),
            Span::Beats(beats) => beats.to_seconds(tempo).to_frames(rate),
            Span::Frames(frames) => frames,
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Span::Seconds(seconds) => seconds.fmt(f),
            Span::Beats(beats) => beats.fmt(f),
            Span::Frames(frames) => frames.fmt(f),
        }
    }
}

impl FromStr for Span {
    type Err = ParseError;

    /// Reads `2s`, `500ms`, `3 beats`, `3b`, `48000f`; a bare number is seconds. Never negative.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let examples = "2s, 500ms, 3 beats or 48000f";
        let (value, suffix) = number::split(text, examples)?;
        if value < 0.0 {
            return Err(ParseError::Negative { text: text.trim().to_owned() });
        }
        let suffix = suffix.to_lowercase();
        let is_of = |suffixes: number::Suffixes| {
            !suffix.is_empty() && suffixes.iter().any(|(known, _)| *known == suffix)
        };
        if is_of(BEAT_SUFFIXES) {
            Ok(Span::Beats(Beats(value)))
        } else if is_of(FRAME_SUFFIXES) {
            whole_frames(text, value).map(Span::Frames)
        } else {
            number::parse(text, SECOND_SUFFIXES, examples).map(|seconds| Span::Seconds(Seconds(seconds)))
        }
    }
}

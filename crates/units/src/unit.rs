//! The unit of a parameter: how its number is shown, and what hands may type for it.

use std::fmt;

use crate::level::{self, Decibels};
use crate::number::{self, ParseError, Suffixes};
use crate::pitch::{self, Hertz, Note};
use crate::time::{self, Seconds};

/// What a parameter's number means. The number itself is always in the unit named here, whatever was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unit {
    /// A plain number.
    #[default]
    None,
    /// A frequency in hertz; kilohertz and names of notes are read too.
    Hertz,
    /// A level in decibels; `-inf` is read as -120, which is silence.
    Decibels,
    /// A time in milliseconds; `2s` is read as 2000.
    Milliseconds,
    /// A time in seconds; `500ms` is read as 0.5.
    Seconds,
    /// An interval in semitones; cents and octaves are read too.
    Semitones,
    /// An interval in cents, hundredths of a semitone.
    Cents,
    /// An interval in octaves.
    Octaves,
    /// A factor; `4:1`, `4x` and `50%` are read too.
    Ratio,
    /// Hundredths.
    Percent,
    /// An angle or phase in degrees; full turns are read as `0.5 turns`.
    Degrees,
    /// A count of frames.
    Frames,
    /// A musical time in beats.
    Beats,
    /// A tempo in beats per minute.
    BeatsPerMinute,
    /// A place from -1 (left) to 1 (right); `30L`, `C`, `100R` are read too.
    Pan,
    /// A MIDI note number; `C4` is read as 60.
    Note,
}

/// The rows of one unit: its symbol, its suffixes, and examples of what is read.
struct Row {
    name: &'static str,
    symbol: &'static str,
    suffixes: Suffixes,
    examples: &'static str,
}

const fn row(name: &'static str, symbol: &'static str, suffixes: Suffixes, examples: &'static str) -> Row {
    Row { name, symbol, suffixes, examples }
}

const MILLISECONDS: Suffixes = &[
    ("", 1.0),
    ("ms", 1.0),
    ("s", 1e3),
    ("sec", 1e3),
    ("second", 1e3),
    ("seconds", 1e3),
    ("us", 1e-3),
    ("µs", 1e-3),
    ("μs", 1e-3),
    ("min", 6e4),
];
const SEMITONES: Suffixes = &[
    ("", 1.0),
    ("st", 1.0),
    ("semitone", 1.0),
    ("semitones", 1.0),
    ("ct", 0.01),
    ("cent", 0.01),
    ("cents", 0.01),
    ("oct", 12.0),
    ("octave", 12.0),
    ("octaves", 12.0),
];
const CENTS: Suffixes = &[
    ("", 1.0),
    ("ct", 1.0),
    ("cent", 1.0),
    ("cents", 1.0),
    ("st", 100.0),
    ("semitone", 100.0),
    ("semitones", 100.0),
    ("oct", 1200.0),
    ("octave", 1200.0),
    ("octaves", 1200.0),
];
const OCTAVES: Suffixes = &[
    ("", 1.0),
    ("oct", 1.0),
    ("octave", 1.0),
    ("octaves", 1.0),
    ("st", 1.0 / 12.0),
    ("semitone", 1.0 / 12.0),
    ("semitones", 1.0 / 12.0),
];
const RATIO: Suffixes = &[("", 1.0), ("x", 1.0), (":1", 1.0), (": 1", 1.0), ("%", 0.01)];
const DEGREES: Suffixes = &[
    ("", 1.0),
    ("°", 1.0),
    ("deg", 1.0),
    ("degree", 1.0),
    ("degrees", 1.0),
    ("turn", 360.0),
    ("turns", 360.0),
];

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 16] = [
        Unit::None,
        Unit::Hertz,
        Unit::Decibels,
        Unit::Milliseconds,
        Unit::Seconds,
        Unit::Semitones,
        Unit::Cents,
        Unit::Octaves,
        Unit::Ratio,
        Unit::Percent,
        Unit::Degrees,
        Unit::Frames,
        Unit::Beats,
        Unit::BeatsPerMinute,
        Unit::Pan,
        Unit::Note,
    ];

    const fn row(self) -> Row {
        match self {
            Unit::None => row("number", "", &[("", 1.0)], "0.5"),
            Unit::Hertz => row("hertz", "Hz", pitch::HERTZ_SUFFIXES, pitch::HERTZ_EXAMPLES),
            Unit::Decibels => row("decibels", "dB", level::DECIBEL_SUFFIXES, level::DECIBEL_EXAMPLES),
            Unit::Milliseconds => row("milliseconds", "ms", MILLISECONDS, "250, 250 ms or 1.5 s"),
            Unit::Seconds => row("seconds", "s", time::SECOND_SUFFIXES, time::SECOND_EXAMPLES),
            Unit::Semitones => row("semitones", "st", SEMITONES, "7, 7 st, 50 cents or 1 oct"),
            Unit::Cents => row("cents", "ct", CENTS, "50, 50 ct or 1 st"),
            Unit::Octaves => row("octaves", "oct", OCTAVES, "2, 2 oct or 7 st"),
            Unit::Ratio => row("ratio", "x", RATIO, "0.5, 4x, 4:1 or 50%"),
            Unit::Percent => row("percent", "%", &[("", 1.0), ("%", 1.0)], "50 or 50%"),
            Unit::Degrees => row("degrees", "°", DEGREES, "90, 90°, 90 deg or 0.25 turns"),
            Unit::Frames => row("frames", "frames", time::FRAME_SUFFIXES, time::FRAME_EXAMPLES),
            Unit::Beats => row("beats", "beats", time::BEAT_SUFFIXES, time::BEAT_EXAMPLES),
            Unit::BeatsPerMinute => {
                row("beats per minute", "bpm", time::TEMPO_SUFFIXES, time::TEMPO_EXAMPLES)
            }
            Unit::Pan => row("pan", "", &[("", 1.0), ("l", -0.01), ("r", 0.01)], "-0.3, 30L, C or 30R"),
            Unit::Note => row("note", "", &[("", 1.0)], "C4, F#3 or 60"),
        }
    }

    /// The unit's name in a table: `hertz`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// What stands behind a number: `Hz`. Empty where there is nothing to write.
    pub const fn symbol(self) -> &'static str {
        self.row().symbol
    }

    /// Examples of what [`Unit::parse`] reads, for help and messages.
    pub const fn examples(self) -> &'static str {
        self.row().examples
    }

    /// `value`, which is in this unit, for people to read: `2.5 kHz`, `-12 dB`, `1.5 s`, `30R`, `C4`.
    ///
    /// Six significant digits. [`Unit::parse`] reads it back, except infinities and what is not a number.
    pub fn format(self, value: f64) -> String {
        match self {
            Unit::Hertz => Hertz(value).to_string(),
            Unit::Decibels => Decibels(value as f32).to_string(),
            Unit::Milliseconds => Seconds(value * 1e-3).to_string(),
            Unit::Seconds => Seconds(value).to_string(),
            Unit::Pan => place(value),
            Unit::Note => match whole_note(value) {
                Some(note) => note.to_string(),
                None => number::digits(value),
            },
            Unit::Ratio | Unit::Percent | Unit::Degrees => {
                format!("{}{}", number::digits(value), self.symbol())
            }
            _ => format!("{} {}", number::digits(value), self.symbol()).trim_end().to_owned(),
        }
    }

    /// Reads what was typed for a value in this unit; a bare number is taken as it is. Always finite.
    ///
    /// # Errors
    /// [`ParseError`], which says what would be read. Whether the value is in a parameter's range is the parameter's matter.
    pub fn parse(self, text: &str) -> Result<f64, ParseError> {
        let Row { suffixes, examples, .. } = self.row();
        let begins_with_letter = text.trim().starts_with(|c: char| c.is_ascii_alphabetic());
        match self {
            Unit::Hertz => text.parse().map(|Hertz(value)| value),
            Unit::Decibels if level::is_minus_infinity(text) => Ok(f64::from(Decibels::SILENCE.0)),
            Unit::Note if begins_with_letter => text.parse().map(|note: Note| f64::from(note.number())),
            Unit::Pan if begins_with_letter => named_place(text, examples),
            Unit::Frames => text.parse().map(|frames: time::Frames| frames.0 as f64),
            _ => number::parse(text, suffixes, examples),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A place between left and right as mixers label it.
fn place(value: f64) -> String {
    if !value.is_finite() {
        number::digits(value)
    } else if value == 0.0 {
        "C".to_owned()
    } else {
        format!("{}{}", number::digits(value.abs() * 100.0), if value < 0.0 { "L" } else { "R" })
    }
}

fn named_place(text: &str, examples: &'static str) -> Result<f64, ParseError> {
    match text.trim().to_lowercase().as_str() {
        "l" | "left" => Ok(-1.0),
        "c" | "centre" | "center" => Ok(0.0),
        "r" | "right" => Ok(1.0),
        _ => Err(ParseError::NotANumber { text: text.trim().to_owned(), accepted: examples }),
    }
}

fn whole_note(value: f64) -> Option<Note> {
    if value.fract() == 0.0 && (0.0..128.0).contains(&value) { Note::new(value as u8) } else { None }
}

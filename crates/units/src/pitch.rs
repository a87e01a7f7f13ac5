//! Frequencies, pitches and the names of notes.

use std::fmt;
use std::str::FromStr;

use crate::number::{self, ParseError};

pub(crate) const HERTZ_SUFFIXES: number::Suffixes = &[("", 1.0), ("hz", 1.0), ("khz", 1e3)];
pub(crate) const HERTZ_EXAMPLES: &str = "440, 440 Hz, 2.2 kHz or A4";

/// A frequency or a rate, per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Hertz(pub f64);

impl Hertz {
    /// The nearest of MIDI's 128 notes at A4 = 440 Hz in equal temperament, and how far from it in cents (-50 to 50; more at
    /// the ends). None for 0, negative and not finite frequencies.
    pub fn to_note(self) -> Option<(Note, f64)> {
        if !(self.0 > 0.0 && self.0.is_finite()) {
            return None;
        }
        let exact = 69.0 + 12.0 * (self.0 / 440.0).log2();
        let note = exact.round().clamp(0.0, 127.0);
        Some((Note(note as u8), (exact - note) * 100.0))
    }
}

impl fmt::Display for Hertz {
    /// `440 Hz`, `2.5 kHz`; kilohertz from 1000 on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Half a unit in the sixth digit below 1000 Hz still rounds to "1 kHz".
        if self.0.abs() >= 999.999_5 {
            number::write(f, self.0 / 1e3, "kHz")
        } else {
            number::write(f, self.0, "Hz")
        }
    }
}

impl FromStr for Hertz {
    type Err = ParseError;

    /// Reads `440`, `440Hz`, `2.2kHz`, and a note's name such as `A4`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.trim().starts_with(|c: char| c.is_ascii_alphabetic()) {
            return text.parse::<Note>().map(Note::to_hertz);
        }
        number::parse(text, HERTZ_SUFFIXES, HERTZ_EXAMPLES).map(Hertz)
    }
}

/// A note by its MIDI number, 0 to 127. 60 is C4, middle C; 69 is A4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note(u8);

impl Note {
    /// The note of this MIDI number; none above 127.
    pub const fn new(number: u8) -> Option<Self> {
        if number < 128 { Some(Note(number)) } else { None }
    }

    /// The MIDI number, 0 to 127.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The frequency at A4 = 440 Hz in equal temperament: 440 · 2^((n − 69) / 12).
    pub fn to_hertz(self) -> Hertz {
        Hertz(440.0 * ((f64::from(self.0) - 69.0) / 12.0).exp2())
    }
}

impl fmt::Display for Note {
    /// `C4`, `F#3`; black keys by their sharp.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
        let name = NAMES[usize::from(self.0 % 12)];
        number::pad(f, &format!("{name}{}", i16::from(self.0 / 12) - 1))
    }
}

impl FromStr for Note {
    type Err = ParseError;

    /// Reads a letter, up to two of `#`, `♯`, `b`, `♭`, and an octave from -1 to 9: `C4`, `f#3`, `Bb2`, `Cb4` (= B3).
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let text = text.trim();
        let number = spelled(text).ok_or_else(|| ParseError::NotANote { text: text.to_owned() })?;
        u8::try_from(number)
            .ok()
            .and_then(Note::new)
            .ok_or_else(|| ParseError::NoteOutOfRange { text: text.to_owned() })
    }
}

/// A pitch in semitones, counted as MIDI counts notes: 69 is A4, 60.5 a quarter tone above C4.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Pitch(pub f64);

impl Pitch {
    /// The highest pitch that is read, as the note of an instrument has it.
    pub const MAX: Pitch = Pitch(127.99);
}

impl From<Note> for Pitch {
    fn from(note: Note) -> Self {
        Pitch(f64::from(note.0))
    }
}

impl fmt::Display for Pitch {
    /// `C4` if it is a note, else the number with every digit that it needs: what is read from it is the same pitch.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = if self.0.fract() == 0.0 && self.0 >= 0.0 { Note::new(self.0 as u8) } else { None };
        match note {
            Some(note) => note.fmt(f),
            None => number::pad(f, &self.0.to_string()),
        }
    }
}

impl FromStr for Pitch {
    type Err = ParseError;

    /// Reads a note's name or a number of semitones, and cents behind either: `C4`, `60.5`, `A4+25c`, `60-10c`. From 0 to 127.99.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let text = text.trim();
        let not_a_pitch = || ParseError::NotAPitch { text: text.to_owned() };
        let (base, cents) = match text.strip_suffix(['c', 'C']).and_then(split_sign) {
            Some((base, cents)) => (base, cents.parse::<f64>().map_err(|_| not_a_pitch())?),
            None => (text, 0.0),
        };
        let semitones = match spelled(base) {
            Some(number) => f64::from(number),
            None => match number::split(base, "") {
                Ok((number, "")) => number,
                _ => return Err(not_a_pitch()),
            },
        };
        let pitch = semitones + cents / 100.0;
        if (0.0..=Pitch::MAX.0).contains(&pitch) {
            // The sum takes the sign from a zero.
            Ok(Pitch(pitch + 0.0))
        } else {
            Err(ParseError::PitchOutOfRange { text: text.to_owned() })
        }
    }
}

/// A text before its last sign, and from it on.
fn split_sign(text: &str) -> Option<(&str, &str)> {
    text.rfind(['+', '-']).filter(|at| *at > 0).map(|at| text.split_at(at))
}

/// The MIDI number that a spelling stands for, which may lie outside of 0 to 127.
fn spelled(text: &str) -> Option<i32> {
    let mut letters = text.chars();
    let step = match letters.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let octave = rest.trim_start_matches(['#', '♯', 'b', '♭']);
    let accidentals = rest[..rest.len() - octave.len()].chars();
    if accidentals.clone().count() > 2 {
        return None;
    }
    let shift: i32 = accidentals.map(|c| if matches!(c, '#' | '♯') { 1 } else { -1 }).sum();
    let digits = octave.strip_prefix('-').unwrap_or(octave);
    if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let octave: i32 = octave.parse().ok()?;
    Some((octave + 1) * 12 + step + shift)
}

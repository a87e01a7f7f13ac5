//! Numbers with a unit behind them, read from and written for hands.

use std::fmt;

/// Why a text is not a value. Each message says what would be accepted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// Nothing but white space.
    #[error("a value is missing; write for example {accepted}")]
    Missing {
        /// Examples of what would be read.
        accepted: &'static str,
    },
    /// Does not begin with a number.
    #[error("'{text}' is not a number; write for example {accepted}")]
    NotANumber {
        /// What was read.
        text: String,
        /// Examples of what would be read.
        accepted: &'static str,
    },
    /// A comma where the decimal point belongs.
    #[error("'{text}' has a decimal comma; write {instead}")]
    DecimalComma {
        /// What was read.
        text: String,
        /// The same with a point.
        instead: String,
    },
    /// A number, and behind it a unit of something else.
    #[error("'{suffix}' is not a unit that fits here; write for example {accepted}")]
    WrongUnit {
        /// What stands behind the number.
        suffix: String,
        /// Examples of what would be read.
        accepted: &'static str,
    },
    /// Infinite, or beyond what the type holds.
    #[error("'{text}' is too large to be a value; write a smaller number")]
    TooLarge {
        /// What was read.
        text: String,
    },
    /// A length of time or a frame count below zero.
    #[error("'{text}' is negative; write 0 or more")]
    Negative {
        /// What was read.
        text: String,
    },
    /// A part of a frame.
    #[error("'{text}' is not a whole number of frames; write {below}f or {above}f")]
    PartOfAFrame {
        /// What was read.
        text: String,
        /// The whole number below.
        below: u64,
        /// The whole number above.
        above: u64,
    },
    /// Not a note's name.
    #[error(
        "'{text}' is not a note; write a letter from A to G, # or b if it is raised or lowered, and the octave: C4, F#3, Bb2"
    )]
    NotANote {
        /// What was read.
        text: String,
    },
    /// A note outside of MIDI's 128.
    #[error("the note '{text}' is out of range; write one from C-1 to G9")]
    NoteOutOfRange {
        /// What was read.
        text: String,
    },
    /// Neither a note nor a number of semitones.
    #[error(
        "'{text}' is not a pitch; write a note or semitones, with cents if need be: C4, F#3, 60.5, A4+25c"
    )]
    NotAPitch {
        /// What was read.
        text: String,
    },
    /// A pitch that no instrument plays.
    #[error("the pitch '{text}' is out of range; write one from C-1 to G9, or from 0 to 127.99 semitones")]
    PitchOutOfRange {
        /// What was read.
        text: String,
    },
}

/// Units that a kind of value takes, lower case, with what a number of each is worth: a whole number, or the
/// inverse of one. The empty one is the bare number.
pub(crate) type Suffixes = &'static [(&'static str, f64)];

/// Reads a number and one of `suffixes` (in upper or lower case), and multiplies; always finite.
pub(crate) fn parse(text: &str, suffixes: Suffixes, accepted: &'static str) -> Result<f64, ParseError> {
    let (number, suffix) = split(text, accepted)?;
    let lower = suffix.to_lowercase();
    let Some((_, factor)) = suffixes.iter().find(|(known, _)| *known == lower) else {
        return Err(ParseError::WrongUnit { suffix: suffix.to_owned(), accepted });
    };
    // A division by a whole number is exact where a multiplication by its rounded inverse is not: 20 µs is 2e-5 s.
    let value = if factor.abs() < 1.0 { number / factor.recip().round() } else { number * factor };
    if value.is_finite() { Ok(value) } else { Err(ParseError::TooLarge { text: text.trim().to_owned() }) }
}

/// The finite number at the beginning of `text`, and what follows it without white space around.
pub(crate) fn split<'a>(text: &'a str, accepted: &'static str) -> Result<(f64, &'a str), ParseError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ParseError::Missing { accepted });
    }
    let length = number_length(text.as_bytes());
    let (digits, rest) = text.split_at(length);
    let not_a_number = || ParseError::NotANumber { text: text.to_owned(), accepted };
    let number: f64 = digits.parse().map_err(|_| not_a_number())?;
    if !number.is_finite() {
        return Err(ParseError::TooLarge { text: text.to_owned() });
    }
    if rest.strip_prefix(',').is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit())) {
        return Err(ParseError::DecimalComma { text: text.to_owned(), instead: text.replacen(',', ".", 1) });
    }
    Ok((number, rest.trim()))
}

/// How many bytes at the beginning are a sign, digits, a point and an exponent.
fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    end += digits(end);
    if bytes.get(end) == Some(&b'.') {
        end += 1;
        end += digits(end);
    }
    // "2e" is a 2 with a strange unit; "2e3" is two thousand.
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// `value` with six significant digits, or with as many decimals as `{:.n}` asks for, and `symbol` behind it.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, value: f64, symbol: &str) -> fmt::Result {
    let number = match f.precision() {
        Some(decimals) => format!("{value:.decimals$}"),
        None => digits(value),
    };
    let gap = if symbol.is_empty() || symbol == "%" || symbol == "°" { "" } else { " " };
    pad(f, &format!("{number}{gap}{symbol}"))
}

/// `text` in the width asked for. (`Formatter::pad` would take a precision for a length.)
pub(crate) fn pad(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    match f.width() {
        Some(width) if f.align() == Some(fmt::Alignment::Right) => write!(f, "{text:>width$}"),
        Some(width) => write!(f, "{text:<width$}"),
        None => f.write_str(text),
    }
}

/// `value` with six significant digits and no zeros at the end.
pub(crate) fn digits(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "not a number".to_owned() } else { format!("{value}") };
    }
    // Six digits in exponent form, read back, are the nearest value that six digits can say; the shortest way to write that
    // one has no more than six either.
    let rounded: f64 = format!("{value:.5e}").parse().unwrap_or(value);
    let magnitude = rounded.abs();
    if magnitude != 0.0 && !(1e-6..1e12).contains(&magnitude) {
        format!("{rounded:e}")
    } else {
        format!("{}", rounded + 0.0)
    }
}

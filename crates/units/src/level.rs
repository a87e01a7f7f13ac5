//! Loudness as decibels and as the factor that samples are multiplied with.

use std::fmt;
use std::str::FromStr;

use crate::number::{self, ParseError};

pub(crate) const DECIBEL_SUFFIXES: number::Suffixes = &[("", 1.0), ("db", 1.0)];
pub(crate) const DECIBEL_EXAMPLES: &str = "-12, -12 dB or -inf dB";

/// A gain or a level in decibels: 20 log10 of an amplitude. 0 dB changes nothing, or is full scale.
///
/// [`Decibels::SILENCE`] (-120 dB) and all below it mean silence, an amplitude of exactly 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Decibels(pub f32);

impl Decibels {
    /// The level from which on downwards there is silence: -120 dB, below the noise of any converter.
    pub const SILENCE: Self = Decibels(-120.0);
    /// Unchanged, or full scale.
    pub const UNITY: Self = Decibels(0.0);

    /// The factor: 10^(dB/20), rounded once from double precision; 0 at -120 dB and below, and for what is not a number.
    pub fn to_amplitude(self) -> Amplitude {
        if self.0 > Self::SILENCE.0 {
            Amplitude(10.0_f64.powf(f64::from(self.0) / 20.0) as f32)
        } else {
            Amplitude(0.0)
        }
    }

    /// Whether this means silence.
    pub fn is_silence(self) -> bool {
        self.to_amplitude().0 == 0.0
    }
}

impl fmt::Display for Decibels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 <= Self::SILENCE.0 {
            number::pad(f, "-inf dB")
        } else {
            number::write(f, f64::from(self.0), "dB")
        }
    }
}

impl FromStr for Decibels {
    type Err = ParseError;

    /// Reads `-12`, `-12dB`, `-inf dB` (as minus infinity).
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if is_minus_infinity(text) {
            return Ok(Decibels(f32::NEG_INFINITY));
        }
        let value = number::parse(text, DECIBEL_SUFFIXES, DECIBEL_EXAMPLES)? as f32;
        if value.is_finite() {
            Ok(Decibels(value))
        } else {
            Err(ParseError::TooLarge { text: text.trim().to_owned() })
        }
    }
}

/// Whether `text` is `-inf` or `-∞`, with or without dB.
pub(crate) fn is_minus_infinity(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    matches!(lower.strip_suffix("db").unwrap_or(&lower).trim_end(), "-inf" | "-infinity" | "-∞")
}

/// The factor that samples are multiplied with: 1 changes nothing, 0 is silence, a negative one turns the phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Amplitude(pub f32);

impl Amplitude {
    /// Silence.
    pub const SILENCE: Self = Amplitude(0.0);
    /// Unchanged.
    pub const UNITY: Self = Amplitude(1.0);

    /// The level: 20 log10 of the magnitude; minus infinity at 10^-6 (-120 dB) and below, and for what is not a number.
    pub fn to_decibels(self) -> Decibels {
        let magnitude = f64::from(self.0.abs());
        if magnitude > 1e-6 {
            Decibels((20.0 * magnitude.log10()) as f32)
        } else {
            Decibels(f32::NEG_INFINITY)
        }
    }
}

impl From<Decibels> for Amplitude {
    fn from(level: Decibels) -> Self {
        level.to_amplitude()
    }
}

impl From<Amplitude> for Decibels {
    fn from(amplitude: Amplitude) -> Self {
        amplitude.to_decibels()
    }
}

impl fmt::Display for Amplitude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        number::write(f, f64::from(self.0), "")
    }
}

impl FromStr for Amplitude {
    type Err = ParseError;

    /// Reads `0.5`, `0.5x`, `50%`, and decibels as `-6dB`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if is_minus_infinity(text) || text.trim_end().to_lowercase().ends_with("db") {
            return Ok(text.parse::<Decibels>()?.to_amplitude());
        }
        let factors = &[("", 1.0), ("x", 1.0), ("%", 0.01)];
        Ok(Amplitude(number::parse(text, factors, "0.5, 50% or -6 dB")? as f32))
    }
}

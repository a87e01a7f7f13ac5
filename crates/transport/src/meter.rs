//! How are beats grouped into bars?

use core::fmt;

/// A time signature: how many beats of which length make a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meter {
    numerator: u8,
    denominator: u8,
}

/// Why two numbers are not a time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// The upper number is out of range.
    #[error("{numerator} beats do not make a bar; choose 1 to 64")]
    Numerator {
        /// The number.
        numerator: u32,
    },
    /// The lower number is not a note's length.
    #[error("there is no note of 1/{denominator}; choose 1, 2, 4, 8, 16 or 32")]
    Denominator {
        /// The number.
        denominator: u32,
    },
}

impl Meter {
    /// 4/4.
    pub const COMMON: Meter = Meter { numerator: 4, denominator: 4 };

    /// `numerator` (1 to 64) beats of a `denominator`th (1, 2, 4, 8, 16, 32) each.
    ///
    /// # Errors
    /// Which of the two is out of range.
    pub fn new(numerator: u32, denominator: u32) -> Result<Meter, MeterError> {
        let upper = u8::try_from(numerator).ok().filter(|n| (1..=64).contains(n));
        let lower = u8::try_from(denominator).ok().filter(|d| d.is_power_of_two() && *d <= 32);
        Ok(Meter {
            numerator: upper.ok_or(MeterError::Numerator { numerator })?,
            denominator: lower.ok_or(MeterError::Denominator { denominator })?,
        })
    }

    /// How many beats make a bar.
    pub const fn numerator(self) -> u32 {
        self.numerator as u32
    }

    /// The part of a whole note that is one of them.
    pub const fn denominator(self) -> u32 {
        self.denominator as u32
    }

    /// A beat of this signature, in quarter notes.
    pub fn beat_length(self) -> f64 {
        4.0 / f64::from(self.denominator)
    }

    /// A bar, in quarter notes; exact.
    pub fn bar_length(self) -> f64 {
        f64::from(self.numerator) * self.beat_length()
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::COMMON
    }
}

impl fmt::Display for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// The count of bars: a meter, from a bar on whose place is known.
///
/// Lines and lengths are multiples of 1/8, so sums and products are exact. A quotient may be rounded down, and never up to a whole
/// number k: between k · length and the next number below it there is more than length · ulp(k) / 2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bars {
    pub meter: Meter,
    /// The number of that bar, from 1.
    bar: u64,
    /// Where it begins, in quarter notes.
    line: f64,
}

impl Bars {
    /// Bar 1 at the beginning.
    pub fn new(meter: Meter) -> Self {
        Bars { meter, bar: 1, line: 0.0 }
    }

    /// The bar that holds a position, and the beat in it, from 1.
    pub fn place(&self, beats: f64) -> (u64, f64) {
        let length = self.meter.bar_length();
        let bars = libm::floor((beats - self.line) / length).max(0.0);
        let within = (beats - self.line - bars * length).max(0.0);
        (self.bar.saturating_add(bars as u64), 1.0 + within / self.meter.beat_length())
    }

    /// Where a bar begins, in quarter notes; never below 0.
    pub fn line(&self, bar: u64) -> f64 {
        let bars = if bar < self.bar { -((self.bar - bar) as f64) } else { (bar - self.bar) as f64 };
        (self.line + bars * self.meter.bar_length()).max(0.0)
    }

    /// The same count up to the bar that holds `beats`, which becomes one of `meter` from its line on.
    pub fn with(&self, meter: Meter, beats: f64) -> Self {
        let (bar, _) = self.place(beats);
        Bars { meter, bar, line: self.line(bar) }
    }

    /// The first bar line after a position.
    pub fn line_after(&self, beats: f64) -> f64 {
        self.mark_after(beats, self.meter.bar_length())
    }

    /// The first beat of the meter after a position.
    pub fn beat_after(&self, beats: f64) -> f64 {
        self.mark_after(beats, self.meter.beat_length())
    }

    fn mark_after(&self, beats: f64, every: f64) -> f64 {
        // Also for what is so little before the line that the quotient is zero.
        if beats < self.line {
            return self.line;
        }
        self.line + (libm::floor((beats - self.line) / every) + 1.0) * every
    }
}

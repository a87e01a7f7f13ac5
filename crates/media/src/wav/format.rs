//! What a WAV file can hold, and why something cannot be written.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

/// How a sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Whole numbers of 16 bits, rounded to the nearest.
    Int16,
    /// Whole numbers of 16 bits with triangular dither: for what will be listened to.
    Int16Dithered,
    /// Whole numbers of 24 bits, rounded to the nearest.
    Int24,
    /// Whole numbers of 24 bits with triangular dither.
    Int24Dithered,
    /// Floats of 32 bits, as they are: neither rounded nor clipped.
    Float32,
}

impl Encoding {
    /// Bytes of one sample.
    pub const fn bytes(self) -> u32 {
        match self {
            Encoding::Int16 | Encoding::Int16Dithered => 2,
            Encoding::Int24 | Encoding::Int24Dithered => 3,
            Encoding::Float32 => 4,
        }
    }

    pub(super) const fn is_dithered(self) -> bool {
        matches!(self, Encoding::Int16Dithered | Encoding::Int24Dithered)
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Encoding::Int16 => "16",
            Encoding::Int16Dithered => "16d",
            Encoding::Int24 => "24",
            Encoding::Int24Dithered => "24d",
            Encoding::Float32 => "32f",
        })
    }
}

impl FromStr for Encoding {
    type Err = WriteError;

    /// Reads what a command line says: `16`, `16d`, `24`, `24d`, `32f`, where `d` is for dither.
    fn from_str(text: &str) -> Result<Self, WriteError> {
        let all = [
            Encoding::Int16,
            Encoding::Int16Dithered,
            Encoding::Int24,
            Encoding::Int24Dithered,
            Encoding::Float32,
        ];
        all.into_iter()
            .find(|encoding| encoding.to_string() == text)
            .ok_or_else(|| WriteError::UnknownEncoding { text: text.to_owned() })
    }
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Samples per frame, 1 or more.
    pub channels: u16,
    /// Frames per second, 1 or more.
    pub rate: u32,
    /// How a sample is stored.
    pub encoding: Encoding,
}

impl Format {
    /// Bytes of a file with so many frames, with up to 200 for its headers.
    pub fn bytes(&self, frames: u64) -> u64 {
        let frame = u64::from(self.channels) * u64::from(self.encoding.bytes());
        frames.saturating_mul(frame).saturating_add(200)
    }

    pub(crate) fn check(&self) -> Result<(), WriteError> {
        let frame = u32::from(self.channels) * self.encoding.bytes();
        if self.channels == 0 || frame > u32::from(u16::MAX) {
            let most = u32::from(u16::MAX) / self.encoding.bytes();
            return Err(WriteError::Channels { channels: self.channels, most });
        }
        if self.rate == 0 || self.rate.checked_mul(frame).is_none() {
            return Err(WriteError::Rate { rate: self.rate, most: u32::MAX / frame });
        }
        Ok(())
    }
}

/// Why a WAV file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The file could not be made.
    #[error("cannot write '{}': {source}. Check that its directory exists and may be written to", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Writing went wrong midway.
    #[error("writing the file failed: {source}. Check that the disk is not full")]
    Io {
        /// What the system says.
        source: io::Error,
    },
    /// No channel, or too many.
    #[error("{channels} channels cannot be written in this format; use 1 to {most}")]
    Channels {
        /// What was asked for.
        channels: u16,
        /// What is possible.
        most: u32,
    },
    /// No rate, or too high a one.
    #[error("a rate of {rate} Hz cannot be written in this format; use 1 to {most}")]
    Rate {
        /// What was asked for.
        rate: u32,
        /// What is possible.
        most: u32,
    },
    /// Samples that do not make whole frames, or channels of different lengths.
    #[error(
        "{samples} samples are not whole frames of {channels} channels; pass as many samples for each channel"
    )]
    NotWholeFrames {
        /// How many came.
        samples: usize,
        /// How many make a frame.
        channels: u16,
    },
    /// Not the name of an encoding.
    #[error("'{text}' is not a number of bits; use 16, 24 or 32f, or 16d or 24d with dither")]
    UnknownEncoding {
        /// What was read.
        text: String,
    },
}

impl From<io::Error> for WriteError {
    fn from(source: io::Error) -> Self {
        WriteError::Io { source }
    }
}

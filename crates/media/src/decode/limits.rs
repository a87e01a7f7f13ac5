//! What of a file is too much to be read.

use super::error::Fault;
use std::fmt;

/// The most that is read of one file. The decoder's own memory comes on top: some hundred kilobytes, or for M4A up to the size of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file. 4 GiB.
    pub file_bytes: u64,
    /// Frames. 2^28: 93 minutes at 48 kHz.
    pub frames: u64,
    /// Channels. 64.
    pub channels: u16,
    /// Frames per second. 768,000.
    pub rate: u32,
    /// Bytes of the decoded samples, four for each. 4 GiB.
    pub decoded_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file_bytes: 4 << 30, frames: 1 << 28, channels: 64, rate: 768_000, decoded_bytes: 4 << 30 }
    }
}

/// One of the [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::file_bytes`].
    FileBytes,
    /// [`Limits::frames`].
    Frames,
    /// [`Limits::channels`].
    Channels,
    /// [`Limits::rate`].
    Rate,
    /// [`Limits::decoded_bytes`].
    DecodedBytes,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Limit::FileBytes => "bytes",
            Limit::Frames => "frames",
            Limit::Channels => "channels",
            Limit::Rate => "frames per second",
            Limit::DecodedBytes => "bytes of decoded samples",
        })
    }
}

impl Limits {
    /// Whether a sound of this size may be read.
    pub(super) fn check(&self, rate: u32, channels: u16, frames: u64) -> Result<(), Fault> {
        let bytes = frames.saturating_mul(4).saturating_mul(u64::from(channels));
        let all = [
            (Limit::Rate, u64::from(rate), u64::from(self.rate)),
            (Limit::Channels, u64::from(channels), u64::from(self.channels)),
            (Limit::Frames, frames, self.frames),
            (Limit::DecodedBytes, bytes, self.decoded_bytes),
        ];
        match all.into_iter().find(|(_, has, most)| has > most) {
            Some((limit, has, most)) => Err(Fault::Beyond { limit, has, most }),
            None => Ok(()),
        }
    }

    pub(super) fn check_file(&self, has: u64) -> Result<(), Fault> {
        let (limit, most) = (Limit::FileBytes, self.file_bytes);
        if has <= most { Ok(()) } else { Err(Fault::Beyond { limit, has, most }) }
    }
}

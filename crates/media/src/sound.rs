//! A piece of sound in memory, channel by channel.

use std::path::Path;

use crate::decode::{self, DecodeError};
use crate::wav;

/// Samples of each channel, all of the same length, and the rate at which they were taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Frames per second.
    pub rate: u32,
    /// One vector of samples per channel. Full scale is -1 to 1.
    pub channels: Vec<Vec<f32>>,
}

impl Sound {
    /// Takes apart samples that come channel after channel, frame after frame. An incomplete last frame is left out.
    pub fn from_interleaved(samples: &[f32], channels: u16, rate: u32) -> Self {
        let count = usize::from(channels);
        let frames = samples.len().checked_div(count).unwrap_or(0);
        let pick = |channel| (0..frames).map(|frame| samples[frame * count + channel]).collect();
        Sound { rate, channels: (0..count).map(pick).collect() }
    }

    /// The samples in the order of a file: frame after frame, channel after channel.
    pub fn interleaved(&self) -> Vec<f32> {
        (0..self.frames()).flat_map(|frame| self.channels.iter().map(move |channel| channel[frame])).collect()
    }

    /// Frames in all channels: the length of the shortest one.
    pub fn frames(&self) -> usize {
        self.channels.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// The greatest magnitude of a sample; 0 if there is none. What is not a number is passed over.
    pub fn peak(&self) -> f32 {
        self.channels.iter().flatten().fold(0.0, |peak, sample| peak.max(sample.abs()))
    }

    /// Reads a whole file of any of the formats of [`decode`], within the default [`decode::Limits`]. What is not finite becomes silent.
    ///
    /// # Errors
    /// [`DecodeError`], which names the file, the place and what to do.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, DecodeError> {
        decode::read(path, decode::Options::default()).map(|decoded| decoded.sound)
    }

    /// Reads a whole WAV file, with samples that are infinite or not a number as they are. [`Sound::read`] reads other formats as well.
    ///
    /// # Errors
    /// [`wav::ReadError`]: it cannot be opened, is no WAV file, is cut short or is in an encoding other than whole numbers of 8 to
    /// 32 bits and floats of 32 or 64 bits.
    pub fn read_wav(path: impl AsRef<Path>) -> Result<Self, wav::ReadError> {
        wav::read(path.as_ref())
    }
}

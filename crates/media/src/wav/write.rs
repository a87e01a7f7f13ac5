//! Writing a WAV file piece by piece.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::Path;

use super::dither::Triangular;
use super::format::{Encoding, Format, WriteError};

/// What a finished file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Frames in the file.
    pub frames: u64,
    /// Samples that were beyond full scale and were limited to it. Always 0 for floats, which keep what they are given.
    pub clipped: u64,
    /// Samples that were infinite or not a number. Whole numbers store 0 for them; floats store them as they are.
    pub not_finite: u64,
}

/// Writes a WAV file piece by piece, with little memory whatever its length.
///
/// A writer that is dropped without [`Writer::finish`] leaves a valid file of what was written, but errors go unnoticed.
pub struct Writer<W: Write + Seek = BufWriter<File>> {
    wav: hound::WavWriter<W>,
    format: Format,
    dither: Triangular,
    written: Written,
}

impl Writer {
    /// Makes a file, in the place of one that may be there.
    ///
    /// # Errors
    /// [`WriteError::Channels`], [`WriteError::Rate`] (nothing was made), [`WriteError::Create`].
    pub fn create(path: impl AsRef<Path>, format: Format) -> Result<Self, WriteError> {
        format.check()?;
        let path = path.as_ref();
        let file =
            File::create(path).map_err(|source| WriteError::Create { path: path.to_owned(), source })?;
        Self::new(BufWriter::with_capacity(1 << 16, file), format)
    }
}

impl<W: Write + Seek> Writer<W> {
    /// Writes into anything that can seek. Many small writes follow: wrap it in a buffer.
    ///
    /// # Errors
    /// [`WriteError::Channels`], [`WriteError::Rate`], [`WriteError::Io`].
    pub fn new(target: W, format: Format) -> Result<Self, WriteError> {
        format.check()?;
        let wav = hound::WavWriter::new(target, format.for_hound())?;
        let written = Written { frames: 0, clipped: 0, not_finite: 0 };
        Ok(Writer { wav, format, dither: Triangular::new(), written })
    }

    /// What has been written so far.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Appends whole frames, channel after channel within each.
    ///
    /// # Errors
    /// [`WriteError::NotWholeFrames`] and [`WriteError::TooLong`], after which nothing of this piece is in the file;
    /// [`WriteError::Io`].
    pub fn write_interleaved(&mut self, samples: &[f32]) -> Result<(), WriteError> {
        let channels = usize::from(self.format.channels);
        if !samples.len().is_multiple_of(channels) {
            return Err(WriteError::NotWholeFrames {
                samples: samples.len(),
                channels: self.format.channels,
            });
        }
        self.append(samples.len() / channels, samples.iter().copied())
    }

    /// Appends frames from one slice per channel.
    ///
    /// # Errors
    /// As [`Writer::write_interleaved`].
    pub fn write_planar<C: AsRef<[f32]>>(&mut self, channels: &[C]) -> Result<(), WriteError> {
        let frames = channels.first().map_or(0, |channel| channel.as_ref().len());
        let uneven = channels.iter().any(|channel| channel.as_ref().len() != frames);
        if uneven || channels.len() != usize::from(self.format.channels) {
            let total = channels.iter().map(|channel| channel.as_ref().len()).sum();
            return Err(WriteError::NotWholeFrames { samples: total, channels: self.format.channels });
        }
        self.append(
            frames,
            (0..frames).flat_map(|frame| channels.iter().map(move |channel| channel.as_ref()[frame])),
        )
    }

    fn append(&mut self, frames: usize, samples: impl Iterator<Item = f32>) -> Result<(), WriteError> {
        let after = self.written.frames.saturating_add(frames as u64);
        self.format.check_length(after)?;
        for sample in samples {
            if !sample.is_finite() {
                self.written.not_finite += 1;
            }
            match self.format.encoding {
                Encoding::Float32 => self.wav.write_sample(sample)?,
                Encoding::Int16 | Encoding::Int16Dithered => self.write_whole(sample, 32_768.0)?,
                Encoding::Int24 | Encoding::Int24Dithered => self.write_whole(sample, 8_388_608.0)?,
            }
        }
        self.written.frames = after;
        Ok(())
    }

    /// Rounds `sample` to a whole number of which `scale` make full scale: -`scale` to `scale` - 1.
    fn write_whole(&mut self, sample: f32, scale: f64) -> Result<(), WriteError> {
        let noise = if self.format.encoding.is_dithered() { self.dither.next() } else { 0.0 };
        let wanted = if sample.is_finite() { f64::from(sample) * scale } else { 0.0 };
        let held = (wanted + noise).round().clamp(-scale, scale - 1.0);
        // Exactly +1.0 is full scale by everyone's reckoning and lands one step below without complaint.
        if wanted > scale || wanted < -scale {
            self.written.clipped += 1;
        }
        Ok(self.wav.write_sample(held as i32)?)
    }

    /// Completes the file and says what is in it.
    ///
    /// # Errors
    /// [`WriteError::Io`].
    pub fn finish(self) -> Result<Written, WriteError> {
        self.wav.finalize()?;
        Ok(self.written)
    }
}

//! Writing a WAV file piece by piece, so that it is whole at any moment.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use super::dither::Triangular;
use super::format::{Encoding, Format, WriteError};
use super::header::Header;

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

/// Bytes of samples that are gathered before they are written.
const GATHERED: usize = 1 << 16;

/// Writes a WAV file piece by piece, with little memory whatever its length.
///
/// The file is whole at any moment, also if the program is killed: samples are written first, and then, in one write, the header that
/// counts them. It holds what was written up to the last [`Writer::flush`], which comes by itself every 64 KiB. Beyond 4 GiB it becomes RF64.
///
/// A writer that is dropped without [`Writer::finish`] leaves a valid file of what was written, but errors go unnoticed.
pub struct Writer<W: Write + Seek = File> {
    target: W,
    header: Header,
    format: Format,
    dither: Triangular,
    written: Written,
    /// Samples that are not yet in the file.
    gathered: Vec<u8>,
    /// Bytes of samples that the header in the file counts.
    stored: u64,
    /// Whether a write failed: then nothing more is written.
    failed: bool,
}

impl Writer {
    /// Makes a file, in the place of one that may be there.
    ///
    /// # Errors
    /// [`WriteError::Channels`], [`WriteError::Rate`] (nothing was made), [`WriteError::Create`], [`WriteError::Io`].
    pub fn create(path: impl AsRef<Path>, format: Format) -> Result<Self, WriteError> {
        format.check()?;
        let path = path.as_ref();
        let file =
            File::create(path).map_err(|source| WriteError::Create { path: path.to_owned(), source })?;
        Self::new(file, format)
    }
}

impl<W: Write + Seek> Writer<W> {
    /// Writes into anything that can seek, from its beginning on.
    ///
    /// # Errors
    /// [`WriteError::Channels`], [`WriteError::Rate`], [`WriteError::Io`].
    pub fn new(target: W, format: Format) -> Result<Self, WriteError> {
        format.check()?;
        let written = Written { frames: 0, clipped: 0, not_finite: 0 };
        let mut writer = Writer {
            target,
            header: Header::new(format),
            format,
            dither: Triangular::new(),
            written,
            gathered: Vec::with_capacity(GATHERED + 64),
            stored: 0,
            failed: false,
        };
        writer.store()?;
        Ok(writer)
    }

    /// Becomes RF64 as soon as the file has more than `bytes` instead of 4 GiB, as far as that is not more.
    #[must_use]
    pub fn with_rf64_beyond(mut self, bytes: u64) -> Self {
        self.header = self.header.with_most_riff(bytes);
        self
    }

    /// What has been written so far, also what waits for the next [`Writer::flush`]. After an error it is what the file holds.
    pub fn written(&self) -> Written {
        self.written
    }

    /// Appends whole frames, channel after channel within each.
    ///
    /// # Errors
    /// [`WriteError::NotWholeFrames`], after which nothing of this piece is in the file; [`WriteError::Io`], after which nothing more is
    /// written.
    pub fn write_interleaved(&mut self, samples: &[f32]) -> Result<(), WriteError> {
        let channels = usize::from(self.format.channels);
        if !samples.len().is_multiple_of(channels) {
            return Err(WriteError::NotWholeFrames {
                samples: samples.len(),
                channels: self.format.channels,
            });
        }
        self.go_on()?;
        for frame in samples.chunks_exact(channels) {
            self.append(frame.iter().copied())?;
        }
        Ok(())
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
        self.go_on()?;
        for frame in 0..frames {
            self.append(channels.iter().filter_map(|channel| channel.as_ref().get(frame)).copied())?;
        }
        Ok(())
    }

    /// Appends one frame.
    fn append(&mut self, frame: impl Iterator<Item = f32>) -> Result<(), WriteError> {
        for sample in frame {
            if !sample.is_finite() {
                self.written.not_finite += 1;
            }
            match self.format.encoding {
                Encoding::Float32 => self.gathered.extend(sample.to_le_bytes()),
                Encoding::Int16 | Encoding::Int16Dithered => {
                    let whole = self.whole(sample, 32_768.0).to_le_bytes();
                    self.gathered.extend(&whole[..2]);
                }
                Encoding::Int24 | Encoding::Int24Dithered => {
                    let whole = self.whole(sample, 8_388_608.0).to_le_bytes();
                    self.gathered.extend(&whole[..3]);
                }
            }
        }
        self.written.frames += 1;
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    /// Rounds `sample` to a whole number of which `scale` make full scale: -`scale` to `scale` - 1.
    fn whole(&mut self, sample: f32, scale: f64) -> i32 {
        let noise = if self.format.encoding.is_dithered() { self.dither.next() } else { 0.0 };
        let wanted = if sample.is_finite() { f64::from(sample) * scale } else { 0.0 };
        let held = (wanted + noise).round().clamp(-scale, scale - 1.0);
        // Exactly +1.0 is full scale by everyone's reckoning and lands one step below without complaint.
        if wanted > scale || wanted < -scale {
            self.written.clipped += 1;
        }
        held as i32
    }

    /// Puts all that was written so far into the file, and into its header.
    ///
    /// # Errors
    /// [`WriteError::Io`]. The file then holds what it held before, and nothing more is written.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        self.go_on()?;
        let outcome = self.store();
        if outcome.is_err() {
            self.failed = true;
            self.gathered.clear();
            let frame = u64::from(self.format.channels) * u64::from(self.format.encoding.bytes());
            self.written.frames = self.stored / frame.max(1);
        }
        outcome
    }

    /// Refuses to write on after a failure.
    fn go_on(&self) -> Result<(), WriteError> {
        if self.failed { Err(std::io::Error::other("an earlier write failed").into()) } else { Ok(()) }
    }

    fn store(&mut self) -> Result<(), WriteError> {
        let length = self.header.len();
        let after = self.stored + self.gathered.len() as u64;
        if !self.gathered.is_empty() {
            self.target.seek(SeekFrom::Start(length + self.stored))?;
            // A chunk has an even number of bytes; the next samples go over the one that fills it up.
            let odd = after % 2 == 1;
            if odd {
                self.gathered.push(0);
            }
            self.target.write_all(&self.gathered)?;
        }
        self.target.seek(SeekFrom::Start(0))?;
        self.target.write_all(&self.header.bytes(after))?;
        self.target.flush()?;
        self.stored = after;
        self.gathered.clear();
        Ok(())
    }

    /// Completes the file and says what is in it.
    ///
    /// # Errors
    /// [`WriteError::Io`].
    pub fn finish(mut self) -> Result<Written, WriteError> {
        self.flush()?;
        Ok(self.written)
    }
}

impl<W: Write + Seek> Drop for Writer<W> {
    fn drop(&mut self) {
        if !self.failed && !self.gathered.is_empty() {
            _ = self.store();
        }
    }
}

//! Recorded frames in memory, that any number of players read and nobody changes.

use core::fmt;

/// Sound in memory: so many frames of so many channels, at a rate of its own. Immutable; shared in an `Arc`.
///
/// A player holds a share for as long as it lives. It is let go of where players are dropped, which is never on the audio thread.
#[derive(PartialEq)]
pub struct Buffer {
    rate: f64,
    /// The rate at which places in it are counted.
    marks: f64,
    channels: usize,
    frames: usize,
    /// Frame after frame, so that what lies around a place is together for all channels.
    samples: Box<[f32]>,
}

/// Why something is no buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BufferError {
    /// There is not a single frame.
    Empty,
    /// No channel, or more than [`Buffer::MOST_CHANNELS`]: so many.
    Channels(usize),
    /// Channels of different lengths.
    Uneven,
    /// More frames than [`Buffer::MOST_FRAMES`]: so many.
    TooLong(usize),
    /// Frames per second outside of 1 to 1,000,000.
    Rate(f64),
    /// A sample of this frame is infinite or not a number.
    NotFinite(usize),
}

impl fmt::Display for BufferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BufferError::Empty => write!(f, "it has no frames: record or export at least one"),
            BufferError::Channels(count) => {
                write!(f, "it has {count} channels: a buffer has 1 to {}", Buffer::MOST_CHANNELS)
            }
            BufferError::Uneven => write!(f, "its channels are not equally long: give each as many samples"),
            BufferError::TooLong(frames) => {
                write!(f, "it has {frames} frames: the most is {}; cut it", Buffer::MOST_FRAMES)
            }
            BufferError::Rate(rate) => {
                write!(f, "its rate is {rate} frames a second: it goes from 1 to 1000000")
            }
            BufferError::NotFinite(frame) => {
                write!(f, "a sample of frame {frame} is infinite or not a number: repair or export it anew")
            }
        }
    }
}

impl core::error::Error for BufferError {}

// Rate and samples are finite numbers, each of which is equal to itself.
impl Eq for Buffer {}

impl Buffer {
    /// The most frames: 93 minutes at 48 kHz.
    pub const MOST_FRAMES: usize = 1 << 28;
    /// The most channels.
    pub const MOST_CHANNELS: usize = 64;

    /// From samples that come channel after channel, frame after frame, at `rate` frames a second. `[control]`
    ///
    /// # Errors
    /// What of it does not fit.
    pub fn from_interleaved(samples: Vec<f32>, channels: usize, rate: f64) -> Result<Buffer, BufferError> {
        if !(1..=Self::MOST_CHANNELS).contains(&channels) {
            return Err(BufferError::Channels(channels));
        }
        if !(1.0..=1e6).contains(&rate) {
            return Err(BufferError::Rate(rate));
        }
        if !samples.len().is_multiple_of(channels) {
            return Err(BufferError::Uneven);
        }
        let frames = samples.len() / channels;
        match frames {
            0 => return Err(BufferError::Empty),
            1..=Self::MOST_FRAMES => {}
            _ => return Err(BufferError::TooLong(frames)),
        }
        if let Some(place) = samples.iter().position(|x| !x.is_finite()) {
            return Err(BufferError::NotFinite(place / channels));
        }
        Ok(Buffer { rate, marks: rate, channels, frames, samples: samples.into_boxed_slice() })
    }

    /// From a list of samples for each channel, at `rate` frames a second. `[control]`
    ///
    /// # Errors
    /// What of it does not fit.
    pub fn from_channels<C: AsRef<[f32]>>(channels: &[C], rate: f64) -> Result<Buffer, BufferError> {
        let frames = channels.first().map_or(0, |first| first.as_ref().len());
        if channels.iter().any(|channel| channel.as_ref().len() != frames) {
            return Err(BufferError::Uneven);
        }
        if frames > Self::MOST_FRAMES {
            return Err(BufferError::TooLong(frames));
        }
        let frame = |frame: usize| channels.iter().filter_map(move |channel| channel.as_ref().get(frame));
        let samples = (0..frames).flat_map(frame).copied().collect();
        Self::from_interleaved(samples, channels.len(), rate)
    }

    /// The same, in which places are counted in frames of another rate, as those of a loop: that of a file before it was resampled. What is no
    /// rate from 1 to 1,000,000 changes nothing. `[control]`
    #[must_use]
    pub fn with_marks_at(self, rate: f64) -> Buffer {
        if (1.0..=1e6).contains(&rate) { Buffer { marks: rate, ..self } } else { self }
    }

    /// The frame that is nearest to a place, which is counted at the rate of the marks; at most the end. `[any]`
    pub fn frame_at(&self, mark: usize) -> usize {
        let frame = (mark as f64 * (self.rate / self.marks) + 0.5) as usize;
        frame.min(self.frames)
    }

    /// Frames per second. `[any]`
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// How many channels. `[any]`
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many frames; at least one. `[any]`
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The samples, frame after frame. `[any]`
    #[inline(always)]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Buffer of {} frames, {} channels, {} Hz", self.frames, self.channels, self.rate)
    }
}

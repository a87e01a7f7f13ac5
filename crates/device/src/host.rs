//! What does a system of sound devices offer? A list of them, and streams that call back.
//!
//! `System` (feature `native`) is this machine's, through cpal; [`Fake`](crate::Fake) is one in simulated time. Whoever works with streams through [`Host`] can be tried on it with clocks, delays and failures that
//! no real system would show on demand.

use crate::counters::Counts;
use std::fmt;
use thiserror::Error;

/// A system of sound devices.
pub trait Host {
    /// A stream that runs until it is dropped.
    type Stream: Stream;

    /// The devices that are there now. `[control]`
    fn offers(&self) -> Vec<Offer>;

    /// Opens a stream on a device and starts it. `[control]`
    ///
    /// # Errors
    /// [`OpenError`], which says what there is instead.
    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<Self::Stream, OpenError>;
}

/// What a stream's callback does.
pub trait Work: Send {
    /// Does one block: reads the device's input, writes all of its output. Both are interleaved; either is empty if the stream has no
    /// such channels. `now` is in nanoseconds, from the same point for all streams of a host. `[audio]`
    fn run(&mut self, input: &[f32], output: &mut [f32], now: u64);
}

impl<F: FnMut(&[f32], &mut [f32], u64) + Send> Work for F {
    fn run(&mut self, input: &[f32], output: &mut [f32], now: u64) {
        self(input, output, now);
    }
}

/// A stream on a device. Dropping it stops it.
pub trait Stream {
    /// What it runs as.
    fn terms(&self) -> Terms;

    /// How it fares. `[control]`
    fn vigour(&self) -> Vigour;

    /// What it has counted so far. `[any]`
    fn counts(&self) -> Counts;
}

/// A device that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Stays the same when the device goes and returns, and no other device has it.
    pub id: String,
    /// For people; several devices may have the same.
    pub name: String,
    /// Whether it is the default one.
    pub default: bool,
    /// Channels that it records and plays, at most.
    pub inputs: u16,
    /// Channels that it plays, at most.
    pub outputs: u16,
    /// Frames per second, unless asked otherwise.
    pub rate: u32,
    /// Frames in a block, unless asked otherwise.
    pub block: u32,
}

/// What is asked of a device; what is left out is for the device to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The id of a device. Left out: the default one.
    pub device: Option<String>,
    /// Channels to record.
    pub inputs: u16,
    /// Channels to play.
    pub outputs: u16,
    /// Frames per second.
    pub rate: Option<u32>,
    /// Frames in a block.
    pub block: Option<u32>,
}

/// What a stream runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The device's id.
    pub device: String,
    /// Channels that it records.
    pub inputs: u16,
    /// Channels that it plays.
    pub outputs: u16,
    /// Frames per second, nominally.
    pub rate: u32,
    /// Frames in a block.
    pub block: u32,
}

/// How a stream fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vigour {
    /// Callbacks come, or are about to.
    Alive,
    /// The device is gone, or has changed so much that the stream has ended. It does not come back: drop it and open another.
    Ended(End),
}

/// Why a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The device is gone.
    Removed,
    /// The device runs at another rate now.
    RateChanged,
    /// The system has ended the stream for another reason.
    Failed,
}

/// Why a stream could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such device.
    #[error("no device {}; there are: {}", Asked(asked), Listed(available))]
    DeviceNotFound {
        /// What was asked for; none for the default.
        asked: Option<String>,
        /// The ids that there are.
        available: Vec<String>,
    },
    /// It has too few channels.
    #[error("{device} has {inputs} inputs and {outputs} outputs; ask for no more")]
    TooManyChannels {
        /// The device.
        device: String,
        /// Channels that it records.
        inputs: u16,
        /// Channels that it plays.
        outputs: u16,
    },
    /// It does not run at this rate.
    #[error("{device} does not run at {asked} Hz; it runs at {offered} Hz")]
    UnsupportedRate {
        /// The device.
        device: String,
        /// What was asked for.
        asked: u32,
        /// What it runs at.
        offered: u32,
    },
    /// A block of no frames, or of more than a second.
    #[error("{device} does not take blocks of {asked} frames; ask for 1 to {most}")]
    UnsupportedBlock {
        /// The device.
        device: String,
        /// What was asked for.
        asked: u32,
        /// The largest.
        most: u32,
    },
    /// The system refused, and says why and what to do.
    #[error("{why}")]
    Refused {
        /// Its words.
        why: String,
    },
}

struct Asked<'a>(&'a Option<String>);

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("(the default)"))
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("none") } else { f.write_str(&self.0.join(", ")) }
    }
}

//! What does a system of sound devices offer? A list of them, and streams that call back.
//!
//! `System` (feature `native`) is this machine's, through cpal; [`Fake`](crate::Fake) is one in simulated time. Whoever works with streams through [`Host`] can be tried on it with clocks, delays and failures that
//! no real system would show on demand.

mod error;
mod roll;

pub use error::OpenError;
pub(crate) use roll::Roll;

use crate::counters::Counts;

/// A system of sound devices.
pub trait Host {
    /// A stream that runs until it is dropped.
    type Stream: Stream;

    /// The devices that are there now. `[control]`
    fn offers(&self) -> Vec<Offer>;

    /// What a stream would run as if it were opened now. None is; some systems open the device for a moment to ask it. `[control]`
    ///
    /// # Errors
    /// [`OpenError`], which says what there is instead.
    fn terms(&self, wish: &Wish) -> Result<Terms, OpenError>;

    /// Opens a stream on a device and starts it. `[control]`
    ///
    /// What [`terms`](Self::terms) would say is settled before this returns. The stream itself may be
    /// [opening](Vigour::Opening) for some time yet; should that fail, [`Stream::why`] says so.
    ///
    /// # Errors
    /// [`OpenError`], which says what there is instead.
    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<Self::Stream, OpenError>;

    /// What has changed among the devices since the call before. The first call returns nothing: the host begins to watch with it.
    /// `[control]`
    fn changes(&mut self) -> Vec<Change>;
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

/// A stream on a device. Dropping it stops it: a callback that is under way ends, and no other runs its work. The work itself is dropped by the
/// host, some time after that and perhaps on another thread.
pub trait Stream {
    /// What it runs as, from the beginning on.
    fn terms(&self) -> Terms;

    /// How it fares. `[control]`
    fn vigour(&self) -> Vigour;

    /// Why it has ended, or could not be opened, in words for people; nothing as long as neither is so. `[control]`
    fn why(&self) -> Option<String>;

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
    /// Whether it is the default one to play.
    pub default: bool,
    /// Whether it is the default one to record.
    pub default_input: bool,
    /// Channels that it records, at most.
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
    /// The id of a device, its name, or a part of either that fits no other one. `default`, or left out: the default one.
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

impl Wish {
    /// A wish for inputs alone is one to record; any other one to play.
    pub(crate) fn direction(&self) -> Direction {
        if self.inputs > 0 && self.outputs == 0 { Direction::Record } else { Direction::Play }
    }

    /// The device that is meant; none for the default.
    pub(crate) fn device(&self) -> Option<&str> {
        self.device.as_deref().filter(|asked| *asked != "default")
    }
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
    /// The system has yet to open it. No callback has come.
    Opening,
    /// Callbacks come, or are about to.
    Alive,
    /// It could not be opened, or the device is gone, or has changed so much that the stream has ended. It does not come back: drop it
    /// and open another.
    Ended(End),
}

/// Why a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The device is gone.
    Removed,
    /// The device runs at another rate now.
    RateChanged,
    /// The system has ended the stream for another reason, or has not opened it.
    Failed,
}

/// What has changed among the devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A device is there that was not, or it was away meanwhile, or offers something else than before.
    Appeared {
        /// What it offers.
        offer: Offer,
    },
    /// A device is gone.
    Gone {
        /// Its id.
        id: String,
    },
    /// Another device is the default one.
    DefaultChanged {
        /// Its id.
        id: String,
        /// For what.
        direction: Direction,
    },
}

/// What a device is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To play.
    Play,
    /// To record.
    Record,
}

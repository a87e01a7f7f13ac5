//! A sound that can be streamed, whoever reads it.

use crate::reel::Reel;
use crate::shown::Progress;
use std::fmt;
use std::sync::Arc;

/// Reads pages of a sound in any order, on a thread that may wait. `[control]`
pub trait Pages: Send {
    /// Fills a page: channel after channel, [`PAGE`](crate::PAGE) samples of each; zeros behind the end. Whether it could be read.
    fn read(&mut self, page: u64, samples: &mut [f32]) -> bool;

    /// Frames of the sound, once they are known.
    fn length(&self) -> Option<u64>;
}

/// How a stream is to be played.
#[derive(Clone, Debug, Default)]
pub struct Threading {
    /// Frames per second of the engine. Zero is taken for 1.
    pub rate: f64,
    /// Where it begins, and begins anew, in frames of the file.
    pub begin: u64,
    /// The first frame of the loop, and the one behind its last, in frames of the file; 0 is the end of the sound.
    pub around: (u64, u64),
    /// Where it is told how the stream fares.
    pub progress: Progress,
}

/// A sound on a disk, of which any number of streams can be made. `[control]`
pub trait Footage: Send + Sync + fmt::Debug {
    /// How many channels it has.
    fn channels(&self) -> u16;

    /// What tells this state of this file from others: two that say the same are the same sound.
    fn identity(&self) -> &str;

    /// The first that went wrong in any of its streams since it was last asked, for people.
    fn take_trouble(&self) -> Option<String> {
        None
    }

    /// Makes a stream of it that is ready to begin.
    ///
    /// # Errors
    /// Why not, for people.
    fn thread(&self, how: &Threading) -> Result<Reel, String>;
}

/// A [`Footage`] that is shared. Two are equal if they are the same sound.
#[derive(Clone, Debug)]
pub struct Streamed(pub Arc<dyn Footage>);

impl PartialEq for Streamed {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.identity() == other.0.identity()
    }
}

impl Eq for Streamed {}

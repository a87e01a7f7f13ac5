//! Sounds that are played from the disk, without being held in memory.
//!
//! A [`Pool`] has a few threads that read for all streams. A [`Film`] is a sound file that was looked into: its layout and length are known, and its
//! beginning, 171 ms at 48 kHz, is kept in memory as soon as it is played. Each stream of it is a [`Reel`], which the audio thread plays, with a second of read-ahead. What is heard
//! is sample for sample what decoding the whole and [resampling](crate::resample) it with silent [edges](crate::resample::Edges) gives, from any place on and around any
//! loop; but for AAC, whose noise (where an encoder put noise) hangs on what was decoded before.
//!
//! ```
//! use sostenuto_media::stream::{Footage, OpenOptions, Pool, PoolOptions, Threading};
//! use sostenuto_media::wav;
//! # let directory = tempfile::tempdir()?;
//! # let file = directory.path().join("tone.wav");
//! # let format = wav::Format { channels: 1, rate: 48_000, encoding: wav::Encoding::Float32 };
//! # let mut writer = wav::Writer::create(&file, format)?;
//! # writer.write_interleaved(&[0.5; 4800])?;
//! # writer.finish()?;
//! let pool = Pool::new(PoolOptions::default());
//! let film = pool.open(&file, OpenOptions::default())?;
//! let mut reel = film.thread(&Threading { rate: 48_000.0, ..Threading::default() })?;
//! // On the audio thread:
//! let mut block = [0.0; 64];
//! reel.play(&mut [&mut block]);
//! assert_eq!(block, [0.5; 64]);
//! // Dropped on a control thread; the file is closed by the pool.
//! drop(reel);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod disk;
mod film;
mod pages;
mod pool;

pub use disk::Disk;
pub use film::Film;
pub use pool::Pool;
pub use sostenuto_reel::{
    FADE_SECONDS, Footage, Fortunes, Progress as StreamProgress, Reel, Streamed, Threading,
};

use crate::decode::{Cancel, DecodeError, Limits, Progress};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How a pool works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolOptions {
    /// Threads, from 1 to 64; 4.
    pub threads: usize,
    /// How often one of them looks for requests while there are streams; 4 ms.
    pub look_every: Duration,
    /// Seconds that each stream asks for ahead, from 0.1 to 10 at 48 kHz; 1. Of a stereo sound, a second is 384 KB.
    pub ahead_seconds: f64,
}

/// How a file is looked into.
pub struct OpenOptions<'o> {
    /// What is too much. The default has no bound but those of channels and rate.
    pub limits: Limits,
    /// Stops it, where all of the file is looked through.
    pub cancel: Option<Cancel>,
    /// Is told every 256 packets, where all of the file is looked through.
    pub progress: Option<&'o mut dyn FnMut(Progress)>,
}

impl Default for OpenOptions<'_> {
    fn default() -> Self {
        let limits = Limits {
            file_bytes: u64::MAX,
            frames: i64::MAX as u64,
            decoded_bytes: u64::MAX,
            ..Limits::default()
        };
        OpenOptions { limits, cancel: None, progress: None }
    }
}

/// Gives the bytes of a sound.
type Open = dyn Fn() -> io::Result<Box<dyn Disk>> + Send + Sync;

/// Looks into a sound file whose streams read in place, when they are played: for rendering, where there is time to wait, and nothing may come late.
///
/// # Errors
/// As [`Pool::open`].
pub fn open_in_place(path: impl AsRef<Path>, options: OpenOptions<'_>) -> Result<Film, DecodeError> {
    Film::of_file(path.as_ref(), options, None)
}

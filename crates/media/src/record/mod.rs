//! What the audio thread has, as a WAV file: over a ring, written by a thread of its own; what is lost on the way is counted and declared.
//!
//! ```
//! use sostenuto_media::{record, wav};
//!
//! # let directory = tempfile::tempdir()?;
//! # let file = directory.path().join("take.wav");
//! let format = wav::Format { channels: 2, rate: 48_000, encoding: wav::Encoding::Float32 };
//! let (mut tape, recorder) = record::to_file(&file, format, record::Options::default())?;
//! // On the audio thread, in every block:
//! tape.write(&[&[0.5; 64], &[0.25; 64]]);
//! // When it is enough:
//! let recorded = recorder.finish()?;
//! assert_eq!((recorded.written.frames, recorded.lost), (64, 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod in_place;
mod keep;
mod worker;

pub use in_place::InPlace;

pub use sostenuto_reel::{Loss, Tape};

use crate::wav::{Format, WriteError, Writer, Written};
use keep::Kept;
use sostenuto_reel::Lost;
use sostenuto_rt::Gauge;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use worker::Worker;

/// How a recording is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Seconds that wait in the ring at most, while the disk is busy. From 0.01 to 60; 2.
    pub seconds: f64,
    /// How often the file is brought up to what was recorded. 100 ms.
    pub every: Duration,
    /// The file becomes RF64 beyond so many bytes, as far as that is not more than 4 GiB.
    pub rf64_beyond: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { seconds: 2.0, every: Duration::from_millis(100), rf64_beyond: u64::MAX }
    }
}

/// What the control side sees of a recording.
#[derive(Debug)]
struct Meters {
    /// Frames that were lost.
    lost: Lost,
    /// Frames in the file.
    frames: Gauge<u64>,
    /// Whether it is still going on: one of the following.
    state: Gauge<u32>,
}

const RUNNING: u32 = 0;
const ENDING: u32 = 1;
const FAILED: u32 = 2;

/// A recording that is under way, for the control side. Dropped, it ends the recording without a word.
#[derive(Debug)]
pub struct Recorder {
    meters: Arc<Meters>,
    thread: Option<JoinHandle<Result<Recorded, WriteError>>>,
    /// The file, if it is one.
    kept: Option<Kept>,
}

/// How a recording stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Frames in the file, losses included, which are silent.
    pub frames: u64,
    /// Frames that were lost.
    pub lost: u64,
    /// Whether writing went wrong, so that nothing more is recorded; [`Recorder::finish`] says how.
    pub failed: bool,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What the file holds.
    pub written: Written,
    /// Frames that were lost. Each is a silent one in the file, so that what comes after is in time.
    pub lost: u64,
    /// Where they were lost: the first 256 places.
    pub losses: Vec<Loss>,
    /// Whether the file had been deleted meanwhile, and was written anew from what the system still had of it.
    pub restored: bool,
}

/// Begins to record into a file, in the place of one that may be there. `[control]`
///
/// The [`Tape`] goes to the audio thread. The recording ends with [`Recorder::finish`], or when the tape is dropped, which belongs on the control
/// side.
///
/// # Errors
/// As [`Writer::create`].
pub fn to_file(
    path: impl AsRef<Path>,
    format: Format,
    options: Options,
) -> Result<(Tape, Recorder), WriteError> {
    let (file, kept) = Kept::create(path.as_ref(), format)?;
    let (tape, mut recorder) = begin(Writer::new(file, format)?, format, options)?;
    recorder.kept = Some(kept);
    Ok((tape, recorder))
}

/// The same into anything that can seek.
///
/// # Errors
/// As [`Writer::new`].
pub fn to<W: Write + Seek + Send + 'static>(
    target: W,
    format: Format,
    options: Options,
) -> Result<(Tape, Recorder), WriteError> {
    begin(Writer::new(target, format)?, format, options)
}

fn begin<W: Write + Seek + Send + 'static>(
    writer: Writer<W>,
    format: Format,
    options: Options,
) -> Result<(Tape, Recorder), WriteError> {
    let frames = (options.seconds.clamp(0.01, 60.0) * f64::from(format.rate)).ceil() as usize;
    let (tape, worker, meters) = worker(writer.with_rf64_beyond(options.rf64_beyond), format, frames);
    let every = options.every;
    let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || worker.run(every))?;
    Ok((tape, Recorder { meters, thread: Some(thread), kept: None }))
}

/// A tape on which so many frames can wait, and what writes it.
fn worker<W: Write + Seek>(
    writer: Writer<W>,
    format: Format,
    frames: usize,
) -> (Tape, Worker<W>, Arc<Meters>) {
    let (tape, take) = Tape::new(format.channels, frames);
    let (lost, frames, state) = (take.lost(), Gauge::<u64>::new(0), Gauge::<u32>::new(RUNNING));
    let meters = Arc::new(Meters { lost, frames, state });
    let worker = Worker::new(writer, take, meters.clone(), format.channels);
    (tape, worker, meters)
}

impl Recorder {
    /// Whether it has ended by itself, because its tape is gone or because writing went wrong: then [`finish`](Self::finish) does not wait. `[any]`
    pub fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// How it stands. `[any]`
    pub fn status(&self) -> Status {
        Status {
            frames: self.meters.frames.get(),
            lost: self.meters.lost.frames(),
            failed: self.meters.state.get() == FAILED,
        }
    }

    /// Ends the recording: what the tape has by now is written, and what comes later is not. `[control]`
    ///
    /// # Errors
    /// [`WriteError::Io`]: writing went wrong. The file is whole and holds what was written before.
    pub fn finish(mut self) -> Result<Recorded, WriteError> {
        let gone = || Err(std::io::Error::other("the recording thread is gone").into());
        let outcome = self.end().unwrap_or_else(gone);
        let restored = match self.kept.take() {
            Some(kept) => kept.restore()?,
            None => false,
        };
        outcome.map(|recorded| Recorded { restored, ..recorded })
    }

    fn end(&mut self) -> Option<Result<Recorded, WriteError>> {
        if self.meters.state.get() == RUNNING {
            self.meters.state.set(ENDING);
        }
        self.thread.take()?.join().ok()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        _ = self.end();
        _ = self.kept.take().map(|kept| kept.restore());
    }
}

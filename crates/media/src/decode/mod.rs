//! Whole sounds from files: WAV, AIFF, FLAC, MP3, Ogg Vorbis, and AAC or ALAC in M4A, of any rate and channels.
//!
//! What a file is, its bytes tell, not its name. Nothing is guessed: a file that is damaged or cut short is refused, with the place, unless
//! [`Options::mend`] says otherwise. What an encoder put before and behind the sound is left out where the file tells of it: the LAME tag of
//! MP3, the positions of Ogg pages, the edit list or the `iTunSMPB` remark of M4A.
//!
//! ```
//! use sostenuto_media::{Sound, decode, wav};
//!
//! # let directory = tempfile::tempdir()?;
//! # let file = directory.path().join("tone.wav");
//! # let format = wav::Format { channels: 1, rate: 44_100, encoding: wav::Encoding::Float32 };
//! # let mut writer = wav::Writer::create(&file, format)?;
//! # writer.write_interleaved(&[0.5, f32::NAN, -0.25])?;
//! # writer.finish()?;
//! let decoded = decode::read(&file, decode::Options::default())?;
//! assert_eq!(decoded.sound.channels, [[0.5, 0.0, -0.25]]);
//! assert_eq!((decoded.format, decoded.silenced), ("WAV", 1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod delay;
mod error;
mod limits;
mod origin;
mod packets;
mod seek;

pub use error::DecodeError;
pub use limits::{Limit, Limits};

use crate::Sound;
pub(crate) use error::{Context, Fault};
pub(crate) use origin::Bytes;
pub(crate) use seek::Seeker;

use origin::Origin;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stops what is under way in another thread. Clones are the same token. `[any]`
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A token that nobody has used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop, for good.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Frames that are decoded.
    pub frames: u64,
    /// Frames that there will be, where the file tells.
    pub of: Option<u64>,
}

/// How a file is to be read.
#[derive(Default)]
pub struct Options<'o> {
    /// What is too much.
    pub limits: Limits,
    /// Makes silence of what is damaged, counts it, and takes what is there of a file that is cut short, instead of refusing both.
    pub mend: bool,
    /// Stops it: it is looked at every few thousand frames.
    pub cancel: Option<Cancel>,
    /// Is told every 65,536 frames, and at the end.
    pub progress: Option<&'o mut dyn FnMut(Progress)>,
}

/// What was in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The sound. Full scale is -1 to 1; floats may go beyond.
    pub sound: Sound,
    /// The kind of file: `"WAV"`, `"FLAC"` and so on.
    pub format: &'static str,
    /// What the samples are coded in, for people.
    pub codec: &'static str,
    /// Samples that were infinite or not a number, and are silent now.
    pub silenced: u64,
    /// Pieces that could not be decoded, and are silent now. Not 0 only with [`Options::mend`].
    pub damaged: u64,
    /// Frames that the file tells of and does not have. Not 0 only with [`Options::mend`].
    pub missing: u64,
}

/// Reads a whole file. `[control]`
///
/// # Errors
/// [`DecodeError`], which names the file, the place and what to do.
pub fn read(path: impl AsRef<Path>, options: Options<'_>) -> Result<Decoded, DecodeError> {
    let path = path.as_ref();
    let context = Context { path, rate: 0, frames: 0 };
    let bytes = Bytes::open(path, &options.limits).map_err(|fault| context.error(fault))?;
    decoded(bytes, path, options)
}

/// Reads a file that is in memory already; errors tell `name` as its path. `[control]`
///
/// # Errors
/// As [`read`].
pub fn from_bytes(bytes: Vec<u8>, name: &str, options: Options<'_>) -> Result<Decoded, DecodeError> {
    let path = Path::new(name);
    let context = Context { path, rate: 0, frames: 0 };
    let bytes = Bytes::of(bytes, name, &options.limits).map_err(|fault| context.error(fault))?;
    decoded(bytes, path, options)
}

fn decoded(bytes: Bytes, path: &Path, options: Options<'_>) -> Result<Decoded, DecodeError> {
    let mut taking = Taking {
        options,
        context: Context { path, rate: 0, frames: 0 },
        told: None,
        damaged: 0,
        missing: 0,
        announced: 0,
    };
    // A decoder that panics at what it is given is a fault of the file, not of the program that reads it.
    let run = std::panic::AssertUnwindSafe(|| taking.all(bytes));
    let outcome = std::panic::catch_unwind(run);
    let outcome = outcome.unwrap_or(Err(Fault::Damaged("it makes no sense to its decoder".into())));
    let (channels, format, codec, silenced) = outcome.map_err(|fault| taking.context.error(fault))?;
    let sound = Sound { rate: taking.context.rate, channels };
    Ok(Decoded { sound, format, codec, silenced, damaged: taking.damaged, missing: taking.missing })
}

/// A file that is being decoded.
struct Taking<'t, 'o> {
    options: Options<'o>,
    context: Context<'t>,
    told: Option<u64>,
    damaged: u64,
    missing: u64,
    /// Frames at which progress was told last.
    announced: u64,
}

/// Frames from one telling of progress to the next.
const ANNOUNCE: u64 = 1 << 16;
/// So many pieces without a single frame are no sound any more.
const MOST_EMPTY: u32 = 100_000;

type Whole = (Vec<Vec<f32>>, &'static str, &'static str, u64);

impl Taking<'_, '_> {
    fn all(&mut self, bytes: Bytes) -> Result<Whole, Fault> {
        let mut origin = Origin::open(bytes)?;
        let mut channels: Vec<Vec<f32>> = Vec::new();
        let (mut silenced, mut empty) = (0, 0);
        self.told = origin.told();
        loop {
            self.look_up()?;
            let before = self.context.frames;
            let outcome = origin.next(&mut channels);
            self.context.frames = channels.first().map_or(0, Vec::len) as u64;
            let more = outcome.or_else(|fault| self.mend(fault, &mut channels))?;
            if let Some((rate, count)) = origin.layout() {
                self.context.rate = rate;
                self.options.limits.check(rate, count, channels.first().map_or(0, Vec::len) as u64)?;
                if before == 0 {
                    self.options.limits.check(rate, count, self.told.unwrap_or(0))?;
                }
            }
            self.context.frames = channels.first().map_or(0, Vec::len) as u64;
            silenced += silence(&mut channels, before as usize);
            empty = if self.context.frames == before { empty + 1 } else { 0 };
            if !more {
                break;
            }
            if empty > MOST_EMPTY {
                return Err(Fault::Damaged("nothing but empty pieces follows".into()));
            }
        }
        self.end(&origin, &mut channels)?;
        Ok((channels, origin.format(), origin.codec(), silenced))
    }

    fn look_up(&mut self) -> Result<(), Fault> {
        if self.options.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return Err(Fault::Cancelled);
        }
        if self.context.frames - self.announced >= ANNOUNCE {
            self.announce();
        }
        Ok(())
    }

    fn announce(&mut self) {
        self.announced = self.context.frames;
        if let Some(progress) = &mut self.options.progress {
            progress(Progress { frames: self.context.frames, of: self.told });
        }
    }

    /// What becomes of a fault: whether there is more, or it is one that nothing mends.
    fn mend(&mut self, fault: Fault, channels: &mut [Vec<f32>]) -> Result<bool, Fault> {
        match fault {
            _ if !self.options.mend => Err(fault),
            Fault::Piece { frames, .. } => {
                self.damaged += 1;
                let frames = frames.min(ANNOUNCE) as usize;
                channels.iter_mut().for_each(|channel| channel.resize(channel.len() + frames, 0.0));
                Ok(true)
            }
            Fault::CutShort { .. } | Fault::Damaged(_) if self.context.frames > 0 => {
                self.damaged += u64::from(matches!(fault, Fault::Damaged(_)));
                Ok(false)
            }
            fault => Err(fault),
        }
    }

    /// What is to be seen to at the end of the file.
    fn end(&mut self, origin: &Origin, channels: &mut [Vec<f32>]) -> Result<(), Fault> {
        if let Some(keep) = origin.keeps(self.context.frames) {
            channels.iter_mut().for_each(|channel| {
                channel.truncate(keep.end as usize);
                channel.drain(..keep.start.min(channel.len() as u64) as usize);
            });
            self.context.frames = channels.first().map_or(0, Vec::len) as u64;
        }
        let missing =
            self.told.filter(|_| origin.is_exact()).unwrap_or(0).saturating_sub(self.context.frames);
        if missing > 0 && !self.options.mend {
            let told = Some(self.context.frames + missing);
            return Err(Fault::CutShort { frames: self.context.frames, told });
        }
        if self.context.frames == 0 {
            return Err(Fault::Empty);
        }
        self.missing = missing;
        self.told = Some(self.context.frames);
        self.announce();
        Ok(())
    }
}

/// Makes samples from this frame on silent that are not finite; how many.
fn silence(channels: &mut [Vec<f32>], from: usize) -> u64 {
    let fresh = channels.iter_mut().filter_map(|channel| channel.get_mut(from..)).flatten();
    fresh.filter(|sample| !sample.is_finite()).map(|sample| *sample = 0.0).count() as u64
}

//! Sound files: read once, and resampled to the rate at which they are played; or streamed while they are.

use sostenuto_media::Sound;
use sostenuto_media::decode::{self, Options};
use sostenuto_media::stream::{Film, Footage, OpenOptions, Pool, PoolOptions, Reel, Streamed, Threading};
use sostenuto_nodes::Buffer;
use sostenuto_patch::{BufferSource, Patch};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::SystemTime;

/// Which state of a file it is.
#[derive(PartialEq)]
struct State {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(path: &Path) -> Result<State, String> {
        let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
        Ok(State { path: path.to_owned(), bytes: about.len(), modified: about.modified().ok() })
    }
}

/// What of these files is still in use, so that a document that is saved does not read them all again.
static READ: Mutex<Vec<(State, Weak<Buffer>)>> = Mutex::new(Vec::new());

/// A file as it was recorded, of any [format](sostenuto_media::decode) that there is.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn read(path: &Path) -> Result<Arc<Buffer>, String> {
    read_telling(path, |_| {})
}

/// The same, which tells of what is not as it should be.
pub(crate) fn read_telling(path: &Path, warn: fn(&str)) -> Result<Arc<Buffer>, String> {
    let state = State::of(path)?;
    let known = |known: &[(State, Weak<Buffer>)]| {
        known.iter().find(|(it, _)| *it == state).and_then(|(_, buffer)| buffer.upgrade())
    };
    if let Some(buffer) = known(&READ.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(buffer);
    }
    let decoded = decode::read(path, Options::default()).map_err(|error| error.to_string())?;
    if decoded.silenced > 0 {
        let (name, count) = (path.display(), decoded.silenced);
        warn(&format!("{name}: {count} samples were infinite or not a number; they are silent"));
    }
    let sound = decoded.sound;
    let buffer = Buffer::from_channels(&sound.channels, f64::from(sound.rate));
    let buffer: Arc<Buffer> = buffer.map_err(|error| error.to_string())?.into();
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    read.retain(|(it, buffer)| it.path != state.path && buffer.strong_count() > 0);
    read.push((state, Arc::downgrade(&buffer)));
    Ok(buffer)
}

/// The same at another rate, with places in it counted as before. What there is no resampler for stays: whoever plays it makes up for its rate.
pub fn resampled(buffer: &Arc<Buffer>, rate: u32) -> Arc<Buffer> {
    let (was, channels) = (buffer.rate(), buffer.channels());
    if was == f64::from(rate) || was.fract() != 0.0 {
        return buffer.clone();
    }
    let sound = Sound::from_interleaved(buffer.samples(), channels as u16, was as u32);
    let other = sound.resampled(rate).ok();
    let other = other.and_then(|sound| Buffer::from_channels(&sound.channels, f64::from(rate)).ok());
    other.map_or_else(|| buffer.clone(), |other| other.with_marks_at(was).into())
}

/// Who reads for all streams.
static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::new(PoolOptions::default()));
/// Whether there is time to wait for the disk.
static WAITING: AtomicBool = AtomicBool::new(false);
/// What of these files is still in use.
static STREAMED: Mutex<Vec<(State, Weak<Streaming>)>> = Mutex::new(Vec::new());

/// Lets streams that begin from now on wait for the disk: for rendering, in which nothing may come late.
pub fn wait_for_the_disk() {
    WAITING.store(true, Ordering::Relaxed);
}

/// A file that is streamed.
///
/// # Errors
/// What is wrong with it.
pub fn streamed(path: &Path) -> Result<Streamed, String> {
    streaming(path).map(|streaming| Streamed(streaming))
}

/// The same, and how many seconds it has.
///
/// # Errors
/// What is wrong with it.
pub fn streamed_for(path: &Path) -> Result<(Streamed, f64), String> {
    let streaming = streaming(path)?;
    let seconds = streaming.ahead.frames() as f64 / f64::from(streaming.ahead.rate());
    Ok((Streamed(streaming), seconds))
}

fn streaming(path: &Path) -> Result<Arc<Streaming>, String> {
    let state = State::of(path)?;
    let mut known = STREAMED.lock().unwrap_or_else(PoisonError::into_inner);
    let of_state = |(it, streaming): &(State, Weak<Streaming>)| (*it == state).then(|| streaming.upgrade());
    if let Some(streaming) = known.iter().find_map(of_state).flatten() {
        return Ok(streaming);
    }
    let ahead = POOL.open(path, OpenOptions::default()).map_err(|error| error.to_string())?;
    let streaming = Arc::new(Streaming { in_place: ahead.in_place(), ahead });
    known.retain(|(it, streaming)| it.path != state.path && streaming.strong_count() > 0);
    known.push((state, Arc::downgrade(&streaming)));
    Ok(streaming)
}

/// A file that is read ahead while it plays, or in place while it is rendered.
#[derive(Debug)]
struct Streaming {
    ahead: Film,
    in_place: Film,
}

impl Footage for Streaming {
    fn channels(&self) -> u16 {
        self.ahead.channels()
    }

    fn identity(&self) -> &str {
        self.ahead.identity()
    }

    fn take_trouble(&self) -> Option<String> {
        self.ahead.take_trouble()
    }

    fn thread(&self, how: &Threading) -> Result<Reel, String> {
        match WAITING.load(Ordering::Relaxed) {
            true => self.in_place.thread(how),
            false => self.ahead.thread(how),
        }
    }
}

/// The patch with the buffers that come from files at the rate at which it is to be played.
pub fn at_rate(patch: &Patch, rate: u32) -> Patch {
    let mut patch = patch.clone();
    let away = |source: &BufferSource| {
        let sound = source.sound.as_ref().filter(|_| source.file.is_some() && !source.keep_rate)?;
        (sound.rate() != f64::from(rate)).then(|| resampled(sound, rate))
    };
    let others: Vec<_> = patch.buffers.iter().map(|(name, source)| (name.clone(), away(source))).collect();
    for (name, sound) in others {
        if let (Some(sound), Some(source)) = (sound, patch.buffers.get(&name)) {
            let source = BufferSource { sound: Some(sound), ..source.clone() };
            patch.buffers.insert(name, source);
        }
    }
    patch
}

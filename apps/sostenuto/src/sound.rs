//! Sound files for the buffers of patches: read once, and resampled to the rate at which they are played.

use sostenuto_media::Sound;
use sostenuto_media::decode::{self, Options};
use sostenuto_nodes::Buffer;
use sostenuto_patch::{BufferSource, Patch};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

/// Which state of a file it is.
#[derive(PartialEq)]
struct State {
    path: PathBuf,
    bytes: u64,
    modified: Option<SystemTime>,
}

/// What of these files is still in use, so that a document that is saved does not read them all again.
static READ: Mutex<Vec<(State, Weak<Buffer>)>> = Mutex::new(Vec::new());

/// A file as it was recorded.
pub fn read(path: &Path) -> Result<Arc<Buffer>, String> {
    let about = std::fs::metadata(path).map_err(|error| error.to_string())?;
    let state = State { path: path.to_owned(), bytes: about.len(), modified: about.modified().ok() };
    let known = |known: &[(State, Weak<Buffer>)]| {
        known.iter().find(|(it, _)| *it == state).and_then(|(_, buffer)| buffer.upgrade())
    };
    if let Some(buffer) = known(&READ.lock().unwrap_or_else(PoisonError::into_inner)) {
        return Ok(buffer);
    }
    let decoded = decode::read(path, Options::default()).map_err(|error| error.to_string())?;
    if decoded.silenced > 0 {
        let (name, count) = (path.display(), decoded.silenced);
        eprintln!("{name}: {count} samples were infinite or not a number; they are silent");
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

//! A sound file in the place of a patch: the patch that plays it.

use crate::cli::What;

use anyhow::{Context, Result, anyhow, bail};
use sostenuto_engine::Conductor;
use sostenuto_nodes::{Buffer, Streamed};
use sostenuto_patch::{Checked, Load, Notation, read_with};
use std::path::Path;
use std::sync::Arc;

/// How long a device may go on with what it was given, in seconds.
pub const TAIL: f64 = 0.3;

/// Endings of names that sound files have.
const ENDINGS: [&str; 14] =
    ["aac", "aif", "aifc", "aiff", "alac", "flac", "m4a", "m4b", "mp3", "mp4", "oga", "ogg", "wav", "wave"];

/// The patch that is meant, or one that plays the sound file that is meant; and how many seconds that plays, unless it goes on and on.
pub fn or_patch(what: &What, looped: bool) -> Result<(Checked, Option<f64>)> {
    or(what, looped, |path| {
        let buffer = sostenuto_sounds::read(path)?;
        let seconds = buffer.frames() as f64 / buffer.rate();
        Ok((Given::Memory(buffer), seconds))
    })
}

/// The same with a sound file that is streamed from the disk, so that it begins at once, however long it is.
pub fn or_patch_streamed(what: &What, looped: bool) -> Result<(Checked, Option<f64>)> {
    or(what, looped, |path| {
        let (footage, seconds) = sostenuto_sounds::streamed_for(path)?;
        Ok((Given::Disk(footage), seconds))
    })
}

fn or(
    what: &What,
    looped: bool,
    open: impl FnOnce(&Path) -> Result<(Given, f64), String>,
) -> Result<(Checked, Option<f64>)> {
    match file(what) {
        Some(path) => {
            let (given, seconds) = open(path).map_err(|why| anyhow!(why))?;
            let checked = patch(path, given, looped)?;
            Ok((checked, (!looped).then_some(seconds)))
        }
        None if looped => bail!("--loop is for sound files: in a patch, a player has its own `loop`"),
        None => Ok((crate::source::patch(what)?, None)),
    }
}

/// The sound file that is meant, if it is one.
pub fn file(what: &What) -> Option<&Path> {
    let path = what.patch.as_deref()?;
    let ending = path.extension()?.to_str()?.to_lowercase();
    ENDINGS.contains(&ending.as_str()).then_some(path)
}

/// Gives one sound for every file.
enum Given {
    Memory(Arc<Buffer>),
    Disk(Streamed),
}

impl Given {
    fn channels(&self) -> usize {
        match self {
            Given::Memory(buffer) => buffer.channels(),
            Given::Disk(footage) => footage.0.channels().into(),
        }
    }
}

impl Load for Given {
    fn text(&mut self, file: &str) -> Result<String, String> {
        Err(format!("{file} is not asked for"))
    }

    fn sound(&mut self, _: &str) -> Result<Option<Arc<Buffer>>, String> {
        match self {
            Given::Memory(buffer) => Ok(Some(buffer.clone())),
            Given::Disk(_) => Ok(None),
        }
    }

    fn stream(&mut self, _: &str) -> Result<Option<Streamed>, String> {
        match self {
            Given::Memory(_) => Ok(None),
            Given::Disk(footage) => Ok(Some(footage.clone())),
        }
    }
}

fn patch(path: &Path, mut given: Given, looped: bool) -> Result<Checked> {
    let streams = matches!(given, Given::Disk(_));
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let document = serde_json::json!({
        "title": name,
        "buffers": { "song": { "file": path.to_string_lossy(), "stream": streams } },
        "nodes": {
            "song": {
                "kind": if streams { "stream" } else { "player" },
                "buffer": "song",
                "channels": given.channels(),
                "loop": if looped { "on" } else { "off" },
            },
            "out": { "kind": "audio_out", "inputs": ["song"] },
        },
    });
    let read = read_with(&document.to_string(), Notation::Json, Conductor::catalogue(), &mut given);
    read.map_err(|problems| anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
        .with_context(|| format!("{} cannot be played", path.display()))
}

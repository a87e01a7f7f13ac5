//! A sound file in the place of a patch: the patch that plays it.

use crate::cli::What;
use crate::sound;
use anyhow::{Context, Result, anyhow, bail};
use sostenuto_engine::Conductor;
use sostenuto_nodes::Buffer;
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
    match file(what) {
        Some(path) => {
            let buffer = sound::read(path).map_err(|why| anyhow!(why))?;
            let seconds = buffer.frames() as f64 / buffer.rate();
            let checked = patch(path, buffer, looped)?;
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

/// Gives one recording for every file.
struct Given(Arc<Buffer>);

impl Load for Given {
    fn text(&mut self, file: &str) -> Result<String, String> {
        Err(format!("{file} is not asked for"))
    }

    fn sound(&mut self, _: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(Some(self.0.clone()))
    }
}

fn patch(path: &Path, buffer: Arc<Buffer>, looped: bool) -> Result<Checked> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    let document = serde_json::json!({
        "title": name,
        "buffers": { "song": { "file": path.to_string_lossy() } },
        "nodes": {
            "song": {
                "kind": "player",
                "buffer": "song",
                "channels": buffer.channels(),
                "loop": if looped { "on" } else { "off" },
            },
            "out": { "kind": "audio_out", "inputs": ["song"] },
        },
    });
    let mut load = Given(buffer);
    let read = read_with(&document.to_string(), Notation::Json, Conductor::catalogue(), &mut load);
    read.map_err(|problems| anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))
        .with_context(|| format!("{} cannot be played", path.display()))
}

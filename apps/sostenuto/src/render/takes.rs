//! Which recordings does a script ask for? Each is written as it is rendered, from its frame to its frame.

use super::{Part, encoding, is_same, part_of};
use crate::record::{WORD, bits, refuse, sounds_of, summary};
use anyhow::{Context, Result, bail};
use sostenuto_engine::{Desk, OfflinePorts, Recorded, RecordingKey};
use sostenuto_media::record::InPlace;
use sostenuto_media::wav::{Format, Writer};
use sostenuto_patch::command::Command;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The recordings that are under way.
pub struct Takes {
    /// Of what is heard.
    format: Format,
    document: PathBuf,
    /// Files that are no place for recordings.
    taken: Vec<PathBuf>,
    running: Vec<Running>,
    /// What is to be told of those that are over.
    lines: Vec<String>,
}

struct Running {
    path: PathBuf,
    part: Part,
    key: RecordingKey,
    format: Format,
    recording: InPlace<File>,
}

impl Takes {
    /// None yet, of what is heard in this format.
    pub fn new(format: Format, document: Option<&Path>, taken: Vec<PathBuf>) -> Takes {
        let document = document.unwrap_or(Path::new("")).to_owned();
        Takes { format, document, taken, running: Vec::new(), lines: Vec::new() }
    }

    /// Carries out a command about recordings, at a frame.
    pub fn obey(&mut self, desk: &mut Desk, command: &Command, at: u64) -> Result<()> {
        match command {
            Command::Record { path, of, depth, overwrite } => {
                let what = of.clone().map_or(Recorded::Heard, Recorded::Node);
                let format = Format { encoding: encoding(bits(*depth)), ..self.format };
                self.begin(desk, (Path::new(path), *overwrite), &what, (format, at))
            }
            Command::EndRecording { path } => self.end(desk, path.as_deref(), at),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        desk: &mut Desk,
        (path, overwrite): (&Path, bool),
        what: &Recorded,
        (format, at): (Format, u64),
    ) -> Result<()> {
        if self.running.iter().any(|running| running.is_into(path)) {
            bail!("{} is being recorded into: give another name, or end that before", path.display());
        }
        let sounds = sounds_of(desk.conductor().patch(), &self.document);
        refuse(path, (!overwrite).then_some(WORD), &[&self.taken[..], &sounds].concat())?;
        let node = match what {
            Recorded::Node(label) => desk.conductor().resolved().nodes.labelled(label),
            Recorded::Heard => None,
        };
        let port = node.and_then(|node| node.shape.outputs.first());
        let format = Format { channels: port.map_or(format.channels, |port| port.channels), ..format };
        let part = Part::of(path);
        let writer = Writer::create(part.path(), format)?;
        let (tape, recording) = InPlace::new(writer, format, 2 * OfflinePorts::MOST_FRAMES);
        let key = desk.conductor_mut().record(what, tape, Some(at))?;
        self.running.push(Running { path: path.to_owned(), part, key, format, recording });
        Ok(())
    }

    fn end(&mut self, desk: &mut Desk, path: Option<&str>, at: u64) -> Result<()> {
        let is_meant = |running: &&Running| path.is_none_or(|path| running.is_into(Path::new(path)));
        let mut meant = self.running.iter().filter(is_meant).peekable();
        if meant.peek().is_none() {
            let what = path.map_or_else(String::new, |path| format!(" into {path}"));
            bail!("nothing is recorded{what}");
        }
        meant.try_for_each(|running| Ok(desk.conductor_mut().end_recording(running.key, Some(at))?))
    }

    /// Writes what was rendered since last time. To be called after each block, when what came back was taken.
    pub fn write(&mut self) -> Result<()> {
        let mut place = 0;
        while let Some(running) = self.running.get_mut(place) {
            running.recording.write()?;
            if running.recording.is_over() {
                self.lines.push(self.running.swap_remove(place).finish()?);
            } else {
                place += 1;
            }
        }
        Ok(())
    }

    /// Ends all that are left; a line about each that there was.
    pub fn finish(mut self) -> Result<Vec<String>> {
        for running in std::mem::take(&mut self.running) {
            self.lines.push(running.finish()?);
        }
        Ok(self.lines)
    }
}

impl Running {
    fn is_into(&self, path: &Path) -> bool {
        self.path == path || is_same(self.part.path(), &part_of(path))
    }

    /// Gives the file its name; a line about it.
    fn finish(self) -> Result<String> {
        let recorded = self.recording.finish()?;
        std::fs::rename(self.part.path(), &self.path)
            .with_context(|| format!("cannot write {}", self.path.display()))?;
        Ok(summary(&self.path.display().to_string(), &self.format, &recorded))
    }
}

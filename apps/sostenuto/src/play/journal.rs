//! The journal: which command took effect at which frame, so that what was played can be rendered again.

use super::show::Show;
use anyhow::{Context, Result};
use sostenuto_graph::Ticket;
use sostenuto_patch::command::Command;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The commands in the order in which they were said, until their frames are known, and the file that they are then written to.
#[derive(Default)]
pub(super) struct Journal {
    file: Option<File>,
    said: VecDeque<Said>,
    /// Acknowledgements of what is not among those said, the latest few: what another thread said may be noted after its effect is told.
    early: VecDeque<(Ticket, u64)>,
}

/// How many early acknowledgements are kept.
const EARLY: usize = 64;

struct Said {
    command: Command,
    ticket: Option<Ticket>,
    frame: Option<u64>,
    /// Whether it was said here, so that its effect is shown.
    here: bool,
}

impl Journal {
    /// Begins to write into a file, with its heading.
    pub fn begin(path: &Path, rate: u32) -> Result<Journal> {
        let begun = || {
            let mut file = File::create(path)?;
            writeln!(file, "{}", crate::script::heading(rate))?;
            Ok::<_, std::io::Error>(file)
        };
        let file = begun().with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Journal { file: Some(file), ..Journal::default() })
    }

    /// Writes no more.
    pub fn end(&mut self) {
        self.file = None;
    }

    /// Whether nothing waits for its frame.
    pub fn is_settled(&self) -> bool {
        self.said.is_empty()
    }

    /// Notes a command, with its frame if that is known, and whether it was said here.
    pub fn note(&mut self, command: Command, ticket: Option<Ticket>, frame: Option<u64>, here: bool) {
        let early = self.early.iter().find(|(early, _)| Some(*early) == ticket).map(|(_, frame)| *frame);
        self.said.push_back(Said { command, ticket, frame: frame.or(early), here });
    }

    /// Notes the frame of a command, or forgets it if it had none; whether it was noted before as said here.
    pub fn acknowledge(&mut self, ticket: Ticket, frame: Option<u64>) -> bool {
        let place = self.said.iter().position(|said| said.ticket == Some(ticket));
        let here = place.and_then(|place| self.said.get(place)).is_some_and(|said| said.here);
        match (place, frame) {
            (Some(place), Some(_)) => self.said[place].frame = frame,
            (Some(place), None) => drop(self.said.remove(place)),
            (None, Some(frame)) => {
                self.early.push_back((ticket, frame));
                self.early.drain(..self.early.len().saturating_sub(EARLY));
            }
            (None, None) => {}
        }
        here
    }

    /// Writes down what is known, up to the first command that is not yet acknowledged.
    pub fn write(&mut self) -> std::io::Result<()> {
        while let Some(said) = self.said.front() {
            let Some(frame) = said.frame else { break };
            if let Some(file) = &mut self.file {
                writeln!(file, "@{frame}f {}", said.command)?;
            }
            self.said.pop_front();
        }
        Ok(())
    }
}

/// Copies of the patch beside the journal, one for each time that its file was saved or a client changed all of it, so that the journal can be followed.
pub(super) struct Snapshots {
    pub journal: Option<PathBuf>,
    pub taken: usize,
}

impl Snapshots {
    /// Writes one, if there is a journal; gives its path.
    pub fn take(&mut self, text: impl FnOnce() -> String, show: &Show) -> Option<String> {
        let journal = self.journal.as_ref()?;
        self.taken += 1;
        let path = format!("{}.{}.toml", journal.display(), self.taken);
        match std::fs::write(&path, text()) {
            Ok(()) => Some(path),
            Err(error) => {
                show.print(&format!("the journal will lack what was changed: cannot write {path}: {error}"));
                None
            }
        }
    }
}

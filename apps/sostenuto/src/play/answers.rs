//! What answers a command that asks to be shown something, or is about files: for the prompt, and for clients of the control channel.

use super::indent;
use super::show::Show;
use super::takes::{Asked, Takes};
use crate::clean::causes;
use crate::record::{WORD, bits};
use crate::render::encoding;
use crate::reply;
use anyhow::Context;
use sostenuto_engine::{Applied, Conductor, Controller, Recorded, Reply};
use sostenuto_graph::When;
use sostenuto_patch::command::{Command, Depth};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whoever answers.
#[derive(Clone)]
pub(super) struct Answers {
    pub controller: Controller,
    pub show: Show,
    pub takes: Takes,
    /// The file that the patch came from.
    pub file: Option<String>,
    /// Whether saving that file is heard: until another is loaded.
    pub watching: Arc<AtomicBool>,
}

impl Answers {
    /// Notes a command for the journal. What makes no sound, as another name does, takes effect at once.
    pub fn heard(&self, said: Command, applied: &Applied) {
        let now = self.controller.with(|desk| desk.conductor().load().frame()).unwrap_or(0);
        self.show.said(said, applied.ticket, applied.ticket.is_none().then_some(now));
    }

    /// What is to be shown; or why it could not be done. Only recordings begin and end at a time.
    pub fn answer(&self, command: Command, at: When) -> Result<String, String> {
        let counts = self.controller.counts().unwrap_or_default();
        let shown = match command {
            Command::Load { path } => return self.load(&path),
            Command::Save { path } => return self.save(path),
            Command::Record { path, of, depth, overwrite } => {
                return self.record((&path, of, depth, overwrite), at).map_err(|error| causes(&error));
            }
            Command::EndRecording { path } => {
                return self.takes.end(path.as_deref(), at).map_err(|error| causes(&error));
            }
            Command::Recordings => return Ok(self.takes.listed()),
            Command::Nodes { kind } => Ok(reply::kinds(kind.as_deref())),
            Command::Help { command } => Ok(reply::helped(command.as_deref())),
            Command::List => self.controller.with(|desk| reply::list(desk)),
            Command::Show { node } => self.controller.with(move |desk| reply::show(desk, &node)),
            Command::Meters => self.controller.with(|desk| reply::meters(desk)),
            Command::Where => self.controller.with(|desk| reply::position(desk)),
            Command::Ports => self.controller.ports().map(|ports| reply::ports(&ports)),
            Command::Devices => self.controller.devices().map(|devices| reply::devices(&devices)),
            Command::Stats => self.controller.with(move |desk| reply::stats(desk, &counts)),
            other => return Err(reply::unable(&other)),
        };
        shown.map_err(|error| error.to_string())
    }

    fn record(
        &self,
        (path, of, depth, overwrite): (&str, Option<String>, Depth, bool),
        at: When,
    ) -> anyhow::Result<String> {
        let what = of.map_or(Recorded::Heard, Recorded::Node);
        let (encoding, remedy) = (encoding(bits(depth)), (!overwrite).then_some(WORD));
        self.takes.begin(Asked { path: path.as_ref(), what, encoding, remedy }, at)
    }

    fn load(&self, path: &str) -> Result<String, String> {
        let text = crate::source::text(path.as_ref()).map_err(|error| causes(&error))?;
        let (name, source) = (text.name.clone(), text.text.clone());
        let rate = self.controller.with(|desk| desk.conductor().sample_rate());
        let load = crate::source::loader(path.as_ref()).at(rate.map_err(|error| error.to_string())?);
        let mut load = load.read_ahead(&source, Conductor::catalogue());
        let opened = self.controller.with(move |desk| desk.open_with(&source, &mut load, None));
        match opened.map_err(|error| error.to_string())? {
            Ok((Reply::Edited(applied), _)) => {
                self.heard(Command::Load { path: path.into() }, &applied);
                let edits = format!("{name}: {} edits", applied.edits.len());
                let unheard = "from here on, saving a file is not heard: `load` it again";
                let was = self.watching.swap(false, Ordering::Relaxed);
                Ok(if was { format!("{unheard}\n{edits}") } else { edits })
            }
            Ok(_) => Ok("it is so already".into()),
            Err(error) => {
                Err(format!("{name} has problems, so nothing changes:\n{}", indent(&error.to_string())))
            }
        }
    }

    fn save(&self, path: Option<String>) -> Result<String, String> {
        let Some(path) = path.or_else(|| self.file.clone()) else {
            return Err("say where: save FILE".into());
        };
        let written =
            self.controller.with(|desk| desk.text()).map_err(anyhow::Error::from).and_then(|text| {
                // Written beside and renamed, so that the old file is there whole until the new one is.
                let beside = format!("{path}.new");
                std::fs::write(&beside, text).with_context(|| format!("cannot write {beside}"))?;
                std::fs::rename(&beside, &path).with_context(|| format!("cannot write {path}"))
            });
        written.map(|()| format!("saved to {path}")).map_err(|error| causes(&error))
    }
}

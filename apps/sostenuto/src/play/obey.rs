//! What a line that is typed while a patch plays does.

use super::{Session, indent};
use crate::clean::causes;
use crate::reply;
use anyhow::Context;
use sostenuto_engine::{Applied, Reply};
use sostenuto_graph::When;
use sostenuto_patch::command::{Command, Timed, parse};
use std::sync::atomic::Ordering;

impl Session {
    /// Carries a line out; `false` if it ends the program.
    pub(super) fn obey(&self, line: &str) -> bool {
        let Timed { at, command } = match parse(line) {
            Ok(Some(timed)) => timed,
            Ok(None) => return true,
            Err(error) => {
                self.show.print(&format!("{error}\n{}", indent(&error.excerpt(line))));
                return true;
            }
        };
        if command == Command::Quit {
            return false;
        }
        let said = command.clone();
        let outcome = self.controller.with(move |desk| {
            let at = at.map_or(When::Now, |at| desk.when(&at));
            desk.carry_out(&command, at)
        });
        match outcome {
            Ok(Ok(Reply::Edited(applied))) => {
                let lines: Vec<String> = applied.edits.iter().map(|edit| format!("  {edit}")).collect();
                self.show.print(&lines.join("\n"));
                self.heard(said, &applied);
            }
            Ok(Ok(Reply::Sent(ticket))) => {
                if said != Command::Ping {
                    self.show.said(said, Some(ticket), None);
                }
            }
            Ok(Ok(Reply::Nothing(why))) => self.show.print(why),
            Ok(Ok(Reply::Yours(command))) => self.answer(command),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => self.show.print(&format!("{error}")),
            Err(error) => self.show.print(&format!("{error}")),
        }
        true
    }

    /// Notes a command for the journal. What makes no sound, as another name does, takes effect at once.
    fn heard(&self, said: Command, applied: &Applied) {
        let now = self.controller.with(|desk| desk.conductor().load().frame()).unwrap_or(0);
        self.show.said(said, applied.ticket, applied.ticket.is_none().then_some(now));
    }

    /// Commands that ask to be shown something, or are about files.
    fn answer(&self, command: Command) {
        let counts = self.controller.counts().unwrap_or_default();
        let shown = match command {
            Command::Load { path } => return self.load(&path),
            Command::Save { path } => return self.save(path),
            Command::Nodes { kind } => Ok(reply::kinds(kind.as_deref())),
            Command::Help { command } => Ok(reply::helped(command.as_deref())),
            Command::List => self.controller.with(|desk| reply::list(desk)),
            Command::Show { node } => self.controller.with(move |desk| reply::show(desk, &node)),
            Command::Meters => self.controller.with(|desk| reply::meters(desk)),
            Command::Where => self.controller.with(|desk| reply::position(desk)),
            Command::Stats => self.controller.with(move |desk| reply::stats(desk, &counts)),
            other => Ok(reply::unable(&other)),
        };
        self.show.print(&shown.unwrap_or_else(|error| error.to_string()));
    }

    fn load(&self, path: &str) {
        let text = match crate::source::text(path.as_ref()) {
            Ok(text) => text,
            Err(error) => return self.show.print(&causes(&error)),
        };
        let (name, source) = (text.name.clone(), text.text.clone());
        let mut load = crate::source::loader(path.as_ref());
        match self.controller.with(move |desk| desk.open_with(&source, &mut load, None)) {
            Ok(Ok((Reply::Edited(applied), _))) => {
                self.heard(Command::Load { path: path.into() }, &applied);
                if self.watching.swap(false, Ordering::Relaxed) {
                    self.show.print("from here on, saving a file is not heard: `load` it again");
                }
                self.show.print(&format!("{name}: {} edits", applied.edits.len()));
            }
            Ok(Ok(_)) => self.show.print("it is so already"),
            Ok(Err(error)) => self
                .show
                .print(&format!("{name} has problems, so nothing changes:\n{}", indent(&error.to_string()))),
            Err(error) => self.show.print(&error.to_string()),
        }
    }

    fn save(&self, path: Option<String>) {
        let Some(path) = path.or_else(|| self.file.clone()) else {
            return self.show.print("say where: save FILE");
        };
        let written =
            self.controller.with(|desk| desk.text()).map_err(anyhow::Error::from).and_then(|text| {
                // Written beside and renamed, so that the old file is there whole until the new one is.
                let beside = format!("{path}.new");
                std::fs::write(&beside, text).with_context(|| format!("cannot write {beside}"))?;
                std::fs::rename(&beside, &path).with_context(|| format!("cannot write {path}"))
            });
        match written {
            Ok(()) => self.show.print(&format!("saved to {path}")),
            Err(error) => self.show.print(&causes(&error)),
        }
    }
}

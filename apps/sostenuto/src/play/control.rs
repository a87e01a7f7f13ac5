//! The control channel of `play`: what programs beside this one may do, and what the journal hears of it.

use super::answers::Answers;
use super::journal::Snapshots;
use super::{Session, Wake};
use crate::cli;
use anyhow::Result;
use sostenuto_control::{Change, Program, Server, Settings, Token};
use sostenuto_engine::{Conductor, Desk};
use sostenuto_graph::When;
use sostenuto_patch::command::Command;
use sostenuto_patch::{Load, to_toml};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

impl Session {
    /// Opens the channel, if it is asked for, and tells where it is.
    pub(super) fn control(&self, args: &cli::Play, wake: Sender<Wake>) -> Result<Option<Server>> {
        let Some(address) = args.control.clone() else { return Ok(None) };
        let token = match &args.control_token_file {
            Some(file) => Token::from_file(file)?,
            None => Token::random()?,
        };
        let told = match &args.control_token_file {
            Some(file) => format!("in {}", file.display()),
            None => token.reveal().to_owned(),
        };
        let outside = Outside {
            answers: self.answers.clone(),
            snapshots: self.snapshots.clone(),
            document: args.what.patch.clone().unwrap_or_default(),
            rate: self.rate.clone(),
            wake,
        };
        let server = Server::start(self.controller.clone(), outside, Settings::with(address, token))?;
        self.show.print(&format!("Control channel at {}, token {told}", server.address()));
        Ok(Some(server))
    }
}

/// The program, as clients see it.
struct Outside {
    answers: Answers,
    snapshots: Arc<Mutex<Snapshots>>,
    /// Files that patches name lie beside this one.
    document: PathBuf,
    /// The engine's, to which sounds of files are resampled.
    rate: Arc<AtomicU32>,
    wake: Sender<Wake>,
}

impl Program for Outside {
    fn answer(&self, command: &Command, at: When) -> Result<String, String> {
        if *command == Command::Quit {
            let ends = self.wake.send(Wake::End);
            return ends.map(|()| "the program ends".into()).map_err(|_| "it ends already".into());
        }
        self.answers.answer(command.clone(), at)
    }

    fn heard(&self, desk: &Desk, change: Change<'_>) {
        let show = &self.answers.show;
        match change {
            Change::Command { command, ticket } => {
                let now = ticket.is_none().then(|| desk.conductor().load().frame());
                show.heard(command.clone(), ticket, now);
            }
            Change::Patch { applied } => {
                let Some(ticket) = applied.ticket else { return };
                let mut snapshots = self.snapshots.lock().unwrap_or_else(PoisonError::into_inner);
                let text = || to_toml(desk.conductor().patch(), Conductor::catalogue());
                if let Some(path) = snapshots.take(text, show) {
                    show.heard(Command::Load { path }, Some(ticket), None);
                }
            }
            _ => {}
        }
    }

    fn loader(&self) -> Option<Box<dyn Load>> {
        Some(Box::new(crate::source::loader(&self.document).at(self.rate.load(Ordering::Relaxed).into())))
    }
}

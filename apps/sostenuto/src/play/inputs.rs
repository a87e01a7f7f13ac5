//! What comes in while a patch plays: lines of standard input, and its file when it is saved.

use super::{Session, Wake, indent, watched};
use crate::clean::causes;
use crate::cli;
use crate::live::LiveLine;
use crate::prompt;
use crate::watch::Watch;
use anyhow::Result;
use sostenuto_engine::Conductor;
use sostenuto_patch::command::Command;
use sostenuto_patch::to_toml;
use std::io::{BufRead, IsTerminal};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

impl Session {
    /// The file, so that saving it is heard.
    pub(super) fn watch(&self, args: &cli::Play, heard: Option<String>) -> Option<Watch> {
        let path = watched(args).filter(|_| !args.no_watch)?;
        let (controller, show, name) =
            (self.controller.clone(), self.show.clone(), path.display().to_string());
        let (watching, snapshots) = (self.answers.watching.clone(), self.snapshots.clone());
        let (document, rate) = (path.to_owned(), self.rate.clone());
        let reload = move |text: String| match controller.with({
            let load = crate::source::loader(&document).at(rate.load(Ordering::Relaxed).into());
            let mut load = load.read_ahead(&text, Conductor::catalogue());
            move |desk| desk.reload_with(&text, &mut load)
        }) {
            Ok(Ok(reloaded)) if reloaded.applied.edits.is_empty() => {}
            Ok(Ok(reloaded)) => {
                let text = controller.with(|desk| to_toml(desk.conductor().patch(), Conductor::catalogue()));
                let mut snapshots = snapshots.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(ticket) = reloaded.applied.ticket
                    && let Ok(text) = text
                    && let Some(path) = snapshots.take(|| text, &show)
                {
                    show.said(Command::Load { path }, Some(ticket), None);
                }
                let lines: Vec<String> = reloaded.applied.edits.iter().map(|e| format!("  {e}")).collect();
                let over: Vec<String> = reloaded.overrode.iter().map(|e| format!("  {e}")).collect();
                show.print(&format!("{name} was saved:\n{}", lines.join("\n")));
                if !over.is_empty() {
                    show.print(&format!("of these, commands had it otherwise:\n{}", over.join("\n")));
                }
            }
            Ok(Err(error)) => show.print(&format!(
                "{name} was saved with problems, so nothing changes:\n{}",
                indent(&error.to_string())
            )),
            Err(error) => show.print(&format!("{error}")),
        };
        let changed = move |text| {
            if watching.load(Ordering::Relaxed) {
                reload(text);
            }
        };
        match Watch::start(path, heard?, changed) {
            Ok(watch) => Some(watch),
            Err(error) => {
                self.show.print(&format!(
                    "changes to {} will not be heard: {}",
                    path.display(),
                    causes(&error)
                ));
                None
            }
        }
    }

    /// Reads lines on a thread of its own: with an editor on a terminal, plainly from a pipe.
    pub(super) fn listen(&self, wake: Sender<Wake>) -> Result<Option<LiveLine>> {
        if !std::io::stdin().is_terminal() {
            let body = move || {
                for line in std::io::stdin().lock().lines().map_while(Result::ok) {
                    if wake.send(Wake::Line(line)).is_err() {
                        return;
                    }
                }
            };
            std::thread::Builder::new().name("input".into()).spawn(body)?;
            return Ok(None);
        }
        let line = LiveLine::start(self.controller.clone());
        let mut editor = prompt::editor(self.controller.clone())?;
        if let Ok(printer) = editor.create_external_printer() {
            self.show.print_through(printer);
        }
        let body = move || {
            while let Ok(line) = editor.readline("> ") {
                _ = editor.add_history_entry(&line);
                if let Some(file) = prompt::history_file() {
                    _ = editor.save_history(&file);
                }
                if wake.send(Wake::Line(line)).is_err() {
                    break;
                }
            }
            _ = wake.send(Wake::End);
        };
        std::thread::Builder::new().name("prompt".into()).spawn(body)?;
        Ok(line)
    }
}

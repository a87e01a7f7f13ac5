//! What a line that is typed while a patch plays does.

use super::{Session, indent};
use sostenuto_engine::Reply;
use sostenuto_graph::When;
use sostenuto_patch::command::{Command, Timed, parse};

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
            desk.carry_out(&command, at).map(|reply| (reply, at))
        });
        let at = match &outcome {
            Ok(Ok((_, at))) => *at,
            _ => When::Now,
        };
        match outcome.map(|outcome| outcome.map(|(reply, _)| reply)) {
            Ok(Ok(Reply::Edited(applied))) => {
                let lines: Vec<String> = applied.edits.iter().map(|edit| format!("  {edit}")).collect();
                self.show.print(&lines.join("\n"));
                self.answers.heard(said, &applied);
            }
            Ok(Ok(Reply::Sent(ticket))) => {
                if said != Command::Ping {
                    self.show.said(said, Some(ticket), None);
                }
            }
            Ok(Ok(Reply::Nothing(why))) => self.show.print(why),
            Ok(Ok(Reply::Yours(command))) => {
                self.show.print(&self.answers.answer(command, at).unwrap_or_else(|why| why))
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => self.show.print(&format!("{error}")),
            Err(error) => self.show.print(&format!("{error}")),
        }
        true
    }
}

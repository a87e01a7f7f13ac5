//! What does each method do?

pub(crate) mod edit;
pub(crate) mod kinds;
pub(crate) mod play;
pub(crate) mod show;

use crate::client::Client;
use crate::messages::{Code, Fault, Outcome};
use crate::program::Change;
use crate::service::Service;
use sostenuto_engine::{Applied, DeskError, Reply};
use sostenuto_graph::{Ticket, When};
use sostenuto_patch::command::{self, Command, Timed};

/// Who asks whom.
pub(crate) struct Asked<'a> {
    pub service: &'a Service,
    pub client: &'a Client,
}

/// When something is to take effect that was said as before a command at the prompt.
pub(crate) fn when(at: Option<&str>) -> Result<Option<command::When>, Fault> {
    let Some(at) = at else { return Ok(None) };
    match command::parse(&format!("{at} ping")) {
        Ok(Some(Timed { at: Some(when), command: Command::Ping })) => Ok(Some(when)),
        Err(error) => Err(Fault::bad_params(format!("`at`: {}", error.fault))),
        Ok(_) => Err(Fault::bad_params(
            "`at` is not a time: write it as before a command, 2.5s, @96000f, `at bar 5` or `at next beat`",
        )),
    }
}

/// A text that is read as what the prompt takes there.
pub(crate) fn parsed<T>(name: &str, text: &str) -> Result<T, Fault>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| Fault::bad_params(format!("`{name}`: {error}")))
}

/// Carries a command out as the prompt would. It is read from its own text once more, so that what holds for a line holds for it.
pub(crate) fn say(asked: &Asked<'_>, command: &Command, at: Option<&str>) -> Result<Outcome, Fault> {
    let at = when(at)?;
    let Some(Timed { command, .. }) = command::parse(&command.to_string())? else {
        return Err(Fault::bad_params("that is no command"));
    };
    carry_out(asked, command, at)
}

/// Carries a command out, or has the program do so.
pub(crate) fn carry_out(
    asked: &Asked<'_>,
    command: Command,
    at: Option<command::When>,
) -> Result<Outcome, Fault> {
    let program = asked.service.program.clone();
    let (reply, at) = asked.service.controller.with(move |desk| {
        let at = at.map_or(When::Now, |at| desk.when(&at));
        let reply = desk.carry_out(&command, at)?;
        let ticket = match &reply {
            Reply::Edited(applied) => Some(applied.ticket),
            Reply::Sent(ticket) if command != Command::Ping => Some(Some(*ticket)),
            _ => None,
        };
        if let Some(ticket) = ticket {
            program.heard(desk, Change::Command { command: &command, ticket });
        }
        Ok::<_, DeskError>((reply, at))
    })??;
    match reply {
        Reply::Edited(applied) => Ok(outcome(&applied)),
        Reply::Sent(ticket) => Ok(sent(ticket)),
        Reply::Nothing(why) => Ok(Outcome { text: Some(why.into()), ..Outcome::default() }),
        Reply::Yours(command) => {
            let text = asked.service.program.answer(&command, at);
            let text = text.map_err(|why| Fault::new(Code::NotHere, why))?;
            Ok(Outcome { text: Some(text), ..Outcome::default() })
        }
        _ => Ok(Outcome::default()),
    }
}

pub(crate) fn sent(ticket: Ticket) -> Outcome {
    Outcome { ticket: Some(ticket.0), ..Outcome::default() }
}

fn outcome(applied: &Applied) -> Outcome {
    Outcome { ticket: applied.ticket.map(|ticket| ticket.0), edits: edits(applied), text: None }
}

pub(crate) fn edits(applied: &Applied) -> Vec<String> {
    applied.edits.iter().map(ToString::to_string).collect()
}

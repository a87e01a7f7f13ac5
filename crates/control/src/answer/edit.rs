//! What do the methods about the patch do?

use super::{Asked, carry_out, edits, parsed, say, sent, when};
use crate::messages::{
    Applied, Apply, CommandLine, Fault, Form, GetPatch, Outcome, PatchText, Problem, Ramp, SetDevice,
    SetParam, Steps, Value,
};
use crate::program::Change;
use serde_json::value::RawValue;
use sostenuto_engine::{Conductor, DeskError, Reply};
use sostenuto_graph::When;
use sostenuto_patch::command::{self, Command, Timed};
use sostenuto_patch::{Checked, Notation, read, read_with, to_json, to_toml};

/// Makes another patch sound. It is read on the client's own thread; only settling and applying it holds up the desk.
pub(crate) fn apply(asked: &Asked<'_>, params: Apply) -> Result<Applied, Fault> {
    let at = when(params.at.as_deref())?;
    let (text, notation) = match (params.toml, params.json) {
        (Some(toml), None) => (toml, Notation::Toml),
        (None, Some(json)) => (document(&json)?, Notation::Json),
        _ => return Err(Fault::bad_params("give one of `toml` and `json`")),
    };
    let catalogue = Conductor::catalogue();
    let checked = match asked.service.program.loader() {
        Some(mut loader) => read_with(&text, notation, catalogue, &mut *loader),
        None => read(&text, notation, catalogue),
    };
    let Checked { patch, warnings } = checked.map_err(|problems| Fault::of_patch(&problems))?;
    let program = asked.service.program.clone();
    let applied = asked.service.controller.with(move |desk| {
        let at = at.map_or(When::Now, |at| desk.when(&at));
        let reply = desk.play(patch, at)?;
        if let Reply::Edited(applied) = &reply {
            program.heard(desk, Change::Patch { applied });
        }
        Ok::<_, DeskError>(reply)
    })??;
    let (ticket, edits) = match applied {
        Reply::Edited(applied) => (applied.ticket.map(|ticket| ticket.0), edits(&applied)),
        _ => (None, Vec::new()),
    };
    Ok(Applied { ticket, edits, warnings: warnings.iter().map(Problem::from).collect() })
}

/// A document in JSON that came as it is, or as a text.
fn document(json: &RawValue) -> Result<String, Fault> {
    if !json.get().starts_with('"') {
        return Ok(json.get().to_owned());
    }
    serde_json::from_str(json.get()).map_err(|error| Fault::bad_params(format!("`json`: {error}")))
}

/// The patch that sounds.
pub(crate) fn patch(asked: &Asked<'_>, params: GetPatch) -> Result<PatchText, Fault> {
    // A copy is cheap; writing it out is not, and is done here.
    let (patch, steps) =
        asked.service.controller.with(|desk| (desk.conductor().patch().clone(), desk.steps()))?;
    let steps = Steps { undo: steps.0, redo: steps.1 };
    let catalogue = Conductor::catalogue();
    Ok(match params.form.unwrap_or_default() {
        Form::Toml => PatchText { toml: Some(to_toml(&patch, catalogue)), json: None, steps },
        Form::Json => {
            let json = RawValue::from_string(on_one_line(&to_json(&patch, catalogue)));
            PatchText { toml: None, json: json.ok(), steps }
        }
    })
}

/// JSON without the ends of lines, of which it has none within texts.
fn on_one_line(json: &str) -> String {
    json.lines().map(str::trim_start).collect()
}

/// A line of the prompt.
pub(crate) fn command(asked: &Asked<'_>, params: CommandLine) -> Result<Outcome, Fault> {
    match command::parse(&params.line)? {
        Some(Timed { at, command }) => carry_out(asked, command, at),
        None => Ok(Outcome::default()),
    }
}

/// Sets a parameter.
pub(crate) fn set(asked: &Asked<'_>, params: SetParam) -> Result<Outcome, Fault> {
    let SetParam { node, param, value, over, ramp, at, step } = params;
    let over = over.map(|over| parsed("over", &over)).transpose()?;
    let ramp = ramp.map(|ramp| match ramp {
        Ramp::Linear => command::Ramp::Linear,
        Ramp::Exponential => command::Ramp::Exponential,
        Ramp::Glide => command::Ramp::Glide,
    });
    let number = match value {
        Value::Number(number) => Some(number),
        Value::Text(_) => None,
    };
    let value = match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text,
    };
    if ramp.is_some() && over.is_none() {
        return Err(Fault::bad_params("`ramp` needs `over`"));
    }
    let command = Command::Set { node, param, value, over, ramp };
    match (step.unwrap_or(true), number) {
        (true, _) => say(asked, &command, at.as_deref()),
        (false, Some(number)) if over.is_none() => turn(asked, command, number as f32, at.as_deref()),
        (false, _) => {
            Err(Fault::bad_params("`step` = false takes a number for `value`, and neither `over` nor `ramp`"))
        }
    }
}

/// Moves a parameter without a step in the history.
fn turn(asked: &Asked<'_>, command: Command, value: f32, at: Option<&str>) -> Result<Outcome, Fault> {
    let at = when(at)?;
    let program = asked.service.program.clone();
    let ticket = asked.service.controller.with(move |desk| {
        let Command::Set { node, param, .. } = &command else { return Ok(None) };
        let at = at.map_or(When::Now, |at| desk.when(&at));
        let ticket = desk.conductor_mut().set(node, param, value, None, at)?;
        program.heard(desk, Change::Command { command: &command, ticket: Some(ticket) });
        Ok::<_, DeskError>(Some(ticket))
    })??;
    Ok(ticket.map(sent).unwrap_or_default())
}

/// Gives a port another device.
pub(crate) fn set_device(asked: &Asked<'_>, params: SetDevice) -> Result<Outcome, Fault> {
    let SetDevice { node, device, at } = params;
    let command = Command::Set { node, param: "device".into(), value: device, over: None, ramp: None };
    say(asked, &command, at.as_deref())
}

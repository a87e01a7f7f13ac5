//! What do the methods about notes and musical time do?

use super::{Asked, parsed, say};
use crate::messages::{Fault, NoteAction, Outcome, Pitch, Position, TransportAction, TransportState};
use sostenuto_graph::transport;
use sostenuto_patch::command::{Command, Mark};
use sostenuto_units as units;

/// How hard a note is struck that does not say it, as at the prompt.
const VELOCITY: f64 = 0.8;

/// Plays, lets go, bends or presses a note.
pub(crate) fn note(asked: &Asked<'_>, action: NoteAction) -> Result<Outcome, Fault> {
    let (command, at) = match action {
        NoteAction::On { pitch, velocity, length, node, at } => {
            let length = length.map(|length| parsed("length", &length)).transpose()?;
            let velocity = velocity.unwrap_or(VELOCITY);
            (Command::Note { node, pitch: pitched(&pitch)?, velocity, length }, at)
        }
        NoteAction::Off { pitch, node, at } => {
            let pitch = pitch.map(|pitch| pitched(&pitch)).transpose()?;
            (Command::Off { node, pitch }, at)
        }
        NoteAction::Bend { pitch, semitones, node, at } => {
            (Command::Bend { node, pitch: pitched(&pitch)?, semitones }, at)
        }
        NoteAction::Pressure { pitch, value, node, at } => {
            (Command::Pressure { node, pitch: pitched(&pitch)?, value }, at)
        }
    };
    say(asked, &command, at.as_deref())
}

fn pitched(pitch: &Pitch) -> Result<units::Pitch, Fault> {
    match pitch {
        Pitch::Number(number) => parsed("pitch", &number.to_string()),
        Pitch::Text(text) => parsed("pitch", text),
    }
}

/// Moves musical time, or tells where it is.
pub(crate) fn transport(asked: &Asked<'_>, action: TransportAction) -> Result<TransportState, Fault> {
    let ticket = match told(action)? {
        Some((command, at)) => say(asked, &command, at.as_deref())?.ticket,
        None => None,
    };
    let position = asked.service.controller.with(|desk| position(&desk.conductor().position()))?;
    Ok(TransportState { ticket, position })
}

/// The command that says the same, and when; nothing if it only asks.
fn told(action: TransportAction) -> Result<Option<(Command, Option<String>)>, Fault> {
    Ok(Some(match action {
        TransportAction::Where {} => return Ok(None),
        TransportAction::Start { at } => (Command::Start, at),
        TransportAction::Pause { at } => (Command::Pause, at),
        TransportAction::Stop { at } => (Command::Stop, at),
        TransportAction::Seek { bar, beat, beats, at } => {
            let to = match (bar, beat, beats) {
                (Some(bar), beat, None) => Mark::Bar { bar, beat: beat.unwrap_or(1.0) },
                (None, None, Some(beats)) => Mark::Beats(beats),
                _ => return Err(Fault::bad_params("give `bar`, `bar` and `beat`, or `beats`")),
            };
            (Command::Seek { to }, at)
        }
        TransportAction::Tempo { bpm, over, at } => {
            let over = over.map(|over| parsed("over", &over)).transpose()?;
            (Command::Tempo { bpm, over }, at)
        }
        TransportAction::Meter { numerator, denominator, at } => {
            (Command::Meter { numerator, denominator }, at)
        }
    }))
}

pub(crate) fn position(position: &transport::Position) -> Position {
    Position {
        bar: position.bar.max(1),
        beat: position.beat.max(1.0),
        beats: position.beats,
        tempo: position.tempo,
        meter: position.meter.to_string(),
        playing: position.playing,
    }
}

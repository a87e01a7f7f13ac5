//! Commands about notes and musical time, carried out.

use super::{Desk, DeskError, Reply};
use crate::error::EngineError;
use sostenuto_graph::transport::{Change, Meter};
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{NoteEvent, When};
use sostenuto_nodes::looper_message;
use sostenuto_patch::command::{Command, Mark, When as Said};
use sostenuto_units::{Pitch, Span};

/// The most notes that are remembered to be let go, bent or pressed by their pitch. Of more, the oldest is forgotten.
const REMEMBERED: usize = 1024;
/// Pitches no further apart than this are the same note, in semitones.
const SAME_PITCH: f32 = 1e-3;

/// The notes that were played by hand.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Oldest first.
    held: Vec<Held>,
    /// The number of the last note.
    last: u32,
}

/// A note that was begun.
#[derive(Clone, Debug)]
struct Held {
    /// The id of the instrument.
    instrument: String,
    pitch: f32,
    id: NoteId,
    at: When,
}

impl Desk {
    /// When something is to take effect that was said so.
    pub fn when(&self, said: &Said) -> When {
        match said {
            Said::Time(span) => When::Frame(self.frames(*span)),
            Said::Beat(number) => When::Beat(number - 1.0),
            Said::Bar(number) => When::Beat(self.conductor.timeline().bar_line(*number)),
            Said::NextBar => When::NextBar,
            Said::NextBeat => When::NextBeat,
        }
    }

    /// Carries out a command about notes or musical time; nothing if it is about something else.
    pub(super) fn perform(&mut self, command: &Command, at: When) -> Result<Option<Reply>, DeskError> {
        let change = match command {
            Command::Note { node, pitch, velocity, length } => {
                return self.note(node.as_deref(), *pitch, *velocity as f32, *length, at).map(Some);
            }
            Command::Off { node, pitch } => return self.off(node.as_deref(), *pitch, at).map(Some),
            Command::Bend { node, pitch, semitones } => {
                let bend = |id| NoteEvent::Bend(id, *semitones as f32);
                return self.tell_held(node.as_deref(), *pitch, bend, at).map(Some);
            }
            Command::Pressure { node, pitch, value } => {
                let press = |id| NoteEvent::Pressure(id, *value as f32);
                return self.tell_held(node.as_deref(), *pitch, press, at).map(Some);
            }
            Command::Loop { node, order } => {
                let message = looper_message(*order, 0);
                return Ok(Some(Reply::Sent(self.conductor.tell(node, message, at)?)));
            }
            Command::Tell { node, verb, place, id, values } => {
                let values: Vec<(&str, f64)> =
                    values.iter().map(|(name, value)| (name.as_str(), *value)).collect();
                return Ok(Some(Reply::Sent(
                    self.conductor.instruct(node, verb, *place, *id, &values, at)?.0,
                )));
            }
            Command::Start => Change::Play,
            Command::Pause => Change::Pause,
            Command::Stop => Change::Stop,
            Command::Seek { to: Mark::Beats(beats) } => Change::Seek { beats: *beats },
            Command::Seek { to: Mark::Bar { bar, beat } } => Change::SeekBar { bar: *bar, beat: *beat },
            Command::Tempo { bpm, over } => {
                Change::Tempo { bpm: *bpm, over: over.map_or(0, |over| self.frames(over)) }
            }
            Command::Meter { numerator, denominator } => match Meter::new(*numerator, *denominator) {
                Ok(meter) => Change::Meter(meter),
                Err(_) => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Reply::Sent(self.conductor.transport(change, at)?)))
    }

    /// The instrument that is meant: the first if none is named. Its label and its id.
    fn instrument(&self, named: Option<&str>) -> Result<(String, String), DeskError> {
        let first = || self.conductor.instruments().next().map(str::to_owned);
        let label = named.map(str::to_owned).or_else(first).ok_or_else(|| {
            let node = "the patch".to_owned();
            EngineError::NoInstrument { node, known: Vec::new() }
        })?;
        let id = self.conductor.patch().nodes.get(&label).map_or_else(|| label.clone(), |n| n.id.clone());
        Ok((label, id))
    }

    fn note(
        &mut self,
        named: Option<&str>,
        pitch: Pitch,
        velocity: f32,
        length: Option<Span>,
        at: When,
    ) -> Result<Reply, DeskError> {
        let (label, instrument) = self.instrument(named)?;
        let (id, pitch) = (NoteId(u64::from(self.notes.last) + 1), pitch.0 as f32);
        let note = Note { id, pitch, velocity };
        let ticket = match length {
            Some(length) => self.conductor.note_for(&label, note, length, at)?,
            None => self.conductor.note(&label, NoteEvent::On(note), at)?,
        };
        self.notes.last = self.notes.last.wrapping_add(1);
        self.notes.held.push(Held { instrument, pitch, id, at });
        let over = self.notes.held.len().saturating_sub(REMEMBERED);
        self.notes.held.drain(..over);
        Ok(Reply::Sent(ticket))
    }

    fn off(&mut self, named: Option<&str>, pitch: Option<Pitch>, at: When) -> Result<Reply, DeskError> {
        let (label, instrument) = self.instrument(named)?;
        let Some(pitch) = pitch else {
            let ticket = self.conductor.note(&label, NoteEvent::AllOff, at)?;
            self.notes.held.retain(|held| held.instrument != instrument);
            return Ok(Reply::Sent(ticket));
        };
        let mut sent = None;
        while let Some(place) = self.notes.held.iter().rposition(|held| held.is(&instrument, pitch)) {
            let held = self.notes.held[place].clone();
            sent = Some(self.conductor.note(&label, NoteEvent::Off(held.id), not_before(at, held.at))?);
            self.notes.held.remove(place);
        }
        Ok(sent.map_or(Reply::Nothing(NOT_PLAYED), Reply::Sent))
    }

    /// Tells the note of a pitch that was begun last.
    fn tell_held(
        &mut self,
        named: Option<&str>,
        pitch: Pitch,
        event: impl Fn(NoteId) -> NoteEvent,
        at: When,
    ) -> Result<Reply, DeskError> {
        let (label, instrument) = self.instrument(named)?;
        let Some(held) = self.notes.held.iter().rfind(|held| held.is(&instrument, pitch)).cloned() else {
            // An instrument that is none, or is not there, is told as such.
            self.conductor.check_instrument(&label)?;
            return Ok(Reply::Nothing(NOT_PLAYED));
        };
        let ticket = self.conductor.note(&label, event(held.id), not_before(at, held.at))?;
        Ok(Reply::Sent(ticket))
    }
}

const NOT_PLAYED: &str = "no such note was played by hand";

impl Held {
    fn is(&self, instrument: &str, pitch: Pitch) -> bool {
        self.instrument == instrument && (self.pitch - pitch.0 as f32).abs() <= SAME_PITCH
    }
}

/// What concerns a note does not come before it.
fn not_before(at: When, begun: When) -> When {
    match (at, begun) {
        (When::Now, begun) => begun,
        (When::Frame(at), When::Frame(begun)) => When::Frame(at.max(begun)),
        (at, _) => at,
    }
}

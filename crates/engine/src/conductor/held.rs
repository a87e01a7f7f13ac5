//! Which notes are held, so that an engine which takes over can begin them anew?

use super::playing::Playing;
use super::{Conductor, is_musical};
use crate::error::EngineError;
use crate::roster::Called;
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{Address, NoteEvent, When};
use std::collections::HashMap;
use std::sync::Arc;

/// A note that was begun, and where it has got to.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// What the instrument goes by.
    node: Arc<Called>,
    note: Note,
    at: When,
    /// How many were begun before it, and it.
    order: u64,
    /// The frame at which it will be let go, once that was sent.
    ends: Option<u64>,
    bend: Option<f32>,
    pressure: Option<f32>,
}

/// The most notes that are remembered. Of more, the oldest is forgotten.
const REMEMBERED: usize = 1024;

/// Notes that were begun, by instrument and id.
#[derive(Debug, Default)]
pub(super) struct HeldNotes {
    notes: HashMap<(Address, NoteId), Held>,
    /// How many were begun.
    begun: u64,
}

impl Playing {
    /// The notes that were begun and not let go before a frame, in the order in which they were begun.
    pub fn held(&self, now: u64) -> Vec<Held> {
        let held = self.held.notes.values().filter(|held| held.ends.is_none_or(|end| end > now));
        let mut held: Vec<Held> = held.cloned().collect();
        held.sort_unstable_by_key(|held| held.order);
        held
    }

    /// Notes what an instrument was told; `node` is what it goes by, where a note begins.
    pub fn heard(&mut self, instrument: Address, node: Option<Arc<Called>>, event: NoteEvent, at: When) {
        let HeldNotes { notes, begun } = &mut self.held;
        match event {
            NoteEvent::On(note) => {
                if notes.len() >= REMEMBERED
                    && let Some(oldest) = notes.iter().min_by_key(|(_, held)| held.order).map(|(id, _)| *id)
                {
                    notes.remove(&oldest);
                }
                *begun += 1;
                let (Some(node), order) = (node, *begun) else { return };
                let held = Held { node, note, at, order, ends: None, bend: None, pressure: None };
                notes.insert((instrument, note.id), held);
            }
            NoteEvent::Off(id) => drop(notes.remove(&(instrument, id))),
            NoteEvent::AllOff => notes.retain(|(of, _), _| *of != instrument),
            NoteEvent::Bend(id, by) => self.of_note(instrument, id, |held| held.bend = Some(by)),
            NoteEvent::Pressure(id, by) => self.of_note(instrument, id, |held| held.pressure = Some(by)),
            NoteEvent::Knob(..) => {}
        }
    }

    fn of_note(&mut self, instrument: Address, id: NoteId, change: impl FnOnce(&mut Held)) {
        if let Some(held) = self.held.notes.get_mut(&(instrument, id)) {
            change(held);
        }
    }

    /// Notes the end of a note.
    pub fn ends(&mut self, instrument: Address, id: NoteId, frame: u64, now: u64) {
        self.held.notes.retain(|_, held| held.ends.is_none_or(|end| end > now));
        self.of_note(instrument, id, |held| held.ends = Some(frame));
    }
}

impl Conductor {
    /// Begins a note anew that is held in another engine, `scale` of whose frames take as long as one of these, from now on.
    pub(super) fn sound_again(&mut self, held: &Held, (now, scale): (u64, f64)) -> Result<(), EngineError> {
        let Some(label) = self.label_of_id(&held.node.id) else { return Ok(()) };
        let here = self.remote.load.frame();
        let moved = |frame: u64| here + (frame.saturating_sub(now) as f64 * scale) as u64;
        let at = match held.at {
            When::Frame(frame) if frame > now => When::Frame(moved(frame)),
            at if is_musical(at) => at,
            _ => When::Now,
        };
        let id = held.note.id;
        self.note(&label, NoteEvent::On(held.note), at)?;
        if let Some(by) = held.bend {
            self.note(&label, NoteEvent::Bend(id, by), at)?;
        }
        if let Some(by) = held.pressure {
            self.note(&label, NoteEvent::Pressure(id, by), at)?;
        }
        if let Some(end) = held.ends {
            let (address, ..) = self.player(&label)?;
            self.playing.ending.push((address, id, moved(end)));
            self.end_notes();
        }
        Ok(())
    }

    /// The label of a node of the patch by its id.
    fn label_of_id(&self, id: &str) -> Option<String> {
        self.resolved.node(id).map(|node| node.label.clone())
    }
}

//! Notes and musical time: what instruments are told, what the transport does, which sequences play.

use super::{Conductor, is_musical};
use crate::error::EngineError;
use sostenuto_graph::transport::{Change, Meter, Position, Sequence, Step, Transport};
use sostenuto_graph::{Command, NodeId, NoteEvent, Ticket, When};
use sostenuto_patch::{Edit, Resolved, ResolvedSequence};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known on this side of musical time.
#[derive(Debug)]
pub(super) struct Playing {
    /// As on the audio thread: exact where changes come at frames that were asked for in time.
    transport: Transport,
    /// Changes for a musical time, until their frame is told.
    waiting: HashMap<Ticket, Change>,
    /// Whether musical time was begun with the first patch.
    began: bool,
    /// The numbers of sequences by their names.
    numbers: HashMap<String, u32>,
}

impl Playing {
    pub fn new(sample_rate: f64) -> Self {
        let tempo = sostenuto_patch::DEFAULT_TEMPO;
        Playing {
            transport: Transport::new(sample_rate, tempo, Meter::COMMON),
            waiting: HashMap::new(),
            began: false,
            numbers: HashMap::new(),
        }
    }

    /// What edits of a patch change of the transport.
    pub fn changes(&self, edits: &[Edit], next: &Resolved) -> Vec<Change> {
        let change = |edit: &Edit| match edit {
            Edit::SetTempo { tempo, .. } if edit.is_audible() => Some(Change::Tempo { bpm: *tempo, over: 0 }),
            Edit::SetMeter { meter, .. } if edit.is_audible() => {
                Meter::new(meter.count.into(), meter.unit.into()).ok().map(Change::Meter)
            }
            _ => None,
        };
        let begin = (!self.began && !next.nodes.is_empty()).then_some(Change::Play);
        edits.iter().filter_map(change).chain(begin).collect()
    }

    /// What the audio thread is to play, with the numbers by which it tells sequences apart.
    pub fn sequences(
        &mut self,
        next: &Resolved,
        node: impl Fn(&str) -> Result<NodeId, EngineError>,
    ) -> Result<Vec<(Arc<Sequence>, NodeId)>, EngineError> {
        let mut all = Vec::with_capacity(next.sequences.len());
        for sequence in &next.sequences {
            let Some(player) = next.nodes.get(sequence.node) else { continue };
            let new = self.numbers.len() as u32 + 1;
            let number = *self.numbers.entry(sequence.name.clone()).or_insert(new);
            let wrong = |why| EngineError::Sequence { name: sequence.name.clone(), why };
            all.push((Arc::new(played(sequence, number).map_err(wrong)?), node(&player.id)?));
        }
        Ok(all)
    }
}

fn played(
    sequence: &ResolvedSequence,
    number: u32,
) -> Result<Sequence, sostenuto_graph::transport::SequenceError> {
    let step = |note: &sostenuto_patch::SequenceNote| Step {
        beat: note.at,
        length: note.length,
        pitch: note.pitch,
        velocity: note.velocity,
    };
    let steps = sequence.notes.iter().map(step).collect();
    Sequence::new(number, number, steps, sequence.length, sequence.looped)
}

/// Whether other sequences are to be played, or others are to play them.
pub(super) fn concerns_sequences(edits: &[Edit], next: &Resolved) -> bool {
    let plays = |id: &str| {
        let place = next.place(id);
        next.sequences.iter().any(|sequence| Some(sequence.node) == place)
    };
    edits.iter().any(|edit| match edit {
        Edit::AddSequence { .. } | Edit::RemoveSequence { .. } => true,
        Edit::ChangeSequence { same, .. } => !same,
        Edit::ReplaceNode { node, .. } => plays(&node.id),
        _ => false,
    })
}

impl Conductor {
    /// Tells an instrument of a note, at a time or as soon as may be. Whoever sends notes chooses their ids; those from 2^32 on belong to
    /// sequences.
    ///
    /// # Errors
    /// No such node, or no instrument; a full ring.
    pub fn note(
        &mut self,
        instrument: &str,
        note: NoteEvent,
        at: impl Into<When>,
    ) -> Result<Ticket, EngineError> {
        let (node, place) = self.find(instrument)?;
        if node.kind.instrument().is_none() {
            let known = self.instruments().map(str::to_owned).collect();
            return Err(EngineError::NoInstrument { node: instrument.into(), known });
        }
        let (node, born) = (place.node, place.born);
        let address = self.graph.address(node);
        let instrument = address.ok_or(sostenuto_graph::GraphError::NoSuchNode(node))?;
        // An instrument that is to come at a frame hears notes from then on.
        let at = match at.into() {
            When::Now if born > self.remote.load.frame() => When::Frame(born),
            When::Frame(frame) => When::Frame(frame.max(born)),
            other => other,
        };
        let ticket = self.graph.next_ticket();
        self.send(Command::Note { ticket, instrument, note, at })?;
        Ok(ticket)
    }

    /// The labels of the nodes that play notes, in the order of the patch.
    pub fn instruments(&self) -> impl Iterator<Item = &str> {
        let nodes = self.resolved.nodes.iter().filter(|node| node.kind.instrument().is_some());
        nodes.map(|node| node.label.as_str())
    }

    /// Changes musical time, at a time or as soon as may be.
    ///
    /// # Errors
    /// A full ring.
    pub fn transport(&mut self, change: Change, at: impl Into<When>) -> Result<Ticket, EngineError> {
        self.send_change(change, at.into())
    }

    pub(super) fn send_change(&mut self, change: Change, at: When) -> Result<Ticket, EngineError> {
        self.make_room(1)?;
        let ticket = self.graph.next_ticket();
        // What is asked after a batch that waits for its frame comes after it.
        let at = match at {
            When::Now if self.order.horizon > self.remote.load.frame() => When::Frame(self.order.horizon),
            other => other,
        };
        self.send(Command::Transport { ticket, change, at })?;
        let now = self.remote.load.frame();
        match at {
            at if is_musical(at) => drop(self.playing.waiting.insert(ticket, change)),
            When::Frame(frame) => self.playing.transport.apply(change, frame.max(now)),
            _ => self.playing.transport.apply(change, now),
        }
        self.playing.began |= change == Change::Play;
        Ok(ticket)
    }

    /// Notes the frame of what was asked for a musical time.
    pub(super) fn acknowledged(&mut self, ticket: Ticket, frame: u64) {
        if let Some(change) = self.playing.waiting.remove(&ticket) {
            self.playing.transport.apply(change, frame);
        }
    }

    /// Where musical time is: as the audio thread has it, or, before it has run, as it was asked to begin.
    pub fn position(&self) -> Position {
        if self.remote.load.callbacks() == 0 {
            return self.playing.transport.position(0);
        }
        self.remote.load.position()
    }

    /// Musical time as this side knows it: to find frames of beats ahead of the audio thread.
    pub fn timeline(&self) -> &Transport {
        &self.playing.transport
    }

    /// The frame of a time from a frame on, as far as this side knows; `None` if musical time stands or is past it.
    pub fn frame_of(&self, when: When, from: u64) -> Option<u64> {
        let transport = &self.playing.transport;
        let beats = match when {
            When::Now => return Some(from),
            When::Frame(frame) => return Some(frame),
            When::Beat(beats) => beats,
            When::NextBar => transport.next_bar(from),
            When::NextBeat => transport.next_beat(from),
        };
        transport.frame_at(beats, from)
    }
}

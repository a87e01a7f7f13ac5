//! Notes and musical time: what instruments are told, what the transport does, which sequences play.

use super::held::HeldNotes;
use super::{Conductor, is_musical};
use crate::error::EngineError;
use crate::roster::Called;
use sostenuto_graph::transport::{Change, Meter, Position, Sequence, Step, Transport};
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{Address, Command, Message, NodeId, NoteEvent, Ticket, When};
use sostenuto_patch::{Edit, Resolved, ResolvedSequence};
use sostenuto_units::{Hertz, Span, Tempo};
use std::collections::HashMap;
use std::sync::Arc;

/// What is known on this side of musical time.
#[derive(Debug)]
pub(super) struct Playing {
    /// As on the audio thread: exact where changes come at frames that were asked for in time.
    transport: Transport,
    /// Changes for a musical time, until their frame is told.
    waiting: HashMap<Ticket, Change>,
    /// Notes of a length whose beginning is not told yet.
    begun: HashMap<Ticket, (Address, NoteId, Span)>,
    /// Notes whose ends are to be sent, and their frames.
    pub(super) ending: Vec<(Address, NoteId, u64)>,
    /// Whether musical time was begun with the first patch.
    began: bool,
    /// The numbers of sequences by their names.
    numbers: HashMap<String, u32>,
    /// Notes that were begun and not let go, oldest first.
    pub(super) held: HeldNotes,
    /// Whether musical time is that of another engine, whatever the first patch says of it.
    follows: bool,
}

impl Playing {
    pub fn new(sample_rate: f64) -> Self {
        let tempo = sostenuto_patch::DEFAULT_TEMPO;
        Playing {
            transport: Transport::new(sample_rate, tempo, Meter::COMMON),
            waiting: HashMap::new(),
            begun: HashMap::new(),
            ending: Vec::new(),
            began: false,
            numbers: HashMap::new(),
            held: HeldNotes::default(),
            follows: false,
        }
    }

    /// Takes over musical time from that of another engine, as of a frame of its own, which is `there` here. Until [`settle_in`](Self::settle_in), edits of the patch do
    /// not change it.
    pub fn follow_on(&mut self, before: &Playing, (frame, rate): (u64, f64), there: u64) {
        self.transport = before.transport.on_clock(frame, rate, there);
        self.numbers.clone_from(&before.numbers);
        (self.began, self.follows) = (before.began, true);
    }

    /// From now on edits change musical time.
    pub fn settle_in(&mut self) {
        self.follows = false;
    }

    /// What edits of a patch change of the transport.
    pub fn changes(&self, edits: &[Edit], next: &Resolved) -> Vec<Change> {
        if self.follows {
            return Vec::new();
        }
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
        for (_, sequence) in next.sequences.iter().filter(|(_, sequence)| sequence.lane.is_none()) {
            let Some(player) = next.nodes.at(sequence.node) else { continue };
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
    let plays = |id: &str| next.played_by(id).next().is_some();
    let is_inside = |s: &ResolvedSequence| next.nodes.at(s.node).is_some_and(|node| node.kind.part.is_some());
    let inside = next.sequences.iter().any(|(_, s)| s.lane.is_some() && is_inside(s));
    edits.iter().any(|edit| match edit {
        Edit::AddSequence { .. } | Edit::RemoveSequence { .. } => true,
        Edit::ChangeSequence { same, .. } => !same,
        Edit::ReplaceNode { node, .. } => plays(&node.id),
        // What a lane on an instance leads to may be another node.
        Edit::InPart { .. } | Edit::MapParam { .. } => inside,
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
        let (instrument, born, node) = self.player(instrument)?;
        // Only a note that begins is remembered by the name of who plays it.
        let node = matches!(note, NoteEvent::On(_)).then(|| node.clone());
        let at = self.not_before(at.into(), born);
        let ticket = self.graph.next_ticket();
        self.send(Command::Note { ticket, instrument, note, at })?;
        self.playing.heard(instrument, node, note, at);
        Ok(ticket)
    }

    /// Tells a node something that is a matter of its kind, at a time or as soon as may be. What the node then tells comes as
    /// [`Notice::Told`](crate::Notice::Told).
    ///
    /// # Errors
    /// No such node; a full ring. A message that the node does not take is [refused](crate::Notice::Refused) on the audio side.
    pub fn tell(&mut self, node: &str, message: Message, at: impl Into<When>) -> Result<Ticket, EngineError> {
        let (_, place) = self.find(node)?;
        let (id, born) = (place.node, place.born);
        let at = self.not_before(at.into(), born);
        let node = self.graph.address(id).ok_or(sostenuto_graph::GraphError::NoSuchNode(id))?;
        let ticket = self.graph.next_ticket();
        self.send(Command::Tell { ticket, node, message, at })?;
        Ok(ticket)
    }

    /// The time that is meant for a node that is to come at a frame: it hears what it is told from then on.
    fn not_before(&self, at: When, born: u64) -> When {
        match at {
            When::Now if born > self.remote.load.frame() => When::Frame(born),
            When::Frame(frame) => When::Frame(frame.max(born)),
            other => other,
        }
    }

    /// Plays a note of a length. It ends at its exact frame where its beginning is told before then; else as soon as it is told.
    ///
    /// # Errors
    /// As [`note`](Self::note).
    pub fn note_for(
        &mut self,
        instrument: &str,
        note: Note,
        length: Span,
        at: impl Into<When>,
    ) -> Result<Ticket, EngineError> {
        let at = at.into();
        let (address, born, _) = self.player(instrument)?;
        self.make_room(2)?;
        let ticket = self.note(instrument, NoteEvent::On(note), at)?;
        match at {
            When::Frame(frame) => {
                let begun = frame.max(born).max(self.remote.load.frame());
                self.playing.ending.push((address, note.id, self.end_of(begun, length)));
                self.end_notes();
            }
            _ => drop(self.playing.begun.insert(ticket, (address, note.id, length))),
        }
        Ok(ticket)
    }

    /// The frame at which a note ends that begins at a frame.
    fn end_of(&self, begun: u64, length: Span) -> u64 {
        let transport = &self.playing.transport;
        let position = transport.position(begun);
        let tempo = Tempo(position.tempo);
        let frames = length.to_frames(Hertz(self.sample_rate()), tempo).0;
        let beats = match length {
            Span::Beats(beats) if position.playing => transport.frame_at(position.beats + beats.0, begun),
            _ => None,
        };
        beats.unwrap_or(begun.saturating_add(frames)).max(begun + 1)
    }

    /// Sends the ends of notes, as far as there is room.
    pub(super) fn end_notes(&mut self) {
        while let Some((instrument, id, frame)) = self.playing.ending.pop() {
            let ticket = self.graph.next_ticket();
            let (note, at) = (NoteEvent::Off(id), When::Frame(frame));
            if self.send(Command::Note { ticket, instrument, note, at }).is_err() {
                self.playing.ending.push((instrument, id, frame));
                return;
            }
            self.own.insert(ticket);
            self.playing.ends(instrument, id, frame, self.remote.load.frame());
        }
    }

    /// Lets the notes go of what was an instrument until now.
    pub(super) fn let_go(&mut self, node: NodeId, at: When) -> Result<(), EngineError> {
        if self.graph.voice_load(node).is_some()
            && let Some(instrument) = self.graph.address(node)
        {
            let ticket = self.graph.next_ticket();
            self.send(Command::Note { ticket, instrument, note: NoteEvent::AllOff, at })?;
            self.own.insert(ticket);
        }
        Ok(())
    }

    /// Refuses a node that is not there or plays no notes.
    ///
    /// # Errors
    /// Which of the two.
    pub fn check_instrument(&self, label: &str) -> Result<(), EngineError> {
        self.player(label).map(|_| ())
    }

    /// Where the audio thread finds an instrument, from which frame on, and its id in the patch.
    pub(super) fn player(&self, label: &str) -> Result<(Address, u64, &Arc<Called>), EngineError> {
        let (node, place) = self.find(label)?;
        if !node.kind.takes_notes() {
            let known = self.instruments().map(str::to_owned).collect();
            return Err(EngineError::NoInstrument { node: label.into(), known });
        }
        let address = self.graph.address(place.node);
        let address = address.ok_or(sostenuto_graph::GraphError::NoSuchNode(place.node))?;
        Ok((address, place.born, &place.called))
    }

    /// The labels of the nodes that play notes, in the order of the patch.
    pub fn instruments(&self) -> impl Iterator<Item = &str> {
        self.resolved.instruments().map(|node| node.label.as_str())
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
        // A map that is empty would still work out where a ticket is.
        if self.playing.waiting.is_empty() && self.playing.begun.is_empty() {
            return;
        }
        if let Some(change) = self.playing.waiting.remove(&ticket) {
            self.playing.transport.apply(change, frame);
        }
        if let Some((instrument, id, length)) = self.playing.begun.remove(&ticket) {
            self.playing.ending.push((instrument, id, self.end_of(frame, length)));
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

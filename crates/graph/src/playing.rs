//! Musical time in the engine: the transport, what changes it, and the sequences and lanes that it plays.

use crate::agenda::Agenda;
use crate::automation::Automation;
use crate::message::{Address, Deed, NoteEvent, Ticket, When};
use crate::node::Nodes;
use crate::stats::EngineLoad;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use sostenuto_transport::{Change, Meter, NoteEvent as Played, Player, Transport};
use sostenuto_voice::{Note, NoteId};

/// Changes of the transport that can wait for their frame.
const WAITING: usize = 64;

/// A sequence that is played, and the instrument that plays it.
#[derive(Debug)]
pub(crate) struct Part {
    pub player: Player,
    pub instrument: Address,
}

/// The transport and what it plays.
#[derive(Debug)]
pub(crate) struct Playing {
    transport: Transport,
    parts: Vec<Part>,
    /// The parameters that follow lanes.
    pub automation: Automation,
    /// In the order of their frames; of those for the same frame, in the order in which they came.
    waiting: VecDeque<(u64, Change)>,
}

impl Playing {
    /// `[control]`
    pub fn new(sample_rate: f64) -> Self {
        Playing {
            transport: Transport::new(sample_rate, 120.0, Meter::COMMON),
            parts: Vec::new(),
            automation: Automation::default(),
            waiting: VecDeque::with_capacity(WAITING),
        }
    }

    /// Musical time. `[audio]`
    pub fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The frame at which something is to take effect; `None` for at once. `[audio]`
    pub fn frame_of(&self, when: When, now: u64) -> Option<u64> {
        let beats = match when {
            When::Now => return None,
            When::Frame(frame) => return Some(frame),
            When::Beat(beats) => beats,
            When::NextBar => self.transport.next_bar(now),
            When::NextBeat => self.transport.next_beat(now),
        };
        self.transport.frame_at(beats, now)
    }

    /// A time that is relative to now, made absolute. `[audio]`
    pub fn settled(&self, when: When, now: u64) -> When {
        match when {
            When::NextBar => When::Beat(self.transport.next_bar(now)),
            When::NextBeat => When::Beat(self.transport.next_beat(now)),
            other => other,
        }
    }

    /// Puts a change in for a frame; `false` if there is no room. `[audio]`
    pub fn put(&mut self, frame: u64, change: Change) -> bool {
        if self.waiting.len() >= WAITING {
            return false;
        }
        let place = self.waiting.iter().position(|(at, _)| *at > frame).unwrap_or(self.waiting.len());
        self.waiting.insert(place, (frame, change));
        true
    }

    /// The frame of the next change. `[audio]`
    pub fn next_change(&self) -> Option<u64> {
        self.waiting.front().map(|(frame, _)| *frame)
    }

    /// Makes the changes whose frame has come. `[audio]`
    pub fn make_due(&mut self, now: u64) {
        while let Some((frame, change)) = self.waiting.front().copied()
            && frame <= now
        {
            self.waiting.pop_front();
            self.transport.apply(change, now);
        }
    }

    /// Puts the notes of the frames from `from` to before `to` into the agenda. `[audio]`
    pub fn play(&mut self, from: u64, to: u64, agenda: &mut Agenda, load: &EngineLoad) {
        let transport = &self.transport;
        for part in &mut self.parts {
            let instrument = part.instrument;
            part.player.advance(transport, from, to, |event| {
                put_note(agenda, load, event.frame, instrument, event.note);
            });
        }
    }

    /// Lets parameters follow their lanes over the frames from `frame` on. `[audio]`
    pub fn follow(&mut self, frame: u64, frames: usize, nodes: &mut Nodes) {
        self.automation.follow(&self.transport, frame, frames, nodes);
    }

    /// Takes other sequences over. One that is there already, by its number, goes on where it is; notes of those that go are let go.
    /// What was played before comes back in the list. `[audio]`
    pub fn take_over(&mut self, parts: &mut Vec<Part>, frame: u64, agenda: &mut Agenda, load: &EngineLoad) {
        for old in &mut self.parts {
            let id = old.player.sequence().id();
            let same = |new: &&mut Part| new.player.sequence().id() == id && new.instrument == old.instrument;
            match parts.iter_mut().find(same) {
                Some(new) => {
                    core::mem::swap(&mut new.player, &mut old.player);
                    // Counted once more here and once less when the spent batch is dropped elsewhere: nothing is freed.
                    let sequence = old.player.sequence().clone();
                    let before = new.player.replace(sequence);
                    drop(old.player.replace(before));
                }
                None => {
                    let instrument = old.instrument;
                    old.player.release(frame, |event| {
                        put_note(agenda, load, event.frame, instrument, event.note);
                    });
                }
            }
        }
        core::mem::swap(parts, &mut self.parts);
    }

    /// Takes over where another is at a frame of its own clock, as the frame `there` of this one's; and what waits there. `[audio]`
    pub fn follow_on(&mut self, before: &Playing, (frame, rate): (u64, f64), there: u64, scale: f64) {
        self.transport = before.transport.on_clock(frame, rate, there);
        self.waiting.clear();
        for (at, change) in &before.waiting {
            let ahead = (at.saturating_sub(frame) as f64 * scale + 0.5) as u64;
            self.put(there.saturating_add(ahead), *change);
        }
    }

    /// Begins the notes of sequences that sound in another which this one has followed on. `[audio]`
    pub fn chase(&mut self, before: &Playing, frame: u64, agenda: &mut Agenda, load: &EngineLoad) {
        for part in &mut self.parts {
            let (id, instrument) = (part.player.sequence().id(), part.instrument);
            let sounds = |old: &Part| old.player.sequence().id() == id && old.player.sounding() > 0;
            if before.parts.iter().any(sounds) {
                part.player.chase(&self.transport, frame, |event| {
                    put_note(agenda, load, event.frame, instrument, event.note);
                });
            }
        }
    }

    /// Tells where the transport is. `[audio]`
    pub fn show(&self, frame: u64, load: &EngineLoad) {
        load.note_position(&self.transport.position(frame));
    }
}

fn put_note(agenda: &mut Agenda, load: &EngineLoad, frame: u64, instrument: Address, note: Played) {
    let event = match note {
        Played::On { id, pitch, velocity } => NoteEvent::On(Note { id: NoteId(id), pitch, velocity }),
        Played::Off { id } => NoteEvent::Off(NoteId(id)),
    };
    if !agenda.put(frame, instrument, Deed::Note(event), Ticket(0)) {
        load.note_lost_note();
    }
}

/// What a batch brings to be played.
pub(crate) type Parts = Option<Box<Vec<Part>>>;

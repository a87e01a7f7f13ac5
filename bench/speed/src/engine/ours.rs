//! Sostenuto as its users hold it: a document, a conductor, an executor.

use super::{Block, Engine};
use crate::document::{self, INSTRUMENTS, SAMPLER};
use crate::spec::*;
use crate::workload::Workload;
use sostenuto_engine::{Buffer, Conductor, Notice, ParameterHandle};
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{Executor, Limits, NoteEvent};
use std::time::{Duration, Instant};

struct Ours {
    conductor: Conductor,
    executor: Executor,
    notes: Option<Notes>,
    gates: Option<Gates>,
}

impl Engine for Ours {
    fn block(&mut self, out: &mut Block) {
        let [left, right] = out;
        self.executor.render(&mut [left, right]);
    }

    fn control(&mut self) {
        if let Some(notes) = &mut self.notes {
            notes.play(&mut self.conductor, self.executor.frame());
            listen(&mut self.conductor);
        }
        if let Some(gates) = &mut self.gates {
            gates.play(&mut self.conductor, self.executor.frame());
            listen(&mut self.conductor);
        }
    }
}

/// Frees what came back; nothing may have been refused.
pub fn listen(conductor: &mut Conductor) {
    for notice in conductor.notices() {
        let refused = matches!(notice, Notice::Refused { .. } | Notice::Muted { .. });
        assert!(!refused, "{notice:?}");
    }
}

/// A conductor with a document, and its executor.
pub fn conducted(text: &str) -> (Conductor, Executor) {
    let (mut conductor, executor) = Conductor::new(f64::from(RATE), 2, Limits::default(), None);
    if text.contains("[buffers]") {
        let samples = sample().into_iter().flatten().collect();
        let buffer = Buffer::from_interleaved(samples, 2, f64::from(RATE)).expect("the sample is a buffer");
        conductor.set_buffer(document::BUFFER, buffer.into()).expect("nothing plays it yet");
    }
    if let Err(why) = conductor.play_toml(text) {
        panic!("{why}");
    }
    (conductor, executor)
}

pub fn make(name: &str, workload: Workload) -> Option<Box<dyn Engine>> {
    let document = document::of(name)?;
    let (conductor, executor) = conducted(&(document.text)());
    let mut ours = Ours { conductor, executor, notes: None, gates: None };
    // As while it plays: the control side hears what became of its edits, and sees to what may run side by side.
    let mut out = [[0.0; BLOCK]; 2];
    for _ in 0..32 {
        ours.block(&mut out);
        listen(&mut ours.conductor);
    }
    if name == "w1-voices" {
        begin_voices(&mut ours.conductor, &mut ours.executor);
    }
    if name.starts_with("w3-sampler") {
        loop_voices(&mut ours.conductor, &mut ours.executor);
    }
    match (name, workload) {
        ("w1-gated", Workload::Notes) => ours.gates = Some(Gates::new(&mut ours.conductor)),
        (_, Workload::Notes) => ours.notes = Some(Notes::new()),
        _ => {}
    }
    Some(Box::new(ours))
}

/// The instrument that has a voice.
fn instrument(voice: usize) -> &'static str {
    INSTRUMENTS[voice * INSTRUMENTS.len() / VOICES]
}

/// A note with the pitch, the rate and the place of a voice; gives the time that telling it took.
fn begin(conductor: &mut Conductor, voice: usize, id: u64, at: Option<u64>) -> Duration {
    let spec = Voice::new(voice);
    let note = Note { id: NoteId(id), pitch: spec.pitch() as f32, velocity: 1.0 };
    let name = instrument(voice);
    let nodes = &conductor.resolved().nodes;
    let shape = &nodes.iter().find(|node| node.label == name).expect("an instrument").shape;
    let knob = |param: &str| shape.param(param).expect("a parameter of the part");
    let knobs = [(knob("rate"), spec.rate as f32), (knob("pan"), spec.pan as f32)];
    let start = Instant::now();
    conductor.note(name, NoteEvent::On(note), at).expect("room in the ring");
    let time = start.elapsed();
    for (knob, value) in knobs {
        conductor.note(name, NoteEvent::Knob(note.id, knob, value), at).expect("room in the ring");
    }
    time
}

/// Begins all voices, in portions that the ring holds.
pub fn begin_voices(conductor: &mut Conductor, executor: &mut Executor) {
    for voice in 0..VOICES {
        begin(conductor, voice, voice as u64, None);
        if voice % 50 == 49 {
            executor.render(&mut [&mut [0.0; BLOCK], &mut [0.0; BLOCK]]);
            listen(conductor);
        }
    }
}

/// Lets all voices of the sampler loop, in portions that the ring holds.
fn loop_voices(conductor: &mut Conductor, executor: &mut Executor) {
    for place in 0..PLAYERS {
        let values = [("gain", PLAYER_LEVEL), ("speed", speed(place))];
        conductor.instruct(SAMPLER, "loop", 1, 0, &values, None).expect("room in the ring");
        if place % 50 == 49 {
            executor.render(&mut [&mut [0.0; BLOCK], &mut [0.0; BLOCK]]);
            listen(conductor);
        }
    }
}

/// Voices that are let go and begun anew, at random frames.
pub struct Notes {
    /// The note that each voice plays.
    playing: Vec<u64>,
    random: Random,
    /// The frame of the next note.
    next: u64,
    last: u64,
}

impl Notes {
    pub fn new() -> Notes {
        Notes {
            playing: (0..VOICES as u64).collect(),
            random: Random::new(),
            next: 0,
            last: VOICES as u64 - 1,
        }
    }

    /// Tells the notes of the block that begins at a frame; gives the time that each took to be told, without its knobs.
    pub fn play(&mut self, conductor: &mut Conductor, frame: u64) -> Vec<Duration> {
        let mut times = Vec::new();
        self.next = self.next.max(frame);
        while self.next < frame + BLOCK as u64 {
            let voice = self.random.below(VOICES as u64) as usize;
            self.last += 1;
            let old = std::mem::replace(&mut self.playing[voice], self.last);
            let at = Some(self.next);
            let off = NoteEvent::Off(NoteId(old));
            conductor.note(instrument(voice), off, at).expect("room in the ring");
            times.push(begin(conductor, voice, self.last, at));
            self.next += self.random.gap();
        }
        times
    }
}

/// Voices whose gates are closed and opened again, at random frames.
struct Gates {
    all: Vec<ParameterHandle>,
    random: Random,
    /// The frame of the next note.
    next: u64,
}

/// Frames for which a gate is closed before the next note.
const CLOSED: u64 = RATE as u64 / 1000;

impl Gates {
    fn new(conductor: &mut Conductor) -> Gates {
        let mut gate = |voice: usize| conductor.parameter(&format!("v{voice}"), "gate").expect("its gate");
        Gates { all: (0..VOICES).map(&mut gate).collect(), random: Random::new(), next: 0 }
    }

    fn play(&mut self, conductor: &mut Conductor, frame: u64) {
        self.next = self.next.max(frame);
        while self.next < frame + BLOCK as u64 {
            let voice = self.random.below(VOICES as u64) as usize;
            for (value, at) in [(0.0, self.next), (1.0, self.next + CLOSED)] {
                conductor.set_by(self.all[voice], value, None, Some(at)).expect("room in the ring");
            }
            self.next += self.random.gap();
        }
    }
}

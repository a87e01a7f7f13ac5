//! Random notes, and what happens to an instrument.
#![allow(dead_code, reason = "every test binary uses a part of it")]

pub mod model;

use sostenuto_voice::{Action, Config, Mode, Note, NoteId, Priority, Steal, Voices};

pub const MODES: [Mode; 3] = [Mode::Poly, Mode::Mono, Mode::Legato];
pub const PRIORITIES: [Priority; 3] = [Priority::Last, Priority::Low, Priority::High];
pub const STEALS: [Steal; 5] =
    [Steal::Oldest, Steal::Quietest, Steal::LowestVelocity, Steal::Furthest, Steal::SameNote];

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    On(Note),
    Off(NoteId),
    AllOff,
    Ended(u16),
    Advance,
}

pub fn note(id: u64, pitch: f32, velocity: f32) -> Note {
    Note { id: NoteId(id), pitch, velocity }
}

/// How loud a voice is at a frame: one of a few levels, so that there are ties.
pub fn loudness(frame: u64, voice: u16) -> f32 {
    let mixed = (frame + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (u64::from(voice) << 32);
    (mixed.wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 61) as f32 / 8.0
}

/// What an instrument answers.
pub fn happen(voices: &mut Voices, frame: u64, event: Event, loudness: impl Fn(u16) -> f32) -> Vec<Action> {
    match event {
        Event::On(note) => voices.note_on(frame, note, loudness).into_iter().collect(),
        Event::Off(id) => voices.note_off(frame, id).into_iter().collect(),
        Event::AllOff => {
            let mut actions = Vec::new();
            voices.all_notes_off(frame, |action| actions.push(action));
            actions
        }
        Event::Ended(voice) => {
            voices.ended(frame, voice);
            Vec::new()
        }
        Event::Advance => {
            voices.advance(frame);
            Vec::new()
        }
    }
}

/// Random numbers (SplitMix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

/// Every mode with every priority and way to steal.
pub fn configs(base: Config) -> impl Iterator<Item = Config> {
    MODES.into_iter().flat_map(move |mode| {
        PRIORITIES.into_iter().flat_map(move |priority| {
            STEALS.into_iter().map(move |steal| Config { mode, priority, steal, ..base })
        })
    })
}

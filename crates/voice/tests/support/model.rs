//! The rules written down as plainly as can be: lists that are sorted anew at every event.

use super::Event;
use sostenuto_voice::{Action, Config, Counts, Mode, Note, NoteId, Phase, Priority, Steal};

#[derive(Clone, Copy, Debug)]
pub struct Living {
    pub voice: u16,
    pub phase: Phase,
    pub note: Note,
    pub started: u64,
    order: u64,
}

impl Living {
    fn plays(&self) -> bool {
        self.phase == Phase::Held || self.phase == Phase::Released
    }
}

/// All that is not free.
#[derive(Debug)]
pub struct Model {
    config: Config,
    living: Vec<Living>,
    /// Held keys, the one pressed last at the end.
    keys: Vec<Note>,
    last: Option<f32>,
    now: u64,
    counts: Counts,
}

impl Model {
    pub fn new(config: Config) -> Self {
        let one = config.mode != Mode::Poly;
        let config = Config { voices: if one { 1 } else { config.voices }, ..config };
        Model { config, living: vec![], keys: vec![], last: None, now: 0, counts: Counts::default() }
    }

    pub fn counts(&self) -> Counts {
        let playing = self.living.iter().filter(|l| l.plays()).count() as u16;
        Counts { playing, fading: self.living.len() as u16 - playing, ..self.counts }
    }

    pub fn phase(&self, voice: u16) -> Phase {
        self.living.iter().find(|l| l.voice == voice).map_or(Phase::Free, |l| l.phase)
    }

    pub fn voice_of(&self, id: NoteId) -> Option<u16> {
        let mut playing: Vec<&Living> = self.living.iter().filter(|l| l.plays() && l.note.id == id).collect();
        playing.sort_by_key(|l| l.order);
        playing.last().map(|l| l.voice)
    }

    pub fn happen(&mut self, frame: u64, event: Event, loudness: impl Fn(u16) -> f32) -> Vec<Action> {
        self.now = self.now.max(frame);
        let now = self.now;
        self.living.retain(|l| match l.phase {
            Phase::Fading { ends } | Phase::Hurried { ends } => ends > now,
            _ => true,
        });
        match event {
            Event::On(note) if self.config.mode == Mode::Poly => self.poly(note, loudness),
            Event::On(note) => self.one(note),
            Event::Off(id) => self.off(id),
            Event::AllOff => {
                self.keys.clear();
                let mut held: Vec<u16> = self.held().map(|l| l.voice).collect();
                held.sort();
                held.into_iter().flat_map(|voice| self.release(voice)).collect()
            }
            Event::Ended(voice) => {
                self.living.retain(|l| l.voice != voice);
                vec![]
            }
            Event::Advance => vec![],
        }
    }

    fn held(&self) -> impl Iterator<Item = &Living> {
        self.living.iter().filter(|l| l.phase == Phase::Held)
    }

    fn at(&mut self, voice: u16) -> &mut Living {
        self.living.iter_mut().find(|l| l.voice == voice).unwrap()
    }

    fn poly(&mut self, note: Note, loudness: impl Fn(u16) -> f32) -> Vec<Action> {
        let mut playing: Vec<Living> = self.living.iter().filter(|l| l.plays()).copied().collect();
        playing.sort_by_key(|l| (l.started, l.note.id, l.order));
        let again = playing.iter().find(|l| l.phase == Phase::Held && l.note.id == note.id);
        let same = playing.iter().find(|l| (l.note.pitch - note.pitch).abs() <= 0.001);
        let same = same.filter(|_| self.config.steal == Steal::SameNote);
        let mut victim = again.or(same).map(|l| l.voice);
        if victim.is_none() && playing.len() == usize::from(self.config.voices) {
            if playing.iter().any(|l| l.phase == Phase::Released) {
                playing.retain(|l| l.phase == Phase::Released);
            }
            // Sorting keeps the order of those that are alike.
            let last = self.last.unwrap();
            let by = |a: f32, b: f32| a.partial_cmp(&b).unwrap();
            match self.config.steal {
                Steal::Oldest | Steal::SameNote => {}
                Steal::Quietest => playing.sort_by(|a, b| by(loudness(a.voice), loudness(b.voice))),
                Steal::LowestVelocity => playing.sort_by(|a, b| by(a.note.velocity, b.note.velocity)),
                Steal::Furthest => {
                    playing.sort_by(|a, b| by((b.note.pitch - last).abs(), (a.note.pitch - last).abs()))
                }
            }
            victim = Some(playing[0].voice);
        }
        self.start(note, victim).unwrap_or_default()
    }

    /// What a new note does; nothing if it is dropped.
    fn start(&mut self, note: Note, victim: Option<u16>) -> Option<Vec<Action>> {
        let mut actions = vec![];
        let voice = (0..).find(|voice| self.living.iter().all(|l| l.voice != *voice)).unwrap();
        if let Some(victim) = victim {
            let mut fading: Vec<(u64, u64, NoteId, u64, u16)> = vec![];
            let mut hurried = 0;
            for l in &self.living {
                match l.phase {
                    Phase::Fading { ends } => fading.push((ends, l.started, l.note.id, l.order, l.voice)),
                    Phase::Hurried { .. } => hurried += 1,
                    _ => {}
                }
            }
            if fading.len() == usize::from(self.config.spares) {
                if hurried == self.config.spares {
                    self.counts.dropped += 1;
                    return None;
                }
                fading.sort();
                let (ends, .., first) = fading[0];
                let soon = self.now + u64::from(self.config.hurry);
                if soon < ends {
                    actions.push(Action::Fade { voice: first, frames: self.config.hurry });
                }
                self.at(first).phase = Phase::Hurried { ends: ends.min(soon) };
            }
            let frames = self.config.fade;
            actions.push(Action::Fade { voice: victim, frames });
            self.at(victim).phase = Phase::Fading { ends: self.now + u64::from(frames) };
            self.counts.stolen += 1;
        }
        let glide_from = if self.config.mode == Mode::Legato { None } else { self.last };
        actions.push(Action::Start { voice, note, glide_from });
        let (started, order) = (self.now, self.counts.started);
        self.living.push(Living { voice, phase: Phase::Held, note, started, order });
        self.last = Some(note.pitch);
        self.counts.started += 1;
        Some(actions)
    }

    /// The key that is heard of those held.
    fn ruling(&self) -> Option<Note> {
        let pitches = self.keys.iter().map(|key| key.pitch);
        let ruling = match self.config.priority {
            Priority::Last => return self.keys.last().copied(),
            Priority::Low => pitches.reduce(f32::min),
            Priority::High => pitches.reduce(f32::max),
        };
        self.keys.iter().rev().find(|key| Some(key.pitch) == ruling).copied()
    }

    /// A new note where one voice plays.
    fn one(&mut self, note: Note) -> Vec<Action> {
        let before = self.keys.clone();
        let playing = self.living.iter().find(|l| l.plays()).copied();
        let held = playing.filter(|l| l.phase == Phase::Held);
        self.keys.retain(|key| key.id != note.id);
        self.keys.push(note);
        let ruling = self.ruling().unwrap();
        let actions = if ruling.id != note.id {
            // Another goes before it. If it was the one that was heard, that one now is.
            match held.filter(|l| l.note.id == note.id) {
                Some(l) => self.retune(l.voice, ruling),
                None => vec![],
            }
        } else if let (Mode::Legato, Some(l)) = (self.config.mode, held) {
            self.retune(l.voice, note)
        } else {
            match self.start(note, playing.map(|l| l.voice)) {
                Some(actions) => actions,
                None => {
                    self.keys = before;
                    return vec![];
                }
            }
        };
        if self.keys.len() > 64 {
            let heard = self.held().next().map(|l| l.note.id);
            let place = self.keys.iter().position(|key| Some(key.id) != heard).unwrap();
            self.keys.remove(place);
            self.counts.forgotten += 1;
        }
        actions
    }

    fn off(&mut self, id: NoteId) -> Vec<Action> {
        let held = self.held().find(|l| l.note.id == id).copied();
        let known = held.is_some() || self.keys.iter().any(|key| key.id == id);
        self.counts.unmatched += u64::from(!known);
        self.keys.retain(|key| key.id != id);
        match (held, self.ruling()) {
            (None, _) => vec![],
            (Some(l), None) => self.release(l.voice),
            (Some(l), Some(next)) => self.retune(l.voice, next),
        }
    }

    fn retune(&mut self, voice: u16, note: Note) -> Vec<Action> {
        self.at(voice).note = note;
        self.last = Some(note.pitch);
        self.counts.retuned += 1;
        vec![Action::Retune { voice, note }]
    }

    fn release(&mut self, voice: u16) -> Vec<Action> {
        self.at(voice).phase = Phase::Released;
        vec![Action::Release { voice }]
    }
}

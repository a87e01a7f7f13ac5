//! What is said to the sampler, past the thread that has the conductor.

use super::{Deck, lock};
use crate::errors::Fault;
use crate::mail::Letter;
use crate::voices::State;
use sostenuto_graph::When;
use sostenuto_nodes::Naming;

/// A trigger as it was asked for.
pub struct Trigger {
    pub slot: u32,
    pub velocity: f64,
    pub gain_db: f64,
    pub pan: f64,
    pub speed: f64,
    pub looped: Option<bool>,
    pub at: When,
}

impl Deck {
    /// Begins a voice: its id, under which it can be changed. One that finds no room on the way is dropped, and told of.
    pub fn trigger(&self, trigger: &Trigger) -> Result<u32, Fault> {
        self.check_running()?;
        let Trigger { slot, velocity, gain_db, pan, speed, looped, at } = *trigger;
        if !self.is_filled(slot) {
            return Err(Fault::value(format!("slot {slot} is empty: call load_sample({slot}, ...) first")));
        }
        let verb = match looped {
            None => "trigger",
            Some(true) => "loop",
            Some(false) => "once",
        };
        let gain = if gain_db == 0.0 { 1.0 } else { 10f64.powf(gain_db / 20.0) };
        let values = [("velocity", velocity), ("gain", gain), ("pan", pan), ("speed", speed)];
        let line = lock(&self.line);
        let Some(line) = &*line else {
            return Err(Fault::audio("the engine was shut down: make another one"));
        };
        let id = self.voices.begin(slot);
        let message = match line.message(verb, (u64::from(slot) + 1, self.slots()), id, &values) {
            Ok(message) => message,
            Err(why) => {
                self.voices.note(id, State::Dropped);
                return Err(why.into());
            }
        };
        if line.tell(message, at).is_err() {
            self.voices.note(id, State::Dropped);
            let why = "more triggers wait for the audio thread than can".to_owned();
            self.mail.post(Letter::TriggerDropped { voice: id, id: slot, frame: None, why });
        }
        Ok(id)
    }

    /// Tells the sampler something: about a voice, a slot (from 1), or all.
    pub fn say(
        &self,
        verb: &str,
        place: (u64, usize),
        id: u32,
        values: &[(&str, f64)],
        at: When,
    ) -> Result<(), Fault> {
        self.check_running()?;
        let line = lock(&self.line);
        let Some(line) = &*line else {
            return Err(Fault::audio("the engine was shut down: make another one"));
        };
        let message = line.message(verb, place, id, values)?;
        Ok(line.tell(message, at)?)
    }

    /// Whether a word of that number begins a voice.
    pub fn is_trigger(&self, verb: u16) -> bool {
        let line = lock(&self.line).clone();
        line.and_then(|line| line.verb(verb)).is_some_and(|verb| verb.names == Naming::Gives)
    }
}

//! Patches beside the slots, and what is changed of them.

use super::{Deck, Host, Phase, Seat, lock};
use crate::errors::Fault;
use crate::rack::{self, SAMPLES};
use crate::voices::State;
use sostenuto_engine::Reply;
use sostenuto_graph::When;
use sostenuto_patch::{Patch, command};

impl Deck {
    /// Makes a patch sound beside the slots. Gives what was changed, in words.
    pub fn apply(&self, patch: &Patch, at: When) -> Result<Vec<String>, Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        self.check()?;
        let whole = rack::compose(patch, self.slots(), self.polyphony, seat.master).map_err(Fault::Patch)?;
        let whole = sostenuto_sounds::at_rate(&whole, self.rate);
        let before = rack::compose(&seat.patch, self.slots(), self.polyphony, seat.master).ok();
        let sampler =
            |patch: &Patch| patch.nodes.get(SAMPLES).map(|node| (node.id.clone(), node.settings.clone()));
        if at != When::Now && before.as_ref().and_then(sampler) != sampler(&whole) {
            return Err(Fault::value(format!(
                "`{SAMPLES}` would become another sampler, which takes effect at once only: leave out when, or give it the settings that it has"
            )));
        }
        let has_device = |node: &sostenuto_patch::Node| node.device.is_some();
        // Whether its devices are there is asked where they are known.
        let edits = match &seat.host {
            Some(Host::Live(engine)) if at == When::Now && whole.nodes.values().any(has_device) => {
                engine.apply(&whole)?.edits
            }
            _ => match self.with_seat(&mut seat, move |desk| desk.play(whole, at))?? {
                Reply::Edited(applied) => applied.edits,
                _ => Vec::new(),
            },
        };
        seat.patch = patch.clone();
        self.find_sampler(&mut seat)?;
        Ok(edits.iter().map(ToString::to_string).collect())
    }

    /// Finds the sampler after the patch was changed. One that is another than before gets what slots have, and what the one before played is over.
    fn find_sampler(&self, seat: &mut Seat) -> Result<(), Fault> {
        let before = lock(&self.line).clone();
        let line = self.with_seat(seat, |desk| desk.conductor().line(SAMPLES))?.ok();
        let is_same = match (&before, &line) {
            (Some(before), Some(line)) => before.leads_where(line),
            (before, line) => before.is_none() && line.is_none(),
        };
        lock(&self.line).clone_from(&line);
        if is_same {
            return Ok(());
        }
        self.end_voices(State::Choked);
        if line.is_none() || self.phase() == Phase::Made {
            return Ok(());
        }
        self.load_all(seat)?;
        for (slot, volume) in
            lock(&self.volumes).clone().into_iter().enumerate().filter(|(_, volume)| *volume != 1.0)
        {
            let place = (slot as u64 + 1, self.slots());
            self.say("volume", place, 0, &[("gain", volume), ("over", 0.0)], When::Now)?;
        }
        Ok(())
    }

    /// Carries out a command of the prompt. Gives what was changed, in words.
    pub fn command(&self, line: &str, at: Option<When>) -> Result<Vec<String>, Fault> {
        let timed = command::parse(line).map_err(Fault::value)?;
        let Some(timed) = timed else { return Ok(Vec::new()) };
        let text = line.to_owned();
        let reply = self.with(move |desk| {
            let said = timed.at.map(|said| desk.when(&said));
            desk.carry_out(&timed.command, at.or(said).unwrap_or(When::Now))
        })??;
        if matches!(reply, Reply::Edited(_)) {
            self.find_sampler(&mut lock(&self.seat))?;
        }
        match reply {
            Reply::Edited(applied) => Ok(applied.edits.iter().map(ToString::to_string).collect()),
            Reply::Yours(_) => Err(Fault::value(format!(
                "`{text}` is for the prompt of the program `sostenuto`: here there is a method for it"
            ))),
            _ => Ok(Vec::new()),
        }
    }

    /// The patch that sounds, with what was changed by commands, without the engine's own nodes' files.
    pub fn patch(&self) -> Result<Patch, Fault> {
        self.with(|desk| desk.conductor().patch().clone())
    }

    /// The volume of all that goes to the default device, as a factor, on a straight line.
    pub fn set_master(&self, volume: f32, seconds: f64, at: When) -> Result<(), Fault> {
        let frames = (seconds * f64::from(self.rate) + 0.5) as u32;
        let mut seat = lock(&self.seat);
        self.with_seat(&mut seat, move |desk| {
            let names: Vec<String> = rack::masters(desk.conductor().patch()).cloned().collect();
            for name in names {
                let motion = Some(sostenuto_graph::Motion::Linear(frames));
                desk.conductor_mut().set(&name, "scale", volume, motion, at)?;
            }
            Ok::<_, sostenuto_engine::EngineError>(())
        })??;
        seat.master = volume;
        Ok(())
    }
}

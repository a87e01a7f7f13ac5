//! What there is to see of an engine.

use super::{Deck, lock};
use crate::errors::Fault;
use crate::mail::Letter;
use sostenuto_engine::PortReport;
use sostenuto_graph::EngineLoad;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often position and levels are told of.
#[derive(Default)]
pub(super) struct Watch {
    every: Option<Duration>,
    last: Option<Instant>,
}

impl Deck {
    pub fn ports(&self) -> Result<Vec<PortReport>, Fault> {
        self.check()?;
        let controller = lock(&self.controller).clone();
        controller.map_or(Ok(Vec::new()), |controller| Ok(controller.ports()?))
    }

    /// How the engine as a whole fares.
    pub fn engine_load(&self) -> Option<Arc<EngineLoad>> {
        lock(&self.load).clone()
    }

    pub fn frame(&self) -> u64 {
        self.engine_load().map_or(0, |load| load.frame())
    }

    /// How often position and levels are told of; `None` is never.
    pub fn tell(&self, position: Option<Duration>, levels: Option<Duration>) {
        *lock(&self.position) = Watch { every: position, last: None };
        *lock(&self.levels) = Watch { every: levels, last: None };
    }

    /// Tells of position and levels if it is time.
    pub fn watch(&self, now: Instant) {
        if is_due(&mut lock(&self.position), now)
            && let Some(load) = self.engine_load()
        {
            self.mail.post(position(&load));
        }
        if is_due(&mut lock(&self.levels), now)
            && let Ok(levels) = self.with(|desk| desk.conductor().output_levels())
        {
            let (peak, rms) = levels.iter().map(|level| (level.peak, level.rms)).unzip();
            self.mail.post(Letter::Levels { frame: self.frame(), peak, rms });
        }
    }
}

fn is_due(watch: &mut Watch, now: Instant) -> bool {
    let Some(every) = watch.every else { return false };
    if watch.last.is_some_and(|last| now.duration_since(last) < every) {
        return false;
    }
    watch.last = Some(now);
    true
}

/// Where the transport is.
pub fn position(load: &EngineLoad) -> Letter {
    let at = load.position();
    Letter::Position {
        frame: load.frame(),
        beats: at.beats,
        bar: at.bar,
        beat: at.beat,
        tempo: at.tempo,
        playing: at.playing,
    }
}

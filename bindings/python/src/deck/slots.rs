//! What slots have, and how loud they are.

use super::{Deck, Host, Phase, Seat, lock};
use crate::errors::Fault;
use crate::rack::SAMPLES;
use sostenuto_engine::EngineError;
use sostenuto_graph::{Ticket, When};
use sostenuto_nodes::{Buffer, SlotSettings};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// How long a load waits for room on the way to the audio thread, and how long between two looks.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(2);

/// What a slot has.
#[derive(Clone)]
pub(super) struct Loaded {
    buffer: Arc<Buffer>,
    settings: SlotSettings,
}

impl Deck {
    /// Gives a slot something to play, or nothing.
    pub fn load(&self, id: u32, sound: Option<(Arc<Buffer>, SlotSettings)>) -> Result<(), Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        let phase = self.check()?;
        let loaded = sound.map(|(buffer, settings)| Loaded { buffer, settings });
        let is_filled = loaded.is_some();
        if phase != Phase::Made {
            self.send(&mut seat, id, loaded.clone())?;
        }
        if let Some(slot) = seat.slots.get_mut(id as usize) {
            *slot = loaded;
        }
        if let Some(filled) = self.filled.get(id as usize) {
            filled.store(is_filled, Ordering::Release);
        }
        Ok(())
    }

    fn send(&self, seat: &mut Seat, id: u32, loaded: Option<Loaded>) -> Result<(), Fault> {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.try_send(seat, id, loaded.clone())? {
                // Many at once are more than can wait for the audio thread: it takes some with each block.
                Err(EngineError::RingFull { .. }) if self.is_live(seat) && Instant::now() < until => {
                    std::thread::sleep(PAUSE);
                }
                sent => return Ok(sent?),
            }
        }
    }

    fn try_send(
        &self,
        seat: &mut Seat,
        id: u32,
        loaded: Option<Loaded>,
    ) -> Result<Result<(), EngineError>, Fault> {
        let is_load = loaded.is_some();
        let (buffer, settings) = match loaded {
            Some(Loaded { buffer, settings }) => (Some(buffer), settings),
            None => (None, SlotSettings::default()),
        };
        // Who asks for a ticket before it is known would find nothing: so it is noted before the thread looks.
        let mut loading = lock(&self.loading);
        let sent = self.with_seat(seat, move |desk| {
            desk.conductor_mut().load_slot(SAMPLES, u64::from(id) + 1, buffer, settings, When::Now)
        })?;
        Ok(sent.map(|ticket| {
            if is_load {
                loading.insert(ticket, id);
            }
        }))
    }

    /// Whether there is an audio thread that goes on by itself.
    fn is_live(&self, seat: &Seat) -> bool {
        self.phase() == Phase::Running && matches!(seat.host, Some(Host::Live(_)))
    }

    /// Sends what slots have to a sampler that has just come.
    pub(super) fn load_all(&self, seat: &mut Seat) -> Result<(), Fault> {
        for (id, loaded) in seat.slots.clone().into_iter().enumerate() {
            if loaded.is_some() {
                self.send(seat, id as u32, loaded)?;
            }
        }
        Ok(())
    }

    /// Which slot was loaded by a request, if it was one.
    pub fn loaded(&self, ticket: Ticket) -> Option<u32> {
        lock(&self.loading).remove(&ticket)
    }

    pub fn is_filled(&self, id: u32) -> bool {
        self.filled.get(id as usize).is_some_and(|filled| filled.load(Ordering::Acquire))
    }

    /// Notes the volume of a slot, for a sampler that may come.
    pub fn keep_volume(&self, slot: usize, volume: f64) {
        if let Some(kept) = lock(&self.volumes).get_mut(slot) {
            *kept = volume;
        }
    }
}

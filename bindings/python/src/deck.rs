//! One engine as Python holds it, without Python: what plays, its slots, its voices and what it tells. Any thread may call any of it at any time.

mod life;
mod patches;
mod process;
mod show;
mod slots;
mod speak;

pub use process::{forked, use_devices};
pub use show::position;
pub use speak::Trigger;

use show::Watch;
use slots::Loaded;

use crate::errors::Fault;
use crate::listener;
use crate::mail::Mail;
use crate::offline::Offline;
use crate::recording::Take;
use crate::voices::Voices;
use sostenuto_engine::{AudioEngine, Controller, Desk, NodeLine};
use sostenuto_graph::{EngineLoad, Ticket, When};
use sostenuto_patch::Patch;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What plays.
enum Host {
    Live(AudioEngine),
    Offline(Box<Offline>),
}

/// Where in its life an engine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    /// It was made; no stream is open.
    Made = 0,
    Running = 1,
    /// Its stream is open, and it stands still.
    Paused = 2,
    ShutDown = 3,
}

/// What is changed by one thread at a time, with the time that it takes.
struct Seat {
    host: Option<Host>,
    slots: Vec<Option<Loaded>>,
    /// What somebody applied, without what the engine adds.
    patch: Patch,
    /// The volume of all.
    master: f32,
}

/// An engine.
pub struct Deck {
    pub voices: Voices,
    pub mail: Mail,
    rate: u32,
    channels: u16,
    device: Option<String>,
    polyphony: usize,
    phase: AtomicU8,
    forks: u64,
    filled: Box<[AtomicBool]>,
    line: Mutex<Option<NodeLine>>,
    controller: Mutex<Option<Controller>>,
    load: Mutex<Option<Arc<EngineLoad>>>,
    loading: Mutex<HashMap<Ticket, u32>>,
    position: Mutex<Watch>,
    levels: Mutex<Watch>,
    seat: Mutex<Seat>,
    /// Of slots.
    volumes: Mutex<Vec<f64>>,
    /// Recordings that are under way, or have ended.
    takes: Mutex<Vec<Arc<Mutex<Option<Take>>>>>,
}

/// What is asked of an engine that is to be made.
pub struct Plan {
    pub device: Option<String>,
    pub rate: Option<u32>,
    pub channels: Option<u16>,
    pub block: u32,
    pub slots: usize,
    pub voices: usize,
    pub fallback: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Deck {
    /// An engine on a device, which plays nothing yet. Gives besides why the device that was asked for does not play, if another one may.
    pub fn live(plan: Plan) -> Result<(Arc<Deck>, Option<String>), Fault> {
        use_devices()?;
        let request = sostenuto_device::Request {
            device: plan.device.clone(),
            host: None,
            rate: plan.rate,
            block: Some(plan.block),
            channels: plan.channels,
        };
        let (engine, missing) = match plan.fallback {
            true => AudioEngine::making_do(request, plan.rate.unwrap_or(48_000))?,
            false => (AudioEngine::on(request)?, None),
        };
        engine.keep_rate()?;
        let outlet = engine.outlet().clone();
        let controller = engine.controller();
        let notices = controller.listen()?;
        let mut deck = Deck::new(&plan, outlet.rate, outlet.channels, Host::Live(engine));
        (deck.device, deck.controller) = (outlet.device, Mutex::new(Some(controller)));
        let deck = Arc::new(deck);
        deck.begin()?;
        listener::listen(&deck, notices).map_err(Fault::audio)?;
        Ok((deck, missing.map(|error| error.to_string())))
    }

    /// An engine that renders when asked to.
    pub fn offline(plan: &Plan) -> Result<Arc<Deck>, Fault> {
        let (rate, channels) = (plan.rate.unwrap_or(48_000), plan.channels.unwrap_or(2));
        let deck = Deck::new(plan, rate, channels, Host::Offline(Box::new(Offline::new(rate, channels))));
        deck.phase.store(Phase::Running as u8, Ordering::Relaxed);
        let deck = Arc::new(deck);
        deck.begin()?;
        Ok(deck)
    }

    fn new(plan: &Plan, rate: u32, channels: u16, host: Host) -> Deck {
        Deck {
            voices: Voices::new(),
            mail: Mail::default(),
            rate,
            channels,
            device: None,
            polyphony: plan.voices,
            phase: AtomicU8::new(Phase::Made as u8),
            forks: process::forks(),
            filled: (0..plan.slots).map(|_| AtomicBool::new(false)).collect(),
            line: Mutex::new(None),
            controller: Mutex::new(None),
            load: Mutex::new(None),
            loading: Mutex::new(HashMap::new()),
            position: Mutex::default(),
            levels: Mutex::default(),
            seat: Mutex::new(Seat {
                host: Some(host),
                slots: vec![None; plan.slots],
                patch: Patch::default(),
                master: 1.0,
            }),
            volumes: Mutex::new(vec![1.0; plan.slots]),
            takes: Mutex::new(Vec::new()),
        }
    }

    /// Puts the slots there.
    fn begin(&self) -> Result<(), Fault> {
        self.apply(&Patch::default(), When::Now)?;
        let load = self.with(|desk| desk.conductor().load().clone())?;
        *lock(&self.load) = Some(load);
        Ok(())
    }

    pub fn rate(&self) -> u32 {
        self.rate
    }

    pub fn channels(&self) -> u16 {
        self.channels
    }

    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    pub fn slots(&self) -> usize {
        self.filled.len()
    }

    pub fn polyphony(&self) -> usize {
        self.polyphony
    }

    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            0 => Phase::Made,
            1 => Phase::Running,
            2 => Phase::Paused,
            _ => Phase::ShutDown,
        }
    }

    fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// Refuses an engine of the process that this one was forked from.
    pub fn check_process(&self) -> Result<(), Fault> {
        match self.forks == process::forks() {
            true => Ok(()),
            false => Err(Fault::audio(
                "the engine is that of the process that this one was forked from: make another one here",
            )),
        }
    }

    /// The same, and one that was shut down.
    pub fn check(&self) -> Result<Phase, Fault> {
        self.check_process()?;
        match self.phase() {
            Phase::ShutDown => Err(Fault::audio("the engine was shut down: make another one")),
            phase => Ok(phase),
        }
    }

    /// Refuses one that does not run, too.
    fn check_running(&self) -> Result<(), Fault> {
        match self.check()? {
            Phase::Made => Err(Fault::audio("the engine does not run: call run() first")),
            _ => Ok(()),
        }
    }

    /// The number of a slot.
    pub fn slot(&self, id: i64) -> Result<u32, Fault> {
        let slots = self.slots();
        u32::try_from(id)
            .ok()
            .filter(|id| (*id as usize) < slots)
            .ok_or_else(|| Fault::value(format!("there is no slot {id}: give one from 0 to {}", slots - 1)))
    }

    /// Does something at the desk.
    pub fn with<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> R + Send + 'static,
    ) -> Result<R, Fault> {
        self.check()?;
        let controller = lock(&self.controller).clone();
        match controller {
            Some(controller) => Ok(controller.with(job)?),
            None => match &mut lock(&self.seat).host {
                Some(Host::Offline(offline)) => Ok(job(&mut offline.desk)),
                _ => Err(Fault::audio("the engine was shut down: make another one")),
            },
        }
    }

    /// The same with the seat taken already.
    fn with_seat<R: Send + 'static>(
        &self,
        seat: &mut Seat,
        job: impl FnOnce(&mut Desk) -> R + Send + 'static,
    ) -> Result<R, Fault> {
        match &mut seat.host {
            Some(Host::Live(engine)) => Ok(engine.controller().with(job)?),
            Some(Host::Offline(offline)) => Ok(job(&mut offline.desk)),
            None => Err(Fault::audio("the engine was shut down: make another one")),
        }
    }
}

impl Drop for Deck {
    fn drop(&mut self) {
        self.shut_down();
    }
}

//! One engine as Python holds it, without Python: what plays, its slots, its voices and what it tells. Any thread may call any of it at any time.

use crate::errors::Fault;
use crate::listener;
use crate::mail::{Letter, Mail};
use crate::offline::Offline;
use crate::rack::{self, SAMPLES};
use crate::recording::Take;
use crate::voices::{State, Voices};
use sostenuto_engine::{AudioEngine, Controller, Desk, NodeLine, PortReport, Reply};
use sostenuto_graph::transport::Change;
use sostenuto_graph::{EngineLoad, Ticket, When};
use sostenuto_nodes::{Buffer, Naming, SlotSettings};
use sostenuto_patch::{Patch, command};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often this process has been forked from another: an engine of the one before has no threads in this one.
pub static FORKS: AtomicU64 = AtomicU64::new(0);
/// Whether this process has used the sound systems, and whether one that it was forked from had: their libraries may have been in the midst of something then, with locks that nobody
/// gives back.
static USED: AtomicBool = AtomicBool::new(false);
static SPOILT: AtomicBool = AtomicBool::new(false);

/// This process was forked from another one.
pub fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    SPOILT.fetch_or(USED.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// Refuses to use the sound systems where that might hang; notes that they are used.
pub fn use_devices() -> Result<(), Fault> {
    if SPOILT.load(Ordering::Relaxed) {
        return Err(Fault::audio(
            "this process was forked from one that had used its sound devices, which might hang here: start it anew instead (multiprocessing has the way \"spawn\" for that), or fork before",
        ));
    }
    USED.store(true, Ordering::Relaxed);
    Ok(())
}

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

/// What a slot has.
#[derive(Clone)]
struct Loaded {
    buffer: Arc<Buffer>,
    settings: SlotSettings,
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

/// How often position and levels are told of.
#[derive(Default)]
struct Watch {
    every: Option<Duration>,
    last: Option<Instant>,
}

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
            forks: FORKS.load(Ordering::Relaxed),
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
        match self.forks == FORKS.load(Ordering::Relaxed) {
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

    /// Opens the stream and lets the engine run.
    pub fn run(&self) -> Result<(), Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        match self.check()? {
            Phase::Running | Phase::Paused => return Ok(()),
            _ => {}
        }
        if let Some(Host::Live(engine)) = &seat.host
            && let Err(error) = engine.play()
        {
            _ = engine.stop();
            return Err(error.into());
        }
        self.enter(Phase::Running);
        self.load_all(&mut seat)
    }

    /// Lets musical time run; opens the stream if need be.
    pub fn play(&self) -> Result<(), Fault> {
        self.run()?;
        self.resume()?;
        self.transport(Change::Play)
    }

    /// Ends all voices, and musical time goes to its beginning.
    pub fn stop(&self) -> Result<(), Fault> {
        if self.check()? == Phase::Made {
            return Ok(());
        }
        self.say("stop_all", (0, 0), 0, &[], When::Now)?;
        self.transport(Change::Stop)
    }

    fn transport(&self, change: Change) -> Result<(), Fault> {
        self.with(move |desk| desk.conductor_mut().transport(change, When::Now))??;
        Ok(())
    }

    /// Everything stands still as it is; the stream goes on, silently.
    pub fn pause(&self) -> Result<(), Fault> {
        self.check()?;
        let seat = lock(&self.seat);
        match (self.check()?, &seat.host) {
            (Phase::Running, Some(Host::Live(engine))) => {
                engine.stop()?;
                self.enter(Phase::Paused);
                Ok(())
            }
            (Phase::Running, _) => Err(Fault::audio("an offline engine stands still unless it renders")),
            _ => Ok(()),
        }
    }

    /// Goes on where it was.
    pub fn resume(&self) -> Result<(), Fault> {
        self.check()?;
        let seat = lock(&self.seat);
        if let (Phase::Paused, Some(Host::Live(engine))) = (self.check()?, &seat.host) {
            engine.play()?;
            self.enter(Phase::Running);
        }
        Ok(())
    }

    /// Closes everything. Again and again does no harm.
    pub fn shut_down(&self) {
        if self.forks != FORKS.load(Ordering::Relaxed) {
            // Its threads are in another process: there is nothing to wait for, and whoever held a lock there never gives it back.
            if let Ok(mut seat) = self.seat.try_lock() {
                std::mem::forget(seat.host.take());
            }
            return;
        }
        let mut seat = lock(&self.seat);
        let host = seat.host.take();
        self.enter(Phase::ShutDown);
        *lock(&self.controller) = None;
        *lock(&self.line) = None;
        let takes = std::mem::take(&mut *lock(&self.takes));
        drop(host);
        for take in takes {
            if let Some(Take { recorder, .. }) = lock(&take).take() {
                // What went wrong with it is in the file; nobody asked.
                _ = recorder.finish();
            }
        }
        self.end_voices(State::Finished);
        self.mail.close();
    }

    /// Keeps a recording until it is ended, or everything is.
    pub fn keep(&self, take: Take) -> Arc<Mutex<Option<Take>>> {
        let take = Arc::new(Mutex::new(Some(take)));
        let mut takes = lock(&self.takes);
        takes.retain(|take| lock(take).is_some());
        takes.push(Arc::clone(&take));
        take
    }

    /// All voices are over, for what played them is.
    fn end_voices(&self, state: State) {
        let frame = self.frame();
        for voice in self.voices.active().collect::<Vec<_>>() {
            let id = self.voices.slot(voice).unwrap_or_default();
            self.voices.note(voice, state);
            self.mail.post(match state {
                State::Choked => Letter::VoiceChoked { voice, id, frame },
                _ => Letter::VoiceFinished { voice, id, frame },
            });
        }
    }

    /// The next frames, interleaved.
    pub fn render(&self, frames: usize) -> Result<Vec<f32>, Fault> {
        self.check()?;
        let mut seat = lock(&self.seat);
        self.check()?;
        match &mut seat.host {
            Some(Host::Offline(offline)) => offline.render(frames, |desk| {
                let notices = desk.conductor_mut().notices();
                notices.into_iter().for_each(|notice| listener::hear(self, notice));
                Ok(())
            }),
            _ => Err(Fault::audio("only an OfflineEngine renders: this one plays through a device")),
        }
    }

    // Slots.

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
        let is_load = loaded.is_some();
        let Loaded { buffer, settings } = match loaded {
            Some(Loaded { buffer, settings }) => Loaded { buffer, settings },
            None => {
                let clear = move |desk: &mut Desk| {
                    desk.conductor_mut().load_slot(
                        SAMPLES,
                        u64::from(id) + 1,
                        None,
                        SlotSettings::default(),
                        When::Now,
                    )
                };
                self.with_seat(seat, clear)??;
                return Ok(());
            }
        };
        // Who asks for a ticket before it is known would find nothing: so it is noted before the thread looks.
        let mut loading = lock(&self.loading);
        let ticket = self.with_seat(seat, move |desk| {
            desk.conductor_mut().load_slot(SAMPLES, u64::from(id) + 1, Some(buffer), settings, When::Now)
        })??;
        if is_load {
            loading.insert(ticket, id);
        }
        Ok(())
    }

    /// Sends what slots have to a sampler that has just come.
    fn load_all(&self, seat: &mut Seat) -> Result<(), Fault> {
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

    // Voices.

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

    // Patches.

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

    /// Whether a word of that number begins a voice.
    pub fn is_trigger(&self, verb: u16) -> bool {
        let line = lock(&self.line).clone();
        line.and_then(|line| line.verb(verb)).is_some_and(|verb| verb.names == Naming::Gives)
    }

    /// Notes the volume of a slot, for a sampler that may come.
    pub fn keep_volume(&self, slot: usize, volume: f64) {
        if let Some(kept) = lock(&self.volumes).get_mut(slot) {
            *kept = volume;
        }
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

    // What there is to see.

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

impl Drop for Deck {
    fn drop(&mut self) {
        self.shut_down();
    }
}

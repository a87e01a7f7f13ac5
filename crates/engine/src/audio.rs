//! An engine that plays: a device or the fallback clock, a thread that owns the control side, and any number of hands on it.

use crate::conductor::{Applied, Conductor};
use crate::desk::{Desk, DeskError, Reply};
use crate::error::EngineError;
use crate::helpers::Helpers;
use crate::notice::Notice;
use sostenuto_device::{
    Counts, DeviceError, FallbackClock, Health, Output, Prepared, Request, monotonic_nanos, prepare,
};
use sostenuto_graph::{Executor, Limits, Motion, Ticket};
use sostenuto_patch::Patch;
use sostenuto_rt::OwnerSlot;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Why the engine could not be started or changed. Each says the remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// There is no such device, or none at all.
    #[error(transparent)]
    DeviceNotFound(DeviceError),
    /// The device is there, but no stream could be made on it.
    #[error(transparent)]
    StreamCreationFailed(DeviceError),
    /// The engine refused; nothing has changed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A command does not fit; nothing has changed.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The engine has been shut down.
    #[error("the engine has been shut down: make a new one")]
    ShutDown,
    /// The system gave no thread to help.
    #[error("the system gave no threads that help to render: ask for fewer ({0})")]
    NoHelpers(std::io::Error),
    /// The system gave no thread.
    #[error("the system gave no thread for the control side: close some programs ({0})")]
    NoThread(std::io::Error),
}

impl From<DeviceError> for AudioError {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::DeviceNotFound { .. } => AudioError::DeviceNotFound(error),
            other => AudioError::StreamCreationFailed(other),
        }
    }
}

/// How the sound gets out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlet {
    /// The device's name; `None` while the fallback clock keeps time.
    pub device: Option<String>,
    /// Frames per second.
    pub rate: u32,
    /// Channels.
    pub channels: u16,
    /// Frames asked for in a callback.
    pub block: u32,
}

/// An engine that plays patches on a device.
///
/// ```no_run
/// use sostenuto_engine::AudioEngine;
/// let engine = AudioEngine::new()?;
/// engine.apply_toml(r#"
///     [nodes.tone]
///     kind = "sine"
///     [nodes.out]
///     kind = "audio_out"
///     inputs = ["tone"]
/// "#)?;
/// engine.play()?;
/// engine.set("tone", "frequency", 330.0)?;
/// std::thread::sleep(std::time::Duration::from_secs(2));
/// engine.stop()?;
/// # Ok::<(), sostenuto_engine::AudioError>(())
/// ```
#[derive(Debug)]
pub struct AudioEngine {
    controller: Controller,
    outlet: Outlet,
    thread: Option<JoinHandle<()>>,
}

impl AudioEngine {
    /// An engine on the default device, that plays once told to.
    ///
    /// # Errors
    /// No device, or no stream on it.
    pub fn new() -> Result<Self, AudioError> {
        AudioEngine::on(Request::default())
    }

    /// An engine on a device of choice.
    ///
    /// # Errors
    /// No such device, or no stream on it with what was asked.
    pub fn on(request: Request) -> Result<Self, AudioError> {
        AudioEngine::start(move || Ok(Clock::Device(Box::new(prepare(&request)?))))
    }

    /// An engine without a device: time goes on at the given rate, and nothing is heard.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn without_device(rate: u32, channels: u16) -> Result<Self, AudioError> {
        AudioEngine::start(move || Ok(Clock::Fallback { rate, channels }))
    }

    fn start(clock: impl FnOnce() -> Result<Clock, AudioError> + Send + 'static) -> Result<Self, AudioError> {
        let (requests, inbox) = channel::<Job>();
        let (ready, started) = channel();
        // Streams of some systems cannot move between threads, so the device is opened where it will stay.
        let body = move || match clock().and_then(Control::new) {
            Ok(mut control) => {
                _ = ready.send(Ok(control.outlet.clone()));
                control.run(&inbox);
            }
            Err(error) => _ = ready.send(Err(error)),
        };
        let thread = std::thread::Builder::new()
            .name("sostenuto-control".into())
            .spawn(body)
            .map_err(AudioError::NoThread)?;
        let outlet = started.recv().map_err(|_| AudioError::ShutDown)??;
        Ok(AudioEngine { controller: Controller { requests }, outlet, thread: Some(thread) })
    }

    /// How the sound gets out, as it was at the start.
    pub fn outlet(&self) -> &Outlet {
        &self.outlet
    }

    /// A hand on this engine; as many as are wanted, for any threads.
    pub fn controller(&self) -> Controller {
        self.controller.clone()
    }

    /// Lets the clock run: sound goes out from here on.
    ///
    /// # Errors
    /// The device did not start.
    pub fn play(&self) -> Result<(), AudioError> {
        self.controller.control(Control::play)?
    }

    /// Halts the clock. What sounds is kept as it is, and goes on with [`play`](Self::play).
    ///
    /// # Errors
    /// The device did not stop.
    pub fn stop(&self) -> Result<(), AudioError> {
        self.controller.control(Control::stop)?
    }

    /// Makes a patch sound instead of the present one.
    ///
    /// # Errors
    /// Problems of the patch; nothing has changed then.
    pub fn apply(&self, patch: &Patch) -> Result<Applied, AudioError> {
        let patch = patch.clone();
        match self.controller.with(move |desk| desk.play(patch, None))?? {
            Reply::Edited(applied) => Ok(applied),
            _ => Ok(Applied { ticket: None, edits: Vec::new() }),
        }
    }

    /// The same from a document.
    ///
    /// # Errors
    /// Problems of the document or the patch; nothing has changed then.
    pub fn apply_toml(&self, text: &str) -> Result<(), AudioError> {
        let text = text.to_owned();
        self.controller.with(move |desk| desk.open(&text, None).map(|_| ()))??;
        Ok(())
    }

    /// Lets so many threads render, from 1 to 64, also while it plays; 1 from the start. The sound does not depend on it, and where little sounds at once
    /// nothing is gained: see [`Conductor::set_threads`]. Those beyond the audio thread run at ordinary priority, so on a machine that is busy otherwise the
    /// audio thread may have to wait for them, and it is better off alone.
    ///
    /// # Errors
    /// A full ring, or no thread to be had; then it renders as before.
    pub fn set_threads(&self, threads: usize) -> Result<(), AudioError> {
        self.controller.control(move |control| control.set_threads(threads))?
    }

    /// Moves a parameter, smoothly, as soon as may be.
    ///
    /// # Errors
    /// No such node or parameter, or out of range; nothing has changed then.
    pub fn set(&self, node: &str, param: &str, value: f32) -> Result<Ticket, AudioError> {
        self.controller.set(node, param, value, None)
    }
}

impl Drop for AudioEngine {
    fn drop(&mut self) {
        _ = self.controller.requests.send(Job::ShutDown);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// A hand on a running engine. Cloneable; requests of all hands are served one after the other. `[control]`
#[derive(Clone, Debug)]
pub struct Controller {
    requests: Sender<Job>,
}

impl Controller {
    /// Does something at the desk, on the thread that owns it, and waits for the outcome.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn with<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> R + Send + 'static,
    ) -> Result<R, AudioError> {
        self.control(move |control| job(&mut control.desk))
    }

    /// Moves a parameter; on the given path, or smoothly.
    ///
    /// # Errors
    /// No such node or parameter, or out of range; nothing has changed then.
    pub fn set(
        &self,
        node: &str,
        param: &str,
        value: f32,
        motion: Option<Motion>,
    ) -> Result<Ticket, AudioError> {
        let (node, param) = (node.to_owned(), param.to_owned());
        Ok(self.with(move |desk| desk.conductor_mut().set(&node, &param, value, motion, None))??)
    }

    /// What happens from here on: acknowledgements, faults, the fate of the device. Each listener gets all of it.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn listen(&self) -> Result<Receiver<Notice>, AudioError> {
        let (sender, receiver) = channel();
        self.control(move |control| control.listeners.push(sender))?;
        Ok(receiver)
    }

    /// How the device fares: callbacks, dropouts.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn counts(&self) -> Result<Counts, AudioError> {
        self.control(|control| control.counts())
    }

    fn control<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Control) -> R + Send + 'static,
    ) -> Result<R, AudioError> {
        let (sender, receiver) = channel();
        let job = Job::Do(Box::new(move |control| _ = sender.send(job(control))));
        self.requests.send(job).map_err(|_| AudioError::ShutDown)?;
        receiver.recv().map_err(|_| AudioError::ShutDown)
    }
}

enum Job {
    Do(Box<dyn FnOnce(&mut Control) + Send>),
    ShutDown,
}

impl core::fmt::Debug for Job {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Job::Do(_) => "Do",
            Job::ShutDown => "ShutDown",
        })
    }
}

enum Clock {
    Device(Box<Prepared>),
    Fallback { rate: u32, channels: u16 },
}

/// What the control thread owns.
struct Control {
    desk: Desk,
    slot: Arc<OwnerSlot<Executor>>,
    output: Option<Output>,
    fallback: Option<FallbackClock>,
    prepared: Option<Box<Prepared>>,
    outlet: Outlet,
    listeners: Vec<Sender<Notice>>,
    playing: bool,
    /// Threads that help to render.
    helpers: Option<Helpers>,
}

/// How long the control thread sleeps while nobody asks for anything: how soon what came back is freed and told.
const PATIENCE: Duration = Duration::from_millis(5);

impl Control {
    fn new(clock: Clock) -> Result<Control, AudioError> {
        let (outlet, prepared) = match clock {
            Clock::Device(prepared) => {
                let outlet = Outlet {
                    device: Some(prepared.device().label()),
                    rate: prepared.rate(),
                    channels: prepared.channels(),
                    block: prepared.block(),
                };
                (outlet, Some(prepared))
            }
            Clock::Fallback { rate, channels } => {
                (Outlet { device: None, rate, channels, block: rate / 60 }, None)
            }
        };
        let channels = outlet.channels.clamp(1, 2);
        let (conductor, executor) =
            Conductor::new(f64::from(outlet.rate), channels, Limits::default(), Some(monotonic_nanos));
        Ok(Control {
            desk: Desk::new(conductor),
            slot: Arc::new(OwnerSlot::new(executor)),
            output: None,
            fallback: None,
            prepared,
            outlet,
            listeners: Vec::new(),
            playing: false,
            helpers: None,
        })
    }

    fn run(&mut self, inbox: &Receiver<Job>) {
        loop {
            match inbox.recv_timeout(PATIENCE) {
                Ok(Job::Do(job)) => job(self),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Job::ShutDown) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.tell();
            self.watch();
        }
        _ = self.stop();
        if let Some(output) = self.output.take() {
            output.stop();
        }
    }

    /// Passes on what the audio thread told.
    fn tell(&mut self) {
        for notice in self.desk.conductor_mut().notices() {
            self.broadcast(&notice);
        }
    }

    fn broadcast(&mut self, notice: &Notice) {
        self.listeners.retain(|listener| listener.send(notice.clone()).is_ok());
    }

    /// A device that is lost or stands still gives way to the fallback clock: time goes on.
    fn watch(&mut self) {
        let Some(output) = self.output.as_ref().filter(|_| self.playing && self.fallback.is_none()) else {
            return;
        };
        let why = match output.health() {
            Health::Lost(why) => why.to_string(),
            Health::Stalled { .. } => "it stopped asking for sound".to_owned(),
            _ => return,
        };
        output.disengage();
        if let Ok(clock) = FallbackClock::start(self.slot.clone(), self.outlet.rate) {
            self.fallback = Some(clock);
        }
        let device = self.outlet.device.take().unwrap_or_default();
        self.broadcast(&Notice::DeviceLost { device, why });
    }

    fn play(&mut self) -> Result<(), AudioError> {
        if self.playing {
            return Ok(());
        }
        if let Some(prepared) = self.prepared.take() {
            self.output = Some(prepared.start(self.slot.clone())?);
        } else if let Some(output) = self.output.as_mut().filter(|_| self.outlet.device.is_some()) {
            output.engage();
            output.resume()?;
        } else {
            self.fallback = FallbackClock::start(self.slot.clone(), self.outlet.rate)
                .map(Some)
                .map_err(AudioError::NoThread)?;
        }
        self.playing = true;
        Ok(())
    }

    fn stop(&mut self) -> Result<(), AudioError> {
        self.playing = false;
        if let Some(clock) = self.fallback.take() {
            clock.stop();
        }
        match &mut self.output {
            Some(output) if self.outlet.device.is_some() => {
                output.disengage();
                Ok(output.pause()?)
            }
            _ => Ok(()),
        }
    }

    fn set_threads(&mut self, threads: usize) -> Result<(), AudioError> {
        let conductor = self.desk.conductor_mut();
        let before = conductor.threads();
        let helpers = Helpers::start(conductor.set_threads(threads)?);
        match helpers {
            // Those before end by themselves once the executor has done with them, or here, whichever comes first; it renders without them then.
            Ok(helpers) => self.helpers = Some(helpers),
            Err(why) => {
                self.helpers =
                    Some(Helpers::start(conductor.set_threads(before)?).map_err(AudioError::NoHelpers)?);
                return Err(AudioError::NoHelpers(why));
            }
        }
        Ok(())
    }

    fn counts(&self) -> Counts {
        match (&self.fallback, &self.output) {
            (Some(clock), _) => clock.counters(),
            (None, Some(output)) => output.counters(),
            (None, None) => Counts::default(),
        }
    }
}

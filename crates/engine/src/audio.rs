//! An engine that plays: a device or the fallback clock, a thread that owns the control side, and any number of hands on it.

mod control;
mod hosts;

use crate::conductor::{Applied, Conductor};
use crate::desk::{Desk, DeskError, Reply};
use crate::error::EngineError;
use crate::notice::Notice;
use crate::ports::{PortOptions, PortReport};
use control::Control;
use hosts::Hosts;
use sostenuto_device::{Counts, DeviceError, Host, Offer, Prepared, Request, System, prepare};
use sostenuto_graph::{Motion, Ticket};
use sostenuto_patch::{Document, Patch};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

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
    /// The stream of a port could not be opened.
    #[error("`{node}` cannot be opened: {why}")]
    PortFailed {
        /// The label of its node.
        node: String,
        /// Why, and what there is instead.
        why: String,
    },
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

    /// An engine on a device of choice: that of all ports that name none. Ports that name a device which is not there are refused.
    ///
    /// # Errors
    /// No such device, or no stream on it with what was asked.
    pub fn on(request: Request) -> Result<Self, AudioError> {
        AudioEngine::start(move || {
            let prepared = prepare(&request)?;
            Ok(Control::new(Hosts::System(System::new()), options(&request, &prepared), outlet(&prepared)))
        })
    }

    /// The same, but what is not there is made do without: where the device asked for is not, it is the default one that plays; where there is none at all, the engine
    /// runs by itself, at so many frames per second, until one comes; and a port of a patch whose device is not there plays on the default one until it comes. The error
    /// is what [`on`](Self::on) would have said. Later changes are told by [`Notice`]s.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn making_do(request: Request, rate: u32) -> Result<(Self, Option<AudioError>), AudioError> {
        let (told, missing) = channel();
        let engine = AudioEngine::start(move || {
            let found = prepare(&request).or_else(|error| {
                _ = told.send(AudioError::from(error));
                let Request { rate, block, .. } = request;
                prepare(&Request { rate, block, ..Request::default() })
            });
            let (options, outlet) = match found {
                Ok(prepared) => (options(&request, &prepared), outlet(&prepared)),
                Err(_) => {
                    let options =
                        PortOptions { rate: request.rate, block: request.block, ..PortOptions::default() };
                    let rate = request.rate.unwrap_or(rate);
                    (options, Outlet { device: None, rate, channels: 2, block: rate / 60 })
                }
            };
            let options = PortOptions { fallback: true, ..options };
            Ok(Control::new(Hosts::System(System::new()), options, outlet))
        })?;
        Ok((engine, missing.try_recv().ok()))
    }

    /// An engine without a device: time goes on at the given rate, and nothing is heard.
    ///
    /// # Errors
    /// The system gave no thread.
    pub fn without_device(rate: u32, channels: u16) -> Result<Self, AudioError> {
        AudioEngine::start(move || {
            let outlet = Outlet { device: None, rate, channels, block: rate / 60 };
            let options = PortOptions { fallback: true, ..PortOptions::default() };
            Ok(Control::new(Hosts::Nothing, options, outlet))
        })
    }

    fn start(
        control: impl FnOnce() -> Result<Control, AudioError> + Send + 'static,
    ) -> Result<Self, AudioError> {
        let (requests, inbox) = channel::<Job>();
        let (ready, started) = channel();
        // Streams of some systems cannot move between threads, so the device is opened where it will stay.
        let body = move || match control() {
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

    /// Lets the engine run: sound goes out from here on. The first time it opens the devices, and waits for them.
    ///
    /// # Errors
    /// A device did not start.
    pub fn play(&self) -> Result<(), AudioError> {
        self.controller.control(Control::play)?
    }

    /// Lets the engine fade out within 5 ms and stand still; devices go on, silently. What sounds is kept as it is, and goes on with [`play`](Self::play).
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn stop(&self) -> Result<(), AudioError> {
        self.controller.control(Control::stop)
    }

    /// Makes a patch sound instead of the present one.
    ///
    /// # Errors
    /// Problems of the patch, or no such device; nothing has changed then.
    pub fn apply(&self, patch: &Patch) -> Result<Applied, AudioError> {
        let patch = patch.clone();
        let reply = self.controller.control(move |control| {
            control.check(&patch)?;
            Ok::<_, AudioError>(control.rig.desk_mut().play(patch, None)?)
        })??;
        match reply {
            Reply::Edited(applied) => Ok(applied),
            _ => Ok(Applied { ticket: None, edits: Vec::new() }),
        }
    }

    /// The same from a document.
    ///
    /// # Errors
    /// Problems of the document or the patch, or no such device; nothing has changed then.
    pub fn apply_toml(&self, text: &str) -> Result<(), AudioError> {
        let text = text.to_owned();
        self.controller.control(move |control| {
            let document = Document::parse(&text, Conductor::catalogue()).map_err(EngineError::Patch)?;
            control.check(document.patch())?;
            control.rig.desk_mut().open(&text, None)?;
            Ok(())
        })?
    }

    /// Keeps the engine at its rate, wherever its clock comes from. Otherwise it follows the device that has the clock, unless the [`Request`] has a rate.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn keep_rate(&self) -> Result<(), AudioError> {
        self.controller.control(|control| control.rig.keep_rate())
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

/// What ports that name no device play on, as it was found.
fn options(request: &Request, prepared: &Prepared) -> PortOptions {
    let named = request.device.is_some() || request.host.is_some();
    PortOptions {
        device: named.then(|| prepared.device().id.clone()),
        rate: request.rate,
        block: request.block,
        channels: request.channels,
        ..PortOptions::default()
    }
}

fn outlet(prepared: &Prepared) -> Outlet {
    Outlet {
        device: Some(prepared.device().label()),
        rate: prepared.rate(),
        channels: prepared.channels(),
        block: prepared.block(),
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
        self.control(move |control| job(control.rig.desk_mut()))
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

    /// How the device fares whose clock the engine runs on: callbacks, dropouts.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn counts(&self) -> Result<Counts, AudioError> {
        self.control(|control| control.rig.counts())
    }

    /// How every port of the patch fares, in its order: those to devices, then those from them.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn ports(&self) -> Result<Vec<PortReport>, AudioError> {
        self.control(|control| control.rig.ports())
    }

    /// The devices that there are. Takes as long as the system needs to list them.
    ///
    /// # Errors
    /// The engine has been shut down.
    pub fn devices(&self) -> Result<Vec<Offer>, AudioError> {
        self.control(|control| control.rig.host_mut().offers())
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

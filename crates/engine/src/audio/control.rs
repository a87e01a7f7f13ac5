//! What does the thread do that owns the control side? It serves requests, and looks after devices in between.

use super::hosts::Hosts;
use super::{AudioError, Job, Outlet};
use crate::helpers::Helpers;
use crate::notice::Notice;
use crate::ports::{PortCondition, PortOptions, PortReport};
use crate::rig::Rig;
use sostenuto_device::{DeviceError, OpenError, monotonic_nanos};
use sostenuto_patch::Patch;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// What the control thread owns.
pub(super) struct Control {
    pub(super) rig: Rig<Hosts>,
    pub(super) outlet: Outlet,
    pub(super) listeners: Vec<Sender<Notice>>,
    /// Whether a port whose device is not there is an error.
    strict: bool,
    begun: bool,
    /// On how many threads it renders.
    threads: usize,
    /// Threads that help to render.
    helpers: Option<Helpers>,
}

/// How long the control thread sleeps while nobody asks for anything: how soon what came back is freed and told.
const PATIENCE: Duration = Duration::from_millis(5);
/// How long it waits for the engine to stand still.
const STANDSTILL: Duration = Duration::from_millis(500);
/// How long it waits at the beginning for the system to open the devices.
const OPENING: Duration = Duration::from_secs(5);

impl Control {
    pub(super) fn new(host: Hosts, options: PortOptions, outlet: Outlet) -> Control {
        let strict = !options.fallback;
        let channels = outlet.channels.clamp(1, 2);
        let rig = Rig::with(host, options, (outlet.rate, channels), false, Some(monotonic_nanos));
        Control { rig, outlet, listeners: Vec::new(), strict, begun: false, threads: 1, helpers: None }
    }

    pub(super) fn run(&mut self, inbox: &Receiver<Job>) {
        loop {
            match inbox.recv_timeout(PATIENCE) {
                Ok(Job::Do(job)) => job(self),
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Job::ShutDown) | Err(RecvTimeoutError::Disconnected) => break,
            }
            self.look();
        }
        self.rig.shut_down();
    }

    /// Looks after devices and the clock, and passes on what happened.
    fn look(&mut self) {
        let turns = self.rig.turns();
        for notice in self.rig.look(monotonic_nanos()) {
            self.listeners.retain(|listener| listener.send(notice.clone()).is_ok());
        }
        if self.rig.turns() != turns && self.threads > 1 {
            // Without help it goes on alone.
            _ = self.set_threads(self.threads);
        }
    }

    pub(super) fn play(&mut self) -> Result<(), AudioError> {
        self.rig.play(monotonic_nanos());
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        let until = Instant::now() + OPENING;
        let opening = |rig: &Rig<Hosts>| rig.ports().iter().any(|port| port.state == PortCondition::Opening);
        while opening(&self.rig) && Instant::now() < until {
            std::thread::sleep(PATIENCE);
            self.look();
        }
        let missing = |port: &PortReport| port.state == PortCondition::Missing && self.strict;
        match self.rig.ports().into_iter().find(missing) {
            Some(PortReport { label, why, .. }) => {
                let why = why.unwrap_or_else(|| "its stream did not begin".into());
                Err(AudioError::PortFailed { node: label, why })
            }
            None => Ok(()),
        }
    }

    pub(super) fn set_threads(&mut self, threads: usize) -> Result<(), AudioError> {
        let conductor = self.rig.desk_mut().conductor_mut();
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
        self.threads = threads;
        Ok(())
    }

    /// Waits until the engine stands, unless nobody runs it.
    pub(super) fn stop(&mut self) {
        self.rig.stop();
        let until = Instant::now() + STANDSTILL;
        while !self.rig.stands() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            self.look();
        }
    }

    /// Refuses a patch whose devices are not there, unless others may play in their place.
    pub(super) fn check(&self, patch: &Patch) -> Result<(), AudioError> {
        match self.rig.missing_device(patch).filter(|_| self.strict) {
            None => Ok(()),
            Some((_, OpenError::DeviceNotFound { asked, available })) => {
                Err(AudioError::DeviceNotFound(DeviceError::DeviceNotFound { asked, available }))
            }
            Some((node, why)) => Err(AudioError::PortFailed { node, why: why.to_string() }),
        }
    }
}

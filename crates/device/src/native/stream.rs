//! How does a stream on a device of this machine fare? Its thread says whether it is open, and the system what befalls it.

use super::build::{build_input, build_output};
use super::connection::Held;
use super::error::DeviceError;
use super::faults::Faults;
use super::keeper::Keeper;
use super::quiet::silence_alsa;
use super::system::Plan;
use crate::counters::{Counters, Counts};
use crate::errand::Errand;
use crate::host::{Direction, End, OpenError, Stream, Terms, Vigour, Work};
use cpal::traits::StreamTrait;
use std::sync::Arc;

/// A stream on a device of this machine. Dropping it stops it and waits for nothing: its thread lets go of the device.
#[derive(Debug)]
pub struct SystemStream {
    terms: Terms,
    vitals: Arc<Vitals>,
    keeper: Keeper,
}

/// What a stream's callbacks write, and its owner reads.
#[derive(Clone, Debug)]
pub(super) struct Vitals {
    counters: Arc<Counters>,
    faults: Arc<Faults>,
}

impl Vitals {
    /// The stream's device has gone: it ends, and its work is not run any more. `[control]`
    pub fn end(&self) {
        self.counters.set_engaged(false);
        self.faults.gone();
    }
}

impl SystemStream {
    pub(super) fn new(terms: Terms, vitals: Arc<Vitals>, keeper: Keeper) -> Self {
        SystemStream { terms, vitals, keeper }
    }

    /// Why it could not be opened. `[control]`
    pub fn refusal(&self) -> Option<OpenError> {
        self.keeper.failed()
    }

    /// What ended it after it was opened. `[control]`
    pub fn loss(&self) -> Option<&DeviceError> {
        self.vitals.faults.lost()
    }
}

impl Stream for SystemStream {
    fn terms(&self) -> Terms {
        self.terms.clone()
    }

    /// A stream that has only stopped calling back is alive: it may come back by itself, as a suspended server does.
    fn vigour(&self) -> Vigour {
        match (self.loss(), self.refusal()) {
            (Some(DeviceError::DeviceLost { .. }), _) => Vigour::Ended(End::Removed),
            (Some(_), _) | (None, Some(_)) => Vigour::Ended(End::Failed),
            (None, None) if self.keeper.is_open() => Vigour::Alive,
            (None, None) => Vigour::Opening,
        }
    }

    fn why(&self) -> Option<String> {
        let refusal = || self.refusal().map(|error| error.to_string());
        self.loss().map(ToString::to_string).or_else(refusal)
    }

    fn counts(&self) -> Counts {
        self.vitals.counters.read()
    }
}

impl Drop for SystemStream {
    fn drop(&mut self) {
        // A callback that comes yet plays silence and leaves the work alone.
        self.vitals.counters.set_engaged(false);
    }
}

/// A stream that is about to be opened.
pub(super) struct Opening {
    plan: Plan,
    errand: Errand,
    vitals: Vitals,
}

impl Opening {
    pub fn new(plan: Plan, work: Box<dyn Work>) -> Self {
        let counters = Arc::new(Counters::new());
        let faults = Arc::new(Faults::new(plan.found.info.label(), counters.clone()));
        let (channels, choice) = (plan.terms.inputs.max(plan.terms.outputs), plan.choice);
        let wide = (choice.channels, choice.rate, choice.block);
        let errand = Errand::new(work, channels, wide, counters.clone());
        Opening { plan, errand, vitals: Vitals { counters, faults } }
    }

    pub fn vitals(&self) -> Vitals {
        self.vitals.clone()
    }

    /// Opens it and starts it.
    pub fn open(self) -> Result<Held, OpenError> {
        silence_alsa();
        let Plan { found, direction, choice, .. } = self.plan;
        let faults = self.vitals.faults;
        let built = match direction {
            Direction::Play => build_output(&found.device, choice, self.errand, faults),
            Direction::Record => build_input(&found.device, choice, self.errand, faults),
        };
        let started = built.and_then(|stream| {
            stream.play()?;
            Ok(Held::new(stream, found.connection.clone()))
        });
        started.map_err(|error| DeviceError::at_opening(&found.info.label(), &error, direction).into())
    }
}

//! How does a device that plays fare, and how is it stopped?

use super::build::build_output;
use super::config::Choice;
use super::connection::{Connection, Held};
use super::devices::DeviceInfo;
use super::error::DeviceError;
use super::faults::Faults;
use super::quiet::silence_alsa;
use super::reaper::{Reaper, Stopped};
use crate::callback::Callback;
use crate::counters::{Counters, Counts};
use crate::health::{Pulse, Watchdog};
use crate::host::Direction;
use crate::time::monotonic_nanos;
use cpal::traits::StreamTrait;
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A device that drives the engine. Dropping it stops it, like [`stop`](Self::stop).
pub struct Output {
    stream: Option<Held>,
    reaper: Reaper<Held>,
    counters: Arc<Counters>,
    faults: Arc<Faults>,
    watchdog: Watchdog,
    paused: bool,
    info: DeviceInfo,
    choice: Choice,
}

/// How an output fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Opened, and the first callback is still to come.
    Starting,
    /// Callbacks come.
    Playing,
    /// Paused by [`Output::pause`].
    Paused,
    /// No callback for this long, and no word from the system. It may come back by itself: a server that was suspended does.
    Stalled(Duration),
    /// The device or its server has gone, or fails without end. It does not come back: drop the output.
    Lost(DeviceError),
}

impl Output {
    pub(super) fn open(
        (device, connection): (&cpal::Device, Option<Arc<Connection>>),
        info: DeviceInfo,
        choice: Choice,
        slot: Arc<OwnerSlot<Executor>>,
    ) -> Result<Output, DeviceError> {
        silence_alsa();
        let label = info.label();
        let opening = |error: cpal::Error| DeviceError::at_opening(&label, &error, Direction::Play);
        let reaper = Reaper::new().map_err(|error| DeviceError::StreamCreationFailed {
            device: label.clone(),
            why: error.to_string(),
            remedy: "The system has no thread to give: close other programs and try again",
        })?;
        let counters = Arc::new(Counters::new());
        let faults = Arc::new(Faults::new(label.clone(), counters.clone()));
        let callback = Callback::new(slot, choice.channels, choice.rate, counters.clone());
        let stream = build_output(device, choice, callback, faults.clone()).map_err(opening)?;
        let watchdog = Watchdog::new(choice.rate, choice.block, &counters, monotonic_nanos());
        let stream = Some(Held::new(stream, connection));
        let output = Output { stream, reaper, counters, faults, watchdog, paused: false, info, choice };
        output.with_stream(StreamTrait::play).map_err(opening)?;
        Ok(output)
    }

    /// The device.
    pub fn device(&self) -> &DeviceInfo {
        &self.info
    }

    /// Frames per second.
    pub fn rate(&self) -> u32 {
        self.choice.rate
    }

    /// Channels of the stream.
    pub fn channels(&self) -> u16 {
        self.choice.channels
    }

    /// Frames in a block, as asked of the device.
    pub fn block(&self) -> u32 {
        self.choice.block
    }

    /// How it fares; for a control thread to ask every few tens of milliseconds. `[control]`
    pub fn health(&self) -> Health {
        if let Some(lost) = self.faults.lost() {
            return Health::Lost(lost.clone());
        }
        if self.paused {
            return Health::Paused;
        }
        match self.watchdog.look(&self.counters, monotonic_nanos()) {
            Pulse::Starting => Health::Starting,
            Pulse::Beating => Health::Playing,
            Pulse::Stopped(silence) => Health::Stalled(silence),
        }
    }

    /// What it has counted so far. `[any]`
    pub fn counters(&self) -> Counts {
        self.counters.read()
    }

    /// The counters themselves, for a display on another thread; they stay when the output has gone.
    pub fn shared_counters(&self) -> Arc<Counters> {
        self.counters.clone()
    }

    /// Takes the device out of gear: it plays silence from the next callback on and leaves the engine to another clock. `[any]`
    pub fn disengage(&self) {
        self.counters.set_engaged(false);
    }

    /// Puts the device in gear again. The other clock is to be stopped before. `[any]`
    pub fn engage(&self) {
        self.counters.set_engaged(true);
    }

    /// Whether it drives the engine. `[any]`
    pub fn is_engaged(&self) -> bool {
        self.counters.is_engaged()
    }

    /// Stops the callbacks until [`resume`](Self::resume); the engine's time stands still, unless another clock drives it.
    /// `[control]`
    ///
    /// # Errors
    /// What the system says; it goes on playing then.
    pub fn pause(&mut self) -> Result<(), DeviceError> {
        self.with_stream(StreamTrait::pause)
            .map_err(|error| DeviceError::in_stream(&self.info.label(), &error))?;
        self.paused = true;
        Ok(())
    }

    /// Lets the callbacks come again. `[control]`
    ///
    /// # Errors
    /// What the system says; it stays paused then.
    pub fn resume(&mut self) -> Result<(), DeviceError> {
        // Before, so that a callback that comes at once is one that was waited for.
        let watchdog = Watchdog::new(self.choice.rate, self.choice.block, &self.counters, monotonic_nanos());
        self.with_stream(StreamTrait::play)
            .map_err(|error| DeviceError::in_stream(&self.info.label(), &error))?;
        if self.paused {
            (self.watchdog, self.paused) = (watchdog, false);
        }
        Ok(())
    }

    /// Ends the stream; waits for that for half a second at the most. `[control]`
    pub fn stop(mut self) -> Stopped {
        self.end()
    }

    fn end(&mut self) -> Stopped {
        self.disengage();
        self.stream.take().map_or(Stopped::Clean, |stream| self.reaper.reap(stream))
    }

    fn with_stream(&self, act: fn(&cpal::Stream) -> Result<(), cpal::Error>) -> Result<(), cpal::Error> {
        // It is there until the output is dropped.
        self.stream.as_ref().map_or(Ok(()), |held| act(&held.stream))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut output = f.debug_struct("Output");
        output.field("device", &self.info.id).field("choice", &self.choice).field("health", &self.health());
        output.field("counters", &self.counters()).finish_non_exhaustive()
    }
}

//! Which device will play, and how? Settled before the engine is built, for the engine is built for the device's rate.

use super::config::{Choice, choose};
use super::connection::Connection;
use super::devices::DeviceInfo;
use super::error::DeviceError;
use super::output::Output;
use super::search::{find, hosts};
use crate::host::Direction;
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::fmt;
use std::sync::Arc;

/// What is asked of a device; what is left out is for the device to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The id of a device, its name, or a part of either that fits no other one. Left out: the default device.
    pub device: Option<String>,
    /// The sound system to look in: `alsa`, `pulseaudio`, `jack`, `pipewire`, `coreaudio`, `wasapi`, … Left out: all of them.
    pub host: Option<String>,
    /// Frames per second. Left out: what the device prefers.
    pub rate: Option<u32>,
    /// Frames in a block. Left out: [`DEFAULT_BLOCK`](crate::DEFAULT_BLOCK), or what the device has nearest to it.
    pub block: Option<u32>,
    /// Channels. Left out: as many as the device prefers.
    pub channels: Option<u16>,
}

/// A device that has been chosen, and how it will be opened.
pub struct Prepared {
    device: cpal::Device,
    connection: Option<Arc<Connection>>,
    info: DeviceInfo,
    choice: Choice,
}

/// Finds the device that is asked for and settles how it will run. Nothing plays yet. `[control]`
///
/// # Errors
/// [`DeviceError`]: the host or the device is not there, or several fit, or the device does not offer what is asked.
pub fn prepare(request: &Request) -> Result<Prepared, DeviceError> {
    let hosts = hosts(request.host.as_deref())?;
    let found = find(&hosts, request.device.as_deref(), Direction::Play)?;
    let choice = choose(&found.info.label(), &found.offers, found.preferred, request)?;
    Ok(Prepared { device: found.device, connection: found.connection, info: found.info, choice })
}

impl Prepared {
    /// The device.
    pub fn device(&self) -> &DeviceInfo {
        &self.info
    }

    /// Frames per second; the engine is to be built for this rate.
    pub fn rate(&self) -> u32 {
        self.choice.rate
    }

    /// Channels of the stream. Channels that the engine's graph does not have are silent; those beyond are not heard.
    pub fn channels(&self) -> u16 {
        self.choice.channels
    }

    /// Frames in a block, as it will be asked for. Some systems come near it only; see [`Counts::largest`](crate::Counts).
    pub fn block(&self) -> u32 {
        self.choice.block
    }

    /// The sample format that the engine's samples are converted to.
    pub fn format(&self) -> String {
        self.choice.format.to_string()
    }

    /// Opens the device and starts to play what is in the slot, at its next frame. `[control]`
    ///
    /// The engine is not asked for its rate: one that was built for another rate plays at the wrong pitch.
    ///
    /// # Errors
    /// [`DeviceError::StreamCreationFailed`], with the system's reason.
    pub fn start(self, slot: Arc<OwnerSlot<Executor>>) -> Result<Output, DeviceError> {
        Output::open((&self.device, self.connection), self.info, self.choice, slot)
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("device", &self.info.id).field("choice", &self.choice).finish()
    }
}

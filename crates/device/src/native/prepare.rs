//! Which device will play, and how? Settled before the engine is built, for the engine is built for the device's rate.

use super::config::{Choice, choose};
use super::devices::{DeviceInfo, Devices, Found, by_id, default_of, everything, names};
use super::error::DeviceError;
use super::output::Output;
use super::quiet::silence_alsa;
use super::select::select;
use crate::host::Direction;
use cpal::HostId;
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::fmt;
use std::sync::Arc;

/// What is asked of a device; what is left out is for the device to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The id of a device, its name, or a part of either that fits no other one. Left out: the default device.
    pub device: Option<String>,
    /// The sound system to look in: `alsa`, `pulseaudio`, `jack`, `coreaudio`, `wasapi`, … Left out: all of them.
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
    Ok(Prepared { device: found.device, info: found.info, choice })
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
        Output::open(&self.device, self.info, self.choice, slot)
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("device", &self.info.id).field("choice", &self.choice).finish()
    }
}

/// The host asked for, or all that answer.
fn hosts(asked: Option<&str>) -> Result<Vec<HostId>, DeviceError> {
    let Some(asked) = asked else { return Ok(Devices::hosts_in_order()) };
    let Ok(host) = asked.parse::<HostId>() else {
        let available = Devices::hosts();
        let remedy = match asked.to_ascii_lowercase().as_str() {
            "jack" | "pulseaudio" => {
                "This program was built without it: build it with the feature of that name, or name one of these"
            }
            _ => "Name one of these, or leave it out",
        };
        return Err(DeviceError::HostNotFound { asked: asked.into(), available, remedy });
    };
    silence_alsa();
    match cpal::host_from_id(host) {
        Ok(_) => Ok(vec![host]),
        Err(error) => Err(DeviceError::HostUnavailable { host: host.to_string(), why: error.to_string() }),
    }
}

pub(super) fn find(
    hosts: &[HostId],
    asked: Option<&str>,
    direction: Direction,
) -> Result<Found, DeviceError> {
    let Some(asked) = asked else {
        return default_of(hosts, direction).ok_or_else(|| {
            let available = everything(hosts, direction).iter().map(|found| found.info.label()).collect();
            DeviceError::DeviceNotFound { asked: None, available }
        });
    };
    // An id needs no look at what the other devices offer, which takes time, and opens them.
    if asked.parse::<cpal::DeviceId>().is_ok() {
        let names = names(direction);
        // One that is not listed can be opened nevertheless.
        let id = select(&names, asked).map_or(asked, |at| names.get(at).map_or(asked, |info| &info.id));
        return by_id(hosts, id, direction)?.ok_or_else(|| DeviceError::DeviceNotFound {
            asked: Some(asked.into()),
            available: names.iter().map(DeviceInfo::label).collect(),
        });
    }
    let mut all = everything(hosts, direction);
    let infos: Vec<DeviceInfo> = all.iter().map(|found| found.info.clone()).collect();
    Ok(all.swap_remove(select(&infos, asked)?))
}

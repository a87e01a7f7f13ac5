//! Which device is it that is asked for, and what does it say that it offers? Hosts are asked for their devices, and devices for what they offer.

use super::connection::{Connection, connect};
use super::devices::{DeviceInfo, Devices, describe};
use super::error::DeviceError;
use super::quiet::silence_alsa;
use super::select::select;
use crate::host::Direction;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceDirection, ErrorKind, HostId, SupportedStreamConfigRange};
use std::sync::Arc;

/// A device and what it offers in one direction.
pub(super) struct Found {
    pub device: cpal::Device,
    pub info: DeviceInfo,
    pub offers: Vec<SupportedStreamConfigRange>,
    pub preferred: Option<cpal::SupportedStreamConfig>,
    /// Why it does not say what it offers.
    pub refusal: Option<cpal::Error>,
    /// What it was found over, and is used over.
    pub connection: Option<Arc<Connection>>,
}

impl Found {
    fn over(mut self, connection: &Arc<Connection>) -> Found {
        self.connection = Some(connection.clone());
        self
    }

    /// This device, if it says what it offers.
    fn ready(self, direction: Direction) -> Result<Found, DeviceError> {
        match &self.refusal {
            None => Ok(self),
            Some(error) => Err(DeviceError::at_opening(&self.info.label(), error, direction)),
        }
    }

    /// Whether it is there for certain, though it may not say what it offers. Some of ALSA's names stand for others, and fail if these
    /// are not there.
    fn is_there(&self) -> bool {
        use ErrorKind::{DeviceBusy, PermissionDenied};
        self.refusal.as_ref().is_none_or(|error| matches!(error.kind(), DeviceBusy | PermissionDenied))
    }
}

/// The host asked for, or all that answer.
pub(super) fn hosts(asked: Option<&str>) -> Result<Vec<HostId>, DeviceError> {
    let Some(asked) = asked else { return Ok(Devices::hosts_in_order()) };
    let Ok(host) = asked.parse::<HostId>() else {
        let available = Devices::hosts();
        let remedy = match asked.to_ascii_lowercase().as_str() {
            "jack" | "pipewire" | "pulseaudio" => {
                "This program was built without it: build it with the feature of that name, or name one of these"
            }
            _ => "Name one of these, or leave it out",
        };
        return Err(DeviceError::HostNotFound { asked: asked.into(), available, remedy });
    };
    silence_alsa();
    match connect(host) {
        Ok(_) => Ok(vec![host]),
        Err(why) => Err(DeviceError::HostUnavailable { host: host.to_string(), why }),
    }
}

/// The device that is asked for, or the default one.
///
/// # Errors
/// It is not there, or there are several, or it does not say what it offers.
pub(super) fn find(
    hosts: &[HostId],
    asked: Option<&str>,
    direction: Direction,
) -> Result<Found, DeviceError> {
    let Some(asked) = asked else {
        let found = default_of(hosts, direction).ok_or_else(|| {
            let available = everything(hosts, direction).iter().map(|found| found.info.label()).collect();
            DeviceError::DeviceNotFound { asked: None, available }
        })?;
        return found.ready(direction);
    };
    // An id needs no look at what the other devices offer, which takes time, and opens them.
    if asked.parse::<cpal::DeviceId>().is_ok() {
        let names = names(direction);
        // One that is not listed can be opened nevertheless.
        let id = select(&names, asked).map_or(asked, |at| names.get(at).map_or(asked, |info| &info.id));
        let found = by_id(hosts, id, direction).ok_or_else(|| DeviceError::DeviceNotFound {
            asked: Some(asked.into()),
            available: names.iter().map(DeviceInfo::label).collect(),
        })?;
        return found.ready(direction);
    }
    let mut all = everything(hosts, direction);
    let infos: Vec<DeviceInfo> = all.iter().map(|found| found.info.clone()).collect();
    all.swap_remove(select(&infos, asked)?).ready(direction)
}

/// All devices of these hosts that can play, or record.
pub(super) fn everything(hosts: &[HostId], direction: Direction) -> Vec<Found> {
    silence_alsa();
    let mut all = Vec::new();
    for host in hosts.iter().filter_map(|id| connect(*id).ok()) {
        let default = default_id(&host, direction);
        let devices = host.devices().into_iter().flatten().filter(is_listed);
        let examined = devices.filter_map(|device| examine(device, default.as_ref(), direction));
        let mut here: Vec<Found> = examined.filter(Found::is_there).map(|found| found.over(&host)).collect();
        // The default first, the others as the host has them.
        here.sort_by_key(|found| !found.info.default);
        all.append(&mut here);
    }
    all
}

/// Not asked unless named: ALSA's device that throws frames away hundreds of times faster than they would be played, and its way
/// to JACK, whose library prints when there is no server.
const UNLISTED: [&str; 2] = ["alsa:null", "alsa:jack"];

pub(super) fn is_listed(device: &cpal::Device) -> bool {
    device.id().is_ok_and(|id| !UNLISTED.contains(&id.to_string().as_str()))
}

fn default_device(host: &cpal::Host, direction: Direction) -> Option<cpal::Device> {
    match direction {
        Direction::Play => host.default_output_device(),
        Direction::Record => host.default_input_device(),
    }
}

pub(super) fn default_id(host: &cpal::Host, direction: Direction) -> Option<cpal::DeviceId> {
    default_device(host, direction)?.id().ok()
}

/// The default device of the first of these hosts that has one that answers; or else the first that is there and does not.
fn default_of(hosts: &[HostId], direction: Direction) -> Option<Found> {
    silence_alsa();
    let hosts = hosts.iter().filter_map(|id| connect(*id).ok());
    let mut found = hosts.filter_map(|host| {
        let device = default_device(&host, direction)?;
        let id = device.id().ok();
        let found = examine(device, id.as_ref(), direction).filter(Found::is_there)?;
        Some(found.over(&host))
    });
    let first = found.next()?;
    if first.refusal.is_none() {
        Some(first)
    } else {
        found.find(|other| other.refusal.is_none()).or(Some(first))
    }
}

/// The device with exactly this id, `host:id`, if its host has it.
fn by_id(hosts: &[HostId], id: &str, direction: Direction) -> Option<Found> {
    silence_alsa();
    let id: cpal::DeviceId = id.parse().ok()?;
    let host = hosts.contains(&id.host()).then(|| connect(id.host()).ok()).flatten()?;
    let default = default_id(&host, direction);
    Some(examine(host.device_by_id(&id)?, default.as_ref(), direction)?.over(&host))
}

/// What the devices are called that should be able to play, or record. None is opened, so some may not answer.
pub(super) fn names(direction: Direction) -> Vec<DeviceInfo> {
    let hosts = Devices::hosts_in_order();
    let hosts: Vec<Arc<Connection>> = hosts.iter().filter_map(|id| connect(*id).ok()).collect();
    let devices = hosts.iter().flat_map(|host| host.devices().into_iter().flatten()).filter(is_listed);
    let mut all: Vec<DeviceInfo> = Vec::new();
    for info in devices.filter(|device| may(device, direction)).filter_map(|device| named(&device)) {
        // ALSA has names for ways of converting, whatever the device; and some names twice.
        if !CONVERTERS.contains(&info.id.as_str()) && all.iter().all(|other| other.id != info.id) {
            all.push(info);
        }
    }
    all
}

/// Names of ALSA's that stand for no device.
const CONVERTERS: [&str; 7] = [
    "alsa:lavrate",
    "alsa:samplerate",
    "alsa:speexrate",
    "alsa:speex",
    "alsa:upmix",
    "alsa:vdownmix",
    "alsa:oss",
];

/// Whether a device does not say that it cannot.
pub(super) fn may(device: &cpal::Device, direction: Direction) -> bool {
    // Unknown is a device that has to be tried; JACK's input claims to have outputs when it is tried.
    let other = match direction {
        Direction::Play => DeviceDirection::Input,
        Direction::Record => DeviceDirection::Output,
    };
    device.description().is_ok_and(|description| description.direction() != other)
}

/// What a device is called.
pub(super) fn named(device: &cpal::Device) -> Option<DeviceInfo> {
    let id = device.id().ok()?;
    let name = device.description().ok()?.name().trim().into();
    Some(DeviceInfo { host: id.host().to_string(), id: id.to_string(), name, ..DeviceInfo::default() })
}

/// What a device offers; nothing if it does not play, or record, or is not there after all.
pub(super) fn examine(
    device: cpal::Device,
    default: Option<&cpal::DeviceId>,
    direction: Direction,
) -> Option<Found> {
    let name = named(&device).filter(|_| may(&device, direction))?;
    let default = default.is_some_and(|id| id.to_string() == name.id);
    let offers = match offers(&device, direction) {
        Ok(offers) if offers.is_empty() => return None,
        Ok(offers) => offers,
        Err(error) if is_absence(error.kind()) => return None,
        Err(error) => {
            let info = DeviceInfo { default, refusal: Some(error.to_string()), ..name };
            let refusal = Some(error);
            return Some(Found {
                device,
                info,
                offers: Vec::new(),
                preferred: None,
                refusal,
                connection: None,
            });
        }
    };
    let preferred = match direction {
        Direction::Play => device.default_output_config().ok(),
        Direction::Record => device.default_input_config().ok(),
    };
    let info = DeviceInfo {
        default,
        preferred_rate: preferred.map(|config| config.sample_rate()),
        preferred_channels: preferred.map(|config| config.channels()),
        host: name.host,
        id: name.id,
        name: name.name,
        ..describe(&offers)
    };
    Some(Found { device, info, offers, preferred, refusal: None, connection: None })
}

fn offers(
    device: &cpal::Device,
    direction: Direction,
) -> Result<Vec<SupportedStreamConfigRange>, cpal::Error> {
    match direction {
        Direction::Play => device.supported_output_configs().map(Iterator::collect),
        Direction::Record => device.supported_input_configs().map(Iterator::collect),
    }
}

/// Whether an answer says that there is nothing of the kind, not even busy: ALSA's names stand for devices that may not be there.
fn is_absence(kind: ErrorKind) -> bool {
    use ErrorKind::{DeviceNotAvailable, UnsupportedConfig, UnsupportedOperation};
    matches!(kind, DeviceNotAvailable | UnsupportedConfig | UnsupportedOperation)
}

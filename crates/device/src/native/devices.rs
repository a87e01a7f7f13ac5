//! Which devices are there, to play and to record?

use super::config::COMMON_RATES;
use super::error::DeviceError;
use super::quiet::silence_alsa;
use crate::host::Direction;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceDirection, ErrorKind, HostId, SupportedBufferSize, SupportedStreamConfigRange};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// A device that answers, and what it offers in one direction: to play, or to record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// The sound system that it belongs to: `alsa`, `pulseaudio`, `jack`, `coreaudio`, `wasapi`, …
    pub host: String,
    /// Stays the same from day to day, and no other device has it: the host's name, a colon, and the host's own id.
    pub id: String,
    /// For people; several devices may have the same.
    pub name: String,
    /// Whether it is the default device of its host. The first default in the list is the one that is opened when none is asked for.
    pub default: bool,
    /// How many channels it can play, or record, in order.
    pub channels: Vec<u16>,
    /// The lowest and highest rate, in frames per second.
    pub rates: (u32, u32),
    /// The common rates among those that it offers, in order.
    pub common_rates: Vec<u32>,
    /// What it runs at unless asked otherwise: frames per second, if it says so.
    pub preferred_rate: Option<u32>,
    /// How many channels it plays, or records, unless asked otherwise, if it says so.
    pub preferred_channels: Option<u16>,
    /// The block sizes that it takes, in frames, if it says so.
    pub blocks: Option<RangeInclusive<u32>>,
    /// The sample formats that it takes.
    pub formats: Vec<String>,
}

impl DeviceInfo {
    /// The id and the name, as in messages.
    pub fn label(&self) -> String {
        format!("{} ({})", self.id, self.name)
    }
}

/// The devices of this system.
#[derive(Debug)]
pub struct Devices;

impl Devices {
    /// Lists the devices that can play, the default hosts' first. `[control]`
    ///
    /// Every device is asked what it offers, which opens it for a moment on some systems. A device that does not answer is left out,
    /// and so is a host that does not. Two of ALSA's are left out as well and can be opened by their ids: `alsa:null` takes frames as
    /// fast as they come, and so is no clock; `alsa:jack` is a detour to JACK, whose library prints when its server is not there.
    ///
    /// # Errors
    /// None at present; kept for systems that refuse the list altogether.
    pub fn list() -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(Devices::infos(Direction::Play))
    }

    /// Lists the devices that can record, in the same way. What one says of channels, rates, blocks and formats is said of recording; one
    /// that plays as well is in both lists, with the same id. `[control]`
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn list_inputs() -> Result<Vec<DeviceInfo>, DeviceError> {
        Ok(Devices::infos(Direction::Record))
    }

    pub(super) fn infos(direction: Direction) -> Vec<DeviceInfo> {
        everything(&Devices::hosts_in_order(), direction).into_iter().map(|found| found.info).collect()
    }

    /// The names of the hosts that are in this build and answer, in the order in which a default device is looked for. `[control]`
    pub fn hosts() -> Vec<String> {
        Devices::hosts_in_order().into_iter().map(|host| host.to_string()).collect()
    }

    pub(super) fn hosts_in_order() -> Vec<HostId> {
        silence_alsa();
        cpal::available_hosts()
    }
}

/// A device and what it offers in one direction.
pub(super) struct Found {
    pub device: cpal::Device,
    pub info: DeviceInfo,
    pub offers: Vec<SupportedStreamConfigRange>,
    pub preferred: Option<cpal::SupportedStreamConfig>,
}

/// All devices of these hosts that can play, or record.
pub(super) fn everything(hosts: &[HostId], direction: Direction) -> Vec<Found> {
    silence_alsa();
    let mut all = Vec::new();
    for host in hosts.iter().filter_map(|id| cpal::host_from_id(*id).ok()) {
        let default = default_id(&host, direction);
        let devices = host.devices().into_iter().flatten().filter(is_listed);
        let examined = devices.filter_map(|device| examine(device, default.as_ref(), direction).ok()?);
        let mut here: Vec<Found> = examined.collect();
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

/// The default device of the first of these hosts that has one that answers.
pub(super) fn default_of(hosts: &[HostId], direction: Direction) -> Option<Found> {
    silence_alsa();
    hosts.iter().filter_map(|id| cpal::host_from_id(*id).ok()).find_map(|host| {
        let device = default_device(&host, direction)?;
        let id = device.id().ok();
        examine(device, id.as_ref(), direction).ok()?
    })
}

/// The device with exactly this id, `host:id`, if its host has it.
///
/// # Errors
/// It is there and cannot be asked: it is busy, or this user may not.
pub(super) fn by_id(hosts: &[HostId], id: &str, direction: Direction) -> Result<Option<Found>, DeviceError> {
    silence_alsa();
    let Ok(id) = id.parse::<cpal::DeviceId>() else { return Ok(None) };
    let host = hosts.contains(&id.host()).then(|| cpal::host_from_id(id.host()).ok()).flatten();
    let found = host.and_then(|host| Some((host.device_by_id(&id)?, default_id(&host, direction))));
    let Some((device, default)) = found else { return Ok(None) };
    let label = named(&device).map_or_else(|| id.to_string(), |info| info.label());
    examine(device, default.as_ref(), direction)
        .map_err(|error| DeviceError::at_opening(&label, &error, direction))
}

/// What the devices are called that should be able to play, or record. None is opened, so some may not answer.
pub(super) fn names(direction: Direction) -> Vec<DeviceInfo> {
    let hosts = Devices::hosts_in_order();
    let hosts = hosts.iter().filter_map(|id| cpal::host_from_id(*id).ok());
    let devices = hosts.flat_map(|host| host.devices().into_iter().flatten()).filter(is_listed);
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

/// What a device offers; none if it does not play, or record.
///
/// # Errors
/// It is there and does not answer.
pub(super) fn examine(
    device: cpal::Device,
    default: Option<&cpal::DeviceId>,
    direction: Direction,
) -> Result<Option<Found>, cpal::Error> {
    let Some(name) = named(&device).filter(|_| may(&device, direction)) else { return Ok(None) };
    let offers = match offers(&device, direction) {
        Ok(offers) if offers.is_empty() => return Ok(None),
        Ok(offers) => offers,
        Err(error) if is_absence(error.kind()) => return Ok(None),
        Err(error) => return Err(error),
    };
    let preferred = match direction {
        Direction::Play => device.default_output_config().ok(),
        Direction::Record => device.default_input_config().ok(),
    };
    let info = DeviceInfo {
        default: default.is_some_and(|id| id.to_string() == name.id),
        preferred_rate: preferred.map(|config| config.sample_rate()),
        preferred_channels: preferred.map(|config| config.channels()),
        host: name.host,
        id: name.id,
        name: name.name,
        ..describe(&offers)
    };
    Ok(Some(Found { device, info, offers, preferred }))
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

/// The part of the description that follows from what is on offer.
fn describe(offers: &[SupportedStreamConfigRange]) -> DeviceInfo {
    let lowest = offers.iter().map(|offer| offer.min_sample_rate()).min().unwrap_or(0);
    let highest = offers.iter().map(|offer| offer.max_sample_rate()).max().unwrap_or(0);
    let offered = |rate: &u32| offers.iter().any(|offer| offer.contains_rate(*rate));
    let blocks = offers.iter().filter_map(|offer| match *offer.buffer_size() {
        SupportedBufferSize::Range { min, max } if min <= max => Some((min, max)),
        _ => None,
    });
    let formats: BTreeSet<String> = offers.iter().map(|offer| offer.sample_format().to_string()).collect();
    DeviceInfo {
        channels: offers.iter().map(|offer| offer.channels()).collect::<BTreeSet<_>>().into_iter().collect(),
        rates: (lowest, highest),
        common_rates: COMMON_RATES.into_iter().filter(offered).collect(),
        blocks: blocks.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).map(|(min, max)| min..=max),
        formats: formats.into_iter().collect(),
        ..DeviceInfo::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cpal::SampleFormat::{F32, I16};

    #[test]
    fn a_description_sums_up_the_offers() {
        let range = |min, max| SupportedBufferSize::Range { min, max };
        let offers = [
            SupportedStreamConfigRange::new(2, 44_100, 50_000, range(64, 512), I16),
            SupportedStreamConfigRange::new(1, 96_000, 96_000, range(32, 256), F32),
            SupportedStreamConfigRange::new(2, 8000, 8000, SupportedBufferSize::Unknown, F32),
        ];
        let info = describe(&offers);
        assert_eq!(info.channels, [1, 2]);
        assert_eq!((info.rates, info.blocks), ((8000, 96_000), Some(32..=512)));
        assert_eq!(info.common_rates, [8000, 44_100, 48_000, 96_000]);
        assert_eq!(info.formats, ["f32", "i16"]);
    }
}

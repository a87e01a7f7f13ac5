//! Which output devices are there?

use super::config::COMMON_RATES;
use super::error::DeviceError;
use super::quiet::silence_alsa;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{DeviceDirection, HostId, SupportedBufferSize, SupportedStreamConfigRange};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// An output device that answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// The sound system that it belongs to: `alsa`, `pulseaudio`, `jack`, `coreaudio`, `wasapi`, …
    pub host: String,
    /// Stays the same from day to day, and no other device has it: the host's name, a colon, and the host's own id.
    pub id: String,
    /// For people; several devices may have the same.
    pub name: String,
    /// Whether it is the default device of its host. The first default in the list is the one that plays when none is asked for.
    pub default: bool,
    /// How many channels it can play, in order.
    pub channels: Vec<u16>,
    /// The lowest and highest rate, in frames per second.
    pub rates: (u32, u32),
    /// The common rates among those that it offers, in order.
    pub common_rates: Vec<u32>,
    /// What it runs at unless asked otherwise: frames per second, if it says so.
    pub preferred_rate: Option<u32>,
    /// How many channels it plays unless asked otherwise, if it says so.
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

    /// The id without the host's name.
    pub(super) fn id_at_host(&self) -> &str {
        self.id.split_once(':').map_or("", |(_, id)| id)
    }
}

/// The output devices of this system.
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
        Ok(everything(&Devices::hosts_in_order()).into_iter().map(|found| found.info).collect())
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

/// A device and what it offers.
pub(super) struct Found {
    pub device: cpal::Device,
    pub info: DeviceInfo,
    pub offers: Vec<SupportedStreamConfigRange>,
    pub preferred: Option<cpal::SupportedStreamConfig>,
}

/// All devices of these hosts that can play.
pub(super) fn everything(hosts: &[HostId]) -> Vec<Found> {
    silence_alsa();
    let mut all = Vec::new();
    for host in hosts.iter().filter_map(|id| cpal::host_from_id(*id).ok()) {
        let default = host.default_output_device().and_then(|device| device.id().ok());
        let devices = host.devices().into_iter().flatten().filter(is_listed);
        let mut here: Vec<Found> = devices.filter_map(|device| examine(device, default.as_ref())).collect();
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

/// The default device of the first of these hosts that has one that answers.
pub(super) fn default_of(hosts: &[HostId]) -> Option<Found> {
    silence_alsa();
    hosts.iter().filter_map(|id| cpal::host_from_id(*id).ok()).find_map(|host| {
        let device = host.default_output_device()?;
        let id = device.id().ok();
        examine(device, id.as_ref())
    })
}

/// The device with exactly this id, `host:id`, if its host has it and it answers.
pub(super) fn by_id(hosts: &[HostId], id: &str) -> Option<Found> {
    silence_alsa();
    let id: cpal::DeviceId = id.parse().ok()?;
    let host = hosts.contains(&id.host()).then(|| cpal::host_from_id(id.host()).ok()).flatten()?;
    let default = host.default_output_device().and_then(|device| device.id().ok());
    examine(host.device_by_id(&id)?, default.as_ref())
}

/// What a device offers; `None` if it does not play, or does not answer.
fn examine(device: cpal::Device, default: Option<&cpal::DeviceId>) -> Option<Found> {
    let description = device.description().ok()?;
    // Unknown is a device that has to be tried; JACK's input claims to have outputs when it is tried.
    if description.direction() == DeviceDirection::Input {
        return None;
    }
    let offers: Vec<_> = device.supported_output_configs().ok()?.collect();
    if offers.is_empty() {
        return None;
    }
    let id = device.id().ok()?;
    let preferred = device.default_output_config().ok();
    let mut info = describe(&offers);
    info.host = id.host().to_string();
    info.default = default == Some(&id);
    info.id = id.to_string();
    info.name = description.name().trim().into();
    info.preferred_rate = preferred.map(|config| config.sample_rate());
    info.preferred_channels = preferred.map(|config| config.channels());
    Some(Found { device, info, offers, preferred })
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

    #[test]
    fn an_id_without_its_host() {
        let info = DeviceInfo { id: "alsa:hw:CARD=0".into(), name: "Card".into(), ..DeviceInfo::default() };
        assert_eq!((info.id_at_host(), info.label().as_str()), ("hw:CARD=0", "alsa:hw:CARD=0 (Card)"));
    }
}

//! Which devices are there, to play and to record?

use super::config::COMMON_RATES;
use super::error::DeviceError;
use super::quiet::silence_alsa;
use super::search::{everything, hosts};
use crate::host::Direction;
use cpal::{HostId, SupportedBufferSize, SupportedStreamConfigRange};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// A device that answers, and what it offers in one direction: to play, or to record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceInfo {
    /// The sound system that it belongs to: `alsa`, `pulseaudio`, `jack`, `pipewire`, `coreaudio`, `wasapi`, …
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
    /// Why it does not say what it offers, in the system's words: another program has it, or this user may not use it.
    pub refusal: Option<String>,
}

impl DeviceInfo {
    /// The id and the name, as in messages.
    pub fn label(&self) -> String {
        format!("{} ({})", self.id, self.name)
    }

    /// How many channels it has; 0 if it does not say. PulseAudio takes any number for any device, and mixes what is too many into those
    /// that there are.
    pub fn most_channels(&self) -> u16 {
        let own = self.preferred_channels.filter(|_| self.host == "pulseaudio");
        own.or(self.channels.last().copied()).unwrap_or(0)
    }
}

/// The devices of this system.
#[derive(Debug)]
pub struct Devices;

impl Devices {
    /// Lists the devices that can play, the default hosts' first. `[control]`
    ///
    /// Every device is asked what it offers, which opens it for a moment on some systems. One that another program has, or that is
    /// forbidden, is in the list with [`refusal`](DeviceInfo::refusal). A device that does not answer is left out,
    /// and so is a host that does not. Two of ALSA's are left out as well and can be opened by their ids: `alsa:null` takes frames as
    /// fast as they come, and so is no clock; `alsa:jack` is a detour to JACK, whose library prints when its server is not there.
    ///
    /// # Errors
    /// None at present; kept for systems that refuse the list altogether.
    pub fn list() -> Result<Vec<DeviceInfo>, DeviceError> {
        Devices::list_on(None, Direction::Play)
    }

    /// Lists the devices of a host, or of all, that can play, or record. What each says of channels, rates, blocks and formats is said of
    /// that direction; a device that does both is in both lists, with the same id. `[control]`
    ///
    /// # Errors
    /// [`DeviceError::HostNotFound`] and [`DeviceError::HostUnavailable`].
    pub fn list_on(host: Option<&str>, direction: Direction) -> Result<Vec<DeviceInfo>, DeviceError> {
        let hosts = hosts(host)?;
        Ok(everything(&hosts, direction).into_iter().map(|found| found.info).collect())
    }

    pub(super) fn infos(direction: Direction) -> Vec<DeviceInfo> {
        Devices::list_on(None, direction).unwrap_or_default()
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

/// The part of the description that follows from what is on offer.
pub(super) fn describe(offers: &[SupportedStreamConfigRange]) -> DeviceInfo {
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

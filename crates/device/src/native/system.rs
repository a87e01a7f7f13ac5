//! How are this machine's devices opened for somebody's work? By the same rules as for the engine, in both directions.

use super::config::{Choice, choose};
use super::devices::{DeviceInfo, Devices, by_id, is_listed};
use super::error::DeviceError;
use super::faults::Faults;
use super::output::{Health, OPENING, Output, build, config_of, in_format};
use super::prepare::{Request, prepare};
use super::quiet::silence_alsa;
use crate::counters::Counts;
use crate::errand::Errand;
use crate::host::{End, Host, Offer, OpenError, Stream, Terms, Vigour, Wish, Work};
use crate::sample::DeviceSample;
use crate::time::monotonic_nanos;
use cpal::traits::{DeviceTrait, HostTrait};
use cpal::{SampleFormat, SizedSample};
use std::sync::Arc;

/// The devices of this machine, through cpal. `[control]`
///
/// Times are those of [`monotonic_nanos`]. A stream plays or records; for both, open two and join them by a [`port()`](crate::port()): systems give them apart.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

/// A stream on a device of this machine. Dropping it stops it; a system that does not let go of it is waited for half a second.
#[derive(Debug)]
pub struct SystemStream {
    stream: Output,
    records: bool,
}

impl Host for System {
    type Stream = SystemStream;

    /// Devices that play, and devices that record; one that does both is there once. Each is asked what it offers, which opens it for a moment on some systems.
    fn offers(&self) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Devices::list()
            .unwrap_or_default()
            .into_iter()
            .map(|info| Offer {
                default: info.default,
                inputs: 0,
                outputs: info.channels.last().copied().unwrap_or(0),
                rate: info.preferred_rate.unwrap_or(info.rates.1),
                block: super::DEFAULT_BLOCK,
                id: info.id,
                name: info.name,
            })
            .collect();
        for input in recorders() {
            match offers.iter_mut().find(|offer| offer.id == input.id) {
                Some(offer) => offer.inputs = input.inputs,
                None => offers.push(input),
            }
        }
        offers
    }

    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<SystemStream, OpenError> {
        let refused = |error: DeviceError| OpenError::Refused { why: error.to_string() };
        match (wish.inputs, wish.outputs) {
            (0, _) => play(wish, work).map(|stream| SystemStream { stream, records: false }).map_err(refused),
            (_, 0) => {
                record(wish, work).map(|stream| SystemStream { stream, records: true }).map_err(refused)
            }
            _ => Err(OpenError::Refused {
                why: "a stream of this system plays or records; open one for each, and join them by a port"
                    .into(),
            }),
        }
    }
}

impl Stream for SystemStream {
    fn terms(&self) -> Terms {
        let channels = self.stream.channels();
        let (inputs, outputs) = if self.records { (channels, 0) } else { (0, channels) };
        Terms {
            device: self.stream.device().id.clone(),
            inputs,
            outputs,
            rate: self.stream.rate(),
            block: self.stream.block(),
        }
    }

    /// A stream that has only stopped calling back is alive: it may come back by itself, as a suspended server does.
    fn vigour(&self) -> Vigour {
        match self.stream.health() {
            Health::Starting | Health::Playing | Health::Paused | Health::Stalled(_) => Vigour::Alive,
            Health::Lost(DeviceError::DeviceLost { .. }) => Vigour::Ended(End::Removed),
            Health::Lost(_) => Vigour::Ended(End::Failed),
        }
    }

    fn counts(&self) -> Counts {
        self.stream.counters()
    }
}

fn request(wish: &Wish, channels: u16) -> Request {
    Request {
        device: wish.device.clone(),
        rate: wish.rate,
        block: wish.block,
        channels: (channels > 0).then_some(channels),
        ..Request::default()
    }
}

fn play(wish: &Wish, work: Box<dyn Work>) -> Result<Output, DeviceError> {
    prepare(&request(wish, wish.outputs))?.run(work)
}

/// Opens a stream that plays what the work puts out.
pub(super) fn open(
    device: &cpal::Device,
    info: DeviceInfo,
    choice: Choice,
    work: Box<dyn Work>,
) -> Result<Output, DeviceError> {
    Output::begin(info, choice, |counters, faults| {
        let errand = Errand::new(work, choice.channels, choice.rate, choice.block, counters);
        build(device, choice, errand, faults)
    })
}

fn record(wish: &Wish, work: Box<dyn Work>) -> Result<Output, DeviceError> {
    let (device, info) = recorder(wish.device.as_deref())?;
    let offers: Vec<_> = device.supported_input_configs().map(Iterator::collect).unwrap_or_default();
    let preferred = device.default_input_config().ok();
    let choice = choose(&info.label(), &offers, preferred, &request(wish, wish.inputs))?;
    Output::begin(info, choice, |counters, faults| {
        let errand = Errand::new(work, choice.channels, choice.rate, choice.block, counters);
        in_format!(choice.format, record_as::<Errand>(&device, choice, errand, faults))
    })
}

/// `E` is always [`Errand`]: the same macro calls this and what plays.
fn record_as<S: DeviceSample + SizedSample, E: Into<Errand>>(
    device: &cpal::Device,
    choice: Choice,
    errand: E,
    faults: Arc<Faults>,
) -> Result<cpal::Stream, cpal::Error> {
    let mut errand = errand.into();
    device.build_input_stream(
        config_of(choice),
        move |block: &[S], _: &_| errand.take(block, monotonic_nanos()),
        move |error| faults.note(&error),
        Some(OPENING),
    )
}

/// The device that records under this id, or the default one of the first host that has one.
fn recorder(asked: Option<&str>) -> Result<(cpal::Device, DeviceInfo), DeviceError> {
    silence_alsa();
    let hosts = Devices::hosts_in_order();
    let found = match asked {
        None => hosts
            .iter()
            .filter_map(|id| cpal::host_from_id(*id).ok())
            .find_map(|host| host.default_input_device()),
        Some(id) => by_id(&hosts, id).map(|found| found.device).or_else(|| {
            let id: cpal::DeviceId = id.parse().ok()?;
            cpal::host_from_id(id.host()).ok()?.device_by_id(&id)
        }),
    };
    let found = found.and_then(|device| {
        let info = describe(&device)?;
        Some((device, info))
    });
    found.ok_or_else(|| DeviceError::DeviceNotFound {
        asked: asked.map(Into::into),
        available: recorders().into_iter().map(|offer| format!("{} ({})", offer.id, offer.name)).collect(),
    })
}

fn describe(device: &cpal::Device) -> Option<DeviceInfo> {
    let id = device.id().ok()?;
    let mut info = DeviceInfo { host: id.host().to_string(), id: id.to_string(), ..DeviceInfo::default() };
    info.name = device.description().ok()?.name().trim().into();
    Some(info)
}

/// The devices that record.
fn recorders() -> Vec<Offer> {
    silence_alsa();
    let mut all = Vec::new();
    for host in Devices::hosts_in_order().into_iter().filter_map(|id| cpal::host_from_id(id).ok()) {
        let default = host.default_input_device().and_then(|device| device.id().ok());
        for device in host.input_devices().into_iter().flatten().filter(is_listed) {
            let (Some(info), Ok(config)) = (describe(&device), device.default_input_config()) else {
                continue;
            };
            all.push(Offer {
                default: default.as_ref().is_some_and(|id| id.to_string() == info.id),
                id: info.id,
                name: info.name,
                inputs: config.channels(),
                outputs: 0,
                rate: config.sample_rate(),
                block: super::DEFAULT_BLOCK,
            });
        }
    }
    all
}

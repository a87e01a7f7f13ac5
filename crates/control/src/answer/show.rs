//! What do the methods do that only show something?

use super::Asked;
use crate::messages::{
    Code, Device, DeviceList, Direction, Fault, Levels, Nothing, PortList, Span, Status, Subscribe, Topic,
    Unsubscribe,
};
use crate::ports;
use sostenuto_device::{DeviceError, DeviceInfo, Devices, Direction as Way};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Status events per second: the most, and unless asked otherwise.
pub(crate) const MOST_STATUS: u32 = 60;
const USUAL_STATUS: f64 = 10.0;
/// Listings of devices that may be under way, in all: a sound system that hangs holds up its own.
const LISTINGS: usize = 4;
/// How long a listing may take.
const LISTING_PATIENCE: Duration = Duration::from_secs(10);

static LISTING: AtomicUsize = AtomicUsize::new(0);

/// The devices. They are asked on a thread of its own, for a sound system may hang.
pub(crate) fn devices(_: &Asked<'_>, _: Nothing) -> Result<DeviceList, Fault> {
    if LISTING.fetch_add(1, Ordering::Relaxed) >= LISTINGS {
        LISTING.fetch_sub(1, Ordering::Relaxed);
        return Err(Fault::new(Code::Busy, "devices are being listed already: ask again in a moment"));
    }
    let (sender, receiver) = channel();
    let body = move || {
        let list = |way| Devices::list_on(None, way);
        let listed = list(Way::Play).and_then(|plays| Ok((Devices::hosts(), plays, list(Way::Record)?)));
        LISTING.fetch_sub(1, Ordering::Relaxed);
        _ = sender.send(listed);
    };
    if let Err(error) = std::thread::Builder::new().name("devices".into()).spawn(body) {
        LISTING.fetch_sub(1, Ordering::Relaxed);
        return Err(Fault::new(Code::Busy, format!("the system gave no thread: {error}")));
    }
    let listed: Result<_, DeviceError> = receiver
        .recv_timeout(LISTING_PATIENCE)
        .map_err(|_| Fault::new(Code::Device, "a sound system does not answer: is it hanging? Restart it"))?;
    let (hosts, plays, records) = listed.map_err(|error| Fault::new(Code::Device, error.to_string()))?;
    let plays = plays.into_iter().map(|info| device(info, Direction::Out));
    let records = records.into_iter().map(|info| device(info, Direction::In));
    Ok(DeviceList { hosts, devices: plays.chain(records).collect() })
}

fn device(device: DeviceInfo, direction: Direction) -> Device {
    Device {
        id: device.id,
        name: device.name,
        host: device.host,
        direction,
        default: device.default,
        channels: device.channels,
        rates: Span { min: device.rates.0, max: device.rates.1 },
        common_rates: device.common_rates,
        preferred_rate: device.preferred_rate,
        preferred_channels: device.preferred_channels,
        blocks: device.blocks.map(|blocks| Span { min: *blocks.start(), max: *blocks.end() }),
        formats: device.formats,
        refusal: device.refusal,
    }
}

/// The audio ports.
pub(crate) fn ports(asked: &Asked<'_>, _: Nothing) -> Result<PortList, Fault> {
    Ok(PortList { ports: ports::ports(&asked.service.controller)? })
}

/// The levels.
pub(crate) fn levels(asked: &Asked<'_>, _: Nothing) -> Result<Levels, Fault> {
    let Status { output, meters, .. } = status(asked, Nothing {})?;
    Ok(Levels { output, meters: meters.unwrap_or_default() })
}

/// How everything fares.
pub(crate) fn status(asked: &Asked<'_>, _: Nothing) -> Result<Status, Fault> {
    let seen = asked.service.look(true)?;
    Ok(asked.client.told(seen, true))
}

/// Asks for events.
pub(crate) fn subscribe(asked: &Asked<'_>, params: Subscribe) -> Result<Nothing, Fault> {
    let rate = params.rate.unwrap_or(USUAL_STATUS);
    // Below one in a day, a time would not be one any more.
    if !(1e-5..=f64::from(MOST_STATUS)).contains(&rate) {
        return Err(Fault::bad_params(format!("`rate` is {rate}; it goes above 0, and up to {MOST_STATUS}")));
    }
    for topic in params.topics {
        match topic {
            Topic::Notices => asked.client.want_notices(true),
            Topic::Status => {
                let period = Duration::from_secs_f64(1.0 / rate);
                asked.client.want_status(Some((period, params.meters.unwrap_or(false))), Instant::now());
            }
        }
    }
    Ok(Nothing {})
}

/// Asks for no more events.
pub(crate) fn unsubscribe(asked: &Asked<'_>, params: Unsubscribe) -> Result<Nothing, Fault> {
    for topic in params.topics.unwrap_or_else(|| vec![Topic::Status, Topic::Notices]) {
        match topic {
            Topic::Notices => asked.client.want_notices(false),
            Topic::Status => asked.client.want_status(None, Instant::now()),
        }
    }
    Ok(Nothing {})
}

//! How are this machine's devices opened for somebody's work? By the same rules as for the engine, in both directions.

use super::config::{Choice, choose};
use super::devices::{DeviceInfo, Devices};
use super::keeper::{Keeper, Roster, Settled};
use super::prepare::Request;
use super::search::{Found, find};
use super::stream::{Opening, SystemStream, Vitals};
use super::watcher::Watcher;
use crate::host::{Change, Direction, Host, Offer, OpenError, Roll, Terms, Wish, Work};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The threads of all streams of this process.
static ROSTER: Roster = Roster::new();

/// How long the end of streams that were dropped is waited for when the system is.
const PARTING: Duration = Duration::from_millis(500);

/// The devices of this machine, through cpal. `[control]`
///
/// Times are those of [`monotonic_nanos`](crate::monotonic_nanos). A stream plays or records; for both, open two and join them by a [`port()`](crate::port()): systems give them apart.
///
/// Each stream has a thread that opens it, keeps it and lets go of it, so that a system that hangs holds up nobody. What the system is asked
/// before that is waited for, for three seconds at most. Dropped last, it waits for half a second for streams that were dropped.
#[derive(Debug, Default)]
pub struct System {
    watcher: Option<Watcher>,
    /// The devices when changes were last asked for.
    seen: Option<Arc<Roll>>,
    /// The ids of devices, and what runs on them.
    streams: Vec<(String, Weak<Vitals>)>,
}

impl System {
    /// This machine's devices.
    pub fn new() -> Self {
        System::default()
    }

    /// How many threads of this process hang in the system, or have yet to let go of a stream that was dropped. While there are 32 no
    /// stream is opened. `[any]`
    pub fn hanging() -> usize {
        ROSTER.left()
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.watcher = None;
        ROSTER.settle_down(PARTING);
    }
}

impl Host for System {
    type Stream = SystemStream;

    /// Devices that play, and devices that record; one that does both is there once. Each is asked what it offers, which opens it for a moment on some systems.
    fn offers(&self) -> Vec<Offer> {
        ROSTER.ask(offers).unwrap_or_default()
    }

    fn terms(&self, wish: &Wish) -> Result<Terms, OpenError> {
        let wish = wish.clone();
        ROSTER.ask(move || settle(&wish).map(|plan| plan.terms))?
    }

    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<SystemStream, OpenError> {
        let wish = wish.clone();
        let ((terms, vitals), keeper) = Keeper::start(&ROSTER, move || {
            let plan = settle(&wish)?;
            let (device, terms) = (plan.found.info.label(), plan.terms.clone());
            let opening = Opening::new(plan, work);
            Ok(Settled { facts: (terms, opening.vitals()), device, open: || opening.open() })
        })?;
        let vitals = Arc::new(vitals);
        self.streams.retain(|(_, vitals)| vitals.strong_count() > 0);
        self.streams.push((terms.device.clone(), Arc::downgrade(&vitals)));
        Ok(SystemStream::new(terms, vitals, keeper))
    }

    /// As seen by a thread that looks every two seconds, from its first look on. A device that goes and returns between two looks goes
    /// unnoticed. A stream whose device goes ends, even if the system would play it on another one.
    fn changes(&mut self) -> Vec<Change> {
        if self.watcher.is_none() {
            // Without a thread nothing is seen; the next call tries again.
            self.watcher = Watcher::start(&ROSTER).ok();
        }
        let Some(now) = self.watcher.as_ref().and_then(Watcher::latest) else { return Vec::new() };
        let before = self.seen.replace(now.clone()).filter(|before| !Arc::ptr_eq(before, &now));
        let changes = before.map_or_else(Vec::new, |before| now.since(&before));
        changes.iter().for_each(|change| self.end_what_was_moved(change));
        changes
    }
}

impl System {
    /// PulseAudio moves the streams of a device that goes to another one, without a word. They end.
    fn end_what_was_moved(&self, change: &Change) {
        let Change::Gone { id } = change else { return };
        let moved = self.streams.iter().filter(|(device, _)| device == id && id.starts_with("pulseaudio:"));
        moved.filter_map(|(_, vitals)| vitals.upgrade()).for_each(|vitals| vitals.end());
    }
}

/// A device that was found, and what a stream on it will be.
pub(super) struct Plan {
    pub found: Found,
    pub direction: Direction,
    pub choice: Choice,
    pub terms: Terms,
}

/// What is meant by a wish.
fn settle(wish: &Wish) -> Result<Plan, OpenError> {
    let direction = wish.direction();
    if wish.inputs > 0 && direction == Direction::Play {
        return Err(OpenError::Refused {
            why: "a stream of this system plays or records; open one for each, and join them by a port"
                .into(),
        });
    }
    let found = find(&Devices::hosts_in_order(), wish.device(), direction)?;
    let asked = wish.inputs + wish.outputs;
    // A device with more channels than are wished for is opened with more, and the others are silent.
    let wide = found.info.channels.iter().copied().find(|channels| *channels >= asked);
    let wide = wide
        .filter(|_| asked <= found.info.most_channels())
        .ok_or_else(|| too_many(&found.info, direction))?;
    let request = Request {
        rate: wish.rate,
        block: wish.block,
        channels: (asked > 0).then_some(wide),
        ..Request::default()
    };
    let choice = choose(&found.info.label(), &found.offers, found.preferred, &request)?;
    let channels = if asked > 0 { asked } else { choice.channels };
    let (inputs, outputs) = match direction {
        Direction::Play => (0, channels),
        Direction::Record => (channels, 0),
    };
    let terms =
        Terms { device: found.info.id.clone(), inputs, outputs, rate: choice.rate, block: choice.block };
    Ok(Plan { found, direction, choice, terms })
}

fn too_many(info: &DeviceInfo, direction: Direction) -> OpenError {
    let other = match direction {
        Direction::Play => Direction::Record,
        Direction::Record => Direction::Play,
    };
    let also = Devices::infos(other).into_iter().find(|device| device.id == info.id);
    let also = also.as_ref().map_or(0, DeviceInfo::most_channels);
    let (inputs, outputs) = match direction {
        Direction::Play => (also, info.most_channels()),
        Direction::Record => (info.most_channels(), also),
    };
    OpenError::TooManyChannels { device: info.label(), inputs, outputs }
}

fn offers() -> Vec<Offer> {
    let [mut offers, inputs] = [Direction::Play, Direction::Record].map(|direction| {
        let mut offers: Vec<Offer> =
            Devices::infos(direction).iter().map(|info| offer(info, direction)).collect();
        only_the_first(offers.iter_mut().map(|offer| &mut offer.default));
        only_the_first(offers.iter_mut().map(|offer| &mut offer.default_input));
        offers
    });
    for input in inputs {
        match offers.iter_mut().find(|offer| offer.id == input.id) {
            Some(offer) => (offer.inputs, offer.default_input) = (input.inputs, input.default_input),
            None => offers.push(input),
        }
    }
    offers
}

/// Each host has a default; that of the first host is the one that is opened.
pub(super) fn only_the_first<'a>(flags: impl Iterator<Item = &'a mut bool>) {
    flags.filter(|flag| **flag).skip(1).for_each(|flag| *flag = false);
}

/// What a device offers in one direction.
pub(super) fn offer(info: &DeviceInfo, direction: Direction) -> Offer {
    let plays = direction == Direction::Play;
    Offer {
        id: info.id.clone(),
        name: info.name.clone(),
        default: info.default && plays,
        default_input: info.default && !plays,
        inputs: if plays { 0 } else { info.most_channels() },
        outputs: if plays { info.most_channels() } else { 0 },
        rate: info.preferred_rate.unwrap_or(info.rates.1),
        block: super::DEFAULT_BLOCK,
    }
}

//! In what order does everything happen? By time, and at the same time by the order of devices and streams.

use super::device::{FakeDevice, Mishap};
use super::dice::Dice;
use super::stream::{FakeStream, Running, Shared};
use crate::host::{Change, Direction, End, Host, Offer, OpenError, Roll, Terms, Wish, Work};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::f64::consts::TAU;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A host with simulated devices, in simulated time. `[control]`, and the callbacks run within [`run`](Self::run).
pub struct Fake {
    now: u64,
    dice: Dice,
    pub(super) devices: Vec<Plugged>,
    pub(super) default: usize,
    streams: Vec<Option<Running>>,
    /// What comes next: nanoseconds, then what.
    agenda: BinaryHeap<Reverse<(u64, Next)>>,
    /// The devices when changes were last asked for.
    seen: Option<Roll>,
}

pub(super) struct Plugged {
    pub(super) device: FakeDevice,
    pub(super) present: bool,
    /// How often it has come.
    pub(super) times: u64,
    pub(super) closed: Option<Closed>,
    /// No callback before this time.
    stalled_until: u64,
    /// Who hears what it plays.
    ear: Option<Ear>,
}

/// Called with every block that a device plays, and the time in nanoseconds; with an empty one when its streams end.
type Ear = Box<dyn FnMut(&[f32], u64)>;

/// Why a device cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Busy,
    Denied,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    /// An entry in a device's schedule.
    Mishap { device: usize, entry: usize },
    /// A stream's callback.
    Callback(usize),
}

impl Fake {
    /// A host without devices at time 0, in which chance follows from the seed.
    pub fn new(seed: u64) -> Self {
        Fake {
            now: 0,
            dice: Dice::new(seed),
            devices: Vec::new(),
            default: 0,
            streams: Vec::new(),
            agenda: BinaryHeap::new(),
            seen: None,
        }
    }

    /// Adds a device. The first one is the default.
    pub fn plug(&mut self, device: FakeDevice) {
        let number = self.devices.len();
        for (entry, (at, _)) in device.schedule.iter().enumerate() {
            self.agenda.push(Reverse((nanos(*at).max(self.now), Next::Mishap { device: number, entry })));
        }
        self.devices.push(Plugged {
            device,
            present: true,
            times: 1,
            closed: None,
            stalled_until: 0,
            ear: None,
        });
    }

    /// Lets somebody hear what a device plays: every block, interleaved, with its time in nanoseconds, and an empty one when what befalls it ends its streams. A device that is not there is passed over.
    pub fn hear(&mut self, id: &str, ear: impl FnMut(&[f32], u64) + 'static) {
        if let Some(plugged) = self.devices.iter_mut().find(|plugged| plugged.device.id == id) {
            plugged.ear = Some(Box::new(ear));
        }
    }

    /// Nanoseconds since the beginning.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Lets so much time go by, with all that happens in it.
    pub fn run(&mut self, time: Duration) {
        let until = self.now.saturating_add(nanos(time));
        while let Some(Reverse((at, next))) = self.agenda.peek().copied().filter(|next| next.0.0 <= until) {
            self.agenda.pop();
            self.now = at;
            match next {
                Next::Mishap { device, entry } => self.befall(device, entry),
                Next::Callback(stream) => self.callback(stream),
            }
        }
        self.now = until;
    }

    /// Lets something befall a device now, besides what is in its schedule. A device that is not there is passed over.
    pub fn strike(&mut self, id: &str, event: Mishap) {
        if let Some(device) = self.devices.iter().position(|plugged| plugged.device.id == id) {
            self.apply(device, event);
        }
    }

    fn befall(&mut self, device: usize, entry: usize) {
        let event = self.devices[device].device.schedule[entry].1.clone();
        self.apply(device, event);
    }

    fn apply(&mut self, number: usize, event: Mishap) {
        let now = self.now;
        let plugged = &mut self.devices[number];
        match event {
            Mishap::Stall(time) => plugged.stalled_until = plugged.stalled_until.max(now + nanos(time)),
            Mishap::Remove => {
                plugged.present = false;
                self.end_streams(number, End::Removed);
            }
            Mishap::Return => {
                plugged.times += u64::from(!plugged.present);
                plugged.present = true;
            }
            Mishap::Rate(rate) => {
                plugged.device.rate = rate.max(1);
                self.end_streams(number, End::RateChanged);
            }
            Mishap::Ppm(ppm) => plugged.device.ppm = ppm,
            Mishap::Jitter(jitter) => plugged.device.jitter = jitter,
            Mishap::Default => self.default = number,
            Mishap::Busy => plugged.closed = Some(Closed::Busy),
            Mishap::Deny => plugged.closed = Some(Closed::Denied),
            Mishap::Allow => plugged.closed = None,
        }
    }

    fn end_streams(&mut self, device: usize, how: End) {
        for slot in &mut self.streams {
            if slot.as_ref().is_some_and(|stream| stream.device == device)
                && let Some(stream) = slot.take()
            {
                stream.end(how);
            }
        }
        if let Some(ear) = &mut self.devices[device].ear {
            ear(&[], self.now);
        }
    }

    /// Does a stream's callback, and puts down the next.
    fn callback(&mut self, number: usize) {
        let Some(stream) = &mut self.streams[number] else { return };
        if stream.shared.dropped.get() != 0 {
            self.streams[number] = None;
            return;
        }
        stream.shared.open.set(1);
        let plugged = &self.devices[stream.device];
        if plugged.stalled_until > self.now {
            stream.due += (plugged.stalled_until - self.now) as f64;
            self.agenda.push(Reverse((plugged.stalled_until, Next::Callback(number))));
            return;
        }
        let device = &plugged.device;
        stream.call(self.now, TAU * device.tone / f64::from(device.rate));
        let rate = f64::from(device.rate) * (1.0 + device.ppm * 1e-6);
        if let Some(ear) = self.devices[stream.device].ear.as_mut().filter(|_| !stream.output().is_empty()) {
            ear(stream.output(), self.now);
        }
        let device = &self.devices[stream.device].device;
        stream.due += stream.block as f64 * 1e9 / rate;
        let at = stream.due + self.dice.unit() * nanos(device.jitter) as f64;
        self.agenda.push(Reverse(((at as u64).max(stream.last), Next::Callback(number))));
    }
}

impl Host for Fake {
    type Stream = FakeStream;

    fn offers(&self) -> Vec<Offer> {
        let [plays, records] = [Direction::Play, Direction::Record].map(|direction| self.default(direction));
        let there = self.devices.iter().enumerate().filter(|(_, plugged)| plugged.present);
        there
            .map(|(number, Plugged { device, .. })| Offer {
                id: device.id.clone(),
                name: device.id.clone(),
                default: plays == Some(number),
                default_input: records == Some(number),
                inputs: device.inputs,
                outputs: device.outputs,
                rate: device.rate,
                block: device.block,
            })
            .collect()
    }

    fn terms(&self, wish: &Wish) -> Result<Terms, OpenError> {
        self.settle(wish).map(|(_, terms)| terms)
    }

    fn open(&mut self, wish: &Wish, work: Box<dyn Work>) -> Result<FakeStream, OpenError> {
        let (number, terms) = self.settle(wish)?;
        let shared = Arc::new(Shared::default());
        let opening = nanos(self.devices[number].device.opening);
        shared.open.set((opening == 0).into());
        let begin = self.now + opening;
        self.streams.push(Some(Running::new(number, &terms, begin, work, shared.clone())));
        let stream = self.streams.len() - 1;
        self.agenda.push(Reverse((begin, Next::Callback(stream))));
        Ok(FakeStream { terms, shared })
    }

    fn changes(&mut self) -> Vec<Change> {
        let now = self.roll();
        let before = self.seen.replace(now.clone());
        before.map_or_else(Vec::new, |before| now.since(&before))
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fake")
            .field("now", &self.now)
            .field("devices", &self.devices.len())
            .finish_non_exhaustive()
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

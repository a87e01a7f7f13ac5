//! Which streams are open, and on whose clock does the engine run? Looked at every few milliseconds.

mod clock;
mod open;
mod report;
mod turn;

pub use report::{PortCondition, PortReport};
pub(crate) use turn::Gathering;

use super::bay::{Bay, BayRemote, Change, MOST_STREAMS, Spent};
use super::berth::{Berth, Need, State};
use super::side::{InWire, OutWire};
use super::spec::{PortSpec, Streams};
use super::wire::{Outward, Place, StreamKey, WireEnd};
use super::work::Common;
use crate::notice::Notice;
use clock::Beat;
use sostenuto_device::{ClockChoice, ClockHolder, Host, PortId};
use sostenuto_graph::Executor;
use sostenuto_nodes::Way;
use sostenuto_rt::{Gauge, OwnerSlot, Producer, TrashCollector};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use turn::Turning;

/// Nanoseconds for which a stream that no port asks for stays open, besides its longest latency: what it plays has faded out by then.
const LINGER: u64 = 200_000_000;

fn linger(need: &Need) -> u64 {
    LINGER + (need.cap_ms.max(0.0) * 1e6) as u64
}

/// How ports are opened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PortOptions {
    /// The device of ports that name none; else the system's default.
    pub device: Option<String>,
    /// Frames per second of the engine and of that device; else the device's own, and the engine follows that which has the clock.
    pub rate: Option<u32>,
    /// Frames in a block of every device; else the device's own.
    pub block: Option<u32>,
    /// Channels of the device of ports that name none, if they need no more.
    pub channels: Option<u16>,
    /// Whether a port whose device is not there plays on the default one instead, and says so. Otherwise a patch that asks for it is refused.
    pub fallback: bool,
    /// Whether ports that name no device go with the system's default when that changes.
    pub follow_default: bool,
}

impl Default for PortOptions {
    fn default() -> Self {
        PortOptions {
            device: None,
            rate: None,
            block: None,
            channels: None,
            fallback: false,
            follow_default: true,
        }
    }
}

/// The way of changes to the bay. Full never, as long as the bay runs now and then: what waits is sent at the next look.
#[derive(Clone, Debug)]
pub(crate) struct Door(Arc<Mutex<Passage>>);

struct Passage {
    changes: Producer<Change>,
    waiting: std::collections::VecDeque<Change>,
}

impl std::fmt::Debug for Passage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passage").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl Door {
    fn new(changes: Producer<Change>) -> Self {
        Door(Arc::new(Mutex::new(Passage { changes, waiting: std::collections::VecDeque::new() })))
    }

    pub fn send(&self, change: Change) {
        let mut passage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        passage.waiting.push_back(change);
        passage.push();
    }

    fn push(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push();
    }
}

impl Passage {
    fn push(&mut self) {
        while let Some(change) = self.waiting.pop_front() {
            if let Err(full) = self.changes.push(change) {
                self.waiting.push_front(full.0);
                return;
            }
        }
    }
}

impl Outward for Door {
    fn attach(&mut self, end: WireEnd, place: Place) {
        self.send(match end {
            WireEnd::Out(end) => Change::AddOutWire(OutWire::new(end, place)),
            WireEnd::In(end) => Change::AddInWire(InWire::new(end, place)),
        });
    }
}

/// A port of the patch, and the stream that it asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asking {
    pub stream: StreamKey,
    pub spec: PortSpec,
}

/// The streams of all ports, and the clock. `[control]`
pub(crate) struct Ports<H: Host> {
    pub(super) host: H,
    pub(super) options: PortOptions,
    pub(super) holder: ClockHolder,
    pub(super) common: Common,
    pub(super) door: Door,
    stands: Arc<Gauge<u32>>,
    spent: TrashCollector<Spent>,
    pub(super) berths: Vec<Berth<H::Stream>>,
    asking: Vec<Asking>,
    internal: bool,
    /// Whether what is needed has to be settled anew though the patch is the same: a device was lost, or is back.
    pub(super) reconsider: bool,
    beat: Beat,
    /// The number given last to a line.
    lines: u64,
    /// Every device's stream has the same number each time.
    ids: HashMap<(StreamKey, String), PortId>,
    /// The number of the engine, and its way from one rate to another.
    side: u32,
    turning: Turning,
    main_channels: u16,
    notices: Vec<Notice>,
    started: bool,
}

impl<H: Host> Ports<H> {
    /// Ports for an engine that runs at so many frames per second, and whose main bus has so many channels. Nothing is opened yet. `simulated`: the fallback clock is
    /// no thread, but runs within [`look`](Self::look).
    pub fn new(host: H, options: PortOptions, engine: Executor, main_channels: u16, simulated: bool) -> Self {
        let rate = engine.stream().sample_rate as u32;
        let (bay, BayRemote { changes, stands, spent }) = Bay::new(engine, main_channels);
        let holder = ClockHolder::new(ClockChoice::Auto);
        let common = Common {
            slot: Arc::new(OwnerSlot::new(bay)),
            baton: holder.baton(),
            rate: Arc::new(Gauge::new(rate)),
        };
        let door = Door::new(changes);
        door.send(Change::Main(Some(Streams::MAIN)));
        Ports {
            host,
            options,
            holder,
            common,
            door,
            stands,
            spent,
            berths: Vec::new(),
            asking: Vec::new(),
            internal: false,
            reconsider: false,
            beat: Beat::new(simulated),
            lines: 0,
            ids: HashMap::new(),
            side: 0,
            turning: Turning::default(),
            main_channels,
            notices: Vec::new(),
            started: false,
        }
    }

    /// Where wires lead.
    pub fn door(&self) -> Door {
        self.door.clone()
    }

    /// The host.
    pub fn host_mut(&mut self) -> &mut H {
        &mut self.host
    }

    /// Opens the streams and lets the engine run; or lets it go on.
    pub fn play(&mut self, now: u64) {
        self.door.send(Change::Halt(false));
        if !self.started {
            self.started = true;
            self.choose();
            self.open_first(now);
        }
    }

    /// Lets the engine stand still, and fade out before; devices go on, silently.
    pub fn halt(&mut self) {
        self.door.send(Change::Halt(true));
    }

    /// Whether the engine stands still, after [`halt`](Self::halt).
    pub fn stands(&self) -> bool {
        !self.started || self.stands.get() != 0
    }

    /// Takes over what the ports of the patch ask for.
    pub fn ask(&mut self, asking: Vec<Asking>, internal: bool, now: u64) {
        if self.asking == asking && self.internal == internal && !self.reconsider && !self.berths.is_empty() {
            return;
        }
        self.reconsider = false;
        (self.asking, self.internal) = (asking, internal);
        let mut needs: Vec<(StreamKey, Way, Option<String>, Need)> = Vec::new();
        for Asking { stream, spec } in self.asking.iter().filter(|a| a.stream.0 < MOST_STREAMS) {
            let need = Need::of(spec);
            match needs.iter_mut().find(|(key, ..)| key == stream) {
                Some((.., there)) => *there = there.and(need),
                None => needs.push((*stream, spec.way, spec.device.clone(), need)),
            }
        }
        // A patch without an output gets a default one.
        if !needs.iter().any(|(_, way, ..)| *way == Way::Out) {
            let need = Need { reach: 1, ..Need::default() };
            needs.push((Streams::MAIN, Way::Out, None, need));
        }
        self.need_defaults(&mut needs);
        for berth in &mut self.berths {
            let need = needs.iter().find(|(key, ..)| *key == berth.key).map(|(.., need)| *need);
            match need {
                Some(need) => {
                    berth.need = need;
                    berth.unneeded_since = None;
                }
                None => berth.unneeded_since = berth.unneeded_since.or(Some(now)),
            }
        }
        for (key, way, asked, need) in needs {
            if !self.berths.iter().any(|berth| berth.key == key) {
                self.berths.push(Berth::new(key, way, asked, need));
            }
        }
    }

    /// Ports whose device is not there play on the default one, if that was asked for.
    fn need_defaults(&self, needs: &mut Vec<(StreamKey, Way, Option<String>, Need)>) {
        if !self.options.fallback {
            return;
        }
        let lost = |key: StreamKey| {
            let berth = self.berths.iter().find(|berth| berth.key == key);
            berth.is_some_and(|berth| berth.why.is_some())
        };
        let missing =
            needs.iter().filter(|(key, way, asked, _)| *way == Way::Out && asked.is_some() && lost(*key));
        let together = missing.map(|(.., need)| *need).reduce(Need::and);
        if let Some(need) = together.map(|need| Need { clock: false, ..need }) {
            match needs.iter_mut().find(|(key, ..)| *key == Streams::MAIN) {
                Some((.., there)) => *there = there.and(need),
                None => needs.push((Streams::MAIN, Way::Out, None, need)),
            }
        }
    }

    /// Whose clock is wanted.
    fn choose(&mut self) {
        let asks = |berth: &&Berth<H::Stream>| berth.need.clock && berth.unneeded_since.is_none();
        let chosen = self.berths.iter().find(asks).and_then(|berth| self.attached(berth.key)).map(|a| a.id);
        self.holder.choose(match (self.internal, chosen) {
            (true, _) => ClockChoice::Internal,
            (false, Some(id)) => ClockChoice::Port(id),
            (false, None) => ClockChoice::Auto,
        });
    }

    /// The open stream of a berth, or that which stands for it.
    fn attached(&self, key: StreamKey) -> Option<&super::berth::Attached<H::Stream>> {
        let berth = self.berths.iter().find(|berth| berth.key == key)?;
        match berth.state {
            State::Alias(other) => self.berths.iter().find(|berth| berth.key == other)?.open(),
            _ => berth.open(),
        }
    }

    /// Looks after everything, at `now` nanoseconds of the host's time. To be called every few milliseconds.
    pub fn look(&mut self, now: u64) {
        self.door.push();
        self.spent.collect();
        if !self.started {
            return;
        }
        self.lose_ended(now);
        self.follow_changes(now);
        self.open_due(now);
        self.choose();
        self.keep_time(now);
        self.tie_all();
        self.end_turn(now);
        self.close_unneeded(now);
    }

    /// What happened since the last time it was asked.
    pub fn notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }

    /// Closes everything.
    pub fn shut_down(&mut self) {
        self.beat.stop();
        for berth in &mut self.berths {
            berth.state = State::Closed;
        }
        self.berths.clear();
        self.spent.collect();
    }

    fn next_line(&mut self) -> u64 {
        self.lines += 1;
        self.lines
    }

    /// The number of a device's stream.
    fn id_of(&mut self, key: StreamKey, device: &str) -> PortId {
        let next = PortId(u32::try_from(self.ids.len()).unwrap_or(u32::MAX - 1));
        *self.ids.entry((key, device.to_owned())).or_insert(next)
    }
}

impl Default for Need {
    fn default() -> Self {
        Need {
            reach: 2,
            quality: sostenuto_device::Quality::default(),
            latency_ms: 0.0,
            cap_ms: 250.0,
            clock: false,
        }
    }
}

impl<H: Host> std::fmt::Debug for Ports<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ports")
            .field("streams", &self.berths.len())
            .field("holder", &self.holder.holder())
            .finish_non_exhaustive()
    }
}

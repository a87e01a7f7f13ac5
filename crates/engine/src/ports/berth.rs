//! One stream that the patch asks for: is it open, with which port, and what becomes of it when it is lost?

use super::bay::{Change, InLine, OutLine};
use super::conduct::Door;
use super::ear::{Ear, EarRemote};
use super::mouth::{Mouth, MouthRemote};
use super::spec::PortSpec;
use super::wire::StreamKey;
use super::work::{Calls, Common, Plays, Records};
use sostenuto_device::{
    Heard, Host, OpenError, PortError, PortId, PortMeters, Quality, Setup, Stream, Terms, Tie, Wish, Work,
    port,
};
use sostenuto_nodes::Way;
use std::sync::Arc;
use std::time::Duration;

/// Nanoseconds after which a stream that could not be opened, or was lost, is tried again: at first, and at most.
const SOON: u64 = 500_000_000;
const LATE: u64 = 8_000_000_000;

/// What the ports of one stream ask for together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Need {
    /// The channels of the device, from its first on.
    pub reach: u16,
    pub quality: Quality,
    pub latency_ms: f64,
    pub cap_ms: f64,
    /// Whether one of them asks for the clock.
    pub clock: bool,
}

/// A stream that the patch asks for.
pub(crate) struct Berth<S> {
    pub key: StreamKey,
    pub way: Way,
    /// The device, by id, name or part of a name; nothing is the default one.
    pub asked: Option<String>,
    pub need: Need,
    pub state: State<S>,
    /// Since when no port asks for it.
    pub unneeded_since: Option<u64>,
    /// What was counted of the streams that it had before.
    pub past: Tally,
    /// The id of the device that it was on last.
    pub known: Option<String>,
    /// Why it is not open, as told.
    pub why: Option<String>,
    retry_at: u64,
    delay: u64,
}

/// Whether a stream is open.
pub(crate) enum State<S> {
    Closed,
    /// The stream of another berth stands for it: its device is the same one, or the default one in its place.
    Alias(StreamKey),
    Open(Box<Attached<S>>),
}

/// What is counted of a port, whatever stream it is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub underruns: u64,
    pub overruns: u64,
    /// What the system reported of its stream, and callbacks that came late.
    pub xruns: u64,
    pub late: u64,
    /// How often its device went, and it was silent until it had another stream.
    pub gone: u64,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.underruns += other.underruns;
        self.overruns += other.overruns;
        self.xruns += other.xruns;
        self.late += other.late;
        self.gone += other.gone;
    }
}

/// An open stream and its port.
pub(crate) struct Attached<S> {
    pub id: PortId,
    pub stream: S,
    pub terms: Terms,
    pub need: Need,
    pub calls: Arc<Calls>,
    pub opened_at: u64,
    pub tie: Tie,
    pub meters: Arc<PortMeters>,
    /// Under- and overruns of those that it had before on this stream.
    pub past: (u64, u64),
    /// The line in the bay that its port has, and those that it had before.
    pub line: u64,
    pub old_lines: Vec<u64>,
    /// Of a stream that plays.
    pub mouth: Option<MouthRemote>,
    /// Of one that records.
    ear: Option<EarRemote>,
    /// The number of the engine that its port was made for.
    pub side: u32,
}

/// Why a stream could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unopened {
    #[error(transparent)]
    Device(#[from] OpenError),
    #[error(transparent)]
    Port(#[from] PortError),
}

impl Need {
    /// What a port asks for by itself.
    pub fn of(port: &PortSpec) -> Need {
        let quality = Quality::ALL.into_iter().find(|q| q.name() == port.quality).unwrap_or_default();
        Need {
            reach: port.reach(),
            quality,
            latency_ms: port.latency_ms,
            cap_ms: port.cap_ms,
            clock: port.clock,
        }
    }

    /// What two ask for together: the first one's quality, the more latency, the lower cap.
    pub fn and(self, other: Need) -> Need {
        Need {
            reach: self.reach.max(other.reach),
            quality: self.quality,
            latency_ms: self.latency_ms.max(other.latency_ms),
            cap_ms: self.cap_ms.min(other.cap_ms),
            clock: self.clock || other.clock,
        }
    }

    /// Whether a port that was made for one does for the other.
    pub fn is_port_of(&self, other: &Need) -> bool {
        (self.quality, self.latency_ms, self.cap_ms) == (other.quality, other.latency_ms, other.cap_ms)
    }

    fn setup(&self, channels: u16, from: u32, to: u32, tie: Tie) -> Setup {
        let cap = Duration::from_secs_f64(self.cap_ms / 1000.0);
        let target = Duration::from_secs_f64(self.latency_ms / 1000.0).min(cap);
        let base = Setup::new(from, to);
        let target = (!target.is_zero() && tie == Tie::Follow).then_some(target);
        Setup { channels, quality: self.quality, tie, target, margin: base.margin.min(cap), cap, ..base }
    }
}

impl<S: sostenuto_device::Stream> Berth<S> {
    pub fn new(key: StreamKey, way: Way, asked: Option<String>, need: Need) -> Self {
        Berth {
            key,
            way,
            asked,
            need,
            state: State::Closed,
            unneeded_since: None,
            past: Tally::default(),
            known: None,
            why: None,
            retry_at: 0,
            delay: SOON,
        }
    }

    pub fn open(&self) -> Option<&Attached<S>> {
        if let State::Open(attached) = &self.state { Some(attached) } else { None }
    }

    pub fn open_mut(&mut self) -> Option<&mut Attached<S>> {
        if let State::Open(attached) = &mut self.state { Some(attached) } else { None }
    }

    /// Whether it is to be opened now.
    pub fn is_due(&self, now: u64) -> bool {
        // One that another stands for because its own device is not there is tried again.
        let waits = match self.state {
            State::Open(_) => false,
            State::Alias(_) => self.why.is_some(),
            State::Closed => true,
        };
        self.unneeded_since.is_none() && waits && now >= self.retry_at
    }

    /// It could not be opened, or was lost: it is tried again, less and less often.
    pub fn put_off(&mut self, now: u64) {
        self.retry_at = now.saturating_add(self.delay);
        self.delay = (self.delay * 2).min(LATE);
    }

    /// It works: should it be lost, it is tried again soon.
    pub fn settled(&mut self) {
        self.delay = SOON;
    }

    /// It is tried again at the next look.
    pub fn hurry(&mut self) {
        self.retry_at = 0;
    }

    /// It is tried again at a time.
    pub fn wait_until(&mut self, at: u64) {
        self.retry_at = at;
    }

    /// What the device would run as for what is needed: the first that it takes of some wishes.
    pub fn terms<H: Host>(&self, host: &H, device: Option<&str>, wish: &Wish) -> Result<Terms, OpenError> {
        let reach = self.need.reach;
        let mut widths = match self.way {
            Way::Out => vec![wish.outputs.max(reach).max(2), wish.outputs.max(reach), 0],
            Way::In => vec![reach, reach.max(2)],
        };
        widths.dedup();
        let mut refusal = None;
        // A device that does not run at the engine's rate, or in such blocks, does so at its own: there is a port for that.
        let own = Wish { rate: None, block: None, ..wish.clone() };
        let wishes =
            widths.iter().map(|width| (*width, wish)).chain(widths.iter().map(|width| (*width, &own)));
        for (width, wish) in wishes {
            let (inputs, outputs) = if self.way == Way::Out { (0, width) } else { (width, 0) };
            let wish = Wish { device: device.map(str::to_owned), inputs, outputs, ..wish.clone() };
            match host.terms(&wish) {
                Ok(terms) => return Ok(terms),
                Err(why) => refusal = refusal.or(Some(why)),
            }
        }
        Err(refusal.unwrap_or(OpenError::Refused { why: "the device takes no channels".into() }))
    }
}

/// What is opened, and by whom it is known.
pub(crate) struct Opening<'a> {
    pub key: StreamKey,
    pub way: Way,
    pub need: Need,
    pub terms: Terms,
    pub id: PortId,
    pub line: u64,
    pub tie: Tie,
    pub common: &'a Common,
    /// The number of the engine.
    pub side: u32,
    pub now: u64,
}

impl Opening<'_> {
    /// Opens the stream. The bay knows of its port before the first callback.
    pub fn open<H: Host>(self, host: &mut H, door: &Door) -> Result<Attached<H::Stream>, Unopened> {
        let Opening { key, way, need, terms, id, line, tie, common, side, now } = self;
        let rate = common.rate.get();
        let calls = Arc::new(Calls::default());
        let channels = terms.inputs.max(terms.outputs).max(1);
        let number = line;
        let (work, hold, meters, change): (Box<dyn Work>, _, _, _) = match way {
            Way::Out => {
                let (feed, drain) = port(&need.setup(channels, rate, terms.rate, tie))?;
                let meters = drain.meters();
                let (mouth, remote) = Mouth::new(drain, channels, terms.rate, terms.block);
                let plays = Plays::new(id, common.share(), terms.rate, mouth, calls.clone());
                let line = OutLine::new(line, side, key, feed, channels);
                (Box::new(plays), (Some(remote), None), meters, Change::AddOut(line))
            }
            Way::In => {
                let (feed, drain) = port(&need.setup(channels, terms.rate, rate, tie))?;
                let meters = drain.meters();
                let of = (channels, terms.rate);
                let (ear, remote) = Ear::new(feed);
                let records = Records::new(id, common.share(), of, ear, calls.clone());
                let line = InLine::new(line, side, key, drain, channels);
                (Box::new(records), (None, Some(remote)), meters, Change::AddIn(line))
            }
        };
        let wish = Wish {
            device: Some(terms.device.clone()),
            inputs: terms.inputs,
            outputs: terms.outputs,
            rate: Some(terms.rate),
            block: Some(terms.block),
        };
        door.send(change);
        let stream = host.open(&wish, work).inspect_err(|_| door.send(Change::RemoveLine(number)))?;
        let (mouth, ear) = hold;
        Ok(Attached {
            id,
            stream,
            terms,
            need,
            calls,
            opened_at: now,
            tie,
            meters,
            past: (0, 0),
            line: number,
            old_lines: Vec::new(),
            mouth,
            ear,
            side,
        })
    }
}

impl<S: Stream> Attached<S> {
    /// What is counted of it and its stream.
    pub fn tally(&self) -> Tally {
        let ((underruns, overruns), counts) = (self.runs(), self.stream.counts());
        Tally { underruns, overruns, xruns: counts.xruns, late: counts.late, gone: 0 }
    }
}

impl<S> Attached<S> {
    /// What its callbacks were.
    pub fn heard(&self) -> Heard {
        // The count first: its time is then that of this callback, or of a later one.
        let callbacks = self.calls.callbacks.get();
        Heard { callbacks, last_at: self.calls.last_at.get() }
    }

    /// Exchanges the port for one of another tie, or as is needed now. The change is for the bay; nothing if an exchange is under way. Where it plays, the one before goes on
    /// until the new one is ready; what is recorded goes into the new one at once.
    pub fn exchange(
        &mut self,
        key: StreamKey,
        (line, tie): (u64, Tie),
        need: Need,
        (side, rate): (u32, u32),
    ) -> Option<Change> {
        let (meters, change) = if let Some(mouth) = &mut self.mouth {
            if !mouth.is_settled() {
                return None;
            }
            let channels = self.terms.outputs.max(1);
            let (feed, drain) = port(&need.setup(channels, rate, self.terms.rate, tie)).ok()?;
            let meters = drain.meters();
            if !mouth.exchange(drain) {
                return None;
            }
            (meters, Change::AddOut(OutLine::new(line, side, key, feed, channels)))
        } else {
            let channels = self.terms.inputs.max(1);
            let (feed, drain) = port(&need.setup(channels, self.terms.rate, rate, tie)).ok()?;
            let meters = drain.meters();
            if !self.ear.as_mut()?.exchange(feed) {
                return None;
            }
            (meters, Change::AddIn(InLine::new(line, side, key, drain, channels)))
        };
        self.old_lines.push(std::mem::replace(&mut self.line, line));
        self.past = self.runs();
        (self.tie, self.need, self.meters, self.side) = (tie, need, meters, side);
        Some(change)
    }

    /// Under- and overruns on this stream.
    fn runs(&self) -> (u64, u64) {
        let status = self.meters.read();
        (self.past.0 + status.underruns, self.past.1 + status.overruns)
    }

    /// Whether the port that was made last plays.
    pub fn is_settled(&self) -> bool {
        self.mouth.as_ref().is_none_or(MouthRemote::is_settled)
    }

    /// The lines that lead to it: that which feeds it, or will, and those that have yet to be relieved.
    pub fn lines(&self) -> impl Iterator<Item = u64> {
        self.old_lines.iter().copied().chain([self.line])
    }

    /// The lines that nobody drains any more.
    pub fn done_lines(&mut self) -> Vec<u64> {
        if let Some(mouth) = &mut self.mouth {
            mouth.collect();
        }
        self.ear.iter_mut().for_each(EarRemote::collect);
        if self.is_settled() { std::mem::take(&mut self.old_lines) } else { Vec::new() }
    }
}

//! How do the ports fare? What is shown of each.

use super::super::berth::Tally;
use super::{Asking, Ports};
use sostenuto_device::{Counts, Holder, Host, PortState, Stream, Vigour};
use sostenuto_nodes::Way;

/// How one port of the patch fares.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PortReport {
    /// The label of its node.
    pub label: String,
    /// Whether it leads to a device or from one.
    pub way: Way,
    /// The device that it asks for; nothing is the default one.
    pub asked: Option<String>,
    /// The id of the device that it is on; nothing while it is on none.
    pub device: Option<String>,
    /// What it is doing.
    pub state: PortCondition,
    /// Why it is not on the device that it asks for.
    pub why: Option<String>,
    /// The first channel of the device, from 1, and how many.
    pub first: u16,
    /// How many channels.
    pub channels: u16,
    /// Frames per second of the device.
    pub rate: u32,
    /// Frames in a block of the device.
    pub block: u32,
    /// Whether the engine runs on its clock.
    pub clock: bool,
    /// Whether it has to follow a clock other than its own device's.
    pub follows: bool,
    /// Milliseconds that are held back, and that should be.
    pub fill_ms: f64,
    /// The same, as it should be.
    pub target_ms: f64,
    /// Milliseconds from the engine's clock to the device's, or back: what is held back, and the resampler.
    pub latency_ms: f64,
    /// By how many millionths the feeding clock is faster than the draining one.
    pub ppm: f64,
    /// How often there was nothing to play, or to hear.
    pub underruns: u64,
    /// How often something was left out, because there was too much.
    pub overruns: u64,
    /// Dropouts that the system itself reported. Like all counts, since the port was first asked for, whatever streams it had.
    pub xruns: u64,
    /// Callbacks that came late.
    pub late: u64,
    /// How often its device went, or its stream ended, so that it was silent until it was taken up again.
    pub gone: u64,
}

/// What a port is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortCondition {
    /// Its device is not there.
    Missing,
    /// Its stream is being opened.
    Opening,
    /// The clocks are being measured, or the ring is being filled: it is silent.
    Priming,
    /// It plays, and is on its way to its target.
    Locking,
    /// It plays as it should.
    Locked,
}

impl PortCondition {
    /// The name, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            PortCondition::Missing => "missing",
            PortCondition::Opening => "opening",
            PortCondition::Priming => "priming",
            PortCondition::Locking => "locking",
            PortCondition::Locked => "locked",
        }
    }
}

impl<H: Host> Ports<H> {
    /// How every port fares, in the order of the patch.
    pub fn report(&self) -> Vec<PortReport> {
        self.asking.iter().map(|asking| self.report_of(asking)).collect()
    }

    fn report_of(&self, Asking { stream, spec }: &Asking) -> PortReport {
        let berth = self.berths.iter().find(|berth| berth.key == *stream);
        let mut report = PortReport {
            label: spec.label.clone(),
            way: spec.way,
            asked: spec.device.clone(),
            device: None,
            state: PortCondition::Missing,
            why: berth.and_then(|berth| berth.why.clone()),
            first: spec.first + 1,
            channels: spec.channels,
            rate: 0,
            block: 0,
            clock: false,
            follows: false,
            fill_ms: 0.0,
            target_ms: 0.0,
            latency_ms: 0.0,
            ppm: 0.0,
            underruns: 0,
            overruns: 0,
            xruns: 0,
            late: 0,
            gone: 0,
        };
        let open = self.attached(*stream);
        let mut tally = berth.map_or_else(Tally::default, |berth| berth.past);
        open.iter().for_each(|open| tally.add(open.tally()));
        (report.underruns, report.overruns) = (tally.underruns, tally.overruns);
        (report.xruns, report.late, report.gone) = (tally.xruns, tally.late, tally.gone);
        let Some(open) = open else { return report };
        let status = open.meters.read();
        let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
        report.device = Some(open.terms.device.clone());
        report.state = match (open.stream.vigour(), status.state) {
            (Vigour::Opening, _) => PortCondition::Opening,
            (_, PortState::Priming) => PortCondition::Priming,
            (_, PortState::Locking) => PortCondition::Locking,
            (_, PortState::Locked) => PortCondition::Locked,
        };
        (report.rate, report.block) = (open.terms.rate, open.terms.block);
        report.clock = self.holder.holder() == Holder::Port(open.id);
        report.follows = open.tie == sostenuto_device::Tie::Follow;
        (report.fill_ms, report.target_ms) = (ms(status.fill), ms(status.target));
        (report.latency_ms, report.ppm) = (ms(status.latency), status.ppm);
        report
    }

    /// What the clock that runs the engine has counted.
    pub fn counts(&self) -> Counts {
        match self.holder.holder() {
            Holder::Port(id) => self.by_id(id).map_or_else(Counts::default, |open| open.stream.counts()),
            Holder::Fallback => self.beat.counts(),
        }
    }

    /// The device whose clock runs the engine; nothing if it runs by itself.
    pub fn clock(&self) -> Option<String> {
        match self.holder.holder() {
            Holder::Port(id) => self.by_id(id).map(|open| open.terms.device.clone()),
            Holder::Fallback => None,
        }
    }
}

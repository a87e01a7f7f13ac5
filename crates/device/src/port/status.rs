//! How does a port fare? Numbers that its draining end writes and anybody reads, without locks.

use super::setup::Setup;
use sostenuto_rt::Gauge;
use std::time::Duration;

/// The gauges of one port. Each is right by itself; two that are read one after the other may be a callback apart.
#[derive(Debug)]
pub struct PortMeters {
    from: u32,
    to: u32,
    pub(super) state: Gauge<u32>,
    pub(super) block: Gauge<u32>,
    pub(super) fill: Gauge<f64>,
    pub(super) target: Gauge<f64>,
    pub(super) latency: Gauge<f64>,
    pub(super) ppm: Gauge<f64>,
    pub(super) underruns: Gauge<u64>,
    pub(super) concealed: Gauge<u64>,
    pub(super) overruns: Gauge<u64>,
    pub(super) skipped: Gauge<u64>,
    pub(super) lost: Gauge<u64>,
}

/// What a port is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PortState {
    /// Silent: the clocks are still being measured, or the ring is being filled.
    #[default]
    Priming,
    /// Playing, on its way to the target.
    Locking,
    /// Playing, the ratio sure to 18 ppm (most often to 5) and the fill on target.
    Locked,
}

/// What [`PortMeters`] showed. Counts are since the port was made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Status {
    /// What it is doing.
    pub state: PortState,
    /// Nominal frames per second of the feeding end.
    pub from: u32,
    /// Nominal frames per second of the draining end.
    pub to: u32,
    /// Frames in the last callback of the draining end.
    pub block: u32,
    /// How much the ring holds beyond what it would if frames went out one by one.
    pub fill: Duration,
    /// How much it should hold.
    pub target: Duration,
    /// From a frame's turn on the feeding clock to its turn on the draining one, the resampler's delay included.
    pub latency: Duration,
    /// How much faster the feeding clock runs than the draining one, in millionths, beside the nominal rates; what is applied to steer is in it.
    pub ppm: f64,
    /// How often the ring ran empty.
    pub underruns: u64,
    /// Feeding frames that were missing then and were made up, up to the end of the callback.
    pub concealed: u64,
    /// How often frames were left out, because the fill was beyond the cap or the ring was full.
    pub overruns: u64,
    /// Frames left out by crossfades.
    pub skipped: u64,
    /// Frames that did not fit into the ring.
    pub lost: u64,
}

impl PortMeters {
    pub(super) fn new(setup: &Setup) -> Self {
        PortMeters {
            from: setup.from,
            to: setup.to,
            state: Gauge::default(),
            block: Gauge::default(),
            fill: Gauge::default(),
            target: Gauge::default(),
            latency: Gauge::default(),
            ppm: Gauge::default(),
            underruns: Gauge::default(),
            concealed: Gauge::default(),
            overruns: Gauge::default(),
            skipped: Gauge::default(),
            lost: Gauge::default(),
        }
    }

    /// What they show now. `[any]`
    pub fn read(&self) -> Status {
        let seconds = |gauge: &Gauge<f64>| Duration::try_from_secs_f64(gauge.get()).unwrap_or_default();
        Status {
            state: PortState::from_number(self.state.get()),
            from: self.from,
            to: self.to,
            block: self.block.get(),
            fill: seconds(&self.fill),
            target: seconds(&self.target),
            latency: seconds(&self.latency),
            ppm: self.ppm.get(),
            underruns: self.underruns.get(),
            concealed: self.concealed.get(),
            overruns: self.overruns.get(),
            skipped: self.skipped.get(),
            lost: self.lost.get(),
        }
    }
}

impl PortState {
    pub(super) fn number(self) -> u32 {
        self as u32
    }

    fn from_number(number: u32) -> Self {
        match number {
            1 => PortState::Locking,
            2 => PortState::Locked,
            _ => PortState::Priming,
        }
    }
}

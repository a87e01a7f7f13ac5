//! How loud a signal is, shown while it sounds.

use crate::catalogue::{Group, Kind, PortInfo};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::tap::{Shown, Tap};
use sostenuto_dsp::LaneState;
use sostenuto_graph::{Activity, Flow, Io, Signal, Span};
use sostenuto_rt::Gauge;
use std::sync::Arc;

pub(crate) const SOURCE: &str =
    "peaks held for 1 s, then falling by 20 dB a second; RMS under an exponential window of 300 ms";

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "meter",
        group: Group::Output,
        summary: "Shows how loud a signal is, and passes it on.",
        source: SOURCE,
        inputs: &[PortInfo::follow("in", "what is measured")],
        outputs: &[PortInfo::follow("out", "the same")],
        ..Kind::BLANK
    },
    build: |kind, layout| {
        let meter = Meter::new(layout.channels());
        let shown = meter.clone();
        Node::showing::<Measures>(kind, layout, Tap::Meter(meter), move |machine| machine.0.show(&shown))
    },
}];

/// Levels of the channels of a running node, read on any thread without locks.
#[derive(Clone, Debug)]
pub struct Meter {
    channels: Arc<[Level]>,
}

#[derive(Debug)]
struct Level {
    loudest: Gauge<f32>,
    peak: Gauge<f32>,
    rms: Gauge<f32>,
}

impl Meter {
    pub(crate) fn new(channels: usize) -> Self {
        let level = |_| Level { loudest: Gauge::new(0.0), peak: Gauge::new(0.0), rms: Gauge::new(0.0) };
        Meter { channels: (0..channels).map(level).collect() }
    }

    /// Takes in what a span of a channel came to. `[audio]`
    fn note(&self, channel: usize, [loudest, peak, rms]: [f32; 3]) {
        let Some(level) = self.channels.get(channel) else { return };
        level.loudest.raise(loudest);
        level.peak.set(peak);
        level.rms.set(rms);
    }

    /// Shows nothing. `[audio]`
    fn clear(&self) {
        for level in &*self.channels {
            [&level.loudest, &level.peak, &level.rms].into_iter().for_each(|gauge| gauge.set(0.0));
        }
    }

    /// How many channels it shows.
    pub fn channels(&self) -> usize {
        self.channels.len()
    }

    /// The largest magnitude of a channel since this was last asked, by anyone. `[any]`
    pub fn take_peak(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |level| level.loudest.swap(0.0))
    }

    /// The peak of a channel as a needle shows it: held for a second, then falling by 20 dB a second. `[any]`
    pub fn peak(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |level| level.peak.get())
    }

    /// The root of the mean square of a channel over about the last 300 ms. `[any]`
    pub fn rms(&self, channel: usize) -> f32 {
        self.channels.get(channel).map_or(0.0, |level| level.rms.get())
    }
}

/// The side of [`Meter`]s that measures: of one node, or of several side by side.
pub(crate) struct Gauges<S: Signal = f32> {
    meters: Shown<Meter>,
    kernels: Channels<sostenuto_dsp::Meter<S>>,
}

impl<S: Signal> Gauges<S> {
    /// Shows nothing to anyone yet. `[control]`
    pub(crate) fn new(setup: &Setup<'_>) -> Self {
        let kernel = |_| sostenuto_dsp::Meter::new(setup.sample_rate, 1000.0, 20.0);
        Gauges { meters: Shown::new(S::LANES, || Meter::new(0)), kernels: setup.each(kernel) }
    }

    /// Shows the first lane there. `[control]`
    pub(crate) fn show(&mut self, meter: &Meter) {
        self.meters.first = meter.clone();
    }

    /// Takes in one span of one channel. `[audio]`
    #[inline(always)]
    pub(crate) fn note(&mut self, span: &Span, channel: usize, samples: &[S]) {
        let Some(kernel) = self.kernels.get_mut(channel) else { return };
        kernel.process(span.frame, samples);
        let [peak, rms] = [kernel.peak(), kernel.rms()];
        if S::LANES == 1 {
            let loudest = S::flat(samples).iter().fold(0.0, |peak: f32, x| peak.max(x.abs()));
            return self.meters.first.note(channel, [loudest, peak.in_lane(0), rms.in_lane(0)]);
        }
        let loudest = samples.iter().fold(S::ZERO, |peak, x| x.abs().max(peak));
        for (lane, meter) in self.meters.lanes().enumerate() {
            meter.note(channel, [loudest, peak, rms].map(|level| level.in_lane(lane)));
        }
    }

    /// Whether every level has fallen to nothing.
    pub(crate) fn is_silent(&self) -> bool {
        self.kernels.iter().all(sostenuto_dsp::Meter::is_silent)
    }

    /// Back to nothing measured. `[audio]`
    pub(crate) fn reset(&mut self) {
        self.kernels.iter_mut().for_each(sostenuto_dsp::Meter::reset);
        self.meters.lanes().for_each(Meter::clear);
    }
}

impl<S: Signal> LaneState for Gauges<S> {
    type Alone = Gauges<f32>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Gauges<f32>) {
        self.kernels.swap_lane(lane, &mut alone.kernels);
        self.meters.swap_lane(lane, &mut alone.meters);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.kernels.reset_lane(lane);
        if let Some(meter) = self.meters.lane(lane) {
            meter.clear();
        }
    }
}

/// Passes a signal on and shows how loud it is: kind `meter`.
struct PassAndMeasure<S: Signal = f32>(Gauges<S>);

in_lanes!(PassAndMeasure { 0 });

/// The same, alone and side by side.
struct Measures;

impl Family for Measures {
    type Of<S: Signal> = PassAndMeasure<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> PassAndMeasure<S> {
        PassAndMeasure(Gauges::new(setup))
    }
}

impl<S: Signal> Machine<S> for PassAndMeasure<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        for channel in 0..io.outputs.channels() {
            let input = io.inputs.channel(0, channel);
            self.0.note(&io.span, channel, input);
            match io.inputs.flow(0, channel) {
                Flow::Silent => io.outputs.silence(channel),
                _ => io.outputs.channel(channel).copy_from_slice(input),
            }
        }
        resting_if(self.0.is_silent())
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

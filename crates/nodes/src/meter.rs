//! How loud a signal is, shown while it sounds.

use crate::catalogue::{Group, Kind, PortInfo};
use crate::lanes::Channels;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use crate::tap::Tap;
use sostenuto_graph::{Activity, Flow, Io, Span};
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
        let node = Node::with(kind, layout, move |setup| PassAndMeasure(Gauges::new(&shown, setup)));
        Built { processor: Box::new(node), tap: Some(Tap::Meter(meter)) }
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

/// The side of a [`Meter`] that measures.
pub(crate) struct Gauges {
    meter: Meter,
    kernels: Channels<sostenuto_dsp::Meter<f32>>,
}

impl Gauges {
    pub(crate) fn new(meter: &Meter, setup: &Setup<'_>) -> Self {
        let kernel = |_| sostenuto_dsp::Meter::new(setup.sample_rate, 1000.0, 20.0);
        Gauges { meter: meter.clone(), kernels: setup.each(kernel) }
    }

    /// Takes in one span of one channel. `[audio]`
    pub(crate) fn note(&mut self, span: &Span, channel: usize, samples: &[f32]) {
        let (Some(kernel), Some(level)) = (self.kernels.get_mut(channel), self.meter.channels.get(channel))
        else {
            return;
        };
        kernel.process(span.frame, samples);
        level.loudest.raise(samples.iter().fold(0.0, |peak: f32, x| peak.max(x.abs())));
        level.peak.set(kernel.peak());
        level.rms.set(kernel.rms());
    }

    /// Whether every level has fallen to nothing.
    pub(crate) fn is_silent(&self) -> bool {
        self.kernels.iter().all(sostenuto_dsp::Meter::is_silent)
    }

    /// Back to nothing measured. `[audio]`
    pub(crate) fn reset(&mut self) {
        self.kernels.iter_mut().for_each(sostenuto_dsp::Meter::reset);
        for level in &*self.meter.channels {
            [&level.loudest, &level.peak, &level.rms].into_iter().for_each(|gauge| gauge.set(0.0));
        }
    }
}

/// Passes a signal on and shows how loud it is: kind `meter`.
struct PassAndMeasure(Gauges);

impl Machine for PassAndMeasure {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
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

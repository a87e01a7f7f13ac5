//! Band-limited saw, square and triangle.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::registry::{Built, Listing};
use sostenuto_dsp::Value;
use sostenuto_dsp::osc::{Pulse, Saw, Triangle};
use sostenuto_graph::{Activity, Io, Params, Processor, Shape, Stream};
use sostenuto_units::Unit;

const FREQUENCY: ParamInfo = ParamInfo::new(
    "frequency",
    Unit::Hertz,
    (0.0, 96_000.0),
    440.0,
    "how many periods a second; up to half the sample rate",
)
.log();
const WIDTH: ParamInfo = ParamInfo::new(
    "width",
    Unit::Ratio,
    (0.01, 0.99),
    0.5,
    "how much of the period is high; drive it for pulse-width modulation",
);
const OUT: &[PortInfo] = &[PortInfo::mono("out", "the tone, from -1 to 1")];

const fn listing(
    name: &'static str,
    params: &'static [ParamInfo],
    summary: &'static str,
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    let source = "corners replaced by a tabulated band-limited residual; see the kernel's documentation for its aliasing";
    Listing {
        kind: Kind { name, group: Group::Source, summary, source, outputs: OUT, params, ..Kind::BLANK },
        build,
    }
}

pub(crate) const KINDS: &[Listing] = &[
    listing("saw", &[FREQUENCY], "A band-limited sawtooth: bright, all harmonics.", |kind, _| {
        Built::plain(Oscillator::<Saw<f32>> { kind, kernel: None })
    }),
    listing(
        "square",
        &[FREQUENCY, WIDTH],
        "A band-limited square or pulse, with the width of the pulse.",
        |kind, _| Built::plain(Oscillator::<Pulse<f32>> { kind, kernel: None }),
    ),
    listing("triangle", &[FREQUENCY], "A band-limited triangle: soft, odd harmonics.", |kind, _| {
        Built::plain(Oscillator::<Triangle<f32>> { kind, kernel: None })
    }),
];

/// What the band-limited oscillators have in common.
trait Wave: Send + 'static {
    fn new(sample_rate: f64) -> Self;
    fn reset(&mut self);
    fn run(&mut self, params: &Params<'_>, out: &mut [f32]);
}

impl Wave for Saw<f32> {
    fn new(sample_rate: f64) -> Self {
        Saw::new(sample_rate)
    }
    fn reset(&mut self) {
        Saw::reset(self);
    }
    fn run(&mut self, params: &Params<'_>, out: &mut [f32]) {
        self.process(params.get(0), out);
    }
}

impl Wave for Triangle<f32> {
    fn new(sample_rate: f64) -> Self {
        Triangle::new(sample_rate)
    }
    fn reset(&mut self) {
        Triangle::reset(self);
    }
    fn run(&mut self, params: &Params<'_>, out: &mut [f32]) {
        self.process(params.get(0), out);
    }
}

impl Wave for Pulse<f32> {
    fn new(sample_rate: f64) -> Self {
        Pulse::new(sample_rate)
    }
    fn reset(&mut self) {
        Pulse::reset(self);
    }
    fn run(&mut self, params: &Params<'_>, out: &mut [f32]) {
        let width: Value<'_> = params.get(1);
        self.process(params.get(0), width, out);
    }
}

/// A band-limited oscillator: kinds `saw`, `square` and `triangle`.
struct Oscillator<W> {
    kind: &'static Kind,
    kernel: Option<W>,
}

impl<W: Wave> Processor for Oscillator<W> {
    fn shape(&self) -> Shape {
        self.kind.shape(&Layout::default())
    }

    fn prepare(&mut self, stream: &Stream) {
        self.kernel = Some(W::new(stream.sample_rate));
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        if let Some(kernel) = &mut self.kernel {
            kernel.run(&io.params, io.outputs.channel(0));
        }
        Activity::Sounding
    }

    fn reset(&mut self) {
        if let Some(kernel) = &mut self.kernel {
            kernel.reset();
        }
    }
}

//! A sine oscillator.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{Value, osc::Sine};
use sostenuto_graph::{Activity, Io, Processor, Shape, Stream};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "sine",
        group: Group::Source,
        summary: "A pure tone.",
        source: "phase accumulator of 64 bits; polynomial sine",
        outputs: &[PortInfo::mono("out", "the tone, from -1 to 1")],
        params: &[
            ParamInfo::new(
                "frequency",
                Unit::Hertz,
                (0.0, 96_000.0),
                440.0,
                "how many periods a second; up to half the sample rate",
            )
            .log(),
            ParamInfo::new(
                "phase",
                Unit::Degrees,
                (-3600.0, 3600.0),
                0.0,
                "added to the phase; drive it for phase modulation",
            ),
        ],
        ..Kind::BLANK
    },
    build: |_, _| Built::plain(SineGenerator::new()),
}];

const FREQUENCY: usize = 0;
const PHASE: usize = 1;

/// A sine oscillator: kind `sine`.
#[derive(Debug, Default)]
pub struct SineGenerator {
    kernel: Option<Sine<f32>>,
}

impl SineGenerator {
    /// An oscillator at phase 0.
    pub fn new() -> Self {
        SineGenerator::default()
    }
}

impl Processor for SineGenerator {
    fn shape(&self) -> Shape {
        KINDS[0].kind.shape(&Layout::default())
    }

    fn prepare(&mut self, stream: &Stream) {
        self.kernel = Some(Sine::new(stream.sample_rate));
    }

    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let Some(kernel) = &mut self.kernel else { return Activity::Resting };
        let frequency = io.params.get(FREQUENCY);
        let out = io.outputs.channel(0);
        match io.params.get(PHASE) {
            Value::Steady(degrees) => kernel.process(frequency, Value::Steady(degrees * (1.0 / 360.0)), out),
            Value::Moving(degrees) => {
                let mut turns = [0.0; sostenuto_graph::QUANTUM];
                turns.iter_mut().zip(degrees).for_each(|(t, d)| *t = d * (1.0 / 360.0));
                kernel.process(frequency, Value::Moving(&turns[..degrees.len()]), out);
            }
        }
        Activity::Sounding
    }

    fn reset(&mut self) {
        if let Some(kernel) = &mut self.kernel {
            kernel.reset();
        }
    }
}

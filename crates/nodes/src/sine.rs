//! A sine oscillator.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::node::{Machine, Node};
use crate::registry::Listing;
use crate::values::converted;
use sostenuto_dsp::osc::Sine;
use sostenuto_graph::{Activity, Io, QUANTUM};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "sine",
        group: Group::Source,
        summary: "A pure tone.",
        source: "phase accumulator of 64 bits; polynomial sine",
        outputs: &[PortInfo::mono("out", "the tone, from -1 to 1")],
        params: &[
            FREQUENCY,
            ParamInfo::new(
                "phase",
                Unit::Degrees,
                (-3600.0, 3600.0),
                0.0,
                "added to the phase; drive it for phase modulation",
            ),
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, |setup| Tone(Sine::new(setup.sample_rate))),
}];

/// The frequency of an oscillator.
pub(crate) const FREQUENCY: ParamInfo = ParamInfo::new(
    "frequency",
    Unit::Hertz,
    (0.0, 96_000.0),
    440.0,
    "how many periods a second; up to half the sample rate",
)
.log();

/// A sine oscillator: kind `sine`.
pub type SineGenerator = Node<Tone>;

/// The machine of a [`SineGenerator`].
#[derive(Debug)]
pub struct Tone(Sine<f32>);

impl SineGenerator {
    /// An oscillator at phase 0.
    pub fn new() -> Self {
        Node::with(&KINDS[0].kind, Layout::default(), |setup| Tone(Sine::new(setup.sample_rate)))
    }
}

impl Default for SineGenerator {
    fn default() -> Self {
        SineGenerator::new()
    }
}

impl Machine for Tone {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let mut room = [0.0; QUANTUM];
        let turns = converted(io.params.get(1), &mut room, |degrees| degrees * (1.0 / 360.0));
        self.0.process(io.params.get(0), turns, io.outputs.channel(0));
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

//! A sine oscillator.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::values::converted;
use sostenuto_dsp::osc::Sine;
use sostenuto_graph::{Activity, Io, Signal};
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
    build: Node::family::<Tones>,
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
pub struct Tone<S: Signal = f32>(Sine<S>);

in_lanes!(Tone { 0 });

/// Tones, alone and side by side.
struct Tones;

impl Family for Tones {
    type Of<S: Signal> = Tone<S>;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(setup: &Setup<'_>) -> Tone<S> {
        Tone(Sine::new(setup.sample_rate))
    }
}

impl SineGenerator {
    /// An oscillator at phase 0.
    pub fn new() -> Self {
        Node::of::<Tones>(&KINDS[0].kind, Layout::default())
    }
}

impl Default for SineGenerator {
    fn default() -> Self {
        SineGenerator::new()
    }
}

impl<S: Signal> Machine<S> for Tone<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut room = None;
        let degree = S::splat(f64::from(1.0f32 / 360.0));
        let turns = converted(io.params.get(1), &mut room, |degrees| degrees * degree);
        self.0.process(io.params.get(0), turns, io.outputs.channel(0));
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

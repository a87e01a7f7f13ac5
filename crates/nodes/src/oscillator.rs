//! Band-limited saw, square and triangle.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::node::{Machine, Node};
use crate::registry::{Built, Listing};
use crate::sine::FREQUENCY;
use sostenuto_dsp::osc::{Pulse, Saw, Triangle};
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;

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
        kind: Kind {
            name,
            group: Group::Source,
            summary,
            source,
            outputs: OUT,
            params,
            sounds_alone: true,
            ..Kind::BLANK
        },
        build,
    }
}

pub(crate) const KINDS: &[Listing] = &[
    listing("saw", &[FREQUENCY], "A band-limited sawtooth: bright, all harmonics.", |kind, layout| {
        Node::built(kind, layout, |setup| Saw::<f32>::new(setup.sample_rate))
    }),
    listing(
        "square",
        &[FREQUENCY, WIDTH],
        "A band-limited square or pulse, with the width of the pulse.",
        |kind, layout| Node::built(kind, layout, |setup| Pulse::<f32>::new(setup.sample_rate)),
    ),
    listing("triangle", &[FREQUENCY], "A band-limited triangle: soft, odd harmonics.", |kind, layout| {
        Node::built(kind, layout, |setup| Triangle::<f32>::new(setup.sample_rate))
    }),
];

impl Machine for Saw<f32> {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        Saw::process(self, io.params.get(0), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Saw::reset(self);
    }
}

impl Machine for Triangle<f32> {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        Triangle::process(self, io.params.get(0), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Triangle::reset(self);
    }
}

impl Machine for Pulse<f32> {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        Pulse::process(self, io.params.get(0), io.params.get(1), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Pulse::reset(self);
    }
}

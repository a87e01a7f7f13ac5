//! Band-limited saw, square and triangle.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::lanes::Family;
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use crate::sine::FREQUENCY;
use sostenuto_dsp::osc::{Pulse, Saw, Triangle};
use sostenuto_graph::{Activity, Io, Signal};
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
    listing("saw", &[FREQUENCY], "A band-limited sawtooth: bright, all harmonics.", Node::family::<Saws>),
    listing(
        "square",
        &[FREQUENCY, WIDTH],
        "A band-limited square or pulse, with the width of the pulse.",
        Node::family::<Pulses>,
    ),
    listing(
        "triangle",
        &[FREQUENCY],
        "A band-limited triangle: soft, odd harmonics.",
        Node::family::<Triangles>,
    ),
];

macro_rules! families {
    ($($family:ident $kernel:ident $name:literal,)*) => {$(
        #[doc = concat!("Oscillators of kind `", $name, "`.")]
        struct $family;

        impl Family for $family {
            type Of<S: Signal> = $kernel<S>;

            const STAYS_FINITE: bool = true;

            fn make<S: Signal>(setup: &Setup<'_>) -> $kernel<S> {
                $kernel::new(setup.sample_rate)
            }
        }
    )*};
}

families! {
    Saws Saw "saw",
    Pulses Pulse "square",
    Triangles Triangle "triangle",
}

impl<S: Signal> Machine<S> for Saw<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        Saw::process(self, io.params.get(0), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Saw::reset(self);
    }
}

impl<S: Signal> Machine<S> for Triangle<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        Triangle::process(self, io.params.get(0), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Triangle::reset(self);
    }
}

impl<S: Signal> Machine<S> for Pulse<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        Pulse::process(self, io.params.get(0), io.params.get(1), io.outputs.channel(0));
        Activity::Sounding
    }
    fn reset(&mut self) {
        Pulse::reset(self);
    }
}

//! Holding on to a level, and approaching one slowly: sample-and-hold and slew.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{either, is_nothing, is_off};
use sostenuto_dsp::{SampleHold, Slew};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const fn speed(name: &'static str, summary: &'static str) -> ParamInfo {
    ParamInfo::new(name, Unit::None, (0.0, 1_000_000.0), 10.0, summary)
}

pub(crate) const KINDS: &[Listing] = &[
    Listing {
        kind: Kind {
            name: "sample_hold",
            group: Group::Control,
            summary: "Takes the level of a signal when triggered and holds it: stairs from noise.",
            source: "out = in at the last frame in which the trigger went above 0.5",
            inputs: &[
                PortInfo::follow("in", "what is sampled"),
                PortInfo::mono("trigger", "takes a sample each time it goes above 0.5"),
            ],
            outputs: &[PortInfo::follow("out", "the level that is held")],
            params: &[ParamInfo::switch(
                "trigger",
                "takes a sample each time it is switched on, in that very frame: stairs jump",
            )],
            ..Kind::BLANK
        },
        build: Node::family::<HolderFamily>,
    },
    Listing {
        kind: Kind {
            name: "slew",
            group: Group::Control,
            summary: "Limits how fast a level rises and falls: glides between notes.",
            source: "each frame moves towards the input by at most rise or fall, divided by the sample rate",
            inputs: &[PortInfo::follow("in", "what is followed")],
            outputs: &[PortInfo::follow("out", "the level that follows")],
            params: &[
                speed("rise", "by how much it may rise in a second"),
                speed("fall", "by how much it may fall in a second"),
            ],
            ..Kind::BLANK
        },
        build: Node::family::<FollowerFamily>,
    },
];

/// Sample-and-hold: kind `sample_hold`.
struct Holders<S: Signal = f32> {
    kernels: Channels<SampleHold<S>>,
}

in_lanes!(Holders { kernels });

/// The same, alone and side by side.
struct HolderFamily;

impl Family for HolderFamily {
    type Of<S: Signal> = Holders<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Holders<S> {
        Holders { kernels: setup.each(|_| SampleHold::new()) }
    }
}

impl<S: Signal> Machine<S> for Holders<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut room = None;
        let known = io.inputs.flow(1, 0);
        let trigger = either(io.inputs.channel(1, 0), known, io.params.get(0), &mut room);
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.inputs.channel(0, channel), trigger, out);
        }
        let nothing_held = self.kernels.iter().all(|kernel| is_nothing(kernel.held()));
        resting_if(nothing_held && is_off(trigger.last(io.span.frames)))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(SampleHold::reset);
    }
}

/// A limit on speed: kind `slew`.
struct Followers<S: Signal = f32> {
    kernels: Channels<Slew<S>>,
}

in_lanes!(Followers { kernels });

/// The same, alone and side by side.
struct FollowerFamily;

impl Family for FollowerFamily {
    type Of<S: Signal> = Followers<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Followers<S> {
        Followers { kernels: setup.each(|_| Slew::new(setup.sample_rate)) }
    }
}

impl<S: Signal> Machine<S> for Followers<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (rise, fall) = (io.params.get(0), io.params.get(1));
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.inputs.channel(0, channel), rise, fall, out);
        }
        resting_if(self.kernels.iter().all(|kernel| is_nothing(kernel.level())))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Slew::reset);
    }
}

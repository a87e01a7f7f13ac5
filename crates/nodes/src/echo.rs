//! Echoes with the sound that they come from.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::delay::{FEEDBACK, LONGEST, TIME, TONE, in_frames, longest};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::{Echo, EchoParams};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

/// From the sound alone to the effect alone.
pub(crate) const fn mix(default: f32) -> ParamInfo {
    ParamInfo::new("mix", Unit::Ratio, (0.0, 1.0), default, "from 0, the input alone, to 1, the effect alone")
}

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "echo",
        group: Group::Space,
        summary: "Repeats a sound, softer and darker each time.",
        source: "delay line with feedback through a one-pole low-pass; the first echo is as bright as the sound",
        inputs: &[PortInfo::follow("in", "what to repeat")],
        outputs: &[PortInfo::follow("out", "the sound and its echoes")],
        params: &[
            ParamInfo { default: 375.0, ..TIME },
            ParamInfo { default: 0.4, ..FEEDBACK },
            ParamInfo { default: 4000.0, ..TONE },
            mix(0.3),
        ],
        settings: &[LONGEST],
        ..Kind::BLANK
    },
    build: Node::family::<EchoFamily>,
}];

/// Echoes: kind `echo`.
struct Echoes<S: Signal = f32> {
    kernels: Channels<Echo<S>>,
}

in_lanes!(Echoes { kernels });

/// Echoes, alone and side by side.
struct EchoFamily;

impl Family for EchoFamily {
    type Of<S: Signal> = Echoes<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Echoes<S> {
        Echoes { kernels: setup.each(|_| Echo::new(setup.sample_rate, longest(setup))) }
    }
}

impl<S: Signal> Machine<S> for Echoes<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut room = None;
        let time = in_frames(io.params.get(0), io.span.sample_rate, &mut room);
        let [feedback, tone, mix] = [1, 2, 3].map(|param| io.params.get(param));
        let params = EchoParams { time, feedback, tone, mix };
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.span.frame, io.inputs.channel(0, channel), &params, out);
        }
        resting_if(self.kernels.iter().all(Echo::is_silent))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Echo::reset);
    }
}

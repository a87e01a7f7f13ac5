//! Gentle filters of one pole, and the one that takes out what does not move.

use crate::biquad::{CUTOFF, IN, OUT};
use crate::catalogue::{Group, Kind, Layout, ParamInfo};
use crate::lanes::Channels;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{DcBlocker, OnePole, OnePoleKind};
use sostenuto_graph::{Activity, Io};

const fn listing(
    name: &'static str,
    summary: &'static str,
    params: &'static [ParamInfo],
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    let source = "one pole by the trapezoidal rule (V. Zavalishin, The Art of VA Filter Design, ch. 3); -3 dB at the cutoff";
    let group = Group::Filter;
    Listing {
        kind: Kind { name, group, summary, source, inputs: IN, outputs: OUT, params, ..Kind::BLANK },
        build,
    }
}

pub(crate) const KINDS: &[Listing] = &[
    listing(
        "onepole_low",
        "Lets low frequencies through, gently; 6 dB an octave.",
        &[CUTOFF],
        |kind, layout| Node::built(kind, layout, |setup| OnePoles::new(OnePoleKind::Lowpass, setup)),
    ),
    listing(
        "onepole_high",
        "Lets high frequencies through, gently; 6 dB an octave.",
        &[CUTOFF],
        |kind, layout| Node::built(kind, layout, |setup| OnePoles::new(OnePoleKind::Highpass, setup)),
    ),
    listing("dc_blocker", "Takes out what does not move: a high-pass at 5 Hz.", &[], |kind, layout| {
        Node::built(kind, layout, |setup| Blockers {
            kernels: setup.each(|_| DcBlocker::new(setup.sample_rate)),
        })
    }),
];

/// One-pole filters: kinds `onepole_low` and `onepole_high`.
struct OnePoles {
    kernels: Channels<OnePole<f32>>,
}

impl OnePoles {
    fn new(kind: OnePoleKind, setup: &Setup<'_>) -> Self {
        OnePoles { kernels: setup.each(|_| OnePole::new(kind, setup.sample_rate)) }
    }
}

impl Machine for OnePoles {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let cutoff = io.params.get(0);
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.span.frame, io.inputs.channel(0, channel), &cutoff, out);
        }
        resting_if(self.kernels.iter().all(OnePole::is_silent))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(OnePole::reset);
    }
}

/// What takes out a steady level: kind `dc_blocker`.
struct Blockers {
    kernels: Channels<DcBlocker<f32>>,
}

impl Machine for Blockers {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.span.frame, io.inputs.channel(0, channel), out);
        }
        resting_if(self.kernels.iter().all(DcBlocker::is_silent))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(DcBlocker::reset);
    }
}

//! Gentle filters of one pole, and the one that takes out what does not move.

use crate::biquad::{CUTOFF, IN, OUT};
use crate::catalogue::{Group, Kind, Layout, ParamInfo};
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use sostenuto_dsp::{DcBlocker, OnePole, OnePoleKind};
use sostenuto_graph::{Activity, Io, Signal};

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
        Node::family::<Lows>,
    ),
    listing(
        "onepole_high",
        "Lets high frequencies through, gently; 6 dB an octave.",
        &[CUTOFF],
        Node::family::<Highs>,
    ),
    listing(
        "dc_blocker",
        "Takes out what does not move: a high-pass at 5 Hz.",
        &[],
        Node::family::<BlockerFamily>,
    ),
];

/// One-pole filters: kinds `onepole_low` and `onepole_high`.
struct OnePoles<S: Signal = f32> {
    kernels: Channels<OnePole<S>>,
}

in_lanes!(OnePoles { kernels });

macro_rules! families {
    ($($family:ident $kind:ident $name:literal,)*) => {$(
        #[doc = concat!("Filters of kind `", $name, "`, alone and side by side.")]
        struct $family;

        impl Family for $family {
            type Of<S: Signal> = OnePoles<S>;

            fn make<S: Signal>(setup: &Setup<'_>) -> OnePoles<S> {
                OnePoles { kernels: setup.each(|_| OnePole::new(OnePoleKind::$kind, setup.sample_rate)) }
            }
        }
    )*};
}

families! {
    Lows Lowpass "onepole_low",
    Highs Highpass "onepole_high",
}

impl<S: Signal> Machine<S> for OnePoles<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
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
struct Blockers<S: Signal = f32> {
    kernels: Channels<DcBlocker<S>>,
}

in_lanes!(Blockers { kernels });

/// The same, alone and side by side.
struct BlockerFamily;

impl Family for BlockerFamily {
    type Of<S: Signal> = Blockers<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Blockers<S> {
        Blockers { kernels: setup.each(|_| DcBlocker::new(setup.sample_rate)) }
    }
}

impl<S: Signal> Machine<S> for Blockers<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.span.frame, io.inputs.channel(0, channel), out);
        }
        resting_if(self.kernels.iter().all(DcBlocker::is_silent))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(DcBlocker::reset);
    }
}

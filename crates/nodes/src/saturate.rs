//! Warmth and distortion.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::echo::mix;
use crate::lanes::{Channels, Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::{Oversampling, Saturator, SaturatorParams};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const OVERSAMPLING: SettingInfo = SettingInfo {
    name: "oversampling",
    range: SettingRange::Choice(&["four", "two", "eight", "none"]),
    summary: "how much higher the rate within is: more is cleaner, dearer and later (0 to 58 frames)",
};

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "saturate",
        group: Group::Dynamics,
        summary: "Warmth and distortion: a soft clipper.",
        source: "x / sqrt(1 + x^2), oversampled, with the antiderivative method (Parker, Zavalishin, Le Bivic, DAFx-16)",
        inputs: &[PortInfo::follow("in", "what to saturate")],
        outputs: &[PortInfo::follow("out", "the saturated signal, late by the oversampling")],
        params: &[
            ParamInfo::new(
                "drive",
                Unit::Decibels,
                (-60.0, 60.0),
                12.0,
                "gain before the curve; the output stays below 1",
            ),
            mix(1.0),
        ],
        settings: &[OVERSAMPLING],
        ..Kind::BLANK
    },
    build: Node::family::<ClipperFamily>,
}];

/// A soft clipper: kind `saturate`.
struct Clippers<S: Signal = f32> {
    kernels: Channels<Saturator<S>>,
}

in_lanes!(Clippers { kernels });

/// Soft clippers, alone and side by side.
struct ClipperFamily;

impl Family for ClipperFamily {
    type Of<S: Signal> = Clippers<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Clippers<S> {
        let oversampling = match setup.setting(OVERSAMPLING.name) as usize {
            0 => Oversampling::Four,
            1 => Oversampling::Two,
            2 => Oversampling::Eight,
            _ => Oversampling::None,
        };
        Clippers { kernels: setup.each(|_| Saturator::new(oversampling)) }
    }
}

impl<S: Signal> Machine<S> for Clippers<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let params = SaturatorParams { drive: io.params.get(0), mix: io.params.get(1) };
        for (channel, (kernel, out)) in self.kernels.iter_mut().zip(io.outputs.iter_mut()).enumerate() {
            kernel.process(io.span.frame, io.inputs.channel(0, channel), &params, out);
        }
        resting_if(self.kernels.iter().all(Saturator::is_silent))
    }

    fn reset(&mut self) {
        self.kernels.iter_mut().for_each(Saturator::reset);
    }

    fn latency(&self) -> u32 {
        self.kernels.first().map_or(0, |kernel| kernel.latency() as u32)
    }
}

//! A slow oscillator that moves parameters.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::values::{chosen, converted, either, stretches};
use sostenuto_dsp::{Lfo, LfoMode, LfoShape};
use sostenuto_graph::{Activity, Flow, Io, QUANTUM};
use sostenuto_units::Unit;

const SHAPES: [LfoShape; 7] = [
    LfoShape::Sine,
    LfoShape::Triangle,
    LfoShape::SawUp,
    LfoShape::SawDown,
    LfoShape::Square,
    LfoShape::RandomStep,
    LfoShape::RandomSmooth,
];

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "lfo",
        group: Group::Control,
        summary: "A slow oscillator that moves parameters: vibrato, tremolo, sweeps.",
        source: "phase accumulator of 64 bits; plain shapes, not band-limited",
        inputs: &[PortInfo::mono("trigger", "starts the cycle anew each time it goes above 0.5")],
        outputs: &[PortInfo::mono("out", "from -1 to 1, or from 0 to 1 if unipolar")],
        params: &[
            ParamInfo::new("rate", Unit::Hertz, (0.0, 1000.0), 1.0, "cycles per second").log(),
            ParamInfo::choice(
                "shape",
                &["sine", "triangle", "saw_up", "saw_down", "square", "random_step", "random_smooth"],
                "what it draws in each cycle",
            ),
            ParamInfo::new("phase", Unit::Degrees, (-3600.0, 3600.0), 0.0, "by how much it is ahead"),
            ParamInfo::new("width", Unit::Ratio, (0.0, 1.0), 0.5, "how much of the cycle a square is high"),
            ParamInfo::switch("unipolar", "from 0 to 1 instead of from -1 to 1"),
            ParamInfo::choice(
                "mode",
                &["free", "one_shot"],
                "cycle after cycle, or one cycle from the start and from each trigger",
            ),
            ParamInfo::switch("trigger", "starts the cycle anew each time it is switched on"),
        ],
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, Sway::new),
}];

/// A slow oscillator: kind `lfo`.
struct Sway(Lfo<f32>);

impl Sway {
    fn new(setup: &Setup<'_>) -> Self {
        let seed = setup.layout.seed;
        Sway(Lfo::new(setup.sample_rate, |_| seed))
    }
}

impl Machine for Sway {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let [rate, shape, phase, width, unipolar, mode, trigger] =
            std::array::from_fn(|param| io.params.get(param));
        let (mut turns, mut on) = ([0.0; QUANTUM], [0.0; QUANTUM]);
        let phase = converted(phase, &mut turns, |degrees| degrees * (1.0 / 360.0));
        let silent = io.inputs.flow(0, 0) == Flow::Silent;
        let trigger = either(io.inputs.channel(0, 0), silent, trigger, &mut on);
        let out = io.outputs.channel(0);
        let steady = shape.is_steady() && unipolar.is_steady() && mode.is_steady();
        let choice = |i| (chosen(shape.at(i)), chosen(mode.at(i)), chosen(unipolar.at(i)));
        stretches(io.span.frames, steady, choice, |start, end, (shape, mode, unipolar)| {
            let Some(out) = out.get_mut(start..end) else { return };
            self.0.set_shape(SHAPES.get(shape).copied().unwrap_or_default());
            self.0.set_mode(if mode == 0 { LfoMode::Free } else { LfoMode::OneShot });
            let [rate, phase, width, trigger] = [rate, phase, width, trigger].map(|v| v.part(start, end));
            self.0.process(rate, phase, width, trigger, out);
            if unipolar == 1 {
                out.iter_mut().for_each(|x| *x = *x * 0.5 + 0.5);
            }
        });
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

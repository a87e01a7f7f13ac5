//! Arithmetic on signals.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::{Family, stateless};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::Value;
use sostenuto_graph::{Activity, Flow, Io, Pointwise, Signal};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[
    Listing {
        kind: Kind {
            name: "multiply",
            group: Group::Maths,
            summary: "Multiplies two signals: ring modulation, or a level that follows an envelope.",
            source: "out = a * b",
            inputs: &[PortInfo::follow("a", "one signal"), PortInfo::follow("b", "the other")],
            outputs: &[PortInfo::follow("out", "the product")],
            ..Kind::BLANK
        },
        build: Node::family::<Products>,
    },
    Listing {
        kind: Kind {
            name: "add",
            group: Group::Maths,
            summary: "Scales a signal and adds a number.",
            source: "out = in * scale + offset",
            inputs: &[PortInfo::follow("in", "the signal")],
            outputs: &[PortInfo::follow("out", "the signal, scaled and moved")],
            params: &[
                ParamInfo::new("offset", Unit::None, (-100_000.0, 100_000.0), 0.0, "what is added"),
                ParamInfo::new(
                    "scale",
                    Unit::Ratio,
                    (-100_000.0, 100_000.0),
                    1.0,
                    "what the signal is multiplied by",
                ),
            ],
            sounds_alone: true,
            ..Kind::BLANK
        },
        build: Node::family::<Sums>,
    },
];

/// Multiplies: kind `multiply`.
struct Product;

stateless!(Product);

/// Products, alone and side by side.
struct Products;

impl Family for Products {
    type Of<S: Signal> = Product;

    fn make<S: Signal>(_: &Setup<'_>) -> Product {
        Product
    }
}

impl<S: Signal> Machine<S> for Product {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        for channel in 0..io.outputs.channels() {
            if (0..2).any(|port| io.inputs.flow(port, channel) == Flow::Silent) {
                io.outputs.silence(channel);
                continue;
            }
            let (a, b) = (io.inputs.channel(0, channel), io.inputs.channel(1, channel));
            // Adding zero makes the zero of a negative factor the zero of silence.
            let frames = io.outputs.channel(channel).iter_mut().zip(a).zip(b);
            frames.for_each(|((out, a), b)| *out = *a * *b + S::ZERO);
        }
        Activity::Resting
    }

    fn reset(&mut self) {}
}

/// Scales and moves: kind `add`.
struct Line;

stateless!(Line);

/// Lines, alone and side by side.
struct Sums;

impl Family for Sums {
    type Of<S: Signal> = Line;
    const POINTWISE: bool = true;

    fn make<S: Signal>(_: &Setup<'_>) -> Line {
        Line
    }
}

impl<S: Signal> Machine<S> for Line {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (offset, scale) = (io.params.get(0), io.params.get(1));
        for channel in 0..io.outputs.channels() {
            let input = io.inputs.channel(0, channel);
            let silent = io.inputs.flow(0, channel) == Flow::Silent;
            match (offset, scale) {
                (Value::Steady(offset), _) if silent => io.outputs.constant(channel, offset),
                (Value::Steady(offset), Value::Steady(scale)) => {
                    let frames = io.outputs.channel(channel).iter_mut().zip(input);
                    frames.for_each(|(out, x)| *out = *x * scale + (offset + S::ZERO));
                }
                _ => {
                    let frames = io.outputs.channel(channel).iter_mut().zip(input).enumerate();
                    frames.for_each(|(i, (out, x))| *out = *x * scale.at(i) + (offset.at(i) + S::ZERO));
                }
            }
        }
        resting_if(matches!(offset, Value::Steady(offset) if offset == S::ZERO))
    }

    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        let &[offset, by] = steady else { return None };
        Some(Pointwise::Line { by, offset: offset + 0.0 })
    }

    fn reset(&mut self) {}
}

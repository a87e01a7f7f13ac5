//! Arithmetic on signals.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::Value;
use sostenuto_graph::{Activity, Flow, Io};
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
        build: |kind, layout| Node::built(kind, layout, |_| Product),
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
        build: |kind, layout| Node::built(kind, layout, |_| Line),
    },
];

/// Multiplies: kind `multiply`.
struct Product;

impl Machine for Product {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for channel in 0..io.outputs.channels() {
            if (0..2).any(|port| io.inputs.flow(port, channel) == Flow::Silent) {
                io.outputs.silence(channel);
                continue;
            }
            let (a, b) = (io.inputs.channel(0, channel), io.inputs.channel(1, channel));
            // Adding zero makes the zero of a negative factor the zero of silence.
            let frames = io.outputs.channel(channel).iter_mut().zip(a).zip(b);
            frames.for_each(|((out, a), b)| *out = a * b + 0.0);
        }
        Activity::Resting
    }

    fn reset(&mut self) {}
}

/// Scales and moves: kind `add`.
struct Line;

impl Machine for Line {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let (offset, scale) = (io.params.get(0), io.params.get(1));
        for channel in 0..io.outputs.channels() {
            let input = io.inputs.channel(0, channel);
            let silent = io.inputs.flow(0, channel) == Flow::Silent;
            match (offset, scale) {
                (Value::Steady(offset), _) if silent => io.outputs.constant(channel, offset),
                (Value::Steady(offset), Value::Steady(scale)) => {
                    let frames = io.outputs.channel(channel).iter_mut().zip(input);
                    frames.for_each(|(out, x)| *out = x * scale + (offset + 0.0));
                }
                _ => {
                    let frames = io.outputs.channel(channel).iter_mut().zip(input).enumerate();
                    frames.for_each(|(i, (out, x))| *out = x * scale.at(i) + (offset.at(i) + 0.0));
                }
            }
        }
        resting_if(matches!(offset, Value::Steady(0.0)))
    }

    fn reset(&mut self) {}
}

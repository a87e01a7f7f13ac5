//! A steady level.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::{Family, stateless};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use sostenuto_dsp::Value;
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "constant",
        group: Group::Control,
        summary: "A steady level, to drive several parameters from one place.",
        source: "out = value",
        outputs: &[PortInfo::mono("out", "the level")],
        params: &[ParamInfo::new("value", Unit::None, (-100_000.0, 100_000.0), 1.0, "the level")],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: Node::family::<Constants>,
}];

/// A steady level: kind `constant`.
struct Constant;

stateless!(Constant);

/// Levels, alone and side by side.
struct Constants;

impl Family for Constants {
    type Of<S: Signal> = Constant;

    fn make<S: Signal>(_: &Setup<'_>) -> Constant {
        Constant
    }
}

impl<S: Signal> Machine<S> for Constant {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        match io.params.get(0) {
            Value::Steady(value) => {
                io.outputs.constant(0, value);
                resting_if(value == S::ZERO)
            }
            Value::Moving(values) => {
                io.outputs.channel(0).copy_from_slice(values);
                Activity::Sounding
            }
        }
    }

    fn reset(&mut self) {}
}

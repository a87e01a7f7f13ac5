//! The ports of a part: where signals come into it and leave it.
//!
//! Whoever builds a part makes its ports of these two and cables what lies behind them straight to what lies before, so
//! inside a part that runs neither is there. A node that is built of them nevertheless does what is true of it alone.

use crate::catalogue::{Group, Kind, PortInfo};
use crate::node::{Machine, Node};
use crate::registry::Listing;
use sostenuto_graph::{Activity, Io};

pub(crate) const KINDS: &[Listing] = &[
    Listing {
        kind: Kind {
            name: "inlet",
            group: Group::Part,
            summary: "Where a signal comes into a part; its label is the name of the part's input.",
            source: "out = what the part is fed with; silence outside a part",
            outputs: &[PortInfo::follow("out", "what comes in")],
            ..Kind::BLANK
        },
        build: |kind, layout| Node::built(kind, layout, |_| Inlet),
    },
    Listing {
        kind: Kind {
            name: "outlet",
            group: Group::Part,
            summary: "Where a signal leaves a part; its label is the name of the part's output.",
            source: "out = in",
            inputs: &[PortInfo::follow("in", "what leaves the part")],
            outputs: &[PortInfo::follow("out", "the same")],
            ..Kind::BLANK
        },
        build: |kind, layout| Node::built(kind, layout, |_| Outlet),
    },
];

/// The way in: kind `inlet`. With no part around it there is nothing to come in.
struct Inlet;

impl Machine for Inlet {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        io.outputs.silence_all();
        Activity::Resting
    }

    fn reset(&mut self) {}
}

/// The way out: kind `outlet`.
struct Outlet;

impl Machine for Outlet {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        io.outputs.map(&io.inputs, 0, |x| x);
        Activity::Resting
    }

    fn reset(&mut self) {}
}

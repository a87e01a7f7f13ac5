//! Single clicks.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node, resting_if};
use crate::registry::Listing;
use crate::values::either;
use sostenuto_dsp::{Impulse, Value};
use sostenuto_graph::{Activity, Flow, Io, QUANTUM};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "impulse",
        group: Group::Source,
        summary: "A click of one frame: at the start, when triggered, and at a steady rate if you like.",
        source: "unit impulse; phase accumulator of 64 bits for the rate",
        inputs: &[PortInfo::mono("trigger", "a click each time it goes above 0.5")],
        outputs: &[PortInfo::mono("out", "the clicks")],
        params: &[
            ParamInfo::new("rate", Unit::Hertz, (0.0, 96_000.0), 0.0, "clicks per second; 0 for none"),
            ParamInfo::new("level", Unit::Ratio, (-1.0, 1.0), 1.0, "height of a click"),
            ParamInfo::switch("trigger", "a click each time it is switched on, in that very frame"),
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: |kind, layout| {
        Node::built(kind, layout, |setup| Clicks { kernel: Impulse::new(setup.sample_rate), started: false })
    },
}];

/// Single clicks: kind `impulse`.
struct Clicks {
    kernel: Impulse<f32>,
    /// Whether the click at the start is over.
    started: bool,
}

impl Machine for Clicks {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let mut room = None;
        let silent = io.inputs.flow(0, 0) == Flow::Silent;
        let mut trigger = either(io.inputs.channel(0, 0), silent, io.params.get(2), &mut room);
        let mut first = [0.0; QUANTUM];
        if !self.started {
            (0..io.span.frames).for_each(|frame| first[frame] = trigger.at(frame));
            first[0] = 1.0;
            trigger = Value::Moving(&first[..io.span.frames]);
            self.started = io.span.frames > 0;
        }
        let last = trigger.last(io.span.frames);
        let (rate, level) = (io.params.get(0), io.params.get(1));
        self.kernel.process(rate, trigger, level, io.outputs.channel(0));
        resting_if(matches!(rate, Value::Steady(0.0)) && last <= 0.5)
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.started = false;
    }
}

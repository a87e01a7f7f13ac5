//! Single clicks.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::Family;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{either, is_off};
use sostenuto_dsp::{Impulse, LaneState, Value};
use sostenuto_graph::{Activity, Io, QUANTUM, Signal};
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
    build: Node::family::<ClickFamily>,
}];

/// Single clicks: kind `impulse`.
struct Clicks<S: Signal = f32> {
    kernel: Impulse<S>,
    /// A bit for each lane in which the click at the start is still to come.
    fresh: u32,
}

impl<S: Signal> LaneState for Clicks<S> {
    type Alone = Clicks<f32>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Clicks<f32>) {
        self.kernel.swap_lane(lane, &mut alone.kernel);
        let (was, is) = (self.fresh >> lane & 1, alone.fresh & 1);
        (self.fresh, alone.fresh) = (self.fresh & !(1 << lane) | is << lane, was);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.kernel.reset_lane(lane);
        self.fresh |= 1 << lane;
    }
}

/// The same, alone and side by side.
struct ClickFamily;

impl Family for ClickFamily {
    type Of<S: Signal> = Clicks<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Clicks<S> {
        Clicks { kernel: Impulse::new(setup.sample_rate), fresh: u32::MAX }
    }
}

impl<S: Signal> Machine<S> for Clicks<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut room = None;
        let known = io.inputs.flow(0, 0);
        let mut trigger = either(io.inputs.channel(0, 0), known, io.params.get(2), &mut room);
        let mut first = [S::ZERO; QUANTUM];
        if self.fresh != 0
            && let Some(frames) = first.get_mut(..io.span.frames)
        {
            frames.iter_mut().enumerate().for_each(|(frame, to)| *to = trigger.at(frame));
            if let Some(first) = frames.first_mut() {
                let fresh = std::mem::take(&mut self.fresh);
                *first = S::from_lanes(|lane| if fresh >> lane & 1 == 1 { 1.0 } else { first.lane(lane) });
            }
            trigger = Value::Moving(frames);
        }
        let last = trigger.last(io.span.frames);
        let (rate, level) = (io.params.get(0), io.params.get(1));
        self.kernel.process(rate, trigger, level, io.outputs.channel(0));
        resting_if(matches!(rate, Value::Steady(rate) if rate == S::ZERO) && is_off(last))
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.fresh = u32::MAX;
    }
}

//! Nothing over the ceiling.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{channels_in, channels_out};
use sostenuto_dsp::{Limiter, LimiterParams};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const LOOKAHEAD: SettingInfo = SettingInfo {
    name: "lookahead",
    range: SettingRange::Number { unit: Unit::Milliseconds, min: 0.1, max: 20.0, default: 5.0 },
    summary: "how far it sees ahead: by so much the output is late",
};

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "limiter",
        group: Group::Dynamics,
        summary: "Keeps every sample under a ceiling; put it before the output.",
        source: "look-ahead gain, smallest over the look-ahead, smoothed by two moving means; samples count, not true peaks",
        inputs: &[PortInfo::follow("in", "what to limit")],
        outputs: &[PortInfo::follow("out", "the limited signal, late by the look-ahead")],
        params: &[
            ParamInfo::new("ceiling", Unit::Decibels, (-60.0, 24.0), -1.0, "the highest level"),
            ParamInfo::new(
                "release",
                Unit::Milliseconds,
                (0.0, 10_000.0),
                80.0,
                "time constant of the recovery",
            ),
        ],
        settings: &[LOOKAHEAD],
        ..Kind::BLANK
    },
    build: Node::family::<BrickWalls>,
}];

/// A brick-wall limiter: kind `limiter`.
pub type LimiterProcessor = Node<BrickWall>;

/// The machine of a [`LimiterProcessor`].
#[derive(Debug)]
pub struct BrickWall<S: Signal = f32>(Limiter<S>);

in_lanes!(BrickWall { 0 });

/// Limiters, alone and side by side.
struct BrickWalls;

impl Family for BrickWalls {
    type Of<S: Signal> = BrickWall<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> BrickWall<S> {
        BrickWall(Limiter::new(setup.sample_rate, setup.setting(LOOKAHEAD.name), setup.channels()))
    }
}

impl LimiterProcessor {
    /// For signals of so many channels, that sees `lookahead_ms` milliseconds ahead (0.1 to 20).
    pub fn new(channels: u16, lookahead_ms: f64) -> Self {
        let settings = [(LOOKAHEAD.name.to_owned(), lookahead_ms)].into();
        Node::of::<BrickWalls>(&KINDS[0].kind, Layout { settings, ..Layout::of(channels) })
    }
}

impl<S: Signal> Machine<S> for BrickWall<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let params = LimiterParams { ceiling: io.params.get(0), release: io.params.get(1) };
        let channels = self.0.channels();
        let input = channels_in(&io.inputs, 0);
        let mut out = channels_out(&mut io.outputs);
        self.0.process(io.span.frame, &input[..channels], &params, &mut out[..channels]);
        resting_if(self.0.is_silent())
    }

    fn reset(&mut self) {
        self.0.reset();
    }

    fn latency(&self) -> u32 {
        self.0.latency() as u32
    }
}

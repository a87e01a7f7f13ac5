//! One sound as several: chorus and flanger.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo};
use crate::echo::mix;
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup};
use crate::registry::{Built, Listing};
use crate::sleep::{Sides, Sleeper, Tail};
use sostenuto_dsp::{Chorus, ChorusParams, MAX_VOICES};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const IN: &[PortInfo] = &[PortInfo::stereo("in", "what to move")];
const OUT: &[PortInfo] = &[PortInfo::stereo("out", "left and right")];

/// The longest delay and the deepest sway, in milliseconds.
const LONGEST_MS: f32 = 50.0;

const VOICES: SettingInfo = SettingInfo::whole("voices", (1, MAX_VOICES as u32), 3, "how many voices");

const fn time(name: &'static str, least: f32, default: f32, summary: &'static str) -> ParamInfo {
    ParamInfo::new(name, Unit::Milliseconds, (least, LONGEST_MS), default, summary).gliding(0.05)
}

const fn rate(default: f32) -> ParamInfo {
    ParamInfo::new("rate", Unit::Hertz, (0.01, 100.0), default, "how fast it sways").log()
}

const fn feedback(default: f32) -> ParamInfo {
    let summary = "how much of the effect goes in again; negative turns it round";
    ParamInfo::new("feedback", Unit::Ratio, (-0.99, 0.99), default, summary)
}

const fn spread(default: f32) -> ParamInfo {
    let summary = "how far left and right sway apart: 0 together, 1 a quarter of a cycle";
    ParamInfo::new("spread", Unit::Ratio, (0.0, 1.0), default, summary)
}

const fn listing(
    (name, summary, source): (&'static str, &'static str, &'static str),
    params: &'static [ParamInfo],
    settings: &'static [SettingInfo],
    build: fn(&'static Kind, Layout) -> Built,
) -> Listing {
    let group = Group::Space;
    Listing {
        kind: Kind {
            name,
            group,
            summary,
            source,
            inputs: IN,
            outputs: OUT,
            params,
            settings,
            ..Kind::BLANK
        },
        build,
    }
}

pub(crate) const KINDS: &[Listing] = &[
    listing(
        (
            "chorus",
            "Makes one voice sound like several.",
            "delay lines read by several voices, their delays swayed by sines evenly apart; third-order interpolation",
        ),
        &[
            time("delay", 0.1, 12.0, "the middle of the delay"),
            time("depth", 0.0, 3.0, "how far the delay sways to either side"),
            rate(0.6),
            feedback(0.0),
            mix(0.5),
            spread(1.0),
        ],
        &[VOICES],
        Node::family::<Choruses>,
    ),
    listing(
        (
            "flanger",
            "A comb of notches that sweeps up and down.",
            "a short delay line with feedback, its delay swayed by a sine; third-order interpolation",
        ),
        &[
            time("delay", 0.05, 2.5, "the middle of the delay"),
            time("depth", 0.0, 2.0, "how far the delay sways to either side"),
            rate(0.25),
            feedback(0.6),
            mix(0.5),
            spread(0.5),
        ],
        &[],
        Node::family::<Flangers>,
    ),
];

/// One sound as several: kinds `chorus` and `flanger`.
struct Voices<S: Signal = f32> {
    kernel: Sleeper<Chorus<S>>,
}

in_lanes!(Voices { kernel });

/// Choruses, alone and side by side.
struct Choruses;

impl Family for Choruses {
    type Of<S: Signal> = Voices<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Voices<S> {
        Voices::new(setup, setup.setting(VOICES.name) as usize)
    }
}

/// Flangers, alone and side by side.
struct Flangers;

impl Family for Flangers {
    type Of<S: Signal> = Voices<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Voices<S> {
        Voices::new(setup, 1)
    }
}

impl<S: Signal> Voices<S> {
    fn new(setup: &Setup<'_>, voices: usize) -> Self {
        let kernel = Chorus::new(setup.sample_rate, 2.0 * f64::from(LONGEST_MS), voices);
        Voices { kernel: Sleeper::new::<S>(kernel) }
    }
}

impl<S: Signal> Tail for Chorus<S> {
    fn reset(&mut self) {
        Chorus::reset(self);
    }

    #[inline(always)]
    fn is_silent(&self) -> bool {
        Chorus::is_silent(self)
    }

    #[inline(always)]
    fn silent_lanes(&self) -> u32 {
        Chorus::silent_lanes(self)
    }
}

impl<S: Signal> Machine<S> for Voices<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let values = io.params;
        self.kernel.process(
            &mut io,
            #[inline(always)]
            |kernel, frames, Sides { input, output }| {
                let [delay, depth, rate, feedback, mix, spread] =
                    std::array::from_fn(|param| values.get(param).part(frames.start, frames.end));
                kernel.process(input, &ChorusParams { delay, depth, rate, feedback, mix, spread }, output);
            },
        )
    }

    fn reset(&mut self) {
        self.kernel.reset::<S>();
    }
}

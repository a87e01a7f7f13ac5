//! One sound as several: chorus and flanger.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo};
use crate::echo::mix;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use crate::sleep::{Sides, Sleep};
use sostenuto_dsp::{Chorus, ChorusParams, MAX_VOICES};
use sostenuto_graph::{Activity, Io};
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
        |kind, layout| {
            Node::built(kind, layout, |setup| Voices::new(setup, setup.setting(VOICES.name) as usize))
        },
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
        |kind, layout| Node::built(kind, layout, |setup| Voices::new(setup, 1)),
    ),
];

/// One sound as several: kinds `chorus` and `flanger`.
struct Voices {
    kernel: Chorus<f32>,
    sleep: Sleep,
}

impl Voices {
    fn new(setup: &Setup<'_>, voices: usize) -> Self {
        let kernel = Chorus::new(setup.sample_rate, 2.0 * f64::from(LONGEST_MS), voices);
        Voices { kernel, sleep: Sleep::new() }
    }
}

impl Machine for Voices {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let Some(woken) = self.sleep.waking(&io.inputs, 1) else {
            io.outputs.silence_all();
            return Activity::Resting;
        };
        let end = io.span.frames;
        let [delay, depth, rate, feedback, mix, spread] =
            std::array::from_fn(|param| io.params.get(param).part(woken, end));
        let params = ChorusParams { delay, depth, rate, feedback, mix, spread };
        if let Some(Sides { input, output }) = Sides::from(woken, &io.inputs, &mut io.outputs) {
            self.kernel.process(input, &params, output);
        }
        let falls = self.sleep.falls(&io.span, || self.kernel.is_silent());
        if falls {
            self.kernel.reset();
        }
        resting_if(falls)
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.sleep = Sleep::new();
    }
}

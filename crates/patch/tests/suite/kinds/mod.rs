//! A small catalogue for the tests, and random patches of its kinds.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod random;
mod random_parts;
pub mod rounds;
pub mod words;

use sostenuto_graph::{Approach, Curve};
use sostenuto_nodes::{Bank, Group, Kind, ParamInfo, PortInfo, SettingInfo, SettingRange, Width};
use sostenuto_patch::Catalogue;
use sostenuto_units::Unit;

const fn port(name: &'static str, width: Width) -> PortInfo {
    PortInfo { name, width, summary: "a signal" }
}

const fn param(name: &'static str, unit: Unit, min: f32, max: f32, default: f32) -> ParamInfo {
    let (curve, approach) = (Curve::Linear, Approach::Glide(0.005));
    ParamInfo { name, unit, min, max, default, curve, approach, choices: &[], summary: "a value" }
}

const fn choice(name: &'static str, choices: &'static [&'static str]) -> ParamInfo {
    let max = choices.len() as f32 - 1.0;
    ParamInfo { choices, approach: Approach::Step, ..param(name, Unit::None, 0.0, max, 0.0) }
}

const BLANK: Kind = Kind {
    name: "",
    group: Group::Source,
    summary: "a kind",
    source: "none",
    inputs: &[],
    outputs: &[],
    params: &[],
    settings: &[],
    bank: None,
    delays: false,
    sounds_alone: false,
    plays: false,
    records: false,
    port: None,
    samples: false,
    notes: false,
    verbs: &[],
    tells: &[],
};

const IN: &[PortInfo] = &[port("in", Width::Follow)];
const OUT: &[PortInfo] = &[port("out", Width::Follow)];
const MONO: &[PortInfo] = &[port("out", Width::Fixed(1))];

pub static KINDS: &[Kind] = &[
    Kind {
        name: "saw",
        outputs: MONO,
        params: &[param("frequency", Unit::Hertz, 0.01, 24_000.0, 440.0)],
        ..BLANK
    },
    Kind {
        name: "sine",
        outputs: &[port("out", Width::Fixed(1)), port("cosine", Width::Fixed(1))],
        params: &[
            param("frequency", Unit::Hertz, 0.01, 24_000.0, 440.0),
            param("phase", Unit::Degrees, -360.0, 360.0, 0.0),
        ],
        ..BLANK
    },
    Kind {
        name: "noise",
        outputs: OUT,
        settings: &[SettingInfo {
            name: "colour",
            range: SettingRange::Choice(&["white", "pink"]),
            summary: "which",
        }],
        ..BLANK
    },
    Kind {
        name: "lfo",
        group: Group::Control,
        outputs: MONO,
        params: &[
            param("rate", Unit::Hertz, 0.0, 100.0, 1.0),
            choice("shape", &["sine", "triangle", "saw", "square"]),
        ],
        ..BLANK
    },
    Kind {
        name: "lowpass",
        group: Group::Filter,
        inputs: IN,
        outputs: OUT,
        params: &[
            param("cutoff", Unit::Hertz, 10.0, 24_000.0, 1000.0),
            param("q", Unit::None, 0.1, 40.0, 0.707),
        ],
        ..BLANK
    },
    Kind {
        name: "gain",
        group: Group::Level,
        inputs: IN,
        outputs: OUT,
        params: &[param("gain", Unit::Decibels, -120.0, 24.0, 0.0)],
        ..BLANK
    },
    Kind {
        name: "pan",
        group: Group::Level,
        inputs: &[port("in", Width::Fixed(1))],
        outputs: &[port("out", Width::Fixed(2))],
        params: &[param("pan", Unit::Pan, -1.0, 1.0, 0.0)],
        ..BLANK
    },
    Kind {
        name: "mixer",
        group: Group::Level,
        outputs: OUT,
        params: &[param("level", Unit::Decibels, -120.0, 24.0, 0.0)],
        settings: &[SettingInfo {
            name: "count",
            range: SettingRange::Whole { min: 1, max: 40, default: 2 },
            summary: "how many",
        }],
        bank: Some(Bank {
            setting: "count",
            port: port("in", Width::Follow),
            params: &[param("gain", Unit::Decibels, -120.0, 24.0, 0.0), choice("mute", &["off", "on"])],
        }),
        ..BLANK
    },
    Kind {
        name: "delay",
        group: Group::Space,
        inputs: IN,
        outputs: OUT,
        params: &[
            param("time", Unit::Milliseconds, 0.0, 10_000.0, 250.0),
            param("feedback", Unit::Percent, 0.0, 99.0, 0.0),
        ],
        settings: &[SettingInfo {
            name: "longest",
            range: SettingRange::Number {
                unit: Unit::Milliseconds,
                min: 1.0,
                max: 10_000.0,
                default: 1000.0,
            },
            summary: "how long",
        }],
        delays: true,
        ..BLANK
    },
    Kind {
        name: "compressor",
        group: Group::Dynamics,
        inputs: &[port("in", Width::Follow), port("sidechain", Width::Fixed(1))],
        outputs: OUT,
        params: &[param("threshold", Unit::Decibels, -80.0, 0.0, -20.0)],
        ..BLANK
    },
    Kind { name: "meter", group: Group::Output, inputs: IN, ..BLANK },
    Kind { name: "audio_out", group: Group::Output, inputs: IN, ..BLANK },
    Kind { name: "inlet", group: Group::Part, outputs: OUT, ..BLANK },
    Kind { name: "outlet", group: Group::Part, inputs: IN, outputs: OUT, ..BLANK },
    Kind {
        name: "note",
        group: Group::Control,
        outputs: &[port("frequency", Width::Fixed(1)), port("gate", Width::Fixed(1))],
        params: &[
            param("pitch", Unit::Note, 0.0, 127.99, 60.0),
            param("bend", Unit::Semitones, -96.0, 96.0, 0.0),
            choice("gate", &["off", "on"]),
        ],
        ..BLANK
    },
];

pub fn catalogue() -> Catalogue {
    Catalogue::new(KINDS)
}

/// An instrument, and a strip around another that is used twice.
pub const PARTS: &str = include_str!("../../../../../fuzz/seeds/toml/parts.toml");

pub fn patch_of(text: &str) -> sostenuto_patch::Patch {
    let problems = |p: Vec<sostenuto_patch::Problem>| panic!("{p:#?}\n{text}");
    sostenuto_patch::read(text, sostenuto_patch::Notation::Toml, &catalogue()).unwrap_or_else(problems).patch
}

//! Short ways to write entries of the catalogue.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo, SettingInfo, SettingRange, Width};
use sostenuto_graph::{Approach, Curve};
use sostenuto_units::Unit;

impl PortInfo {
    /// A port as wide as the node.
    pub(crate) const fn follow(name: &'static str, summary: &'static str) -> Self {
        PortInfo { name, width: Width::Follow, summary }
    }

    /// A port of one channel.
    pub(crate) const fn mono(name: &'static str, summary: &'static str) -> Self {
        PortInfo { name, width: Width::Fixed(1), summary }
    }

    /// A port of two channels, left and right.
    pub(crate) const fn stereo(name: &'static str, summary: &'static str) -> Self {
        PortInfo { name, width: Width::Fixed(2), summary }
    }
}

/// The time in seconds in which a parameter glides to a value that is set with no ramp given: short enough to feel immediate,
/// long enough that even a jump from silence to full level has no audible edge.
pub(crate) const GLIDE_SECONDS: f32 = 0.005;

const GLIDE: Approach = Approach::Glide(GLIDE_SECONDS);

impl ParamInfo {
    /// A parameter laid out linearly, that glides.
    pub(crate) const fn new(
        name: &'static str,
        unit: Unit,
        (min, max): (f32, f32),
        default: f32,
        summary: &'static str,
    ) -> Self {
        ParamInfo {
            name,
            unit,
            min,
            max,
            default,
            curve: Curve::Linear,
            approach: GLIDE,
            choices: &[],
            summary,
        }
    }

    /// Laid out in equal ratios.
    pub(crate) const fn log(mut self) -> Self {
        self.curve = Curve::Logarithmic;
        self
    }

    /// Takes so many seconds to glide to another value.
    pub(crate) const fn gliding(mut self, seconds: f32) -> Self {
        self.approach = Approach::Glide(seconds);
        self
    }

    /// Changes at once.
    pub(crate) const fn step(mut self) -> Self {
        self.approach = Approach::Step;
        self
    }

    /// A choice of names, the first by default.
    pub(crate) const fn choice(
        name: &'static str,
        choices: &'static [&'static str],
        summary: &'static str,
    ) -> Self {
        let max = choices.len() as f32 - 1.0;
        ParamInfo { choices, ..ParamInfo::new(name, Unit::None, (0.0, max), 0.0, summary).step() }
    }

    /// Off or on, at once.
    pub(crate) const fn switch(name: &'static str, summary: &'static str) -> Self {
        ParamInfo::choice(name, &["off", "on"], summary)
    }
}

impl SettingInfo {
    /// A whole number.
    pub(crate) const fn whole(
        name: &'static str,
        (min, max): (u32, u32),
        default: u32,
        summary: &'static str,
    ) -> Self {
        SettingInfo { name, range: SettingRange::Whole { min, max, default }, summary }
    }
}

impl Kind {
    /// A kind with nothing in it, to be filled in.
    pub(crate) const BLANK: Kind = Kind {
        name: "",
        group: Group::Source,
        summary: "",
        source: "",
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
}

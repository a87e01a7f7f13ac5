//! The catalogue's types: what a node kind is, in words that any back end, editor or binding can use.

use crate::verb::Verb;
use sostenuto_dsp::Buffer;
use sostenuto_dsp::sampler::SlotSettings;
use sostenuto_graph::{Approach, Curve, MAX_CHANNELS, Parameter, Port, Shape};
use sostenuto_reel::Streamed;
use sostenuto_units::Unit;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a kind of node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Makes sound.
    Source,
    /// Makes a signal that drives parameters.
    Control,
    /// Gain, pan, mixing.
    Level,
    /// Shapes the spectrum.
    Filter,
    /// Delay, chorus, reverb.
    Space,
    /// Compressor, limiter, saturation.
    Dynamics,
    /// Arithmetic on signals.
    Maths,
    /// Shows or sends out a signal.
    Output,
    /// The ports of a part.
    Part,
}

/// How many channels a port has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Always so many.
    Fixed(u16),
    /// As many as the widest cable into any following input of the node, or as its `channels` says; 1 if neither is there.
    Follow,
}

/// A port of a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PortInfo {
    /// Its name.
    pub name: &'static str,
    /// Its channels.
    pub width: Width,
    /// One line on what it carries.
    pub summary: &'static str,
}

/// A parameter of a kind: can be set, ramped and driven while the node sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamInfo {
    /// Its name.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The lowest value.
    pub min: f32,
    /// The highest value.
    pub max: f32,
    /// The value if none is given.
    pub default: f32,
    /// How its range is laid out.
    pub curve: Curve,
    /// How it gets to a new value.
    pub approach: Approach,
    /// Names of the values 0, 1, 2 …, if it is a choice, else empty.
    pub choices: &'static [&'static str],
    /// One line on what it does.
    pub summary: &'static str,
}

/// What a setting can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SettingRange {
    /// A number in a unit.
    Number {
        /// What it counts.
        unit: Unit,
        /// The lowest value.
        min: f64,
        /// The highest value.
        max: f64,
        /// The value if none is given.
        default: f64,
    },
    /// A whole number.
    Whole {
        /// The lowest value.
        min: u32,
        /// The highest value.
        max: u32,
        /// The value if none is given.
        default: u32,
    },
    /// One of these names; its place in the list is its value. The first is the default.
    Choice(&'static [&'static str]),
}

/// A setting of a kind: fixed for a node's life; another value makes another node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SettingInfo {
    /// Its name.
    pub name: &'static str,
    /// What it can be.
    pub range: SettingRange,
    /// One line on what it does.
    pub summary: &'static str,
}

/// Ports and parameters that come numbered, as a mixer's inputs do: `in1`, `gain1`, `mute1`, `in2` …
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bank {
    /// The whole-number setting that says how many. If a document does not set it, it is as many as the node has inputs.
    pub setting: &'static str,
    /// The input port of each; its name gets the number.
    pub port: PortInfo,
    /// The parameters of each; their names get the number.
    pub params: &'static [ParamInfo],
}

/// A kind of node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// Its name in documents.
    pub name: &'static str,
    /// What it is for.
    pub group: Group,
    /// One line on what it does.
    pub summary: &'static str,
    /// Where its method comes from.
    pub source: &'static str,
    /// Its input ports, before those of the bank. Cables that name no port end at the first.
    pub inputs: &'static [PortInfo],
    /// Its output ports. Cables that name no port start at the first.
    pub outputs: &'static [PortInfo],
    /// Its parameters, before those of the bank.
    pub params: &'static [ParamInfo],
    /// Its settings.
    pub settings: &'static [SettingInfo],
    /// Its numbered ports and parameters.
    pub bank: Option<Bank>,
    /// Whether it may close a feedback loop.
    pub delays: bool,
    /// Whether it can be heard though its inputs are silent and it has heard nothing before: as a source is, or an envelope whose
    /// gate is opened by a parameter.
    pub sounds_alone: bool,
    /// Whether it plays a buffer, which documents name under the key `buffer`.
    pub plays: bool,
    /// Whether it holds sound at the rate of the engine that another of its kind does not have: recorded while it played, or written by a program. An engine with
    /// such a node keeps its rate.
    pub records: bool,
    /// Which way it leads, if it is a port: documents name its device under the key `device`.
    pub port: Option<Way>,
    /// Whether it plays buffers from slots, which documents list under the key `slots`.
    pub samples: bool,
    /// Whether it takes notes, as an instrument does.
    pub notes: bool,
    /// What it can be told beyond its parameters; the place in the list is the verb's number in messages.
    pub verbs: &'static [Verb],
    /// What it tells; the place in the list is the number in reports.
    pub tells: &'static [&'static str],
}

/// Which way a port leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Way {
    /// From a device. What the device hears comes in at the inputs, which documents cannot name.
    In,
    /// To a device.
    Out,
}

/// All that is settled about a node before it is built.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The channels of its following ports; 0 counts as 1.
    pub channels: u16,
    /// Settings by name; those not named have their default.
    pub settings: BTreeMap<String, f64>,
    /// What its random numbers start from.
    pub seed: u64,
    /// What it plays, if its kind does; nothing is silence.
    pub buffer: Option<Recording>,
    /// The device that it leads to or from, if its kind is a port; nothing is the default one.
    pub device: Option<String>,
    /// What its slots play, if it has some.
    pub slots: Vec<Slot>,
}

/// A slot: what it plays, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Slot {
    /// What.
    pub recording: Recording,
    /// How.
    pub settings: SlotSettings,
}

/// A buffer by the name that a document has for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The name.
    pub name: String,
    /// What it stands for, once that is known. Two with the same sound are equal.
    pub buffer: Option<Arc<Buffer>>,
    /// What it stands for if it is not in memory, but streamed from the disk.
    pub footage: Option<Streamed>,
}

impl Layout {
    /// So many channels, and all settings at their defaults.
    pub fn of(channels: u16) -> Self {
        Layout { channels, ..Layout::default() }
    }

    /// The same with this to play.
    pub fn playing(self, name: &str, buffer: Arc<Buffer>) -> Self {
        let recording = Recording { name: name.to_owned(), buffer: Some(buffer), footage: None };
        Layout { buffer: Some(recording), ..self }
    }

    /// The same with this to stream.
    pub fn streaming(self, name: &str, footage: Streamed) -> Self {
        let recording = Recording { name: name.to_owned(), buffer: None, footage: Some(footage) };
        Layout { buffer: Some(recording), ..self }
    }

    /// The channels of a following port.
    pub(crate) fn channels(&self) -> usize {
        usize::from(self.channels.clamp(1, MAX_CHANNELS))
    }
}

impl SettingInfo {
    /// The value if none is given.
    pub fn default(&self) -> f64 {
        match self.range {
            SettingRange::Number { default, .. } => default,
            SettingRange::Whole { default, .. } => f64::from(default),
            SettingRange::Choice(_) => 0.0,
        }
    }

    /// Lowest and highest value.
    pub fn limits(&self) -> (f64, f64) {
        match self.range {
            SettingRange::Number { min, max, .. } => (min, max),
            SettingRange::Whole { min, max, .. } => (f64::from(min), f64::from(max)),
            SettingRange::Choice(names) => (0.0, names.len().saturating_sub(1) as f64),
        }
    }
}

impl Kind {
    /// The value of a setting in a layout; its default if the layout does not name it, 0 if the kind does not know it.
    pub fn setting(&self, layout: &Layout, name: &str) -> f64 {
        let info = self.settings.iter().find(|s| s.name == name);
        match (layout.settings.get(name), info) {
            (Some(value), _) => *value,
            (None, Some(info)) => info.default(),
            (None, None) => 0.0,
        }
    }

    /// The ports and parameters of a node of this kind and layout.
    pub fn shape(&self, layout: &Layout) -> Shape {
        let following = layout.channels() as u16;
        let port = |info: &PortInfo, number: Option<usize>| Port {
            name: numbered(info.name, number),
            channels: match info.width {
                Width::Fixed(n) => n,
                Width::Follow => following,
            },
        };
        let mut shape = Shape {
            inputs: self.inputs.iter().map(|p| port(p, None)).collect(),
            outputs: self.outputs.iter().map(|p| port(p, None)).collect(),
            params: self.params.iter().map(|p| p.parameter(None)).collect(),
        };
        if let Some(bank) = &self.bank {
            for number in 1..=self.setting(layout, bank.setting) as usize {
                shape.inputs.push(port(&bank.port, Some(number)));
                shape.params.extend(bank.params.iter().map(|p| p.parameter(Some(number))));
            }
        }
        shape
    }
}

impl ParamInfo {
    fn parameter(&self, number: Option<usize>) -> Parameter {
        Parameter {
            name: numbered(self.name, number),
            unit: self.unit,
            min: self.min,
            max: self.max,
            default: self.default,
            curve: self.curve,
            approach: self.approach,
            choices: self.choices.iter().map(|c| Cow::Borrowed(*c)).collect(),
        }
    }
}

fn numbered(name: &'static str, number: Option<usize>) -> Cow<'static, str> {
    match number {
        None => Cow::Borrowed(name),
        Some(n) => Cow::Owned(format!("{name}{n}")),
    }
}

//! What a kind of node is, whether the catalogue lists it or the document defines it.

use crate::resolve::ResolvedPart;
use sostenuto_graph::{Approach, Curve, Name, Parameter, Port, Shape};
use sostenuto_nodes::{Group, Kind, Layout, SettingInfo, Verb, Way, Width};
use sostenuto_units::Unit;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// A kind of node: one that the catalogue lists, or a part that a document defines.
#[derive(Clone, Debug)]
pub struct KindInfo {
    /// Its name in documents.
    pub name: Name,
    /// What it is for.
    pub group: Group,
    /// One line on what it does.
    pub summary: Name,
    /// Its input ports, before those of the bank. Cables that name no port end at the first.
    pub inputs: Vec<PortInfo>,
    /// Its output ports. Cables that name no port start at the first.
    pub outputs: Vec<PortInfo>,
    /// Its parameters, before those of the bank.
    pub params: Vec<ParamInfo>,
    /// Its settings.
    pub settings: &'static [SettingInfo],
    /// Its numbered ports and parameters.
    pub bank: Option<BankInfo>,
    /// Whether it may close a feedback loop. A part never does: a loop through one needs a delay outside of it.
    pub delays: bool,
    /// Whether it can be heard though its inputs are silent and it has heard nothing before.
    pub sounds_alone: bool,
    /// Whether it plays a buffer, which its nodes name under the key `buffer`.
    pub plays: bool,
    /// Whether it holds what was recorded while it played.
    pub records: bool,
    /// Which way it leads, if it is a port; its nodes name a device under the key `device`.
    pub port: Option<Way>,
    /// Whether it shows or sends out a signal, so that what feeds it matters though nothing else hears it.
    pub shows: bool,
    /// Whether it plays buffers from slots, which its nodes list under the key `slots`.
    pub samples: bool,
    /// Whether it takes notes, as an instrument does.
    pub notes: bool,
    /// What it can be told beyond its parameters.
    pub verbs: &'static [Verb],
    /// What it tells.
    pub tells: &'static [&'static str],
    /// What it is made of, if it is a part.
    pub part: Option<Arc<ResolvedPart>>,
    /// The shapes that most of its nodes have.
    pub(crate) shapes: CommonShapes,
}

/// The shapes of nodes without numbered ports, of one and of two channels, once they are known.
pub(crate) type CommonShapes = [OnceLock<Arc<Shape>>; 2];

/// A port of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct PortInfo {
    /// Its name.
    pub name: Name,
    /// Its channels.
    pub width: Width,
    /// One line on what it carries.
    pub summary: Name,
}

/// A parameter of a kind.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamInfo {
    /// Its name.
    pub name: Name,
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
    pub summary: Name,
}

/// Ports and parameters that come numbered, as a mixer's inputs do: `in1`, `gain1`, `mute1`, `in2` …
#[derive(Clone, Debug, PartialEq)]
pub struct BankInfo {
    /// The whole-number setting that says how many. If a document does not set it, it is as many as the node has inputs.
    pub setting: &'static str,
    /// The input port of each; its name gets the number.
    pub port: PortInfo,
    /// The parameters of each; their names get the number.
    pub params: Vec<ParamInfo>,
}

impl From<&Kind> for KindInfo {
    fn from(kind: &Kind) -> Self {
        let ports = |list: &[sostenuto_nodes::PortInfo]| list.iter().map(PortInfo::from).collect();
        let params = |list: &[sostenuto_nodes::ParamInfo]| list.iter().map(ParamInfo::from).collect();
        let bank = |bank: &sostenuto_nodes::Bank| BankInfo {
            setting: bank.setting,
            port: PortInfo::from(&bank.port),
            params: params(bank.params),
        };
        KindInfo {
            name: Cow::Borrowed(kind.name),
            group: kind.group,
            summary: Cow::Borrowed(kind.summary),
            // What a device hears comes in by no cable.
            inputs: if kind.port == Some(Way::In) { Vec::new() } else { ports(kind.inputs) },
            outputs: ports(kind.outputs),
            params: params(kind.params),
            settings: kind.settings,
            bank: kind.bank.as_ref().map(bank),
            delays: kind.delays,
            // What a device hears is no silence, though nothing comes in by cables.
            sounds_alone: kind.sounds_alone || kind.port == Some(Way::In),
            plays: kind.plays,
            records: kind.records,
            port: kind.port,
            shows: kind.group == Group::Output,
            samples: kind.samples,
            notes: kind.notes,
            verbs: kind.verbs,
            tells: kind.tells,
            part: None,
            shapes: CommonShapes::default(),
        }
    }
}

impl From<&sostenuto_nodes::PortInfo> for PortInfo {
    fn from(info: &sostenuto_nodes::PortInfo) -> Self {
        PortInfo { name: info.name.into(), width: info.width, summary: info.summary.into() }
    }
}

impl From<&sostenuto_nodes::ParamInfo> for ParamInfo {
    fn from(info: &sostenuto_nodes::ParamInfo) -> Self {
        ParamInfo {
            name: info.name.into(),
            unit: info.unit,
            min: info.min,
            max: info.max,
            default: info.default,
            curve: info.curve,
            approach: info.approach,
            choices: info.choices,
            summary: info.summary.into(),
        }
    }
}

impl KindInfo {
    /// The ports and parameters of a node of this kind and layout: the same that the node itself will have.
    pub fn shape(&self, layout: &Layout) -> Shape {
        let port = |info: &PortInfo, number: Option<usize>| Port {
            name: numbered(&info.name, number),
            channels: match info.width {
                Width::Fixed(n) => n,
                Width::Follow => layout.channels.clamp(1, sostenuto_graph::MAX_CHANNELS),
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

    /// The same, which nodes of one layout mostly share.
    pub(crate) fn shape_shared(&self, layout: &Layout) -> Arc<Shape> {
        let common = self.shapes.get(usize::from(layout.channels.max(1)) - 1);
        match common.filter(|_| self.bank.is_none()) {
            Some(common) => common.get_or_init(|| Arc::new(self.shape(layout))).clone(),
            None => Arc::new(self.shape(layout)),
        }
    }

    /// A kind of which nothing is known but its name.
    pub(crate) fn unknown() -> Self {
        KindInfo {
            name: Cow::Borrowed(""),
            group: Group::Part,
            summary: Cow::Borrowed(""),
            inputs: Vec::new(),
            outputs: Vec::new(),
            params: Vec::new(),
            settings: &[],
            bank: None,
            delays: false,
            sounds_alone: false,
            plays: false,
            records: false,
            port: None,
            shows: false,
            samples: false,
            notes: false,
            verbs: &[],
            tells: &[],
            part: None,
            shapes: CommonShapes::default(),
        }
    }

    /// The part of it, if it is an instrument.
    pub fn instrument(&self) -> Option<&ResolvedPart> {
        self.part.as_deref().filter(|part| part.voices.is_some())
    }

    /// Whether notes can be sent to its nodes.
    pub fn takes_notes(&self) -> bool {
        self.notes || self.instrument().is_some()
    }

    fn setting(&self, layout: &Layout, name: &str) -> f64 {
        let default = || self.settings.iter().find(|s| s.name == name).map_or(0.0, SettingInfo::default);
        layout.settings.get(name).copied().unwrap_or_else(default)
    }
}

impl ParamInfo {
    fn parameter(&self, number: Option<usize>) -> Parameter {
        Parameter {
            name: numbered(&self.name, number),
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

fn numbered(name: &Name, number: Option<usize>) -> Name {
    match number {
        None => name.clone(),
        Some(n) => Cow::Owned(format!("{name}{n}")),
    }
}

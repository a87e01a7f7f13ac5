//! What a patch says, as plain data: nodes by label, their values, and the cables between them.

mod buffer;
mod cables;
mod lane;
mod part;
mod sequence;
mod slot;

pub use buffer::{BufferSource, Buffers};
pub use cables::Cables;
pub use lane::{Lane, LaneCurve, LanePoint, LaneUnit};
pub use part::{Mode, Part, PartParam, Priority, Steal, Target, Voicing};
pub use sequence::{DEFAULT_TEMPO, Meter, Sequence, Step, Timekeeper, Transport};
pub use slot::Slot;

use crate::limits::FORMAT;
use crate::listing::{Listing, Place};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Nodes by label, in the order of the document.
pub type Nodes = Listing<Node>;

/// A described sound: nodes and cables, the parts that some of the nodes are made of, and what is played on them. Nothing runs.
///
/// A copy shares with its origin all that is alike, and costs the same however large the patch is.
///
/// The order of the nodes is kept for printing and means nothing: two patches that differ in it only are equal. In a part the
/// order of its inlets and outlets is that of its ports.
///
/// The derived Serde form is this structure as it stands (every port named, every value a number in its parameter's unit).
/// What hands write is read and printed by [`read`](crate::read), [`to_toml`](crate::to_toml) and [`to_json`](crate::to_json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    /// The version of the format.
    #[serde(default = "present_format")]
    pub format: u32,
    /// What the patch is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Tempo and meter.
    #[serde(default, skip_serializing_if = "Transport::is_empty")]
    pub transport: Transport,
    /// The recordings in memory that its players play, by name.
    #[serde(default, skip_serializing_if = "Listing::is_empty")]
    pub buffers: Buffers,
    /// The kinds that the patch itself defines, by name.
    #[serde(default, skip_serializing_if = "Listing::is_empty")]
    pub parts: Listing<Part>,
    /// The nodes by label. A label has letters, digits, `_` and `-`.
    #[serde(default)]
    pub nodes: Nodes,
    /// What is played, by name.
    #[serde(default, skip_serializing_if = "Listing::is_empty")]
    pub sequences: Listing<Sequence>,
}

fn present_format() -> u32 {
    FORMAT
}

/// A node of a patch.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// What it is known by while the patch changes; unique. The label, unless the document gives another.
    pub id: String,
    /// The name of its kind in the catalogue.
    pub kind: String,
    /// The channels of its following ports, if the document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Whether its inputs go straight to its outputs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bypass: bool,
    /// The name of the buffer that it plays, if its kind plays one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffer: Option<String>,
    /// The device that it leads to or from, by its id, name or part of the name, if its kind is a port; the default one if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What its slots play, in their order, if its kind has slots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<Slot>,
    /// The settings that the document gives; choices are numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, f64>,
    /// The parameters that the document gives; choices are numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, ParamValue>,
    /// What comes in.
    #[serde(default, skip_serializing_if = "Cables::is_empty")]
    pub cables: Cables,
}

/// A parameter's value and what drives it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParamValue {
    /// The value, in the parameter's unit; the default if the document gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f32>,
    /// What is added to it at audio rate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drives: Vec<Drive>,
}

/// A cable into a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drive {
    /// Where it starts.
    pub from: Source,
    /// How far a signal of 1 moves the parameter, in its unit.
    pub depth: f32,
}

/// A cable into an input port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cable {
    /// Where it starts.
    pub from: Source,
    /// The input port where it ends.
    pub port: String,
    /// What it does to the level, in dB.
    #[serde(default, skip_serializing_if = "is_unity")]
    pub gain_db: f32,
}

fn is_unity(gain_db: &f32) -> bool {
    *gain_db == 0.0
}

/// Where a cable starts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The label of a node.
    pub node: String,
    /// The name of one of its outputs.
    pub port: String,
}

impl Default for Patch {
    fn default() -> Self {
        Patch {
            format: FORMAT,
            title: None,
            transport: Transport::default(),
            buffers: Listing::new(),
            parts: Listing::new(),
            nodes: Listing::new(),
            sequences: Listing::new(),
        }
    }
}

impl Patch {
    /// A patch without nodes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The label and the node of an id.
    pub fn by_id(&self, id: &str) -> Option<(&str, &Node)> {
        // Most ids are labels.
        if let Some((label, node)) = self.nodes.get_key_value(id).filter(|(_, n)| n.id == id) {
            return Some((label, node));
        }
        self.nodes.iter().find(|(_, n)| n.id == id).map(|(label, node)| (label.as_str(), node))
    }

    /// The names of the sources of every cable and drive into a node, with repetitions.
    pub(crate) fn sources(node: &Node) -> impl Iterator<Item = &Source> {
        let drives = node.params.values().flat_map(|p| p.drives.iter().map(|d| &d.from));
        node.cables.iter().map(|c| &c.from).chain(drives)
    }

    /// The same, to change.
    pub(crate) fn each_source_mut(node: &mut Node, mut change: impl FnMut(&mut Source)) {
        node.cables.each_mut(|c| change(&mut c.from));
        node.params.values_mut().flat_map(|p| &mut p.drives).for_each(|d| change(&mut d.from));
    }
}

impl Node {
    /// A node of this kind, with nothing set and nothing coming in.
    pub fn new(id: impl Into<String>, kind: impl Into<String>) -> Self {
        Node {
            id: id.into(),
            kind: kind.into(),
            channels: None,
            bypass: false,
            buffer: None,
            slots: Vec::new(),
            device: None,
            settings: BTreeMap::new(),
            params: BTreeMap::new(),
            cables: Cables::new(),
        }
    }
}

impl Node {
    /// Lets what comes from the node of a label come from another.
    pub(crate) fn rename_source(&mut self, from: &str, to: &str) {
        self.move_sources(
            |source| {
                if source.node == from {
                    to.clone_into(&mut source.node);
                }
            },
            from,
        );
    }

    /// Lets what comes from one output come from another.
    pub(crate) fn move_source(&mut self, from: (&str, &str), to: (&str, &str)) {
        self.move_sources(
            |source| {
                if (source.node.as_str(), source.port.as_str()) == from {
                    *source = Source { node: to.0.to_owned(), port: to.1.to_owned() };
                }
            },
            from.0,
        );
    }

    /// Changes the sources of what comes from the node of a label.
    fn move_sources(&mut self, change: impl Fn(&mut Source), label: &str) {
        let theirs: Vec<(Place, Cable)> =
            self.cables.from_node(label).map(|(place, cable)| (place, cable.clone())).collect();
        for (place, mut cable) in theirs {
            change(&mut cable.from);
            self.cables.set(place, cable);
        }
        self.params.values_mut().flat_map(|p| &mut p.drives).for_each(|d| change(&mut d.from));
    }
}

impl ParamValue {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.value.is_none() && self.drives.is_empty()
    }
}

impl From<f32> for ParamValue {
    fn from(value: f32) -> Self {
        ParamValue { value: Some(value), drives: Vec::new() }
    }
}

impl PartialEq for Node {
    /// The order of cables and of drives means nothing: they sum.
    fn eq(&self, other: &Self) -> bool {
        let alike = self.id == other.id
            && self.kind == other.kind
            && self.channels == other.channels
            && self.bypass == other.bypass
            && self.buffer == other.buffer
            && self.device == other.device
            && self.slots == other.slots
            && self.settings == other.settings;
        alike
            && same_cables(&self.cables, &other.cables)
            && self.params.len() == other.params.len()
            && self.params.iter().zip(&other.params).all(|((name, a), (other_name, b))| {
                name == other_name && a.value == b.value && same(&a.drives, &b.drives, |d| d.from.clone())
            })
    }
}

/// Whether two nodes hear the same in any order; only what they do not share is looked at.
fn same_cables(a: &Cables, b: &Cables) -> bool {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for (_, was, is) in a.changes(b) {
        old.extend(was.cloned());
        new.extend(is.cloned());
    }
    same(&old, &new, |c| (c.port.clone(), c.from.clone()))
}

/// Whether two lists hold the same in any order.
fn same<T: PartialEq, K: Ord>(a: &[T], b: &[T], key: impl Fn(&T) -> K) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a == b {
        return true;
    }
    let sorted = |list: &[T]| {
        let mut order: Vec<usize> = (0..list.len()).collect();
        order.sort_by_cached_key(|i| key(&list[*i]));
        order
    };
    sorted(a).into_iter().zip(sorted(b)).all(|(i, j)| a[i] == b[j])
}

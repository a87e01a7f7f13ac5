//! A patch with everything settled: kinds, layouts, numbers of ports and parameters, every value.

mod part;
mod play;
mod width;

pub use part::{Opening, PartParameter, ResolvedPart, ResolvedTarget, Voices};
pub use play::{ResolvedSequence, SequenceNote};

use crate::catalogue::{Catalogue, all_settings, bank_count, layout};
use crate::check::check_with;
use crate::kind::KindInfo;
use crate::model::{Meter, Node, Nodes, Patch, Sequence, Source, Transport};
use crate::places::DocumentPlaces;
use crate::problem::Problem;
use crate::read::in_order;
use indexmap::IndexMap;
use sostenuto_graph::Shape;
use sostenuto_nodes::Layout;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A patch that can be built.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// What the patch is called.
    pub title: Option<String>,
    /// The tempo in beats (quarter notes) a minute.
    pub tempo: f64,
    /// The time signature.
    pub meter: Meter,
    /// The parts that the document defines, by name.
    pub parts: IndexMap<String, Arc<ResolvedPart>>,
    /// The nodes, in the order of the patch.
    pub nodes: Vec<ResolvedNode>,
    /// What is played, in the order of the patch.
    pub sequences: Vec<ResolvedSequence>,
    /// What the document says of time, word for word.
    pub(crate) said: Said,
    by_id: HashMap<String, usize>,
}

/// What a document says, for comparing documents.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    pub transport: Transport,
    pub sequences: IndexMap<String, Sequence>,
}

/// A node that can be built.
#[derive(Clone, Debug)]
pub struct ResolvedNode {
    /// What it is known by while the patch changes.
    pub id: String,
    /// What the document calls it.
    pub label: String,
    /// Its kind; [`KindInfo::part`] if it is an instance of a part.
    pub kind: Arc<KindInfo>,
    /// Channels, every setting, seed.
    pub layout: Layout,
    /// Its ports and parameters.
    pub shape: Shape,
    /// The value of each parameter of the shape. That of a parameter which follows a signal is 0, even outside of its range.
    pub values: Vec<f32>,
    /// What drives its parameters.
    pub drives: Vec<ResolvedDrive>,
    /// What comes in.
    pub cables: Vec<ResolvedCable>,
    /// Whether its inputs go straight to its outputs.
    pub bypass: bool,
    /// What the document gives of all this; the rest follows from the kind and the other nodes.
    pub pins: Pins,
}

/// What a document says of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    /// The channels, if it gives them.
    pub channels: Option<u16>,
    /// The settings that it gives.
    pub settings: BTreeMap<String, f64>,
    /// The parameters of which it gives the value.
    pub params: BTreeSet<String>,
}

/// A cable into a parameter, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedDrive {
    /// The parameter's number in the shape.
    pub param: u16,
    /// The place of the source among the nodes of the same patch or part.
    pub node: usize,
    /// The number of its output.
    pub output: u16,
    /// How far a signal of 1 moves the parameter, in its unit.
    pub depth: f32,
}

/// A cable into a port, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedCable {
    /// The place of the source among the nodes of the same patch or part.
    pub node: usize,
    /// The number of its output.
    pub output: u16,
    /// The number of the input where it ends.
    pub input: u16,
    /// What it does to the level, in dB.
    pub gain_db: f32,
}

impl Resolved {
    /// A patch of nothing, to start from: what sounds before the first patch does.
    pub fn silence() -> Self {
        Resolved { tempo: Transport::default().tempo(), ..Resolved::default() }
    }

    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&ResolvedNode> {
        self.nodes.get(*self.by_id.get(id)?)
    }

    /// The place of an id in [`nodes`](Self::nodes).
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The same for comparing.
    pub(crate) fn view(&self) -> View<'_> {
        View { nodes: &self.nodes, by_id: &self.by_id }
    }
}

/// The nodes of a patch or a part.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub nodes: &'a [ResolvedNode],
    by_id: &'a HashMap<String, usize>,
}

impl<'a> View<'a> {
    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&'a ResolvedNode> {
        self.nodes.get(*self.by_id.get(id)?)
    }
}

/// Settles everything about a patch.
///
/// Channels: a port that follows is as wide as the widest cable into any following input of its node, and mono if there is
/// none, unless the node's `channels` says otherwise. Round a loop that has more than one answer, the narrowest holds. The ports
/// of a part are as wide as its inlets and outlets are in its definition, whatever comes in.
///
/// # Errors
/// Every problem that keeps the patch from sounding; no warnings.
pub fn resolve(patch: &Patch, catalogue: &Catalogue) -> Result<Resolved, Vec<Problem>> {
    let catalogue = catalogue.with_parts(patch);
    let mut problems = Vec::new();
    check_with(patch, &catalogue, &DocumentPlaces::default(), &mut |scope, _, node, item, fault| {
        if !fault.is_warning() {
            problems.push(Problem { scope: scope.clone(), node, item, ..Problem::of(fault) });
        }
    });
    if !problems.is_empty() {
        return Err(in_order(problems));
    }
    let nodes = resolve_nodes(&patch.nodes, &catalogue);
    let part = |name: &String| Some((name.clone(), catalogue.find(name)?.part.clone()?));
    let place = |label: &str| patch.nodes.get_index_of(label);
    Ok(Resolved {
        title: patch.title.clone(),
        tempo: patch.transport.tempo(),
        meter: patch.transport.meter(),
        parts: patch.parts.keys().filter_map(part).collect(),
        sequences: play::sequences(&patch.sequences, place),
        said: Said { transport: patch.transport.clone(), sequences: patch.sequences.clone() },
        by_id: by_id(&nodes),
        nodes,
    })
}

fn by_id(nodes: &[ResolvedNode]) -> HashMap<String, usize> {
    nodes.iter().enumerate().map(|(place, n)| (n.id.clone(), place)).collect()
}

/// The nodes of a patch or a part, at the same places. What is faulty is left out of them.
fn resolve_nodes(nodes: &Nodes, catalogue: &Catalogue) -> Vec<ResolvedNode> {
    let unknown = || Arc::new(KindInfo::unknown());
    let kinds: Vec<Arc<KindInfo>> =
        nodes.values().map(|n| catalogue.find(&n.kind).cloned().unwrap_or_else(unknown)).collect();
    let channels = width::channels(nodes, &kinds);
    let shaped = nodes.iter().zip(kinds.iter().zip(channels));
    let mut resolved: Vec<_> =
        shaped.map(|((label, node), (kind, channels))| shaped_node(label, node, kind, channels)).collect();
    for (place, node) in nodes.values().enumerate() {
        let (cables, drives) = cables(nodes, node, &resolved, place);
        resolved[place].cables = cables;
        resolved[place].drives = drives;
    }
    resolved
}

fn shaped_node(label: &str, node: &Node, kind: &Arc<KindInfo>, channels: u16) -> ResolvedNode {
    let ports = node.cables.iter().map(|c| c.port.as_str());
    let bank = bank_count(kind, &node.settings, ports);
    let layout = layout(channels, all_settings(kind, &node.settings, bank), &node.id);
    let shape = kind.shape(&layout);
    let value =
        |p: &sostenuto_graph::Parameter| node.params.get(&*p.name).and_then(|v| v.value).unwrap_or(p.default);
    let given = node.params.iter().filter(|(_, v)| v.value.is_some()).map(|(name, _)| name.clone());
    ResolvedNode {
        id: node.id.clone(),
        label: label.to_owned(),
        kind: kind.clone(),
        values: shape.params.iter().map(value).collect(),
        layout,
        shape,
        drives: Vec::new(),
        cables: Vec::new(),
        bypass: node.bypass,
        pins: Pins { channels: node.channels, settings: node.settings.clone(), params: given.collect() },
    }
}

fn cables(
    nodes: &Nodes,
    node: &Node,
    resolved: &[ResolvedNode],
    place: usize,
) -> (Vec<ResolvedCable>, Vec<ResolvedDrive>) {
    let start = |from: &Source| {
        let source = nodes.get_index_of(&from.node)?;
        Some((source, resolved[source].shape.output(&from.port)?))
    };
    let shape = &resolved[place].shape;
    let cable = |c: &crate::model::Cable| {
        let (node, output) = start(&c.from)?;
        Some(ResolvedCable { node, output, input: shape.input(&c.port)?, gain_db: c.gain_db })
    };
    let mut drives = Vec::new();
    for (name, value) in &node.params {
        for drive in &value.drives {
            if let (Some((node, output)), Some(param)) = (start(&drive.from), shape.param(name)) {
                drives.push(ResolvedDrive { param, node, output, depth: drive.depth });
            }
        }
    }
    (node.cables.iter().filter_map(cable).collect(), drives)
}

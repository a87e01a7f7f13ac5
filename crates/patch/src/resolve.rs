//! A patch with everything settled: kinds, layouts, numbers of ports and parameters, every value.

use crate::catalogue::{Catalogue, all_settings, bank_count, layout};
use crate::check::check;
use crate::kind::KindInfo;
use crate::model::{Node, Patch, Source};
use crate::problem::Problem;
use sostenuto_graph::{MAX_CHANNELS, Shape};
use sostenuto_nodes::{Layout, Width};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A patch that can be built.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What the patch is called.
    pub title: Option<String>,
    /// The nodes, in the order of the patch.
    pub nodes: Vec<ResolvedNode>,
    by_id: HashMap<String, usize>,
}

/// A node that can be built.
#[derive(Clone, Debug)]
pub struct ResolvedNode {
    /// What it is known by while the patch changes.
    pub id: String,
    /// What the document calls it.
    pub label: String,
    /// Its kind.
    pub kind: Arc<KindInfo>,
    /// Channels, every setting, seed.
    pub layout: Layout,
    /// Its ports and parameters.
    pub shape: Shape,
    /// The value of each parameter of the shape.
    pub values: Vec<f32>,
    /// What drives its parameters.
    pub drives: Vec<ResolvedDrive>,
    /// What comes in.
    pub cables: Vec<ResolvedCable>,
    /// Whether its inputs go straight to its outputs.
    pub bypass: bool,
    /// What the document fixes of the layout; the rest follows from the other nodes.
    pub pins: Pins,
}

/// What a document says of a node's layout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    /// The channels, if it gives them.
    pub channels: Option<u16>,
    /// The settings that it gives.
    pub settings: BTreeMap<String, f64>,
}

/// A cable into a parameter, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedDrive {
    /// The parameter's number in the shape.
    pub param: u16,
    /// The place of the source in [`Resolved::nodes`].
    pub node: usize,
    /// The number of its output.
    pub output: u16,
    /// How far a signal of 1 moves the parameter, in its unit.
    pub depth: f32,
}

/// A cable into a port, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedCable {
    /// The place of the source in [`Resolved::nodes`].
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
        Resolved { title: None, nodes: Vec::new(), by_id: HashMap::new() }
    }

    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&ResolvedNode> {
        self.nodes.get(*self.by_id.get(id)?)
    }

    /// The place of an id in [`nodes`](Self::nodes).
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }
}

/// Settles everything about a patch.
///
/// Channels: a port that follows is as wide as the widest cable into any following input of its node, and mono if there is
/// none, unless the node's `channels` says otherwise. Round a loop that has more than one answer, the narrowest holds.
///
/// # Errors
/// Every problem that keeps the patch from sounding; no warnings.
pub fn resolve(patch: &Patch, catalogue: &Catalogue) -> Result<Resolved, Vec<Problem>> {
    let mut problems = check(patch, catalogue);
    problems.retain(|p| !p.is_warning());
    if !problems.is_empty() {
        return Err(problems);
    }
    // The check has found every kind, so that no node falls out here and places are places in the patch.
    let kinds: Vec<Arc<KindInfo>> =
        patch.nodes.values().filter_map(|n| catalogue.find(&n.kind).cloned()).collect();
    let channels = channels(patch, &kinds);
    let shaped = patch.nodes.iter().zip(kinds.iter().zip(channels));
    let mut nodes: Vec<_> =
        shaped.map(|((label, node), (kind, channels))| shaped_node(label, node, kind, channels)).collect();
    for (place, node) in patch.nodes.values().enumerate() {
        let (cables, drives) = cables(patch, node, &nodes, place);
        nodes[place].cables = cables;
        nodes[place].drives = drives;
    }
    let by_id = nodes.iter().enumerate().map(|(place, n)| (n.id.clone(), place)).collect();
    Ok(Resolved { title: patch.title.clone(), nodes, by_id })
}

fn shaped_node(label: &str, node: &Node, kind: &Arc<KindInfo>, channels: u16) -> ResolvedNode {
    let ports = node.cables.iter().map(|c| c.port.as_str());
    let bank = bank_count(kind, &node.settings, ports);
    let layout = layout(channels, all_settings(kind, &node.settings, bank), &node.id);
    let shape = kind.shape(&layout);
    let value =
        |p: &sostenuto_graph::Parameter| node.params.get(&*p.name).and_then(|v| v.value).unwrap_or(p.default);
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
        pins: Pins { channels: node.channels, settings: node.settings.clone() },
    }
}

fn cables(
    patch: &Patch,
    node: &Node,
    nodes: &[ResolvedNode],
    place: usize,
) -> (Vec<ResolvedCable>, Vec<ResolvedDrive>) {
    let start = |from: &Source| {
        let source = patch.nodes.get_index_of(&from.node)?;
        Some((source, nodes[source].shape.output(&from.port)?))
    };
    let shape = &nodes[place].shape;
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

/// The channels of each node's following ports: the least widths that agree, found by widening from mono.
///
/// A node is looked at again only when a feeder has become wider, which happens at most [`MAX_CHANNELS`] times to each.
fn channels(patch: &Patch, kinds: &[Arc<KindInfo>]) -> Vec<u16> {
    let mut widths: Vec<u16> =
        patch.nodes.values().map(|n| n.channels.unwrap_or(1).clamp(1, MAX_CHANNELS)).collect();
    // For each node, the nodes that follow it, and the width of the output if that is fixed.
    let mut followers: Vec<Vec<(usize, Option<u16>)>> = vec![Vec::new(); kinds.len()];
    for (place, node) in patch.nodes.values().enumerate().filter(|(_, n)| n.channels.is_none()) {
        for cable in &node.cables {
            let follows = crate::catalogue::input(&kinds[place], &cable.port)
                .is_some_and(|(p, _)| p.width == Width::Follow);
            let Some(source) = patch.nodes.get_index_of(&cable.from.node).filter(|_| follows) else {
                continue;
            };
            let output = kinds[source].outputs.iter().find(|p| p.name == cable.from.port);
            match output.map(|p| p.width) {
                Some(Width::Fixed(n)) => followers[source].push((place, Some(n))),
                Some(Width::Follow) => followers[source].push((place, None)),
                None => {}
            }
        }
    }
    let mut open: Vec<usize> = (0..kinds.len()).collect();
    while let Some(source) = open.pop() {
        for (follower, fixed) in &followers[source] {
            let width = fixed.unwrap_or(widths[source]).min(MAX_CHANNELS);
            if width > widths[*follower] {
                widths[*follower] = width;
                open.push(*follower);
            }
        }
    }
    widths
}

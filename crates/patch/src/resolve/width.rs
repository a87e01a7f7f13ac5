//! How many channels each node has.

use crate::kind::KindInfo;
use crate::model::{Node, Nodes};
use sostenuto_graph::MAX_CHANNELS;
use sostenuto_nodes::Width;
use std::collections::HashMap;
use std::sync::Arc;

/// The channels that a node has if nothing comes into it.
pub(super) fn least(node: &Node) -> u16 {
    node.channels.unwrap_or(1).clamp(1, MAX_CHANNELS)
}

/// Whether a port follows what comes in.
pub(super) fn hears(kind: &KindInfo, port: &str) -> bool {
    crate::catalogue::input(kind, port).is_some_and(|(p, _)| p.width == Width::Follow)
}

/// The width of an output.
pub(super) fn output(kind: &KindInfo, port: &str) -> Option<Width> {
    kind.outputs.iter().find(|p| p.name == port).map(|p| p.width)
}

/// The channels of each node's following ports: the least widths that agree, found by widening from mono.
///
/// A node is looked at again only when a feeder has become wider, which happens at most [`MAX_CHANNELS`] times to each.
pub(super) fn channels(nodes: &Nodes, kinds: &[Arc<KindInfo>]) -> Vec<u16> {
    let mut widths: Vec<u16> = nodes.values().map(least).collect();
    let places: HashMap<&str, usize> =
        nodes.keys().enumerate().map(|(place, label)| (label.as_str(), place)).collect();
    // For each node, the nodes that follow it, and the width of the output if that is fixed.
    let mut followers: Vec<Vec<(usize, Option<u16>)>> = vec![Vec::new(); kinds.len()];
    for (place, node) in nodes.values().enumerate().filter(|(_, n)| n.channels.is_none()) {
        for cable in node.cables.iter().filter(|c| hears(&kinds[place], &c.port)) {
            let Some(source) = places.get(cable.from.node.as_str()).copied() else { continue };
            match output(&kinds[source], &cable.from.port) {
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

//! Loops with no delay in them, and nodes that nothing hears.

use super::Sink;
use crate::circle::sorted;
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::limits::OUTLET_KIND;
use crate::model::{Nodes, Patch};
use crate::places::Places;
use std::collections::HashMap;

/// For each node, the nodes that feed it.
fn feeders(nodes: &Nodes) -> Vec<Vec<usize>> {
    let places: HashMap<&str, usize> =
        nodes.keys().enumerate().map(|(place, label)| (label.as_str(), place)).collect();
    let of = |node| Patch::sources(node).filter_map(|s| places.get(s.node.as_str()).copied()).collect();
    nodes.values().map(of).collect()
}

/// Complains of each loop in which no node delays; a node alone in its loop is told of elsewhere.
pub(super) fn check(nodes: &Nodes, kinds: &[Option<&KindInfo>], places: &Places, sink: &mut Sink<'_>) {
    let delays = |i: usize| kinds[i].is_some_and(|k| k.delays);
    let mut feeders = feeders(nodes);
    let mute = |i: usize| kinds[i].is_some_and(|k| k.outputs.is_empty());
    for (node, from) in feeders.iter_mut().enumerate() {
        from.retain(|f| *f != node && !mute(*f) && !delays(*f) && !delays(node));
    }
    sorted(&feeders, |circle| tell(nodes, circle, places, sink));
}

fn tell(nodes: &Nodes, circle: &[usize], places: &Places, sink: &mut Sink<'_>) {
    let label = |i: &usize| nodes.get_index(*i).map_or(String::new(), |(label, _)| label.clone());
    let circle: Vec<String> = circle.iter().map(label).collect();
    let first = circle.first().cloned().unwrap_or_default();
    sink(places.head(&first), Some(first), None, Fault::Cycle { nodes: circle });
}

/// Warns of each node from which no way leads to one that shows or sends out a signal.
pub(super) fn not_heard(nodes: &Nodes, kinds: &[Option<&KindInfo>], places: &Places, sink: &mut Sink<'_>) {
    let feeders = feeders(nodes);
    // What nobody knows may be an output.
    let is_end = |i: &usize| kinds[*i].is_none_or(|k| k.shows || k.name == OUTLET_KIND);
    let mut heard = vec![false; feeders.len()];
    let mut open: Vec<usize> = (0..feeders.len()).filter(is_end).collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut heard[node], true) {
            open.extend(&feeders[node]);
        }
    }
    for (label, _) in nodes.keys().zip(heard).filter(|(_, heard)| !heard) {
        sink(places.head(label), Some(label.clone()), None, Fault::NotHeard);
    }
}

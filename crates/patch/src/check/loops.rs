//! Loops with no delay in them, and nodes that nothing hears.

use super::Sink;
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::model::Patch;
use crate::places::Places;
use sostenuto_nodes::Group;

/// For each node, the nodes that feed it.
fn feeders(patch: &Patch) -> Vec<Vec<usize>> {
    let of = |node| Patch::sources(node).filter_map(|s| patch.nodes.get_index_of(&s.node)).collect();
    patch.nodes.values().map(of).collect()
}

/// Complains of each loop in which no node delays; a node alone in its loop is told of elsewhere.
///
/// Nodes that wait for nothing are taken away, and what they fed then waits for one less (Kahn, "Topological sorting of large
/// networks", CACM 5(11), 1962). When none is left that waits for nothing, each one left has a feeder that is left: going
/// from feeder to feeder ends in a loop. That is told and taken away as well.
pub(super) fn check(patch: &Patch, kinds: &[Option<&KindInfo>], places: &Places, sink: &mut Sink<'_>) {
    let delays = |i: usize| kinds[i].is_some_and(|k| k.delays);
    let mut feeders = feeders(patch);
    let mute = |i: usize| kinds[i].is_some_and(|k| k.outputs.is_empty());
    for (node, from) in feeders.iter_mut().enumerate() {
        from.retain(|f| *f != node && !mute(*f) && !delays(*f) && !delays(node));
    }
    let mut fed = vec![Vec::new(); feeders.len()];
    for (node, from) in feeders.iter().enumerate() {
        from.iter().for_each(|f| fed[*f].push(node));
    }
    let mut waits: Vec<usize> = feeders.iter().map(Vec::len).collect();
    let mut gone = vec![false; feeders.len()];
    let mut ready: Vec<usize> = (0..feeders.len()).filter(|i| waits[*i] == 0).collect();
    let mut next = 0;
    loop {
        while let Some(node) = ready.pop() {
            if !std::mem::replace(&mut gone[node], true) {
                for after in &fed[node] {
                    waits[*after] -= 1;
                    if waits[*after] == 0 {
                        ready.push(*after);
                    }
                }
            }
        }
        while next < gone.len() && gone[next] {
            next += 1;
        }
        if next == gone.len() {
            return;
        }
        let circle = circle(next, &feeders, &gone);
        tell(patch, &circle, places, sink);
        ready.extend(circle);
    }
}

/// A loop among the nodes that are left, each feeding the next. `start` is one of them, and each of them has a feeder among them.
fn circle(start: usize, feeders: &[Vec<usize>], gone: &[bool]) -> Vec<usize> {
    let mut place = std::collections::HashMap::new();
    let mut path = Vec::new();
    let mut node = start;
    while !place.contains_key(&node) {
        place.insert(node, path.len());
        path.push(node);
        match feeders[node].iter().find(|f| !gone[**f]) {
            Some(feeder) => node = *feeder,
            None => return path,
        }
    }
    let mut circle = path.split_off(place[&node]);
    circle.reverse();
    // Told from the node that stands first in the document.
    let first = circle.iter().enumerate().min_by_key(|(_, node)| **node).map_or(0, |(i, _)| i);
    circle.rotate_left(first);
    circle
}

fn tell(patch: &Patch, circle: &[usize], places: &Places, sink: &mut Sink<'_>) {
    let label = |i: &usize| patch.nodes.get_index(*i).map_or(String::new(), |(label, _)| label.clone());
    let nodes: Vec<String> = circle.iter().map(label).collect();
    let first = nodes.first().cloned().unwrap_or_default();
    sink(places.head(&first), Some(first), None, Fault::Cycle { nodes });
}

/// Warns of each node from which no way leads to one that shows or sends out a signal.
pub(super) fn not_heard(patch: &Patch, kinds: &[Option<&KindInfo>], places: &Places, sink: &mut Sink<'_>) {
    let feeders = feeders(patch);
    // What nobody knows may be an output.
    let is_end = |i: &usize| kinds[*i].is_none_or(|k| k.group == Group::Output);
    let mut heard = vec![false; feeders.len()];
    let mut open: Vec<usize> = (0..feeders.len()).filter(is_end).collect();
    while let Some(node) = open.pop() {
        if !std::mem::replace(&mut heard[node], true) {
            open.extend(&feeders[node]);
        }
    }
    for (label, _) in patch.nodes.keys().zip(heard).filter(|(_, heard)| !heard) {
        sink(places.head(label), Some(label.clone()), None, Fault::NotHeard);
    }
}

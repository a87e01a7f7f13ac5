//! In which order nodes run.

use crate::error::GraphError;
use crate::message::NodeId;
use crate::plan::Half;
use crate::topology::{AudioGraph, Sink, Source};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// Something to run: a node, or half of one that delays in a loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub node: NodeId,
    pub half: Half,
}

/// A stretch of the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// One node, once.
    Single(Turn),
    /// A feedback loop, in pieces.
    Loop(Vec<Turn>),
}

/// The nodes of a part by index, oldest first, with who hears whom.
struct Net {
    ids: Vec<NodeId>,
    /// For each node, who hears it: through a port, or through a parameter.
    heard_by: Vec<Vec<(u32, bool)>>,
    delays: Vec<bool>,
}

impl Net {
    fn new(graph: &AudioGraph, part: NodeId) -> Self {
        let members = graph.nodes.get(&part).and_then(|e| e.inside.as_ref()).map(|i| &i.members);
        let ids: Vec<NodeId> = members.into_iter().flatten().copied().collect();
        let index: BTreeMap<NodeId, u32> = ids.iter().enumerate().map(|(i, id)| (*id, i as u32)).collect();
        let mut heard_by = vec![Vec::new(); ids.len()];
        let mut delays = vec![false; ids.len()];
        for (to, id) in ids.iter().enumerate() {
            let Some(entry) = graph.nodes.get(id) else { continue };
            delays[to] = entry.delays && !entry.bypassed;
            for cable in entry.incoming.iter().filter_map(|c| graph.cables.get(c)) {
                if let Source::Output(from, _) = cable.from
                    && let Some(from) = index.get(&from)
                {
                    heard_by[*from as usize].push((to as u32, matches!(cable.to, Sink::Param(..))));
                }
            }
        }
        Net { ids, heard_by, delays }
    }
}

/// The order of a part.
pub(super) fn order(graph: &AudioGraph, part: NodeId) -> Result<Vec<Section>, GraphError> {
    let net = Net::new(graph, part);
    let (group_of, groups) = strongly_connected(&net);
    let mut followers: Vec<Vec<u32>> = vec![Vec::new(); groups.len()];
    for (from, heard_by) in net.heard_by.iter().enumerate() {
        let after = heard_by.iter().map(|(to, _)| group_of[*to as usize]).filter(|g| *g != group_of[from]);
        followers[group_of[from] as usize].extend(after);
    }
    let by_oldest = |g: u32| groups[g as usize].iter().copied().min().unwrap_or(0);
    let (sequence, _) = kahn(&followers, by_oldest);
    let mut sections = Vec::with_capacity(sequence.len());
    for group in sequence {
        let group = &groups[group as usize];
        let alone =
            group.len() == 1 && !net.heard_by[group[0] as usize].iter().any(|(to, _)| *to == group[0]);
        sections.push(if alone {
            Section::Single(Turn { node: net.ids[group[0] as usize], half: Half::Whole })
        } else {
            Section::Loop(order_loop(graph, &net, group)?)
        });
    }
    Ok(sections)
}

/// The order inside a loop: each node that delays puts out first and takes in last.
fn order_loop(graph: &AudioGraph, net: &Net, group: &[u32]) -> Result<Vec<Turn>, GraphError> {
    let mut turns = Vec::new();
    // The turns of a node: (the one that puts out, the one that takes in).
    let mut halves = BTreeMap::new();
    for &node in group {
        let id = net.ids[node as usize];
        let first = turns.len() as u32;
        if net.delays[node as usize] {
            turns.extend([Turn { node: id, half: Half::Emit }, Turn { node: id, half: Half::Absorb }]);
            halves.insert(node, (first, first + 1));
        } else {
            turns.push(Turn { node: id, half: Half::Whole });
            halves.insert(node, (first, first));
        }
    }
    let mut followers = vec![Vec::new(); turns.len()];
    for (&node, &(emit, absorb)) in &halves {
        if emit != absorb {
            followers[emit as usize].push(absorb);
        }
        for (to, drives) in &net.heard_by[node as usize] {
            if let Some((to_emit, to_absorb)) = halves.get(to) {
                followers[emit as usize].push(if *drives { *to_emit } else { *to_absorb });
            }
        }
    }
    let (sequence, stuck) = kahn(&followers, |t| t);
    if let Some(stuck) = stuck {
        return Err(GraphError::Cycle { nodes: names_on_cycle(graph, &turns, &followers, &stuck) });
    }
    Ok(sequence.into_iter().map(|t| turns[t as usize]).collect())
}

/// Kahn's algorithm (CACM 5(11), 1962), taking up first what was just made possible, so that chains run through and few signals
/// live at a time. What cannot be ordered, because it waits for a cycle, is told apart.
fn kahn(followers: &[Vec<u32>], age: impl Fn(u32) -> u32) -> (Vec<u32>, Option<Vec<bool>>) {
    let mut waits_for = vec![0u32; followers.len()];
    followers.iter().flatten().for_each(|to| waits_for[*to as usize] += 1);
    let mut ready: Vec<u32> = (0..followers.len() as u32).filter(|i| waits_for[*i as usize] == 0).collect();
    ready.sort_by_key(|i| core::cmp::Reverse(age(*i)));
    let mut sequence = Vec::with_capacity(followers.len());
    while let Some(next) = ready.pop() {
        sequence.push(next);
        for to in followers[next as usize].iter().rev() {
            waits_for[*to as usize] -= 1;
            if waits_for[*to as usize] == 0 {
                ready.push(*to);
            }
        }
    }
    let stuck = (sequence.len() < followers.len()).then(|| waits_for.iter().map(|n| *n > 0).collect());
    (sequence, stuck)
}

/// One cycle among the turns that could not be ordered.
fn names_on_cycle(
    graph: &AudioGraph,
    turns: &[Turn],
    followers: &[Vec<u32>],
    stuck: &[bool],
) -> Vec<alloc::string::String> {
    // Every stuck turn waits for another stuck one: walking backwards from any must come round.
    let mut before = vec![None; turns.len()];
    for (from, to) in
        followers.iter().enumerate().flat_map(|(f, list)| list.iter().map(move |t| (f, *t as usize)))
    {
        if stuck[from] && stuck[to] {
            before[to] = Some(from);
        }
    }
    let mut seen = vec![false; turns.len()];
    let mut at = stuck.iter().position(|s| *s);
    while let Some(here) = at
        && !core::mem::replace(&mut seen[here], true)
    {
        at = before[here];
    }
    let start = at;
    let mut nodes: Vec<NodeId> = Vec::new();
    while let Some(here) = at {
        if nodes.last() != Some(&turns[here].node) {
            nodes.push(turns[here].node);
        }
        at = before[here].filter(|next| Some(*next) != start);
    }
    nodes.reverse();
    nodes.iter().filter_map(|id| graph.name(*id)).map(alloc::string::String::from).collect()
}

/// Tarjan's strongly connected components (SIAM J. Comput. 1(2), 1972), without recursion.
fn strongly_connected(net: &Net) -> (Vec<u32>, Vec<Vec<u32>>) {
    const UNSEEN: u32 = u32::MAX;
    let count = net.ids.len();
    let (mut number, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    let (mut group_of, mut groups) = (vec![UNSEEN; count], Vec::new());
    let (mut open, mut path) = (Vec::new(), Vec::new());
    let mut counter = 0;
    for start in 0..count as u32 {
        if number[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, 0usize));
        while let Some((node, edge)) = path.last_mut() {
            let at = *node as usize;
            if *edge == 0 && number[at] == UNSEEN {
                (number[at], low[at]) = (counter, counter);
                counter += 1;
                open.push(*node);
            }
            if let Some((to, _)) = net.heard_by[at].get(*edge) {
                *edge += 1;
                let to_at = *to as usize;
                if number[to_at] == UNSEEN {
                    path.push((*to, 0));
                } else if group_of[to_at] == UNSEEN {
                    low[at] = low[at].min(number[to_at]);
                }
                continue;
            }
            path.pop();
            if let Some((above, _)) = path.last() {
                low[*above as usize] = low[*above as usize].min(low[at]);
            }
            if low[at] == number[at] {
                let from = open.iter().rposition(|n| *n as usize == at).unwrap_or(0);
                let group = open.split_off(from);
                group.iter().for_each(|n| group_of[*n as usize] = groups.len() as u32);
                groups.push(group);
            }
        }
    }
    (group_of, groups)
}

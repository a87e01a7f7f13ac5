//! The nodes of one patch or part beside those of another.

use super::in_order;
use crate::catalogue::param;
use crate::edit::{Edit, Input, NodeSpec, Order, Output, Who, describe_layout};
use crate::resolve::{ResolvedNode, View};
use sostenuto_units::Unit;
use std::collections::{HashMap, HashSet};

/// The edits of nodes and cables, in the order in which they can be made.
#[derive(Default)]
pub(super) struct Edits {
    pub first: Vec<Edit>,
    pub cut: Vec<Edit>,
    pub gone: Vec<Edit>,
    pub nodes: Vec<Edit>,
    pub values: Vec<Edit>,
    pub joined: Vec<Edit>,
    pub order: Vec<Edit>,
}

/// Compares the nodes. Of the parts named, no instance can go on.
pub(super) fn compare(a: View<'_>, b: View<'_>, rebuilt: &HashSet<&str>) -> Edits {
    let mut edits = Edits::default();
    for old in a.nodes.iter().filter(|n| b.node(&n.id).is_none()) {
        edits.gone.push(Edit::RemoveNode { node: who(old) });
    }
    for (at, new) in b.nodes.iter().enumerate() {
        match a.node(&new.id) {
            None => edits.nodes.push(Edit::AddNode { node: who(new), spec: spec(new), at }),
            Some(old) => edits.node(old, new, rebuilt),
        }
        edits.cables(a, b, new);
        edits.drives(a, b, new);
    }
    let ids = |view: View<'_>| view.nodes.iter().map(|n| n.id.clone()).collect::<Vec<_>>();
    let (old, new) = (ids(a), ids(b));
    if !in_order(old.iter(), new.iter(), |id| a.node(id).is_some(), |id| b.node(id).is_some()) {
        edits.order.push(Edit::Order { order: Order::Nodes(new) });
    }
    edits
}

impl Edits {
    /// A node that is in both.
    fn node(&mut self, old: &ResolvedNode, new: &ResolvedNode, rebuilt: &HashSet<&str>) {
        if old.label != new.label {
            self.first.push(Edit::Relabel { node: who(new), was: old.label.clone() });
        }
        let is_rebuilt = new.kind.part.is_some() && rebuilt.contains(&*new.kind.name);
        if old.kind.name != new.kind.name || old.layout != new.layout || is_rebuilt {
            let was = describe_layout(&old.kind.name, &old.layout);
            let (before, spec) = (spec(old), spec(new));
            let implied = (&before.kind, &before.pins, &before.params, before.bypass)
                == (&spec.kind, &spec.pins, &spec.params, spec.bypass);
            self.nodes.push(Edit::ReplaceNode { node: who(new), spec, was, implied });
            return;
        }
        if (old.pins.channels, &old.pins.settings) != (new.pins.channels, &new.pins.settings) {
            self.values.push(Edit::Pin { node: who(new), pins: new.pins.clone() });
        }
        if old.bypass != new.bypass {
            self.values.push(Edit::Bypass { node: who(new), on: new.bypass });
        }
        // The same kind and layout: the same parameters in the same order.
        for (parameter, (was, value)) in new.shape.params.iter().zip(old.values.iter().zip(&new.values)) {
            let name = &*parameter.name;
            let (before, written) = (old.pins.params.contains(name), new.pins.params.contains(name));
            if was == value && before == written {
                continue;
            }
            if let Some((info, _)) = param(&new.kind, name) {
                let (node, param, info) = (who(new), name.to_owned(), info.clone());
                let (value, was, implied) = (*value, *was, !before && !written);
                self.values.push(Edit::SetParam { node, param, value, was, info, written, implied });
            }
        }
    }

    fn cables(&mut self, a: View<'_>, b: View<'_>, new: &ResolvedNode) {
        let ends = |view: View<'_>, node: &ResolvedNode| {
            let end = |c: &crate::resolve::ResolvedCable| {
                let port = node.shape.inputs[usize::from(c.input)].name.to_string();
                let to = Input { node: who(new), port };
                (output(view, c.node, c.output), to, c.gain_db)
            };
            node.cables.iter().map(end).collect::<Vec<_>>()
        };
        let (old, now) = (a.node(&new.id).map_or(Vec::new(), |n| ends(a, n)), ends(b, new));
        if !old.is_empty() && !same_order(&old, &now) {
            let cables = now.iter().map(|(from, to, _)| (from.clone(), to.port.clone())).collect();
            self.order.push(Edit::Order { order: Order::Cables(who(new), cables) });
        }
        let mut left = by_ends(old);
        for (at, (from, to, gain_db)) in now.into_iter().enumerate() {
            match left.remove(&key(&from, &to)) {
                None => self.joined.push(Edit::Connect { from, to, gain_db, at }),
                Some((_, _, was)) if was != gain_db => {
                    self.values.push(Edit::SetCableGain { from, to, gain_db, was })
                }
                Some(_) => {}
            }
        }
        for (from, to, _) in settled(left) {
            if b.node(&from.node.id).is_some() {
                self.cut.push(Edit::Disconnect { from, to });
            }
        }
    }

    fn drives(&mut self, a: View<'_>, b: View<'_>, new: &ResolvedNode) {
        let ends = |view: View<'_>, node: &ResolvedNode| {
            let end = |d: &crate::resolve::ResolvedDrive| {
                let port = node.shape.params[usize::from(d.param)].name.to_string();
                let to = Input { node: who(new), port };
                (output(view, d.node, d.output), to, d.depth)
            };
            node.drives.iter().map(end).collect::<Vec<_>>()
        };
        let unit = |to: &Input| param(&new.kind, &to.port).map_or(Unit::None, |(info, _)| info.unit);
        let (old, now) = (a.node(&new.id).map_or(Vec::new(), |n| ends(a, n)), ends(b, new));
        // The drives of one parameter stand together.
        for of_one in now.chunk_by(|x, y| x.1.port == y.1.port) {
            let before: Vec<End> = old.iter().filter(|e| e.1.port == of_one[0].1.port).cloned().collect();
            if !same_order(&before, of_one) {
                let from = of_one.iter().map(|(from, _, _)| from.clone()).collect();
                self.order.push(Edit::Order { order: Order::Drives(of_one[0].1.clone(), from) });
            }
        }
        let mut left = by_ends(old);
        let mut at = 0;
        let mut last = String::new();
        for (from, to, depth) in now {
            at = if last == to.port { at + 1 } else { 0 };
            last.clone_from(&to.port);
            let unit = unit(&to);
            match left.remove(&key(&from, &to)) {
                None => self.joined.push(Edit::Drive { from, to, depth, unit, at }),
                Some((_, _, was)) if was != depth => {
                    self.values.push(Edit::SetDepth { from, to, depth, was, unit })
                }
                Some(_) => {}
            }
        }
        for (from, to, _) in settled(left) {
            if b.node(&from.node.id).is_some() {
                self.cut.push(Edit::Undrive { from, to });
            }
        }
    }
}

type End = (Output, Input, f32);
type Key = (String, String, String);

fn key(from: &Output, to: &Input) -> Key {
    (from.node.id.clone(), from.port.clone(), to.port.clone())
}

fn by_ends(cables: Vec<End>) -> HashMap<Key, End> {
    cables.into_iter().map(|c| (key(&c.0, &c.1), c)).collect()
}

/// Whether the cables that are in both stand in the same order.
fn same_order(old: &[End], new: &[End]) -> bool {
    let keys = |ends: &[End]| ends.iter().map(|(from, to, _)| key(from, to)).collect::<Vec<_>>();
    let (old, new) = (keys(old), keys(new));
    if old == new {
        return true;
    }
    let (in_old, in_new): (HashSet<&Key>, HashSet<&Key>) = (old.iter().collect(), new.iter().collect());
    in_order(old.iter(), new.iter(), |k| in_old.contains(*k), |k| in_new.contains(*k))
}

/// The same edits come in the same order each time.
fn settled(left: HashMap<Key, End>) -> Vec<End> {
    let mut ends: Vec<End> = left.into_values().collect();
    ends.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    ends
}

pub(super) fn who(node: &ResolvedNode) -> Who {
    Who { id: node.id.clone(), label: node.label.clone() }
}

fn output(view: View<'_>, node: usize, port: u16) -> Output {
    let node = &view.nodes[node];
    Output { node: who(node), port: node.shape.outputs[usize::from(port)].name.to_string() }
}

fn spec(node: &ResolvedNode) -> NodeSpec {
    let given =
        node.shape.params.iter().zip(&node.values).filter(|(p, _)| node.pins.params.contains(&*p.name));
    NodeSpec {
        kind: node.kind.name.to_string(),
        layout: node.layout.clone(),
        pins: node.pins.clone(),
        params: given.map(|(p, v)| (p.name.to_string(), *v)).collect(),
        bypass: node.bypass,
    }
}

//! The smallest batch of edits from one patch to another.

use crate::catalogue::param;
use crate::edit::{Edit, Input, NodeSpec, Output, Who, describe_layout};
use crate::resolve::{Resolved, ResolvedNode};
use sostenuto_units::Unit;
use std::collections::HashMap;

/// The edits that turn `a` into `b`, in an order in which they can be made.
///
/// A node is the same if its id, kind, channels and settings are; it then keeps its state. Where it stands and what else it
/// says do not matter. Time and memory are linear in the size of the two patches.
pub fn diff(a: &Resolved, b: &Resolved) -> Vec<Edit> {
    let mut edits = Edits::default();
    if a.title != b.title {
        edits.first.push(Edit::Title { title: b.title.clone() });
    }
    for old in a.nodes.iter().filter(|n| b.node(&n.id).is_none()) {
        edits.gone.push(Edit::RemoveNode { node: who(old) });
    }
    for new in &b.nodes {
        match a.node(&new.id) {
            None => edits.nodes.push(Edit::AddNode { node: who(new), spec: spec(new) }),
            Some(old) => edits.node(old, new),
        }
        edits.cables(a, b, new);
        edits.drives(a, b, new);
    }
    edits.in_order()
}

#[derive(Default)]
struct Edits {
    first: Vec<Edit>,
    cut: Vec<Edit>,
    gone: Vec<Edit>,
    nodes: Vec<Edit>,
    values: Vec<Edit>,
    joined: Vec<Edit>,
}

impl Edits {
    fn in_order(self) -> Vec<Edit> {
        [self.first, self.cut, self.gone, self.nodes, self.values, self.joined]
            .into_iter()
            .flatten()
            .collect()
    }

    /// A node that is in both.
    fn node(&mut self, old: &ResolvedNode, new: &ResolvedNode) {
        if old.label != new.label {
            self.first.push(Edit::Relabel { node: who(new), was: old.label.clone() });
        }
        if old.kind.name != new.kind.name || old.layout != new.layout {
            let was = describe_layout(&old.kind.name, &old.layout);
            self.nodes.push(Edit::ReplaceNode { node: who(new), spec: spec(new), was });
            return;
        }
        if old.pins != new.pins {
            self.values.push(Edit::Pin { node: who(new), pins: new.pins.clone() });
        }
        if old.bypass != new.bypass {
            self.values.push(Edit::Bypass { node: who(new), on: new.bypass });
        }
        // The same kind and layout: the same parameters in the same order.
        for (parameter, (was, value)) in new.shape.params.iter().zip(old.values.iter().zip(&new.values)) {
            if let (true, Some((info, _))) = (was != value, param(&new.kind, &parameter.name)) {
                let (node, param) = (who(new), parameter.name.to_string());
                self.values.push(Edit::SetParam {
                    node,
                    param,
                    value: *value,
                    was: *was,
                    info: info.clone(),
                });
            }
        }
    }

    fn cables(&mut self, a: &Resolved, b: &Resolved, new: &ResolvedNode) {
        let ends = |patch: &Resolved, node: &ResolvedNode| {
            let end = |c: &crate::resolve::ResolvedCable| {
                let port = node.shape.inputs[usize::from(c.input)].name.to_string();
                let to = Input { node: who(new), port };
                (output(patch, c.node, c.output), to, c.gain_db)
            };
            node.cables.iter().map(end).collect::<Vec<_>>()
        };
        let old = a.node(&new.id).map_or(Vec::new(), |n| ends(a, n));
        let mut left = by_ends(old);
        for (from, to, gain_db) in ends(b, new) {
            match left.remove(&(from.node.id.clone(), from.port.clone(), to.port.clone())) {
                None => self.joined.push(Edit::Connect { from, to, gain_db }),
                Some((_, _, was)) if was != gain_db => {
                    self.values.push(Edit::SetCableGain { from, to, gain_db, was })
                }
                Some(_) => {}
            }
        }
        for (from, to, _) in in_order(left) {
            if b.node(&from.node.id).is_some() {
                self.cut.push(Edit::Disconnect { from, to });
            }
        }
    }

    fn drives(&mut self, a: &Resolved, b: &Resolved, new: &ResolvedNode) {
        let ends = |patch: &Resolved, node: &ResolvedNode| {
            let end = |d: &crate::resolve::ResolvedDrive| {
                let port = node.shape.params[usize::from(d.param)].name.to_string();
                let to = Input { node: who(new), port };
                (output(patch, d.node, d.output), to, d.depth)
            };
            node.drives.iter().map(end).collect::<Vec<_>>()
        };
        let unit = |to: &Input| param(&new.kind, &to.port).map_or(Unit::None, |(info, _)| info.unit);
        let old = a.node(&new.id).map_or(Vec::new(), |n| ends(a, n));
        let mut left = by_ends(old);
        for (from, to, depth) in ends(b, new) {
            let unit = unit(&to);
            match left.remove(&(from.node.id.clone(), from.port.clone(), to.port.clone())) {
                None => self.joined.push(Edit::Drive { from, to, depth, unit }),
                Some((_, _, was)) if was != depth => {
                    self.values.push(Edit::SetDepth { from, to, depth, was, unit })
                }
                Some(_) => {}
            }
        }
        for (from, to, _) in in_order(left) {
            if b.node(&from.node.id).is_some() {
                self.cut.push(Edit::Undrive { from, to });
            }
        }
    }
}

type End = (Output, Input, f32);

fn by_ends(cables: Vec<End>) -> HashMap<(String, String, String), End> {
    cables.into_iter().map(|c| ((c.0.node.id.clone(), c.0.port.clone(), c.1.port.clone()), c)).collect()
}

/// The same edits come in the same order each time.
fn in_order(left: HashMap<(String, String, String), End>) -> Vec<End> {
    let mut ends: Vec<End> = left.into_values().collect();
    ends.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    ends
}

fn who(node: &ResolvedNode) -> Who {
    Who { id: node.id.clone(), label: node.label.clone() }
}

fn output(patch: &Resolved, node: usize, port: u16) -> Output {
    let node = &patch.nodes[node];
    Output { node: who(node), port: node.shape.outputs[usize::from(port)].name.to_string() }
}

fn spec(node: &ResolvedNode) -> NodeSpec {
    let differing = node.shape.params.iter().zip(&node.values).filter(|(p, v)| p.default != **v);
    NodeSpec {
        kind: node.kind.name.to_string(),
        layout: node.layout.clone(),
        pins: node.pins.clone(),
        params: differing.map(|(p, v)| (p.name.to_string(), *v)).collect(),
        bypass: node.bypass,
    }
}

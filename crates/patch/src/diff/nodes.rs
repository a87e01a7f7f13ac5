//! The nodes of one patch or part beside those of another.

use super::same_order;
use crate::catalogue::param;
use crate::edit::{Edit, Input, NodeSpec, Order, Output, Who, describe_layout};
use crate::listing::Place;
use crate::model::{Cable, Cables, Drive, Source};
use crate::resolve::{ResolvedNode, ResolvedNodes};
use sostenuto_nodes::Layout;
use sostenuto_units::Unit;
use std::collections::{BTreeMap, HashMap, HashSet};

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

/// Compares the nodes that the two do not share. Of the parts named, no instance can go on.
pub(super) fn compare(a: &ResolvedNodes, b: &ResolvedNodes, rebuilt: &HashSet<&str>) -> Edits {
    let mut edits = Edits::default();
    let changes: Vec<_> = a.changes(b).collect();
    // Mostly what stands at a place is the same node as before.
    let stays = |old: Option<&ResolvedNode>, new: Option<&ResolvedNode>| {
        old.zip(new).is_some_and(|(old, new)| old.id == new.id)
    };
    for (old, new) in &changes {
        let gone = old.filter(|old| !stays(Some(old), new.map(|(_, new)| new)) && b.node(&old.id).is_none());
        edits.gone.extend(gone.map(|old| Edit::RemoveNode { node: who(old) }));
    }
    let both = Both { a, b, others: others(a, b, &changes) };
    let mut moved = false;
    for (there, (at, new)) in changes.iter().filter_map(|(old, new)| Some((*old, (*new)?))) {
        let old = if stays(there, Some(new)) {
            there
        } else {
            let place = a.place(&new.id);
            moved |= place.is_some_and(|place| place != at);
            place.and_then(|place| a.at(place))
        };
        match old {
            None => {
                let after = b.before(at).map(|node| node.id.clone());
                edits.nodes.push(Edit::AddNode { node: who(new), spec: spec(new), after });
            }
            Some(old) => edits.node(old, new, rebuilt),
        }
        edits.cables(&both, old, new);
        edits.drives(&both, old, new);
    }
    if moved {
        let ids = |nodes: &ResolvedNodes| nodes.iter().map(|n| n.id.clone()).collect::<Vec<_>>();
        let (old, new) = (ids(a), ids(b));
        if !same_order(old.iter(), new.iter(), |id| a.node(id).is_some(), |id| b.node(id).is_some()) {
            edits.order.push(Edit::Order { order: Order::Nodes(new) });
        }
    }
    edits
}

/// The two sides, and the labels that mean another node in one than in the other.
struct Both<'a> {
    a: &'a ResolvedNodes,
    b: &'a ResolvedNodes,
    others: Vec<&'a str>,
}

/// What is at a place of one side and what is at a place of the other.
type Changed<'a> = (Option<&'a ResolvedNode>, Option<(Place, &'a ResolvedNode)>);

fn others<'a>(a: &ResolvedNodes, b: &ResolvedNodes, changes: &[Changed<'a>]) -> Vec<&'a str> {
    let mut labels: Vec<&'a str> = Vec::new();
    for (old, new) in changes {
        match old.zip(new.map(|(_, node)| node)) {
            // What is in the same place by the same names means the same.
            Some((old, new)) if old.label == new.label && old.id == new.id => {}
            _ => labels
                .extend([*old, new.map(|(_, node)| node)].into_iter().flatten().map(|n| n.label.as_str())),
        }
    }
    labels.sort_unstable();
    labels.dedup();
    labels.retain(|label| a.labelled(label).map(|n| &n.id) != b.labelled(label).map(|n| &n.id));
    labels
}

impl Edits {
    /// A node that is in both.
    fn node(&mut self, old: &ResolvedNode, new: &ResolvedNode, rebuilt: &HashSet<&str>) {
        if old.label != new.label {
            self.first.push(Edit::Relabel { node: who(new), was: old.label.clone() });
        }
        let is_rebuilt = new.kind.part.is_some() && rebuilt.contains(&*new.kind.name);
        let slots = old.layout.slots != new.layout.slots && !is_rebuilt && only_slots_differ(old, new);
        if slots {
            let (node, slots, was) = (who(new), new.layout.slots.clone(), old.layout.slots.clone());
            let (said, implied) = (new.said().slots.clone(), new.said().slots == old.said().slots);
            self.nodes.push(Edit::Slots { node, slots, was, said, implied });
        } else if old.kind.name != new.kind.name || old.layout != new.layout || is_rebuilt {
            let was = describe_layout(&old.kind.name, &old.layout);
            let (before, spec) = (spec(old), spec(new));
            let implied = (&before.kind, &before.pins, &before.params, before.bypass)
                == (&spec.kind, &spec.pins, &spec.params, spec.bypass);
            self.nodes.push(Edit::ReplaceNode { node: who(new), spec, was, implied });
            return;
        }
        let unsaid = !slots && old.said().slots != new.said().slots;
        if !old.is_pinned_as(new) || unsaid {
            self.values.push(Edit::Pin { node: who(new), pins: new.pins() });
        }
        if old.bypass != new.bypass {
            self.values.push(Edit::Bypass { node: who(new), on: new.bypass });
        }
        // The same kind and layout: the same parameters in the same order.
        for (parameter, (was, value)) in new.shape.params.iter().zip(old.values.iter().zip(&new.values)) {
            let name = &*parameter.name;
            let (before, written) = (old.gives(name), new.gives(name));
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

    fn cables(&mut self, both: &Both<'_>, old: Option<&ResolvedNode>, new: &ResolvedNode) {
        let Both { a, b, others } = both;
        let none = Cables::new();
        let (was, is) = (old.map_or(&none, |old| &old.said().cables), &new.said().cables);
        // Those that may be others than before: their places, what was there and what is.
        let mut cables: Vec<_> = was.changes(is).collect();
        let mut also = |place: Place| cables.push((place, was.at(place), is.at(place)));
        if others.len() > was.len() + is.len() {
            was.places().chain(is.places()).for_each(|(place, _)| also(place));
        } else if !(was.is_empty() && is.is_empty()) {
            let theirs = |label| was.from_node(label).chain(is.from_node(label));
            others.iter().flat_map(|label| theirs(label)).for_each(|(place, _)| also(place));
        }
        if cables.is_empty() {
            return;
        }
        cables.sort_unstable_by_key(|(place, ..)| *place);
        cables.dedup_by_key(|(place, ..)| *place);
        // Where it starts, by the node's id and the output, and at which port it ends.
        fn key<'k>(from: &'k ResolvedNode, cable: &'k Cable) -> (&'k str, &'k str, &'k str) {
            (&from.id, &cable.from.port, &cable.port)
        }
        let start =
            |from: &ResolvedNode, cable: &Cable| Output { node: who(from), port: cable.from.port.clone() };
        let to = |cable: &Cable| Input { node: who(new), port: cable.port.clone() };
        let mut left: BTreeMap<_, _> = BTreeMap::new();
        for (place, cable) in cables.iter().filter_map(|(place, was, _)| Some((*place, (*was)?))) {
            if let Some(from) = a.labelled(&cable.from.node) {
                left.insert(key(from, cable), (place, from, cable));
            }
        }
        let mut moved = false;
        for (place, cable) in cables.iter().filter_map(|(place, _, is)| Some((*place, (*is)?))) {
            let Some(from) = b.labelled(&cable.from.node) else { continue };
            let gain_db = cable.gain_db;
            match left.remove(&key(from, cable)) {
                None => {
                    let named = |c: &Cable| Some((output(b, &c.from)?, c.port.clone()));
                    let after = is.before(place).and_then(named);
                    self.joined.push(Edit::Connect {
                        from: start(from, cable),
                        to: to(cable),
                        gain_db,
                        after,
                    });
                }
                Some((there, _, before)) => {
                    moved |= there != place;
                    if before.gain_db != gain_db {
                        let (from, to, was) = (start(from, cable), to(cable), before.gain_db);
                        self.values.push(Edit::SetCableGain { from, to, gain_db, was });
                    }
                }
            }
        }
        for (_, from, cable) in left.into_values() {
            if b.node(&from.id).is_some() {
                self.cut.push(Edit::Disconnect { from: start(from, cable), to: to(cable) });
            }
        }
        if moved {
            let all = |nodes: &ResolvedNodes, cables: &Cables| -> Vec<End> {
                let end = |cable: &Cable| {
                    Some((start(nodes.labelled(&cable.from.node)?, cable), to(cable), cable.gain_db))
                };
                cables.iter().filter_map(end).collect()
            };
            let (old, now) = (all(a, was), all(b, is));
            if !in_order(&old, &now) {
                let cables = now.into_iter().map(|(from, to, _)| (from, to.port)).collect();
                self.order.push(Edit::Order { order: Order::Cables(who(new), cables) });
            }
        }
    }

    fn drives(&mut self, both: &Both<'_>, old: Option<&ResolvedNode>, new: &ResolvedNode) {
        let Both { a, b, .. } = both;
        let is_driven =
            |node: &ResolvedNode| node.said().params.values().any(|value| !value.drives.is_empty());
        if !is_driven(new) && !old.is_some_and(is_driven) {
            return;
        }
        let ends = |nodes: &ResolvedNodes, node: &ResolvedNode| {
            let driven = node.said().params.iter();
            let end = |(name, drive): (&String, &Drive)| {
                let to = Input { node: who(new), port: name.clone() };
                Some((output(nodes, &drive.from)?, to, drive.depth))
            };
            let all = driven.flat_map(|(name, value)| value.drives.iter().map(move |drive| (name, drive)));
            all.filter_map(end).collect::<Vec<_>>()
        };
        let unit = |to: &Input| param(&new.kind, &to.port).map_or(Unit::None, |(info, _)| info.unit);
        let (old, now) = (old.map_or(Vec::new(), |n| ends(a, n)), ends(b, new));
        // The drives of one parameter stand together.
        for of_one in now.chunk_by(|x, y| x.1.port == y.1.port) {
            let before: Vec<End> = old.iter().filter(|e| e.1.port == of_one[0].1.port).cloned().collect();
            if !in_order(&before, of_one) {
                let from = of_one.iter().map(|(from, _, _)| from.clone()).collect();
                self.order.push(Edit::Order { order: Order::Drives(of_one[0].1.clone(), from) });
            }
        }
        let mut left: HashMap<Key, End> = old.into_iter().map(|c| (key(&c.0, &c.1), c)).collect();
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
        for (from, to, _) in settled(left.into_values()) {
            if b.node(&from.node.id).is_some() {
                self.cut.push(Edit::Undrive { from, to });
            }
        }
    }
}

/// Whether all that differs between two nodes of one layout is what their slots play.
fn only_slots_differ(old: &ResolvedNode, new: &ResolvedNode) -> bool {
    let with_old = Layout { slots: old.layout.slots.clone(), ..new.layout.clone() };
    old.kind.name == new.kind.name && old.layout == with_old
}

type End = (Output, Input, f32);
type Key = (String, String, String);

fn key(from: &Output, to: &Input) -> Key {
    (from.node.id.clone(), from.port.clone(), to.port.clone())
}

/// Whether the cables that are in both stand in the same order.
fn in_order(old: &[End], new: &[End]) -> bool {
    let keys = |ends: &[End]| ends.iter().map(|(from, to, _)| key(from, to)).collect::<Vec<_>>();
    let (old, new) = (keys(old), keys(new));
    if old == new {
        return true;
    }
    let (in_old, in_new): (HashSet<&Key>, HashSet<&Key>) = (old.iter().collect(), new.iter().collect());
    same_order(old.iter(), new.iter(), |k| in_old.contains(*k), |k| in_new.contains(*k))
}

/// The same edits come in the same order each time.
fn settled(left: impl Iterator<Item = End>) -> Vec<End> {
    let mut ends: Vec<End> = left.collect();
    ends.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    ends
}

pub(super) fn who(node: &ResolvedNode) -> Who {
    Who { id: node.id.clone(), label: node.label.clone() }
}

fn output(nodes: &ResolvedNodes, from: &Source) -> Option<Output> {
    Some(Output { node: who(nodes.labelled(&from.node)?), port: from.port.clone() })
}

fn spec(node: &ResolvedNode) -> Box<NodeSpec> {
    let given = node.shape.params.iter().zip(&node.values).filter(|(p, _)| node.gives(&p.name));
    Box::new(NodeSpec {
        kind: node.kind.name.to_string(),
        layout: node.layout.clone(),
        pins: node.pins(),
        params: given.map(|(p, v)| (p.name.to_string(), *v)).collect(),
        bypass: node.bypass,
    })
}

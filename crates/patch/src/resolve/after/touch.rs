//! Which nodes are to be looked at, and what of them?

use super::{Step, changed};
use crate::kind::KindInfo;
use crate::listing::Place;
use crate::model::{Cable, Node};
use crate::resolve::links::heard;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is to be looked at of a node that is there.
#[derive(Default)]
pub(super) struct Touch {
    /// It says something else, is new, or is of a part that is another.
    pub own: bool,
    /// The labels that it hears and that mean other nodes than before.
    pub heard: Vec<String>,
}

/// What is to be looked at.
pub(super) struct Touched {
    pub nodes: BTreeMap<Place, Touch>,
    /// The labels that mean other nodes than before: others by id, place or kind, or none.
    pub faces: BTreeSet<String>,
}

impl Step<'_> {
    /// Finds what is to be looked at, and notes in the links what the changed nodes say. `kinds` are the parts that are others.
    pub(super) fn touched(&mut self, kinds: &BTreeSet<String>) -> Option<Touched> {
        let (old, new) = (self.old.said.nodes.clone(), self.next.said.nodes.clone());
        let changed = changed(&old, &new)?;
        let mut own: BTreeSet<Place> = changed.iter().copied().collect();
        for kind in kinds {
            let theirs = self.old.links.of_kind(kind);
            own.extend(theirs.filter(|place| old.at(*place).is_some_and(|(_, node)| node.kind == *kind)));
        }
        for place in changed {
            self.link(place, old.at(place).map(|(_, node)| node), new.at(place).map(|(_, node)| node));
        }
        let pairs = own.iter().map(|place| (old.at(*place), new.at(*place)));
        // Most mean what they did: only what comes into the node is another, or a value.
        let others = pairs.filter(|pair| match pair {
            (Some((was, old)), Some((label, new))) => {
                !(self.same_kinds && was == label && old.id == new.id && old.kind == new.kind)
            }
            _ => true,
        });
        let labels = others.flat_map(|(old, new)| [old, new]).flatten().map(|(label, _)| label);
        let faces: BTreeSet<String> = labels.filter(|label| self.is_other(label)).cloned().collect();
        let mut nodes: BTreeMap<Place, Touch> = BTreeMap::new();
        for label in &faces {
            for place in self.next.links.listeners(label) {
                if new.at(place).is_some_and(|(_, node)| hears(node, label)) {
                    nodes.entry(place).or_default().heard.push(label.clone());
                }
            }
        }
        for place in own {
            nodes.entry(place).or_default().own = true;
        }
        Some(Touched { nodes, faces })
    }

    /// Whether a label means another node than before.
    fn is_other(&self, label: &str) -> bool {
        let (old, new) = (&self.old.said.nodes, &self.next.said.nodes);
        let (was, is) = (old.get(label), new.get(label));
        old.place(label) != new.place(label)
            || was.map(|n| &n.id) != is.map(|n| &n.id)
            || was.map(|n| &n.kind) != is.map(|n| &n.kind)
            || !self.same_kind(was.map_or("", |n| &n.kind))
    }

    /// Whether a kind is the very same as before.
    pub(super) fn same_kind(&self, name: &str) -> bool {
        if self.same_kinds {
            return true;
        }
        let (was, is) = (self.old.catalogue.find(name), self.next.catalogue.find(name));
        match (was, is) {
            (Some(was), Some(is)) => Arc::ptr_eq(was, is),
            (None, None) => true,
            _ => false,
        }
    }

    /// Notes whom the node at a place hears now.
    fn link(&mut self, place: Place, old: Option<&Node>, new: Option<&Node>) {
        let none = Node::new("", "");
        let (was, is) = (old.unwrap_or(&none), new.unwrap_or(&none));
        let links = &mut self.next.links;
        let mut labels: BTreeSet<&str> = BTreeSet::new();
        for (_, gone, came) in was.cables.changes(&is.cables) {
            labels.extend([gone, came].into_iter().flatten().map(|cable| cable.from.node.as_str()));
        }
        labels.extend([was, is].into_iter().flat_map(drivers));
        for label in labels {
            links.hears(label, place, hears(is, label));
        }
        let count = |node: &Node| node.cables.len() + drivers(node).count();
        links.cables = links.cables + count(is) - count(was);
    }

    /// The kind of a node of the new patch.
    pub(super) fn kind_of(&self, node: &Node) -> Option<Arc<KindInfo>> {
        self.next.catalogue.find(&node.kind).cloned()
    }
}

/// The labels that drive parameters of a node.
pub(super) fn drivers(node: &Node) -> impl Iterator<Item = &str> {
    node.params.values().flat_map(|value| &value.drives).map(|drive| drive.from.node.as_str())
}

/// Whether a node hears the node of a label.
pub(super) fn hears(node: &Node, label: &str) -> bool {
    node.cables.from_node(label).next().is_some() || drivers(node).any(|other| other == label)
}

/// The labels that a node hears and did not hear before; all if there was none before.
pub(super) fn new_sources<'a>(old: Option<&'a Node>, new: &'a Node) -> BTreeSet<&'a str> {
    let Some(old) = old else { return heard(new) };
    let cables = old.cables.changes(&new.cables).filter_map(|(_, _, new)| new);
    let labels = cables.map(|cable| cable.from.node.as_str()).chain(drivers(new));
    labels.filter(|label| !hears(old, label)).collect()
}

/// The cables into a node that are others than before, or start at other nodes; all if it is another by its kind or its label.
pub(super) fn cables_to_check<'a>(old: Option<&'a Node>, new: &'a Node, heard: &[String]) -> Vec<&'a Cable> {
    let Some(old) = old else { return new.cables.iter().collect() };
    let mut places: BTreeSet<Place> = old
        .cables
        .changes(&new.cables)
        .filter(|(_, _, new)| new.is_some())
        .map(|(place, _, _)| place)
        .collect();
    places.extend(heard.iter().flat_map(|label| new.cables.from_node(label)).map(|(place, _)| place));
    places.into_iter().filter_map(|place| new.cables.at(place)).collect()
}

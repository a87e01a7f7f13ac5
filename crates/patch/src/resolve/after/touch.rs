//! Which nodes are to be looked at, and what of them?

use super::{Step, changed};
use crate::kind::KindInfo;
use crate::listing::Place;
use crate::model::{Cable, Node, Patch};
use smallvec::SmallVec;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a document says of a node, with its label.
pub(super) type Said<'a> = &'a Arc<(String, Node)>;

/// A node that is to be looked at.
pub(super) struct Look<'a> {
    pub place: Place,
    /// What is said of what stands there, before and now.
    pub was: Option<Said<'a>>,
    pub is: Option<Said<'a>>,
    /// What was said of it, if it is of the same label and the very same kind now.
    pub same: Option<&'a Node>,
    /// Its kind now, if there is such a one.
    pub kind: Option<Arc<KindInfo>>,
    /// It says something else, is new, or is of a part that is another.
    pub own: bool,
    /// The labels that it hears and that mean other nodes than before.
    pub heard: Labels<'a>,
    /// The cables that are others: what was at their places, and what is.
    pub cables: SmallVec<[CableChange<'a>; 2]>,
}

/// What was at a place of cables, and what is.
type CableChange<'a> = (Place, Option<&'a Cable>, Option<&'a Cable>);

/// Mostly there are few.
pub(super) type Labels<'a> = SmallVec<[&'a str; 4]>;

/// What is to be looked at.
pub(super) struct Touched<'a> {
    /// In the order of their places.
    pub nodes: Vec<Look<'a>>,
    /// The labels that mean other nodes than before: others by id, place or kind, or none.
    pub faces: Vec<&'a str>,
}

impl<'a> Touched<'a> {
    /// What is to be looked at of the node at a place, if anything is.
    pub fn at(&self, place: Place) -> Option<&Look<'a>> {
        self.nodes.binary_search_by_key(&place, |look| look.place).ok().and_then(|at| self.nodes.get(at))
    }
}

impl<'a> Step<'a> {
    /// Finds what is to be looked at, and notes in the links what the changed nodes say. `kinds` are the parts that are others.
    pub(super) fn touched(&mut self, kinds: &BTreeSet<String>) -> Option<Touched<'a>> {
        let (old, new) = (&self.old.said.nodes, &self.said.nodes);
        let changed = changed(old, new)?;
        let mut nodes: Vec<Look<'a>> = Vec::with_capacity(changed.len());
        for (place, was, is) in changed {
            let look = self.look(place, was, is, true);
            self.link(&look);
            nodes.push(look);
        }
        for kind in kinds {
            for place in self.old.links.of_kind(kind) {
                if let Some(was) = old.shared_at(place).filter(|was| was.1.kind == *kind) {
                    nodes.push(self.look(place, Some(was), new.shared_at(place), true));
                }
            }
        }
        let mut faces: Vec<&'a str> = Vec::new();
        for look in &nodes {
            match (look.was, look.is) {
                // Most mean what they did: only what comes into the node is another, or a value.
                (Some(was), Some(is)) if look.same.is_some() && was.1.id == is.1.id => {}
                _ => faces.extend([look.was, look.is].into_iter().flatten().map(|said| said.0.as_str())),
            }
        }
        faces.sort_unstable();
        faces.dedup();
        nodes.sort_by_key(|look| look.place);
        nodes.dedup_by_key(|look| look.place);
        let mut heard: SmallVec<[(Place, &'a str); 4]> = SmallVec::new();
        for label in &faces {
            heard.extend(self.next.links.listeners(label).map(|place| (place, *label)));
        }
        heard.sort_unstable();
        let own = nodes.len();
        for (place, label) in heard {
            let there = match nodes.last() {
                Some(last) if nodes.len() > own && last.place == place => Some(nodes.len() - 1),
                _ => {
                    nodes.get(..own).and_then(|own| own.binary_search_by_key(&place, |look| look.place).ok())
                }
            };
            let is = there.and_then(|at| nodes.get(at)).map_or_else(|| new.shared_at(place), |look| look.is);
            let Some(is) = is.filter(|is| hears(&is.1, label)) else { continue };
            match there.and_then(|at| nodes.get_mut(at)) {
                Some(look) => look.heard.push(label),
                None => {
                    let mut look = self.look(place, old.shared_at(place), Some(is), false);
                    look.heard.push(label);
                    nodes.push(look);
                }
            }
        }
        nodes.sort_by_key(|look| look.place);
        Some(Touched { nodes, faces })
    }

    /// Looks at what stands at a place.
    pub(super) fn look(
        &self,
        place: Place,
        was: Option<Said<'a>>,
        is: Option<Said<'a>>,
        own: bool,
    ) -> Look<'a> {
        let alike = was.zip(is).filter(|(was, is)| was.0 == is.0 && was.1.kind == is.1.kind);
        let same = alike.map(|(was, _)| &was.1).filter(|was| self.same_kind(&was.kind));
        let kind = is.and_then(|is| self.kind_of(&is.1)).cloned();
        let cables = match (was, is) {
            (Some(was), Some(is)) if Arc::ptr_eq(was, is) => SmallVec::new(),
            (Some(was), Some(is)) => was.1.cables.changes(&is.1.cables).collect(),
            (Some(was), None) => {
                was.1.cables.places().map(|(place, cable)| (place, Some(cable), None)).collect()
            }
            (None, Some(is)) => {
                is.1.cables.places().map(|(place, cable)| (place, None, Some(cable))).collect()
            }
            (None, None) => SmallVec::new(),
        };
        Look { place, was, is, same, kind, own, heard: Labels::new(), cables }
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
    fn link(&mut self, look: &Look<'a>) {
        let (was, is) = (look.was.map(|said| &said.1), look.is.map(|said| &said.1));
        let links = &mut self.next.links;
        let ends = look.cables.iter().flat_map(|(_, gone, came)| [*gone, *came]).flatten();
        let mut labels: Labels<'a> = ends.map(|cable| cable.from.node.as_str()).collect();
        labels.extend([was, is].into_iter().flatten().flat_map(drivers));
        labels.sort_unstable();
        labels.dedup();
        for label in labels {
            links.hears(label, look.place, is.is_some_and(|node| hears(node, label)));
        }
        let count = |node: Option<&Node>| node.map_or(0, |node| node.cables.len() + drivers(node).count());
        links.cables = links.cables + count(is) - count(was);
    }

    /// The kind of a node of the new patch.
    pub(super) fn kind_of(&self, node: &Node) -> Option<&Arc<KindInfo>> {
        self.next.catalogue.find(&node.kind)
    }
}

impl<'a> Look<'a> {
    /// What is said of it now.
    pub fn node(&self) -> Option<&'a Node> {
        self.is.map(|said| &said.1)
    }

    /// Whether it goes by the same names as before, and is of the very same kind.
    pub fn stays(&self) -> bool {
        let same_id = self.was.zip(self.is).is_some_and(|(was, is)| was.1.id == is.1.id);
        self.same.is_some() && same_id
    }

    /// The labels that it hears and did not hear before, or that mean others; all if it is another by its kind or its label.
    pub fn new_sources(&self) -> Labels<'a> {
        let Some(node) = self.node() else { return Labels::new() };
        let mut labels: Labels<'a> = match self.same {
            None => Patch::sources(node).map(|source| source.node.as_str()).collect(),
            Some(old) => {
                let came = self.cables.iter().filter_map(|(_, _, new)| *new);
                let labels = came.map(|cable| cable.from.node.as_str()).chain(drivers(node));
                labels.filter(|label| !hears(old, label)).collect()
            }
        };
        labels.extend(self.heard.iter().copied());
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// The cables into it that are others than before, or start at other nodes; all if it is another by its kind or its label, or if `all` are asked for.
    pub fn cables_to_check(&self, all: bool) -> SmallVec<[&'a Cable; 4]> {
        let Some(node) = self.node() else { return SmallVec::new() };
        if self.same.is_none() || all {
            return node.cables.iter().collect();
        }
        let came = self.cables.iter().filter_map(|(place, _, new)| Some((*place, (*new)?)));
        if self.heard.is_empty() {
            return came.map(|(_, cable)| cable).collect();
        }
        let heard = self.heard.iter().flat_map(|label| node.cables.from_node(label));
        let mut cables: SmallVec<[(Place, &'a Cable); 4]> = came.chain(heard).collect();
        cables.sort_unstable_by_key(|(place, _)| *place);
        cables.dedup_by_key(|(place, _)| *place);
        cables.into_iter().map(|(_, cable)| cable).collect()
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

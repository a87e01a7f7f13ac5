//! The nodes that are others, and those that hear such.

use super::touch::{Look, Touched, drivers};
use super::{Step, is_good};
use crate::check;
use crate::limits::{MAX_CABLES, MAX_NODES};
use crate::listing::Place;
use crate::model::{Node, Patch};
use crate::resolve::ResolvedNode;
use std::collections::BTreeSet;

/// A node with more cables is searched from without a look at what it hears.
const FEW: usize = 8;

impl<'a> Step<'a> {
    /// Settles the nodes that are others. The labels that mean other nodes than before.
    pub(super) fn nodes(&mut self, kinds: &BTreeSet<String>) -> Option<Vec<&'a str>> {
        let mut touched = self.touched(kinds)?;
        if self.said.nodes.len() > MAX_NODES || self.next.links.cables > MAX_CABLES {
            return None;
        }
        if !touched.nodes.iter().all(|look| self.is_sound(look)) {
            return None;
        }
        let widths = self.widths(&touched);
        // What follows a node that is wider or narrower now is settled anew as well.
        let follows: Vec<Look<'a>> = widths
            .keys()
            .filter(|place| touched.at(**place).is_none())
            .map(|place| {
                let (was, is) = (self.old.said.nodes.shared_at(*place), self.said.nodes.shared_at(*place));
                self.look(*place, was, is, false)
            })
            .collect();
        let looks = || touched.nodes.iter().chain(&follows);
        // All that go by other names are taken out first: two may change places or ids.
        for look in looks().filter(|look| look.was.is_some() && !look.stays()) {
            if let Some(node) = self.next.nodes.take(look.place) {
                self.next.links.has_kind(&node, look.place, false);
            }
        }
        let mut faces = Vec::new();
        for look in looks() {
            let Some(said) = look.is else { continue };
            let kind = look.kind.as_ref()?;
            let there = || self.old.nodes.at(look.place).map(|node| node.layout.channels);
            let channels = widths.get(&look.place).copied().or_else(there)?;
            let node = ResolvedNode::of(said.clone(), kind, channels, self.next.catalogue.buffers());
            // It may have more parameters than before, or fewer.
            if kind.bank.is_some() {
                faces.push(said.0.as_str());
            }
            if look.stays() {
                self.next.nodes.replace(look.place, node);
            } else {
                self.next.links.has_kind(&node, look.place, true);
                self.next.nodes.put(look.place, node);
            }
        }
        let twice = |look: &Look<'a>| {
            let id = look.node().filter(|_| !look.stays()).map(|node| node.id.as_str());
            id.is_some_and(|id| self.next.nodes.all_of(id).nth(1).is_some())
        };
        if looks().any(twice) || self.closes_a_loop(&touched)? {
            return None;
        }
        touched.faces.extend(faces);
        Some(touched.faces)
    }

    /// Whether nothing is wrong with a node by itself, nor with what comes into it.
    fn is_sound(&self, look: &Look<'a>) -> bool {
        let Some((label, node)) = look.is.map(|said| (&said.0, &said.1)) else { return true };
        let Some(kind) = &look.kind else { return false };
        let catalogue = &self.next.catalogue;
        is_good(|sink| {
            if look.own {
                check::nodes::one(label, node, (kind, catalogue.buffers()), sink);
            }
            let cables = look.cables_to_check(false).into_iter();
            check::cables::some(&self.said.nodes, catalogue, (label, node, kind), cables, sink);
        })
    }

    /// Whether a node may hear another: surely not if it hears nothing, or only such as hear nothing.
    fn may_follow(&self, node: &Node, other: Place) -> bool {
        let hears = |node: &Node| !node.cables.is_empty() || drivers(node).next().is_some();
        let follows = |label: &str| {
            self.said.nodes.find(label).is_none_or(|(place, _, node)| place == other || hears(node))
        };
        let many = node.cables.len() > FEW;
        hears(node) && (many || Patch::sources(node).any(|source| follows(&source.node)))
    }

    /// What the old patch says of the node at a place, if it is of the same label and the very same kind now.
    pub(super) fn same_node(&self, place: Place) -> Option<&'a Node> {
        let (was, is) = (self.old.said.nodes.shared_at(place)?, self.said.nodes.shared_at(place)?);
        (was.0 == is.0 && was.1.kind == is.1.kind && self.same_kind(&was.1.kind)).then_some(&was.1)
    }

    /// The cables that are new, as far as they could close a loop that has no delay: place of the source, place of the node.
    fn closes_a_loop(&self, touched: &Touched<'a>) -> Option<bool> {
        let said = &self.said.nodes;
        let mut steps = 0;
        for look in &touched.nodes {
            for label in look.new_sources() {
                let Some((source, _, node)) = said.find(label) else { continue };
                if self.may_follow(node, look.place)
                    && self.carries(source, look.place)
                    && self.leads(look.place, source, &mut steps)?
                {
                    return Some(true);
                }
            }
        }
        Some(false)
    }
}

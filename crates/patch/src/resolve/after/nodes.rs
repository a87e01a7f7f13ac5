//! The nodes that are others, and those that hear such.

use super::touch::{Touched, cables_to_check, new_sources};
use super::{Step, is_good};
use crate::check;
use crate::limits::{MAX_CABLES, MAX_NODES};
use crate::listing::Place;
use crate::model::{Node, Patch};
use crate::resolve::ResolvedNode;
use std::collections::BTreeSet;

impl Step<'_> {
    /// Settles the nodes that are others. The labels that mean other nodes than before.
    pub(super) fn nodes(&mut self, kinds: &BTreeSet<String>) -> Option<BTreeSet<String>> {
        let mut touched = self.touched(kinds)?;
        if self.next.said.nodes.len() > MAX_NODES || self.next.links.cables > MAX_CABLES {
            return None;
        }
        let said = self.next.said.nodes.clone();
        for (place, touch) in &touched.nodes {
            let Some((label, node)) = said.at(*place) else { continue };
            let kind = self.kind_of(node)?;
            let cables = cables_to_check(self.same_node(*place), node, &touch.heard);
            let catalogue = &self.next.catalogue;
            let good = is_good(|sink| {
                if touch.own {
                    check::nodes::one(label, node, (&kind, catalogue.buffers()), sink);
                }
                check::cables::some(&said, catalogue, (label, node, &kind), cables.into_iter(), sink);
            });
            if !good {
                return None;
            }
        }
        let widths = self.widths(&touched);
        // All that go by other names are taken out first: two may change places or ids.
        let places: BTreeSet<Place> = touched.nodes.keys().chain(widths.keys()).copied().collect();
        let stays = |place: &Place| {
            let (old, new) = (self.old.nodes.at(*place), said.at(*place));
            let stays = old.zip(new).filter(|(old, (label, new))| old.label == **label && old.id == new.id);
            stays.is_some_and(|_| self.same_node(*place).is_some())
        };
        let (stay, go): (Vec<Place>, Vec<Place>) = places.iter().copied().partition(stays);
        for place in go {
            if let Some(node) = self.next.nodes.take(place) {
                self.next.links.has_kind(&node, place, false);
            }
        }
        for place in &places {
            let Some(shared) = said.shared_at(*place) else { continue };
            let kind = self.kind_of(&shared.1)?;
            let channels =
                widths.get(place).copied().or_else(|| Some(self.old.nodes.at(*place)?.layout.channels));
            let node = ResolvedNode::of(shared, &kind, channels?, self.next.catalogue.buffers());
            // It may have more parameters than before, or fewer.
            if kind.bank.is_some() {
                touched.faces.insert(node.label.clone());
            }
            if stay.binary_search(place).is_ok() {
                self.next.nodes.replace(*place, node);
            } else {
                self.next.links.has_kind(&node, *place, true);
                self.next.nodes.put(*place, node);
            }
        }
        let twice = |place: &Place| {
            let id = said.at(*place).map(|(_, node)| node.id.as_str());
            id.is_some_and(|id| self.next.nodes.all_of(id).nth(1).is_some())
        };
        if places.iter().any(twice) || self.closes_a_loop(&touched)? {
            return None;
        }
        Some(touched.faces)
    }

    /// What the old patch says of the node at a place, if it is of the same label and the very same kind now.
    pub(super) fn same_node(&self, place: Place) -> Option<&Node> {
        let (label, old) = self.old.said.nodes.at(place)?;
        let (now, new) = self.next.said.nodes.at(place)?;
        (label == now && old.kind == new.kind && self.same_kind(&old.kind)).then_some(old)
    }

    /// The cables that are new, as far as they could close a loop that has no delay: place of the source, place of the node.
    fn closes_a_loop(&self, touched: &Touched) -> Option<bool> {
        let said = &self.next.said.nodes;
        let mut steps = 0;
        for (place, touch) in &touched.nodes {
            let Some((_, node)) = said.at(*place) else { continue };
            let mut sources = new_sources(self.same_node(*place), node);
            sources.extend(touch.heard.iter().map(String::as_str));
            for source in sources.into_iter().filter_map(|label| said.place(label)) {
                // What hears nothing is on no loop.
                let hears = said.at(source).is_some_and(|(_, node)| Patch::sources(node).next().is_some());
                if hears && self.carries(source, *place) && self.leads(*place, source, &mut steps)? {
                    return Some(true);
                }
            }
        }
        Some(false)
    }
}

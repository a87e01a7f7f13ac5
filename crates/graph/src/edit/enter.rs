//! Coming in: at once, or with a fade.

use super::Edit;
use crate::batch::CableChange;
use crate::message::NodeId;
use crate::topology::{AudioGraph, Cable, CableId, Sink, Source};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// How a new cable comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    AtOnce,
    Fading,
    /// At once if what it comes from starts from silence, which is known once all is there.
    AsItsSource,
}

impl Edit<'_> {
    /// How a cable comes in that is laid now.
    pub(super) fn entry_of(&self, from: Source, to: Sink) -> Entrance {
        let (Source::Output(source, _) | Source::PartInput(source, _)) = from;
        let old_source = self.sounds(Sink::PartOutput(source, 0));
        match (self.fade > 0, old_source, self.sounds(to)) {
            (false, ..) | (_, false, false) => Entrance::AtOnce,
            (_, true, true) => Entrance::Fading,
            (_, false, true) => Entrance::AsItsSource,
            // What a new node holds must not begin with an edge; its parameters may begin anywhere.
            (_, true, false) if matches!(to, Sink::Param(..)) => Entrance::AtOnce,
            (_, true, false) => Entrance::Fading,
        }
    }

    /// Lets a new cable fade in.
    pub(super) fn fade_in(&mut self, id: CableId, frames: u32) {
        let Some((slot, gain, mark)) = self.graph.cable(id).map(|c| (c.slot(), c.gain, c.mark)) else {
            return;
        };
        self.cables.push((slot, CableChange::New(0.0)));
        self.cables.push((slot, CableChange::Fade(gain, frames)));
        self.faded.push((id, mark));
    }

    /// Decides how those cables come in that hang on what they come from.
    pub(super) fn decide(&mut self) {
        let mut undecided = core::mem::take(&mut self.undecided);
        let mut changes = core::mem::replace(&mut self.cables, core::mem::take(&mut self.decided));
        let mut soft = BTreeSet::new();
        for (id, frames) in undecided.drain(..) {
            let Some(cable) = self.graph.cable(id) else { continue };
            let (slot, gain, source) = (cable.slot(), cable.gain, node_of(cable.from));
            if self.is_quiet(source, &soft, &mut BTreeSet::new()) || self.quieten(source, frames, &mut soft) {
                // Its gain may have been set since: then it is on its way.
                let moved = changes.iter().any(|(s, _)| *s == slot);
                self.make_plain(id, gain == 1.0 && !moved);
                self.cables.push((slot, CableChange::New(gain)));
            } else {
                self.fade_in(id, frames);
            }
        }
        let soft: BTreeSet<u32> = soft.into_iter().map(CableId::slot).collect();
        let stays = |(slot, change): &(u32, CableChange)| {
            !(matches!(change, CableChange::New(_)) && soft.contains(slot))
        };
        self.cables.extend(changes.drain(..).filter(stays));
        (self.undecided, self.decided) = (undecided, changes);
    }

    fn make_plain(&mut self, id: CableId, plain: bool) {
        if let Some(cable) = self.graph.cable_mut(id) {
            cable.plain = plain;
            let adder = AudioGraph::adder(cable.to, cable.leaf);
            self.graph.touch_term(adder, id);
        }
    }

    /// Whether a new node puts out silence in the first frame, and nothing that begins with an edge after it: it starts from silence, and what it
    /// hears fades in, as by `soft` cables, or does so too. What is on a loop counts as the rest of the loop does.
    fn is_quiet(&self, node: NodeId, soft: &BTreeSet<CableId>, seen: &mut BTreeSet<NodeId>) -> bool {
        if self.sounds(Sink::PartOutput(node, 0)) || !seen.insert(node) {
            return true;
        }
        self.starts_silent(node, soft, seen)
            && self
                .heard_at(node)
                .into_iter()
                .all(|c| soft.contains(&c.id) || self.is_quiet(node_of(c.from), soft, seen))
    }

    /// Whether a new node, with all that is inside it, puts out silence while it hears silence.
    fn starts_silent(&self, node: NodeId, soft: &BTreeSet<CableId>, seen: &mut BTreeSet<NodeId>) -> bool {
        let Some(entry) = self.graph.node(node).filter(|e| e.starts_silent) else { return false };
        let all_silent = |id: &NodeId| self.graph.node(*id).is_some_and(|e| e.starts_silent);
        let mut members = entry.inside.iter().flat_map(|i| &i.members);
        members.all(|id| all_silent(id) && self.is_quiet(*id, soft, seen))
    }

    /// The cables at the ports of a node.
    fn heard_at(&self, node: NodeId) -> Vec<&Cable> {
        let cables = self.graph.node(node).into_iter().flat_map(|e| &e.incoming);
        let cables = cables.filter_map(|id| self.graph.cable(*id));
        cables.filter(|c| !c.leaving && matches!(c.to, Sink::Input(..))).collect()
    }

    /// Whether something is heard through a new node that sounded before.
    fn lets_through(&self, node: NodeId, seen: &mut BTreeSet<NodeId>) -> bool {
        seen.insert(node)
            && self.heard_at(node).into_iter().any(|cable| {
                let from = node_of(cable.from);
                self.sounds(Sink::PartOutput(from, 0)) || self.lets_through(from, seen)
            })
    }

    /// Makes a new node quiet that lets through what fades in: what else it hears fades in before it too, instead of all together behind it, where
    /// what is let through would fade in twice.
    fn quieten(&mut self, node: NodeId, frames: u32, soft: &mut BTreeSet<CableId>) -> bool {
        if !self.lets_through(node, &mut BTreeSet::new())
            || !self.starts_silent(node, soft, &mut BTreeSet::from([node]))
        {
            return false;
        }
        let heard: Vec<(CableId, NodeId)> =
            self.heard_at(node).into_iter().map(|c| (c.id, node_of(c.from))).collect();
        for (id, from) in heard {
            let is_quiet = self.is_quiet(from, soft, &mut BTreeSet::from([node]));
            if !is_quiet && !soft.contains(&id) && !self.quieten(from, frames, soft) {
                soft.insert(id);
                self.make_plain(id, false);
                self.fade_in(id, frames);
            }
        }
        true
    }
}

fn node_of(source: Source) -> NodeId {
    let (Source::Output(node, _) | Source::PartInput(node, _)) = source;
    node
}

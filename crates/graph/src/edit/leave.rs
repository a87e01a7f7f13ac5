//! Going: at once, or after a fade.

use super::{Edit, Undo};
use crate::batch::CableChange;
use crate::cables::Cables;
use crate::fades::Fade;
use crate::feed::Term;
use crate::latency::{Align, Late};
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::topology::{AudioGraph, Cable, CableId, Entry, ROOT, Sink, Source};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use smallvec::SmallVec;

impl AudioGraph {
    /// Puts a node into its slot and its part.
    pub(super) fn put_in(&mut self, id: NodeId, entry: Entry) {
        let part = entry.part;
        if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.members.insert(id);
        }
        self.fades.nodes += usize::from(entry.leaving);
        self.nodes.insert(id.0, entry);
        self.lineup.arrivals.push(Unit::Node(id));
    }

    /// Takes a node with no cables and nothing inside out of its slot, its part and the row.
    pub(super) fn take_node(&mut self, id: NodeId) -> Option<Entry> {
        self.forget_team(id);
        self.unseat(Unit::Node(id));
        let sums = self.node(id)?.inside.as_ref().map(|i| i.sums.clone()).unwrap_or_default();
        sums.into_iter().for_each(|sum| self.unseat(Unit::Sum(sum)));
        if self.node(id)?.inside.is_some() {
            self.unseat(Unit::Exit(id));
            let input = self.node_mut(id)?.inside.as_mut()?.input.take();
            if let Some(start) = input {
                let width = self.node(id)?.shape.inputs.iter().map(|p| p.channels).sum();
                self.blocks.give_back(start, width);
            }
        }
        let entry = self.nodes.remove(id.0)?;
        self.fades.nodes -= usize::from(entry.leaving);
        if let Some(inside) = self.node_mut(entry.part).and_then(|e| e.inside.as_mut()) {
            inside.members.remove(&id);
        }
        Some(entry)
    }

    /// Lays a cable.
    pub(super) fn attach(&mut self, cable: Cable) {
        let (id, from, to) = (cable.id, cable.from, cable.to);
        self.each_end(&cable, |ends| ends.insert(id));
        self.fades.cables += usize::from(cable.leaving);
        self.cables.insert(id.0, cable);
        self.late.push(Late::Laid(id));
        match to {
            Sink::Param(node, _) => {
                if let Some(entry) = self.node_mut(node) {
                    entry.drives.insert(id);
                }
                if let Source::Output(from, _) = from {
                    self.note_joint(Unit::Node(from), Unit::Node(node));
                }
                self.touch(Unit::Node(node));
            }
            Sink::Input(node, port) => {
                let place = self
                    .node(node)
                    .map(|e| (e.part, e.shape.inputs.get(usize::from(port)).map_or(1, |p| p.channels)));
                if let Some((part, channels)) = place {
                    self.feed_in(id, to, part, channels);
                }
            }
            Sink::PartOutput(part, port) => {
                let ports = self.node(part).map(|e| &e.shape.outputs);
                let channels = ports.and_then(|p| p.get(usize::from(port))).map_or(1, |p| p.channels);
                self.feed_in(id, to, part, channels);
            }
        }
    }

    /// Takes a cable up.
    pub(super) fn detach(&mut self, id: CableId) -> Option<Cable> {
        let there = self.cable(id)?;
        let (from, to, leaf) = (there.from, there.to, there.leaf);
        let adder = Self::adder(to, leaf);
        self.touch_term(adder, id);
        self.loosen(adder);
        self.note_heard(from);
        match to {
            Sink::Param(node, _) => _ = self.node_mut(node).map(|e| e.drives.remove(id)),
            _ => self.feed_out(id, to, leaf),
        }
        let cable = self.cables.remove(id.0)?;
        self.note_gone(&cable);
        self.fades.cables -= usize::from(cable.leaving);
        self.each_end(&cable, |ends| ends.remove(id));
        Some(cable)
    }

    /// Puts a cable in the place of itself as it was. Whether it leaves decides where its end adds it up, and whether it makes others late.
    pub(super) fn change(&mut self, mut cable: Cable) {
        let Some(was) = self.cable(cable.id).cloned() else { return };
        let turned = was.leaving != cable.leaving;
        if turned && cable.leaving {
            cable.leaf = self.leaf_of_leaving(&cable);
        }
        let leaves = turned && cable.leaving;
        let moves = turned && !cable.leaving || cable.leaving && cable.leaf != was.leaf;
        if moves && self.is_grouped(cable.to) {
            _ = self.detach(cable.id);
            self.attach(cable);
        } else {
            self.fades.cables += usize::from(cable.leaving);
            self.fades.cables -= usize::from(was.leaving);
            if was.plain != cable.plain {
                self.touch_term(Self::adder(was.to, was.leaf), was.id);
            }
            if let Some(there) = self.cable_mut(was.id) {
                *there = Cable { leaf: was.leaf, ..cable };
            }
            if let Some(leaf) = was.leaf.filter(|_| leaves) {
                self.note_leaving(was.to, leaf);
            }
            if turned {
                self.note_gone(&was);
                self.late.push(Late::Laid(was.id));
            }
        }
        if turned {
            self.note_off_loop(&was);
        }
    }

    /// The two lists that name a cable.
    fn each_end(&mut self, cable: &Cable, change: impl Fn(&mut Cables)) {
        match cable.from {
            Source::Output(node, _) => self.node_mut(node).map(|e| change(&mut e.outgoing)),
            Source::PartInput(part, _) => {
                self.node_mut(part).and_then(|e| e.inside.as_mut()).map(|i| change(&mut i.from_input))
            }
        };
        match cable.to {
            Sink::Input(node, _) | Sink::Param(node, _) => {
                self.node_mut(node).map(|e| change(&mut e.incoming))
            }
            Sink::PartOutput(part, _) => {
                self.node_mut(part).and_then(|e| e.inside.as_mut()).map(|i| change(&mut i.to_output))
            }
        };
    }

    /// All cables at a node, and inside it.
    pub(super) fn all_cables(&self, node: NodeId) -> SmallVec<[CableId; 8]> {
        let Some(entry) = self.node(node) else { return SmallVec::new() };
        let inside = entry.inside.iter().flat_map(|i| i.to_output.iter().chain(&i.from_input));
        let mut all: SmallVec<[CableId; 8]> =
            entry.incoming.iter().chain(&entry.outgoing).chain(inside).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What lies in a part itself.
    pub(super) fn members(&self, part: NodeId) -> SmallVec<[NodeId; 16]> {
        let inside = self.node(part).and_then(|e| e.inside.as_ref());
        inside.into_iter().flat_map(|i| &i.members).copied().collect()
    }
}

impl Edit<'_> {
    /// Whether what a cable would lead to sounded before this transaction.
    pub(crate) fn sounds(&self, to: Sink) -> bool {
        let (Sink::Input(node, _) | Sink::Param(node, _) | Sink::PartOutput(node, _)) = to;
        let old = |e: &Entry| !e.leaving && e.born < self.since;
        node == ROOT || self.graph.node(node).is_some_and(old)
    }

    /// Whether taking a cable away is heard: it was there before, and what it leads to was and stays.
    pub(super) fn is_heard(&self, cable: &Cable) -> bool {
        !cable.leaving && cable.id.number() <= self.began && self.sounds(cable.to)
    }

    /// Gives a cable another gain, and notes that it is no longer, or from now on, plain.
    pub(super) fn regain(&mut self, id: CableId, gain: f32, leaving: bool) {
        let mark = self.graph.serial();
        let Some(was) = self.graph.cable(id).cloned() else { return };
        self.emptied.extend(was.leaf.filter(|_| leaving));
        // One that comes back goes where a new one would.
        let leaf = was.leaf.filter(|_| leaving);
        self.graph.change(Cable { gain, leaving, mark, plain: false, leaf, ..was });
        self.faded.push((id, mark));
    }

    /// Lets a cable fade out.
    pub(super) fn fade_out(&mut self, id: CableId) {
        if self.give_back(id) {
            return;
        }
        let Some(cable) = self.graph.cable(id) else { return };
        self.cables.push((cable.slot(), CableChange::Fade(0.0, self.fade)));
        self.journal.push(Undo::Cable(cable.clone()));
        self.regain(id, 0.0, true);
    }

    /// Whether a cable that fades out can come back. Once it has faded out that must be the same as laying a new one, for it may have been taken away:
    /// so not if it sleeps, nor if it holds something back, which it would remember.
    pub(super) fn can_come_back(&self, id: CableId) -> bool {
        self.graph.awake(id).is_some_and(|c| c.align.is_none())
    }

    /// Lets a cable that fades out come back.
    pub(super) fn come_back(&mut self, id: CableId, gain: f32) {
        let Some(cable) = self.graph.cable(id) else { return };
        self.cables.push((cable.slot(), CableChange::Fade(gain, self.fade)));
        self.journal.push(Undo::Cable(cable.clone()));
        if cable.mark <= self.began {
            self.returned.insert(id, cable.clone());
        }
        self.regain(id, gain, false);
    }

    /// Lets a cable that comes back with this transaction go on fading out as if it had not; `false` for any other.
    fn give_back(&mut self, id: CableId) -> bool {
        let Some(was) = self.returned.remove(&id) else { return false };
        if let Some(cable) = self.graph.cable(id).cloned() {
            self.cables.retain(|(slot, _)| *slot != was.slot());
            self.emptied.extend(cable.leaf);
            self.journal.push(Undo::Cable(cable));
            self.graph.change(was);
        }
        true
    }

    /// Takes a cable away at once.
    pub(super) fn cut(&mut self, id: CableId) {
        if let Some(cable) = self.graph.detach(id) {
            self.freed_cables.push(cable.slot());
            self.emptied.extend(cable.leaf);
            if let Some(align) = cable.align {
                self.drop_align(align);
            }
            self.journal.push(Undo::Cut(cable));
        }
    }

    /// Takes away what holds a cable's signal back.
    pub(crate) fn drop_align(&mut self, align: Align) {
        self.nodes.push((align.address.slot, None));
        self.freed_nodes.push(align.address.slot);
    }

    /// Notes how a cable holds its signal back from now on.
    pub(crate) fn note_align(&mut self, id: CableId, align: Option<Align>) {
        let Some(cable) = self.graph.cable_mut(id) else { return };
        let was = core::mem::replace(&mut cable.align, align);
        self.journal.push(Undo::Align(id, was));
    }

    /// Takes a node away at once, with its cables and what is inside it.
    pub(super) fn take_out(&mut self, node: NodeId) {
        for cable in self.graph.all_cables(node) {
            self.cut(cable);
        }
        for member in self.graph.members(node) {
            self.take_out(member);
        }
        if let Some(entry) = self.graph.take_node(node) {
            self.nodes.push((entry.slot, None));
            self.freed_nodes.push(entry.slot);
            self.journal.push(Undo::TakeOut(node, Box::new(entry)));
        }
    }

    /// Lets a node stay until what is heard of it has faded out. From now on it does not count.
    pub(super) fn leave(&mut self, node: NodeId) {
        self.left.push(node);
        self.mark_leaving(node);
        for id in self.graph.all_cables(node) {
            let Some(cable) = self.graph.cable(id).filter(|c| !c.leaving) else { continue };
            let from_here = matches!(cable.from, Source::Output(from, _) if from == node);
            if from_here && self.is_heard(cable) {
                self.fade_out(id);
            } else {
                self.mark_cable(id);
            }
        }
    }

    /// What leads to a node that goes stays as it was before this transaction: it goes with the node, and heard through both fades it would be gone
    /// too soon.
    pub(super) fn spare(&mut self) {
        let goes = |cable: &&Cable| {
            let (Sink::Input(to, _) | Sink::Param(to, _) | Sink::PartOutput(to, _)) = cable.to;
            self.graph.node(to).is_some_and(|e| e.leaving)
        };
        let cables = self.faded.iter().filter_map(|(id, _)| self.graph.cable(*id));
        let spared: BTreeSet<CableId> = cables.filter(goes).map(|c| c.id).collect();
        if spared.is_empty() {
            return;
        }
        // The gain that each keeps: as it was before, or as it was set.
        let mut kept: BTreeMap<u32, f32> = BTreeMap::new();
        for undo in &self.journal {
            if let Undo::Cable(was) = undo
                && spared.contains(&was.id)
            {
                kept.entry(was.slot()).or_insert(was.gain);
            }
        }
        self.cables.retain(|(slot, change)| match (kept.get_mut(slot), change) {
            (Some(_), CableChange::Fade(..)) => false,
            (Some(gain), CableChange::Move(set, _)) => {
                *gain = *set;
                true
            }
            _ => true,
        });
        for id in spared {
            if let (Some(cable), Some(gain)) = (self.graph.cable_mut(id), kept.get(&id.slot())) {
                cable.gain = *gain;
            }
        }
    }

    /// Lets cables on their way out that are alone in a sum be added up at the port, so that how the rest is grouped does not hang on when they are
    /// taken away.
    pub(super) fn clear_out(&mut self) {
        for place in 0..self.emptied.len() {
            let Some(sum) = self.emptied.get(place) else { return };
            for term in self.graph.left_over(*sum) {
                let Term::Cable(id) = term else { continue };
                if let Some(cable) = self.graph.detach(id) {
                    self.journal.push(Undo::Cable(cable.clone()));
                    self.graph.attach(Cable { leaf: None, ..cable });
                }
            }
        }
    }

    fn mark_leaving(&mut self, node: NodeId) {
        let Some(entry) = self.graph.node_mut(node).filter(|e| !e.leaving) else { return };
        entry.leaving = true;
        self.graph.fades.nodes += 1;
        self.journal.push(Undo::Leave(node));
        for member in self.graph.members(node) {
            self.mark_leaving(member);
            for id in self.graph.all_cables(member) {
                self.mark_cable(id);
            }
        }
    }

    /// Lets a cable go with its node: it stays as it is until then, and does not count. One that is new has never been heard.
    fn mark_cable(&mut self, id: CableId) {
        if id.number() > self.began {
            return self.cut(id);
        }
        if self.give_back(id) {
            return;
        }
        // A new mark, so that no fade that it is in takes it away before its node.
        let mark = self.graph.serial();
        let Some(cable) = self.graph.cable_mut(id).filter(|c| !c.leaving) else { return };
        self.journal.push(Undo::Cable(cable.clone()));
        (cable.leaving, cable.mark) = (true, mark);
        if let (to, Some(leaf)) = (cable.to, cable.leaf) {
            self.graph.note_leaving(to, leaf);
        }
        self.graph.fades.cables += 1;
    }

    /// Takes away what has faded out, and brings to rest what has faded in.
    pub(crate) fn settle(&mut self, fade: Fade) {
        for (id, mark) in fade.cables {
            let Some(cable) = self.graph.cable(id).filter(|c| c.mark == mark) else { continue };
            if cable.leaving {
                self.cut(id);
            } else if cable.gain == 1.0 && !cable.plain && !matches!(cable.to, Sink::Param(..)) {
                let adder = AudioGraph::adder(cable.to, cable.leaf);
                self.journal.push(Undo::Cable(cable.clone()));
                if let Some(cable) = self.graph.cable_mut(id) {
                    cable.plain = true;
                }
                self.graph.touch_term(adder, id);
            }
        }
        for node in fade.nodes {
            self.take_out(node);
        }
    }

    /// Whether nothing would change.
    pub(crate) fn is_empty(&self) -> bool {
        self.journal.is_empty()
    }
}

//! How an edit is taken back.

use super::Edit;
use crate::latency::{Align, Late};
use crate::lineup::{NONE, Unit};
use crate::message::NodeId;
use crate::topology::{AudioGraph, Cable, CableId, Entry};
use alloc::boxed::Box;

#[derive(Debug)]
pub(super) enum Undo {
    Add(NodeId),
    TakeOut(NodeId, Box<Entry>),
    Leave(NodeId),
    Connect(CableId),
    Cut(Cable),
    /// A cable that stays was like this.
    Cable(Cable),
    /// Whether a cable slept, whether a node still counted as bypassed, and whether it was yet to be.
    Sleep(CableId, bool),
    Turn(NodeId, bool),
    Hold(NodeId, bool),
    /// A cable held its signal back so.
    Align(CableId, Option<Align>),
    Set(NodeId, u16, f32),
    Bypass(NodeId, bool),
}

impl Edit<'_> {
    pub(super) fn take_back(&mut self, undo: Undo) {
        match undo {
            Undo::Add(id) => {
                if let Some(entry) = self.graph.take_node(id) {
                    self.graph.node_slots.give_back(entry.slot);
                }
            }
            Undo::TakeOut(id, entry) => self.put_back(id, *entry),
            Undo::Leave(id) => {
                if let Some(entry) = self.graph.node_mut(id) {
                    entry.leaving = false;
                    self.graph.fades.nodes -= 1;
                }
            }
            Undo::Connect(id) => {
                if let Some(cable) = self.graph.detach(id) {
                    self.graph.cable_slots.give_back(cable.slot());
                    if let Some(leaf) = cable.leaf {
                        self.graph.prune(leaf);
                    }
                }
            }
            Undo::Cut(cable) => self.graph.attach(cable),
            Undo::Cable(was) => {
                let leaf = self.graph.cable(was.id).and_then(|c| c.leaf);
                self.graph.change(was);
                leaf.into_iter().for_each(|leaf| self.graph.prune(leaf));
            }
            Undo::Sleep(cable, was) => _ = self.graph.sleep(cable, was),
            Undo::Turn(node, was) => _ = self.graph.turn(node, was),
            Undo::Hold(node, was) => _ = self.graph.hold(node, was),
            Undo::Align(id, was) => {
                let Some(cable) = self.graph.cable_mut(id) else { return };
                let made = core::mem::replace(&mut cable.align, was);
                let adder = AudioGraph::adder(cable.to, cable.leaf);
                if let Some(made) = made.filter(|made| was.is_none_or(|was| was.address != made.address)) {
                    self.graph.node_slots.give_back(made.address.slot);
                }
                self.graph.late.push(Late::Laid(id));
                self.graph.touch(adder);
            }
            Undo::Set(node, param, old) => {
                let values = self.graph.node_mut(node).map(|e| &mut e.values);
                if let Some(there) = values.and_then(|v| v.get_mut(usize::from(param))) {
                    *there = old;
                }
            }
            Undo::Bypass(node, was) => {
                if let Some(entry) = self.graph.node_mut(node) {
                    entry.bypassed = was;
                }
                self.graph.late.push(Late::Changed(node));
                self.graph.touch(Unit::Node(node));
            }
        }
    }

    fn put_back(&mut self, id: NodeId, mut entry: Entry) {
        let sums = entry.inside.as_ref().map(|i| i.sums.clone());
        // A commit that failed may have dropped the segments of its row.
        if let Some(inside) = &mut entry.inside
            && self.graph.segment(inside.first).is_none_or(|s| s.part != id)
        {
            inside.first = NONE;
        }
        self.graph.put_in(id, entry);
        if let Some(sums) = sums {
            let sums = sums.into_iter().map(Unit::Sum);
            self.graph.lineup.arrivals.extend(sums.chain([Unit::Exit(id)]));
        }
    }
}

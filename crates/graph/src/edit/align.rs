//! Parallel paths brought back in time with each other, as [`latency`](crate::latency) says.

use super::Edit;
use crate::align::AlignDelay;
use crate::latency::{Align, Late, Turn};
use crate::lineup::Unit;
use crate::message::{Address, NodeId, Set};
use crate::node::{Body, Node};
use crate::processor::Processor;
use crate::topology::{AudioGraph, CableId, ROOT, Sink, Source};
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Where nothing is late, the list stays from one edit to the next, with room for so many entries.
const MOST_KEPT: usize = 256;

impl Edit<'_> {
    /// Brings parallel paths back in time with each other.
    pub(crate) fn align(&mut self) {
        if self.graph.latent == 0 {
            self.graph.late.clear();
            self.graph.late.shrink_to(MOST_KEPT);
            return;
        }
        let late = core::mem::take(&mut self.graph.late);
        let mut open: BTreeSet<Turn> = BTreeSet::new();
        for note in late {
            match note {
                Late::Laid(id) => {
                    let Some(cable) = self.graph.awake(id).filter(|c| !c.leaving) else { continue };
                    let Some(listener) = AudioGraph::listener(cable.to) else { continue };
                    // It may make a loop where there was one only with cables on their way out.
                    if self.graph.fades.cables > 0 {
                        open.extend(
                            self.graph.around(cable).iter().filter_map(|unit| self.graph.turn_of(*unit)),
                        );
                    }
                    let (arrival, late) = (self.graph.arrival(listener), self.graph.lateness(cable.from));
                    let looped = matches!(cable.from, Source::Output(from, _) if self.graph.is_on_one_loop(Unit::Node(from), listener));
                    if late > arrival {
                        open.extend(self.graph.turn_of(listener));
                    } else if !looped {
                        self.hold_back(id, arrival - late);
                    }
                }
                Late::Gone(unit, late) => {
                    if self.graph.arrival(unit) <= late {
                        open.extend(self.graph.turn_of(unit));
                    }
                }
                Late::Changed(node) => self.each_listener(node, &mut open),
                Late::Looped(unit) => open.extend(self.graph.turn_of(unit)),
            }
        }
        while let Some((.., unit)) = open.pop_first() {
            self.look_at(unit, &mut open);
        }
    }

    /// Those who hear a node at their ports are to be looked at.
    fn each_listener(&self, node: NodeId, open: &mut BTreeSet<Turn>) {
        let cables = self.graph.node(node).into_iter().flat_map(|e| &e.outgoing);
        for cable in cables.filter_map(|id| self.graph.cable(*id)) {
            if let Some(listener) = AudioGraph::listener(cable.to)
                && !self.graph.is_on_one_loop(Unit::Node(node), listener)
            {
                open.extend(self.graph.turn_of(listener));
            }
        }
    }

    /// Finds out anew how late a unit hears, holds back what comes earlier, and passes on what changed.
    fn look_at(&mut self, unit: Unit, open: &mut BTreeSet<Turn>) {
        let late = |id: CableId| self.graph.cable(id).map_or(0, |c| self.graph.lateness(c.from));
        let cables = self.graph.heard_by(unit).into_iter();
        // What comes along a loop is late as it is.
        let cables: Vec<_> = cables.map(|(id, looped)| (id, (!looped).then(|| late(id)))).collect();
        let arrival = cables.iter().filter_map(|(_, late)| *late).max().unwrap_or(0);
        let before = self.graph.arrival(unit);
        for (id, late) in cables {
            self.hold_back(id, late.map_or(0, |late| arrival - late));
        }
        if arrival == before {
            return;
        }
        match unit {
            Unit::Node(node) => {
                if let Some(entry) = self.graph.node_mut(node) {
                    entry.late = arrival;
                }
                self.each_listener(node, open);
            }
            Unit::Exit(part) => {
                if let Some(inside) = self.graph.node_mut(part).and_then(|e| e.inside.as_mut()) {
                    inside.late = arrival;
                }
                if part != ROOT {
                    self.each_listener(part, open);
                }
            }
            Unit::Sum(_) => {}
        }
    }

    /// Lets a cable hold its signal back by so many frames.
    fn hold_back(&mut self, id: CableId, frames: u32) {
        let Some(cable) = self.graph.cable(id) else { return };
        let (from, to, there) = (cable.from, cable.to, cable.align);
        let adder = AudioGraph::adder(to, cable.leaf);
        match there {
            None if frames == 0 => {}
            Some(align) if align.frames == frames => {}
            Some(align) if frames <= align.most => {
                let (node, value) = (align.address, frames as f32);
                self.sets.push(Set { node, param: 0, value, motion: Motion::Jump });
                self.note_align(id, Some(Align { frames, ..align }));
            }
            there => {
                if let Some(align) = there {
                    self.drop_align(align);
                }
                // Where nothing sounds yet it may begin late; else it sets off from where it is.
                let begin = if self.is_unheard(from, to) { frames } else { 0 };
                let Some(slot) = self.graph.node_slots.take() else { return };
                let serial = self.graph.serial();
                let (id_of, tenant) = (NodeId::new(serial, slot), serial as u32);
                let channels = self.graph.source_width(from);
                let mut line = AlignDelay::new(channels, begin, frames);
                let (shape, most) = (line.shape(), line.most());
                line.prepare(&self.graph.stream);
                let body = Body::Processor(Box::new(line));
                self.nodes.push((slot, Some(Node::new(body, &shape, id_of, tenant, Arc::default()))));
                let address = Address { slot, tenant };
                if begin != frames {
                    let value = frames as f32;
                    self.sets.push(Set { node: address, param: 0, value, motion: Motion::Jump });
                }
                self.note_align(id, Some(Align { address, frames, most }));
                self.graph.touch(adder);
            }
        }
    }

    /// Whether neither end of a cable sounded before.
    fn is_unheard(&self, from: Source, to: Sink) -> bool {
        let (Source::Output(source, _) | Source::PartInput(source, _)) = from;
        !self.sounds(Sink::PartOutput(source, 0)) && !self.sounds(to)
    }
}

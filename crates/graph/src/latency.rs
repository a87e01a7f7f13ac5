//! How late signals are, and which cables hold theirs back so that parallel paths meet in time.
//!
//! What a node puts out is as late as the latest that it hears at its ports, and by its own latency later. A cable whose source is earlier than
//! that holds its signal back by the difference. Cables on a feedback loop are left as they are, and so are drives. What a part does is as late as
//! its output is against its input. Cables on their way out stay as they are, and nobody waits for them, nor for those that are yet to come in.

use crate::lineup::Unit;
use crate::message::{Address, NodeId};
use crate::topology::{AudioGraph, Cable, CableId, Sink, Source};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// How a cable holds its signal back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Align {
    pub address: Address,
    pub frames: u32,
    pub most: u32,
}

/// What may change how late something is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Late {
    /// A cable was laid.
    Laid(CableId),
    /// A cable was taken up that led there with so many frames of lateness.
    Gone(Unit, u32),
    /// A node's own latency is another.
    Changed(NodeId),
    /// A unit has come onto a loop, or off one, or for another reason is to be looked at.
    Looped(Unit),
}

/// A unit that is to be looked at: inner parts first, and in each along the row.
pub(crate) type Turn = (Reverse<usize>, NodeId, (u64, u32), Unit);

impl AudioGraph {
    /// By how many frames the output is late against what goes in: the longest way that leads to it through nodes with latency.
    pub fn latency(&self) -> u32 {
        self.root.inside.as_ref().map_or(0, |i| i.late)
    }

    /// How many cables hold their signal back, those on their way out included: to check what sounds against the graph.
    #[doc(hidden)]
    pub fn held_back(&self) -> usize {
        self.cables.by_age().into_iter().filter(|(_, cable)| cable.align.is_some()).count()
    }

    /// By how many frames what a source puts out is late within its part.
    pub(crate) fn lateness(&self, source: Source) -> u32 {
        match source {
            Source::PartInput(..) => 0,
            Source::Output(node, _) => self.node(node).map_or(0, |e| e.late.saturating_add(e.own_latency())),
        }
    }

    /// By how many frames what a unit hears is late.
    pub(crate) fn arrival(&self, unit: Unit) -> u32 {
        match unit {
            Unit::Node(node) => self.node(node).map_or(0, |e| e.late),
            Unit::Exit(part) => self.node(part).and_then(|e| e.inside.as_ref()).map_or(0, |i| i.late),
            Unit::Sum(_) => 0,
        }
    }

    /// Who is late by what a cable brings; a drive makes nobody late.
    pub(crate) fn listener(to: Sink) -> Option<Unit> {
        match to {
            Sink::Input(node, _) => Some(Unit::Node(node)),
            Sink::PartOutput(part, _) => Some(Unit::Exit(part)),
            Sink::Param(..) => None,
        }
    }

    /// Notes that a node's own latency is another. Who hears it is noted now: by the time that this is looked at the node may be gone.
    pub(crate) fn note_changed(&mut self, node: NodeId) {
        let cables = self.node(node).into_iter().flat_map(|e| &e.outgoing);
        let listeners = cables.filter_map(|id| Self::listener(self.cable(*id)?.to));
        let listeners: Vec<Late> = listeners.map(Late::Looped).collect();
        self.late.extend(listeners);
        self.late.push(Late::Changed(node));
    }

    /// Notes that a cable is taken up.
    pub(crate) fn note_gone(&mut self, cable: &Cable) {
        if let Some(listener) = Self::listener(cable.to) {
            let late = self.lateness(cable.from);
            if late > 0 {
                self.late.push(Late::Gone(listener, late));
            }
        }
    }

    /// Notes that a cable of a loop goes, or comes back: who was on the loop may be on none.
    pub(crate) fn note_off_loop(&mut self, cable: &Cable) {
        if self.latent > 0 {
            let looped: Vec<Late> = self.around(cable).iter().map(|unit| Late::Looped(*unit)).collect();
            self.late.extend(looped);
        }
    }

    /// All units on the loop that a cable lies on, if it does.
    pub(crate) fn around(&self, cable: &Cable) -> &[Unit] {
        let cycle = |unit: Unit| self.seat(unit).map_or(0, |s| s.cycle);
        match cable.from {
            Source::Output(from, _)
                if cycle(Unit::Node(from)) == cycle(Self::adder(cable.to, cable.leaf)) =>
            {
                self.lineup.cycles.get(&cycle(Unit::Node(from))).map_or(&[], Vec::as_slice)
            }
            _ => &[],
        }
    }

    /// Whether two units, of which the second hears the first, are on a loop, cables on their way out left out.
    pub(crate) fn is_on_one_loop(&self, a: Unit, b: Unit) -> bool {
        let cycle = |unit: Unit| self.seat(unit).map_or(0, |s| s.cycle);
        cycle(a) != 0 && cycle(a) == cycle(b) && (self.fades.cables == 0 || self.leads_back(b, a, cycle(a)))
    }

    /// Whether cables that stay lead from one unit of a loop to another, along the loop.
    fn leads_back(&self, from: Unit, to: Unit, cycle: u32) -> bool {
        let (mut found, mut open) = (BTreeSet::from([from]), Vec::from([from]));
        while let Some(unit) = open.pop() {
            if unit == to {
                return true;
            }
            let Unit::Node(node) = unit else { continue };
            let cables = self.node(node).into_iter().flat_map(|e| &e.outgoing);
            for cable in cables.filter_map(|id| self.awake(*id)).filter(|c| !c.leaving) {
                let reader = Self::adder(cable.to, None);
                if self.seat(reader).is_some_and(|s| s.cycle == cycle) && found.insert(reader) {
                    open.push(reader);
                }
            }
        }
        false
    }

    pub(crate) fn turn_of(&self, unit: Unit) -> Option<Turn> {
        let part = self.part_of(unit)?;
        let depth = self.node(part)?.inside.as_ref()?.depth;
        Some((Reverse(depth), part, self.rank(unit), unit))
    }

    /// The cables that a unit hears at its ports and that stay, with whether they lead along its loop.
    pub(crate) fn heard_by(&self, unit: Unit) -> Vec<(CableId, bool)> {
        let cables: Vec<CableId> = match unit {
            Unit::Node(node) => self.node(node).map_or(Vec::new(), |e| e.incoming.iter().copied().collect()),
            Unit::Exit(part) => {
                let inside = self.node(part).and_then(|e| e.inside.as_ref());
                inside.map_or(Vec::new(), |i| i.to_output.iter().copied().collect())
            }
            Unit::Sum(_) => Vec::new(),
        };
        let heard = |id: CableId| {
            let cable = self.awake(id).filter(|c| !c.leaving && Self::listener(c.to) == Some(unit))?;
            let from = if let Source::Output(from, _) = cable.from { Some(Unit::Node(from)) } else { None };
            Some((id, from.is_some_and(|from| self.is_on_one_loop(from, unit))))
        };
        cables.into_iter().filter_map(heard).collect()
    }
}

//! In which order what lies in a part runs, kept up to date edit by edit.
//!
//! Units (nodes, sums, the way out of a part) stand in a row, each behind what it hears. The row is cut into short segments, and each is
//! compiled by itself, so that an edit costs what it touches and not what the part holds. Units on a feedback loop stand side by side
//! in one segment.

#[cfg(debug_assertions)]
mod check;
mod join;
mod knots;
mod rebuild;
mod seats;

use crate::compile::Record;
use crate::error::GraphError;
use crate::feed::{Sum, Term};
use crate::message::NodeId;
use crate::rows::Ends;
use crate::table::Slots;
use crate::topology::{AudioGraph, CableId, Sink, Source};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;

#[cfg(debug_assertions)]
pub(crate) use check::MANY;
pub(crate) use rebuild::Loop;

/// No segment.
pub(crate) const NONE: u32 = u32::MAX;

/// Something that stands in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Unit {
    Node(NodeId),
    /// By its number among the graph's sums.
    Sum(u32),
    /// What a part puts out.
    Exit(NodeId),
}

/// Where a unit stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    pub segment: u32,
    /// Its place in the segment.
    pub at: u32,
    /// Which feedback loop it is on; 0 for none.
    pub cycle: u32,
    /// Where its output lies for other segments to hear.
    pub home: Option<u32>,
}

impl Default for Seat {
    fn default() -> Self {
        Seat { segment: NONE, at: 0, cycle: 0, home: None }
    }
}

/// A stretch of the row that is compiled by itself.
#[derive(Debug)]
pub(crate) struct Segment {
    pub part: NodeId,
    /// Grows along the row.
    pub label: u64,
    pub previous: u32,
    pub next: u32,
    pub units: Vec<Unit>,
    /// Its steps, as they were last compiled.
    pub record: Record,
    /// What is to be known of it where rows run on several threads.
    pub ends: Option<Ends>,
    /// Blocks beyond the scratch that all segments share.
    pub extra: Option<(u32, u16)>,
}

/// The rows of all parts, and what is yet to be done about them.
#[derive(Debug, Default)]
pub(crate) struct Lineup {
    /// By the slot that each has on the audio thread.
    pub segments: Vec<Option<Segment>>,
    pub slots: Slots,
    /// Segments to compile.
    pub dirty: BTreeSet<u32>,
    /// Segments that another now follows.
    pub relinked: BTreeSet<u32>,
    /// Parts whose first segment, input or output changed.
    pub bodies: BTreeSet<NodeId>,
    /// Segments that are no more; their slots are free once the batch is made.
    pub gone: Vec<u32>,
    /// Units that have no seat yet.
    pub arrivals: Vec<Unit>,
    /// Who hears whom since last time: the second hears the first. Their seats may not show it yet.
    pub joints: BTreeSet<(Unit, Unit)>,
    /// Units that may be heard in other segments than before.
    pub heard: Vec<Unit>,
    /// Loops that may have come apart.
    pub stale: BTreeSet<u32>,
    /// Who is on each loop, in the order of their seats.
    pub cycles: BTreeMap<u32, Vec<Unit>>,
    pub last_cycle: u32,
}

/// A segment is cut in two when it weighs more than this...
pub(crate) const MOST: usize = 64;
/// ...and joins its neighbour when both together have no more than this, and it has fewer than a third of it.
pub(crate) const JOINED: usize = 36;

/// A list that stays from one edit to the next has room for so many entries.
const MOST_KEPT: usize = 256;

/// What an instrument weighs where rows run on several threads: so that it has a segment, which is a task, to itself, and no other waits with it for what it hears.
const INSTRUMENT: usize = MOST;
/// The same for a part unlike those before it, which would not run beside them in lanes.
const UNLIKE: usize = MOST / 4;

impl AudioGraph {
    /// How much there is to compile in a segment: a unit each, but more for sums, which mostly have many terms; and more for what had better be a task of
    /// its own, where there are several threads.
    fn weight(&self, units: &[Unit]) -> usize {
        let (mut last, threads) = (None, self.threads());
        let weight = |unit: &Unit| match unit {
            Unit::Sum(_) => 4,
            _ if self.threads.always && threads > 1 => UNLIKE,
            Unit::Node(node) if threads > 1 => {
                let Some(entry) = self.node(*node) else { return 1 };
                let Some(inside) = &entry.inside else { return 1 };
                let like = Some((Arc::as_ptr(&entry.shape), inside.seated));
                let unlike = last.replace(like).is_some_and(|last| last != like);
                match (entry.voices.is_empty(), unlike) {
                    (false, _) => INSTRUMENT,
                    (true, true) => UNLIKE,
                    (true, false) => 1,
                }
            }
            _ => 1,
        };
        units.iter().map(weight).sum()
    }
}

impl AudioGraph {
    pub(crate) fn seat(&self, unit: Unit) -> Option<&Seat> {
        match unit {
            Unit::Node(node) => self.node(node).map(|e| &e.seat),
            Unit::Sum(sum) => self.sum(sum).map(|s| &s.seat),
            Unit::Exit(part) => self.node(part)?.inside.as_ref().map(|i| &i.exit),
        }
    }

    pub(crate) fn seat_mut(&mut self, unit: Unit) -> Option<&mut Seat> {
        match unit {
            Unit::Node(node) => self.node_mut(node).map(|e| &mut e.seat),
            Unit::Sum(sum) => self.sum_mut(sum).map(|s| &mut s.seat),
            Unit::Exit(part) => self.node_mut(part)?.inside.as_mut().map(|i| &mut i.exit),
        }
    }

    pub(crate) fn is_seated(&self, unit: Unit) -> bool {
        self.seat(unit).is_some_and(|s| s.segment != NONE)
    }

    /// The part in which a unit stands.
    pub(crate) fn part_of(&self, unit: Unit) -> Option<NodeId> {
        match unit {
            Unit::Node(node) => self.node(node).map(|e| e.part),
            Unit::Sum(sum) => self.sum(sum).map(|s| s.part),
            Unit::Exit(part) => Some(part),
        }
    }

    /// Who adds up what goes to a port: a sum, or who has the port.
    pub(crate) fn adder(sink: Sink, sum: Option<u32>) -> Unit {
        match (sum, sink) {
            (Some(sum), _) => Unit::Sum(sum),
            (None, Sink::Input(node, _) | Sink::Param(node, _)) => Unit::Node(node),
            (None, Sink::PartOutput(part, _)) => Unit::Exit(part),
        }
    }

    /// Calls for each unit that hears this one, with whether it is driven and does not hear it at a port.
    pub(crate) fn each_reader(&self, unit: Unit, mut call: impl FnMut(Unit, bool)) {
        match unit {
            Unit::Node(node) => {
                let cables = self.node(node).into_iter().flat_map(|e| &e.outgoing);
                for cable in cables.filter_map(|c| self.awake(*c)) {
                    call(Self::adder(cable.to, cable.leaf), matches!(cable.to, Sink::Param(..)));
                }
            }
            Unit::Sum(sum) => {
                if let Some(sum) = self.sum(sum) {
                    call(Self::adder(sum.sink, sum.above), false);
                }
            }
            Unit::Exit(_) => {}
        }
    }

    /// Calls for each unit that hears this one, with the cable by which it does; of a sum there is none.
    pub(crate) fn each_way(&self, unit: Unit, mut call: impl FnMut(Unit, Option<CableId>)) {
        if let Unit::Node(node) = unit {
            let cables = self.node(node).into_iter().flat_map(|e| &e.outgoing);
            for cable in cables.filter_map(|c| self.awake(*c)) {
                call(Self::adder(cable.to, cable.leaf), Some(cable.id));
            }
        } else {
            self.each_reader(unit, |reader, _| call(reader, None));
        }
    }

    /// Calls for each unit that this one hears.
    pub(crate) fn each_source(&self, unit: Unit, mut call: impl FnMut(Unit)) {
        let mut term = |term: &Term| match term {
            Term::Sum(sum) => call(Unit::Sum(*sum)),
            Term::Cable(cable) => {
                if let Some(Source::Output(node, _)) = self.awake(*cable).map(|c| c.from) {
                    call(Unit::Node(node));
                }
            }
        };
        match unit {
            Unit::Node(node) => {
                let Some(entry) = self.node(node) else { return };
                entry.feeds.iter().flat_map(|f| &f.terms).for_each(&mut term);
                entry.drives.iter().for_each(|cable| term(&Term::Cable(*cable)));
            }
            Unit::Sum(sum) => self.sum(sum).into_iter().flat_map(|s| &s.terms).for_each(term),
            Unit::Exit(part) => {
                let inside = self.node(part).and_then(|e| e.inside.as_ref());
                inside.into_iter().flat_map(|i| &i.feeds).flat_map(|f| &f.terms).for_each(term);
            }
        }
    }

    /// Notes that a term goes into a sum or a port.
    pub(crate) fn joint_of(&mut self, term: Term, into: Option<u32>, sink: Sink) {
        let from = match term {
            Term::Sum(sum) => Some(Unit::Sum(sum)),
            Term::Cable(cable) => match self.cable(cable).map(|c| c.from) {
                Some(Source::Output(node, _)) => Some(Unit::Node(node)),
                _ => None,
            },
        };
        if let Some(from) = from {
            self.note_joint(from, Self::adder(sink, into));
        }
    }

    /// Notes that a source is heard by more, or by fewer.
    pub(crate) fn note_heard(&mut self, source: Source) {
        if let Source::Output(node, _) = source {
            self.note_heard_unit(Unit::Node(node));
        }
    }

    /// The same of a unit. One without a seat is noted as it takes one.
    fn note_heard_unit(&mut self, unit: Unit) {
        if self.is_seated(unit) {
            self.lineup.heard.push(unit);
        }
    }

    /// Notes that the second unit hears the first.
    pub(crate) fn note_joint(&mut self, from: Unit, to: Unit) {
        // A row that is yet to be made has all in order then.
        let inside = self.part_of(from).and_then(|part| self.node(part)?.inside.as_ref());
        if inside.is_none_or(|inside| inside.seated > 0) {
            self.lineup.joints.insert((from, to));
            self.note_heard_unit(from);
        }
    }

    /// Notes that the step of a unit has changed.
    pub(crate) fn touch(&mut self, unit: Unit) {
        if let Some(segment) = self.seat(unit).map(|s| s.segment).filter(|s| *s != NONE) {
            self.lineup.heard.push(unit);
            self.lineup.dirty.insert(segment);
            self.make_stale(unit);
        }
    }

    /// The same of what a cable brings to who adds it up.
    pub(crate) fn touch_term(&mut self, adder: Unit, cable: CableId) {
        if let Some(segment) = self.seat(adder).map(|s| s.segment).filter(|s| *s != NONE) {
            self.lineup.heard.push(adder);
            self.lineup.dirty.insert(segment);
            self.make_term_stale(adder, cable);
        }
    }

    /// Notes that the step of a unit has changed, and not who hears it.
    pub(crate) fn touch_step(&mut self, unit: Unit) {
        if let Some(segment) = self.seat(unit).map(|s| s.segment).filter(|s| *s != NONE) {
            self.lineup.dirty.insert(segment);
            self.make_stale(unit);
        }
    }

    /// Whether there are feedback loops.
    pub(crate) fn has_loops(&self) -> bool {
        !self.lineup.cycles.is_empty()
    }

    /// Notes that two units no longer hear each other, or otherwise than before: a loop may have come apart.
    pub(crate) fn loosen(&mut self, unit: Unit) {
        if let Some(cycle) = self.seat(unit).map(|s| s.cycle).filter(|c| *c != 0) {
            self.lineup.stale.insert(cycle);
        }
    }

    /// Makes room for a sum, which will be seated with the next commit.
    pub(crate) fn seat_sum(&mut self, sum: Sum) -> u32 {
        let part = sum.part;
        let number = match self.free_sums.pop() {
            Some(number) => {
                if let Some(place) = self.sums.get_mut(number as usize) {
                    *place = Some(sum);
                }
                number
            }
            None => {
                self.sums.push(Some(sum));
                self.sums.len() as u32 - 1
            }
        };
        if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.sums.insert(number);
        }
        self.lineup.arrivals.push(Unit::Sum(number));
        number
    }

    pub(crate) fn unseat_sum(&mut self, part: NodeId, number: u32) {
        self.unseat(Unit::Sum(number));
        if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.sums.remove(&number);
        }
    }

    /// Brings the rows up to date with the cables. What cannot be ordered, for a cycle without a delay, is found when its segment is compiled.
    pub(crate) fn line_up(&mut self) -> Result<(), GraphError> {
        self.take_loops_apart();
        let mut list = core::mem::take(&mut self.lineup.arrivals);
        let count = list.len();
        let place = |unit: Unit| Some((self.part_of(unit)?, unit));
        let unseated = list.drain(..).filter(|unit| self.seat(*unit).is_some_and(|s| s.segment == NONE));
        let mut arrivals: Vec<(NodeId, Unit)> = Vec::with_capacity(count);
        arrivals.extend(unseated.filter_map(place));
        arrivals.sort_unstable();
        arrivals.dedup();
        // The next edit need not make its own; but not what only the making of a whole patch needs.
        list.shrink_to(MOST_KEPT);
        self.lineup.arrivals = list;
        for units in arrivals.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((part, _)) = units.first() else { continue };
            let seated = self.node(*part).and_then(|e| e.inside.as_ref()).map_or(0, |i| i.seated);
            if units.len() > seated.max(MOST) || seated == 0 {
                self.rebuild(*part);
            } else {
                units.iter().rev().for_each(|(_, unit)| self.seat_arrival(*unit));
            }
        }
        while let Some((from, to)) = self.lineup.joints.pop_first() {
            let mut joined = false;
            self.each_reader(from, |reader, _| joined |= reader == to);
            if joined {
                self.join(from, to);
            }
        }
        self.rebalance();
        #[cfg(debug_assertions)]
        self.check_rows();
        Ok(())
    }
}

//! What is added up at a port: its cables, and where there are many, a tree of sums, so that one more costs as much as the first.

use crate::lineup::Seat;
use crate::message::NodeId;
use crate::topology::{AudioGraph, Cable, CableId, Sink, Source};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use smallvec::SmallVec;

/// The most terms of one sum. More would make an edit dearer, fewer the adding.
pub(crate) const FAN: usize = 32;

/// What is added up: a cable, or a sum of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    Cable(CableId),
    Sum(u32),
}

/// Those at most ports have their place there.
pub(crate) type Terms = SmallVec<[Term; 2]>;

/// The order of terms: cables by where they come from, so that a cable which is laid again is added where it was; then sums, by age.
type Key = (bool, Option<(Source, CableId)>, u64);

/// The terms at a port, in the order in which they are added.
///
/// How they are grouped hangs on the edits alone, not on when what has faded out is taken away: a cable on its way out takes no room. It stays a term
/// of its sum as long as something else stays there, and then is one of the port. Either adds its terms up one after the other, so that one that
/// is silent might as well not be there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feed {
    pub terms: Terms,
    /// While there are too many: the sums that have room, from the leaves up.
    tree: Option<Box<Roomy>>,
    height: usize,
}

/// For each level of sums, those that have room: their ages and numbers.
type Roomy = [BTreeSet<(u64, u32)>; LEVELS];

/// 32 to the sixth is more than there can be cables.
const LEVELS: usize = 6;

/// A sum on the way to a port: part of the sum that the port hears.
#[derive(Debug)]
pub(crate) struct Sum {
    pub part: NodeId,
    /// The port.
    pub sink: Sink,
    pub channels: u16,
    pub terms: Terms,
    /// How many of them are cables on their way out.
    leaving: usize,
    /// The sum that this is a term of; at the top, the port itself.
    pub above: Option<u32>,
    pub level: usize,
    /// Grows with each sum that is made. Numbers are given again.
    pub age: u64,
    pub seat: Seat,
}

impl Sum {
    /// How many terms it has, without cables on their way out.
    fn staying(&self) -> usize {
        self.terms.len() - self.leaving
    }
}

/// What is added up at a port, as it is grouped: to check what sounds against the graph.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq)]
pub enum Adding {
    /// A cable.
    Cable(CableId),
    /// A sum of others.
    Sum(Vec<Adding>),
}

impl AudioGraph {
    /// In which order a port adds up, cables on their way out included, those that sleep left out.
    #[doc(hidden)]
    pub fn adding(&self, sink: Sink) -> Vec<Adding> {
        self.feed(sink).map_or(Vec::new(), |feed| self.grouped(&feed.terms))
    }

    fn grouped(&self, terms: &[Term]) -> Vec<Adding> {
        let group = |term: &Term| match term {
            Term::Cable(cable) => self.awake(*cable).map(|c| Adding::Cable(c.id)),
            Term::Sum(sum) => {
                Some(Adding::Sum(self.sum(*sum).map_or(Vec::new(), |s| self.grouped(&s.terms))))
            }
        };
        terms.iter().filter_map(group).collect()
    }

    pub(crate) fn feed(&self, sink: Sink) -> Option<&Feed> {
        match sink {
            Sink::Input(node, port) => self.node(node)?.feeds.get(usize::from(port)),
            Sink::PartOutput(part, port) => self.node(part)?.inside.as_ref()?.feeds.get(usize::from(port)),
            Sink::Param(..) => None,
        }
    }

    fn feed_mut(&mut self, sink: Sink) -> Option<&mut Feed> {
        match sink {
            Sink::Input(node, port) => self.node_mut(node)?.feeds.get_mut(usize::from(port)),
            Sink::PartOutput(part, port) => {
                self.node_mut(part)?.inside.as_mut()?.feeds.get_mut(usize::from(port))
            }
            Sink::Param(..) => None,
        }
    }

    pub(crate) fn sum(&self, sum: u32) -> Option<&Sum> {
        self.sums.get(sum as usize)?.as_ref()
    }

    pub(crate) fn sum_mut(&mut self, sum: u32) -> Option<&mut Sum> {
        self.sums.get_mut(sum as usize)?.as_mut()
    }

    /// Adds a cable to what its port adds up. `part` is where it lies, `channels` the width of the port.
    pub(crate) fn feed_in(&mut self, cable: CableId, sink: Sink, part: NodeId, channels: u16) {
        let leaf = self.leaf_for(cable, sink, part, channels);
        self.put_term(sink, leaf, Term::Cable(cable));
        if let Some(cable) = self.cable_mut(cable) {
            cable.leaf = leaf;
        }
    }

    /// The sum that a cable becomes a term of; without one, the port adds it up itself.
    fn leaf_for(&mut self, cable: CableId, sink: Sink, part: NodeId, channels: u16) -> Option<u32> {
        let is_here = |leaf: &u32| self.sum(*leaf).is_some_and(|s| s.sink == sink);
        let cable = self.cable(cable)?;
        if cable.leaving {
            return cable.leaf.filter(is_here);
        }
        let (id, feed) = (cable.id, self.feed(sink)?);
        if feed.tree.is_none() {
            if self.staying(feed) < FAN {
                return None;
            }
            self.raise(sink, part, channels);
        }
        // A cable whose removal is taken back goes where it was.
        let is_here = |leaf: &u32| self.sum(*leaf).is_some_and(|s| s.sink == sink);
        let was = self.cable(id).and_then(|c| c.leaf).filter(is_here);
        Some(was.or_else(|| self.roomy(sink, 0)).unwrap_or_else(|| self.new_sum(sink, part, channels, 0)))
    }

    /// Whether a port has so many cables that sums of some are added up there.
    pub(crate) fn is_grouped(&self, sink: Sink) -> bool {
        self.feed(sink).is_some_and(|feed| feed.tree.is_some() || self.staying(feed) >= FAN)
    }

    /// Where a cable that is to leave is added up from then on: in its sum, if something else stays there; else at the port.
    pub(crate) fn leaf_of_leaving(&self, cable: &Cable) -> Option<u32> {
        let stays = usize::from(self.cable(cable.id).is_some_and(|c| !c.leaving && c.leaf == cable.leaf));
        let others = |sum: &Sum| sum.sink == cable.to && sum.staying() > stays;
        cable.leaf.filter(|leaf| self.sum(*leaf).is_some_and(others))
    }

    /// Notes that a cable that is a term of a sum is on its way out from now on.
    pub(crate) fn note_leaving(&mut self, sink: Sink, leaf: u32) {
        if let Some(sum) = self.sum_mut(leaf) {
            sum.leaving += 1;
        }
        self.note_room(sink, leaf);
    }

    /// The cables on their way out that a sum adds up, if nothing else is left there.
    pub(crate) fn left_over(&self, sum: u32) -> Terms {
        let sum = self.sum(sum).filter(|s| s.staying() == 0);
        sum.map_or(Terms::new(), |s| s.terms.clone())
    }

    /// Whether a term is a cable on its way out.
    fn leaves(&self, term: Term) -> bool {
        matches!(term, Term::Cable(cable) if self.cable(cable).is_some_and(|c| c.leaving))
    }

    /// How many terms a port has, without cables on their way out.
    fn staying(&self, feed: &Feed) -> usize {
        feed.terms.iter().filter(|term| !self.leaves(**term)).count()
    }

    /// Takes a cable out of what its port adds up. A sum that is left with nothing stays until [`prune`](Self::prune).
    pub(crate) fn feed_out(&mut self, cable: CableId, sink: Sink, leaf: Option<u32>) {
        self.take_term(sink, leaf, Term::Cable(cable));
    }

    /// Takes away a sum that has nothing to add up, and those above it that are then left with nothing.
    pub(crate) fn prune(&mut self, sum: u32) {
        let mut next = Some(sum);
        while let Some(number) = next
            && let Some(sum) = self.sum(number)
            && sum.terms.is_empty()
        {
            let (sink, above, level, part, age) = (sum.sink, sum.above, sum.level, sum.part, sum.age);
            self.take_term(sink, above, Term::Sum(number));
            if let Some(tree) = self.feed_mut(sink).and_then(|f| f.tree.as_mut())
                && let Some(open) = tree.get_mut(level)
            {
                open.remove(&(age, number));
            }
            self.unseat_sum(part, number);
            if let Some(place) = self.sums.get_mut(number as usize) {
                *place = None;
            }
            self.free_sums.push(number);
            if above.is_none()
                && let Some(feed) = self.feed_mut(sink)
                && !feed.terms.iter().any(|term| matches!(term, Term::Sum(_)))
            {
                (feed.tree, feed.height) = (None, 0);
            }
            next = above;
        }
    }

    /// Everything that a port has and that stays gets a sum of its own, which leaves room for more.
    fn raise(&mut self, sink: Sink, part: NodeId, channels: u16) {
        let Some(feed) = self.feed(sink) else { return };
        let (leaving, terms): (Terms, Terms) = feed.terms.iter().copied().partition(|t| self.leaves(*t));
        let Some(feed) = self.feed_mut(sink) else { return };
        let level = feed.height;
        feed.terms = leaving;
        feed.height += 1;
        feed.tree.get_or_insert_with(|| Box::new(core::array::from_fn(|_| BTreeSet::new())));
        let (age, seat) = (self.serial(), Seat::default());
        let sum =
            Sum { part, sink, channels, terms: terms.clone(), leaving: 0, above: None, level, age, seat };
        let sum = self.seat_sum(sum);
        for term in terms {
            match term {
                Term::Cable(cable) => self.cable_mut(cable).map(|c| c.leaf = Some(sum)),
                Term::Sum(below) => self.sum_mut(below).map(|s| s.above = Some(sum)),
            };
            self.joint_of(term, Some(sum), sink);
        }
        self.put_term(sink, None, Term::Sum(sum));
    }

    /// A sum of a level that has room.
    fn roomy(&self, sink: Sink, level: usize) -> Option<u32> {
        self.feed(sink)?.tree.as_ref()?.get(level)?.first().map(|(_, number)| *number)
    }

    /// A new sum of a level, joined to one above it.
    fn new_sum(&mut self, sink: Sink, part: NodeId, channels: u16, level: usize) -> u32 {
        let (age, seat) = (self.serial(), Seat::default());
        let sum =
            Sum { part, sink, channels, terms: Terms::new(), leaving: 0, above: None, level, age, seat };
        let number = self.seat_sum(sum);
        let height = self.feed(sink).map_or(1, |f| f.height);
        let above = if level + 1 < height {
            Some(self.roomy(sink, level + 1).unwrap_or_else(|| self.new_sum(sink, part, channels, level + 1)))
        } else {
            if self.feed(sink).is_some_and(|f| self.staying(f) >= FAN) {
                self.raise(sink, part, channels);
                Some(self.new_sum(sink, part, channels, level + 1))
            } else {
                None
            }
        };
        if let Some(sum) = self.sum_mut(number) {
            sum.above = above;
        }
        self.put_term(sink, above, Term::Sum(number));
        self.note_room(sink, number);
        number
    }

    fn key(&self, term: Term) -> Key {
        match term {
            Term::Cable(cable) => (false, self.cable(cable).map(|c| (c.from, cable)), 0),
            Term::Sum(sum) => (true, None, self.sum(sum).map_or(0, |s| s.age)),
        }
    }

    /// Puts a term into a sum, or, without one, into what the port adds up itself; in order, so that the sum has the same bits however it came about.
    fn put_term(&mut self, sink: Sink, into: Option<u32>, term: Term) {
        let terms = match into {
            Some(sum) => self.sum(sum).map(|s| &s.terms),
            None => self.feed(sink).map(|f| &f.terms),
        };
        let place = terms.map_or(0, |terms| terms.partition_point(|t| self.key(*t) < self.key(term)));
        let terms = match into {
            Some(sum) => self.sum_mut(sum).map(|s| &mut s.terms),
            None => self.feed_mut(sink).map(|f| &mut f.terms),
        };
        if let Some(terms) = terms {
            terms.insert(place, term);
        }
        let leaves = self.leaves(term);
        if let Some(sum) = into {
            if let Some(sum) = self.sum_mut(sum).filter(|_| leaves) {
                sum.leaving += 1;
            }
            self.note_room(sink, sum);
        }
        self.joint_of(term, into, sink);
        self.touch_term_of(sink, into, term);
    }

    fn take_term(&mut self, sink: Sink, from: Option<u32>, term: Term) {
        let terms = match from {
            Some(sum) => self.sum_mut(sum).map(|s| &mut s.terms),
            None => self.feed_mut(sink).map(|f| &mut f.terms),
        };
        if let Some(terms) = terms
            && let Some(place) = terms.iter().position(|t| *t == term)
        {
            terms.remove(place);
        }
        let leaves = self.leaves(term);
        if let Some(sum) = from {
            if let Some(sum) = self.sum_mut(sum).filter(|_| leaves) {
                sum.leaving = sum.leaving.saturating_sub(1);
            }
            self.note_room(sink, sum);
        }
        self.touch_term_of(sink, from, term);
    }

    /// Notes that what a port or a sum adds up has one term more, or less.
    fn touch_term_of(&mut self, sink: Sink, sum: Option<u32>, term: Term) {
        let adder = Self::adder(sink, sum);
        match term {
            Term::Cable(cable) => self.touch_term(adder, cable),
            Term::Sum(_) => self.touch(adder),
        }
    }

    /// Keeps the list of sums with room.
    fn note_room(&mut self, sink: Sink, number: u32) {
        let Some(sum) = self.sum(number) else { return };
        debug_assert_eq!(sum.leaving, sum.terms.iter().filter(|term| self.leaves(**term)).count());
        let (level, room, which) = (sum.level, sum.staying() < FAN, (sum.age, number));
        if let Some(open) = self.feed_mut(sink).and_then(|f| f.tree.as_mut()?.get_mut(level)) {
            if room {
                open.insert(which);
            } else {
                open.remove(&which);
            }
        }
    }
}

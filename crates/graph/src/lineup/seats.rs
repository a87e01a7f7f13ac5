//! Seats in the row: taking one, giving one up, cutting and joining segments.

use super::{JOINED, MOST, NONE, Seat, Segment, Unit};
use crate::compile::Record;
use crate::message::NodeId;
use crate::topology::{AudioGraph, CableId};
use alloc::vec::Vec;
use smallvec::SmallVec;

/// How far apart the labels of new neighbours are.
const GAP: u64 = 1 << 32;

impl AudioGraph {
    pub(crate) fn segment(&self, segment: u32) -> Option<&Segment> {
        self.lineup.segments.get(segment as usize)?.as_ref()
    }

    pub(crate) fn segment_mut(&mut self, segment: u32) -> Option<&mut Segment> {
        self.lineup.segments.get_mut(segment as usize)?.as_mut()
    }

    /// Where a unit stands in the row: later is larger. Units on one loop stand in the same place.
    pub(crate) fn rank(&self, unit: Unit) -> (u64, u32) {
        let Some(seat) = self.seat(self.head(unit)) else { return (u64::MAX, u32::MAX) };
        (self.segment(seat.segment).map_or(u64::MAX, |s| s.label), seat.at)
    }

    /// The unit that stands for those on a loop: the first of them.
    pub(crate) fn head(&self, unit: Unit) -> Unit {
        let cycle = self.seat(unit).map_or(0, |s| s.cycle);
        self.lineup.cycles.get(&cycle).and_then(|units| units.first()).copied().unwrap_or(unit)
    }

    /// A new segment behind another, or, behind none, the first of its part.
    pub(super) fn new_segment(&mut self, part: NodeId, after: u32, units: Vec<Unit>) -> Option<u32> {
        let first = self.node(part)?.inside.as_ref()?.first;
        let next = if after == NONE { first } else { self.segment(after)?.next };
        let slot = self.lineup.slots.take()?;
        let label = self.label_between(part, after, next);
        let (units_yet, record) = (Vec::new(), Record::default());
        let segment =
            Segment { part, label, previous: after, next, units: units_yet, record, ends: None, extra: None };
        if slot as usize >= self.lineup.segments.len() {
            self.lineup.segments.resize_with(slot as usize + 1, || None);
        }
        *self.lineup.segments.get_mut(slot as usize)? = Some(segment);
        self.link(part, after, slot);
        if let Some(next) = self.segment_mut(next) {
            next.previous = slot;
        }
        self.lineup.relinked.insert(slot);
        self.lineup.dirty.insert(slot);
        self.fill(slot, units);
        Some(slot)
    }

    /// Makes one segment follow another, or begin its part.
    fn link(&mut self, part: NodeId, after: u32, next: u32) {
        if let Some(segment) = self.segment_mut(after) {
            segment.next = next;
            self.lineup.relinked.insert(after);
        } else if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.first = next;
            self.lineup.bodies.insert(part);
        }
    }

    fn label_between(&mut self, part: NodeId, after: u32, next: u32) -> u64 {
        for _ in 0..2 {
            let low = self.segment(after).map_or(0, |s| s.label);
            let high = self.segment(next).map_or(low.saturating_add(2 * GAP), |s| s.label);
            if high - low >= 2 {
                return low + (high - low) / 2;
            }
            self.relabel(part);
        }
        0
    }

    /// Spaces the labels of a part out evenly.
    fn relabel(&mut self, part: NodeId) {
        let mut at = self.node(part).and_then(|e| e.inside.as_ref()).map_or(NONE, |i| i.first);
        let mut label = GAP;
        while let Some(segment) = self.segment_mut(at) {
            segment.label = label;
            label += GAP;
            at = segment.next;
        }
    }

    /// Puts units into a segment in place of those that are in it.
    pub(super) fn fill(&mut self, slot: u32, units: Vec<Unit>) {
        for (at, unit) in units.iter().enumerate() {
            let Some(seat) = self.seat_mut(*unit) else { continue };
            let was = core::mem::replace(&mut seat.segment, slot);
            seat.at = at as u32;
            if was != slot {
                self.note_moved(*unit);
            }
        }
        if let Some(segment) = self.segment_mut(slot) {
            segment.record.clear(units.len());
            segment.units = units;
        }
        self.lineup.dirty.insert(slot);
    }

    /// Notes that a unit stands in another segment than before: what it hears may now be heard outside, and its own signal, too.
    fn note_moved(&mut self, unit: Unit) {
        let mut heard = core::mem::take(&mut self.lineup.heard);
        heard.push(unit);
        self.each_source(unit, |source| heard.push(source));
        self.lineup.heard = heard;
        for (reader, cable) in self.ways(unit) {
            match cable {
                Some(cable) => self.make_term_stale(reader, cable),
                None => self.make_stale(reader),
            }
        }
    }

    /// Takes a segment with nothing in it out of the row.
    pub(super) fn drop_segment(&mut self, slot: u32) {
        self.disband_segment(slot);
        let Some(segment) = self.lineup.segments.get_mut(slot as usize).and_then(Option::take) else {
            return;
        };
        self.link(segment.part, segment.previous, segment.next);
        if let Some(next) = self.segment_mut(segment.next) {
            next.previous = segment.previous;
        }
        if let Some((start, width)) = segment.extra {
            self.blocks.give_back(start, width);
        }
        self.lineup.dirty.remove(&slot);
        self.lineup.relinked.remove(&slot);
        self.lineup.gone.push(slot);
    }

    /// Seats a unit beside another: before it, or, with `after`, behind it. Beside a loop, outside the loop.
    pub(super) fn seat_beside(&mut self, unit: Unit, anchor: Unit, after: bool) {
        let cycle = self.seat(anchor).map_or(0, |s| s.cycle);
        let on_loop = self.lineup.cycles.get(&cycle);
        let edge = if after { on_loop.and_then(|c| c.last()) } else { on_loop.and_then(|c| c.first()) };
        let Some(seat) = self.seat(edge.copied().unwrap_or(anchor)).copied() else { return };
        let at = seat.at as usize + usize::from(after);
        let Some(segment) = self.segment_mut(seat.segment) else { return };
        let (part, at) = (segment.part, at.min(segment.units.len()));
        segment.units.insert(at, unit);
        segment.record.insert(at);
        self.renumber(seat.segment, at);
        self.count_seated(part, 1);
        self.note_moved(unit);
        self.touch_around(unit);
    }

    fn count_seated(&mut self, part: NodeId, change: isize) {
        if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.seated = inside.seated.saturating_add_signed(change);
        }
    }

    pub(super) fn set_seated(&mut self, part: NodeId, count: usize) {
        if let Some(inside) = self.node_mut(part).and_then(|e| e.inside.as_mut()) {
            inside.seated = count;
        }
    }

    /// Notes anew where the units of a segment stand, from one on.
    fn renumber(&mut self, slot: u32, from: usize) {
        let Some(segment) = self.segment_mut(slot) else { return };
        let units = core::mem::take(&mut segment.units);
        for (at, unit) in units.iter().enumerate().skip(from) {
            if let Some(seat) = self.seat_mut(*unit) {
                (seat.segment, seat.at) = (slot, at as u32);
            }
        }
        if let Some(segment) = self.segment_mut(slot) {
            segment.units = units;
        }
        self.lineup.dirty.insert(slot);
    }

    /// Takes a unit's seat away. Its loop, if it was on one, is taken apart later.
    pub(crate) fn unseat(&mut self, unit: Unit) {
        let Some(seat) = self.seat(unit).copied().filter(|s| s.segment != NONE) else { return };
        if seat.cycle != 0 {
            if let Some(units) = self.lineup.cycles.get_mut(&seat.cycle) {
                units.retain(|u| *u != unit);
            }
            self.lineup.stale.insert(seat.cycle);
        }
        self.touch_around(unit);
        if let Some(home) = seat.home {
            self.give_home_back(unit, home);
        }
        if let Some(seat) = self.seat_mut(unit) {
            *seat = Seat::default();
        }
        let Some(segment) = self.segment_mut(seat.segment) else { return };
        let part = segment.part;
        segment.units.remove(seat.at as usize);
        segment.record.remove(seat.at as usize);
        self.renumber(seat.segment, seat.at as usize);
        self.count_seated(part, -1);
    }

    /// Notes that the steps of a unit and of those that hear it change.
    fn touch_around(&mut self, unit: Unit) {
        self.touch(unit);
        for (reader, cable) in self.ways(unit) {
            match cable {
                Some(cable) => self.touch_term(reader, cable),
                None => self.touch(reader),
            }
        }
    }

    /// Who hears a unit, and by which cables.
    fn ways(&self, unit: Unit) -> SmallVec<[(Unit, Option<CableId>); 8]> {
        let mut ways = SmallVec::new();
        self.each_way(unit, |reader, cable| ways.push((reader, cable)));
        ways
    }

    /// Seats a unit that is new: before the first that hears it, else behind the last that it hears, else at the end.
    pub(super) fn seat_arrival(&mut self, unit: Unit) {
        let Some(part) = self.part_of(unit) else { return };
        let (mut first, mut last) = (None, None);
        self.each_reader(unit, |reader, _| {
            if self.is_seated(reader) && first.is_none_or(|f| self.rank(reader) < self.rank(f)) {
                first = Some(reader);
            }
        });
        if let Some(first) = first {
            return self.seat_beside(unit, first, false);
        }
        self.each_source(unit, |source| {
            if self.is_seated(source) && last.is_none_or(|l| self.rank(source) > self.rank(l)) {
                last = Some(source);
            }
        });
        match last {
            Some(last) => self.seat_beside(unit, last, true),
            None => self.seat_beside(unit, Unit::Exit(part), false),
        }
    }

    /// Cuts segments that have grown too long, joins those that have grown too short.
    pub(super) fn rebalance(&mut self) {
        let mut open: Vec<u32> = self.lineup.dirty.iter().copied().collect();
        while let Some(slot) = open.pop() {
            let Some(segment) = self.segment(slot) else { continue };
            let (part, length, previous, next) =
                (segment.part, self.weight(&segment.units), segment.previous, segment.next);
            if length == 0 {
                self.drop_segment(slot);
            } else if length > MOST {
                let Some(cut) = self.cut(slot) else { continue };
                let Some(segment) = self.segment_mut(slot) else { continue };
                let rest = segment.units.split_off(cut);
                segment.record.truncate(cut);
                open.push(slot);
                open.extend(self.new_segment(part, slot, rest));
            } else if length < JOINED / 3 {
                let fits = |other: u32| {
                    self.segment(other)
                        .is_some_and(|o| !o.units.is_empty() && self.weight(&o.units) + length <= JOINED)
                };
                let (first, second) = if fits(previous) {
                    (previous, slot)
                } else if fits(next) {
                    (slot, next)
                } else {
                    continue;
                };
                let mut units =
                    self.segment_mut(first).map(|s| core::mem::take(&mut s.units)).unwrap_or_default();
                units.extend(
                    self.segment_mut(second).map(|s| core::mem::take(&mut s.units)).unwrap_or_default(),
                );
                self.fill(first, units);
                self.drop_segment(second);
            }
        }
    }

    /// Where a segment can be cut nearest to its middle: not in a loop.
    fn cut(&self, slot: u32) -> Option<usize> {
        let segment = self.segment(slot)?;
        let cycle = |at: usize| segment.units.get(at).and_then(|u| self.seat(*u)).map_or(0, |s| s.cycle);
        let between = |at: usize| cycle(at) == 0 || cycle(at) != cycle(at - 1);
        let middle = segment.units.len() / 2;
        (1..segment.units.len()).filter(|at| between(*at)).min_by_key(|at| at.abs_diff(middle))
    }
}

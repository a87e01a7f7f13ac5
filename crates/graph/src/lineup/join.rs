//! A new cable in the row: what it makes later moves behind, or what it needs moves before, whichever is less; and what closes a
//! loop is brought together.
//!
//! After Pearce and Kelly, "A dynamic topological sort algorithm for directed acyclic graphs" (ACM JEA 11, 2006): only what stands
//! between the two ends and is joined to one of them is looked at. As seats can be made anywhere, one of the two sides is enough.

use super::Unit;
use crate::latency::Late;
use crate::topology::AudioGraph;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// Where a search is: whom it found, and whose neighbours it has yet to look at.
struct Search {
    found: BTreeSet<Unit>,
    open: Vec<Unit>,
    /// Along the row, to those that hear; else back, to those that are heard.
    ahead: bool,
    /// How far it goes.
    limit: (u64, u32),
}

impl Search {
    fn new(from: Unit, ahead: bool, limit: (u64, u32)) -> Self {
        Search { found: BTreeSet::from([from]), open: Vec::from([from]), ahead, limit }
    }

    fn is_within(&self, rank: (u64, u32)) -> bool {
        if self.ahead { rank <= self.limit } else { rank >= self.limit }
    }
}

impl AudioGraph {
    /// Brings the row up to date with `to` hearing `from`.
    pub(super) fn join(&mut self, from: Unit, to: Unit) {
        let (from, to) = (self.head(from), self.head(to));
        if from == to {
            // On one loop already, or a unit that hears itself.
            if self.seat(from).is_some_and(|s| s.cycle == 0) {
                self.close_loop(Vec::from([from]));
            }
            return self.touch(from);
        }
        let (low, high) = (self.rank(to), self.rank(from));
        if high < low {
            return;
        }
        let (mut ahead, mut back) = (Search::new(to, true, high), Search::new(from, false, low));
        // In turns, so that the cost is that of the smaller side.
        while !ahead.found.contains(&from) && !back.found.contains(&to) {
            if !self.look(&mut ahead) {
                return self.move_all(&ahead.found, from, true);
            }
            if !ahead.found.contains(&from) && !self.look(&mut back) {
                return self.move_all(&back.found, to, false);
            }
        }
        // A loop: it is what both searches find once they are done.
        while self.look(&mut ahead) {}
        while self.look(&mut back) {}
        let on_loop: Vec<Unit> = ahead.found.intersection(&back.found).copied().collect();
        let before: BTreeSet<Unit> = back.found.difference(&ahead.found).copied().collect();
        self.move_all(&before, to, false);
        self.close_loop(on_loop);
    }

    /// Takes one step of a search; `false` if there is none left to take. Cables that the seats do not show yet are left out.
    fn look(&self, search: &mut Search) -> bool {
        let Some(unit) = search.open.pop() else { return false };
        let cycle = self.seat(unit).map_or(0, |s| s.cycle);
        let alone = [unit];
        let ahead = search.ahead;
        let units: &[Unit] = self.lineup.cycles.get(&cycle).map_or(&alone, Vec::as_slice);
        for member in units {
            let mut meet = |other: Unit, joint: (Unit, Unit)| {
                if !self.is_seated(other) || self.lineup.joints.contains(&joint) {
                    return;
                }
                let other = self.head(other);
                if search.is_within(self.rank(other)) && search.found.insert(other) {
                    search.open.push(other);
                }
            };
            if ahead {
                self.each_reader(*member, |reader, _| meet(reader, (*member, reader)));
            } else {
                self.each_source(*member, |source| meet(source, (source, *member)));
            }
        }
        true
    }

    /// Moves units, with those on their loops, beside another, in the order that they have.
    fn move_all(&mut self, heads: &BTreeSet<Unit>, anchor: Unit, after: bool) {
        let mut heads: Vec<Unit> = heads.iter().copied().filter(|u| *u != anchor).collect();
        heads.sort_by_cached_key(|unit| self.rank(*unit));
        let mut units = Vec::with_capacity(heads.len());
        for head in heads {
            let cycle = self.seat(head).map_or(0, |s| s.cycle);
            match self.lineup.cycles.get(&cycle) {
                Some(members) => units.extend(members.iter().copied()),
                None => units.push(head),
            }
        }
        if after {
            units.reverse();
        }
        for unit in units {
            self.reseat(unit, anchor, after);
        }
    }

    /// Moves a unit, which stays on its loop.
    fn reseat(&mut self, unit: Unit, anchor: Unit, after: bool) {
        let cycle = self.seat(unit).map_or(0, |s| s.cycle);
        let was_stale = self.lineup.stale.contains(&cycle);
        let members = self.lineup.cycles.get(&cycle).cloned();
        self.unseat(unit);
        self.seat_beside(unit, anchor, after);
        if let Some(members) = members {
            self.lineup.cycles.insert(cycle, members);
            if let Some(seat) = self.seat_mut(unit) {
                seat.cycle = cycle;
            }
            if !was_stale {
                self.lineup.stale.remove(&cycle);
            }
        }
    }

    /// Makes one loop of units and the loops that they are on, at the place of the first of them.
    fn close_loop(&mut self, heads: Vec<Unit>) {
        let mut heads = heads;
        heads.sort_by_cached_key(|unit| self.rank(*unit));
        let mut units = Vec::new();
        for head in heads {
            let cycle = self.seat(head).map_or(0, |s| s.cycle);
            match self.lineup.cycles.remove(&cycle) {
                Some(members) => units.extend(members),
                None => units.push(head),
            }
            self.lineup.stale.remove(&cycle);
        }
        self.lineup.last_cycle += 1;
        let cycle = self.lineup.last_cycle;
        // Until they all stand together they are on no loop.
        for unit in &units {
            if let Some(seat) = self.seat_mut(*unit) {
                seat.cycle = 0;
            }
        }
        for pair in units.windows(2) {
            if let [before, unit] = *pair {
                self.unseat(unit);
                self.seat_beside(unit, before, true);
            }
        }
        for unit in &units {
            self.late.push(Late::Looped(*unit));
            if let Some(seat) = self.seat_mut(*unit) {
                seat.cycle = cycle;
            }
        }
        self.lineup.cycles.insert(cycle, units);
    }
}

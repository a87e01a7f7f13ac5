//! The row of a part made anew, and loops taken apart: where many edits come at once, or a cable has gone.

use super::{MOST, NONE, Unit};
use crate::error::GraphError;
use crate::latency::Late;
use crate::message::NodeId;
use crate::plan::Half;
use crate::topology::AudioGraph;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use smallvec::{SmallVec, smallvec};

/// Units by index, with who hears whom.
pub(crate) struct Net {
    units: Vec<Unit>,
    /// For each unit, who hears it: through a port, or as a drive.
    heard_by: Vec<Readers>,
}

/// Who hears a unit. Lists of few lie side by side, for a part that is made anew has one for each unit.
pub(super) type Readers = SmallVec<[(u32, bool); 2]>;

/// What comes after a turn, or a group.
pub(super) type Followers = SmallVec<[u32; 4]>;

/// Units on one loop, or a single one.
type Group<T> = SmallVec<[T; 2]>;

/// A turn to run: a unit, or half of a node that delays in a loop.
pub(super) type Turn = (Unit, Half);

/// The turns of a loop.
pub(crate) type Loop = Vec<(Unit, Half)>;

impl Net {
    fn of(graph: &AudioGraph, units: Vec<Unit>) -> Self {
        let mut index: Vec<(Unit, u32)> = units.iter().copied().zip(0..).collect();
        index.sort_unstable();
        let index = |unit: Unit| {
            let at = index.binary_search_by_key(&unit, |(there, _)| *there).ok()?;
            index.get(at).map(|(_, number)| *number)
        };
        let mut heard_by = vec![Readers::new(); units.len()];
        for (unit, heard_by) in units.iter().zip(&mut heard_by) {
            graph.each_reader(*unit, |reader, drives| {
                heard_by.extend(index(reader).map(|reader| (reader, drives)));
            });
            heard_by.sort_unstable();
            heard_by.dedup();
        }
        Net { units, heard_by }
    }

    /// The units in groups, each a loop or a single one, each group behind those that it hears; with whether it is a loop.
    fn groups(&self) -> Vec<(Group<Unit>, bool)> {
        // Mostly there is no loop.
        let readers = |unit: usize| self.heard_by[unit].iter().map(|(to, _)| *to);
        if let (sequence, None) = kahn(self.heard_by.len(), readers, |unit| unit) {
            let unit = |number: u32| Some((smallvec![*self.units.get(number as usize)?], false));
            return sequence.into_iter().filter_map(unit).collect();
        }
        let (group_of, groups) = strongly_connected(&self.heard_by);
        let mut followers = vec![Followers::new(); groups.len()];
        for (from, heard_by) in self.heard_by.iter().enumerate() {
            let after =
                heard_by.iter().map(|(to, _)| group_of[*to as usize]).filter(|g| *g != group_of[from]);
            followers[group_of[from] as usize].extend(after);
        }
        let by_oldest = |g: u32| groups[g as usize].iter().copied().min().unwrap_or(0);
        let (sequence, _) = kahn(followers.len(), |group| followers[group].iter().copied(), by_oldest);
        let group = |g: u32| {
            let group = &groups[g as usize];
            let hears_itself = |u: u32| self.heard_by[u as usize].iter().any(|(to, _)| *to == u);
            let is_loop = group.len() > 1 || group.iter().any(|u| hears_itself(*u));
            (group.iter().map(|u| self.units[*u as usize]).collect(), is_loop)
        };
        sequence.into_iter().map(group).collect()
    }
}

impl AudioGraph {
    /// Makes the row of a part anew.
    pub(super) fn rebuild(&mut self, part: NodeId) {
        let Some(inside) = self.node(part).and_then(|e| e.inside.as_ref()) else { return };
        let nodes = inside.members.iter().map(|id| Unit::Node(*id));
        let units: Vec<Unit> =
            nodes.chain(inside.sums.iter().map(|s| Unit::Sum(*s))).chain([Unit::Exit(part)]).collect();
        let mut at = inside.first;
        while let Some(segment) = self.segment(at) {
            let next = segment.next;
            self.drop_segment(at);
            at = next;
        }
        for unit in &units {
            let cycle = self.seat(*unit).map_or(0, |s| s.cycle);
            self.lineup.cycles.remove(&cycle);
            self.lineup.stale.remove(&cycle);
            if cycle != 0 {
                self.late.push(Late::Looped(*unit));
            }
            if let Some(seat) = self.seat_mut(*unit) {
                seat.cycle = 0;
            }
        }
        self.set_seated(part, units.len());
        let (mut open, mut last) = (Vec::new(), NONE);
        for (group, is_loop) in Net::of(self, units).groups() {
            // Shorter than they may be, so that there is room to grow.
            // Behind a sum, so that it stands with all that it adds up, as many as may run side by side.
            let full = matches!(open.last(), Some(Unit::Sum(_))) && self.weight(&open) >= MOST / 2;
            if full || !open.is_empty() && self.weight(&open) + self.weight(&group) > MOST * 3 / 4 {
                last = self.new_segment(part, last, core::mem::take(&mut open)).unwrap_or(last);
            }
            if is_loop {
                self.mark_loop(&group);
            }
            open.extend(group);
        }
        self.new_segment(part, last, open);
    }

    fn mark_loop(&mut self, units: &[Unit]) {
        self.lineup.last_cycle += 1;
        let cycle = self.lineup.last_cycle;
        for unit in units {
            self.late.push(Late::Looped(*unit));
            if let Some(seat) = self.seat_mut(*unit) {
                seat.cycle = cycle;
            }
        }
        self.lineup.cycles.insert(cycle, units.to_vec());
    }

    /// Looks at the loops that lost a cable or a unit: what is left of each is in order again, and loops if there still are some.
    pub(super) fn take_loops_apart(&mut self) {
        for cycle in core::mem::take(&mut self.lineup.stale) {
            let Some(units) = self.lineup.cycles.remove(&cycle) else { continue };
            let Some(seat) = units.first().and_then(|u| self.seat(*u)).copied() else { continue };
            self.late.extend(units.iter().map(|unit| Late::Looped(*unit)));
            let first = units.iter().filter_map(|u| self.seat(*u)).map(|s| s.at as usize).min().unwrap_or(0);
            for unit in &units {
                if let Some(seat) = self.seat_mut(*unit) {
                    seat.cycle = 0;
                }
            }
            let count = units.len();
            let groups = Net::of(self, units).groups();
            for (group, _) in groups.iter().filter(|(_, is_loop)| *is_loop) {
                self.mark_loop(group);
            }
            let Some(segment) = self.segment_mut(seat.segment) else { continue };
            let mut all = core::mem::take(&mut segment.units);
            all.splice(first..first + count, groups.into_iter().flat_map(|(group, _)| group));
            self.fill(seat.segment, all);
        }
    }

    /// The order inside a loop: each node that delays puts out first and takes in last.
    pub(crate) fn order_loop(&self, units: &[Unit]) -> Result<Loop, GraphError> {
        let (turns, followers) = self.turns(units);
        let (sequence, stuck) = kahn(followers.len(), |turn| followers[turn].iter().copied(), |t| t);
        if let Some(stuck) = stuck {
            return Err(GraphError::Cycle { nodes: self.names_on_cycle(&turns, &followers, &stuck) });
        }
        Ok(sequence.into_iter().map(|t| turns[t as usize]).collect())
    }

    /// The turns of the units on a loop, and for each, which come after it.
    pub(super) fn turns(&self, units: &[Unit]) -> (Vec<Turn>, Vec<Followers>) {
        let net = Net::of(self, units.to_vec());
        let mut turns = Vec::new();
        // The turns of a unit: (the one that puts out, the one that takes in).
        let mut halves = Vec::with_capacity(units.len());
        for unit in units {
            let first = turns.len() as u32;
            if self.delays(*unit) {
                turns.extend([(*unit, Half::Emit), (*unit, Half::Absorb)]);
                halves.push((first, first + 1));
            } else {
                turns.push((*unit, Half::Whole));
                halves.push((first, first));
            }
        }
        let mut followers = vec![Followers::new(); turns.len()];
        for (unit, (emit, absorb)) in halves.iter().enumerate() {
            if emit != absorb {
                followers[*emit as usize].push(*absorb);
            }
            for (to, drives) in &net.heard_by[unit] {
                let (to_emit, to_absorb) = halves[*to as usize];
                followers[*emit as usize].push(if *drives { to_emit } else { to_absorb });
            }
        }
        (turns, followers)
    }

    fn delays(&self, unit: Unit) -> bool {
        let delays =
            |node| self.node(node).is_some_and(|e| e.delays && (e.held || !(e.bypassed || e.turning)));
        matches!(unit, Unit::Node(node) if delays(node))
    }

    /// One cycle among the turns that could not be ordered.
    fn names_on_cycle(&self, turns: &[Turn], followers: &[Followers], stuck: &[bool]) -> Vec<String> {
        // Every stuck turn waits for another stuck one: walking backwards from any must come round.
        let mut before = vec![None; turns.len()];
        for (from, to) in
            followers.iter().enumerate().flat_map(|(f, list)| list.iter().map(move |t| (f, *t as usize)))
        {
            if stuck[from] && stuck[to] {
                before[to] = Some(from);
            }
        }
        let mut seen = vec![false; turns.len()];
        let mut at = stuck.iter().position(|s| *s);
        while let Some(here) = at
            && !core::mem::replace(&mut seen[here], true)
        {
            at = before[here];
        }
        let start = at;
        let mut nodes: Vec<NodeId> = Vec::new();
        while let Some(here) = at {
            if let Unit::Node(node) = turns[here].0
                && nodes.last() != Some(&node)
            {
                nodes.push(node);
            }
            at = before[here].filter(|next| Some(*next) != start);
        }
        nodes.reverse();
        nodes.iter().filter_map(|id| self.node(*id)).map(|e| e.name.clone()).collect()
    }
}

/// Kahn's algorithm (CACM 5(11), 1962), taking up first what was just made possible, so that chains run through and few signals
/// live at a time. What cannot be ordered, because it waits for a cycle, is told apart.
fn kahn<F: DoubleEndedIterator<Item = u32>>(
    count: usize,
    followers: impl Fn(usize) -> F,
    age: impl Fn(u32) -> u32,
) -> (Vec<u32>, Option<Vec<bool>>) {
    let mut waits_for = vec![0u32; count];
    (0..count).flat_map(&followers).for_each(|to| waits_for[to as usize] += 1);
    let mut ready = Vec::with_capacity(count);
    ready.extend((0..count as u32).filter(|i| waits_for[*i as usize] == 0));
    ready.sort_by_key(|i| core::cmp::Reverse(age(*i)));
    let mut sequence = Vec::with_capacity(count);
    while let Some(next) = ready.pop() {
        sequence.push(next);
        for to in followers(next as usize).rev() {
            waits_for[to as usize] -= 1;
            if waits_for[to as usize] == 0 {
                ready.push(to);
            }
        }
    }
    let stuck = (sequence.len() < count).then(|| waits_for.iter().map(|n| *n > 0).collect());
    (sequence, stuck)
}

/// Tarjan's strongly connected components (SIAM J. Comput. 1(2), 1972), without recursion.
pub(super) fn strongly_connected(heard_by: &[Readers]) -> (Vec<u32>, Vec<Group<u32>>) {
    const UNSEEN: u32 = u32::MAX;
    let count = heard_by.len();
    let (mut number, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    let (mut group_of, mut groups) = (vec![UNSEEN; count], Vec::with_capacity(count));
    let (mut open, mut path) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut counter = 0;
    for start in 0..count as u32 {
        if number[start as usize] != UNSEEN {
            continue;
        }
        path.push((start, 0usize));
        while let Some((node, edge)) = path.last_mut() {
            let at = *node as usize;
            if *edge == 0 && number[at] == UNSEEN {
                (number[at], low[at]) = (counter, counter);
                counter += 1;
                open.push(*node);
            }
            if let Some((to, _)) = heard_by[at].get(*edge) {
                *edge += 1;
                let to_at = *to as usize;
                if number[to_at] == UNSEEN {
                    path.push((*to, 0));
                } else if group_of[to_at] == UNSEEN {
                    low[at] = low[at].min(number[to_at]);
                }
                continue;
            }
            path.pop();
            if let Some((above, _)) = path.last() {
                low[*above as usize] = low[*above as usize].min(low[at]);
            }
            if low[at] == number[at] {
                let from = open.iter().rposition(|n| *n as usize == at).unwrap_or(0);
                let group: Group<u32> = open.drain(from..).collect();
                group.iter().for_each(|n| group_of[*n as usize] = groups.len() as u32);
                groups.push(group);
            }
        }
    }
    (group_of, groups)
}

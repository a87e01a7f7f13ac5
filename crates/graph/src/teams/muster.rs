//! Finding teams for parts that have none.

use super::{AT_ONCE, MOST_UNITS, Shared, Team};
use crate::compile::{Member, Sheet};
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::topology::AudioGraph;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use sostenuto_dsp::Width;

impl AudioGraph {
    /// Finds teams for parts that have none. The segments concerned are to be compiled.
    pub(crate) fn muster(&mut self, now: u64) {
        let mut segments = BTreeSet::new();
        let mut depth = 0;
        for _ in 0..AT_ONCE {
            let Some(part) = self.next_loose(now) else { break };
            if let Some(loose) = self.teams.loose.get_mut(&part).filter(|l| l.waits && l.seen.is_none()) {
                loose.seen = Some(now);
                continue;
            }
            self.teams.loose.remove(&part);
            let segment = self.seat(Unit::Node(part)).filter(|s| s.cycle == 0).map(|s| s.segment);
            // Those around it come first: ids grow.
            let Some(segment) = segment.filter(|_| !self.is_within_team(part)) else { continue };
            let deep = self.node(part).and_then(|e| e.inside.as_ref()).map_or(0, |i| i.depth);
            if deep > depth {
                core::mem::take(&mut segments).into_iter().for_each(|segment| self.muster_segment(segment));
                depth = deep;
                if self.is_within_team(part) {
                    continue;
                }
            }
            if let Some((sheet, member)) = self.sheet_of(part).filter(|(s, _)| s.pays() || self.teams.always)
            {
                let sheet = self.teams.shared(sheet);
                self.teams.known.insert(part, (sheet, Arc::new(member)));
                segments.insert(segment);
            }
        }
        for segment in segments {
            self.muster_segment(segment);
        }
    }

    fn muster_segment(&mut self, slot: u32) {
        let units = self.segment(slot).map(|s| s.units.clone()).unwrap_or_default();
        if units.len() > MOST_UNITS {
            return;
        }
        let hears = self.hearsay(&units);
        // By sheet and what is shared: where each candidate stands.
        let mut waiting: Vec<(Arc<Sheet>, Shared, Vec<usize>)> = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            let Unit::Node(part) = unit else { continue };
            let known = self.teams.known.get(part).filter(|_| !self.teams.of_part.contains_key(part));
            let Some((sheet, member)) = known else { continue };
            match waiting.iter_mut().find(|(s, m, _)| Arc::ptr_eq(s, sheet) && *m == member.shared) {
                Some((.., places)) => places.push(at),
                None => waiting.push((sheet.clone(), member.shared.clone(), vec![at])),
            }
        }
        let place_of = |part: NodeId| units.iter().position(|u| *u == Unit::Node(part));
        let apart = |a: usize, b: usize| hears[a] >> b & 1 == 0 && hears[b] >> a & 1 == 0;
        for (sheet, shared, mut places) in waiting {
            for team in self.teams.of_segment.get(&slot).cloned().unwrap_or_default() {
                let fits = |t: &&Team| Arc::ptr_eq(&t.sheet, &sheet) && t.shared == shared;
                let Some(there) = self.teams.team(team).filter(fits) else { continue };
                let mut members: Vec<usize> =
                    there.lanes.iter().flatten().filter_map(|m| place_of(m.part)).collect();
                let free: Vec<usize> = (0..there.lanes.len()).filter(|l| there.lanes[*l].is_none()).collect();
                let mut free = free.into_iter();
                places.retain(|at| {
                    let fits = members.iter().all(|m| apart(*m, *at));
                    let Some(lane) = (if fits { free.next() } else { None }) else { return true };
                    members.push(*at);
                    self.enlist(team, lane, units[*at]);
                    false
                });
            }
            self.widen(slot, (&sheet, &shared), &units, &mut places, apart);
            while let Some((first, rest)) = places.split_first() {
                let mut members = vec![*first];
                let mut left = Vec::new();
                for at in rest {
                    let fits = members.len() < self.teams.most && members.iter().all(|m| apart(*m, *at));
                    if fits { members.push(*at) } else { left.push(*at) }
                }
                places = left;
                if members.len() < 2 {
                    continue;
                }
                let lanes = Width::for_lanes(members.len().max(4)).lanes();
                let Some(team) = self.teams.found(slot, sheet.clone(), shared.clone(), lanes) else {
                    continue;
                };
                for (lane, at) in members.into_iter().enumerate() {
                    self.enlist(team, lane, units[at]);
                }
            }
        }
    }

    /// Those that found no lane free found a team with the members of narrower ones that they can run beside, so that parts which come one by one
    /// are as many side by side as if they had come together.
    fn widen(
        &mut self,
        slot: u32,
        (sheet, shared): (&Arc<Sheet>, &Shared),
        units: &[Unit],
        places: &mut Vec<usize>,
        apart: impl Fn(usize, usize) -> bool,
    ) {
        let newcomers = places.clone();
        for team in self.teams.of_segment.get(&slot).cloned().unwrap_or_default() {
            let is_narrower = |t: &&Team| {
                Arc::ptr_eq(&t.sheet, sheet) && t.shared == *shared && t.lanes.len() < self.teams.most
            };
            let Some(there) = self.teams.team(team).filter(is_narrower) else { continue };
            let members: Vec<Arc<Member>> = there.lanes.iter().flatten().cloned().collect();
            let place_of = |m: &Arc<Member>| units.iter().position(|u| *u == Unit::Node(m.part));
            let Some(theirs) = members.iter().map(place_of).collect::<Option<Vec<usize>>>() else { continue };
            if newcomers.iter().any(|at| theirs.iter().all(|m| apart(*m, *at))) {
                self.teams.disband(team);
                places.extend(theirs);
                for member in members {
                    self.teams.known.insert(member.part, (sheet.clone(), member));
                }
            }
        }
        places.sort_unstable();
    }

    fn enlist(&mut self, team: u32, lane: usize, unit: Unit) {
        if let Unit::Node(part) = unit
            && let Some((_, member)) = self.teams.known.remove(&part)
        {
            self.teams.join(team, lane, member);
            self.touch(unit);
        }
    }

    /// For each unit, which of the others it hears, by itself or through others among them: a bit for each.
    pub(super) fn hearsay(&self, units: &[Unit]) -> Vec<u64> {
        let index: BTreeMap<Unit, usize> = units.iter().enumerate().map(|(at, unit)| (*unit, at)).collect();
        let mut hears = vec![0u64; units.len()];
        // Each stands behind what it hears, but for loops; round those once more.
        let rounds = if self.has_loops() { 2 } else { 1 };
        for _ in 0..rounds {
            for (at, unit) in units.iter().enumerate() {
                let mut heard = hears[at];
                self.each_source(*unit, |source| {
                    if let Some(from) = index.get(&source) {
                        heard |= 1 << from | hears[*from];
                    }
                });
                hears[at] = heard;
            }
        }
        hears
    }
}

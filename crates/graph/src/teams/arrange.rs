//! The order in which the units of a segment run, so that those of a team stand together.

use super::MOST_UNITS;
use crate::compile::{Hearsay, Order};
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::team::MOST_LANES;
use crate::topology::AudioGraph;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use smallvec::SmallVec;

impl AudioGraph {
    /// The units of a segment in the order in which they run, and which of them run side by side: by the place of the first, the team and how many.
    /// Members that have moved elsewhere, or now hear each other, leave. Units and cables are spread over the whole graph, and what is to be known of them is in
    /// the steps already, so these are not looked at.
    pub(crate) fn arrange(&mut self, slot: u32, hearsay: impl FnOnce() -> Hearsay) -> Order {
        let Some(teams) = self.teams.of_segment.get(&slot).filter(|teams| !teams.is_empty()).cloned() else {
            return Order::default();
        };
        let hearsay = hearsay();
        let units = self.segment(slot).map_or(&[][..], |s| &s.units);
        let count = units.len();
        let parts: SmallVec<[Option<NodeId>; 36]> =
            units.iter().map(|unit| if let Unit::Node(id) = unit { Some(*id) } else { None }).collect();
        // Members mostly stand in the order of their lanes.
        let mut next = 0;
        let mut place_of = |part: NodeId| {
            let (before, behind) = parts.split_at(next);
            let is_it = |there: &Option<NodeId>| *there == Some(part);
            let ahead = behind.iter().position(is_it).map(|at| next + at);
            let at = ahead.or_else(|| before.iter().position(is_it))?;
            next = at + 1;
            Some(at)
        };
        let mut groups: SmallVec<[Together; 4]> = SmallVec::new();
        let (mut others, mut over) = (SmallVec::<[NodeId; 8]>::new(), SmallVec::<[u32; 4]>::new());
        for team in &teams {
            let members = self.teams.team(*team).into_iter().flat_map(|t| t.lanes.iter().flatten());
            let (mut stay, mut go) = (Places::new(), SmallVec::<[NodeId; 8]>::new());
            let mut parts = SmallVec::<[NodeId; MOST_LANES]>::new();
            for part in members.map(|m| m.part) {
                match place_of(part).filter(|at| hearsay.loops.get(*at) == Some(&0) && count <= MOST_UNITS) {
                    Some(at) => {
                        stay.push(at as u8);
                        parts.push(part);
                    }
                    None => go.push(part),
                }
            }
            others.append(&mut go);
            if parts.len() < 2 {
                others.append(&mut parts);
                over.push(*team);
            } else {
                groups.push(Together { team: *team, places: stay });
            }
        }
        others.into_iter().for_each(|part| self.loosen_team(part));
        over.into_iter().for_each(|team| self.teams.disband(team));
        loop {
            match in_order(count, &hearsay, &groups) {
                Ok(arranged) => return arranged,
                // Its members run by themselves until they are touched again.
                Err(team) => {
                    self.teams.disband(team);
                    groups.retain(|group| group.team != team);
                }
            }
        }
    }
}

/// Places of units in a segment of which each has a bit in a word.
type Places = SmallVec<[u8; MOST_LANES]>;

/// A team, and where its members stand, by lane.
struct Together {
    team: u32,
    places: Places,
}

/// What runs in one go: a team, a loop, or a unit.
#[derive(Clone, Copy)]
struct Go {
    /// Those who run.
    units: u64,
    /// What they hear of others.
    hears: u64,
    /// Which of the teams it is.
    team: Option<usize>,
    /// The earliest comes first; a team with the last of its members, and behind what is in none, so that what hears it comes right behind it and finds all
    /// else made.
    rank: (bool, u32),
}

/// Units in the order in which they run, those of a team together, as soon as all that they hear has run; or a team for which there is no such order.
fn in_order(count: usize, hearsay: &Hearsay, teams: &[Together]) -> Result<Order, u32> {
    let Hearsay { hears, loops } = hearsay;
    if teams.is_empty() {
        return Ok(Order::default());
    }
    let bits = |places: &[u8]| places.iter().fold(0u64, |bits, at| bits | 1 << at);
    let in_team = teams.iter().fold(0, |all, group| all | bits(&group.places));
    let mut goes: SmallVec<[Go; 36]> = SmallVec::new();
    let mut last_cycle = 0;
    for (at, cycle) in loops.iter().copied().enumerate().filter(|(at, _)| in_team >> at & 1 == 0) {
        match goes.last_mut() {
            Some(go) if cycle != 0 && cycle == last_cycle => {
                go.units |= 1 << at;
                go.hears |= hears[at];
            }
            _ => goes.push(Go { units: 1 << at, hears: hears[at], team: None, rank: (false, at as u32) }),
        }
        last_cycle = cycle;
    }
    for (number, group) in teams.iter().enumerate() {
        let units = bits(&group.places);
        let hears = group.places.iter().fold(0, |all, at| all | hears[usize::from(*at)]);
        // One that hears another cannot run beside it.
        if hears & units != 0 {
            return Err(group.team);
        }
        let rank = (true, u64::BITS - 1 - units.leading_zeros());
        goes.push(Go { units, hears, team: Some(number), rank });
    }
    goes.sort_by_key(|go| go.rank);
    let all = if count == MOST_UNITS { u64::MAX } else { (1u64 << count) - 1 };
    let (mut done, mut order, mut starts) = (0u64, Vec::with_capacity(count), BTreeMap::new());
    while done != all {
        let waits = |go: &Go| go.units & done != 0 || go.hears & !done & !go.units != 0;
        let Some(next) = goes.iter().copied().find(|go| !waits(go)) else {
            let stuck = goes.iter().rev().find(|go| go.units & done == 0 && go.team.is_some());
            // Without teams there is always an order: that of the segment.
            return stuck
                .and_then(|go| teams.get(go.team?))
                .map_or_else(|| Ok(Order::default()), |g| Err(g.team));
        };
        match next.team.and_then(|team| teams.get(team)) {
            Some(group) => {
                starts.insert(order.len(), (group.team, group.places.len()));
                order.extend(group.places.iter().copied().map(usize::from));
            }
            None => order.extend((0..count).filter(|at| next.units >> at & 1 == 1)),
        }
        done |= next.units;
    }
    Ok(Order { units: order, teams: starts })
}

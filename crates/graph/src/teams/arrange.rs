//! The order in which the units of a segment run, so that those of a team stand together.

use super::MOST_UNITS;
use crate::compile::Order;
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::topology::AudioGraph;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

impl AudioGraph {
    /// The units of a segment in the order in which they run, and which of them run side by side: by the place of the first, the team and how many.
    /// Members that have moved elsewhere, or now hear each other, leave.
    pub(crate) fn arrange(&mut self, slot: u32) -> Order {
        let teams = self.teams.of_segment.get(&slot).cloned().unwrap_or_default();
        if teams.is_empty() {
            return Order::default();
        }
        let units = self.segment(slot).map(|s| s.units.clone()).unwrap_or_default();
        let place_of: BTreeMap<Unit, usize> = units.iter().enumerate().map(|(at, u)| (*u, at)).collect();
        for team in &teams {
            let members = self.teams.team(*team).into_iter().flat_map(|t| t.lanes.iter().flatten());
            let members: Vec<NodeId> = members.map(|m| m.part).collect();
            let fits = |part: &NodeId| {
                let unit = Unit::Node(*part);
                let on_loop = self.seat(unit).is_none_or(|s| s.cycle != 0);
                place_of.contains_key(&unit) && !on_loop && units.len() <= MOST_UNITS
            };
            let (stay, go): (Vec<NodeId>, Vec<NodeId>) = members.into_iter().partition(fits);
            let here = stay.len();
            let few = if here < 2 { stay } else { Vec::new() };
            go.into_iter().chain(few).for_each(|part| self.loosen_team(part));
            if here < 2 {
                self.teams.disband(*team);
            }
        }
        let hears = if units.len() <= MOST_UNITS { self.hearsay(&units) } else { Vec::new() };
        loop {
            let teams = self.teams.of_segment.get(&slot).cloned().unwrap_or_default();
            let groups: Vec<(u32, Vec<usize>)> =
                teams.iter().map(|t| (*t, self.places(*t, &place_of))).collect();
            match in_order(&units, &hears, &groups, |unit| self.seat(unit).map_or(0, |s| s.cycle)) {
                Ok(arranged) => return arranged,
                // Its members run by themselves until they are touched again.
                Err(team) => self.teams.disband(team),
            }
        }
    }

    /// Where the members of a team stand, by lane.
    fn places(&self, team: u32, place_of: &BTreeMap<Unit, usize>) -> Vec<usize> {
        let members = self.teams.team(team).into_iter().flat_map(|t| t.lanes.iter().flatten());
        members.filter_map(|m| place_of.get(&Unit::Node(m.part)).copied()).collect()
    }
}

/// Units in the order in which they run, those of a team together, as soon as all that they hear has run; or a team for which there is no such order.
fn in_order(
    units: &[Unit],
    hears: &[u64],
    teams: &[(u32, Vec<usize>)],
    cycle_of: impl Fn(Unit) -> u32,
) -> Result<Order, u32> {
    if teams.is_empty() {
        return Ok(Order::default());
    }
    let all = if units.len() == MOST_UNITS { u64::MAX } else { (1u64 << units.len()) - 1 };
    let bits = |places: &[usize]| places.iter().fold(0u64, |bits, at| bits | 1 << at);
    // What runs in one go: a team, a loop, or a unit.
    let mut goes: Vec<(Vec<usize>, Option<u32>)> = Vec::new();
    let in_team = teams.iter().fold(0, |all, (_, places)| all | bits(places));
    let mut last_cycle = 0;
    for (at, unit) in units.iter().enumerate().filter(|(at, _)| in_team >> at & 1 == 0) {
        let cycle = cycle_of(*unit);
        match goes.last_mut() {
            Some((loop_units, None)) if cycle != 0 && cycle == last_cycle => loop_units.push(at),
            _ => goes.push((vec![at], None)),
        }
        last_cycle = cycle;
    }
    goes.extend(teams.iter().map(|(team, places)| (places.clone(), Some(*team))));
    // Earliest first; a team with the last of its members.
    goes.sort_by_key(|(places, team)| match team {
        Some(_) => places.iter().max().copied(),
        None => places.first().copied(),
    });
    let (mut done, mut order, mut starts) = (0u64, Vec::with_capacity(units.len()), BTreeMap::new());
    while done != all {
        let is_ready = |(places, _): &(Vec<usize>, Option<u32>)| {
            let own = bits(places);
            places.iter().all(|at| hears[*at] & !done & !own == 0)
                && (own.count_ones() == 1
                    || places.iter().all(|at| hears[*at] & own == 0)
                    || cycle_of(units[places[0]]) != 0)
        };
        let Some(next) = goes.iter().position(is_ready) else {
            let stuck = goes.iter().rev().find_map(|(_, team)| *team);
            // Without teams there is always an order: that of the segment.
            return stuck.map_or_else(|| Ok(Order::default()), Err);
        };
        let (places, team) = goes.remove(next);
        if let Some(team) = team {
            starts.insert(order.len(), (team, places.len()));
        }
        done |= bits(&places);
        order.extend(places);
    }
    Ok(Order { units: order, teams: starts })
}

//! The order in which the units of a segment run, so that those of a team stand together.

use super::MOST_UNITS;
use crate::compile::{Hearsay, Order};
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::topology::AudioGraph;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

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
        let mut places: Vec<(NodeId, usize)> = Vec::with_capacity(count);
        let nodes =
            |(at, unit): (usize, &Unit)| if let Unit::Node(id) = unit { Some((*id, at)) } else { None };
        places.extend(units.iter().enumerate().filter_map(nodes));
        places.sort_unstable();
        let place_of = |part: NodeId| {
            let at = places.binary_search_by_key(&part, |(id, _)| *id).ok()?;
            Some(places[at].1)
        };
        for team in &teams {
            let members = self.teams.team(*team).into_iter().flat_map(|t| t.lanes.iter().flatten());
            let members: Vec<NodeId> = members.map(|m| m.part).collect();
            let fits = |part: &NodeId| {
                place_of(*part).is_some_and(|at| hearsay.loops.get(at) == Some(&0)) && count <= MOST_UNITS
            };
            let (stay, go): (Vec<NodeId>, Vec<NodeId>) = members.into_iter().partition(fits);
            let here = stay.len();
            let few = if here < 2 { stay } else { Vec::new() };
            go.into_iter().chain(few).for_each(|part| self.loosen_team(part));
            if here < 2 {
                self.teams.disband(*team);
            }
        }
        loop {
            let teams = self.teams.of_segment.get(&slot).into_iter().flatten();
            let groups: Vec<(u32, Vec<usize>)> = teams
                .map(|team| {
                    let members = self.teams.team(*team).into_iter().flat_map(|t| t.lanes.iter().flatten());
                    (*team, members.filter_map(|m| place_of(m.part)).collect())
                })
                .collect();
            match in_order(count, &hearsay, &groups) {
                Ok(arranged) => return arranged,
                // Its members run by themselves until they are touched again.
                Err(team) => self.teams.disband(team),
            }
        }
    }
}

/// Units in the order in which they run, those of a team together, as soon as all that they hear has run; or a team for which there is no such order.
fn in_order(count: usize, hearsay: &Hearsay, teams: &[(u32, Vec<usize>)]) -> Result<Order, u32> {
    let Hearsay { hears, loops } = hearsay;
    if teams.is_empty() {
        return Ok(Order::default());
    }
    let all = if count == MOST_UNITS { u64::MAX } else { (1u64 << count) - 1 };
    let bits = |places: &[usize]| places.iter().fold(0u64, |bits, at| bits | 1 << at);
    // What runs in one go: a team, a loop, or a unit.
    let mut goes: Vec<(Vec<usize>, Option<u32>)> = Vec::new();
    let in_team = teams.iter().fold(0, |all, (_, places)| all | bits(places));
    let mut last_cycle = 0;
    for (at, cycle) in loops.iter().copied().enumerate().filter(|(at, _)| in_team >> at & 1 == 0) {
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
    let (mut done, mut order, mut starts) = (0u64, Vec::with_capacity(count), BTreeMap::new());
    while done != all {
        let is_ready = |(places, _): &(Vec<usize>, Option<u32>)| {
            let own = bits(places);
            places.iter().all(|at| hears[*at] & !done & !own == 0)
                && (own.count_ones() == 1
                    || places.iter().all(|at| hears[*at] & own == 0)
                    || loops[places[0]] != 0)
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

//! Which parts run side by side: those of a segment that do the same and do not hear each other.
//!
//! A team is bound to a segment. An edit inside of a member takes it out of its team at once; it is taken in again, by its team or another, once it
//! has been left alone, when the graph is [settled](AudioGraph::settle). The sound does not depend on who is in a team.

use crate::choir::Kin;
use crate::compile::{Member, Order, Sheet};
use crate::lineup::Unit;
use crate::message::NodeId;
use crate::table::Slots;
use crate::team::{self, Joining, MOST_LANES};
use crate::topology::{AudioGraph, ROOT};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::{Arc, Weak};
use alloc::vec;
use alloc::vec::Vec;
use sostenuto_dsp::Width;

/// Sheets that are worked out in one go, so that loading a large patch does not hold up what comes after.
const AT_ONCE: usize = 512;
/// How long a part waits that was set otherwise than the others, until it looks for a team.
const WAIT_SECONDS: f64 = 0.1;
/// Units whose dependencies fit into the bits of a word.
const MOST_UNITS: usize = 64;

/// Parameters that all members share: the number of the node, that of the parameter, and the bits of the value.
type Shared = Box<[(u16, u16, u32)]>;

/// A team, as it is to be and as the audio thread was last told.
#[derive(Debug)]
pub(crate) struct Team {
    pub segment: u32,
    sheet: Arc<Sheet>,
    /// What its members share.
    shared: Shared,
    lanes: Box<[Option<Arc<Member>>]>,
    told: Box<[Option<Arc<Member>>]>,
    /// The audio thread has it.
    there: bool,
}

/// Since when a part has been left alone.
#[derive(Clone, Copy, Debug)]
struct Loose {
    /// The revision in which it was last touched.
    touched: u64,
    /// It was only set otherwise: it waits for a while, from the frame at which that was seen.
    waits: bool,
    seen: Option<u64>,
}

/// All teams.
#[derive(Debug)]
pub(crate) struct Teams {
    list: Vec<Option<Team>>,
    pub slots: Slots,
    /// How many lanes a team has at most; 1 for no teams.
    most: usize,
    /// Whether parts run side by side even if none of their nodes gains by it.
    always: bool,
    /// The teams of each segment.
    of_segment: BTreeMap<u32, Vec<u32>>,
    /// The team that each part is in.
    of_part: BTreeMap<NodeId, u32>,
    /// Parts that may be in another team, or none, than they are, with the revision in which they were last touched.
    loose: BTreeMap<NodeId, Loose>,
    /// Teams of which the audio thread knows something else.
    changed: BTreeSet<u32>,
    /// Slots of teams that are no more, free once the batch is made.
    gone: Vec<u32>,
    sheets: BTreeMap<u64, Vec<Weak<Sheet>>>,
    /// What was worked out of parts that wait for a team.
    known: BTreeMap<NodeId, (Arc<Sheet>, Arc<Member>)>,
}

/// What a batch does to teams.
#[derive(Debug, Default)]
pub(crate) struct Musters {
    /// Lanes that are to be vacated: by team.
    pub leaving: Vec<(u32, u8)>,
    /// Teams that come, and those that go.
    pub teams: Vec<(u32, Option<Box<dyn team::Side>>)>,
    pub joining: Vec<Joining>,
}

impl Teams {
    pub fn new(most: usize) -> Self {
        Teams {
            list: Vec::new(),
            slots: Slots::default(),
            most: most.min(MOST_LANES),
            always: false,
            of_segment: BTreeMap::new(),
            of_part: BTreeMap::new(),
            loose: BTreeMap::new(),
            changed: BTreeSet::new(),
            gone: Vec::new(),
            sheets: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Whether the audio thread is to be told something.
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    fn team(&self, team: u32) -> Option<&Team> {
        self.list.get(team as usize)?.as_ref()
    }

    fn team_mut(&mut self, team: u32) -> Option<&mut Team> {
        self.list.get_mut(team as usize)?.as_mut()
    }

    /// Takes a part out of its team.
    fn leave(&mut self, part: NodeId) {
        let Some(team) = self.of_part.remove(&part) else { return };
        self.changed.insert(team);
        let Some(there) = self.team_mut(team) else { return };
        for lane in &mut there.lanes {
            if lane.as_ref().is_some_and(|member| member.part == part) {
                *lane = None;
            }
        }
    }

    /// The same sheet for all parts that do the same.
    fn shared(&mut self, sheet: Sheet) -> Arc<Sheet> {
        let there = self.sheets.entry(sheet.digest()).or_default();
        there.retain(|known| known.strong_count() > 0);
        if let Some(known) = there.iter().filter_map(Weak::upgrade).find(|known| known.is_like(&sheet)) {
            return known;
        }
        let sheet = Arc::new(sheet);
        there.push(Arc::downgrade(&sheet));
        sheet
    }

    /// Puts a part into a lane of a team of its segment that is free.
    fn join(&mut self, team: u32, lane: usize, member: Arc<Member>) {
        self.changed.insert(team);
        self.of_part.insert(member.part, team);
        if let Some(place) = self.team_mut(team).and_then(|t| t.lanes.get_mut(lane)) {
            *place = Some(member);
        }
    }

    fn found(&mut self, segment: u32, sheet: Arc<Sheet>, shared: Shared, lanes: usize) -> Option<u32> {
        let slot = self.slots.take()?;
        if slot as usize >= self.list.len() {
            self.list.resize_with(slot as usize + 1, || None);
        }
        let empty = || vec![None; lanes].into_boxed_slice();
        *self.list.get_mut(slot as usize)? =
            Some(Team { segment, sheet, shared, lanes: empty(), told: empty(), there: false });
        self.of_segment.entry(segment).or_default().push(slot);
        Some(slot)
    }

    /// Dissolves a team.
    fn disband(&mut self, team: u32) {
        let Some(there) = self.team_mut(team) else { return };
        let (segment, members) = (there.segment, there.lanes.iter().flatten().map(|m| m.part));
        let members: Vec<NodeId> = members.collect();
        members.into_iter().for_each(|part| self.leave(part));
        self.changed.insert(team);
        if let Some(teams) = self.of_segment.get_mut(&segment) {
            teams.retain(|t| *t != team);
            if teams.is_empty() {
                self.of_segment.remove(&segment);
            }
        }
    }
}

impl AudioGraph {
    /// Lets at most so many parts that do the same run side by side, from now on: 4, 8 or 16, or 1 for none. What this machine does fastest is set from the
    /// start. The sound does not depend on it. `[control]`
    pub fn set_lanes(&mut self, lanes: usize) {
        self.teams.most = match lanes {
            0..=3 => 1,
            4..=7 => 4,
            8..=15 => 8,
            _ => MOST_LANES,
        };
    }

    /// Lets parts run side by side even where nothing is gained by it: for tests.
    #[doc(hidden)]
    pub fn set_lanes_always(&mut self) {
        self.teams.always = true;
    }

    /// How many parts run side by side with others, and how many teams there are.
    pub fn side_by_side(&self) -> (usize, usize) {
        (self.teams.of_part.len(), self.teams.of_segment.values().map(Vec::len).sum())
    }

    /// The part that a node lies in: for tests.
    #[doc(hidden)]
    pub fn part_around(&self, node: NodeId) -> Option<NodeId> {
        self.node(node).map(|e| e.part)
    }

    /// Notes that what a part does has changed: for now it runs by itself, and so do those around it.
    pub(crate) fn loosen_team(&mut self, part: NodeId) {
        let mut part = part;
        while part != ROOT {
            if self.teams.of_part.contains_key(&part) {
                self.loosen_inside(part);
            }
            self.teams.leave(part);
            self.teams.known.remove(&part);
            self.teams.loose.insert(part, Loose { touched: self.revision, waits: false, seen: None });
            let Some(entry) = self.node(part) else { break };
            part = entry.part;
        }
    }

    /// What lies in a part that was in a team may now be in one itself.
    fn loosen_inside(&mut self, part: NodeId) {
        let inside = self.node(part).and_then(|e| e.inside.as_ref());
        let parts = inside.into_iter().flat_map(|i| &i.members).copied();
        let parts: Vec<NodeId> =
            parts.filter(|id| self.node(*id).is_some_and(|e| e.inside.is_some())).collect();
        for part in parts {
            self.teams.loose.insert(part, Loose { touched: self.revision, waits: false, seen: None });
            self.loosen_inside(part);
        }
    }

    /// Whether a part lies in one that is in a team.
    fn is_within_team(&self, part: NodeId) -> bool {
        let mut around = self.node(part).map(|e| e.part);
        while let Some(part) = around.filter(|part| *part != ROOT) {
            if self.teams.of_part.contains_key(&part) {
                return true;
            }
            around = self.node(part).map(|e| e.part);
        }
        false
    }

    /// Notes that a part is no more.
    pub(crate) fn forget_team(&mut self, part: NodeId) {
        self.teams.leave(part);
        self.teams.known.remove(&part);
        self.teams.loose.remove(&part);
    }

    /// Notes that a segment is no more.
    pub(crate) fn disband_segment(&mut self, segment: u32) {
        for team in self.teams.of_segment.remove(&segment).unwrap_or_default() {
            let members = self.teams.team(team).into_iter().flat_map(|t| t.lanes.iter().flatten());
            let members: Vec<NodeId> = members.map(|m| m.part).collect();
            self.teams.disband(team);
            members.into_iter().for_each(|part| self.loosen_team(part));
        }
    }

    /// Notes that a node is to have another value of what it would share in a team: it runs alone, and waits until that is over.
    pub(crate) fn note_shared(&mut self, node: NodeId, param: u16, value: f32) {
        let Some(entry) = self.node(node) else { return };
        let part = entry.part;
        let was = entry.values.get(usize::from(param)).map(|v| v.to_bits());
        let is_shared = entry.kin.as_ref().is_some_and(|kin| kin.shared() >> param & 1 == 1);
        if !is_shared || was == Some(value.to_bits()) || self.teams.most == 1 {
            return;
        }
        self.loosen_team(part);
        let mut around = part;
        while around != ROOT {
            if let Some(loose) = self.teams.loose.get_mut(&around) {
                loose.waits = true;
            }
            around = self.node(around).map_or(ROOT, |e| e.part);
        }
    }

    /// Whether there are parts that may find a team now.
    pub(crate) fn has_loose(&self, now: u64) -> bool {
        self.teams.most > 1 && !self.teams.loose.is_empty() && self.next_loose(now).is_some()
    }

    /// A part that nothing fades in since it was last touched, and that has waited long enough; or that is to begin to wait.
    fn next_loose(&self, now: u64) -> Option<NodeId> {
        let oldest = self.fades.waiting.front().map_or(u64::MAX, |fade| fade.revision);
        let wait = (WAIT_SECONDS * self.stream.sample_rate) as u64;
        let is_due = |loose: &Loose| {
            loose.touched < oldest && (!loose.waits || loose.seen.is_none_or(|seen| now >= seen + wait))
        };
        self.teams.loose.iter().find(|(_, loose)| is_due(loose)).map(|(part, _)| *part)
    }

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
                let lanes = match members.len() {
                    0..=4 => 4,
                    5..=8 => 8,
                    _ => MOST_LANES,
                };
                let Some(team) = self.teams.found(slot, sheet.clone(), shared.clone(), lanes) else {
                    continue;
                };
                for (lane, at) in members.into_iter().enumerate() {
                    self.enlist(team, lane, units[at]);
                }
            }
        }
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
    fn hearsay(&self, units: &[Unit]) -> Vec<u64> {
        let index: BTreeMap<Unit, usize> = units.iter().enumerate().map(|(at, unit)| (*unit, at)).collect();
        let mut hears = vec![0u64; units.len()];
        // Each stands behind what it hears, but for loops; round those once more.
        for _ in 0..2 {
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

    /// What the audio thread is to be told of teams; from now on it counts as told.
    pub(crate) fn musters(&mut self) -> Musters {
        let mut musters = Musters::default();
        for slot in core::mem::take(&mut self.teams.changed) {
            let Some(mut team) = self.teams.list.get_mut(slot as usize).and_then(Option::take) else {
                continue;
            };
            let is_gone =
                !self.teams.of_segment.get(&team.segment).is_some_and(|teams| teams.contains(&slot));
            if is_gone {
                team.lanes.fill(None);
            }
            let lanes = team.told.iter().zip(&team.lanes).enumerate();
            for (lane, (told, now)) in lanes.clone() {
                let same = match (told, now) {
                    (Some(a), Some(b)) => a == b,
                    (None, None) => true,
                    _ => false,
                };
                if same {
                    continue;
                }
                if told.is_some() {
                    musters.leaving.push((slot, lane as u8));
                }
                if let Some(member) = now {
                    musters.joining.push(Joining::new(slot, lane as u8, member));
                }
            }
            if is_gone {
                if team.there {
                    musters.teams.push((slot, None));
                }
                self.teams.gone.push(slot);
                continue;
            }
            if !team.there {
                musters.teams.push((slot, Some(self.built(&team))));
                team.there = true;
            }
            team.told.clone_from(&team.lanes);
            if let Some(place) = self.teams.list.get_mut(slot as usize) {
                *place = Some(team);
            }
        }
        musters
    }

    /// Gives the slots of teams that are no more back, once the batch that tells so is made.
    pub(crate) fn release_teams(&mut self) {
        for slot in core::mem::take(&mut self.teams.gone) {
            self.teams.slots.give_back(slot);
        }
    }

    /// A team for the audio thread, with nobody in it.
    fn built(&self, team: &Team) -> Box<dyn team::Side> {
        let example = team.lanes.iter().flatten().next();
        let dials = |node: &(u32, Option<NodeId>)| {
            let params = node.1.and_then(|id| self.node(id)).map(|e| e.shape.params.as_slice());
            params.unwrap_or(&[]).iter().map(|p| (p.default, p.min, p.max)).collect()
        };
        let dials: Vec<team::Dials> =
            example.map(|m| m.nodes.iter().map(dials).collect()).unwrap_or_default();
        let width = match team.lanes.len() {
            0..=4 => Width::Four,
            5..=8 => Width::Eight,
            _ => Width::Sixteen,
        };
        width.run(team::Build { sheet: &team.sheet, dials: &dials, stream: &self.stream })
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

const _: fn() = || {
    fn whole<T: Send>() {}
    whole::<Arc<dyn Kin>>();
};

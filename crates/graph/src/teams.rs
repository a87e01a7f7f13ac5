//! Which parts run side by side: those of a segment that do the same and do not hear each other.
//!
//! A team is bound to a segment. An edit inside of a member takes it out of its team at once; it is taken in again, by its team or another, once it
//! has been left alone, when the graph is [settled](AudioGraph::settle). The sound does not depend on who is in a team.

mod arrange;
mod muster;
mod told;

use crate::compile::{Member, Sheet};
use crate::message::NodeId;
use crate::table::Slots;
use crate::team::{self, Joining, MOST_LANES, Needs, Workrooms};
use crate::topology::{AudioGraph, ROOT};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::{Arc, Weak};
use alloc::vec;
use alloc::vec::Vec;
use sostenuto_dsp::Width;

/// Sheets that are worked out in one go, so that loading a large patch does not hold up what comes after.
const AT_ONCE: usize = 512;
/// Sheets that are remembered before those are forgotten that no part has any more.
const MOST_SHEETS: usize = 1024;
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
    /// What the teams there have been need of the room of a thread.
    needs: Needs,
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
    /// Larger rooms for the audio thread, if one of the teams needs them.
    pub rooms: Option<Workrooms>,
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
            needs: Needs::default(),
        }
    }

    /// Whether the audio thread is to be told something.
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What a thread that runs any of the teams has to have room for.
    pub fn needs(&self) -> &Needs {
        &self.needs
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
        if self.sheets.len() > MOST_SHEETS {
            self.sheets.retain(|_, known| known.iter().any(|sheet| sheet.strong_count() > 0));
        }
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
    /// Lets at most so many parts that do the same run side by side, from now on: 4, 8, 16 or 32, as far as there is [code](Width::widest) for them, or 1 for none. What this machine
    /// does fastest is set from the start. The sound does not depend on it. `[control]`
    pub fn set_lanes(&mut self, lanes: usize) {
        let fits = |width: &Width| *width <= Width::widest() && width.lanes() <= lanes;
        self.teams.most = Width::ALL.into_iter().rev().find(fits).map_or(1, Width::lanes);
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

    /// Whether a part is in a team, or lies in one that is.
    pub(crate) fn is_in_team(&self, part: NodeId) -> bool {
        self.teams.of_part.contains_key(&part) || self.is_within_team(part)
    }

    /// Notes that a part is no more.
    pub(crate) fn forget_team(&mut self, part: NodeId) {
        if self.threads.helpers > 0 {
            self.threads.gone.push(part);
        }
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
}

//! Which plans of a row can run beside each other, on several threads, and whether that pays.

use crate::agenda::{Agenda, Entry};
use crate::band::{Band, CHUNKS_KEPT, Helper, MOST_TASKS, MOST_THREADS, Port, Row};
use crate::batch::Arena;
use crate::lineup::{NONE, Unit};
use crate::message::NodeId;
use crate::plan::{CompiledGraph, Stretch};
use crate::team::Workrooms;
use crate::topology::{AudioGraph, Inside, ROOT};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;
use sostenuto_rt::{COMMONS_CHUNK, CommonsChunk, Order};

/// A row is run on several threads if at least so many nodes need not be waited for that one thread would have to.
const LEAST_GAIN: u64 = 48;
/// A longer row is run by one thread.
const MOST_SEGMENTS: usize = 4096;
/// All threads together take that part (one in so many) of what is left at a time.
const SHARE: usize = 3;

/// With whom the audio thread renders.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    /// How many help.
    pub helpers: usize,
    /// Whether rows are made whatever is gained.
    pub always: bool,
    /// Those who come, or nobody, are yet to be told.
    changed: bool,
    coming: Option<Box<Band>>,
    /// How many chunks of places the agenda got for them.
    places: usize,
    /// Where the rows of parts begin that the audio thread knows of.
    known: BTreeMap<NodeId, u32>,
    /// How many tasks these have.
    tasks: BTreeMap<NodeId, usize>,
    /// Parts that may be no more.
    pub gone: Vec<NodeId>,
    /// For each block, the task that tells it; none but while a row is made.
    tellers: Vec<u32>,
}

/// What a batch brings for those who help.
#[derive(Debug, Default)]
pub(crate) struct Reform {
    /// Other helpers, or none.
    pub band: Option<Option<Box<Band>>>,
    /// As many blocks as the arena has, for each who helps.
    pub arenas: Vec<Arena>,
    pub board: Vec<CommonsChunk<Port>>,
    /// Larger rooms for teams, one for each who helps.
    pub rooms: Vec<Workrooms>,
    pub places: Vec<CommonsChunk<Entry>>,
    /// Rows as tasks, by the slots of their first plans.
    pub rows: Vec<(u32, Option<Box<Row>>)>,
}

/// What is to be known of a segment that is a task: the blocks that its plan hears and tells, and how much work it is.
#[derive(Debug)]
pub(crate) struct Ends {
    pub hears: Box<[u32]>,
    pub tells: Box<[u32]>,
    pub weight: u32,
    /// Something in it has a row of its own that several threads could share.
    pub splits: bool,
}

impl AudioGraph {
    /// Lets so many threads render from the next batch on: the audio thread and, for each beyond it, a thread that is to call [`Helper::help`] again and
    /// again. 1, as it is from the start, for the audio thread alone; 64 at most. `[control]`
    ///
    /// The next batch is any that [`Edit::commit`](crate::Edit::commit) makes, also one of no edits. The sound does not depend on the number, nor on what the
    /// other threads do: one that sleeps, or is not there, leaves the work to those that are.
    #[must_use = "without its helpers the audio thread renders alone"]
    pub fn set_threads(&mut self, threads: usize) -> Vec<Helper> {
        let helpers = threads.clamp(1, MOST_THREADS) - 1;
        let (band, ends) = match helpers {
            0 => (None, Vec::new()),
            _ => {
                let (band, ends) = Band::new(helpers, self.arena_blocks as usize, self.teams.needs());
                (Some(Box::new(band)), ends)
            }
        };
        let before = core::mem::replace(&mut self.threads.helpers, helpers);
        (self.threads.coming, self.threads.changed) = (band, true);
        if before == 0 && helpers > 0 {
            // What is known of each segment is found as it is compiled. Parts in teams do not run by themselves.
            let segments = self.lineup.segments.iter().enumerate();
            let alone = |part: NodeId| part == ROOT || !self.is_in_team(part);
            let all =
                segments.filter_map(|(slot, s)| s.as_ref().filter(|s| alone(s.part)).map(|_| slot as u32));
            let all: Vec<u32> = all.collect();
            self.lineup.dirty.extend(all);
        }
        ends
    }

    /// How many threads are to render.
    pub fn threads(&self) -> usize {
        self.threads.helpers + 1
    }

    /// Lets rows be run on several threads even where nothing is gained by it: for tests.
    #[doc(hidden)]
    pub fn set_threads_always(&mut self) {
        self.threads.always = true;
    }

    /// How many rows can be run on several threads, and how many tasks they have: for tests.
    #[doc(hidden)]
    pub fn rows(&self) -> (usize, usize) {
        (self.threads.known.len(), self.threads.tasks.values().sum())
    }

    /// Notes what is to be known of a segment if it is a task.
    pub(crate) fn note_ends(&mut self, slot: u32, plan: &mut CompiledGraph) {
        if self.threads.helpers == 0 {
            return;
        }
        plan.find_ends();
        let weight = self.segment(slot).map_or(0, |s| s.units.iter().map(|unit| self.work_of(*unit)).sum());
        let splits = self.segment(slot).is_some_and(|s| s.units.iter().any(|unit| self.splits(*unit)));
        let ends = Ends { hears: plan.hears.clone(), tells: plan.tells.clone(), weight, splits };
        if let Some(segment) = self.segment_mut(slot) {
            segment.ends = Some(ends);
        }
    }

    /// About how many nodes a unit has to run.
    fn work_of(&self, unit: Unit) -> u32 {
        match unit {
            Unit::Node(node) => {
                let inside = self.node(node).and_then(|e| e.inside.as_ref());
                1 + inside.map_or(0, |inside| self.seated_in(inside, 4))
            }
            Unit::Sum(_) | Unit::Exit(_) => 1,
        }
    }

    /// Whether a unit is a part of several segments, which is run by itself.
    fn splits(&self, unit: Unit) -> bool {
        let Unit::Node(node) = unit else { return false };
        let first = self.node(node).and_then(|e| e.inside.as_ref()).and_then(|i| self.segment(i.first));
        first.is_some_and(|first| first.next != NONE) && !self.is_in_team(node)
    }

    fn seated_in(&self, inside: &Inside, levels: usize) -> u32 {
        let parts = inside.members.iter().take(if levels > 0 { 8 } else { 0 });
        // One of several parts speaks for all, for there may be many.
        let deeper = parts.clone().find_map(|id| self.node(*id)?.inside.as_ref());
        let deeper = deeper.map_or(0, |inside| self.seated_in(inside, levels - 1));
        inside.seated as u32 * (1 + deeper)
    }

    /// The parts whose rows may be others than before.
    pub(crate) fn concerned(&self) -> BTreeSet<NodeId> {
        let slots = self.lineup.dirty.iter().chain(&self.lineup.relinked);
        let parts = slots.filter_map(|slot| self.segment(*slot)).map(|s| s.part);
        parts.chain(self.lineup.bodies.iter().copied()).collect()
    }

    /// What those who help are to know of the changes: how rows run, and more room if the audio thread has got more. `[control]`
    pub(crate) fn reform(&mut self, mut concerned: BTreeSet<NodeId>, blocks: Option<(u32, u32)>) -> Reform {
        let mut reform = Reform::default();
        if core::mem::take(&mut self.threads.changed) {
            concerned.extend(self.threads.known.keys());
            reform.band = Some(self.threads.coming.take());
            let places = self.threads.helpers * CHUNKS_KEPT;
            let more = places.saturating_sub(self.threads.places);
            reform.places = (0..more).map(|_| Agenda::chunk()).collect();
            self.threads.places += more;
        }
        let helpers = self.threads.helpers;
        if helpers == 0 {
            self.threads.tasks.clear();
            let known = core::mem::take(&mut self.threads.known);
            reform.rows.extend(known.into_values().map(|slot| (slot, None)));
            self.threads.gone.clear();
            return reform;
        }
        if let Some((before, after)) = blocks {
            let chunks = |blocks: u32| (blocks as usize).div_ceil(COMMONS_CHUNK);
            reform.arenas = (0..helpers).map(|_| Arena::new(after as usize)).collect();
            reform.board = (chunks(before)..chunks(after)).map(|_| Port::chunk()).collect();
        }
        for part in core::mem::take(&mut self.threads.gone) {
            if self.node(part).is_none() {
                reform.rows.extend(self.threads.known.remove(&part).map(|slot| (slot, None)));
                self.threads.tasks.remove(&part);
            }
        }
        for part in concerned {
            self.renew_row(part, &mut reform.rows);
        }
        reform
    }

    fn renew_row(&mut self, part: NodeId, rows: &mut Vec<(u32, Option<Box<Row>>)>) {
        let first = self.node(part).and_then(|e| e.inside.as_ref()).map_or(NONE, |i| i.first);
        let row = self.row_of(first).map(Box::new);
        let was = self.threads.known.remove(&part);
        self.threads.tasks.remove(&part);
        if let Some(row) = &row {
            self.threads.known.insert(part, first);
            self.threads.tasks.insert(part, row.tasks.len());
        }
        if let Some(was) = was.filter(|was| row.is_none() || *was != first) {
            rows.push((was, None));
        }
        rows.extend(row.map(|row| (first, Some(row))));
    }

    /// The row from a segment on as tasks, if it gains by being run on several threads. The longest way to the end comes first.
    fn row_of(&mut self, first: u32) -> Option<Row> {
        let mut tellers = core::mem::take(&mut self.threads.tellers);
        tellers.resize(self.blocks.extent() as usize, NONE);
        let mut segments = Vec::new();
        let (mut at, mut known) = (first, true);
        while let Some(segment) = self.segment(at) {
            match &segment.ends {
                Some(ends) => {
                    for block in &ends.tells {
                        tellers[*block as usize] = segments.len() as u32;
                    }
                    segments.push((at, ends));
                }
                None => known = false,
            }
            at = segment.next;
        }
        let threads = self.threads();
        let row = known.then(|| tasks(&segments, &tellers, threads, self.threads.always)).flatten();
        for (_, ends) in &segments {
            ends.tells.iter().for_each(|block| tellers[*block as usize] = NONE);
        }
        drop(segments);
        self.threads.tellers = tellers;
        row
    }
}

/// Segments as tasks, the longest way to the end first, so that each comes behind those that it hears; nothing if they had better be run by one thread.
fn tasks(segments: &[(u32, &Ends)], tellers: &[u32], threads: usize, always: bool) -> Option<Row> {
    if !(2..=MOST_SEGMENTS).contains(&segments.len()) {
        return None;
    }
    let mut pairs = Vec::new();
    for (after, (_, ends)) in segments.iter().enumerate() {
        let told = ends.hears.iter().filter_map(|block| tellers.get(*block as usize));
        pairs.extend(told.filter(|before| **before != NONE).map(|before| (*before, after as u32)));
    }
    // A row runs in its order, in which each stands behind what it hears.
    if pairs.iter().any(|(before, after)| before >= after) {
        debug_assert!(false, "a plan hears one behind it");
        return None;
    }
    pairs.sort_unstable();
    pairs.dedup();
    let groups = groups(segments.len(), &pairs, threads);
    let mut group_of = vec![0u32; segments.len()];
    for (number, group) in groups.iter().enumerate() {
        group.iter().for_each(|at| group_of[*at as usize] = number as u32);
    }
    pairs.iter_mut().for_each(|(a, b)| (*a, *b) = (group_of[*a as usize], group_of[*b as usize]));
    pairs.sort_unstable();
    pairs.dedup();
    let weight =
        |group: &Vec<u32>| group.iter().map(|at| u64::from(segments[*at as usize].1.weight.max(1))).sum();
    let weights: Vec<u64> = groups.iter().map(weight).collect();
    let mut way = weights.clone();
    for (before, after) in pairs.iter().rev() {
        // Pairs are sorted by the first, so all ways from the second are known.
        way[*before as usize] = way[*before as usize].max(weights[*before as usize] + way[*after as usize]);
    }
    let (work, longest) = (weights.iter().sum::<u64>(), way.iter().copied().max().unwrap_or(0));
    if groups.len() > MOST_TASKS || !always && work - longest < LEAST_GAIN.max(work / 5) {
        return None;
    }
    // Threads that would have to wait for one task had better share it.
    let is_long = |group: &usize| weights[*group] * threads as u64 * 4 > work * 5;
    let splits = |group: &usize| groups[*group].iter().any(|at| segments[*at as usize].1.splits);
    if !always && (0..groups.len()).filter(is_long).any(|group| splits(&group)) {
        return None;
    }
    let mut sorted: Vec<u32> = (0..groups.len() as u32).collect();
    sorted.sort_by_key(|group| core::cmp::Reverse(way[*group as usize]));
    let mut number = vec![0u32; groups.len()];
    sorted.iter().enumerate().for_each(|(new, old)| number[*old as usize] = new as u32);
    pairs.iter_mut().for_each(|(a, b)| (*a, *b) = (number[*a as usize], number[*b as usize]));
    let (mut plans, mut tasks) = (Vec::new(), Vec::new());
    for group in sorted.iter().map(|group| &groups[*group as usize]) {
        tasks.push(Stretch { start: plans.len() as u32, len: group.len() as u32 });
        plans.extend(group.iter().map(|at| segments[*at as usize].0));
    }
    Some(Row { order: Order::new(groups.len(), &pairs)?, plans: plans.into(), tasks: tasks.into() })
}

/// Segments that wait for the same and for which the same wait, in groups: for a task costs about half a microsecond besides its work. The first are large,
/// those towards the end small, so that threads that have had unequal work are done at about the same time; each size comes once for each thread, so that
/// each has as much of what it prefers (factoring: S. Hummel, E. Schonberg and L. Flynn, 1992). Groups are in the order of the row: for if one waits for
/// another, it waits for all that are like that one.
fn groups(segments: usize, pairs: &[(u32, u32)], threads: usize) -> Vec<Vec<u32>> {
    let mut around = vec![(Vec::new(), Vec::new()); segments];
    for (before, after) in pairs {
        around[*before as usize].1.push(*after);
        around[*after as usize].0.push(*before);
    }
    let mut alike: BTreeMap<(Vec<u32>, Vec<u32>), Vec<u32>> = BTreeMap::new();
    for (at, around) in around.into_iter().enumerate() {
        alike.entry(around).or_default().push(at as u32);
    }
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for all in alike.into_values() {
        let mut left = all.as_slice();
        while !left.is_empty() {
            let size = (left.len() / (SHARE * threads)).max(1);
            let (round, rest) = left.split_at(left.len().min(size * threads));
            groups.extend(round.chunks(size).map(<[u32]>::to_vec));
            left = rest;
        }
    }
    groups.sort_unstable();
    groups
}

//! What is found out about a team once, and holds until the plan around it changes, somebody comes or goes, or a gain in it moves.

use super::shares::Shares;
use super::sum::steady_gains;
use super::{MOST_LANES, Members, Row, Team, channel_of};
use crate::block::Signal;
use crate::plan::{NodeStep, Step, UNITY};
use crate::run::{Stage, run_node};
use crate::signal::{Frame, Ground, Run};
use alloc::boxed::Box;
use alloc::vec;

/// In each lane the step of the part that runs there, in the plan that the part lies in.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    steps: &'a [Step],
    places: Places,
    /// The lanes that are not left out.
    lanes: u32,
}

/// For each lane, the place of its step among those of the members, or [`NOBODY`].
type Places = [u8; MOST_LANES];

const NOBODY: u8 = u8::MAX;

impl<'a> Here<'a> {
    #[inline(always)]
    pub fn at(&self, lane: usize) -> Option<&'a NodeStep> {
        if self.lanes >> (lane % MOST_LANES) & 1 == 0 {
            return None;
        }
        match self.steps.get(usize::from(*self.places.get(lane)?)) {
            Some(Step::Node(step)) => Some(step),
            _ => None,
        }
    }

    /// The lanes that somebody runs in.
    pub fn all(self) -> impl Iterator<Item = (usize, &'a NodeStep)> {
        let mut left = self.lanes;
        core::iter::from_fn(move || {
            while left != 0 {
                let lane = left.trailing_zeros() as usize;
                left &= left - 1;
                if let Some(step) = self.at(lane) {
                    return Some((lane, step));
                }
            }
            None
        })
    }

    /// Nobody any more in lanes but these.
    pub fn keep(&mut self, lanes: u32) {
        self.lanes &= lanes;
    }
}

/// Where the lanes of a channel of the input come from.
pub(super) struct Sources {
    pub blocks: Row,
    /// All from the same block.
    pub same: bool,
}

/// What is known of the members, and of the gains of cables that are at rest: they stay where they are until a batch moves them, which it [tells](super::Side::look_again).
pub(super) struct Known<S: Signal> {
    /// The plan around the members for which it was found out; none if it is to be found out anew.
    plan: Option<u64>,
    places: Places,
    /// The lanes that have one.
    pub lanes: u32,
    /// Whether each of the members has a lane.
    all: bool,
    /// For each channel of the input that anything reads, where it comes from.
    pub sources: Box<[Sources]>,
    /// For each cable of the sheet, its gain in each lane.
    pub gains: Box<[Option<S>]>,
    /// How much of which lane is in the sum of all.
    pub shares: Option<Shares>,
    /// The last cable passes on what it gets, as it is.
    pub passes: bool,
}

impl<S: Signal> Known<S> {
    /// Nothing yet, of so many cables and channels that are read. `[control]`
    pub fn new(cables: usize, channels: usize) -> Self {
        let source = || Sources { blocks: [Run::NOWHERE; MOST_LANES], same: true };
        Known {
            plan: None,
            places: [NOBODY; MOST_LANES],
            lanes: 0,
            all: false,
            sources: (0..channels).map(|_| source()).collect(),
            gains: vec![None; cables].into(),
            shares: None,
            passes: false,
        }
    }

    /// Somebody has come or gone, or a gain moves.
    pub fn forget(&mut self) {
        self.plan = None;
    }
}

impl<S: Signal> Team<S> {
    /// Who is in which lane; those who are in none are run by themselves. Tells besides whether there is nobody of that kind. `[audio]`
    #[inline(always)]
    pub(super) fn muster<'p>(
        &mut self,
        members: &Members<'p>,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) -> (Here<'p>, bool) {
        if self.known.plan != Some(members.plan.number) {
            self.find_out(members, stage);
        }
        let here = Here { steps: members.steps, places: self.known.places, lanes: self.known.lanes };
        if !self.known.all {
            self.run_others(members, frame, stage, ground);
        }
        (here, self.known.all)
    }

    #[cold]
    fn run_others(
        &self,
        members: &Members<'_>,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) {
        for (number, step) in members.steps.iter().enumerate() {
            if let Step::Node(step) = step
                && self.lane_of(step.slot, number).is_none()
            {
                run_node(members.plan, step, frame, stage, ground);
            }
        }
    }

    #[cold]
    fn find_out(&mut self, members: &Members<'_>, stage: &Stage<'_>) {
        let (mut places, mut all) = ([NOBODY; MOST_LANES], true);
        for (number, step) in members.steps.iter().enumerate() {
            let Step::Node(step) = step else { continue };
            match self.lane_of(step.slot, number).and_then(|lane| places.get_mut(lane)) {
                Some(place) => *place = number as u8,
                None => all = false,
            }
        }
        let here = Here { steps: members.steps, places, lanes: u32::MAX };
        for (channel, source) in self.read.iter().zip(&mut self.known.sources) {
            let block_of = |step: &NodeStep| channel_of(step.inputs(members.plan), *channel);
            source.blocks =
                core::array::from_fn(|lane| here.at(lane).and_then(block_of).unwrap_or(Run::NOWHERE));
            let blocks = source.blocks.get(..S::LANES).unwrap_or_default();
            source.same = blocks.iter().all(|block| Some(block) == blocks.first());
        }
        let mut all_rest = true;
        for (gains, row) in self.known.gains.iter_mut().zip(&self.cables) {
            *gains = steady_gains(row, members.team, stage);
            all_rest &= gains.is_some();
        }
        self.known.shares = members.sum.and_then(|sum| Shares::of(sum.terms, &here, members.team, stage));
        all_rest &= self.known.shares.is_some() || members.sum.is_none();
        (self.known.places, self.known.all) = (places, all);
        self.known.lanes = here.all().fold(0, |lanes, (lane, _)| lanes | 1 << lane);
        let whole =
            |gains: S| (0..S::LANES).all(|lane| here.at(lane).is_none() || gains.in_lane(lane) == 1.0);
        self.known.passes = self.tail.passes.is_some_and(|(cable, _)| match cable {
            UNITY => true,
            cable => matches!(self.known.gains.get(cable as usize), Some(Some(gains)) if whole(*gains)),
        });
        // What moves comes to rest by itself.
        self.known.plan = all_rest.then_some(members.plan.number);
    }
}

/// Where the cables of a team are in each lane, and what is known of their gains.
#[derive(Clone, Copy)]
pub(super) struct Cables<'c, S: Signal> {
    pub rows: &'c [Row],
    pub gains: &'c [Option<S>],
}

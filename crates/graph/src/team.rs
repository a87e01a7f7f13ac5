//! Parts that do the same, run side by side in lanes: one step of each at a time, for all of them at once.
//!
//! A team has a node for each node of the part, which is a [`Choir`] if the kind has one; other nodes run lane by lane as they are. While a part is in
//! a team, what its nodes know lies in the choirs' lanes; parameters stay with the nodes. A [`Bell`] tells for which lanes of which node anything
//! is to be looked at; mostly there is none.

mod alone;
mod bell;
mod comings;
mod cross;
mod dials;
mod finish;
mod known;
mod seat;
mod shares;
mod sum;
mod workroom;

use crate::block::Signal;
use crate::care::finish_part;
use crate::compile::Sheet;
use crate::io::Flow;
use crate::mix::{Mix, Portion, mix};
use crate::node::OwnNodes;
use crate::plan::{CompiledGraph, DriveLink, Fed, Step};
use crate::processor::Stream;
use crate::run::{Stage, run_node};
use crate::signal::{Frame, Ground, Run, Window};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use comings::first_begin;
use core::cell::Cell;
use finish::Watch;
use known::{Cables, Here, Known};
use seat::Seat;
use shares::{Ends, Tail};
use sostenuto_dsp::{Task, Vector, Width};
use sostenuto_rt::{Commons, Hand};
use workroom::{Need, Workroom};

pub(crate) use bell::{Bell, Joining, Place};
pub(crate) use shares::MOST_OTHERS;
pub(crate) use workroom::{Needs, Workrooms, kind};

/// All teams, by their slots; and as many of them as one who renders has.
pub(crate) type Sides = Commons<Option<Box<dyn Side>>>;
pub(crate) type OwnSides<'a> = Hand<'a, Option<Box<dyn Side>>>;

/// The most lanes a team can have.
pub(crate) const MOST_LANES: usize = Width::ThirtyTwo.lanes();
/// Lanes are worth running together where more than one in so many sounds: a kernel for the 16 lanes of a register takes about twice as long as for one signal, and for
/// 32 four times (`examples/side_by_side.rs` in `nodes`).
const FEW: usize = 8;
/// No slot.
pub(crate) const VACANT: u32 = u32::MAX;

/// The parameters of a node: default, least, most.
pub(crate) type Dials = Box<[(f32, f32, f32)]>;

/// A slot for each lane.
pub(crate) type Row = [u32; MOST_LANES];

/// The steps of the members in the plan that they lie in.
#[derive(Clone, Copy)]
pub(crate) struct Members<'p> {
    /// The slot of the team.
    pub team: u32,
    pub plan: &'p CompiledGraph,
    pub steps: &'p [Step],
    pub fed: Fed,
    /// What they have of a sum, which adds up all of them, if nothing else hears them; with what else comes among them in it.
    pub sum: Option<Portion<'p>>,
}

/// A team, however many lanes it has.
pub(crate) trait Side: Send + core::fmt::Debug {
    /// Runs what the steps of the members' own plan would do, and adds up what they have of a sum. `[audio]`
    fn run(&mut self, members: &Members<'_>, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window);
    /// Takes a part in: what its nodes know goes into the lane. `[audio]`
    fn take_in(&mut self, joining: &mut Joining, nodes: &mut OwnNodes<'_>, frame: u64);
    /// Lets a part go: what the lane knows goes back to its nodes. `[audio]`
    fn let_go(&mut self, lane: u8, nodes: &mut OwnNodes<'_>);
    /// Makes a lane of a node forget what it has heard. `[audio]`
    fn reset(&mut self, node: u16, lane: u8);
    /// A cable whose gain it counts on moves. `[audio]`
    fn look_again(&mut self);
    /// What it needs of the room of a thread that runs it.
    fn need(&self) -> Need;
}

/// A team for parts with a sheet, with nobody in it. `[control]`
pub(crate) struct Build<'a> {
    pub sheet: &'a Sheet,
    /// For each node its parameters.
    pub dials: &'a [Dials],
    pub stream: &'a Stream,
}

impl Task for Build<'_> {
    type Out = Box<dyn Side>;

    fn run<S: Vector>(self) -> Box<dyn Side> {
        Box::new(Team::<S>::new(self.sheet, self.dials, self.stream))
    }
}

/// Parts in lanes.
pub(crate) struct Team<S: Signal> {
    plan: CompiledGraph,
    input: Run,
    /// The channels of the input that anything in the part reads.
    read: Box<[u16]>,
    output: Run,
    seats: Box<[Seat<S>]>,
    /// Those that share anything.
    sharing: Box<[usize]>,
    /// For each cable, its slot in each lane.
    cables: Box<[Row]>,
    /// The slot of the part in each lane.
    members: Row,
    /// Lanes whose parts run by themselves for now, because few sound: what their nodes know is with them.
    out: u32,
    need: Need,
    /// The last steps, as far as they may be left to those who add up.
    tail: Tail,
    known: Known<S>,
    bell: Bell,
}

impl<S: Signal> core::fmt::Debug for Team<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Team of {} lanes, {:?}", S::LANES, self.members)
    }
}

impl<S: Signal> Team<S> {
    fn new(sheet: &Sheet, dials: &[Dials], stream: &Stream) -> Self {
        let step_of = |number: usize| {
            sheet.plan.steps.iter().find_map(|step| match step {
                Step::Node(step) if step.slot as usize == number => Some(step),
                _ => None,
            })
        };
        let seat = |(number, kin): (usize, &Option<Arc<dyn crate::choir::Kin>>)| {
            let dials = dials.get(number).map_or(&[][..], |d| d);
            Seat::new(kin.as_deref(), step_of(number), &sheet.plan, dials, stream)
        };
        let seats: Box<[Seat<S>]> = sheet.kin.iter().enumerate().map(seat).collect();
        let shares = |(number, seat): (usize, &Seat<S>)| seat.shares().then_some(number);
        let sharing = seats.iter().enumerate().filter_map(shares).collect();
        let most = seats.iter().map(Seat::dials).max().unwrap_or(0);
        let aside = seats.iter().map(Seat::aside).max().unwrap_or(0);
        let aside = aside.max(2 * usize::from(crate::shape::MAX_CHANNELS));
        let cables =
            sheet.plan.drives.iter().map(|d| d.cable).chain(sheet.plan.terms.iter().map(|t| t.cable));
        let cables = cables.filter(|c| *c != crate::plan::UNITY).max().map_or(0, |last| last as usize + 1);
        let read: Box<[u16]> = (0..sheet.input.channels).filter(|channel| sheet.reads(*channel)).collect();
        Team {
            input: sheet.input,
            known: Known::new(cables, read.len()),
            read,
            output: sheet.output,
            cables: vec![[VACANT; MOST_LANES]; cables].into(),
            members: [VACANT; MOST_LANES],
            out: 0,
            need: Need { blocks: sheet.blocks as usize, dials: most, aside },
            tail: Tail::of(sheet),
            bell: Bell::new(seats.len()),
            plan: sheet.plan.clone(),
            sharing,
            seats,
        }
    }

    /// The lane of a part, which mostly is the one guessed.
    fn lane_of(&self, slot: u32, guess: usize) -> Option<usize> {
        match self.members.get(guess) {
            Some(member) if *member == slot => Some(guess),
            _ => self.members.iter().position(|member| *member == slot),
        }
    }

    /// Runs the steps for the lanes given, from one to before another.
    // In one place, for what is not inlined there has not the instructions of the width.
    #[inline(never)]
    fn run_some(
        &mut self,
        steps: (usize, usize),
        workroom: &mut Workroom<S>,
        lanes: u32,
        stage: &mut Stage<'_>,
        window: Window,
    ) {
        S::enter(
            #[inline(always)]
            || self.run_steps(steps, workroom, lanes, stage, window),
        );
    }

    #[inline(always)]
    fn run_steps(
        &mut self,
        (first, end): (usize, usize),
        workroom: &mut Workroom<S>,
        lanes: u32,
        stage: &mut Stage<'_>,
        window: Window,
    ) {
        let Team { plan, seats, cables, known, bell, .. } = self;
        let cables = Cables { rows: cables, gains: &known.gains };
        let Workroom { blocks, flow, dials, aside, .. } = workroom;
        let flow = Cell::from_mut(&mut **flow).as_slice_of_cells();
        let mut frame = Frame { blocks, flow };
        let ground = stage.ground(&frame, window);
        for step in plan.steps.get(first..end).unwrap_or_default() {
            match step {
                Step::Node(step) => {
                    let number = step.slot as usize;
                    let Some(seat) = seats.get_mut(number) else { continue };
                    let rung = bell.answer(number, lanes);
                    let mut room = seat::Room { plan, cables, dials, aside, lanes, rung };
                    let again = seat.run(step, &mut room, &mut frame, stage, &ground);
                    if again != 0 {
                        bell.ring_again(number, again);
                    }
                }
                Step::Mix { out, terms } => {
                    let terms = terms.of(&plan.terms);
                    stage.overflows +=
                        sum::mix(*out, terms, &mut frame, cables, stage.cables, lanes, &ground);
                }
                // There is none in a sheet.
                Step::Loop { .. } | Step::Team { .. } => {}
            }
        }
    }

    /// Where each channel of what the part puts out is found once all steps have run.
    fn ends(&self) -> Ends {
        Ends { start: self.output.start, left: None, fading: 0 }
    }

    /// Where it is found if so many of the last steps are not run but left to those who add up; if that can be.
    #[inline(always)]
    fn ends_before(&mut self, lanes: u32, room: &Workroom<S>) -> Option<(Ends, usize)> {
        let passed = usize::from(self.tail.passes.is_some());
        let (start, channels) = match self.tail.passes {
            Some((_, from)) if self.known.passes => (from.start, usize::from(from.channels)),
            Some(_) => return None,
            None => (self.output.start, usize::from(self.output.channels)),
        };
        let node = self.tail.node.and_then(|at| self.plan.steps.get(at));
        let is_silent = |drive: &DriveLink| room.flow.get(drive.source.start as usize) == Some(&Flow::Silent);
        if let Some(Step::Node(step)) = node
            && self.bell.rung(step.slot as usize) & lanes == 0
            && step.drives.of(&self.plan.drives).iter().all(is_silent)
            && self.seats.get_mut(step.slot as usize)?.only_multiplies(channels)
        {
            let start = step.inputs(&self.plan).first()?.start;
            return Some((Ends { start, left: Some(step.slot as usize), fading: 0 }, passed + 1));
        }
        (passed > 0).then_some((Ends { start, left: None, fading: 0 }, passed))
    }

    /// Puts what the members hear into the lanes.
    fn gather(&self, room: &mut Workroom<S>, fed: Fed, frame: &Frame<'_>, window: Window) {
        for (channel, sources) in self.read.iter().zip(&self.known.sources) {
            let place = self.input.start as usize + usize::from(*channel);
            let (Some(block), Some(flow)) = (room.blocks.get_mut(place), room.flow.get_mut(place)) else {
                return;
            };
            let flow = Cell::from_mut(flow);
            match fed.has(*channel) {
                true => cross::gather(sources, frame, block, flow, window),
                false => window.silence(block, flow),
            }
        }
    }

    /// Runs the members, each at its lane, over a piece of the span in which no note begins. Whether they are added up as well.
    fn run_piece(
        &mut self,
        members: &Members<'_>,
        here: &Here<'_>,
        watch: Watch,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        window: Window,
    ) -> bool {
        let ground = stage.ground(frame, window);
        let (plan, lanes) = (members.plan, watch.awake);
        let mut here = *here;
        self.leave_out(self.known.lanes & !lanes, members, &here, frame, stage, &ground);
        here.keep(lanes);
        if lanes == 0 {
            return false;
        }
        let few = lanes.count_ones() as usize * FEW <= S::LANES;
        let room = if few { None } else { stage.rooms.take::<S>(self.need) };
        let Some(mut room) = room else {
            debug_assert!(few, "a batch brings the room that its teams need");
            self.step_out(lanes, &mut stage.nodes);
            here.all().for_each(|(_, step)| run_node(plan, step, frame, stage, &ground));
            return false;
        };
        self.step_in(lanes, &mut stage.nodes);
        self.gather(&mut room, members.fed, frame, window);
        // What is led around is led around by itself.
        let stays = watch.detours == 0;
        let sum = members.sum.filter(|_| stays && self.known.shares.is_some());
        let stirring = watch.unfinished & !watch.let_go;
        let fading = match sum {
            Some(_) if stirring != 0 => Self::fade(stirring, &mut room, &here, stage, &ground),
            _ => 0,
        };
        let unfinished = watch.unfinished & !fading;
        let is_left = sum.is_some() && stirring & !fading == 0 && !stage.probe.is_turn();
        let left = if is_left { self.ends_before(lanes, &room) } else { None };
        let (mut ends, left) = left.unwrap_or_else(|| (self.ends(), 0));
        let until = self.plan.steps.len() - left;
        self.run_some((0, until), &mut room, lanes, stage, window);
        if stays && unfinished != 0 {
            let rest = unfinished & !(watch.let_go & self.sounding(&ends, &room, &ground));
            if rest != 0 {
                self.run_some((until, self.plan.steps.len()), &mut room, lanes, stage, window);
                ends = self.ends();
                self.follow(rest, &mut room, &here, stage, &ground);
            }
        }
        if let Some((sum, shares)) = sum.zip(self.known.shares.as_ref()) {
            ends.fading = fading;
            stage.overflows +=
                shares.add_up((&ends, &self.seats), lanes, &mut room, &sum, frame, (stage, &ground));
            stage.rooms.put(room);
            return true;
        }
        cross::scatter(self.output, &room.blocks, &room.flow, &here, frame, window);
        stage.rooms.put(room);
        cross::each_lane(if stays { 0 } else { watch.unfinished }, |lane| {
            if let Some(step) = here.at(lane) {
                finish_part(plan, step, frame, stage, &ground);
            }
        });
        false
    }

    /// Sees to members that play nothing: those in which nothing is due are just silent.
    fn leave_out(
        &self,
        lanes: u32,
        members: &Members<'_>,
        here: &Here<'_>,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) {
        let rung = if lanes != 0 { self.bell.rung_at_any() } else { 0 };
        cross::each_lane(lanes, |lane| {
            let Some(step) = here.at(lane) else { return };
            let node = stage.nodes.get(step.slot).and_then(Option::as_ref);
            let is_calm = rung >> lane & 1 == 0 && node.is_some_and(|node| node.care.only_idles());
            match frame.part(step.out, ground).filter(|_| is_calm) {
                Some((_, mut outputs)) => outputs.silence_all(),
                None => run_node(members.plan, step, frame, stage, ground),
            }
        });
    }

    /// Runs a piece, and adds up what its members have of a sum: in their lanes, or else as the graph would.
    fn run_and_add(
        &mut self,
        members: &Members<'_>,
        here: &Here<'_>,
        watch: Watch,
        frame: &mut Frame<'_>,
        stage: &mut Stage<'_>,
        window: Window,
    ) {
        let is_added = self.run_piece(members, here, watch, frame, stage, window);
        if let Some(portion) = members.sum.filter(|_| !is_added) {
            let ground = stage.ground(frame, window);
            stage.overflows +=
                mix(Mix { portion, frame, cables: stage.cables, ground: &ground }, stage.width);
        }
    }
}

/// The block of one channel, counted over all ports.
fn channel_of(runs: &[Run], channel: u16) -> Option<u32> {
    let mut left = channel;
    for run in runs {
        if left < run.channels {
            return Some(run.start + u32::from(left));
        }
        left -= run.channels;
    }
    None
}

impl<S: Signal> Side for Team<S> {
    fn run(&mut self, members: &Members<'_>, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window) {
        self.part_ways(stage, window);
        let ground = stage.ground(frame, window);
        let (here, all) = self.muster(members, frame, stage, &ground);
        let (mut left, mut watch) = (window, Watch::over(&self.members, self.known.lanes, stage));
        let together = Members { sum: members.sum.filter(|_| all), ..*members };
        // Where a note begins in one of the lanes all of them are cut; other teams are not.
        while let Some(first) = first_begin(&here, watch.beginning, stage, left) {
            if first > 0 {
                let piece = Window::new(left.offset(), first);
                self.run_and_add(&together, &here, watch, frame, stage, piece);
            }
            left = Window::new(left.offset() + first, left.frames() - first);
            self.begin(&here, stage, left);
            watch = Watch::over(&self.members, self.known.lanes, stage);
        }
        self.run_and_add(&together, &here, watch, frame, stage, left);
        // Those who are in no lane have to be added in their order.
        if let Some(portion) = members.sum.filter(|_| !all) {
            let ground = stage.ground(frame, window);
            stage.overflows +=
                mix(Mix { portion, frame, cables: stage.cables, ground: &ground }, stage.width);
        }
    }

    fn take_in(&mut self, joining: &mut Joining, nodes: &mut OwnNodes<'_>, frame: u64) {
        self.known.forget();
        let lane = joining.lane;
        if !self.takes(joining, nodes, frame) {
            return;
        }
        let Some(member) = self.members.get_mut(usize::from(lane)) else { return };
        *member = joining.slot;
        self.out &= !(1 << lane);
        for (row, slot) in self.cables.iter_mut().zip(&joining.cables) {
            if let Some(place) = row.get_mut(usize::from(lane)) {
                *place = *slot;
            }
        }
        for (number, (seat, slot)) in self.seats.iter_mut().zip(&joining.nodes).enumerate() {
            let Some(Some(node)) = nodes.get_mut(*slot) else { continue };
            seat.take_in(lane, *slot, node);
            let place = Place { bell: self.bell.clone(), team: joining.team, node: number as u16, lane };
            place.bell.ring(place.node, lane);
            node.move_to(place);
        }
    }

    fn let_go(&mut self, lane: u8, nodes: &mut OwnNodes<'_>) {
        self.known.forget();
        // It may have gone by itself.
        if self.members.get(usize::from(lane)).is_none_or(|member| *member == VACANT) {
            return;
        }
        for seat in &mut self.seats {
            let Some(Some(node)) = nodes.get_mut(seat.slot(lane)) else { continue };
            seat.let_go(lane, node, self.out >> lane & 1 == 0);
            node.upkeep.place = None;
        }
        if let Some(member) = self.members.get_mut(usize::from(lane)) {
            *member = VACANT;
        }
    }

    fn look_again(&mut self) {
        self.known.forget();
    }

    fn need(&self) -> Need {
        self.need
    }

    fn reset(&mut self, node: u16, lane: u8) {
        if let Some(seat) = self.seats.get_mut(usize::from(node)) {
            seat.reset(lane);
        }
    }
}

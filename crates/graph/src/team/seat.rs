//! One node of a team: a choir for all lanes, or each lane's own node in turn.

use super::alone::{Alone, lead_lane_around};
use super::dials::{self, Attended};
use super::known::Cables;
use super::sum::is_finite;
use super::{MOST_LANES, Row, VACANT, cross};
use crate::batch::Arena;
use crate::block::Block;
use crate::block::Signal;
use crate::choir::{Choir, Kin, choir_of};
use crate::io::{Inputs, Io, Moving, Params, SpanRef};
use crate::message::Deed;
use crate::node::{Body, Node};
use crate::plan::{CompiledGraph, Heard, NodeStep, Stretch};
use crate::processor::{Activity, Stream};
use crate::run::Stage;
use crate::signal::{Frame, Ground, Run, Window};
use alloc::boxed::Box;
use sostenuto_dsp::control_frames;

pub(super) struct Seat<S: Signal> {
    act: Act<S>,
    /// The slot of the node in each lane.
    slots: Row,
    /// Where each parameter is at rest.
    steady: Box<[S]>,
    limits: Box<[(f32, f32)]>,
    resting: bool,
    /// Whether what it puts out is to be looked at.
    finite: bool,
    /// The parameters that all lanes share.
    shared: u64,
    /// How many blocks a lane needs to be looked at alone.
    aside: usize,
    /// What it does to each channel if it only multiplies, as long as its parameters rest where they are.
    factors: Factors<S>,
}

/// The most channels that are left to those who add them up.
pub(super) const MOST_LEFT: usize = 2;

/// Known, as long as nothing moves.
type Factors<S> = Option<[Option<(usize, S)>; MOST_LEFT]>;

enum Act<S: Signal> {
    Choir(Box<dyn Choir<S>>),
    Alone(Box<Alone>),
}

/// Whether the frames that are looked at are finite numbers in every lane.
#[inline(always)]
fn is_finite_at_control<S: Signal>(samples: &[S], ground: &Ground<'_>) -> bool {
    for frame in control_frames(ground.span.frame, ground.window.frames()) {
        if let Some(sample) = samples.get(frame)
            && !is_finite(&[*sample])
        {
            return false;
        }
    }
    true
}

/// What a seat needs of its team.
pub(super) struct Room<'r, S: Signal> {
    pub plan: &'r CompiledGraph,
    pub cables: Cables<'r, S>,
    pub dials: &'r mut [Block<S>],
    pub aside: &'r mut Arena,
    /// Lanes that sound, and those for which the bell was rung.
    pub lanes: u32,
    pub rung: u32,
}

impl<S: Signal> Seat<S> {
    /// `[control]`; parameters as default, least and most.
    pub fn new(
        kin: Option<&dyn Kin>,
        step: Option<&NodeStep>,
        plan: &CompiledGraph,
        dials: &[(f32, f32, f32)],
        stream: &Stream,
    ) -> Self {
        let nothing = NodeStep {
            slot: VACANT,
            half: crate::plan::Half::Whole,
            heard: Heard::NONE,
            chain: 0,
            memo: 0,
            out: Run::default(),
            inputs: Stretch::default(),
            first: Run::default(),
            drives: Stretch::default(),
        };
        let step = step.unwrap_or(&nothing);
        let channels = |runs: &[Run]| runs.iter().map(|r| usize::from(r.channels)).sum::<usize>();
        let drives = step.drives.of(&plan.drives);
        let aside = channels(step.inputs(plan))
            + drives.iter().map(|d| usize::from(d.source.channels)).sum::<usize>()
            + usize::from(step.out.channels);
        let act = match kin.and_then(|kin| choir_of(kin, stream)) {
            Some(choir) => Act::Choir(choir),
            None => Act::Alone(Box::new(Alone::new(step, plan))),
        };
        let finite = matches!(&act, Act::Choir(choir) if choir.stays_finite());
        Seat {
            act,
            slots: [VACANT; MOST_LANES],
            steady: dials.iter().map(|(default, ..)| S::splat(f64::from(*default))).collect(),
            limits: dials.iter().map(|(_, min, max)| (*min, *max)).collect(),
            resting: false,
            finite,
            shared: kin.map_or(0, Kin::shared),
            aside,
            factors: None,
        }
    }

    /// How many parameters there are.
    pub fn dials(&self) -> usize {
        self.steady.len()
    }

    pub fn aside(&self) -> usize {
        self.aside
    }

    pub fn slot(&self, lane: u8) -> u32 {
        self.slots.get(usize::from(lane)).copied().unwrap_or(VACANT)
    }

    /// Whether there is anything that all lanes share.
    pub fn shares(&self) -> bool {
        self.shared != 0
    }

    /// Whether the node of a lane has another value of what all share, or gets one before a frame.
    pub fn differs(&self, lane: usize, stage: &Stage<'_>, end: u64) -> bool {
        let Some(Some(node)) = self.slots.get(lane).and_then(|slot| stage.nodes.get(*slot)) else {
            return false;
        };
        if node.moving() & self.shared != 0 {
            return true;
        }
        let mut due = node.first_due();
        while let Some(entry) = stage.dues.entry(due).filter(|entry| entry.frame < end) {
            if matches!(entry.deed, Deed::Set { param, .. } if self.shared >> (param & 63) & 1 == 1) {
                return true;
            }
            due = entry.next;
        }
        let mut left = self.shared;
        while left != 0 {
            let param = left.trailing_zeros() as usize;
            left &= left - 1;
            let here = self.steady.get(param).map_or(0.0, |steady| steady.in_lane(lane));
            if here.to_bits() != node.steady_at(param).to_bits() {
                return true;
            }
        }
        false
    }

    /// Whether a node can come in.
    pub fn takes(&self, node: &mut Node, frame: u64) -> bool {
        match (&self.act, &mut node.body) {
            (Act::Choir(choir), Body::Processor(alone)) => choir.takes(&mut **alone, frame),
            _ => true,
        }
    }

    pub fn take_in(&mut self, lane: u8, slot: u32, node: &mut Node) {
        if let Some(place) = self.slots.get_mut(usize::from(lane)) {
            *place = slot;
        }
        (self.resting, self.factors) = (false, None);
        self.exchange(lane, node);
        dials::refresh(node, usize::from(lane), &mut self.steady);
        // What all share is said for lanes as well that nobody has.
        for (param, steady) in self.steady.iter_mut().enumerate().filter(|(p, _)| self.shared >> p & 1 == 1) {
            *steady = S::splat(f64::from(node.steady_at(param)));
        }
    }

    /// Forgets whose lane it is; what the node knows goes back to it if the lane has it.
    pub fn let_go(&mut self, lane: u8, node: &mut Node, has_it: bool) {
        if let Some(place) = self.slots.get_mut(usize::from(lane)) {
            *place = VACANT;
        }
        if has_it {
            self.step(lane, node);
        }
    }

    /// Lets a node run by itself, or in its lane again.
    pub fn step(&mut self, lane: u8, node: &mut Node) {
        self.exchange(lane, node);
        (self.resting, node.resting) = (false, false);
    }

    fn exchange(&mut self, lane: u8, node: &mut Node) {
        if let (Act::Choir(choir), Body::Processor(alone)) = (&mut self.act, &mut node.body) {
            choir.exchange(usize::from(lane), &mut **alone);
        }
    }

    /// Whether what the node of a lane has heard is in the lane, and not with the node.
    pub fn has_state(&self, is_out: bool) -> bool {
        !is_out && matches!(self.act, Act::Choir(_))
    }

    /// Makes the node of a lane forget what it has heard, and why it was muted.
    pub fn forget(&mut self, lane: u8, node: &mut Node, is_out: bool) {
        if self.has_state(is_out) {
            self.reset(lane);
            node.awake();
        } else {
            node.forget();
        }
    }

    pub fn reset(&mut self, lane: u8) {
        self.resting = false;
        if let Act::Choir(choir) = &mut self.act {
            choir.reset(usize::from(lane));
        }
    }

    /// Whether it only multiplies the channels of its output, of which there are so many: each by its [factor](Self::factor), for as long as nobody rings.
    #[inline(always)]
    pub fn only_multiplies(&mut self, channels: usize) -> bool {
        if self.factors.is_none() {
            self.find_factors();
        }
        matches!(&self.factors, Some(factors) if factors.iter().take(channels).all(Option::is_some))
    }

    #[cold]
    fn find_factors(&mut self) {
        self.factors = Some(match &self.act {
            Act::Choir(choir) => core::array::from_fn(|channel| choir.factor(channel, &self.steady)),
            Act::Alone(_) => [None; MOST_LEFT],
        });
    }

    /// Which channel of its input one of its output comes from, and by what that is multiplied, if that is known.
    #[inline(always)]
    pub fn factor(&self, channel: usize) -> Option<&(usize, S)> {
        self.factors.as_ref()?.get(channel)?.as_ref()
    }

    /// Runs the node for all lanes that sound. Tells at which of those for which the bell was rung something has to be looked at again.
    #[inline(always)]
    pub fn run(
        &mut self,
        step: &NodeStep,
        room: &mut Room<'_, S>,
        frame: &mut Frame<'_, S>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) -> u32 {
        let choir = match &mut self.act {
            Act::Choir(choir) => choir,
            Act::Alone(alone) => {
                alone.run(&self.slots, step, room, frame, stage, ground.window);
                return 0;
            }
        };
        let attended = match room.rung {
            0 => Attended::default(),
            rung => {
                (self.resting, self.factors) = (false, None);
                dials::attend(rung, &self.slots, &mut self.steady, room.dials, stage, ground)
            }
        };
        let drives = step.drives.of(&room.plan.drives);
        let Some((around, mut outputs)) = frame.part(step.out, ground) else { return attended.again };
        outputs.heard = step.heard;
        let inputs = Inputs { runs: step.inputs(room.plan), around };
        if self.resting && room.rung == 0 && drives.is_empty() && inputs.all_silent() {
            outputs.silence_all();
            return 0;
        }
        let written = dials::add_drives(
            drives,
            attended.moving,
            &self.steady,
            &self.limits,
            room.dials,
            &around,
            (room.cables, room.lanes),
            stage,
            ground,
        );
        let begun = if stage.probe.is_turn() { stage.probe.now() } else { None };
        let moving = Moving { written, blocks: room.dials, frames: ground.window.frames() };
        let params = Params { steady: &self.steady, moving: (written.which != 0).then_some(&moving) };
        let io = Io { span: SpanRef(&ground.span), inputs, outputs: outputs.lend(), params };
        self.resting = choir.process(io) == Activity::Resting;
        if let Some(begun) = begun {
            self.note_load(stage.probe.since(begun), room.lanes, stage, ground.window);
        }
        if attended.detours | attended.muted != 0 {
            self.mend(step, (attended.detours, attended.muted), room, frame, stage, ground);
        }
        if self.finite {
            return attended.again;
        }
        let Some((_, mut outputs)) = frame.part(step.out, ground) else { return attended.again };
        outputs.heard = step.heard;
        // A loop, for what takes a closure may not be inlined, and has not the instructions of the width then.
        for channel in 0..outputs.channels() {
            let samples = outputs.read(channel);
            if !(if outputs.is_sparse() { is_finite_at_control(samples, ground) } else { is_finite(samples) })
            {
                self.mute_faulty(step, room.lanes, frame, stage, ground);
                break;
            }
        }
        attended.again
    }

    /// Shares the time that was taken among those who took it.
    #[cold]
    fn note_load(&self, taken: u64, lanes: u32, stage: &mut Stage<'_>, window: Window) {
        let share = taken / u64::from(lanes.count_ones().max(1));
        cross::each_lane(lanes, |lane| {
            if let Some(Some(node)) = self.slots.get(lane).and_then(|slot| stage.nodes.get_mut(*slot)) {
                node.upkeep.load.note(share, window.frames());
            }
        });
    }

    /// Mutes the nodes that put out what is not a finite number, each from its first such sample on.
    #[cold]
    fn mute_faulty(
        &self,
        step: &NodeStep,
        lanes: u32,
        frame: &mut Frame<'_, S>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) {
        let Some((_, mut outputs)) = frame.part(step.out, ground) else { return };
        outputs.heard = step.heard;
        cross::each_lane(lanes, |lane| {
            let bad = |samples: &[S]| samples.iter().position(|s| !s.in_lane(lane).is_finite());
            let first = (0..outputs.channels()).filter_map(|c| bad(outputs.read(c))).min();
            let Some(first) = first else { return };
            for channel in outputs.iter_mut() {
                channel.iter_mut().skip(first).for_each(|s| s.put_lane(lane, 0.0));
            }
            if let Some(Some(node)) = self.slots.get(lane).and_then(|slot| stage.nodes.get_mut(*slot)) {
                node.mute(ground.span.frame + first as u64);
                stage.fault = true;
            }
        });
    }

    /// Silences lanes whose node is muted, and leads those around that are bypassed.
    #[cold]
    fn mend(
        &mut self,
        step: &NodeStep,
        (detours, muted): (u32, u32),
        room: &mut Room<'_, S>,
        frame: &mut Frame<'_, S>,
        stage: &mut Stage<'_>,
        ground: &Ground<'_>,
    ) {
        cross::each_lane(detours & !muted, |lane| {
            if let Some(Some(node)) = self.slots.get(lane).and_then(|slot| stage.nodes.get_mut(*slot)) {
                lead_lane_around(lane, node, step, room, frame, ground);
            }
        });
        let Some((_, mut outputs)) = frame.part(step.out, ground) else { return };
        cross::each_lane(muted, |lane| {
            for channel in outputs.iter_mut() {
                channel.iter_mut().for_each(|s| s.put_lane(lane, 0.0));
            }
        });
    }
}

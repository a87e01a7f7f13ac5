//! Nodes one behind the other, each of which makes a frame of the same frame of the one before it: run as one step, in which the signal stays in the registers.
//!
//! What lies between them is written nowhere, for nothing else reads it; and what each of them does is remembered, so that as long as nothing moves the
//! nodes are not even looked at. Each does its own arithmetic in its own turn, so the bits are those of running them apart.

use crate::block::{Block, all_finite, is_finite};
use crate::io::Flow;
use crate::node::{Body, OwnNodes};
use crate::plan::{CompiledGraph, NodeStep, Step};
use crate::run::{Stage, run_node};
use crate::signal::{Frame, Ground};
use crate::team::{Bell, Place, VACANT};
use alloc::boxed::Box;
use core::hash::{Hash, Hasher};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use sostenuto_dsp::{Task, Vector};

/// The most nodes that run as one, and of how many channels.
pub(crate) const MOST: usize = 32;
pub(crate) const MOST_CHANNELS: usize = 2;
/// Fewer nodes than these are run one by one.
const FEW: usize = 2;

/// What a node makes of each frame of its one input while its parameters rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pointwise {
    /// `x * by`, a finite number.
    Scale(f32),
    /// `x * by + offset`, both finite.
    Line {
        /// The factor.
        by: f32,
        /// What is added to the product.
        offset: f32,
    },
}

/// What a node does, in a word.
#[derive(Debug)]
struct Deed(AtomicU64);

impl Deed {
    /// Added to anything, this leaves it as it is.
    const NO_OFFSET: u32 = (-0.0f32).to_bits();

    const fn nothing() -> Deed {
        Deed(AtomicU64::new(0))
    }

    // Relaxed is enough: one thread at a time runs a plan, and has waited for the one before.
    fn set(&self, deed: Pointwise) {
        let (by, offset) = match deed {
            Pointwise::Scale(by) => (by.to_bits(), Deed::NO_OFFSET),
            Pointwise::Line { by, offset } => (by.to_bits(), offset.to_bits()),
        };
        self.0.store(u64::from(by) | u64::from(offset) << 32, Ordering::Relaxed);
    }

    #[inline(always)]
    fn get(&self) -> Pointwise {
        let word = self.0.load(Ordering::Relaxed);
        let (by, offset) = (f32::from_bits(word as u32), (word >> 32) as u32);
        match offset {
            Deed::NO_OFFSET => Pointwise::Scale(by),
            _ => Pointwise::Line { by, offset: f32::from_bits(offset) },
        }
    }
}

/// What is remembered of a chain, so that mostly none of its nodes has to be looked at: what each of them does. They ring when that may have changed.
#[derive(Debug)]
struct Memo {
    deeds: Box<[Deed]>,
    /// Rung as long as nothing is known.
    bell: Bell,
    /// Whether nodes ring it.
    is_hung: AtomicBool,
}

impl Memo {
    fn new(nodes: usize) -> Self {
        let bell = Bell::new(1);
        bell.ring(0, 0);
        Memo { deeds: (0..nodes).map(|_| Deed::nothing()).collect(), bell, is_hung: AtomicBool::new(false) }
    }

    #[inline(always)]
    fn is_known(&self) -> bool {
        self.bell.rung(0) == 0
    }

    /// Remembers what all of its nodes do, from now on until one of them rings. `[audio]`
    fn learn(&self, steps: &[Step], deeds: &[Deed], nodes: &mut OwnNodes<'_>) {
        let is_ours = |place: &Option<Place>| place.as_ref().is_none_or(|place| place.bell.is(&self.bell));
        // One that is in a team rings there.
        if !slots(steps)
            .all(|slot| matches!(nodes.get(slot), Some(Some(node)) if is_ours(&node.upkeep.place)))
        {
            return;
        }
        for slot in slots(steps) {
            if let Some(Some(node)) = nodes.get_mut(slot)
                && node.upkeep.place.is_none()
            {
                node.move_to(Place { bell: self.bell.clone(), team: VACANT, node: 0, lane: 0 });
            }
        }
        self.is_hung.store(true, Ordering::Relaxed);
        self.deeds.iter().zip(deeds).for_each(|(to, deed)| to.set(deed.get()));
        self.bell.answer(0, 1);
    }
}

/// What is remembered of the chains of a plan. It is no part of what the plan says.
#[derive(Debug, Default)]
pub(crate) struct Memos(Box<[Memo]>);

impl Memos {
    /// Nothing yet. `[control]`
    pub fn of(plan: &CompiledGraph) -> Self {
        let nodes = |step: &Step| match step {
            Step::Node(step) if step.memo != 0 => Some(usize::from(step.chain) + 1),
            _ => None,
        };
        Memos(plan.steps.iter().filter_map(nodes).map(Memo::new).collect())
    }

    fn of_step(&self, step: &NodeStep) -> Option<&Memo> {
        self.0.get(usize::from(step.memo).checked_sub(1)?)
    }

    /// The plan goes, which has these steps: its nodes ring no more, so that what they would ring can be freed. `[audio]`
    pub fn let_go(&self, steps: &[Step], nodes: &mut OwnNodes<'_>) {
        if !self.0.iter().any(|memo| memo.is_hung.load(Ordering::Relaxed)) {
            return;
        }
        for (number, step) in steps.iter().enumerate() {
            let Step::Node(first) = step else { continue };
            let hung = self.of_step(first).filter(|memo| memo.is_hung.load(Ordering::Relaxed));
            let Some(memo) = hung else { continue };
            for slot in slots(steps.get(number..=number + usize::from(first.chain)).unwrap_or_default()) {
                if let Some(Some(node)) = nodes.get_mut(slot) {
                    node.leave(&memo.bell);
                }
            }
        }
    }
}

impl Clone for Memos {
    /// Remembers nothing: no node rings for it.
    fn clone(&self) -> Self {
        Memos(self.0.iter().map(|memo| Memo::new(memo.deeds.len())).collect())
    }
}

impl PartialEq for Memos {
    fn eq(&self, _: &Memos) -> bool {
        true
    }
}

impl Eq for Memos {}

impl Hash for Memos {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

fn slots(steps: &[Step]) -> impl Iterator<Item = u32> {
    steps.iter().filter_map(|step| match step {
        Step::Node(step) => Some(step.slot),
        _ => None,
    })
}

/// Runs the beginning of a chain, as far as nothing is the matter with its nodes, and says how many these were: none if they are too few.
#[inline(never)]
pub(crate) fn run_chain(
    plan: &CompiledGraph,
    steps: &[Step],
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) -> usize {
    let Some(Step::Node(first)) = steps.first() else { return 0 };
    let (from, channels) = (first.first.start as usize, usize::from(first.first.channels));
    let is_heard = |place: usize| frame.flow.get(place).is_some_and(|flow| flow.get() != Flow::Silent);
    // Silence is soon passed on, node by node.
    if !(from..from.saturating_add(channels)).all(is_heard) {
        return 0;
    }
    let most = stage.probe.until_turn();
    let memo = plan.memos.of_step(first);
    if let Some(memo) = memo.filter(|memo| memo.is_known()) {
        let deeds = memo.deeds.get(..most).unwrap_or(&memo.deeds);
        return run_deeds(plan, steps, deeds, frame, stage, ground);
    }
    let deeds = [const { Deed::nothing() }; MOST];
    let mut count = 0;
    for (step, place) in steps.iter().take(most).zip(&deeds) {
        let Some(deed) = deed_of(step, stage) else { break };
        place.set(deed);
        count += 1;
    }
    let deeds = deeds.get(..count).unwrap_or_default();
    if let Some(memo) = memo.filter(|memo| memo.deeds.len() == count) {
        memo.learn(steps, deeds, &mut stage.nodes);
    }
    run_deeds(plan, steps, deeds, frame, stage, ground)
}

/// Runs as many of the steps as there are deeds, which are what these do; none if they are too few.
fn run_deeds(
    plan: &CompiledGraph,
    steps: &[Step],
    deeds: &[Deed],
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) -> usize {
    let count = deeds.len();
    let (Some(Step::Node(first)), Some(Step::Node(last))) =
        (steps.first(), steps.get(count.wrapping_sub(1)).filter(|_| count >= FEW))
    else {
        return 0;
    };
    let window = ground.window;
    let (from, channels) = (first.first.start as usize, usize::from(first.first.channels));
    let mut made = [const { Block::SILENT }; MOST_CHANNELS];
    for (channel, made) in made.iter_mut().enumerate().take(channels) {
        let Some(input) = frame.blocks.get(from + channel) else { return 0 };
        // Of a piece of a span the frames around it come along, and are left where they are.
        stage.width.run(Pass { deeds, input, made });
        let finite = if window.is_whole() { is_finite(made) } else { all_finite(window.of(made)) };
        if !finite {
            // Who it was shows when they run one by one; nothing is written yet.
            run_apart(plan, steps, count, frame, stage, ground);
            return count;
        }
    }
    for (channel, made) in made.iter().enumerate().take(channels) {
        let to = last.out.start as usize + channel;
        if let (Some(block), Some(flow)) = (frame.blocks.get_mut(to), frame.flow.get(to)) {
            window.of_mut(block).copy_from_slice(window.of(made));
            flow.set(Flow::Varying);
        }
    }
    stage.probe.pass(count);
    count
}

/// What a node does to each frame, unless something is the matter with it.
#[inline(always)]
fn deed_of(step: &Step, stage: &mut Stage<'_>) -> Option<Pointwise> {
    let Step::Node(step) = step else { return None };
    let node = stage.nodes.get_mut(step.slot)?.as_mut().filter(|node| node.care.is_none())?;
    let (steady, Body::Processor(processor)) = node.steady_and_body() else { return None };
    processor.pointwise(steady)
}

#[cold]
fn run_apart(
    plan: &CompiledGraph,
    steps: &[Step],
    count: usize,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) {
    for step in steps.iter().take(count) {
        if let Step::Node(step) = step {
            run_node(plan, step, frame, stage, ground);
        }
    }
}

/// A block on its way through a chain.
struct Pass<'a> {
    deeds: &'a [Deed],
    input: &'a Block,
    made: &'a mut Block,
}

/// Registers that are worked on at once, so that none waits for the one before.
const STRANDS: usize = 4;

impl Task for Pass<'_> {
    type Out = ();

    fn run<S: Vector>(self) {
        S::enter(
            #[inline(always)]
            || self.go_through::<S>(),
        )
    }
}

impl Pass<'_> {
    #[inline(always)]
    fn go_through<S: Vector>(self) {
        let inputs = self.input.0.chunks_exact(STRANDS * S::LANES);
        let outputs = self.made.0.chunks_exact_mut(STRANDS * S::LANES);
        for (input, output) in inputs.zip(outputs) {
            let mut strands = [S::ZERO; STRANDS];
            for (strand, input) in strands.iter_mut().zip(input.chunks_exact(S::LANES)) {
                *strand = S::load(input);
            }
            for deed in self.deeds {
                match deed.get() {
                    Pointwise::Scale(by) => {
                        let by = S::splat(f64::from(by));
                        strands = strands.map(
                            #[inline(always)]
                            |x| x * by,
                        );
                    }
                    Pointwise::Line { by, offset } => {
                        let (by, offset) = (S::splat(f64::from(by)), S::splat(f64::from(offset)));
                        strands = strands.map(
                            #[inline(always)]
                            |x| x * by + offset,
                        );
                    }
                }
            }
            for (strand, output) in strands.iter().zip(output.chunks_exact_mut(S::LANES)) {
                strand.store(output);
            }
        }
    }
}

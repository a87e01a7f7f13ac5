//! Nodes one behind the other, each of which makes a frame of the same frame of the one before it: run as one step, in which the signal stays in the registers.
//!
//! What lies between them is written nowhere, for nothing else reads it. Each does its own arithmetic in its own turn, so the bits are those of running them apart.

use crate::block::{Block, all_finite, is_finite};
use crate::io::Flow;
use crate::node::Body;
use crate::plan::{CompiledGraph, NodeStep, Step};
use crate::run::{Stage, run_node};
use crate::signal::{Frame, Ground};
use sostenuto_dsp::{Task, Vector};

/// The most nodes that run as one, and of how many channels.
pub(crate) const MOST: usize = 64;
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
    let window = ground.window;
    let (from, channels) = (first.first.start as usize, usize::from(first.first.channels));
    let is_heard = |place: usize| frame.flow.get(place).is_some_and(|flow| flow.get() != Flow::Silent);
    // Silence is soon passed on, node by node.
    if !(from..from.saturating_add(channels)).all(is_heard) {
        return 0;
    }
    let mut deeds = [Pointwise::Scale(1.0); MOST];
    let (mut count, mut last) = (0, first);
    let most = stage.probe.until_turn();
    for (step, place) in steps.iter().take(most).zip(&mut deeds) {
        let Some((step, deed)) = deed_of(step, stage) else { break };
        (*place, last, count) = (deed, step, count + 1);
    }
    if count < FEW {
        return 0;
    }
    let deeds = deeds.get(..count).unwrap_or_default();
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
fn deed_of<'s>(step: &'s Step, stage: &mut Stage<'_>) -> Option<(&'s NodeStep, Pointwise)> {
    let Step::Node(step) = step else { return None };
    let node = stage.nodes.get_mut(step.slot)?.as_mut().filter(|node| node.care.is_none())?;
    let (steady, Body::Processor(processor)) = node.steady_and_body() else { return None };
    Some((step, processor.pointwise(steady)?))
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
    deeds: &'a [Pointwise],
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
                match *deed {
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

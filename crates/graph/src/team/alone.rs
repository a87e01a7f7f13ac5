//! Lanes looked at one by one: nodes that have no choir, and those that are bypassed.

use super::seat::Room;
use super::{Row, VACANT, cross};
use crate::block::{Block, Signal};
use crate::bypass::lead_around;
use crate::io::Flow;
use crate::node::Node;
use crate::plan::{CompiledGraph, DriveLink, NodeStep, Step, Stretch};
use crate::run::{Stage, run_node};
use crate::signal::{Frame, Ground, Run, Window};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::Cell;

/// How a node runs that is in no choir: lane by lane, on blocks aside.
pub(super) struct Alone {
    /// Nothing but its inputs and drives, which lie side by side from the first block on, before its outputs.
    plan: CompiledGraph,
    step: NodeStep,
    /// For each block that it reads, where that is in the team.
    reads: Box<[u32]>,
    /// For each drive, the number of its cable.
    cables: Box<[u32]>,
}

impl Alone {
    pub fn new(step: &NodeStep, plan: &CompiledGraph) -> Self {
        let mut reads = Vec::new();
        let mut moved = |run: &Run| {
            let start = reads.len() as u32;
            reads.extend((0..u32::from(run.channels)).map(|channel| run.start + channel));
            Run { start, channels: run.channels }
        };
        let runs: Vec<Run> = step.inputs(plan).iter().map(&mut moved).collect();
        let links = step.drives.of(&plan.drives);
        let drives: Vec<DriveLink> =
            links.iter().map(|link| DriveLink { source: moved(&link.source), ..*link }).collect();
        let out = Run { start: reads.len() as u32, channels: step.out.channels };
        let all = |len: usize| Stretch { start: 0, len: len as u32 };
        let first = runs.first().copied().unwrap_or_default();
        let own = NodeStep { out, inputs: all(runs.len()), first, drives: all(drives.len()), ..*step };
        Alone {
            step: own,
            cables: links.iter().map(|link| link.cable).collect(),
            plan: CompiledGraph {
                steps: [Step::Node(own)].into(),
                runs: runs.into(),
                drives: drives.into(),
                ..CompiledGraph::default()
            },
            reads: reads.into(),
        }
    }
}

/// Leads one lane around a node that is bypassed, or blends it.
pub(super) fn lead_lane_around<S: Signal>(
    lane: usize,
    node: &mut Node,
    step: &NodeStep,
    room: &mut Room<'_, S>,
    frame: &mut Frame<'_, S>,
    ground: &Ground<'_>,
) {
    let window = ground.window;
    let heard = step.inputs(room.plan).first().copied().unwrap_or_default();
    let (reads, out) = (
        Run { start: 0, channels: heard.channels },
        Run { start: u32::from(heard.channels), channels: step.out.channels },
    );
    let flow = Cell::from_mut(&mut *room.aside.flow).as_slice_of_cells();
    let mut aside = Frame { blocks: &mut room.aside.blocks, flow };
    let ins = (0..u32::from(reads.channels)).map(|c| (heard.start + c, c));
    let outs = (0..u32::from(out.channels)).map(|c| (step.out.start + c, out.start + c));
    bring(lane, ins.chain(outs.clone()), frame, &mut aside, window);
    lead_around(node, &[reads], out, &mut aside, &Ground { flow, ..*ground });
    take_back(lane, outs, frame, &aside, window);
}

/// Copies one lane of some blocks aside: from where to where.
fn bring<S: Signal>(
    lane: usize,
    which: impl Iterator<Item = (u32, u32)>,
    frame: &Frame<'_, S>,
    aside: &mut Frame<'_>,
    window: Window,
) {
    for (from, to) in which {
        let known = frame.flow.get(from as usize).map_or(Flow::Silent, Cell::get);
        let (Some(to_block), Some(flow)) = (aside.blocks.get_mut(to as usize), aside.flow.get(to as usize))
        else {
            return;
        };
        match frame.blocks.get(from as usize).filter(|_| known != Flow::Silent) {
            Some(block) => {
                cross::take_lane(lane, window.of(block), window.of_mut(to_block));
                flow.set(Flow::Varying);
            }
            None => {
                *to_block = Block::SILENT;
                flow.set(Flow::Silent);
            }
        }
    }
}

/// Copies blocks from aside back into one lane: where to, from where. What is silent, there as well as aside, is left alone.
fn take_back<S: Signal>(
    lane: usize,
    which: impl Iterator<Item = (u32, u32)>,
    frame: &mut Frame<'_, S>,
    aside: &Frame<'_>,
    window: Window,
) {
    for (to, from) in which {
        let (Some(block), Some(flow)) = (frame.blocks.get_mut(to as usize), frame.flow.get(to as usize))
        else {
            return;
        };
        let known = aside.flow.get(from as usize).map_or(Flow::Silent, Cell::get);
        if known == Flow::Silent && flow.get() == Flow::Silent {
            continue;
        }
        if let Some(from) = aside.blocks.get(from as usize) {
            cross::put_lane(lane, window.of(from), window.of_mut(block));
            flow.set(Flow::Varying);
        }
    }
}

impl Alone {
    /// Runs the node of each lane that sounds, one after the other.
    pub fn run<S: Signal>(
        &mut self,
        slots: &Row,
        step: &NodeStep,
        room: &mut Room<'_, S>,
        frame: &mut Frame<'_, S>,
        stage: &mut Stage<'_>,
        window: Window,
    ) {
        // What is said below of each lane is said of all.
        for channel in 0..u32::from(step.out.channels) {
            let place = (step.out.start + channel) as usize;
            if let (Some(block), Some(flow)) = (frame.blocks.get_mut(place), frame.flow.get(place)) {
                window.silence(block, flow);
            }
        }
        let flow = Cell::from_mut(&mut *room.aside.flow).as_slice_of_cells();
        let mut aside = Frame { blocks: &mut room.aside.blocks, flow };
        cross::each_lane(room.lanes, |lane| {
            let reads = self.reads.iter().enumerate().map(|(to, from)| (*from, to as u32));
            bring(lane, reads, frame, &mut aside, window);
            for (link, cable) in self.plan.drives.iter_mut().zip(&self.cables) {
                let row = room.cables.rows.get(*cable as usize);
                link.cable = row.and_then(|row| row.get(lane)).copied().unwrap_or(VACANT);
            }
            let own = NodeStep { slot: slots.get(lane).copied().unwrap_or(VACANT), ..self.step };
            let ground = stage.ground(&aside, window);
            run_node(&self.plan, &own, &mut aside, stage, &ground);
            let outs = (0..u32::from(step.out.channels)).map(|c| (step.out.start + c, own.out.start + c));
            take_back(lane, outs, frame, &aside, window);
        });
    }
}

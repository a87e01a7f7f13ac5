//! Running a node with care: one that is a part, is muted, bypassed, timed or half of a loop, or whose parameters are not all at rest.

use crate::agenda::Agenda;
use crate::block::Block;
use crate::bypass::{Detour, blend_detour, detour, go_around};
use crate::node::{Body, Care, Node};
use crate::params::prepare;
use crate::plan::{CompiledGraph, Half, NodeStep, Step};
use crate::processor::{Activity, Flow, Inputs, Io, Moving, Outputs, Params, Span, SpanRef};
use crate::run::{Stage, run_plan};
use crate::signal::{Frame, Ground, Window};
use crate::table::Table;
use core::cell::Cell;

/// Runs a node whatever it is and whatever happens to it.
#[inline(never)]
pub(crate) fn run_with_care(
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
    timed: bool,
) {
    let (span, window) = (ground.span, ground.window);
    let Some((mut own, inner)) = frame.split(plan.blocks as usize) else { return };
    let Some((around, mut outputs)) = own.part(step.out, ground) else { return };
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return outputs.silence_all() };
    let inputs = Inputs { runs: step.inputs(plan), around };
    if node.care.has(Care::MUTED) {
        stage.agenda.settle(node);
        return outputs.silence_all();
    }
    if node.care.has(Care::DETOUR)
        && let Some(first) = node.upkeep.detour.frames_left(span.frame).filter(|left| *left < window.frames())
    {
        // The fade ends inside the span: where the span ends must not decide for how long the node still runs.
        let rest = Window::new(window.offset() + first, window.frames() - first);
        for window in [Window::new(window.offset(), first), rest] {
            let ground = stage.ground(frame, window);
            run_with_care(plan, step, frame, stage, &ground, timed);
        }
        return;
    }
    let detour = detour(node, span);
    if detour == Detour::Around {
        go_around(&inputs, &mut outputs);
        return settle_all(step.slot, stage.nodes, stage.agenda);
    }
    let drives = step.drives.of(&plan.drives);
    let quiet = !node.care.has(Care::MOVING) && !node.care.has(Care::DUE) && drives.is_empty();
    if quiet && node.resting && inputs.all_silent() {
        return outputs.silence_all();
    }
    let moving = if quiet {
        0
    } else {
        prepare(node, drives, &around, span, window, stage.cables, stage.agenda, stage.scratch)
    };
    if node.care.has(Care::PART) {
        run_part(step.slot, inputs, outputs.lend(), inner, stage, window);
        // What is in a part is finite already, each node and each sum for itself.
        if let (Detour::Between, Some(Some(node))) = (detour, stage.nodes.get_mut(step.slot)) {
            blend_detour(&node.upkeep.detour, &inputs, &mut outputs, span);
        }
        return;
    }
    let begun = if timed { stage.probe.now() } else { None };
    let (steady, body) = node.steady_and_body();
    let moving = Moving { which: moving, blocks: stage.scratch, frames: window.frames() };
    let params = Params { steady, moving: (moving.which != 0).then_some(&moving) };
    let io = Io { span: SpanRef(&span), inputs, outputs: outputs.lend(), params };
    node.resting = call(body, step.half, io) == Activity::Resting;
    if let Some(begun) = begun {
        node.upkeep.load.note(stage.probe.since(begun), window.frames());
    }
    if detour == Detour::Between {
        blend_detour(&node.upkeep.detour, &inputs, &mut outputs, span);
    }
    if !outputs.all_finite() {
        stage.fault |= mute_from_fault(node, outputs, span);
    }
}

/// Makes the changes that are due for a node which does not run, and for those inside it. Takes as long as there are nodes inside,
/// and is left out where nothing is due.
fn settle_all(slot: u32, nodes: &mut Table<Option<Node>>, agenda: &mut Agenda) {
    if agenda.handed_out() == 0 {
        return;
    }
    let Some(Some(node)) = nodes.get_mut(slot) else { return };
    agenda.settle(node);
    if let Body::Processor(_) = node.body {
        return;
    }
    let Body::Part(plan) = core::mem::replace(&mut node.body, Body::Running) else { return };
    for step in &plan.steps {
        if let Step::Node(step) = step {
            settle_all(step.slot, nodes, agenda);
        }
    }
    if let Some(Some(node)) = nodes.get_mut(slot) {
        node.body = Body::Part(plan);
    }
}

#[inline(always)]
fn call(body: &mut Body, half: Half, io: Io<'_>) -> Activity {
    let Body::Processor(processor) = body else { return Activity::Sounding };
    if half == Half::Whole {
        return processor.process(io);
    }
    match (half, processor.delaying()) {
        (Half::Emit, Some(delaying)) => delaying.emit(io),
        (_, Some(delaying)) => delaying.absorb(io),
        (_, None) => {}
    }
    Activity::Sounding
}

/// Runs a part: its input is copied in, its plan runs in the blocks beyond, its output is copied out.
fn run_part(
    slot: u32,
    inputs: Inputs<'_>,
    outputs: Outputs<'_>,
    mut inner: Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let Some(Some(node)) = stage.nodes.get_mut(slot) else { return };
    let Body::Part(plan) = core::mem::replace(&mut node.body, Body::Running) else { return };
    let mut block = plan.input.start as usize;
    for port in 0..inputs.runs.len() {
        for channel in 0..inputs.channels(port) {
            if let (Some(to), Some(flow)) = (inner.blocks.get_mut(block), inner.flow.get(block)) {
                let from = inputs.channel(port, channel);
                carry(from, inputs.flow(port, channel), to, flow, window);
            }
            block += 1;
        }
    }
    run_plan(&plan, &mut inner, stage, window);
    let known = outputs.ground.flow.get(outputs.start..).unwrap_or(&[]);
    for (channel, (to, flow)) in outputs.blocks.iter_mut().zip(known).enumerate() {
        let from = plan.output.start as usize + channel;
        match inner.blocks.get(from).zip(inner.flow.get(from)) {
            Some((block, known)) if channel < usize::from(plan.output.channels) => {
                carry(window.of(block), known.get(), to, flow, window);
            }
            _ => window.silence(to, flow),
        }
    }
    if let Some(Some(node)) = stage.nodes.get_mut(slot) {
        node.body = Body::Part(plan);
    }
}

/// Brings one channel into or out of a part, with what is known of it.
fn carry(from: &[f32], known: Flow, to: &mut Block, flow: &Cell<Flow>, window: Window) {
    if known == Flow::Silent {
        return window.silence(to, flow);
    }
    window.of_mut(to).copy_from_slice(from);
    flow.set(if window.offset() == 0 { known } else { Flow::Varying });
}

/// Silences a node from its first sample on that is not a finite number; `false` if there is none, and only the sum is too large.
#[cold]
pub(crate) fn mute_from_fault(node: &mut Node, mut outputs: Outputs<'_>, span: Span) -> bool {
    let bad = |samples: &[f32]| samples.iter().position(|s| !s.is_finite());
    let Some(first) = (0..outputs.channels()).filter_map(|c| bad(outputs.read(c))).min() else {
        return false;
    };
    for channel in outputs.iter_mut() {
        channel.iter_mut().skip(first).for_each(|s| *s = 0.0);
    }
    node.mute(span.frame + first as u64);
    true
}

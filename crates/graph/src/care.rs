//! Running a node with care: one that is a part, is muted, bypassed, timed or half of a loop, or whose parameters are not all at rest.

use crate::bypass::lead_around;
use crate::instrument::{begin, begins, note_state};
use crate::io::{Inputs, Io, Moving, Outputs, Params, Span, SpanRef};
use crate::message::Deed;
use crate::node::{Body, Care, Node};
use crate::params::{Written, prepare};
use crate::plan::{CompiledGraph, Half, Inner, Link, NodeStep, Step};
use crate::processor::Activity;
use crate::run::{Stage, run_plans};
use crate::signal::{Frame, Ground, Window};
use crate::table::Table;

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
    let Some((around, mut outputs)) = frame.part(step.out, ground) else { return };
    outputs.heard = step.heard;
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return outputs.silence_all() };
    let inputs = Inputs { runs: step.inputs(plan), around };
    if node.care.has(Care::MUTED) {
        stage.dues.settle(node);
        return outputs.silence_all();
    }
    if let Some(begins) = begins(node) {
        if begins < span.frame + span.frames as u64 {
            return run_from(begins, plan, step, frame, stage, window, timed);
        }
        // What is due for a note that is yet to begin waits for it.
        if node.care.has(Care::IDLE) {
            return outputs.silence_all();
        }
    } else if node.care.has(Care::IDLE) {
        outputs.silence_all();
        return settle_all(step.slot, stage);
    }
    if let Body::Part(inner) = node.body {
        return run_part(plan, step, inner, frame, stage, ground);
    }
    while node.care.has(Care::DUE)
        && let Some(told) = stage.dues.first_told(node).filter(|told| *told < span.frame + span.frames as u64)
    {
        if told > span.frame {
            return run_until(told, plan, step, frame, stage, window, timed);
        }
        stage.dues.settle_until(node, span.frame);
    }
    let drives = step.drives.of(&plan.drives);
    let quiet = !node.care.has(Care::MOVING) && !node.care.has(Care::DUE) && drives.is_empty();
    if quiet && node.resting && inputs.all_silent() {
        // What leads around it is as silent.
        return outputs.silence_all();
    }
    let written = if quiet {
        Written::default()
    } else {
        prepare(node, drives, &around, span, window, stage.cables, &mut stage.dues, stage.scratch)
    };
    let begun = if timed { stage.probe.now() } else { None };
    let (steady, body) = node.steady_and_body();
    let moving = Moving { written, blocks: stage.scratch, frames: window.frames() };
    let params = Params { steady, moving: (written.which != 0).then_some(&moving) };
    let io = Io { span: SpanRef(&span), inputs, outputs: outputs.lend(), params };
    node.resting = call(body, step.half, io) == Activity::Resting;
    if let Some(begun) = begun {
        node.upkeep.load.note(stage.probe.since(begun), window.frames());
    }
    if node.care.has(Care::DETOUR) {
        lead_around(node, step.inputs(plan), step.out, frame, ground);
        let Some((_, led)) = frame.part(step.out, ground) else { return };
        outputs = led;
        outputs.heard = step.heard;
    }
    if !outputs.all_finite() {
        stage.fault |= mute_from_fault(node, outputs, span);
    }
}

/// Runs a voice on which a note begins in the span, as it was until then, and anew from there on.
fn run_from(
    begins: u64,
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
    timed: bool,
) {
    let before = begins.saturating_sub(stage.frame + window.offset() as u64) as usize;
    if before > 0 {
        let ground = stage.ground(frame, Window::new(window.offset(), before));
        run_with_care(plan, step, frame, stage, &ground, timed);
    }
    begin(step.slot, stage);
    let ground = stage.ground(frame, Window::new(window.offset() + before, window.frames() - before));
    run_with_care(plan, step, frame, stage, &ground, timed);
}

/// Runs a node that is told something within the span up to then, and from there on.
fn run_until(
    told: u64,
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
    timed: bool,
) {
    let before = told.saturating_sub(stage.frame + window.offset() as u64) as usize;
    let ground = stage.ground(frame, Window::new(window.offset(), before));
    run_with_care(plan, step, frame, stage, &ground, timed);
    let ground = stage.ground(frame, Window::new(window.offset() + before, window.frames() - before));
    run_with_care(plan, step, frame, stage, &ground, timed);
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

/// Runs a part: its input is copied in, its plans run, its output is copied out.
fn run_part(
    plan: &CompiledGraph,
    step: &NodeStep,
    inner: Inner,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) {
    // Nobody but the part writes where its input is put, and it reads no more than that: the blocks are apart.
    let mut to = inner.input.start;
    for run in step.inputs(plan) {
        for from in run.start..run.end() as u32 {
            frame.carry(from, to, ground);
            to += 1;
        }
    }
    run_inside(step.slot, inner, frame, stage, ground.window);
    for channel in 0..u32::from(step.out.channels) {
        let from = if channel < u32::from(inner.output.channels) {
            inner.output.start + channel
        } else {
            crate::signal::Run::NOWHERE
        };
        frame.carry(from, step.out.start + channel, ground);
    }
    finish_part(plan, step, frame, stage, ground);
}

/// What is done to the output of a part after it has run, alone or in a team. What comes out of one is finite already, each node and each sum for
/// itself. `[audio]`
pub(crate) fn finish_part(
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) {
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return };
    // An instrument takes what is due for it as it runs; what it left is due after this piece of the span.
    if node.care.has(Care::DUE) && node.upkeep.instrument.is_none() {
        stage.dues.settle(node);
    }
    if node.care.has(Care::STIRS)
        && let Some(voice) = &mut node.upkeep.voice
        && let Some((_, mut outputs)) = frame.part(step.out, ground)
    {
        voice.follow(&mut outputs, ground.span);
        note_state(node);
    }
    if node.care.has(Care::DETOUR) {
        lead_around(node, step.inputs(plan), step.out, frame, ground);
    }
}

/// Runs what is inside a part: at once, or of an instrument in pieces, each up to the next note that cannot be foreseen.
fn run_inside(slot: u32, inner: Inner, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window) {
    let Some(Some(node)) = stage.nodes.get_mut(slot) else { return };
    let Some(mut instrument) = node.upkeep.instrument.take() else {
        return run_plans(inner, frame, stage, window);
    };
    let (mut offset, end) = (window.offset(), window.offset() + window.frames());
    while offset < end {
        let now = stage.frame + offset as u64;
        let mut until = end;
        while let Some(Some(node)) = stage.nodes.get_mut(slot)
            && let Some(due) = stage.dues.entry(node.first_due()).copied()
        {
            if due.frame >= stage.frame + end as u64 {
                break;
            }
            // What cannot be foreseen is heard when its frame is there.
            if let Deed::Note(note) = due.deed
                && due.frame > now
                && !instrument.foresees(&note, due.frame, stage)
            {
                until = until.min((due.frame - stage.frame) as usize);
                break;
            }
            let Some(Some(node)) = stage.nodes.get_mut(slot) else { break };
            stage.dues.take_first(node);
            if let Deed::Note(note) = due.deed {
                instrument.hear(note, due.frame.max(now), now, stage);
            }
        }
        run_plans(inner, frame, stage, Window::new(offset, until - offset));
        instrument.look_after(stage.frame + until as u64, stage);
        offset = until;
    }
    if let Some(Some(node)) = stage.nodes.get_mut(slot) {
        node.upkeep.instrument = Some(instrument);
    }
}

/// Makes the changes that are due for a node which does not run, and for those inside it. Takes as long as there are nodes inside,
/// and is left out where nothing is due.
pub(crate) fn settle_all(slot: u32, stage: &mut Stage<'_>) {
    if stage.dues.handed_out == 0 {
        return;
    }
    let Some(Some(node)) = stage.nodes.get_mut(slot) else { return };
    stage.dues.settle(node);
    if let Body::Part(inner) = node.body {
        each_slot(stage.plans, inner.first, |slot| settle_all(slot, stage));
    }
}

/// Calls for the slot of each node that runs in a part.
pub(crate) fn each_slot(plans: &Table<Link>, first: u32, mut call: impl FnMut(u32)) {
    let mut at = first;
    while let Some(link) = plans.get(at) {
        for step in link.plan.iter().flat_map(|plan| &plan.steps) {
            if let Step::Node(step) = step {
                call(step.slot);
            }
        }
        at = link.next;
    }
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

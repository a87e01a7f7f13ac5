//! Running a plan over one span: the audio thread's inner loop.

use crate::agenda::Dues;
use crate::band::{Band, run_row};
use crate::block::{Block, QUANTUM, Signal};
use crate::care::{mute_from_fault, run_with_care};
use crate::chain::run_chain;
use crate::gain::Gain;
use crate::io::{Inputs, Io, Outputs, Params, Span, SpanRef};
use crate::load::Probe;
use crate::mix::{Mix, Portion, mix};
use crate::node::{Body, Care, Node, OwnNodes};
use crate::plan::{CompiledGraph, Inner, Link, NodeStep, Step, Stretch};
use crate::processor::Activity;
use crate::signal::{Frame, Ground, Window};
use crate::table::Table;
use crate::team::{Members, OwnSides, Workrooms};
use sostenuto_dsp::Width;
use sostenuto_transport::Transport;

/// What running needs besides the plan and the blocks.
pub(crate) struct Stage<'a> {
    pub nodes: OwnNodes<'a>,
    pub cables: &'a Table<Gain>,
    /// For each slot of a node, the tenant that is there.
    pub tenants: &'a Table<u32>,
    pub plans: &'a Table<Link>,
    pub teams: OwnSides<'a>,
    pub dues: Dues<'a>,
    /// A block for each parameter of the node that runs.
    pub scratch: &'a mut [Block],
    /// Where teams work.
    pub rooms: &'a mut Workrooms,
    pub probe: &'a mut Probe,
    /// Those who help, where they can.
    pub band: Option<&'a mut Band>,
    /// How wide the processor's registers are.
    pub width: Width,
    /// How many batches have been applied.
    /// The frame at offset 0 of the blocks.
    pub frame: u64,
    pub sample_rate: f64,
    /// Musical time.
    pub transport: &'a Transport,
    /// Whether a node was muted in this span.
    pub fault: bool,
    /// Samples of sums that were too large for a number.
    pub overflows: u64,
}

impl<'a> Stage<'a> {
    #[inline(always)]
    pub fn span(&self, window: Window) -> Span<'a> {
        Span {
            frame: self.frame + window.offset() as u64,
            frames: window.frames(),
            sample_rate: self.sample_rate,
            transport: self.transport,
        }
    }

    /// What the steps of a plan that works in this frame share.
    #[inline(always)]
    pub fn ground<'f, S: Signal>(&self, frame: &Frame<'f, S>, window: Window) -> Ground<'f>
    where
        'a: 'f,
    {
        Ground { span: self.span(window), window, flow: frame.flow }
    }
}

/// Runs the plans of a part: one after the other, or, where that pays, on several threads.
pub(crate) fn run_plans(inner: Inner, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window) {
    let plans = stage.plans;
    let mut at = inner.first;
    if let Some(Link { row: Some(row), .. }) = plans.get(at)
        && run_row(row, inner, frame, stage, window)
    {
        return;
    }
    while let Some(link) = plans.get(at) {
        if let Some(plan) = &link.plan {
            run_steps(plan, Stretch { start: 0, len: plan.steps.len() as u32 }, frame, stage, window);
        }
        at = link.next;
    }
}

pub(crate) fn run_steps(
    plan: &CompiledGraph,
    which: Stretch,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let steps = which.of(&plan.steps);
    let ground = stage.ground(frame, window);
    let mut next = 0;
    while let Some(step) = steps.get(next) {
        next += 1;
        match step {
            Step::Node(step) => {
                if step.chain != 0 {
                    let chain = steps.get(next - 1..next + usize::from(step.chain)).unwrap_or_default();
                    let done = run_chain(plan, chain, frame, stage, &ground);
                    if done != 0 {
                        next += done - 1;
                        continue;
                    }
                }
                run_node(plan, step, frame, stage, &ground);
            }
            Step::Mix { out, terms } => {
                let terms = terms.of(&plan.terms);
                let portion = Portion::whole(*out, terms);
                stage.overflows +=
                    mix(Mix { portion, frame, cables: stage.cables, ground: &ground }, stage.width);
            }
            Step::Team { team, steps: members, fed, share } => {
                let members = steps.get(next..next + *members as usize).unwrap_or(&[]);
                next += members.len();
                let sum = share.and_then(|share| share.of(plan, steps.get(next..)?));
                let members = Members { team: *team, plan, steps: members, fed: *fed, sum };
                run_team(&members, frame, stage, window);
                // The last of them has finished the sum.
                next += usize::from(sum.is_some_and(|sum| sum.is_last));
            }
            Step::Loop { steps, breakers } => {
                let inside = Stretch { start: which.start + next as u32, len: *steps };
                run_loop(plan, inside, *breakers, frame, stage, window);
                next += *steps as usize;
            }
        }
    }
}

/// Runs parts side by side, or, if there is no team, one after the other, and adds up what they have of a sum.
#[inline(never)]
fn run_team(members: &Members<'_>, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window) {
    // While it runs it is not in its place, so that both can be lent.
    if let Some(mut there) = stage.teams.get_mut(members.team).and_then(Option::take) {
        there.run(members, frame, stage, window);
        if let Some(place) = stage.teams.get_mut(members.team) {
            *place = Some(there);
        }
        return;
    }
    let ground = stage.ground(frame, window);
    for step in members.steps {
        if let Step::Node(step) = step {
            run_node(members.plan, step, frame, stage, &ground);
        }
    }
    if let Some(portion) = members.sum {
        stage.overflows += mix(Mix { portion, frame, cables: stage.cables, ground: &ground }, stage.width);
    }
}

/// Runs the steps of a feedback loop in pieces, each no longer than the shortest delay in it.
#[inline(never)]
fn run_loop(
    plan: &CompiledGraph,
    inside: Stretch,
    breakers: Stretch,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let end = window.offset() + window.frames();
    let mut offset = window.offset();
    while offset < end {
        let mut ahead = end - offset;
        for step in breakers.of(&plan.breakers) {
            ahead = ahead.min(frames_ahead(plan, *step, stage, stage.frame + offset as u64));
        }
        let piece = Window::new(offset, ahead.max(1));
        run_steps(plan, inside, frame, stage, piece);
        offset += piece.frames();
    }
}

/// How many frames a delaying node can put out before it needs input. One at a time while a parameter moves or is driven, and
/// no further than its next due change.
fn frames_ahead(plan: &CompiledGraph, step: u32, stage: &mut Stage<'_>, now: u64) -> usize {
    let Some(Step::Node(step)) = plan.steps.get(step as usize) else { return 1 };
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return QUANTUM };
    let until_due = match stage.dues.entry(node.first_due()) {
        Some(due) if due.frame <= now => return 1,
        Some(due) => (due.frame - now) as usize,
        None => QUANTUM,
    };
    if node.care.has(Care::MOVING) || step.drives.len != 0 {
        return 1;
    }
    let (steady, body) = node.steady_and_body();
    let params = Params { steady, moving: None };
    match body {
        Body::Processor(processor) => processor
            .delaying()
            .map_or(1, |delaying| delaying.ahead(&params, stage.sample_rate))
            .min(until_due),
        _ => 1,
    }
}

/// Runs a node: at once if nothing is the matter with it, as with nearly every node in nearly every span, otherwise with care.
#[inline(always)]
pub(crate) fn run_node(
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) {
    let timed = stage.probe.is_turn();
    if !timed
        && step.is_plain()
        && let Some(Some(node)) = stage.nodes.get_mut(step.slot)
        && node.care.is_none()
        && let Some((around, mut outputs)) = frame.part(step.out, ground)
    {
        outputs.heard = step.heard;
        let inputs = Inputs { runs: step.inputs(plan), around };
        if node.resting && inputs.all_silent() {
            return silence(outputs);
        }
        if run_at_once(node, &ground.span, inputs, outputs.lend()) && !outputs.all_finite() {
            stage.fault |= mute_from_fault(node, outputs, ground.span);
        }
        return;
    }
    run_with_care(plan, step, frame, stage, ground, timed);
}

/// Runs a processor whose parameters are all at rest; whether there was one.
#[inline(always)]
fn run_at_once(node: &mut Node, span: &Span<'_>, inputs: Inputs<'_>, outputs: Outputs<'_>) -> bool {
    let (steady, Body::Processor(processor)) = node.steady_and_body() else { return false };
    let params = Params { steady, moving: None };
    let activity = processor.process(Io { span: SpanRef(span), inputs, outputs, params });
    node.resting = activity == Activity::Resting;
    true
}

// Handed over whole, so that where nodes run it can stay in registers.
#[inline(never)]
fn silence(mut outputs: Outputs<'_>) {
    outputs.silence_all();
}

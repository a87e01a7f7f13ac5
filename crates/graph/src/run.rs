//! Running a plan over one span: the audio thread's inner loop.

use crate::agenda::Agenda;
use crate::block::{Block, QUANTUM, all_finite};
use crate::load::Probe;
use crate::mix::{Feed, feed, mix};
use crate::node::{Body, NONE, Node};
use crate::params::prepare;
use crate::plan::{CompiledGraph, Half, NodeStep, Step, Stretch};
use crate::processor::{Activity, Around, Flow, Inputs, Io, Outputs, Params, Run, Span, Window};
use crate::table::Table;
use crate::trajectory::Trajectory;

/// What running needs besides the plan and the blocks.
pub(crate) struct Stage<'a> {
    pub nodes: &'a mut Table<Option<Node>>,
    pub cables: &'a Table<Trajectory>,
    pub agenda: &'a mut Agenda,
    /// A block for each parameter of the node that runs.
    pub scratch: &'a mut [Block],
    pub probe: &'a mut Probe,
    /// The frame at offset 0 of the blocks.
    pub frame: u64,
    pub sample_rate: f64,
    /// Whether a node was muted in this span.
    pub fault: bool,
    /// Samples of sums that were too large for a number.
    pub overflows: u64,
}

impl Stage<'_> {
    #[inline(always)]
    fn span(&self, window: Window) -> Span {
        Span {
            frame: self.frame + window.offset as u64,
            frames: window.frames,
            sample_rate: self.sample_rate,
        }
    }
}

/// The blocks of a plan and what is known of them; beyond the plan's own, those for the parts in it.
pub(crate) struct Frame<'a> {
    pub blocks: &'a mut [Block],
    pub flow: &'a mut [Flow],
}

/// Runs all steps of a plan.
pub(crate) fn run_plan(plan: &CompiledGraph, frame: &mut Frame<'_>, stage: &mut Stage<'_>, window: Window) {
    run_steps(plan, Stretch { start: 0, len: plan.steps.len() as u32 }, frame, stage, window);
}

fn run_steps(
    plan: &CompiledGraph,
    which: Stretch,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let steps = which.of(&plan.steps);
    let mut next = 0;
    while let Some(step) = steps.get(next) {
        next += 1;
        match step {
            Step::Node(step) => run_node(plan, step, frame, stage, window),
            Step::Mix { out, terms } => {
                let terms = terms.of(&plan.terms);
                stage.overflows += mix(*out, terms, frame, stage.cables, stage.span(window), window);
            }
            Step::Loop { steps, breakers } => {
                let inside = Stretch { start: which.start + next as u32, len: *steps };
                run_loop(plan, inside, *breakers, frame, stage, window);
                next += *steps as usize;
            }
        }
    }
}

/// Runs the steps of a feedback loop in pieces, each no longer than the shortest delay in it.
fn run_loop(
    plan: &CompiledGraph,
    inside: Stretch,
    breakers: Stretch,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let end = window.offset + window.frames;
    let mut offset = window.offset;
    while offset < end {
        let mut ahead = end - offset;
        for step in breakers.of(&plan.breakers) {
            ahead = ahead.min(frames_ahead(plan, *step, stage, stage.frame + offset as u64));
        }
        let piece = Window { offset, frames: ahead.max(1) };
        run_steps(plan, inside, frame, stage, piece);
        offset += piece.frames;
    }
}

/// How many frames a delaying node can put out before it needs input. One at a time while a parameter moves or is driven, and
/// no further than its next due change.
fn frames_ahead(plan: &CompiledGraph, step: u32, stage: &mut Stage<'_>, now: u64) -> usize {
    let Some(Step::Node(step)) = plan.steps.get(step as usize) else { return 1 };
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return QUANTUM };
    let until_due = match stage.agenda.entry(node.first_due) {
        Some(due) if due.frame <= now => return 1,
        Some(due) => (due.frame - now) as usize,
        None => QUANTUM,
    };
    if node.moving != 0 || step.drives.len != 0 {
        return 1;
    }
    let params = Params { steady: &node.steady, moving: 0, blocks: &[], frames: 1 };
    match &mut node.body {
        Body::Processor(processor) => processor
            .delaying()
            .map_or(1, |delaying| delaying.ahead(&params, stage.sample_rate))
            .min(until_due),
        _ => 1,
    }
}

fn run_node(
    plan: &CompiledGraph,
    step: &NodeStep,
    frame: &mut Frame<'_>,
    stage: &mut Stage<'_>,
    window: Window,
) {
    let span = stage.span(window);
    let own = plan.blocks as usize;
    let (Some((blocks, beyond)), Some((flow, flow_beyond))) =
        (frame.blocks.split_at_mut_checked(own), frame.flow.split_at_mut_checked(own))
    else {
        return;
    };
    let Some((around, mut outputs)) = part_blocks(blocks, flow, step.out, window) else { return };
    let Some(Some(node)) = stage.nodes.get_mut(step.slot) else { return outputs.silence_all() };
    let inputs = Inputs { runs: step.inputs.of(&plan.runs), around, window };
    if node.muted {
        stage.agenda.settle(node);
        return outputs.silence_all();
    }
    if node.on_detour
        && let Some(first) = node.detour.frames_left(span.frame).filter(|left| *left < window.frames)
    {
        // The fade ends inside the span: where the span ends must not decide for how long the node still runs.
        let rest = Window { offset: window.offset + first, frames: window.frames - first };
        run_node(plan, step, frame, stage, Window { frames: first, ..window });
        return run_node(plan, step, frame, stage, rest);
    }
    let detour = if node.on_detour { detour(node, span) } else { Detour::Through };
    if detour == Detour::Around {
        go_around(&inputs, &mut outputs);
        return settle_all(step.slot, stage.nodes, stage.agenda);
    }
    let quiet = node.moving == 0 && node.first_due == NONE && step.drives.len == 0;
    if quiet && node.resting && inputs.all_silent() {
        return outputs.silence_all();
    }
    let drives = step.drives.of(&plan.drives);
    let moving = if quiet {
        0
    } else {
        prepare(node, drives, &around, span, window, stage.cables, stage.agenda, stage.scratch)
    };
    if let Body::Part(_) = node.body {
        let inner = Frame { blocks: beyond, flow: flow_beyond };
        run_part(step.slot, inputs, outputs.lend(), inner, stage, window);
        // What is in a part is finite already, each node and each sum for itself.
        if let (Detour::Between, Some(Some(node))) = (detour, stage.nodes.get_mut(step.slot)) {
            blend_detour(&node.detour, &inputs, &mut outputs, span);
        }
        return;
    }
    outputs.flow.fill(Flow::Varying);
    let timed = stage.probe.begin();
    let params = Params { steady: &node.steady, moving, blocks: stage.scratch, frames: window.frames };
    let io = Io { span, inputs, outputs: outputs.lend(), params };
    node.resting = call(&mut node.body, step.half, io) == Activity::Resting;
    if let Some(start) = timed {
        node.load.note(stage.probe.since(start), window.frames);
    }
    if detour == Detour::Between {
        blend_detour(&node.detour, &inputs, &mut outputs, span);
    }
    if !(0..outputs.blocks.len()).all(|c| all_finite(outputs.read(c))) {
        stage.fault |= mute_from_fault(node, &mut outputs, span);
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

/// Which way a signal takes at a node that was or is bypassed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detour {
    Through,
    Between,
    Around,
}

fn detour(node: &mut Node, span: Span) -> Detour {
    if !node.detour.rests_at(span.frame) {
        return Detour::Between;
    }
    node.on_detour = node.detour.target() > 0.5;
    if node.on_detour { Detour::Around } else { Detour::Through }
}

/// Puts the first input straight to the output, by the rule of cables.
fn go_around(inputs: &Inputs<'_>, outputs: &mut Outputs<'_>) {
    for channel in 0..outputs.channels() {
        outputs.silence(channel);
        let mut dry = [0.0; QUANTUM];
        if let Some(flow) = add_dry(inputs, channel, outputs.channels(), &mut dry) {
            let out = outputs.channel(channel);
            out.copy_from_slice(dry.get(..out.len()).unwrap_or(&[]));
            if let Some(known) = outputs.flow.get_mut(channel) {
                *known = flow;
            }
        }
    }
}

/// Fades between what the node made and its input, while a bypass is switched.
fn blend_detour(detour: &Trajectory, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, span: Span) {
    let mut way = [0.0; QUANTUM];
    detour.render(span.frame, way.get_mut(..span.frames).unwrap_or_default());
    for channel in 0..outputs.channels() {
        let mut dry = [0.0; QUANTUM];
        add_dry(inputs, channel, outputs.channels(), &mut dry);
        let out = outputs.channel(channel).iter_mut();
        out.zip(&dry).zip(&way).for_each(|((wet, dry), way)| *wet += (dry - *wet) * way);
        if let Some(known) = outputs.flow.get_mut(channel) {
            *known = Flow::Varying;
        }
    }
}

/// Adds what feeds one output channel of a bypassed node to `sum`; `None` if that is silence.
fn add_dry(inputs: &Inputs<'_>, channel: usize, channels: usize, sum: &mut [f32; QUANTUM]) -> Option<Flow> {
    let sources = inputs.channels(0);
    let (from, share) = match feed(sources, channels, channel) {
        Feed::One(from) if from < sources => (from..from + 1, 1.0),
        Feed::MeanOf(n) if n > 0 => (0..n, 1.0 / n as f32),
        _ => return None,
    };
    let heard = from.clone().any(|from| inputs.flow(0, from) != Flow::Silent);
    for from in from {
        sum.iter_mut().zip(inputs.channel(0, from)).for_each(|(sum, x)| *sum += x * share);
    }
    heard.then_some(Flow::Varying)
}

/// The blocks that a step writes, and the rest.
#[inline(always)]
fn part_blocks<'a>(
    blocks: &'a mut [Block],
    flow: &'a mut [Flow],
    out: Run,
    window: Window,
) -> Option<(Around<'a>, Outputs<'a>)> {
    let (low, rest) = blocks.split_at_mut_checked(out.start as usize)?;
    let (outs, high) = rest.split_at_mut_checked(usize::from(out.channels))?;
    let (low_flow, rest) = flow.split_at_mut_checked(out.start as usize)?;
    let (outs_flow, high_flow) = rest.split_at_mut_checked(usize::from(out.channels))?;
    let around = Around { low, high, low_flow, high_flow, resume: out.end() };
    Some((around, Outputs { blocks: outs, flow: outs_flow, window }))
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
            if let (Some(to), Some(flow)) = (inner.blocks.get_mut(block), inner.flow.get_mut(block)) {
                let from = inputs.channel(port, channel);
                carry(from, inputs.flow(port, channel), to, flow, window);
            }
            block += 1;
        }
    }
    run_plan(&plan, &mut inner, stage, window);
    for (channel, (to, flow)) in outputs.blocks.iter_mut().zip(outputs.flow.iter_mut()).enumerate() {
        let from = plan.output.start as usize + channel;
        match inner.blocks.get(from).zip(inner.flow.get(from)) {
            Some((block, known)) if channel < usize::from(plan.output.channels) => {
                carry(window.of(block), *known, to, flow, window);
            }
            _ => window.silence(to, flow),
        }
    }
    if let Some(Some(node)) = stage.nodes.get_mut(slot) {
        node.body = Body::Part(plan);
    }
}

/// Brings one channel into or out of a part, with what is known of it.
fn carry(from: &[f32], known: Flow, to: &mut Block, flow: &mut Flow, window: Window) {
    if known == Flow::Silent {
        return window.silence(to, flow);
    }
    window.of_mut(to).copy_from_slice(from);
    *flow = if window.offset == 0 { known } else { Flow::Varying };
}

/// Silences a node from its first sample on that is not a finite number; `false` if there is none, and only the sum is too large.
#[cold]
fn mute_from_fault(node: &mut Node, outputs: &mut Outputs<'_>, span: Span) -> bool {
    let bad = |samples: &[f32]| samples.iter().position(|s| !s.is_finite());
    let Some(first) = (0..outputs.channels()).filter_map(|c| bad(outputs.read(c))).min() else {
        return false;
    };
    for channel in outputs.iter_mut() {
        channel.iter_mut().skip(first).for_each(|s| *s = 0.0);
    }
    (node.muted, node.untold, node.fault_frame) = (true, true, span.frame + first as u64);
    true
}

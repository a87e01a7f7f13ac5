//! Around a node that is bypassed: straight from its first input to its output, with a fade there and back.

use crate::block::QUANTUM;
use crate::io::{Flow, Inputs, Outputs, Span};
use crate::mix::{Feed, feed};
use crate::node::{Care, Node};
use crate::signal::{Frame, Ground, Run, Window};
use crate::trajectory::Trajectory;

/// Which way a signal takes at a node that was or is bypassed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detour {
    Through,
    Between,
    Around,
}

/// Leads around a node that has [`Care::DETOUR`], or blends it with what it hears, once it has run over the window: while it is bypassed a node
/// goes on hearing, so that what it holds is not old when it is heard again. `[audio]`
#[inline(never)]
pub(crate) fn lead_around(
    node: &mut Node,
    runs: &[Run],
    out: Run,
    frame: &mut Frame<'_>,
    ground: &Ground<'_>,
) {
    let (span, frames) = (ground.span, ground.window.frames());
    // Where the span ends must not decide when the fade does: if it ends inside, the way is another from there on.
    let first = node.upkeep.detour.frames_left(span.frame).filter(|left| *left < frames).unwrap_or(0);
    for (from, frames) in [(0, first), (first, frames - first)] {
        if frames == 0 {
            continue;
        }
        let span = Span { frame: span.frame + from as u64, frames, ..span };
        let ground = Ground { span, window: Window::new(ground.window.offset() + from, frames), ..*ground };
        let Some((around, mut outputs)) = frame.part(out, &ground) else { return };
        let inputs = Inputs { runs, around };
        match detour(node, span) {
            Detour::Through => {}
            Detour::Between => blend(&node.upkeep.detour, &inputs, &mut outputs, span),
            Detour::Around => go_around(&inputs, &mut outputs),
        }
    }
}

/// The way that a node's signal takes in a span; nothing of it changes inside the span.
fn detour(node: &mut Node, span: Span) -> Detour {
    if !node.care.has(Care::DETOUR) {
        return Detour::Through;
    }
    if !node.upkeep.detour.rests_at(span.frame) {
        return Detour::Between;
    }
    let around = node.upkeep.detour.target() > 0.5;
    node.care.put(Care::DETOUR, around);
    if around { Detour::Around } else { Detour::Through }
}

/// Puts the first input straight to the output, by the rule of cables.
fn go_around(inputs: &Inputs<'_>, outputs: &mut Outputs<'_>) {
    for channel in 0..outputs.channels() {
        outputs.silence(channel);
        let mut dry = [0.0; QUANTUM];
        if let Some(flow) = add_dry(inputs, channel, outputs.channels(), &mut dry) {
            let out = outputs.channel(channel);
            out.copy_from_slice(dry.get(..out.len()).unwrap_or(&[]));
            if let Some(known) = outputs.flow(channel) {
                known.set(flow);
            }
        }
    }
}

/// Fades between what the node made and its input, while a bypass is switched.
fn blend(detour: &Trajectory, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, span: Span) {
    let mut way = [0.0; QUANTUM];
    detour.render(span.frame, way.get_mut(..span.frames).unwrap_or_default());
    for channel in 0..outputs.channels() {
        let mut dry = [0.0; QUANTUM];
        add_dry(inputs, channel, outputs.channels(), &mut dry);
        let out = outputs.channel(channel).iter_mut();
        out.zip(&dry).zip(&way).for_each(|((wet, dry), way)| *wet += (dry - *wet) * way);
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

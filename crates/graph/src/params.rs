//! The values of a node's parameters over one span: at rest, on their way, changed inside the span, or driven by cables.

use crate::QUANTUM;
use crate::agenda::Dues;
use crate::block::Block;
use crate::gain::Gain;
use crate::io::{Flow, Span};
use crate::message::Deed;
use crate::node::Node;
use crate::plan::DriveLink;
use crate::signal::{Around, Window};
use crate::table::Table;
use crate::trajectory::Trajectory;

/// The parameters that have values of their own in a span, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Written {
    pub which: u64,
    /// Those of them that have the same value at every frame: only the first is written.
    pub flat: u64,
}

/// Writes a block of values for each parameter that is not steady over the span, and tells which those are.
///
/// May be called twice for a span (for the two halves of a delaying node) with the same outcome, if no change falls inside it.
#[expect(clippy::too_many_arguments, reason = "the parts of a stage, borrowed one by one")]
pub(crate) fn prepare(
    node: &mut Node,
    drives: &[DriveLink],
    around: &Around<'_>,
    span: Span,
    window: Window,
    cables: &Table<Gain>,
    dues: &mut Dues<'_>,
    scratch: &mut [Block],
) -> Written {
    let mut written = render_moving(node, span, window, scratch);
    written |= take_due(node, span, dues, scratch);
    add_drives(node, drives, written, around, span, window, cables, scratch)
}

/// Parameters on their way: those that have arrived come to rest, the others are written, as are those that follow lanes.
fn render_moving(node: &mut Node, span: Span, window: Window, scratch: &mut [Block]) -> u64 {
    let mut written = 0;
    let mut left = node.moving();
    while left != 0 {
        let param = left.trailing_zeros() as usize;
        left &= left - 1;
        let Some(dial) = node.upkeep.dials.get(param) else { continue };
        if node.is_automated(param) {
            let lane = node.upkeep.overlay.as_ref().and_then(|overlay| overlay.of(param));
            let lane = lane.and_then(|lane| lane.get(window.offset()..window.offset() + span.frames));
            if let (Some(values), Some(lane)) = (values(scratch, param, span), lane) {
                values.copy_from_slice(lane);
                written |= 1 << param;
            }
        } else if dial.motion.rests_at(span.frame) {
            node.rest(param, dial.motion.target());
        } else if let Some(values) = values(scratch, param, span) {
            dial.motion.render(span.frame, values);
            // On the path of least jerk a parameter that is turned round keeps its speed, and may pass its limits.
            values.iter_mut().for_each(|v| *v = v.clamp(dial.min, dial.max));
            written |= 1 << param;
        }
    }
    written
}

/// Changes that fall into the span: each is written from its frame on.
fn take_due(node: &mut Node, span: Span, dues: &mut Dues<'_>, scratch: &mut [Block]) -> u64 {
    let mut written = 0;
    let end = span.frame + span.frames as u64;
    while let Some(due) = dues.entry(node.first_due())
        && due.frame < end
        && let Some(due) = dues.take_first(node)
    {
        let Deed::Set { param: number, value, motion } = due.deed else { continue };
        let param = usize::from(number);
        let frame = due.frame.max(span.frame);
        let steady = node.steady_at(param);
        let was_moving = (node.moving() | written) >> (param & 63) & 1 == 1;
        node.set(frame, number, value, motion);
        if node.is_automated(param) {
            continue;
        }
        let (Some(dial), Some(values)) = (node.upkeep.dials.get(param), values(scratch, param, span)) else {
            continue;
        };
        // What jumps at the first frame rests in all of them.
        if !was_moving && frame == span.frame && dial.motion.rests_at(frame) {
            continue;
        }
        let (before, after) = values.split_at_mut((frame - span.frame) as usize);
        if !was_moving {
            before.fill(steady);
        }
        dial.motion.render(frame, after);
        after.iter_mut().for_each(|v| *v = v.clamp(dial.min, dial.max));
        written |= 1 << param;
    }
    written
}

/// Cables that drive parameters: depth × signal is added to each, and the sum is kept within the parameter's limits.
#[expect(clippy::too_many_arguments, reason = "the parts of a stage, borrowed one by one")]
fn add_drives(
    node: &Node,
    drives: &[DriveLink],
    mut written: u64,
    around: &Around<'_>,
    span: Span,
    window: Window,
    cables: &Table<Gain>,
    scratch: &mut [Block],
) -> Written {
    let mut flat = 0u64;
    for (i, link) in drives.iter().enumerate() {
        let param = usize::from(link.param);
        let bit = 1u64 << (param & 63);
        let (Some(dial), Some(values)) = (node.upkeep.dials.get(param), values(scratch, param, span)) else {
            continue;
        };
        let Some(depth) = cables.get(link.cable) else { continue };
        let source = link.source.start as usize;
        let (known, rests) = (around.flow(source), depth.rests_at(span.frame));
        let silent = known == Flow::Silent || (rests && depth.target() == 0.0);
        if let Some(source) = around.block(source).filter(|_| !silent) {
            if written & bit == 0 {
                written |= bit;
                flat |= bit;
                values.iter_mut().take(1).for_each(|first| *first = node.steady_at(param));
            }
            let mut to = &mut *values;
            if flat & bit != 0 && known == Flow::Constant && rests {
                to = to.get_mut(..1).unwrap_or_default();
            } else if flat & bit != 0 {
                flat &= !bit;
                to.fill(to.first().copied().unwrap_or(0.0));
            }
            add_drive(to, window.of(source), depth, span);
        }
        let last_for_param = drives.get(i + 1).is_none_or(|next| next.param != link.param);
        if last_for_param && written & bit != 0 {
            let count = if flat & bit != 0 { 1 } else { values.len() };
            values.iter_mut().take(count).for_each(|v| *v = v.max(dial.min).min(dial.max));
        }
    }
    Written { which: written, flat }
}

fn add_drive(values: &mut [f32], source: &[f32], depth: &Trajectory, span: Span) {
    if depth.rests_at(span.frame) {
        let depth = depth.target();
        values.iter_mut().zip(source).for_each(|(v, s)| *v += depth * s);
    } else {
        let mut depths = [0.0; QUANTUM];
        depth.render(span.frame, &mut depths[..span.frames]);
        values.iter_mut().zip(source).zip(&depths).for_each(|((v, s), d)| *v += d * s);
    }
}

fn values<'s>(scratch: &'s mut [Block], param: usize, span: Span<'_>) -> Option<&'s mut [f32]> {
    scratch.get_mut(param)?.0.get_mut(..span.frames)
}

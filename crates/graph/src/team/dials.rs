//! The values of parameters in all lanes over one span, where they are not all at rest.

use super::known::Cables;
use super::{Row, cross, sum};
use crate::block::{Block, Signal};
use crate::io::Flow;
use crate::node::{Care, Node};
use crate::params::{Written, prepare};
use crate::plan::DriveLink;
use crate::run::Stage;
use crate::signal::{Around, Ground};
use sostenuto_dsp::control_frames;

/// What became of the lanes for which the bell was rung.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attended {
    /// A bit for each parameter that has a block of values.
    pub moving: u64,
    /// Lanes whose node is bypassed or on the way there or back.
    pub detours: u32,
    pub muted: u32,
    /// Lanes at which something has to be looked at again.
    pub again: u32,
}

/// Looks at the nodes for which the bell was rung: parameters that were set, that move, and that change in this span. `[audio]`
#[inline(never)]
pub(super) fn attend<S: Signal>(
    rung: u32,
    slots: &Row,
    steady: &mut [S],
    dials: &mut [Block<S>],
    stage: &mut Stage<'_>,
    ground: &Ground<'_>,
) -> Attended {
    let (span, window) = (ground.span, ground.window);
    let mut done = Attended::default();
    // Which lanes have values of their own in the block of a parameter.
    let mut own = [0u32; crate::shape::MAX_PARAMS];
    cross::each_lane(rung, |lane| {
        let slot = slots.get(lane).copied().unwrap_or(super::VACANT);
        let Some(Some(node)) = stage.nodes.get_mut(slot) else { return };
        let bit = 1 << lane;
        if node.care.has(Care::MUTED) {
            stage.dues.settle(node);
            done.muted |= bit;
        } else if node.care.has(Care::MOVING) || node.care.has(Care::DUE) {
            let nowhere = Around { low: &[], high: &[], resume: 0, ground };
            let written =
                prepare(node, &[], &nowhere, span, window, stage.cables, &mut stage.dues, stage.scratch);
            let mut written = written.which;
            while written != 0 {
                let param = written.trailing_zeros() as usize;
                written &= written - 1;
                let (Some(values), Some(rest)) = (dials.get_mut(param), steady.get(param)) else { continue };
                let Some(values) = values.0.get_mut(..window.frames()) else { continue };
                if done.moving >> param & 1 == 0 {
                    values.fill(*rest);
                    done.moving |= 1 << param;
                }
                if let (Some(alone), Some(own)) = (stage.scratch.get(param), own.get_mut(param)) {
                    cross::put_lane(lane, &alone.0, values);
                    *own |= bit;
                }
            }
        }
        if node.care.has(Care::DETOUR) {
            done.detours |= bit;
        }
        refresh(node, lane, steady);
        if !is_still(node) {
            done.again |= bit;
        }
    });
    // Where others move, those that rest have what they came to rest at by now.
    let mut moving = done.moving;
    while moving != 0 {
        let param = moving.trailing_zeros() as usize;
        moving &= moving - 1;
        let (Some(values), Some(rest)) = (dials.get_mut(param), steady.get(param)) else { continue };
        cross::each_lane(rung & !own.get(param).copied().unwrap_or(0), |lane| {
            let rest = rest.in_lane(lane);
            values.0.iter_mut().take(window.frames()).for_each(|v| v.put_lane(lane, rest));
        });
    }
    done
}

/// Where the parameters of a node are at rest, in its lane.
pub(super) fn refresh<S: Signal>(node: &Node, lane: usize, steady: &mut [S]) {
    steady.iter_mut().zip(node.steady()).for_each(|(to, value)| to.put_lane(lane, *value));
}

fn is_still(node: &Node) -> bool {
    ![Care::MUTED, Care::MOVING, Care::DUE, Care::DETOUR].iter().any(|reason| node.care.has(*reason))
}

/// Adds what drives parameters. Tells which have a block of values now. `[audio]`
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the parts of a team, borrowed one by one")]
pub(super) fn add_drives<S: Signal>(
    drives: &[DriveLink],
    mut moving: u64,
    steady: &[S],
    limits: &[(f32, f32)],
    dials: &mut [Block<S>],
    around: &Around<'_, S>,
    (cables, lanes): (Cables<'_, S>, u32),
    stage: &Stage<'_>,
    ground: &Ground<'_>,
) -> Written {
    let (attended, mut flat) = (moving, 0u64);
    for (number, link) in drives.iter().enumerate() {
        let param = usize::from(link.param);
        let (Some(values), Some(rest), Some((min, max))) =
            (dials.get_mut(param), steady.get(param), limits.get(param))
        else {
            continue;
        };
        let Some(values) = values.0.get_mut(..ground.window.frames()) else { continue };
        let is_last = drives.get(number + 1).is_none_or(|next| next.param != link.param);
        let (min, max) = (S::splat(f64::from(*min)), S::splat(f64::from(*max)));
        let limits = (is_last, min, max);
        let bit = 1u64 << (param & 63);
        // What moves by itself has a value at every frame.
        let wanted = match link.sparse && attended & bit == 0 {
            true => Frames::Sparse(ground.span.frame),
            false => Frames::All,
        };
        let source = link.source.start as usize;
        let known = around.flow(source);
        let Some(source) = around.block(source).filter(|_| known != Flow::Silent) else {
            if is_last && moving & bit != 0 {
                let frames = if flat & bit != 0 { Frames::First } else { wanted };
                frames.each(
                    values,
                    &[],
                    #[inline(always)]
                    |value, _, _| limited(value, limits),
                );
            }
            continue;
        };
        let source = ground.window.of(source);
        let first = moving & bit == 0;
        moving |= bit;
        let gains = sum::Gains::<S>::of(link.cable, cables.gains);
        let is_flat = known == Flow::Constant && matches!(gains, sum::Gains::Steady(_));
        let frames = match is_flat && (first || flat & bit != 0) {
            true => Frames::First,
            false => wanted,
        };
        if matches!(frames, Frames::First) {
            flat |= bit;
        } else if flat & bit != 0 {
            flat &= !bit;
            let value = sample_at(values, 0);
            values.fill(value);
        }
        let depths = match gains {
            sum::Gains::Steady(depths) => Depths::Same(depths),
            sum::Gains::Moving => {
                Depths::Each(sum::moving_gains(link.cable, cables.rows, stage.cables, lanes, ground))
            }
        };
        add_drive(values, source, frames, first.then_some(*rest), &depths, limits);
    }
    Written { which: moving, flat }
}

/// By how much a signal drives a parameter.
enum Depths<S: Signal> {
    Same(S),
    Each([S; crate::QUANTUM]),
}

/// Adds depth × signal to the values at the frames that are looked at; to `rest`, if that is given, instead of what is there.
#[inline(always)]
fn add_drive<S: Signal>(
    values: &mut [S],
    source: &[S],
    frames: Frames,
    rest: Option<S>,
    depths: &Depths<S>,
    limits: (bool, S, S),
) {
    match (depths, rest) {
        (Depths::Same(depth), Some(rest)) => frames.each(
            values,
            source,
            #[inline(always)]
            |_, s, _| limited(rest + *depth * s, limits),
        ),
        (Depths::Same(depth), None) => frames.each(
            values,
            source,
            #[inline(always)]
            |value, s, _| limited(value + *depth * s, limits),
        ),
        (Depths::Each(depths), rest) => frames.each(
            values,
            source,
            #[inline(always)]
            |value, s, frame| {
                let depth = depths.get(frame).copied().unwrap_or(S::ZERO);
                limited(rest.unwrap_or(value) + depth * s, limits)
            },
        ),
    }
}

/// The value within the limits, if it is the last one made.
#[inline(always)]
fn limited<S: Signal>(value: S, (is_last, min, max): (bool, S, S)) -> S {
    if is_last { value.max(min).min(max) } else { value }
}

/// The frames at which a parameter is looked at, of a span that begins at the frame given.
#[derive(Clone, Copy)]
enum Frames {
    /// Of what is the same at all of them.
    First,
    All,
    Sparse(u64),
}

impl Frames {
    /// Makes each value from itself, the sample there and its number.
    #[inline(always)]
    fn each<S: Signal>(self, values: &mut [S], source: &[S], make: impl Fn(S, S, usize) -> S) {
        match self {
            Frames::First => {
                if let Some(value) = values.first_mut() {
                    *value = make(*value, sample_at(source, 0), 0);
                }
            }
            Frames::All if source.len() == values.len() => {
                for (frame, (value, sample)) in values.iter_mut().zip(source).enumerate() {
                    *value = make(*value, *sample, frame);
                }
            }
            Frames::All => {
                for (frame, value) in values.iter_mut().enumerate() {
                    *value = make(*value, sample_at(source, frame), frame);
                }
            }
            Frames::Sparse(start) => {
                for frame in control_frames(start, values.len()) {
                    if let Some(value) = values.get_mut(frame) {
                        *value = make(*value, sample_at(source, frame), frame);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn sample_at<S: Signal>(samples: &[S], frame: usize) -> S {
    samples.get(frame).copied().unwrap_or(S::ZERO)
}

//! From signals alone into lanes, and back.

use super::MOST_LANES;
use super::known::{Here, Sources};
use crate::block::{Block, Signal};
use crate::io::Flow;
use crate::signal::{Frame, Run, Window};
use core::cell::Cell;
use sostenuto_dsp::{interleave, take_apart};

/// Puts a block of each source into its lane; of one that is not there, silence.
pub(super) fn gather<S: Signal>(
    sources: &Sources,
    frame: &Frame<'_>,
    to: &mut Block<S>,
    flow: &Cell<Flow>,
    window: Window,
) {
    let flow_of = |source: &u32| frame.flow.get(*source as usize).map_or(Flow::Silent, Cell::get);
    if sources.same && sources.blocks.first().is_none_or(|source| flow_of(source) == Flow::Silent) {
        return window.silence(to, flow);
    }
    let sources = sources.blocks.get(..S::LANES).unwrap_or(&sources.blocks);
    if sources.iter().all(|source| flow_of(source) == Flow::Silent) {
        return window.silence(to, flow);
    }
    flow.set(Flow::Varying);
    let mut heard: [&[f32]; MOST_LANES] = [&[]; MOST_LANES];
    for (heard, source) in heard.iter_mut().zip(sources) {
        if flow_of(source) != Flow::Silent
            && let Some(block) = frame.blocks.get(*source as usize)
        {
            *heard = window.of(block);
        }
    }
    interleave(heard.get(..S::LANES).unwrap_or(&heard), window.of_mut(to));
}

/// Puts each lane of a part's output where its member puts it out.
pub(super) fn scatter<S: Signal>(
    output: Run,
    blocks: &[Block<S>],
    flow: &[Flow],
    steps: &Here<'_>,
    frame: &mut Frame<'_>,
    window: Window,
) {
    for channel in 0..u32::from(output.channels) {
        let place = output.start.saturating_add(channel) as usize;
        let known = flow.get(place).copied().unwrap_or(Flow::Silent);
        let to = core::array::from_fn::<_, MOST_LANES, _>(|lane| {
            steps.at(lane).map_or(usize::MAX, |step| (step.out.start + channel) as usize)
        });
        let Some(block) = blocks.get(place).filter(|_| known != Flow::Silent) else {
            for place in to {
                if let (Some(to), Some(flow)) = (frame.blocks.get_mut(place), frame.flow.get(place)) {
                    window.silence(to, flow);
                }
            }
            continue;
        };
        to.iter().filter_map(|place| frame.flow.get(*place)).for_each(|flow| flow.set(Flow::Varying));
        take_apart(
            window.of(block),
            #[inline(always)]
            |lane, first, samples| {
                let Some(to) = to.get(lane).and_then(|place| frame.blocks.get_mut(*place)) else { return };
                let first = window.offset() + first;
                if let Some(to) = to.0.get_mut(first..first + samples.len()) {
                    to.copy_from_slice(samples);
                }
            },
        );
    }
}

/// One lane of a block.
pub(super) fn take_lane<S: Signal>(lane: usize, from: &[S], to: &mut [f32]) {
    let from = S::flat(from).iter().skip(lane).step_by(S::LANES);
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// Puts one lane of a block.
pub(super) fn put_lane<S: Signal>(lane: usize, from: &[f32], to: &mut [S]) {
    let to = S::flat_mut(to).iter_mut().skip(lane).step_by(S::LANES);
    to.zip(from).for_each(|(to, from)| *to = *from);
}

/// Multiplies one lane of a block.
pub(super) fn scale_lane<S: Signal>(lane: usize, by: &[f32], samples: &mut [S]) {
    let samples = S::flat_mut(samples).iter_mut().skip(lane).step_by(S::LANES);
    samples.zip(by).for_each(|(sample, by)| *sample *= by);
}

/// Calls for each lane whose bit is set.
#[inline(always)]
pub(super) fn each_lane(lanes: u32, mut call: impl FnMut(usize)) {
    let mut left = lanes;
    while left != 0 {
        call(left.trailing_zeros() as usize);
        left &= left - 1;
    }
}

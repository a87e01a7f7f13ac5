//! Adding signals up, and the one rule by which channels meet.

use crate::block::{QUANTUM, all_finite};
use crate::plan::Term;
use crate::processor::{Around, Flow, Run, Span, Window};
use crate::run::Frame;
use crate::table::Table;
use crate::trajectory::Trajectory;

/// Which channels of a signal feed one channel of a port. The rule for every cable:
///
/// - as many channels on both sides: each feeds its own;
/// - one channel feeds every channel of the port;
/// - into one channel goes the mean of all;
/// - otherwise channel *k* feeds channel *k*, and channels that one side lacks are silent or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    One(usize),
    MeanOf(usize),
    Nothing,
}

pub(crate) fn feed(source_channels: usize, port_channels: usize, channel: usize) -> Feed {
    match (source_channels, port_channels) {
        (s, p) if s == p => Feed::One(channel),
        (1, _) => Feed::One(0),
        (s, 1) => Feed::MeanOf(s),
        (s, _) if channel < s => Feed::One(channel),
        _ => Feed::Nothing,
    }
}

/// Adds the terms up into a run. Their order is that of the cables, so that the sum has the same bits whatever else is in the plan.
/// A sum too large for a number counts as silence; how many samples were.
pub(crate) fn mix(
    out: Run,
    terms: &[Term],
    frame: &mut Frame<'_>,
    cables: &Table<Trajectory>,
    span: Span,
    window: Window,
) -> u64 {
    let mut overflows = 0;
    for channel in 0..usize::from(out.channels) {
        let at = out.start as usize + channel;
        let (Some((low, rest)), Some((low_flow, rest_flow))) =
            (frame.blocks.split_at_mut_checked(at), frame.flow.split_at_mut_checked(at))
        else {
            return overflows;
        };
        let (Some((sum, high)), Some((sum_flow, high_flow))) =
            (rest.split_first_mut(), rest_flow.split_first_mut())
        else {
            return overflows;
        };
        let around = Around { low, high, low_flow, high_flow, resume: at + 1 };
        let mut heard = false;
        for term in terms {
            let Some(gain) = cables.get(term.cable) else { continue };
            heard |= add_term(
                window.of_mut(sum),
                heard,
                term.source,
                usize::from(out.channels),
                channel,
                gain,
                &around,
                span,
                window,
            );
        }
        if heard {
            *sum_flow = Flow::Varying;
            if !all_finite(window.of(sum)) {
                overflows += drop_overflows(window.of_mut(sum));
            }
        } else {
            window.silence(sum, sum_flow);
        }
    }
    overflows
}

#[cold]
fn drop_overflows(sum: &mut [f32]) -> u64 {
    let over = sum.iter_mut().filter(|s| !s.is_finite());
    over.map(|s| *s = 0.0).count() as u64
}

/// Adds one signal to the sum, or starts the sum with it; whether there was anything to add.
#[expect(
    clippy::too_many_arguments,
    reason = "one leaf of one loop; a struct would only rename the arguments"
)]
fn add_term(
    sum: &mut [f32],
    begun: bool,
    source: Run,
    port_channels: usize,
    channel: usize,
    gain: &Trajectory,
    around: &Around<'_>,
    span: Span,
    window: Window,
) -> bool {
    let mut gains = [0.0; QUANTUM];
    let steady = gain.rests_at(span.frame);
    if !steady {
        gain.render(span.frame, &mut gains[..window.frames]);
    }
    let mut add = |from: usize, scale: f32, begun: bool| -> bool {
        let block = source.start as usize + from;
        let scale = if steady { scale * gain.target() } else { scale };
        if around.flow(block) == Flow::Silent || scale == 0.0 {
            return false;
        }
        let samples = window.of(around.block(block));
        match (steady, begun) {
            // Starting from zero, not from the first term, keeps a negative zero from telling silence from no signal.
            (true, false) => sum.iter_mut().zip(samples).for_each(|(s, x)| *s = 0.0 + x * scale),
            (true, true) => sum.iter_mut().zip(samples).for_each(|(s, x)| *s += x * scale),
            (false, false) => {
                sum.iter_mut().zip(samples).zip(&gains).for_each(|((s, x), g)| *s = 0.0 + x * (scale * g))
            }
            (false, true) => {
                sum.iter_mut().zip(samples).zip(&gains).for_each(|((s, x), g)| *s += x * (scale * g))
            }
        }
        true
    };
    match feed(usize::from(source.channels), port_channels, channel) {
        Feed::One(from) => add(from, 1.0, begun),
        Feed::MeanOf(n) => {
            let mut heard = false;
            for from in 0..n {
                heard |= add(from, 1.0 / n as f32, begun || heard);
            }
            heard
        }
        Feed::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_meet_by_the_rule() {
        assert_eq!([0, 1].map(|c| feed(2, 2, c)), [Feed::One(0), Feed::One(1)]);
        assert_eq!([0, 1, 5].map(|c| feed(1, 6, c)), [Feed::One(0); 3]);
        assert_eq!(feed(6, 1, 0), Feed::MeanOf(6));
        assert_eq!([0, 1, 2].map(|c| feed(2, 3, c)), [Feed::One(0), Feed::One(1), Feed::Nothing]);
        assert_eq!([0, 1].map(|c| feed(3, 2, c)), [Feed::One(0), Feed::One(1)]);
    }
}

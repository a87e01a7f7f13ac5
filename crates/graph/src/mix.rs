//! Adding signals up, and the one rule by which channels meet.

use crate::block::{Block, QUANTUM, each_frame};
use crate::io::{Flow, Span};
use crate::plan::{Term, UNITY};
use crate::signal::{Around, Frame, Ground, Run, Window};
use crate::table::Table;
use crate::trajectory::Trajectory;
use sostenuto_dsp::{Task, Vector, Width};

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

/// A sum to be made: terms to be added up into a run.
pub(crate) struct Mix<'a, 'f> {
    pub out: Run,
    pub terms: &'a [Term],
    pub frame: &'a mut Frame<'f>,
    pub cables: &'a Table<Trajectory>,
    pub ground: &'a Ground<'a>,
}

/// So many terms are worth a call of code for wide registers.
const MANY: usize = 4;

/// Adds the terms up into a run. Their order is that of the cables, so that the sum has the same bits whatever else is in the plan, and whatever
/// registers are used. A sum too large for a number counts as silence; how many samples were.
#[inline(never)]
pub(crate) fn mix(sum: Mix<'_, '_>, width: Width) -> u64 {
    match sum.terms.len() {
        0..MANY => sum.add_up(),
        MANY.. => width.run(sum),
    }
}

impl Task for Mix<'_, '_> {
    type Out = u64;

    fn run<S: Vector>(self) -> u64 {
        S::enter(
            #[inline(always)]
            || self.add_up(),
        )
    }
}

impl Mix<'_, '_> {
    #[inline(always)]
    fn add_up(self) -> u64 {
        let Mix { out, terms, frame, cables, ground } = self;
        let (span, window) = (ground.span, ground.window);
        let mut overflows = 0;
        for channel in 0..usize::from(out.channels) {
            let only = Run { start: out.start + channel as u32, channels: 1 };
            let Some((around, mut outputs)) = frame.part(only, ground) else { return overflows };
            let Some(block) = outputs.blocks.first_mut() else { return overflows };
            let mut sum = Sum { around, span, window, block, heard: false };
            for term in terms {
                let unity = &Trajectory::UNITY;
                let Some(gain) = (if term.cable == UNITY { Some(unity) } else { cables.get(term.cable) })
                else {
                    continue;
                };
                match feed(usize::from(term.source.channels), usize::from(out.channels), channel) {
                    Feed::One(from) => sum.add(term.source.start as usize + from, 1.0, gain),
                    Feed::MeanOf(n) => {
                        let first = term.source.start as usize;
                        (first..first + n).for_each(|from| sum.add(from, 1.0 / n as f32, gain));
                    }
                    Feed::Nothing => {}
                }
            }
            if !sum.heard {
                outputs.silence(0);
                continue;
            }
            outputs.tell_all(Flow::Varying);
            if !outputs.all_finite() {
                overflows += drop_overflows(outputs.channel(0));
            }
        }
        overflows
    }
}

#[cold]
fn drop_overflows(sum: &mut [f32]) -> u64 {
    let over = sum.iter_mut().filter(|s| !s.is_finite());
    over.map(|s| *s = 0.0).count() as u64
}

/// A sum in the making, over one span.
struct Sum<'a> {
    around: Around<'a>,
    span: Span<'a>,
    window: Window,
    block: &'a mut Block,
    /// Whether anything was added.
    heard: bool,
}

impl Sum<'_> {
    /// Adds one block, or starts the sum with it.
    #[inline(always)]
    fn add(&mut self, block: usize, share: f32, gain: &Trajectory) {
        if self.around.flow(block) == Flow::Silent {
            return;
        }
        let Some(input) = self.around.block(block) else { return };
        if !gain.rests_at(self.span.frame) {
            return self.add_moving(self.window.of(input), share, gain);
        }
        let scale = share * gain.target();
        if scale == 0.0 {
            return;
        }
        if self.heard {
            self.update(input, |sum, x| *sum += x * scale);
        } else {
            // Starting from zero, not from the first term, keeps a negative zero from telling silence from no signal.
            self.update(input, |sum, x| *sum = 0.0 + x * scale);
        }
        self.heard = true;
    }

    #[inline(always)]
    fn update(&mut self, input: &Block, each: impl Fn(&mut f32, f32)) {
        match self.window.is_whole() {
            true => self.block.update(input, each),
            false => each_frame(self.window.of_mut(self.block), self.window.of(input), each),
        }
    }

    /// Adds a signal whose gain is on its way.
    #[inline(never)]
    fn add_moving(&mut self, samples: &[f32], share: f32, gain: &Trajectory) {
        let mut gains = [0.0; QUANTUM];
        gain.render(self.span.frame, gains.get_mut(..self.span.frames).unwrap_or_default());
        let sums = self.window.of_mut(self.block);
        if !self.heard {
            sums.fill(0.0);
        }
        sums.iter_mut().zip(samples).zip(&gains).for_each(|((sum, x), g)| *sum += x * (share * g));
        self.heard = true;
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

//! Adding signals up, and the one rule by which channels meet.

use crate::block::{Block, QUANTUM, each_frame};
use crate::gain::Gain;
use crate::io::{Flow, Span};
use crate::plan::{CompiledGraph, Share, Step, Term, UNITY};
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

/// A sum, or a part of it: terms to be added up into a run.
#[derive(Clone, Copy)]
pub(crate) struct Portion<'p> {
    pub out: Run,
    pub terms: &'p [Term],
    /// They are added to what is there.
    pub goes_on: bool,
    /// Nothing is added behind them.
    pub is_last: bool,
}

impl<'p> Portion<'p> {
    /// A whole sum.
    pub fn whole(out: Run, terms: &'p [Term]) -> Self {
        Portion { out, terms, goes_on: false, is_last: true }
    }

    /// Whether anything is there to which a channel is added.
    #[inline(always)]
    pub fn goes_on_from(&self, channel: u32, frame: &Frame<'_>) -> bool {
        let flow = frame.flow.get((self.out.start + channel) as usize);
        self.goes_on && flow.is_some_and(|flow| flow.get() != Flow::Silent)
    }
}

impl Share {
    /// The terms of a team, of the sum that stands in the steps behind it.
    pub fn of<'p>(self, plan: &'p CompiledGraph, behind: &[Step]) -> Option<Portion<'p>> {
        let Some(Step::Mix { out, terms }) = behind.get(self.ahead as usize) else { return None };
        let first = self.first as usize;
        let terms = terms.of(&plan.terms).get(first..first + self.terms as usize)?;
        Some(Portion { out: *out, terms, goes_on: first > 0, is_last: self.ahead == 0 })
    }
}

/// What is to be added up, and where.
pub(crate) struct Mix<'a, 'f> {
    pub portion: Portion<'a>,
    pub frame: &'a mut Frame<'f>,
    pub cables: &'a Table<Gain>,
    pub ground: &'a Ground<'a>,
}

/// So many terms are worth a call of code for wide registers.
const MANY: usize = 4;
/// Signals that are added up in one go, so that the sum stays in the registers.
const AT_ONCE: usize = 16;
/// Registers that a sum takes at a time: as many additions need not wait for each other.
const STRANDS: usize = 4;

/// Adds the terms up into a run. Their order is that of the cables, so that the sum has the same bits whatever else is in the plan, and whatever
/// registers are used. A sum too large for a number counts as silence; how many samples were.
#[inline(never)]
pub(crate) fn mix(sum: Mix<'_, '_>, width: Width) -> u64 {
    match sum.portion.terms.len() {
        0..MANY => Width::Four.run(sum),
        MANY.. => width.run(sum),
    }
}

impl Task for Mix<'_, '_> {
    type Out = u64;

    fn run<S: Vector>(self) -> u64 {
        S::enter(
            #[inline(always)]
            || self.add_up::<S>(),
        )
    }
}

impl Mix<'_, '_> {
    #[inline(always)]
    fn add_up<S: Vector>(self) -> u64 {
        let Mix { portion, frame, cables, ground } = self;
        let Portion { out, terms, .. } = portion;
        let (span, window) = (ground.span, ground.window);
        let mut overflows = 0;
        for channel in 0..usize::from(out.channels) {
            let only = Run { start: out.start + channel as u32, channels: 1 };
            let heard = portion.goes_on_from(channel as u32, frame);
            let Some((around, mut outputs)) = frame.part(only, ground) else { return overflows };
            let Some(block) = outputs.blocks.first_mut() else { return overflows };
            let mut sum = Sum { around, span, window, block, heard };
            let mut waiting = Waiting { terms: [(&Block::SILENT, 0.0); AT_ONCE], count: 0 };
            for term in terms {
                let unity = &Trajectory::UNITY;
                let gain = match term.cable {
                    UNITY => Some(unity),
                    cable => cables.get(cable).map(|gain| &**gain),
                };
                let Some(gain) = gain else { continue };
                match feed(usize::from(term.source.channels), usize::from(out.channels), channel) {
                    Feed::One(from) => {
                        sum.add::<S>(&mut waiting, term.source.start as usize + from, 1.0, gain)
                    }
                    Feed::MeanOf(n) => {
                        let first = term.source.start as usize;
                        for from in first..first + n {
                            sum.add::<S>(&mut waiting, from, 1.0 / n as f32, gain);
                        }
                    }
                    Feed::Nothing => {}
                }
            }
            sum.take::<S>(&mut waiting);
            if !sum.heard {
                outputs.silence(0);
                continue;
            }
            outputs.tell_all(Flow::Varying);
            if portion.is_last && !outputs.all_finite() {
                overflows += drop_overflows(outputs.channel(0));
            }
        }
        overflows
    }
}

/// Makes silence of samples of a sum that are no finite numbers; how many were.
#[cold]
pub(crate) fn drop_overflows(sum: &mut [f32]) -> u64 {
    let over = sum.iter_mut().filter(|s| !s.is_finite());
    over.map(|s| *s = 0.0).count() as u64
}

/// Signals that are yet to be added, in their order, each with its scale.
struct Waiting<'a> {
    terms: [(&'a Block, f32); AT_ONCE],
    count: usize,
}

/// A sum in the making, over one span.
struct Sum<'a> {
    around: Around<'a>,
    span: Span<'a>,
    window: Window,
    block: &'a mut Block,
    /// Whether anything is in it.
    heard: bool,
}

impl<'a> Sum<'a> {
    /// Adds one block, or lets it wait.
    #[inline(always)]
    fn add<S: Vector>(&mut self, waiting: &mut Waiting<'a>, block: usize, share: f32, gain: &Trajectory) {
        if self.around.flow(block) == Flow::Silent {
            return;
        }
        let Some(input) = self.around.block(block) else { return };
        if !gain.rests_at(self.span.frame) {
            self.take::<S>(waiting);
            return self.add_moving(self.window.of(input), share, gain);
        }
        let scale = share * gain.target();
        if scale == 0.0 {
            return;
        }
        if waiting.count == AT_ONCE {
            self.take::<S>(waiting);
        }
        if let Some(place) = waiting.terms.get_mut(waiting.count) {
            *place = (input, scale);
            waiting.count += 1;
        }
    }

    /// Adds what waits.
    #[inline(always)]
    fn take<S: Vector>(&mut self, waiting: &mut Waiting<'a>) {
        let terms = waiting.terms.get(..core::mem::take(&mut waiting.count)).unwrap_or_default();
        if terms.is_empty() {
            return;
        }
        let was_heard = core::mem::replace(&mut self.heard, true);
        if self.window.is_whole() {
            return add_whole::<S>(self.block, was_heard, terms);
        }
        let sums = self.window.of_mut(self.block);
        if !was_heard {
            sums.fill(0.0);
        }
        for (input, scale) in terms {
            each_frame(sums, self.window.of(input), |sum, x| *sum += x * scale);
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

/// Adds whole blocks to a sum. It begins with zero, not with the first of them, so that a negative zero does not tell silence from no signal.
#[inline(always)]
fn add_whole<S: Vector>(sum: &mut Block, was_heard: bool, terms: &[(&Block, f32)]) {
    let size = STRANDS * S::LANES;
    for (number, sum) in sum.0.chunks_exact_mut(size).enumerate() {
        let mut strands = [S::ZERO; STRANDS];
        if was_heard {
            for (strand, sum) in strands.iter_mut().zip(sum.chunks_exact(S::LANES)) {
                *strand = S::load(sum);
            }
        }
        for (input, scale) in terms {
            let Some(input) = input.0.get(number * size..(number + 1) * size) else { continue };
            let inputs = input.chunks_exact(S::LANES);
            if *scale == 1.0 {
                strands.iter_mut().zip(inputs).for_each(|(sum, x)| *sum += S::load(x));
            } else {
                let scale = S::splat(f64::from(*scale));
                strands.iter_mut().zip(inputs).for_each(|(sum, x)| *sum += S::load(x) * scale);
            }
        }
        for (strand, sum) in strands.iter().zip(sum.chunks_exact_mut(S::LANES)) {
            strand.store(sum);
        }
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

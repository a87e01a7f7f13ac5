//! What the members of a team put out, added up where they stand: in the order of the terms, with the bits that [`mix`](crate::mix::mix) gives.

use super::MOST_LANES;
use super::known::Here;
use super::seat::{MOST_LEFT, Seat};
use super::workroom::Workroom;
use crate::block::{Block, QUANTUM, Signal};
use crate::compile::Sheet;
use crate::io::Flow;
use crate::mix::{Mix, Portion, drop_overflows, mix};
use crate::plan::{DriveLink, Half, NodeStep, Step, Term, UNITY};
use crate::run::Stage;
use crate::signal::{Frame, Ground, Run};
use core::ops::Range;

/// The lanes that are added up, in order, and how much of each; and what comes among them.
pub(super) struct Shares {
    list: [(u8, f32); MOST_LANES],
    count: usize,
    /// All of them whole.
    whole: bool,
    others: [Others; MOST_OTHERS],
    others_count: usize,
}

/// Terms of a sum that no member puts out, one behind another.
#[derive(Clone, Copy, Debug, Default)]
struct Others {
    /// So many lanes come before them.
    behind: u8,
    first: u16,
    end: u16,
}

/// The most places in a sum of what teams put out where something else comes, for one of the teams to make it.
pub(crate) const MOST_OTHERS: usize = 4;

/// The last steps of a sheet that may be left to those who add up what the part puts out: nothing else hears what they make.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tail {
    /// What is passed on by the very last step, and by which cable, if that does nothing else.
    pub passes: Option<(u32, Run)>,
    /// The step before it, or the very last, if that is a node that may only multiply.
    pub node: Option<usize>,
}

impl Tail {
    /// `[control]`
    pub fn of(sheet: &Sheet) -> Self {
        let (steps, mut end) = (&sheet.plan.steps, sheet.output);
        if usize::from(end.channels) > MOST_LEFT {
            return Tail::default();
        }
        let mut tail = Tail::default();
        let mut last = steps.len().checked_sub(1);
        if let Some(Step::Mix { out, terms }) = last.and_then(|last| steps.get(last))
            && let [term] = terms.of(&sheet.plan.terms)
            && *out == end
            && term.source.channels == end.channels
        {
            tail.passes = Some((term.cable, term.source));
            end = term.source;
            last = last.and_then(|last| last.checked_sub(1));
        }
        let node = last.and_then(|last| steps.get(last));
        // What moves a parameter is to come from outside, where it is seen before anything runs whether it is silent.
        let input = sheet.input.start..sheet.input.end() as u32;
        let is_outside = |drive: &DriveLink| input.contains(&drive.source.start);
        let multiplies = matches!(node, Some(Step::Node(node)) if node.half == Half::Whole
            && node.out == end
            && node.drives.of(&sheet.plan.drives).iter().all(is_outside));
        tail.node = last.filter(|_| multiplies);
        tail
    }
}

/// Where each channel of what a team puts out is found.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    /// The first block.
    pub start: u32,
    /// The node that is left to those who add up: which block each channel comes from, counted from the first, and by what that is to be multiplied.
    pub left: Option<usize>,
    /// The lanes that fade as they are added up.
    pub fading: u32,
}

impl Ends {
    /// The block of a channel, and its factor, if it has one.
    #[inline(always)]
    pub fn of<'s, S: Signal>(&self, channel: usize, seats: &'s [Seat<S>]) -> (usize, Option<&'s S>) {
        match self.left.and_then(|seat| seats.get(seat)?.factor(channel)) {
            Some((from, factor)) => (self.start as usize + *from, Some(factor)),
            None => (self.start as usize + channel, None),
        }
    }
}

impl Shares {
    /// Those of terms of which each member that runs in its lane puts out one. Nothing if one of their gains is on its way; from then on the team counts on it that they rest.
    pub fn of(terms: &[Term], here: &Here<'_>, team: u32, stage: &Stage<'_>) -> Option<Self> {
        let mut shares = Shares {
            list: [(0, 0.0); MOST_LANES],
            count: 0,
            whole: true,
            others: [Others::default(); MOST_OTHERS],
            others_count: 0,
        };
        let mut next = 0;
        for (number, term) in terms.iter().enumerate() {
            let makes = |step: &NodeStep| step.out == term.source;
            // Mostly lanes stand as the terms do.
            let lane = match here.at(next).is_some_and(makes) {
                true => Some(next),
                false => here.all().find(|(_, step)| makes(step)).map(|(lane, _)| lane),
            };
            let Some(lane) = lane else {
                shares.note_other(number as u16)?;
                continue;
            };
            next = lane + 1;
            let gain = match term.cable {
                UNITY => 1.0,
                cable => {
                    let cable = stage.cables.get(cable)?;
                    if !cable.rests_at(stage.frame) {
                        return None;
                    }
                    cable.watch(team);
                    cable.target()
                }
            };
            if gain == 0.0 {
                continue;
            }
            *shares.list.get_mut(shares.count)? = (lane as u8, gain);
            shares.count += 1;
            shares.whole &= gain == 1.0;
        }
        Some(shares)
    }

    /// Notes a term that no member puts out.
    fn note_other(&mut self, number: u16) -> Option<()> {
        let behind = self.count as u8;
        let last = self.others_count.checked_sub(1).and_then(|last| self.others.get_mut(last));
        if let Some(last) = last.filter(|last| last.behind == behind && last.end == number) {
            last.end += 1;
            return Some(());
        }
        *self.others.get_mut(self.others_count)? = Others { behind, first: number, end: number + 1 };
        self.others_count += 1;
        Some(())
    }

    /// Adds up what the lanes given put out, and what comes among it. Tells how many samples were too large for a number.
    #[inline(always)]
    pub fn add_up<S: Signal>(
        &self,
        (ends, seats): (&Ends, &[Seat<S>]),
        lanes: u32,
        room: &mut Workroom<S>,
        sum: &Portion<'_>,
        frame: &mut Frame<'_>,
        (stage, ground): (&Stage<'_>, &Ground<'_>),
    ) -> u64 {
        let mut making = Making { ends, seats, lanes, room, squared: None, frame, ground };
        match self.others_count {
            0 => self.add_lanes(0..self.count, sum, &mut making),
            _ => self.add_among(sum, &mut making, stage),
        }
    }

    /// The same where something comes among it.
    #[inline(never)]
    fn add_among<S: Signal>(
        &self,
        sum: &Portion<'_>,
        making: &mut Making<'_, '_, S>,
        stage: &Stage<'_>,
    ) -> u64 {
        let (mut portion, mut overflows, mut from) = (*sum, 0, 0);
        let others = self.others.get(..self.others_count).unwrap_or_default();
        for (number, other) in others.iter().enumerate() {
            let behind = usize::from(other.behind);
            if behind > from {
                portion.is_last = false;
                overflows += self.add_lanes(from..behind, &portion, making);
                (portion.goes_on, from) = (true, behind);
            }
            let terms = sum.terms.get(usize::from(other.first)..usize::from(other.end)).unwrap_or_default();
            let is_last = sum.is_last && number + 1 == others.len() && behind == self.count;
            let theirs = Portion { terms, is_last, ..portion };
            let Making { frame, ground, .. } = making;
            overflows += mix(Mix { portion: theirs, frame, cables: stage.cables, ground }, stage.width);
            portion.goes_on = true;
        }
        if from < self.count {
            portion.is_last = sum.is_last;
            overflows += self.add_lanes(from..self.count, &portion, making);
        }
        overflows
    }

    /// Adds up some of the lanes, in each channel of the team's output.
    #[inline(always)]
    fn add_lanes<S: Signal>(
        &self,
        which: Range<usize>,
        sum: &Portion<'_>,
        making: &mut Making<'_, '_, S>,
    ) -> u64 {
        let list = self.list.get(which).unwrap_or_default();
        let Making { ends, seats, lanes, room, squared, frame, ground } = making;
        let (lanes, Workroom { blocks, flow, square, fades, .. }) = (*lanes, &mut **room);
        let (mut overflows, window) = (0, ground.window);
        for channel in 0..u32::from(sum.out.channels) {
            let only = Run { start: sum.out.start + channel, channels: 1 };
            let goes_on = sum.goes_on_from(channel, frame);
            let Some((_, mut outputs)) = frame.part(only, ground) else { return overflows };
            let (place, factor) = ends.of(channel as usize, seats);
            let is_silent = flow.get(place).is_none_or(|flow| *flow == Flow::Silent) || list.is_empty();
            match blocks.get(place).filter(|_| !is_silent) {
                Some(block) => {
                    let (whole, fading) = (self.whole, ends.fading);
                    let adding = Adding { list, lanes, whole, factor, fading, fades, goes_on };
                    // Two channels may be made of one.
                    let known = squared.replace(place) == Some(place);
                    S::enter(
                        #[inline(always)]
                        || {
                            if !known {
                                make_square(block, square);
                            }
                            if window.is_whole() {
                                return adding.add_up(square, outputs.channel(0));
                            }
                            // What is around a piece counts for nothing, here and there.
                            let mut sums = Block::SILENT;
                            window.of_mut(&mut sums).copy_from_slice(outputs.read(0));
                            adding.add_up(square, &mut sums.0);
                            outputs.channel(0).copy_from_slice(window.of(&sums));
                        },
                    );
                }
                None if goes_on => {}
                None => {
                    outputs.silence(0);
                    continue;
                }
            }
            if sum.is_last && !outputs.all_finite() {
                overflows += drop_overflows(outputs.channel(0));
            }
        }
        overflows
    }
}

/// A sum in the making.
struct Making<'m, 'f, S: Signal> {
    ends: &'m Ends,
    seats: &'m [Seat<S>],
    lanes: u32,
    room: &'m mut Workroom<S>,
    /// The block that the room's square is made of.
    squared: Option<usize>,
    frame: &'m mut Frame<'f>,
    ground: &'m Ground<'m>,
}

/// Sums that are made at once, so that none waits for its own last addition.
const STRANDS: usize = 4;

/// As many frames at a time as there are lanes, turned so that each lane is a row.
#[inline(always)]
fn make_square<S: Signal>(block: &Block<S>, square: &mut Block<S>) {
    for (frames, rows) in block.0.chunks_exact(S::LANES).zip(square.0.chunks_exact_mut(S::LANES)) {
        S::transpose(frames, rows);
    }
}

/// How one channel is added up.
struct Adding<'l, S> {
    list: &'l [(u8, f32)],
    lanes: u32,
    whole: bool,
    factor: Option<&'l S>,
    /// The lanes that fade, and what each is multiplied by then.
    fading: u32,
    fades: &'l [Block; MOST_LANES],
    /// They are added to what is there.
    goes_on: bool,
}

impl<S: Signal> Adding<'_, S> {
    /// Adds lanes up, in the order of the list.
    #[inline(always)]
    fn add_up(&self, square: &Block<S>, sums: &mut [f32]) {
        let mut factors = [1.0; MOST_LANES];
        if let Some(factor) = self.factor {
            factor.store(&mut factors);
        }
        let stretch = STRANDS.min(QUANTUM / S::LANES) * S::LANES;
        let stretches = square.0.chunks_exact(stretch).zip(sums.chunks_exact_mut(stretch));
        for (number, (rows, sums)) in stretches.enumerate() {
            let mut strands = [S::ZERO; STRANDS];
            if self.goes_on {
                for (strand, sums) in strands.iter_mut().zip(sums.chunks_exact(S::LANES)) {
                    *strand = S::load(sums);
                }
            }
            for (lane, gain) in self.list {
                let lane = usize::from(*lane);
                if self.lanes >> lane & 1 == 0 {
                    continue;
                }
                // Times one is what it was, to the bit.
                let factor = S::splat(f64::from(factors.get(lane).copied().unwrap_or(1.0)));
                let gain = S::splat(f64::from(*gain));
                if self.fading >> lane & 1 == 1 {
                    let first = number * stretch;
                    let Some(fades) = self.fades.get(lane).and_then(|f| f.0.get(first..first + stretch))
                    else {
                        continue;
                    };
                    let rows = rows.chunks_exact(S::LANES).zip(fades.chunks_exact(S::LANES));
                    for (strand, (rows, fades)) in strands.iter_mut().zip(rows) {
                        let Some(row) = rows.get(lane) else { continue };
                        *strand += *row * factor * S::load(fades) * gain;
                    }
                    continue;
                }
                for (strand, rows) in strands.iter_mut().zip(rows.chunks_exact(S::LANES)) {
                    let Some(row) = rows.get(lane) else { continue };
                    let part = *row * factor;
                    *strand += if self.whole { part } else { part * gain };
                }
            }
            for (strand, sums) in strands.iter().zip(sums.chunks_exact_mut(S::LANES)) {
                strand.store(sums);
            }
        }
    }
}

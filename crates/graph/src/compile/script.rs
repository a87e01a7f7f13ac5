//! The steps of a segment over signals that have a width and a life, but no place yet.

use crate::plan::Stretch;
use crate::topology::Source;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem::swap;
use core::ops::Range;
use smallvec::SmallVec;

use super::line::teams_before_sum;
pub(super) use super::line::{Dial, From, Line, Made, Read, Signal};

/// The lines, and lists of which each line has a stretch: the plan has the same lists, with the same stretches.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(super) lines: Vec<Line>,
    /// The lines as they were before they were put into another order; nothing if they were not.
    unordered: Vec<Line>,
    /// What input ports read.
    pub(super) reads: Vec<Read>,
    /// What drives parameters: which, what is read, and by which cable.
    pub(super) drives: Vec<(Dial, Read, u32)>,
    /// What is added up, and by which cable.
    pub(super) terms: Vec<(Read, u32)>,
    /// Lines by which loops are cut.
    pub(super) breakers: Vec<u32>,
    /// What each signal is.
    pub(super) signals: Vec<Made>,
    /// Where the output of each unit is, and where its steps begin, by its place in the segment.
    pub(super) outputs: Vec<Option<Signal>>,
    pub(super) marks: Vec<Mark>,
    /// Ports of which each reads silence, as one stretch serves all nodes that have the same such ports.
    pub(super) silence: Stretch,
    /// While it is written: which signals those are that the script had when it was last kept.
    pub(super) places: Vec<Option<Signal>>,
    /// While a line is written: what its input ports read, and the cables that drive it.
    pub(super) ports: Vec<Read>,
    pub(super) cables: Vec<(Source, u16, u32)>,
}

/// What the steps of each unit of a segment read, as far as it fits.
#[derive(Debug, Default)]
pub(crate) struct Hearsay {
    /// Which of the others a unit hears, by itself or through others among them: a bit for each. Of a loop, the last unit stands for all of them.
    pub hears: SmallVec<[u64; 36]>,
    /// Which loop each is on, counted in some way; 0 for none.
    pub loops: SmallVec<[u32; 36]>,
}

/// Another order of the units of a segment than that in which they stand.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Their places in the segment; nothing if it is the same order.
    pub units: Vec<usize>,
    /// Where those of a team stand together: by the number of the first, the team and how many they are.
    pub teams: BTreeMap<usize, (u32, usize)>,
}

/// Where the steps of a unit begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub lines: usize,
    pub signals: usize,
    pub is_on_loop: bool,
    reads: usize,
    drives: usize,
    terms: usize,
    silence: Stretch,
}

impl Script {
    /// The stretch of what a node reads at its ports, which was just written from there on. Most parts have ports that nothing feeds, one for each
    /// of their parameters, so that what reads nothing but silence is written once.
    pub(super) fn stretch_of_reads(&mut self, start: usize) -> Stretch {
        let stretch = since(&self.reads, start);
        let reads = stretch.of(&self.reads);
        if reads.is_empty() || reads.iter().any(|read| read.from != From::Nowhere) {
            return stretch;
        }
        if self.silence.of(&self.reads) == reads {
            self.reads.truncate(start);
        } else {
            self.silence = stretch;
        }
        self.silence
    }

    /// Where it ends.
    pub(super) fn end(&self) -> Mark {
        Mark {
            lines: self.lines.len(),
            signals: self.signals.len(),
            is_on_loop: false,
            reads: self.reads.len(),
            drives: self.drives.len(),
            terms: self.terms.len(),
            silence: self.silence,
        }
    }

    /// Begins with the first so many units of another script, none of them on a loop.
    pub(super) fn begin_as(&mut self, other: &Script, units: usize) {
        let end = other.marks.get(units).copied().unwrap_or(other.end());
        fn begin<T: Copy>(list: &mut Vec<T>, other: &[T], count: usize) {
            list.extend_from_slice(other.get(..count).unwrap_or(other));
        }
        begin(&mut self.lines, &other.lines, end.lines);
        begin(&mut self.reads, &other.reads, end.reads);
        begin(&mut self.drives, &other.drives, end.drives);
        begin(&mut self.terms, &other.terms, end.terms);
        begin(&mut self.signals, &other.signals, end.signals);
        begin(&mut self.marks, &other.marks, units);
        self.outputs.iter_mut().zip(&other.outputs).take(units).for_each(|(out, there)| *out = *there);
        self.places
            .iter_mut()
            .zip(0..end.signals as Signal)
            .for_each(|(place, number)| *place = Some(number));
        self.silence = end.silence;
    }

    /// Whether two scripts are the same, apart from how they came about and what cuts loops.
    #[cfg(debug_assertions)]
    pub(super) fn is_same(&self, other: &Script) -> bool {
        let all = |s: &Script| (s.lines.clone(), s.reads.clone(), s.drives.clone(), s.terms.clone());
        all(self) == all(other) && self.signals == other.signals
    }

    /// Who hears whom, if there are no more units than a word has bits.
    pub(crate) fn hearsay(&self) -> Hearsay {
        let mut hearsay = Hearsay::default();
        if self.marks.len() > u64::BITS as usize {
            return hearsay;
        }
        let end = self.end();
        for (at, mark) in self.marks.iter().enumerate() {
            let next = self.marks.get(at + 1).unwrap_or(&end);
            let lines = self.lines.get(mark.lines..next.lines).unwrap_or(&[]);
            hearsay.loops.push(if mark.is_on_loop { mark.lines as u32 + 1 } else { 0 });
            // Silence is heard of nobody.
            if let [Line::Node { inputs, drives, .. }] = lines
                && drives.len == 0
                && (inputs.len == 0 || *inputs == self.silence)
            {
                hearsay.hears.push(0);
                continue;
            }
            let (mut heard, mut from) = (0, 0);
            let mut read = |read: &Read| {
                if let Some(signal) = read.signal() {
                    from = self.unit_of(signal, from + 1);
                    heard |= 1 << from | hearsay.hears.get(from).copied().unwrap_or(0);
                }
            };
            for line in lines {
                match line {
                    Line::Node { inputs, drives, .. } => {
                        inputs.of(&self.reads).iter().for_each(&mut read);
                        drives.of(&self.drives).iter().for_each(|(_, from, _)| read(from));
                    }
                    Line::Mix { terms, .. } => {
                        terms.of(&self.terms).iter().for_each(|(from, _)| read(from));
                    }
                    Line::Loop { .. } | Line::Team { .. } => {}
                }
            }
            hearsay.hears.push(heard & !(1 << at));
        }
        hearsay
    }

    /// The place of the unit that makes a signal, which mostly is the one guessed.
    fn unit_of(&self, signal: Signal, guess: usize) -> usize {
        let is_before = |mark: &Mark| mark.signals <= signal as usize;
        let (here, next) = (self.marks.get(guess), self.marks.get(guess + 1));
        if here.is_some_and(is_before) && next.is_none_or(|next| !is_before(next)) {
            return guess;
        }
        self.marks.partition_point(is_before).saturating_sub(1)
    }

    /// Puts the lines of units into another order. Those of a team come together, behind what adds up what they hear.
    pub(super) fn reorder(&mut self, order: &Order) {
        if order.units.is_empty() {
            return;
        }
        let (mut lines, mut moved) = (core::mem::take(&mut self.unordered), Vec::new());
        let old = core::mem::take(&mut self.lines);
        lines.reserve(old.len() + order.teams.len());
        let of = |at: usize| {
            let start = self.marks.get(at).map_or(old.len(), |m| m.lines);
            let next = self.marks.get(at + 1).map_or(old.len(), |m| m.lines);
            old.get(start..next).unwrap_or(&[])
        };
        let mut number = 0;
        while number < order.units.len() {
            let (team, count) = order.teams.get(&number).copied().map_or((None, 1), |(t, n)| (Some(t), n));
            let units = order.units.get(number..number + count).unwrap_or(&[]);
            if let (Some(team), [first, ..]) = (team, units)
                && let Some(there) = self.lines_in_order(*first, units, &old)
            {
                lines.push(Line::Team { team, lines: units.len() });
                lines.extend_from_slice(there);
            } else if let Some(team) = team {
                let sums = units.iter().filter_map(|at| of(*at).split_last()).flat_map(|(_, sums)| sums);
                lines.extend(sums.copied());
                lines.push(Line::Team { team, lines: units.len() });
                lines.extend(units.iter().filter_map(|at| of(*at).last()).copied());
            } else {
                for at in units {
                    if let Some(Line::Loop { breakers, .. }) = of(*at).first() {
                        let start = self.marks.get(*at).map_or(0, |m| m.lines);
                        moved.push((*breakers, start, lines.len()));
                    }
                    lines.extend_from_slice(of(*at));
                }
            }
            number += count;
        }
        self.sort_teams(&mut lines);
        (self.lines, self.unordered) = (lines, old);
        for (breakers, from, to) in moved {
            let range = breakers.start as usize..(breakers.start + breakers.len) as usize;
            for line in self.breakers.get_mut(range).unwrap_or_default() {
                *line = (*line as usize + to - from) as u32;
            }
        }
    }

    /// The lines of units that stand one behind the other and have a line each.
    fn lines_in_order<'l>(&self, first: usize, units: &[usize], lines: &'l [Line]) -> Option<&'l [Line]> {
        let start = self.marks.get(first)?.lines;
        let end = self.marks.get(first + units.len()).map_or(lines.len(), |next| next.lines);
        let is_row = units.iter().enumerate().all(|(number, unit)| *unit == first + number);
        lines.get(start..end).filter(|lines| is_row && lines.len() == units.len())
    }

    /// Puts teams that stand in a row before a sum into the order of its terms, so that each can go on with what the ones before it have added.
    fn sort_teams(&self, lines: &mut [Line]) {
        let mut from = 0;
        while let Some((mut teams, sum)) = teams_before_sum(lines, from) {
            from = sum + 1;
            let Some(Line::Mix { terms, .. }) = lines.get(sum).filter(|_| teams.len() > 1) else { continue };
            let terms = terms.of(&self.terms);
            let made = |line: &Line| if let Line::Node { out, .. } = line { *out } else { None };
            // Where the first of a team stands among the terms.
            let rank = |team: &Range<usize>| {
                let signal = lines.get(team.start + 1).and_then(made)?;
                terms.iter().position(|(read, _)| read.signal() == Some(signal))
            };
            let row = teams.first().map_or(sum, |team| team.start)..sum;
            if teams.is_sorted_by_key(rank) || teams.iter().any(|team| rank(team).is_none()) {
                continue;
            }
            teams.sort_by_key(rank);
            let there = lines.get(row.clone()).unwrap_or_default();
            let signals: SmallVec<[Signal; 32]> = there.iter().filter_map(made).collect();
            let hears = |line: &Line| match line {
                Line::Node { inputs, drives, .. } => {
                    let drives = drives.of(&self.drives).iter().map(|(_, read, _)| read);
                    let mut reads = inputs.of(&self.reads).iter().chain(drives);
                    reads.any(|read| read.signal().is_some_and(|signal| signals.contains(&signal)))
                }
                _ => false,
            };
            if !there.iter().any(hears) {
                let of = |team: Range<usize>| lines.get(team).unwrap_or_default();
                let sorted: Vec<Line> = teams.into_iter().flat_map(of).copied().collect();
                if let Some(there) = lines.get_mut(row) {
                    there.copy_from_slice(&sorted);
                }
            }
        }
    }

    /// Lets a script have what was written here, the lines in the order in which they were written, in exchange for what it has. What cuts loops is left out.
    pub(super) fn exchange(&mut self, kept: &mut Script) {
        let lines = if self.unordered.is_empty() { &mut self.lines } else { &mut self.unordered };
        swap(lines, &mut kept.lines);
        swap(&mut self.reads, &mut kept.reads);
        swap(&mut self.drives, &mut kept.drives);
        swap(&mut self.terms, &mut kept.terms);
        swap(&mut self.signals, &mut kept.signals);
        swap(&mut self.outputs, &mut kept.outputs);
        swap(&mut self.marks, &mut kept.marks);
        swap(&mut self.silence, &mut kept.silence);
    }

    pub(super) fn clear(&mut self) {
        self.lines.clear();
        self.unordered.clear();
        self.reads.clear();
        self.drives.clear();
        self.terms.clear();
        self.breakers.clear();
        self.signals.clear();
        self.outputs.clear();
        self.marks.clear();
        self.places.clear();
        self.ports.clear();
        self.cables.clear();
        self.silence = Stretch::default();
    }
}

/// What a list has from here on. All that is empty is the same.
pub(super) fn since<T>(list: &[T], start: usize) -> Stretch {
    match list.len() - start {
        0 => Stretch::default(),
        len => Stretch { start: start as u32, len: len as u32 },
    }
}

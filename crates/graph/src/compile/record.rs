//! What is kept of a segment's script, so that compiling it again looks only at the units that were touched.
//!
//! The steps of a unit hang on the unit, its cables, and where what it hears is put. When one of these changes, the unit is
//! [stale](AudioGraph::make_stale): its steps are written from the graph. Those of the others are copied from the record, which lies in one piece,
//! while units, cables and what they come from are spread over the whole graph. Of a sum, which mostly has many terms, those alone are stale whose cables changed. What runs on a loop is always written from the graph.

use super::script::{From, Line, Made, Mark, Read, Script, Signal, since};
use crate::lineup::{NONE, Unit};
use crate::plan::Stretch;
use crate::topology::{AudioGraph, CableId};
use alloc::vec::Vec;

/// What is kept of one unit.
#[derive(Clone, Copy, Debug)]
struct Card {
    /// Where it stood in the script that was kept; [`NONE`] if its steps are stale.
    was: u32,
    /// The number in that script of what it puts out; [`NONE`] for nothing.
    out: Signal,
    /// Of a sum whose steps are not stale as a whole: the slots of cables that are, or [`NONE`].
    terms: [u32; 2],
}

/// What is kept of a segment. The cards stand as its units do.
#[derive(Debug, Default)]
pub(crate) struct Record {
    cards: Vec<Card>,
    /// Its script, as it was before teams were put in.
    kept: Script,
}

const STALE: Card = Card { was: NONE, out: NONE, terms: [NONE; 2] };

impl Record {
    /// Forgets all, for so many other units.
    pub fn clear(&mut self, units: usize) {
        self.cards.clear();
        self.cards.resize(units, STALE);
        self.kept.clear();
    }

    pub fn insert(&mut self, at: usize) {
        self.cards.insert(at.min(self.cards.len()), STALE);
    }

    pub fn remove(&mut self, at: usize) {
        if at < self.cards.len() {
            self.cards.remove(at);
        }
    }

    pub fn truncate(&mut self, units: usize) {
        self.cards.truncate(units);
    }

    fn make_stale(&mut self, at: usize) {
        if let Some(card) = self.cards.get_mut(at) {
            card.was = NONE;
        }
    }

    /// Notes that one of the terms of a sum is to be written anew. All of them are, if there are several.
    fn make_term_stale(&mut self, at: usize, cable: u32) {
        let Some(card) = self.cards.get_mut(at) else { return };
        match card.terms.iter_mut().find(|term| **term == NONE || **term == cable) {
            Some(term) => *term = cable,
            None => card.was = NONE,
        }
    }

    /// How many signals there were when it was kept.
    pub(super) fn signals(&self) -> usize {
        self.kept.signals.len()
    }

    /// The script that was kept.
    pub(super) fn kept(&self) -> &Script {
        &self.kept
    }

    /// How many units at the beginning have the steps that they had, in the same place.
    pub(super) fn same(&self) -> usize {
        self.cards.iter().zip(0..).take_while(|(card, at)| card.was == *at && card.terms[0] == NONE).count()
    }

    /// The number that the output of a unit had.
    pub(super) fn out(&self, at: usize) -> Option<Signal> {
        self.cards.get(at).map(|c| c.out).filter(|out| *out != NONE)
    }

    /// The steps of a unit, unless it is stale; and the slots of the cables that are, if it is a sum.
    pub(super) fn steps(&self, at: usize) -> Option<(Steps<'_>, [u32; 2])> {
        let card = self.cards.get(at).filter(|card| card.was != NONE)?;
        let was = card.was as usize;
        let mark = *self.kept.marks.get(was)?;
        let end = self.kept.marks.get(was + 1).copied().unwrap_or(self.kept.end());
        let lines = self.kept.lines.get(mark.lines..end.lines)?;
        let made = self.kept.signals.get(mark.signals..end.signals)?;
        Some((Steps { kept: &self.kept, mark, lines, made, out: self.out(at) }, card.terms))
    }

    /// Keeps a script, which gets what was kept before in exchange.
    fn keep(&mut self, script: &mut Script) {
        script.exchange(&mut self.kept);
        self.cards.clear();
        let outputs = self.kept.marks.iter().zip(&self.kept.outputs).enumerate();
        self.cards.extend(outputs.map(|(at, (mark, out))| Card {
            was: if mark.is_on_loop { NONE } else { at as u32 },
            out: out.unwrap_or(NONE),
            terms: [NONE; 2],
        }));
    }
}

impl<'r> Steps<'r> {
    /// What a sum added up, and by which cables, if that is all that it took.
    pub fn terms(&self) -> Option<&'r [(Read, u32)]> {
        match (self.lines, self.made) {
            ([Line::Mix { terms, .. }], [_]) => Some(terms.of(&self.kept.terms)),
            _ => None,
        }
    }
}

/// The steps of a unit in a script that was kept.
#[derive(Clone, Copy)]
pub(super) struct Steps<'r> {
    kept: &'r Script,
    mark: Mark,
    lines: &'r [Line],
    made: &'r [Made],
    out: Option<Signal>,
}

impl AudioGraph {
    /// Notes that the steps of a unit are to be written anew.
    pub(crate) fn make_stale(&mut self, unit: Unit) {
        let Some(seat) = self.seat(unit) else { return };
        let (segment, at) = (seat.segment, seat.at as usize);
        if let Some(segment) = self.segment_mut(segment) {
            segment.record.make_stale(at);
        }
    }

    /// Notes that what a cable brings to a unit is to be written anew.
    pub(crate) fn make_term_stale(&mut self, unit: Unit, cable: CableId) {
        if !matches!(unit, Unit::Sum(_)) {
            return self.make_stale(unit);
        }
        let Some(seat) = self.seat(unit) else { return };
        let (segment, at) = (seat.segment, seat.at as usize);
        if let Some(segment) = self.segment_mut(segment) {
            segment.record.make_term_stale(at, cable.slot());
        }
    }

    /// Keeps the script of a segment.
    pub(super) fn keep(&mut self, slot: u32, script: &mut Script) {
        if let Some(segment) = self.segment_mut(slot) {
            segment.record.keep(script);
        }
    }

    /// Panics if a segment that was not compiled would now have other steps than those that were kept: then it was to be touched, and was not.
    #[cfg(debug_assertions)]
    pub(super) fn check_records(&self) {
        if self.nodes.len() > crate::lineup::MANY {
            return;
        }
        for slot in 0..self.lineup.segments.len() as u32 {
            let Some(segment) = self.segment(slot) else { continue };
            let mut script = Script::default();
            let written = super::writer::write(self, slot, &mut script, false);
            let kept = &segment.record.kept;
            assert!(written.is_ok() && kept.is_same(&script), "{slot}: kept {kept:?}, not {script:?}");
        }
    }
}

/// Writes the steps of a unit as they were, and tells where its output is. `places` gives for each signal of the script that was kept its
/// number in this one.
pub(super) fn copy(steps: Steps<'_>, places: &[Option<Signal>], script: &mut Script) -> Option<Signal> {
    let Steps { kept, mark, lines, made, out } = steps;
    let (was, base) = (mark.signals as Signal, script.signals.len() as Signal);
    script.signals.extend_from_slice(made);
    let own = |signal: Signal| base + signal.saturating_sub(was);
    let read = |read: &Read| match read.from {
        From::Here(signal) if signal >= was => Read { from: From::Here(own(signal)), ..*read },
        _ => moved(read, places),
    };
    for line in lines {
        let line = match *line {
            Line::Node { slot, half, inputs, drives, out } => {
                let inputs = copy_reads(inputs.of(&kept.reads), read, script);
                let start = script.drives.len();
                let drives = drives.of(&kept.drives).iter();
                script.drives.extend(drives.map(|(param, from, cable)| (*param, read(from), *cable)));
                let drives = since(&script.drives, start);
                Line::Node { slot, half, inputs, drives, out: out.map(own) }
            }
            Line::Mix { out, first, channels, terms } => {
                let start = script.terms.len();
                let terms = terms.of(&kept.terms).iter();
                script.terms.extend(terms.map(|(from, cable)| (read(from), *cable)));
                Line::Mix { out: own(out), first, channels, terms: since(&script.terms, start) }
            }
            // On a loop nothing is kept, and teams are put in afterwards.
            Line::Loop { .. } | Line::Team { .. } => continue,
        };
        script.lines.push(line);
    }
    out.map(own)
}

/// What was read of another unit, where that is now.
pub(super) fn moved(read: &Read, places: &[Option<Signal>]) -> Read {
    let From::Here(signal) = read.from else { return *read };
    let now = places.get(signal as usize).copied().flatten();
    Read { from: now.map_or(From::Nowhere, From::Here), ..*read }
}

/// Writes what a node reads at its ports.
fn copy_reads(reads: &[Read], read: impl Fn(&Read) -> Read, script: &mut Script) -> Stretch {
    if !reads.is_empty() && script.silence.of(&script.reads) == reads {
        return script.silence;
    }
    let start = script.reads.len();
    script.reads.extend(reads.iter().map(read));
    script.stretch_of_reads(start)
}

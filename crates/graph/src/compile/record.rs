//! What is kept of a segment's script, so that compiling it again looks only at the units that were touched.
//!
//! The steps of a unit hang on the unit, its cables, and where what it hears is put. When one of these changes, the unit is
//! [stale](AudioGraph::make_stale): its steps are written from the graph. Those of the others are copied from the record, which lies in one piece,
//! while units, cables and what they come from are spread over the whole graph. What runs on a loop is always written from the graph.

use super::script::{Dial, From, Line, Made, Read, Script, Signal, since};
use crate::lineup::{NONE, Unit};
use crate::plan::Half;
use crate::topology::AudioGraph;
use alloc::vec::Vec;

/// A piece of a record. The steps of a unit are: how many signals it makes; these; then its lines, each followed by what it reads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Note {
    /// Signals of the unit are counted from its first; [`NONE`] is none.
    Unit {
        signals: u32,
        lines: u32,
        out: Signal,
    },
    Made(Made),
    Node {
        slot: u32,
        inputs: u32,
        drives: u32,
        out: Signal,
    },
    Mix {
        out: Signal,
        first: u16,
        channels: u16,
        terms: u32,
    },
    /// All that a node reads, which is silence of so many channels at each port.
    Silence(u16),
    Read(Noted),
    Term(Noted, u32),
    Drive(Noted, u32, Dial),
}

/// Where something is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Noted {
    from: Origin,
    first: u16,
    channels: u16,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    Nowhere,
    /// What the unit makes itself, counted from its first signal.
    Own(Signal),
    /// A signal of another unit of the segment, by its number in the script.
    Here(Signal),
    Home(u32),
}

/// What is kept of one unit.
#[derive(Clone, Copy, Debug)]
struct Card {
    /// Where its steps begin in the record; [`NONE`] if it is stale.
    start: u32,
    /// The number in the script of what it puts out; [`NONE`] for nothing.
    out: Signal,
}

/// What is kept of a segment. The cards stand as its units do.
#[derive(Debug, Default)]
pub(crate) struct Record {
    cards: Vec<Card>,
    notes: Vec<Note>,
    /// How many signals the script had.
    signals: usize,
}

// A record is read from one end to the other for each edit of its segment.
const _: () = assert!(size_of::<Note>() <= 20);

const STALE: Card = Card { start: NONE, out: NONE };

impl Record {
    /// Forgets all, for so many other units.
    pub fn clear(&mut self, units: usize) {
        self.cards.clear();
        self.cards.resize(units, STALE);
        self.notes.clear();
        self.signals = 0;
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
            card.start = NONE;
        }
    }

    /// How many signals there were when it was kept.
    pub(super) fn signals(&self) -> usize {
        self.signals
    }

    /// The number that the output of a unit had.
    pub(super) fn out(&self, at: usize) -> Option<Signal> {
        self.cards.get(at).map(|c| c.out).filter(|out| *out != NONE)
    }

    /// The steps of a unit, unless it is stale.
    pub(super) fn steps(&self, at: usize) -> Option<&[Note]> {
        let start = self.cards.get(at)?.start;
        self.notes.get(start as usize..)
    }
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

    /// Keeps the script of a segment.
    pub(super) fn keep(&mut self, slot: u32, script: &Script) {
        if let Some(segment) = self.segment_mut(slot) {
            keep(script, &mut segment.record);
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
            let (mut script, mut anew) = (Script::default(), Record::default());
            anew.clear(segment.units.len());
            let written = super::script::write(self, slot, &mut script, false);
            keep(&script, &mut anew);
            let kept = &segment.record.notes;
            assert!(written.is_ok() && anew.notes == *kept, "{slot}: kept {kept:?}, not {:?}", anew.notes);
        }
    }
}

fn keep(script: &Script, record: &mut Record) {
    record.notes.clear();
    record.signals = script.signals.len();
    let ends = script.marks.iter().skip(1).copied().chain([script.end()]);
    for (at, (mark, end)) in script.marks.iter().zip(ends).enumerate() {
        let out = script.outputs.get(at).copied().flatten().unwrap_or(NONE);
        let start = if mark.is_on_loop { NONE } else { record.notes.len() as u32 };
        if let Some(card) = record.cards.get_mut(at) {
            *card = Card { start, out };
        }
        if mark.is_on_loop {
            continue;
        }
        let lines = script.lines.get(mark.lines..end.lines).unwrap_or(&[]);
        let made = script.signals.get(mark.signals..end.signals).unwrap_or(&[]);
        let base = mark.signals as Signal;
        let own = if out == NONE { NONE } else { out.saturating_sub(base) };
        record.notes.push(Note::Unit { signals: made.len() as u32, lines: lines.len() as u32, out: own });
        record.notes.extend(made.iter().map(|made| Note::Made(*made)));
        lines.iter().for_each(|line| note_line(&mut record.notes, line, script, base));
    }
}

fn note_line(notes: &mut Vec<Note>, line: &Line, script: &Script, base: Signal) {
    let own = |signal: Signal| signal.saturating_sub(base);
    let noted = |read: &Read| {
        let from = match read.from {
            From::Nowhere => Origin::Nowhere,
            From::Here(signal) if signal >= base => Origin::Own(own(signal)),
            From::Here(signal) => Origin::Here(signal),
            From::Home(start) => Origin::Home(start),
        };
        Noted { from, first: read.first, channels: read.channels }
    };
    match *line {
        Line::Node { slot, half: _, inputs, drives, out } => {
            let out = out.map_or(NONE, own);
            notes.push(Note::Node { slot, inputs: inputs.len, drives: drives.len, out });
            let reads = inputs.of(&script.reads);
            match silence(reads) {
                Some(channels) => notes.push(Note::Silence(channels)),
                None => notes.extend(reads.iter().map(|read| Note::Read(noted(read)))),
            }
            let drives = drives.of(&script.drives).iter();
            notes.extend(drives.map(|(param, read, cable)| Note::Drive(noted(read), *cable, *param)));
        }
        Line::Mix { out, first, channels, terms } => {
            notes.push(Note::Mix { out: own(out), first, channels, terms: terms.len });
            let terms = terms.of(&script.terms).iter();
            notes.extend(terms.map(|(read, cable)| Note::Term(noted(read), *cable)));
        }
        // On a loop nothing is kept, and teams are put in afterwards.
        Line::Loop { .. } | Line::Team { .. } => {}
    }
}

/// How many channels each port has, if all read silence of as many channels.
fn silence(reads: &[Read]) -> Option<u16> {
    let first = reads.first().filter(|first| first.from == From::Nowhere)?;
    reads.iter().all(|read| read == first).then_some(first.channels)
}

/// Writes the steps of a unit as they were, and tells where its output is. `places` gives for each signal of the script that was kept its
/// number in this one.
pub(super) fn copy(notes: &[Note], places: &[Option<Signal>], script: &mut Script) -> Option<Signal> {
    let (Note::Unit { signals, lines, out }, notes) = notes.split_first()? else { return None };
    let (made, mut notes) = notes.split_at((*signals as usize).min(notes.len()));
    let base = script.signals.len() as Signal;
    script
        .signals
        .extend(made.iter().filter_map(|n| if let Note::Made(made) = n { Some(*made) } else { None }));
    let read = |noted: &Noted| {
        let from = match noted.from {
            Origin::Nowhere => From::Nowhere,
            Origin::Own(signal) => From::Here(base + signal),
            Origin::Here(signal) => {
                places.get(signal as usize).copied().flatten().map_or(From::Nowhere, From::Here)
            }
            Origin::Home(start) => From::Home(start),
        };
        Read { from, first: noted.first, channels: noted.channels }
    };
    let own = |signal: Signal| base + signal;
    let any = |signal: Signal| Some(signal).filter(|s| *s != NONE).map(own);
    for _ in 0..*lines {
        let (head, rest) = notes.split_first()?;
        let (line, count) = match *head {
            Note::Node { slot, inputs, drives, out } => {
                let (reads, links) = (script.reads.len(), script.drives.len());
                let ports = if let Some(Note::Silence(channels)) = rest.first() {
                    let read = Read { from: From::Nowhere, first: 0, channels: *channels };
                    script.reads.extend(core::iter::repeat_n(read, inputs as usize));
                    1
                } else {
                    inputs
                };
                let count = (ports + drives) as usize;
                for note in rest.iter().take(count) {
                    match note {
                        Note::Read(noted) => script.reads.push(read(noted)),
                        Note::Drive(noted, cable, param) => {
                            script.drives.push((*param, read(noted), *cable));
                        }
                        _ => {}
                    }
                }
                let (inputs, drives) = (script.stretch_of_reads(reads), since(&script.drives, links));
                (Line::Node { slot, half: Half::Whole, inputs, drives, out: any(out) }, count)
            }
            Note::Mix { out, first, channels, terms } => {
                let start = script.terms.len();
                for note in rest.iter().take(terms as usize) {
                    if let Note::Term(noted, cable) = note {
                        script.terms.push((read(noted), *cable));
                    }
                }
                let stretch = since(&script.terms, start);
                (Line::Mix { out: own(out), first, channels, terms: stretch }, terms as usize)
            }
            _ => return None,
        };
        script.lines.push(line);
        notes = rest.get(count..).unwrap_or(&[]);
    }
    any(*out)
}

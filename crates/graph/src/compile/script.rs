//! The steps of a segment over signals that have a width and a life, but no place yet.

use super::record::{self, Record, Steps};
use super::sheet::Whole;
use crate::entry::Entry;
use crate::error::GraphError;
use crate::feed::{Sum, Term};
use crate::lineup::{Loop, NONE, Unit};
use crate::message::NodeId;
use crate::plan::{Half, Stretch, UNITY};
use crate::topology::{AudioGraph, Cable, Sink, Source};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::mem::swap;
use smallvec::SmallVec;

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
    places: Vec<Option<Signal>>,
    /// While a line is written: what its input ports read, and the cables that drive it.
    pub(super) ports: Vec<Read>,
    cables: Vec<(Source, u16, u32)>,
}

/// What the steps of each unit of a segment read, as far as it fits.
#[derive(Debug, Default)]
pub(crate) struct Hearsay {
    /// Which of the others a unit hears, by itself or through others among them: a bit for each. Of a loop, the last unit stands for all of them.
    pub hears: SmallVec<[u64; 32]>,
    /// Which loop each is on, counted in some way; 0 for none.
    pub loops: SmallVec<[u32; 32]>,
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
    fn begin_as(&mut self, other: &Script, units: usize) {
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
            let mut heard = 0;
            let mut read = |read: &Read| {
                if let Some(signal) = read.signal() {
                    let from = self.marks.partition_point(|mark| mark.signals <= signal as usize);
                    let from = from.saturating_sub(1);
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
            if let Some(team) = team {
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
        (self.lines, self.unordered) = (lines, old);
        for (breakers, from, to) in moved {
            let range = breakers.start as usize..(breakers.start + breakers.len) as usize;
            for line in self.breakers.get_mut(range).unwrap_or_default() {
                *line = (*line as usize + to - from) as u32;
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

pub(super) struct Writer<'g> {
    pub graph: &'g AudioGraph,
    /// The segment.
    pub slot: u32,
    pub script: &'g mut Script,
    /// What is to be known of a whole part, if it is not a segment that is written.
    pub whole: Option<Whole>,
}

/// Writes the steps of a segment in place of what is there: those of stale units from the graph, the others from the record, if that is asked. The
/// part's inputs must have their blocks.
pub(super) fn write(
    graph: &AudioGraph,
    slot: u32,
    script: &mut Script,
    by_record: bool,
) -> Result<(), GraphError> {
    script.clear();
    let Some(segment) = graph.segment(slot) else { return Ok(()) };
    let record = Some(&segment.record).filter(|_| by_record);
    script.outputs.resize(segment.units.len(), None);
    script.places.resize(record.map_or(0, Record::signals), None);
    let any_loop = graph.has_loops();
    let same = record.filter(|_| !any_loop).map_or(0, Record::same);
    if let Some(record) = record.filter(|_| same > 0) {
        script.begin_as(record.kept(), same);
    }
    let mut writer = Writer { graph, slot, script, whole: None };
    let (mut rest, mut at) = (segment.units.get(same..).unwrap_or(&[]), same);
    while let Some(unit) = rest.first() {
        let cycle = if any_loop { graph.seat(*unit).map_or(0, |s| s.cycle) } else { 0 };
        let count = if cycle == 0 {
            let mark = writer.script.end();
            writer.script.marks.push(mark);
            match record.and_then(|r| r.steps(at)) {
                Some((steps, [NONE, _])) => writer.copy(steps, at),
                Some((steps, changed)) => writer.mend(*unit, steps, changed),
                None => writer.turn(*unit, Half::Whole),
            }
            1
        } else {
            let on_it = |u: &Unit| graph.seat(*u).is_some_and(|s| s.cycle == cycle);
            let count = rest.iter().position(|u| !on_it(u)).unwrap_or(rest.len());
            let mark = Mark { is_on_loop: true, ..writer.script.end() };
            writer.script.marks.extend(core::iter::repeat_n(mark, count));
            let turns = graph.order_loop(rest.get(..count).unwrap_or(&[]))?;
            writer.feedback(&turns);
            count
        };
        for at in at..at + count {
            if let Some(was) = record.and_then(|r| r.out(at)) {
                let now = writer.script.outputs.get(at).copied().flatten();
                if let Some(place) = writer.script.places.get_mut(was as usize) {
                    *place = now;
                }
            }
        }
        at += count;
        rest = rest.get(count..).unwrap_or(&[]);
    }
    Ok(())
}

/// What a list has from here on. All that is empty is the same.
pub(super) fn since<T>(list: &[T], start: usize) -> Stretch {
    match list.len() - start {
        0 => Stretch::default(),
        len => Stretch { start: start as u32, len: len as u32 },
    }
}

impl Writer<'_> {
    pub fn signal(&mut self, channels: u16, home: Option<u32>) -> Signal {
        self.script.signals.push(Made { channels, home, lean: false, pointwise: false });
        self.script.signals.len() as u32 - 1
    }

    /// Writes the steps of a unit as they were.
    fn copy(&mut self, steps: Steps<'_>, at: usize) {
        let places = core::mem::take(&mut self.script.places);
        let out = record::copy(steps, &places, self.script);
        self.script.places = places;
        if let Some(place) = self.script.outputs.get_mut(at) {
            *place = out;
        }
    }

    /// Writes the steps of a sum as they were, but for the terms of some cables.
    fn mend(&mut self, unit: Unit, steps: Steps<'_>, changed: [u32; 2]) {
        let sum = if let Unit::Sum(number) = unit { self.graph.sum(number) } else { None };
        let Some((sum, mut old)) = sum.zip(steps.terms()) else { return self.turn(unit, Half::Whole) };
        let start = self.script.terms.len();
        for term in &sum.terms {
            let slot = if let Term::Cable(cable) = term { cable.slot() } else { UNITY };
            let is_known = slot != UNITY && !changed.contains(&slot);
            // They stand in the order in which they stood.
            let place = is_known.then(|| old.iter().position(|(_, there)| *there == slot)).flatten();
            match place.and_then(|place| old.split_at_checked(place)?.1.split_first()) {
                Some(((read, _), rest)) => {
                    self.script.terms.push((record::moved(read, &self.script.places), slot));
                    old = rest;
                }
                None => self.term(term),
            }
        }
        let terms = since(&self.script.terms, start);
        self.add_up(unit, sum, terms);
    }

    fn add_up(&mut self, unit: Unit, sum: &Sum, terms: Stretch) {
        let out = self.signal(sum.channels, sum.seat.home.filter(|_| self.whole.is_none()));
        self.put_out(unit, out);
        self.script.lines.push(Line::Mix { out, first: 0, channels: sum.channels, terms });
    }

    fn feedback(&mut self, turns: &Loop) {
        let head = self.script.lines.len();
        let from = self.script.breakers.len();
        self.script.lines.push(Line::Loop { lines: 0, breakers: Stretch::default() });
        for (unit, half) in turns {
            self.turn(*unit, *half);
            if *half == Half::Emit {
                self.script.breakers.push(self.script.lines.len() as u32 - 1);
            }
        }
        let breakers = since(&self.script.breakers, from);
        self.script.lines[head] = Line::Loop { lines: self.script.lines.len() - head - 1, breakers };
    }

    pub fn turn(&mut self, unit: Unit, half: Half) {
        match unit {
            Unit::Node(node) => self.node(node, half),
            Unit::Sum(number) => {
                let Some(sum) = self.graph.sum(number) else { return };
                let terms = self.terms(&sum.terms);
                self.add_up(unit, sum, terms);
            }
            Unit::Exit(part) => self.exit(part),
        }
    }

    /// Notes where the output of a unit is.
    fn put_out(&mut self, unit: Unit, signal: Signal) {
        if let Some(whole) = &mut self.whole {
            whole.outputs.insert(unit, (From::Here(signal), 0));
            return;
        }
        let at = self.graph.seat(unit).map_or(usize::MAX, |s| s.at as usize);
        if let Some(place) = self.script.outputs.get_mut(at) {
            *place = Some(signal);
        }
    }

    /// Finds what each input port of a node reads.
    pub fn ports(&mut self, node: NodeId) {
        self.script.ports.clear();
        let Some(entry) = self.graph.node(node) else { return };
        for (number, feed) in entry.feeds.iter().enumerate() {
            let read = self.added(&feed.terms, entry.input_width(number));
            self.script.ports.push(read);
        }
    }

    /// How the plan names the slot of a node: as it is or, in a whole part, by its number there.
    fn slot_of(&mut self, slot: u32, node: Option<NodeId>) -> u32 {
        let Some(whole) = &mut self.whole else { return slot };
        whole.nodes.push((slot, node));
        whole.nodes.len() as u32 - 1
    }

    /// The same for the slot of a cable.
    fn cable_of(&mut self, slot: u32) -> u32 {
        let Some(whole) = &mut self.whole else { return slot };
        whole.cables.push(slot);
        whole.cables.len() as u32 - 1
    }

    /// Writes the line of a node, behind those that add up what it hears.
    fn node(&mut self, node: NodeId, half: Half) {
        let Some(entry) = self.graph.node(node) else { return };
        // What puts out only needs its drives, what takes in also its inputs.
        self.script.ports.clear();
        if half != Half::Emit {
            self.ports(node);
        }
        let from = self.script.reads.len();
        self.script.reads.extend_from_slice(&self.script.ports);
        let inputs = self.script.stretch_of_reads(from);
        let drives = self.drives(entry);
        let channels = entry.outputs.channels;
        let home = entry.seat.home.filter(|_| self.whole.is_none());
        let out = (half != Half::Absorb && channels > 0).then(|| self.signal(channels, home));
        if let Some(signal) = out {
            let made = &mut self.script.signals[signal as usize];
            made.lean = entry.kin.as_ref().is_some_and(|kin| kin.is_lean());
            made.pointwise = half == Half::Whole && entry.kin.as_ref().is_some_and(|kin| kin.is_pointwise());
            self.put_out(Unit::Node(node), signal);
        }
        let slot = self.slot_of(entry.slot, Some(node));
        self.script.lines.push(Line::Node { slot, half, inputs, drives, out });
    }

    /// What drives the parameters of a node: by parameter, and for each by where it comes from.
    fn drives(&mut self, entry: &Entry) -> Stretch {
        self.script.cables.clear();
        for cable in entry.drives.iter().filter_map(|id| self.graph.awake(*id)) {
            if let Sink::Param(_, param) = cable.to {
                self.script.cables.push((cable.from, param, cable.slot()));
            }
        }
        // A stable sort: of cables from one source to one parameter, the older comes first.
        self.script.cables.sort_by_key(|(from, param, _)| (*param, *from));
        // In a loop the node may look at other frames than what drives it from outside is asked for.
        let sparse = entry.kin.as_ref().filter(|_| entry.seat.cycle == 0).map_or(0, |kin| kin.sparse());
        let start = self.script.drives.len();
        for number in 0..self.script.cables.len() {
            let (from, param, slot) = self.script.cables[number];
            let (read, slot) = (self.read(from), self.cable_of(slot));
            let dial = Dial::new(param, sparse >> (param & 63) & 1 == 1);
            self.script.drives.push((dial, read, slot));
        }
        since(&self.script.drives, start)
    }

    /// The sum of some terms: their signal itself if there is but one, as wide and unscaled.
    fn added(&mut self, terms: &[Term], channels: u16) -> Read {
        match terms {
            [] => return Read { from: From::Nowhere, first: 0, channels },
            [Term::Sum(sum)] => return self.read_sum(*sum),
            [Term::Cable(cable)] => {
                if let Some(cable) = self.graph.awake(*cable).filter(|c| c.plain)
                    && self.graph.source_width(cable.from) == channels
                {
                    return self.carried(cable);
                }
            }
            _ => {}
        }
        let terms = self.terms(terms);
        let out = self.signal(channels, None);
        self.script.lines.push(Line::Mix { out, first: 0, channels, terms });
        Read { from: From::Here(out), first: 0, channels }
    }

    fn terms(&mut self, terms: &[Term]) -> Stretch {
        let start = self.script.terms.len();
        terms.iter().for_each(|term| self.term(term));
        since(&self.script.terms, start)
    }

    fn term(&mut self, term: &Term) {
        let read = match term {
            Term::Sum(sum) => Some((self.read_sum(*sum), UNITY)),
            Term::Cable(cable) => {
                self.graph.awake(*cable).map(|c| (self.carried(c), self.cable_of(c.slot())))
            }
        };
        self.script.terms.extend(read);
    }

    fn read_sum(&self, sum: u32) -> Read {
        let Some(found) = self.graph.sum(sum) else {
            return Read { from: From::Nowhere, first: 0, channels: 1 };
        };
        let (from, first) = self.made_by(Unit::Sum(sum));
        Read { from, first, channels: found.channels }
    }

    /// What comes out of a cable, which may hold its signal back.
    fn carried(&mut self, cable: &Cable) -> Read {
        let read = self.read(cable.from);
        let Some(align) = cable.align else { return read };
        let out = self.signal(read.channels, None);
        let from = self.script.reads.len();
        self.script.reads.push(read);
        let slot = self.slot_of(align.address.slot, None);
        self.script.lines.push(Line::Node {
            slot,
            half: Half::Whole,
            inputs: since(&self.script.reads, from),
            drives: Stretch::default(),
            out: Some(out),
        });
        Read { from: From::Here(out), first: 0, channels: read.channels }
    }

    /// What a cable from here carries.
    pub fn read(&self, source: Source) -> Read {
        let channels = self.graph.source_width(source);
        let (from, first) = match source {
            Source::Output(node, _) => self.made_by(Unit::Node(node)),
            Source::PartInput(part, port) => {
                if let Some(whole) = &self.whole {
                    let nothing = Read { from: From::Nowhere, first: 0, channels };
                    return whole.openings.get(&(part, port)).copied().unwrap_or(nothing);
                }
                let start = self.graph.node(part).and_then(|e| e.inside.as_ref()?.input);
                (From::Home(start.unwrap_or(0)), 0)
            }
        };
        Read { from, first: first + self.graph.width_before(source), channels }
    }

    /// Where all that a unit puts out is read, and from which channel on.
    fn made_by(&self, unit: Unit) -> (From, u16) {
        if let Some(whole) = &self.whole {
            return whole.outputs.get(&unit).copied().unwrap_or((From::Nowhere, 0));
        }
        let Some(seat) = self.graph.seat(unit) else { return (From::Nowhere, 0) };
        if seat.segment == self.slot {
            let signal = self.script.outputs.get(seat.at as usize).copied().flatten();
            return (signal.map_or(From::Nowhere, From::Here), 0);
        }
        (seat.home.map_or(From::Nowhere, From::Home), 0)
    }

    /// The output of the part: its ports side by side.
    fn exit(&mut self, part: NodeId) {
        let channels = self.graph.width_of(Unit::Exit(part));
        let Some(entry) = self.graph.node(part) else { return };
        let Some(inside) = entry.inside.as_ref().filter(|_| channels > 0) else { return };
        let out = self.signal(channels, inside.exit.home.filter(|_| self.whole.is_none()));
        self.put_out(Unit::Exit(part), out);
        let mut first = 0;
        for (feed, port) in inside.feeds.iter().zip(&entry.shape.outputs) {
            let terms = self.terms(&feed.terms);
            self.script.lines.push(Line::Mix { out, first, channels: port.channels, terms });
            first += port.channels;
        }
    }
}

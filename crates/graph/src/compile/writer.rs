//! Writes the script of a segment, or of a whole part, from the topology: what each unit runs, and where it reads what it hears.

use super::line::{Dial, From, Line, Made, Read, Signal};
use super::record::{self, Record, Steps};
use super::script::{Script, since};
use super::sheet::Whole;
use crate::entry::Entry;
use crate::error::GraphError;
use crate::feed::{Sum, Term};
use crate::lineup::{Loop, NONE, Unit};
use crate::message::NodeId;
use crate::plan::{Half, Stretch, UNITY};
use crate::topology::{AudioGraph, Cable, Sink, Source};

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
            let mut mark = writer.script.end();
            mark.is_on_loop = true;
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

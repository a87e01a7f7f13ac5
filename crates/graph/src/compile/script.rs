//! The steps of a segment over signals that have a width and a life, but no place yet.

use super::homes::width;
use crate::error::GraphError;
use crate::feed::Term;
use crate::lineup::{Loop, Unit};
use crate::message::NodeId;
use crate::plan::{Half, UNITY};
use crate::topology::{AudioGraph, Cable, Entry, Sink, Source};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// A signal: what one step puts out.
pub(super) type Signal = u32;

/// Where a signal is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Nothing is there: silence.
    Nowhere,
    /// In this segment.
    Here(Signal),
    /// In blocks of its own, from this one on, where another segment puts it.
    Home(u32),
}

/// Some channels of a signal, or silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub from: From,
    pub first: u16,
    pub channels: u16,
}

impl Read {
    /// The signal, if this segment makes it.
    pub fn signal(&self) -> Option<Signal> {
        if let From::Here(signal) = self.from { Some(signal) } else { None }
    }
}

/// What is known of a signal that a segment makes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub channels: u16,
    /// Its first block, if other segments hear it.
    pub home: Option<u32>,
}

#[derive(Debug)]
pub(super) enum Line {
    Node {
        slot: u32,
        half: Half,
        inputs: Vec<Read>,
        drives: Vec<(u16, Read, u32)>,
        out: Option<Signal>,
    },
    /// Adds up into some channels of a signal.
    Mix {
        out: Signal,
        first: u16,
        channels: u16,
        terms: Vec<(Read, u32)>,
    },
    /// The next so many lines, in pieces cut by these of them.
    Loop {
        lines: usize,
        breakers: Vec<usize>,
    },
}

#[derive(Debug, Default)]
pub(super) struct Script {
    pub lines: Vec<Line>,
    /// What each signal is.
    pub signals: Vec<Made>,
}

struct Writer<'g> {
    graph: &'g mut AudioGraph,
    /// The segment.
    slot: u32,
    script: Script,
    /// Where the outputs of each unit are.
    outputs: BTreeMap<Unit, Signal>,
}

/// The steps of a segment.
pub(super) fn write(graph: &mut AudioGraph, slot: u32) -> Result<Script, GraphError> {
    let units = graph.segment(slot).map(|s| s.units.clone()).unwrap_or_default();
    let mut writer = Writer { graph, slot, script: Script::default(), outputs: BTreeMap::new() };
    let mut rest = units.as_slice();
    while let Some(unit) = rest.first() {
        let cycle = writer.graph.seat(*unit).map_or(0, |s| s.cycle);
        if cycle == 0 {
            writer.turn(*unit, Half::Whole);
            rest = rest.get(1..).unwrap_or(&[]);
            continue;
        }
        let on_it = |u: &Unit| writer.graph.seat(*u).is_some_and(|s| s.cycle == cycle);
        let (on_loop, after) = rest.split_at(rest.iter().position(|u| !on_it(u)).unwrap_or(rest.len()));
        let turns = writer.graph.order_loop(on_loop)?;
        writer.feedback(&turns);
        rest = after;
    }
    Ok(writer.script)
}

impl Writer<'_> {
    fn signal(&mut self, channels: u16, home: Option<u32>) -> Signal {
        self.script.signals.push(Made { channels, home });
        self.script.signals.len() as u32 - 1
    }

    fn feedback(&mut self, turns: &Loop) {
        let head = self.script.lines.len();
        self.script.lines.push(Line::Loop { lines: 0, breakers: Vec::new() });
        let mut cuts = Vec::new();
        for (unit, half) in turns {
            self.turn(*unit, *half);
            if *half == Half::Emit {
                cuts.push(self.script.lines.len() - 1);
            }
        }
        self.script.lines[head] = Line::Loop { lines: self.script.lines.len() - head - 1, breakers: cuts };
    }

    fn turn(&mut self, unit: Unit, half: Half) {
        match unit {
            Unit::Node(node) => self.node(node, half),
            Unit::Sum(sum) => {
                let Some((terms, channels, home)) =
                    self.graph.sum(sum).map(|s| (s.terms.clone(), s.channels, s.seat.home))
                else {
                    return;
                };
                let terms = self.terms(&terms);
                let out = self.signal(channels, home);
                self.outputs.insert(unit, out);
                self.script.lines.push(Line::Mix { out, first: 0, channels, terms });
            }
            Unit::Exit(part) => self.exit(part),
        }
    }

    fn node(&mut self, node: NodeId, half: Half) {
        let Some(entry) = self.graph.node(node) else { return };
        let (channels, slot, home) = (width(&entry.shape.outputs), entry.slot, entry.seat.home);
        let mut cables: Vec<Cable> =
            entry.drives.iter().filter_map(|c| self.graph.awake(*c)).cloned().collect();
        cables.sort_by_key(|c| c.from);
        // What puts out only needs its drives, what takes in also its inputs.
        let inputs = match half {
            Half::Emit => Vec::new(),
            _ => self.inputs(node),
        };
        let mut drives = Vec::with_capacity(cables.len());
        for cable in &cables {
            if let Sink::Param(_, param) = cable.to {
                drives.push((param, self.read(cable.from), cable.slot()));
            }
        }
        drives.sort_by_key(|(param, ..)| *param);
        let out = (half != Half::Absorb && channels > 0).then(|| self.signal(channels, home));
        if let Some(signal) = out {
            self.outputs.insert(Unit::Node(node), signal);
        }
        self.script.lines.push(Line::Node { slot, half, inputs, drives, out });
    }

    /// What each input port reads, with the steps that add cables up.
    fn inputs(&mut self, node: NodeId) -> Vec<Read> {
        let port = |entry: &Entry, port: usize| {
            Some((entry.feeds.get(port)?.terms.clone(), entry.shape.inputs.get(port)?.channels))
        };
        let count = self.graph.node(node).map_or(0, |e| e.feeds.len());
        let mut reads = Vec::with_capacity(count);
        for number in 0..count {
            if let Some((terms, channels)) = self.graph.node(node).and_then(|e| port(e, number)) {
                reads.push(self.added(&terms, channels));
            }
        }
        reads
    }

    /// The sum of some terms: their signal itself if there is but one, as wide and unscaled.
    fn added(&mut self, terms: &[Term], channels: u16) -> Read {
        match terms {
            [] => return Read { from: From::Nowhere, first: 0, channels },
            [Term::Sum(sum)] => return self.read_sum(*sum),
            [Term::Cable(cable)] => {
                if let Some(cable) = self.graph.awake(*cable).filter(|c| c.plain).cloned()
                    && self.graph.source_width(cable.from) == channels
                {
                    return self.carried(&cable);
                }
            }
            _ => {}
        }
        let terms = self.terms(terms);
        let out = self.signal(channels, None);
        self.script.lines.push(Line::Mix { out, first: 0, channels, terms });
        Read { from: From::Here(out), first: 0, channels }
    }

    fn terms(&mut self, terms: &[Term]) -> Vec<(Read, u32)> {
        let mut reads = Vec::with_capacity(terms.len());
        for term in terms {
            match term {
                Term::Sum(sum) => reads.push((self.read_sum(*sum), UNITY)),
                Term::Cable(cable) => {
                    if let Some(cable) = self.graph.awake(*cable).cloned() {
                        reads.push((self.carried(&cable), cable.slot()));
                    }
                }
            }
        }
        reads
    }

    fn read_sum(&self, sum: u32) -> Read {
        let Some(found) = self.graph.sum(sum) else {
            return Read { from: From::Nowhere, first: 0, channels: 1 };
        };
        Read { from: self.made_by(Unit::Sum(sum)), first: 0, channels: found.channels }
    }

    /// What comes out of a cable, which may hold its signal back.
    fn carried(&mut self, cable: &Cable) -> Read {
        let read = self.read(cable.from);
        let Some(align) = cable.align else { return read };
        let out = self.signal(read.channels, None);
        let (slot, inputs) = (align.address.slot, Vec::from([read]));
        self.script.lines.push(Line::Node {
            slot,
            half: Half::Whole,
            inputs,
            drives: Vec::new(),
            out: Some(out),
        });
        Read { from: From::Here(out), first: 0, channels: read.channels }
    }

    /// What a cable from here carries.
    fn read(&mut self, source: Source) -> Read {
        let channels = self.graph.source_width(source);
        match source {
            Source::Output(node, port) => {
                let before = self.graph.node(node).and_then(|e| e.shape.outputs.get(..usize::from(port)));
                Read { from: self.made_by(Unit::Node(node)), first: before.map_or(0, width), channels }
            }
            Source::PartInput(part, port) => {
                let start = self.graph.input_of(part);
                let before = self.graph.node(part).and_then(|e| e.shape.inputs.get(..usize::from(port)));
                Read { from: From::Home(start), first: before.map_or(0, width), channels }
            }
        }
    }

    fn made_by(&self, unit: Unit) -> From {
        let Some(seat) = self.graph.seat(unit) else { return From::Nowhere };
        if seat.segment == self.slot {
            return self.outputs.get(&unit).map_or(From::Nowhere, |signal| From::Here(*signal));
        }
        seat.home.map_or(From::Nowhere, From::Home)
    }

    /// The output of the part: its ports side by side.
    fn exit(&mut self, part: NodeId) {
        let channels = self.graph.width_of(Unit::Exit(part));
        let Some(inside) = self.graph.node(part).and_then(|e| e.inside.as_ref()) else { return };
        if channels == 0 {
            return;
        }
        let (home, feeds) =
            (inside.exit.home, inside.feeds.iter().map(|f| f.terms.clone()).collect::<Vec<_>>());
        let out = self.signal(channels, home);
        let mut first = 0;
        for (number, terms) in feeds.iter().enumerate() {
            let port =
                self.graph.node(part).and_then(|e| e.shape.outputs.get(number)).map_or(0, |p| p.channels);
            let terms = self.terms(terms);
            self.script.lines.push(Line::Mix { out, first, channels: port, terms });
            first += port;
        }
    }
}

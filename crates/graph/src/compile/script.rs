//! The steps over signals that have a width and a life, but no place yet.

use super::order::{Section, Turn};
use crate::message::NodeId;
use crate::plan::Half;
use crate::topology::{AudioGraph, Cable, Entry, Sink, Source};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// A signal: what one step puts out.
pub(super) type Signal = u32;

/// Some channels of a signal, or silence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub signal: Option<Signal>,
    pub first: u16,
    pub channels: u16,
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
    /// The width of each signal.
    pub widths: Vec<u16>,
    pub input: Option<Read>,
    pub output: Option<Read>,
}

struct Writer<'g> {
    graph: &'g AudioGraph,
    script: Script,
    /// Where the outputs of each node are.
    outputs: BTreeMap<NodeId, Signal>,
    input: Option<Signal>,
}

pub(super) fn write(graph: &AudioGraph, part: NodeId, order: &[Section]) -> Script {
    let mut writer = Writer { graph, script: Script::default(), outputs: BTreeMap::new(), input: None };
    let Some(whole) = graph.nodes.get(&part) else { return writer.script };
    let width = |ports: &[crate::Port]| ports.iter().map(|p| p.channels).sum::<u16>();
    let inputs = width(&whole.shape.inputs);
    if inputs > 0 {
        let signal = writer.signal(inputs);
        writer.input = Some(signal);
        writer.script.input = Some(Read { signal: Some(signal), first: 0, channels: inputs });
    }
    for section in order {
        match section {
            Section::Single(turn) => writer.turn(turn),
            Section::Loop(turns) => writer.feedback(turns),
        }
    }
    writer.output(whole, width(&whole.shape.outputs));
    writer.script
}

impl Writer<'_> {
    fn signal(&mut self, channels: u16) -> Signal {
        self.script.widths.push(channels);
        self.script.widths.len() as u32 - 1
    }

    fn feedback(&mut self, turns: &[Turn]) {
        let head = self.script.lines.len();
        self.script.lines.push(Line::Loop { lines: 0, breakers: Vec::new() });
        let mut cuts = Vec::new();
        for turn in turns {
            self.turn(turn);
            if turn.half == Half::Emit {
                cuts.push(self.script.lines.len() - 1);
            }
        }
        self.script.lines[head] = Line::Loop { lines: self.script.lines.len() - head - 1, breakers: cuts };
    }

    fn turn(&mut self, turn: &Turn) {
        let graph = self.graph;
        let Some(entry) = graph.nodes.get(&turn.node) else { return };
        let width = entry.shape.outputs.iter().map(|p| p.channels).sum::<u16>();
        // What puts out only needs its drives, what takes in also its inputs.
        let inputs = match turn.half {
            Half::Emit => Vec::new(),
            _ => self.inputs(turn.node, entry),
        };
        let mut drives: Vec<(u16, Read, u32)> = entry
            .incoming
            .iter()
            .filter_map(|c| graph.cables.get(c))
            .filter_map(|c| match c.to {
                Sink::Param(_, param) => Some((param, self.read(c), c.slot)),
                _ => None,
            })
            .collect();
        drives.sort_by_key(|(param, ..)| *param);
        let out = (turn.half != Half::Absorb && width > 0).then(|| self.signal(width));
        if let Some(signal) = out {
            self.outputs.insert(turn.node, signal);
        }
        self.script.lines.push(Line::Node { slot: entry.slot, half: turn.half, inputs, drives, out });
    }

    /// What each input port reads, with the steps that add cables up.
    fn inputs(&mut self, node: NodeId, entry: &Entry) -> Vec<Read> {
        let mut cables: Vec<Vec<&Cable>> = vec![Vec::new(); entry.shape.inputs.len()];
        for cable in entry.incoming.iter().filter_map(|c| self.graph.cables.get(c)) {
            if let Sink::Input(to, port) = cable.to
                && to == node
            {
                cables[usize::from(port)].push(cable);
            }
        }
        let widths = entry.shape.inputs.iter().map(|p| p.channels);
        cables.iter().zip(widths).map(|(cables, width)| self.sum(cables, width)).collect()
    }

    /// The sum of some cables: their signal itself if there is but one, as wide and unscaled.
    fn sum(&mut self, cables: &[&Cable], channels: u16) -> Read {
        match cables {
            [] => return Read { signal: None, first: 0, channels },
            [only] => {
                let read = self.read(only);
                if only.plain && read.channels == channels {
                    return read;
                }
            }
            _ => {}
        }
        let terms = cables.iter().map(|c| (self.read(c), c.slot)).collect();
        let out = self.signal(channels);
        self.script.lines.push(Line::Mix { out, first: 0, channels, terms });
        Read { signal: Some(out), first: 0, channels }
    }

    /// What a cable carries.
    fn read(&self, cable: &Cable) -> Read {
        let (Source::Output(node, port) | Source::PartInput(node, port)) = cable.from;
        let Some(entry) = self.graph.nodes.get(&node) else {
            return Read { signal: None, first: 0, channels: 1 };
        };
        let (ports, signal) = match cable.from {
            Source::Output(..) => (&entry.shape.outputs, self.outputs.get(&node).copied()),
            Source::PartInput(..) => (&entry.shape.inputs, self.input),
        };
        let first = ports.iter().take(usize::from(port)).map(|p| p.channels).sum();
        Read { signal, first, channels: ports.get(usize::from(port)).map_or(1, |p| p.channels) }
    }

    /// The output of the part: its ports side by side.
    fn output(&mut self, whole: &Entry, channels: u16) {
        let graph = self.graph;
        let cables: Vec<&Cable> =
            whole.inside.iter().flat_map(|i| &i.to_output).filter_map(|c| graph.cables.get(c)).collect();
        let Some(inside_port) = whole.shape.outputs.first().filter(|_| channels > 0) else { return };
        if whole.shape.outputs.len() == 1 {
            let read = self.sum(&cables, inside_port.channels);
            self.script.output = read.signal.map(|_| read);
            return;
        }
        // Several ports are brought side by side, each added up in its own place.
        let out = self.signal(channels);
        let mut first = 0;
        for (number, port) in whole.shape.outputs.iter().enumerate() {
            let own: Vec<&Cable> = cables
                .iter()
                .copied()
                .filter(|c| matches!(c.to, Sink::PartOutput(_, p) if usize::from(p) == number))
                .collect();
            let terms = own.iter().map(|c| (self.read(c), c.slot)).collect();
            self.script.lines.push(Line::Mix { out, first, channels: port.channels, terms });
            first += port.channels;
        }
        self.script.output = Some(Read { signal: Some(out), first: 0, channels });
    }
}

//! Signals get blocks: each from the step that writes it to the last that reads it, then the blocks serve the next.

use super::script::{From, Line, Read, Script, Signal};
use crate::plan::{CompiledGraph, DriveLink, NodeStep, Step, Term};
use crate::signal::Run;
use alloc::vec::Vec;

/// The lines in which a signal is needed, first and last.
#[derive(Clone, Copy, Debug)]
struct Life {
    from: usize,
    to: usize,
}

/// What placing writes down on the way.
#[derive(Debug, Default)]
pub(crate) struct Places {
    lives: Vec<Life>,
    /// The first block of each signal.
    starts: Vec<u32>,
    /// Signals that get blocks here, by the line in which they begin, and by that in which they end.
    begin: Vec<(usize, Signal)>,
    finish: Vec<(usize, Signal)>,
    /// Blocks that were given up, with their width.
    free: Vec<(u16, u32)>,
}

/// The plan of a script. `ground` gives the first of so many blocks for signals that no other segment hears.
pub(super) fn place(script: &Script, places: &mut Places, ground: impl FnOnce(u32) -> u32) -> CompiledGraph {
    find_lives(script, &mut places.lives);
    let blocks = places.assign(script);
    let ground = ground(blocks);
    for (start, signal) in places.starts.iter_mut().zip(&script.signals) {
        match signal.home {
            Some(home) => *start = home,
            None if *start != Run::NOWHERE => *start += ground,
            None => {}
        }
    }
    let starts = places.starts.as_slice();
    let drive = |(param, read, cable): &(u16, Read, u32)| DriveLink {
        param: *param,
        source: run(read, starts),
        cable: *cable,
    };
    let term = |(read, cable): &(Read, u32)| Term { source: run(read, starts), cable: *cable };
    CompiledGraph {
        steps: script.lines.iter().map(|line| step(line, script, starts)).collect(),
        runs: script.reads.iter().map(|read| run(read, starts)).collect(),
        drives: script.drives.iter().map(drive).collect(),
        terms: script.terms.iter().map(term).collect(),
        breakers: script.breakers.as_slice().into(),
        ground,
        blocks,
    }
}

fn find_lives(script: &Script, lives: &mut Vec<Life>) {
    lives.clear();
    lives.resize(script.signals.len(), Life { from: usize::MAX, to: 0 });
    let mut need = |signal: Option<Signal>, line: usize| {
        if let Some(life) = signal.and_then(|s| lives.get_mut(s as usize)) {
            life.from = life.from.min(line);
            life.to = life.to.max(line);
        }
    };
    let (mut round, mut team_end) = (None, 0);
    for (number, line) in script.lines.iter().enumerate() {
        // Whatever is touched anywhere in a loop is needed from its first line to its last, for the loop comes round. What a member of a team hears is
        // needed until the last of them is done.
        let span = round.filter(|(_, last)| number <= *last).unwrap_or((number, number));
        let span = (span.0, span.1.max(if number <= team_end { team_end } else { 0 }));
        let mut need = |signal: Option<Signal>| {
            need(signal, span.0);
            need(signal, span.1);
        };
        match line {
            Line::Loop { lines, .. } => round = Some((number + 1, number + lines)),
            Line::Team { lines, .. } => team_end = number + lines,
            Line::Mix { out, terms, .. } => {
                need(Some(*out));
                terms.of(&script.terms).iter().for_each(|(read, _)| need(read.signal()));
            }
            Line::Node { inputs, drives, out, .. } => {
                need(*out);
                inputs.of(&script.reads).iter().for_each(|read| need(read.signal()));
                drives.of(&script.drives).iter().for_each(|(_, read, _)| need(read.signal()));
            }
        }
    }
}

impl Places {
    /// Finds the first block of each signal, and tells how many blocks there are. Blocks given up are taken again latest first, while they are in
    /// the cache; never in the line in which they were given up, so that no step writes what it reads.
    fn assign(&mut self, script: &Script) -> u32 {
        self.begin.clear();
        self.finish.clear();
        self.free.clear();
        self.starts.clear();
        self.starts.resize(self.lives.len(), Run::NOWHERE);
        for (number, (life, signal)) in self.lives.iter().zip(&script.signals).enumerate() {
            if life.from != usize::MAX && signal.home.is_none() {
                self.begin.push((life.from, number as Signal));
                self.finish.push((life.to, number as Signal));
            }
        }
        self.begin.sort_unstable();
        self.finish.sort_unstable();
        let (mut blocks, mut finished) = (0, self.finish.iter().peekable());
        for (line, signal) in &self.begin {
            while let Some((_, over)) = finished.next_if(|(last, _)| last < line) {
                self.free.push((script.signals[*over as usize].channels, self.starts[*over as usize]));
            }
            let width = script.signals[*signal as usize].channels;
            let same = self.free.iter().rposition(|(there, _)| *there == width);
            self.starts[*signal as usize] = match same {
                Some(place) => self.free.remove(place).1,
                None => {
                    blocks += u32::from(width);
                    blocks - u32::from(width)
                }
            };
        }
        blocks
    }
}

fn run(read: &Read, starts: &[u32]) -> Run {
    let start = match read.from {
        From::Nowhere => None,
        From::Home(start) => Some(start),
        From::Here(signal) => starts.get(signal as usize).copied(),
    };
    Run { start: start.map_or(Run::NOWHERE, |s| s + u32::from(read.first)), channels: read.channels }
}

fn step(line: &Line, script: &Script, starts: &[u32]) -> Step {
    match *line {
        Line::Node { slot, half, inputs, drives, out } => {
            let out = out.map_or(Run { start: 0, channels: 0 }, |signal| Run {
                start: starts[signal as usize],
                channels: script.signals[signal as usize].channels,
            });
            let first = inputs.of(&script.reads).first().map_or(Run::default(), |read| run(read, starts));
            Step::Node(NodeStep { slot, half, out, inputs, first, drives })
        }
        Line::Mix { out, first, channels, terms } => {
            Step::Mix { out: Run { start: starts[out as usize] + u32::from(first), channels }, terms }
        }
        Line::Loop { lines, breakers } => Step::Loop { steps: lines as u32, breakers },
        Line::Team { team, lines } => Step::Team { team, steps: lines as u32 },
    }
}

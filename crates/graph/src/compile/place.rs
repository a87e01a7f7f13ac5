//! Signals get blocks: each from the step that writes it to the last that reads it, then the blocks serve the next.

use super::script::{From, Line, Read, Script, Signal};
use crate::plan::{CompiledGraph, DriveLink, NodeStep, Step, Stretch, Term};
use crate::signal::Run;
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// The lines in which a signal is needed, first and last.
#[derive(Clone, Copy, Debug)]
struct Life {
    from: usize,
    to: usize,
}

/// The plan of a script. `ground` gives the first of so many blocks for signals that no other segment hears.
pub(super) fn place(script: &Script, ground: impl FnOnce(u32) -> u32) -> CompiledGraph {
    let lives = lives(script);
    let (mut starts, blocks) = assign(script, &lives);
    let ground = ground(blocks);
    for (start, signal) in starts.iter_mut().zip(&script.signals) {
        match signal.home {
            Some(home) => *start = home,
            None if *start != Run::NOWHERE => *start += ground,
            None => {}
        }
    }
    let mut plan = Lists::default();
    for line in &script.lines {
        plan.line(line, script, &starts);
    }
    CompiledGraph {
        steps: plan.steps.into(),
        runs: plan.runs.into(),
        drives: plan.drives.into(),
        terms: plan.terms.into(),
        breakers: plan.breakers.into(),
        ground,
        blocks,
    }
}

fn lives(script: &Script) -> Vec<Life> {
    let mut lives = vec![Life { from: usize::MAX, to: 0 }; script.signals.len()];
    let mut need = |signal: Option<Signal>, line: usize| {
        if let Some(life) = signal.and_then(|s| lives.get_mut(s as usize)) {
            life.from = life.from.min(line);
            life.to = life.to.max(line);
        }
    };
    let mut round = None;
    for (number, line) in script.lines.iter().enumerate() {
        // Whatever is touched anywhere in a loop is needed from its first line to its last, for the loop comes round.
        let span = round.filter(|(_, last)| number <= *last).unwrap_or((number, number));
        let mut need = |signal: Option<Signal>| {
            need(signal, span.0);
            need(signal, span.1);
        };
        match line {
            Line::Loop { lines, .. } => round = Some((number + 1, number + lines)),
            Line::Mix { out, terms, .. } => {
                need(Some(*out));
                terms.iter().for_each(|(read, _)| need(read.signal()));
            }
            Line::Node { inputs, drives, out, .. } => {
                need(*out);
                inputs.iter().for_each(|read| need(read.signal()));
                drives.iter().for_each(|(_, read, _)| need(read.signal()));
            }
        }
    }
    lives
}

/// The first block of each signal, and how many blocks there are. Blocks given up are taken again latest first, while they are in
/// the cache; never in the line in which they were given up, so that no step writes what it reads.
fn assign(script: &Script, lives: &[Life]) -> (Vec<u32>, u32) {
    let mut begin: BTreeMap<usize, Vec<Signal>> = BTreeMap::new();
    let mut finish: BTreeMap<usize, Vec<Signal>> = BTreeMap::new();
    let placed = |signal: usize| script.signals.get(signal).is_some_and(|s| s.home.is_none());
    for (signal, life) in lives.iter().enumerate().filter(|(s, life)| life.from != usize::MAX && placed(*s)) {
        begin.entry(life.from).or_default().push(signal as Signal);
        finish.entry(life.to).or_default().push(signal as Signal);
    }
    let mut starts = vec![Run::NOWHERE; lives.len()];
    let mut free: BTreeMap<u16, Vec<u32>> = BTreeMap::new();
    let mut blocks = 0;
    for line in 0..=script.lines.len() {
        for signal in begin.remove(&line).unwrap_or_default() {
            let width = script.signals[signal as usize].channels;
            starts[signal as usize] = free.get_mut(&width).and_then(Vec::pop).unwrap_or_else(|| {
                blocks += u32::from(width);
                blocks - u32::from(width)
            });
        }
        for signal in finish.remove(&line).unwrap_or_default() {
            free.entry(script.signals[signal as usize].channels).or_default().push(starts[signal as usize]);
        }
    }
    (starts, blocks)
}

fn run(read: &Read, starts: &[u32]) -> Run {
    let start = match read.from {
        From::Nowhere => None,
        From::Home(start) => Some(start),
        From::Here(signal) => starts.get(signal as usize).copied(),
    };
    Run { start: start.map_or(Run::NOWHERE, |s| s + u32::from(read.first)), channels: read.channels }
}

#[derive(Default)]
struct Lists {
    steps: Vec<Step>,
    runs: Vec<Run>,
    drives: Vec<DriveLink>,
    terms: Vec<Term>,
    breakers: Vec<u32>,
}

impl Lists {
    fn line(&mut self, line: &Line, script: &Script, starts: &[u32]) {
        let step = match line {
            Line::Node { slot, half, inputs, drives, out } => {
                let out = out.map_or(Run { start: 0, channels: 0 }, |signal| Run {
                    start: starts[signal as usize],
                    channels: script.signals[signal as usize].channels,
                });
                let inputs = append(&mut self.runs, inputs.iter().map(|read| run(read, starts)));
                let first = inputs.of(&self.runs).first().copied().unwrap_or_default();
                let links = drives.iter().map(|(param, read, cable)| DriveLink {
                    param: *param,
                    source: run(read, starts),
                    cable: *cable,
                });
                let drives = append(&mut self.drives, links);
                Step::Node(NodeStep { slot: *slot, half: *half, out, inputs, first, drives })
            }
            Line::Mix { out, first, channels, terms } => {
                let out = Run { start: starts[*out as usize] + u32::from(*first), channels: *channels };
                let terms =
                    terms.iter().map(|(read, cable)| Term { source: run(read, starts), cable: *cable });
                Step::Mix { out, terms: append(&mut self.terms, terms) }
            }
            Line::Loop { lines, breakers } => {
                let breakers = append(&mut self.breakers, breakers.iter().map(|b| *b as u32));
                Step::Loop { steps: *lines as u32, breakers }
            }
        };
        self.steps.push(step);
    }
}

fn append<T>(list: &mut Vec<T>, items: impl Iterator<Item = T>) -> Stretch {
    let start = list.len() as u32;
    list.extend(items);
    Stretch { start, len: list.len() as u32 - start }
}

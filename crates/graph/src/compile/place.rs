//! Signals get blocks: each from the step that writes it to the last that reads it, then the blocks serve the next.

use super::line::teams_before_sum;
use super::script::{Dial, From, Line, Read, Script, Signal};
use crate::chain;
use crate::plan::{CompiledGraph, DriveLink, Fed, Heard, NodeStep, Share, Step, Term};
use crate::signal::Run;
use crate::team::MOST_OTHERS;
use alloc::vec::Vec;
use smallvec::SmallVec;

/// The lines in which a signal is needed, first and last.
#[derive(Clone, Copy, Debug)]
struct Life {
    from: usize,
    to: usize,
}

/// For each line a list of signals.
#[derive(Debug, Default)]
struct ByLine {
    /// The first of each line, and for each signal the next one of its line; or [`NO_SIGNAL`].
    first: Vec<Signal>,
    next: Vec<Signal>,
}

const NO_SIGNAL: Signal = Signal::MAX;

impl ByLine {
    fn clear(&mut self, lines: usize, signals: usize) {
        self.first.clear();
        self.first.resize(lines, NO_SIGNAL);
        self.next.clear();
        self.next.resize(signals, NO_SIGNAL);
    }

    /// Puts a signal before the others of a line.
    fn put_first(&mut self, line: usize, signal: Signal) {
        if let (Some(first), Some(next)) = (self.first.get_mut(line), self.next.get_mut(signal as usize)) {
            *next = core::mem::replace(first, signal);
        }
    }

    fn of(&self, line: usize) -> impl Iterator<Item = Signal> {
        let mut at = self.first.get(line).copied().unwrap_or(NO_SIGNAL);
        core::iter::from_fn(move || {
            let next = *self.next.get(at as usize)?;
            Some(core::mem::replace(&mut at, next))
        })
    }
}

/// What placing writes down on the way.
#[derive(Debug, Default)]
pub(crate) struct Places {
    lives: Vec<Life>,
    /// Which channels of each signal anything reads.
    heard: Vec<Heard>,
    /// The first block of each signal.
    starts: Vec<u32>,
    /// Signals that get blocks here, by the line in which they begin, and by that in which they end.
    begin: ByLine,
    finish: ByLine,
    /// Blocks that were given up, with their width.
    free: Vec<(u16, u32)>,
    /// How often each signal is read.
    readings: Vec<u32>,
    /// What each line has of a sum, if it is a team.
    shares: Vec<Option<Share>>,
    /// How many lines go on from each, and which chain begins there, counted from 1.
    chains: Vec<(u8, u8)>,
}

/// The plan of a script. `ground` gives the first of so many blocks for signals that no other segment hears.
pub(super) fn place(script: &Script, places: &mut Places, ground: impl FnOnce(u32) -> u32) -> CompiledGraph {
    places.count(script);
    places.share(script);
    find_lives(script, &places.shares, &mut places.lives);
    find_heard(script, &mut places.heard);
    let blocks = places.assign(script);
    let ground = ground(blocks);
    for (start, signal) in places.starts.iter_mut().zip(&script.signals) {
        match signal.home {
            Some(home) => *start = home,
            None if *start != Run::NOWHERE => *start += ground,
            None => {}
        }
    }
    places.link(script);
    let starts = places.starts.as_slice();
    let drive = |(param, read, cable): &(Dial, Read, u32)| DriveLink {
        param: param.number(),
        sparse: param.is_sparse(),
        source: run(read, starts),
        cable: *cable,
    };
    let term = |(read, cable): &(Read, u32)| Term { source: run(read, starts), cable: *cable };
    CompiledGraph {
        steps: (0..script.lines.len()).map(|number| step(number, script, places)).collect(),
        runs: script.reads.iter().map(|read| run(read, starts)).collect(),
        drives: script.drives.iter().map(drive).collect(),
        terms: script.terms.iter().map(term).collect(),
        breakers: script.breakers.as_slice().into(),
        ground,
        blocks,
        ..CompiledGraph::default()
    }
}

fn find_lives(script: &Script, shares: &[Option<Share>], lives: &mut Vec<Life>) {
    lives.clear();
    lives.resize(script.signals.len(), Life { from: usize::MAX, to: 0 });
    let mut need = |signal: Option<Signal>, line: usize| {
        if let Some(life) = signal.and_then(|s| lives.get_mut(s as usize)) {
            life.from = life.from.min(line);
            life.to = life.to.max(line);
        }
    };
    let (mut round, mut team_end, mut sum_begins) = (None, 0, None);
    for (number, line) in script.lines.iter().enumerate() {
        // Whatever is touched anywhere in a loop is needed from its first line to its last, for the loop comes round. What a member of a team hears is
        // needed until the last of them is done.
        let span = round.filter(|(_, last)| number <= *last).unwrap_or((number, number));
        let span = (span.0, span.1.max(if number <= team_end { team_end } else { 0 }));
        let mut need_from = |signal: Option<Signal>, first: usize| {
            need(signal, first);
            need(signal, span.1);
        };
        let mut need = |signal: Option<Signal>| need_from(signal, span.0);
        match line {
            Line::Loop { lines, .. } => round = Some((number + 1, number + lines)),
            Line::Team { lines, .. } => {
                team_end = number + lines;
                // Those who add up write to the sum before the line is reached that tells of it.
                if let Some(Some(Share { ahead, first: 0, .. })) = shares.get(number) {
                    sum_begins = Some((team_end + 1 + *ahead as usize, number));
                }
            }
            Line::Mix { out, terms, .. } => {
                let begins = sum_begins.filter(|(sum, _)| *sum == number).map(|(_, begins)| begins);
                need_from(Some(*out), begins.unwrap_or(span.0));
                let mut need = |signal: Option<Signal>| need_from(signal, span.0);
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

/// What other segments hear, which ones and how much of it, is not looked up: it counts as heard; and so does what is put out whether it is heard or
/// not.
fn find_heard(script: &Script, heard: &mut Vec<Heard>) {
    heard.clear();
    heard.extend(script.signals.iter().map(|signal| match signal.home.is_none() && signal.lean {
        true => Heard::NONE,
        false => Heard::ALL,
    }));
    let mut hear = |read: &Read, sparse| {
        if let Some(heard) = read.signal().and_then(|signal| heard.get_mut(signal as usize)) {
            heard.add(read.first, read.channels, sparse);
        }
    };
    script.reads.iter().chain(script.terms.iter().map(|(read, _)| read)).for_each(|read| hear(read, false));
    // Of what drives a parameter, the first channel does.
    let first = |read: &Read| Read { channels: read.channels.min(1), ..*read };
    script.drives.iter().for_each(|(param, read, _)| hear(&first(read), param.is_sparse()));
}

/// Whether a line does nothing but go on from the signal of another, frame by frame.
fn goes_on(line: &Line, from: &Line, script: &Script, readings: &[u32]) -> bool {
    let (Line::Node { out: Some(before), .. }, Line::Node { inputs, drives, out: Some(after), .. }) =
        (from, line)
    else {
        return false;
    };
    let (Some(made), Some(next)) =
        (script.signals.get(*before as usize), script.signals.get(*after as usize))
    else {
        return false;
    };
    let [read] = inputs.of(&script.reads) else { return false };
    made.pointwise
        && next.pointwise
        && drives.len == 0
        && made.home.is_none()
        && made.channels == next.channels
        && usize::from(made.channels) <= chain::MOST_CHANNELS
        && readings.get(*before as usize) == Some(&1)
        && *read == Read { from: From::Here(*before), first: 0, channels: made.channels }
}

/// Whether what a line makes is a signal.
fn makes(line: &Line, signal: Signal) -> bool {
    match line {
        Line::Node { out, .. } => *out == Some(signal),
        Line::Mix { out, .. } => *out == signal,
        Line::Loop { .. } | Line::Team { .. } => false,
    }
}

impl Places {
    /// Counts who reads each signal.
    fn count(&mut self, script: &Script) {
        self.readings.clear();
        self.readings.resize(script.signals.len(), 0);
        let drives = script.drives.iter().map(|(_, read, _)| read);
        for read in script.reads.iter().chain(drives).chain(script.terms.iter().map(|(read, _)| read)) {
            if let Some(count) = read.signal().and_then(|signal| self.readings.get_mut(signal as usize)) {
                *count += 1;
            }
        }
    }

    /// Finds the teams that have shares in a sum: those right before it, if it adds up all that they put out, the members of one behind those of another. What else it
    /// adds up has to be made before them.
    fn share(&mut self, script: &Script) {
        self.shares.clear();
        self.shares.resize(script.lines.len(), None);
        let (lines, mut from) = (script.lines.as_slice(), 0);
        while let Some((teams, sum)) = teams_before_sum(lines, from) {
            from = sum + 1;
            let Some(Line::Mix { channels, terms, .. }) = lines.get(sum) else { continue };
            let terms = terms.of(&script.terms);
            let mut shares = SmallVec::<[(usize, Share); 8]>::new();
            let (mut end, mut begins) = (terms.len(), sum);
            // Terms that no member puts out.
            let mut others = SmallVec::<[usize; 16]>::new();
            for team in teams.into_iter().rev() {
                let members = lines.get(team.start + 1..team.end).unwrap_or_default();
                let known = others.len();
                let before = terms.get(..end).unwrap_or_default();
                let Some(first) = self.first_of(members, before, *channels, script, &mut others) else {
                    others.truncate(known);
                    break;
                };
                let ahead = (sum - team.end) as u32;
                shares.push((team.start, Share { ahead, first: first as u32, terms: (end - first) as u32 }));
                (end, begins) = (first, team.start);
            }
            if shares.is_empty() {
                continue;
            }
            // What comes before all of them is for the first.
            others.extend((0..end).rev());
            if let Some((_, share)) = shares.last_mut() {
                (share.first, share.terms) = (0, share.terms + end as u32);
            }
            let is_there = |other: &usize| {
                let signal = terms.get(*other).and_then(|(read, _)| read.signal());
                let before = lines.get(..begins).unwrap_or_default();
                signal.is_none_or(|signal| before.iter().any(|line| makes(line, signal)))
            };
            // One behind another is dealt with in one go.
            let goes = others.windows(2).filter(|pair| pair[0] != pair[1] + 1).count();
            if goes < MOST_OTHERS && others.iter().all(is_there) {
                for (team, share) in shares {
                    if let Some(place) = self.shares.get_mut(team) {
                        *place = Some(share);
                    }
                }
            }
        }
    }

    /// The first of the last terms that are what members put out, all of them, nothing else hearing it. The others among these terms are noted, the last first.
    fn first_of(
        &self,
        members: &[Line],
        terms: &[(Read, u32)],
        channels: u16,
        script: &Script,
        others: &mut SmallVec<[usize; 16]>,
    ) -> Option<usize> {
        let mut left = members.len();
        for (number, (read, _)) in terms.iter().enumerate().rev() {
            // Mostly they stand as the terms do.
            let (before, behind) = members.split_at(left.saturating_sub(1));
            let mut lines = behind.iter().take(1).chain(before).chain(behind.iter().skip(1));
            let signal = read.signal().filter(|_| self.is_only_added(read, channels, script));
            if signal.is_some_and(|signal| lines.any(|line| makes(line, signal))) {
                left -= 1;
            } else {
                others.push(number);
            }
            if left == 0 {
                return Some(number);
            }
        }
        None
    }

    /// Whether all of a signal that is made here is read, and by nobody else.
    fn is_only_added(&self, read: &Read, channels: u16, script: &Script) -> bool {
        let Some(signal) = read.signal() else { return false };
        let made = script.signals.get(signal as usize);
        made.is_some_and(|made| made.home.is_none() && made.channels == channels)
            && (read.first, read.channels) == (0, channels)
            && self.readings.get(signal as usize) == Some(&1)
    }

    /// Finds which lines make chains.
    fn link(&mut self, script: &Script) {
        self.chains.clear();
        self.chains.resize(script.lines.len(), (0, 0));
        let mut behind = 0;
        for (number, pair) in script.lines.windows(2).enumerate().rev() {
            let [from, line] = pair else { continue };
            let is_first =
                matches!(from, Line::Node { drives, inputs, .. } if drives.len == 0 && inputs.len == 1);
            behind = match is_first && goes_on(line, from, script, &self.readings) {
                true => (behind + 1).min(chain::MOST as u8 - 1),
                false => 0,
            };
            if let Some(place) = self.chains.get_mut(number) {
                place.0 = behind;
            }
        }
        let (mut next, mut memo) = (0, 0u8);
        while let Some((behind, number)) = self.chains.get_mut(next) {
            // Of more than that nothing is remembered.
            if *behind > 0 && memo < u8::MAX {
                memo += 1;
                *number = memo;
            }
            next += 1 + usize::from(*behind);
        }
    }

    /// Finds the first block of each signal, and tells how many blocks there are. Blocks given up are taken again latest first, while they are in
    /// the cache; never in the line in which they were given up, so that no step writes what it reads.
    fn assign(&mut self, script: &Script) -> u32 {
        self.begin.clear(script.lines.len(), self.lives.len());
        self.finish.clear(script.lines.len(), self.lives.len());
        self.free.clear();
        self.starts.clear();
        self.starts.resize(self.lives.len(), Run::NOWHERE);
        for (number, (life, signal)) in self.lives.iter().zip(&script.signals).enumerate().rev() {
            if life.from != usize::MAX && signal.home.is_none() {
                self.begin.put_first(life.from, number as Signal);
                self.finish.put_first(life.to, number as Signal);
            }
        }
        let mut blocks = 0;
        for line in 0..script.lines.len() {
            for signal in self.begin.of(line) {
                let width = script.signals[signal as usize].channels;
                let same = self.free.iter().rposition(|(there, _)| *there == width);
                self.starts[signal as usize] = match same {
                    Some(place) => self.free.remove(place).1,
                    None => {
                        blocks += u32::from(width);
                        blocks - u32::from(width)
                    }
                };
            }
            for over in self.finish.of(line) {
                self.free.push((script.signals[over as usize].channels, self.starts[over as usize]));
            }
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

fn step(number: usize, script: &Script, places: &Places) -> Step {
    let Places { starts, heard, chains, shares, .. } = places;
    match script.lines[number] {
        Line::Node { slot, half, inputs, drives, out } => {
            let heard = out.and_then(|signal| heard.get(signal as usize).copied()).unwrap_or(Heard::NONE);
            let out = out.map_or(Run { start: 0, channels: 0 }, |signal| Run {
                start: starts[signal as usize],
                channels: script.signals[signal as usize].channels,
            });
            let first = inputs.of(&script.reads).first().map_or(Run::default(), |read| run(read, starts));
            let (chain, memo) = chains.get(number).copied().unwrap_or_default();
            Step::Node(NodeStep { slot, half, heard, chain, memo, out, inputs, first, drives })
        }
        Line::Mix { out, first, channels, terms } => {
            Step::Mix { out: Run { start: starts[out as usize] + u32::from(first), channels }, terms }
        }
        Line::Loop { lines, breakers } => Step::Loop { steps: lines as u32, breakers },
        Line::Team { team, lines } => {
            let share = shares.get(number).copied().flatten();
            let mut fed = Fed::default();
            for line in script.lines.iter().skip(number + 1).take(lines) {
                if let Line::Node { inputs, .. } = line {
                    fed.add(inputs.of(&script.reads).iter().map(|read| run(read, starts)));
                }
            }
            Step::Team { team, steps: lines as u32, fed, share }
        }
    }
}

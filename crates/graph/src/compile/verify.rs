//! Checks a compiled plan against its script: every block that a step reads holds the very signal that the script means, and no step
//! writes what it reads.

use super::script::{From, Line, Read, Script, Signal};
use crate::plan::{CompiledGraph, Half, Share, Step};
use crate::signal::Run;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

/// One channel of a signal.
type Content = (Signal, u16);

struct Books<'p> {
    plan: &'p CompiledGraph,
    script: &'p Script,
    /// What each block holds that the plan has written.
    content: BTreeMap<u32, Content>,
    /// What a node does not put out because nothing is to read it.
    left_out: BTreeSet<Content>,
}

/// Goes through the plan as the executor does (through loops twice, since they come round) and keeps books on what each block holds.
pub(super) fn verify(plan: &CompiledGraph, script: &Script) -> Result<(), String> {
    if plan.steps.len() != script.lines.len() {
        return Err(format!("{} steps for {} lines", plan.steps.len(), script.lines.len()));
    }
    let mut books = Books { plan, script, content: BTreeMap::new(), left_out: BTreeSet::new() };
    books.receive();
    let mut next = 0;
    let mut round: Option<(usize, usize, bool)> = None;
    while next < plan.steps.len() {
        books.step(next)?;
        if let Step::Loop { steps, .. } = plan.steps[next] {
            if round.is_some_and(|(_, last, _)| next <= last) {
                return Err(format!("step {next} is a loop in a loop"));
            }
            books.check_cuts(next, steps as usize)?;
            round = Some((next + 1, next + steps as usize, true));
        }
        next = match round {
            Some((first, last, true)) if next == last => {
                round = Some((first, last, false));
                first
            }
            _ => next + 1,
        };
    }
    Ok(())
}

impl Books<'_> {
    /// Signals that no line makes come from outside, into blocks of their own.
    fn receive(&mut self) {
        let made = |line: &Line| match line {
            Line::Node { out, .. } => *out,
            Line::Mix { out, .. } => Some(*out),
            _ => None,
        };
        let made: Vec<Signal> = self.script.lines.iter().filter_map(made).collect();
        for (number, signal) in self.script.signals.iter().enumerate() {
            let number = number as Signal;
            if let Some(home) = signal.home.filter(|_| !made.contains(&number)) {
                let blocks = (0..signal.channels).map(|c| (home + u32::from(c), (number, c)));
                self.content.extend(blocks);
            }
        }
    }

    fn step(&mut self, number: usize) -> Result<(), String> {
        let name = format!("step {number}");
        let (plan, script) = (self.plan, self.script);
        match (&plan.steps[number], &script.lines[number]) {
            (Step::Node(step), Line::Node { slot, half, inputs, drives, out }) => {
                let (runs, links) = (step.inputs.of(&plan.runs), step.drives.of(&plan.drives));
                let (inputs, drives) = (inputs.of(&script.reads), drives.of(&script.drives));
                if (step.slot, step.half, runs.len(), links.len())
                    != (*slot, *half, inputs.len(), drives.len())
                {
                    return Err(format!("{name} is not what the script says"));
                }
                for (run, read) in runs.iter().zip(inputs) {
                    self.read(&name, *run, read, read.channels)?;
                    apart(&name, step.out, *run)?;
                }
                if step.first != runs.first().copied().unwrap_or_default() {
                    return Err(format!("{name} has another first input than its list"));
                }
                for (link, (param, read, cable)) in links.iter().zip(drives) {
                    if (link.param, link.sparse, link.cable) != (param.number(), param.is_sparse(), *cable) {
                        return Err(format!("{name} is driven by another cable than the script says"));
                    }
                    // A drive is the first channel.
                    self.read(&name, link.source, read, 1)?;
                    apart(&name, step.out, link.source)?;
                }
                self.follow(&name, number)?;
                if let Some(signal) = out.filter(|_| step.chain != 0) {
                    // In a loop it comes round.
                    self.left_out.retain(|(made, _)| *made != signal);
                }
                match out {
                    Some(_) if step.half == Half::Absorb => Err(format!("{name} takes in, and yet puts out")),
                    Some(signal) if step.out.channels == script.signals[*signal as usize].channels => {
                        let unheard = (0..step.out.channels).filter(|c| !step.heard.has(usize::from(*c)));
                        self.left_out.extend(unheard.map(|channel| (*signal, channel)));
                        self.write(&name, step.out, *signal, 0)
                    }
                    None if step.out.channels == 0 => Ok(()),
                    _ => Err(format!("{name} writes {:?}, which is not its signal", step.out)),
                }
            }
            (Step::Mix { out, terms }, Line::Mix { out: signal, first, channels, terms: reads }) => {
                let (terms, reads) = (terms.of(&plan.terms), reads.of(&script.terms));
                if (terms.len(), out.channels) != (reads.len(), *channels) {
                    return Err(format!("{name} adds up other cables than the script says"));
                }
                for (term, (read, cable)) in terms.iter().zip(reads) {
                    if term.cable != *cable {
                        return Err(format!("{name} adds up other cables than the script says"));
                    }
                    self.read(&name, term.source, read, read.channels)?;
                    apart(&name, *out, term.source)?;
                }
                self.add_up(&name, number, reads)?;
                self.write(&name, *out, *signal, *first)
            }
            (Step::Loop { steps, .. }, Line::Loop { lines, .. }) if *steps as usize == *lines => Ok(()),
            (Step::Team { team, steps, share, .. }, Line::Team { team: of, lines })
                if (*team, *steps as usize) == (*of, *lines) =>
            {
                self.share(&name, number + 1..number + 1 + *steps as usize, *share)
            }
            _ => Err(format!("{name} is not what the script says")),
        }
    }

    /// What the members of teams put out that have added it up before lies nowhere, so nobody else may read it; all of a sum is in the shares of the teams.
    fn add_up(&mut self, name: &str, number: usize, reads: &[(Read, u32)]) -> Result<(), String> {
        let (mut members, mut added) = (Vec::new(), 0);
        for (at, step) in self.plan.steps.get(..number).unwrap_or_default().iter().enumerate() {
            if let Step::Team { steps, share: Some(share), .. } = step
                && at + *steps as usize + 1 + share.ahead as usize == number
            {
                if share.first != added {
                    return Err(format!("{name} is not made in the order of its terms"));
                }
                added += share.terms;
                members.extend(self.made(at + 1, *steps as usize));
            }
        }
        if added != 0 && added as usize != reads.len() {
            return Err(format!("{name} has terms that are in no share"));
        }
        for (read, _) in reads.iter().filter(|_| added != 0) {
            if let Some(signal) = read.signal().filter(|signal| members.contains(signal)) {
                self.left_out.extend((0..read.channels).map(|channel| (signal, channel)));
            }
        }
        Ok(())
    }

    /// The signals that so many lines make from one on.
    fn made(&self, first: usize, lines: usize) -> Vec<Signal> {
        let lines = self.script.lines.get(first..first + lines).unwrap_or_default();
        let made = |line: &Line| if let Line::Node { out, .. } = line { *out } else { None };
        lines.iter().filter_map(made).collect()
    }

    /// What a team has a share in, the steps of which are these, is a sum; from its first team on nothing else is in it, and what no member puts out is there by then.
    fn share(&mut self, name: &str, team: Range<usize>, share: Option<Share>) -> Result<(), String> {
        let Some(share) = share else { return Ok(()) };
        let sum = team.end + share.ahead as usize;
        let (Some(Step::Mix { out, terms }), Some(Line::Mix { terms: reads, .. })) =
            (self.plan.steps.get(sum), self.script.lines.get(sum))
        else {
            return Err(format!("{name} has a share in what is no sum"));
        };
        if share.first == 0 {
            (out.start..out.end() as u32).for_each(|block| _ = self.content.remove(&block));
        }
        let members = self.made(team.start, team.len());
        let which = share.first as usize..(share.first + share.terms) as usize;
        let terms = terms.of(&self.plan.terms).get(which.clone()).unwrap_or_default();
        let reads = reads.of(&self.script.terms).get(which).unwrap_or_default();
        for (term, (read, _)) in terms.iter().zip(reads) {
            if read.signal().is_none_or(|signal| !members.contains(&signal)) {
                self.read(name, term.source, read, read.channels)?;
            }
        }
        Ok(())
    }

    /// A step that goes on from the one before it hears nothing else; and what that one puts out lies nowhere.
    fn follow(&mut self, name: &str, number: usize) -> Result<(), String> {
        let before =
            number.checked_sub(1).map(|number| (&self.plan.steps[number], &self.script.lines[number]));
        let Some((Step::Node(before), Line::Node { out: Some(signal), .. })) = before else { return Ok(()) };
        let Step::Node(step) = &self.plan.steps[number] else { return Ok(()) };
        if before.chain == 0 {
            return Ok(());
        }
        let passes_on = before.is_plain() && step.is_plain() && step.inputs.len == 1;
        if !passes_on || step.first != before.out || self.script.signals[*signal as usize].home.is_some() {
            return Err(format!("{name} does not go on from the one before it"));
        }
        self.left_out.extend((0..before.out.channels).map(|channel| (*signal, channel)));
        Ok(())
    }

    /// A loop is cut by every step in it that puts out first and takes in later, and by at least one.
    fn check_cuts(&self, head: usize, steps: usize) -> Result<(), String> {
        let Step::Loop { breakers, .. } = self.plan.steps[head] else { return Ok(()) };
        let inside = self.plan.steps.get(head + 1..=head + steps).unwrap_or(&[]);
        let emits = |step: &Step| matches!(step, Step::Node(node) if node.half == Half::Emit);
        let cuts: Vec<u32> =
            (0..inside.len()).filter(|i| emits(&inside[*i])).map(|i| (head + 1 + i) as u32).collect();
        if cuts.is_empty() || breakers.of(&self.plan.breakers) != cuts {
            return Err(format!("the loop at step {head} is not cut inside itself"));
        }
        Ok(())
    }

    /// Checks what is read; of which so many channels are used.
    fn read(&self, name: &str, run: Run, read: &Read, used: u16) -> Result<(), String> {
        if run.channels != read.channels {
            return Err(format!("{name} reads {run:?} as {} channels", read.channels));
        }
        let signal = match read.from {
            From::Here(signal) => signal,
            From::Nowhere => {
                return match run.start {
                    Run::NOWHERE => Ok(()),
                    _ => Err(format!("{name} reads {run:?}, where it should read silence")),
                };
            }
            From::Home(home) => {
                let written = (run.start..run.end() as u32).any(|block| self.content.contains_key(&block));
                return match run.start == home + u32::from(read.first) && !written {
                    true => Ok(()),
                    false => {
                        Err(format!("{name} reads {run:?}, and not what another segment puts out there"))
                    }
                };
            }
        };
        for (channel, block) in (read.first..).zip(run.start..run.end() as u32) {
            match self.content.get(&block) {
                Some(there) if channel - read.first < used && self.left_out.contains(there) => {
                    return Err(format!("{name} reads {there:?}, which its node leaves out"));
                }
                Some(there) if *there == (signal, channel) => {}
                Some(there) => {
                    return Err(format!(
                        "{name} reads {run:?} as {:?}, but {there:?} is there",
                        (signal, channel)
                    ));
                }
                None => return Err(format!("{name} reads {run:?}, which nothing wrote")),
            }
        }
        Ok(())
    }

    fn write(&mut self, name: &str, run: Run, signal: Signal, first: u16) -> Result<(), String> {
        let own = self.plan.ground..self.plan.ground + self.plan.blocks;
        let inside = match self.script.signals[signal as usize].home {
            Some(home) => run.start == home + u32::from(first),
            None => own.start <= run.start && run.end() <= own.end as usize,
        };
        if !inside && run.channels > 0 {
            return Err(format!("{name} writes {run:?}, past the plan's blocks"));
        }
        for (channel, block) in (first..).zip(run.start..run.end() as u32) {
            self.content.insert(block, (signal, channel));
        }
        Ok(())
    }
}

/// Whether two runs have no block in common.
fn apart(name: &str, out: Run, run: Run) -> Result<(), String> {
    let overlap = run.start != Run::NOWHERE
        && out.channels > 0
        && (run.start as usize) < out.end()
        && (out.start as usize) < run.end();
    if overlap { Err(format!("{name} writes {out:?}, which it reads as {run:?}")) } else { Ok(()) }
}

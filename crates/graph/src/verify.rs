//! Checks a compiled plan for soundness: every block is read as what was last written to it, and no step writes what it reads.

use crate::plan::{CompiledGraph, Half, Step};
use crate::processor::Run;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

/// Who wrote a block last: the number of the step, or the outside.
const INPUT: usize = usize::MAX;

struct Books<'p> {
    plan: &'p CompiledGraph,
    writer: Vec<Option<usize>>,
}

/// Goes through the plan as the executor does (through loops twice, since they come round), and keeps books on who wrote each block.
pub(crate) fn verify(plan: &CompiledGraph) -> Result<(), String> {
    let mut books = Books { plan, writer: vec![None; plan.blocks as usize] };
    books.write(plan.input, INPUT)?;
    let mut next = 0;
    let mut round: Option<(usize, usize, bool)> = None;
    while let Some(step) = plan.steps.get(next) {
        books.step(next, step)?;
        if let Step::Loop { steps, breakers } = step {
            let first = next + 1;
            if round.is_some_and(|(_, last, _)| next <= last) {
                return Err(format!("step {next} is a loop in a loop"));
            }
            let inside = |b: &u32| (first..first + *steps as usize).contains(&(*b as usize));
            if breakers.len == 0 || !breakers.of(&plan.breakers).iter().all(inside) {
                return Err(format!("the loop at step {next} is not cut inside itself"));
            }
            round = Some((first, next + *steps as usize, true));
        }
        next = match round {
            Some((first, last, true)) if next == last => {
                round = Some((first, last, false));
                first
            }
            _ => next + 1,
        };
    }
    books.read("the output", plan.output).map(drop)
}

impl Books<'_> {
    fn step(&mut self, number: usize, step: &Step) -> Result<(), String> {
        let name = format!("step {number}");
        let plan = self.plan;
        let (out, reads): (Run, Vec<Run>) = match step {
            Step::Node(step) => {
                let drives = step.drives.of(&plan.drives).iter().map(|d| d.source);
                let inputs = step.inputs.of(&plan.runs).iter().copied();
                if step.half == Half::Absorb && step.out.channels != 0 {
                    return Err(format!("{name} takes in, and yet puts out"));
                }
                (step.out, inputs.chain(drives).collect())
            }
            Step::Mix { out, terms } => (*out, terms.of(&plan.terms).iter().map(|t| t.source).collect()),
            Step::Loop { .. } => return Ok(()),
        };
        for run in &reads {
            self.read(&name, *run)?;
            if run.start != Run::NOWHERE
                && (run.start as usize) < out.end()
                && (out.start as usize) < run.end()
            {
                return Err(format!("{name} writes {out:?}, which it reads as {run:?}"));
            }
        }
        self.write(out, number)
    }

    fn read(&self, name: &str, run: Run) -> Result<(), String> {
        if run.start == Run::NOWHERE || run.channels == 0 {
            return Ok(());
        }
        let writers = self.writer.get(run.start as usize..run.end());
        let Some(writers) = writers else {
            return Err(format!("{name} reads {run:?}, past the plan's blocks"));
        };
        if writers.iter().any(Option::is_none) {
            return Err(format!("{name} reads {run:?}, which nothing wrote"));
        }
        Ok(())
    }

    fn write(&mut self, run: Run, by: usize) -> Result<(), String> {
        match self.writer.get_mut(run.start as usize..run.end()) {
            Some(blocks) => blocks.fill(Some(by)),
            None if run.channels == 0 => {}
            None => return Err(format!("step {by} writes {run:?}, past the plan's blocks")),
        }
        Ok(())
    }
}

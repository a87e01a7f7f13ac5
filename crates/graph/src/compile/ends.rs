//! What a plan has to do with others: blocks that it hears and blocks that it tells.

use crate::plan::{CompiledGraph, Step};
use crate::signal::Run;
use alloc::vec::Vec;

impl CompiledGraph {
    /// Finds the blocks that are read and written beyond those that no other plan hears.
    pub(crate) fn find_ends(&mut self) {
        let (own, mut hears, mut tells) = (self.ground..self.ground + self.blocks, Vec::new(), Vec::new());
        let note = |run: Run, to: &mut Vec<u32>| {
            let blocks = (run.start..run.end() as u32)
                .filter(|block| run.start != Run::NOWHERE && !own.contains(block));
            to.extend(blocks);
        };
        for step in &self.steps {
            match step {
                Step::Node(step) => {
                    step.inputs(self).iter().for_each(|run| note(*run, &mut hears));
                    let driven = step.drives.of(&self.drives).iter().map(|link| link.source);
                    driven.for_each(|run| note(run, &mut hears));
                    note(step.out, &mut tells);
                }
                Step::Mix { out, terms } => {
                    terms.of(&self.terms).iter().for_each(|term| note(term.source, &mut hears));
                    note(*out, &mut tells);
                }
                Step::Loop { .. } | Step::Team { .. } => {}
            }
        }
        for list in [&mut hears, &mut tells] {
            list.sort_unstable();
            list.dedup();
        }
        hears.retain(|block| tells.binary_search(block).is_err());
        (self.hears, self.tells) = (hears.into(), tells.into());
    }
}

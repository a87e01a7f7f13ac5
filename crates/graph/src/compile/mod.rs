//! From topology to plan: what runs in which order, in which blocks.
//!
//! The order is kept by the [lineup](crate::lineup). Here each segment of it that was touched becomes a list of steps:
//! 1. `homes`: signals that other segments hear get blocks of their own.
//! 2. `script`: the steps over signals that have names but no place yet, which `writer` finds in the topology.
//!    (`record`: the steps of units that were not touched are kept.)
//! 3. `place`: the other signals get blocks by how long they live.

mod ends;
mod homes;
mod line;
mod place;
mod record;
mod script;
mod sheet;
#[cfg(test)]
mod tests;
#[cfg(any(test, debug_assertions))]
mod verify;
mod writer;

use crate::chain::Memos;
use crate::error::GraphError;
use crate::lineup::Unit;
use crate::plan::CompiledGraph;
use crate::topology::{AudioGraph, CableId, ROOT};
use alloc::vec::Vec;

pub(crate) use record::Record;
pub(crate) use script::{Hearsay, Order};
pub(crate) use sheet::{Member, Sheet};

/// What compiling writes down on the way: kept, so that an edit needs no memory of its own for it, which would lie wherever the allocator
/// has some.
#[derive(Debug, Default)]
pub(crate) struct Slate {
    script: script::Script,
    places: place::Places,
    outside: Vec<(Unit, Option<CableId>)>,
    /// How many plans there were so far.
    plans: u64,
}

impl AudioGraph {
    /// Compiles the segments that were touched. `[control]`
    pub(crate) fn compile(&mut self) -> Result<Vec<(u32, CompiledGraph)>, GraphError> {
        let mut slate = core::mem::take(&mut self.slate);
        self.settle_homes(&mut slate.outside);
        let dirty: Vec<u32> = self.lineup.dirty.iter().copied().collect();
        for slot in &dirty {
            if let Some(part) = self.segment(*slot).map(|s| s.part).filter(|part| *part != ROOT) {
                self.loosen_team(part);
            }
        }
        let plans = dirty.into_iter().map(|slot| Ok((slot, self.compile_segment(slot, &mut slate)?)));
        let plans: Result<Vec<_>, _> = plans.collect();
        self.slate = slate;
        #[cfg(debug_assertions)]
        if plans.is_ok() {
            self.check_records();
        }
        plans
    }

    fn compile_segment(&mut self, slot: u32, slate: &mut Slate) -> Result<CompiledGraph, GraphError> {
        let (script, places) = (&mut slate.script, &mut slate.places);
        if let Some(part) = self.segment(slot).map(|s| s.part) {
            self.input_of(part);
        }
        writer::write(self, slot, script, true)?;
        #[cfg(debug_assertions)]
        self.check_record(slot, script);
        script.reorder(&self.arrange(slot, || script.hearsay()));
        let mut plan = place::place(script, places, |blocks| self.ground_of(slot, blocks));
        slate.plans += 1;
        plan.number = slate.plans;
        plan.memos = Memos::of(&plan);
        self.note_ends(slot, &mut plan);
        #[cfg(debug_assertions)]
        if let Err(fault) = verify::verify(&plan, script) {
            panic!("a compiled plan is not sound: {fault}");
        }
        self.keep(slot, script);
        Ok(plan)
    }

    /// Panics if the steps that were kept are not those that the graph asks for.
    #[cfg(debug_assertions)]
    fn check_record(&self, slot: u32, script: &script::Script) {
        let mut anew = script::Script::default();
        let written = writer::write(self, slot, &mut anew, false);
        let same = anew.is_same(script) && anew.breakers == script.breakers;
        assert!(written.is_ok() && same, "{slot}: {script:?} for {anew:?}");
    }
}

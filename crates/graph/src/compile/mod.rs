//! From topology to plan: what runs in which order, in which blocks.
//!
//! The order is kept by the [lineup](crate::lineup). Here each segment of it that was touched becomes a list of steps:
//! 1. `homes`: signals that other segments hear get blocks of their own.
//! 2. `script`: the steps over signals that have names but no place yet.
//! 3. `place`: the other signals get blocks by how long they live.

mod homes;
mod place;
mod script;
#[cfg(test)]
mod tests;
#[cfg(any(test, debug_assertions))]
mod verify;

use crate::error::GraphError;
use crate::plan::CompiledGraph;
use crate::topology::AudioGraph;
use alloc::vec::Vec;

impl AudioGraph {
    /// Compiles the segments that were touched. `[control]`
    pub(crate) fn compile(&mut self) -> Result<Vec<(u32, CompiledGraph)>, GraphError> {
        self.settle_homes();
        let dirty: Vec<u32> = self.lineup.dirty.iter().copied().collect();
        let mut plans = Vec::with_capacity(dirty.len());
        for slot in dirty {
            plans.push((slot, self.compile_segment(slot)?));
        }
        Ok(plans)
    }

    fn compile_segment(&mut self, slot: u32) -> Result<CompiledGraph, GraphError> {
        let script = script::write(self, slot)?;
        let plan = place::place(&script, |blocks| self.ground_of(slot, blocks));
        #[cfg(debug_assertions)]
        if let Err(fault) = verify::verify(&plan, &script) {
            panic!("a compiled plan is not sound: {fault}");
        }
        Ok(plan)
    }
}

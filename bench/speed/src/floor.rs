//! What can the machine do if the loops are written by hand for one workload, lanes across whatever repeats?
//!
//! No graph, no edits, nothing that is settable: bounds to measure engines against. Each kernel is written once over [`Lanes`], and compiled for SSE2,
//! AVX2 with FMA and AVX-512; which of them the processor has is asked when the program runs.

mod chains;
mod lanes;
mod samples;
mod strips;
mod voices;

use crate::engine::Engine;
use crate::workload::Workload;
pub use lanes::able;

/// The floor of a workload in that many lanes, if this processor has them.
pub fn make(workload: Workload, width: usize) -> Option<Box<dyn Engine>> {
    if !able(width) {
        return None;
    }
    match workload {
        Workload::Voices => Some(Box::new(voices::Voices::new(width))),
        Workload::Strips => Some(Box::new(strips::Strips::new(width))),
        Workload::Chains => Some(Box::new(chains::Chains::new(width))),
        // Two frames of both sides are four numbers.
        Workload::Linear | Workload::Cubic if width == 4 => {
            Some(Box::new(samples::Samples::new(workload == Workload::Cubic)))
        }
        Workload::Linear | Workload::Cubic | Workload::Notes | Workload::Mixed => None,
    }
}

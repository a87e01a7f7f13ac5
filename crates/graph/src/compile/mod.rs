//! From topology to plan: what runs in which order, in which blocks.
//!
//! 1. `order`: nodes in an order in which each comes after what it hears (Kahn), feedback loops found and cut at their delays.
//! 2. `script`: the steps over signals that have names but no place yet.
//! 3. `place`: signals get blocks by how long they live.

mod order;
mod place;
mod script;
#[cfg(test)]
mod tests;
#[cfg(any(test, debug_assertions))]
mod verify;

use crate::error::GraphError;
use crate::message::NodeId;
use crate::plan::CompiledGraph;
use crate::topology::AudioGraph;

/// Compiles one part of a graph. `[control]`
pub(crate) fn compile(graph: &AudioGraph, part: NodeId) -> Result<CompiledGraph, GraphError> {
    let order = order::order(graph, part)?;
    let script = script::write(graph, part, &order);
    let plan = place::place(&script);
    #[cfg(debug_assertions)]
    if let Err(fault) = verify::verify(&plan, &script) {
        panic!("a compiled plan is not sound: {fault}");
    }
    Ok(plan)
}

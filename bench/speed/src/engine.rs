//! Who can render a workload a block at a time in this process?

mod firewheel;
mod fundsp;
mod kira;
mod oddio;
pub mod ours;

use crate::floor;
use crate::spec::BLOCK;
use crate::workload::Workload;

/// Left and right.
pub type Block = [[f32; BLOCK]; 2];

/// An engine that holds a workload.
pub trait Engine {
    /// Renders the next block over what is there.
    fn block(&mut self, out: &mut Block);

    /// What the control side does before a block, which is not counted.
    fn control(&mut self) {}
}

/// The engine of that name with a workload, if it can do it on this machine.
pub fn make(name: &str, workload: Workload) -> Option<Box<dyn Engine>> {
    match name.split_once(':') {
        Some(("sostenuto", document)) => ours::make(document, workload),
        Some(("floor", width)) => floor::make(workload, width.parse().ok()?),
        _ => match name {
            "fundsp" => fundsp::make(workload),
            "firewheel" => firewheel::make(workload),
            "kira" => kira::make(workload),
            "oddio" => oddio::make(workload),
            _ => None,
        },
    }
}

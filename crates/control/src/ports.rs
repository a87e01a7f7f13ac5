//! How do the audio ports of the patch fare?

use crate::messages::{Direction, Fault, PortState, PortStatus};
use sostenuto_engine::Controller;
use sostenuto_patch::OUTPUT_KIND;

/// The ports, in the order of the patch.
pub(crate) fn ports(controller: &Controller) -> Result<Vec<PortStatus>, Fault> {
    let counts = controller.counts()?;
    Ok(controller.with(move |desk| {
        let conductor = desk.conductor();
        let rate = conductor.sample_rate() as u32;
        let port = |node: &sostenuto_patch::ResolvedNode| PortStatus {
            node: node.label.clone(),
            direction: Direction::Out,
            asked: None,
            device: None,
            state: PortState::Locked,
            why: None,
            first: 1,
            channels: node.layout.channels,
            rate,
            block: u32::try_from(counts.largest).unwrap_or(u32::MAX),
            clock: true,
            follows: false,
            fill_ms: 0.0,
            target_ms: 0.0,
            latency_ms: 0.0,
            ppm: 0.0,
            underruns: 0,
            overruns: 0,
            xruns: counts.xruns,
            late: counts.late,
        };
        conductor.resolved().of_kind(OUTPUT_KIND).map(port).collect()
    })?)
}

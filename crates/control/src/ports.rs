//! How do the audio ports of the patch fare?

use crate::messages::{Direction, Fault, PortState, PortStatus};
use sostenuto_engine::{Controller, PortCondition, PortReport};
use sostenuto_nodes::Way;

/// The ports, as the engine reports them.
pub(crate) fn ports(controller: &Controller) -> Result<Vec<PortStatus>, Fault> {
    Ok(controller.ports()?.into_iter().map(status).collect())
}

fn status(port: PortReport) -> PortStatus {
    PortStatus {
        node: port.label,
        direction: if port.way == Way::Out { Direction::Out } else { Direction::In },
        asked: port.asked,
        device: port.device,
        state: match port.state {
            PortCondition::Missing => PortState::Missing,
            PortCondition::Opening => PortState::Opening,
            PortCondition::Priming => PortState::Priming,
            PortCondition::Locking => PortState::Locking,
            PortCondition::Locked => PortState::Locked,
        },
        why: port.why,
        first: port.first,
        channels: port.channels,
        rate: port.rate,
        block: port.block,
        clock: port.clock,
        follows: port.follows,
        fill_ms: port.fill_ms,
        target_ms: port.target_ms,
        latency_ms: port.latency_ms,
        ppm: port.ppm,
        underruns: port.underruns,
        overruns: port.overruns,
        xruns: port.xruns,
        late: port.late,
    }
}

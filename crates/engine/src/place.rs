//! A node of the patch as it stands in the graph, and what it shows.

use crate::roster::Called;
use sostenuto_graph::{NodeId, NodeLoad};
use sostenuto_nodes::{Fortunes, SlotDesk, Tap};
use std::sync::Arc;

/// Where a node of the patch, or of an instance of a part, is in the graph.
#[derive(Debug)]
pub(crate) struct Place {
    pub node: NodeId,
    pub called: Arc<Called>,
    pub tap: Option<Tap>,
    /// The way to its slots, if it has some.
    pub slots: Option<Box<SlotDesk>>,
    /// What it tells, by number.
    pub tells: &'static [&'static str],
    pub load: Arc<NodeLoad>,
    /// It is not there before this frame.
    pub born: u64,
    /// Of a port, the node that stands for its device in the graph, if it has one of its own.
    pub wire: Option<NodeId>,
    /// The parts of the graph that its inside stands in: one if it is an instance of a part, one for each voice of an instrument.
    pub bodies: Vec<NodeId>,
}

/// The level of one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Levels {
    /// The largest magnitude since it was last asked for.
    pub peak: f32,
    /// The root of the mean square over about 300 ms.
    pub rms: f32,
}

/// How one node fares.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeReport {
    /// Its label in the patch; of a node inside an instance of a part `INSTANCE/NODE`.
    pub label: String,
    /// Its kind.
    pub kind: String,
    /// Nanoseconds that it takes for 64 frames, averaged; 0 before it was measured. Of an instance of a part, what is inside is counted.
    pub average_ns: f32,
    /// The most nanoseconds that it took for 64 frames.
    pub peak_ns: u32,
    /// The levels of its channels, if it is a meter.
    pub levels: Vec<Levels>,
    /// How it fares, if it is a stream from the disk.
    pub stream: Option<Fortunes>,
}

/// The levels that a tap shows, if it is a meter's.
pub(crate) fn levels(tap: Option<&Tap>) -> Vec<Levels> {
    match tap {
        Some(Tap::Meter(meter)) => {
            (0..meter.channels()).map(|c| Levels { peak: meter.take_peak(c), rms: meter.rms(c) }).collect()
        }
        _ => Vec::new(),
    }
}

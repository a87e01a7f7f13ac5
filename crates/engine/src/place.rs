//! A node of the patch as it stands in the graph, and what it shows.

use sostenuto_graph::{NodeId, NodeLoad};
use sostenuto_nodes::Tap;
use std::sync::Arc;

/// Where a node of the patch is in the graph.
#[derive(Debug)]
pub(crate) struct Place {
    pub node: NodeId,
    pub label: String,
    pub tap: Option<Tap>,
    pub load: Arc<NodeLoad>,
    /// It is not there before this frame.
    pub born: u64,
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
    /// Its label in the patch.
    pub label: String,
    /// Its kind.
    pub kind: String,
    /// Nanoseconds that it takes for 64 frames, averaged; 0 before it was measured.
    pub average_ns: f32,
    /// The most nanoseconds measured for a span.
    pub peak_ns: u32,
    /// The levels of its channels, if it is a meter.
    pub levels: Vec<Levels>,
}

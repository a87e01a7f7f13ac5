//! Parameters that follow lanes.

use super::Edit;
use crate::automation::{Overlay, Track, Tracks};
use crate::error::GraphError;
use crate::message::NodeId;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use sostenuto_transport::Lane;

/// A lane, and the parameters that follow it: nodes, and the numbers of the parameters in their shapes.
pub type Follows = (Arc<Lane>, Vec<(NodeId, u16)>);

impl Edit<'_> {
    /// Says which parameters follow lanes from the batch on, and which lane each: all of them, in place of those said before.
    ///
    /// While a parameter follows a lane it is where that says at the place of the transport, frame by frame, and stays there while the transport
    /// stands. Where the lane jumps (a step, its end, a seek, another lane) the parameter gets there as it does when it is set: most glide for 5 ms,
    /// choices and gates change at once; a node that comes in the same batch begins on its lane. A value that is set is kept, and not heard before
    /// the lane goes: then the parameter glides there. Cables that drive it add to what the lane says, and the sum is kept in the parameter's range.
    ///
    /// # Errors
    /// No such node or parameter.
    pub fn set_automation(&mut self, lanes: Vec<Follows>) -> Result<(), GraphError> {
        let mut tracks = Vec::new();
        let mut params: BTreeMap<NodeId, Vec<u16>> = BTreeMap::new();
        for (lane, targets) in lanes {
            for (node, param) in targets {
                let default = self.graph.entry(node)?.shape.params.get(usize::from(param)).map(|p| p.default);
                let set = self.graph.checked_set(node, param, default.unwrap_or(0.0), None)?;
                let fresh = self.new_node(node).is_some();
                tracks.push(Track::new(Arc::clone(&lane), set.node, param, set.motion, fresh));
                params.entry(node).or_default().push(param);
            }
        }
        let overlay = |(node, params)| {
            let address = self.graph.address(node)?;
            Some((address, Some(Box::new(Overlay::new(params)))))
        };
        let overlays = params.into_iter().filter_map(overlay).collect();
        self.tracks = Some(Box::new(Tracks { tracks, overlays }));
        Ok(())
    }
}

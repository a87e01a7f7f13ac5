//! How a team and its members know of each other: where a node is, at which lanes something is to be looked at, and who comes in. Chains know of their nodes likewise.

use crate::compile::Member;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU32, Ordering};

/// Tells a team of which nodes something is to be looked at: a bit for each lane, for each node.
#[derive(Clone, Debug)]
pub(crate) struct Bell(Arc<[AtomicU32]>);

impl Bell {
    pub fn new(nodes: usize) -> Self {
        Bell((0..nodes).map(|_| AtomicU32::new(0)).collect())
    }

    /// `[audio]`
    pub fn ring(&self, node: u16, lane: u8) {
        let bit = 1 << lane;
        // To look first spares most of them a locked instruction, which waits for all that was written before it.
        if let Some(lanes) = self.0.get(usize::from(node))
            && lanes.load(Ordering::Relaxed) & bit == 0
        {
            lanes.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether it is the same.
    pub fn is(&self, other: &Bell) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The lanes for which it was rung.
    #[inline(always)]
    pub fn rung(&self, node: usize) -> u32 {
        self.0.get(node).map_or(0, |lanes| lanes.load(Ordering::Relaxed))
    }

    /// The lanes for which it was rung at any node.
    pub fn rung_at_any(&self) -> u32 {
        self.0.iter().fold(0, |rung, lanes| rung | lanes.load(Ordering::Relaxed))
    }

    /// Those of the lanes for which it was rung, and is not from now on.
    pub fn answer(&self, node: usize, lanes: u32) -> u32 {
        let Some(there) = self.0.get(node) else { return 0 };
        if there.load(Ordering::Relaxed) & lanes == 0 {
            return 0;
        }
        there.fetch_and(!lanes, Ordering::Relaxed) & lanes
    }

    /// Rings for lanes at which something has to be looked at again.
    pub(super) fn ring_again(&self, node: usize, lanes: u32) {
        if let Some(there) = self.0.get(node) {
            there.fetch_or(lanes, Ordering::Relaxed);
        }
    }
}

/// Where a node is in a team, or, without a team, in a [chain](crate::chain).
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub bell: Bell,
    pub team: u32,
    pub node: u16,
    pub lane: u8,
}

/// A part that comes into a team.
#[derive(Debug)]
pub(crate) struct Joining {
    pub team: u32,
    pub lane: u8,
    pub(super) slot: u32,
    pub(super) nodes: Box<[u32]>,
    pub(super) cables: Box<[u32]>,
    /// What all members share: the number of the node, that of the parameter, and the bits of the value.
    pub(super) shared: Box<[(u16, u16, u32)]>,
}

impl Joining {
    /// `[control]`
    pub fn new(team: u32, lane: u8, member: &Member) -> Self {
        let nodes = member.nodes.iter().map(|(slot, _)| *slot).collect();
        Joining {
            team,
            lane,
            slot: member.slot,
            nodes,
            cables: member.cables.clone(),
            shared: member.shared.clone(),
        }
    }
}

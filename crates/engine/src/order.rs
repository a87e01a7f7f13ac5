//! Requests with frames, kept in the order in which they were made, so that in the end what sounds is what the patch says.

use sostenuto_graph::{NodeId, Ticket};
use std::collections::{HashMap, HashSet};

/// What has been asked for a frame that has not come yet.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// The latest frame that a batch was sent for: no later batch takes effect before it.
    pub horizon: u64,
    /// Batches for a musical time that has not come yet: what is asked later waits for them.
    pub open: HashSet<Ticket>,
    /// The latest frame at which a parameter was set, for those with a frame to come.
    sets: HashMap<(NodeId, u16), u64>,
    /// The latest of these.
    latest: u64,
    /// With more of them than this, those that are past are looked for.
    many: usize,
}

/// So many are kept before any are looked through.
const FEW: usize = 64;

impl Order {
    /// The frame for a batch that sets these parameters: not before what was asked of them earlier.
    pub fn batch(&mut self, at: Option<u64>, sets: &[(NodeId, u16)], now: u64) -> Option<u64> {
        self.forget(now);
        let earlier = sets.iter().filter_map(|set| self.sets.get(set)).max().copied();
        let at = at.max(earlier);
        self.horizon = self.horizon.max(at.unwrap_or(0));
        at
    }

    /// The frame for a change of one parameter: not before its node is there, nor before what was asked of it earlier.
    pub fn set(&mut self, at: Option<u64>, born: u64, set: (NodeId, u16), now: u64) -> Option<u64> {
        self.forget(now);
        let born = Some(born).filter(|born| *born > now);
        let at = at.max(born).max(self.sets.get(&set).copied());
        if let Some(frame) = at.filter(|frame| *frame > now) {
            self.sets.insert(set, frame);
            self.latest = self.latest.max(frame);
        }
        at
    }

    /// Whether no parameter was set for a frame that is to come.
    pub fn awaits_no_set(&self, now: u64) -> bool {
        self.latest <= now
    }

    /// What is past needs no keeping. Looked through only when there is twice as much as there was left the last time.
    fn forget(&mut self, now: u64) {
        if self.sets.len() > self.many.max(FEW) {
            self.sets.retain(|_, frame| *frame >= now);
            self.many = 2 * self.sets.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sostenuto_graph::ROOT;

    #[test]
    fn nothing_overtakes_what_was_asked_before_it() {
        let mut order = Order::default();
        assert_eq!(order.set(None, 0, (ROOT, 1), 10), None);
        assert_eq!(order.set(Some(100), 0, (ROOT, 1), 10), Some(100));
        assert_eq!(order.set(None, 0, (ROOT, 1), 10), Some(100), "the same parameter");
        assert_eq!(order.set(None, 0, (ROOT, 2), 10), None, "another one");
        assert_eq!(order.batch(Some(50), &[(ROOT, 2)], 10), Some(50));
        assert_eq!(order.batch(Some(50), &[(ROOT, 1)], 10), Some(100), "a batch that sets it");
        assert_eq!(
            order.set(None, order.horizon, (ROOT, 3), 10),
            Some(100),
            "a node that is not there before"
        );
    }
}

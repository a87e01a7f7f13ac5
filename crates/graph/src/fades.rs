//! What is on its way in or out: cables that fade, and nodes that stay until those that lead from them have.

use crate::batch::Batch;
use crate::edit::Edit;
use crate::message::{NodeId, Ticket};
use crate::topology::{AudioGraph, CableId};
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// What fades because of one batch.
#[derive(Debug)]
pub(crate) struct Fade {
    pub ticket: Ticket,
    /// The revision against which the batch was built.
    pub revision: u64,
    /// How long it takes, from the frame at which the batch takes effect.
    pub frames: u32,
    /// The frame at which it is over, once that is known.
    pub due: Option<u64>,
    /// Cables, and the change of their gain that it is about.
    pub cables: Vec<(CableId, u64)>,
    pub nodes: Vec<NodeId>,
}

/// All that fades.
#[derive(Debug, Default)]
pub(crate) struct Fades {
    /// In the order of the batches.
    pub waiting: VecDeque<Fade>,
    /// How many nodes are on their way out.
    pub nodes: usize,
    /// How many cables are.
    pub cables: usize,
}

impl AudioGraph {
    /// Takes note of the frame at which a batch took effect, as [`Event::Applied`](crate::Event::Applied) tells it: from then on its fades run. `[control]`
    pub fn applied(&mut self, ticket: Ticket, frame: u64) {
        let fade = self.fades.waiting.iter_mut().find(|fade| fade.ticket == ticket);
        if let Some(fade) = fade {
            fade.due = Some(frame + u64::from(fade.frames));
        }
    }

    /// Whether [`settle`](Self::settle) would find anything to do at this frame.
    pub fn is_unsettled(&self, now: u64) -> bool {
        self.has_faded(now) || self.has_loose(now)
    }

    fn has_faded(&self, now: u64) -> bool {
        self.fades.waiting.front().is_some_and(|fade| fade.due.is_some_and(|due| due <= now))
    }

    /// Takes away what has faded out by `now`, the frame that will be rendered next, brings cables that have faded in to rest, and lets parts that do the
    /// same run side by side. Nothing that is heard changes. Like any batch, the one that comes back is to be sent before any later one. To be called now and then: until it is, what has
    /// faded out goes on being rendered. `[control]`
    pub fn settle(&mut self, now: u64) -> Option<Box<Batch>> {
        let mut over = Vec::new();
        while self.has_faded(now)
            && let Some(fade) = self.fades.waiting.pop_front()
        {
            over.push(fade);
        }
        let loose = self.has_loose(now);
        if over.is_empty() && !loose {
            return None;
        }
        let mut edit = Edit::new(self);
        for fade in over {
            edit.settle(fade);
        }
        if loose {
            edit.graph.muster(now);
        }
        // Taking away closes no loop.
        let quiet = edit.is_empty() && edit.graph.lineup.dirty.is_empty() && !edit.graph.teams.has_changed();
        if quiet { None } else { edit.commit().ok() }
    }
}

//! Undo and redo: the patches that were, as far back as the limit goes.

use crate::listing::{Change, Listing};
use crate::model::Patch;
use std::collections::VecDeque;

/// How many steps a history keeps unless asked otherwise.
pub const DEFAULT_STEPS: usize = 1000;

/// The patches that led to one, and those that were undone.
///
/// They share what is alike, so that a step takes memory for what it changed. When there are more than the limit, the oldest is dropped and counted.
#[derive(Clone, Debug)]
pub struct History {
    /// Oldest first; the present one is among them.
    patches: VecDeque<Patch>,
    /// Which of them is present.
    present: usize,
    limit: usize,
    dropped: u64,
}

impl History {
    /// A history that begins with this patch.
    pub fn new(patch: Patch) -> Self {
        Self::with_limit(patch, DEFAULT_STEPS)
    }

    /// The same, for so many steps.
    pub fn with_limit(patch: Patch, limit: usize) -> Self {
        History { patches: VecDeque::from([patch]), present: 0, limit, dropped: 0 }
    }

    /// The patch as it is now.
    pub fn present(&self) -> &Patch {
        &self.patches[self.present]
    }

    /// Makes `patch` the present one. What was undone before is forgotten. Whether it differs from the present one: if not,
    /// there is no step. Only what the two do not share is looked at.
    pub fn record(&mut self, patch: Patch) -> bool {
        if same(self.present(), &patch) {
            return false;
        }
        self.patches.truncate(self.present + 1);
        self.patches.push_back(patch);
        self.present += 1;
        while self.present > self.limit {
            self.patches.pop_front();
            self.present -= 1;
            self.dropped += 1;
        }
        true
    }

    /// The patch so many steps back, or as many as there are; nothing if there is no step.
    pub fn earlier(&self, steps: usize) -> Option<&Patch> {
        let steps = steps.min(self.undoable());
        (steps > 0).then(|| &self.patches[self.present - steps])
    }

    /// The patch so many undone steps on, or as many as there are; nothing if there is none.
    pub fn later(&self, steps: usize) -> Option<&Patch> {
        let steps = steps.min(self.redoable());
        (steps > 0).then(|| &self.patches[self.present + steps])
    }

    /// Goes one step back; the patch then, or nothing if there is no step.
    pub fn undo(&mut self) -> Option<&Patch> {
        self.present = self.present.checked_sub(1)?;
        Some(self.present())
    }

    /// Takes back the last undo; the patch then, or nothing if there is none.
    pub fn redo(&mut self) -> Option<&Patch> {
        if self.redoable() == 0 {
            return None;
        }
        self.present += 1;
        Some(self.present())
    }

    /// How many steps can be undone.
    pub fn undoable(&self) -> usize {
        self.present
    }

    /// How many steps can be redone.
    pub fn redoable(&self) -> usize {
        self.patches.len() - 1 - self.present
    }

    /// How many steps were forgotten because there were more than the limit.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Whether two patches say the same, in the same order of nodes, buffers, parts and sequences.
fn same(a: &Patch, b: &Patch) -> bool {
    (a.format, &a.title, &a.transport) == (b.format, &b.title, &b.transport)
        && alike(&a.buffers, &b.buffers)
        && alike(&a.parts, &b.parts)
        && alike(&a.nodes, &b.nodes)
        && alike(&a.sequences, &b.sequences)
}

fn alike<T: PartialEq>(a: &Listing<T>, b: &Listing<T>) -> bool {
    let changes: Vec<Change<'_, T>> = a.changes(b).collect();
    // What is shared stands at the same places. So if the rest does not come in the same order by itself, the whole does not; and if all
    // of it is where it was, the whole does.
    let (old, new) = (changes.iter().filter_map(|c| c.old), changes.iter().filter_map(|c| c.new));
    let in_place = |c: &Change<'_, T>| c.old.is_some() && c.new.is_some();
    old.eq(new) && (changes.iter().all(in_place) || a.iter().eq(b.iter()))
}

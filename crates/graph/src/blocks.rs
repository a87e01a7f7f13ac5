//! Which blocks of the arena are taken, on the control side.

use crate::signal::Run;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Blocks that segments of one depth share for signals that no other segment hears.
pub(crate) const SCRATCH: u32 = 32;

/// Which blocks are taken.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    next: u32,
    /// What was given back, by width.
    free: BTreeMap<u16, Vec<u32>>,
    /// Where the scratch of each depth begins.
    scratch: Vec<u32>,
}

impl Blocks {
    /// So many adjoining blocks: the first of them.
    pub fn take(&mut self, width: u16) -> u32 {
        if let Some(start) = self.free.get_mut(&width).and_then(Vec::pop) {
            return start;
        }
        // What is no wider than the places past the end, where silence is read, never comes near them.
        let start = self.next.min(Run::NOWHERE - u32::from(width));
        self.next = start + u32::from(width);
        start
    }

    pub fn give_back(&mut self, start: u32, width: u16) {
        self.free.entry(width).or_default().push(start);
    }

    /// Where the scratch of a depth begins.
    pub fn scratch(&mut self, depth: usize) -> u32 {
        while self.scratch.len() <= depth {
            let start = self.take(SCRATCH as u16);
            self.scratch.push(start);
        }
        self.scratch.get(depth).copied().unwrap_or(0)
    }

    /// How many blocks the arena must have.
    pub fn extent(&self) -> u32 {
        self.next
    }
}

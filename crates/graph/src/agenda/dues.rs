//! What is due in the present span, as whoever renders sees it: lists of changes, one for each node concerned, and free places.

use super::Entry;
use crate::message::{Address, Deed, Ticket};
use crate::node::{Care, NONE, Node};
use sostenuto_rt::Hand;

/// Free places of the agenda, as a list.
#[derive(Debug)]
pub(crate) struct Pool {
    first: u32,
    last: u32,
    count: usize,
}

impl Pool {
    /// `[control]`
    pub const EMPTY: Pool = Pool { first: NONE, last: NONE, count: 0 };

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn put(&mut self, index: u32, entries: &mut Hand<'_, Entry>) {
        let Some(entry) = entries.get_mut(index) else { return };
        entry.next = core::mem::replace(&mut self.first, index);
        if self.count == 0 {
            self.last = index;
        }
        self.count += 1;
    }

    pub fn take(&mut self, entries: &Hand<'_, Entry>) -> Option<u32> {
        let index = self.first;
        self.first = entries.get(index)?.next;
        self.count -= 1;
        Some(index)
    }

    /// Takes all that another has.
    pub fn take_all(&mut self, other: &mut Pool, entries: &mut Hand<'_, Entry>) {
        if other.count == 0 {
            return;
        }
        if let Some(last) = entries.get_mut(other.last) {
            last.next = self.first;
        }
        if self.count == 0 {
            self.last = other.last;
        }
        (self.first, self.count) = (other.first, self.count + other.count);
        *other = Pool::EMPTY;
    }
}

/// The changes that were handed out to nodes, and room for more.
pub(crate) struct Dues<'a> {
    pub entries: Hand<'a, Entry>,
    pub pool: &'a mut Pool,
    /// How many more changes there is room for.
    pub room: usize,
    /// At most how many changes are on the list of a node that has not run since.
    pub handed_out: usize,
    /// How many free places those who help have.
    pub lent: &'a mut usize,
}

impl Dues<'_> {
    /// Puts a change on the list of a node that runs later in this span, behind those that are due before or at the same frame; `false` if
    /// there is no room. `[audio]`
    pub fn put_due(&mut self, node: &mut Node, frame: u64, deed: Deed) -> bool {
        if self.room == 0 {
            return false;
        }
        let Some(index) = self.pool.take(&self.entries) else { return false };
        let address = Address { slot: 0, tenant: node.upkeep.tenant };
        // It waits in no queue, so its place among arrivals does not matter.
        let new = Entry { frame, node: address, deed, ticket: Ticket(0), order: 0, next: NONE };
        self.room -= 1;
        self.handed_out += 1;
        let (mut before, mut next) = (NONE, node.first_due());
        while let Some(due) = self.entries.get(next).filter(|due| due.frame <= frame) {
            (before, next) = (next, due.next);
        }
        if let Some(entry) = self.entries.get_mut(index) {
            *entry = Entry { next, ..new };
        }
        match self.entries.get_mut(before) {
            Some(before) => before.next = index,
            None => node.set_first_due(index),
        }
        if next == NONE {
            node.upkeep.last_due = index;
        }
        true
    }

    pub fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// Takes the first entry off a node's list. `[audio]`
    pub fn take_first(&mut self, node: &mut Node) -> Option<Entry> {
        let index = node.first_due();
        let entry = *self.entries.get(index)?;
        self.release(index);
        node.set_first_due(entry.next);
        Some(entry)
    }

    fn release(&mut self, index: u32) {
        self.pool.put(index, &mut self.entries);
        self.room += 1;
        self.handed_out = self.handed_out.saturating_sub(1);
    }

    /// Makes the changes that are due for a node which does not run. `[audio]`
    pub fn settle(&mut self, node: &mut Node) {
        while node.care.has(Care::DUE)
            && let Some(due) = self.take_first(node)
        {
            node.heed(due.frame, due.deed);
        }
    }

    /// The frame of the first thing on a node's list that is not about a parameter.
    pub fn first_told(&self, node: &Node) -> Option<u64> {
        let mut next = node.first_due();
        while let Some(due) = self.entries.get(next) {
            if !matches!(due.deed, Deed::Set { .. }) {
                return Some(due.frame);
            }
            next = due.next;
        }
        None
    }

    /// Makes the changes that are due for a node by a frame, in their order. `[audio]`
    pub fn settle_until(&mut self, node: &mut Node, frame: u64) {
        while self.entries.get(node.first_due()).is_some_and(|due| due.frame <= frame)
            && let Some(due) = self.take_first(node)
        {
            node.heed(due.frame, due.deed);
        }
    }
}

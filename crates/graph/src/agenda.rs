//! Changes that wait for their frame, and, once due, for their node to run.

use crate::message::{Address, Deed, Ticket};
use crate::node::{Care, NONE, Node};
use crate::table::Table;
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::vec::Vec;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub frame: u64,
    pub node: Address,
    pub deed: Deed,
    pub ticket: Ticket,
    /// Arrival, so that changes for the same frame keep their order.
    order: u64,
    pub next: u32,
}

/// A bounded queue by frame, then a list for each node of what falls into the present span.
#[derive(Debug)]
pub(crate) struct Agenda {
    entries: Box<[Entry]>,
    /// A binary heap of the waiting entries, earliest first; its capacity is the number of entries.
    heap: Vec<u32>,
    free: u32,
    waiting: usize,
    arrivals: u64,
}

impl Agenda {
    /// `[control]`
    pub fn new(capacity: usize) -> Self {
        let blank = |i: usize| Entry {
            frame: 0,
            node: Address::NOWHERE,
            deed: Deed::Set { param: 0, value: 0.0, motion: Motion::Jump },
            ticket: Ticket(0),
            order: 0,
            next: if i + 1 < capacity { i as u32 + 1 } else { NONE },
        };
        Agenda {
            entries: (0..capacity).map(blank).collect(),
            heap: Vec::with_capacity(capacity),
            free: if capacity == 0 { NONE } else { 0 },
            waiting: 0,
            arrivals: 0,
        }
    }

    /// How many changes are in it.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Puts a change in for a frame; `false` if there is no room. `[audio]`
    pub fn put(&mut self, frame: u64, node: Address, deed: Deed, ticket: Ticket) -> bool {
        let index = self.free;
        let order = self.arrivals;
        let Some(entry) = self.entries.get_mut(index as usize) else { return false };
        self.free = entry.next;
        *entry = Entry { frame, node, deed, ticket, order, next: NONE };
        self.arrivals += 1;
        self.waiting += 1;
        self.heap.push(index);
        self.sift_up(self.heap.len() - 1);
        true
    }

    /// How many changes ever arrived. `[audio]`
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Makes, between two spans, the changes for `frame` and before that arrived before so many others; `lost` gets what
    /// concerns no node that is there, unless a batch waits that may bring it: then it is tried again at that frame. `[audio]`
    pub fn make_due(
        &mut self,
        frame: u64,
        arrivals: u64,
        nodes: &mut Table<Option<Node>>,
        next_batch: Option<u64>,
        mut lost: impl FnMut(Entry),
    ) {
        while let Some(&index) = self.heap.first()
            && let Some(&entry) = self.entries.get(index as usize)
            && entry.frame <= frame
            && entry.order < arrivals
        {
            self.pop_heap();
            match nodes.get_mut(entry.node.slot) {
                Some(Some(node)) if node.upkeep.tenant == entry.node.tenant => match entry.deed {
                    Deed::Set { param, value, motion } => {
                        self.release(index);
                        node.set(entry.frame, param, value, motion);
                    }
                    Deed::Note(_) => self.append(node, index),
                },
                _ if self.is_put_off(index, entry.frame, next_batch) => {}
                _ => {
                    self.release(index);
                    lost(entry);
                }
            }
        }
    }

    /// Puts a change off until a batch that is yet to take effect, if there is one that is later.
    fn is_put_off(&mut self, index: u32, frame: u64, until: Option<u64>) -> bool {
        let Some(until) = until.filter(|until| *until > frame) else { return false };
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.frame = until;
        }
        self.heap.push(index);
        self.sift_up(self.heap.len() - 1);
        true
    }

    /// Hands what is due before `end` to the lists of the nodes concerned, in order; `lost` gets what concerns no node that is there. `[audio]`
    pub fn hand_out(
        &mut self,
        end: u64,
        nodes: &mut Table<Option<Node>>,
        next_batch: Option<u64>,
        mut lost: impl FnMut(Entry),
    ) {
        while let Some(&index) = self.heap.first() {
            let Some(&entry) = self.entries.get(index as usize) else { return };
            if entry.frame >= end {
                return;
            }
            self.pop_heap();
            match nodes.get_mut(entry.node.slot) {
                Some(Some(node)) if node.upkeep.tenant == entry.node.tenant => {
                    self.append(node, index);
                }
                _ if self.is_put_off(index, entry.frame, next_batch) => {}
                _ => {
                    lost(entry);
                    self.release(index);
                }
            }
        }
    }

    /// Puts a change at the end of a node's list.
    fn append(&mut self, node: &mut Node, index: u32) {
        let last = core::mem::replace(&mut node.upkeep.last_due, index);
        match self.entries.get_mut(last as usize) {
            Some(before) if node.first_due() != NONE => before.next = index,
            _ => node.set_first_due(index),
        }
    }

    /// Puts a change on the list of a node that runs later in this span, behind those that are due before or at the same frame; `false` if
    /// there is no room. `[audio]`
    pub fn put_due(&mut self, node: &mut Node, frame: u64, deed: Deed) -> bool {
        let index = self.free;
        let (order, address) = (self.arrivals, Address { slot: 0, tenant: node.upkeep.tenant });
        let Some(entry) = self.entries.get_mut(index as usize) else { return false };
        self.free = entry.next;
        *entry = Entry { frame, node: address, deed, ticket: Ticket(0), order, next: NONE };
        self.arrivals += 1;
        self.waiting += 1;
        let (mut before, mut next) = (NONE, node.first_due());
        while let Some(due) = self.entries.get(next as usize).filter(|due| due.frame <= frame) {
            (before, next) = (next, due.next);
        }
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.next = next;
        }
        match self.entries.get_mut(before as usize) {
            Some(before) => before.next = index,
            None => node.set_first_due(index),
        }
        if next == NONE {
            node.upkeep.last_due = index;
        }
        true
    }

    /// How many more changes there is room for. `[audio]`
    pub fn room(&self) -> usize {
        self.entries.len() - self.waiting
    }

    /// How many changes are on the list of a node that has not run since. `[audio]`
    pub fn handed_out(&self) -> usize {
        self.waiting - self.heap.len()
    }

    pub fn entry(&self, index: u32) -> Option<&Entry> {
        self.entries.get(index as usize)
    }

    /// Takes the first entry off a node's list. `[audio]`
    pub fn take_first(&mut self, node: &mut Node) -> Option<Entry> {
        let entry = *self.entries.get(node.first_due() as usize)?;
        self.release(node.first_due());
        node.set_first_due(entry.next);
        Some(entry)
    }

    /// Makes the changes that are due for a node which does not run. `[audio]`
    pub fn settle(&mut self, node: &mut Node) {
        while node.care.has(Care::DUE)
            && let Some(due) = self.take_first(node)
        {
            if let Deed::Set { param, value, motion } = due.deed {
                node.set(due.frame, param, value, motion);
            }
        }
    }

    fn release(&mut self, index: u32) {
        if let Some(entry) = self.entries.get_mut(index as usize) {
            entry.next = core::mem::replace(&mut self.free, index);
            self.waiting -= 1;
        }
    }

    fn key(&self, at: usize) -> (u64, u64) {
        self.heap
            .get(at)
            .and_then(|i| self.entries.get(*i as usize))
            .map_or((u64::MAX, u64::MAX), |e| (e.frame, e.order))
    }

    fn sift_up(&mut self, mut at: usize) {
        while at > 0 && self.key(at) < self.key((at - 1) / 2) {
            self.heap.swap(at, (at - 1) / 2);
            at = (at - 1) / 2;
        }
    }

    fn pop_heap(&mut self) {
        let last = self.heap.len() - 1;
        self.heap.swap(0, last);
        self.heap.pop();
        let mut at = 0;
        loop {
            let child = if self.key(2 * at + 2) < self.key(2 * at + 1) { 2 * at + 2 } else { 2 * at + 1 };
            if self.key(child) >= self.key(at) {
                return;
            }
            self.heap.swap(at, child);
            at = child;
        }
    }
}

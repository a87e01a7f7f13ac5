//! Changes that wait for their frame, and, once due, for their node to run.

mod dues;

use crate::message::{Address, Deed, Refusal, Ticket};
use crate::node::{NONE, Node, Nodes};
use crate::table::MAX_CHUNKS;
use crate::trajectory::Motion;
use alloc::vec::Vec;
use sostenuto_rt::{COMMONS_CHUNK, Commons, CommonsChunk};

pub(crate) use dues::{Dues, Pool};

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
    entries: Commons<Entry>,
    /// A binary heap of the waiting entries, earliest first; its capacity is the number of changes that can wait.
    heap: Vec<u32>,
    free: Pool,
    /// Free places that are lent to those who help to render; there are so many more than changes can wait.
    lent: usize,
    /// How many changes can wait.
    capacity: usize,
    arrivals: u64,
}

impl Agenda {
    /// `[control]`
    pub fn new(capacity: usize) -> Self {
        let chunks = capacity.div_ceil(COMMONS_CHUNK);
        let mut agenda = Agenda {
            entries: Commons::with_room(chunks + MAX_CHUNKS),
            heap: Vec::with_capacity(capacity),
            free: Pool::EMPTY,
            lent: 0,
            capacity,
            arrivals: 0,
        };
        agenda.grow(&mut (0..chunks).map(|_| Agenda::chunk()).collect());
        agenda
    }

    /// Places for more changes. `[control]`
    pub fn chunk() -> CommonsChunk<Entry> {
        CommonsChunk::new(|| Entry {
            frame: 0,
            node: Address::NOWHERE,
            deed: Deed::Set { param: 0, value: 0.0, motion: Motion::Jump },
            ticket: Ticket(0),
            order: 0,
            next: NONE,
        })
    }

    /// Takes places over, which are free. `[audio]`
    pub fn grow(&mut self, chunks: &mut Vec<CommonsChunk<Entry>>) {
        let before = self.entries.slots() as u32;
        self.entries.grow(chunks);
        let all = self.entries.slots() as u32;
        let mut entries = self.entries.whole();
        (before..all).rev().for_each(|index| self.free.put(index, &mut entries));
    }

    /// Takes places back that were lent. `[audio]`
    pub fn take_back(&mut self, pool: &mut Pool) {
        self.lent -= pool.count().min(self.lent);
        self.free.take_all(pool, &mut self.entries.whole());
    }

    /// How many changes are in it.
    pub fn len(&self) -> usize {
        self.entries.slots() - self.free.count() - self.lent
    }

    /// The changes handed out for the present span. `[audio]`
    #[inline]
    pub fn dues(&mut self) -> Dues<'_> {
        let waiting = self.len();
        Dues {
            room: self.capacity.saturating_sub(waiting),
            handed_out: waiting - self.heap.len(),
            entries: self.entries.whole(),
            pool: &mut self.free,
            lent: &mut self.lent,
        }
    }

    /// Whether there is room for what is not due yet. A sixteenth is kept for what is, so that whoever has filled it can still end what sounds.
    pub fn has_room_for_later(&self) -> bool {
        self.len() < self.capacity - self.capacity / 16
    }

    /// Puts a change in for a frame; `false` if there is no room. `[audio]`
    pub fn put(&mut self, frame: u64, node: Address, deed: Deed, ticket: Ticket) -> bool {
        if self.len() >= self.capacity {
            return false;
        }
        let mut entries = self.entries.whole();
        let Some(index) = self.free.take(&entries) else { return false };
        let order = self.arrivals;
        if let Some(entry) = entries.get_mut(index) {
            *entry = Entry { frame, node, deed, ticket, order, next: NONE };
        }
        self.arrivals += 1;
        self.heap.push(index);
        self.sift_up(self.heap.len() - 1);
        true
    }

    /// How many changes ever arrived. `[audio]`
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// Makes, between two spans, the changes for `frame` and before that arrived before so many others; `lost` gets what
    /// concerns no node that is there, or one that does not hear it, unless a batch waits that may bring it: then it is tried again at that frame. `[audio]`
    pub fn make_due(
        &mut self,
        frame: u64,
        arrivals: u64,
        nodes: &mut Nodes,
        next_batch: Option<u64>,
        mut lost: impl FnMut(Entry, Refusal),
    ) {
        while let Some(&index) = self.heap.first()
            && let Some(&entry) = self.entries.get(index)
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
                    deed if node.hears(&deed) => self.append(node, index),
                    deed => {
                        self.release(index);
                        lost(entry, deed.unheard());
                    }
                },
                _ if self.is_put_off(index, entry.frame, next_batch) => {}
                _ => {
                    self.release(index);
                    lost(entry, Refusal::NotSounding);
                }
            }
        }
    }

    /// Puts a change off until a batch that is yet to take effect, if there is one that is later.
    fn is_put_off(&mut self, index: u32, frame: u64, until: Option<u64>) -> bool {
        let Some(until) = until.filter(|until| *until > frame) else { return false };
        if let Some(entry) = self.entries.get_mut(index) {
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
        nodes: &mut Nodes,
        next_batch: Option<u64>,
        mut lost: impl FnMut(Entry, Refusal),
    ) {
        while let Some(&index) = self.heap.first() {
            let Some(&entry) = self.entries.get(index) else { return };
            if entry.frame >= end {
                return;
            }
            self.pop_heap();
            match nodes.get_mut(entry.node.slot) {
                Some(Some(node)) if node.upkeep.tenant == entry.node.tenant => {
                    match node.hears(&entry.deed) {
                        true => self.append(node, index),
                        false => {
                            lost(entry, entry.deed.unheard());
                            self.release(index);
                        }
                    }
                }
                _ if self.is_put_off(index, entry.frame, next_batch) => {}
                _ => {
                    lost(entry, Refusal::NotSounding);
                    self.release(index);
                }
            }
        }
    }

    /// Puts a change at the end of a node's list.
    fn append(&mut self, node: &mut Node, index: u32) {
        let last = core::mem::replace(&mut node.upkeep.last_due, index);
        match self.entries.get_mut(last) {
            Some(before) if node.first_due() != NONE => before.next = index,
            _ => node.set_first_due(index),
        }
    }

    fn release(&mut self, index: u32) {
        self.free.put(index, &mut self.entries.whole());
    }

    fn key(&self, at: usize) -> (u64, u64) {
        self.heap
            .get(at)
            .and_then(|i| self.entries.get(*i))
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

//! The end that pops.

use super::read_chunk::ReadChunk;
use super::storage::Slots;
use super::{Shared, TooFew};
use crate::pair::Pair;
use crate::sync::Ordering;
use core::cell::Cell;
use core::fmt;
use core::ptr;

/// The end of a [`ring`](crate::ring()) that pops. It can be sent to another thread, not shared.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<sostenuto_rt::Consumer<u8>>();
/// ```
pub struct Consumer<T> {
    shared: Pair<Shared<T>>,
    slots: Slots<T>,
    /// Equal to `shared.head` between calls (R1).
    head: usize,
    /// The last seen `shared.tail` (R2).
    tail: Cell<usize>,
}

// SAFETY: R1 and R3 hold whichever thread the one consumer is on; items cross threads, hence `T: Send`.
unsafe impl<T: Send> Send for Consumer<T> {}

impl<T> Consumer<T> {
    pub(super) fn new(shared: Pair<Shared<T>>) -> Self {
        let slots = shared.fixed.0.storage.slots;
        Self { shared, slots, head: 0, tail: Cell::new(0) }
    }

    /// Takes the oldest item out, if there is one. `[audio]`
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        self.shared.fixed.0.storage.writes(self.head, 1);
        // SAFETY: R3: the slot at the head holds an item, which `release` gives up right after.
        let item = unsafe { self.slots.at(self.head).read() };
        self.release(1);
        Some(item)
    }

    /// Looks at the oldest item, if there is one, and leaves it there. `[audio]`
    #[inline]
    pub fn peek(&self) -> Option<&T> {
        if self.is_empty() {
            return None;
        }
        self.shared.fixed.0.storage.reads(self.head, 1);
        // SAFETY: R3: the slot holds an item; it stays the consumer's until `self` is borrowed mutably.
        Some(unsafe { &*self.slots.at(self.head) })
    }

    /// Fills the slice, from its start, with the oldest items; returns how many there were. `[audio]`
    #[inline]
    pub fn pop_slice(&mut self, items: &mut [T]) -> usize
    where
        T: Copy,
    {
        let n = items.len().min(self.ready_for(items.len()));
        let (first, second) = self.slots.parts(self.head, n);
        let (a, b) = items[..n].split_at_mut(first.len());
        self.shared.fixed.0.storage.reads(self.head, n);
        // SAFETY: R3: the slots hold items; `items` is borrowed from elsewhere.
        unsafe { ptr::copy_nonoverlapping(first.cast(), a.as_mut_ptr(), a.len()) };
        // SAFETY: as above, for the part from the start of the block.
        unsafe { ptr::copy_nonoverlapping(second.cast(), b.as_mut_ptr(), b.len()) };
        self.release(n);
        n
    }

    /// Borrows the oldest `n` items to be read in place. `[audio]`
    ///
    /// # Errors
    ///
    /// [`TooFew`] if there are fewer items.
    #[inline]
    pub fn read_chunk(&mut self, n: usize) -> Result<ReadChunk<'_, T>, TooFew> {
        let available = self.ready_for(n);
        if available < n { Err(TooFew { available }) } else { Ok(ReadChunk::new(self, n)) }
    }

    /// Borrows the oldest items, at most `n`, perhaps none, to be read in place. `[audio]`
    #[inline]
    pub fn read_up_to(&mut self, n: usize) -> ReadChunk<'_, T> {
        let n = n.min(self.ready_for(n));
        ReadChunk::new(self, n)
    }

    /// How many items the ring holds when full, as it was asked for. `[any]`
    pub fn capacity(&self) -> usize {
        self.shared.fixed.0.capacity
    }

    /// Items ready to be read now; the same as [`Consumer::len`]. `[any]`
    pub fn slots(&self) -> usize {
        self.refresh()
    }

    /// Items in the ring now. The other end may add more meanwhile, so it is a lower bound. `[any]`
    pub fn len(&self) -> usize {
        self.refresh()
    }

    /// Whether a pop would find nothing now. `[any]`
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.tail.get() == self.head && self.refresh() == 0
    }

    /// Whether the producer is gone, so that nothing more will come. `[any]`
    ///
    /// All it pushed is visible then: a pop that finds nothing *after* this returned `true` is the end.
    pub fn is_abandoned(&self) -> bool {
        self.shared.is_alone()
    }

    /// Looks how far the other end is and returns the number of items.
    #[inline]
    fn refresh(&self) -> usize {
        // Must be Acquire, because the items are read from here on and must have been written before.
        // It pairs with the Release store in `Producer::publish`.
        let tail = self.shared.tail.0.load(Ordering::Acquire);
        self.tail.set(tail);
        tail.wrapping_sub(self.head)
    }

    /// At least `n` if there are `n` items, else all there are.
    #[inline]
    fn ready_for(&self, n: usize) -> usize {
        let ready = self.tail.get().wrapping_sub(self.head);
        if ready < n { self.refresh() } else { ready }
    }

    /// The oldest `n` items, in two parts. `n` is at most what `ready_for` gave.
    #[inline]
    pub(super) fn item_parts(&self, n: usize) -> (*mut [T], *mut [T]) {
        self.slots.parts(self.head, n)
    }

    /// The slot `n` after the head. `n` is below what `ready_for` gave.
    #[inline]
    pub(super) fn item_at(&self, n: usize) -> *mut T {
        self.slots.at(self.head.wrapping_add(n))
    }

    /// Tells the model checker what is about to happen to the oldest `n` items.
    #[inline(always)]
    pub(super) fn witness(&self, n: usize, emptied: bool) {
        let storage = &self.shared.fixed.0.storage;
        if emptied { storage.writes(self.head, n) } else { storage.reads(self.head, n) }
    }

    /// Gives the oldest `n` slots back to the producer; they hold nothing to be dropped, as R3 asks.
    #[inline]
    pub(super) fn release(&mut self, n: usize) {
        if n == 0 {
            return; // Polling must not take the line of this index away from the other end.
        }
        self.head = self.head.wrapping_add(n);
        // Must be Release, because the items were read just before and the producer overwrites them
        // once it sees this index. It pairs with the Acquire load in `Producer::refresh`.
        self.shared.head.0.store(self.head, Ordering::Release);
    }
}

impl<T> fmt::Debug for Consumer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (capacity, len) = (self.capacity(), self.len());
        f.debug_struct("Consumer").field("capacity", &capacity).field("len", &len).finish()
    }
}

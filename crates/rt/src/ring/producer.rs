//! The end that pushes.

use super::storage::Slots;
use super::write_chunk::{FilledChunk, WriteChunk};
use super::{Full, Shared, TooFew};
use crate::pair::Pair;
use crate::sync::Ordering;
use core::cell::Cell;
use core::fmt;
use core::ptr;

/// The end of a [`ring`](crate::ring()) that pushes. It can be sent to another thread, not shared.
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<sostenuto_rt::Producer<u8>>();
/// ```
pub struct Producer<T> {
    shared: Pair<Shared<T>>,
    slots: Slots<T>,
    /// Equal to `shared.tail` between calls (R1).
    tail: usize,
    /// The last seen `shared.head`, plus the capacity: the tail at which the ring may be full (R2).
    limit: Cell<usize>,
}

// SAFETY: R1 and R3 hold whichever thread the one producer is on; items cross threads, hence `T: Send`.
unsafe impl<T: Send> Send for Producer<T> {}

impl<T> Producer<T> {
    pub(super) fn new(shared: Pair<Shared<T>>) -> Self {
        let slots = shared.fixed.0.storage.slots;
        let limit = Cell::new(shared.fixed.0.capacity);
        Self { shared, slots, tail: 0, limit }
    }

    /// Appends an item, or hands it back if the ring is full. `[audio]`
    #[inline]
    pub fn push(&mut self, item: T) -> Result<(), Full<T>> {
        if self.limit.get() == self.tail && self.refresh() == 0 {
            return Err(Full(item));
        }
        self.shared.fixed.0.storage.writes(self.tail, 1);
        // SAFETY: R3, R2: the tail is below the limit, so its slot belongs to the producer.
        unsafe { self.slots.at(self.tail).write(item) };
        self.publish(1);
        Ok(())
    }

    /// Appends as many of the items, from the first on, as there is room for; returns how many. `[audio]`
    #[inline]
    pub fn push_slice(&mut self, items: &[T]) -> usize
    where
        T: Copy,
    {
        let n = items.len().min(self.room_for(items.len()));
        let (first, second) = self.slots.parts(self.tail, n);
        let (a, b) = items[..n].split_at(first.len());
        self.shared.fixed.0.storage.writes(self.tail, n);
        // SAFETY: R3: the slots belong to the producer; `items` is borrowed from elsewhere.
        unsafe { ptr::copy_nonoverlapping(a.as_ptr(), first.cast(), a.len()) };
        // SAFETY: as above, for the part from the start of the block.
        unsafe { ptr::copy_nonoverlapping(b.as_ptr(), second.cast(), b.len()) };
        self.publish(n);
        n
    }

    /// Takes items from the iterator and appends them while there is room; returns how many. `[audio]`,
    /// as far as the iterator is.
    ///
    /// They become visible to the other end together, after the last one. The iterator is asked for no
    /// item that cannot be stored; pass `&mut iter` to go on with the rest later. If it panics, the
    /// items it gave before are in the ring.
    #[inline]
    pub fn push_iter(&mut self, items: impl IntoIterator<Item = T>) -> usize {
        self.write_up_to(usize::MAX).fill_from_iter(items)
    }

    /// Borrows the next `n` free slots to be written in place. `[audio]`
    ///
    /// # Errors
    ///
    /// [`TooFew`] if fewer slots are free.
    #[inline]
    pub fn write_chunk(&mut self, n: usize) -> Result<WriteChunk<'_, T>, TooFew> {
        let available = self.room_for(n);
        if available < n { Err(TooFew { available }) } else { Ok(WriteChunk::new(self, n)) }
    }

    /// Borrows the next free slots, at most `n`, perhaps none, to be written in place. `[audio]`
    #[inline]
    pub fn write_up_to(&mut self, n: usize) -> WriteChunk<'_, T> {
        let n = n.min(self.room_for(n));
        WriteChunk::new(self, n)
    }

    /// Borrows the next `n` free slots, filled with `value`, to be written as ordinary slices. `[audio]`
    ///
    /// # Errors
    ///
    /// [`TooFew`] if fewer slots are free.
    #[inline]
    pub fn write_chunk_filled(&mut self, n: usize, value: T) -> Result<FilledChunk<'_, T>, TooFew>
    where
        T: Copy,
    {
        self.write_chunk(n).map(|chunk| FilledChunk::new(chunk, value))
    }

    /// How many items the ring holds when full, as it was asked for. `[any]`
    pub fn capacity(&self) -> usize {
        self.shared.fixed.0.capacity
    }

    /// Free slots now. The other end may free more meanwhile, so it is a lower bound. `[any]`
    pub fn slots(&self) -> usize {
        self.refresh()
    }

    /// Items in the ring now. The other end may take some meanwhile, so it is an upper bound. `[any]`
    pub fn len(&self) -> usize {
        self.capacity() - self.slots()
    }

    /// Whether the other end has taken everything. Once `true`, it stays so until the next push. `[any]`
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a push would hand its item back now. `[any]`
    #[inline]
    pub fn is_full(&self) -> bool {
        self.limit.get() == self.tail && self.refresh() == 0
    }

    /// Whether the consumer is gone, so that nothing pushed will ever be read. `[any]`
    pub fn is_abandoned(&self) -> bool {
        self.shared.is_alone()
    }

    /// Looks how far the other end is and returns the number of free slots.
    #[inline]
    fn refresh(&self) -> usize {
        // Must be Acquire, because the slots the consumer gave back may be written from here on, and
        // its reads of them must come before. It pairs with the Release store in `Consumer::release`.
        let head = self.shared.head.0.load(Ordering::Acquire);
        let limit = head.wrapping_add(self.shared.fixed.0.capacity);
        self.limit.set(limit);
        limit.wrapping_sub(self.tail)
    }

    /// At least `n` if there is room for `n`, else all the room there is.
    #[inline]
    fn room_for(&self, n: usize) -> usize {
        let room = self.limit.get().wrapping_sub(self.tail);
        if room < n { self.refresh() } else { room }
    }

    /// The next `n` free slots, in two parts. `n` is at most what `room_for` gave.
    #[inline]
    pub(super) fn free_parts(&self, n: usize) -> (*mut [T], *mut [T]) {
        self.shared.fixed.0.storage.writes(self.tail, n);
        self.slots.parts(self.tail, n)
    }

    /// Hands the next `n` slots to the other end; they hold items, as R3 asks.
    #[inline]
    pub(super) fn publish(&mut self, n: usize) {
        if n == 0 {
            return; // Polling must not take the line of this index away from the other end.
        }
        self.tail = self.tail.wrapping_add(n);
        // Must be Release, because the items were written just before and the consumer reads them once
        // it sees this index. It pairs with the Acquire load in `Consumer::refresh`.
        self.shared.tail.0.store(self.tail, Ordering::Release);
    }
}

impl<T> fmt::Debug for Producer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (capacity, len) = (self.capacity(), self.len());
        f.debug_struct("Producer").field("capacity", &capacity).field("len", &len).finish()
    }
}

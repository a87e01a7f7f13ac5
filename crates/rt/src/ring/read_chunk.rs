//! How is a batch read in place? As two slices of items, given back together.

use super::consumer::Consumer;
use super::storage::drop_parts;

/// Items of a ring, borrowed for reading; from [`Consumer::read_chunk`].
///
/// Nothing is taken out before a commit: dropped without one, all items are still there.
///
/// # Invariants
///
/// - **C1** The next `len` slots of the consumer hold items, and belong to it (R3) while it is borrowed here.
#[must_use = "nothing is taken out unless the chunk is committed or iterated"]
pub struct ReadChunk<'a, T> {
    consumer: &'a mut Consumer<T>,
    len: usize,
}

impl<'a, T> ReadChunk<'a, T> {
    /// `len` must be at most what the consumer has ready; that makes C1 true.
    #[inline]
    pub(super) fn new(consumer: &'a mut Consumer<T>, len: usize) -> Self {
        Self { consumer, len }
    }

    /// Items in this chunk. `[any]`
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no item in it. `[any]`
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The items, oldest first: the second slice goes on where the first one ends. `[audio]`
    #[inline]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        self.consumer.witness(self.len, false);
        let (first, second) = self.consumer.item_parts(self.len);
        // SAFETY: C1.
        let first = unsafe { &*first };
        // SAFETY: C1.
        let second = unsafe { &*second };
        (first, second)
    }

    /// As [`ReadChunk::as_slices`], to change items in place, or to swap them for others. `[audio]`
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        self.consumer.witness(self.len, true);
        let (first, second) = self.consumer.item_parts(self.len);
        // SAFETY: C1.
        let first = unsafe { &mut *first };
        // SAFETY: C1; the parts do not overlap.
        let second = unsafe { &mut *second };
        (first, second)
    }

    /// Drops the first `n` items, at most all, and gives their slots back; the rest stay in the ring.
    /// `[audio]` if dropping a `T` is.
    ///
    /// If a destructor panics, the slots are given back all the same, and no item is dropped twice.
    #[inline]
    pub fn commit(self, n: usize) {
        let n = n.min(self.len);
        self.consumer.witness(n, true);
        let (first, second) = self.consumer.item_parts(n);
        let _released = Released { consumer: self.consumer, count: n };
        // SAFETY: C1; nobody sees these items again, because they are released even on unwinding.
        unsafe { drop_parts(first, second) };
    }

    /// Drops all items and gives their slots back. `[audio]` if dropping a `T` is.
    #[inline]
    pub fn commit_all(self) {
        let n = self.len;
        self.commit(n);
    }
}

/// Moves the items out, oldest first. When the iterator is dropped, the slots of those it gave are given
/// back together; the others stay in the ring.
impl<'a, T> IntoIterator for ReadChunk<'a, T> {
    type Item = T;
    type IntoIter = ReadChunkIter<'a, T>;

    #[inline]
    fn into_iter(self) -> ReadChunkIter<'a, T> {
        let len = self.len;
        self.consumer.witness(len, true);
        ReadChunkIter { released: Released { consumer: self.consumer, count: 0 }, len }
    }
}

/// Moves the items of a [`ReadChunk`] out.
///
/// # Invariants
///
/// - **I1** C1 holds for `len`; the first `released.count` of these items, at most `len`, have been
///   moved out.
pub struct ReadChunkIter<'a, T> {
    released: Released<'a, T>,
    len: usize,
}

impl<T> Iterator for ReadChunkIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let Released { consumer, count } = &mut self.released;
        if *count == self.len {
            return None;
        }
        let slot = consumer.item_at(*count);
        *count += 1;
        // SAFETY: I1: it holds an item that was not moved out before; counted, it will not be again.
        Some(unsafe { slot.read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let rest = self.len - self.released.count;
        (rest, Some(rest))
    }
}

impl<T> ExactSizeIterator for ReadChunkIter<'_, T> {}

/// Gives slots back to the producer when dropped.
struct Released<'a, T> {
    consumer: &'a mut Consumer<T>,
    count: usize,
}

impl<T> Drop for Released<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.consumer.release(self.count);
    }
}

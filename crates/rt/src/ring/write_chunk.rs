//! How is a batch written in place? As two slices of free slots, published together.

use super::producer::Producer;
use core::mem::MaybeUninit;

/// Free slots of a ring, borrowed for writing; from [`Producer::write_chunk`].
///
/// Nothing is visible to the other end before a commit. Dropped without one, the slots stay free: then
/// what was written through [`WriteChunk::as_mut_slices`] is overwritten later without being dropped.
///
/// # Invariants
///
/// - **W1** The next `len` slots of the producer are free, and belong to it (R3) while it is borrowed here.
#[must_use = "nothing is written unless the chunk is filled or committed"]
pub struct WriteChunk<'a, T> {
    producer: &'a mut Producer<T>,
    len: usize,
}

impl<'a, T> WriteChunk<'a, T> {
    /// `len` must be at most what the producer has room for; that makes W1 true.
    #[inline]
    pub(super) fn new(producer: &'a mut Producer<T>, len: usize) -> Self {
        Self { producer, len }
    }

    /// Slots in this chunk. `[any]`
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no slot in it. `[any]`
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The slots, in order: the second slice goes on where the first one ends. What they hold is not
    /// initialised. `[audio]`
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [MaybeUninit<T>], &mut [MaybeUninit<T>]) {
        let (first, second) = self.producer.free_parts(self.len);
        // SAFETY: W1, and any bytes do for `MaybeUninit`.
        let first = unsafe { &mut *(first as *mut [MaybeUninit<T>]) };
        // SAFETY: W1; the parts do not overlap.
        let second = unsafe { &mut *(second as *mut [MaybeUninit<T>]) };
        (first, second)
    }

    /// Moves items from the iterator into the slots and publishes them together; returns how many it
    /// were: fewer than [`WriteChunk::len`] if the iterator ends before. `[audio]`, as far as the
    /// iterator is.
    ///
    /// The iterator is not asked for more items than there are slots. If it panics, those it gave
    /// before are published.
    #[inline]
    pub fn fill_from_iter(mut self, items: impl IntoIterator<Item = T>) -> usize {
        let mut items = items.into_iter();
        let (first, second) = self.producer.free_parts(self.len);
        let mut filled = Filled { chunk: &mut self, count: 0 };
        'parts: for part in [first, second] {
            for i in 0..part.len() {
                let Some(item) = items.next() else { break 'parts };
                // SAFETY: W1: slot `i` of the part is one of the chunk's.
                unsafe { part.cast::<T>().wrapping_add(i).write(item) };
                filled.count += 1;
            }
        }
        filled.count
    }

    /// Publishes the first `n` slots, at most all of them; the rest stay free. `[audio]`
    ///
    /// # Safety
    ///
    /// The first `n` slots must have been initialised through [`WriteChunk::as_mut_slices`].
    #[inline]
    pub unsafe fn commit(self, n: usize) {
        self.producer.publish(n.min(self.len));
    }

    /// Publishes all slots. `[audio]`
    ///
    /// # Safety
    ///
    /// All slots must have been initialised through [`WriteChunk::as_mut_slices`].
    #[inline]
    pub unsafe fn commit_all(self) {
        self.producer.publish(self.len);
    }
}

/// Publishes what was written so far, also if the iterator that gives the items panics.
struct Filled<'c, 'a, T> {
    chunk: &'c mut WriteChunk<'a, T>,
    count: usize,
}

impl<T> Drop for Filled<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        self.chunk.producer.publish(self.count);
    }
}

/// Free slots of a ring that hold a value already, so that they can be written as ordinary slices;
/// from [`Producer::write_chunk_filled`].
///
/// Nothing is visible to the other end before a commit, and dropped without one the slots stay free.
///
/// # Invariants
///
/// - **F1** All slots of the chunk are initialised.
#[must_use = "nothing is written unless the chunk is committed"]
pub struct FilledChunk<'a, T: Copy> {
    chunk: WriteChunk<'a, T>,
}

impl<'a, T: Copy> FilledChunk<'a, T> {
    #[inline]
    pub(super) fn new(mut chunk: WriteChunk<'a, T>, value: T) -> Self {
        let (first, second) = chunk.as_mut_slices();
        first.fill(MaybeUninit::new(value));
        second.fill(MaybeUninit::new(value));
        Self { chunk }
    }

    /// Slots in this chunk. `[any]`
    pub fn len(&self) -> usize {
        self.chunk.len
    }

    /// Whether there is no slot in it. `[any]`
    pub fn is_empty(&self) -> bool {
        self.chunk.len == 0
    }

    /// The slots, in order: the second slice goes on where the first one ends. `[audio]`
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        let (first, second) = self.chunk.producer.free_parts(self.chunk.len);
        // SAFETY: W1 and F1.
        let first = unsafe { &mut *first };
        // SAFETY: W1 and F1; the parts do not overlap.
        let second = unsafe { &mut *second };
        (first, second)
    }

    /// Publishes the first `n` slots, at most all of them; the rest stay free. `[audio]`
    #[inline]
    pub fn commit(self, n: usize) {
        // SAFETY: F1.
        unsafe { self.chunk.commit(n) };
    }

    /// Publishes all slots. `[audio]`
    #[inline]
    pub fn commit_all(self) {
        // SAFETY: F1.
        unsafe { self.chunk.commit_all() };
    }
}

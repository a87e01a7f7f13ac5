//! How do messages get from one thread to one other, in order, without either waiting? Through a ring.

mod consumer;
mod producer;
mod read_chunk;
mod storage;
#[cfg(all(test, not(loom)))]
mod tests;
mod write_chunk;

pub use consumer::Consumer;
pub use producer::Producer;
pub use read_chunk::{ReadChunk, ReadChunkIter};
pub use write_chunk::{FilledChunk, WriteChunk};

use crate::pair::Pair;
use crate::sync::{AtomicUsize, Ordering, Padded};
use core::fmt;
use storage::{Storage, drop_parts};

/// Makes a ring for up to `capacity` items and returns its two ends. `[control]`
///
/// One thread pushes, one thread pops; both ends are wait-free: a push or a pop is at most one load and
/// one store of an atomic, and a copy of the item. Nothing is allocated or freed after this call.
///
/// `capacity` may be any number, also zero (such a ring is always full and always empty). The slots
/// allocated are the next power of two. Items still inside when both ends are gone are dropped then,
/// by the end that goes last: let that be the control side if the items own memory.
///
/// ```
/// use sostenuto_rt::{Full, ring};
/// let (mut producer, mut consumer) = ring(2);
/// assert_eq!(producer.push('a'), Ok(()));
/// assert_eq!(producer.push('b'), Ok(()));
/// assert_eq!(producer.push('c'), Err(Full('c')));
/// assert_eq!(consumer.pop(), Some('a'));
/// assert_eq!(consumer.pop(), Some('b'));
/// assert_eq!(consumer.pop(), None);
/// ```
///
/// Not the tool for a value of which only the newest counts: see [`latest`](crate::latest()).
///
/// # Panics
///
/// If the slots would take more than `isize::MAX` bytes.
pub fn ring<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
    let (a, b) = Pair::new(Shared {
        tail: Padded(AtomicUsize::new(0)),
        head: Padded(AtomicUsize::new(0)),
        fixed: Padded(Fixed { storage: Storage::new(capacity), capacity }),
    });
    (Producer::new(a), Consumer::new(b))
}

/// What the two ends share.
///
/// Each index is on its own cache line, written by one end only. The copy an end keeps of the other
/// one's index lies in that end's handle, with the rest of what only its thread touches: so while a
/// ring is neither full nor empty, neither end fetches a line that the other one writes, but for the
/// items.
///
/// # Invariants
///
/// - **R1** There is one `Producer` and one `Consumer` per `Shared`; both change only through `&mut self`
///   or on their one thread (they are not `Sync`). `tail` is stored by the producer only, `head` by the
///   consumer only; each keeps its own index in its handle, equal to the stored one between calls.
/// - **R2** `head <= tail <= head + capacity` in wrapping arithmetic, and `capacity` is at most the number
///   of slots. An end's copy of the other one's index may be old, which only makes it see too few
///   free slots (producer) or too few items (consumer), never too many.
/// - **R3** The slots `head..tail` hold an item each and belong to the consumer. All others hold nothing
///   that needs dropping and belong to the producer. Ownership passes with the Release store of an
///   index and the Acquire load of it at the other end.
struct Shared<T> {
    tail: Padded<AtomicUsize>,
    head: Padded<AtomicUsize>,
    fixed: Padded<Fixed<T>>,
}

/// What does not change after construction, away from the lines that do.
struct Fixed<T> {
    storage: Storage<T>,
    capacity: usize,
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        // Relaxed is enough for both, because whoever drops this is the only one left and has
        // synchronised with the end that went before it (see `Pair`).
        let head = self.head.0.load(Ordering::Relaxed);
        let tail = self.tail.0.load(Ordering::Relaxed);
        let storage = &self.fixed.0.storage;
        storage.writes(0, self.fixed.0.capacity);
        let (first, second) = storage.slots.parts(head, tail.wrapping_sub(head));
        // SAFETY: R3: these slots hold items; both ends are gone, so nobody drops them again.
        unsafe { drop_parts(first, second) };
    }
}

/// The ring is full; here is the item back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(
    /// The item that was not taken.
    pub T,
);

impl<T> fmt::Debug for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Full(..)")
    }
}

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ring is full: the item was not taken; try again after the other end has read")
    }
}

impl<T> core::error::Error for Full<T> {}

/// A chunk was asked for that the ring cannot give at the moment; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    /// How many slots, or items, there are instead.
    pub available: usize,
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "only {} available in the ring: ask for fewer or try again later", self.available)
    }
}

impl core::error::Error for TooFew {}

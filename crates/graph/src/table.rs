//! Slots that the audio thread can index at once and that grow without moving what is in them.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Slots in one chunk.
pub(crate) const CHUNK: usize = sostenuto_rt::COMMONS_CHUNK;
/// The most chunks a table can get; the list of them has this capacity from the start.
pub(crate) const MAX_CHUNKS: usize = 4096;

/// So many slots side by side, of a length known beforehand, so that finding one needs a single look at a length.
pub(crate) type Chunk<T> = Box<[T; CHUNK]>;

/// Chunks of slots. Growing pushes chunks that were made elsewhere: no allocation, nothing moves.
#[derive(Debug)]
pub(crate) struct Table<T> {
    chunks: Vec<Chunk<T>>,
}

impl<T> Table<T> {
    pub fn new() -> Self {
        Table { chunks: Vec::with_capacity(MAX_CHUNKS) }
    }

    /// A chunk of slots, each made by `make`. `[control]`
    pub fn chunk(make: impl FnMut() -> T) -> Chunk<T> {
        let slots: Vec<T> = core::iter::repeat_with(make).take(CHUNK).collect();
        slots.try_into().unwrap_or_else(|_| unreachable!("so many were taken"))
    }

    /// Takes chunks over until they or the capacity run out. `[audio]`
    pub fn grow(&mut self, chunks: &mut Vec<Chunk<T>>) {
        while self.chunks.len() < MAX_CHUNKS
            && let Some(chunk) = chunks.pop()
        {
            self.chunks.push(chunk);
        }
    }

    #[inline(always)]
    pub fn get(&self, slot: u32) -> Option<&T> {
        Some(&self.chunks.get(slot as usize / CHUNK)?[slot as usize % CHUNK])
    }

    #[inline(always)]
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        Some(&mut self.chunks.get_mut(slot as usize / CHUNK)?[slot as usize % CHUNK])
    }
}

/// Control side: which slots of a table are taken, and how many chunks it has.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    free: Vec<u32>,
    next: u32,
    chunks: usize,
}

impl Slots {
    /// A free slot, or none when the table is at its largest.
    pub fn take(&mut self) -> Option<u32> {
        if let Some(slot) = self.free.pop() {
            return Some(slot);
        }
        if self.next as usize >= CHUNK * MAX_CHUNKS {
            return None;
        }
        self.next += 1;
        Some(self.next - 1)
    }

    pub fn give_back(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// How many slots were handed out at least once.
    pub fn given(&self) -> usize {
        self.next as usize
    }

    /// How many chunks the table lacks for the slots handed out; they count as had from now on.
    pub fn missing_chunks(&mut self) -> usize {
        let missing = (self.next as usize).div_ceil(CHUNK).saturating_sub(self.chunks);
        self.chunks += missing;
        missing
    }
}

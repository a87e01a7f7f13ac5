//! The recordings that slots have, and those that voices still read though their slot has another.

use crate::player::Buffer;
use std::sync::Arc;

/// A place for a recording.
#[derive(Debug, Default)]
struct Shelf {
    buffer: Option<Arc<Buffer>>,
    /// Voices that read it.
    readers: u32,
    /// Whether a slot has it.
    held: bool,
}

/// Recordings by number, as many as slots have and half as many again, at least eight more: those that are on their way out.
#[derive(Debug)]
pub(super) struct Store {
    shelves: Box<[Shelf]>,
    /// The recording of each slot.
    slots: Box<[Option<u32>]>,
    /// Recordings that nobody reads any more, and that are to be taken away.
    spent: u32,
}

impl Store {
    /// `[control]`
    pub fn new(slots: usize) -> Self {
        let more = (slots / 2).max(8);
        Store {
            shelves: (0..slots + more).map(|_| Shelf::default()).collect(),
            slots: vec![None; slots].into(),
            spent: 0,
        }
    }

    /// The number of what a slot has.
    pub fn of_slot(&self, slot: usize) -> Option<u32> {
        self.slots.get(slot).copied().flatten()
    }

    #[inline(always)]
    pub fn get(&self, number: u32) -> Option<&Buffer> {
        self.shelves.get(number as usize)?.buffer.as_deref()
    }

    /// Gives a slot something else, or nothing; it comes back if there is no shelf free, or no such slot.
    pub fn put(&mut self, slot: usize, buffer: Option<Arc<Buffer>>) -> Result<(), Option<Arc<Buffer>>> {
        if slot >= self.slots.len() {
            return Err(buffer);
        }
        let number = match buffer {
            None => None,
            Some(buffer) => {
                let free = self.shelves.iter().position(|shelf| shelf.buffer.is_none());
                let Some((number, shelf)) = free.and_then(|n| Some((n, self.shelves.get_mut(n)?))) else {
                    return Err(Some(buffer));
                };
                *shelf = Shelf { buffer: Some(buffer), readers: 0, held: true };
                Some(number as u32)
            }
        };
        let before = self.slots.get_mut(slot).and_then(|there| core::mem::replace(there, number));
        if let Some(shelf) = before.and_then(|before| self.shelves.get_mut(before as usize)) {
            shelf.held = false;
            self.spent += u32::from(shelf.readers == 0);
        }
        Ok(())
    }

    #[inline(always)]
    pub fn read(&mut self, number: u32) {
        if let Some(shelf) = self.shelves.get_mut(number as usize) {
            shelf.readers += 1;
        }
    }

    #[inline(always)]
    pub fn leave(&mut self, number: u32) {
        if let Some(shelf) = self.shelves.get_mut(number as usize) {
            shelf.readers = shelf.readers.saturating_sub(1);
            self.spent += u32::from(shelf.readers == 0 && !shelf.held);
        }
    }

    /// Something that nobody reads any more.
    pub fn take_spent(&mut self) -> Option<Arc<Buffer>> {
        if self.spent == 0 {
            return None;
        }
        let gone = |shelf: &&mut Shelf| !shelf.held && shelf.readers == 0 && shelf.buffer.is_some();
        let shelf = self.shelves.iter_mut().find(gone)?;
        self.spent -= 1;
        shelf.buffer.take()
    }
}

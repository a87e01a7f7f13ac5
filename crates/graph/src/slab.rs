//! What the control side keeps by slot: found at once by an id that also tells which tenant of the slot is meant.

use crate::message::slot_of;
use alloc::vec::Vec;

/// Things by id; see [`pack`](crate::message::pack).
#[derive(Debug)]
pub(crate) struct Slab<T> {
    slots: Vec<Option<(u64, T)>>,
    count: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Slab { slots: Vec::new(), count: 0 }
    }
}

impl<T> Slab<T> {
    pub fn get(&self, id: u64) -> Option<&T> {
        match self.slots.get(slot_of(id)) {
            Some(Some((there, item))) if *there == id => Some(item),
            _ => None,
        }
    }

    pub fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        match self.slots.get_mut(slot_of(id)) {
            Some(Some((there, item))) if *there == id => Some(item),
            _ => None,
        }
    }

    /// Puts an item into its slot, which is free.
    pub fn insert(&mut self, id: u64, item: T) {
        let slot = slot_of(id);
        if slot >= self.slots.len() {
            self.slots.resize_with(slot + 1, || None);
        }
        if let Some(place) = self.slots.get_mut(slot) {
            debug_assert!(place.is_none());
            *place = Some((id, item));
            self.count += 1;
        }
    }

    pub fn remove(&mut self, id: u64) -> Option<T> {
        let place = self.slots.get_mut(slot_of(id))?;
        if !matches!(place, Some((there, _)) if *there == id) {
            return None;
        }
        self.count -= 1;
        place.take().map(|(_, item)| item)
    }

    pub fn len(&self) -> usize {
        self.count
    }

    /// All, oldest first.
    pub fn by_age(&self) -> Vec<(u64, &T)> {
        let mut all: Vec<(u64, &T)> = self.slots.iter().flatten().map(|(id, item)| (*id, item)).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }
}

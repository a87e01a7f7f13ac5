//! Which of several threads may touch which slot of one table? Whoever asks first, until all of them are done.

use crate::sync::{AtomicU64, Ordering, Witness};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::fmt;
use core::sync::atomic::AtomicU32;

/// Slots that come and go together.
pub const COMMONS_CHUNK: usize = if cfg!(loom) { 2 } else { 256 };

/// A stamp is the number of a turn, with below it that of a key.
const KEY_BITS: u32 = 28;
/// In place of a key: frozen, for all to read.
const PUBLISHED: u64 = (1 << KEY_BITS) - 1;
/// The stamp of a hand that has all slots; turns count from 1, so none has it that has not.
const WHOLE: u64 = 0;

/// The next key; the counter of a static that models need not explore, for all that matters is that it counts.
static KEYS: AtomicU32 = AtomicU32::new(1);

/// Names one of those who share a [`Commons`]. There is one of each, for the life of the program.
#[derive(Debug)]
pub struct Key(u32);

impl Key {
    /// A key that nobody else has. `[control]`
    ///
    /// # Panics
    ///
    /// If 268 million have been made.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        // Relaxed is enough: that no number is given twice follows from the one order of changes of the counter.
        let number = KEYS.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
        assert!(u64::from(number) < PUBLISHED, "more keys than a stamp can tell apart");
        Key(number)
    }
}

struct Slot<T> {
    value: UnsafeCell<T>,
    witness: Witness,
}

/// So many slots side by side, and whose each of them is.
pub struct CommonsChunk<T> {
    slots: Box<[Slot<T>; COMMONS_CHUNK]>,
    owners: Box<[AtomicU64; COMMONS_CHUNK]>,
}

impl<T> CommonsChunk<T> {
    /// Slots with what `make` makes. `[control]`
    pub fn new(mut make: impl FnMut() -> T) -> Self {
        let slot = |_| Slot { value: UnsafeCell::new(make()), witness: Witness::new() };
        let slots: Vec<Slot<T>> = (0..COMMONS_CHUNK).map(slot).collect();
        let owners: Vec<AtomicU64> = (0..COMMONS_CHUNK).map(|_| AtomicU64::new(WHOLE)).collect();
        let (Ok(slots), Ok(owners)) = (slots.try_into(), owners.try_into()) else {
            unreachable!("so many were taken")
        };
        CommonsChunk { slots, owners }
    }
}

/// A table whose slots several threads may use at once, each its own; it grows by chunks, and nothing in it moves.
///
/// Mostly one thread has all of it, and finds a slot at the price of a comparison. For a while it can [share](Hand::share) the table: then each of the
/// others, named by its [`Key`], has those slots that it was the first to ask for since, and is refused all others. Which these are nobody needs to say
/// beforehand; a slot that two ask for is refused to one of them, and the memory stays sound.
///
/// ```
/// use sostenuto_rt::{Commons, CommonsChunk, Key};
/// let mut table = Commons::with_room(1);
/// table.grow(&mut vec![CommonsChunk::new(|| 0)]);
/// let (mut one, mut other) = (Key::new(), Key::new());
/// let mut whole = table.whole();
/// let shared = whole.share().expect("all of it is there");
/// let (mut one, mut other) = (shared.hand(&mut one), shared.hand(&mut other));
/// *one.get_mut(3).unwrap() = 1;
/// assert!(other.get_mut(3).is_none());
/// *other.get_mut(4).unwrap() = 2;
/// one.publish(3);
/// assert_eq!(other.published(3), Some(&1));
/// assert_eq!((table.get(3), table.get(4)), (Some(&1), Some(&2)));
/// ```
///
/// # Invariants
///
/// - **C1** While a [`Shared`] of it exists a commons is borrowed mutably, by way of the one [`Hand`] that has all of it: so nothing reaches it but hands of
///   that `Shared`, which are of its turn. A turn goes on in the next `Shared`, or is followed by one with a number that no earlier one had.
/// - **C2** Of the stamps of a turn each key has its own, and a key is borrowed mutably by the one hand that has its stamp. So what hands of one key do
///   comes one after the other, on whichever threads.
/// - **C3** An owner that is a stamp of the present turn is only ever changed by the hand that has that stamp, and only to `PUBLISHED` of the turn, which
///   nobody changes. So a hand whose stamp it is has the slot to itself, and a slot that is published is written by nobody but who has all of them, until
///   the turn is over.
pub struct Commons<T> {
    chunks: Vec<CommonsChunk<T>>,
    turn: AtomicU64,
}

// SAFETY: C1: by a shared borrow of the commons values are only read.
unsafe impl<T: Send + Sync> Sync for Commons<T> {}
// SAFETY: it owns its values, and lends them by its own borrows only (C1).
unsafe impl<T: Send> Send for Commons<T> {}

impl<T> Commons<T> {
    /// An empty one that can take so many chunks. `[control]`
    pub fn with_room(chunks: usize) -> Self {
        Commons { chunks: Vec::with_capacity(chunks), turn: AtomicU64::new(0) }
    }

    /// Takes chunks over until they or the room run out. `[audio]`
    pub fn grow(&mut self, chunks: &mut Vec<CommonsChunk<T>>) {
        while self.chunks.len() < self.chunks.capacity()
            && let Some(chunk) = chunks.pop()
        {
            self.chunks.push(chunk);
        }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.chunks.len() * COMMONS_CHUNK
    }

    #[inline(always)]
    fn slot(&self, slot: u32) -> Option<(&Slot<T>, &AtomicU64)> {
        let chunk = self.chunks.get(slot as usize / COMMONS_CHUNK)?;
        let at = slot as usize % COMMONS_CHUNK;
        Some((&chunk.slots[at], &chunk.owners[at]))
    }

    /// What is in a slot. `[audio]`
    #[inline(always)]
    pub fn get(&self, slot: u32) -> Option<&T> {
        let (slot, _) = self.slot(slot)?;
        slot.witness.reads();
        // SAFETY: C1: with the commons borrowed, no hand exists that could write.
        Some(unsafe { &*slot.value.get() })
    }

    /// What is in a slot, to change. `[audio]`
    #[inline(always)]
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        let slot =
            &mut self.chunks.get_mut(slot as usize / COMMONS_CHUNK)?.slots[slot as usize % COMMONS_CHUNK];
        slot.witness.writes();
        Some(slot.value.get_mut())
    }

    /// All slots, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        (0..self.slots() as u32).filter_map(|slot| self.get(slot))
    }

    /// All slots, in order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flat_map(|chunk| chunk.slots.iter_mut()).map(|slot| slot.value.get_mut())
    }

    /// A hand that has all of it. `[audio]`
    #[inline(always)]
    pub fn whole(&mut self) -> Hand<'_, T> {
        Hand { commons: self, stamp: WHOLE }
    }
}

impl<T> fmt::Debug for Commons<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Commons").field("slots", &self.slots()).finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for CommonsChunk<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CommonsChunk")
    }
}

/// A [`Commons`] while several share it. It can be lent to other threads, which make a [`Hand`] of it by their key.
pub struct Shared<'c, T> {
    commons: &'c Commons<T>,
    turn: u64,
}

// SAFETY: C3: values are used by the threads that the hands are on, each by one at a time, hence `T: Send`; those read by many at once are published,
// which takes `T: Sync` where it is asked for.
unsafe impl<T: Send> Sync for Shared<'_, T> {}

impl<T> Shared<'_, T> {
    /// The hand of a key. `[audio]`
    #[inline]
    pub fn hand<'h>(&'h self, key: &'h mut Key) -> Hand<'h, T> {
        Hand { commons: self.commons, stamp: self.turn << KEY_BITS | u64::from(key.0) }
    }
}

impl<T> fmt::Debug for Shared<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shared of turn {}", self.turn)
    }
}

/// The slots of a [`Commons`] that one thread has: all, or those that it was the first to ask for.
pub struct Hand<'c, T> {
    commons: &'c Commons<T>,
    stamp: u64,
}

impl<T> Hand<'_, T> {
    /// Whether the slot belongs to this hand; if it belongs to nobody yet, it does from now on.
    #[inline(always)]
    fn has(&self, owner: &AtomicU64) -> bool {
        // Relaxed is enough, here and below: what was done to a slot in earlier turns comes before this one, because whoever shares the table had all of it
        // (C1) and hands it to other threads by other means; and within the turn nobody but this key's hands has done anything to it (C2, C3).
        self.stamp == WHOLE || owner.load(Ordering::Relaxed) == self.stamp || self.claims(owner)
    }

    #[inline(never)]
    fn claims(&self, owner: &AtomicU64) -> bool {
        let now = owner.load(Ordering::Relaxed);
        // Somebody else's, of this turn.
        if now >> KEY_BITS == self.stamp >> KEY_BITS {
            return false;
        }
        owner.compare_exchange(now, self.stamp, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// What is in a slot; nothing if there is no such slot, or another hand has it. `[audio]`
    #[inline(always)]
    pub fn get(&self, slot: u32) -> Option<&T> {
        let (slot, owner) = self.commons.slot(slot)?;
        if !self.has(owner) {
            return None;
        }
        slot.witness.reads();
        // SAFETY: C1 or C3: this hand has the slot, and is borrowed as long as the value.
        Some(unsafe { &*slot.value.get() })
    }

    /// What is in a slot, to change; nothing if there is no such slot, or another hand has it. `[audio]`
    #[inline(always)]
    pub fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        let (slot, owner) = self.commons.slot(slot)?;
        if !self.has(owner) {
            return None;
        }
        slot.witness.writes();
        // SAFETY: C1 or C3: this hand has the slot, and is borrowed mutably as long as the value.
        Some(unsafe { &mut *slot.value.get() })
    }

    /// The same hand, for a while. `[audio]`
    #[inline(always)]
    pub fn lend(&mut self) -> Hand<'_, T> {
        Hand { commons: self.commons, stamp: self.stamp }
    }

    /// Lets others have slots, until what is returned goes; nothing if this hand does not have all of them. Nobody has any slot at first. `[audio]`
    pub fn share(&mut self) -> Option<Shared<'_, T>> {
        // Relaxed is enough: C1, only the hand that has all of it counts, and it is borrowed mutably.
        let turn = self.commons.turn.load(Ordering::Relaxed) + 1;
        if self.stamp != WHOLE || turn >= 1 << (64 - KEY_BITS) {
            return None;
        }
        self.commons.turn.store(turn, Ordering::Relaxed);
        Some(Shared { commons: self.commons, turn })
    }

    /// The same, but each key still has the slots that it had when the table was shared before: so that finding them costs no more than a look. What was
    /// published stays so. `[audio]`
    pub fn share_again(&mut self) -> Option<Shared<'_, T>> {
        // Relaxed is enough, as in `share`.
        match self.commons.turn.load(Ordering::Relaxed) {
            0 => self.share(),
            turn if self.stamp == WHOLE => Some(Shared { commons: self.commons, turn }),
            _ => None,
        }
    }

    /// Gives a slot up so that all hands may read it; whether this hand had it, and others share the table. `[audio]`
    pub fn publish(&mut self, slot: u32) -> bool {
        let Some((_, owner)) = self.commons.slot(slot) else { return false };
        if self.stamp == WHOLE || !self.has(owner) {
            return false;
        }
        // Must be Release, because others read the slot once they see it, and what was written comes before. It pairs with the load in `published`.
        owner.store(self.stamp | PUBLISHED, Ordering::Release);
        true
    }

    /// What is in a slot that was published since the table is shared, by whomever. `[audio]`
    #[inline]
    pub fn published(&self, slot: u32) -> Option<&T>
    where
        T: Sync,
    {
        let (slot, owner) = self.commons.slot(slot)?;
        // Must be Acquire, because the value is read from here on. It pairs with the store in `publish`.
        if self.stamp == WHOLE || owner.load(Ordering::Acquire) != self.stamp | PUBLISHED {
            return None;
        }
        slot.witness.reads();
        // SAFETY: C3: nobody writes the slot until the turn is over, and this hand exists no longer than the turn (C1).
        Some(unsafe { &*slot.value.get() })
    }
}

impl<T> fmt::Debug for Hand<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hand {:x}", self.stamp)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    fn table() -> Commons<u32> {
        let mut table = Commons::with_room(2);
        let mut number = 0;
        let mut next = || {
            number += 1;
            number
        };
        table.grow(&mut alloc::vec![CommonsChunk::new(&mut next), CommonsChunk::new(&mut next)]);
        table
    }

    #[test]
    fn who_has_all_of_it_has_every_slot() {
        let mut table = table();
        let mut whole = table.whole();
        *whole.get_mut(300).unwrap() = 7;
        assert_eq!((whole.get(300), whole.get(512)), (Some(&7), None));
        assert!(!whole.publish(300) && whole.published(300).is_none());
        assert_eq!(table.iter().count(), 512);
        table.iter_mut().for_each(|value| *value = 1);
        assert_eq!(table.get(300), Some(&1));
    }

    #[test]
    fn a_slot_is_had_by_the_first_until_the_turn_is_over() {
        let mut table = table();
        let (mut one, mut other) = (Key::new(), Key::new());
        for turn in 0..3 {
            let mut whole = table.whole();
            let shared = whole.share().unwrap();
            let mut first = shared.hand(if turn % 2 == 0 { &mut one } else { &mut other });
            assert!(first.get(9).is_some());
            *first.get_mut(9).unwrap() = turn;
            assert!(first.share().is_none());
            let mut second = shared.hand(if turn % 2 == 0 { &mut other } else { &mut one });
            assert!(second.get(9).is_none() && second.get_mut(9).is_none() && !second.publish(9));
            assert!(second.get_mut(10).is_some());
        }
        assert_eq!(table.get(9), Some(&2));
    }

    #[test]
    fn what_is_published_is_for_all_to_read_and_for_none_to_write() {
        let mut table = table();
        let (mut one, mut other) = (Key::new(), Key::new());
        let mut whole = table.whole();
        {
            let shared = whole.share().unwrap();
            let mut hand = shared.hand(&mut one);
            *hand.get_mut(5).unwrap() = 55;
            assert!(hand.publish(5));
            assert!(hand.get_mut(5).is_none() && hand.get(5).is_none());
            let mut other = shared.hand(&mut other);
            assert_eq!((other.published(5), hand.published(5)), (Some(&55), Some(&55)));
            assert!(other.get_mut(5).is_none() && !other.publish(5) && other.published(6).is_none());
        }
        {
            // As long as the turn goes on, it stays so.
            let shared = whole.share_again().unwrap();
            let mut hand = shared.hand(&mut other);
            assert!(hand.published(5).is_some() && hand.get_mut(5).is_none() && hand.get_mut(7).is_some());
        }
        {
            let shared = whole.share_again().unwrap();
            assert!(
                shared.hand(&mut one).get_mut(7).is_none() && shared.hand(&mut other).get_mut(7).is_some()
            );
        }
        // In the next turn it has not been published yet.
        let shared = whole.share().unwrap();
        let mut hand = shared.hand(&mut other);
        assert!(hand.published(5).is_none() && hand.get_mut(5).is_some());
    }
}

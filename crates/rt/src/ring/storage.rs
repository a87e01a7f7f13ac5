//! Where do the items of a ring lie? In a cache-line aligned block of slots whose number is a power of two.

use crate::sync::{LINE, Witness};
use alloc::alloc::{alloc, dealloc, handle_alloc_error};
use alloc::boxed::Box;
use core::alloc::Layout;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

/// Where the slots are, to be copied into each end so that it need not look through the shared block.
///
/// Indices count up for ever and wrap with `usize`; a slot is found by masking. That stays right across
/// the wrap because the number of slots, a power of two, divides the number of values of a `usize`.
pub(super) struct Slots<T> {
    base: NonNull<MaybeUninit<T>>,
    mask: usize,
}

impl<T> Clone for Slots<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Slots<T> {}

impl<T> Slots<T> {
    /// The slot for an index: always inside the block (S1).
    #[inline]
    pub(super) fn at(self, index: usize) -> *mut T {
        self.base.as_ptr().wrapping_add(index & self.mask).cast()
    }

    /// The `n` slots from an index on, as the part up to the end of the block and the part from its
    /// start. `n` is at most the number of slots, so the parts do not overlap.
    #[inline]
    pub(super) fn parts(self, index: usize, n: usize) -> (*mut [T], *mut [T]) {
        let first = n.min(self.mask + 1 - (index & self.mask));
        let (a, b) = (self.at(index), self.base.as_ptr().cast());
        (ptr::slice_from_raw_parts_mut(a, first), ptr::slice_from_raw_parts_mut(b, n - first))
    }
}

/// Owns the block of slots; never drops items.
///
/// # Invariants
///
/// - **S1** `slots.base` points to `slots.mask + 1` slots (a power of two), allocated with
///   [`Storage::layout`] and alive until this is dropped; dangling but aligned if they take no space.
pub(super) struct Storage<T> {
    pub(super) slots: Slots<T>,
    witnesses: Box<[Witness]>,
}

impl<T> Storage<T> {
    /// At least `capacity` slots, and at least one.
    pub(super) fn new(capacity: usize) -> Self {
        let count = capacity.max(1).checked_next_power_of_two().expect("ring capacity too large");
        let layout = Self::layout(count);
        let base = if layout.size() == 0 {
            NonNull::dangling()
        } else {
            // SAFETY: the size of the layout is not zero.
            let block = unsafe { alloc(layout) };
            NonNull::new(block.cast()).unwrap_or_else(|| handle_alloc_error(layout))
        };
        let witnesses = (0..if cfg!(loom) { count } else { 0 }).map(|_| Witness::new()).collect();
        Self { slots: Slots { base, mask: count - 1 }, witnesses }
    }

    /// Lines of its own: then items that fill a line exactly never lie across two, and neither end
    /// shares a line with a stranger's allocation.
    fn layout(count: usize) -> Layout {
        let slots = Layout::array::<T>(count).and_then(|slots| slots.align_to(LINE));
        let slots = slots.expect("ring capacity too large");
        if slots.size() == 0 { slots } else { slots.pad_to_align() }
    }

    /// Tells the model checker that `n` slots from `index` on are about to be read.
    #[inline(always)]
    pub(super) fn reads(&self, index: usize, n: usize) {
        if cfg!(loom) {
            (0..n).for_each(|i| self.witnesses[index.wrapping_add(i) & self.slots.mask].reads());
        }
    }

    /// Tells the model checker that `n` slots from `index` on are about to be written or emptied.
    #[inline(always)]
    pub(super) fn writes(&self, index: usize, n: usize) {
        if cfg!(loom) {
            (0..n).for_each(|i| self.witnesses[index.wrapping_add(i) & self.slots.mask].writes());
        }
    }
}

impl<T> Drop for Storage<T> {
    fn drop(&mut self) {
        let layout = Self::layout(self.slots.mask + 1);
        if layout.size() != 0 {
            // SAFETY: S1, allocated with this very layout, and not freed before.
            unsafe { dealloc(self.slots.base.as_ptr().cast(), layout) };
        }
    }
}

/// Drops the items in two parts, each of them once: if a destructor panics, the others run nevertheless.
///
/// # Safety
///
/// Both parts must lie in live storage and hold items throughout; nobody may use or drop these afterwards.
#[inline]
pub(super) unsafe fn drop_parts<T>(first: *mut [T], second: *mut [T]) {
    /// Runs when left, also by unwinding.
    struct AtTheEnd<T>(*mut [T]);

    impl<T> Drop for AtTheEnd<T> {
        #[inline]
        fn drop(&mut self) {
            // SAFETY: what `drop_parts` asks for.
            unsafe { ptr::drop_in_place(self.0) };
        }
    }

    let _second = AtTheEnd(second);
    // SAFETY: what is asked for above.
    unsafe { ptr::drop_in_place(first) };
}

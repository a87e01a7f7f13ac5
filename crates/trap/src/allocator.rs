//! The allocator that a test binary installs: the system's, with an entry in the ledger while its thread is armed.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::ledger;

/// A global allocator that counts what the arming thread does with the heap.
///
/// ```
/// # use sostenuto_trap::TrapAllocator;
/// #[global_allocator]
/// static ALLOCATOR: TrapAllocator = TrapAllocator::new();
/// ```
#[derive(Debug, Default)]
pub struct TrapAllocator;

impl TrapAllocator {
    /// The allocator, for a `static`.
    pub const fn new() -> Self {
        TrapAllocator
    }
}

/// Counts through `count` if this thread is armed, then does `work` without counting the system calls it makes itself.
#[inline]
fn counted<T>(count: impl FnOnce(&ledger::Ledger), work: impl FnOnce() -> T) -> T {
    if !ledger::with(ledger::Ledger::watching) {
        return work();
    }
    ledger::with(|ledger| {
        count(ledger);
        ledger.excuse();
    });
    let result = work();
    ledger::with(ledger::Ledger::resume);
    result
}

// SAFETY: each method hands its arguments to `System` unchanged and returns what that returns; the counting around it
// neither allocates, unwinds nor touches the memory in question.
unsafe impl GlobalAlloc for TrapAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout` is the one `System` asks for.
        counted(|ledger| ledger.allocation(layout.size()), || unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise about `layout` is the one `System` asks for.
        counted(|ledger| ledger.allocation(layout.size()), || unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block came from this allocator, hence from `System`, with this layout.
        counted(ledger::Ledger::free, || unsafe { System.dealloc(block, layout) });
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the block came from this allocator, hence from `System`, with this layout; `size` is the caller's promise.
        counted(|ledger| ledger.reallocation(size), || unsafe { System.realloc(block, layout, size) })
    }
}

//! Which atomics is everything here built on: `core`'s, or loom's while the model checker runs?

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};

/// Passes a moment until another thread has got on.
#[inline(always)]
pub(crate) fn spin() {
    #[cfg(not(loom))]
    core::hint::spin_loop();
    #[cfg(loom)]
    loom::thread::yield_now();
}

/// Stands for a piece of plain memory in the eyes of the model checker.
///
/// Loom sees atomics, not raw pointers. So each piece of memory that threads take turns with has a
/// witness, and whoever touches the memory says so to the witness first: loom then fails the model
/// if a write is not ordered against every other touch. In an ordinary build it is empty and its
/// methods do nothing.
pub(crate) struct Witness {
    #[cfg(loom)]
    cell: loom::cell::UnsafeCell<()>,
}

impl Witness {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(loom)]
            cell: loom::cell::UnsafeCell::new(()),
        }
    }

    /// The memory is about to be read.
    #[inline(always)]
    pub(crate) fn reads(&self) {
        #[cfg(loom)]
        self.cell.with(|_| ());
    }

    /// The memory is about to be written, moved out of or freed.
    #[inline(always)]
    pub(crate) fn writes(&self) {
        #[cfg(loom)]
        self.cell.with_mut(|_| ());
    }
}

/// A value that shares no cache line with its neighbours.
///
/// 128 bytes where the hardware fetches lines in pairs (x86_64) or has lines of that length (Apple's
/// Arm cores); 64 bytes elsewhere.
#[cfg_attr(any(target_arch = "x86_64", target_arch = "aarch64"), repr(align(128)))]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), repr(align(64)))]
pub(crate) struct Padded<T>(pub(crate) T);

/// The alignment [`Padded`] gives, in bytes.
pub(crate) const LINE: usize = align_of::<Padded<u8>>();

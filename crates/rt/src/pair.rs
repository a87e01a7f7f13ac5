//! Who frees what exactly two ends share? The end that goes last.

use crate::sync::{AtomicBool, Ordering};
use alloc::boxed::Box;
use core::ops::Deref;
use core::ptr::NonNull;

/// One of the two ends of a shared allocation.
///
/// A reference count for exactly two: a flag instead of a counter, and the flag says as well whether
/// the other end is still there.
///
/// # Invariants
///
/// - **P1** `shared` points to a live `Shared<S>` that was made by `Box::new`, as long as this end exists.
/// - **P2** Two ends are made per allocation, in [`Pair::new`], and none is ever copied. So the flag is
///   swapped exactly twice: the first swap finds `false`, the second `true`, and only the end that
///   finds `true` frees.
pub(crate) struct Pair<S> {
    shared: NonNull<Shared<S>>,
}

struct Shared<S> {
    value: S,
    one_gone: AtomicBool,
}

impl<S> Pair<S> {
    pub(crate) fn new(value: S) -> (Self, Self) {
        let shared = Box::new(Shared { value, one_gone: AtomicBool::new(false) });
        let shared = NonNull::from(Box::leak(shared));
        (Self { shared }, Self { shared })
    }

    #[inline]
    fn shared(&self) -> &Shared<S> {
        // SAFETY: P1; it is only ever lent out shared until the last end frees it.
        unsafe { self.shared.as_ref() }
    }

    /// Whether the other end is gone. Once `true`, it stays so.
    pub(crate) fn is_alone(&self) -> bool {
        // Must be Acquire, because "gone" promises that whatever the other end did before it went is
        // visible from here on. It pairs with the Release half of the swap in `drop`.
        self.shared().one_gone.load(Ordering::Acquire)
    }
}

impl<S> Deref for Pair<S> {
    type Target = S;

    #[inline]
    fn deref(&self) -> &S {
        &self.shared().value
    }
}

impl<S> Drop for Pair<S> {
    fn drop(&mut self) {
        // Must be AcqRel. Release, because the other end may free right after, and everything this
        // end did to the value must come before that. Acquire, because if this end frees, everything
        // the other one did must be visible to the destructor.
        if self.shared().one_gone.swap(true, Ordering::AcqRel) {
            // SAFETY: P2, this is the second swap, so no other end exists; P1, it came from a box.
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}

//! Which thread may run the engine now? The one that holds the guard of its slot.

use crate::gauge::Gauge;
use crate::sync::{AtomicBool, Ordering, Witness};
use alloc::sync::Arc;
use core::cell::UnsafeCell;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

/// The place of something that one thread at a time may use, for the length of a callback.
///
/// Shared as `Arc<OwnerSlot<T>>` by every thread that may have to render: each device's callback, the
/// fallback clock, the offline host. Whoever enters first holds the value until its guard goes; the others
/// are refused at once, which is counted, and play silence. There is no waiting and no queue, so it is
/// not the tool for sharing data between threads that all must get at it.
///
/// A guard that is never dropped (`mem::forget`, or a callback that never returns) keeps the slot for
/// ever: it cannot be robbed, because what it holds would then be used twice. If a callback panics,
/// unwinding releases the slot, and the next one finds the value as the panic left it.
///
/// ```
/// use sostenuto_rt::OwnerSlot;
/// let slot = OwnerSlot::new(vec![0.0_f32; 64]);
/// let mut engine = slot.try_enter().expect("nobody else is in");
/// engine[0] = 1.0;
/// assert!(slot.try_enter().is_none());
/// drop(engine);
/// assert_eq!(slot.try_enter().unwrap()[0], 1.0);
/// assert_eq!(slot.refused(), 1);
/// ```
///
/// # Invariants
///
/// - **O1** `held` is `true` exactly as long as an [`OwnerGuard`] of this slot exists. A guard is made only
///   by the exchange that turned `held` from `false` to `true`, so there is at most one.
/// - **O2** `value` is touched only through that guard, or with the slot owned or borrowed mutably, when no
///   guard can exist, for a guard borrows the slot.
pub struct OwnerSlot<T> {
    held: AtomicBool,
    refused: Gauge<u64>,
    witness: Witness,
    value: UnsafeCell<T>,
}

// SAFETY: O1 and O2: threads get at the value one after the other, ordered by `held`. It is used from each
// of them, hence `T: Send`; never from two at once, so `T` need not be `Sync`.
unsafe impl<T: Send> Sync for OwnerSlot<T> {}

impl<T> OwnerSlot<T> {
    /// A slot with a value in it, held by nobody. `[control]`
    pub fn new(value: T) -> Self {
        Self {
            held: AtomicBool::new(false),
            refused: Gauge::new(0),
            witness: Witness::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Takes the value for as long as the guard lives, or `None`, counted, if somebody has it, be it the
    /// same thread. One atomic operation; never waits. `[audio]`
    #[inline]
    pub fn try_enter(&self) -> Option<OwnerGuard<'_, T>> {
        // On success it must be Acquire, because the value is used from here on, and everything the holder
        // before did to it comes before. It pairs with the Release store of the guard's `drop`. On failure
        // Relaxed is enough, because nothing is read or written thereafter. An exchange that fails stores
        // nothing, so whoever is refused does not delay the release.
        if self.held.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            self.refused.add(1);
            return None;
        }
        self.witness.writes();
        Some(OwnerGuard { slot: self, on_this_thread: PhantomData })
    }

    /// Whether somebody has the value now. Good for a display only: it may change at once. `[any]`
    pub fn is_held(&self) -> bool {
        // Relaxed is enough, because nothing is concluded from it about the value.
        self.held.load(Ordering::Relaxed)
    }

    /// How many entries have been refused since the start. `[any]`
    pub fn refused(&self) -> u64 {
        self.refused.get()
    }

    /// The value, with no entry needed. `[control]`
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    /// The value, out of its slot. `[control]`
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }

    /// The value, out of its slot, if this is the last thread that has a share in it; else the share comes
    /// back. `[control]`
    ///
    /// # Errors
    ///
    /// The share, if there are others.
    pub fn take(this: Arc<Self>) -> Result<T, Arc<Self>> {
        Arc::try_unwrap(this).map(Self::into_inner)
    }
}

impl<T> fmt::Debug for OwnerSlot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (held, refused) = (self.is_held(), self.refused());
        f.debug_struct("OwnerSlot").field("held", &held).field("refused", &refused).finish_non_exhaustive()
    }
}

/// The value of an [`OwnerSlot`], held by this thread; from [`OwnerSlot::try_enter`].
///
/// It stays on the thread that entered: it cannot be sent to another one,
///
/// ```compile_fail,E0277
/// fn sent<T: Send>(_: T) {}
/// let slot = sostenuto_rt::OwnerSlot::new(1);
/// sent(slot.try_enter());
/// ```
///
/// nor shared with one:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>(_: T) {}
/// let slot = sostenuto_rt::OwnerSlot::new(1);
/// shared(slot.try_enter());
/// ```
///
/// whereas the slot can be both:
///
/// ```
/// fn sent_and_shared<T: Send + Sync>(_: T) {}
/// let slot = sostenuto_rt::OwnerSlot::new(1);
/// sent_and_shared(slot);
/// ```
#[must_use = "the value is held only as long as the guard lives"]
pub struct OwnerGuard<'a, T> {
    slot: &'a OwnerSlot<T>,
    /// A raw pointer is neither `Send` nor `Sync`, and so neither is the guard.
    on_this_thread: PhantomData<*mut T>,
}

impl<T> Deref for OwnerGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: O1 and O2: this is the only guard.
        unsafe { &*self.slot.value.get() }
    }
}

impl<T> DerefMut for OwnerGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: O1 and O2: this is the only guard, and it is borrowed mutably.
        unsafe { &mut *self.slot.value.get() }
    }
}

impl<T> Drop for OwnerGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.slot.witness.writes();
        // Must be Release, because the next holder uses the value once it sees `false`, and all that was
        // done to it here comes before. It pairs with the Acquire exchange in `try_enter`.
        self.slot.held.store(false, Ordering::Release);
    }
}

impl<T: fmt::Debug> fmt::Debug for OwnerGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OwnerGuard").field(&**self).finish()
    }
}

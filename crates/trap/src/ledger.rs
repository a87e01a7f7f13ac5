//! What one thread has done while it was armed, kept where neither an allocator nor a signal handler can disturb it.

use std::ffi::c_void;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed, compiler_fence};

use crate::report::{Counts, Kind};

/// Frames kept of the first offence. A callback under test is some 30 frames below `main`; deeper ones are cut.
pub(crate) const FRAMES: usize = 64;

/// Tallies of one thread.
///
/// Invariant: only its own thread touches it, from ordinary code and from the signal handler that interrupts that code.
/// Relaxed atomics are therefore enough: a thread sees its own writes in order, and the handler runs on that thread.
pub(crate) struct Ledger {
    armed: AtomicU32,
    excused: AtomicU32,
    allocations: AtomicU64,
    frees: AtomicU64,
    reallocations: AtomicU64,
    bytes: AtomicU64,
    system_calls: AtomicU64,
    clock_reads: AtomicU64,
    first_kind: AtomicU8,
    first_call: AtomicU32,
    frame_count: AtomicUsize,
    frames: [AtomicUsize; FRAMES],
    /// Read by the kernel at each system call while dispatch is on: 0 lets it through, 1 raises SIGSYS.
    pub(crate) selector: AtomicU8,
}

thread_local! {
    /// Constant and without a destructor: reading it never allocates, and works until the thread's very end.
    static LEDGER: Ledger = const { Ledger::new() };
}

/// Runs `f` with the ledger of this thread.
#[inline]
pub(crate) fn with<T>(f: impl FnOnce(&Ledger) -> T) -> T {
    LEDGER.with(f)
}

impl Ledger {
    const fn new() -> Self {
        Ledger {
            armed: AtomicU32::new(0),
            excused: AtomicU32::new(0),
            allocations: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            reallocations: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            system_calls: AtomicU64::new(0),
            clock_reads: AtomicU64::new(0),
            first_kind: AtomicU8::new(0),
            first_call: AtomicU32::new(0),
            frame_count: AtomicUsize::new(0),
            frames: [const { AtomicUsize::new(0) }; FRAMES],
            selector: AtomicU8::new(0),
        }
    }

    /// Whether an offence made now would count.
    #[inline]
    pub(crate) fn watching(&self) -> bool {
        self.armed.load(Relaxed) > 0 && self.excused.load(Relaxed) == 0
    }

    /// One armed region more; true if it is the outermost.
    pub(crate) fn arm(&self) -> bool {
        let outermost = self.armed.load(Relaxed) == 0;
        if outermost {
            self.first_kind.store(0, Relaxed);
            self.frame_count.store(0, Relaxed);
        }
        add(&self.armed, 1);
        self.refresh();
        outermost
    }

    /// One armed region fewer; true if that was the outermost.
    pub(crate) fn disarm(&self) -> bool {
        self.armed.store(self.armed.load(Relaxed).saturating_sub(1), Relaxed);
        self.refresh();
        self.armed.load(Relaxed) == 0
    }

    /// Until [`Ledger::resume`], nothing counts.
    #[inline]
    pub(crate) fn excuse(&self) {
        add(&self.excused, 1);
        self.refresh();
    }

    /// Ends one [`Ledger::excuse`].
    #[inline]
    pub(crate) fn resume(&self) {
        self.excused.store(self.excused.load(Relaxed).saturating_sub(1), Relaxed);
        self.refresh();
    }

    /// Tells the kernel, through the selector, what [`Ledger::watching`] says.
    #[inline]
    fn refresh(&self) {
        compiler_fence(std::sync::atomic::Ordering::SeqCst);
        self.selector.store(u8::from(self.watching()), Relaxed);
        compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }

    /// What has been counted on this thread since it began.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            allocations: self.allocations.load(Relaxed),
            frees: self.frees.load(Relaxed),
            reallocations: self.reallocations.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            system_calls: self.system_calls.load(Relaxed),
            clock_reads: self.clock_reads.load(Relaxed),
        }
    }

    pub(crate) fn allocation(&self, bytes: usize) {
        add64(&self.allocations, 1);
        add64(&self.bytes, bytes as u64);
        self.offence(Kind::Allocation, 0);
    }

    pub(crate) fn free(&self) {
        add64(&self.frees, 1);
        self.offence(Kind::Free, 0);
    }

    pub(crate) fn reallocation(&self, bytes: usize) {
        add64(&self.reallocations, 1);
        add64(&self.bytes, bytes as u64);
        self.offence(Kind::Reallocation, 0);
    }

    #[cfg_attr(
        not(all(target_os = "linux", target_arch = "x86_64")),
        allow(dead_code, reason = "only the handler counts these")
    )]
    pub(crate) fn system_call(&self, number: u32) {
        add64(&self.system_calls, 1);
        self.offence(Kind::SystemCall, number);
    }

    #[cfg_attr(
        not(all(target_os = "linux", target_arch = "x86_64")),
        allow(dead_code, reason = "only the handler counts these")
    )]
    pub(crate) fn clock_read(&self) {
        add64(&self.clock_reads, 1);
    }

    /// Whether `work`, done armed, counts as an allocation. The tallies are put back afterwards.
    pub(crate) fn rehearse(&self, work: impl FnOnce()) -> bool {
        let (before, first) = (self.counts(), self.first_kind.load(Relaxed));
        // Any kind will do: it keeps the rehearsal from being taken for the first offence.
        self.first_kind.store(Kind::Allocation as u8, Relaxed);
        work();
        let seen = self.allocations.load(Relaxed) > before.allocations;
        self.allocations.store(before.allocations, Relaxed);
        self.frees.store(before.frees, Relaxed);
        self.bytes.store(before.bytes, Relaxed);
        self.first_kind.store(first, Relaxed);
        seen
    }

    /// Keeps the kind and the call stack of the first offence of the outermost armed region.
    #[cold]
    fn offence(&self, kind: Kind, call: u32) {
        if self.first_kind.load(Relaxed) != 0 {
            return;
        }
        self.first_kind.store(kind as u8, Relaxed);
        self.first_call.store(call, Relaxed);
        self.excuse();
        let mut count = 0;
        // SAFETY: "unsynchronized" asks that no two threads trace at once where the platform's tracer keeps global state.
        // On the platforms of this crate's users (the libgcc, libunwind and Windows stack walkers over loaded modules) a
        // trace only reads; symbols, which do need the lock, are resolved later through the synchronised call.
        unsafe {
            backtrace::trace_unsynchronized(|frame| {
                if let Some(slot) = self.frames.get(count) {
                    slot.store(frame.ip().addr(), Relaxed);
                    count += 1;
                }
                count < FRAMES
            });
        }
        self.frame_count.store(count, Relaxed);
        self.resume();
    }

    /// The first offence: its kind, its system call's number, and how many instruction addresses were put into `frames`.
    pub(crate) fn first(&self, frames: &mut [*mut c_void; FRAMES]) -> Option<(Kind, u32, usize)> {
        let kind = Kind::from_code(self.first_kind.load(Relaxed))?;
        let count = self.frame_count.load(Relaxed);
        for (to, from) in frames.iter_mut().zip(&self.frames).take(count) {
            *to = std::ptr::without_provenance_mut(from.load(Relaxed));
        }
        Some((kind, self.first_call.load(Relaxed), count))
    }
}

// Load and store instead of a locked read-modify-write: only one thread writes, and a handler that interrupts between the
// two leaves the ledger as it was found or raises another counter.
#[inline]
fn add(counter: &AtomicU32, by: u32) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

#[inline]
fn add64(counter: &AtomicU64, by: u64) {
    counter.store(counter.load(Relaxed).wrapping_add(by), Relaxed);
}

//! Arming and disarming the trap on this thread.

use std::alloc::Layout;
use std::hint::black_box;
use std::marker::PhantomData;

use crate::ledger::{self, Ledger};
use crate::report::{Counts, Report};
use crate::system;

/// The trap is armed on this thread for as long as this lives.
///
/// Stays on its thread: `Armed` is neither `Send` nor `Sync`.
/// ```compile_fail
/// fn needs_send<T: Send>() {}
/// needs_send::<sostenuto_trap::Armed>();
/// ```
#[must_use = "the trap is disarmed as soon as this is dropped"]
#[derive(Debug)]
pub struct Armed {
    before: CountsAtStart,
    stays: PhantomData<*const ()>,
}

struct CountsAtStart(Counts);

impl std::fmt::Debug for CountsAtStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("counts at the start")
    }
}

impl Armed {
    /// Arms the trap. May be nested: each region reports its own share.
    ///
    /// # Panics
    /// If [`crate::TrapAllocator`] is not the global allocator of this binary: a trap that is not there must not pass a test.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "arming is an effect that deserves to be written out")]
    pub fn new() -> Self {
        let before = ledger::with(|ledger| {
            if ledger.arm() {
                ledger.excuse();
                system::watch(&ledger.selector);
                ledger.resume();
            }
            ledger.counts()
        });
        let armed = Armed { before: CountsAtStart(before), stays: PhantomData };
        if !ledger::with(allocator_is_seen) {
            drop(armed);
            panic!(
                "the allocation trap is not installed; add to this test binary: \
                 #[global_allocator] static ALLOCATOR: TrapAllocator = TrapAllocator::new();"
            );
        }
        armed
    }

    /// Disarms and says what happened.
    pub fn finish(self) -> Report {
        let before = self.before.0;
        drop(self);
        excused(|| Report::since(before))
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        ledger::with(|ledger| {
            if ledger.disarm() {
                system::unwatch();
            }
        });
    }
}

/// Whether a block that is allocated here shows up in the ledger. Leaves the ledger as it was.
fn allocator_is_seen(ledger: &Ledger) -> bool {
    ledger.rehearse(|| {
        let layout = Layout::new::<u64>();
        // SAFETY: the layout is not of size zero.
        let block = black_box(unsafe { std::alloc::alloc(black_box(layout)) });
        if !block.is_null() {
            // SAFETY: the block was just allocated with this layout and is used no more.
            unsafe { std::alloc::dealloc(block, layout) };
        }
    })
}

/// Runs `work` with the trap armed; what it returns, and what it did.
///
/// # Panics
/// As [`Armed::new`]. A panic of `work` goes through, with the trap disarmed.
#[track_caller]
pub fn armed<T>(work: impl FnOnce() -> T) -> (T, Report) {
    let guard = Armed::new();
    let result = work();
    (result, guard.finish())
}

/// Runs `work` with the trap armed, and fails the test if it did anything that is not real-time safe.
///
/// # Panics
/// As [`armed`]; and after `work`, with the counts and the place of the first offence, if there was one.
#[track_caller]
pub fn forbidden<T>(work: impl FnOnce() -> T) -> T {
    let (result, report) = armed(work);
    report.assert_clean();
    result
}

/// Runs `work` without counting, inside an armed region or outside of one: for what a test itself has to do in there.
pub fn excused<T>(work: impl FnOnce() -> T) -> T {
    struct Resume;
    impl Drop for Resume {
        fn drop(&mut self) {
            ledger::with(Ledger::resume);
        }
    }
    ledger::with(Ledger::excuse);
    let _resume = Resume;
    work()
}

/// Whether system calls are counted here: on Linux x86-64 with kernel 5.11 or newer, unless a sandbox forbids it.
pub fn watches_system_calls() -> bool {
    system::available()
}

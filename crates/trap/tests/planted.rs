//! Planted faults: each is caught, counted, and its place named; and work without a fault stays clean.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sostenuto_trap::{Armed, Report, TrapAllocator, armed, excused, forbidden, watches_system_calls};

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

/// The message of the panic that `work` raises.
fn panic_message(work: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(work)).expect_err("expected a panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => (*other.downcast::<&str>().expect("a panic with text")).to_owned(),
    }
}

#[inline(never)]
fn planted_allocation() -> Box<[u8; 100]> {
    black_box(Box::new([0; 100]))
}

#[test]
fn arithmetic_on_memory_made_beforehand_is_clean() {
    let mut block = vec![1.0_f32; 4096];
    let ((), report) = armed(|| block.iter_mut().for_each(|x| *x = x.sin() * 0.5));
    assert_eq!(report, Report::default());
    assert!(block[0] < 0.43);
}

#[test]
fn an_allocation_is_caught_and_its_place_named() {
    let (block, report) = armed(planted_allocation);
    assert_eq!((report.allocations, report.frees, report.bytes), (1, 0, 100));
    let first = report.first.expect("an offence");
    assert_eq!(first.what, "allocation");
    assert!(first.backtrace.contains("planted_allocation"), "{}", first.backtrace);
    assert!(first.backtrace.contains("planted.rs"), "{}", first.backtrace);
    drop(block);
}

#[test]
fn a_free_is_caught() {
    let block = black_box(Box::new(7_u64));
    let ((), report) = armed(|| drop(block));
    assert_eq!((report.allocations, report.frees), (0, 1));
    assert_eq!(report.first.expect("an offence").what, "free");
}

#[test]
fn a_growing_vector_is_caught() {
    let mut numbers = black_box(Vec::<u32>::with_capacity(1));
    let ((), report) = armed(|| {
        numbers.push(1);
        black_box(&mut numbers).push(2);
    });
    assert_eq!((report.allocations, report.reallocations), (0, 1));
    assert!(report.bytes >= 8, "{report}");
}

/// Captured by the test harness a print allocates; let through (`--nocapture`) it calls the system.
#[test]
fn a_print_is_caught() {
    let ((), report) = armed(|| println!("a planted line that is longer than nothing"));
    assert!(!report.is_clean());
}

#[test]
fn a_panic_is_caught_even_if_the_code_catches_it_again() {
    let (outcome, report) = armed(|| catch_unwind(|| panic!("planted")));
    assert!(outcome.is_err());
    assert!(report.allocations >= 1, "{report}");
}

#[test]
fn a_panic_goes_through_and_leaves_the_trap_disarmed() {
    assert_eq!(panic_message(|| forbidden(|| panic!("planted"))), "planted");
    let block = planted_allocation();
    let ((), report) = armed(|| {});
    assert!(report.is_clean(), "{report}");
    drop(block);
}

#[test]
fn forbidden_names_the_offence() {
    let message = panic_message(|| drop(forbidden(planted_allocation)));
    assert!(message.contains("1 allocated"), "{message}");
    assert!(message.contains("planted_allocation"), "{message}");
}

#[test]
fn excused_work_does_not_count_and_what_follows_does() {
    let (_blocks, report) = armed(|| {
        let first = excused(planted_allocation);
        (first, planted_allocation())
    });
    assert_eq!(report.allocations, 1);
}

#[test]
fn nested_regions_report_their_own_share() {
    let outer = Armed::new();
    let one = planted_allocation();
    let inner = Armed::new();
    let two = planted_allocation();
    let three = planted_allocation();
    let inside = inner.finish();
    let four = planted_allocation();
    let outside = outer.finish();
    assert_eq!((inside.allocations, outside.allocations), (2, 4));
    drop((one, two, three, four));
}

#[test]
fn other_threads_are_not_watched() {
    let go = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicBool::new(false));
    let other = std::thread::spawn({
        let (go, done) = (Arc::clone(&go), Arc::clone(&done));
        move || {
            while !go.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            drop(planted_allocation());
            done.store(true, Ordering::Release);
        }
    });
    let ((), report) = armed(|| {
        go.store(true, Ordering::Release);
        while !done.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
    });
    other.join().expect("the other thread ended");
    assert!(report.is_clean(), "{report}");
}

#[test]
fn an_uncontended_lock_is_not_seen_which_is_why_there_is_a_lint() {
    let lock = Mutex::new(0_u32);
    let ((), report) = armed(|| *lock.lock().expect("not poisoned") += 1);
    assert!(report.is_clean(), "the trap now sees uncontended locks: say so in the crate's documentation");
}

/// On the platform that has it, the half that watches system calls is at work: its absence must not pass in silence.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn system_calls_are_watched_here() {
    assert!(watches_system_calls(), "needs Linux 5.11 or newer, outside of a sandbox that forbids prctl");
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod system_calls {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_contended_lock_is_caught() {
        let lock = Arc::new(Mutex::new(()));
        let held = Arc::new(AtomicBool::new(false));
        let other = std::thread::spawn({
            let (lock, held) = (Arc::clone(&lock), Arc::clone(&held));
            move || {
                let _guard = lock.lock().expect("not poisoned");
                held.store(true, Ordering::Release);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        while !held.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        let (waited, report) = armed(|| drop(lock.lock().expect("not poisoned")));
        other.join().expect("the other thread ended");
        assert_eq!(waited, ());
        assert!(report.system_calls >= 1, "{report}");
        assert_eq!(report.first.expect("an offence").what, "system call futex");
    }

    #[test]
    fn printing_is_caught_and_still_prints() {
        let mut error = std::io::stderr();
        let (result, report) = armed(|| error.write_all(b""));
        assert!(result.is_ok() && report.is_clean(), "nothing to write, nothing to catch: {report}");
        let (result, report) = armed(|| error.write(b"(a planted print)\n"));
        assert_eq!(result.expect("written"), 18);
        assert_eq!(report.system_calls, 1);
        let first = report.first.expect("an offence");
        assert_eq!(first.what, "system call write");
        assert!(first.backtrace.contains("printing_is_caught"), "{}", first.backtrace);
    }

    #[test]
    fn sleeping_is_caught_and_still_sleeps() {
        let begun = Instant::now();
        let ((), report) = armed(|| std::thread::sleep(Duration::from_millis(5)));
        assert!(begun.elapsed() >= Duration::from_millis(5));
        assert!(report.system_calls >= 1, "{report}");
    }

    #[test]
    fn a_read_of_the_clock_is_no_offence() {
        let (_, report) = armed(Instant::now);
        assert!(report.is_clean(), "{report}");
    }

    #[test]
    fn a_new_thread_is_caught_and_refused() {
        let (outcome, report) = armed(|| std::thread::Builder::new().spawn(|| {}).map(drop));
        assert!(outcome.is_err());
        assert!(report.system_calls >= 1, "{report}");
    }

    #[test]
    fn calls_before_and_after_are_free() {
        let read_the_name = || std::fs::metadata("/").map(|found| found.is_dir()).unwrap_or(false);
        assert!(read_the_name());
        forbidden(|| {});
        assert!(read_the_name());
        let (found, report) = armed(|| excused(read_the_name));
        assert!(found && report.is_clean(), "{report}");
    }

    /// A signal that arrives in an armed region is the kernel's doing; its handler returns and nothing is counted for it.
    #[test]
    fn a_signal_from_outside_is_survived() {
        static RECEIVED: AtomicBool = AtomicBool::new(false);
        extern "C" fn note(_: libc::c_int) {
            RECEIVED.store(true, Ordering::Release);
        }
        // SAFETY: the handler only stores to an atomic.
        unsafe { libc::signal(libc::SIGUSR1, note as *const () as libc::sighandler_t) };
        // SAFETY: asks for the calling thread's own handle.
        let this = unsafe { libc::pthread_self() };
        let sender = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            // SAFETY: the thread is alive: it joins this one below.
            unsafe { libc::pthread_kill(this, libc::SIGUSR1) }
        });
        let ((), report) = armed(|| {
            while !RECEIVED.load(Ordering::Acquire) {
                std::hint::spin_loop();
            }
        });
        assert_eq!(sender.join().expect("the sender ended"), 0);
        assert!(report.is_clean(), "{report}");
    }
}

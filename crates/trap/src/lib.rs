//! Shows in a test that a piece of code allocates, frees and calls the system not once.
//!
//! A test binary installs the allocator, and runs what has to be real-time safe while the trap is armed:
//!
//! ```
//! use sostenuto_trap::{TrapAllocator, armed, forbidden};
//!
//! #[global_allocator]
//! static ALLOCATOR: TrapAllocator = TrapAllocator::new();
//!
//! let mut block = vec![0.5_f32; 64];
//! // `forbidden` panics after the fact, with the place of the first offence.
//! forbidden(|| block.iter_mut().for_each(|x| *x *= 0.5));
//!
//! // `armed` only counts.
//! let (boxed, report) = armed(|| Box::new(1));
//! assert_eq!(report.allocations, 1);
//! # drop(boxed);
//! ```
//!
//! # What is caught
//! * Every allocation, free and reallocation that goes through Rust's global allocator on the arming thread.
//! * On Linux x86-64 (kernel 5.11 or newer), every system call of the arming thread, whoever makes it: printing, sleeping,
//!   files, a *contended* lock, a thread that is woken. [`watches_system_calls`] says whether that half is at work.
//! * A panic, even one that is caught again: raising it allocates.
//!
//! # What is not caught
//! * An *uncontended* lock: it neither allocates nor calls the system. For that the crates whose code runs on the audio
//!   thread carry a `clippy.toml` that disallows locking types; `tests/lint.rs` shows that it fires.
//! * Reading the clock where the kernel offers it without a call (vDSO). Where it does not, the call is let through and
//!   counted apart, as [`Report::clock_reads`], so that the result does not depend on the machine's clock source.
//! * Other threads. Arm on the thread that does the work.
//! * Code that loops for ever: no trap can tell.
//!
//! # Real-time considerations
//! For tests only. An armed region without offences costs two system calls at its beginning and end, and two thread-local
//! reads for each allocation anywhere in the process. Offending calls are counted and then carried out, so the
//! program goes on as it would have; only a new thread or process is refused.

mod allocator;
mod guard;
mod ledger;
mod report;
#[cfg_attr(not(all(target_os = "linux", target_arch = "x86_64")), path = "system_absent.rs")]
mod system;

pub use allocator::TrapAllocator;
pub use guard::{Armed, armed, excused, forbidden, watches_system_calls};
pub use report::{Offence, Report};

//! What time is it? Nanoseconds from one fixed point, the same for every clock of this process.

use std::sync::OnceLock;
use std::time::Instant;

static START: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds since the first call in this process; they never go back. `[any]`, but the very first call belongs on a control
/// thread: it sets the point from which time is counted.
///
/// Reads the system's monotonic clock, which takes no system call where the kernel serves it from user space, as all the common
/// ones do. Fit for [`Executor::new`](sostenuto_graph::Executor::new), whose load measurement wants such a function.
pub fn monotonic_nanos() -> u64 {
    // 2^64 ns are 584 years.
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

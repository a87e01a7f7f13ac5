//! Is this the process that an engine was made in? After a fork its threads are elsewhere, and so is whoever held a lock of the sound systems.

use crate::errors::Fault;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How often this process has been forked from another: an engine of the one before has no threads in this one.
static FORKS: AtomicU64 = AtomicU64::new(0);
/// Whether this process has used the sound systems, and whether one that it was forked from had: their libraries may have been in the midst of something then, with locks that nobody
/// gives back.
static USED: AtomicBool = AtomicBool::new(false);
static SPOILT: AtomicBool = AtomicBool::new(false);

/// This process was forked from another one.
pub fn forked() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    SPOILT.fetch_or(USED.load(Ordering::Relaxed), Ordering::Relaxed);
}

/// How often that was.
pub fn forks() -> u64 {
    FORKS.load(Ordering::Relaxed)
}

/// Refuses to use the sound systems where that might hang; notes that they are used.
pub fn use_devices() -> Result<(), Fault> {
    if SPOILT.load(Ordering::Relaxed) {
        return Err(Fault::audio(
            "this process was forked from one that had used its sound devices, which might hang here: start it anew instead (multiprocessing has the way \"spawn\" for that), or fork before",
        ));
    }
    USED.store(true, Ordering::Relaxed);
    Ok(())
}

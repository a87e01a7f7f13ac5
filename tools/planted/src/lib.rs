//! Faults that the real-time lint has to find, each in a line that says so, and one function without a fault.

/// A lock that nobody contends: no trap sees it at run time.
pub fn uncontended_lock(counter: &std::sync::Mutex<u32>) { // planted: std::sync::Mutex
    if let Ok(mut counter) = counter.lock() {
        *counter += 1;
    }
}

/// A lock for many readers.
pub fn uncontended_read(counter: &std::sync::RwLock<u32>) -> u32 { // planted: std::sync::RwLock
    counter.read().map_or(0, |counter| *counter)
}

/// Waiting to be told.
pub fn notified(condition: &std::sync::Condvar) { // planted: std::sync::Condvar
    condition.notify_all();
}

/// A value made on first use.
pub fn made_on_first_use(value: &std::sync::OnceLock<u32>) -> u32 { // planted: std::sync::OnceLock
    *value.get_or_init(|| 1)
}

/// A queue that allocates.
pub fn queued(sender: &std::sync::mpsc::Sender<u32>) -> bool { // planted: std::sync::mpsc::Sender
    sender.send(1).is_ok()
}

/// Printing.
pub fn printed(level: f32) {
    println!("{level}"); // planted: std::println
    eprintln!("{level}"); // planted: std::eprintln
}

/// Waiting.
pub fn slept() {
    std::thread::sleep(std::time::Duration::ZERO); // planted: std::thread::sleep
}

/// Reading a clock that the browser has not.
pub fn clock() -> std::time::Instant {
    std::time::Instant::now() // planted: std::time::Instant::now
}

/// Nothing to find here.
pub fn gain(block: &mut [f32], factor: f32) {
    for sample in block {
        *sample *= factor;
    }
}

//! Threads that help to render: when they look whether there is work, and when they sleep.

use sostenuto_graph::{Help, Helper};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// After work they go on looking for so long, since the next span of the same callback comes at once.
const AWAKE: Duration = Duration::from_micros(150);
/// Before the next callback is expected they are awake by so much, for sleep is not exact; and as long after it.
const EARLY: Duration = Duration::from_micros(200);
/// Where nothing is to be expected they look so often,
const NAP: Duration = Duration::from_micros(200);
/// and once nothing has come for so long, so often.
const IDLE: Duration = Duration::from_millis(500);
const SLEEP: Duration = Duration::from_millis(5);

/// Threads that help an executor to render, until this goes or the executor has done with them.
///
/// The audio thread wakes nobody: a wake is a call of the system, and the trap of the tests forbids these. So a helper looks by itself whether there is work: all
/// the time for 0.15 ms after there was, and around the time at which the next callback is to be expected from the last ones; now and then in between; and,
/// once nothing has come for half a second, 200 times a second. When it comes too late, or not at all, the audio thread does the work itself, and nothing
/// sounds different.
#[derive(Debug)]
pub struct Helpers {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Helpers {
    /// Starts a thread for each helper. They run at ordinary priority.
    ///
    /// # Errors
    /// The system gave no thread: then those helpers do without, and what they would have done is done by the others.
    pub fn start(helpers: Vec<Helper>) -> std::io::Result<Helpers> {
        let over = Arc::new(AtomicBool::new(false));
        let start = |(number, helper): (usize, Helper)| {
            let over = Arc::clone(&over);
            let builder = std::thread::Builder::new().name(format!("sostenuto-helper-{}", number + 1));
            builder.spawn(move || work(helper, &over))
        };
        let mut all = Helpers { over: over.clone(), threads: Vec::new() };
        for helper in helpers.into_iter().enumerate() {
            all.threads.push(start(helper)?);
        }
        Ok(all)
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        for thread in self.threads.drain(..) {
            _ = thread.join();
        }
    }
}

fn work(mut helper: Helper, over: &AtomicBool) {
    let mut beat = Beat { last: Instant::now(), began: None, period: None };
    while !over.load(Relaxed) {
        match helper.help() {
            Help::Helped => beat.note(Instant::now()),
            Help::Over => return,
            Help::Nothing => match beat.rest(Instant::now()) {
                Some(rest) => std::thread::sleep(rest),
                None => (0..16).for_each(|_| std::hint::spin_loop()),
            },
        }
    }
}

/// When callbacks come.
struct Beat {
    /// When there was work last.
    last: Instant,
    /// When the last callback began to give work, and how long before the next did.
    began: Option<Instant>,
    period: Option<Duration>,
}

impl Beat {
    /// There was work until now.
    fn note(&mut self, now: Instant) {
        if now - self.last > AWAKE {
            // Something else than regular callbacks is not worth waiting for.
            let period = self.began.map(|began| now - began).filter(|period| *period < IDLE);
            self.period = period.map(|new| self.period.map_or(new, |old| (3 * old + new) / 4));
            self.began = Some(now);
        }
        self.last = now;
    }

    /// How long to sleep now; nothing, for staying awake.
    fn rest(&self, now: Instant) -> Option<Duration> {
        let idle = now - self.last;
        if idle < AWAKE {
            return None;
        }
        if idle > IDLE {
            return Some(SLEEP);
        }
        let (Some(began), Some(period)) = (self.began, self.period) else { return Some(NAP) };
        let expected = began + period;
        if now + EARLY < expected {
            return Some(expected - now - EARLY);
        }
        if now < expected + EARLY { None } else { Some(NAP) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_awake_when_a_callback_is_expected_and_asleep_in_between() {
        let start = Instant::now();
        let at = |us: u64| start + Duration::from_micros(us);
        let mut beat = Beat { last: start, began: None, period: None };
        // Callbacks of two spans, every 5 ms.
        for callback in 1..=20 {
            beat.note(at(5_000 * callback));
            beat.note(at(5_000 * callback + 50));
        }
        assert!(beat.rest(at(100_060)).is_none(), "another span may come");
        let rest = beat.rest(at(100_300)).expect("nothing comes for a while");
        assert_eq!(at(100_300) + rest, at(105_000) - EARLY);
        assert!(beat.rest(at(104_950)).is_none() && beat.rest(at(105_100)).is_none());
        assert_eq!(beat.rest(at(106_000)), Some(NAP));
        assert_eq!(beat.rest(at(900_000)), Some(SLEEP));
    }
}

//! How long is a client's next request put off, so that one that floods leaves the engine to the others?

use std::time::{Duration, Instant};

/// Lets so many requests per second through, and as many as a fifth of that at once: a bucket that fills at a rate, of which each request takes one.
#[derive(Debug)]
pub(crate) struct Pace {
    /// The time that a request takes of what there is.
    each: Duration,
    /// The most that can be saved.
    most: Duration,
    /// When what there is will be full again.
    full: Instant,
}

impl Pace {
    pub fn new(per_second: u32, now: Instant) -> Self {
        let each = Duration::from_secs(1) / per_second.max(1);
        Pace { each, most: each * (per_second / 5).max(1), full: now }
    }

    /// Takes one; how long to wait before it.
    pub fn take(&mut self, now: Instant) -> Duration {
        self.full = self.full.max(now) + self.each;
        self.full.saturating_duration_since(now).saturating_sub(self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_what_follows_comes_at_the_rate() {
        let start = Instant::now();
        let mut pace = Pace::new(100, start);
        let mut now = start;
        for _ in 0..20 {
            assert_eq!(pace.take(now), Duration::ZERO);
        }
        for _ in 0..50 {
            let wait = pace.take(now);
            assert_eq!(wait, Duration::from_millis(10));
            now += wait;
        }
        // After a while a burst passes again.
        now += Duration::from_secs(5);
        assert!((0..20).all(|_| pace.take(now) == Duration::ZERO));
        assert_eq!(pace.take(now), Duration::from_millis(10));
    }
}

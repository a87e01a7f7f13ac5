//! Has a clock stopped without a word? It has when no callback has come for several periods.

use crate::counters::Counters;
use std::time::Duration;

/// Periods without a callback that count as a stall.
const PERIODS: u32 = 4;
/// A stall takes this long in any case: systems that are busy are late by tens of milliseconds, and are no less alive.
const SHORTEST: Duration = Duration::from_millis(100);
/// How long a stream may take to its first callback.
const START_UP: Duration = Duration::from_secs(2);

/// Tells by its counters whether a clock still runs. Polled by a control thread; times are nanoseconds of
/// [`monotonic_nanos`](crate::monotonic_nanos).
#[derive(Clone, Copy, Debug)]
pub struct Watchdog {
    rate: u32,
    block: u32,
    since: u64,
    callbacks_before: u64,
}

/// What a watchdog found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pulse {
    /// No callback yet, and it is too early to worry.
    Starting,
    /// Callbacks come.
    Beating,
    /// None has come for this long.
    Stopped(Duration),
}

impl Watchdog {
    /// Watches from now on a clock of so many frames per second that was asked for blocks of so many frames.
    pub fn new(rate: u32, block: u32, counters: &Counters, now: u64) -> Self {
        Watchdog { rate: rate.max(1), block, since: now, callbacks_before: counters.callbacks.get() }
    }

    /// For how long callbacks have been missing, if they have stopped. `[any]`
    pub fn stalled(&self, counters: &Counters, now: u64) -> Option<Duration> {
        match self.look(counters, now) {
            Pulse::Stopped(silence) => Some(silence),
            Pulse::Starting | Pulse::Beating => None,
        }
    }

    pub(crate) fn look(&self, counters: &Counters, now: u64) -> Pulse {
        if counters.callbacks.get() == self.callbacks_before {
            let waited = Duration::from_nanos(now.saturating_sub(self.since));
            return if waited < START_UP { Pulse::Starting } else { Pulse::Stopped(waited) };
        }
        // The counters are no snapshot: a time from before this watch is an old one.
        let last = counters.last_at.get().max(self.since);
        let silence = Duration::from_nanos(now.saturating_sub(last));
        let block = counters.largest.get().max(self.block.into()).min(u32::MAX.into()) as u32;
        let period = Duration::from_secs(1).saturating_mul(block) / self.rate;
        if silence < (period * PERIODS).max(SHORTEST) { Pulse::Beating } else { Pulse::Stopped(silence) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    fn beat(counters: &Counters, frames: u64, now: u64) {
        counters.callbacks.add(1);
        counters.largest.set(counters.largest.get().max(frames));
        counters.last_at.set(now);
    }

    #[test]
    fn it_waits_for_the_first_callback_but_not_for_ever() {
        let counters = Counters::new();
        let dog = Watchdog::new(48_000, 512, &counters, 5 * MS);
        assert_eq!(dog.look(&counters, 5 * MS), Pulse::Starting);
        assert_eq!(dog.look(&counters, 2004 * MS), Pulse::Starting);
        assert_eq!(dog.look(&counters, 2005 * MS), Pulse::Stopped(Duration::from_secs(2)));
        assert_eq!(dog.stalled(&counters, 2005 * MS), Some(Duration::from_secs(2)));
    }

    #[test]
    fn it_takes_four_of_the_largest_periods_or_a_tenth_of_a_second() {
        let counters = Counters::new();
        let dog = Watchdog::new(48_000, 480, &counters, 0);
        beat(&counters, 480, 10 * MS);
        assert_eq!(dog.look(&counters, 109 * MS), Pulse::Beating);
        assert_eq!(dog.look(&counters, 110 * MS), Pulse::Stopped(Duration::from_millis(100)));
        // A device that asks for 100 ms at a time.
        beat(&counters, 4800, 110 * MS);
        assert_eq!(dog.look(&counters, 509 * MS), Pulse::Beating);
        assert_eq!(dog.stalled(&counters, 510 * MS), Some(Duration::from_millis(400)));
        beat(&counters, 480, 511 * MS);
        assert_eq!(dog.look(&counters, 600 * MS), Pulse::Beating);
    }

    #[test]
    fn after_a_pause_it_counts_from_anew() {
        let counters = Counters::new();
        beat(&counters, 480, 10 * MS);
        let dog = Watchdog::new(48_000, 480, &counters, 9000 * MS);
        assert_eq!(dog.look(&counters, 9500 * MS), Pulse::Starting);
        beat(&counters, 480, 9501 * MS);
        assert_eq!(dog.look(&counters, 9502 * MS), Pulse::Beating);
    }
}

//! Who keeps time when there is no device? A thread that renders into nothing, at the pace of the system's clock.

use crate::callback::{Callback, Tally};
use crate::counters::{Counters, Counts};
use crate::time::monotonic_nanos;
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Callbacks per second, or nearly: the period is a whole number of frames.
const CALLBACKS_PER_SECOND: u32 = 60;
/// Periods behind its deadline at which the clock gives up catching up: a quarter of a second. A machine that has slept must not
/// wake to hours of rendering.
const PATIENCE: u64 = CALLBACKS_PER_SECOND as u64 / 4;

/// A clock without a device: drives the engine in real time, about 60 times a second, and drops what it renders.
///
/// Callback *n* is due at the start plus *n* periods, computed anew each time, so that neither rounding nor late wake-ups add
/// up: over hours it keeps the system's time. A clock that falls behind by up to a quarter of a second catches up; beyond that
/// it lets the time go by, and counts the frames ([`Counts::skipped`]).
///
/// Its thread has ordinary priority. Dropping it stops it.
#[derive(Debug)]
pub struct FallbackClock {
    counters: Arc<Counters>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl FallbackClock {
    /// Starts the clock at so many frames per second. The first callback comes at once. `[control]`
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn start(slot: Arc<OwnerSlot<Executor>>, rate: u32) -> io::Result<Self> {
        monotonic_nanos();
        let counters = Arc::new(Counters::new());
        let stop = Arc::new(AtomicBool::new(false));
        // Rendered and dropped: one channel is enough, for the graph computes all of its own in any case.
        let callback = Callback::new(slot, 1, rate, counters.clone());
        let beat = Beat::new(rate);
        let mut callback = callback;
        let mut nothing = vec![0.0_f32; beat.frames() as usize];
        Self::spawn(counters, stop, beat, move |_, now| callback.fill(&mut nothing, now))
    }

    /// Starts a clock that calls this about 60 times a second, with how many frames at so many frames per second are due, and the time in nanoseconds. `[control]`
    ///
    /// # Errors
    /// If the system has no thread to give.
    pub fn drive(rate: u32, mut step: impl FnMut(usize, u64) + Send + 'static) -> io::Result<Self> {
        monotonic_nanos();
        let counters = Arc::new(Counters::new());
        let mut tally = Tally::new(rate, counters.clone());
        Self::spawn(counters, Arc::default(), Beat::new(rate), move |frames, now| {
            tally.note(frames as u64, now);
            step(frames, now);
        })
    }

    fn spawn(
        counters: Arc<Counters>,
        stop: Arc<AtomicBool>,
        beat: Beat,
        step: impl FnMut(usize, u64) + Send + 'static,
    ) -> io::Result<Self> {
        let (shared, stopped) = (counters.clone(), stop.clone());
        let thread = thread::Builder::new()
            .name("sostenuto-clock".into())
            .spawn(move || run(step, beat, &shared, &stopped))?;
        Ok(FallbackClock { counters, stop, thread: Some(thread) })
    }

    /// What it has counted so far. `[any]`
    pub fn counters(&self) -> Counts {
        self.counters.read()
    }

    /// Stops the clock and waits until its last callback is over: then nobody is in the engine on its account. Waits for no more
    /// than one callback. `[control]`
    pub fn stop(mut self) -> Counts {
        self.halt();
        self.counters.read()
    }

    fn halt(&mut self) {
        // Release, so that what this thread did before is seen by the clock's last look; the join orders the rest.
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic in the engine has ended the clock already, and has been reported by its own thread.
            let _ = thread.join();
        }
    }
}

impl Drop for FallbackClock {
    fn drop(&mut self) {
        self.halt();
    }
}

fn run(mut step: impl FnMut(usize, u64), mut beat: Beat, counters: &Counters, stop: &AtomicBool) {
    let start = monotonic_nanos();
    while !stop.load(Ordering::Acquire) {
        match beat.due(monotonic_nanos() - start) {
            Due::Now { skipped } => {
                counters.skipped.add(skipped);
                step(beat.frames() as usize, monotonic_nanos());
            }
            // An unpark that came before ends it at once.
            Due::In(wait) => thread::park_timeout(wait),
        }
    }
}

/// When the callbacks are due.
#[derive(Debug)]
pub(crate) struct Beat {
    rate: u64,
    /// Frames in a callback.
    period: u64,
    /// Callbacks that were due and are done, or were let go.
    done: u64,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Due {
    /// The next callback is due, after this many frames were let go.
    Now { skipped: u64 },
    /// It will be.
    In(Duration),
}

impl Beat {
    pub(crate) fn new(rate: u32) -> Self {
        let rate = rate.max(1);
        Beat { rate: rate.into(), period: (rate / CALLBACKS_PER_SECOND).max(1).into(), done: 0 }
    }

    /// The next callback, at so many nanoseconds from the start.
    pub(crate) fn due(&mut self, now: u64) -> Due {
        let deadline = self.deadline(self.done);
        if now < deadline {
            return Due::In(Duration::from_nanos(deadline - now));
        }
        let behind = u128::from(now) * u128::from(self.rate) / 1_000_000_000 / u128::from(self.period);
        let behind = u64::try_from(behind).unwrap_or(u64::MAX).saturating_sub(self.done);
        let let_go = if behind > PATIENCE { behind } else { 0 };
        self.done += let_go + 1;
        Due::Now { skipped: let_go * self.period }
    }

    /// Frames in a callback.
    pub(crate) fn frames(&self) -> u64 {
        self.period
    }

    /// Nanoseconds from the start at which callback `number` is due.
    fn deadline(&self, number: u64) -> u64 {
        let nanos = u128::from(number) * u128::from(self.period) * 1_000_000_000 / u128::from(self.rate);
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400 * 1_000_000_000;

    /// Runs the beat with a sleep that always wakes late by `late`; returns callbacks done after `end` nanoseconds.
    fn callbacks(rate: u32, end: u64, late: u64) -> (u64, u64) {
        let (mut beat, mut now, mut done, mut skipped_frames) = (Beat::new(rate), 0, 0, 0);
        while now < end {
            match beat.due(now) {
                Due::Now { skipped } => {
                    done += 1;
                    skipped_frames += skipped;
                }
                Due::In(wait) => now += wait.as_nanos() as u64 + late,
            }
        }
        (done, skipped_frames)
    }

    #[test]
    fn it_does_not_drift_in_a_day() {
        for rate in [44_100, 48_000, 96_000, 11_025, 7] {
            let (done, skipped) = callbacks(rate, DAY, 3_000_000);
            let frames = done * Beat::new(rate).period;
            let expected = u64::from(rate) * 86_400;
            // It is ahead by no more than the callback that has just been rendered.
            assert!(frames.abs_diff(expected) <= Beat::new(rate).period, "{frames} of {expected} at {rate}");
            assert_eq!(skipped, 0);
        }
    }

    #[test]
    fn a_short_stop_is_caught_up_and_a_long_one_is_let_go() {
        let mut beat = Beat::new(48_000);
        assert_eq!(beat.due(0), Due::Now { skipped: 0 });
        let behind = (0..).take_while(|_| beat.due(200_000_000) == Due::Now { skipped: 0 }).count();
        assert_eq!(behind, 12, "12 periods of 1/60 s lie in the 200 ms");
        assert_eq!(beat.due(3_600_000_000_000), Due::Now { skipped: (216_000 - 13) * 800 });
        assert_eq!(beat.due(3_600_000_000_000), Due::In(Duration::from_nanos(16_666_666)));
    }
}

//! How long did a piece of work take, and what do many such times say?

use cpu_time::ThreadTime;
use std::time::Instant;

/// Nanoseconds by which the clock on the wall may be ahead of the processor time before the work counts as interrupted.
const INTERRUPTED_NS: f64 = 3_000.0;

/// Work this long, in nanoseconds, counts by its processor time if it was interrupted: what the other thread left in the caches is small beside it.
const LONG_NS: f64 = 200_000.0;

/// A stopwatch that knows what it takes itself.
pub struct Watch {
    overhead_ns: f64,
    /// How often the thread was interrupted during a measurement.
    pub interrupted: usize,
    /// How many measurements there were.
    pub measured: usize,
}

impl Watch {
    pub fn new() -> Self {
        let mut watch = Watch { overhead_ns: 0.0, interrupted: 0, measured: 0 };
        let mut empty: Vec<f64> = (0..1_000).filter_map(|_| watch.time(|| {})).collect();
        watch.overhead_ns = median(&mut empty);
        (watch.interrupted, watch.measured) = (0, 0);
        watch
    }

    /// Microseconds that the work took; `None` if it was short and another thread ran on this processor meanwhile.
    pub fn time(&mut self, work: impl FnOnce()) -> Option<f64> {
        let processor = ThreadTime::now();
        let wall = Instant::now();
        work();
        let wall = wall.elapsed().as_nanos() as f64;
        let processor = processor.elapsed().as_nanos() as f64;
        self.measured += 1;
        if wall > processor + INTERRUPTED_NS {
            if processor > LONG_NS {
                return Some(processor / 1_000.0);
            }
            self.interrupted += 1;
            return None;
        }
        Some((wall - self.overhead_ns).max(0.0) / 1_000.0)
    }
}

/// The value that a share of the values is below, by the nearest rank; NaN if there is none.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (share * values.len() as f64) as usize;
    values.get(rank.min(values.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// The value in the middle; NaN if there is none.
pub fn median(values: &mut [f64]) -> f64 {
    percentile(values, 0.5)
}

/// The last few values, for what is usual at present.
#[derive(Default)]
pub struct Recent(Vec<f64>, usize);

impl Recent {
    const KEPT: usize = 9;

    pub fn put(&mut self, value: Option<f64>) {
        let Some(value) = value else { return };
        if self.0.len() < Self::KEPT {
            self.0.push(value);
        } else {
            self.0[self.1 % Self::KEPT] = value;
        }
        self.1 += 1;
    }

    pub fn usual(&self) -> f64 {
        median(&mut self.0.clone())
    }
}

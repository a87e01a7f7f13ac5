//! At which pace does a clock run, and how late do its callbacks come? A line under the times of its callbacks, and the distance to
//! the latest of them.
//!
//! A callback is never early: scheduling, other programs and the callback before only delay it. So the true time of frame *n* is a
//! line that all callbacks lie on or above, and the ones that lie on it tell more than the mean of all: with delays spread evenly over
//! *J* seconds, *N* callbacks leave the mean unsure by about *J*/√(12 *N*), and a line below them by about *J*/*N*. So a filter over all callbacks, as the usual
//! delay-locked loop is, would need hours where this needs seconds. The line is taken from the lower convex hull of the callbacks in a window, as S. Moon, P. Skelly
//! and D. Towsley do for packets (*Estimation and removal of clock skew from network delay measurements*, INFOCOM 1999); theirs is the edge of the hull that crosses the
//! middle, ours a chord over its middle half, which errs less.

mod hull;
mod line;

use hull::{CAPACITY, Place, lower_line};
pub(crate) use line::Line;

/// Nanoseconds at the beginning of a stream that are passed over: systems fill their buffers first, faster than the clock runs.
const WARM_UP: u64 = 500_000_000;
/// What one bucket of the window covers at first, in seconds.
const FIRST_SPAN: f64 = 1.0 / 32.0;
/// What it covers at most: with [`CAPACITY`] of them, 64 s. A window this long tells the pace of blocks of 1,024 frames that come up to a
/// block late to about 2 ppm; and no longer, because quartz drifts by about that much in minutes.
const LONGEST_SPAN: f64 = 1.0;
/// Callbacks and seconds before a line is drawn at all.
const FEWEST: u32 = 8;
const SHORTEST_WINDOW: f64 = 0.2;
/// Delays below this say nothing, in seconds.
const GRAIN: f64 = 20.0e-6;
/// Slopes beyond these parts of the nominal one are no clock.
const SLOWEST: f64 = 0.8;
const FASTEST: f64 = 1.25;
/// Doubt of the slope, in units of delay ⁄ (callbacks · window): with delays spread evenly 99 of 100 slopes err by less, as `the_doubt_is_honest` measures.
const DOUBT: f64 = 20.0;
/// A callback that is further than this from where callbacks have been coming, in seconds, is odd; so many odd ones in a row, over so many
/// seconds, mean that the clock has stood still or was exchanged, and begin a new line.
const ODD: f64 = 2.0e-3;
const ODD_CALLBACKS: u32 = 16;
const ODD_SECONDS: f64 = 0.5;

/// Watches the callbacks of one clock. `[audio]`
#[derive(Debug)]
pub(crate) struct Pace {
    nominal: f64,
    buckets: [Bucket; CAPACITY],
    filled: usize,
    span: f64,
    open: Option<Bucket>,
    line: Line,
    odd: Option<Odd>,
    /// When the first callback came.
    begun: Option<u64>,
}

/// The callbacks of a stretch of time, kept by the earliest and the latest of them, as measured against the line of their day.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    begun: f64,
    earliest: Place,
    latest: Place,
    callbacks: u32,
}

/// Callbacks in a row that came where none was expected.
#[derive(Clone, Copy, Debug)]
struct Odd {
    since: f64,
    callbacks: u32,
    /// The latest of them.
    latest: Place,
}

impl Pace {
    /// For a clock of so many frames per second, nominally. `[control]`
    pub(crate) fn new(rate: u32) -> Self {
        let nominal = 1.0 / f64::from(rate.max(1));
        Pace {
            nominal,
            buckets: [Bucket::default(); CAPACITY],
            filled: 0,
            span: FIRST_SPAN,
            open: None,
            line: Line::unknown(nominal),
            odd: None,
            begun: None,
        }
    }

    /// Notes a callback: the number of frames before it, and when it came, in nanoseconds. Returns whether a new line was begun, because
    /// this clock has stood still, or runs on from elsewhere.
    pub(crate) fn note(&mut self, frames: u64, now: u64) -> bool {
        let begun = *self.begun.get_or_insert(now);
        if now.saturating_sub(begun) < WARM_UP {
            return false;
        }
        let known = self.line.is_known();
        if known && !self.line.expects(frames, now, ODD) {
            return self.note_odd(frames, now);
        }
        self.line.in_question = false;
        if let Some(odd) = self.odd.take() {
            // It was the same clock after all, and only late.
            self.enter(odd.latest);
        }
        if self.open.is_none() && self.filled == 0 {
            (self.line.frames, self.line.nanos) = (frames, now);
        }
        self.enter(self.line.place(frames, now));
        false
    }

    /// Notes a callback where none was expected: many of them in a row are a new line.
    fn note_odd(&mut self, frames: u64, now: u64) -> bool {
        self.line.in_question = true;
        let place = self.line.place(frames, now);
        let odd = self.odd.get_or_insert(Odd { since: place.seconds, callbacks: 0, latest: place });
        odd.callbacks += 1;
        odd.latest = self.line.higher(odd.latest, place);
        let enough = odd.callbacks >= ODD_CALLBACKS && place.seconds - odd.since >= ODD_SECONDS;
        if enough {
            self.restart();
        }
        enough
    }

    /// Enters a callback into the open bucket.
    fn enter(&mut self, place: Place) {
        self.close(place.seconds);
        let height = self.line.height(place);
        let fresh = Bucket { begun: place.seconds, earliest: place, latest: place, callbacks: 0 };
        let open = self.open.get_or_insert(fresh);
        open.earliest = self.line.lower(open.earliest, place);
        open.latest = self.line.higher(open.latest, place);
        open.callbacks += 1;
        self.line.late = self.line.late.max(height);
    }

    /// What is known of the clock.
    pub(crate) fn line(&self) -> &Line {
        &self.line
    }

    /// Forgets all callbacks: another clock follows.
    pub(crate) fn restart(&mut self) {
        self.filled = 0;
        self.span = FIRST_SPAN;
        self.open = None;
        self.odd = None;
        self.line = Line::unknown(self.nominal);
    }

    /// Puts the open bucket with the others if it is full at this time.
    fn close(&mut self, at: f64) {
        let Some(open) = self.open.take_if(|open| at - open.begun >= self.span) else { return };
        if self.filled == CAPACITY {
            self.make_room();
        }
        if let Some(slot) = self.buckets.get_mut(self.filled) {
            *slot = open;
            self.filled += 1;
        }
        self.fit();
    }

    /// Merges the buckets by twos while they are short, then drops the oldest.
    fn make_room(&mut self) {
        if self.span >= LONGEST_SPAN {
            self.buckets.rotate_left(1);
            self.filled = CAPACITY - 1;
            return;
        }
        for to in 0..CAPACITY / 2 {
            let (Some(&a), Some(&b)) = (self.buckets.get(2 * to), self.buckets.get(2 * to + 1)) else {
                break;
            };
            let merged = Bucket {
                begun: a.begun,
                earliest: self.line.lower(a.earliest, b.earliest),
                latest: self.line.higher(a.latest, b.latest),
                callbacks: a.callbacks + b.callbacks,
            };
            if let Some(slot) = self.buckets.get_mut(to) {
                *slot = merged;
            }
        }
        self.filled = CAPACITY / 2;
        self.span *= 2.0;
    }

    /// Draws the line under the callbacks in the window.
    fn fit(&mut self) {
        let buckets = self.buckets.get(..self.filled).unwrap_or_default();
        let callbacks: u32 = buckets.iter().map(|bucket| bucket.callbacks).sum();
        let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return };
        let window = last.earliest.seconds - first.earliest.seconds;
        if callbacks < FEWEST || window < SHORTEST_WINDOW {
            return;
        }
        let earliest = buckets.iter().map(|bucket| bucket.earliest);
        let Some((slope, through)) = lower_line(earliest, self.nominal) else { return };
        if !(SLOWEST..FASTEST).contains(&(slope / self.nominal)) {
            return;
        }
        self.line.draw(through, slope);
        let late = buckets.iter().map(|bucket| self.line.height(bucket.latest)).fold(0.0, f64::max);
        self.line.late = late;
        self.line.doubt = DOUBT * (late + GRAIN) / (f64::from(callbacks) * window);
    }
}

#[cfg(test)]
mod tests;

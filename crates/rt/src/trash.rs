//! How does the audio thread get rid of things without freeing them? It sends them to where freeing is free.

use crate::gauge::Gauge;
use crate::ring::{Consumer, Full, Producer, ring};
use alloc::sync::Arc;
use core::fmt;

/// Makes a way out for things that must not be dropped on the audio thread, and returns its two ends; the
/// backlog is as large as the ring. `[control]`
///
/// ```
/// let (mut sender, mut collector) = sostenuto_rt::trash(1);
/// sender.discard(Box::new([0.0_f32; 512])).unwrap(); // to the ring
/// sender.discard(Box::new([0.0_f32; 512])).unwrap(); // to the backlog
/// assert_eq!(sender.backlog(), 1);
/// assert_eq!(collector.collect(), 1); // freed here
/// assert_eq!(sender.flush(), 0);
/// assert_eq!(collector.collect(), 1);
/// ```
pub fn trash<T>(capacity: usize) -> (TrashSender<T>, TrashCollector<T>) {
    trash_with_backlog(capacity, capacity)
}

/// As [`trash()`], with a backlog of another size than the ring. `[control]`
pub fn trash_with_backlog<T>(capacity: usize, backlog: usize) -> (TrashSender<T>, TrashCollector<T>) {
    let (out, collected) = ring(capacity);
    let (backlog_in, backlog_out) = ring(backlog);
    let counters = Arc::new(Counters { backlog: Gauge::new(0), refused: Gauge::new(0) });
    let sender = TrashSender { out, backlog_in, backlog_out, counters: Arc::clone(&counters) };
    (sender, TrashCollector { collected, counters })
}

struct Counters {
    backlog: Gauge<u64>,
    refused: Gauge<u64>,
}

/// The end that throws things away, on the audio thread.
///
/// Things arrive at the other end in the order they were discarded in. What is still in the backlog when
/// the sender is dropped, and finds no room in the ring then, is dropped there and then: so the sender
/// itself, as the whole engine, should be dropped on a control thread.
pub struct TrashSender<T> {
    out: Producer<T>,
    /// Both ends of the backlog are here: a ring that crosses no thread has all that is wanted, a fixed
    /// size and no path to the allocator.
    backlog_in: Producer<T>,
    backlog_out: Consumer<T>,
    counters: Arc<Counters>,
}

/// How many things move from the backlog to the ring on each `discard`. More than one, so that a backlog
/// shrinks while things go on coming, and few, so that a call costs the same whatever has piled up.
const MOVED_PER_DISCARD: usize = 2;

impl<T> TrashSender<T> {
    /// Sends a thing to be dropped at the other end: through the ring, or if that is full, by way of the
    /// backlog. It is never dropped here. `[audio]`
    ///
    /// # Errors
    ///
    /// If the backlog is full as well the thing comes back in [`Full`], and it is counted: keep it where
    /// it is, and try again in a later callback.
    #[inline]
    pub fn discard(&mut self, thing: T) -> Result<(), Full<T>> {
        if self.move_on(MOVED_PER_DISCARD) > 0 {
            return self.put_by(thing);
        }
        match self.out.push(thing) {
            Ok(()) => Ok(()),
            Err(Full(thing)) => self.put_by(thing),
        }
    }

    /// Moves as much of the backlog to the ring as there is room for, and returns what is left in the
    /// backlog. To be called once per callback; its cost is bounded by the size of the backlog. `[audio]`
    pub fn flush(&mut self) -> usize {
        self.move_on(usize::MAX)
    }

    /// Things waiting in the backlog. `[any]`
    pub fn backlog(&self) -> usize {
        self.backlog_out.len()
    }

    /// How many times a thing has been handed back since the start. `[any]`
    pub fn refused(&self) -> u64 {
        self.counters.refused.get()
    }

    /// Whether the collector is gone: then things go on being kept while there is room, and are dropped
    /// along with this end. `[any]`
    pub fn is_abandoned(&self) -> bool {
        self.out.is_abandoned()
    }

    /// Moves at most `n` things from the backlog to the ring; returns what is left in the backlog.
    #[inline]
    fn move_on(&mut self, n: usize) -> usize {
        if self.backlog_out.is_empty() {
            return 0;
        }
        self.out.push_iter(self.backlog_out.read_up_to(n));
        self.show_backlog()
    }

    fn put_by(&mut self, thing: T) -> Result<(), Full<T>> {
        let put = self.backlog_in.push(thing);
        match &put {
            Ok(()) => _ = self.show_backlog(),
            Err(Full(_)) => _ = self.counters.refused.add(1),
        }
        put
    }

    fn show_backlog(&self) -> usize {
        let left = self.backlog_out.len();
        self.counters.backlog.set(left as u64);
        left
    }
}

impl<T> Drop for TrashSender<T> {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The end that frees, on a control thread.
pub struct TrashCollector<T> {
    collected: Consumer<T>,
    counters: Arc<Counters>,
}

impl<T> TrashCollector<T> {
    /// Drops everything that has arrived; returns how many things it were. `[control]`
    ///
    /// What arrives meanwhile is left for the next time, so it ends even if the sender is faster.
    pub fn collect(&mut self) -> usize {
        self.drain().count()
    }

    /// Takes out everything that has arrived, one by one. What the iterator is not asked for stays.
    /// `[control]`
    pub fn drain(&mut self) -> Drain<'_, T> {
        let left = self.collected.len();
        Drain { collected: &mut self.collected, left }
    }

    /// Things waiting in the sender's backlog, as it last said. `[any]`
    pub fn backlog(&self) -> usize {
        usize::try_from(self.counters.backlog.get()).unwrap_or(usize::MAX)
    }

    /// How many times the sender has been handed a thing back since the start. `[any]`
    pub fn refused(&self) -> u64 {
        self.counters.refused.get()
    }

    /// Whether the sender is gone: then one more [`TrashCollector::collect`] gets all that is left. `[any]`
    pub fn is_abandoned(&self) -> bool {
        self.collected.is_abandoned()
    }
}

/// Takes out what has arrived at a [`TrashCollector`]; from [`TrashCollector::drain`].
pub struct Drain<'a, T> {
    collected: &'a mut Consumer<T>,
    left: usize,
}

impl<T> Iterator for Drain<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        self.collected.pop()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for Drain<'_, T> {}

impl<T> fmt::Debug for TrashSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (backlog, refused) = (self.backlog(), self.refused());
        f.debug_struct("TrashSender").field("backlog", &backlog).field("refused", &refused).finish()
    }
}

impl<T> fmt::Debug for TrashCollector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (backlog, refused) = (self.backlog(), self.refused());
        f.debug_struct("TrashCollector").field("backlog", &backlog).field("refused", &refused).finish()
    }
}

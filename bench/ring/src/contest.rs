//! The ways of use that are timed.

use crate::rings::{Ring, Rx, Tx};
use std::hint::{black_box, spin_loop};
use std::thread;
use std::time::{Duration, Instant};

/// Items the ring holds: the engine's own default.
pub const CAPACITY: usize = 1024;

/// Items in a burst or a chunk.
const BURST: usize = 512;

/// Items per run: some ten milliseconds' worth of the fastest use.
const ITEMS: u64 = 4096 * BURST as u64;

/// What goes through the ring.
pub trait Item: Copy + Send + 'static {
    fn new(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl<const N: usize> Item for [u64; N] {
    #[inline]
    fn new(number: u64) -> Self {
        [number; N]
    }

    #[inline]
    fn number(&self) -> u64 {
        self[N - 1]
    }
}

#[derive(Clone, Copy)]
pub enum Contest {
    One,
    Burst,
    Chunk,
    Slice,
    TwoThreads,
    TwoThreadsChunk,
}

impl Contest {
    pub const ALL: [Self; 6] =
        [Self::One, Self::Burst, Self::Chunk, Self::Slice, Self::TwoThreads, Self::TwoThreadsChunk];

    pub fn name(self) -> &'static str {
        match self {
            Self::One => "push, pop, one thread",
            Self::Burst => "512 pushes, 512 pops, one thread",
            Self::Chunk => "chunks of 512, one thread",
            Self::Slice => "slices of 512, one thread",
            Self::TwoThreads => "push and pop, two threads",
            Self::TwoThreadsChunk => "chunks of 64, two threads",
        }
    }

    /// Runs once and returns nanoseconds per item.
    pub fn run<T: Item, R: Ring>(self) -> f64 {
        let (tx, rx) = R::new::<T>(CAPACITY);
        let (sum, time) = match self {
            Self::One => one(tx, rx),
            Self::Burst => burst(tx, rx),
            Self::Chunk => chunk(tx, rx),
            Self::Slice => slice(tx, rx),
            Self::TwoThreads => two_threads(tx, rx),
            Self::TwoThreadsChunk => two_threads_chunk(tx, rx),
        };
        assert_eq!(sum, ITEMS * (ITEMS - 1) / 2, "items were lost, doubled or changed");
        time.as_secs_f64() * 1e9 / ITEMS as f64
    }
}

fn one<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    let start = Instant::now();
    let mut sum = 0;
    for i in 0..ITEMS {
        assert!(tx.push(black_box(T::new(i))));
        sum += black_box(rx.pop().expect("just pushed")).number();
    }
    (sum, start.elapsed())
}

fn burst<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    let start = Instant::now();
    let mut sum = 0;
    for base in (0..ITEMS).step_by(BURST) {
        for i in base..base + BURST as u64 {
            assert!(tx.push(black_box(T::new(i))));
        }
        for _ in 0..BURST {
            sum += black_box(rx.pop().expect("just pushed")).number();
        }
    }
    (sum, start.elapsed())
}

/// Renumbers a batch, outside of what differs between the rings but inside of what is timed.
fn renumber<T: Item>(items: &mut [T], base: u64) {
    items.iter_mut().zip(base..).for_each(|(item, i)| *item = T::new(i));
}

fn chunk<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    let mut items = vec![T::new(0); BURST];
    let start = Instant::now();
    let mut sum = 0;
    for base in (0..ITEMS).step_by(BURST) {
        renumber(&mut items, base);
        assert!(tx.push_chunk(black_box(&items)));
        sum += rx.sum_chunk(BURST).expect("just pushed");
    }
    (sum, start.elapsed())
}

fn slice<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    let mut items = vec![T::new(0); BURST];
    let mut out = items.clone();
    let start = Instant::now();
    let mut sum = 0;
    for base in (0..ITEMS).step_by(BURST) {
        renumber(&mut items, base);
        assert_eq!(tx.push_slice(black_box(&items)), BURST);
        assert_eq!(rx.pop_slice(&mut out), BURST);
        sum += black_box(&out).iter().map(T::number).sum::<u64>();
    }
    (sum, start.elapsed())
}

fn two_threads<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    thread::scope(|scope| {
        let start = Instant::now();
        scope.spawn(move || {
            for i in 0..ITEMS {
                while !tx.push(T::new(i)) {
                    spin_loop();
                }
            }
        });
        let mut sum = 0;
        for _ in 0..ITEMS {
            sum += loop {
                match rx.pop() {
                    Some(item) => break item.number(),
                    None => spin_loop(),
                }
            };
        }
        (sum, start.elapsed())
    })
}

fn two_threads_chunk<T: Item>(mut tx: impl Tx<T>, mut rx: impl Rx<T>) -> (u64, Duration) {
    const N: usize = 64;
    thread::scope(|scope| {
        let start = Instant::now();
        scope.spawn(move || {
            let mut items = [T::new(0); N];
            for base in (0..ITEMS).step_by(N) {
                renumber(&mut items, base);
                while !tx.push_chunk(&items) {
                    spin_loop();
                }
            }
        });
        let mut sum = 0;
        for _ in (0..ITEMS).step_by(N) {
            sum += loop {
                match rx.sum_chunk(N) {
                    Some(part) => break part,
                    None => spin_loop(),
                }
            };
        }
        (sum, start.elapsed())
    })
}

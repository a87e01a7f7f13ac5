//! How does a reader get the newest value of something that a writer keeps changing? From a triple buffer.

use crate::pair::Pair;
use crate::sync::{AtomicU8, Ordering, Padded, Witness};
use core::cell::UnsafeCell;
use core::fmt;
use core::mem;

/// In `middle`: the value in the middle cell was published and not read yet.
const FRESH: u8 = 0b100;
/// In `middle`: which of the three cells is in the middle.
const INDEX: u8 = 0b011;

/// Makes a cell that holds the latest of a stream of values, and returns its two ends. `[control]`
///
/// One writer, one reader, both wait-free: the writer always has a cell to write to and the reader always
/// one to read from, and a third goes to and fro between them in a single swap. Values that the reader
/// had no time for are overwritten.
///
/// ```
/// let (mut writer, mut reader) = sostenuto_rt::latest([0.0_f32; 4]);
/// assert!(!reader.update());
/// writer.write([1.0; 4]);
/// writer.write([2.0; 4]);
/// assert!(reader.update());
/// assert_eq!(reader.read(), &[2.0; 4]);
/// ```
///
/// Not the tool where every value counts: see [`ring`](crate::ring()); and for one number with several
/// readers, [`Gauge`](crate::Gauge).
pub fn latest<T: Clone>(initial: T) -> (LatestWriter<T>, LatestReader<T>) {
    latest_with(|| initial.clone())
}

/// As [`latest()`] for values that cannot be cloned: makes the initial value of each of the three cells.
/// `[control]`
pub fn latest_with<T>(mut initial: impl FnMut() -> T) -> (LatestWriter<T>, LatestReader<T>) {
    let mut cell = || Padded(Cell { value: UnsafeCell::new(initial()), witness: Witness::new() });
    let (writer, reader) =
        Pair::new(Shared { cells: [cell(), cell(), cell()], middle: Padded(AtomicU8::new(1)) });
    (LatestWriter { shared: writer, mine: 0 }, LatestReader { shared: reader, mine: 2 })
}

/// What the two ends share.
///
/// # Invariants
///
/// - **L1** `writer.mine`, `middle & INDEX` and `reader.mine` are 0, 1 and 2 in some order. It holds at the
///   start, and afterwards each end only swaps its own index with the middle one.
/// - **L2** A cell is touched only by the end that has its index. Both ends are `Send` but hand out
///   references through their own borrow only, so each stays on one thread at a time.
struct Shared<T> {
    cells: [Padded<Cell<T>>; 3],
    middle: Padded<AtomicU8>,
}

struct Cell<T> {
    value: UnsafeCell<T>,
    witness: Witness,
}

impl<T> Shared<T> {
    #[inline]
    fn cell(&self, index: u8) -> &Cell<T> {
        // L1 keeps the index below 3; the remainder says so to the compiler, and no panic is left.
        &self.cells[usize::from(index) % 3].0
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        self.cells.iter().for_each(|cell| cell.0.witness.writes());
    }
}

/// The end of a [`latest`](crate::latest()) cell that writes.
pub struct LatestWriter<T> {
    shared: Pair<Shared<T>>,
    mine: u8,
}

// SAFETY: L2 holds whichever thread the one writer is on; values cross threads, hence `T: Send`.
unsafe impl<T: Send> Send for LatestWriter<T> {}

impl<T> LatestWriter<T> {
    /// Publishes a value. `[audio]` if dropping a `T` is: the value it replaces, an older one of this
    /// stream, is dropped here. Use [`LatestWriter::replace`] to get that one back instead.
    ///
    /// Returns whether the reader missed the value before this one.
    #[inline]
    pub fn write(&mut self, value: T) -> bool {
        *self.value_mut() = value;
        self.publish()
    }

    /// Publishes a value and hands back the one whose place it took: not the latest, but one that
    /// neither end needs any more. `[audio]`
    #[inline]
    pub fn replace(&mut self, value: T) -> T {
        let older = mem::replace(self.value_mut(), value);
        self.publish();
        older
    }

    /// The value to be published next, to be written in place. It holds an older value of the stream,
    /// or an initial one, not the latest. `[audio]`
    #[inline]
    pub fn value_mut(&mut self) -> &mut T {
        let cell = self.shared.cell(self.mine);
        cell.witness.writes();
        // SAFETY: L1 and L2: this cell is the writer's, and `self` is borrowed as long as the reference.
        unsafe { &mut *cell.value.get() }
    }

    /// Publishes what was written to [`LatestWriter::value_mut`]. `[audio]`
    ///
    /// Returns whether the reader missed the value before this one.
    #[inline]
    pub fn publish(&mut self) -> bool {
        // Must be AcqRel. Release, because the reader reads what was written before this. Acquire,
        // because the cell that comes back will be written, and the reader's reads of it come before.
        let middle = self.shared.middle.0.swap(self.mine | FRESH, Ordering::AcqRel);
        self.mine = middle & INDEX;
        middle & FRESH != 0
    }

    /// Whether the reader is gone. `[any]`
    pub fn is_abandoned(&self) -> bool {
        self.shared.is_alone()
    }
}

/// The end of a [`latest`](crate::latest()) cell that reads.
pub struct LatestReader<T> {
    shared: Pair<Shared<T>>,
    mine: u8,
}

// SAFETY: L2 holds whichever thread the one reader is on; values cross threads, hence `T: Send`.
unsafe impl<T: Send> Send for LatestReader<T> {}

impl<T> LatestReader<T> {
    /// Takes over the latest value; `false` if nothing was published since the last time. `[audio]`
    #[inline]
    pub fn update(&mut self) -> bool {
        // Relaxed is enough, because this only decides whether to look: the swap below synchronises.
        // Only this end clears the mark, so if it was seen, the swap finds it as well.
        if self.shared.middle.0.load(Ordering::Relaxed) & FRESH == 0 {
            return false;
        }
        // Must be AcqRel. Acquire, because what the writer wrote is read from here on. Release, because
        // the cell given away will be written by the writer, and the reads of it come before.
        let middle = self.shared.middle.0.swap(self.mine, Ordering::AcqRel);
        self.mine = middle & INDEX;
        true
    }

    /// The latest value: [`LatestReader::update`], then [`LatestReader::current`]. `[audio]`
    #[inline]
    pub fn read(&mut self) -> &T {
        self.update();
        self.current()
    }

    /// The value taken over last. `[audio]`
    #[inline]
    pub fn current(&self) -> &T {
        let cell = self.shared.cell(self.mine);
        cell.witness.reads();
        // SAFETY: L1 and L2: this cell is the reader's until the next `update`, which borrows mutably.
        unsafe { &*cell.value.get() }
    }

    /// As [`LatestReader::current`], to change the value in place, or to move something out of it.
    /// The writer gets the cell back later, as changed. `[audio]`
    #[inline]
    pub fn current_mut(&mut self) -> &mut T {
        let cell = self.shared.cell(self.mine);
        cell.witness.writes();
        // SAFETY: L1 and L2, as in `current`, and `self` is borrowed mutably.
        unsafe { &mut *cell.value.get() }
    }

    /// Whether the writer is gone; what it published last is visible then. `[any]`
    pub fn is_abandoned(&self) -> bool {
        self.shared.is_alone()
    }
}

impl<T> fmt::Debug for LatestWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatestWriter").finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for LatestReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatestReader").field("current", self.current()).finish_non_exhaustive()
    }
}

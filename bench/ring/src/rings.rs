//! The two rings behind one face, each used the way its documentation says.

use crate::contest::Item;

/// A ring to be timed.
pub trait Ring {
    type Tx<T: Item>: Tx<T>;
    type Rx<T: Item>: Rx<T>;

    fn new<T: Item>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>);
}

/// The end that pushes.
pub trait Tx<T: Item>: Send {
    fn push(&mut self, item: T) -> bool;
    /// All the items or none, moved in from an iterator.
    fn push_chunk(&mut self, items: &[T]) -> bool;
    /// As many as fit, copied from a slice.
    fn push_slice(&mut self, items: &[T]) -> usize;
}

/// The end that pops.
pub trait Rx<T: Item>: Send {
    fn pop(&mut self) -> Option<T>;
    /// Adds up exactly `n` items in place; `None` if there are fewer.
    fn sum_chunk(&mut self, n: usize) -> Option<u64>;
    /// As many as there are, copied to a slice.
    fn pop_slice(&mut self, items: &mut [T]) -> usize;
}

pub struct Ours;

impl Ring for Ours {
    type Tx<T: Item> = sostenuto_rt::Producer<T>;
    type Rx<T: Item> = sostenuto_rt::Consumer<T>;

    fn new<T: Item>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>) {
        sostenuto_rt::ring(capacity)
    }
}

impl<T: Item> Tx<T> for sostenuto_rt::Producer<T> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }

    #[inline]
    fn push_chunk(&mut self, items: &[T]) -> bool {
        let chunk = self.write_chunk(items.len());
        chunk.is_ok_and(|chunk| chunk.fill_from_iter(items.iter().copied()) == items.len())
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.push_slice(items)
    }
}

impl<T: Item> Rx<T> for sostenuto_rt::Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    #[inline]
    fn sum_chunk(&mut self, n: usize) -> Option<u64> {
        let chunk = self.read_chunk(n).ok()?;
        let (first, second) = chunk.as_slices();
        let sum = first.iter().chain(second).map(T::number).sum();
        chunk.commit_all();
        Some(sum)
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.pop_slice(items)
    }
}

pub struct Rtrb;

impl Ring for Rtrb {
    type Tx<T: Item> = rtrb::Producer<T>;
    type Rx<T: Item> = rtrb::Consumer<T>;

    fn new<T: Item>(capacity: usize) -> (Self::Tx<T>, Self::Rx<T>) {
        rtrb::RingBuffer::new(capacity)
    }
}

impl<T: Item> Tx<T> for rtrb::Producer<T> {
    #[inline]
    fn push(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }

    #[inline]
    fn push_chunk(&mut self, items: &[T]) -> bool {
        let chunk = self.write_chunk_uninit(items.len());
        chunk.is_ok_and(|chunk| chunk.fill_from_iter(items.iter().copied()) == items.len())
    }

    #[inline]
    fn push_slice(&mut self, items: &[T]) -> usize {
        self.push_partial_slice(items).0.len()
    }
}

impl<T: Item> Rx<T> for rtrb::Consumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.pop().ok()
    }

    #[inline]
    fn sum_chunk(&mut self, n: usize) -> Option<u64> {
        let chunk = self.read_chunk(n).ok()?;
        let (first, second) = chunk.as_slices();
        let sum = first.iter().chain(second).map(T::number).sum();
        chunk.commit_all();
        Some(sum)
    }

    #[inline]
    fn pop_slice(&mut self, items: &mut [T]) -> usize {
        self.pop_partial_slice(items).0.len()
    }
}

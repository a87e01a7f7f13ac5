//! The entries of a map of layers in the order of their keys, from either end.

use super::Laid;
use super::leaves::Range;
use std::slice;

fn is_hidden<K: Ord, V>(hides: &[Laid<K, V>], key: &K) -> bool {
    !hides.is_empty() && hides.binary_search_by(|(there, _)| there.cmp(key)).is_ok()
}

/// See [`Layers::range`](super::Layers::range).
pub(crate) struct Entries<'a, K, V> {
    base: Option<Range<'a, K, V>>,
    /// What was taken from either end of the base and comes after what is on top.
    front: Option<(&'a K, &'a V)>,
    back: Option<(&'a K, &'a V)>,
    top: slice::Iter<'a, (K, Option<V>)>,
    /// All that is on top, which hides what is below.
    hides: &'a [Laid<K, V>],
}

impl<'a, K: Ord, V> Entries<'a, K, V> {
    pub(super) fn new(base: Option<Range<'a, K, V>>, top: &'a [Laid<K, V>], hides: &'a [Laid<K, V>]) -> Self {
        Entries { base, front: None, back: None, top: top.iter(), hides }
    }

    /// The first of the base that is left.
    fn first_below(&mut self) -> Option<(&'a K, &'a V)> {
        let hides = self.hides;
        let base = &mut self.base;
        let fresh = || base.as_mut()?.find(|(key, _)| !is_hidden(hides, key));
        self.front.take().or_else(fresh).or_else(|| self.back.take())
    }

    /// The last.
    fn last_below(&mut self) -> Option<(&'a K, &'a V)> {
        let hides = self.hides;
        let base = &mut self.base;
        let fresh = || base.as_mut()?.rfind(|(key, _)| !is_hidden(hides, key));
        self.back.take().or_else(fresh).or_else(|| self.front.take())
    }
}

impl<'a, K: Ord, V> Iterator for Entries<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let below = self.first_below();
        while let Some((key, value)) = self.top.as_slice().first() {
            if below.is_some_and(|(there, _)| there < key) {
                break;
            }
            self.top.next();
            if let Some(value) = value {
                self.front = below;
                return Some((key, value));
            }
        }
        below
    }
}

impl<K: Ord, V> DoubleEndedIterator for Entries<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let below = self.last_below();
        while let Some((key, value)) = self.top.as_slice().last() {
            if below.is_some_and(|(there, _)| there > key) {
                break;
            }
            self.top.next_back();
            if let Some(value) = value {
                self.back = below;
                return Some((key, value));
            }
        }
        below
    }
}

/// See [`Layers::iter`](super::Layers::iter).
pub(crate) struct All<'a, K, V> {
    entries: Entries<'a, K, V>,
    left: usize,
}

impl<'a, K: Ord, V> All<'a, K, V> {
    /// All entries, of which there are so many.
    pub(super) fn new(entries: Entries<'a, K, V>, left: usize) -> Self {
        All { entries, left }
    }
}

impl<'a, K: Ord, V> Iterator for All<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.saturating_sub(1);
        self.entries.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K: Ord, V> DoubleEndedIterator for All<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.left = self.left.saturating_sub(1);
        self.entries.next_back()
    }
}

impl<K: Ord, V> ExactSizeIterator for All<'_, K, V> {}

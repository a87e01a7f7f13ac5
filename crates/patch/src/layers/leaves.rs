//! Entries in the order of their keys, in leaves that copies share.
//!
//! Two levels are enough: what is on top of the leaves says who shares them, so that they are changed in place or many changes at a time. A leaf
//! that others have is copied before it is changed.

use std::ops::Bound;
use std::sync::Arc;

/// A leaf is cut in two when it has more than this...
const MOST: usize = 64;
/// ...and joins the one behind it, or the one before it, when it has fewer than the first and both together no more than the second.
const LEAST: usize = 16;
const JOINED: usize = 48;

type Leaf<K, V> = Arc<Vec<(K, V)>>;

/// A map in the order of its keys. No leaf is empty.
#[derive(Clone)]
pub(super) struct Leaves<K, V> {
    /// The first key of each leaf: all that is read to find the one in which a key is.
    firsts: Vec<K>,
    leaves: Vec<Leaf<K, V>>,
}

impl<K, V> Default for Leaves<K, V> {
    fn default() -> Self {
        Leaves { firsts: Vec::new(), leaves: Vec::new() }
    }
}

impl<K: Ord + Copy, V: Clone> Leaves<K, V> {
    /// The number of the leaf in which a key is, or would be.
    fn leaf_of(&self, key: &K) -> usize {
        self.firsts.partition_point(|first| first <= key).saturating_sub(1)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let leaf = self.leaves.get(self.leaf_of(key))?;
        let at = leaf.binary_search_by(|(there, _)| there.cmp(key)).ok()?;
        leaf.get(at).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let number = self.leaf_of(key);
        let leaf = self.leaves.get_mut(number)?;
        let at = leaf.binary_search_by(|(there, _)| there.cmp(key)).ok()?;
        Arc::make_mut(leaf).get_mut(at).map(|(_, value)| value)
    }

    /// Puts something in; gives what stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let number = self.leaf_of(&key);
        let (Some(leaf), Some(first)) = (self.leaves.get_mut(number), self.firsts.get_mut(number)) else {
            self.firsts.push(key);
            self.leaves.push(Arc::new(vec![(key, value)]));
            return None;
        };
        let leaf = Arc::make_mut(leaf);
        match leaf.binary_search_by(|(there, _)| there.cmp(&key)) {
            Ok(at) => leaf.get_mut(at).map(|there| std::mem::replace(&mut there.1, value)),
            Err(at) => {
                leaf.insert(at, (key, value));
                *first = key.min(*first);
                if leaf.len() > MOST {
                    // What grows at its end leaves full leaves behind.
                    let rest = leaf.split_off(if at == MOST { MOST - LEAST } else { MOST / 2 });
                    if let Some((first, _)) = rest.first() {
                        self.firsts.insert(number + 1, *first);
                        self.leaves.insert(number + 1, Arc::new(rest));
                    }
                }
                None
            }
        }
    }

    /// Takes out what stands there.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let number = self.leaf_of(key);
        let leaf = self.leaves.get_mut(number)?;
        let at = leaf.binary_search_by(|(there, _)| there.cmp(key)).ok()?;
        let leaf = Arc::make_mut(leaf);
        let (_, value) = leaf.remove(at);
        let count = leaf.len();
        match leaf.first() {
            Some((first, _)) => self.firsts[number] = *first,
            None => {
                self.firsts.remove(number);
                self.leaves.remove(number);
            }
        }
        if (1..LEAST).contains(&count) {
            self.join(number);
        }
        Some(value)
    }

    /// Lets a small leaf join a neighbour that has room for it.
    fn join(&mut self, number: usize) {
        let len = |number: usize| self.leaves.get(number).map_or(MOST, |leaf| leaf.len());
        let fits = |left: usize| len(left) + len(left + 1) <= JOINED;
        let left = if fits(number) {
            number
        } else if number > 0 && fits(number - 1) {
            number - 1
        } else {
            return;
        };
        self.firsts.remove(left + 1);
        let right = self.leaves.remove(left + 1);
        if let Some(leaf) = self.leaves.get_mut(left) {
            Arc::make_mut(leaf).extend(Arc::unwrap_or_clone(right));
        }
    }

    pub fn first(&self) -> Option<(&K, &V)> {
        self.leaves.first()?.first().map(|(key, value)| (key, value))
    }

    pub fn last(&self) -> Option<(&K, &V)> {
        self.leaves.last()?.last().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.leaves.iter().flat_map(|leaf| leaf.iter()).map(|(key, _)| key)
    }

    /// Where the first entry is that a bound lets in, or the last that it shuts out: the leaf and the place in it.
    fn edge(&self, key: &K, with: bool) -> (usize, usize) {
        let number = self.leaf_of(key);
        let before = |(there, _): &(K, V)| there < key || with && there == key;
        (number, self.leaves.get(number).map_or(0, |leaf| leaf.partition_point(before)))
    }

    pub fn range(&self, (from, to): (Bound<K>, Bound<K>)) -> Range<'_, K, V> {
        let front = match from {
            Bound::Unbounded => (0, 0),
            Bound::Included(key) => self.edge(&key, false),
            Bound::Excluded(key) => self.edge(&key, true),
        };
        let back = match to {
            Bound::Unbounded => (self.leaves.len(), 0),
            Bound::Included(key) => self.edge(&key, true),
            Bound::Excluded(key) => self.edge(&key, false),
        };
        Range { leaves: &self.leaves, front, back }
    }

    /// The keys of the leaves that the two do not share.
    pub fn unshared<'a>(&'a self, other: &'a Self, keys: &mut Vec<K>) {
        let (mut old, mut new) = (self.leaves.iter().peekable(), other.leaves.iter().peekable());
        let first = |leaf: &&Leaf<K, V>| leaf.first().map(|(key, _)| *key);
        let mut note =
            |leaf: Option<&Leaf<K, V>>| keys.extend(leaf.into_iter().flat_map(|l| l.iter()).map(|e| e.0));
        loop {
            // A leaf that both have begins with the same key in both.
            match (old.peek(), new.peek()) {
                (None, None) => return,
                (Some(a), Some(b)) if Arc::ptr_eq(a, b) => _ = (old.next(), new.next()),
                (Some(a), Some(b)) if first(a) > first(b) => note(new.next()),
                (Some(_), _) => note(old.next()),
                (None, Some(_)) => note(new.next()),
            }
        }
    }
}

/// See [`Leaves::range`].
pub(super) struct Range<'a, K, V> {
    leaves: &'a [Leaf<K, V>],
    /// The leaf and the place in it of the next entry, and of the one behind the last.
    front: (usize, usize),
    back: (usize, usize),
}

impl<'a, K, V> Iterator for Range<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        while self.front < self.back {
            let (number, at) = self.front;
            if let Some((key, value)) = self.leaves.get(number)?.get(at) {
                self.front.1 += 1;
                return Some((key, value));
            }
            self.front = (number + 1, 0);
        }
        None
    }
}

impl<K, V> DoubleEndedIterator for Range<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        while self.front < self.back {
            let (number, at) = self.back;
            if at > 0 {
                self.back.1 -= 1;
                return self.leaves.get(number)?.get(at - 1).map(|(key, value)| (key, value));
            }
            let before = number.checked_sub(1)?;
            self.back = (before, self.leaves.get(before)?.len());
        }
        None
    }
}

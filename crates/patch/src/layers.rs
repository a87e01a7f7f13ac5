//! What goes by which key, in a map that shares what is alike with its copies?
//!
//! Entries lie in [leaves](leaves), a few dozen side by side in each. To change a leaf that copies share means to copy it, and to count all that hangs on it once more:
//! things that are each somewhere else in memory, which takes longer to come than all else. So what differs from the leaves that copies share lies side by side on
//! top of them. It goes into the leaves when there is much of it, or when nobody shares them any more.

mod iter;
mod leaves;
#[cfg(test)]
mod tests;

pub(crate) use iter::{All, Entries};

use leaves::Leaves;
use smallvec::SmallVec;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// What lies on top goes into the leaves when it is more than this.
const MOST: usize = 32;

/// A map in the order of its keys. A copy costs the same whatever is in it.
pub(crate) struct Layers<K, V> {
    /// Not there as long as all has room on top.
    base: Option<Arc<Leaves<K, V>>>,
    /// What differs from the base, in the order of the keys: what is there instead, or nothing.
    top: Option<Arc<Top<K, V>>>,
    count: usize,
}

/// What is on top at a key.
type Laid<K, V> = (K, Option<V>);

/// Mostly there is little.
type Top<K, V> = SmallVec<[Laid<K, V>; 4]>;

/// What stands at a key in one map and in another.
pub(crate) type Change<'a, K, V> = (K, Option<&'a V>, Option<&'a V>);

impl<K: Ord + Copy, V: Clone> Layers<K, V> {
    pub fn len(&self) -> usize {
        self.count
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    fn top(&self) -> &[Laid<K, V>] {
        self.top.as_ref().map_or(&[], |top| top.as_slice())
    }

    /// Where a key is on top, or would be.
    fn place(&self, key: &K) -> Result<usize, usize> {
        self.top().binary_search_by(|(there, _)| there.cmp(key))
    }

    fn below(&self, key: &K) -> Option<&V> {
        self.base.as_ref()?.get(key)
    }

    /// The base, if nobody shares it.
    fn own(&mut self) -> Option<&mut Leaves<K, V>> {
        self.base.as_mut().and_then(Arc::get_mut)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        match self.place(key) {
            Ok(at) => self.top()[at].1.as_ref(),
            Err(_) => self.below(key),
        }
    }

    /// What stands at a key, to change it. It is copied if others share it.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = match self.place(key) {
            Ok(at) => at,
            Err(at) => {
                if self.own().is_none() {
                    let shared = self.below(key)?.clone();
                    self.lay(at, *key, Some(shared));
                }
                // It went into the base if there is one that nobody shares.
                match self.place(key) {
                    Ok(at) => at,
                    Err(_) => return self.own()?.get_mut(key),
                }
            }
        };
        Arc::make_mut(self.top.as_mut()?)[at].1.as_mut()
    }

    /// Puts something in; gives what stood there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let before = match self.place(&key) {
            Ok(at) => self.relay(at, Some(value)),
            Err(at) => match self.own() {
                Some(base) => base.insert(key, value),
                None => {
                    let before = self.below(&key).cloned();
                    self.lay(at, key, Some(value));
                    before
                }
            },
        };
        self.count += usize::from(before.is_none());
        before
    }

    /// Takes out what stands there.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let before = match self.place(key) {
            Ok(at) if self.base.is_none() => {
                self.top.as_mut().and_then(|top| Arc::make_mut(top).remove(at).1)
            }
            Ok(at) => self.relay(at, None),
            Err(at) => match self.own() {
                Some(base) => base.remove(key),
                None => {
                    let before = self.below(key).cloned()?;
                    self.lay(at, *key, None);
                    Some(before)
                }
            },
        };
        self.count -= usize::from(before.is_some());
        before
    }

    /// Lays something on top where nothing lies.
    fn lay(&mut self, at: usize, key: K, value: Option<V>) {
        let top = Arc::make_mut(self.top.get_or_insert_with(|| Arc::new(Top::new())));
        top.insert(at, (key, value));
        if top.len() > MOST {
            self.sink();
        }
    }

    /// Lays something else there; gives what lay there.
    fn relay(&mut self, at: usize, value: Option<V>) -> Option<V> {
        let top = self.top.as_mut()?;
        std::mem::replace(&mut Arc::make_mut(top)[at].1, value)
    }

    /// Puts what is on top into the base.
    fn sink(&mut self) {
        let Some(top) = self.top.take() else { return };
        let base = Arc::make_mut(self.base.get_or_insert_default());
        for (key, value) in Arc::unwrap_or_clone(top) {
            match value {
                Some(value) => drop(base.insert(key, value)),
                None => drop(base.remove(&key)),
            }
        }
    }

    /// Puts what is on top into the base if nobody shares that. Changes nothing that can be seen; it is for a time when nobody waits. Gives the keys that
    /// were on top.
    pub fn tidy(&mut self) -> Vec<K> {
        if self.top.is_none() || self.own().is_none() {
            return Vec::new();
        }
        let keys = self.top().iter().map(|(key, _)| *key).collect();
        self.sink();
        keys
    }

    /// Whether the two surely are the same, which takes no look at what is in them.
    pub fn is(&self, other: &Self) -> bool {
        is_same(&self.top, &other.top) && is_same(&self.base, &other.base)
    }

    /// The first.
    pub fn first(&self) -> Option<(&K, &V)> {
        match self.top {
            None => self.base.as_ref()?.first(),
            Some(_) => self.iter().next(),
        }
    }

    /// The last.
    pub fn last(&self) -> Option<(&K, &V)> {
        let base = self.base.as_ref().and_then(|base| base.last());
        match (self.top().last(), base) {
            (None, base) => base,
            (Some((key, Some(value))), base) if base.is_none_or(|(last, _)| last <= key) => {
                Some((key, value))
            }
            (Some((key, _)), Some((last, value))) if last > key => Some((last, value)),
            _ => self.iter().next_back(),
        }
    }

    /// The last before a key.
    pub fn before(&self, key: &K) -> Option<(&K, &V)> {
        let behind = self.base.as_ref().and_then(|base| base.last()).is_none_or(|(last, _)| last < key);
        let nothing_above = self.top().last().is_none_or(|(last, _)| last < key);
        // Mostly it is asked of what comes behind all.
        if behind && nothing_above { self.last() } else { self.range(..*key).next_back() }
    }

    /// All in the order of their keys.
    pub fn iter(&self) -> All<'_, K, V> {
        All::new(self.range(..), self.count)
    }

    /// Those in a range of keys.
    pub fn range(&self, range: impl RangeBounds<K>) -> Entries<'_, K, V> {
        let (from, to) = (range.start_bound().cloned(), range.end_bound().cloned());
        let top = self.top();
        let begin = match from {
            Bound::Unbounded => 0,
            Bound::Included(from) => top.partition_point(|(key, _)| *key < from),
            Bound::Excluded(from) => top.partition_point(|(key, _)| *key <= from),
        };
        let end = match to {
            Bound::Unbounded => top.len(),
            Bound::Included(to) => top.partition_point(|(key, _)| *key <= to),
            Bound::Excluded(to) => top.partition_point(|(key, _)| *key < to),
        };
        let base = self.base.as_ref().map(|base| base.range((from, to)));
        Entries::new(base, top.get(begin..end).unwrap_or(&[]), top)
    }
}

impl<K: Ord + Copy, V: Clone + PartialEq> Layers<K, V> {
    /// What is otherwise in the new one, in the order of the keys. Costs what that is, if the one comes from the other, up to logarithms.
    pub fn changes<'a>(&'a self, new: &'a Self) -> Changes<'a, K, V> {
        let both = self.base.as_ref().zip(new.base.as_ref());
        if is_same(&self.base, &new.base) {
            let tops =
                if is_same(&self.top, &new.top) { (0, 0) } else { (self.top().len(), new.top().len()) };
            return Changes::Above {
                old: self,
                new,
                at: (self.top().len() - tops.0, new.top().len() - tops.1),
            };
        }
        let mut keys: Vec<K> = self.top().iter().chain(new.top()).map(|(key, _)| *key).collect();
        match both {
            Some((old, new)) => old.unshared(new, &mut keys),
            None => keys.extend(self.base.iter().chain(&new.base).flat_map(|only| only.keys())),
        }
        keys.sort_unstable();
        keys.dedup();
        Changes::Listed { old: self, new, keys: keys.into_iter() }
    }

    /// The next key that is on top of either from these places on, and what is there in both.
    fn next_above<'a>(&'a self, new: &'a Self, at: &mut (usize, usize)) -> Option<Change<'a, K, V>> {
        let (was, is) = (self.top().get(at.0), new.top().get(at.1));
        let key = match (was, is) {
            (Some((was, _)), Some((is, _))) => *was.min(is),
            (Some((key, _)), None) | (None, Some((key, _))) => *key,
            (None, None) => return None,
        };
        let laid = |layers: &'a Self, laid: Option<&'a Laid<K, V>>, at: &mut usize| match laid {
            Some((there, value)) if *there == key => {
                *at += 1;
                value.as_ref()
            }
            _ => layers.below(&key),
        };
        Some((key, laid(self, was, &mut at.0), laid(new, is, &mut at.1)))
    }
}

/// See [`Layers::changes`].
pub(crate) enum Changes<'a, K, V> {
    /// Of two with the same base: how far one has come with what is on top of each.
    Above {
        old: &'a Layers<K, V>,
        new: &'a Layers<K, V>,
        at: (usize, usize),
    },
    Listed {
        old: &'a Layers<K, V>,
        new: &'a Layers<K, V>,
        keys: std::vec::IntoIter<K>,
    },
}

impl<'a, K: Ord + Copy, V: Clone + PartialEq> Iterator for Changes<'a, K, V> {
    type Item = Change<'a, K, V>;

    fn next(&mut self) -> Option<Change<'a, K, V>> {
        loop {
            let change = match self {
                Changes::Above { old, new, at } => old.next_above(new, at)?,
                Changes::Listed { old, new, keys } => {
                    let key = keys.next()?;
                    (key, old.get(&key), new.get(&key))
                }
            };
            if change.1 != change.2 {
                return Some(change);
            }
        }
    }
}

fn is_same<T>(a: &Option<Arc<T>>, b: &Option<Arc<T>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        (None, None) => true,
        _ => false,
    }
}

impl<K, V> Clone for Layers<K, V> {
    fn clone(&self) -> Self {
        Layers { base: self.base.clone(), top: self.top.clone(), count: self.count }
    }
}

impl<K, V> Default for Layers<K, V> {
    fn default() -> Self {
        Layers { base: None, top: None, count: 0 }
    }
}

impl<K: Ord + Copy + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for Layers<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Copy, V: Clone> FromIterator<(K, V)> for Layers<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let mut layers = Layers::default();
        all.into_iter().for_each(|(key, value)| drop(layers.insert(key, value)));
        layers
    }
}

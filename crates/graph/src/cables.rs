//! The cables at one end: few in place, many in a tree.

use crate::topology::CableId;
use alloc::collections::BTreeSet;
use alloc::collections::btree_set;
use core::slice;

/// How many are kept in place. Most nodes have one cable on each side; one more fades while something is put in between.
const FEW: usize = 4;

/// Cables in the order of their ids.
///
/// Few of them need no memory of their own, which in a large graph would lie in another page than what they belong to.
#[derive(Clone, Debug)]
pub(crate) enum Cables {
    Few { count: u8, ids: [CableId; FEW] },
    Many(BTreeSet<CableId>),
}

impl Default for Cables {
    fn default() -> Self {
        Cables::Few { count: 0, ids: [CableId(0); FEW] }
    }
}

impl Cables {
    pub fn insert(&mut self, id: CableId) {
        let all = match self {
            Cables::Many(all) => {
                all.insert(id);
                return;
            }
            Cables::Few { count, ids } => {
                let there = usize::from(*count);
                let Err(place) = ids.get(..there).unwrap_or(&[]).binary_search(&id) else { return };
                if there < FEW {
                    ids.copy_within(place..there, place + 1);
                    ids[place] = id;
                    *count += 1;
                    return;
                }
                ids.iter().copied().chain([id]).collect()
            }
        };
        *self = Cables::Many(all);
    }

    pub fn remove(&mut self, id: CableId) {
        match self {
            Cables::Few { count, ids } => {
                let there = usize::from(*count);
                if let Ok(place) = ids.get(..there).unwrap_or(&[]).binary_search(&id) {
                    ids.copy_within(place + 1..there, place);
                    *count -= 1;
                }
            }
            Cables::Many(all) => {
                all.remove(&id);
                // Half as many before they come back into place, so that one cable laid again and again does not move them all.
                if all.len() <= FEW / 2 {
                    let few = core::mem::take(all);
                    *self = Cables::default();
                    few.into_iter().for_each(|id| self.insert(id));
                }
            }
        }
    }

    pub fn len(&self) -> usize {
        match self {
            Cables::Few { count, .. } => usize::from(*count),
            Cables::Many(all) => all.len(),
        }
    }

    /// All, oldest first.
    pub fn iter(&self) -> Iter<'_> {
        match self {
            Cables::Few { count, ids } => Iter::Few(ids.get(..usize::from(*count)).unwrap_or(&[]).iter()),
            Cables::Many(all) => Iter::Many(all.iter()),
        }
    }
}

impl<'a> IntoIterator for &'a Cables {
    type Item = &'a CableId;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// See [`Cables::iter`].
pub(crate) enum Iter<'a> {
    Few(slice::Iter<'a, CableId>),
    Many(btree_set::Iter<'a, CableId>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a CableId;

    fn next(&mut self) -> Option<&'a CableId> {
        match self {
            Iter::Few(few) => few.next(),
            Iter::Many(many) => many.next(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Iter::Few(few) => few.next_back(),
            Iter::Many(many) => many.next_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    proptest! {
        /// Whatever comes and goes, they are those of a plain set, in its order.
        #[test]
        fn they_are_a_set(steps in prop::collection::vec((any::<bool>(), 0..12u64), 0..200)) {
            let (mut cables, mut plain) = (Cables::default(), BTreeSet::new());
            for (comes, id) in steps {
                let id = CableId(id);
                if comes {
                    cables.insert(id);
                    plain.insert(id);
                } else {
                    cables.remove(id);
                    plain.remove(&id);
                }
                prop_assert!(cables.iter().eq(plain.iter()) && cables.iter().rev().eq(plain.iter().rev()));
                prop_assert_eq!(cables.len(), plain.len());
            }
            prop_assert_eq!(cables.iter().collect::<Vec<_>>(), plain.iter().collect::<Vec<_>>());
        }
    }
}

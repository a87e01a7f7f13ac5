//! The cables into a node: a list that may be long, and shares what is alike with its copies.

use super::{Cable, Source};
use crate::layers::Layers;
use crate::listing::{Names, Place};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::ops::{Index, IndexMut};
use std::sync::Arc;

/// Beyond so many cables, those of one source are looked up and not looked for.
const FEW: usize = 16;

/// The cables into a node, in the order of the document.
///
/// A copy costs the same however many there are. What is found by its source or its place costs O(log n); what is found by its
/// number is counted off.
#[derive(Clone, Default)]
pub struct Cables {
    list: Layers<Place, Held>,
    /// The places by the label where they start, if there are many.
    by_source: Option<Names>,
}

#[derive(Clone)]
struct Held(Arc<Cable>);

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Cables {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Cable> + ExactSizeIterator {
        self.list.iter().map(|(_, held)| &*held.0)
    }

    /// All with their places.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = (Place, &Cable)> {
        self.list.iter().map(|(place, held)| (*place, &*held.0))
    }

    /// The first.
    pub fn first(&self) -> Option<&Cable> {
        self.list.first().map(|(_, held)| &*held.0)
    }

    /// The cable at a place.
    pub fn at(&self, place: Place) -> Option<&Cable> {
        self.list.get(&place).map(|held| &*held.0)
    }

    /// The cable before a place.
    pub fn before(&self, place: Place) -> Option<&Cable> {
        self.list.before(&place).map(|(_, held)| &*held.0)
    }

    /// The cables that start at the node of a label.
    pub fn from_node<'a>(&'a self, label: &'a str) -> impl Iterator<Item = (Place, &'a Cable)> {
        let few = match self.by_source {
            None if !self.is_empty() => Some(Box::new(self.places())),
            _ => None,
        };
        let places = self.by_source.as_ref().map(|by_source| by_source.places(label));
        let theirs = places.into_iter().flatten().filter_map(move |place| Some((place, self.at(place)?)));
        few.into_iter().flatten().chain(theirs).filter(move |(_, cable)| cable.from.node == label)
    }

    /// The place of the first cable from a source to a port.
    pub fn find(&self, from: &Source, port: &str) -> Option<Place> {
        self.from_node(&from.node)
            .find(|(_, c)| c.from.port == from.port && c.port == port)
            .map(|(place, _)| place)
    }

    /// What the two do not share: the old and the new cable at each place.
    pub fn changes<'a>(
        &'a self,
        new: &'a Cables,
    ) -> impl Iterator<Item = (Place, Option<&'a Cable>, Option<&'a Cable>)> {
        let changes = self.list.changes(&new.list);
        changes.map(|(place, old, new)| (place, old.map(|held| &*held.0), new.map(|held| &*held.0)))
    }

    /// Puts one in at the end.
    pub fn push(&mut self, cable: Cable) {
        let last = |list: &Layers<Place, Held>| Place::after(list.last().map(|(place, _)| *place));
        if last(&self.list).is_none() {
            self.number_anew();
        }
        let place = last(&self.list).unwrap_or(Place::LAST);
        self.set(place, cable);
    }

    /// Puts one in at a place that is free, or instead of the one that is there.
    pub fn set(&mut self, place: Place, cable: Cable) {
        let cable = Arc::new(cable);
        let before = self.list.insert(place, Held(cable.clone()));
        if let Some(by_source) = &mut self.by_source {
            if let Some(held) = before {
                by_source.remove(&held.0.from.node, place);
            }
            by_source.insert(&cable.from.node, place);
        } else if self.list.len() > FEW {
            let mut by_source = Names::default();
            self.places().for_each(|(place, cable)| by_source.insert(&cable.from.node, place));
            self.by_source = Some(by_source);
        }
    }

    /// Puts one in behind the one at a place, or before all.
    pub fn insert_after(&mut self, before: Option<Place>, cable: Cable) {
        let least = before.unwrap_or(Place::FIRST);
        match self.next(before).map(|next| Place::between(least, next)) {
            None => self.push(cable),
            Some(Some(place)) => self.set(place, cable),
            // No place is left between the two.
            Some(None) => {
                let index = self.list.range(..=least).count();
                self.insert(index, cable);
            }
        }
    }

    fn next(&self, before: Option<Place>) -> Option<Place> {
        match before {
            None => self.list.first().map(|(place, _)| *place),
            Some(before) => {
                let behind = (std::ops::Bound::Excluded(before), std::ops::Bound::Unbounded);
                self.list.range(behind).next().map(|(place, _)| *place)
            }
        }
    }

    /// Takes out the one at a place.
    pub fn take(&mut self, place: Place) -> Option<Cable> {
        let held = self.list.remove(&place)?;
        if let Some(by_source) = &mut self.by_source {
            by_source.remove(&held.0.from.node, place);
        }
        Some(Arc::unwrap_or_clone(held.0))
    }

    /// Takes out all that start at the node of a label; whether there were any.
    pub fn cut(&mut self, label: &str) -> bool {
        let places: Vec<Place> = self.from_node(label).map(|(place, _)| place).collect();
        places.iter().for_each(|place| drop(self.take(*place)));
        !places.is_empty()
    }

    /// Puts one in so far from the beginning.
    pub fn insert(&mut self, index: usize, cable: Cable) {
        let mut all: Vec<Cable> = std::mem::take(self).into_iter().collect();
        all.insert(index.min(all.len()), cable);
        self.extend(all);
    }

    /// Takes out the one so far from the beginning.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn remove(&mut self, index: usize) -> Cable {
        let place = self.place(index);
        self.take(place).unwrap_or_else(|| unreachable!("the place is there"))
    }

    /// Keeps those that are to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&Cable) -> bool) {
        let gone: Vec<Place> =
            self.places().filter(|(_, cable)| !keep(cable)).map(|(place, _)| place).collect();
        gone.iter().for_each(|place| drop(self.take(*place)));
    }

    /// Changes all, one after the other.
    pub fn each_mut(&mut self, mut change: impl FnMut(&mut Cable)) {
        let mut all: Vec<Cable> = std::mem::take(self).into_iter().collect();
        all.iter_mut().for_each(&mut change);
        self.extend(all);
    }

    /// Puts all into the order of their keys.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl FnMut(&Cable) -> K) {
        let mut all: Vec<Cable> = std::mem::take(self).into_iter().collect();
        all.sort_by_key(key);
        self.extend(all);
    }

    /// Lets two change their numbers.
    ///
    /// # Panics
    /// If there are not so many.
    pub fn swap(&mut self, a: usize, b: usize) {
        let (first, second) = (self[a].clone(), self[b].clone());
        let (a, b) = (self.place(a), self.place(b));
        self.set(a, second);
        self.set(b, first);
    }

    fn place(&self, index: usize) -> Place {
        let found = self.list.iter().nth(index).map(|(place, _)| *place);
        found.unwrap_or_else(|| panic!("there are {} cables, and none at {index}", self.len()))
    }

    /// See [`Layers::tidy`].
    pub(crate) fn tidy(&mut self) {
        self.list.tidy();
        self.by_source.iter_mut().for_each(Names::tidy);
    }

    fn number_anew(&mut self) {
        let all: Vec<Cable> = std::mem::take(self).into_iter().collect();
        self.extend(all);
    }
}

impl PartialEq for Cables {
    /// The order counts.
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && (self.list.is(&other.list) || self.iter().zip(other.iter()).all(|(a, b)| a == b))
    }
}

impl fmt::Debug for Cables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Index<usize> for Cables {
    type Output = Cable;

    /// # Panics
    /// If there are not so many.
    fn index(&self, index: usize) -> &Cable {
        let place = self.place(index);
        self.at(place).unwrap_or_else(|| unreachable!("the place is there"))
    }
}

impl IndexMut<usize> for Cables {
    fn index_mut(&mut self, index: usize) -> &mut Cable {
        let place = self.place(index);
        // Where it starts may be changed.
        self.by_source = None;
        let held = self.list.get_mut(&place).unwrap_or_else(|| unreachable!("the place is there"));
        Arc::make_mut(&mut held.0)
    }
}

impl FromIterator<Cable> for Cables {
    fn from_iter<I: IntoIterator<Item = Cable>>(all: I) -> Self {
        let mut cables = Cables::new();
        cables.extend(all);
        cables
    }
}

impl Extend<Cable> for Cables {
    fn extend<I: IntoIterator<Item = Cable>>(&mut self, all: I) {
        all.into_iter().for_each(|cable| self.push(cable));
    }
}

impl IntoIterator for Cables {
    type Item = Cable;
    type IntoIter = std::vec::IntoIter<Cable>;

    fn into_iter(self) -> Self::IntoIter {
        let held: Vec<Held> = self.list.iter().map(|(_, held)| held.clone()).collect();
        drop(self);
        held.into_iter().map(|held| Arc::unwrap_or_clone(held.0)).collect::<Vec<_>>().into_iter()
    }
}

impl<'a> IntoIterator for &'a Cables {
    type Item = &'a Cable;
    type IntoIter = Box<dyn DoubleEndedIterator<Item = &'a Cable> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl Serialize for Cables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Cables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::<Cable>::deserialize(deserializer).map(|all| all.into_iter().collect())
    }
}

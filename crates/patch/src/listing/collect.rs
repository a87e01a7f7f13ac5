//! Listings as the collections of the standard library are: made of pairs, gone through, looked into by name, read and written.

use super::{Listing, Place};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

impl<T: Clone> Listing<T> {
    /// Puts something in so far from the beginning, or gives it another value and takes it there.
    pub fn shift_insert(&mut self, index: usize, name: String, one: T) -> Option<T> {
        let before = self.shift_remove(&name);
        self.insert_at(index, name, one);
        before
    }

    fn insert_at(&mut self, index: usize, name: String, one: T) {
        let around = |listing: &Self| {
            let next = listing.places().nth(index).map(|(place, _, _)| place)?;
            let before =
                index.checked_sub(1).and_then(|i| listing.places().nth(i)).map(|(place, _, _)| place);
            Some(Place::between(before.unwrap_or(Place::FIRST), next))
        };
        match around(self) {
            None => drop(self.insert(name, one)),
            Some(Some(place)) => self.put_at(place, name, one),
            Some(None) => {
                self.number_anew();
                if let Some(Some(place)) = around(self) {
                    self.put_at(place, name, one);
                }
            }
        }
    }

    /// Takes what stands so far from the beginning to another number.
    pub fn move_index(&mut self, from: usize, to: usize) {
        if let Some((name, one)) = self.shift_remove_index(from) {
            self.insert_at(to, name, one);
        }
    }

    /// Takes out what stands so far from the beginning.
    pub fn shift_remove_index(&mut self, index: usize) -> Option<(String, T)> {
        let name = self.get_index(index)?.0.clone();
        self.shift_remove(&name).map(|one| (name, one))
    }

    /// What stands so far from the beginning, to change it.
    pub fn get_index_mut(&mut self, index: usize) -> Option<(&String, &mut T)> {
        let place = self.places().nth(index)?.0;
        let held = self.entries.get_mut(&place)?;
        let (name, one) = std::sync::Arc::make_mut(&mut held.0);
        Some((name, one))
    }

    /// Keeps those that are to be kept.
    pub fn retain(&mut self, mut keep: impl FnMut(&String, &T) -> bool) {
        let gone: Vec<String> =
            self.iter().filter(|(name, one)| !keep(name, one)).map(|(name, _)| name.clone()).collect();
        gone.iter().for_each(|name| drop(self.shift_remove(name)));
    }

    /// Changes all, one after the other. Nothing is shared with a copy then.
    pub fn each_mut(&mut self, mut change: impl FnMut(&str, &mut T)) {
        let places: Vec<Place> = self.entries.iter().map(|(place, _)| *place).collect();
        for place in places {
            if let Some(held) = self.entries.get_mut(&place) {
                let (name, one) = std::sync::Arc::make_mut(&mut held.0);
                change(name, one);
            }
        }
    }
}

impl<T: Clone> FromIterator<(String, T)> for Listing<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        let mut listing = Listing::new();
        listing.extend(all);
        listing
    }
}

impl<T: Clone, const N: usize> From<[(String, T); N]> for Listing<T> {
    fn from(all: [(String, T); N]) -> Self {
        all.into_iter().collect()
    }
}

impl<T: Clone> Extend<(String, T)> for Listing<T> {
    fn extend<I: IntoIterator<Item = (String, T)>>(&mut self, all: I) {
        all.into_iter().for_each(|(name, one)| drop(self.insert(name, one)));
    }
}

impl<T: Clone> IntoIterator for Listing<T> {
    type Item = (String, T);
    type IntoIter = std::vec::IntoIter<(String, T)>;

    fn into_iter(self) -> Self::IntoIter {
        let held: Vec<super::Held<T>> = self.entries.iter().map(|(_, held)| held.clone()).collect();
        drop(self);
        let pairs = held.into_iter().map(|held| std::sync::Arc::unwrap_or_clone(held.0));
        pairs.collect::<Vec<_>>().into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Listing<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        Iter(self.entries.iter())
    }
}

/// All things of a [`Listing`] with their names, in their order.
pub struct Iter<'a, T>(crate::layers::All<'a, Place, super::Held<T>>);

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = (&'a String, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, held)| held.pair())
    }
}

impl<T> Index<&str> for Listing<T> {
    type Output = T;

    /// # Panics
    /// If nothing goes by that name.
    fn index(&self, name: &str) -> &T {
        self.get(name).unwrap_or_else(|| panic!("nothing goes by the name `{name}`"))
    }
}

impl<T: Clone> IndexMut<&str> for Listing<T> {
    fn index_mut(&mut self, name: &str) -> &mut T {
        self.get_mut(name).unwrap_or_else(|| panic!("nothing goes by the name `{name}`"))
    }
}

impl<T: Serialize> Serialize for Listing<T> {
    /// As a map.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de, T: Deserialize<'de> + Clone> Deserialize<'de> for Listing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Map(PhantomData))
    }
}

struct Map<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Clone> Visitor<'de> for Map<T> {
    type Value = Listing<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listing<T>, A::Error> {
        let mut listing = Listing::new();
        while let Some((name, one)) = map.next_entry()? {
            listing.insert(name, one);
        }
        Ok(listing)
    }
}

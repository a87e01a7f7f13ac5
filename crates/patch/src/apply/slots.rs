//! Things by name that can be taken out and put in anywhere, at a cost that does not grow with their number.

use indexmap::IndexMap;
use std::collections::HashMap;

/// Things by name, in an order that is settled at the end.
pub(super) struct Slots<T> {
    /// Nothing where one was taken out, so that taking out many does not move the rest each time. What was put in is at the end.
    slots: IndexMap<String, Option<T>>,
    /// The places, in the final order, of what was put in.
    places: HashMap<String, usize>,
    /// The final order, if it is another.
    order: Option<Vec<String>>,
}

impl<T> FromIterator<(String, T)> for Slots<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        let slots = all.into_iter().map(|(name, one)| (name, Some(one))).collect();
        Slots { slots, places: HashMap::new(), order: None }
    }
}

impl<T> Slots<T> {
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.slots.get_mut(name)?.as_mut()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.slots.get(name).is_some_and(Option::is_some)
    }

    /// Puts one in at a place of the final order; nothing if the name is taken.
    pub fn add(&mut self, name: String, one: T, place: usize) -> Option<()> {
        if self.contains(&name) {
            return None;
        }
        self.places.insert(name.clone(), place);
        self.slots.insert(name, Some(one));
        Some(())
    }

    pub fn remove(&mut self, name: &str) -> Option<T> {
        self.places.remove(name);
        self.slots.get_mut(name)?.take()
    }

    pub fn order(&mut self, names: &[String]) {
        self.order = Some(names.to_vec());
    }

    /// All in their final order.
    pub fn into_iter(self) -> impl Iterator<Item = (String, T)> {
        let (mut kept, mut added) = (Vec::new(), Vec::new());
        for (name, one) in self.slots {
            let Some(one) = one else { continue };
            match self.places.get(&name) {
                Some(place) => added.push((*place, (name, one))),
                None => kept.push((name, one)),
            }
        }
        added.sort_by_key(|(place, _)| *place);
        let mut all = Vec::with_capacity(kept.len() + added.len());
        let mut kept = kept.into_iter();
        for (place, one) in added {
            all.extend(kept.by_ref().take(place.saturating_sub(all.len())));
            all.push(one);
        }
        all.extend(kept);
        if let Some(order) = self.order {
            let places: HashMap<String, usize> = order.into_iter().enumerate().map(|(i, n)| (n, i)).collect();
            all.sort_by_key(|(name, _)| places.get(name).copied().unwrap_or(usize::MAX));
        }
        all.into_iter()
    }
}

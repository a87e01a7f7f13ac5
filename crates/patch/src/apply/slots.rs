//! Things by name that can be taken out and put in anywhere, at a cost that does not grow with their number.

use indexmap::IndexMap;
use std::collections::{HashMap, HashSet};

/// Things by name, in an order that is settled at the end.
pub(super) struct Slots<T> {
    /// Nothing where one was taken out, so that taking out many does not move the rest each time. What was put in is at the end.
    slots: IndexMap<String, Option<T>>,
    /// What each that was put in stands behind, in the order of putting in.
    added: IndexMap<String, Option<String>>,
    /// The final order, if it is another.
    order: Option<Vec<String>>,
}

impl<T> FromIterator<(String, T)> for Slots<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(all: I) -> Self {
        let slots = all.into_iter().map(|(name, one)| (name, Some(one))).collect();
        Slots { slots, added: IndexMap::new(), order: None }
    }
}

impl<T> Slots<T> {
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.slots.get_mut(name)?.as_mut()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.slots.get(name).is_some_and(Option::is_some)
    }

    /// Puts one in behind another, or at the beginning; nothing if the name is taken.
    pub fn add(&mut self, name: String, one: T, after: Option<&String>) -> Option<()> {
        if self.contains(&name) {
            return None;
        }
        self.added.insert(name.clone(), after.cloned());
        self.slots.insert(name, Some(one));
        Some(())
    }

    pub fn remove(&mut self, name: &str) -> Option<T> {
        self.added.shift_remove(name);
        self.slots.get_mut(name)?.take()
    }

    pub fn order(&mut self, names: &[String]) {
        self.order = Some(names.to_vec());
    }

    /// All in their final order.
    pub fn into_iter(self) -> impl Iterator<Item = (String, T)> {
        let Slots { mut slots, added, order } = self;
        // What stands directly behind what, the last one put in nearest to it; what has nothing to stand behind goes to the end.
        let mut behind: HashMap<Option<&str>, Vec<&str>> = HashMap::new();
        for (name, after) in &added {
            behind.entry(after.as_deref()).or_default().push(name);
        }
        let kept: Vec<String> = slots.keys().filter(|name| !added.contains_key(*name)).cloned().collect();
        let mut names: Vec<&str> = Vec::with_capacity(slots.len());
        let mut open: Vec<&str> = behind.remove(&None).unwrap_or_default();
        let mut kept = kept.iter().map(String::as_str);
        while let Some(name) = open.pop().or_else(|| kept.next()) {
            names.push(name);
            open.extend(behind.remove(&Some(name)).unwrap_or_default());
        }
        let lost: HashSet<&str> = behind.into_values().flatten().collect();
        names.extend(added.keys().map(String::as_str).filter(|name| lost.contains(name)));
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        if let Some(order) = order {
            let places: HashMap<String, usize> = order.into_iter().enumerate().map(|(i, n)| (n, i)).collect();
            names.sort_by_key(|name| places.get(name).copied().unwrap_or(usize::MAX));
        }
        names
            .into_iter()
            .filter_map(move |name| slots.get_mut(&name)?.take().map(|one| (name, one)))
            .collect::<Vec<_>>()
            .into_iter()
    }
}

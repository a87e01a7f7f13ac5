//! Which nodes of a body stand where in the graph, by their ids?

use crate::place::Place;
use crate::stage::Table;
use std::sync::Arc;

/// Of so few nodes, one is looked for: most bodies have some, and a table for each would lie elsewhere in memory.
const FEW: usize = 16;

/// What a node goes by: its id, and its label if that is another.
#[derive(Debug, PartialEq)]
pub(crate) struct Called {
    pub id: String,
    other: Option<String>,
}

impl Called {
    pub fn new(id: &str, label: &str) -> Arc<Self> {
        Arc::new(Called { id: id.into(), other: (label != id).then(|| label.into()) })
    }

    pub fn label(&self) -> &str {
        self.other.as_deref().unwrap_or(&self.id)
    }
}

/// The places of nodes, each with a number that stays while others come and go.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    list: Vec<Option<Place>>,
    free: Vec<u32>,
    /// The numbers by id, once there are many.
    numbers: Option<Table<String, u32>>,
}

impl Roster {
    pub fn with_capacity(count: usize) -> Self {
        Roster { list: Vec::with_capacity(count), ..Roster::default() }
    }

    pub fn number(&self, id: &str) -> Option<u32> {
        match &self.numbers {
            Some(numbers) => numbers.get(id).copied(),
            None => {
                let is_it = |place: &Option<Place>| place.as_ref().is_some_and(|place| place.called.id == id);
                self.list.iter().position(is_it).map(|number| number as u32)
            }
        }
    }

    pub fn get(&self, id: &str) -> Option<&Place> {
        self.at(self.number(id)?)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Place> {
        let number = self.number(id)?;
        self.at_mut(number)
    }

    pub fn at(&self, number: u32) -> Option<&Place> {
        self.list.get(number as usize)?.as_ref()
    }

    pub fn at_mut(&mut self, number: u32) -> Option<&mut Place> {
        self.list.get_mut(number as usize)?.as_mut()
    }

    /// Takes in a place whose id is free; gives its number.
    pub fn insert(&mut self, place: Place) -> u32 {
        let number = match self.free.pop() {
            Some(number) => number,
            None => {
                self.list.push(None);
                self.list.len() as u32 - 1
            }
        };
        if self.numbers.is_none() && self.list.len() > FEW {
            let there = self.places().map(|(number, place)| (place.called.id.clone(), number));
            self.numbers = Some(there.collect());
        }
        if let Some(numbers) = &mut self.numbers {
            numbers.insert(place.called.id.clone(), number);
        }
        if let Some(there) = self.list.get_mut(number as usize) {
            *there = Some(place);
        }
        number
    }

    pub fn remove(&mut self, id: &str) -> Option<Place> {
        let number = self.number(id)?;
        if let Some(numbers) = &mut self.numbers {
            numbers.remove(id);
        }
        self.free.push(number);
        self.list.get_mut(number as usize)?.take()
    }

    /// All, with their numbers.
    pub fn places(&self) -> impl Iterator<Item = (u32, &Place)> {
        (0..).zip(&self.list).filter_map(|(number, place)| Some((number, place.as_ref()?)))
    }

    /// The same, to change.
    pub fn places_mut(&mut self) -> impl Iterator<Item = (u32, &mut Place)> {
        (0..).zip(&mut self.list).filter_map(|(number, place)| Some((number, place.as_mut()?)))
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn into_places(self) -> impl Iterator<Item = Place> {
        self.list.into_iter().flatten()
    }
}

//! Which things go by which names, in which order? Copies share what is alike.

mod collect;
mod names;

pub use collect::Iter;
pub(crate) use names::Names;

pub(crate) use crate::hash::hash;
use crate::layers::Layers;
use std::fmt;
use std::sync::Arc;

/// Where something stands in a [`Listing`]: a number that grows from one to the next, and stays while others come and go.
///
/// Only where many are put in between the same two neighbours do all of a listing get new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(u64);

/// Places of what is put in at the end are so far apart: between two there is room for twenty more before all are numbered anew.
const STEP: u64 = 1 << 20;

/// What a place or a name leads to. Two are the same only if they share their memory.
struct Held<T>(Arc<(String, T)>);

/// Things by name, in the order in which they were put in.
///
/// A copy costs the same whatever is in it, and shares with its origin all that neither of them changes; so two that come from
/// each other are compared at a cost that goes with what [differs](Self::changes). Finding, putting in at the end, changing and
/// taking out cost O(log n). What is found by its number (`get_index`, `shift_insert` and the like) is counted off: O(n).
///
/// Two listings are equal if they have the same things by the same names, in any order.
pub struct Listing<T> {
    entries: Layers<Place, Held<T>>,
    names: Names,
}

/// Something that two listings do not share: what stands at a place in the one and in the other.
#[derive(Debug)]
pub struct Change<'a, T> {
    /// The place.
    pub place: Place,
    /// What stood there before.
    pub old: Option<(&'a String, &'a T)>,
    /// What stands there now.
    pub new: Option<(&'a String, &'a T)>,
}

/// What stood at a place and what stands there, each with its name.
pub(crate) type SharedChange<'a, T> = (Place, Option<&'a Arc<(String, T)>>, Option<&'a Arc<(String, T)>>);

/// The places that are noted for a name, and perhaps for others of its hash.
pub(crate) fn places_of<'a>(
    noted: &'a Layers<(u64, Place), ()>,
    name: &str,
) -> impl Iterator<Item = Place> + use<'a> {
    names::mentioned(noted, hash(name)).into_iter().flatten().map(|((_, place), ())| *place)
}

impl Place {
    /// The lowest that there can be.
    pub(crate) const FIRST: Place = Place(0);
    /// The highest.
    pub(crate) const LAST: Place = Place(u64::MAX);

    /// The place behind all of these.
    pub(crate) fn after(last: Option<Place>) -> Option<Place> {
        last.map_or(0, |place| place.0).checked_add(STEP).map(Place)
    }

    /// The place in the middle of two, if there is one.
    pub(crate) fn between(before: Place, next: Place) -> Option<Place> {
        let middle = before.0 + (next.0.saturating_sub(before.0)) / 2;
        (middle > before.0).then_some(Place(middle))
    }

    /// The places of so many things in a row.
    pub(crate) fn row() -> impl Iterator<Item = Place> {
        (1u64..).map(|number| Place(number.saturating_mul(STEP)))
    }
}

impl<T> Listing<T> {
    /// Nothing.
    pub fn new() -> Self {
        Listing { entries: Layers::default(), names: Names::default() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The place of a name.
    pub fn place(&self, name: &str) -> Option<Place> {
        self.find(name).map(|(place, ..)| place)
    }

    /// The place of a name, the name itself and what goes by it.
    pub(crate) fn find(&self, name: &str) -> Option<(Place, &String, &T)> {
        let is_it = |place: Place| {
            let (other, one) = self.at(place).filter(|(other, _)| *other == name)?;
            Some((place, other, one))
        };
        self.names.places(name).find_map(is_it)
    }

    /// What stands at a place, and its name.
    pub fn at(&self, place: Place) -> Option<(&String, &T)> {
        self.entries.get(&place).map(Held::pair)
    }

    /// What goes by a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.find(name).map(|(.., one)| one)
    }

    /// The same, with the name.
    pub fn get_key_value(&self, name: &str) -> Option<(&String, &T)> {
        self.find(name).map(|(_, name, one)| (name, one))
    }

    /// Whether something goes by a name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// All, with their names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &T)> + ExactSizeIterator {
        self.entries.iter().map(|(_, held)| held.pair())
    }

    /// All with their places.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = (Place, &String, &T)> {
        self.entries.iter().map(|(place, held)| (*place, &held.0.0, &held.0.1))
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> {
        self.iter().map(|(name, _)| name)
    }

    /// The things without their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.iter().map(|(_, one)| one)
    }

    /// All with their places, to be shared.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (Place, Arc<(String, T)>)> {
        self.entries.iter().map(|(place, held)| (*place, held.0.clone()))
    }

    /// What stands at a place, to be shared.
    pub(crate) fn shared_at(&self, place: Place) -> Option<&Arc<(String, T)>> {
        self.entries.get(&place).map(|held| &held.0)
    }

    /// The name of what stands before a place.
    pub fn before(&self, place: Place) -> Option<&String> {
        self.pair_before(place).map(|(name, _)| name)
    }

    /// What stands before a place, and its name.
    pub(crate) fn pair_before(&self, place: Place) -> Option<(&String, &T)> {
        self.entries.before(&place).map(|(_, held)| held.pair())
    }

    /// What stands so far from the beginning.
    pub fn get_index(&self, index: usize) -> Option<(&String, &T)> {
        self.iter().nth(index)
    }

    /// How far from the beginning something stands.
    pub fn get_index_of(&self, name: &str) -> Option<usize> {
        let place = self.place(name)?;
        Some(self.entries.range(..place).count())
    }

    /// What the two do not share, in the order of the places. A thing that was looked at to be changed, and was not, may be
    /// told as well.
    pub fn changes<'a>(&'a self, new: &'a Self) -> impl Iterator<Item = Change<'a, T>> {
        let changes = self.entries.changes(&new.entries);
        changes.map(|(place, old, new)| Change { place, old: old.map(Held::pair), new: new.map(Held::pair) })
    }

    /// The same, to be shared: what stood at each place and what stands there.
    pub(crate) fn changes_shared<'a>(&'a self, new: &'a Self) -> impl Iterator<Item = SharedChange<'a, T>> {
        self.entries
            .changes(&new.entries)
            .map(|(place, old, new)| (place, old.map(|h| &h.0), new.map(|h| &h.0)))
    }

    /// Puts something in at the end, or in the place of what had its name, which is given back.
    pub fn insert(&mut self, name: String, one: T) -> Option<T>
    where
        T: Clone,
    {
        match self.place(&name) {
            Some(place) => self.put(place, name, one).map(Held::into_inner),
            None => {
                self.insert_last(name, one);
                None
            }
        }
    }

    /// Puts something in at the end whose name is free.
    fn insert_last(&mut self, name: String, one: T) {
        let last = self.entries.last().map(|(place, _)| *place);
        let place = Place::after(last).unwrap_or_else(|| {
            self.number_anew();
            Place::after(self.entries.last().map(|(place, _)| *place)).unwrap_or(Place::LAST)
        });
        self.put(place, name, one);
    }

    /// Puts something at a place that is free or has something of the same name.
    pub(crate) fn put_at(&mut self, place: Place, name: String, one: T) {
        self.put(place, name, one);
    }

    /// Puts something in the place of what has the same name.
    pub(crate) fn replace_at(&mut self, place: Place, name: String, one: T) {
        self.entries.insert(place, Held(Arc::new((name, one))));
    }

    fn put(&mut self, place: Place, name: String, one: T) -> Option<Held<T>> {
        self.names.insert(&name, place);
        self.entries.insert(place, Held(Arc::new((name, one))))
    }

    /// What goes by a name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T>
    where
        T: Clone,
    {
        let place = self.place(name)?;
        self.at_mut(place)
    }

    /// What stands at a place, to change it.
    pub fn at_mut(&mut self, place: Place) -> Option<&mut T>
    where
        T: Clone,
    {
        self.entries.get_mut(&place).map(|held| &mut Arc::make_mut(&mut held.0).1)
    }

    /// Gives something another name, which is free, in the same place; whether it was there.
    pub fn rename(&mut self, from: &str, to: String) -> bool
    where
        T: Clone,
    {
        let Some(place) = self.place(from).filter(|_| !self.contains_key(&to)) else { return false };
        self.names.remove(from, place);
        self.names.insert(&to, place);
        if let Some(held) = self.entries.get_mut(&place) {
            Arc::make_mut(&mut held.0).0 = to;
        }
        true
    }

    /// Takes out what goes by a name; the others keep their order.
    pub fn shift_remove(&mut self, name: &str) -> Option<T>
    where
        T: Clone,
    {
        let place = self.place(name)?;
        self.take_at(place)
    }

    /// Takes out what stands at a place.
    pub(crate) fn take_at(&mut self, place: Place) -> Option<T>
    where
        T: Clone,
    {
        let held = self.entries.remove(&place)?;
        self.names.remove(&held.0.0, place);
        Some(held.into_inner())
    }

    /// See [`Layers::tidy`]: the places.
    pub(crate) fn tidy(&mut self) -> Vec<Place> {
        self.names.tidy();
        self.entries.tidy()
    }

    /// What stands at a place, to change it, if nobody shares it.
    pub(crate) fn own_at_mut(&mut self, place: Place) -> Option<&mut T> {
        let held = self.entries.get_mut(&place)?;
        Arc::get_mut(&mut held.0).map(|(_, one)| one)
    }

    /// Gives all new places, far from each other.
    fn number_anew(&mut self) {
        let all: Vec<Held<T>> = self.entries.iter().map(|(_, held)| held.clone()).collect();
        self.entries = Place::row().zip(all).collect();
        self.names = Names::default();
        for (place, held) in self.entries.iter() {
            self.names.insert(&held.0.0, *place);
        }
    }
}

impl<T> Held<T> {
    fn pair(&self) -> (&String, &T) {
        (&self.0.0, &self.0.1)
    }

    fn into_inner(self) -> T
    where
        T: Clone,
    {
        Arc::try_unwrap(self.0).map_or_else(|shared| shared.1.clone(), |(_, one)| one)
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Held(self.0.clone())
    }
}

impl<T> PartialEq for Held<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Clone for Listing<T> {
    fn clone(&self) -> Self {
        Listing { entries: self.entries.clone(), names: self.names.clone() }
    }
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for Listing<T> {
    fn eq(&self, other: &Self) -> bool {
        let kept = |change: Change<'_, T>| change.old.is_none_or(|(name, one)| other.get(name) == Some(one));
        self.len() == other.len() && self.changes(other).all(kept)
    }
}

impl<T: fmt::Debug> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

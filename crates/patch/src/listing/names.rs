//! Which places go by a name? Names are kept as hashes, and mostly only one has a hash.

use super::{Place, hash};
use crate::layers::{Entries, Layers};

/// Places by the hashes of names, in their order. Whoever asks tells two names of one hash apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// The first place of each hash: found without going through a range.
    first: Layers<u64, Place>,
    /// The others, if a hash has several.
    more: Layers<(u64, Place), ()>,
}

impl Names {
    pub fn insert(&mut self, name: &str, place: Place) {
        let hash = hash(name);
        match self.first.get(&hash).copied() {
            Some(there) if there < place => {
                self.more.insert((hash, place), ());
            }
            Some(there) if there == place => {}
            there => {
                self.first.insert(hash, place);
                if let Some(there) = there {
                    self.more.insert((hash, there), ());
                }
            }
        }
    }

    pub fn remove(&mut self, name: &str, place: Place) {
        let hash = hash(name);
        if self.first.get(&hash) != Some(&place) {
            if !self.more.is_empty() {
                self.more.remove(&(hash, place));
            }
            return;
        }
        let other = self.others(hash).and_then(|mut others| others.next()).map(|((_, place), ())| *place);
        match other {
            Some(other) => {
                self.more.remove(&(hash, other));
                self.first.insert(hash, other);
            }
            None => drop(self.first.remove(&hash)),
        }
    }

    /// The places of a name, and of others that have its hash.
    pub fn places(&self, name: &str) -> Places<'_> {
        let hash = hash(name);
        Places { first: self.first.get(&hash).copied(), others: self.others(hash) }
    }

    pub fn tidy(&mut self) {
        self.first.tidy();
        self.more.tidy();
    }

    fn others(&self, hash: u64) -> Option<Box<Mentioned<'_>>> {
        mentioned(&self.more, hash)
    }
}

/// Places by the hash of a name. Mostly there is one, so that what tells of others lies elsewhere.
pub(crate) struct Places<'a> {
    first: Option<Place>,
    others: Option<Box<Mentioned<'a>>>,
}

/// Entries of one hash.
pub(crate) type Mentioned<'a> = Entries<'a, (u64, Place), ()>;

/// What is noted by a hash; nothing if nothing is noted at all.
pub(super) fn mentioned(noted: &Layers<(u64, Place), ()>, hash: u64) -> Option<Box<Mentioned<'_>>> {
    (!noted.is_empty()).then(|| Box::new(noted.range((hash, Place::FIRST)..=(hash, Place::LAST))))
}

impl Iterator for Places<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let others = &mut self.others;
        self.first.take().or_else(|| others.as_mut()?.next().map(|((_, place), ())| *place))
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, Place};

    #[test]
    fn several_places_of_one_name() {
        let mut names = Names::default();
        let all = |names: &Names| names.places("a").collect::<Vec<_>>();
        for place in [3, 1, 2, 1] {
            names.insert("a", Place(place));
        }
        assert_eq!(all(&names), [Place(1), Place(2), Place(3)]);
        names.remove("a", Place(3));
        names.remove("a", Place(7));
        assert_eq!(all(&names), [Place(1), Place(2)]);
        names.remove("a", Place(2));
        names.remove("a", Place(1));
        assert_eq!((all(&names), names.places("b").count()), (vec![], 0));
    }
}

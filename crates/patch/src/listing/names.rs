//! Which places go by a name? Names are kept as hashes, and mostly only one has a hash.

use super::{Place, hash};
use crate::layers::Layers;

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
        let other = self.others(hash).next();
        match other {
            Some(other) => {
                self.more.remove(&(hash, other));
                self.first.insert(hash, other);
            }
            None => drop(self.first.remove(&hash)),
        }
    }

    /// The places of a name, and of others that have its hash.
    pub fn places(&self, name: &str) -> impl Iterator<Item = Place> + use<'_> {
        let hash = hash(name);
        self.first.get(&hash).copied().into_iter().chain(self.others(hash))
    }

    pub fn tidy(&mut self) {
        self.first.tidy();
        self.more.tidy();
    }

    fn others(&self, hash: u64) -> impl Iterator<Item = Place> + use<'_> {
        let range =
            (!self.more.is_empty()).then(|| self.more.range((hash, Place::FIRST)..=(hash, Place::LAST)));
        range.into_iter().flatten().map(|((_, place), ())| *place)
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

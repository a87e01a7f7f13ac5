//! Which devices are there, and what has changed since they were last counted?

use super::{Change, Direction, Offer};

/// The devices that are there at some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Roll {
    /// Each with how often it has come so far, so that one that went and returned between two looks is noticed.
    pub present: Vec<(Offer, u64)>,
}

impl Roll {
    /// What has changed from another time to this one: what went, what came, then defaults.
    pub fn since(&self, before: &Roll) -> Vec<Change> {
        let mut changes = Vec::new();
        for (old, times) in &before.present {
            if self.find(&old.id).is_none_or(|(_, now)| now != times) {
                changes.push(Change::Gone { id: old.id.clone() });
            }
        }
        for (offer, times) in &self.present {
            let same = |(old, before): &(Offer, u64)| before == times && plain(old) == plain(offer);
            if !before.find(&offer.id).is_some_and(same) {
                changes.push(Change::Appeared { offer: offer.clone() });
            }
        }
        for direction in [Direction::Play, Direction::Record] {
            if let Some(id) = self.default(direction).filter(|id| before.default(direction) != Some(*id)) {
                changes.push(Change::DefaultChanged { id: id.into(), direction });
            }
        }
        changes
    }

    fn find(&self, id: &str) -> Option<&(Offer, u64)> {
        self.present.iter().find(|(offer, _)| offer.id == id)
    }

    fn default(&self, direction: Direction) -> Option<&str> {
        let is_default = |offer: &Offer| match direction {
            Direction::Play => offer.default,
            Direction::Record => offer.default_input,
        };
        self.present.iter().find(|(offer, _)| is_default(offer)).map(|(offer, _)| offer.id.as_str())
    }
}

/// The offer, whether or not it is the default.
fn plain(offer: &Offer) -> Offer {
    Offer { default: false, default_input: false, ..offer.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(id: &str, default: bool) -> Offer {
        Offer {
            id: id.into(),
            name: id.into(),
            default,
            default_input: false,
            inputs: 0,
            outputs: 2,
            rate: 48_000,
            block: 512,
        }
    }

    fn roll(present: &[(&Offer, u64)]) -> Roll {
        Roll { present: present.iter().map(|(offer, times)| ((*offer).clone(), *times)).collect() }
    }

    #[test]
    fn what_went_what_came_and_what_is_the_default() {
        let (a, b, c) = (offer("a", true), offer("b", false), offer("c", false));
        let before = roll(&[(&a, 1), (&b, 1)]);
        assert_eq!(before.since(&before), []);
        let default = offer("b", true);
        let gone = |id: &str| Change::Gone { id: id.into() };
        let came = |offer: &Offer| Change::Appeared { offer: offer.clone() };
        let new = Change::DefaultChanged { id: "b".into(), direction: Direction::Play };
        assert_eq!(roll(&[(&default, 1), (&c, 1)]).since(&before), [gone("a"), came(&c), new.clone()]);
        assert_eq!(roll(&[(&a, 1), (&b, 2)]).since(&before), [gone("b"), came(&b)]);
        let faster = Offer { rate: 96_000, ..a.clone() };
        assert_eq!(roll(&[(&faster, 1), (&b, 1)]).since(&before), [came(&faster)]);
        assert_eq!(roll(&[]).since(&before), [gone("a"), gone("b")]);
        let a_no_more = offer("a", false);
        assert_eq!(roll(&[(&a_no_more, 1), (&default, 1)]).since(&before), [new]);
    }
}

//! The parts that are others, and those that have such inside.

use super::{Step, changed};
use crate::check;
use crate::limits::{MAX_PARTS, MAX_UNFOLDED};
use crate::listing::Place;
use crate::places::Places;
use sostenuto_graph::MAX_DEPTH;
use std::collections::{BTreeMap, BTreeSet};

/// How far a part has come that is to be settled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waits,
    Begun,
    Done,
}

impl Step<'_> {
    /// Settles the parts that are others. The names of all that are not what they were, those that are gone included.
    pub(super) fn parts(&mut self) -> Option<BTreeSet<String>> {
        let (old, new) = (&self.old.said.parts, &self.said.parts);
        let mut names = BTreeSet::new();
        for (place, was, is) in changed(old, new)? {
            if let Some((name, part)) = was.map(|was| &**was) {
                self.next.links.uses(part, place, false);
                self.next.catalogue.parts_mut().take_at(place);
                names.insert(name.clone());
            }
            if let Some((name, part)) = is.map(|is| &**is) {
                self.next.links.uses(part, place, true);
                names.insert(name.clone());
            }
        }
        if names.is_empty() {
            return Some(names);
        }
        // What has one of them inside is another, too.
        let mut open: Vec<String> = names.iter().cloned().collect();
        while let Some(kind) = open.pop() {
            for place in self.next.links.users(&kind) {
                if let Some((user, _)) = new.at(place).filter(|(user, _)| !names.contains(*user)) {
                    names.insert(user.clone());
                    open.push(user.clone());
                }
            }
        }
        let mut states: BTreeMap<Place, State> =
            names.iter().filter_map(|name| Some((new.place(name)?, State::Waits))).collect();
        for place in states.keys().copied().collect::<Vec<_>>() {
            self.settle_inside_first(place, &mut states)?;
        }
        (new.len() <= MAX_PARTS).then_some(names)
    }

    /// Settles a part and, before it, those that it has inside. Nothing if one is inside of itself.
    fn settle_inside_first(&mut self, root: Place, states: &mut BTreeMap<Place, State>) -> Option<()> {
        let mut open = vec![root];
        while let Some(place) = open.last().copied() {
            let state = states.get_mut(&place)?;
            let before =
                std::mem::replace(state, if *state == State::Waits { State::Begun } else { State::Done });
            if before == State::Waits {
                let parts = &self.said.parts;
                let (_, part) = parts.at(place)?;
                for inner in part.nodes.values().filter_map(|node| parts.place(&node.kind)) {
                    match states.get(&inner) {
                        Some(State::Waits) => open.push(inner),
                        Some(State::Begun) => return None,
                        Some(State::Done) | None => {}
                    }
                }
                continue;
            }
            open.pop();
            if before == State::Begun {
                self.settle_part(place)?;
            }
        }
        Some(())
    }

    fn settle_part(&mut self, place: Place) -> Option<()> {
        let said = self.said;
        let (name, part) = said.parts.at(place)?;
        let catalogue = &mut self.next.catalogue;
        catalogue.parts_mut().take_at(place);
        let mut good = true;
        check::parts::one(said, name, part, catalogue, &Places::default(), &mut |_, _, _, _, fault| {
            good &= fault.is_warning();
        });
        if !good {
            return None;
        }
        catalogue.define_at(place, name, part);
        let settled = catalogue.parts().at(place)?.1.part.as_ref()?;
        (settled.depth <= MAX_DEPTH && settled.size <= MAX_UNFOLDED as u64).then_some(())
    }
}

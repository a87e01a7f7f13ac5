//! The sequences of one patch beside those of another.

use super::nodes::who;
use crate::edit::{Edit, Who};
use crate::resolve::{Resolved, ResolvedSequence};
use std::collections::HashMap;

/// The edits of sequences.
pub(super) struct Sequences {
    pub gone: Vec<Edit>,
    pub changed: Vec<Edit>,
}

pub(super) fn compare(a: &Resolved, b: &Resolved) -> Sequences {
    let (old, new) = (&a.said.sequences, &b.said.sequences);
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    let gone = gone.map(|name| Edit::RemoveSequence { name: name.clone() }).collect();
    let (was, now) = (by_name(a), by_name(b));
    let mut changed = Vec::new();
    for (at, (name, sequence)) in new.iter().enumerate() {
        let Some(resolved) = now.get(name.as_str()) else { continue };
        let to = player(b, resolved);
        let (name, sequence) = (name.clone(), sequence.clone());
        let Some((before, said)) = was.get(name.as_str()).zip(old.get(&name)) else {
            changed.push(Edit::AddSequence { name, to, sequence, at });
            continue;
        };
        let moved = player(a, before).id != to.id;
        let said_differently =
            (said.length, said.looped, &said.steps) != (sequence.length, sequence.looped, &sequence.steps);
        if moved || said_differently {
            let same = !moved
                && (before.length, before.looped, &before.notes)
                    == (resolved.length, resolved.looped, &resolved.notes);
            changed.push(Edit::ChangeSequence { name, to, sequence, same });
        }
    }
    Sequences { gone, changed }
}

fn by_name(patch: &Resolved) -> HashMap<&str, &ResolvedSequence> {
    patch.sequences.iter().map(|s| (s.name.as_str(), s)).collect()
}

fn player(patch: &Resolved, sequence: &ResolvedSequence) -> Who {
    who(&patch.nodes[sequence.node])
}

//! The sequences of one patch beside those of another.

use super::nodes::who;
use crate::edit::{Edit, Who};
use crate::resolve::{Resolved, ResolvedSequence};

/// The edits of sequences.
pub(super) struct Sequences {
    pub gone: Vec<Edit>,
    pub changed: Vec<Edit>,
}

pub(super) fn compare(a: &Resolved, b: &Resolved) -> Sequences {
    let (old, new) = (&a.patch().sequences, &b.patch().sequences);
    let (mut gone, mut changed) = (Vec::new(), Vec::new());
    for change in a.sequences.changes(&b.sequences) {
        let name = change.old.map(|(name, _)| name).filter(|name| !new.contains_key(name));
        gone.extend(name.map(|name| Edit::RemoveSequence { name: name.clone() }));
        let Some((name, resolved)) = change.new else { continue };
        let (Some(to), Some(sequence)) = (player(b, resolved), new.get(name)) else { continue };
        let (name, sequence) = (name.clone(), sequence.clone());
        let Some((before, said)) = a.sequences.get(&name).zip(old.get(&name)) else {
            let after = new.before(change.place).cloned();
            changed.push(Edit::AddSequence { name, to, sequence, after });
            continue;
        };
        let moved = player(a, before).is_none_or(|who| who.id != to.id);
        let said_differently = (said.length, said.looped, &said.steps, &said.lane)
            != (sequence.length, sequence.looped, &sequence.steps, &sequence.lane);
        if moved || said_differently {
            let same = !moved
                && (before.length, before.looped, &before.notes, &before.lane)
                    == (resolved.length, resolved.looped, &resolved.notes, &resolved.lane);
            changed.push(Edit::ChangeSequence { name, to, sequence, same });
        }
    }
    Sequences { gone, changed }
}

fn player(patch: &Resolved, sequence: &ResolvedSequence) -> Option<Who> {
    patch.nodes.at(sequence.node).map(who)
}

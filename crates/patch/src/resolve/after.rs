//! How is a patch settled that is another one but for a little?

mod loops;
mod nodes;
mod parts;
mod touch;
mod widths;

use super::{Resolved, ResolvedSequence, resolve};
use crate::catalogue::Catalogue;
use crate::check;
use crate::fault::Fault;
use crate::limits::{MAX_NOTES, MAX_SEQUENCES, MAX_UNFOLDED};
use crate::listing::{Listing, Place, SharedChange};
use crate::model::Patch;
use crate::places::{DocumentPlaces, Places};
use crate::problem::Problem;
use std::collections::BTreeSet;

/// Of so few entries, all may be others before a patch is settled from the beginning.
const FEW: usize = 64;

impl Resolved {
    /// Settles a patch that is this one but for some changes, as [`resolve`] does: what follows from the changes is checked and
    /// settled, all else is shared. Time and memory go with that, up to logarithms.
    ///
    /// A patch that has faults, or more changes than are worth it, is settled from the beginning.
    ///
    /// # Errors
    /// As [`resolve`].
    pub fn after(&self, patch: &Patch, catalogue: &Catalogue) -> Result<Resolved, Vec<Problem>> {
        match self.step(patch, catalogue) {
            Some(next) => Ok(next),
            None => resolve(patch, catalogue),
        }
    }

    /// Nothing if something is wrong, or might be.
    fn step(&self, patch: &Patch, catalogue: &Catalogue) -> Option<Resolved> {
        if !self.catalogue.is_of(catalogue) || patch.nodes.is_empty() {
            return None;
        }
        // Which nodes play which buffer is not kept.
        if self.said.buffers.changes(&patch.buffers).next().is_some() {
            return None;
        }
        let mut good = true;
        check::transport(patch, &DocumentPlaces::default(), &mut |_, _, _, fault| good &= fault.is_warning());
        let next = Resolved {
            title: patch.title.clone(),
            tempo: patch.transport.tempo(),
            meter: patch.transport.meter(),
            nodes: self.nodes.clone(),
            sequences: self.sequences.clone(),
            said: patch.clone(),
            catalogue: self.catalogue.clone(),
            links: self.links.clone(),
        };
        let mut step = Step { old: self, said: patch, next, same_kinds: false };
        let kinds = step.parts()?;
        step.same_kinds = kinds.is_empty();
        let faces = step.nodes(&kinds)?;
        step.sequences(&faces)?;
        (good && step.next.links.unfolded <= MAX_UNFOLDED as u64).then_some(step.next)
    }
}

/// From one settled patch to the next. What gives nothing has found a fault.
struct Step<'a> {
    old: &'a Resolved,
    /// What the next is to say.
    said: &'a Patch,
    next: Resolved,
    /// No part is another.
    same_kinds: bool,
}

impl Step<'_> {
    /// The sequences that are others, or are played by others. `faces` are the labels that mean other nodes than before.
    fn sequences(&mut self, faces: &[&str]) -> Option<()> {
        let (old, new) = (&self.old.said.sequences, &self.said.sequences);
        let mut touched: BTreeSet<Place> = changed(old, new)?.into_iter().map(|(place, ..)| place).collect();
        for place in &touched {
            if let Some((_, sequence)) = old.at(*place) {
                self.next.links.plays(sequence, *place, false);
            }
            if let Some((_, sequence)) = new.at(*place) {
                self.next.links.plays(sequence, *place, true);
            }
        }
        faces.iter().for_each(|label| touched.extend(self.next.links.played_by(label)));
        for place in touched {
            self.next.sequences.take_at(place);
            let Some((name, sequence)) = new.at(place) else { continue };
            let mut good = true;
            let Resolved { catalogue, nodes, .. } = &self.next;
            check::sequences::one(
                self.said,
                name,
                sequence,
                catalogue,
                &Places::default(),
                &mut |_, _, _, _, fault| {
                    good &= fault.is_warning();
                },
            );
            let resolved = ResolvedSequence::of(name, sequence, nodes).filter(|_| good)?;
            self.next.sequences.put_at(place, name.clone(), resolved);
        }
        (new.len() <= MAX_SEQUENCES && self.next.links.notes <= MAX_NOTES).then_some(())
    }
}

/// What is not shared; nothing if there is so much of it that it is as well to begin anew.
fn changed<'a, T>(old: &'a Listing<T>, new: &'a Listing<T>) -> Option<Vec<SharedChange<'a, T>>> {
    let most = FEW + new.len() / 4;
    let changes: Vec<SharedChange<'a, T>> = old.changes_shared(new).take(most + 1).collect();
    (changes.len() <= most).then_some(changes)
}

/// Whether a check finds nothing wrong.
fn is_good(check: impl FnOnce(&mut check::Sink<'_>)) -> bool {
    let mut good = true;
    check(&mut |_, _, _, fault: Fault| good &= fault.is_warning());
    good
}

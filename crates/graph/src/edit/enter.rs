//! Coming in: at once, or with a fade.

use super::Edit;
use crate::batch::CableChange;
use crate::message::NodeId;
use crate::topology::{CableId, Sink, Source};
use crate::trajectory::Motion;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// How a new cable comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    AtOnce,
    Fading,
    /// At once if what it comes from starts from silence, which is known once all is there.
    AsItsSource,
}

impl Edit<'_> {
    /// How a cable comes in that is laid now.
    pub(super) fn entry_of(&self, from: Source, to: Sink) -> Entrance {
        let (Source::Output(source, _) | Source::PartInput(source, _)) = from;
        let old_source = self.sounds(Sink::PartOutput(source, 0));
        match (self.fade > 0 && !self.from_silence, old_source, self.sounds(to)) {
            (false, ..) | (_, false, false) => Entrance::AtOnce,
            (_, true, true) => Entrance::Fading,
            (_, false, true) => Entrance::AsItsSource,
            // What a new node holds must not begin with an edge; its parameters may begin anywhere.
            (_, true, false) if matches!(to, Sink::Param(..)) => Entrance::AtOnce,
            (_, true, false) => Entrance::Fading,
        }
    }

    /// Lets a new cable fade in.
    pub(super) fn fade_in(&mut self, id: CableId) {
        let Some((slot, gain, mark)) = self.graph.cable(id).map(|c| (c.slot(), c.gain, c.mark)) else {
            return;
        };
        self.cables.push((slot, CableChange::New(0.0)));
        self.cables.push((slot, CableChange::Move(gain, Motion::Glide(self.fade))));
        self.faded.push((id, mark));
    }

    /// Decides how those cables come in that hang on what they come from.
    pub(super) fn decide(&mut self) {
        let (undecided, changes) = (core::mem::take(&mut self.undecided), core::mem::take(&mut self.cables));
        let fade = self.fade;
        for (id, frames) in undecided {
            let Some(cable) = self.graph.cable(id) else { continue };
            if cable.leaving {
                // What it leads to has left since: it will never be heard.
                self.cables.push((cable.slot(), CableChange::New(0.0)));
                continue;
            }
            let (Source::Output(source, _) | Source::PartInput(source, _)) = cable.from;
            if self.is_quiet(source, &mut BTreeSet::new()) {
                let (slot, gain, adder) =
                    (cable.slot(), cable.gain, crate::AudioGraph::adder(cable.to, cable.leaf));
                // Its gain may have been set since: then it is on its way.
                let moved = changes.iter().any(|(s, _)| *s == slot);
                if let Some(cable) = self.graph.cable_mut(id) {
                    cable.plain = gain == 1.0 && !moved;
                }
                self.graph.touch(adder);
                self.cables.push((slot, CableChange::New(gain)));
            } else {
                self.fade = frames;
                self.fade_in(id);
            }
        }
        self.fade = fade;
        self.cables.extend(changes);
    }

    /// Whether a new node puts out silence in the first frame, and nothing that begins with an edge after it: it starts from silence, and what it
    /// hears fades in or does so too. What is on a loop counts as the rest of the loop does.
    fn is_quiet(&self, node: NodeId, seen: &mut BTreeSet<NodeId>) -> bool {
        if self.sounds(Sink::PartOutput(node, 0)) || !seen.insert(node) {
            return true;
        }
        let Some(entry) = self.graph.node(node).filter(|e| e.starts_silent) else { return false };
        let members: Vec<NodeId> = entry.inside.iter().flat_map(|i| &i.members).copied().collect();
        let all_silent = |id: &NodeId| self.graph.node(*id).is_some_and(|e| e.starts_silent);
        let cables = entry.incoming.iter().filter_map(|id| self.graph.cable(*id));
        let heard = cables.filter(|c| matches!(c.to, Sink::Input(..))).map(|c| c.from);
        let sources: Vec<Source> = heard.collect();
        members.iter().all(|id| all_silent(id) && self.is_quiet(*id, seen))
            && sources.into_iter().all(|source| {
                let (Source::Output(from, _) | Source::PartInput(from, _)) = source;
                self.is_quiet(from, seen)
            })
    }
}

//! Who hears whom, what is of which kind, who plays what: so that nobody has to look through a whole patch.

use super::ResolvedNodes;
use crate::layers::Layers;
use crate::listing::{Names, Place, hash, places_of};
use crate::model::{Node, Part, Patch, Sequence};
use std::collections::BTreeSet;

/// Places by a hash of a name that what stands there mentions. Two names of one hash are told apart by whoever asks.
type Mentions = Layers<(u64, Place), ()>;

/// What is known of a patch besides what stands in it. Each entry follows from one node, part or sequence alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// The nodes that hear the node of a label.
    heard: Names,
    /// The nodes of a kind.
    kinds: Mentions,
    instruments: Layers<Place, ()>,
    /// The parts that have a node of a kind.
    uses: Mentions,
    /// The sequences that the node of a label plays.
    played: Mentions,
    /// Cables and drives of the patch's own nodes together.
    pub cables: usize,
    /// Nodes that sound, with all that is inside of parts and voices.
    pub unfolded: u64,
    /// Notes of all sequences.
    pub notes: usize,
}

impl Links {
    pub fn of(patch: &Patch, nodes: &ResolvedNodes) -> Self {
        let mut links = Links::default();
        for (place, node) in nodes.places() {
            links.cables += Patch::sources(node.said()).count();
            heard(node.said()).iter().for_each(|label| links.hears(label, place, true));
            links.has_kind(node, place, true);
        }
        for (place, _, part) in patch.parts.places() {
            links.uses(part, place, true);
        }
        for (place, _, sequence) in patch.sequences.places() {
            links.plays(sequence, place, true);
        }
        links
    }

    /// The places of nodes that hear the node of a label, and perhaps of others.
    pub fn listeners(&self, label: &str) -> impl Iterator<Item = Place> {
        self.heard.places(label)
    }

    /// The places of nodes of a kind, and perhaps of others.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = Place> {
        places_of(&self.kinds, kind)
    }

    pub fn instruments(&self) -> impl Iterator<Item = Place> {
        self.instruments.iter().map(|(place, ())| *place)
    }

    /// The places of parts that have a node of a kind, and perhaps of others.
    pub fn users(&self, kind: &str) -> impl Iterator<Item = Place> {
        places_of(&self.uses, kind)
    }

    /// The places of sequences that the node of a label plays, and perhaps of others.
    pub fn played_by(&self, label: &str) -> impl Iterator<Item = Place> {
        places_of(&self.played, label)
    }

    /// See [`Layers::tidy`].
    pub fn tidy(&mut self) {
        self.heard.tidy();
        for mentions in [&mut self.kinds, &mut self.uses, &mut self.played] {
            mentions.tidy();
        }
    }

    /// Notes whether a node hears the node of a label.
    pub fn hears(&mut self, label: &str, place: Place, does: bool) {
        if does {
            self.heard.insert(label, place);
        } else {
            self.heard.remove(label, place);
        }
    }

    /// Notes a node by its kind, or forgets it.
    pub fn has_kind(&mut self, node: &super::ResolvedNode, place: Place, does: bool) {
        note(&mut self.kinds, &node.kind.name, place, does);
        let size = node.kind.part.as_ref().map_or(1, |part| part.size);
        if does {
            self.unfolded = self.unfolded.saturating_add(size);
        } else {
            self.unfolded = self.unfolded.saturating_sub(size);
        }
        if does && node.kind.takes_notes() {
            self.instruments.insert(place, ());
        } else {
            self.instruments.remove(&place);
        }
    }

    /// Notes what a part is made of, or forgets it.
    pub fn uses(&mut self, part: &Part, place: Place, does: bool) {
        let kinds: BTreeSet<&str> = part.nodes.values().map(|n| n.kind.as_str()).collect();
        kinds.into_iter().for_each(|kind| note(&mut self.uses, kind, place, does));
    }

    /// Notes who plays a sequence, or forgets it.
    pub fn plays(&mut self, sequence: &Sequence, place: Place, does: bool) {
        note(&mut self.played, &sequence.to, place, does);
        let notes = sequence.note_count();
        self.notes = if does { self.notes + notes } else { self.notes.saturating_sub(notes) };
    }
}

/// The labels of the nodes that a node hears, each once.
fn heard(node: &Node) -> BTreeSet<&str> {
    Patch::sources(node).map(|source| source.node.as_str()).collect()
}

fn note(mentions: &mut Mentions, name: &str, place: Place, does: bool) {
    let entry = (hash(name), place);
    if does {
        mentions.insert(entry, ());
    } else {
        mentions.remove(&entry);
    }
}

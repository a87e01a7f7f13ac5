//! A patch with everything settled: kinds, layouts, numbers of ports and parameters, every value.

mod after;
mod links;
mod nodes;
mod part;
mod play;
mod turned;
mod width;

pub use nodes::ResolvedNodes;
pub use part::{Opening, PartParameter, ResolvedPart, ResolvedTarget, Voices};
pub use play::{ResolvedLane, ResolvedSequence, SequenceNote};

use crate::catalogue::Catalogue;
use crate::check::check_with;
use crate::kind::KindInfo;
use crate::listing::{Listing, Place};
use crate::model::{Meter, Node, Patch, Transport};
use crate::places::DocumentPlaces;
use crate::problem::Problem;
use crate::read::in_order;
pub(crate) use links::Links;
use sostenuto_graph::Shape;
use sostenuto_nodes::Layout;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A patch that can be built. A copy shares all with its origin, and costs the same however large the patch is.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// What the patch is called.
    pub title: Option<String>,
    /// The tempo in beats (quarter notes) a minute.
    pub tempo: f64,
    /// The time signature.
    pub meter: Meter,
    /// The nodes, at the places that they have in the patch.
    pub nodes: ResolvedNodes,
    /// What is played, by name, at the places of the patch.
    pub sequences: Listing<ResolvedSequence>,
    /// What was settled, word for word.
    said: Patch,
    /// The kinds, with the parts that the patch defines.
    catalogue: Catalogue,
    links: Links,
}

/// A node that can be built.
#[derive(Clone, Debug)]
pub struct ResolvedNode {
    /// What it is known by while the patch changes.
    pub id: String,
    /// What the document calls it.
    pub label: String,
    /// Its kind; [`KindInfo::part`] if it is an instance of a part.
    pub kind: Arc<KindInfo>,
    /// Channels, every setting, seed.
    pub layout: Layout,
    /// Its ports and parameters.
    pub shape: Arc<Shape>,
    /// The value of each parameter of the shape. That of a parameter which follows a signal is 0, even outside of its range.
    pub values: Vec<f32>,
    /// Whether its inputs go straight to its outputs.
    pub bypass: bool,
    /// What the document says of it, word for word.
    said: Arc<(String, Node)>,
}

/// What a document gives of a node; the rest follows from its kind and the other nodes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pins {
    /// The channels, if it gives them.
    pub channels: Option<u16>,
    /// The buffer that it names.
    pub buffer: Option<String>,
    /// The device that it names.
    pub device: Option<String>,
    /// What it says of its slots.
    pub slots: Vec<crate::model::Slot>,
    /// The settings that it gives.
    pub settings: BTreeMap<String, f64>,
    /// The parameters of which it gives the value.
    pub params: BTreeSet<String>,
}

/// A cable into a parameter, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedDrive {
    /// The parameter's number in the shape.
    pub param: u16,
    /// The place of the source among the nodes of the same patch or part.
    pub node: Place,
    /// The number of its output.
    pub output: u16,
    /// How far a signal of 1 moves the parameter, in its unit.
    pub depth: f32,
}

/// A cable into a port, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResolvedCable {
    /// The place of the source among the nodes of the same patch or part.
    pub node: Place,
    /// The number of its output.
    pub output: u16,
    /// The number of the input where it ends.
    pub input: u16,
    /// What it does to the level, in dB.
    pub gain_db: f32,
}

impl Resolved {
    /// A patch of nothing, to start from: what sounds before the first patch does.
    pub fn silence() -> Self {
        Resolved { tempo: Transport::default().tempo(), ..Resolved::default() }
    }

    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&ResolvedNode> {
        self.nodes.node(id)
    }

    /// The place of an id in [`nodes`](Self::nodes).
    pub fn place(&self, id: &str) -> Option<Place> {
        self.nodes.place(id)
    }

    /// The part of a name, if the document defines it.
    pub fn part(&self, name: &str) -> Option<&Arc<ResolvedPart>> {
        self.catalogue.parts().get(name)?.part.as_ref()
    }

    /// The kinds that the patch was settled with, and the parts that it defines.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The patch that was settled.
    pub fn patch(&self) -> &Patch {
        &self.said
    }

    /// The nodes of a kind, in the order of the patch.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a ResolvedNode> {
        self.links.of_kind(kind).filter_map(|place| self.nodes.at(place)).filter(move |n| n.kind.name == kind)
    }

    /// The nodes that play notes, in the order of the patch.
    pub fn instruments(&self) -> impl Iterator<Item = &ResolvedNode> {
        self.links.instruments().filter_map(|place| self.nodes.at(place))
    }

    pub(crate) fn links(&self) -> &Links {
        &self.links
    }

    /// The names of the sequences that the node of an id plays.
    pub fn played_by(&self, id: &str) -> impl Iterator<Item = &String> {
        let node = self.nodes.node(id);
        let places = node.into_iter().flat_map(|node| self.links.played_by(&node.label));
        let name = |place| self.sequences.at(place).map(|(name, _)| name);
        places.filter_map(name)
    }
}

/// Settles everything about a patch.
///
/// Channels: a port that follows is as wide as the widest cable into any following input of its node, and mono if there is
/// none, unless the node's `channels` says otherwise. Round a loop that has more than one answer, the narrowest holds. The ports
/// of a part are as wide as its inlets and outlets are in its definition, whatever comes in.
///
/// # Errors
/// Every problem that keeps the patch from sounding; no warnings.
pub fn resolve(patch: &Patch, catalogue: &Catalogue) -> Result<Resolved, Vec<Problem>> {
    let catalogue = catalogue.with_parts(patch);
    let mut problems = Vec::new();
    check_with(patch, &catalogue, &DocumentPlaces::default(), &mut |scope, _, node, item, fault| {
        if !fault.is_warning() {
            problems.push(Problem { scope: scope.clone(), node, item, ..Problem::of(fault) });
        }
    });
    if !problems.is_empty() {
        return Err(in_order(problems));
    }
    let nodes = ResolvedNodes::of(&patch.nodes, &catalogue);
    let sequence =
        |(place, name, sequence)| (place, String::clone(name), ResolvedSequence::of(name, sequence, &nodes));
    let mut sequences = Listing::new();
    for (place, name, resolved) in patch.sequences.places().map(sequence) {
        resolved.into_iter().for_each(|one| sequences.put_at(place, name.clone(), one));
    }
    Ok(Resolved {
        title: patch.title.clone(),
        tempo: patch.transport.tempo(),
        meter: patch.transport.meter(),
        links: Links::of(patch, &nodes),
        sequences,
        nodes,
        said: patch.clone(),
        catalogue,
    })
}

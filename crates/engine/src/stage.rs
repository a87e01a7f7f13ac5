//! What stands in the graph: the nodes of the patch, and those inside of every instance of a part.

use crate::place::Place;
use crate::roster::{Called, Roster};
use sostenuto_graph::{NodeId, ROOT};
use sostenuto_nodes::SlotDesk;
use sostenuto_patch::Keyed;
use std::collections::{BTreeSet, HashMap};

/// Looked up often, and seldom large enough to be in the caches.
pub(crate) type Table<K, V> = HashMap<K, V, Keyed>;

/// The nodes that stand in the graph, by the part of the graph that they lie in and by id.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The patch itself is the body of [`ROOT`].
    bodies: Table<NodeId, Body>,
    /// The bodies of each part.
    instances: Table<String, BTreeSet<NodeId>>,
    /// The body of every node, and its number there.
    whereabouts: Table<NodeId, (NodeId, u32)>,
    /// Nodes that play recordings from slots.
    samplers: BTreeSet<NodeId>,
}

/// The inside of an instance of a part, or of one of its voices.
#[derive(Debug, Default)]
struct Body {
    site: Option<Site>,
    places: Roster,
}

/// Whose inside a body is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Site {
    /// The name of the part.
    pub part: String,
    /// The instance.
    pub owner: NodeId,
    /// Which of its voices; 0 if it has none.
    pub voice: u16,
    /// The value of each parameter of the part.
    pub values: Vec<f32>,
}

/// What a batch changes of what stands in the graph.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Nodes by body; they are not there before a frame that is not yet known.
    pub added: Table<NodeId, Roster>,
    /// The bodies of added instances.
    pub sites: Table<NodeId, Site>,
    /// The body and the id of each node that was removed.
    pub gone: Vec<(NodeId, String)>,
    /// The new value of a parameter of a body.
    pub turned: Vec<(NodeId, usize, f32)>,
}

impl Stage {
    pub fn new() -> Self {
        Stage {
            bodies: Table::from_iter([(ROOT, Body::default())]),
            instances: Table::default(),
            whereabouts: Table::default(),
            samplers: BTreeSet::new(),
        }
    }

    /// The place of a node by its id in a body.
    pub fn place(&self, body: NodeId, id: &str) -> Option<&Place> {
        self.bodies.get(&body)?.places.get(id)
    }

    /// The place of a node of the graph.
    pub fn place_of(&self, node: NodeId) -> Option<&Place> {
        let (body, number) = self.whereabouts.get(&node)?;
        self.bodies.get(body)?.places.at(*number)
    }

    /// The way to the slots of a node.
    pub fn slots_mut(&mut self, node: NodeId) -> Option<&mut SlotDesk> {
        let (body, number) = self.whereabouts.get(&node)?;
        self.bodies.get_mut(body)?.places.at_mut(*number)?.slots.as_deref_mut()
    }

    /// Drops recordings that nobody reads any more.
    pub fn collect_sounds(&mut self) {
        for node in &self.samplers {
            let body =
                self.whereabouts.get(node).and_then(|(body, at)| Some((self.bodies.get_mut(body)?, *at)));
            let place = body.and_then(|(body, number)| body.places.at_mut(number));
            if let Some(slots) = place.and_then(|place| place.slots.as_mut()) {
                slots.collect();
            }
        }
    }

    /// The bodies of an instance; none of any other node.
    pub fn bodies_of(&self, node: NodeId) -> &[NodeId] {
        self.place_of(node).map_or(&[], |place| &place.bodies)
    }

    /// The id of a node that lies in a body.
    pub fn id_in(&self, body: NodeId, node: NodeId) -> Option<&str> {
        let (_, number) = self.whereabouts.get(&node).filter(|(there, _)| *there == body)?;
        Some(&self.bodies.get(&body)?.places.at(*number)?.called.id)
    }

    /// The body that a node lies in.
    pub fn around(&self, node: NodeId) -> Option<NodeId> {
        self.whereabouts.get(&node).map(|(body, _)| *body)
    }

    /// Whose inside a body is; nothing for the patch itself.
    pub fn site(&self, body: NodeId) -> Option<&Site> {
        self.bodies.get(&body)?.site.as_ref()
    }

    /// The bodies of all instances of a part.
    pub fn instances(&self, part: &str) -> Vec<NodeId> {
        self.instances.get(part).into_iter().flatten().copied().collect()
    }

    /// What a node is called: `INSTANCE/NODE` inside of an instance.
    pub fn label(&self, node: NodeId) -> Option<String> {
        let (body, number) = self.whereabouts.get(&node)?;
        let label = self.bodies.get(body)?.places.at(*number)?.called.label();
        Some(self.way(*body).map_or_else(|| label.to_owned(), |(labels, _)| labels + label))
    }

    /// What stands before the labels and before the ids of the nodes in a body; nothing for the patch itself.
    pub fn way(&self, body: NodeId) -> Option<(String, String)> {
        let site = self.site(body)?;
        let (around, number) = self.whereabouts.get(&site.owner)?;
        let place = self.bodies.get(around)?.places.at(*number)?;
        let (labels, ids) = self.way(*around).unwrap_or_default();
        let id = voiced(&place.called.id, site.voice, place.bodies.len());
        Some((within(&labels, place.called.label()), within(&ids, &id)))
    }

    /// Takes over what a batch changed.
    pub fn take_in(&mut self, changes: Changes, born: u64) {
        for (body, id) in changes.gone {
            self.remove(body, &id);
        }
        for (body, number, value) in changes.turned {
            self.turn(body, number, value);
        }
        for (body, site) in changes.sites {
            match self.instances.get_mut(&site.part) {
                Some(instances) => _ = instances.insert(body),
                None => _ = self.instances.insert(site.part.clone(), BTreeSet::from([body])),
            }
            self.bodies.entry(body).or_default().site = Some(site);
        }
        for (body, mut nodes) in changes.added {
            nodes.places_mut().for_each(|(_, place)| place.born = born);
            let places = &mut self.bodies.entry(body).or_default().places;
            let mut note = |number: u32, node: NodeId, has_slots: bool| {
                self.whereabouts.insert(node, (body, number));
                if has_slots {
                    self.samplers.insert(node);
                }
            };
            if places.is_empty() {
                nodes.places().for_each(|(number, place)| note(number, place.node, place.slots.is_some()));
                *places = nodes;
                continue;
            }
            for place in nodes.into_places() {
                let (node, has_slots) = (place.node, place.slots.is_some());
                note(places.insert(place), node, has_slots);
            }
        }
    }

    /// Notes the value of a parameter of the part whose inside a body is.
    pub fn turn(&mut self, body: NodeId, number: usize, value: f32) {
        let values = self.bodies.get_mut(&body).and_then(|b| b.site.as_mut()).map(|s| &mut s.values);
        if let Some(there) = values.and_then(|values| values.get_mut(number)) {
            *there = value;
        }
    }

    /// Takes out a node with all that is inside of it.
    fn remove(&mut self, body: NodeId, id: &str) {
        let place = self.bodies.get_mut(&body).and_then(|b| b.places.remove(id));
        place.into_iter().for_each(|place| self.forget(place));
    }

    /// Forgets a node that was taken out of its body, and all that is inside of it.
    fn forget(&mut self, place: Place) {
        self.whereabouts.remove(&place.node);
        self.samplers.remove(&place.node);
        for body in place.bodies {
            let Some(Body { site, places }) = self.bodies.remove(&body) else { continue };
            places.into_places().for_each(|place| self.forget(place));
            if let Some(site) = site
                && let Some(instances) = self.instances.get_mut(&site.part)
            {
                instances.remove(&body);
                if instances.is_empty() {
                    self.instances.remove(&site.part);
                }
            }
        }
    }

    /// Gives the node of an id another label: in the patch, or in every instance of a part.
    pub fn relabel(&mut self, part: Option<&str>, id: &str, label: &str) {
        let bodies = part.map_or_else(|| vec![ROOT], |part| self.instances(part));
        for body in bodies {
            if let Some(place) = self.bodies.get_mut(&body).and_then(|b| b.places.get_mut(id)) {
                place.called = Called::new(id, label);
            }
        }
    }
}

/// What stands before the names of what is inside.
pub(crate) fn within(around: &str, name: &str) -> String {
    format!("{around}{name}/")
}

/// An instance by its id, and by the number of the voice if it has many.
pub(crate) fn voiced(id: &str, voice: u16, voices: usize) -> String {
    if voices > 1 { format!("{id}:{voice}") } else { id.to_owned() }
}

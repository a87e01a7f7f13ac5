//! The nodes of a patch or a part with everything settled, and the cables between them.

use super::width::channels;
use super::{Pins, ResolvedCable, ResolvedDrive, ResolvedNode};
use crate::catalogue::{Catalogue, all_settings, bank_count, layout};
use crate::kind::KindInfo;
use crate::listing::{Listing, Names, Place};
use crate::model::{Buffers, Cable, Drive, Node, Nodes, Source};
use std::ops::Index;
use std::sync::Arc;

/// The nodes of a patch or a part, in the order of the document and at the same places. A copy shares all with its origin.
#[derive(Clone, Debug, Default)]
pub struct ResolvedNodes {
    list: Listing<ResolvedNode>,
    /// The places of the ids.
    ids: Names,
}

impl ResolvedNodes {
    /// Settles nodes as far as they are without faults.
    pub(crate) fn of(nodes: &Nodes, catalogue: &Catalogue) -> Self {
        let unknown = || Arc::new(KindInfo::unknown());
        let kinds: Vec<Arc<KindInfo>> =
            nodes.values().map(|n| catalogue.find(&n.kind).cloned().unwrap_or_else(unknown)).collect();
        let channels = channels(nodes, &kinds);
        let mut resolved = ResolvedNodes::default();
        for ((place, said), (kind, channels)) in nodes.shared().zip(kinds.iter().zip(channels)) {
            resolved.put(place, ResolvedNode::of(said, kind, channels, catalogue.buffers()));
        }
        resolved
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ResolvedNode> {
        self.list.values()
    }

    /// All with their places.
    pub fn places(&self) -> impl DoubleEndedIterator<Item = (Place, &ResolvedNode)> {
        self.list.places().map(|(place, _, node)| (place, node))
    }

    /// The node at a place.
    pub fn at(&self, place: Place) -> Option<&ResolvedNode> {
        self.list.at(place).map(|(_, node)| node)
    }

    /// The node of a label.
    pub fn labelled(&self, label: &str) -> Option<&ResolvedNode> {
        self.list.get(label)
    }

    /// The place of a label.
    pub(crate) fn place_of_label(&self, label: &str) -> Option<Place> {
        self.list.place(label)
    }

    /// The place of an id.
    pub fn place(&self, id: &str) -> Option<Place> {
        self.all_of(id).next()
    }

    /// The node of an id.
    pub fn node(&self, id: &str) -> Option<&ResolvedNode> {
        self.ids.places(id).find_map(|place| self.at(place).filter(|node| node.id == id))
    }

    /// The places of an id: one, unless it was given twice.
    pub(crate) fn all_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = Place> + 'a {
        self.ids.places(id).filter(move |place| self.at(*place).is_some_and(|node| node.id == id))
    }

    /// What comes into a node of these.
    pub fn cables<'a>(&'a self, node: &'a ResolvedNode) -> impl Iterator<Item = ResolvedCable> + 'a {
        let cable = move |c: &Cable| {
            let (source, output) = self.start(&c.from)?;
            Some(ResolvedCable {
                node: source,
                output,
                input: node.shape.input(&c.port)?,
                gain_db: c.gain_db,
            })
        };
        node.said().cables.iter().filter_map(cable)
    }

    /// What drives the parameters of a node of these.
    pub fn drives<'a>(&'a self, node: &'a ResolvedNode) -> impl Iterator<Item = ResolvedDrive> + 'a {
        let drive = move |param: u16, d: &Drive| {
            let (source, output) = self.start(&d.from)?;
            Some(ResolvedDrive { param, node: source, output, depth: d.depth })
        };
        let driven = node.said().params.iter().filter(|(_, value)| !value.drives.is_empty());
        let numbered = driven.filter_map(|(name, value)| Some((node.shape.param(name)?, value)));
        numbered.flat_map(move |(param, value)| value.drives.iter().filter_map(move |d| drive(param, d)))
    }

    /// The place and the number of an output.
    fn start(&self, from: &Source) -> Option<(Place, u16)> {
        let (place, _, node) = self.list.find(&from.node)?;
        Some((place, node.shape.output(&from.port)?))
    }

    /// What the two do not share; see [`Listing::changes`].
    pub(crate) fn changes<'a>(
        &'a self,
        new: &'a ResolvedNodes,
    ) -> impl Iterator<Item = (Option<&'a ResolvedNode>, Option<(Place, &'a ResolvedNode)>)> {
        let nodes = self.list.changes(&new.list);
        nodes.map(|c| (c.old.map(|(_, node)| node), c.new.map(|(_, node)| (c.place, node))))
    }

    /// The node before a place.
    pub(crate) fn before(&self, place: Place) -> Option<&ResolvedNode> {
        self.list.pair_before(place).map(|(_, node)| node)
    }

    /// Puts one in at the place that it has in the patch, where nothing stands.
    pub(crate) fn put(&mut self, place: Place, node: ResolvedNode) {
        self.ids.insert(&node.id, place);
        self.list.put_at(place, node.label.clone(), node);
    }

    /// See [`Listing::tidy`].
    pub(super) fn tidy(&mut self) {
        self.list.tidy();
        self.ids.tidy();
    }

    /// Puts one in the place of another that goes by the same names.
    pub(crate) fn replace(&mut self, place: Place, node: ResolvedNode) {
        self.list.replace_at(place, node.label.clone(), node);
    }

    /// The node at a place, to change what is no name of it.
    pub(super) fn at_mut(&mut self, place: Place) -> Option<&mut ResolvedNode> {
        self.list.at_mut(place)
    }

    /// Takes out what stands at a place.
    pub(crate) fn take(&mut self, place: Place) -> Option<ResolvedNode> {
        let node = self.list.take_at(place)?;
        self.ids.remove(&node.id, place);
        Some(node)
    }
}

impl Index<Place> for ResolvedNodes {
    type Output = ResolvedNode;

    /// # Panics
    /// If nothing stands there.
    fn index(&self, place: Place) -> &ResolvedNode {
        self.at(place).unwrap_or_else(|| panic!("no node stands at {place:?}"))
    }
}

impl<'a> IntoIterator for &'a ResolvedNodes {
    type Item = &'a ResolvedNode;
    type IntoIter = Box<dyn DoubleEndedIterator<Item = &'a ResolvedNode> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl ResolvedNode {
    /// Settles a node whose kind and channels are known.
    pub(crate) fn of(
        said: Arc<(String, Node)>,
        kind: &Arc<KindInfo>,
        channels: u16,
        buffers: &Buffers,
    ) -> Self {
        let (label, node) = &*said;
        let bank = bank_count(kind, &node.settings, node.cables.iter().map(|c| c.port.as_str()));
        let layout = layout(channels, all_settings(kind, &node.settings, bank), node, buffers);
        let shape = kind.shape_shared(&layout);
        let value = |p: &sostenuto_graph::Parameter| {
            node.params.get(&*p.name).and_then(|v| v.value).unwrap_or(p.default)
        };
        ResolvedNode {
            id: node.id.clone(),
            label: label.clone(),
            kind: kind.clone(),
            values: shape.params.iter().map(value).collect(),
            layout,
            shape,
            bypass: node.bypass,
            said,
        }
    }

    /// What the document says of it.
    pub(crate) fn said(&self) -> &Node {
        &self.said.1
    }

    /// What the document gives of it.
    pub fn pins(&self) -> Pins {
        let node = self.said();
        let given = node.params.iter().filter(|(_, v)| v.value.is_some()).map(|(name, _)| name.clone());
        Pins {
            channels: node.channels,
            buffer: node.buffer.clone(),
            device: node.device.clone(),
            slots: node.slots.clone(),
            settings: node.settings.clone(),
            params: given.collect(),
        }
    }

    /// Whether the document gives the value of a parameter.
    pub(crate) fn gives(&self, param: &str) -> bool {
        self.said().params.get(param).is_some_and(|said| said.value.is_some())
    }

    /// Whether the document gives the same of it as of another, parameters and slots aside.
    pub(crate) fn is_pinned_as(&self, other: &ResolvedNode) -> bool {
        let (a, b) = (self.said(), other.said());
        (a.channels, &a.buffer, &a.device, &a.settings) == (b.channels, &b.buffer, &b.device, &b.settings)
    }
}

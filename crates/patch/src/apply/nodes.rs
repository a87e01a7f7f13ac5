//! Edits made on the nodes of a patch or a part.

use super::Misfit;
use super::slots::Slots;
use crate::edit::{Edit, Input, NodeSpec, Order, Output, Who};
use crate::model::{Cable, Drive, Node, Nodes, ParamValue, Patch, Source};
use std::collections::{BTreeMap, HashMap};

/// Nodes that go by id, as do the cables between them.
pub(super) struct State {
    /// Label and node.
    nodes: Slots<(String, Node)>,
    /// For each id, the ids of nodes that it may feed: all that it does feed, and perhaps more.
    fed: HashMap<String, Vec<String>>,
}

impl State {
    pub fn of(nodes: &Nodes) -> Self {
        let mut fed: HashMap<String, Vec<String>> = HashMap::new();
        let by_id = |(label, node): (&String, &Node)| {
            let mut node = node.clone();
            let id = node.id.clone();
            Patch::each_source_mut(&mut node, |source| {
                if let Some(from) = nodes.get(&source.node) {
                    source.node.clone_from(&from.id);
                }
                fed.entry(source.node.clone()).or_default().push(id.clone());
            });
            (id, (label.clone(), node))
        };
        State { nodes: nodes.iter().map(by_id).collect(), fed }
    }

    /// The nodes by label, and the labels by id.
    pub fn into_nodes(self) -> Result<(Nodes, HashMap<String, String>), Misfit> {
        let all: Vec<(String, (String, Node))> = self.nodes.into_iter().collect();
        let labels: HashMap<String, String> =
            all.iter().map(|(id, (label, _))| (id.clone(), label.clone())).collect();
        let mut nodes = Nodes::new();
        for (id, (label, mut node)) in all {
            Patch::each_source_mut(&mut node, |source| {
                if let Some(label) = labels.get(source.node.as_str()) {
                    source.node.clone_from(label);
                }
            });
            if nodes.insert(label.clone(), node).is_some() {
                let node = Who { id, label: label.clone() };
                return Err(Misfit { edit: Box::new(Edit::Relabel { node, was: label }) });
            }
        }
        Ok((nodes, labels))
    }

    fn node(&mut self, id: &str) -> Option<&mut Node> {
        self.nodes.get_mut(id).map(|(_, node)| node)
    }

    /// Nothing if the edit does not fit.
    pub fn edit(&mut self, edit: &Edit) -> Option<()> {
        match edit {
            // What follows from other edits is not said.
            edit if !edit.is_said() => drop(self.node(&about(edit)?.id)?),
            Edit::RemoveNode { node } => self.remove(&node.id)?,
            Edit::Relabel { node, .. } => self.nodes.get_mut(&node.id)?.0.clone_from(&node.label),
            Edit::AddNode { node, spec, after } => {
                let mut new = Node::new(node.id.clone(), "");
                spec.put_into(&mut new);
                self.nodes.add(node.id.clone(), (node.label.clone(), new), after.as_ref())?;
            }
            Edit::ReplaceNode { node, spec, .. } => spec.put_into(self.node(&node.id)?),
            Edit::Pin { node, pins } => {
                let node = self.node(&node.id)?;
                node.channels = pins.channels;
                node.buffer.clone_from(&pins.buffer);
                node.device.clone_from(&pins.device);
                node.slots.clone_from(&pins.slots);
                node.settings.clone_from(&pins.settings);
            }
            Edit::Slots { node, said, .. } => self.node(&node.id)?.slots.clone_from(said),
            Edit::Bypass { node, on } => self.node(&node.id)?.bypass = *on,
            Edit::SetParam { node, param, value, written, .. } => {
                let node = self.node(&node.id)?;
                node.params.entry(param.clone()).or_default().value = written.then_some(*value);
                node.params.retain(|_, p| !p.is_empty());
            }
            Edit::Connect { .. } | Edit::Disconnect { .. } | Edit::SetCableGain { .. } => self.cable(edit)?,
            Edit::Drive { .. } | Edit::Undrive { .. } | Edit::SetDepth { .. } => self.drive(edit)?,
            Edit::Order { order } => self.order(order)?,
            _ => return None,
        }
        Some(())
    }

    fn remove(&mut self, id: &str) -> Option<()> {
        self.nodes.remove(id)?;
        for fed in self.fed.remove(id).unwrap_or_default() {
            if let Some(node) = self.node(&fed) {
                cut_from(node, id);
            }
        }
        Some(())
    }

    fn cable(&mut self, edit: &Edit) -> Option<()> {
        let place = |node: &Node, from: &Output, to: &Input| node.cables.find(&source(from), &to.port);
        match edit {
            Edit::Connect { from, to, gain_db, after } => {
                self.begins(from, to)?;
                let node = self.node(&to.node.id).filter(|n| place(n, from, to).is_none())?;
                let cable = Cable { from: source(from), port: to.port.clone(), gain_db: *gain_db };
                let behind = after.as_ref().map(|(from, port)| node.cables.find(&source(from), port));
                match behind {
                    None => node.cables.insert_after(None, cable),
                    Some(Some(place)) => node.cables.insert_after(Some(place), cable),
                    Some(None) => node.cables.push(cable),
                }
            }
            Edit::Disconnect { from, to } => {
                let node = self.node(&to.node.id)?;
                node.cables.take(place(node, from, to)?);
            }
            Edit::SetCableGain { from, to, gain_db, .. } => {
                let node = self.node(&to.node.id)?;
                let place = place(node, from, to)?;
                let cable = Cable { gain_db: *gain_db, ..node.cables.at(place)?.clone() };
                node.cables.set(place, cable);
            }
            _ => {}
        }
        Some(())
    }

    fn drive(&mut self, edit: &Edit) -> Option<()> {
        let place = |param: &ParamValue, from: &Output| param.drives.iter().position(|d| is(&d.from, from));
        match edit {
            Edit::Drive { from, to, depth, at, .. } => {
                self.begins(from, to)?;
                let param = self.node(&to.node.id)?.params.entry(to.port.clone()).or_default();
                if place(param, from).is_some() {
                    return None;
                }
                let drive = Drive { from: source(from), depth: *depth };
                param.drives.insert((*at).min(param.drives.len()), drive);
            }
            Edit::Undrive { from, to } => {
                let node = self.node(&to.node.id)?;
                let param = node.params.get_mut(&to.port)?;
                param.drives.remove(place(param, from)?);
                node.params.retain(|_, p| !p.is_empty());
            }
            Edit::SetDepth { from, to, depth, .. } => {
                let param = self.node(&to.node.id)?.params.get_mut(&to.port)?;
                let place = place(param, from)?;
                param.drives[place].depth = *depth;
            }
            _ => {}
        }
        Some(())
    }

    fn order(&mut self, order: &Order) -> Option<()> {
        match order {
            Order::Nodes(ids) => self.nodes.order(ids),
            Order::Cables(node, cables) => {
                let end = |(from, port): &(Output, String)| (source(from), port.clone());
                let places = places(cables.iter().map(end));
                let place = |c: &Cable| places.get(&(c.from.clone(), c.port.clone())).copied();
                self.node(&node.id)?.cables.sort_by_key(|c| place(c).unwrap_or(usize::MAX));
            }
            Order::Drives(to, from) => {
                let places = places(from.iter().map(source));
                let param = self.node(&to.node.id)?.params.get_mut(&to.port)?;
                param.drives.sort_by_key(|d| places.get(&d.from).copied().unwrap_or(usize::MAX));
            }
            Order::Buffers(_) | Order::Parts(_) | Order::Sequences(_) => return None,
        }
        Some(())
    }

    /// Notes that a cable starts at a node that is there.
    fn begins(&mut self, from: &Output, to: &Input) -> Option<()> {
        self.node(&from.node.id)?;
        self.fed.entry(from.node.id.clone()).or_default().push(to.node.id.clone());
        Some(())
    }
}

/// Takes away every cable and drive from a node.
pub(crate) fn cut_from(node: &mut Node, source: &str) {
    node.cables.cut(source);
    node.params.values_mut().for_each(|p| p.drives.retain(|d| d.from.node != source));
    node.params.retain(|_, p| !p.is_empty());
}

/// The node that an edit is about which the document does not say.
fn about(edit: &Edit) -> Option<&Who> {
    match edit {
        Edit::ReplaceNode { node, .. } | Edit::SetParam { node, .. } => Some(node),
        _ => None,
    }
}

fn places<T: std::hash::Hash + Eq>(list: impl Iterator<Item = T>) -> HashMap<T, usize> {
    list.enumerate().map(|(place, one)| (one, place)).collect()
}

fn is(source: &Source, output: &Output) -> bool {
    source.node == output.node.id && source.port == output.port
}

/// By id, as the sources of a [`State`] are.
fn source(from: &Output) -> Source {
    Source { node: from.node.id.clone(), port: from.port.clone() }
}

impl NodeSpec {
    /// Makes the node what this says; its drives stay.
    fn put_into(&self, node: &mut Node) {
        node.kind.clone_from(&self.kind);
        node.channels = self.pins.channels;
        node.buffer.clone_from(&self.pins.buffer);
        node.device.clone_from(&self.pins.device);
        node.slots.clone_from(&self.pins.slots);
        node.settings.clone_from(&self.pins.settings);
        node.bypass = self.bypass;
        // Parameters that are not named go back to their defaults; what drives one stays.
        let mut params: BTreeMap<String, ParamValue> = std::mem::take(&mut node.params);
        params.retain(|_, p| {
            p.value = None;
            !p.drives.is_empty()
        });
        for (name, value) in &self.params {
            params.entry(name.clone()).or_default().value = Some(*value);
        }
        node.params = params;
    }
}

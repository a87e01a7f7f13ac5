//! Edits made on a patch, whole or not at all.

use crate::edit::{Edit, Input, NodeSpec, Output, Who};
use crate::model::{Cable, Drive, Node, ParamValue, Patch, Source};
use indexmap::IndexMap;
use std::collections::{BTreeMap, HashMap};

/// An edit that does not fit the patch: it was made for another.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error(
    "the edit does not fit this patch, which has no such node, cable or drive, or has it already: {edit}"
)]
pub struct Misfit {
    /// The edit.
    pub edit: Box<Edit>,
}

/// The patch after these edits.
///
/// Two patches that [`resolve`](crate::resolve) to the same may still differ in what they leave unsaid: a parameter at its
/// default is the same whether it is written or not.
///
/// # Errors
/// The first edit that does not fit. The patch given is not changed.
pub fn apply(edits: &[Edit], patch: &Patch) -> Result<Patch, Misfit> {
    let mut state = State::of(patch);
    for edit in edits {
        state.edit(edit).ok_or_else(|| Misfit { edit: Box::new(edit.clone()) })?;
    }
    state.into_patch(patch.format)
}

/// A patch whose nodes and cables go by id, so that labels can change places.
struct State {
    title: Option<String>,
    /// Label and node; nothing where one was removed, so that removing many does not move the rest each time.
    nodes: IndexMap<String, Option<(String, Node)>>,
    /// For each id, the ids of nodes that it may feed: all that it does feed, and perhaps more.
    fed: HashMap<String, Vec<String>>,
}

impl State {
    fn of(patch: &Patch) -> Self {
        let mut fed: HashMap<String, Vec<String>> = HashMap::new();
        let mut nodes = IndexMap::with_capacity(patch.nodes.len());
        for (label, node) in &patch.nodes {
            let mut node = node.clone();
            let id = node.id.clone();
            for source in Patch::sources_mut(&mut node) {
                if let Some(from) = patch.nodes.get(&source.node) {
                    source.node.clone_from(&from.id);
                }
                fed.entry(source.node.clone()).or_default().push(id.clone());
            }
            nodes.insert(id, Some((label.clone(), node)));
        }
        State { title: patch.title.clone(), nodes, fed }
    }

    fn into_patch(self, format: u32) -> Result<Patch, Misfit> {
        let present = || self.nodes.iter().filter_map(|(id, n)| Some((id, n.as_ref()?)));
        let labels: HashMap<&str, &str> =
            present().map(|(id, (label, _))| (id.as_str(), label.as_str())).collect();
        let mut patch =
            Patch { format, title: self.title.clone(), nodes: IndexMap::with_capacity(self.nodes.len()) };
        for (id, (label, node)) in present() {
            let mut node = node.clone();
            for source in Patch::sources_mut(&mut node) {
                if let Some(label) = labels.get(source.node.as_str()) {
                    source.node = (*label).to_owned();
                }
            }
            if patch.nodes.insert(label.clone(), node).is_some() {
                let node = Who { id: id.clone(), label: label.clone() };
                return Err(Misfit { edit: Box::new(Edit::Relabel { node, was: label.clone() }) });
            }
        }
        Ok(patch)
    }

    fn node(&mut self, id: &str) -> Option<&mut Node> {
        self.nodes.get_mut(id)?.as_mut().map(|(_, node)| node)
    }

    /// Nothing if the edit does not fit.
    fn edit(&mut self, edit: &Edit) -> Option<()> {
        match edit {
            Edit::Title { title } => self.title.clone_from(title),
            Edit::RemoveNode { node } => self.remove(&node.id)?,
            Edit::Relabel { node, .. } => self.nodes.get_mut(&node.id)?.as_mut()?.0.clone_from(&node.label),
            Edit::AddNode { node, spec } => {
                let mut new = Node::new(node.id.clone(), "");
                spec.put_into(&mut new);
                if self.nodes.insert(node.id.clone(), Some((node.label.clone(), new))).flatten().is_some() {
                    return None;
                }
            }
            Edit::ReplaceNode { node, spec, .. } => spec.put_into(self.node(&node.id)?),
            Edit::Pin { node, pins } => {
                let node = self.node(&node.id)?;
                node.channels = pins.channels;
                node.settings.clone_from(&pins.settings);
            }
            Edit::Bypass { node, on } => self.node(&node.id)?.bypass = *on,
            Edit::SetParam { node, param, value, .. } => {
                let node = self.node(&node.id)?;
                node.params.entry(param.clone()).or_default().value = Some(*value);
            }
            Edit::Connect { .. } | Edit::Disconnect { .. } | Edit::SetCableGain { .. } => self.cable(edit)?,
            Edit::Drive { .. } | Edit::Undrive { .. } | Edit::SetDepth { .. } => self.drive(edit)?,
        }
        Some(())
    }

    fn remove(&mut self, id: &str) -> Option<()> {
        self.nodes.get_mut(id)?.take()?;
        for fed in self.fed.remove(id).unwrap_or_default() {
            if let Some(node) = self.node(&fed) {
                cut_from(node, id);
            }
        }
        Some(())
    }

    fn cable(&mut self, edit: &Edit) -> Option<()> {
        let place = |node: &Node, from: &Output, to: &Input| {
            node.cables.iter().position(|c| c.port == to.port && is(&c.from, from))
        };
        match edit {
            Edit::Connect { from, to, gain_db } => {
                self.begins(from, to)?;
                let node = self.node(&to.node.id).filter(|n| place(n, from, to).is_none())?;
                node.cables.push(Cable { from: source(from), port: to.port.clone(), gain_db: *gain_db });
            }
            Edit::Disconnect { from, to } => {
                let node = self.node(&to.node.id)?;
                node.cables.remove(place(node, from, to)?);
            }
            Edit::SetCableGain { from, to, gain_db, .. } => {
                let node = self.node(&to.node.id)?;
                let place = place(node, from, to)?;
                node.cables[place].gain_db = *gain_db;
            }
            _ => {}
        }
        Some(())
    }

    fn drive(&mut self, edit: &Edit) -> Option<()> {
        let place = |param: &ParamValue, from: &Output| param.drives.iter().position(|d| is(&d.from, from));
        match edit {
            Edit::Drive { from, to, depth, .. } => {
                self.begins(from, to)?;
                let param = self.node(&to.node.id)?.params.entry(to.port.clone()).or_default();
                if place(param, from).is_some() {
                    return None;
                }
                param.drives.push(Drive { from: source(from), depth: *depth });
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

    /// Notes that a cable starts at a node that is there.
    fn begins(&mut self, from: &Output, to: &Input) -> Option<()> {
        self.node(&from.node.id)?;
        self.fed.entry(from.node.id.clone()).or_default().push(to.node.id.clone());
        Some(())
    }
}

/// Takes away every cable and drive from a node.
pub(crate) fn cut_from(node: &mut Node, source: &str) {
    node.cables.retain(|c| c.from.node != source);
    node.params.values_mut().for_each(|p| p.drives.retain(|d| d.from.node != source));
    node.params.retain(|_, p| !p.is_empty());
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

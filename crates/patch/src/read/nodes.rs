//! The nodes of a patch or a part.

use super::files::Files;
use super::{Reader, in_order, wrong};
use crate::catalogue::{BUFFER_KEY, Catalogue, DEVICE_KEY, SLOTS_KEY};
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::limits::MAX_NODES;
use crate::model::{Node, Nodes, Patch};
use crate::problem::Problem;
use crate::tree::{Entry, Tree, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Reads one node that is to go into a patch; what it is called there must not matter to its ports.
///
/// # Errors
/// Every problem of the node's own values; none has a place.
pub(crate) fn read_node(
    label: &str,
    entries: Vec<Entry>,
    patch: &Patch,
    catalogue: &Catalogue,
) -> Result<Node, Vec<Problem>> {
    let files = Files::default();
    let entry = Entry::new(label, Value::Table(entries));
    let own = kind_of(&entry.tree, catalogue);
    let kinds = |name: &str| match name == label {
        true => own.clone(),
        false => catalogue.find(&patch.nodes.get(name)?.kind).cloned(),
    };
    let mut reader = Reader::new("", catalogue, Vec::new(), &files);
    let node = reader.node(&entry, &kinds);
    reader.problems.iter_mut().for_each(|p| p.at = None);
    if reader.problems.is_empty() { Ok(node) } else { Err(in_order(reader.problems)) }
}

/// The kind of the node of a label.
pub(super) type Kinds<'r> = &'r dyn Fn(&str) -> Option<Arc<KindInfo>>;

/// A node while it is read.
pub(super) struct Site<'r> {
    pub label: &'r str,
    pub kind: Option<Arc<KindInfo>>,
    /// The kinds of all nodes, for the ports of sources.
    pub kinds: Kinds<'r>,
}

impl Reader<'_> {
    pub(super) fn nodes(&mut self, tree: &Tree) -> Nodes {
        let Value::Table(entries) = &tree.value else {
            self.broken = true;
            self.complain(&tree.span, None, Some("nodes"), wrong("a table", &tree.value));
            return Nodes::new();
        };
        self.no_repetition(entries, None);
        if entries.len() > MAX_NODES {
            self.broken = true;
            self.complain(&tree.span, None, Some("nodes"), Fault::TooManyNodes { count: entries.len() });
            return Nodes::new();
        }
        let kinds: HashMap<&str, Option<Arc<KindInfo>>> =
            entries.iter().map(|e| (e.key.as_str(), kind_of(&e.tree, &self.catalogue))).collect();
        let kinds = |label: &str| kinds.get(label).cloned().flatten();
        let node = |e: &Entry| (e.key.clone(), self.node(e, &kinds));
        entries.iter().map(node).collect()
    }

    fn node(&mut self, entry: &Entry, kinds: Kinds<'_>) -> Node {
        let label = entry.key.as_str();
        let mut node = Node::new(label, "");
        self.places.node(label).head = Some(entry.key_span.clone());
        let Value::Table(entries) = &entry.tree.value else {
            self.places.node(label).kind_is_missing = true;
            self.complain(&entry.tree.span, Some(label), None, wrong("a table", &entry.tree.value));
            return node;
        };
        self.no_repetition(entries, Some(label));
        let site = Site { label, kind: kinds(label), kinds };
        if !entries.iter().any(|e| e.key == "kind") {
            self.places.node(label).kind_is_missing = true;
            self.complain(&entry.key_span, Some(label), None, Fault::MissingKind);
        }
        for item in entries {
            self.places.node(label).set_key(&item.key, item.tree.span.clone());
            self.item(&site, item, &mut node);
        }
        node
    }

    fn item(&mut self, site: &Site<'_>, item: &Entry, node: &mut Node) {
        let label = Some(site.label);
        let tree = &item.tree;
        match item.key.as_str() {
            "kind" => match self.text(tree, label, "kind") {
                Some(kind) => node.kind = kind,
                None => self.places.node(site.label).kind_is_missing = true,
            },
            "id" => node.id = self.text(tree, label, "id").unwrap_or_else(|| site.label.to_owned()),
            "channels" => node.channels = self.channels(tree, site.label),
            "bypass" => match tree.value {
                Value::Bool(flag) => node.bypass = flag,
                ref other => self.complain(&tree.span, label, Some("bypass"), wrong("true or false", other)),
            },
            BUFFER_KEY if site.kind.as_ref().is_some_and(|kind| kind.plays) => {
                node.buffer = self.text(tree, label, BUFFER_KEY);
            }
            DEVICE_KEY if site.kind.as_ref().is_some_and(|kind| kind.port.is_some()) => {
                node.device = self.text(tree, label, DEVICE_KEY);
            }
            SLOTS_KEY if site.kind.as_ref().is_some_and(|kind| kind.samples) => {
                node.slots = self.slots(tree, site.label);
            }
            "inputs" => node.cables = self.inputs(site, tree).into_iter().collect(),
            _ => self.value(site, item, node),
        }
    }

    fn channels(&mut self, tree: &Tree, label: &str) -> Option<u16> {
        let fault = match tree.value {
            Value::Number(n) if n.fract() == 0.0 && (0.0..=65_535.0).contains(&n) => return Some(n as u16),
            Value::Number(channels) => Fault::ChannelsOutOfRange { channels },
            ref other => wrong("a whole number", other),
        };
        self.complain(&tree.span, Some(label), Some("channels"), fault);
        None
    }
}

fn kind_of(node: &Tree, catalogue: &Catalogue) -> Option<Arc<KindInfo>> {
    let Value::Table(entries) = &node.value else { return None };
    match &entries.iter().find(|e| e.key == "kind")?.tree.value {
        Value::Text(name) => catalogue.find(name).cloned(),
        _ => None,
    }
}

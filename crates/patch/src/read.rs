//! From text to a patch: every problem found, each with its place.

mod inputs;
mod values;

pub(crate) use inputs::source;
pub(crate) use values::unknown_param;

use crate::catalogue::Catalogue;
use crate::check::check_with;
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::limits::{FORMAT, MAX_DOCUMENT, MAX_NODES, MAX_PROBLEMS};
use crate::model::{Node, Patch};
use crate::places::Places;
use crate::problem::{Lines, Problem};
use crate::suggest::nearest;
use crate::tree::{Entry, Span, Tree, Value, from_json, from_toml};
use indexmap::IndexMap;
use std::sync::Arc;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// TOML, for hands.
    Toml,
    /// JSON of the same structure.
    Json,
}

/// A patch that can sound, and what its author should know about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The patch.
    pub patch: Patch,
    /// Problems that do not keep it from sounding.
    pub warnings: Vec<Problem>,
}

/// Reads a document.
///
/// # Errors
/// Every problem that keeps the patch from sounding, in the order of the text; at most [`MAX_PROBLEMS`].
pub fn read(text: &str, notation: Notation, catalogue: &Catalogue) -> Result<Checked, Vec<Problem>> {
    if text.len() > MAX_DOCUMENT {
        return Err(vec![Problem::of(Fault::TooLarge { bytes: text.len() })]);
    }
    let (tree, syntax) = match notation {
        Notation::Toml => from_toml(text),
        Notation::Json => (from_json(text)?, Vec::new()),
    };
    read_tree(text, &tree, syntax, catalogue)
}

/// Reads a document that is taken apart already.
pub(crate) fn read_tree(
    text: &str,
    tree: &Tree,
    syntax: Vec<Problem>,
    catalogue: &Catalogue,
) -> Result<Checked, Vec<Problem>> {
    let mut reader = Reader::new(text, catalogue, syntax);
    reader.broken = !reader.problems.is_empty();
    let patch = reader.document(tree);
    // What a mistake of notation swallowed would be missed here, with misleading messages.
    if !reader.broken {
        check_with(&patch, catalogue, &reader.places, &mut |span, node, item, fault| {
            reader.problems.push(Problem { at: span.map(|s| reader.lines.position(s)), node, item, fault });
        });
    }
    let problems = in_order(reader.problems);
    if problems.iter().all(Problem::is_warning) {
        Ok(Checked { patch, warnings: problems })
    } else {
        Err(problems)
    }
}

/// Sorted by place; those beyond the limit are counted. Warnings only if there is nothing worse: most follow from that.
pub(crate) fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.iter().any(|p| !p.is_warning()) {
        problems.retain(|p| !p.is_warning());
    }
    problems.sort_by_key(|p| p.at.as_ref().map_or(usize::MAX, |at| at.span.start));
    if problems.len() > MAX_PROBLEMS {
        let count = problems.len() - (MAX_PROBLEMS - 1);
        problems.truncate(MAX_PROBLEMS - 1);
        problems.push(Problem::of(Fault::More { count }));
    }
    problems
}

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
    let entry = Entry::new(label, Value::Table(entries));
    let others = patch.nodes.iter().map(|(l, n)| (l.as_str(), catalogue.find(&n.kind).cloned()));
    let kinds = others.chain([(label, kind_of(&entry.tree, catalogue))]).collect();
    let mut reader = Reader::new("", catalogue, Vec::new());
    let node = reader.node(&entry, &kinds);
    reader.problems.iter_mut().for_each(|p| p.at = None);
    if reader.problems.is_empty() { Ok(node) } else { Err(in_order(reader.problems)) }
}

/// What reading a document has found so far.
pub(crate) struct Reader<'t> {
    catalogue: Catalogue,
    lines: Lines<'t>,
    places: Places,
    problems: Vec<Problem>,
    /// Whether so much is missing that what is left cannot be judged.
    broken: bool,
}

/// A node while it is read.
struct Site<'r> {
    label: &'r str,
    kind: Option<Arc<KindInfo>>,
    /// The kinds of all nodes, for the ports of sources.
    kinds: &'r IndexMap<&'r str, Option<Arc<KindInfo>>>,
}

const TOP: &[&str] = &["format", "title", "nodes"];

impl<'t> Reader<'t> {
    fn new(text: &'t str, catalogue: &Catalogue, problems: Vec<Problem>) -> Self {
        Reader {
            catalogue: catalogue.clone(),
            lines: Lines::of(text),
            places: Places::default(),
            problems,
            broken: false,
        }
    }

    fn complain(&mut self, span: &Span, node: Option<&str>, item: Option<&str>, fault: Fault) {
        let at = Some(self.lines.position(span.clone()));
        self.problems.push(Problem {
            at,
            node: node.map(str::to_owned),
            item: item.map(str::to_owned),
            fault,
        });
    }

    fn document(&mut self, tree: &Tree) -> Patch {
        let mut patch = Patch::new();
        let Value::Table(entries) = &tree.value else {
            self.broken = true;
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return patch;
        };
        self.no_repetition(entries, None);
        for Entry { key, key_span, tree } in entries {
            match key.as_str() {
                "format" => self.format(tree),
                "title" => patch.title = self.text(tree, None, "title"),
                "nodes" => patch.nodes = self.nodes(tree),
                _ => self.unknown_key(key, key_span, None, "a patch", TOP),
            }
        }
        patch
    }

    fn format(&mut self, tree: &Tree) {
        let fault = match tree.value {
            Value::Number(found) if found == f64::from(FORMAT) => return,
            Value::Number(found) if found > f64::from(FORMAT) => Fault::FormatTooNew { found },
            Value::Number(found) => Fault::FormatUnknown { found },
            ref other => wrong("a whole number", other),
        };
        self.complain(&tree.span, None, Some("format"), fault);
    }

    fn nodes(&mut self, tree: &Tree) -> IndexMap<String, Node> {
        let Value::Table(entries) = &tree.value else {
            self.broken = true;
            self.complain(&tree.span, None, Some("nodes"), wrong("a table", &tree.value));
            return IndexMap::new();
        };
        self.no_repetition(entries, None);
        if entries.len() > MAX_NODES {
            self.broken = true;
            self.complain(&tree.span, None, Some("nodes"), Fault::TooManyNodes { count: entries.len() });
            return IndexMap::new();
        }
        let kinds = entries.iter().map(|e| (e.key.as_str(), kind_of(&e.tree, &self.catalogue))).collect();
        let node = |e: &Entry| (e.key.clone(), self.node(e, &kinds));
        entries.iter().map(node).collect()
    }

    fn node(&mut self, entry: &Entry, kinds: &IndexMap<&str, Option<Arc<KindInfo>>>) -> Node {
        let label = entry.key.as_str();
        let mut node = Node::new(label, "");
        self.places.node(label).head = Some(entry.key_span.clone());
        let Value::Table(entries) = &entry.tree.value else {
            self.places.node(label).kind_is_missing = true;
            self.complain(&entry.tree.span, Some(label), None, wrong("a table", &entry.tree.value));
            return node;
        };
        self.no_repetition(entries, Some(label));
        let site = Site { label, kind: kinds.get(label).cloned().flatten(), kinds };
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
            "inputs" => node.cables = self.inputs(site, tree),
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

    fn text(&mut self, tree: &Tree, node: Option<&str>, item: &str) -> Option<String> {
        match &tree.value {
            Value::Text(text) => Some(text.clone()),
            other => {
                self.complain(&tree.span, node, Some(item), wrong("text", other));
                None
            }
        }
    }

    fn unknown_key(
        &mut self,
        key: &str,
        span: &Span,
        node: Option<&str>,
        within: &'static str,
        allowed: &'static [&'static str],
    ) {
        let suggestion = nearest(key, allowed.iter().copied());
        let fault = Fault::UnknownKey { key: key.to_owned(), within, allowed, suggestion };
        self.complain(span, node, None, fault);
    }

    /// Complains of keys that stand twice in one table, which JSON and chains can say.
    fn no_repetition(&mut self, entries: &[Entry], node: Option<&str>) {
        let mut seen = std::collections::HashSet::with_capacity(entries.len());
        for entry in entries {
            if !seen.insert(entry.key.as_str()) {
                // Which of two nodes of one name others mean cannot be known.
                self.broken |= node.is_none();
                self.complain(&entry.key_span, node, None, Fault::DuplicateKey { key: entry.key.clone() });
            }
        }
    }
}

fn wrong(expected: &'static str, found: &Value) -> Fault {
    Fault::WrongType { expected, found: found.noun() }
}

fn kind_of(node: &Tree, catalogue: &Catalogue) -> Option<Arc<KindInfo>> {
    let Value::Table(entries) = &node.value else { return None };
    match &entries.iter().find(|e| e.key == "kind")?.tree.value {
        Value::Text(name) => catalogue.find(name).cloned(),
        _ => None,
    }
}

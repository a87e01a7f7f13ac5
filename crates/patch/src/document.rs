//! A TOML document that keeps its author's comments, order and spacing while its patch is edited.

mod sequences;

use crate::catalogue::Catalogue;
use crate::limits::FORMAT;
use crate::listing::Listing;
use crate::merge::{merge, set, to_toml};
use crate::model::{BufferSource, Node, Nodes, Part, Patch};
use crate::print::{buffer_entries, entries, part_entries, part_params, transport_entries};
use crate::problem::Problem;
use crate::read::{Checked, Load, Loader, Notation, read_any};
use crate::tree::{Entry, Value};
use sostenuto_nodes::{Buffer, Streamed};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;
use toml_edit::{DocumentMut, Item, Table, TableLike};

/// The text of a patch, and what it says.
///
/// A part that comes from a file stays with its file: the text goes on naming it, and its contents are changed there.
#[derive(Clone, Debug)]
pub struct Document {
    text: DocumentMut,
    patch: Patch,
    warnings: Vec<Problem>,
    /// The texts of the files that parts come from.
    files: BTreeMap<String, String>,
    /// The parts as their files have them.
    filed: Listing<Part>,
}

/// An old and a new patch, and their kinds.
struct Change<'a> {
    old: &'a Patch,
    new: &'a Patch,
    old_kinds: Catalogue,
    new_kinds: Catalogue,
}

impl Document {
    /// Reads a document to keep its text. Parts that come from files are refused.
    ///
    /// # Errors
    /// As [`read`](crate::read).
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        Self::parse_any(text, catalogue, None)
    }

    /// Reads a document to keep its text, and the files that its parts come from.
    ///
    /// # Errors
    /// As [`read_with`](crate::read_with).
    pub fn parse_with(
        text: &str,
        catalogue: &Catalogue,
        load: &mut Loader<'_>,
    ) -> Result<Self, Vec<Problem>> {
        Self::parse_any(text, catalogue, Some(load))
    }

    fn parse_any(
        text: &str,
        catalogue: &Catalogue,
        load: Option<&mut Loader<'_>>,
    ) -> Result<Self, Vec<Problem>> {
        let (Checked { patch, warnings }, files) = read_any(text, Notation::Toml, catalogue, load)?;
        let syntax = |e: toml_edit::TomlError| {
            vec![Problem::of(crate::Fault::Syntax { message: e.message().to_owned() })]
        };
        let text = text.parse::<DocumentMut>().map_err(syntax)?;
        let files = files.read.into_iter().map(|(name, file)| (name, file.text)).collect();
        let filed = patch.parts.iter().filter(|(_, p)| p.file.is_some());
        let filed = filed.map(|(name, part)| (name.clone(), part.clone())).collect();
        Ok(Document { text, patch, warnings, files, filed })
    }

    /// A patch printed in the settled form.
    pub(crate) fn printed(patch: &Patch, catalogue: &Catalogue) -> Self {
        let mut text = DocumentMut::new();
        text.insert("format", toml_edit::value(i64::from(FORMAT)));
        let (files, filed) = (BTreeMap::new(), Listing::new());
        let mut document = Document { text, patch: Patch::new(), warnings: Vec::new(), files, filed };
        document.change(patch, catalogue);
        document
    }

    /// What the text says.
    pub fn patch(&self) -> &Patch {
        &self.patch
    }

    /// What its author should know, as of when it was read.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Makes the text say `patch`, changing only what differs: what has not changed keeps its comments, order and spacing, and
    /// its way of writing (`"2 kHz"` stays `"2 kHz"`). New nodes, parts and sequences go to the end of theirs.
    ///
    /// If the text is of a form in which that cannot be done, it is printed anew.
    pub fn update(&mut self, patch: &Patch, catalogue: &Catalogue) {
        self.change(patch, catalogue);
        // What hands write has more forms than can be thought of: so the outcome is read, not assumed.
        let mut load = Known { files: &self.files, patch };
        let now = read_any(&self.text.to_string(), Notation::Toml, catalogue, Some(&mut load));
        let expected = with_files_of(patch, &self.filed);
        if !now.is_ok_and(|(checked, _)| checked.patch == *expected) {
            let (files, filed) = (std::mem::take(&mut self.files), std::mem::take(&mut self.filed));
            *self = Document { files, filed, ..Document::printed(patch, catalogue) };
        }
    }

    fn change(&mut self, patch: &Patch, catalogue: &Catalogue) {
        if patch.title != self.patch.title {
            match &patch.title {
                Some(title) => set(self.text.as_table_mut(), "title", &Value::Text(title.clone())),
                None => drop(self.text.remove("title")),
            }
        }
        let old = std::mem::take(&mut self.patch);
        let (old_kinds, new_kinds) = (catalogue.with_parts(&old), catalogue.with_parts(patch));
        let change = Change { old: &old, new: patch, old_kinds, new_kinds };
        change.transport(&mut self.text);
        change.buffers(&mut self.text);
        change.parts(&mut self.text);
        let nodes = table_of(self.text.as_table_mut(), "nodes");
        change.nodes(nodes, &old.nodes, &patch.nodes);
        sequences::change(&mut self.text, &old.sequences, &patch.sequences);
        self.patch = patch.clone();
    }
}

impl fmt::Display for Document {
    /// The text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// What the files of a document are known to hold.
struct Known<'a> {
    files: &'a BTreeMap<String, String>,
    patch: &'a Patch,
}

impl Known<'_> {
    fn sound_of(&self, file: &str, keep_rate: bool) -> Option<Arc<Buffer>> {
        let of_file = |source: &&BufferSource| {
            !source.stream && source.file.as_deref() == Some(file) && source.keep_rate == keep_rate
        };
        self.patch.buffers.values().find(of_file)?.sound.clone()
    }
}

impl Load for Known<'_> {
    fn text(&mut self, file: &str) -> Result<String, String> {
        self.files.get(file).cloned().ok_or_else(String::new)
    }

    fn sound(&mut self, file: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(self.sound_of(file, false))
    }

    fn sound_as_recorded(&mut self, file: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(self.sound_of(file, true))
    }

    fn stream(&mut self, file: &str) -> Result<Option<Streamed>, String> {
        let of_file = |source: &&BufferSource| source.stream && source.file.as_deref() == Some(file);
        Ok(self.patch.buffers.values().find(of_file).and_then(|source| source.footage.clone()))
    }
}

/// The patch as its text reads: parts from files have what the files say, whatever was made of them since, and buffers without a file no sound.
fn with_files_of<'p>(patch: &'p Patch, filed: &Listing<Part>) -> std::borrow::Cow<'p, Patch> {
    let mut patch = std::borrow::Cow::Borrowed(patch);
    for (name, part) in filed {
        let now = patch.parts.get(name);
        if now.is_some_and(|now| now.file == part.file && now != part) {
            patch.to_mut().parts.insert(name.clone(), part.clone());
        }
    }
    if patch.buffers.values().any(|source| source.file.is_none() && source.is_known()) {
        let handed = |source: &mut BufferSource| {
            if source.file.is_none() {
                (source.sound, source.footage) = (None, None);
            }
        };
        patch.to_mut().buffers.each_mut(|_, source| handed(source));
    }
    patch
}

/// A table of tables under a key; made if it is not there.
fn table_of<'t>(around: &'t mut dyn TableLike, key: &str) -> &'t mut Item {
    around.entry(key).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    })
}

/// Keeps the entries of a table that fit. All at once: taking many out one by one would move the rest each time.
fn retain(table: &mut Item, keep: impl Fn(&str) -> bool) {
    match table {
        Item::Table(table) => table.retain(|key, _| keep(key)),
        Item::Value(toml_edit::Value::InlineTable(table)) => table.retain(|key, _| keep(key)),
        _ => {}
    }
}

impl Change<'_> {
    fn transport(&self, text: &mut DocumentMut) {
        let (was, now) = (&self.old.transport, &self.new.transport);
        if was == now {
            return;
        }
        let entries = transport_entries(now);
        if entries.is_empty() {
            text.remove("transport");
        } else if let Some(table) = text.get_mut("transport").and_then(Item::as_table_like_mut) {
            merge(table, &transport_entries(was), &entries);
        } else {
            text.insert("transport", new_table(&entries));
        }
    }

    fn buffers(&self, text: &mut DocumentMut) {
        let (old, new) = (&self.old.buffers, &self.new.buffers);
        if old.changes(new).next().is_none() {
            return;
        }
        if new.is_empty() {
            text.remove("buffers");
            return;
        }
        let buffers = table_of(text.as_table_mut(), "buffers");
        retain(buffers, |name| new.contains_key(name));
        let Some(table) = buffers.as_table_like_mut() else { return };
        for (name, source) in new {
            if old.get(name).is_none_or(|was| (&was.file, was.keep_rate) != (&source.file, source.keep_rate))
                || !table.contains_key(name)
            {
                set(table, name, &Value::Table(buffer_entries(source)));
            }
        }
    }

    fn parts(&self, text: &mut DocumentMut) {
        if self.old.parts.is_empty() && self.new.parts.is_empty() {
            return;
        }
        let parts = table_of(text.as_table_mut(), "parts");
        retain(parts, |name| self.new.parts.contains_key(name));
        if let Some(parts) = parts.as_table_like_mut() {
            for (name, part) in &self.new.parts {
                match (self.old.parts.get(name), parts.get_mut(name)) {
                    (Some(was), Some(item)) if was.file.is_none() && part.file.is_none() => {
                        self.part(item, was, part);
                    }
                    (Some(was), Some(_)) if was.file == part.file => {}
                    _ => {
                        let mut table = Table::new();
                        table.set_implicit(part.file.is_none() && part.voices.is_none());
                        let mut item = Item::Table(table);
                        self.part(&mut item, &Part::default(), part);
                        parts.insert(name, item);
                    }
                }
            }
        }
        if self.new.parts.is_empty() {
            text.remove("parts");
        }
    }

    fn part(&self, item: &mut Item, was: &Part, part: &Part) {
        let Some(table) = item.as_table_like_mut() else { return };
        merge(table, &part_entries(was), &part_entries(part));
        if part.file.is_some() {
            return;
        }
        let (old, new) = (part_params(was, &self.old_kinds), part_params(part, &self.new_kinds));
        if new.is_empty() {
            table.remove("params");
        } else if old != new || !table.contains_key("params") {
            let params = table.entry("params").or_insert_with(|| Item::Table(Table::new()));
            if let Some(params) = params.as_table_like_mut() {
                merge(params, &old, &new);
            }
        }
        let nodes = table_of(table, "nodes");
        self.nodes(nodes, &was.nodes, &part.nodes);
    }

    fn nodes(&self, item: &mut Item, old: &Nodes, new: &Nodes) {
        let ids: HashSet<&str> = new.values().map(|n| n.id.as_str()).collect();
        retain(item, |label| old.get(label).is_none_or(|n| ids.contains(n.id.as_str())));
        let Some(table) = item.as_table_like_mut() else { return };
        let labels: HashMap<&str, &str> = new.iter().map(|(l, n)| (n.id.as_str(), l.as_str())).collect();
        // All that move are taken out first, so that two nodes can change their labels.
        let mut moved = Vec::new();
        for (label, node) in old {
            let now = labels.get(node.id.as_str()).copied();
            if now != Some(label) {
                let item = table.remove(label);
                if let (Some(now), Some(item)) = (now, item) {
                    moved.push((now, item));
                }
            }
        }
        for (label, item) in moved {
            table.insert(label, item);
        }
        let old_labels: HashMap<&str, &str> = old.iter().map(|(l, n)| (n.id.as_str(), l.as_str())).collect();
        for (label, node) in new {
            let was = old_labels.get(node.id.as_str()).and_then(|l| Some((*l, old.get(l)?)));
            let now = entries(new, node, &self.new_kinds);
            match (was, table.get_mut(label).and_then(Item::as_table_like_mut)) {
                (Some((label_was, was)), Some(table))
                    if label_was != label || self.differs((old, was), (new, node)) =>
                {
                    merge(table, &entries(old, was, &self.old_kinds), &now);
                }
                (Some(_), Some(_)) => {}
                _ => drop(table.insert(label, new_table(&now))),
            }
        }
    }

    /// Whether a node's table may say something else. Another first port of its kind or of a source's can change what need not be
    /// written.
    fn differs(&self, (old, was): (&Nodes, &Node), (new, node): (&Nodes, &Node)) -> bool {
        let first = |kinds: &Catalogue, nodes: &Nodes, label: &str| {
            let kind = kinds.find(&nodes.get(label)?.kind)?;
            Some(kind.outputs.first()?.name.clone())
        };
        let input = |kinds: &Catalogue, kind: &str| Some(kinds.find(kind)?.inputs.first()?.name.clone());
        was != node
            || input(&self.old_kinds, &was.kind) != input(&self.new_kinds, &node.kind)
            || Patch::sources(node)
                .any(|s| first(&self.old_kinds, old, &s.node) != first(&self.new_kinds, new, &s.node))
    }
}

pub(crate) fn new_table(entries: &[Entry]) -> Item {
    let mut table = Table::new();
    for entry in entries {
        table.insert(&entry.key, Item::Value(to_toml(&entry.tree.value)));
    }
    Item::Table(table)
}

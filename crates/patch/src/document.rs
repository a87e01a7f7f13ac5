//! A TOML document that keeps its author's comments, order and spacing while its patch is edited.

use crate::catalogue::Catalogue;
use crate::limits::FORMAT;
use crate::merge::{merge, set, to_toml};
use crate::model::{Node, Patch};
use crate::print::entries;
use crate::problem::Problem;
use crate::read::{Notation, read};
use crate::tree::{Entry, Value};
use std::fmt;
use toml_edit::{DocumentMut, Item, Table, TableLike};

/// The text of a patch, and what it says.
#[derive(Clone, Debug)]
pub struct Document {
    text: DocumentMut,
    patch: Patch,
    warnings: Vec<Problem>,
}

impl Document {
    /// Reads a document to keep its text.
    ///
    /// # Errors
    /// As [`read`].
    pub fn parse(text: &str, catalogue: &Catalogue) -> Result<Self, Vec<Problem>> {
        let checked = read(text, Notation::Toml, catalogue)?;
        let syntax = |e: toml_edit::TomlError| {
            vec![Problem::of(crate::Fault::Syntax { message: e.message().to_owned() })]
        };
        let text = text.parse::<DocumentMut>().map_err(syntax)?;
        Ok(Document { text, patch: checked.patch, warnings: checked.warnings })
    }

    /// A patch printed in the settled form.
    pub(crate) fn printed(patch: &Patch, catalogue: &Catalogue) -> Self {
        let mut text = DocumentMut::new();
        text.insert("format", toml_edit::value(i64::from(FORMAT)));
        let mut document = Document { text, patch: Patch::new(), warnings: Vec::new() };
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
    /// its way of writing (`"2 kHz"` stays `"2 kHz"`). New nodes go to the end.
    ///
    /// If the text is of a form in which that cannot be done, it is printed anew.
    pub fn update(&mut self, patch: &Patch, catalogue: &Catalogue) {
        self.change(patch, catalogue);
        // What hands write has more forms than can be thought of: so the outcome is read, not assumed.
        let now = read(&self.text.to_string(), Notation::Toml, catalogue);
        if !now.is_ok_and(|checked| checked.patch == *patch) {
            *self = Document::printed(patch, catalogue);
        }
    }

    fn change(&mut self, patch: &Patch, catalogue: &Catalogue) {
        if patch.title != self.patch.title {
            match &patch.title {
                Some(title) => set(self.text.as_table_mut(), "title", &Value::Text(title.clone())),
                None => drop(self.text.remove("title")),
            }
        }
        let nodes = self.text.entry("nodes").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        // All at once: taking many out one by one would move the rest each time.
        let ids: std::collections::HashSet<&str> = patch.nodes.values().map(|n| n.id.as_str()).collect();
        let stays = |label: &str| self.patch.nodes.get(label).is_none_or(|n| ids.contains(n.id.as_str()));
        match nodes {
            Item::Table(table) => table.retain(|label, _| stays(label)),
            Item::Value(toml_edit::Value::InlineTable(table)) => table.retain(|label, _| stays(label)),
            _ => {}
        }
        if let Some(nodes) = nodes.as_table_like_mut() {
            change_nodes(nodes, &self.patch, patch, catalogue);
        }
        self.patch = patch.clone();
    }
}

impl fmt::Display for Document {
    /// The text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn change_nodes(nodes: &mut dyn TableLike, old: &Patch, new: &Patch, catalogue: &Catalogue) {
    let ids: std::collections::HashMap<&str, &str> =
        new.nodes.iter().map(|(l, n)| (n.id.as_str(), l.as_str())).collect();
    // All that move are taken out first, so that two nodes can change their labels.
    let mut moved = Vec::new();
    for (label, node) in &old.nodes {
        let now = ids.get(node.id.as_str()).copied();
        if now != Some(label) {
            let item = nodes.remove(label);
            if let (Some(now), Some(item)) = (now, item) {
                moved.push((now, item));
            }
        }
    }
    for (label, item) in moved {
        nodes.insert(label, item);
    }
    let old_labels: std::collections::HashMap<&str, &str> =
        old.nodes.iter().map(|(l, n)| (n.id.as_str(), l.as_str())).collect();
    for (label, node) in &new.nodes {
        let was = old_labels.get(node.id.as_str()).and_then(|l| Some((*l, old.nodes.get(*l)?)));
        let now = entries(new, node, catalogue);
        match (was, nodes.get_mut(label).and_then(Item::as_table_like_mut)) {
            (Some((label_was, was)), Some(table))
                if label_was != label || needs_change(old, was, new, node) =>
            {
                merge(table, &entries(old, was, catalogue), &now);
            }
            (Some(_), Some(_)) => {}
            _ => drop(nodes.insert(label, new_table(&now))),
        }
    }
}

/// Whether a node's table may say something else. A source of another kind can change what need not be written.
fn needs_change(old: &Patch, was: &Node, new: &Patch, node: &Node) -> bool {
    let kind = |patch: &Patch, label: &str| patch.nodes.get(label).map(|n| n.kind.clone());
    was != node || Patch::sources(node).any(|s| kind(old, &s.node) != kind(new, &s.node))
}

fn new_table(entries: &[Entry]) -> Item {
    let mut table = Table::new();
    for entry in entries {
        table.insert(&entry.key, Item::Value(to_toml(&entry.tree.value)));
    }
    Item::Table(table)
}

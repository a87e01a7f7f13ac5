//! A TOML document that keeps its author's comments, order and spacing while its patch is edited.

use crate::catalogue::Catalogue;
use crate::limits::FORMAT;
use crate::model::{Node, Patch};
use crate::print::entries;
use crate::problem::Problem;
use crate::read::{Notation, read};
use crate::tree::{Entry, Value};
use std::fmt;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

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
    pub fn parse(text: &str, catalogue: &Catalogue<'_>) -> Result<Self, Vec<Problem>> {
        let checked = read(text, Notation::Toml, catalogue)?;
        let syntax = |e: toml_edit::TomlError| {
            vec![Problem::of(crate::Fault::Syntax { message: e.message().to_owned() })]
        };
        let text = text.parse::<DocumentMut>().map_err(syntax)?;
        Ok(Document { text, patch: checked.patch, warnings: checked.warnings })
    }

    /// A patch printed in the settled form.
    pub(crate) fn printed(patch: &Patch, catalogue: &Catalogue<'_>) -> Self {
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
    pub fn update(&mut self, patch: &Patch, catalogue: &Catalogue<'_>) {
        self.change(patch, catalogue);
        // What hands write has more forms than can be thought of: so the outcome is read, not assumed.
        let now = read(&self.text.to_string(), Notation::Toml, catalogue);
        if !now.is_ok_and(|checked| checked.patch == *patch) {
            *self = Document::printed(patch, catalogue);
        }
    }

    fn change(&mut self, patch: &Patch, catalogue: &Catalogue<'_>) {
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

fn change_nodes(nodes: &mut dyn TableLike, old: &Patch, new: &Patch, catalogue: &Catalogue<'_>) {
    let ids: std::collections::HashMap<&str, &str> =
        new.nodes.iter().map(|(l, n)| (n.id.as_str(), l.as_str())).collect();
    // All that go or move are taken out first, so that two nodes can change their labels.
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

/// Makes a table say `new` where it said `old`.
fn merge(table: &mut dyn TableLike, old: &[Entry], new: &[Entry]) {
    for entry in old.iter().filter(|e| new.iter().all(|n| n.key != e.key)) {
        table.remove(&entry.key);
    }
    for entry in new {
        let before = old.iter().find(|e| e.key == entry.key).map(|e| &e.tree.value);
        let after = &entry.tree.value;
        if before == Some(after) && table.contains_key(&entry.key) {
            continue;
        }
        match (before, after, table.get_mut(&entry.key)) {
            (Some(Value::Table(before)), Value::Table(after), Some(item)) if same_form(item, before) => {
                if let Some(inner) = item.as_table_like_mut() {
                    merge(inner, before, after);
                }
            }
            (
                Some(Value::List(before)),
                Value::List(after),
                Some(Item::Value(toml_edit::Value::Array(array))),
            ) if array.len() == before.len() => {
                let values =
                    |list: &[crate::tree::Tree]| list.iter().map(|t| t.value.clone()).collect::<Vec<_>>();
                merge_list(array, &values(before), &values(after));
            }
            _ => set(table, &entry.key, after),
        }
    }
}

/// Whether a table in the text has the keys that the settled form would have.
fn same_form(item: &Item, entries: &[Entry]) -> bool {
    item.as_table_like()
        .is_some_and(|t| t.len() == entries.len() && entries.iter().all(|e| t.contains_key(&e.key)))
}

/// Makes a list say `new`; what was in it before keeps its form if it is still in the same order.
fn merge_list(array: &mut Array, old: &[Value], new: &[Value]) {
    let mut old = old.to_vec();
    let mut place = 0;
    while place < old.len() {
        if new.get(place..).is_some_and(|rest| rest.contains(&old[place])) {
            place += 1;
        } else if place < new.len() && old.len() == new.len() {
            // As long as before: this one has changed.
            let value = to_toml(&new[place]);
            if let Some(before) = array.get(place).map(|v| v.decor().clone()) {
                array.replace_formatted(place, decorated(value, before));
            }
            old[place] = new[place].clone();
            place += 1;
        } else {
            array.remove(place);
            old.remove(place);
        }
    }
    if new.len() >= old.len() && old[..] == new[..old.len()] {
        for value in &new[old.len()..] {
            // A list of one line for each gets one more line.
            let like = array.iter().last().map(|v| v.decor().clone());
            let value = to_toml(value);
            match like.filter(|_| array.len() > 1) {
                Some(decor) => array.push_formatted(decorated(value, plain(&decor))),
                None => array.push(value),
            }
        }
        return;
    }
    let decor = array.decor().clone();
    *array = new.iter().map(to_toml).collect();
    *array.decor_mut() = decor;
}

/// The white space before a value without the comments that stand there too.
fn plain(decor: &toml_edit::Decor) -> toml_edit::Decor {
    let prefix = decor.prefix().and_then(|p| p.as_str()).unwrap_or("");
    let indent = prefix.rfind('\n').map_or(prefix, |i| &prefix[i..]);
    let clean = if indent.trim().is_empty() { indent } else { " " };
    toml_edit::Decor::new(clean, "")
}

fn decorated(mut value: toml_edit::Value, decor: toml_edit::Decor) -> toml_edit::Value {
    *value.decor_mut() = decor;
    value
}

/// Sets a key; a value that was there hands on its comment and spacing.
fn set(table: &mut dyn TableLike, key: &str, value: &Value) {
    let mut new = to_toml(value);
    match table.get_mut(key) {
        Some(item) => {
            if let Some(old) = item.as_value() {
                *new.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(new);
        }
        None => drop(table.insert(key, Item::Value(new))),
    }
}

fn to_toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Number(number) => (*number).into(),
        Value::Count(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::List(list) => list.iter().map(|t| to_toml(&t.value)).collect::<Array>().into(),
        Value::Table(entries) => {
            let pairs = entries.iter().map(|e| (e.key.as_str(), to_toml(&e.tree.value)));
            pairs.collect::<InlineTable>().into()
        }
        Value::Other(_) => "".into(),
    }
}

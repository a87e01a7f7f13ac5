//! The sequences of a text.

use crate::listing::Listing;
use crate::merge::{merge, to_toml};
use crate::model::Sequence;
use crate::print::sequence_entries;
use crate::tree::{Entry, Value};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table};

type Sequences = Listing<Sequence>;

/// Makes the text say the new sequences where it said the old ones; those that are new go to the end. What it cannot do leaves a text that says something else.
pub(super) fn change(text: &mut DocumentMut, old: &Sequences, new: &Sequences) {
    if old == new && old.keys().eq(new.keys()) {
        return;
    }
    if new.is_empty() {
        text.remove("sequence");
        return;
    }
    let tables = text.entry("sequence").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    let Item::ArrayOfTables(tables) = tables else { return };
    let mut before: Vec<(usize, &String, &Sequence)> =
        old.iter().enumerate().map(|(place, (name, sequence))| (place, name, sequence)).collect();
    for place in (0..before.len()).rev() {
        if !new.contains_key(before[place].1) {
            tables.remove(place);
            before.remove(place);
        }
    }
    for (place, (place_was, name, was)) in before.iter().enumerate() {
        if let (Some(sequence), Some(table)) = (new.get(name), tables.get_mut(place)) {
            let old = sequence_entries(*place_was, name, was);
            change_one(table, &old, &sequence_entries(place, name, sequence));
        }
    }
    for (name, sequence) in new.iter().filter(|(name, _)| !old.contains_key(name)) {
        tables.push(new_table(&sequence_entries(tables.len(), name, sequence)));
    }
}

fn change_one(table: &mut Table, old: &[Entry], new: &[Entry]) {
    merge(table, old, new);
    // Steps that were merged keep their lines; those that were written anew get them.
    let anew = |steps: &toml_edit::Array| steps.iter().all(|s| s.decor().prefix().is_none());
    for list in ["steps", "points"] {
        if let Some(toml_edit::Value::Array(steps)) = table.get_mut(list).and_then(Item::as_value_mut)
            && anew(steps)
        {
            in_lines(steps);
        }
    }
}

fn new_table(entries: &[Entry]) -> Table {
    let mut table = Table::new();
    for entry in entries {
        let mut value = to_toml(&entry.tree.value);
        if let (Value::List(_), toml_edit::Value::Array(steps)) = (&entry.tree.value, &mut value) {
            in_lines(steps);
        }
        table.insert(&entry.key, Item::Value(value));
    }
    table
}

/// Each step in a line of its own, if there are several.
fn in_lines(steps: &mut toml_edit::Array) {
    if steps.len() < 2 {
        return;
    }
    steps.iter_mut().for_each(|step| step.decor_mut().set_prefix("\n  "));
    steps.set_trailing("\n");
    steps.set_trailing_comma(true);
}

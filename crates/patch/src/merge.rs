//! Values of a TOML text changed where they differ, and nowhere else.

use crate::tree::{Entry, Value};
use toml_edit::{Array, InlineTable, Item, TableLike};

/// Makes a table say `new` where it said `old`.
pub(crate) fn merge(table: &mut dyn TableLike, old: &[Entry], new: &[Entry]) {
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
            take_out(array, place);
            old.remove(place);
        }
    }
    if new.len() >= old.len() && old[..] == new[..old.len()] {
        new[old.len()..].iter().for_each(|value| append(array, to_toml(value)));
        return;
    }
    let decor = array.decor().clone();
    *array = new.iter().map(to_toml).collect();
    *array.decor_mut() = decor;
}

/// What stands before a value: the comment on the value before it, which ends its line, and the rest.
fn halves(before: &str) -> (&str, &str) {
    before.split_at(before.find('\n').unwrap_or(0))
}

fn prefix(value: &toml_edit::Value) -> String {
    value.decor().prefix().and_then(|p| p.as_str()).unwrap_or("").to_owned()
}

/// Takes a value out of a list, and with it the comment at the end of its line.
fn take_out(array: &mut Array, place: usize) {
    let removed = array.remove(place);
    let before = prefix(&removed);
    let (kept, _) = halves(&before);
    match array.get_mut(place) {
        Some(next) => {
            let after = prefix(next);
            let (_, own) = halves(&after);
            let first = place == 0 && !after.contains('\n');
            next.decor_mut().set_prefix(if first { before.clone() } else { format!("{kept}{own}") });
        }
        None => {
            let after = array.trailing().as_str().unwrap_or("").to_owned();
            let suffix = removed.decor().suffix().and_then(|s| s.as_str()).unwrap_or("").to_owned();
            let after = format!("{suffix}{after}");
            array.set_trailing(format!("{kept}{}", halves(&after).1));
        }
    }
}

/// Puts a value at the end of a list: in a line of its own if the last one has that.
fn append(array: &mut Array, value: toml_edit::Value) {
    let Some(last) = array.len().checked_sub(1) else { return array.push(value) };
    let before = array.get(last).map(prefix).unwrap_or_default();
    let (_, indent) = halves(&before);
    if !indent.starts_with('\n') || !indent.trim().is_empty() {
        return array.push(value);
    }
    let indent = indent.to_owned();
    let suffix = array.get(last).and_then(|v| v.decor().suffix()?.as_str()).unwrap_or("").to_owned();
    let after = format!("{suffix}{}", array.trailing().as_str().unwrap_or(""));
    let (comment, end) = halves(&after);
    if let Some(last) = array.get_mut(last) {
        last.decor_mut().set_suffix("");
    }
    array.push_formatted(decorated(value, toml_edit::Decor::new(format!("{comment}{indent}"), "")));
    array.set_trailing(end);
}

fn decorated(mut value: toml_edit::Value, decor: toml_edit::Decor) -> toml_edit::Value {
    *value.decor_mut() = decor;
    value
}

/// Sets a key; a value that was there hands on its comment and spacing.
pub(crate) fn set(table: &mut dyn TableLike, key: &str, value: &Value) {
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

pub(crate) fn to_toml(value: &Value) -> toml_edit::Value {
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

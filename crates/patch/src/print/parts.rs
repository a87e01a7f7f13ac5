//! What stands in the table of a part.

use crate::catalogue::{Catalogue, param};
use crate::model::{Part, PartParam, Target};
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};

/// What a part says of itself, but for its parameters and nodes. Of a part from a file that is the file.
pub(crate) fn part_entries(part: &Part) -> Vec<Entry> {
    if let Some(file) = &part.file {
        return vec![Entry::new("file", file.as_str())];
    }
    let Some(voices) = &part.voices else { return Vec::new() };
    let entry = |(key, quantity): &(&str, Quantity)| {
        // Times are single: written with the digits that they have.
        let value = match voices.get(key)? {
            time if *key == "glide" || *key == "fade" => Value::from(time as f32),
            value => quantity.write(value),
        };
        Some(Entry::new(key, value))
    };
    Quantity::VOICING.iter().filter_map(entry).collect()
}

/// What its parameters stand for.
pub(crate) fn part_params(part: &Part, catalogue: &Catalogue) -> Vec<Entry> {
    if part.file.is_some() {
        return Vec::new();
    }
    part.params.iter().map(|(name, said)| Entry::new(name, part_param(part, said, catalogue))).collect()
}

fn part_param(part: &Part, said: &PartParam, catalogue: &Catalogue) -> Value {
    let written = |target: &Target| Value::Text(format!("{}.{}", target.node, target.param));
    let to = match said.to.as_slice() {
        [one] => written(one),
        many => Value::List(many.iter().map(|t| Tree::from(written(t))).collect()),
    };
    let quantity = said.to.first().and_then(|target| {
        let kind = catalogue.find(&part.nodes.get(&target.node)?.kind)?;
        param(kind, &target.param).map(|(info, _)| Quantity::of_param(info))
    });
    let number = |value: f32| match (Value::from(value), quantity) {
        (Value::Number(exact), Some(quantity)) => quantity.write(exact),
        (value, _) => value,
    };
    let values = [("min", said.min), ("max", said.max), ("default", said.default)];
    let values: Vec<Entry> =
        values.iter().filter_map(|(key, v)| Some(Entry::new(key, number((*v)?)))).collect();
    if values.is_empty() {
        return to;
    }
    Value::Table(std::iter::once(Entry::new("to", to)).chain(values).collect())
}

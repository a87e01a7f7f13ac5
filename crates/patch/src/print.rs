//! From a patch to a document: what stands under each key, and the two notations.

mod parts;
mod sequences;

pub(crate) use parts::{part_entries, part_params};
pub(crate) use sequences::{sequence_entries, transport_entries};

use crate::catalogue::{BUFFER_KEY, Catalogue, DEVICE_KEY, SLOTS_KEY, param, setting};
use crate::document::Document;
use crate::kind::KindInfo;
use crate::limits::FORMAT;
use crate::model::{BufferSource, Cable, Node, Nodes, ParamValue, Part, Patch, Sequence, Slot, Source};
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};
use sostenuto_nodes::SLOT_SETTINGS;

/// The patch as TOML, in one settled form: nodes in their order, and in each the kind, what comes in, and the values in the
/// order of the catalogue. [`read`](crate::read) gives the same patch back.
pub fn to_toml(patch: &Patch, catalogue: &Catalogue) -> String {
    Document::printed(patch, catalogue).to_string()
}

/// The patch as JSON of the same structure. [`read`](crate::read) gives the same patch back.
pub fn to_json(patch: &Patch, catalogue: &Catalogue) -> String {
    let catalogue = &catalogue.with_parts(patch);
    let object = |entries| serde_json::Value::Object(entries);
    let mut top = serde_json::Map::new();
    top.insert("format".to_owned(), FORMAT.into());
    if let Some(title) = &patch.title {
        top.insert("title".to_owned(), title.as_str().into());
    }
    if !patch.transport.is_empty() {
        top.insert("transport".to_owned(), table_to_json(&transport_entries(&patch.transport)));
    }
    if !patch.buffers.is_empty() {
        let buffer =
            |(name, source): (&String, &BufferSource)| (name.clone(), table_to_json(&buffer_entries(source)));
        top.insert("buffers".to_owned(), object(patch.buffers.iter().map(buffer).collect()));
    }
    let nodes = |nodes: &Nodes| {
        let node = |(label, node): (&String, &Node)| {
            (label.clone(), table_to_json(&entries(nodes, node, catalogue)))
        };
        object(nodes.iter().map(node).collect())
    };
    if !patch.parts.is_empty() {
        let part = |(name, part): (&String, &Part)| {
            let mut table: serde_json::Map<_, _> = json_entries(&part_entries(part)).collect();
            if part.file.is_none() && !part.params.is_empty() {
                table.insert("params".to_owned(), table_to_json(&part_params(part, catalogue)));
            }
            if part.file.is_none() {
                table.insert("nodes".to_owned(), nodes(&part.nodes));
            }
            (name.clone(), object(table))
        };
        top.insert("parts".to_owned(), object(patch.parts.iter().map(part).collect()));
    }
    top.insert("nodes".to_owned(), nodes(&patch.nodes));
    if !patch.sequences.is_empty() {
        let sequence = |(place, (name, sequence)): (usize, (&String, &Sequence))| {
            table_to_json(&sequence_entries(place, name, sequence))
        };
        let list = patch.sequences.iter().enumerate().map(sequence).collect();
        top.insert("sequence".to_owned(), serde_json::Value::Array(list));
    }
    format!("{:#}\n", serde_json::Value::Object(top))
}

/// What stands in the table of a buffer.
pub(crate) fn buffer_entries(source: &BufferSource) -> Vec<Entry> {
    let file = source.file.iter().map(|file| Entry::new("file", file.as_str()));
    let flags = [("keep_rate", source.keep_rate), ("stream", source.stream)];
    let flags = flags.into_iter().filter(|(_, is_set)| *is_set);
    file.chain(flags.map(|(name, _)| Entry::new(name, Value::Bool(true)))).collect()
}

fn json_entries(entries: &[Entry]) -> impl Iterator<Item = (String, serde_json::Value)> {
    entries.iter().map(|e| (e.key.clone(), value_to_json(&e.tree.value)))
}

fn table_to_json(entries: &[Entry]) -> serde_json::Value {
    json_entries(entries).collect()
}

fn value_to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Count(number) => (*number).into(),
        Value::Number(number) => (*number).into(),
        Value::Bool(flag) => (*flag).into(),
        Value::List(list) => list.iter().map(|t| value_to_json(&t.value)).collect(),
        Value::Table(entries) => table_to_json(entries),
        Value::Other(_) => serde_json::Value::Null,
    }
}

/// What stands in the table of a node.
/// The catalogue has the parts of the patch.
pub(crate) fn entries(nodes: &Nodes, node: &Node, catalogue: &Catalogue) -> Vec<Entry> {
    let label_is_id = nodes.get(&node.id).is_some_and(|n| std::ptr::eq(n, node));
    let kind = catalogue.find(&node.kind).map(|k| &**k);
    let mut entries = vec![Entry::new("kind", node.kind.as_str())];
    if !label_is_id {
        entries.push(Entry::new("id", node.id.as_str()));
    }
    if !node.cables.is_empty() {
        entries.push(Entry::new("inputs", inputs(nodes, node, kind, catalogue)));
    }
    if let Some(channels) = node.channels {
        entries.push(Entry::new("channels", Value::Count(channels.into())));
    }
    if node.bypass {
        entries.push(Entry::new("bypass", Value::Bool(true)));
    }
    if let Some(buffer) = &node.buffer {
        entries.push(Entry::new(BUFFER_KEY, buffer.as_str()));
    }
    if !node.slots.is_empty() {
        entries.push(Entry::new(SLOTS_KEY, Value::List(node.slots.iter().map(slot).collect())));
    }
    if let Some(device) = &node.device {
        entries.push(Entry::new(DEVICE_KEY, device.as_str()));
    }
    for name in
        in_order(node.settings.keys(), kind.into_iter().flat_map(|k| k.settings.iter().map(|s| s.name)))
    {
        let value = node.settings[name];
        let info = kind.and_then(|k| setting(k, name));
        entries.push(Entry::new(
            name,
            info.map_or(Value::Number(value), |i| Quantity::of_setting(i).write(value)),
        ));
    }
    for name in in_order(node.params.keys(), kind.into_iter().flat_map(|k| k.params.iter().map(|p| &*p.name)))
    {
        let info = kind.and_then(|k| param(k, name));
        let quantity = info.map(|(i, _)| Quantity::of_param(i));
        entries.push(Entry::new(name, param_value(nodes, &node.params[name], quantity, catalogue)));
    }
    entries
}

/// A slot: the name of its buffer, or a table.
fn slot(slot: &Slot) -> Tree {
    if slot.settings.is_empty() {
        return Tree::from(Value::Text(slot.buffer.clone()));
    }
    let mut entries = vec![Entry::new(BUFFER_KEY, slot.buffer.as_str())];
    for info in SLOT_SETTINGS {
        if let Some(value) = slot.settings.get(info.name) {
            entries.push(Entry::new(info.name, Quantity::of_setting(info).write(*value)));
        }
    }
    Tree::from(Value::Table(entries))
}

/// The names that are there: first those of the catalogue in its order, then the others.
fn in_order<'n, 'k>(
    present: impl Iterator<Item = &'n String>,
    known: impl Iterator<Item = &'k str>,
) -> Vec<&'n str> {
    let known: Vec<&str> = known.collect();
    let mut names: Vec<&str> = present.map(String::as_str).collect();
    names.sort_by_key(|name| (known.iter().position(|k| k == name).unwrap_or(usize::MAX), name.len(), *name));
    names
}

fn param_value(
    nodes: &Nodes,
    param: &ParamValue,
    quantity: Option<Quantity>,
    catalogue: &Catalogue,
) -> Value {
    let number = |v: f32| match (Value::from(v), quantity) {
        (Value::Number(exact), Some(quantity)) => quantity.write(exact),
        (value, _) => value,
    };
    let drive = |d: &crate::model::Drive| {
        [
            Entry::new("from", source(nodes, &d.from, catalogue).as_str()),
            Entry::new("depth", Value::from(d.depth)),
        ]
    };
    let value = param.value.map(number);
    match (value, param.drives.as_slice()) {
        (Some(value), []) => value,
        // What follows a signal needs neither value nor depth.
        (Some(_), [one]) if param.value == Some(0.0) && one.depth == 1.0 => {
            Value::Table(drive(one).into_iter().take(1).collect())
        }
        (value, [one]) => {
            Value::Table(value.map(|v| Entry::new("value", v)).into_iter().chain(drive(one)).collect())
        }
        (value, many) => {
            let drives = many.iter().map(|d| Tree::from(Value::Table(drive(d).into()))).collect();
            let value = value.map(|v| Entry::new("value", v)).into_iter();
            Value::Table(value.chain([Entry::new("drive", Value::List(drives))]).collect())
        }
    }
}

fn inputs(nodes: &Nodes, node: &Node, kind: Option<&KindInfo>, catalogue: &Catalogue) -> Value {
    let cable = |c: &Cable| Tree::from(cable(nodes, c, catalogue));
    let in_a_list = match kind.map(|k| (&k.bank, k.inputs.first())) {
        Some((Some(bank), _)) => {
            node.cables.iter().enumerate().all(|(i, c)| c.port == format!("{}{}", bank.port.name, i + 1))
        }
        Some((None, Some(first))) => node.cables.iter().all(|c| c.port == first.name),
        _ => false,
    };
    if in_a_list {
        return Value::List(node.cables.iter().map(cable).collect());
    }
    let mut ports: Vec<&str> = Vec::new();
    for c in &node.cables {
        if !ports.contains(&c.port.as_str()) {
            ports.push(&c.port);
        }
    }
    let port = |port: &str| {
        let mut into: Vec<Tree> = node.cables.iter().filter(|c| c.port == port).map(cable).collect();
        let value = if into.len() == 1 { into.remove(0).value } else { Value::List(into) };
        Entry::new(port, value)
    };
    Value::Table(ports.into_iter().map(port).collect())
}

fn cable(nodes: &Nodes, cable: &Cable, catalogue: &Catalogue) -> Value {
    let from = source(nodes, &cable.from, catalogue);
    if cable.gain_db == 0.0 {
        return Value::Text(from);
    }
    Value::Table(vec![Entry::new("from", from.as_str()), Entry::new("gain", Value::from(cable.gain_db))])
}

/// `node`, or `node.port` if it is not the first.
pub(crate) fn source(nodes: &Nodes, from: &Source, catalogue: &Catalogue) -> String {
    let kind = nodes.get(&from.node).and_then(|n| catalogue.find(&n.kind));
    match kind.and_then(|k| k.outputs.first()) {
        Some(first) if first.name == from.port => from.node.clone(),
        _ => format!("{}.{}", from.node, from.port),
    }
}

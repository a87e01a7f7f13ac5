//! The parts of a document: each after those that it uses, from the document or from its file.

use super::{Reader, wrong};
use crate::catalogue::param;
use crate::check::part_param_key;
use crate::circle::sorted;
use crate::fault::{Fault, PartFault};
use crate::limits::MAX_PARTS;
use crate::listing::Listing;
use crate::model::{Nodes, Part, PartParam, Target, Voicing};
use crate::places::Places;
use crate::problem::Scope;
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};
use indexmap::IndexMap;

const PART: &[&str] =
    &["file", "voices", "spares", "mode", "steal", "priority", "glide", "fade", "params", "nodes"];
const FILE: &[&str] =
    &["format", "title", "voices", "spares", "mode", "steal", "priority", "glide", "fade", "params", "nodes"];
const PARAM: &[&str] = &["to", "min", "max", "default"];

/// Where the definition of a part stands: in which text, and what of it.
struct Body<'t> {
    text: usize,
    tree: &'t Tree,
}

impl<'t> Reader<'t> {
    pub(super) fn parts(&mut self, tree: &Tree) -> Listing<Part> {
        let Value::Table(entries) = &tree.value else {
            self.broken = true;
            self.complain(&tree.span, None, Some("parts"), wrong("a table", &tree.value));
            return Listing::new();
        };
        self.no_repetition(entries, None);
        if entries.len() > MAX_PARTS {
            self.broken = true;
            let fault = PartFault::TooMany { count: entries.len() };
            self.complain(&tree.span, None, Some("parts"), fault.into());
            return Listing::new();
        }
        let files = self.files;
        let bodies: Vec<&Tree> = entries.iter().map(|e| body(e, files)).collect();
        let names: IndexMap<&str, usize> =
            entries.iter().enumerate().map(|(place, e)| (e.key.as_str(), place)).collect();
        let uses: Vec<Vec<usize>> = bodies.iter().map(|tree| uses(tree, &names)).collect();
        let mut circles = vec![false; uses.len()];
        let order = sorted(&uses, |circle| circle.iter().for_each(|c| circles[*c] = true));
        let mut parts: Vec<Part> = vec![Part::default(); entries.len()];
        for place in order {
            let entry = &entries[place];
            let outside = std::mem::replace(&mut self.scope, Scope::Part(entry.key.clone()));
            let around = std::mem::take(&mut self.places);
            self.places.set_own(Places::HEAD, entry.key_span.clone());
            parts[place] = self.part(entry);
            let places = std::mem::replace(&mut self.places, around);
            self.all.parts.insert(entry.key.clone(), places);
            self.scope = outside;
            if !circles[place] {
                self.catalogue.define(&entry.key, &parts[place]);
            }
        }
        entries.iter().map(|e| e.key.clone()).zip(parts).collect()
    }

    fn part(&mut self, entry: &Entry) -> Part {
        let Value::Table(entries) = &entry.tree.value else {
            self.broken = true;
            self.complain(&entry.tree.span, None, None, wrong("a table", &entry.tree.value));
            return Part::default();
        };
        let Some(file) = entries.iter().find(|e| e.key == "file") else {
            return self.definition(Body { text: 0, tree: &entry.tree }, PART);
        };
        for other in entries.iter().filter(|e| e.key != "file") {
            let fault = PartFault::BesideFile { key: other.key.clone() };
            self.complain(&other.key_span, None, Some(&other.key), fault.into());
        }
        let Some(name) = self.text(&file.tree, None, "file") else {
            self.broken = true;
            return Part::default();
        };
        let mut part = match self.files.place(&name) {
            Some((place, found)) => {
                if !found.syntax.is_empty() {
                    self.broken = true;
                    self.problems.extend(found.syntax.iter().cloned());
                }
                self.definition(Body { text: place + 1, tree: &found.tree }, FILE)
            }
            None => {
                // What the part would have been cannot be known.
                self.broken = true;
                let fault = self.files.refused.get(&name).cloned().unwrap_or(PartFault::NoFiles);
                self.complain(&file.tree.span, None, Some("file"), fault.into());
                Part::default()
            }
        };
        part.file = Some(name);
        part
    }

    fn definition(&mut self, body: Body<'_>, allowed: &'static [&'static str]) -> Part {
        let mut part = Part::default();
        if body.text != self.places.text {
            // Where the part is named, no fault of its file is.
            self.places = Places::of_text(body.text);
            self.places.set_own(Places::HEAD, body.tree.span.start..body.tree.span.start);
        }
        let Value::Table(entries) = &body.tree.value else {
            self.broken = true;
            self.complain(&body.tree.span, None, None, wrong("a table", &body.tree.value));
            return part;
        };
        self.no_repetition(entries, None);
        let find = |key: &str| entries.iter().find(|e| e.key == key);
        if let Some(nodes) = find("nodes") {
            part.nodes = self.nodes(&nodes.tree);
        }
        part.voices = self.voicing(entries);
        if let Some(params) = find("params") {
            self.params(&params.tree, &mut part);
        }
        for Entry { key, key_span, tree } in entries {
            match key.as_str() {
                "format" if allowed == FILE => self.format(tree),
                "title" if allowed == FILE => drop(self.text(tree, None, "title")),
                key if allowed.contains(&key) => {}
                _ => self.unknown_key(key, key_span, None, "a part", allowed),
            }
        }
        part
    }

    /// What a part says of its voices; nothing if it has none.
    fn voicing(&mut self, entries: &[Entry]) -> Option<Voicing> {
        let mut voicing = Voicing::of(1);
        let is_instrument = entries.iter().any(|e| e.key == "voices");
        for (key, quantity) in Quantity::VOICING {
            let Some(entry) = entries.iter().find(|e| e.key == key) else { continue };
            self.places.set_own(key, entry.tree.span.clone());
            if !is_instrument {
                let fault = PartFault::NoVoices { key: key.to_owned() };
                self.complain(&entry.key_span, None, Some(key), fault.into());
            } else if let Some(value) = self.quantity(&entry.tree, key, quantity) {
                voicing.set(key, value);
            }
        }
        is_instrument.then_some(voicing)
    }

    fn params(&mut self, tree: &Tree, part: &mut Part) {
        let Value::Table(entries) = &tree.value else {
            return self.complain(&tree.span, None, Some("params"), wrong("a table", &tree.value));
        };
        self.no_repetition(entries, None);
        for entry in entries {
            self.places.set_own(&part_param_key(&entry.key), entry.tree.span.clone());
            if let Some(param) = self.part_param(entry, &part.nodes) {
                part.params.insert(entry.key.clone(), param);
            }
        }
    }

    fn part_param(&mut self, entry: &Entry, nodes: &Nodes) -> Option<PartParam> {
        let name = entry.key.as_str();
        let mut param = PartParam::default();
        let Value::Table(entries) = &entry.tree.value else {
            param.to = self.targets(&entry.tree, name)?;
            return Some(param);
        };
        self.no_repetition(entries, None);
        if let Some(to) = entries.iter().find(|e| e.key == "to") {
            param.to = self.targets(&to.tree, name)?;
        }
        let quantity = param.to.first().and_then(|target| self.target_quantity(target, nodes));
        for Entry { key, key_span, tree } in entries {
            let value = match key.as_str() {
                "to" => continue,
                "min" => &mut param.min,
                "max" => &mut param.max,
                "default" => &mut param.default,
                _ => {
                    self.unknown_key(key, key_span, None, "a parameter of a part", PARAM);
                    continue;
                }
            };
            // Of a target that is not there, nothing more can be said.
            if let Some(quantity) = quantity {
                *value = self.quantity(tree, name, quantity).map(|v| v as f32);
            }
        }
        Some(param)
    }

    /// What values a target takes.
    fn target_quantity(&self, target: &Target, nodes: &Nodes) -> Option<Quantity> {
        let kind = self.catalogue.find(&nodes.get(&target.node)?.kind)?;
        param(kind, &target.param).map(|(info, _)| Quantity::of_param(info))
    }

    /// `"NODE.PARAM"`, or a list of such.
    fn targets(&mut self, tree: &Tree, name: &str) -> Option<Vec<Target>> {
        let one = std::slice::from_ref(tree);
        let list = match &tree.value {
            Value::List(list) => list.as_slice(),
            _ => one,
        };
        let mut targets = Vec::with_capacity(list.len());
        for tree in list {
            let fault: Fault = match &tree.value {
                Value::Text(text) => match text.split_once('.') {
                    Some((node, param)) if !node.is_empty() && !param.is_empty() => {
                        targets.push(Target { node: node.to_owned(), param: param.to_owned() });
                        continue;
                    }
                    _ => PartFault::BadTarget { text: text.clone() }.into(),
                },
                other => wrong("\"NODE.PARAM\"", other),
            };
            self.complain(&tree.span, None, Some(name), fault);
            return None;
        }
        Some(targets)
    }
}

/// Where the definition of a part stands.
fn body<'f>(entry: &'f Entry, files: &'f super::Files) -> &'f Tree {
    match entry.tree.get("file").map(|t| &t.value) {
        Some(Value::Text(name)) => files.read.get(name).map_or(&entry.tree, |file| &file.tree),
        _ => &entry.tree,
    }
}

/// The parts that a part uses.
fn uses(part: &Tree, names: &IndexMap<&str, usize>) -> Vec<usize> {
    let Some(Value::Table(nodes)) = part.get("nodes").map(|t| &t.value) else { return Vec::new() };
    let kind = |node: &Entry| match &node.tree.get("kind")?.value {
        Value::Text(kind) => names.get(kind.as_str()).copied(),
        _ => None,
    };
    nodes.iter().filter_map(kind).collect()
}

//! Parameters and settings of a node, and what drives them.

use super::nodes::Site;
use super::{NODE_KEYS, Reader, wrong};
use crate::catalogue::{item_names, param, setting};
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::model::{Drive, Node, ParamValue};
use crate::quantity::Quantity;
use crate::suggest::nearest;
use crate::tree::{Entry, Tree, Value};

const VALUE_KEYS: &[&str] = &["value", "from", "depth", "drive"];
const DRIVE_KEYS: &[&str] = &["from", "depth"];

impl<'t> Reader<'t> {
    /// A key of a node that is not one of those that every node has.
    pub(super) fn value(&mut self, site: &Site<'_>, item: &Entry, node: &mut Node) {
        // Of a kind that nobody knows, nothing more can be said.
        let Some(kind) = site.kind.as_deref() else { return };
        if let Some((info, _)) = param(kind, &item.key) {
            let quantity = Quantity::of_param(info);
            let value = self.param(site, item, quantity);
            if !value.is_empty() {
                node.params.insert(item.key.clone(), value);
            }
        } else if let Some(info) = setting(kind, &item.key) {
            let fault = match &item.tree.value {
                Value::Table(_) => Fault::SettingDriven,
                value => match Quantity::of_setting(info).read(value) {
                    Ok(number) => {
                        node.settings.insert(item.key.clone(), number);
                        return;
                    }
                    Err(fault) => fault,
                },
            };
            self.complain(&item.tree.span, Some(site.label), Some(&item.key), fault);
        } else {
            let fault = unknown_param(kind, &item.key);
            self.complain(&item.key_span, Some(site.label), None, fault);
        }
    }

    fn param(&mut self, site: &Site<'_>, item: &Entry, quantity: Quantity) -> ParamValue {
        let mut param = ParamValue::default();
        let Value::Table(entries) = &item.tree.value else {
            param.value = self.number(site, &item.key, &item.tree, quantity);
            return param;
        };
        self.no_repetition(entries, Some(site.label));
        let has = |key: &str| entries.iter().any(|e| e.key == key);
        if has("from") && !has("value") && !has("depth") && !has("drive") {
            param.drives.extend(self.follow(site, item, entries));
            // The signal itself, kept within the range: 0 and 1 times the signal.
            param.value = (!param.drives.is_empty()).then_some(0.0);
            return param;
        }
        for e in entries {
            match e.key.as_str() {
                "value" if has("from") || has("drive") => {
                    param.value = self.base(site, item, &e.tree, quantity)
                }
                "value" => param.value = self.number(site, &item.key, &e.tree, quantity),
                "drive" => self.drives(site, item, &e.tree, quantity, &mut param.drives),
                "from" | "depth" => {}
                _ => self.unknown_key(&e.key, &e.key_span, Some(site.label), "a parameter", VALUE_KEYS),
            }
        }
        if entries.iter().any(|e| DRIVE_KEYS.contains(&e.key.as_str())) {
            self.drive(site, item, &item.tree, quantity, &mut param.drives);
        }
        param
    }

    /// The value of a parameter that is driven. It may be 0 whatever the range, which only the sum is kept in.
    fn base(&mut self, site: &Site<'_>, item: &Entry, tree: &Tree, quantity: Quantity) -> Option<f32> {
        match tree.value {
            Value::Number(0.0) => Some(0.0),
            _ => self.number(site, &item.key, tree, quantity),
        }
    }

    /// The drive of a parameter that follows a signal.
    fn follow(&mut self, site: &Site<'_>, item: &Entry, entries: &[Entry]) -> Option<Drive> {
        let from = entries.iter().find(|e| e.key == "from")?;
        for e in entries.iter().filter(|e| e.key != "from") {
            self.unknown_key(&e.key, &e.key_span, Some(site.label), "a parameter", VALUE_KEYS);
        }
        let text = self.text(&from.tree, Some(site.label), &item.key)?;
        self.places.node(site.label).add_drive(&item.key, from.tree.span.clone());
        Some(Drive { from: self.source(site, &text), depth: 1.0 })
    }

    fn drives(
        &mut self,
        site: &Site<'_>,
        item: &Entry,
        tree: &Tree,
        depth: Quantity,
        drives: &mut Vec<Drive>,
    ) {
        let one = std::slice::from_ref(tree);
        let list = match &tree.value {
            Value::List(list) => list.as_slice(),
            _ => one,
        };
        for each in list {
            let Value::Table(entries) = &each.value else {
                let fault = wrong("a table with from and depth", &each.value);
                self.complain(&each.span, Some(site.label), Some(&item.key), fault);
                continue;
            };
            self.no_repetition(entries, Some(site.label));
            for e in entries.iter().filter(|e| !DRIVE_KEYS.contains(&e.key.as_str())) {
                self.unknown_key(&e.key, &e.key_span, Some(site.label), "a drive", DRIVE_KEYS);
            }
            self.drive(site, item, each, depth, drives);
        }
    }

    /// One drive: `from` and `depth` of a table.
    fn drive(&mut self, site: &Site<'_>, item: &Entry, tree: &Tree, of: Quantity, drives: &mut Vec<Drive>) {
        let Value::Table(entries) = &tree.value else { return };
        let find = |key: &str| entries.iter().find(|e| e.key == key);
        let (label, name) = (Some(site.label), Some(item.key.as_str()));
        let depth = match find("depth") {
            Some(e) => self.number(site, &item.key, &e.tree, of.depth()),
            None => {
                self.complain(&tree.span, label, name, Fault::MissingDepth { example: "1.0".to_owned() });
                None
            }
        };
        let from = match find("from") {
            Some(e) => self.text(&e.tree, label, &item.key).map(|text| (self.source(site, &text), e)),
            None => {
                self.complain(&tree.span, label, name, Fault::MissingFrom);
                None
            }
        };
        if let (Some((from, e)), Some(depth)) = (from, depth) {
            drives.push(Drive { from, depth });
            self.places.node(site.label).add_drive(&item.key, e.tree.span.clone());
        }
    }

    pub(super) fn number(
        &mut self,
        site: &Site<'_>,
        item: &str,
        tree: &Tree,
        quantity: Quantity,
    ) -> Option<f32> {
        match quantity.read(&tree.value) {
            Ok(number) => Some(number as f32),
            Err(fault) => {
                self.complain(&tree.span, Some(site.label), Some(item), fault);
                None
            }
        }
    }
}

/// The fault of a name that the kind does not know.
pub(crate) fn unknown_param(kind: &KindInfo, name: &str) -> Fault {
    let known = item_names(kind);
    // Not the last, which only chains have.
    let common = NODE_KEYS.iter().copied().take(NODE_KEYS.len() - 1);
    let suggestion = nearest(name, known.iter().map(String::as_str).chain(common));
    Fault::UnknownParam { name: name.to_owned(), kind: kind.name.clone(), known, suggestion }
}

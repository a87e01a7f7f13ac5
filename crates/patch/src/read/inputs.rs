//! The cables into a node: a list for its first port or its bank, or a table by port.

use super::nodes::Site;
use super::{Reader, wrong};
use crate::catalogue::{bank_max, has_inputs, input};
use crate::fault::Fault;
use crate::kind::KindInfo;
use crate::model::{Cable, Source};
use crate::quantity::Quantity;
use crate::tree::{Entry, Tree, Value};
use std::sync::Arc;

const CABLE_KEYS: &[&str] = &["from", "gain"];

impl<'t> Reader<'t> {
    pub(super) fn inputs(&mut self, site: &Site<'_>, tree: &Tree) -> Vec<Cable> {
        let mut cables = Vec::new();
        // Of a kind that nobody knows, nothing more can be said.
        let Some(kind) = site.kind.as_deref() else { return cables };
        if !has_inputs(kind) {
            let empty = matches!(&tree.value, Value::List(list) if list.is_empty());
            if !empty {
                self.complain(
                    &tree.span,
                    Some(site.label),
                    Some("inputs"),
                    Fault::NoInputs { kind: kind.name.clone() },
                );
            }
            return cables;
        }
        match &tree.value {
            Value::Table(entries) if !is_cable(entries, kind) => {
                self.no_repetition(entries, Some(site.label));
                for e in entries {
                    // A port of a table keeps its place under its own name, for what a check says of it.
                    self.places.node(site.label).set_key(&e.key, e.key_span.clone());
                    each(&e.tree, |_, one| self.cable(site, one, e.key.clone(), &mut cables));
                }
            }
            _ => self.list(site, kind, tree, &mut cables),
        }
        cables
    }

    fn list(&mut self, site: &Site<'_>, kind: &KindInfo, tree: &Tree, cables: &mut Vec<Cable>) {
        if let (Value::List(list), Some(bank)) = (&tree.value, &kind.bank) {
            let max = bank_max(kind, bank);
            if list.len() > max as usize {
                let fault = Fault::TooManyInputs { kind: kind.name.clone(), count: list.len(), max };
                self.complain(&tree.span, Some(site.label), Some("inputs"), fault);
                return;
            }
        }
        each(tree, |number, one| {
            let port = match (&kind.bank, kind.inputs.first()) {
                (Some(bank), _) => format!("{}{}", bank.port.name, number + 1),
                (None, first) => first.map_or(String::new(), |p| p.name.to_string()),
            };
            self.cable(site, one, port, cables);
        });
    }

    /// One cable: a source, or a table of a source and a gain.
    fn cable(&mut self, site: &Site<'_>, tree: &Tree, port: String, cables: &mut Vec<Cable>) {
        let label = Some(site.label);
        let mut gain_db = 0.0;
        let (text, span) = match &tree.value {
            Value::Text(text) => (text.clone(), &tree.span),
            Value::Table(entries) => {
                self.no_repetition(entries, label);
                let mut from = None;
                for e in entries {
                    match e.key.as_str() {
                        "from" => from = Some((self.text(&e.tree, label, &port), &e.tree.span)),
                        "gain" => {
                            gain_db = self.number(site, &port, &e.tree, Quantity::GAIN).unwrap_or(0.0);
                        }
                        _ => self.unknown_key(&e.key, &e.key_span, label, "a cable", CABLE_KEYS),
                    }
                }
                match from {
                    Some((Some(text), span)) => (text, span),
                    Some((None, _)) => return,
                    None => return self.complain(&tree.span, label, Some(&port), Fault::MissingFrom),
                }
            }
            other => {
                let fault = wrong("\"NODE\", \"NODE.PORT\" or a table with from and gain", other);
                return self.complain(&tree.span, label, Some(&port), fault);
            }
        };
        let from = self.source(site, &text);
        cables.push(Cable { from, port, gain_db });
        self.places.node(site.label).cables.push(span.clone());
    }

    /// `node` or `node.port`; the first output if none is named.
    pub(super) fn source(&self, site: &Site<'_>, text: &str) -> Source {
        source(text, site.kinds)
    }
}

/// `node` or `node.port`; the first output of its kind if none is named, nothing if it has none.
pub(crate) fn source(text: &str, kind: impl Fn(&str) -> Option<Arc<KindInfo>>) -> Source {
    let (node, port) = text.split_once('.').map_or((text, None), |(node, port)| (node, Some(port)));
    let first = || kind(node).and_then(|k| Some(k.outputs.first()?.name.to_string())).unwrap_or_default();
    Source { node: node.to_owned(), port: port.map_or_else(first, str::to_owned) }
}

/// Whether a table is one cable, not a table of ports.
fn is_cable(entries: &[Entry], kind: &KindInfo) -> bool {
    let has = |key: &str| entries.iter().any(|e| e.key == key) && input(kind, key).is_none();
    has("from") || (has("gain") && entries.len() == 1)
}

fn each(tree: &Tree, mut visit: impl FnMut(usize, &Tree)) {
    match &tree.value {
        Value::List(list) => list.iter().enumerate().for_each(|(number, one)| visit(number, one)),
        _ => visit(0, tree),
    }
}

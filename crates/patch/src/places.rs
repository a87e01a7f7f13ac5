//! Where the parts of a patch stand in its text.

use crate::tree::Span;
use std::collections::HashMap;

/// Places of a whole patch; empty for a patch without text.
#[derive(Debug, Default)]
pub(crate) struct Places {
    nodes: HashMap<String, NodePlaces>,
}

#[derive(Debug, Default)]
pub(crate) struct NodePlaces {
    pub head: Option<Span>,
    /// Faulty beyond what a check of the patch can say anything about.
    pub kind_is_missing: bool,
    keys: HashMap<String, Span>,
    /// In the order of the node's cables.
    pub cables: Vec<Span>,
    drives: HashMap<String, Vec<Span>>,
}

impl Places {
    pub fn node(&mut self, label: &str) -> &mut NodePlaces {
        self.nodes.entry(label.to_owned()).or_default()
    }

    pub fn kind_is_missing(&self, label: &str) -> bool {
        self.nodes.get(label).is_some_and(|n| n.kind_is_missing)
    }

    pub fn head(&self, label: &str) -> Option<Span> {
        self.nodes.get(label)?.head.clone()
    }

    /// Of a key's value; of the node if the key is not in the text.
    pub fn key(&self, label: &str, key: &str) -> Option<Span> {
        self.nodes.get(label)?.keys.get(key).cloned().or_else(|| self.head(label))
    }

    pub fn cable(&self, label: &str, number: usize) -> Option<Span> {
        self.nodes.get(label)?.cables.get(number).cloned()
    }

    pub fn drive(&self, label: &str, param: &str, number: usize) -> Option<Span> {
        self.nodes.get(label)?.drives.get(param)?.get(number).cloned()
    }
}

impl NodePlaces {
    pub fn set_key(&mut self, key: &str, span: Span) {
        self.keys.insert(key.to_owned(), span);
    }

    pub fn add_drive(&mut self, param: &str, span: Span) {
        self.drives.entry(param.to_owned()).or_default().push(span);
    }
}

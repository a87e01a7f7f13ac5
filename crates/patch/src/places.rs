//! Where the parts of a document stand in its text, or in the texts of its files.

use crate::tree::Span;
use std::collections::HashMap;

/// Places of a whole document; empty for a patch without text.
#[derive(Debug, Default)]
pub(crate) struct DocumentPlaces {
    /// Of the patch's own nodes and keys.
    pub patch: Places,
    /// Of the parts, by name.
    pub parts: HashMap<String, Places>,
    /// Of the sequences, by name. The keys of step 2 are `2` for the whole of it, `2.pitch` …
    pub sequences: HashMap<String, Places>,
}

/// Places of a patch, a part or a sequence.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Which text: 0 is the document.
    pub text: usize,
    nodes: HashMap<String, NodePlaces>,
    keys: HashMap<String, Span>,
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
    /// Of its name or its beginning.
    pub const HEAD: &str = "";

    /// No places yet, of this text.
    pub fn of_text(text: usize) -> Self {
        Places { text, ..Places::default() }
    }

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

    /// Notes where a key of the patch, part or sequence itself stands.
    pub fn set_own(&mut self, key: &str, span: Span) {
        self.keys.insert(key.to_owned(), span);
    }

    /// Of a key of the patch, part or sequence itself, if it is in the text.
    pub fn exactly(&self, key: &str) -> Option<Span> {
        self.keys.get(key).cloned()
    }

    /// Of a key of the patch, part or sequence itself; of its head if the key is not in the text.
    pub fn own(&self, key: &str) -> Option<Span> {
        self.keys.get(key).or_else(|| self.keys.get(Self::HEAD)).cloned()
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

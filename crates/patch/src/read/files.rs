//! The files that parts come from, taken apart.

use super::{Loader, Notation, parse};
use crate::fault::PartFault;
use crate::limits::MAX_BUFFERS;
use crate::problem::Problem;
use crate::tree::{Tree, Value};
use indexmap::IndexMap;
use sostenuto_nodes::{Buffer, Streamed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A recording, if it is known, or why there is none.
type Sound = Result<Option<Arc<Buffer>>, String>;

/// What became of the files that a document names.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// Those that could be read, by name.
    pub read: IndexMap<String, File>,
    /// Those that could not, and why.
    pub refused: BTreeMap<String, PartFault>,
    /// The recordings that buffers come from, by file and whether they keep its rate, as far as they are known, or why there are none.
    pub sounds: BTreeMap<(String, bool), Sound>,
    /// The same of those that are streamed, by file.
    pub streams: BTreeMap<String, Result<Option<Streamed>, String>>,
}

impl Files {
    /// The place of a file among those that were read, and the file.
    pub fn place(&self, name: &str) -> Option<(usize, &File)> {
        self.read.get_full(name).map(|(place, _, file)| (place, file))
    }
}

/// A file that a part comes from.
#[derive(Debug)]
pub(crate) struct File {
    pub text: String,
    pub tree: Tree,
    /// Mistakes of its notation.
    pub syntax: Vec<Problem>,
}

/// Loads every file that a buffer names, once.
fn load_sounds(document: &Tree, load: &mut Loader<'_>, files: &mut Files) {
    let Some(Value::Table(buffers)) = document.get("buffers").map(|t| &t.value) else { return };
    for buffer in buffers.iter().take(MAX_BUFFERS) {
        if let Some(Value::Text(name)) = buffer.tree.get("file").map(|t| &t.value) {
            if matches!(buffer.tree.get("stream").map(|t| &t.value), Some(Value::Bool(true))) {
                files.streams.entry(name.clone()).or_insert_with(|| load.stream(name));
                continue;
            }
            let keeps = matches!(buffer.tree.get("keep_rate").map(|t| &t.value), Some(Value::Bool(true)));
            let read = || if keeps { load.sound_as_recorded(name) } else { load.sound(name) };
            files.sounds.entry((name.clone(), keeps)).or_insert_with(read);
        }
    }
}

/// Loads every file that a part or a buffer names, once.
pub(super) fn load(document: &Tree, mut load: Option<&mut Loader<'_>>) -> Files {
    let mut files = Files::default();
    if let Some(load) = &mut load {
        load_sounds(document, *load, &mut files);
    }
    let Some(Value::Table(parts)) = document.get("parts").map(|t| &t.value) else { return files };
    for part in parts {
        let Some(Value::Text(name)) = part.tree.get("file").map(|t| &t.value) else { continue };
        if files.read.contains_key(name) || files.refused.contains_key(name) {
            continue;
        }
        let text = match &mut load {
            None => Err(PartFault::NoFiles),
            Some(load) => load.text(name).map_err(|why| PartFault::Unreadable { file: name.clone(), why }),
        };
        match text {
            Ok(text) => drop(files.read.insert(name.clone(), take_apart(name, text))),
            Err(fault) => drop(files.refused.insert(name.clone(), fault)),
        }
    }
    files
}

fn take_apart(name: &str, text: String) -> File {
    let json = name.len() > 5
        && name.is_char_boundary(name.len() - 5)
        && name[name.len() - 5..].eq_ignore_ascii_case(".json");
    let notation = if json { Notation::Json } else { Notation::Toml };
    let (tree, mut syntax) =
        parse(&text, notation).unwrap_or_else(|problems| (Tree::from(Value::Table(Vec::new())), problems));
    syntax.iter_mut().for_each(|p| p.file = Some(name.to_owned()));
    File { text, tree, syntax }
}

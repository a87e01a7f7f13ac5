//! From text to a patch: every problem found, each with its place.

mod buffers;
mod files;
mod inputs;
mod nodes;
mod parts;
mod sequences;
mod slots;
mod values;

pub(crate) use inputs::source;
pub(crate) use nodes::read_node;
pub(crate) use sequences::place_of;
pub(crate) use values::unknown_param;

use crate::catalogue::Catalogue;
use crate::check::check_with;
use crate::fault::{Fault, SequenceFault};
use crate::limits::{FORMAT, MAX_DOCUMENT, MAX_PROBLEMS};
use crate::model::{Patch, Timekeeper, Transport};
use crate::places::{DocumentPlaces, Places};
use crate::problem::{Lines, Problem, Scope};
use crate::quantity::Quantity;
use crate::suggest::nearest;
use crate::tree::{Entry, Span, Tree, Value, from_json, from_toml};
use files::File;
pub(crate) use files::Files;
use sostenuto_nodes::{Buffer, Streamed};
use std::sync::Arc;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// TOML, for hands.
    Toml,
    /// JSON of the same structure.
    Json,
}

/// A patch that can sound, and what its author should know about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The patch.
    pub patch: Patch,
    /// Problems that do not keep it from sounding.
    pub warnings: Vec<Problem>,
}

/// Gives what is in the files that a document names, by the names that it has for them.
///
/// A function that gives texts is one; it leaves buffers without sound.
pub trait Load {
    /// The text of a file that a part comes from.
    ///
    /// # Errors
    /// Why there is none, for people.
    fn text(&mut self, file: &str) -> Result<String, String>;

    /// The recording in a file that a buffer comes from, at whatever rate is best to play it; nothing leaves open what it is.
    ///
    /// # Errors
    /// Why there is none, for people.
    fn sound(&mut self, file: &str) -> Result<Option<Arc<Buffer>>, String> {
        let _ = file;
        Ok(None)
    }

    /// The same at the rate of the file, for a buffer that keeps it.
    ///
    /// # Errors
    /// Why there is none, for people.
    fn sound_as_recorded(&mut self, file: &str) -> Result<Option<Arc<Buffer>>, String> {
        self.sound(file)
    }

    /// What a buffer stands for that is streamed from a file; nothing leaves open what it is.
    ///
    /// # Errors
    /// Why there is none, for people.
    fn stream(&mut self, file: &str) -> Result<Option<Streamed>, String> {
        let _ = file;
        Ok(None)
    }
}

impl<F: FnMut(&str) -> Result<String, String>> Load for F {
    fn text(&mut self, file: &str) -> Result<String, String> {
        self(file)
    }
}

/// Whoever gives what is in files.
pub type Loader<'l> = dyn Load + 'l;

/// Reads a document. Parts that come from files are refused; [`read_with`] takes them.
///
/// # Errors
/// Every problem that keeps the patch from sounding, in the order of the text; at most [`MAX_PROBLEMS`].
pub fn read(text: &str, notation: Notation, catalogue: &Catalogue) -> Result<Checked, Vec<Problem>> {
    read_any(text, notation, catalogue, None).map(|(checked, _)| checked)
}

/// Reads a document whose parts may come from files. `load` is asked once for each file, by the name that the document gives;
/// a name that ends in `.json` is read as JSON.
///
/// # Errors
/// As [`read`]; problems in a file name it, and come after those of the document.
pub fn read_with(
    text: &str,
    notation: Notation,
    catalogue: &Catalogue,
    load: &mut Loader<'_>,
) -> Result<Checked, Vec<Problem>> {
    read_any(text, notation, catalogue, Some(load)).map(|(checked, _)| checked)
}

/// The same; gives the files as well.
pub(crate) fn read_any(
    text: &str,
    notation: Notation,
    catalogue: &Catalogue,
    load: Option<&mut Loader<'_>>,
) -> Result<(Checked, Files), Vec<Problem>> {
    let (tree, syntax) = parse(text, notation)?;
    let files = files::load(&tree, load);
    read_tree(text, &tree, syntax, catalogue, &files).map(|checked| (checked, files))
}

/// A text taken apart, and the mistakes of notation in it.
fn parse(text: &str, notation: Notation) -> Result<(Tree, Vec<Problem>), Vec<Problem>> {
    if text.len() > MAX_DOCUMENT {
        return Err(vec![Problem::of(Fault::TooLarge { bytes: text.len() })]);
    }
    match notation {
        Notation::Toml => Ok(from_toml(text)),
        Notation::Json => Ok((from_json(text)?, Vec::new())),
    }
}

/// Reads a document that is taken apart already.
pub(crate) fn read_tree(
    text: &str,
    tree: &Tree,
    syntax: Vec<Problem>,
    catalogue: &Catalogue,
    files: &Files,
) -> Result<Checked, Vec<Problem>> {
    let mut reader = Reader::new(text, catalogue, syntax, files);
    reader.broken = !reader.problems.is_empty();
    let patch = reader.document(tree);
    // What a mistake of notation swallowed would be missed here, with misleading messages.
    if !reader.broken {
        reader.check(&patch);
    }
    let problems = in_order(reader.problems);
    if problems.iter().all(Problem::is_warning) {
        Ok(Checked { patch, warnings: problems })
    } else {
        Err(problems)
    }
}

/// Sorted by file and place; those beyond the limit are counted. Warnings only if there is nothing worse: most follow from that.
pub(crate) fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.iter().any(|p| !p.is_warning()) {
        problems.retain(|p| !p.is_warning());
    }
    problems.sort_by_key(|p| (p.file.clone(), p.at.as_ref().map_or(usize::MAX, |at| at.span.start)));
    if problems.len() > MAX_PROBLEMS {
        let count = problems.len() - (MAX_PROBLEMS - 1);
        problems.truncate(MAX_PROBLEMS - 1);
        // Those of a kind are left: warnings only if there is nothing worse.
        let warnings = problems.iter().all(Problem::is_warning);
        problems.push(Problem::of(Fault::More { count, warnings }));
    }
    problems
}

/// What reading a document has found so far.
pub(crate) struct Reader<'t> {
    /// With the parts that are read already.
    catalogue: Catalogue,
    files: &'t Files,
    /// The texts, the document first, with the names of those that are files.
    texts: Vec<(Option<&'t str>, Lines<'t>)>,
    /// What is read just now.
    scope: Scope,
    places: Places,
    /// What was read before.
    all: DocumentPlaces,
    problems: Vec<Problem>,
    /// Whether so much is missing that what is left cannot be judged.
    broken: bool,
}

const TOP: &[&str] = &["format", "title", "transport", "buffers", "parts", "nodes", "sequence"];
const TRANSPORT: &[&str] = &["tempo", "meter", "clock"];
/// What every node has, or what chains call it by.
pub(crate) const NODE_KEYS: &[&str] = &["kind", "id", "inputs", "channels", "bypass", "name"];

impl<'t> Reader<'t> {
    fn new(text: &'t str, catalogue: &Catalogue, problems: Vec<Problem>, files: &'t Files) -> Self {
        let file = |(name, file): (&'t String, &'t File)| (Some(name.as_str()), Lines::of(&file.text));
        Reader {
            catalogue: catalogue.without_parts(),
            files,
            texts: std::iter::once((None, Lines::of(text))).chain(files.read.iter().map(file)).collect(),
            scope: Scope::Patch,
            places: Places::default(),
            all: DocumentPlaces::default(),
            problems,
            broken: false,
        }
    }

    fn complain(&mut self, span: &Span, node: Option<&str>, item: Option<&str>, fault: Fault) {
        let (node, item) = (node.map(str::to_owned), item.map(str::to_owned));
        let (text, scope) = (self.places.text, self.scope.clone());
        self.problems.push(problem(&self.texts, text, scope, (Some(span.clone()), node, item, fault)));
    }

    /// Tells what a check of the whole patch finds.
    fn check(&mut self, patch: &Patch) {
        let (texts, all, problems) = (&self.texts, &self.all, &mut self.problems);
        // The parts were defined while they were read, but one that was faulty may have come out differently.
        let catalogue = self.catalogue.with_parts(patch);
        check_with(patch, &catalogue, all, &mut |scope, span, node, item, fault| {
            let places = match scope {
                Scope::Part(name) => all.parts.get(name),
                _ => None,
            };
            let text = places.map_or(0, |p| p.text);
            problems.push(problem(texts, text, scope.clone(), (span, node, item, fault)));
        });
    }

    fn document(&mut self, tree: &Tree) -> Patch {
        let mut patch = Patch::new();
        let Value::Table(entries) = &tree.value else {
            self.broken = true;
            self.complain(&tree.span, None, None, wrong("a table", &tree.value));
            return patch;
        };
        self.no_repetition(entries, None);
        // What is used comes before what uses it.
        if let Some(buffers) = entries.iter().find(|e| e.key == "buffers") {
            patch.buffers = self.buffers(&buffers.tree);
            self.catalogue.buffers_mut().clone_from(&patch.buffers);
        }
        if let Some(parts) = entries.iter().find(|e| e.key == "parts") {
            patch.parts = self.parts(&parts.tree);
        }
        for Entry { key, key_span, tree } in entries {
            match key.as_str() {
                "format" => self.format(tree),
                "title" => patch.title = self.text(tree, None, "title"),
                "transport" => patch.transport = self.transport(tree),
                "buffers" | "parts" => {}
                "nodes" => patch.nodes = self.nodes(tree),
                "sequence" => {}
                _ => self.unknown_key(key, key_span, None, "a patch", TOP),
            }
        }
        if let Some(sequences) = entries.iter().find(|e| e.key == "sequence") {
            patch.sequences = self.sequences(&sequences.tree, &patch.nodes);
        }
        self.all.patch = std::mem::take(&mut self.places);
        patch
    }

    fn format(&mut self, tree: &Tree) {
        let fault = match tree.value {
            Value::Number(found) if found == f64::from(FORMAT) => return,
            Value::Number(found) if found > f64::from(FORMAT) => Fault::FormatTooNew { found },
            Value::Number(found) => Fault::FormatUnknown { found },
            ref other => wrong("a whole number", other),
        };
        self.complain(&tree.span, None, Some("format"), fault);
    }

    fn transport(&mut self, tree: &Tree) -> Transport {
        let mut transport = Transport::default();
        let Value::Table(entries) = &tree.value else {
            self.complain(&tree.span, None, Some("transport"), wrong("a table", &tree.value));
            return transport;
        };
        self.no_repetition(entries, None);
        for Entry { key, key_span, tree } in entries {
            self.places.set_own(key, tree.span.clone());
            match key.as_str() {
                "tempo" => transport.tempo = self.quantity(tree, "tempo", Quantity::TEMPO),
                "meter" => {
                    let Some(text) = self.text(tree, None, "meter") else { continue };
                    transport.meter = text.parse().ok();
                    if transport.meter.is_none() {
                        let fault = SequenceFault::BadMeter { text };
                        self.complain(&tree.span, None, Some("meter"), fault.into());
                    }
                }
                "clock" => {
                    let Some(text) = self.text(tree, None, "clock") else { continue };
                    transport.clock = Timekeeper::named(&text);
                    if transport.clock.is_none() {
                        self.complain(&tree.span, None, Some("clock"), Fault::BadClock { text });
                    }
                }
                _ => self.unknown_key(key, key_span, None, "the transport", TRANSPORT),
            }
        }
        transport
    }

    /// A number that belongs to no node.
    fn quantity(&mut self, tree: &Tree, item: &str, quantity: Quantity) -> Option<f64> {
        match quantity.read(&tree.value) {
            Ok(number) => Some(number),
            Err(fault) => {
                self.complain(&tree.span, None, Some(item), fault);
                None
            }
        }
    }

    fn text(&mut self, tree: &Tree, node: Option<&str>, item: &str) -> Option<String> {
        match &tree.value {
            Value::Text(text) => Some(text.clone()),
            other => {
                self.complain(&tree.span, node, Some(item), wrong("text", other));
                None
            }
        }
    }

    fn unknown_key(
        &mut self,
        key: &str,
        span: &Span,
        node: Option<&str>,
        within: &'static str,
        allowed: &'static [&'static str],
    ) {
        let suggestion = nearest(key, allowed.iter().copied());
        let fault = Fault::UnknownKey { key: key.to_owned(), within, allowed, suggestion };
        self.complain(span, node, None, fault);
    }

    /// Complains of keys that stand twice in one table, which JSON and chains can say.
    fn no_repetition(&mut self, entries: &[Entry], node: Option<&str>) {
        let mut seen = std::collections::HashSet::with_capacity(entries.len());
        for entry in entries {
            if !seen.insert(entry.key.as_str()) {
                // Which of two nodes of one name others mean cannot be known.
                self.broken |= node.is_none();
                self.complain(&entry.key_span, node, None, Fault::DuplicateKey { key: entry.key.clone() });
            }
        }
    }
}

type Found = (Option<Span>, Option<String>, Option<String>, Fault);

fn problem(texts: &[(Option<&str>, Lines<'_>)], text: usize, scope: Scope, found: Found) -> Problem {
    let (span, node, item, fault) = found;
    let (file, lines) = &texts[text];
    let at = span.map(|span| lines.position(span));
    Problem { at, file: file.map(str::to_owned), scope, node, item, fault }
}

fn wrong(expected: &'static str, found: &Value) -> Fault {
    Fault::WrongType { expected, found: found.noun() }
}

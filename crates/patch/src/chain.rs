//! The one-line notation: `saw frequency=110 ! lowpass cutoff=800 ! gain gain=-12`.

use crate::catalogue::Catalogue;
use crate::fault::Fault;
use crate::limits::{MAX_LINE, OUTPUT_KIND};
use crate::problem::{Lines, Problem};
use crate::read::{Checked, Files, read_tree};
use crate::tree::{Entry, Span, Tree, Value};
use crate::words::{Word, words};
use std::collections::{HashMap, HashSet};

/// Reads a chain: nodes from left to right, `!` between them, each a kind and `key=value` for what a document would say.
///
/// A node is called after its kind (`gain`, the next one `gain2`), or as `name=…` says. An [`OUTPUT_KIND`] is added if there
/// is none. Values with spaces go into quotes.
///
/// # Errors
/// Every problem, with its column; [`Problem::excerpt`] marks the place in the line.
pub fn chain(text: &str, catalogue: &Catalogue) -> Result<Checked, Vec<Problem>> {
    let lines = Lines::of(text);
    let syntax = |span: Span, message: &str| {
        let fault = Fault::Syntax { message: message.to_owned() };
        vec![Problem { at: Some(lines.position(span)), ..Problem::of(fault) }]
    };
    if text.len() > MAX_LINE {
        return Err(syntax(
            0..0,
            &format!("the chain is longer than {MAX_LINE} bytes; write a document instead"),
        ));
    }
    let words = words(text, Some('!'), false);
    if let Some(place) = words.iter().find_map(|w| w.open_quote) {
        return Err(syntax(place..place + 1, "the quote is not closed"));
    }
    let mut steps = Vec::new();
    let (mut bar, mut place) = (0..0, 0);
    for segment in words.split(|w| w.is_sign("!")) {
        let Some(first) = segment.first() else {
            return Err(syntax(bar, "a kind is missing here; write for example saw ! gain gain=-12"));
        };
        if first.equals.is_some() {
            return Err(syntax(
                first.span.clone(),
                "a kind is missing before this; write for example gain gain=-12",
            ));
        }
        if let Some(word) = segment[1..].iter().find(|w| w.equals.is_none()) {
            return Err(syntax(
                word.span.clone(),
                "only key=value can follow a kind; put ! before the next node",
            ));
        }
        place += segment.len() + 1;
        bar = words.get(place - 1).map_or(0..0, |w| w.span.clone());
        steps.push(segment);
    }
    let nodes = nodes(&steps, catalogue, text.len());
    let tree =
        Tree { value: Value::Table(vec![Entry::new("nodes", Value::Table(nodes))]), span: 0..text.len() };
    read_tree(text, &tree, Vec::new(), catalogue, &Files::default())
}

fn nodes(steps: &[&[Word]], catalogue: &Catalogue, end: usize) -> Vec<Entry> {
    let given = steps.iter().filter_map(|s| given_name(s)).map(|(name, _)| name.to_owned());
    let mut names = Names { taken: given.collect(), last: HashMap::new() };
    let mut nodes: Vec<Entry> = Vec::new();
    for step in steps {
        let kind = &step[0];
        let (label, key_span) = match given_name(step) {
            Some((name, word)) => (name.to_owned(), word.span.clone()),
            None => (names.free(&kind.text), kind.span.clone()),
        };
        let named = nodes.last().map(|before| feed(&before.key, &kind.span));
        let spanned = |value, span: &Span| Tree { value, span: span.clone() };
        let entry = |key: &str, key_span: &Span, tree| Entry {
            key: key.to_owned(),
            key_span: key_span.clone(),
            tree,
        };
        let mut entries =
            vec![entry("kind", &kind.span, spanned(Value::Text(kind.text.clone()), &kind.span))];
        entries.extend(named);
        for word in &step[1..] {
            if let Some((key, value)) = word.assignment().filter(|(key, _)| *key != "name") {
                entries.push(entry(key, &word.span, spanned(value_of(key, value), &word.span)));
            }
        }
        nodes.push(entry(&label, &key_span, spanned(Value::Table(entries), &key_span)));
    }
    let is_output = |step: &&[Word]| step[0].text == OUTPUT_KIND;
    let sounds = steps.last().and_then(|s| catalogue.find(&s[0].text)).is_some_and(|k| !k.outputs.is_empty());
    if let (false, true, Some(last)) = (steps.iter().any(is_output), sounds, nodes.last()) {
        let feed = feed(&last.key, &(end..end));
        let label = names.free("out");
        nodes.push(Entry::new(&label, Value::Table(vec![Entry::new("kind", OUTPUT_KIND), feed])));
    }
    nodes
}

/// The last `name=`, which counts if there are several.
fn given_name(step: &[Word]) -> Option<(&str, &Word)> {
    step[1..].iter().rev().find_map(|w| Some((w.assignment().filter(|(key, _)| *key == "name")?.1, w)))
}

fn feed(from: &str, span: &Span) -> Entry {
    let source = Tree { value: Value::Text(from.to_owned()), span: span.clone() };
    let list = Tree { value: Value::List(vec![source]), span: span.clone() };
    Entry { key: "inputs".to_owned(), key_span: span.clone(), tree: list }
}

/// The labels that are in use.
struct Names {
    taken: HashSet<String>,
    /// The number that each name got last.
    last: HashMap<String, u32>,
}

impl Names {
    /// The name itself, or with the first number from 2 that makes it free.
    fn free(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let number = self.last.entry(free.clone()).or_insert(1);
        while !self.taken.insert(free.clone()) {
            *number += 1;
            free = format!("{name}{number}");
        }
        free
    }
}

/// A value as a document would have it. Most are text, which a parameter reads in its own unit.
pub(crate) fn value_of(key: &str, text: &str) -> Value {
    match (key, text) {
        ("bypass", "true" | "on" | "yes") => Value::Bool(true),
        ("bypass", "false" | "off" | "no") => Value::Bool(false),
        ("channels", _) => text.parse().map_or_else(|_| Value::from(text), Value::Number),
        _ => Value::from(text),
    }
}

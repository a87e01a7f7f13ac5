//! A fault and where it is: line, column, node, parameter.

use crate::fault::Fault;
use std::fmt;
use std::ops::Range;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where in the text, if there is one.
    pub at: Option<Position>,
    /// The file of that text, if it is not the document itself.
    pub file: Option<String>,
    /// What of the document it is about.
    pub scope: Scope,
    /// The label of the node that it is about.
    pub node: Option<String>,
    /// The parameter, setting, port or key of that node, or the key of the document, part or sequence.
    pub item: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What of a document a problem is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The patch itself.
    #[default]
    Patch,
    /// A part.
    Part(String),
    /// A sequence.
    Sequence {
        /// Its name.
        name: String,
        /// The step of it, from 1.
        step: Option<usize>,
    },
}

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes.
    pub span: Range<usize>,
}

impl Problem {
    /// A fault of no place.
    pub(crate) fn of(fault: Fault) -> Self {
        Problem { at: None, file: None, scope: Scope::Patch, node: None, item: None, fault }
    }

    /// Whether the patch can sound all the same.
    pub fn is_warning(&self) -> bool {
        self.fault.is_warning()
    }

    /// The line of `text`, which is the document, and below it a mark under the place; empty if it has none there.
    pub fn excerpt(&self, text: &str) -> String {
        self.at
            .as_ref()
            .filter(|_| self.file.is_none())
            .map_or(String::new(), |at| caret(text, at.span.clone()))
    }
}

/// The line in which `span` begins, and a mark below it.
pub(crate) fn caret(text: &str, span: Range<usize>) -> String {
    let start = floor(text, span.start);
    let from = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line = text[from..].lines().next().unwrap_or("");
    let blank: String = text[from..start].chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let end = floor(text, span.end).clamp(start, (from + line.len()).max(start));
    let marks = text[start..end].chars().count().max(1);
    format!("{line}\n{blank}{}", "^".repeat(marks))
}

fn floor(text: &str, mut index: usize) -> usize {
    index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

impl fmt::Display for Problem {
    /// One line: `line 3, column 10: node `filter`, `cutoff`: 90 kHz is out of range; it goes from 20 Hz to 20 kHz`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}{}", if self.at.is_some() { ", " } else { ": " })?;
        }
        if let Some(at) = &self.at {
            write!(f, "line {}, column {}: ", at.line, at.column)?;
        }
        if self.is_warning() {
            f.write_str("warning: ")?;
        }
        let mut about = match &self.scope {
            Scope::Patch => Vec::new(),
            Scope::Part(name) => vec![format!("part `{name}`")],
            Scope::Sequence { name, step: None } => vec![format!("sequence `{name}`")],
            Scope::Sequence { name, step: Some(step) } => vec![format!("sequence `{name}`, step {step}")],
        };
        about.extend(self.node.iter().map(|node| format!("node `{node}`")));
        about.extend(self.item.iter().map(|item| format!("`{item}`")));
        if !about.is_empty() {
            write!(f, "{}: ", about.join(", "))?;
        }
        self.fault.fmt(f)
    }
}

impl std::error::Error for Problem {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.fault)
    }
}

/// Where the lines of a text begin.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Lines { text, starts }
    }

    pub fn position(&self, span: Range<usize>) -> Position {
        let start = floor(self.text, span.start);
        let line = self.starts.partition_point(|s| *s <= start).max(1);
        let column = self.text[self.starts[line - 1]..start].chars().count() + 1;
        Position { line, column, span }
    }
}

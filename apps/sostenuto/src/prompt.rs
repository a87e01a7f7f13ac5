//! The prompt: a line editor with history and completion.

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Helper};
use sostenuto_engine::{Conductor, Controller};
use sostenuto_patch::command::complete;

/// Completes commands, labels, parameters and kinds, as the patch that sounds has them.
pub struct Completion(pub Controller);

impl Completer for Completion {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let text = line.to_owned();
        let found = self
            .0
            .with(move |desk| complete(&text, cursor, desk.conductor().patch(), Conductor::catalogue()));
        let found = found.unwrap_or_default();
        let start = found.first().map_or(cursor, |candidate| candidate.replace.start);
        let pair = |c: sostenuto_patch::command::Candidate| {
            let display = if c.hint.is_empty() { c.text.clone() } else { format!("{}  {}", c.text, c.hint) };
            Pair { display, replacement: c.text }
        };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

impl Hinter for Completion {
    type Hint = String;
}
impl Highlighter for Completion {}
impl Validator for Completion {}
impl Helper for Completion {}

/// An editor with the history of earlier sessions.
pub fn editor(controller: Controller) -> rustyline::Result<Editor<Completion, DefaultHistory>> {
    let mut editor = Editor::new()?;
    editor.set_helper(Some(Completion(controller)));
    if let Some(file) = history_file() {
        // A first session has none.
        _ = editor.load_history(&file);
    }
    Ok(editor)
}

/// Where the history is kept: below the user's state directory.
pub fn history_file() -> Option<std::path::PathBuf> {
    let base = std::env::var_os("XDG_STATE_HOME").map(std::path::PathBuf::from);
    let base =
        base.or_else(|| Some(std::path::PathBuf::from(std::env::var_os("HOME")?).join(".local/state")))?;
    let directory = base.join("sostenuto");
    std::fs::create_dir_all(&directory).ok()?;
    Some(directory.join("history"))
}

//! Where a patch comes from: a file, standard input, or a chain on the command line.

use crate::clean::clean;
use crate::cli::What;
use anyhow::{Context, Result, anyhow, bail};
use sostenuto_engine::Conductor;
use sostenuto_patch::{Checked, Load, MAX_DOCUMENT, Notation, Problem, chain, read_with};
use sostenuto_sounds::Folder;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The text of a patch, and how it is written.
pub struct Text {
    pub name: String,
    pub text: String,
    pub notation: Notation,
}

/// Reads a file, or standard input for `-`.
pub fn text(path: &Path) -> Result<Text> {
    let name = if path == Path::new("-") { "standard input".into() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let limit = MAX_DOCUMENT as u64 + 1;
    let read = if path == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    let text = String::from_utf8(bytes).map_err(|_| anyhow!("{name} is not text in UTF-8"))?;
    let json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"))
        || text.trim_start().starts_with('{');
    Ok(Text { name, text, notation: if json { Notation::Json } else { Notation::Toml } })
}

/// Gives the files that the parts and the buffers of a document come from: their names go from the directory of the document, or from the present one if it
/// came from standard input.
pub fn loader(document: &Path) -> Folder {
    Folder::of(document).warning(|text| eprintln!("{text}"))
}

fn directory(document: &Path) -> PathBuf {
    document.parent().map(Path::to_owned).unwrap_or_default()
}

/// The files that the parts of a document in TOML come from, and what they say now.
pub fn parts(document: &Path, text: &str) -> Vec<(PathBuf, Option<String>)> {
    let (directory, mut load, mut files) = (directory(document), loader(document), Vec::new());
    let mut note = |name: &str| {
        let outcome = load.text(name);
        files.push((directory.join(name), outcome.as_ref().ok().cloned()));
        outcome
    };
    // Whether the document is good does not matter here: its files are asked for in any case.
    _ = read_with(text, Notation::Toml, Conductor::catalogue(), &mut note);
    files
}

/// The patch that is meant, checked; warnings are printed.
pub fn patch(what: &What) -> Result<Checked> {
    let (name, text, outcome) = match (&what.patch, &what.chain) {
        (Some(path), _) => {
            let Text { name, text, notation } = text(path)?;
            let outcome = read_with(&text, notation, Conductor::catalogue(), &mut loader(path));
            (name, text, outcome)
        }
        (None, Some(text)) => ("the chain".to_owned(), text.clone(), chain(text, Conductor::catalogue())),
        (None, None) => bail!("give a patch file or --chain"),
    };
    match outcome {
        Ok(checked) => {
            report(&name, &text, &checked.warnings);
            Ok(checked)
        }
        Err(problems) => {
            report(&name, &text, &problems);
            bail!("{name} cannot be played: {}", count(problems.iter().filter(|p| !p.is_warning()).count()))
        }
    }
}

/// Prints problems with their places to standard error.
pub fn report(name: &str, text: &str, problems: &[Problem]) {
    for problem in problems {
        let name = problem.file.as_deref().unwrap_or(name);
        let place =
            problem.at.as_ref().map(|at| format!("{}:{}:{}: ", name, at.line, at.column)).unwrap_or_default();
        let weight = if problem.is_warning() { "" } else { "error: " };
        // The place stands in front already.
        let file = problem.file.clone().filter(|_| problem.at.is_none());
        let bare = Problem { at: None, file, ..problem.clone() };
        eprintln!("{}", clean(&format!("{place}{weight}{bare}")));
        for line in problem.excerpt(text).lines() {
            eprintln!("    {}", clean(line));
        }
    }
}

/// `1 problem`, `3 problems`.
pub fn count(problems: usize) -> String {
    format!("{problems} problem{}", if problems == 1 { "" } else { "s" })
}

//! Where a patch comes from: a file, standard input, or a chain on the command line.

use crate::clean::clean;
use crate::cli::What;
use anyhow::{Context, Result, anyhow, bail};
use sostenuto_engine::Conductor;
use sostenuto_patch::{Checked, MAX_DOCUMENT, Notation, Problem, chain, read};
use std::io::Read;
use std::path::Path;

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

/// The patch that is meant, checked; warnings are printed.
pub fn patch(what: &What) -> Result<Checked> {
    let (name, text, outcome) = match (&what.patch, &what.chain) {
        (Some(path), _) => {
            let Text { name, text, notation } = text(path)?;
            let outcome = read(&text, notation, Conductor::catalogue());
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
        let place =
            problem.at.as_ref().map(|at| format!("{}:{}:{}: ", name, at.line, at.column)).unwrap_or_default();
        let weight = if problem.is_warning() { "" } else { "error: " };
        // The place stands in front already.
        let bare = Problem { at: None, ..problem.clone() };
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

//! `diff`: the smallest edits that make one patch the other.

use crate::cli::What;
use anyhow::Result;
use sostenuto_engine::Conductor;
use sostenuto_patch::{Edit, Problem, resolve};
use std::path::Path;
use std::process::ExitCode;

pub fn diff(before: &Path, after: &Path) -> Result<ExitCode> {
    let load = |path: &Path| -> Result<_> {
        let what = What { patch: Some(path.to_owned()), chain: None };
        let checked = crate::source::patch(&what)?;
        resolve(&checked.patch, Conductor::catalogue()).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
            anyhow::anyhow!("{}: {}", path.display(), lines.join("; "))
        })
    };
    let mut edits = sostenuto_patch::diff(&load(before)?, &load(after)?);
    edits.retain(|edit| !is_order(edit));
    for edit in &edits {
        println!("{edit}");
    }
    Ok(if edits.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether it is only the order in which the documents say things: that is no difference.
fn is_order(edit: &Edit) -> bool {
    match edit {
        Edit::Order { .. } => true,
        Edit::InPart { edit, .. } => is_order(edit),
        _ => false,
    }
}

//! `graph`: a patch as a drawing.

use crate::cli;
use anyhow::{Context, Result, anyhow};
use sostenuto_engine::Conductor;
use sostenuto_patch::{Problem, Resolved, resolve};
use std::fmt::Write;
use std::process::ExitCode;

pub fn graph(args: &cli::Graph) -> Result<ExitCode> {
    let checked = crate::source::patch(&args.what)?;
    let resolved = resolve(&checked.patch, Conductor::catalogue()).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        anyhow!("{}", lines.join("\n"))
    })?;
    match &args.svg {
        Some(path) => {
            let drawing = crate::svg::draw(&resolved);
            std::fs::write(path, drawing).with_context(|| format!("cannot write {}", path.display()))?;
        }
        None => print!("{}", dot(&resolved)),
    }
    Ok(ExitCode::SUCCESS)
}

/// The patch in the DOT language. Cables are solid, drives dashed.
pub fn dot(patch: &Resolved) -> String {
    let mut text = String::from(
        "digraph patch {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n",
    );
    if let Some(title) = &patch.title {
        _ = writeln!(text, "  label={};", quoted(title));
    }
    for node in &patch.nodes {
        let label = format!("{}\n{}", node.label, node.kind.name);
        _ = writeln!(text, "  {} [label={}];", quoted(&node.id), quoted(&label));
    }
    for node in &patch.nodes {
        for cable in patch.nodes.cables(node) {
            let from = &patch.nodes[cable.node];
            let port = node.shape.inputs.get(usize::from(cable.input)).map_or("", |p| &p.name);
            let name = if cable.input == 0 { String::new() } else { port.to_owned() };
            let gain = if cable.gain_db == 0.0 { String::new() } else { format!(" {} dB", cable.gain_db) };
            let label = quoted(format!("{name}{gain}").trim());
            _ = writeln!(text, "  {} -> {} [label={label}];", quoted(&from.id), quoted(&node.id));
        }
        for drive in patch.nodes.drives(node) {
            let from = &patch.nodes[drive.node];
            let param = node.shape.params.get(usize::from(drive.param)).map_or("", |p| &p.name);
            let label = quoted(&format!("{param} {:+}", drive.depth));
            _ = writeln!(
                text,
                "  {} -> {} [style=dashed, label={label}];",
                quoted(&from.id),
                quoted(&node.id)
            );
        }
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

//! `sostenuto`: play, render and change a described sound.

#![forbid(unsafe_code)]

mod check;
mod clean;
mod cli;
mod convert;
mod devices;
mod diff;
mod graph;
mod live;
mod nodes;
mod play;
mod prompt;
mod record;
mod render;
mod reply;
mod script;
mod song;
mod source;
mod svg;
mod watch;

use clap::{CommandFactory, Parser};
use cli::{Cli, Verb};
use std::process::ExitCode;

fn main() -> ExitCode {
    let verb = Cli::parse().verb;
    // As diff(1): 1 is a difference, 2 is trouble.
    let trouble = if matches!(verb, Verb::Diff { .. }) { 2 } else { 1 };
    let outcome = match verb {
        Verb::Play(args) => play::play(&args),
        Verb::Render(args) => render::render(&args),
        Verb::Record(args) => record::record(&args),
        Verb::Convert(args) => convert::convert(&args),
        Verb::Check { patches } => check::check(&patches),
        Verb::Nodes { kind, json } => nodes::nodes(kind.as_deref(), json),
        Verb::Graph(args) => graph::graph(&args),
        Verb::Diff { before, after } => diff::diff(&before, &after),
        Verb::Devices(args) => devices::devices(&args),
        Verb::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "sostenuto", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Verb::Man { directory } => man(&directory),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {}", clean::clean(&clean::causes(&error)));
        ExitCode::from(trouble)
    })
}

/// Writes a manual page for the program and one for each of its verbs.
fn man(directory: &std::path::Path) -> anyhow::Result<ExitCode> {
    use anyhow::Context;
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    clap_mangen::generate_to(Cli::command(), directory)
        .with_context(|| format!("cannot write the pages into {}", directory.display()))?;
    Ok(ExitCode::SUCCESS)
}

//! `check`: what is wrong with patches.

use crate::clean::{causes, clean};
use crate::source::{Text, count, loader, report, text};
use anyhow::Result;
use sostenuto_engine::Conductor;
use sostenuto_patch::read_with;
use std::path::PathBuf;
use std::process::ExitCode;

pub fn check(patches: &[PathBuf]) -> Result<ExitCode> {
    let mut bad = 0;
    for path in patches {
        let Text { name, text, notation } = match text(path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("error: {}", clean(&causes(&error)));
                bad += 1;
                continue;
            }
        };
        match read_with(&text, notation, Conductor::catalogue(), &mut loader(path)) {
            Ok(checked) => {
                report(&name, &text, &checked.warnings);
                let nodes = checked.patch.nodes.len();
                println!(
                    "{name}: {nodes} node{}, {}",
                    if nodes == 1 { "" } else { "s" },
                    fine(checked.warnings.len())
                );
            }
            Err(problems) => {
                report(&name, &text, &problems);
                println!("{name}: {}", count(problems.iter().filter(|p| !p.is_warning()).count()));
                bad += 1;
            }
        }
    }
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn fine(warnings: usize) -> String {
    match warnings {
        0 => "fine".into(),
        1 => "fine, with a warning".into(),
        n => format!("fine, with {n} warnings"),
    }
}

//! The program `sostenuto`, which renders a document as anyone renders one.

use super::{Form, Program, Task};
use crate::document;
use crate::workload::Workload;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const PROGRAM: Program =
    Program { key: "program", binary, package: "cargo build --release -p sostenuto", prepare, forms };

/// `SOSTENUTO` says where it is.
fn binary() -> PathBuf {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/release/sostenuto");
    std::env::var_os("SOSTENUTO").map_or(built, PathBuf::from)
}

fn forms(workload: Workload) -> &'static [Form] {
    match workload {
        Workload::Voices => &[Form { name: "w1-instances", title: "sostenuto render, instances", note: "" }],
        Workload::Strips => &[Form { name: "w2-strips", title: "sostenuto render, instances", note: "" }],
        Workload::Linear => &[Form { name: "w3-linear", title: "sostenuto render, instances", note: "" }],
        Workload::Cubic => &[Form { name: "w3-cubic", title: "sostenuto render, instances", note: "" }],
        Workload::Chains => &[Form { name: "w4-parts", title: "sostenuto render, instances", note: "" }],
        Workload::Mixed => &[Form { name: "w4-mixed", title: "sostenuto render, instances", note: "" }],
        _ => &[],
    }
}

fn prepare(task: &Task<'_>) -> Option<Command> {
    let document = document::of(task.form)?;
    if matches!(task.workload, Workload::Linear | Workload::Cubic) {
        // It lies beside the document.
        task.sample();
    }
    let path = task.keep(&format!("{}.toml", document.name), (document.text)());
    let mut command = Command::new(binary());
    command.arg("render").arg(path).arg("-o").arg(task.output);
    command.args(["--block", "64", "--bits", "32f", "--seconds", &task.seconds.to_string()]);
    Some(command)
}

//! The lint that forbids locking and printing in the real-time crates finds every planted fault, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const LINTS: [&str; 3] =
    ["clippy::disallowed_types", "clippy::disallowed_methods", "clippy::disallowed_macros"];

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools")
}

/// Line numbers and names of what the planted crate's own comments announce.
fn announced() -> BTreeSet<(usize, String)> {
    let source = std::fs::read_to_string(tools().join("planted/src/lib.rs")).expect("the planted crate");
    let named = |(index, line): (usize, &str)| {
        Some((index + 1, line.split_once("// planted: ")?.1.trim().to_owned()))
    };
    source.lines().enumerate().filter_map(named).collect()
}

/// Line numbers and names of what clippy reports there.
fn found() -> BTreeSet<(usize, String)> {
    let mut clippy = Command::new(env!("CARGO"));
    clippy
        .args(["clippy", "--quiet", "--offline", "--message-format=short", "--manifest-path"])
        .arg(tools().join("planted/Cargo.toml"))
        .env("CLIPPY_CONF_DIR", tools().join("realtime"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted"))
        .args(["--", "--allow", "clippy::all"]);
    for lint in LINTS {
        clippy.args(["--deny", lint]);
    }
    let output = clippy.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let findings: BTreeSet<_> = text.lines().filter_map(finding).collect();
    assert!(!output.status.success() && !findings.is_empty(), "clippy found nothing:\n{text}");
    findings
}

/// `src/lib.rs:8:35: error: use of a disallowed type `std::sync::Mutex`` as line and name.
fn finding(line: &str) -> Option<(usize, String)> {
    let (place, message) = line.split_once(": error: use of a disallowed ")?;
    let line = place.split(':').nth(1)?.parse().ok()?;
    Some((line, message.split('`').nth(1)?.to_owned()))
}

#[test]
fn every_planted_fault_is_found_and_nothing_else() {
    let announced = announced();
    assert!(announced.len() >= 9, "the planted crate has lost its faults");
    assert_eq!(found(), announced);
}

/// A path that clippy cannot resolve would be a rule that never fires: clippy warns about it, and that counts as a failure.
#[test]
fn every_rule_names_something_that_exists() {
    let output = Command::new(env!("CARGO"))
        .args(["clippy", "--quiet", "--offline", "--manifest-path"])
        .arg(tools().join("planted/Cargo.toml"))
        .env("CLIPPY_CONF_DIR", tools().join("realtime"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("planted-rules"))
        .args(["--", "--allow", "clippy::all"])
        .output()
        .expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    for sign in ["does not refer to", "error reading Clippy", "warning: expected"] {
        assert!(!text.contains(sign), "{text}");
    }
}

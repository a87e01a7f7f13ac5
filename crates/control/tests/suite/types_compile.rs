//! The types for TypeScript compile, and let through what is right only. Where there is no `tsc`, nothing is tested.

use std::process::Command;

#[test]
fn a_front_end_compiles_against_the_types() {
    if !Command::new("tsc").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("there is no tsc: skipped");
        return;
    }
    let uses = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/typescript/uses.ts");
    let args = ["--strict", "--noEmit", "--target", "es2020", uses];
    let output = Command::new("tsc").args(args).output().expect("tsc runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

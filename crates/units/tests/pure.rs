//! The crates that must run in a browser and on the audio thread depend on nothing that does input or output.
//!
//! The allow-list names every outside crate that they may use, directly or not, outside of tests. Adding a row is a decision:
//! say in the row why the crate is pure.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Crates of this project that stay pure.
const PURE: [&str; 9] = [
    "sostenuto-units",
    "sostenuto-rt",
    "sostenuto-dsp",
    "sostenuto-reel",
    "sostenuto-voice",
    "sostenuto-transport",
    "sostenuto-graph",
    "sostenuto-nodes",
    "sostenuto-patch",
];

/// Outside crates that compute and nothing else.
const ALLOWED: [(&str, &str); 29] = [
    ("thiserror", "error types"),
    ("thiserror-impl", "its macro, at compile time"),
    ("proc-macro2", "at compile time"),
    ("quote", "at compile time"),
    ("syn", "at compile time"),
    ("unicode-ident", "at compile time"),
    ("serde", "data model"),
    ("serde_core", "data model"),
    ("serde_derive", "at compile time"),
    ("serde_json", "text to data and back; reads only what it is given"),
    ("serde_spanned", "places in a document"),
    ("itoa", "integers as text"),
    ("zmij", "floats as text"),
    ("ryu", "floats as text"),
    ("toml", "text to data and back"),
    ("toml_datetime", "data model"),
    ("toml_edit", "text to data and back"),
    ("toml_parser", "text to data"),
    ("toml_writer", "data to text"),
    ("toml_write", "data to text"),
    ("winnow", "parser"),
    ("indexmap", "ordered maps"),
    ("equivalent", "keys of maps"),
    ("hashbrown", "maps"),
    ("foldhash", "hash function"),
    ("memchr", "search in memory"),
    ("smallvec", "vectors"),
    ("bitflags", "sets of bits"),
    ("libm", "mathematics"),
];

struct Metadata {
    names: BTreeMap<String, String>,
    /// Package id to the ids that it depends on, outside of tests and build scripts.
    edges: BTreeMap<String, Vec<String>>,
}

/// What cargo resolved for the browser's platform.
fn metadata() -> Metadata {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            "wasm32-unknown-unknown",
            "--manifest-path",
        ])
        .arg(root.join("Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let text = |value: &Value| value.as_str().expect("a string").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    let names = list(&json["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let is_normal = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
    let edges = list(&json["resolve"]["nodes"])
        .iter()
        .map(|node| {
            let deps = list(&node["deps"])
                .iter()
                .filter(|dep| is_normal(dep))
                .map(|dep| text(&dep["pkg"]))
                .collect();
            (text(&node["id"]), deps)
        })
        .collect();
    Metadata { names, edges }
}

impl Metadata {
    /// Everything that the package called `root` is built with, itself left out: name to the name through which it came.
    fn reach(&self, root: &str) -> BTreeMap<&str, &str> {
        let id = self
            .names
            .iter()
            .find(|(_, name)| *name == root)
            .map(|(id, _)| id)
            .expect("a crate of this project");
        let mut found = BTreeMap::new();
        let mut open = vec![id];
        let mut seen = BTreeSet::from([id]);
        while let Some(id) = open.pop() {
            for next in &self.edges[id] {
                if seen.insert(next) {
                    found.insert(self.names[next].as_str(), self.names[id].as_str());
                    open.push(next);
                }
            }
        }
        found
    }
}

/// The crates reached that are neither pure ones of this project nor allowed, each as `name (through parent)`.
fn intruders(reached: &BTreeMap<&str, &str>) -> Vec<String> {
    reached
        .iter()
        .filter(|(name, _)| !PURE.contains(name) && !ALLOWED.iter().any(|(allowed, _)| allowed == *name))
        .map(|(name, parent)| format!("{name} (through {parent})"))
        .collect()
}

#[test]
fn pure_crates_depend_on_nothing_that_does_io() {
    let metadata = metadata();
    for root in PURE {
        let found = intruders(&metadata.reach(root));
        assert!(
            found.is_empty(),
            "{root} depends on {}. If it computes and nothing else, allow it in this file with the reason; \
             if not, keep it out of the pure crates",
            found.join(", ")
        );
    }
}

/// The walk sees what it must see: `media` reads files through Symphonia.
#[test]
fn a_crate_that_does_io_is_noticed() {
    let found = intruders(&metadata().reach("sostenuto-media"));
    assert!(found.iter().any(|name| name.starts_with("symphonia ")), "{found:?}");
}

//! The verbs that describe: help, kinds, drawings, differences, completions, manual pages.

mod program;

use program::{directory, examples, files, run, run_with, text, well};

#[test]
fn every_verb_has_help_and_the_main_ones_have_examples() {
    let place = directory("help");
    let top = well(&place, &["--help"]).out;
    assert_eq!(top, well(&place, &["help"]).out);
    for verb in ["play", "render", "check", "nodes", "graph", "diff", "devices", "completions", "man"] {
        assert!(top.contains(&format!("\n  {verb} ")), "{verb}");
        let help = well(&place, &[verb, "--help"]).out;
        assert!(help.contains(&format!("Usage: sostenuto {verb}")), "{help}");
    }
    for help in [top, well(&place, &["play", "--help"]).out, well(&place, &["render", "--help"]).out] {
        let (_, shown) = help.split_once("\nExamples:\n").expect("examples");
        assert!(
            shown.lines().count() >= 3 && shown.lines().all(|line| line.contains("sostenuto ")),
            "{shown}"
        );
    }
    assert_eq!(well(&place, &["--version"]).out, format!("sostenuto {}\n", env!("CARGO_PKG_VERSION")));
    let nothing = run(&place, &[]);
    assert_eq!((nothing.code, nothing.out.as_str()), (Some(2), ""));
}

#[test]
fn check_names_each_patch() {
    let place = directory("check");
    std::fs::write(
        place.join("good.toml"),
        "[nodes.t]\nkind = \"sine\"\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"t\"]\n",
    )
    .expect("written");
    std::fs::write(place.join("bad.toml"), "[nodes.out]\nkind = \"audio_uot\"\n").expect("written");
    let said = run(&place, &["check", "good.toml", "bad.toml", "good.toml"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.out, "good.toml: 2 nodes, fine\nbad.toml: 1 problem\ngood.toml: 2 nodes, fine\n");
    let said = run_with(&place, &["check", "-"], "{\"nodes\": {\"out\": {\"kind\": \"audio_out\"}}}");
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn devices_names_the_sound_systems_there_are() {
    let place = directory("devices");
    let said = run(&place, &["devices", "--host", "gramophone"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    let (_, systems) =
        said.err.split_once("no sound system \"gramophone\" here; there is: ").expect(&said.err);
    for system in systems.split(". ").next().expect("a list").split(", ").filter(|name| *name != "nothing") {
        let json: serde_json::Value =
            serde_json::from_str(&well(&place, &["devices", "--json", "--host", system]).out).expect("JSON");
        assert!(json.as_array().expect("a list").iter().all(|device| device["host"] == system));
    }
}

#[test]
fn nodes_tells_of_every_kind() {
    let place = directory("nodes");
    let list = well(&place, &["nodes"]).out;
    let json: serde_json::Value =
        serde_json::from_str(&well(&place, &["nodes", "--json"]).out).expect("JSON");
    let described = json.as_array().expect("a list");
    let kinds: Vec<_> = sostenuto_nodes::catalogue().collect();
    assert_eq!(described.len(), kinds.len());
    for kind in kinds {
        assert!(list.contains(&format!("\n  {} ", kind.name)), "{}", kind.name);
        let one = well(&place, &["nodes", kind.name]).out;
        assert!(one.starts_with(&format!("{}: {}\n", kind.name, kind.summary)), "{one}");
        for param in kind.params {
            assert!(one.contains(&format!("\n  {} ", param.name)), "{}.{}", kind.name, param.name);
        }
        let has_name = |value: &&serde_json::Value| value["name"] == kind.name;
        let value =
            described.iter().find(has_name).unwrap_or_else(|| panic!("{} is not in the JSON", kind.name));
        assert_eq!(value["params"].as_array().map_or(0, Vec::len), kind.params.len(), "{value}");
        let alone = well(&place, &["nodes", kind.name, "--json"]).out;
        let alone: serde_json::Value = serde_json::from_str(&alone).expect("JSON");
        assert!(alone == *value || alone == serde_json::json!([value]), "{alone}");
    }
}

/// A patch with everything in its names that means something in DOT or XML.
const AWKWARD: &str = "\
title = \"a < b & \\\"c\\\" > 'd' \\\\ ]]> é\"
[nodes.\"<&>\"]
kind = \"saw\"
[nodes.out]
kind = \"audio_out\"
inputs = [\"<&>\"]
";

#[test]
fn drawings_are_well_formed() {
    let place = directory("graph");
    std::fs::write(place.join("awkward.toml"), AWKWARD).expect("written");
    let mut patches = files(&examples(), "toml");
    if run(&place, &["check", "awkward.toml"]).code == Some(0) {
        patches.push(place.join("awkward.toml"));
    } else {
        // Such names are refused; such titles are not.
        let named = AWKWARD.replace("\"<&>\"", "\"tone\"");
        std::fs::write(place.join("awkward.toml"), named).expect("written");
        patches.push(place.join("awkward.toml"));
    }
    for patch in &patches {
        let dot = well(&place, &["graph", text(patch)]).out;
        assert_dot(&dot);
        well(&place, &["graph", text(patch), "--svg", "drawing.svg"]);
        let svg = std::fs::read_to_string(place.join("drawing.svg")).expect("a drawing");
        assert_xml(&svg).unwrap_or_else(|why| panic!("{}: {why}\n{svg}", patch.display()));
        assert!(svg.contains("<svg ") && svg.contains("audio_out"), "{svg}");
    }
}

/// Every statement of a drawing in DOT: a property, a node or a cable, each on its line, its quotes closed.
fn assert_dot(dot: &str) {
    let mut lines = dot.lines();
    assert_eq!(lines.next(), Some("digraph patch {"));
    assert_eq!(lines.next_back(), Some("}"));
    let (mut nodes, mut cables) = (Vec::new(), Vec::new());
    for line in lines {
        assert!(line.ends_with(';'), "{line}");
        let words = unquoted(line).unwrap_or_else(|| panic!("a quote is not closed: {line}"));
        match words.as_slice() {
            [from, arrow, to, ..] if arrow.trim() == "->" => cables.push((from.clone(), to.clone())),
            [indent, name, rest, ..] if indent.trim().is_empty() && rest.starts_with(" [label=") => {
                nodes.push(name.clone());
            }
            [indent, from, arrow, to, ..] if indent.trim().is_empty() && arrow.trim() == "->" => {
                cables.push((from.clone(), to.clone()));
            }
            _ => assert!(["  rankdir=", "  node ", "  label="].iter().any(|b| line.starts_with(b)), "{line}"),
        }
    }
    assert!(nodes.len() >= 2 && !cables.is_empty(), "{dot}");
    for (from, to) in cables {
        assert!(nodes.contains(&from) && nodes.contains(&to), "{from} -> {to}");
    }
}

/// A line taken apart at its quotes; nothing if one is not closed.
fn unquoted(line: &str) -> Option<Vec<String>> {
    let (mut parts, mut escaped) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' if !escaped => parts.push(String::new()),
            _ => parts.last_mut()?.push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    (parts.len() % 2 == 1).then_some(parts)
}

/// Whether tags are balanced, attributes quoted, and nothing stands bare that has a meaning.
fn assert_xml(text: &str) -> Result<(), String> {
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        entities(&rest[..at])?;
        rest = &rest[at + 1..];
        let mut quote = None;
        let end = rest.find(|c: char| match (quote, c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(q), c) if q == c => {
                quote = None;
                false
            }
            _ => false,
        });
        let tag = &rest[..end.ok_or("a tag is not closed")?];
        rest = &rest[tag.len() + 1..];
        if tag.starts_with('?') || tag.starts_with('!') {
            continue;
        }
        if tag.contains('<') {
            return Err(format!("`<` within <{tag}>"));
        }
        entities(tag)?;
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default();
        if tag.starts_with('/') {
            let opened: Option<&str> = open.pop();
            if opened != Some(name) {
                return Err(format!("</{name}> closes <{opened:?}>"));
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
    }
    entities(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("not closed: {open:?}")) }
}

fn entities(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        let name = part.split_once(';').map(|(name, _)| name);
        if !name.is_some_and(|n| ["amp", "lt", "gt", "quot", "apos"].contains(&n) || n.starts_with('#')) {
            return Err(format!("a bare `&` before {part:?}"));
        }
    }
    Ok(())
}

#[test]
fn diff_tells_the_edits_and_whether_there_are_any() {
    let place = directory("diff");
    let before = "# before\n[nodes.t]\nkind = \"saw\"\nfrequency = 110.0\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"t\"]\n";
    let after = before.replace("110.0", "\"A3\"").replace("[\"t\"]", "[\"t\", \"low\"]")
        + "gain = -6.0\n[nodes.low]\nkind = \"sine\"\nfrequency = 55.0\n";
    std::fs::write(place.join("a.toml"), before).expect("written");
    std::fs::write(place.join("b.toml"), after).expect("written");
    // Another notation, order and comments are no difference.
    let same = r#"{"nodes": {"out": {"inputs": ["t"], "kind": "audio_out"}, "t": {"kind": "saw", "frequency": "A2"}}}"#;
    std::fs::write(place.join("same.json"), same).expect("written");

    let none = well(&place, &["diff", "a.toml", "same.json"]);
    assert_eq!((none.out.as_str(), none.err.as_str()), ("", ""));
    let some = run(&place, &["diff", "a.toml", "b.toml"]);
    assert_eq!((some.code, some.err.as_str()), (Some(1), ""));
    let mut edits: Vec<&str> = some.out.lines().collect();
    edits.sort_unstable();
    let wanted = [
        "add low sine",
        "connect low.out out.in",
        "set out.gain -6 dB (was 0 dB)",
        "set t.frequency 220 Hz (was 110 Hz)",
    ];
    assert_eq!(edits, wanted);
    let back = run(&place, &["diff", "b.toml", "a.toml"]);
    assert_eq!(back.out.lines().count(), 3, "{}", back.out);
}

#[test]
fn completions_know_every_verb() {
    let place = directory("completions");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = well(&place, &["completions", shell]).out;
        for word in ["play", "render", "check", "nodes", "graph", "diff", "devices", "man", "script", "plot"]
        {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn manual_pages_for_every_verb() {
    let place = directory("man");
    well(&place, &["man", "pages/deep"]);
    // Again, over what is there.
    well(&place, &["man", "pages/deep"]);
    for verb in
        ["", "-play", "-render", "-check", "-nodes", "-graph", "-diff", "-devices", "-completions", "-man"]
    {
        let page = place.join("pages/deep").join(format!("sostenuto{verb}.1"));
        let page = std::fs::read_to_string(&page).unwrap_or_else(|why| panic!("{}: {why}", page.display()));
        assert!(page.contains(".TH ") && page.contains(".SH SYNOPSIS"), "{verb}: {page}");
    }
}

//! What a document says, how it is printed, and what an edit of it leaves alone.

use crate::kinds;

use kinds::random::{Dice, change, patch};
use proptest::prelude::*;
use sostenuto_patch::command::{edit, parse};
use sostenuto_patch::{Document, Notation, Patch, read, resolve, to_json, to_toml};

const TEXT: &str = r#"# A patch for the tests.
format = 1
title = "Slow filter"   # shown in the window

[nodes.out]   # the end comes first here
kind = "audio_out"
inputs = ["comp"]

# The voice.
[nodes.tone]
kind = "saw"
frequency = "A2"        # the open string

[nodes.sweep]
kind = "lfo"
shape = "triangle"
rate = 0.2

[nodes.filter]
kind = "lowpass"
id = "f-1"
inputs = [
  "tone",                              # dry
  { from = "noise.out", gain = "-6dB" }, # wind
]
cutoff = { value = "0.8 kHz", from = "sweep", depth = 500.0 } # moves
q = 4

[nodes.noise]
kind = "noise"
channels = 2

[nodes.comp]
kind = "compressor"
inputs = { in = ["filter"], sidechain = "tone" }
bypass = true
"#;

fn document() -> Document {
    Document::parse(TEXT, &kinds::catalogue()).unwrap_or_else(|p| panic!("{p:?}"))
}

fn after(commands: &[&str]) -> String {
    let catalogue = kinds::catalogue();
    let mut document = document();
    let mut patch = document.patch().clone();
    for line in commands {
        let command = parse(line).unwrap().unwrap().command;
        patch = edit(&patch, &catalogue, &command).unwrap_or_else(|e| panic!("{line}: {e}"));
    }
    document.update(&patch, &catalogue);
    assert_eq!(read(&document.to_string(), Notation::Toml, &catalogue).unwrap().patch, patch);
    document.to_string()
}

/// The lines that are new and those that are gone.
fn changed(commands: &[&str]) -> Vec<String> {
    let (before, after): (Vec<&str>, String) = (TEXT.lines().collect(), after(commands));
    let gone = before.iter().filter(|l| !after.lines().any(|a| a == **l)).map(|l| format!("- {l}"));
    let new = after.lines().filter(|a| !before.contains(a)).map(|l| format!("+ {l}"));
    gone.chain(new).collect()
}

#[test]
fn an_edit_changes_its_own_lines_only() {
    for (commands, lines) in [
        (&["set filter.q 5"][..], &["- q = 4", "+ q = 5.0"][..]),
        (
            &["set tone.frequency 220"],
            &[
                "- frequency = \"A2\"        # the open string",
                "+ frequency = 220.0        # the open string",
            ],
        ),
        (
            &["set filter.cutoff 400"],
            &[
                "- cutoff = { value = \"0.8 kHz\", from = \"sweep\", depth = 500.0 } # moves",
                "+ cutoff = { value = 400.0, from = \"sweep\", depth = 500.0 } # moves",
            ],
        ),
        (&["set sweep.shape square"], &["- shape = \"triangle\"", "+ shape = \"square\""]),
        (&["disconnect noise filter"], &["-   { from = \"noise.out\", gain = \"-6dB\" }, # wind"]),
        (&["connect sweep filter"], &["+   \"sweep\","]),
        (
            &["remove sweep"],
            &[
                "- [nodes.sweep]",
                "- kind = \"lfo\"",
                "- shape = \"triangle\"",
                "- rate = 0.2",
                "- cutoff = { value = \"0.8 kHz\", from = \"sweep\", depth = 500.0 } # moves",
                "+ cutoff = 800.0 # moves",
            ],
        ),
        (&["bypass comp off"], &["- bypass = true"]),
        (
            &["rename tone voice"],
            &[
                "- [nodes.tone]",
                "-   \"tone\",                              # dry",
                "- inputs = { in = [\"filter\"], sidechain = \"tone\" }",
                "+ [nodes.voice]",
                "+ id = \"tone\"",
                "+   \"voice\",                              # dry",
                "+ inputs = { in = [\"filter\"], sidechain = \"voice\" }",
            ],
        ),
        (
            &["add echo delay time=300ms from filter to comp"],
            &[
                "- inputs = { in = [\"filter\"], sidechain = \"tone\" }",
                "+ inputs = { in = [\"filter\", \"echo\"], sidechain = \"tone\" }",
                "+ [nodes.echo]",
                "+ kind = \"delay\"",
                "+ inputs = [\"filter\"]",
                "+ time = 300.0",
            ],
        ),
    ] {
        assert_eq!(changed(commands), lines, "{commands:?}");
    }
}

#[test]
fn an_edit_and_its_reverse_leave_the_text_as_it_was() {
    assert_eq!(document().to_string(), TEXT);
    let catalogue = kinds::catalogue();
    let mut kept = document();
    kept.update(document().patch(), &catalogue);
    assert_eq!(kept.to_string(), TEXT);
    assert_eq!(after(&["bypass tone2 off"][..0]), TEXT);
}

#[test]
fn what_the_document_says() {
    let patch = document().patch().clone();
    let filter = &patch.nodes["filter"];
    assert_eq!((filter.id.as_str(), filter.kind.as_str()), ("f-1", "lowpass"));
    assert_eq!(patch.nodes["tone"].params["frequency"].value, Some(110.0));
    assert_eq!(filter.params["cutoff"].value, Some(800.0));
    assert_eq!(
        (filter.params["cutoff"].drives[0].from.port.as_str(), filter.params["cutoff"].drives[0].depth),
        ("out", 500.0)
    );
    assert_eq!((filter.cables[1].from.node.as_str(), filter.cables[1].gain_db), ("noise", -6.0));
    assert_eq!(patch.nodes["sweep"].params["shape"].value, Some(1.0));
    assert_eq!(
        patch.nodes["comp"].cables.iter().map(|c| c.port.as_str()).collect::<Vec<_>>(),
        ["in", "sidechain"]
    );
    assert_eq!(patch.by_id("f-1").map(|(label, _)| label), Some("filter"));
}

#[test]
fn the_settled_form() {
    let catalogue = kinds::catalogue();
    let printed = to_toml(document().patch(), &catalogue);
    assert_eq!(printed, PRINTED);
    assert_eq!(read(&printed, Notation::Toml, &catalogue).unwrap().patch, *document().patch());
    let json = to_json(document().patch(), &catalogue);
    assert!(json.contains("\"cutoff\": {\n        \"value\": 800.0,\n        \"from\": \"sweep\",\n        \"depth\": 500.0\n      }"), "{json}");
    assert_eq!(read(&json, Notation::Json, &catalogue).unwrap().patch, *document().patch());
}

const PRINTED: &str = r#"format = 1
title = "Slow filter"

[nodes.out]
kind = "audio_out"
inputs = ["comp"]

[nodes.tone]
kind = "saw"
frequency = 110.0

[nodes.sweep]
kind = "lfo"
rate = 0.2
shape = "triangle"

[nodes.filter]
kind = "lowpass"
id = "f-1"
inputs = ["tone", { from = "noise", gain = -6.0 }]
cutoff = { value = 800.0, from = "sweep", depth = 500.0 }
q = 4.0

[nodes.noise]
kind = "noise"
channels = 2

[nodes.comp]
kind = "compressor"
inputs = { in = "filter", sidechain = "tone" }
bypass = true
"#;

#[test]
fn channels_follow_the_widest_cable() {
    let catalogue = kinds::catalogue();
    let widths = |text: &str| {
        let patch = read(text, Notation::Toml, &catalogue).unwrap_or_else(|p| panic!("{p:?}")).patch;
        let resolved = resolve(&patch, &catalogue).unwrap();
        let width = |n: &sostenuto_patch::ResolvedNode| format!("{} {}", n.label, n.layout.channels);
        resolved.nodes.iter().map(width).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(widths(TEXT), "out 2, tone 1, sweep 1, filter 2, noise 2, comp 2");
    assert_eq!(
        widths(&TEXT.replace("channels = 2", "channels = 5")),
        "out 5, tone 1, sweep 1, filter 5, noise 5, comp 5"
    );
    // What the document says wins, and what comes after follows that; a side chain of fixed width does not widen.
    let fixed =
        TEXT.replace("q = 4", "channels = 3").replace("sidechain = \"tone\"", "sidechain = \"noise\"");
    assert_eq!(widths(&fixed), "out 3, tone 1, sweep 1, filter 3, noise 2, comp 3");
    // Round a loop: as narrow as it can be, and as wide as what enters it.
    let round = |source: &str| {
        format!(
            "[nodes.s]\n{source}\n[nodes.g]\nkind=\"gain\"\ninputs=[\"s\",\"d\"]\n[nodes.d]\nkind=\"delay\"\ninputs=[\"g\"]\n[nodes.o]\nkind=\"audio_out\"\ninputs=[\"d\"]"
        )
    };
    assert_eq!(widths(&round("kind = \"saw\"")), "s 1, g 1, d 1, o 1");
    assert_eq!(widths(&round("kind = \"pan\"")), "s 1, g 2, d 2, o 2");
}

#[test]
fn a_bank_is_as_wide_as_its_inputs() {
    let catalogue = kinds::catalogue();
    let mixer = |rest: &str| {
        let text = format!(
            "[nodes.a]\nkind=\"saw\"\n[nodes.b]\nkind=\"saw\"\n[nodes.m]\nkind=\"mixer\"\n{rest}\n[nodes.o]\nkind=\"audio_out\"\ninputs=[\"m\"]"
        );
        let patch = read(&text, Notation::Toml, &catalogue).unwrap_or_else(|p| panic!("{p:?}")).patch;
        let resolved = resolve(&patch, &catalogue).unwrap();
        let mixer = resolved.node("m").unwrap();
        let names = |ports: &[sostenuto_graph::Port]| {
            ports.iter().map(|p| p.name.to_string()).collect::<Vec<_>>().join(" ")
        };
        let values = mixer.shape.params.iter().zip(&mixer.values).map(|(p, v)| format!("{}={v}", p.name));
        format!("{} | {}", names(&mixer.shape.inputs), values.collect::<Vec<_>>().join(" "))
    };
    assert_eq!(mixer(""), "in1 | level=0 gain1=0 mute1=0");
    let two = "in1 in2 | level=0 gain1=0 mute1=0 gain2=-3 mute2=1";
    assert_eq!(mixer("inputs = [\"a\", \"b\"]\ngain2 = -3\nmute2 = true"), two);
    assert_eq!(mixer("count = 2\ninputs = [\"a\"]\ngain2 = -3\nmute2 = \"on\""), two);
    assert!(mixer("inputs = { in3 = \"a\" }").starts_with("in1 in2 in3 | "));
}

/// Whether new ports of parts come after those that stay. A text in which they do not is printed anew.
fn ports_keep_their_order(first: &Patch, second: &Patch) -> bool {
    let in_order = |(name, now): (&String, &sostenuto_patch::Part)| {
        let Some(was) = first.parts.get(name) else { return true };
        let stays = |label: &String| was.nodes.get(label).is_some_and(|n| n.id == now.nodes[label].id);
        ["inlet", "outlet"].iter().all(|kind| {
            let ports = || now.nodes.iter().filter(|(_, n)| n.kind == *kind).map(|(label, _)| label);
            let kept: Vec<&String> =
                was.nodes.keys().filter(|l| ports().any(|p| p == *l) && stays(l)).collect();
            ports().take(kept.len()).eq(kept.iter().copied()) && ports().count() <= kept.len() + 1
        })
    };
    second.parts.iter().all(in_order)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edit_of_a_kept_document_is_what_was_asked_for(seed in any::<u64>(), size in 0usize..30, changes in 1usize..8) {
        let catalogue = kinds::catalogue();
        let mut dice = Dice(seed);
        let first: Patch = patch(&mut dice, size);
        // A comment before each line has to survive where its line does.
        let text: String = to_toml(&first, &catalogue).lines().map(|l| format!("# on {l}\n{l}\n")).collect();
        let mut document = Document::parse(&text, &catalogue).map_err(|p| TestCaseError::fail(format!("{p:?}")))?;
        prop_assert_eq!(document.to_string(), text.clone());
        let second = (0..changes).fold(first.clone(), |p, _| change(&mut dice, &p));
        document.update(&second, &catalogue);
        let now = document.to_string();
        prop_assert_eq!(&read(&now, Notation::Toml, &catalogue).map_err(|p| TestCaseError::fail(format!("{p:?}")))?.patch, &second);
        let stays = |label: &&String| second.nodes.get(label).is_some_and(|n| n.id == first.nodes[*label].id);
        for label in first.nodes.keys().filter(stays).filter(|_| ports_keep_their_order(&first, &second)) {
            let comment = format!("# on [nodes.{label}]\n");
            prop_assert!(now.contains(&comment), "no {} in\n{}", comment, now);
        }
    }
}

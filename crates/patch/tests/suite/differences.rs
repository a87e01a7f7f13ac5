//! Diff and apply: what they do to random patches, and how single changes read.

use crate::kinds;

use kinds::random::{Dice, change, patch};
use kinds::rounds::exactly;
use proptest::prelude::*;
use sostenuto_patch::{Notation, Patch, Resolved, apply, diff, read, resolve, to_toml};

fn resolved(patch: &Patch) -> Resolved {
    resolve(patch, &kinds::catalogue()).unwrap_or_else(|problems| panic!("{problems:?}\n{patch:#?}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_difference_makes_one_of_the_other(seed in any::<u64>(), common in 0usize..60, left in 0usize..30, right in 0usize..30) {
        let mut dice = Dice(seed);
        let root = patch(&mut dice, common);
        let grow = |dice: &mut Dice, n| (0..n).fold(root.clone(), |p, _| change(dice, &p));
        let (a, b) = (grow(&mut dice, left), grow(&mut dice, right));
        let edits = diff(&resolved(&a), &resolved(&b));
        let made = apply(&edits, &a).map_err(|e| TestCaseError::fail(e.to_string()))?;
        exactly(&made, &b);
        prop_assert!(diff(&resolved(&made), &resolved(&b)).is_empty());
        prop_assert!(diff(&resolved(&a), &resolved(&a)).is_empty());
        for edit in &edits {
            prop_assert!(!edit.to_string().is_empty() && !edit.to_string().contains('\n'));
        }
    }

    #[test]
    fn an_edit_less_is_not_enough(seed in any::<u64>(), changes in 1usize..12) {
        let mut dice = Dice(seed);
        let a = patch(&mut dice, 40);
        let b = (0..changes).fold(a.clone(), |p, _| change(&mut dice, &p));
        let edits = diff(&resolved(&a), &resolved(&b));
        let whole = to_toml(&b, &kinds::catalogue());
        for left_out in 0..edits.len() {
            let mut fewer = edits.clone();
            let left_out = fewer.remove(left_out);
            let made = apply(&fewer, &a).ok().map(|p| to_toml(&p, &kinds::catalogue()));
            // What is implied is for what sounds, and follows in the document by itself.
            prop_assert_eq!(made == Some(whole.clone()), !left_out.is_said(), "{}", left_out);
        }
    }
}

const PATCH: &str = r#"
title = "Slow filter"
[nodes.tone]
kind = "saw"
[nodes.sweep]
kind = "lfo"
shape = "triangle"
[nodes.filter]
kind = "lowpass"
inputs = ["tone"]
cutoff = { value = 800.0, from = "sweep", depth = 500.0 }
q = 4
[nodes.out]
kind = "audio_out"
inputs = ["filter"]
"#;

fn single(from: &str, to: &str) -> String {
    let catalogue = kinds::catalogue();
    let read = |text: &str| read(text, Notation::Toml, &catalogue).unwrap_or_else(|p| panic!("{p:?}")).patch;
    let (a, b) = (read(PATCH), read(&PATCH.replace(from, to)));
    let edits = diff(&resolved(&a), &resolved(&b));
    assert_eq!(edits.len(), 1, "{edits:#?}");
    exactly(&apply(&edits, &a).unwrap(), &b);
    edits[0].to_string()
}

#[test]
fn single_changes_are_single_edits() {
    for (from, to, edit) in [
        ("Slow filter", "Slower", r#"title "Slower""#),
        ("value = 800.0", "value = \"0.4 kHz\"", "set filter.cutoff 400 Hz (was 800 Hz)"),
        ("triangle", "square", "set sweep.shape square (was triangle)"),
        ("depth = 500.0", "depth = 50.0", "depth of sweep.out on filter.cutoff 50 Hz (was 500 Hz)"),
        (", from = \"sweep\", depth = 500.0", "", "undrive filter.cutoff sweep.out"),
        ("q = 4", "q = { value = 4, from = \"sweep\", depth = 1 }", "drive filter.q from sweep.out depth 1"),
        ("inputs = [\"tone\"]", "inputs = []", "disconnect tone.out filter.in"),
        ("[\"tone\"]", "[\"tone\", \"sweep\"]", "connect sweep.out filter.in"),
        ("[\"tone\"]", "[\"tone\", { from = \"sweep\", gain = -6 }]", "connect sweep.out filter.in at -6 dB"),
        ("[\"tone\"]", "[{ from = \"tone\", gain = -6 }]", "gain of tone.out filter.in -6 dB (was 0 dB)"),
        ("q = 4", "q = 4\nbypass = true", "bypass filter on"),
        ("kind = \"saw\"", "kind = \"sine\"", "replace tone sine (was saw)"),
        ("q = 4", "q = 4\nchannels = 1", "layout of filter, without a change of sound"),
        ("[nodes.out]", "[nodes.more]\nkind = \"noise\"\n[nodes.out]", "add more noise"),
    ] {
        assert_eq!(single(from, to), edit);
    }
}

#[test]
fn a_rename_that_keeps_the_id_is_a_new_label_and_no_more() {
    let catalogue = kinds::catalogue();
    let renamed =
        PATCH.replace("nodes.tone]", "nodes.voice]\nid = \"tone\"").replace("[\"tone\"]", "[\"voice\"]");
    let read = |text: &str| read(text, Notation::Toml, &catalogue).unwrap().patch;
    let edits = diff(&resolved(&read(PATCH)), &resolved(&read(&renamed)));
    assert_eq!(edits.iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["rename tone voice"]);
    assert_eq!(apply(&edits, &read(PATCH)).unwrap(), read(&renamed));
    // Without the id it is another node.
    let other = renamed.replace("id = \"tone\"", "");
    let edits = diff(&resolved(&read(PATCH)), &resolved(&read(&other)));
    let told: Vec<String> = edits.iter().map(|e| e.to_string()).collect();
    assert_eq!(told, ["remove tone", "add voice saw", "connect voice.out filter.in"]);
}

#[test]
fn a_node_that_goes_takes_its_cables_along() {
    let catalogue = kinds::catalogue();
    let read = |text: &str| read(text, Notation::Toml, &catalogue).unwrap().patch;
    let without = PATCH
        .replace("[nodes.sweep]\nkind = \"lfo\"\nshape = \"triangle\"\n", "")
        .replace(", from = \"sweep\", depth = 500.0", "");
    let edits = diff(&resolved(&read(PATCH)), &resolved(&read(&without)));
    assert_eq!(edits.iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["remove sweep"]);
}

#[test]
fn edits_for_another_patch_are_refused() {
    let catalogue = kinds::catalogue();
    let patch = read(PATCH, Notation::Toml, &catalogue).unwrap().patch;
    let grown = read(&PATCH.replace("[\"tone\"]", "[\"tone\", \"sweep\"]"), Notation::Toml, &catalogue)
        .unwrap()
        .patch;
    let edits = diff(&resolved(&patch), &resolved(&grown));
    let refused = apply(&edits, &grown).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the edit does not fit this patch, which has no such node, cable, drive, part or sequence, or has it already: connect sweep.out filter.in"
    );
}

//! How documents with parts and sequences differ.

use crate::kinds;

use kinds::{PARTS as PATCH, patch_of};
use sostenuto_patch::{Edit, Resolved, apply, diff, resolve};

fn resolved(text: &str) -> Resolved {
    resolve(&patch_of(text), &kinds::catalogue()).expect("what was read can be settled")
}

/// What changes from the patch to the one with something else in it; the edits make one of the other.
fn changed(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = PATCH.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    let edits = diff(&resolved(PATCH), &resolved(&text));
    kinds::rounds::exactly(&apply(&edits, &patch_of(PATCH)).expect("it fits"), &patch_of(&text));
    let marked = |edit: &Edit| {
        let mark = match (edit.is_said(), edit.is_audible()) {
            (true, true) => "",
            (true, false) => " (said)",
            (false, _) => " (implied)",
        };
        format!("{edit}{mark}")
    };
    edits.iter().map(marked).collect()
}

#[test]
fn a_change_inside_a_part_is_said_once() {
    for (from, to, edits) in [
        (
            "inputs = [\"low\", \"side\"]",
            "inputs = [\"low\"]",
            &["in part strip: disconnect side.out gain.in"][..],
        ),
        ("kind = \"saw\"\n", "kind = \"saw\"\nbypass = false\n", &[]),
        (
            "inputs = [\"gain\"]",
            "inputs = [\"gain\", { from = \"tone\", gain = -6 }]",
            &["in part strip: connect tone.out out.in at -6 dB"],
        ),
        ("depth = 12", "depth = 6", &["in part tone: depth of note.gate on amp.gain 6 dB (was 12 dB)"]),
    ] {
        assert_eq!(changed(&[(from, to)]), edits, "{from}");
    }
}

#[test]
fn other_ports_parameters_or_voices_replace_the_instances() {
    // What an instance cannot take over: the edits inside are for the document, the instances are built anew.
    assert_eq!(
        changed(&[("voices = 8", "voices = 4")]),
        [
            "voices of tone 4 (said)",
            "in part strip: replace tone tone (implied)",
            "replace lead tone (implied)"
        ]
    );
    assert_eq!(
        changed(&[(
            "[parts.strip.nodes.in]\nkind = \"inlet\"\nchannels = 2",
            "[parts.strip.nodes.in]\nkind = \"inlet\""
        )]),
        [
            "in part strip: replace in inlet (was inlet with 2 channels) (said)",
            "in part strip: replace low lowpass (was lowpass with 2 channels) (implied)",
            "in part strip: replace gain gain (was gain with 2 channels) (implied)",
            "in part strip: replace out outlet (was outlet with 2 channels) (implied)",
            "replace a strip (implied)",
            "replace b strip (implied)",
            "replace out audio_out (was audio_out with 2 channels) (implied)",
        ]
    );
    assert_eq!(
        changed(&[("max = \"5 kHz\"", "max = \"6 kHz\"")]),
        [
            "map strip.brightness to low.cutoff (said)",
            "replace a strip (implied)",
            "replace b strip (implied)"
        ]
    );
    // Written out, but the same.
    assert_eq!(changed(&[("voices = 8", "voices = 8\nspares = 4")]), ["voices of tone 8 (said)"]);
}

#[test]
fn a_default_goes_to_the_instances_that_say_nothing() {
    assert_eq!(
        changed(&[("cutoff = 800", "cutoff = 900")]),
        [
            "in part strip: set low.cutoff 900 Hz (was 800 Hz) (said)",
            "set b.brightness 900 Hz (was 800 Hz) (implied)"
        ]
    );
    assert_eq!(
        changed(&[("default = -6", "default = -7")]),
        [
            "map strip.level to tone.level, gain.gain (said)",
            "set a.level -7 dB (was -6 dB) (implied)",
            "set b.level -7 dB (was -6 dB) (implied)"
        ]
    );
}

#[test]
fn parts_come_and_go() {
    let other = "[parts.more.nodes.out]\nkind = \"outlet\"\ninputs = [\"s\"]\n[parts.more.nodes.s]\nkind = \"saw\"\n[nodes.hiss]\nkind = \"more\"\n";
    assert_eq!(
        changed(&[("[nodes.hiss]\nkind = \"noise\"\n", other)]),
        ["add part more (said)", "replace hiss more (was noise)"]
    );
    let text = PATCH.replacen("[nodes.hiss]\nkind = \"noise\"\n", other, 1);
    let back: Vec<String> = diff(&resolved(&text), &resolved(PATCH)).iter().map(|e| e.to_string()).collect();
    assert_eq!(back, ["replace hiss noise (was more)", "remove part more"]);
}

#[test]
fn labels_inside_are_labels() {
    let text = PATCH
        .replace("strip.nodes.low]", "strip.nodes.filter]\nid = \"low\"")
        .replace("\"low\"", "\"filter\"")
        .replace("id = \"filter\"", "id = \"low\"")
        .replace("\"low.cutoff\"", "\"filter.cutoff\"");
    let edits = diff(&resolved(PATCH), &resolved(&text));
    assert_eq!(edits.iter().map(|e| e.to_string()).collect::<Vec<_>>(), ["in part strip: rename low filter"]);
    kinds::rounds::exactly(&apply(&edits, &patch_of(PATCH)).unwrap(), &patch_of(&text));
}

#[test]
fn what_is_played_changes() {
    for (from, to, edit) in [
        ("tempo = 96.0", "tempo = 90.0", "tempo 90 bpm (was 96 bpm)"),
        ("meter = \"3/4\"", "meter = \"6/8\"", "meter 6/8 (was 3/4)"),
        ("velocity = 0.5", "velocity = 0.6", "change sequence sequence-1"),
        ("pitch = \"C4\", ", "", "change sequence sequence-1"),
        ("{ length = 1 },", "{},", "change sequence sequence-1 (said)"),
        ("to = \"lead\"", "to = \"lead\"\nloop = false", "change sequence sequence-1"),
    ] {
        assert_eq!(changed(&[(from, to)]), [edit], "{from}");
    }
    assert_eq!(
        changed(&[("to = \"lead\"", "name = \"tune\"\nto = \"lead\"")]),
        ["remove sequence sequence-1", "add sequence tune for lead"]
    );
}

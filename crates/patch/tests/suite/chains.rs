//! The one-line notation.

use crate::kinds;

use sostenuto_patch::{chain, to_toml};

fn printed(text: &str) -> String {
    let catalogue = kinds::catalogue();
    to_toml(&chain(text, &catalogue).unwrap_or_else(|p| panic!("{p:?}")).patch, &catalogue)
}

#[test]
fn a_chain_is_a_patch() {
    let patch = "format = 1\n\n[nodes.saw]\nkind = \"saw\"\nfrequency = 110.0\n\n[nodes.lowpass]\nkind = \"lowpass\"\ninputs = [\"saw\"]\ncutoff = 800.0\n\n[nodes.gain]\nkind = \"gain\"\ninputs = [\"lowpass\"]\ngain = -12.0\n\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"gain\"]\n";
    assert_eq!(printed("saw frequency=110 ! lowpass cutoff=800 ! gain gain=-12"), patch);
    assert_eq!(
        printed("saw frequency=A2!lowpass cutoff='0.8 kHz'!gain gain=-12dB ! audio_out name=out"),
        patch
    );
}

#[test]
fn nodes_of_one_kind_are_numbered_and_names_are_kept_free() {
    let catalogue = kinds::catalogue();
    let labels = |text: &str| {
        let patch = chain(text, &catalogue).unwrap_or_else(|p| panic!("{p:?}")).patch;
        patch.nodes.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(labels("saw ! gain ! gain ! gain"), "saw gain gain2 gain3 out");
    assert_eq!(labels("saw name=gain2 ! gain ! gain ! mixer name=out"), "gain2 gain gain3 out out2");
    assert_eq!(labels("noise channels=2 ! delay bypass=on ! meter"), "noise delay meter");
}

#[test]
fn each_fault_has_its_column() {
    let catalogue = kinds::catalogue();
    for (text, message, mark) in [
        ("", "line 1, column 1: a kind is missing here; write for example saw ! gain gain=-12", 0),
        (
            "saw ! ! gain",
            "line 1, column 5: a kind is missing here; write for example saw ! gain gain=-12",
            4,
        ),
        ("saw !", "line 1, column 5: a kind is missing here; write for example saw ! gain gain=-12", 4),
        (
            "frequency=3 ! gain",
            "line 1, column 1: a kind is missing before this; write for example gain gain=-12",
            0,
        ),
        ("saw gain", "line 1, column 5: only key=value can follow a kind; put ! before the next node", 4),
        ("saw name=\"x", "line 1, column 10: the quote is not closed", 9),
        (
            "saw ! lowpas",
            "line 1, column 7: node `lowpas`, `kind`: there is no kind `lowpas` (did you mean `lowpass`?); `nodes` lists them",
            6,
        ),
        (
            "saw ! lowpass cutof=3",
            "line 1, column 15: node `lowpass`: lowpass has no parameter or setting `cutof` (did you mean `cutoff`?); it has cutoff and q",
            14,
        ),
        (
            "saw ! lowpass cutoff=3",
            "line 1, column 15: node `lowpass`, `cutoff`: 3 Hz is out of range; it goes from 10 Hz to 24 kHz",
            14,
        ),
        (
            "saw ! saw ! gain",
            "line 1, column 7: node `saw2`, `inputs`: saw has no inputs; remove what goes into it",
            6,
        ),
        ("saw name=a ! gain name=a", "line 1, column 19: `a` is there twice; remove one", 18),
        (
            "audio_out ! gain",
            "line 1, column 13: node `gain`, `in`: node `audio_out` (audio_out) has no outputs, so nothing can come from it",
            12,
        ),
        (
            "saw name='a b'",
            "line 1, column 5: node `a b`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
            4,
        ),
        (
            "gain channels=many",
            "line 1, column 6: node `gain`, `channels`: text stands where a whole number belongs",
            5,
        ),
    ] {
        let problems = chain(text, &catalogue).unwrap_err();
        assert_eq!(problems[0].to_string(), message, "{text}");
        let excerpt = problems[0].excerpt(text);
        assert!(excerpt.starts_with(&format!("{text}\n{}^", " ".repeat(mark))), "{excerpt}");
    }
}

#[test]
fn a_long_chain_is_read_in_good_time() {
    let text = vec!["gain"; 13_000].join("!");
    assert_eq!(chain(&text, &kinds::catalogue()).unwrap().patch.nodes.len(), 13_001);
    assert!(
        chain(&text.repeat(2), &kinds::catalogue()).unwrap_err()[0]
            .to_string()
            .contains("longer than 65536 bytes")
    );
}

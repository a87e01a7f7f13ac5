//! Parts and instruments: what a document says of them, and what is settled about them.

use crate::kinds;

use kinds::{PARTS as PATCH, patch_of};
use sostenuto_patch::command::{complete, edit, parse};
use sostenuto_patch::{
    Document, Mode, Notation, Patch, Resolved, Steal, Voices, read, read_with, resolve, to_json, to_toml,
};

fn resolved(text: &str) -> Resolved {
    resolve(&patch_of(text), &kinds::catalogue()).expect("what was read can be settled")
}

#[test]
fn what_is_settled_about_a_part() {
    let patch = resolved(PATCH);
    let strip = patch.part("strip").expect("a part");
    let number = |place| strip.nodes.places().position(|(other, _)| other == place).expect("a place");
    let ports = |list: &[sostenuto_patch::Opening]| {
        list.iter().map(|o| format!("{} {} {}", o.name, number(o.place), o.channels)).collect::<Vec<_>>()
    };
    assert_eq!(ports(&strip.inlets), ["in 0 2", "side 1 1"]);
    assert_eq!(ports(&strip.outlets), ["out 5 2", "dry 6 1"]);
    let params = |part: &sostenuto_patch::ResolvedPart| {
        let one = |p: &sostenuto_patch::PartParameter| {
            let number = |place| part.nodes.places().position(|(other, _)| other == place).expect("a place");
            let to: Vec<(usize, u16)> = p.targets.iter().map(|t| (number(t.node), t.param)).collect();
            format!("{} {}..{} {} {to:?}", p.info.name, p.info.min, p.info.max, p.info.default)
        };
        part.params.iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(params(strip), ["brightness 10..5000 800 [(3, 0)]", "level -60..24 -6 [(2, 0), (4, 0)]"]);
    let tone = patch.part("tone").expect("a part");
    assert_eq!(params(tone), ["level -120..24 -12 [(2, 0)]"]);
    assert_eq!(tone.notes, [tone.place("note").expect("a node")]);
    let voices = tone.voices.expect("an instrument");
    let wanted = Voices { glide_ms: 50.0, mode: Mode::Legato, steal: Steal::Quietest, voices: 8, ..voices };
    assert_eq!((voices, voices.spares, voices.fade_ms, voices.bodies()), (wanted, 4, 5.0, 16));
    // An instance has the part's ports at the part's widths, and its parameters.
    let a = patch.node("a").expect("a node");
    assert!(std::ptr::eq(&**a.kind.part.as_ref().expect("a part"), &**strip));
    let ports = |ports: &[sostenuto_graph::Port]| {
        ports.iter().map(|p| format!("{} {}", p.name, p.channels)).collect::<Vec<_>>()
    };
    assert_eq!(ports(&a.shape.inputs), ["in 2", "side 1"]);
    assert_eq!(ports(&a.shape.outputs), ["out 2", "dry 1"]);
    assert_eq!(a.values, [1000.0, -6.0]);
    assert_eq!(patch.node("b").expect("a node").values, [800.0, -6.0]);
    // What the first port is follows from the order of the inlets; what comes out is as wide as the outlet.
    let fourth = patch.nodes.iter().nth(3).expect("a node");
    assert_eq!(patch.nodes.cables(fourth).next().map(|cable| cable.input), Some(0));
    assert_eq!(patch.node("out").expect("a node").layout.channels, 2);
}

#[test]
fn a_parameter_that_follows_a_signal() {
    let patch = patch_of(PATCH);
    let frequency = &patch.parts["tone"].nodes["osc"].params["frequency"];
    assert_eq!((frequency.value, frequency.drives[0].depth), (Some(0.0), 1.0));
    assert_eq!(frequency.drives[0].from.port, "frequency");
    assert_eq!(
        resolved(PATCH).part("tone").and_then(|tone| tone.nodes.iter().nth(1)).expect("a node").values,
        [0.0]
    );
    assert!(to_toml(&patch, &kinds::catalogue()).contains("frequency = { from = \"note\" }\n"));
    // With another drive it is written in full, and read again though 0 Hz is out of range.
    let two = PATCH.replace(
        "{ from = \"note\" }",
        "{ value = 0, drive = [{ from = \"note\", depth = 1 }, { from = \"note.gate\", depth = 3 }] }",
    );
    assert_eq!(patch_of(&to_toml(&patch_of(&two), &kinds::catalogue())), patch_of(&two));
    // A part parameter that stands for it has the value that is nearest.
    let mapped = PATCH.replace("level = \"amp.gain\"", "level = \"amp.gain\"\npitch = \"osc.frequency\"");
    assert_eq!(resolved(&mapped).part("tone").expect("a part").params[1].info.default, 0.01);
}

#[test]
fn sequences_are_settled_to_beats() {
    let patch = resolved(PATCH);
    assert_eq!((patch.tempo, patch.meter.to_string().as_str()), (96.0, "3/4"));
    let (_, sequence) = patch.sequences.get_index(0).expect("a sequence");
    assert_eq!(sequence.name, "sequence-1");
    assert_eq!(patch.nodes.places().position(|(place, _)| place == sequence.node), Some(1));
    // The last step ends at 3.5 beats.
    assert_eq!((sequence.length, sequence.looped), (4.0, true));
    let notes: Vec<_> = sequence.notes.iter().map(|n| (n.at, n.length, n.pitch, n.velocity)).collect();
    assert_eq!(
        notes,
        [(0.0, 0.5, 60.0, 0.8), (0.5, 1.0, 64.0, 0.5), (0.5, 1.0, 67.5, 0.5), (3.0, 0.5, 69.25, 0.8)]
    );
    // Thirds of a beat end where a beat does.
    let thirds =
        PATCH.replace("length = 0.5 }", "length = 0.3333333333333333 }").replace("{ length = 1 },", "");
    let thirds =
        thirds.replace("{ at = 3, ", "{ ").replace("velocity = 0.5 }", "length = 0.3333333333333333 }");
    assert_eq!(resolved(&thirds).sequences["sequence-1"].length, 1.0);
    let plain = resolved("[nodes.out]\nkind = \"audio_out\"");
    assert_eq!((plain.tempo, plain.meter.to_string().as_str()), (120.0, "4/4"));
}

#[test]
fn the_settled_form_of_parts() {
    let catalogue = kinds::catalogue();
    let patch = patch_of(PATCH);
    let printed = to_toml(&patch, &catalogue);
    assert_eq!(printed, PRINTED);
    assert_eq!(patch_of(&printed), patch);
    let json = to_json(&patch, &catalogue);
    assert_eq!(read(&json, Notation::Json, &catalogue).expect("good").patch, patch);
    assert!(json.contains("\"params\": {\n        \"level\": \"amp.gain\"\n      }"), "{json}");
}

/// The same in the settled form.
const PRINTED: &str = include_str!("kinds/parts-printed.toml");

/// The lines that are new and those that are gone.
fn lines_changed(change: impl FnOnce(&mut Patch)) -> Vec<String> {
    let catalogue = kinds::catalogue();
    let text: String =
        PATCH.lines().map(|l| format!("{l}{}\n", if l.contains('=') { " # kept" } else { "" })).collect();
    let mut document = Document::parse(&text, &catalogue).unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(document.to_string(), text);
    let mut patch = document.patch().clone();
    change(&mut patch);
    document.update(&patch, &catalogue);
    assert_eq!(document.patch(), &patch);
    assert_eq!(patch_of(&document.to_string()), patch);
    let (before, after): (Vec<&str>, String) = (text.lines().collect(), document.to_string());
    let gone = before.iter().filter(|l| !after.lines().any(|a| a == **l)).map(|l| format!("- {l}"));
    let new = after.lines().filter(|a| !before.contains(a)).map(|l| format!("+ {l}"));
    gone.chain(new).collect()
}

#[test]
fn an_edit_of_a_part_changes_its_own_lines_only() {
    assert_eq!(
        lines_changed(|p| {
            p.parts["strip"].nodes["low"].params.insert("cutoff".to_owned(), 900.0.into());
        }),
        ["- cutoff = 800 # kept", "+ cutoff = 900.0 # kept"]
    );
    assert_eq!(
        lines_changed(|p| p.parts["tone"].voices.as_mut().unwrap().glide_ms = None),
        ["- glide = \"50 ms\" # kept"]
    );
    assert_eq!(
        lines_changed(|p| p.parts["strip"].params.get_mut("level").unwrap().min = Some(-50.0)),
        [
            "- level = { to = [\"tone.level\", \"gain.gain\"], min = -60, default = -6 } # kept",
            "+ level = { to = [\"tone.level\", \"gain.gain\"], min = -50.0, default = -6 } # kept"
        ]
    );
    assert_eq!(
        lines_changed(|p| p.transport.tempo = Some(80.0)),
        ["- tempo = 96.0 # kept", "+ tempo = 80.0 # kept"]
    );
    assert_eq!(
        lines_changed(|p| p.sequences["sequence-1"].steps[0].pitch = vec![62.0]),
        ["-   { pitch = \"C4\", length = 0.5 }, # kept", "+   { pitch = \"D4\", length = 0.5 }, # kept"]
    );
    assert_eq!(
        lines_changed(|p| {
            let part = p.parts["strip"].clone();
            p.parts.insert("strop".to_owned(), part);
        })
        .first()
        .map(String::as_str),
        Some("+ [parts.strop.params]")
    );
}

const FILE: &str = "voices = 2\n[params]\nlevel = \"s.frequency\"\n[nodes.n]\nkind = \"note\"\n[nodes.s]\nkind = \"saw\"\n[nodes.out]\nkind = \"outlet\"\ninputs = [\"s\"]\n";

const FILED: &str = "[parts.p]\nfile = \"p.toml\" # there\n[parts.q]\nfile = \"p.toml\"\n[nodes.it]\nkind = \"p\"\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"it\"]\n";

#[test]
fn a_part_from_a_file() {
    let catalogue = kinds::catalogue();
    let mut asked = Vec::new();
    let mut load = |name: &str| {
        asked.push(name.to_owned());
        Ok(FILE.to_owned())
    };
    let checked = read_with(FILED, Notation::Toml, &catalogue, &mut load).unwrap();
    assert_eq!(checked.patch.parts["p"].voices.as_ref().map(|v| v.voices), Some(2));
    assert_eq!((checked.patch.parts["p"].nodes.len(), asked), (3, vec!["p.toml".to_owned()]));
    // JSON in a file, by its name.
    let json = r#"{"nodes": {"out": {"kind": "outlet"}}}"#;
    let text = FILED.replace("p.toml", "p.JSON");
    assert!(read_with(&text, Notation::Toml, &catalogue, &mut |_: &str| Ok(json.to_owned())).is_ok());
    // A document goes on naming the file, and what else changes in it leaves that alone.
    let mut load = |_: &str| Ok(FILE.to_owned());
    let mut document = Document::parse_with(FILED, &catalogue, &mut load).unwrap();
    let mut patch = document.patch().clone();
    patch.nodes["it"].params.insert("level".to_owned(), 220.0.into());
    patch.parts["p"].nodes["s"].params.insert("frequency".to_owned(), 110.0.into());
    document.update(&patch, &catalogue);
    assert_eq!(document.to_string(), FILED.replace("kind = \"p\"\n", "kind = \"p\"\nlevel = 220.0\n"));
}

#[test]
fn problems_in_files_name_the_file() {
    let catalogue = kinds::catalogue();
    let told = |text: &str, file: Result<&str, &str>| {
        let mut load = |_: &str| file.map(str::to_owned).map_err(str::to_owned);
        let problems = read_with(text, Notation::Toml, &catalogue, &mut load).unwrap_err();
        problems.iter().map(|p| format!("{p}\n{}", p.excerpt(text))).collect::<Vec<_>>()
    };
    let one = FILED.replace("[parts.q]\nfile = \"p.toml\"\n", "");
    assert_eq!(
        told(&one, Ok(&FILE.replace("\"saw\"", "\"saww\""))),
        [
            "p.toml, line 7, column 8: part `p`, node `s`, `kind`: there is no kind `saww` (did you mean `saw`?); `nodes` lists them\n"
        ]
    );
    assert_eq!(told(&one, Ok("voices = 2\nvoices = 3\n")), ["p.toml, line 2, column 1: duplicate key\n"],);
    assert_eq!(
        told(&one, Ok("voices = 0\nnodes.out.kind = \"outlet\"\nparts = 3")),
        [
            "p.toml, line 1, column 10: part `p`, `voices`: 0 is out of range; it goes from 1 to 256\n",
            "p.toml, line 3, column 1: part `p`: a part has no key `parts` (did you mean `spares`?); it takes format, title, voices, spares, mode, steal, priority, glide, fade, params and nodes\n",
        ]
    );
    assert_eq!(
        told(&one, Err("it is a directory")),
        [
            "line 2, column 8: part `p`, `file`: the file `p.toml` cannot be read: it is a directory\nfile = \"p.toml\" # there\n       ^^^^^^^^"
        ]
    );
}

#[test]
fn commands_know_the_parts_of_a_patch() {
    let catalogue = kinds::catalogue();
    let patch = patch_of(PATCH);
    let after = |line: &str| {
        let command = parse(line).unwrap().unwrap().command;
        edit(&patch, &catalogue, &command).map_err(|e| e.to_string())
    };
    assert_eq!(after("set a.brightness 2kHz").unwrap().nodes["a"].params["brightness"].value, Some(2000.0));
    assert!(after("set a.brightness 6kHz").unwrap_err().contains("it goes from 10 Hz to 5 kHz"));
    let added = after("add c strip level=-3 from hiss to out").unwrap();
    assert_eq!(added.nodes["c"].cables[0].port, "in");
    assert_eq!(after("rename lead solo").unwrap().sequences["sequence-1"].to, "solo");
    assert!(after("remove lead").unwrap().sequences.is_empty());
    assert!(after("replace b tone").unwrap_err().contains("tone has no inputs"));
    let options = |line: &str| {
        complete(line, line.len(), &patch, &catalogue).into_iter().map(|c| c.text).collect::<Vec<_>>()
    };
    assert!(options("add x ").contains(&"strip".to_owned()));
    assert_eq!(options("set a."), ["a.brightness", "a.level"]);
}

#[test]
fn what_followed_a_signal_goes_back_to_its_default() {
    let catalogue = kinds::catalogue();
    let text = "[nodes.f]\nkind = \"lfo\"\n[nodes.s]\nkind = \"saw\"\nfrequency = { from = \"f\" }\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"s\"]\n";
    let patch = patch_of(text);
    for line in ["undrive s.frequency", "remove f"] {
        let command = parse(line).unwrap().unwrap().command;
        let after = edit(&patch, &catalogue, &command).unwrap_or_else(|e| panic!("{line}: {e}"));
        assert!(after.nodes["s"].params.is_empty(), "{line}");
    }
    let command = parse("replace s sine").unwrap().unwrap().command;
    let after = edit(&patch, &catalogue, &command).unwrap();
    assert_eq!(after.nodes["s"].params["frequency"], patch.nodes["s"].params["frequency"]);
}

//! Every fault that a document can have, with its message.

use crate::kinds;

use sostenuto_patch::{Fault, Notation, check, read};

/// All problems of a text, a line each.
fn told(text: &str, notation: Notation) -> String {
    match read(text, notation, &kinds::catalogue()) {
        Ok(checked) => checked.warnings.iter().map(|p| format!("{p}\n")).collect(),
        Err(problems) => problems.iter().map(|p| format!("{p}\n")).collect(),
    }
}

/// `text` with a tone and an output around it.
fn in_a_patch(text: &str) -> String {
    format!(
        "[nodes.tone]\nkind = \"saw\"\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"tone\", \"it\"]\n[nodes.it]\n{text}\n"
    )
}

#[test]
fn each_fault_of_a_node_has_its_message() {
    for (text, message) in NODES {
        assert_eq!(told(&in_a_patch(text), Notation::Toml).trim_end(), *message, "{text}");
    }
}

const NODES: &[(&str, &str)] = &[
    (
        "kind = \"lowpas\"",
        "line 7, column 8: node `it`, `kind`: there is no kind `lowpas` (did you mean `lowpass`?); `nodes` lists them",
    ),
    (
        "inputs = [\"tone\"]",
        "line 6, column 8: node `it`: the node has no kind; write for example kind = \"gain\"",
    ),
    ("kind = 3", "line 7, column 8: node `it`, `kind`: a number stands where text belongs"),
    (
        "kind = \"gain\"\nfoo = 1",
        "line 8, column 1: node `it`: gain has no parameter or setting `foo`; it has gain",
    ),
    (
        "kind = \"lowpass\"\ncutof = 400.0",
        "line 8, column 1: node `it`: lowpass has no parameter or setting `cutof` (did you mean `cutoff`?); it has cutoff and q",
    ),
    (
        "kind = \"lowpass\"\ncutoff = 90000.0",
        "line 8, column 10: node `it`, `cutoff`: 90 kHz is out of range; it goes from 10 Hz to 24 kHz",
    ),
    (
        "kind = \"lowpass\"\ncutoff = \"90 kHz\"",
        "line 8, column 10: node `it`, `cutoff`: 90 kHz is out of range; it goes from 10 Hz to 24 kHz",
    ),
    (
        "kind = \"lowpass\"\ncutoff = \"400 dB\"",
        "line 8, column 10: node `it`, `cutoff`: 'dB' is not a unit that fits here; write for example 440, 440 Hz, 2.2 kHz or A4",
    ),
    (
        "kind = \"lowpass\"\ncutoff = \"loud\"",
        "line 8, column 10: node `it`, `cutoff`: 'loud' is not a note; write a letter from A to G, # or b if it is raised or lowered, and the octave: C4, F#3, Bb2",
    ),
    (
        "kind = \"lowpass\"\ncutoff = \"A99\"",
        "line 8, column 10: node `it`, `cutoff`: the note 'A99' is out of range; write one from C-1 to G9",
    ),
    (
        "kind = \"lowpass\"\ncutoff = inf",
        "line 8, column 10: node `it`, `cutoff`: inf is not a finite number",
    ),
    (
        "kind = \"lowpass\"\ncutoff = nan",
        "line 8, column 10: node `it`, `cutoff`: NaN is not a finite number",
    ),
    (
        "kind = \"lowpass\"\ncutoff = []",
        "line 8, column 10: node `it`, `cutoff`: a list stands where a number, or text with a unit, belongs",
    ),
    (
        "kind = \"lowpass\"\ncutoff = true",
        "line 8, column 10: node `it`, `cutoff`: true or false stands where a number, or text with a unit, belongs",
    ),
    (
        "kind = \"lowpass\"\ncutoff = 1979-05-27",
        "line 8, column 10: node `it`, `cutoff`: a date stands where a number, or text with a unit, belongs",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { value = 5.0, frm = \"tone\" }",
        "line 8, column 20: node `it`, `cutoff`: 5 Hz is out of range; it goes from 10 Hz to 24 kHz\nline 8, column 25: node `it`: a parameter has no key `frm` (did you mean `from`?); it takes value, from, depth and drive",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { value = 50.0, from = \"tone\" }",
        "line 8, column 10: node `it`, `cutoff`: the drive has no depth; write how far a signal of 1 moves the parameter, in its unit: depth = 1.0",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { depth = 3.0 }",
        "line 8, column 10: node `it`, `cutoff`: the cable does not say where it comes from; write from = \"NODE\"",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { from = \"tnoe\", depth = 3.0 }",
        "line 8, column 19: node `it`, `cutoff`: there is no node `tnoe` (did you mean `tone`?)",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { from = \"tone\", depth = inf }",
        "line 8, column 35: node `it`, `cutoff`: inf is not a finite number",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { drive = [ \"tone\" ] }",
        "line 8, column 22: node `it`, `cutoff`: text stands where a table with from and depth belongs",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { drive = [ { from = \"tone\", depth = 1.0 }, { from = \"tone.out\", depth = 2.0 } ] }",
        "line 8, column 63: node `it`, `cutoff`: there are two cables from `tone.out` to `cutoff`; remove one",
    ),
    (
        "kind = \"lowpass\"\ncutoff = { drive = [ { from = \"tone\", depth = 1.0, gain = 2.0 } ] }",
        "line 8, column 52: node `it`: a drive has no key `gain`; it takes from and depth",
    ),
    (
        "kind = \"lfo\"\nshape = \"tringle\"",
        "line 8, column 9: node `it`, `shape`: `tringle` is not a choice (did you mean `triangle`?); the choices are sine, triangle, saw and square",
    ),
    (
        "kind = \"lfo\"\nshape = 7",
        "line 8, column 9: node `it`, `shape`: `7` is not a choice; the choices are sine, triangle, saw and square",
    ),
    (
        "kind = \"lfo\"\nshape = 1.5",
        "line 8, column 9: node `it`, `shape`: 1.5 is not a whole number; write one from 0 to 3",
    ),
    (
        "kind = \"noise\"\ncolour = \"brown\"",
        "line 8, column 10: node `it`, `colour`: `brown` is not a choice; the choices are white and pink",
    ),
    (
        "kind = \"noise\"\ncolour = { value = \"pink\", from = \"tone\", depth = 1 }",
        "line 8, column 10: node `it`, `colour`: a setting cannot be driven or ramped: it is fixed for the node's life; write a plain value",
    ),
    (
        "kind = \"delay\"\nlongest = \"1 h\"",
        "line 8, column 11: node `it`, `longest`: 'h' is not a unit that fits here; write for example 250, 250 ms or 1.5 s",
    ),
    (
        "kind = \"mixer\"\ncount = 2.5",
        "line 8, column 9: node `it`, `count`: 2.5 is not a whole number; write one from 1 to 40",
    ),
    (
        "kind = \"mixer\"\ncount = 100",
        "line 8, column 9: node `it`, `count`: 100 is out of range; it goes from 1 to 40",
    ),
    (
        "kind = \"mixer\"\ncount = 1\ninputs = [\"tone\", \"it2\"]",
        "line 8, column 9: node `it`, `count`: `count` is 1, but `in2` is in use; give the node 2 inputs or write count = 2\nline 9, column 19: node `it`, `in2`: there is no node `it2` (did you mean `it`?)",
    ),
    (
        "kind = \"mixer\"\ninputs = [\"tone\"]\ngain2 = -3",
        "line 6, column 8: node `it`, `count`: `count` is 1, but `gain2` is in use; give the node 2 inputs or write count = 2",
    ),
    (
        "kind = \"mixer\"\ncount = 40",
        "line 6, column 8: node `it`: the node would have 81 parameters; the most is 64: use fewer inputs, or two nodes",
    ),
    (
        "kind = \"mixer\"\ninputs = { in41 = \"tone\" }",
        "line 8, column 12: node `it`, `in41`: mixer has no input `in41` (did you mean `in1`?); it has in1 and in2",
    ),
    (
        "kind = \"saw\"\ninputs = [\"tone\"]",
        "line 8, column 10: node `it`, `inputs`: saw has no inputs; remove what goes into it",
    ),
    (
        "kind = \"saw\"\nchannels = 2",
        "line 8, column 12: node `it`, `channels`: saw has no ports that follow `channels`; remove it",
    ),
    (
        "kind = \"gain\"\nchannels = 65",
        "line 8, column 12: node `it`, `channels`: 65 channels are out of range; write a whole number from 1 to 64",
    ),
    (
        "kind = \"gain\"\nchannels = 0",
        "line 8, column 12: node `it`, `channels`: 0 channels are out of range; write a whole number from 1 to 64",
    ),
    (
        "kind = \"gain\"\nchannels = -1",
        "line 8, column 12: node `it`, `channels`: -1 channels are out of range; write a whole number from 1 to 64",
    ),
    (
        "kind = \"gain\"\nchannels = \"two\"",
        "line 8, column 12: node `it`, `channels`: text stands where a whole number belongs",
    ),
    (
        "kind = \"gain\"\nbypass = \"yes\"",
        "line 8, column 10: node `it`, `bypass`: text stands where true or false belongs",
    ),
    (
        "kind = \"saw\"\nbypass = true",
        "line 8, column 10: node `it`, `bypass`: saw cannot be bypassed: it needs both an input and an output for that",
    ),
    (
        "kind = \"gain\"\nid = \"tone\"",
        "line 8, column 6: node `it`, `id`: the id `tone` belongs to node `tone` already; give this node another",
    ),
    (
        "kind = \"gain\"\nid = \"a b\"",
        "line 8, column 6: node `it`, `id`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
    ),
    ("kind = \"gain\"\nid = 7", "line 8, column 6: node `it`, `id`: a number stands where text belongs"),
    (
        "kind = \"gain\"\ninputs = [3]",
        "line 8, column 11: node `it`, `in`: a number stands where \"NODE\", \"NODE.PORT\" or a table with from and gain belongs",
    ),
    (
        "kind = \"gain\"\ninputs = [{ gain = -3 }]",
        "line 8, column 11: node `it`, `in`: the cable does not say where it comes from; write from = \"NODE\"",
    ),
    (
        "kind = \"gain\"\ninputs = [{ from = \"tone\", gian = -3 }]",
        "line 8, column 28: node `it`: a cable has no key `gian` (did you mean `gain`?); it takes from and gain",
    ),
    (
        "kind = \"gain\"\ninputs = [{ from = \"tone\", gain = \"-6 Hz\" }]",
        "line 8, column 35: node `it`, `in`: 'Hz' is not a unit that fits here; write for example -12, -12 dB or -inf dB",
    ),
    (
        "kind = \"gain\"\ninputs = [{ from = \"tone\", gain = 100 }]",
        "line 8, column 35: node `it`, `in`: 100 dB is out of range; it goes from -inf dB to 60 dB",
    ),
    (
        "kind = \"gain\"\ninputs = [\"tone.left\"]",
        "line 8, column 11: node `it`, `in`: node `tone` (saw) has no output `left`; it has out",
    ),
    (
        "kind = \"gain\"\ninputs = [\"out\"]",
        "line 8, column 11: node `it`, `in`: node `out` (audio_out) has no outputs, so nothing can come from it",
    ),
    (
        "kind = \"gain\"\ninputs = [\"tone\", \"tone.out\"]",
        "line 8, column 19: node `it`, `in`: there are two cables from `tone.out` to `in`; remove one",
    ),
    (
        "kind = \"gain\"\ninputs = [\"it\"]",
        "line 8, column 11: node `it`, `in`: node `it` feeds itself; put a delay in between",
    ),
    (
        "kind = \"gain\"\ninputs = { inn = \"tone\" }",
        "line 8, column 12: node `it`, `inn`: gain has no input `inn` (did you mean `in`?); it has in",
    ),
    (
        "kind = \"compressor\"\ninputs = { in = \"tone\", sidechian = \"tone\" }",
        "line 8, column 25: node `it`, `sidechian`: compressor has no input `sidechian` (did you mean `sidechain`?); it has in and sidechain",
    ),
    (
        "kind = \"gain\"\ninputs = [\"b\"]\n[nodes.a]\nkind = \"gain\"\ninputs = [\"it\"]\n[nodes.b]\nkind = \"gain\"\ninputs = [\"a\", \"tone\"]",
        "line 6, column 8: node `it`: these nodes feed each other with no delay in between: it → a → b → it; put a delay node into the loop",
    ),
    (
        "kind = \"lowpass\"\nq = { value = 1, from = \"b\", depth = 1 }\n[nodes.b]\nkind = \"gain\"\ninputs = [\"it\"]",
        "line 6, column 8: node `it`: these nodes feed each other with no delay in between: it → b → it; put a delay node into the loop",
    ),
    (
        "kind = \"gain\"\n[nodes.alone]\nkind = \"saw\"",
        "line 8, column 8: warning: node `alone`: nothing that reaches an output comes from this node, so it is not heard",
    ),
    (
        "kind = \"gain\"\n[nodes.filter]\nkind = \"lowpass\"\ncutoff = 5\nq = 100\nfoo = 3\ninputs = [\"gone\"]",
        "line 10, column 10: node `filter`, `cutoff`: 5 Hz is out of range; it goes from 10 Hz to 24 kHz\nline 11, column 5: node `filter`, `q`: 100 is out of range; it goes from 0.1 to 40\nline 12, column 1: node `filter`: lowpass has no parameter or setting `foo`; it has cutoff and q\nline 13, column 11: node `filter`, `in`: there is no node `gone` (did you mean `tone`?)",
    ),
];

#[test]
fn each_fault_of_a_document_has_its_message() {
    for (notation, text, message) in DOCUMENTS {
        assert_eq!(told(text, *notation).trim_end(), *message, "{text}");
    }
}

const DOCUMENTS: &[(Notation, &str, &str)] = &[
    (Notation::Toml, "", "the patch has no nodes; begin with [nodes.out] and kind = \"audio_out\""),
    (
        Notation::Toml,
        "title = \"x\"\n",
        "the patch has no nodes; begin with [nodes.out] and kind = \"audio_out\"",
    ),
    (
        Notation::Toml,
        "title = \n[nodes.a]\nkind = \"gain\"",
        "line 1, column 9: string values must be quoted, expected literal string",
    ),
    (Notation::Toml, "[nodes.a]\nkind = \"gain\"\nkind = \"saw\"\n", "line 3, column 1: duplicate key"),
    (
        Notation::Toml,
        "format = 2\n[nodes.a]\nkind = \"audio_out\"",
        "line 1, column 10: `format`: the document is in format 2; this program reads up to format 1: use a newer one, or write the document anew for format 1",
    ),
    (
        Notation::Toml,
        "format = 0\n[nodes.a]\nkind = \"audio_out\"",
        "line 1, column 10: `format`: format 0 does not exist; write format = 1",
    ),
    (
        Notation::Toml,
        "format = \"1\"\n[nodes.a]\nkind = \"audio_out\"",
        "line 1, column 10: `format`: text stands where a whole number belongs",
    ),
    (
        Notation::Toml,
        "titel = \"x\"\n[nodes.a]\nkind = \"audio_out\"",
        "line 1, column 1: a patch has no key `titel` (did you mean `title`?); it takes format, title, transport, buffers, parts, nodes and sequence",
    ),
    (
        Notation::Toml,
        "title = 3\n[nodes.a]\nkind = \"audio_out\"",
        "line 1, column 9: `title`: a number stands where text belongs",
    ),
    (Notation::Toml, "nodes = 3", "line 1, column 9: `nodes`: a number stands where a table belongs"),
    (
        Notation::Toml,
        "[nodes]\ntone = \"saw\"",
        "line 2, column 8: node `tone`: text stands where a table belongs",
    ),
    (
        Notation::Toml,
        "[nodes.\"a b\"]\nkind = \"audio_out\"",
        "line 1, column 8: node `a b`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
    ),
    (
        Notation::Toml,
        "[nodes.tone]\nkind = \"saw\"",
        "warning: nothing will be heard: the patch has no node of kind audio_out",
    ),
    (Notation::Json, "{", "line 1, column 1: EOF while parsing an object"),
    (Notation::Json, "[]", "line 1, column 1: a list stands where a table belongs"),
    (
        Notation::Json,
        "{\"nodes\": {\"a\": {\"kind\": \"audio_out\"}, \"a\": {\"kind\": \"audio_out\"}}}",
        "line 1, column 40: `a` is there twice; remove one",
    ),
    (
        Notation::Json,
        "{\"nodes\": {\"a\": {\"kind\": \"audio_out\", \"inputs\": [null]}}}",
        "line 1, column 50: node `a`, `in`: null stands where \"NODE\", \"NODE.PORT\" or a table with from and gain belongs",
    ),
    (
        Notation::Json,
        "{\"nodes\":\n {\"a\": {\"kind\": \"saw\", \"frequency\": 1e999}}}",
        "line 2, column 37: node `a`, `frequency`: inf is not a finite number",
    ),
    (
        Notation::Json,
        "{\"nodes\": {\"a\": {\"kind\": \"gain\", \"gain\": \"x\",}}}",
        "line 1, column 46: key must be a string",
    ),
];

#[test]
fn limits_are_named() {
    let large = format!("title = \"{}\"", "x".repeat(sostenuto_patch::MAX_DOCUMENT));
    assert_eq!(
        told(&large, Notation::Toml),
        format!("the document has {} bytes; the most is 16777216\n", large.len())
    );
    let deep = format!("{{\"title\": {}1{}}}", "[".repeat(100), "]".repeat(100));
    assert_eq!(
        told(&deep, Notation::Json),
        "line 1, column 43: values are nested more than 32 levels deep\n"
    );
    let deep = format!("title = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(told(&deep, Notation::Toml).contains("max recursion depth met"));
    let many: String = (0..=sostenuto_patch::MAX_NODES).map(|n| format!("[nodes.n{n}]\n")).collect();
    assert!(told(&many, Notation::Toml).contains("the patch has 65537 nodes; the most is 65536"));
    let wrong: String = (0..5000).map(|n| format!("[nodes.n{n}]\nkind=\"x\"\n")).collect();
    let problems = read(&wrong, Notation::Toml, &kinds::catalogue()).unwrap_err();
    assert_eq!(problems.len(), 1000);
    assert_eq!(problems[999].fault, Fault::More { count: 4001, warnings: false });
    // Many warnings are no fault.
    let unheard: String = (0..5000).map(|n| format!("[nodes.n{n}]\nkind=\"saw\"\n")).collect();
    let checked =
        read(&(unheard + "[nodes.out]\nkind=\"audio_out\"\n"), Notation::Toml, &kinds::catalogue()).unwrap();
    assert_eq!(checked.warnings.len(), 1000);
    assert_eq!(checked.warnings[999].to_string(), "warning: and 4001 more");
}

#[test]
fn a_place_can_be_shown() {
    let text = in_a_patch("kind = \"lowpass\"\ncutoff = 90000.0 # too high");
    let problems = read(&text, Notation::Toml, &kinds::catalogue()).unwrap_err();
    assert_eq!(problems[0].excerpt(&text), "cutoff = 90000.0 # too high\n         ^^^^^^^");
}

#[test]
fn a_patch_without_text_is_checked_as_well() {
    use sostenuto_patch::{Cable, Node, ParamValue, Patch, Source};
    let mut patch = Patch::new();
    let mut node = Node::new("f", "lowpass");
    node.params.insert("cutoff".into(), 1.0.into());
    node.params.insert("reso".into(), ParamValue::default());
    node.params.insert("q".into(), f32::NAN.into());
    node.settings.insert("size".into(), 3.0);
    node.cables.push(Cable {
        from: Source { node: "x".into(), port: "out".into() },
        port: "in".into(),
        gain_db: f32::NAN,
    });
    patch.nodes.insert("f".into(), node);
    let told: Vec<String> = check(&patch, &kinds::catalogue()).iter().map(|p| p.to_string()).collect();
    assert_eq!(told, PROGRAM);
}

const PROGRAM: &[&str] = &[
    "node `f`, `size`: lowpass has no parameter or setting `size`; it has cutoff and q",
    "node `f`, `cutoff`: 1 Hz is out of range; it goes from 10 Hz to 24 kHz",
    "node `f`, `q`: NaN is not a finite number",
    "node `f`, `reso`: lowpass has no parameter or setting `reso`; it has cutoff and q",
    "node `f`, `in`: NaN is not a finite number",
    "node `f`, `in`: there is no node `x`",
];

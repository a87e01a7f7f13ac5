//! Every fault that parts, instruments and sequences can have, with its message.

use crate::kinds;

use sostenuto_patch::{Notation, read};

/// All problems of a text, a line each.
fn told(text: &str) -> String {
    let problems = match read(text, Notation::Toml, &kinds::catalogue()) {
        Ok(checked) => checked.warnings,
        Err(problems) => problems,
    };
    problems.iter().map(|p| format!("{p}\n")).collect::<String>().trim_end().to_owned()
}

/// A part `p`, used once, of an outlet and what `text` says of the node `it`.
fn in_a_part(text: &str) -> String {
    format!(
        "[nodes.out]\nkind = \"audio_out\"\ninputs = [\"p\"]\n[nodes.p]\nkind = \"p\"\n[parts.p.nodes.out]\nkind = \"outlet\"\ninputs = [\"it\"]\n[parts.p.nodes.it]\n{text}\n"
    )
}

/// An instrument `it` and what `text` says.
fn with_an_instrument(text: &str) -> String {
    format!(
        "{text}\n[parts.p]\nvoices = 2\n[parts.p.nodes.n]\nkind = \"note\"\n[parts.p.nodes.s]\nkind = \"saw\"\nfrequency = {{ from = \"n\" }}\n[parts.p.nodes.out]\nkind = \"outlet\"\ninputs = [\"s\"]\n[nodes.it]\nkind = \"p\"\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"it\"]\n"
    )
}

#[test]
fn each_fault_of_a_part_has_its_message() {
    for (text, message) in PARTS {
        assert_eq!(told(&in_a_part(text)), *message, "{text}");
    }
}

#[test]
fn each_fault_of_a_document_with_parts_has_its_message() {
    for (text, message) in DOCUMENTS {
        assert_eq!(told(text), *message, "{text}");
    }
}

#[test]
fn each_fault_of_a_sequence_has_its_message() {
    for (text, message) in SEQUENCES {
        assert_eq!(told(&with_an_instrument(text)), *message, "{text}");
    }
}

const PARTS: &[(&str, &str)] = &[
    (
        "kind = \"saww\"",
        "line 10, column 8: part `p`, node `it`, `kind`: there is no kind `saww` (did you mean `saw`?); `nodes` lists them",
    ),
    (
        "kind = \"note\"",
        "line 10, column 8: part `p`, node `it`, `kind`: note belongs inside an instrument: a part with voices = N; give the part voices, or remove the node",
    ),
    (
        "kind = \"audio_out\"",
        "line 8, column 11: part `p`, node `out`, `in`: node `it` (audio_out) has no outputs, so nothing can come from it\nline 10, column 8: part `p`, node `it`, `kind`: audio_out cannot be inside a part; let the signal out by a node of kind outlet, and to the device outside",
    ),
    (
        "kind = \"gain\"\ninputs = [\"gone\"]",
        "line 11, column 11: part `p`, node `it`, `in`: there is no node `gone`",
    ),
    (
        "kind = \"gain\"\ninputs = [\"it\"]",
        "line 11, column 11: part `p`, node `it`, `in`: node `it` feeds itself; put a delay in between",
    ),
    (
        "kind = \"p\"",
        "line 6, column 8: part `p`: a part cannot be inside itself: p → p; take one of them out of the next",
    ),
    (
        "kind = \"gain\"\n[parts.p.nodes.x]\nkind = \"gain\"\ninputs = [\"y\"]\n[parts.p.nodes.y]\nkind = \"gain\"\ninputs = [\"x\"]\n[parts.p.nodes.z]\nkind = \"saw\"",
        "line 11, column 16: part `p`, node `x`: these nodes feed each other with no delay in between: x → y → x; put a delay node into the loop",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nvoices = 4",
        "line 11, column 8: warning: part `p`: all its notes sound alike: the instrument has no node of kind note",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nvoices = 0",
        "line 12, column 10: part `p`, `voices`: 0 is out of range; it goes from 1 to 256",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nvoices = 2.5",
        "line 12, column 10: part `p`, `voices`: 2.5 is not a whole number; write one from 1 to 256",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nvoices = 300",
        "line 12, column 10: part `p`, `voices`: 300 is out of range; it goes from 1 to 256",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nspares = 4",
        "line 12, column 1: part `p`, `spares`: `spares` belongs to an instrument; write voices = 8 as well, or remove it",
    ),
    (
        "kind = \"note\"\n[parts.p]\nvoices = 4\nspares = 65\nmode = \"polly\"\nsteal = 9\npriority = true\nglide = \"1 min\"\nfade = \"3 dB\"",
        "line 13, column 10: part `p`, `spares`: 65 is out of range; it goes from 0 to 64\nline 14, column 8: part `p`, `mode`: `polly` is not a choice (did you mean `poly`?); the choices are poly, mono and legato\nline 15, column 9: part `p`, `steal`: `9` is not a choice; the choices are oldest, quietest, lowest_velocity, furthest and same_note\nline 16, column 12: part `p`, `priority`: true or false stands where the name or number of a choice belongs\nline 17, column 9: part `p`, `glide`: 60 s is out of range; it goes from 0 s to 10 s\nline 18, column 8: part `p`, `fade`: 'dB' is not a unit that fits here; write for example 250, 250 ms or 1.5 s",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nvocies = 3",
        "line 12, column 1: part `p`: a part has no key `vocies` (did you mean `voices`?); it takes file, voices, spares, mode, steal, priority, glide, fade, params and nodes",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nfile = \"x.toml\"",
        "line 6, column 10: part `p`, `nodes`: the part comes from a file; write `nodes` there, or remove `file`\nline 12, column 8: part `p`, `file`: parts cannot be taken from files here; write the part into the document",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = 3",
        "line 12, column 5: part `p`, `x`: a number stands where \"NODE.PARAM\" belongs",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = \"gain\"",
        "line 12, column 5: part `p`, `x`: `gain` is not a parameter of a node; write \"NODE.PARAM\"",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = []",
        "line 12, column 5: part `p`, `x`: the parameter sets nothing; write to = \"NODE.PARAM\"",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = { min = 3 }",
        "line 12, column 5: part `p`, `x`: the parameter sets nothing; write to = \"NODE.PARAM\"",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = \"ti.gain\"",
        "line 12, column 5: part `p`, `x`: the part has no node `ti` (did you mean `it`?)",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = \"it.gian\"",
        "line 12, column 5: part `p`, `x`: gain has no parameter or setting `gian` (did you mean `gain`?); it has gain",
    ),
    (
        "kind = \"delay\"\n[parts.p.params]\nx = \"it.longest\"",
        "line 12, column 5: part `p`, `x`: `it.longest` is a setting, which is fixed for the node's life; name a parameter",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = \"it.gain\"\ny = \"it.gain\"",
        "line 13, column 5: part `p`, `y`: `it.gain` is set by `x` already; remove one of the two",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = [\"it.gain\", \"it.gain\"]",
        "line 12, column 5: part `p`, `x`: `it.gain` is set by `x` already; remove one of the two",
    ),
    (
        "kind = \"delay\"\n[parts.p.params]\nx = [\"it.time\", \"it.feedback\"]",
        "line 12, column 5: part `p`, `x`: `it.time` and `it.feedback` are not of one unit, or have no value in common; make two parameters of them",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = { to = \"it.gain\", min = -200 }",
        "line 12, column 29: part `p`, `x`: -inf dB is out of range; it goes from -inf dB to 24 dB",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = { to = \"it.gain\", min = 3, max = -3 }",
        "line 12, column 5: part `p`, `x`: min is 3 dB and max is -3 dB; write them the other way round",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = { to = \"it.gain\", max = -3, default = 0 }",
        "line 12, column 5: part `p`, `x`: 0 dB is out of range; it goes from -inf dB to -3 dB",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nx = { to = \"it.gain\", max = \"3 Hz\", dfault = 0 }",
        "line 12, column 29: part `p`, `x`: 'Hz' is not a unit that fits here; write for example -12, -12 dB or -inf dB\nline 12, column 37: part `p`: a parameter of a part has no key `dfault` (did you mean `default`?); it takes to, min, max and default",
    ),
    (
        "kind = \"lfo\"\n[parts.p.params]\nx = { to = \"it.shape\", max = 1 }",
        "line 12, column 5: part `p`, `x`: a choice takes neither min nor max; remove them",
    ),
    (
        "kind = \"gain\"\n[parts.p.params]\nid = \"it.gain\"\n\"a b\" = \"it.gain\"",
        "line 12, column 6: part `p`, `id`: every node has `id` for something else; call the parameter something else\nline 12, column 6: part `p`, `id`: `it.gain` is set by `a b` already; remove one of the two\nline 13, column 9: part `p`, `a b`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
    ),
    (
        "kind = \"mixer\"\n[parts.p.params]\nx = \"it.gain3\"",
        "line 12, column 5: part `p`, `x`: mixer has no parameter or setting `gain3` (did you mean `gain1`?); it has level, gain1, mute1 and count",
    ),
    (
        "kind = \"note\"\n[parts.p]\nvoices = 2\n[parts.p.params]\nx = \"it.bend\"",
        "line 14, column 5: part `p`, `x`: `it.bend` is set by the notes that are played; name a parameter of another node",
    ),
    (
        "kind = \"gain\"\n[parts.p]\nparams = 3",
        "line 12, column 10: part `p`, `params`: a number stands where a table belongs",
    ),
    (
        "kind = \"gain\"\n[parts.q.nodes.out]\nkind = \"outlet\"\n[parts.q.nodes.p]\nkind = \"p\"\n[parts.q.nodes.note]\nkind = \"note\"\n[parts.q]\nvoices = 2\n[parts.r.nodes.out]\nkind = \"outlet\"\ninputs = [\"q\", \"n\"]\n[parts.r.nodes.q]\nkind = \"q\"\n[parts.r.nodes.n]\nkind = \"note\"\n[parts.r]\nvoices = 2",
        "line 23, column 8: part `r`, node `q`, `kind`: `q` plays notes by itself and cannot be inside an instrument; use it beside this one",
    ),
    (
        "kind = \"r\"\n[parts.q.nodes.out]\nkind = \"outlet\"\ninputs = [\"p\"]\n[parts.q.nodes.p]\nkind = \"p\"\n[parts.r.nodes.out]\nkind = \"outlet\"\ninputs = [\"q\"]\n[parts.r.nodes.q]\nkind = \"q\"",
        "line 6, column 8: part `p`: a part cannot be inside itself: p → q → r → p; take one of them out of the next",
    ),
];

const DOCUMENTS: &[(&str, &str)] = &[
    (
        "parts = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 9: `parts`: a number stands where a table belongs",
    ),
    (
        "[parts]\np = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 5: part `p`: a number stands where a table belongs",
    ),
    (
        "[parts.p]\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 8: part `p`: the part has no nodes; begin with [parts.p.nodes.out] and kind = \"outlet\"",
    ),
    (
        "[parts.p]\nfile = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 8: part `p`, `file`: a number stands where text belongs",
    ),
    (
        "[parts.p]\nfile = \"x.toml\"\nvoices = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 8: part `p`, `file`: parts cannot be taken from files here; write the part into the document\nline 3, column 1: part `p`, `voices`: the part comes from a file; write `voices` there, or remove `file`",
    ),
    (
        "[parts.gain.nodes.out]\nkind = \"outlet\"\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 8: part `gain`: `gain` is a kind of the catalogue already; call the part something else",
    ),
    (
        "[parts.\"a b\".nodes.out]\nkind = \"outlet\"\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 8: part `a b`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`",
    ),
    (
        "[parts.p.nodes.s]\nkind = \"saw\"\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 8: warning: part `p`: nothing comes out of the part: it has no node of kind outlet",
    ),
    (
        "[nodes.i]\nkind = \"inlet\"\n[nodes.o]\nkind = \"outlet\"\n[nodes.n]\nkind = \"note\"\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 8: node `i`, `kind`: inlet belongs inside a part; remove it, or move it to one\nline 4, column 8: node `o`, `kind`: outlet belongs inside a part; remove it, or move it to one\nline 6, column 8: node `n`, `kind`: note belongs inside an instrument: a part with voices = N; give the part voices, or remove the node",
    ),
    (
        "transport = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 1, column 13: `transport`: a number stands where a table belongs",
    ),
    (
        "[transport]\ntempo = 0\nmeter = \"4/5\"\nbpm = 3\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 9: `tempo`: 0 bpm is out of range; it goes from 1 bpm to 1000 bpm\nline 3, column 9: `meter`: `4/5` is not a meter; write how many of which note a bar has: \"4/4\", \"6/8\"\nline 4, column 1: the transport has no key `bpm`; it takes tempo, meter and clock",
    ),
    (
        "[transport]\ntempo = \"fast\"\nmeter = 4\n[nodes.out]\nkind = \"audio_out\"\n",
        "line 2, column 9: `tempo`: 'fast' is not a number; write for example 120 or 120 bpm\nline 3, column 9: `meter`: a number stands where text belongs",
    ),
];

const SEQUENCES: &[(&str, &str)] = &[
    (
        "sequence = 3",
        "line 1, column 12: `sequence`: a number stands where a list of [[sequence]] tables belongs",
    ),
    (
        "[sequence]\nto = \"it\"",
        "line 1, column 1: `sequence`: a table stands where a list of [[sequence]] tables belongs",
    ),
    (
        "[[sequence]]\nsteps = [{ pitch = \"C4\" }]",
        "line 1, column 1: sequence `sequence-1`: the sequence does not say what plays it; write to = \"NODE\"",
    ),
    (
        "[[sequence]]\nto = \"ti\"\nsteps = [{}]",
        "line 2, column 6: sequence `sequence-1`, `to`: there is no node `ti` to play it (did you mean `it`?)",
    ),
    (
        "[[sequence]]\nto = \"out\"\nsteps = [{}]",
        "line 2, column 6: sequence `sequence-1`, `to`: node `out` (audio_out) plays no notes; name a node whose kind is a part with voices",
    ),
    (
        "[[sequence]]\nto = \"it\"",
        "line 1, column 1: sequence `sequence-1`, `steps`: the sequence has no steps; write for example steps = [{ pitch = \"C4\" }]",
    ),
    (
        "[[sequence]]\nto = \"it\"\nsteps = []",
        "line 3, column 9: sequence `sequence-1`, `steps`: the sequence has no steps; write for example steps = [{ pitch = \"C4\" }]",
    ),
    (
        "[[sequence]]\nto = 3\nsteps = [{}]\nnam = \"x\"",
        "line 2, column 6: sequence `sequence-1`, `to`: a number stands where text belongs\nline 4, column 1: sequence `sequence-1`: a sequence has no key `nam` (did you mean `name`?); it takes name, to, length, loop, steps, unit and points",
    ),
    (
        "[[sequence]]\nto = \"it\"\nname = \"a b\"\nloop = 1\nlength = 0\nsteps = [{ pitch = \"H4\" }, { pitch = 130 }, { pitch = [\"C4\", true] }, { velocity = 2, length = -1, at = -1, vel = 1 }, 3]",
        "line 3, column 8: sequence `a b`, `name`: `a b` cannot be a name; write 1 to 128 letters (A to Z), digits, `_` and `-`\nline 4, column 8: sequence `a b`, `loop`: a number stands where true or false belongs\nline 5, column 10: sequence `a b`, `length`: 0 beats is out of range; it goes from 0.000976562 beats to 1000000 beats\nline 6, column 20: sequence `a b`, step 1, `pitch`: 'H4' is not a pitch; write a note or semitones, with cents if need be: C4, F#3, 60.5, A4+25c\nline 6, column 38: sequence `a b`, step 2, `pitch`: 130 is out of range; it goes from C-1 to 127.99\nline 6, column 62: sequence `a b`, step 3, `pitch`: true or false stands where a number, or text with a unit, belongs\nline 6, column 84: sequence `a b`, step 4, `velocity`: 2x is out of range; it goes from 0x to 1x\nline 6, column 96: sequence `a b`, step 4, `length`: -1 beats is out of range; it goes from 0.000976562 beats to 1000000 beats\nline 6, column 105: sequence `a b`, step 4, `at`: -1 beats is out of range; it goes from 0 beats to 1000000 beats\nline 6, column 109: sequence `a b`, step 4: a step has no key `vel`; it takes at, pitch, velocity and length\nline 6, column 120: sequence `a b`, step 5: a number stands where a table belongs",
    ),
    (
        "[[sequence]]\nto = \"it\"\nlength = 2\nsteps = [{ at = 2 }]",
        "line 4, column 10: sequence `sequence-1`, step 1: the step is at beat 2, but the sequence ends at beat 2; give it another length",
    ),
    (
        "[[sequence]]\nto = \"it\"\nname = \"x\"\nsteps = [{}]\n[[sequence]]\nto = \"it\"\nname = \"x\"\nsteps = [{}]",
        "line 7, column 8: sequence `x`, `name`: there are two sequences `x`; give one of them another name",
    ),
    (
        "[[sequence]]\nto = \"it\"\nsteps = [{}]\n[[sequence]]\nto = \"it\"\nname = \"sequence-1\"\nsteps = [{}]",
        "line 6, column 8: sequence `sequence-1`, `name`: there are two sequences `sequence-1`; give one of them another name",
    ),
];

/// Parts in each other, each `times` in the next, the last as `innermost` says.
fn nested(depth: usize, times: usize, innermost: &str) -> String {
    let mut text =
        "[nodes.out]\nkind = \"audio_out\"\ninputs = [\"a\"]\n[nodes.a]\nkind = \"p0\"\n".to_owned();
    for n in 0..depth {
        let (kind, rest) = match n + 1 == depth {
            true => ("saw".to_owned(), innermost),
            false => (format!("p{}", n + 1), ""),
        };
        text += &format!("[parts.p{n}]\n{rest}[parts.p{n}.nodes.out]\nkind = \"outlet\"\ninputs = [");
        (0..times).for_each(|i| text += &format!("\"a{i}\","));
        text += "]\n";
        (0..times).for_each(|i| text += &format!("[parts.p{n}.nodes.a{i}]\nkind = \"{kind}\"\n"));
    }
    text
}

#[test]
fn limits_of_parts_are_named() {
    let many: String = (0..=sostenuto_patch::MAX_PARTS)
        .map(|n| format!("[parts.p{n}.nodes.o]\nkind = \"outlet\"\n"))
        .collect();
    let many = many + "[nodes.out]\nkind = \"audio_out\"\n";
    assert_eq!(told(&many), "line 1, column 2: `parts`: the patch defines 16385 parts; the most is 16384");
    // An instrument counts for two.
    assert_eq!(told(&nested(32, 1, "")), "");
    let deep = "line 6, column 8: part `p0`: parts lie 33 deep inside each other here, where an instrument counts for two; the most is 32: use fewer";
    assert_eq!(told(&nested(33, 1, "")), deep);
    assert_eq!(
        told(&nested(31, 1, "voices = 1\n")),
        "line 186, column 8: warning: part `p30`: all its notes sound alike: the instrument has no node of kind note"
    );
    assert_eq!(told(&nested(32, 1, "voices = 1\n")), deep);
    // Each part is twice in the next and has an outlet; the last has two saws.
    assert_eq!(told(&nested(18, 2, "")), "");
    let large = "line 6, column 8: part `p0`: with all its parts and their voices it would have 1572862 nodes; the most is 1048576: use fewer voices or instances";
    assert_eq!(told(&nested(19, 2, "")), large);
    // Besides the voices there are four spares, and as many again for those that fade in a hurry.
    assert!(told(&nested(15, 2, "voices = 12\n")).contains("warning"));
    let voices = "line 6, column 8: part `p0`: with all its parts and their voices it would have 1081342 nodes; the most is 1048576: use fewer voices or instances";
    assert_eq!(told(&nested(15, 2, "voices = 13\n")), voices);
    assert!(told(&nested(60, 10, "")).contains("the most is 1048576"));
}

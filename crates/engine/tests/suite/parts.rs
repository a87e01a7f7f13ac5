//! Parts sound as what they are made of does, are edited once for all their instances, and keep all else.

use sostenuto_engine::{Conductor, EngineError, Notice};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::{Notation, Patch, read};
use sostenuto_trap::forbidden;

fn patch(text: &str) -> Patch {
    read(text, Notation::Toml, Conductor::catalogue()).unwrap_or_else(|p| panic!("{p:#?}")).patch
}

struct Hall {
    conductor: Conductor,
    executor: Executor,
}

impl Hall {
    fn new(text: &str) -> Hall {
        let (mut conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
        conductor.apply(&patch(text), None).unwrap();
        Hall { conductor, executor }
    }

    fn apply(&mut self, text: &str) -> usize {
        self.conductor.apply(&patch(text), None).unwrap().edits.len()
    }

    /// So many frames in blocks of 480, the left channel.
    fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        for (left, right) in left.chunks_mut(480).zip(right.chunks_mut(480)) {
            forbidden(|| self.executor.render(&mut [&mut *left, &mut *right]));
            for notice in self.conductor.notices() {
                assert!(!matches!(notice, Notice::Refused { .. } | Notice::Muted { .. }), "{notice:?}");
            }
        }
        left
    }
}

fn same(a: &[f32], b: &[f32]) {
    assert!(a.iter().any(|s| s.abs() > 1e-3), "there is something to hear");
    let first = a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits());
    assert_eq!(first, None, "differs first at that frame");
}

const STRIP: &str = r#"
[parts.strip.params]
brightness = "filter.cutoff"
level = { to = ["amp.gain"], min = "-60dB", max = "6dB" }
[parts.strip.nodes.in]
kind = "inlet"
[parts.strip.nodes.filter]
kind = "lowpass"
inputs = ["in"]
cutoff = 900.0
[parts.strip.nodes.amp]
kind = "gain"
inputs = ["filter"]
gain = -6.0
[parts.strip.nodes.out]
kind = "outlet"
inputs = ["amp"]
"#;

const TONE: &str = "[nodes.tone]\nkind = \"saw\"\nfrequency = 110.0\n";
const OUT: &str = "[nodes.out]\nkind = \"audio_out\"\ninputs = [\"s\"]\n";

fn with_strip(more: &str) -> String {
    format!("{STRIP}{TONE}[nodes.s]\nkind = \"strip\"\ninputs = [\"tone\"]\n{more}{OUT}")
}

fn flat(cutoff: &str, gain: &str) -> String {
    format!(
        "{TONE}[nodes.f]\nkind = \"lowpass\"\ninputs = [\"tone\"]\ncutoff = {cutoff}\n[nodes.s]\nkind = \"gain\"\ninputs = [\"f\"]\ngain = {gain}\n{OUT}"
    )
}

#[test]
fn a_part_sounds_as_what_it_is_made_of() {
    same(&Hall::new(&with_strip("")).render(9600), &Hall::new(&flat("900.0", "-6.0")).render(9600));
    let turned = with_strip("brightness = 2000.0\nlevel = -12.0\n");
    same(&Hall::new(&turned).render(9600), &Hall::new(&flat("2000.0", "-12.0")).render(9600));
}

#[test]
fn a_part_in_a_part_sounds_the_same() {
    let nested = format!(
        "{STRIP}
[parts.bus.params]
tone = \"one.brightness\"
[parts.bus.nodes.way-in]
kind = \"inlet\"
[parts.bus.nodes.one]
kind = \"strip\"
inputs = [\"way-in\"]
[parts.bus.nodes.way-out]
kind = \"outlet\"
inputs = [{{ from = \"one\", gain = -3.0 }}]
{TONE}[nodes.s]\nkind = \"bus\"\ninputs = [\"tone\"]\ntone = 1500.0\n{OUT}"
    );
    let flat = flat("1500.0", "-6.0").replace("inputs = [\"s\"]", "inputs = [{ from = \"s\", gain = -3.0 }]");
    let (mut one, mut two) = (Hall::new(&nested), Hall::new(&flat));
    same(&one.render(4800), &two.render(4800));
    let set = |hall: &mut Hall, node: &str, param: &str| {
        hall.conductor.set(node, param, 500.0, None, Some(6000)).unwrap();
    };
    set(&mut one, "s", "tone");
    set(&mut two, "f", "cutoff");
    same(&one.render(4800), &two.render(4800));
    // By the way inside: what the bus shows of it is what is set.
    one.conductor.set("s/one/filter", "cutoff", 700.0, None, None).unwrap();
    two.conductor.set("f", "cutoff", 700.0, None, None).unwrap();
    same(&one.render(4800), &two.render(4800));
    assert_eq!(one.conductor.patch().nodes["s"].params["tone"].value, Some(700.0));
}

#[test]
fn a_parameter_of_a_part_is_driven_as_that_inside() {
    let sweep = "[nodes.sweep]\nkind = \"sine\"\nfrequency = 3.0\n";
    let drive = "{ value = 900.0, from = \"sweep\", depth = 400.0 }";
    let part = with_strip(&format!("brightness = {drive}\n")) + sweep;
    let flat = flat(drive, "-6.0") + sweep;
    let (mut one, mut two) = (Hall::new(&part), Hall::new(&flat));
    same(&one.render(9600), &two.render(9600));
    for hall in [&mut one, &mut two] {
        let deeper = if hall.conductor.patch().parts.is_empty() { &flat } else { &part };
        assert_eq!(hall.apply(&deeper.replace("depth = 400.0", "depth = 100.0")), 1);
    }
    same(&one.render(9600), &two.render(9600));
}

/// Three strips with delays in them, each fed by its own tone.
fn three(extra: &str) -> String {
    let strip = r#"
[parts.wet.nodes.in]
kind = "inlet"
[parts.wet.nodes.filter]
kind = "lowpass"
inputs = ["in"]
cutoff = 900.0
[parts.wet.nodes.out]
kind = "outlet"
inputs = ["FED"]
"#;
    let mut text = strip.replace("FED", if extra.is_empty() { "filter" } else { "more" }) + extra;
    for n in 1..=3 {
        text += &format!(
            "[nodes.tone{n}]\nkind = \"saw\"\nfrequency = {n}10.0\n[nodes.wet{n}]\nkind = \"wet\"\ninputs = [\"tone{n}\"]\n"
        );
    }
    text + "[nodes.dry]\nkind = \"sine\"\n[nodes.s]\nkind = \"gain\"\ngain = -12.0\ninputs = [\"dry\"]\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"s\", \"wet1\", \"wet2\", \"wet3\"]\n"
}

#[test]
fn an_edit_of_a_part_is_heard_in_every_instance_and_keeps_the_rest() {
    let extra = "[parts.wet.nodes.more]\nkind = \"gain\"\ngain = -3.0\ninputs = [\"filter\"]\n";
    let mut edited = Hall::new(&three(""));
    edited.render(9600);
    let edits = edited.apply(&three(extra));
    assert_eq!(edits, 4, "a node, two cables, and one that goes; once for all instances");
    edited.render(9600);
    let late = edited.render(4800);
    let mut fresh = Hall::new(&three(extra));
    fresh.render(19_200);
    // What was there before the edit kept its phase and its memory: after the fade nothing tells the two apart.
    let fresh = fresh.render(4800);
    let apart = late.iter().zip(&fresh).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart < 1e-6, "{apart}");
    assert_eq!(edited.apply(&three("")), 2, "a node with its cables goes, and the old cable is back");
    edited.render(9600);
    let mut untouched = Hall::new(&three(""));
    untouched.render(33_600);
    let (a, b) = (edited.render(4800), untouched.render(4800));
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6));
    assert_eq!(edited.executor.nodes(), 3 + 3 + 3 + 3, "tones, parts, filters, and the rest");
}

#[test]
fn values_inside_go_to_every_instance_but_for_those_that_say_otherwise() {
    let own = with_strip("brightness = 2000.0\n").replace(OUT, "")
        + "[nodes.t]\nkind = \"strip\"\ninputs = [\"tone\"]\n"
        + &OUT.replace("\"s\"", "\"s\", \"t\"");
    let mut hall = Hall::new(&own);
    hall.render(4800);
    let values = |hall: &Hall| {
        let all: Vec<Vec<f32>> = hall.executor.positions().map(|(_, values)| values.collect()).collect();
        let mut cutoffs: Vec<f32> = all.into_iter().filter(|v| v.len() == 2).map(|v| v[0]).collect();
        cutoffs.sort_by(f32::total_cmp);
        cutoffs
    };
    let before = values(&hall);
    assert!(before.contains(&900.0) && before.contains(&2000.0), "{before:?}");
    hall.apply(&own.replace("cutoff = 900.0", "cutoff = 600.0"));
    hall.render(4800);
    let after = values(&hall);
    assert!(after.contains(&600.0) && after.contains(&2000.0) && !after.contains(&900.0), "{after:?}");
}

#[test]
fn a_part_is_bypassed_replaced_and_taken_away() {
    let mut hall = Hall::new(&with_strip(""));
    hall.render(4800);
    hall.apply(&with_strip("bypass = true\n"));
    hall.render(4800);
    let bypassed = hall.render(960);
    let mut plain = Hall::new(&format!("{TONE}[nodes.s]\nkind = \"gain\"\ninputs = [\"tone\"]\n{OUT}"));
    plain.render(9600);
    let heard = plain.render(960);
    assert!(bypassed.iter().zip(&heard).all(|(a, b)| (a - b).abs() < 1e-6));
    // A gain in its place, then the part again: cables and drives go over by the names of the ports.
    hall.apply(&format!("{STRIP}{TONE}[nodes.s]\nkind = \"gain\"\ninputs = [\"tone\"]\n{OUT}"));
    hall.render(4800);
    let (a, b) = (hall.render(960), {
        plain.render(4800);
        plain.render(960)
    });
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-6));
    hall.apply(&with_strip(""));
    hall.render(9600);
    assert_eq!(hall.executor.nodes(), 5);
    hall.conductor.clear(None).unwrap();
    hall.render(960);
    assert_eq!(hall.executor.nodes(), 0);
}

#[test]
fn other_ports_or_parameters_build_instances_anew() {
    let mut hall = Hall::new(&with_strip("brightness = 2000.0\n"));
    hall.render(4800);
    let more = with_strip("brightness = 2000.0\nshape = 2.0\n")
        .replace("[parts.strip.params]\n", "[parts.strip.params]\nshape = \"filter.q\"\n");
    hall.apply(&more);
    hall.render(9600);
    let mut fresh = Hall::new(&more);
    fresh.render(14_400);
    let (a, b) = (hall.render(4800), fresh.render(4800));
    assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-4));
}

#[test]
fn what_is_inside_is_named_by_the_way_there() {
    let metered = with_strip("").replace(
        "[parts.strip.nodes.out]",
        "[parts.strip.nodes.needle]\nkind = \"meter\"\ninputs = [\"amp\"]\n[parts.strip.nodes.out]",
    );
    let mut hall = Hall::new(&metered);
    hall.render(4800);
    let labels: Vec<String> = hall.conductor.nodes().into_iter().map(|n| n.label).collect();
    assert_eq!(labels, ["tone", "s", "s/filter", "s/amp", "s/needle", "out"]);
    assert!(hall.conductor.tap("s/needle").is_some());
    let renamed =
        metered.replace("[nodes.s]\n", "[nodes.first]\nid = \"s\"\n").replace("[\"s\"]", "[\"first\"]");
    assert_eq!(hall.apply(&renamed), 1);
    assert!(hall.conductor.tap("first/needle").is_some() && hall.conductor.tap("s/needle").is_none());
}

#[test]
fn noises_of_two_instances_differ() {
    let text = r#"
[parts.hiss.nodes.n]
kind = "white_noise"
[parts.hiss.nodes.out]
kind = "outlet"
inputs = ["n"]
[nodes.a]
kind = "hiss"
[nodes.b]
kind = "hiss"
[nodes.out]
kind = "audio_out"
inputs = ["a"]
"#;
    let (a, b) = (Hall::new(text).render(480), Hall::new(&text.replace("[\"a\"]", "[\"b\"]")).render(480));
    let apart = a.iter().zip(&b).filter(|(a, b)| a != b).count();
    assert!(apart > 400, "{apart} of 480 samples differ");
    same(&a, &Hall::new(text).render(480));
}

#[test]
fn refusals_say_what_to_do_and_change_nothing() {
    let mut hall = Hall::new(&with_strip(""));
    let before = hall.conductor.patch().clone();
    let error = |e: Result<_, EngineError>| e.unwrap_err().to_string();
    let mut set = |node: &str, param: &str, value: f32| {
        error(hall.conductor.set(node, param, value, None, None).map(|_| ()))
    };
    assert_eq!(
        set("s/filter", "q", 2.0),
        "`s/filter` is inside a part, where `q` is the same for all its instances: change it in [parts.strip], or map a parameter of the part to it"
    );
    assert_eq!(set("s/fliter", "q", 2.0), "there is no node `s/fliter`: did you mean `s/filter`?");
    assert_eq!(set("t/filter", "q", 2.0), "there is no node `t/filter`");
    assert_eq!(set("s", "gain", 2.0), "`s` has no parameter `gain`: it has brightness, level");
    assert_eq!(set("s", "level", 20.0), "`s.level` = 20 is out of range: give -60 to 6");
    assert_eq!(set("s/amp", "gain", 20.0), "`s.level` = 20 is out of range: give -60 to 6");
    assert_eq!(hall.conductor.patch(), &before);
}

//! A parameter that was found once is moved as one that is named each time, is told of only if it is refused, and is gone with its node.

use proptest::prelude::*;
use sostenuto_engine::{Conductor, Desk, EngineError, Notice, ParameterHandle};
use sostenuto_graph::{Executor, Limits, Motion, Refusal};
use sostenuto_patch::command::parse;
use sostenuto_patch::{Notation, Patch, read};
use sostenuto_trap::forbidden;

/// A part with a parameter that stands for one of its nodes, and one that stands for two; an instance in another part; an instrument.
const HALL: &str = r#"
[parts.strip.params]
tone = "filter.cutoff"
level = { to = ["amp.gain", "after.gain"], min = "-60dB", max = "6dB" }
[parts.strip.nodes.in]
kind = "inlet"
[parts.strip.nodes.filter]
kind = "lowpass"
inputs = ["in"]
[parts.strip.nodes.amp]
kind = "gain"
inputs = ["filter"]
[parts.strip.nodes.after]
kind = "gain"
inputs = ["amp"]
[parts.strip.nodes.out]
kind = "outlet"
inputs = ["after"]
[parts.pair.params]
tone = "second.tone"
[parts.pair.nodes.in]
kind = "inlet"
[parts.pair.nodes.first]
kind = "strip"
inputs = ["in"]
[parts.pair.nodes.second]
kind = "strip"
inputs = ["first"]
[parts.pair.nodes.out]
kind = "outlet"
inputs = ["second"]
[nodes.tone]
kind = "saw"
[nodes.wave]
kind = "lfo"
[nodes.strip]
kind = "strip"
inputs = ["tone"]
[nodes.pair]
kind = "pair"
inputs = ["tone"]
[nodes.quiet]
kind = "gain"
gain = -20.0
inputs = ["strip", "pair"]
[nodes.out]
kind = "audio_out"
inputs = ["quiet"]
"#;

const PARAMETERS: [(&str, &str, f32, f32); 6] = [
    ("tone", "frequency", 40.0, 4000.0),
    ("quiet", "gain", -40.0, -10.0),
    ("strip", "tone", 100.0, 9000.0),
    ("strip", "level", -40.0, 0.0),
    ("pair", "tone", 100.0, 9000.0),
    ("strip/filter", "cutoff", 100.0, 9000.0),
];

fn patch(text: &str) -> Patch {
    read(text, Notation::Toml, Conductor::catalogue()).unwrap_or_else(|p| panic!("{p:#?}")).patch
}

fn hall() -> (Conductor, Executor) {
    let (mut conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    conductor.apply(&patch(HALL), None).unwrap();
    (conductor, executor)
}

fn render(executor: &mut Executor, frames: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    forbidden(|| executor.render(&mut [&mut left, &mut right]));
    left
}

fn say(desk: &mut Desk, line: &str) {
    let timed = parse(line).unwrap().unwrap();
    desk.carry_out(&timed.command, None).map(drop).unwrap_or_else(|e| panic!("{line}: {e}"));
}

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}

/// Values at random times, with the patch edited in between: what is heard, and the patch at each edit.
fn play(seed: u64, by_handle: bool, reads: bool) -> (Vec<f32>, Vec<Patch>) {
    let (mut conductor, mut executor) = hall();
    let mut dice = Dice(seed);
    let mut handles: Vec<ParameterHandle> = Vec::new();
    if by_handle {
        let find = |(label, param, ..): &(&str, &str, f32, f32)| conductor.parameter(label, param).unwrap();
        handles = PARAMETERS.iter().map(find).collect();
    }
    let (mut heard, mut patches) = (Vec::new(), Vec::new());
    for step in 0..60 {
        let number = dice.below(PARAMETERS.len() as u64) as usize;
        let (label, param, min, max) = PARAMETERS[number];
        let value = min + (max - min) * dice.below(1000) as f32 / 1000.0;
        let motion = (dice.below(4) == 0).then_some(Motion::Linear(dice.below(900) as u32));
        let at = (dice.below(3) == 0).then(|| executor.frame() + dice.below(700));
        match handles.get(number) {
            Some(handle) => conductor.set_by(*handle, value, motion, at).unwrap(),
            None => conductor.set(label, param, value, motion, at).unwrap(),
        };
        if dice.below(2) == 0 && reads {
            patches.push(conductor.patch().clone());
        }
        if dice.below(6) == 0 {
            let (which, other) = (dice.below(3), dice.below(6));
            let change = |patch: &mut Patch| {
                let strip = patch.parts.get_mut("strip").unwrap();
                match which {
                    // What a parameter stands for is another node from now on.
                    0 => strip.nodes["filter"].kind = ["lowpass", "highpass"][other as usize % 2].to_owned(),
                    1 => drop(strip.nodes["after"].params.insert("gain".into(), (-(other as f32)).into())),
                    _ => patch.nodes.get_mut("quiet").unwrap().bypass ^= true,
                }
            };
            let at = (dice.below(2) == 0).then(|| executor.frame() + step);
            if reads {
                let mut patch = conductor.patch().clone();
                change(&mut patch);
                conductor.apply(&patch, at).unwrap();
            } else {
                conductor.edit(change, at).unwrap();
            }
            patches.push(conductor.patch().clone());
        }
        heard.extend(render(&mut executor, 1 + dice.below(300) as usize));
        for notice in conductor.notices() {
            assert!(!matches!(notice, Notice::Muted { .. }), "{notice:?}");
        }
    }
    patches.push(conductor.patch().clone());
    (heard, patches)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn by_handle_as_by_name(seed in any::<u64>()) {
        let (by_name, patches) = play(seed, false, true);
        prop_assert!(by_name.iter().any(|s| s.abs() > 1e-4));
        let (by_handle, theirs) = play(seed, true, true);
        prop_assert_eq!(by_name.iter().zip(&by_handle).position(|(a, b)| a.to_bits() != b.to_bits()), None);
        prop_assert_eq!(&patches, &theirs);
        // Whether anybody looks at the patch in between does not matter.
        let (unread, seldom) = play(seed, true, false);
        prop_assert_eq!(by_name.iter().zip(&unread).position(|(a, b)| a.to_bits() != b.to_bits()), None);
        prop_assert_eq!(patches.last(), seldom.last());
    }
}

#[test]
fn nothing_is_told_but_refusals() {
    let (mut conductor, mut executor) = hall();
    let handle = conductor.parameter("tone", "frequency").unwrap();
    let level = conductor.parameter("strip", "level").unwrap();
    render(&mut executor, 64);
    conductor.notices();
    for step in 0..5000 {
        conductor.set_by(handle, 100.0 + step as f32 / 10.0, None, None).unwrap();
        if step % 100 == 99 {
            conductor.set_by(level, -12.0, None, None).unwrap();
            render(&mut executor, 64);
        }
        // Nobody takes notices meanwhile.
    }
    assert_eq!(conductor.notices(), []);
    assert_eq!(conductor.patch().nodes["tone"].params["frequency"].value, Some(599.9));
    let named = conductor.set("tone", "frequency", 100.0, None, None).unwrap();
    // For a frame at which the node is no more.
    let late = conductor.set_by(handle, 200.0, None, Some(executor.frame() + 48_000)).unwrap();
    render(&mut executor, 64);
    let mut without = conductor.patch().clone();
    without.nodes.shift_remove("tone");
    for name in ["strip", "pair"] {
        without.nodes.get_mut(name).unwrap().cables.retain(|_| false);
    }
    conductor.apply(&without, None).unwrap();
    let mut told = conductor.notices();
    for _ in 0..1200 {
        render(&mut executor, 64);
        told.extend(conductor.notices());
    }
    assert!(told.iter().any(|n| matches!(n, Notice::Set { ticket, .. } if *ticket == named)), "{told:?}");
    assert!(told.contains(&Notice::Refused { ticket: late, why: Refusal::NotSounding }), "{told:?}");
}

#[test]
fn a_handle_stays_with_its_node_and_goes_with_it() {
    let (mut conductor, _executor) = hall();
    let (mut other, _) = hall();
    let foreign = other.parameter("tone", "frequency").unwrap();
    let tone = conductor.parameter("tone", "frequency").unwrap();
    let strip = conductor.parameter("strip", "tone").unwrap();
    assert_eq!(conductor.parameter("strip/filter", "cutoff").unwrap(), strip);
    let gone = |e: Result<_, EngineError>| matches!(e, Err(EngineError::ParameterGone));
    assert!(gone(conductor.set_by(foreign, 300.0, None, None)));
    let mut desk = Desk::new(conductor);
    say(&mut desk, "rename tone voice");
    say(&mut desk, "rename strip channel");
    say(&mut desk, "add more gain from quiet");
    say(&mut desk, "remove pair");
    let set = |desk: &mut Desk, handle, value| desk.conductor_mut().set_by(handle, value, None, None);
    set(&mut desk, tone, 300.0).unwrap();
    set(&mut desk, strip, 400.0).unwrap();
    let patch = desk.conductor().patch();
    assert_eq!(patch.nodes["voice"].params["frequency"].value, Some(300.0));
    assert_eq!(patch.nodes["channel"].params["tone"].value, Some(400.0));
    say(&mut desk, "replace voice sine");
    say(&mut desk, "remove channel");
    assert!(gone(set(&mut desk, tone, 300.0)) && gone(set(&mut desk, strip, 300.0)));
    // What was set by hand is part of the step that came next, and comes back with it; the node is another one.
    say(&mut desk, "undo 2");
    assert!(gone(set(&mut desk, tone, 300.0)) && gone(set(&mut desk, strip, 300.0)));
    let again = desk.conductor_mut().parameter("channel", "tone").unwrap();
    set(&mut desk, again, 500.0).unwrap();
}

#[test]
fn refusals_change_nothing() {
    let (mut conductor, _executor) = hall();
    let before = conductor.patch().clone();
    let handle = conductor.parameter("strip", "level").unwrap();
    let shape = conductor.parameter("wave", "shape").unwrap();
    let error = |e: Result<_, EngineError>| e.map(drop).unwrap_err().to_string();
    assert_eq!(
        error(conductor.set_by(handle, 20.0, None, None)),
        "`strip.level` = 20 is out of range: give -60 to 6"
    );
    assert!(error(conductor.set_by(handle, f32::NAN, None, None)).contains("out of range"));
    assert_eq!(
        error(conductor.set_by(shape, 0.5, None, None)),
        "`wave.shape` = 0.5 is none of its choices: give a whole number up to 6"
    );
    let unknown = conductor.parameter("strop", "level").unwrap_err().to_string();
    assert_eq!(unknown, "there is no node `strop`: did you mean `strip`?");
    assert_eq!(conductor.patch(), &before);
    let tone = conductor.parameter("tone", "frequency").unwrap();
    let full = loop {
        if let Err(error) = conductor.set_by(tone, 100.0, None, None) {
            break error;
        }
    };
    assert!(matches!(full, EngineError::RingFull { waiting: 1024 }), "{full}");
    assert!(matches!(conductor.set_by(tone, 999.0, None, None), Err(EngineError::RingFull { .. })));
    assert!(matches!(conductor.set_by(handle, -3.0, None, None), Err(EngineError::RingFull { .. })));
    assert_eq!(conductor.patch().nodes["tone"].params["frequency"].value, Some(100.0));
    assert!(!conductor.patch().nodes["strip"].params.contains_key("level"));
}

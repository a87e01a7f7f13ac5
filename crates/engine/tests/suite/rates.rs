//! The engine follows the rate of the device whose clock it runs on, and what is heard goes on.

use crate::stage;

use sostenuto_device::{FakeDevice, Mishap};
use sostenuto_engine::{Notice, PortCondition, PortOptions};
use sostenuto_patch::command::parse;
use stage::{Stage, TWO, greatest_step, hertz};
use std::time::Duration;

fn desk_and_stage() -> [FakeDevice; 2] {
    [FakeDevice::new("desk", 48_000, 256), FakeDevice::new("stage", 44_100, 441)]
}

fn open(devices: Vec<FakeDevice>, patch: &str) -> Stage {
    Stage::open(7, devices, patch, PortOptions::default())
}

fn turned(stage: &Stage) -> Vec<(u32, u32)> {
    let turns = stage.notices.iter().filter_map(|notice| match notice {
        Notice::RateChanged { from, to } => Some((*from, *to)),
        _ => None,
    });
    turns.collect()
}

#[test]
fn it_goes_over_to_the_rate_of_the_clock_and_back() {
    let mut stage = open(desk_and_stage().into(), TWO);
    stage.run(3.0);
    assert_eq!((turned(&stage), stage.rate()), (vec![], 48_000.0));
    stage.command("clock there");
    stage.run(12.0);
    assert_eq!(stage.rig.clock().as_deref(), Some("stage"));
    assert_eq!((turned(&stage), stage.rate()), (vec![(48_000, 44_100)], 44_100.0));
    let ports = stage.rig.ports();
    assert!(ports.iter().all(|port| port.state == PortCondition::Locked), "{ports:#?}");
    stage.command("clock here");
    stage.run(12.0);
    assert_eq!(turned(&stage), [(48_000, 44_100), (44_100, 48_000)]);
    let ports = stage.rig.ports();
    assert_eq!(ports.iter().map(|port| port.underruns + port.overruns).sum::<u64>(), 0, "{ports:#?}");
    for (device, rate) in [("desk", 48_000.0), ("stage", 44_100.0)] {
        let heard = stage.heard(device);
        // A sine of 200 Hz has steps of 0.027 and 0.029; two of them in a crossfade no more.
        assert!(greatest_step(&heard) < 0.035, "{device}: {}", greatest_step(&heard));
        let tail = &heard[heard.len() - 2 * rate as usize..];
        assert!((hertz(tail, rate) / 200.0 - 1.0).abs() < 1e-5, "{device}: {}", hertz(tail, rate));
    }
}

#[test]
fn with_the_clock_at_its_own_rate_what_is_played_is_what_is_rendered_again() {
    let mut stage = open(desk_and_stage().into(), TWO);
    stage.run(1.0);
    stage.command("clock there");
    stage.run(8.0);
    let ports = stage.rig.ports();
    let there = &ports[1];
    // Nothing is converted there: what it is late by is what it holds.
    assert!(
        there.clock && !there.follows && there.rate == 44_100 && there.latency_ms == there.fill_ms,
        "{there:#?}"
    );
}

#[test]
fn a_device_that_is_lost_takes_its_rate_with_it() {
    let [mut desk, stage] = desk_and_stage();
    desk.schedule = vec![(Duration::from_secs(3), Mishap::Remove), (Duration::from_secs(14), Mishap::Return)];
    let mut stage = open(vec![desk, stage], TWO);
    let mut seconds = 0.0;
    while seconds < 25.0 {
        let before = stage.frame() as f64 / stage.rate();
        stage.run(0.05);
        seconds += 0.05;
        let now = stage.frame() as f64 / stage.rate();
        assert!(now >= before && now - before < 0.08, "at {seconds:.2} s: {before} s, then {now} s");
    }
    assert_eq!((turned(&stage), stage.rate()), (vec![(48_000, 44_100)], 44_100.0));
    for device in ["desk", "stage"] {
        assert!(
            greatest_step(&stage.heard(device)) < 0.07,
            "{device}: {}",
            greatest_step(&stage.heard(device))
        );
    }
}

#[test]
fn without_a_device_it_keeps_the_last_rate_and_a_rate_that_was_asked_for_stays() {
    let mut desk = FakeDevice::new("desk", 44_100, 256);
    desk.schedule = vec![(Duration::from_secs(2), Mishap::Remove)];
    let mut stage = open(vec![desk.clone()], stage::TONE);
    stage.run(5.0);
    assert_eq!((stage.rig.clock(), stage.rate()), (None, 44_100.0));
    let mut options = PortOptions::default();
    options.rate = Some(48_000);
    let mut stage = Stage::open(7, desk_and_stage(), TWO, options);
    stage.run(1.0);
    stage.command("clock there");
    stage.run(8.0);
    assert_eq!((stage.rig.clock().as_deref(), stage.rate()), (Some("stage"), 48_000.0));
}

#[test]
fn what_holds_a_recording_or_is_fed_keeps_the_rate() {
    for node in ["kind = \"looper\"\ninputs = [\"tone\"]", "kind = \"feed\""] {
        let mut stage = open(desk_and_stage().into(), &format!("{TWO}[nodes.held]\n{node}"));
        stage.run(1.0);
        stage.command("clock there");
        stage.run(8.0);
        assert_eq!((stage.rig.clock().as_deref(), stage.rate()), (Some("stage"), 48_000.0), "{node}");
    }
}

/// An instrument that is played by hand, and one that plays one note of 32 beats.
const BAND: &str = r#"
[transport]
tempo = 90
[parts.voice]
voices = 4
[parts.voice.nodes.note]
kind = "note"
[parts.voice.nodes.tone]
kind = "sine"
frequency = { from = "note.frequency" }
[parts.voice.nodes.shape]
kind = "adsr"
inputs = ["note.gate"]
release = "10 ms"
[parts.voice.nodes.played]
kind = "multiply"
inputs = { a = "tone", b = "shape" }
[parts.voice.nodes.out]
kind = "outlet"
inputs = ["played"]
[nodes.solo]
kind = "voice"
[nodes.pad]
kind = "voice"
[nodes.here]
kind = "audio_out"
gain = -12
inputs = ["solo", "pad"]
[nodes.there]
kind = "audio_out"
gain = -12
device = "stage"
inputs = ["solo", "pad"]
[[sequence]]
name = "long"
to = "pad"
length = 32.0
steps = [{ pitch = "A3", length = 32.0 }]
"#;

#[test]
fn musical_time_and_notes_go_on() {
    let mut stage = open(desk_and_stage().into(), BAND);
    let tell = |stage: &mut Stage, line: &str| {
        let timed = parse(line).expect("a command").expect("one");
        stage.rig.desk_mut().carry_out(&timed.command, None).expect("it fits");
    };
    stage.run(1.0);
    tell(&mut stage, "note solo A5 0.5");
    stage.run(1.0);
    stage.command("clock there");
    let mut last = 0.0;
    for _ in 0..160 {
        stage.run(0.05);
        let position = stage.rig.desk().conductor().position();
        let beats = position.beats;
        // 90 beats a minute are 0.075 in 50 ms.
        assert!((0.03..0.12).contains(&(beats - last)) || last == 0.0, "{last}, then {beats}");
        last = beats;
        assert_eq!((position.tempo, position.playing), (90.0, true));
    }
    assert_eq!(turned(&stage), [(48_000, 44_100)]);
    let load = |stage: &Stage, node: &str| {
        let conductor = stage.rig.desk().conductor();
        conductor.voices(node).map_or(0, |voices| voices.counts().playing)
    };
    assert_eq!((load(&stage, "solo"), load(&stage, "pad")), (1, 1));
    tell(&mut stage, "off solo");
    stage.run(1.0);
    assert_eq!(load(&stage, "solo"), 0);
    // As many beats as have gone by without a change of rate.
    let expected = 11.0 * 1.5;
    let beats = stage.rig.desk().conductor().position().beats;
    assert!((beats - expected).abs() < 0.1, "{beats}");
}

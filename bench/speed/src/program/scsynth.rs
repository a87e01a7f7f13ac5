//! SuperCollider's server, which renders a score into a file.

use super::osc::{Argument, message, score};
use super::synthdef::{From, PLUS, Pace, SynthDef, TIMES};
use super::{Form, Program, Task, named};
use crate::spec::*;
use crate::workload::Workload;
use std::path::PathBuf;
use std::process::Command;

pub const PROGRAM: Program =
    Program { key: "scsynth", binary: || named("scsynth"), package: "supercollider-server", prepare, forms };

fn forms(workload: Workload) -> &'static [Form] {
    match workload {
        Workload::Voices => {
            &[Form { name: "", title: "scsynth", note: "band-limited saw; RLPF, cutoff in steps of a block" }]
        }
        Workload::Notes => &[Form {
            name: "",
            title: "scsynth",
            note: "notes begin at a block's edge; the cost of notes is in it",
        }],
        Workload::Strips => &[Form { name: "", title: "scsynth", note: "" }],
        Workload::Chains => &[
            Form { name: "units", title: "scsynth, units of one synth", note: "gains are fixed numbers" },
            Form { name: "synths", title: "scsynth, 10,000 synths", note: "gains can be set" },
        ],
        Workload::Linear => &[Form { name: "", title: "scsynth, BufRd", note: "" }],
        Workload::Cubic => &[Form { name: "", title: "scsynth, PlayBuf", note: "" }],
        Workload::Mixed => &[],
    }
}

fn prepare(task: &Task<'_>) -> Option<Command> {
    let end = f64::from(task.seconds);
    let mut messages = match (task.workload, task.form) {
        (Workload::Voices, _) => voices(),
        (Workload::Notes, _) => notes(end),
        (Workload::Strips, _) => strips(),
        (Workload::Chains, "units") => vec![(0.0, defined(&units())), (0.0, begun("chains", 1000, &[]))],
        (Workload::Chains, _) => synths(),
        (Workload::Linear | Workload::Cubic, _) => players(task),
        (Workload::Mixed, _) => return None,
    };
    messages.push((end, message("/c_set", &[0.into(), 0.into()])));
    let path: PathBuf = task.keep("scsynth.osc", score(&messages));
    let mut command = Command::new((PROGRAM.binary)());
    command
        .arg("-N")
        .arg(path)
        .arg("_")
        .arg(task.output)
        .args(["48000", "WAV", "float", "-o", "2", "-i", "0"]);
    command
        .args(["-z", "64", "-n", "20000", "-w", "1024", "-m", "262144", "-a", "1024", "-D", "0", "-V", "-1"]);
    Some(command)
}

type Messages = Vec<(f64, Vec<u8>)>;

fn defined(definition: &SynthDef) -> Vec<u8> {
    message("/d_recv", &[Argument::Blob(definition.bytes())])
}

/// A synth at the end of the root group.
fn begun(name: &str, id: i32, controls: &[(&str, f64)]) -> Vec<u8> {
    let mut arguments: Vec<Argument> = vec![name.into(), id.into(), 1.into(), 0.into()];
    for (name, value) in controls {
        arguments.extend([(*name).into(), (*value).into()]);
    }
    message("/s_new", &arguments)
}

fn voice() -> SynthDef {
    let mut def = SynthDef::new("voice", &[("frequency", 440.0), ("rate", 1.0), ("pan", 0.0), ("gate", 1.0)]);
    let saw = def.add("Saw", Pace::Audio, &[def.control("frequency")]);
    let lfo = def.add("SinOsc", Pace::Control, &[def.control("rate"), 0.0.into()]);
    let cutoff = def.add("MulAdd", Pace::Control, &[lfo, CUTOFF.1.into(), CUTOFF.0.into()]);
    let filter = def.add("RLPF", Pace::Audio, &[saw, cutoff, (1.0 / Q).into()]);
    let (attack, decay, sustain, release) = ENVELOPE;
    let mut inputs = vec![def.control("gate"), 1.0.into(), 0.0.into(), 1.0.into()];
    // It frees itself at its end; three segments, held after the second, no loop; level, time, straight.
    let segments = [1.0, attack, 1.0, 0.0, sustain, decay, 1.0, 0.0, 0.0, release, 1.0, 0.0];
    inputs.extend([2.0, 0.0, 3.0, 2.0, -99.0].iter().chain(&segments).map(|number| From::Number(*number)));
    let envelope = def.add("EnvGen", Pace::Control, &inputs);
    let heard = def.operator(TIMES, filter, envelope);
    let sides = def.add_stereo("Pan2", &[heard, def.control("pan"), VOICE_LEVEL.into()]);
    def.out("Out", 0.0.into(), &sides);
    def
}

fn voice_begun(voice: usize, id: i32) -> Vec<u8> {
    let Voice { frequency, rate, pan } = Voice::new(voice);
    begun("voice", id, &[("frequency", frequency), ("rate", rate), ("pan", pan)])
}

fn voices() -> Messages {
    let mut messages = vec![(0.0, defined(&voice()))];
    messages.extend((0..VOICES).map(|voice| (0.0, voice_begun(voice, 1000 + voice as i32))));
    messages
}

/// Voices are let go and begun anew, 2,000 times a second, at random times.
fn notes(end: f64) -> Messages {
    let mut messages = voices();
    let mut playing: Vec<i32> = (0..VOICES as i32).map(|voice| 1000 + voice).collect();
    let mut random = Random::new();
    let mut time = 0.0;
    let mut next = 1000 + VOICES as i32;
    while time < end {
        let voice = random.below(VOICES as u64) as usize;
        let old = std::mem::replace(&mut playing[voice], next);
        messages.push((time, message("/n_set", &[old.into(), "gate".into(), 0.0.into()])));
        messages.push((time, voice_begun(voice, next)));
        next += 1;
        time += random.gap() as f64 / f64::from(RATE);
    }
    messages
}

fn strips() -> Messages {
    let mut def = SynthDef::new("strip", &[("time", 0.25)]);
    let time = def.control("time");
    // The time in which what is fed back falls by 60 dB.
    let decay = def.add("MulAdd", Pace::Control, &[time, (0.001f64.ln() / FEEDBACK.ln()).into(), 0.0.into()]);
    let sides = [0, 1].map(|_| {
        let mut signal = def.add("WhiteNoise", Pace::Audio, &[]);
        for filter in FILTERS {
            let kind = match filter.kind {
                FilterKind::LowShelf => "BLowShelf",
                FilterKind::Peak => "BPeakEQ",
                FilterKind::HighShelf => "BHiShelf",
            };
            // Shelves take the reciprocal of the slope, which is 1 for a quality of 0.707.
            let reciprocal = if filter.kind == FilterKind::Peak { 1.0 / filter.q } else { 1.0 };
            let inputs = [signal, filter.frequency.into(), reciprocal.into(), filter.gain.into()];
            signal = def.add(kind, Pace::Audio, &inputs);
        }
        let late = def.add("CombN", Pace::Audio, &[signal, 0.4.into(), time, decay]);
        let both = def.add("MulAdd", Pace::Audio, &[late, WET.into(), signal]);
        def.operator(TIMES, both, STRIP_LEVEL.into())
    });
    def.out("Out", 0.0.into(), &sides);
    let mut messages = vec![(0.0, defined(&def))];
    messages.extend(
        (0..STRIPS).map(|strip| (0.0, begun("strip", 1000 + strip as i32, &[("time", echo_time(strip))]))),
    );
    messages
}

fn players(task: &Task<'_>) -> Messages {
    let mut def = SynthDef::new("player", &[("speed", 1.0)]);
    let speed_control = def.control("speed");
    let sides = if task.workload == Workload::Linear {
        let frames = f64::from(10 * RATE);
        let phasor = [0.0.into(), speed_control, 0.0.into(), frames.into(), 0.0.into()];
        let phase = def.add("Phasor", Pace::Audio, &phasor);
        def.add_stereo("BufRd", &[0.0.into(), phase, 1.0.into(), 2.0.into()])
    } else {
        let inputs = [0.0.into(), speed_control, 1.0.into(), 0.0.into(), 1.0.into(), 0.0.into()];
        def.add_stereo("PlayBuf", &inputs)
    };
    let heard = sides.map(|side| def.operator(TIMES, side, PLAYER_LEVEL.into()));
    def.out("Out", 0.0.into(), &heard);
    let file = task.sample();
    let read = message("/b_allocRead", &[0.into(), file.to_string_lossy().as_ref().into()]);
    let mut messages = vec![(0.0, defined(&def)), (0.0, read)];
    // Buffers are there a little later than asked for.
    let begin = |player: usize| (0.01, begun("player", 1000 + player as i32, &[("speed", speed(player))]));
    messages.extend((0..PLAYERS).map(begin));
    messages
}

/// One synth with all chains as units.
fn units() -> SynthDef {
    let mut def = SynthDef::new("chains", &[]);
    let noise = def.add("WhiteNoise", Pace::Audio, &[]);
    let mut sum: Option<From> = None;
    for _ in 0..CHAINS {
        let end = (0..LENGTH).fold(noise, |last, place| def.operator(TIMES, last, factor(place).into()));
        sum = Some(sum.map_or(end, |sum| def.operator(PLUS, sum, end)));
    }
    let out = def.operator(TIMES, sum.expect("chains"), CHAIN_LEVEL.into());
    def.out("Out", 0.0.into(), &[out, out]);
    def
}

/// Each gain a synth, which reads a bus and writes over it or over another.
fn synths() -> Messages {
    /// The bus of the noise, and those of the chains from there on.
    const NOISE: usize = 10;
    const BUSES: usize = 20;
    let mut source = SynthDef::new("source", &[]);
    let noise = source.add("WhiteNoise", Pace::Audio, &[]);
    source.out("Out", (NOISE as f64).into(), &[noise]);
    let mut gain = SynthDef::new("gain", &[("factor", 1.0), ("from", 0.0), ("to", 0.0)]);
    let signal = gain.add("In", Pace::Audio, &[gain.control("from")]);
    let scaled = gain.operator(TIMES, signal, gain.control("factor"));
    gain.out("ReplaceOut", gain.control("to"), &[scaled]);
    let mut mix = SynthDef::new("mix", &[]);
    let ends: Vec<From> =
        (0..CHAINS).map(|chain| mix.add("In", Pace::Audio, &[((BUSES + chain) as f64).into()])).collect();
    let sum = ends.into_iter().reduce(|sum, end| mix.operator(PLUS, sum, end)).expect("chains");
    let out = mix.operator(TIMES, sum, CHAIN_LEVEL.into());
    mix.out("Out", 0.0.into(), &[out, out]);
    let mut messages: Messages = [&source, &gain, &mix].map(|def| (0.0, defined(def))).into();
    messages.push((0.0, begun("source", 1000, &[])));
    for number in 0..CHAINS * LENGTH {
        let (bus, place) = (BUSES + number / LENGTH, number % LENGTH);
        let from = if place == 0 { NOISE } else { bus };
        let controls = [("factor", factor(place)), ("from", from as f64), ("to", bus as f64)];
        messages.push((0.0, begun("gain", 1001 + number as i32, &controls)));
    }
    messages.push((0.0, begun("mix", 1001 + (CHAINS * LENGTH) as i32, &[])));
    messages
}

//! Csound's command, which renders a document of its own.

use super::{Form, Program, Task, named};
use crate::spec::*;
use crate::workload::Workload;
use std::fmt::Write;
use std::process::Command;

pub const PROGRAM: Program =
    Program { key: "csound", binary: || named("csound"), package: "csound", prepare, forms };

fn forms(workload: Workload) -> &'static [Form] {
    match workload {
        Workload::Voices => &[Form {
            name: "",
            title: "Csound",
            note: "band-limited saw from tables; lowpass2, cutoff in steps of a block; double precision",
        }],
        Workload::Linear => &[Form { name: "", title: "Csound, loscil", note: "double precision" }],
        Workload::Cubic => &[Form { name: "", title: "Csound, loscil3", note: "double precision" }],
        Workload::Strips => &[Form { name: "", title: "Csound", note: "double precision" }],
        Workload::Chains => {
            &[Form { name: "", title: "Csound", note: "gains are fixed numbers; double precision" }]
        }
        _ => &[],
    }
}

fn prepare(task: &Task<'_>) -> Option<Command> {
    let (instruments, score) = match task.workload {
        Workload::Voices => voices(),
        Workload::Strips => strips(),
        Workload::Chains => chains(),
        Workload::Linear => players(task, "loscil"),
        Workload::Cubic => players(task, "loscil3"),
        _ => return None,
    };
    // Notes of negative length are held; an event at the end keeps the score going.
    let text = format!(
        "<CsoundSynthesizer>\n<CsInstruments>\nsr = {RATE}\nksmps = {BLOCK}\nnchnls = 2\n0dbfs = 1\n{instruments}</CsInstruments>\n\
         <CsScore>\n{score}f 0 {}\ne\n</CsScore>\n</CsoundSynthesizer>\n",
        task.seconds
    );
    let path = task.keep("csound.csd", text);
    let mut command = Command::new((PROGRAM.binary)());
    command.args(["-d", "-m0", "-W", "-f", "-o"]).arg(task.output).arg(path);
    Some(command)
}

fn voices() -> (String, String) {
    let (attack, decay, sustain, release) = ENVELOPE;
    let (cutoff, depth) = CUTOFF;
    let instruments = format!(
        "gisine ftgen 1, 0, 16384, 10, 1\ninstr 1\nasaw vco2 1, p4\nklfo oscil {depth}, p5, 1\n\
         alow lowpass2 asaw, {cutoff} + klfo, {Q}\nkenv madsr {attack}, {decay}, {sustain}, {release}\n\
         aleft, aright pan2 alow * kenv * {VOICE_LEVEL}, p6\nouts aleft, aright\nendin\n"
    );
    let mut score = String::new();
    for number in 0..VOICES {
        let Voice { frequency, rate, pan } = Voice::new(number);
        let _ =
            writeln!(score, "i 1.{:04} 0 -1 {frequency:.6} {rate:.4} {:.6}", number + 1, (pan + 1.0) / 2.0);
    }
    (instruments, score)
}

fn strips() -> (String, String) {
    let mut instruments = String::from("instr 1\n");
    for side in ["L", "R"] {
        let _ = writeln!(instruments, "a{side} noise 1, 0");
        for Filter { kind, frequency, q, gain } in FILTERS {
            // The numbers of `rbjeq`'s modes; its level is a factor.
            let mode = match kind {
                FilterKind::LowShelf => 10,
                FilterKind::Peak => 8,
                FilterKind::HighShelf => 12,
            };
            let level = 10f64.powf(gain / 20.0);
            let _ = writeln!(instruments, "a{side} rbjeq a{side}, {frequency}, {level:.6}, {q}, 1, {mode}");
        }
        let _ = writeln!(instruments, "alate{side} delayr p4\ndelayw a{side} + alate{side} * {FEEDBACK}");
    }
    let _ = writeln!(
        instruments,
        "outs (aL + alateL * {WET}) * {STRIP_LEVEL}, (aR + alateR * {WET}) * {STRIP_LEVEL}\nendin"
    );
    let line = |strip: usize| format!("i 1.{:04} 0 -1 {:.4}\n", strip + 1, echo_time(strip));
    (instruments, (0..STRIPS).map(line).collect())
}

fn chains() -> (String, String) {
    let mut instruments =
        String::from("ganoise init 0\ninstr 1\nganoise rand 1, 0.5, 1\nendin\ninstr 2\na0 = ganoise\n");
    for place in 0..LENGTH {
        let _ = writeln!(instruments, "a{} = a{place} * {:.9}", place + 1, factor(place));
    }
    let _ = writeln!(instruments, "outs a{LENGTH} * {CHAIN_LEVEL}, a{LENGTH} * {CHAIN_LEVEL}\nendin");
    let chain = |chain: usize| format!("i 2.{:04} 0 -1\n", chain + 1);
    (instruments, "i 1 0 -1\n".to_owned() + &(0..CHAINS).map(chain).collect::<String>())
}

fn players(task: &Task<'_>, unit: &str) -> (String, String) {
    let frames = 10 * RATE;
    let instruments = format!(
        "gisample ftgen 1, 0, 0, -1, \"{}\", 0, 0, 0\ninstr 1\naleft, aright {unit} {PLAYER_LEVEL}, p4, 1, 1, 1, 0, {}\n\
         outs aleft, aright\nendin\n",
        task.sample().display(),
        frames - 10
    );
    let player = |player: usize| format!("i 1.{:04} 0 -1 {:.6}\n", player + 1, speed(player));
    (instruments, (0..PLAYERS).map(player).collect())
}

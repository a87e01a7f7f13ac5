//! How far is Sostenuto from what it is to reach?

use crate::contest::Contest;
use crate::live::{Call, Mode, Times};
use crate::workload::Workload;
use std::fmt::Write;

/// Sostenuto's cost over that of another is to be at most so much.
struct Aim {
    workload: Workload,
    /// The beginning of the other's key.
    other: &'static str,
    most: f64,
}

const AIMS: [Aim; 10] = [
    Aim { workload: Workload::Voices, other: "scsynth:", most: 0.25 },
    Aim { workload: Workload::Voices, other: "floor:", most: 1.5 },
    Aim { workload: Workload::Strips, other: "pd:", most: 0.35 },
    Aim { workload: Workload::Strips, other: "floor:", most: 2.5 },
    Aim { workload: Workload::Linear, other: "oddio", most: 0.7 },
    Aim { workload: Workload::Linear, other: "floor:", most: 1.5 },
    Aim { workload: Workload::Cubic, other: "scsynth:", most: 0.5 },
    Aim { workload: Workload::Cubic, other: "floor:", most: 1.5 },
    Aim { workload: Workload::Chains, other: "fundsp", most: 0.5 },
    Aim { workload: Workload::Chains, other: "floor:", most: 1.0 },
];

/// Notes may cost so much more than voices that hold.
const NOTES: f64 = 1.3;

/// The most microseconds that a call may take.
const CALLS: [(Call, f64); 7] = [
    (Call::Set, 0.1),
    (Call::SetInstance, 0.1),
    (Call::Note, 0.2),
    (Call::VoiceOut, 20.0),
    (Call::VoiceIn, 20.0),
    (Call::InsertIn, 20.0),
    (Call::InsertOut, 20.0),
];

/// A table of aims, of what was measured for them.
pub fn table(contests: &[Contest], live: &[Vec<Times>]) -> String {
    let mut text = String::from("### Aims\n\n| what | measured | aim | |\n|---|---|---|---|\n");
    let mut line = |what: &str, measured: f64, aim: f64, unit: &str| {
        let met = if measured <= aim { "met" } else { "" };
        let _ = writeln!(text, "| {what} | {measured:.2}{unit} | {aim}{unit} | {met} |");
    };
    for Aim { workload, other, most } in AIMS {
        let Some(contest) = contests.iter().find(|contest| contest.workload == workload) else { continue };
        // Of the loops by hand, the widest.
        let Some(other) = contest.last_of(other) else { continue };
        for ours in contest.all_of("sostenuto:") {
            let [ours_key, other_title] =
                [&contest.contestants[ours].0.key, &contest.contestants[other].0.title];
            let document = ours_key.trim_start_matches("sostenuto:");
            line(&format!("{document} / {other_title}"), contest.ratio_of(ours, other), most, "");
        }
    }
    let cost = |workload: Workload, document: &str| {
        let contest = contests.iter().find(|contest| contest.workload == workload)?;
        contest.last_of(&format!("sostenuto:{document}")).map(|place| contest.cost(place))
    };
    for (with, without) in [("w1-gated", "w1-instances"), ("w1-voices", "w1-voices")] {
        if let (Some(notes), Some(steady)) = (cost(Workload::Notes, with), cost(Workload::Voices, without)) {
            line(&format!("{with} with 2,000 notes a second / {without}"), notes / steady, NOTES, "");
        }
    }
    for runs in live {
        let Some(first) = runs.first() else { continue };
        let apart = match first.contestant.as_str() {
            "sostenuto" => "",
            "sostenuto-apart" => ", audio on another thread",
            _ => continue,
        };
        if !matches!(first.mode, Mode::SetsAndEdits | Mode::Notes) {
            continue;
        }
        for (call, most) in CALLS {
            if let Some(time) = super::live::call(runs, call) {
                line(&format!("{}{apart}", super::live::call_told(call)), time, most, " µs");
            }
        }
    }
    text
}

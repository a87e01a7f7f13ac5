//! The tables of W5: block times, and what calls of the control side cost.

use crate::contest::median;
use crate::live::{Call, Mode, Times, undisturbed};
use std::fmt::Write;

fn told(mode: Mode) -> &'static str {
    match mode {
        Mode::Nothing => "nothing",
        Mode::Sets => "10,000 sets",
        Mode::SetsAndEdits => "10,000 sets, 1,000 edits",
        Mode::Notes => "2,000 notes a second",
    }
}

pub fn call_told(call: Call) -> &'static str {
    match call {
        Call::Set => "parameter of a node set",
        Call::SetInstance => "parameter of an instance of a part set",
        Call::SetNamed => "parameter of a node set by its name",
        Call::SetInstanceNamed => "parameter of an instance of a part set by its name",
        Call::VoiceOut => "voice taken away",
        Call::VoiceIn => "voice added",
        Call::InsertIn => "insert added",
        Call::InsertOut => "insert taken away",
        Call::Note => "note begun",
    }
}

/// The median time of a call in runs.
pub fn call(runs: &[Times], call: Call) -> Option<f64> {
    let of = |run: &Times| run.calls.iter().find(|(c, ..)| *c == call).map(|(_, _, times)| times[0]);
    let times: Vec<f64> = runs.iter().filter_map(of).collect();
    (!times.is_empty()).then(|| median(times))
}

fn title(name: &str) -> &str {
    match name {
        "fundsp" => "fundsp 0.23, Net",
        "sostenuto-apart" => "sostenuto, audio on another thread",
        _ => name,
    }
}

/// Of runs of one contestant in one mode, a list for each.
pub fn tables(all: &[Vec<Times>]) -> String {
    let mut text = String::from(
        "### W5: W1 while it is edited, 10 s\n\nBlocks of 64 frames, µs of the thread's processor time: as measured, and of each block the shortest of all rounds, \
         for what the machine does besides hits another block in each.\n\n\
         | contestant | while | median | 99.9 % | 99.9 % / median | longest | undisturbed: median | 99.9 % | 99.9 % / median | longest |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let of = |runs: &[Times], place: usize| median(runs.iter().map(|run| run.blocks[place]).collect());
    for runs in all {
        let Some(first) = runs.first() else { continue };
        let (middle, high) = (of(runs, 0), of(runs, 1));
        let [usual, long, longest] = undisturbed(runs);
        let ratio = median(runs.iter().map(|run| run.blocks[1] / run.blocks[0]).collect());
        let _ = writeln!(
            text,
            "| {} | {} | {middle:.0} | {high:.0} | {ratio:.2} | {:.0} | {usual:.1} | {long:.1} | {:.2} | {longest:.1} |",
            title(&first.contestant),
            told(first.mode),
            of(runs, 2),
            long / usual
        );
    }
    text += "\nCalls of the control side, µs until they come back.\n\n| contestant | call | calls | median | 99 % |\n|---|---|---|---|---|\n";
    for runs in all {
        let Some(first) = runs.first().filter(|run| run.mode != Mode::Sets) else { continue };
        for (place, (call, count, _)) in first.calls.iter().enumerate() {
            let of = |k: usize| median(runs.iter().map(|run| run.calls[place].2[k]).collect());
            let _ = writeln!(
                text,
                "| {} | {} | {count} | {:.3} | {:.3} |",
                title(&first.contestant),
                call_told(*call),
                of(0),
                of(1)
            );
        }
    }
    text
}

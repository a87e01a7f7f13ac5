//! How many instructions does an edit take? Counted by callgrind, so that it is the same on a busy machine.

use super::SIZES;
use super::figures::{ROWS, row};
use super::ours;
use super::patch::{Change, What};
use super::seat::{freed, handed_over, taken_over};
use super::table::thousands;
use std::process::Command;

/// Edits, each made and taken back, that are counted.
const PAIRS: usize = 20;
/// The functions whose instructions are counted, and what they are called in the table.
const COUNTED: [(&str, &str); 3] =
    [("handed_over", "control"), ("taken_over", "audio"), ("freed", "freeing")];

/// With no further argument than the largest number of parts, runs itself under callgrind for each patch and edit, and prints a table. With an edit's
/// name and a number of parts, is what runs there.
pub fn count(arguments: &[String]) {
    if let [word, parts] = arguments {
        let what = What::ALL.into_iter().find(|what| what.word() == word).expect("an edit's name");
        return edit(what, parts.parse().expect("a number of parts"));
    }
    let largest = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(1_000);
    println!("Instructions for an edit and for taking it back, together.\n");
    println!("| edit | side | {} |", SIZES.map(|size| format!("{} parts", thousands(size))).join(" | "));
    println!("|---|---|{}", "---|".repeat(SIZES.len()));
    for what in What::ALL {
        let name = ROWS[row(what, false)].2;
        for (function, side) in COUNTED {
            let cells = SIZES.map(|parts| match parts <= largest {
                true => counted(what, parts, function).map_or("–".into(), |n| thousands(n / PAIRS)),
                false => "–".into(),
            });
            println!("| {name} | {side} | {} |", cells.join(" | "));
        }
    }
}

fn edit(what: What, parts: usize) {
    let mut subject = ours::make(parts);
    subject.fading(false);
    subject.callback(&mut []);
    subject.free();
    let place = what.places(parts) / 2;
    for _ in 0..PAIRS {
        for back in [false, true] {
            handed_over(subject.as_mut(), Change { what, back, place });
            taken_over(subject.as_mut());
            freed(subject.as_mut());
        }
    }
}

/// What callgrind collects within a function, over the whole run.
fn counted(what: What, parts: usize, function: &str) -> Option<usize> {
    let program = std::env::current_exe().ok()?;
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg(format!("--toggle-collect=*{function}*"))
        .arg(program)
        .args(["count", what.word(), &parts.to_string()])
        .output()
        .inspect_err(|why| eprintln!("valgrind does not run: {why}"))
        .ok()?;
    let told = String::from_utf8_lossy(&run.stderr);
    let (_, collected) = told.split_once("Collected :")?;
    collected.split_whitespace().next()?.parse().ok()
}

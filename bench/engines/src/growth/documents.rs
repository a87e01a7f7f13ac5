//! What does a command cost, and does that grow with the document?
//!
//! The same patches as documents: so many definitions of parts of ten nodes, with one instance each, that feed a bus, a send and another part.
//! Commands go to a `Desk`, each by the clock from the call until the batch is handed over, in a process of its own for each size. `cargo run
//! --release -- documents [REPETITIONS] [PARTS]` prints times, `cargo run --release -- count-documents [PARTS]` instructions (callgrind).

mod patch;
mod say;

use super::SIZES;
use super::table::{figure, thousands};
use super::watch::{Watch, median, percentile};
use crate::{BLOCK, RATE};
use say::{ROWS, Say, rows};
use sostenuto_engine::{Conductor, Desk, Notice};
use sostenuto_graph::{Executor, Limits};
use std::process::Command;

/// Blocks after each command, in which fades of 5 ms end and what has faded out is taken away.
const BLOCKS: usize = 6;
/// More than the caches of a processor hold, in words of eight bytes: 48 MB.
const MORE_THAN_CACHES: usize = 6_000_000;
/// Rounds that are counted by callgrind, and rounds before them.
const COUNTED: (usize, usize) = (2, 1);

struct Seat {
    desk: Desk,
    executor: Executor,
    parts: usize,
    elsewhere: Vec<u64>,
}

/// Carries out what is said.
fn carried_out(desk: &mut Desk, say: &Say) {
    match say {
        Say::Command(command) => drop(desk.carry_out(command, None).expect("a command that fits")),
        Say::Patch(patch) => drop(desk.play(patch.clone(), None).expect("a patch that can sound")),
    }
}

/// Carries it out for the row that is counted. Not inlined, so that callgrind knows it.
#[inline(never)]
fn counted_out(desk: &mut Desk, say: &Say) {
    carried_out(desk, say);
}

impl Seat {
    fn new(parts: usize) -> Self {
        let (conductor, executor) = Conductor::new(f64::from(RATE), 1, Limits::default(), None);
        let mut desk = Desk::new(conductor);
        desk.play(patch::of(parts), None).expect("a patch that can sound");
        let mut seat = Seat { desk, executor, parts, elsewhere: (0..MORE_THAN_CACHES as u64).collect() };
        seat.blocks(BLOCKS);
        seat
    }

    fn blocks(&mut self, number: usize) {
        for _ in 0..number {
            let mut left = [0.0; BLOCK];
            self.executor.render(&mut [&mut left]);
            assert!(left.iter().all(|x| x.is_finite()), "no sound");
            let refused =
                self.desk.conductor_mut().notices().into_iter().find(|n| matches!(n, Notice::Refused { .. }));
            assert!(refused.is_none(), "{refused:?}");
        }
    }

    /// All that is said in a round, one after the other, in another place each time.
    fn round(&mut self, number: usize, mut carry: impl FnMut(&mut Self, usize, &Say)) {
        let place = (number * 7_919 + 3) % self.parts;
        for row in 0..ROWS.len() {
            let say = rows(row, place, self.parts, &self.desk);
            carry(self, row, &say);
            self.blocks(BLOCKS);
        }
    }
}

/// Measures all sizes in turn and prints a table.
pub fn documents(repetitions: usize, largest: usize) {
    let sizes: Vec<usize> = SIZES.into_iter().filter(|parts| *parts <= largest).collect();
    let mut all: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); ROWS.len()]; sizes.len()];
    // In several goes, so that all sizes meet the same weather.
    for _ in 0..GOES {
        for (parts, times) in sizes.iter().zip(&mut all) {
            let told = run(&["serve-documents", &repetitions.div_ceil(GOES).to_string(), &parts.to_string()]);
            for line in told.lines() {
                let (row, us) = line.split_once(' ').expect("a row and a time");
                times[row.parse::<usize>().expect("a row")].push(us.parse().expect("a time"));
            }
        }
    }
    let head: Vec<String> = sizes.iter().map(|size| format!("{} parts", thousands(*size))).collect();
    println!("| command | {} | growth |", head.join(" | "));
    println!("|---|{}---|", "---|".repeat(sizes.len()));
    for (row, name) in ROWS.iter().enumerate() {
        let of: Vec<f64> = all.iter_mut().map(|times| median(&mut times[row])).collect();
        let cell = |times: &mut Vec<Vec<f64>>| {
            format!("{} ({})", figure(median(&mut times[row])), figure(percentile(&mut times[row], 0.99)))
        };
        let cells: Vec<String> = all.iter_mut().map(cell).collect();
        println!("| {name} | {} | {} |", cells.join(" | "), figure(of[of.len() - 1] / of[0]));
    }
}

/// How often each size has its turn.
const GOES: usize = 4;

/// Measures one size; a line for each time.
pub fn serve(arguments: &[String]) {
    let number = |n: usize| arguments[n].parse::<usize>().expect("a number");
    let mut seat = Seat::new(number(1));
    let mut watch = Watch::new();
    for round in 0..number(0) {
        seat.round(round, |seat, row, say| {
            std::hint::black_box(seat.elsewhere.iter().sum::<u64>());
            if let Some(us) = watch.time(|| carried_out(&mut seat.desk, say)) {
                println!("{row} {us}");
            }
        });
    }
}

/// Counts instructions for all sizes and prints a table.
pub fn count(largest: usize) {
    let sizes: Vec<usize> = SIZES.into_iter().filter(|parts| *parts <= largest).collect();
    let counts: Vec<Vec<usize>> = sizes.iter().map(|parts| counted(*parts)).collect();
    let head: Vec<String> = sizes.iter().map(|size| format!("{} parts", thousands(*size))).collect();
    println!("| command | {} | growth |", head.join(" | "));
    println!("|---|{}---|", "---|".repeat(sizes.len()));
    for (row, name) in ROWS.iter().enumerate() {
        let cells: Vec<String> = counts.iter().map(|counts| thousands(counts[row])).collect();
        let growth = counts[counts.len() - 1][row] as f64 / counts[0][row].max(1) as f64;
        println!("| {name} | {} | {} |", cells.join(" | "), figure(growth));
    }
}

/// What runs under callgrind: all rows, one of which is counted.
pub fn serve_count(row: usize, parts: usize) {
    let mut seat = Seat::new(parts);
    for round in 0..COUNTED.0 + COUNTED.1 {
        let counts = round >= COUNTED.1;
        seat.round(round, |seat, number, say| match counts && number == row {
            true => counted_out(&mut seat.desk, say),
            false => carried_out(&mut seat.desk, say),
        });
    }
}

/// Instructions of each row, the mean over the rounds that count.
fn counted(parts: usize) -> Vec<usize> {
    let count = |row: usize| -> usize {
        let run = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
            .arg("--toggle-collect=*counted_out*")
            .arg(std::env::current_exe().expect("this program has a path"))
            .args(["serve-count-documents", &row.to_string(), &parts.to_string()])
            .output();
        let told = run.expect("valgrind runs").stderr;
        let told = String::from_utf8_lossy(&told);
        let collected = told.split_once("Collected :").expect("callgrind tells").1;
        let collected: usize =
            collected.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number");
        collected / COUNTED.0
    };
    (0..ROWS.len()).map(count).collect()
}

fn run(arguments: &[&str]) -> String {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args(arguments).envs(super::worker::ALLOCATOR).output();
    let output = output.expect("this program starts again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("numbers")
}

//! Each patch is edited in a process of its own, so that no engine works in the memory that another has torn up.
//!
//! The parent asks on standard input, a line for each request; what was measured comes back on standard output.

use super::figures::{Figures, ROWS, Time};
use super::patch::What;
use super::seat::Seat;
use super::watch::Watch;
use super::{ENGINES, SIZES};
use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What the C library's allocator is told, so that it keeps the memory that it has: on virtual machines a page fault can take microseconds, and which
/// edit meets one would be chance.
pub const ALLOCATOR: [(&str, &str); 2] =
    [("MALLOC_TRIM_THRESHOLD_", "1000000000000"), ("MALLOC_MMAP_THRESHOLD_", "33554432")];

/// How an edit is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// See [`Seat::play`].
    Play,
    /// See [`Seat::repeat`].
    Repeat,
}

/// One patch of one engine, and its figures.
pub struct Worker {
    pub engine: usize,
    pub parts: usize,
    /// For each of the [`ROWS`].
    pub figures: Vec<Figures>,
    /// What a block takes, in microseconds.
    pub usual_block: f64,
    /// How many measurements were interrupted, and how many there were.
    pub interrupted: usize,
    pub measured: usize,
    child: Child,
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    /// Starts the process, which makes the patch.
    pub fn new(engine: usize, parts: usize) -> Self {
        eprintln!("{}: {parts} parts", ENGINES[engine].name);
        let program = std::env::current_exe().expect("this program has a path");
        let mut child = Command::new(program)
            .args(["serve", &engine.to_string(), &parts.to_string()])
            .envs(ALLOCATOR)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let requests = child.stdin.take().expect("piped");
        let answers = BufReader::new(child.stdout.take().expect("piped")).lines();
        let figures = vec![Figures::default(); ROWS.len()];
        Worker {
            engine,
            parts,
            figures,
            usual_block: f64::NAN,
            interrupted: 0,
            measured: 0,
            child,
            requests,
            answers,
        }
    }

    /// Has an edit measured, unless it has had more than so many seconds in this manner.
    pub fn ask(&mut self, manner: Manner, what: What, round: usize, seconds: f64) {
        writeln!(self.requests, "{} {} {round} {seconds}", manner as usize, what as usize)
            .expect("the worker lives");
        for line in self.answers.by_ref() {
            let line = line.expect("the worker lives");
            let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().expect("a number")).collect();
            match *numbers {
                [row, time, us] => self.figures[row as usize].put(Time::ALL[time as usize], us),
                [interrupted, measured, usual, _] => {
                    (self.interrupted, self.measured) = (interrupted as usize, measured as usize);
                    self.usual_block = usual;
                    return;
                }
                _ => panic!("a worker said {line}"),
            }
        }
        panic!("{} with {} parts has ended", ENGINES[self.engine].name, self.parts);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It has nothing to save, and taking a large patch down takes long.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the process of a worker does: makes the patch, and answers until there are no more requests.
pub fn serve(arguments: &[String]) {
    let numbers: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    let [engine, parts] = *numbers else { panic!("serve ENGINE PARTS") };
    assert!(SIZES.contains(&parts), "no such size");
    let mut watch = Watch::new();
    let mut seat = Seat::new(parts, (ENGINES[engine].make)(parts));
    for line in std::io::stdin().lines() {
        let line = line.expect("the parent lives");
        let numbers: Vec<f64> = line.split(' ').map(|n| n.parse().expect("a number")).collect();
        let [manner, what, round, seconds] = *numbers else { panic!("not a request: {line}") };
        let (what, round) = (What::ALL[what as usize], round as usize);
        match manner == Manner::Play as usize as f64 {
            true => seat.play(&mut watch, what, round, seconds),
            false => seat.repeat(&mut watch, what, seconds),
        }
        for (row, time, us) in seat.records.drain(..) {
            println!("{row} {} {us}", time as usize);
        }
        println!("{} {} {} 0", watch.interrupted, watch.measured, seat.usual_block());
    }
}

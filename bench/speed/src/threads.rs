//! What is gained by several threads? W1 and W2 by the clock on the wall, with one thread and with more, in turn, in one process; the same bits each time.

use crate::contest::median;
use crate::document;
use crate::engine::Block;
use crate::engine::ours::{begin_voices, conducted, listen};
use crate::spec::{BLOCK, RATE};
use sostenuto_engine::{Conductor, Helpers};
use sostenuto_graph::Executor;
use std::fmt::Write;
use std::time::Instant;

/// What is measured: the document, and how it is called.
const MEASURED: [(&str, &str); 3] = [
    ("w1-instances", "W1, 500 instances of a part"),
    ("w1-voices", "W1, voices of two instruments"),
    ("w2-strips", "W2, 64 strips"),
];
/// Blocks of a turn, and how many turns a measurement has.
const BLOCKS: usize = 750;
const TURNS: usize = 8;

/// An engine with so many threads.
struct Subject {
    threads: usize,
    conductor: Conductor,
    executor: Executor,
    /// They go behind the executor.
    _helpers: Helpers,
    /// What came out so far, in short.
    digest: u64,
    /// Seconds for a second of sound, turn by turn.
    costs: Vec<f64>,
}

impl Subject {
    fn new(name: &str, threads: usize) -> Subject {
        let document = document::of(name).unwrap_or_else(|| panic!("there is no document {name}"));
        let (mut conductor, executor) = conducted(&(document.text)());
        let helpers = conductor.set_threads(threads).expect("room in the ring");
        let helpers = Helpers::start(helpers).expect("the system gives threads");
        let (digest, costs) = (0, Vec::new());
        let mut subject = Subject { threads, conductor, executor, _helpers: helpers, digest, costs };
        subject.render(32);
        if name == "w1-voices" {
            begin_voices(&mut subject.conductor, &mut subject.executor);
        }
        subject.render(375);
        subject
    }

    fn render(&mut self, blocks: usize) {
        let mut out: Block = [[0.0; BLOCK]; 2];
        for _ in 0..blocks {
            let [left, right] = &mut out;
            self.executor.render(&mut [left, right]);
            // FNV-1a, by words.
            for sample in out.iter().flatten() {
                self.digest = (self.digest ^ u64::from(sample.to_bits())).wrapping_mul(0x100_0000_01b3);
            }
            listen(&mut self.conductor);
        }
    }

    fn measure(&mut self) {
        let mut out: Block = [[0.0; BLOCK]; 2];
        // Helpers that have fallen asleep meanwhile wake up.
        self.render(100);
        let start = Instant::now();
        for _ in 0..BLOCKS {
            let [left, right] = &mut out;
            self.executor.render(&mut [left, right]);
        }
        self.costs.push(start.elapsed().as_secs_f64() / ((BLOCKS * BLOCK) as f64 / f64::from(RATE)));
    }
}

/// Measures, and prints a table.
pub fn measure(most: usize) {
    let counts: Vec<usize> = (1..=most.max(2)).collect();
    let mut table = String::from("| workload |");
    counts
        .iter()
        .for_each(|count| _ = write!(table, " {count} thread{} |", if *count == 1 { "" } else { "s" }));
    let _ = write!(table, "\n|---|{}\n", "---|".repeat(counts.len()));
    for (name, title) in MEASURED {
        let mut subjects: Vec<Subject> = counts.iter().map(|count| Subject::new(name, *count)).collect();
        for _ in 0..TURNS {
            subjects.iter_mut().for_each(Subject::measure);
        }
        assert!(
            subjects.iter().all(|subject| subject.digest == subjects[0].digest),
            "{title}: other bits on several threads"
        );
        let alone = median(subjects[0].costs.clone());
        let _ = write!(table, "| {title} |");
        for subject in &subjects {
            let cost = median(subject.costs.clone());
            let _ = write!(table, " {cost:.4}");
            if subject.threads > 1 {
                let _ = write!(table, " ({:.2} times as fast)", alone / cost);
            }
            let _ = write!(table, " |");
        }
        table.push('\n');
    }
    println!(
        "Seconds by the wall for a second of sound, blocks of {BLOCK} frames; the same bits in each column.\n\n{table}"
    );
}

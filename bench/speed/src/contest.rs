//! Contestants take turns on a workload, each in a process of its own, in an order that rotates from round to round.

use crate::floor;
use crate::seat::Outcome;
use crate::workload::Workload;
use std::process::Command;

/// A contestant: how it is called, on the command line and in tables, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Contestant {
    pub key: String,
    pub title: String,
    pub note: &'static str,
}

/// A contest on a workload, round by round. The first contestant is the one that the others are compared with.
pub struct Contest {
    pub workload: Workload,
    pub contestants: Vec<(Contestant, Vec<Outcome>)>,
}

fn contestant(key: &str, title: &str, note: &'static str) -> Contestant {
    Contestant { key: key.to_owned(), title: title.to_owned(), note }
}

const SAW: &str = "polyBLEP saw; cutoff in steps of a block";

/// Who takes part.
fn contestants(workload: Workload) -> Vec<Contestant> {
    let ours = |document: &str, title: &str| contestant(&format!("sostenuto:{document}"), title, "");
    let mut all = match workload {
        Workload::Voices => vec![
            ours("w1-instances", "sostenuto, 500 instances of a part"),
            ours("w1-voices", "sostenuto, voices of two instruments"),
            contestant("fundsp", "fundsp 0.23, static graph", SAW),
        ],
        Workload::Notes => vec![ours("w1-voices", "sostenuto, voices of two instruments")],
        Workload::Strips => vec![
            ours("w2-strips", "sostenuto, 64 instances of a part"),
            contestant("fundsp", "fundsp 0.23, static graph", ""),
        ],
        Workload::Chains => vec![
            ours("w4-parts", "sostenuto, 100 instances of a part"),
            ours("w4-flat", "sostenuto, flat"),
            contestant("fundsp", "fundsp 0.23, Net", "gains are fixed numbers"),
        ],
        Workload::Mixed => vec![
            ours("w4-mixed", "sostenuto, 100 instances of a part"),
            contestant("fundsp", "fundsp 0.23, Net", "gains are fixed numbers"),
        ],
    };
    for width in [4, 8, 16] {
        if floor::make(workload, width).is_some() {
            let note = if workload == Workload::Voices { SAW } else { "" };
            all.push(contestant(&format!("floor:{width}"), &format!("by hand, {width} lanes"), note));
        }
    }
    all
}

/// Lets all take turns for so many rounds.
pub fn hold(workload: Workload, rounds: usize) -> Contest {
    let mut contestants: Vec<(Contestant, Vec<Outcome>)> =
        contestants(workload).into_iter().map(|contestant| (contestant, Vec::new())).collect();
    let count = contestants.len();
    for round in 0..rounds {
        for turn in 0..count {
            let (contestant, outcomes) = &mut contestants[(round + turn) % count];
            outcomes.push(measure(contestant, workload));
        }
        eprintln!("{}: {} of {rounds} rounds", workload.name(), round + 1);
    }
    Contest { workload, contestants }
}

/// One measurement, in a process of its own; what came out is checked.
fn measure(contestant: &Contestant, workload: Workload) -> Outcome {
    let seconds = workload.seconds();
    let program = std::env::current_exe().expect("the path of this program");
    let mut command = Command::new(program);
    command.args(["run", &contestant.key, workload.name(), &seconds.to_string()]);
    let output = command.output().expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let outcome: Outcome = serde_json::from_str(text.trim()).unwrap_or_else(|why| {
        panic!("{}: {why}\n{}", contestant.key, String::from_utf8_lossy(&output.stderr))
    });
    if let Some(fault) = outcome.fault(seconds) {
        panic!("{} on {}: {fault}", contestant.key, workload.name());
    }
    outcome
}

/// The middle of some numbers.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Contest {
    /// Processor seconds for a second of sound: the median of a contestant.
    pub fn cost(&self, contestant: usize) -> f64 {
        median(self.contestants[contestant].1.iter().map(|outcome| outcome.cost).collect())
    }

    /// The cost of the first contestant over that of another: the median of the ratios within a round.
    pub fn ratio(&self, contestant: usize) -> f64 {
        let pairs = self.contestants[0].1.iter().zip(&self.contestants[contestant].1);
        median(pairs.map(|(first, other)| first.cost / other.cost).collect())
    }
}

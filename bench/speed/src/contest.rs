//! Contestants take turns on a workload, each in a process of its own, in an order that rotates from round to round.

use crate::document;
use crate::floor;
use crate::program;
use crate::seat::Outcome;
use crate::workload::Workload;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Write;
use std::process::Command;

/// A contestant: how it is called, on the command line and in tables, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Contestant {
    pub key: String,
    pub title: String,
    pub note: &'static str,
}

/// A contest on a workload, round by round.
pub struct Contest {
    pub workload: Workload,
    pub contestants: Vec<(Contestant, Vec<Outcome>)>,
    /// Those who could not do it, or not as they should, and why.
    pub failed: Vec<(Contestant, String)>,
}

impl Contestant {
    /// Whether it is Sostenuto, as a library or as a program.
    pub fn is_ours(&self) -> bool {
        matches!(self.key.split(':').next(), Some("sostenuto" | "program"))
    }
}

fn contestant(key: &str, title: &str, note: &'static str) -> Contestant {
    Contestant { key: key.to_owned(), title: title.to_owned(), note }
}

const SAW: &str = "polyBLEP saw; cutoff in steps of a block";

/// Sostenuto's forms of a workload.
fn ours(workload: Workload) -> Vec<Contestant> {
    let all: &[(&str, &str)] = match workload {
        Workload::Voices => &[
            ("w1-instances", "sostenuto, 500 instances of a part"),
            ("w1-exact", "sostenuto, the same, cutoff at every frame"),
            ("w1-voices", "sostenuto, voices of two instruments"),
        ],
        Workload::Notes => &[
            ("w1-gated", "sostenuto, 500 instances, their gates closed and opened"),
            ("w1-voices", "sostenuto, voices of two instruments, stolen and begun anew"),
        ],
        Workload::Strips => &[("w2-strips", "sostenuto, 64 instances of a part")],
        Workload::Linear => &[
            ("w3-linear", "sostenuto, 256 instances of a part"),
            ("w3-sampler-linear", "sostenuto, one sampler of 256 voices"),
        ],
        Workload::Cubic => &[
            ("w3-cubic", "sostenuto, 256 instances of a part"),
            ("w3-sampler-cubic", "sostenuto, one sampler of 256 voices"),
        ],
        Workload::Chains => {
            &[("w4-parts", "sostenuto, 100 instances of a part"), ("w4-flat", "sostenuto, flat")]
        }
        Workload::Mixed => &[("w4-mixed", "sostenuto, 100 instances of a part")],
    };
    all.iter()
        .filter(|(document, _)| document::of(document).is_some())
        .map(|(document, title)| contestant(&format!("sostenuto:{document}"), title, ""))
        .collect()
}

/// Engines that are crates.
fn engines(workload: Workload) -> Vec<Contestant> {
    let fixed = "gains are fixed numbers";
    let (fundsp, net) = ("fundsp 0.23, static graph", "fundsp 0.23, Net");
    let all: &[(&str, &str, &'static str)] = match workload {
        Workload::Voices => &[("fundsp", fundsp, SAW)],
        Workload::Notes => &[],
        Workload::Strips => &[("fundsp", fundsp, ""), ("kira", "kira 0.12", "a looped recording of noise")],
        Workload::Linear => &[("oddio", "oddio 0.7", ""), ("firewheel", "Firewheel 0.14", "")],
        Workload::Cubic => &[("fundsp", fundsp, ""), ("kira", "kira 0.12", "")],
        Workload::Chains => &[("fundsp", net, fixed), ("firewheel", "Firewheel 0.14", "")],
        Workload::Mixed => &[("fundsp", net, fixed)],
    };
    all.iter().map(|(key, title, note)| contestant(key, title, note)).collect()
}

/// Who takes part.
fn contestants(workload: Workload) -> Vec<Contestant> {
    let mut all = ours(workload);
    all.extend(engines(workload));
    for program in program::ALL.iter().filter(|program| program.is_there()) {
        all.extend((program.forms)(workload).iter().map(|form| {
            let key = format!("{}:{}", program.key, form.name);
            contestant(&key, form.title, form.note)
        }));
    }
    for width in [4, 8, 16] {
        if floor::make(workload, width).is_some() {
            let note = if workload == Workload::Voices { SAW } else { "" };
            all.push(contestant(&format!("floor:{width}"), &format!("by hand, {width} lanes"), note));
        }
    }
    all
}

/// Lets all take turns for so many rounds. One that fails is out, and is told of.
pub fn hold(workload: Workload, rounds: usize, raw: &mut Raw) -> Contest {
    let mut contestants: Vec<(Contestant, Vec<Outcome>)> =
        contestants(workload).into_iter().map(|contestant| (contestant, Vec::new())).collect();
    let mut failed: Vec<(Contestant, String)> = Vec::new();
    for round in 0..rounds {
        let count = contestants.len();
        let mut out = Vec::new();
        for turn in 0..count {
            let place = (round + turn) % count;
            let (contestant, outcomes) = &mut contestants[place];
            match measure(contestant, workload) {
                Ok(outcome) => {
                    raw.keep(&outcome);
                    outcomes.push(outcome);
                }
                Err(why) => {
                    eprintln!("{} on {} is out: {why}", contestant.title, workload.name());
                    failed.push((contestant.clone(), why));
                    out.push(contestant.key.clone());
                }
            }
        }
        contestants.retain(|(contestant, _)| !out.contains(&contestant.key));
        eprintln!("{}: {} of {rounds} rounds", workload.name(), round + 1);
    }
    Contest { workload, contestants, failed }
}

/// One measurement, in a process of its own; what came out is checked.
fn measure(contestant: &Contestant, workload: Workload) -> Result<Outcome, String> {
    let seconds = workload.seconds();
    let name = contestant.key.split(':').next().unwrap_or_default();
    let outcome = if program::ALL.iter().any(|program| program.key == name) {
        program::run(&contestant.key, workload, seconds as u32)?
    } else {
        seated(&["run", &contestant.key, workload.name(), &seconds.to_string()])?
    };
    outcome.fault(seconds).map_or(Ok(outcome), Err)
}

/// What this program, run anew with these arguments, prints.
///
/// # Errors
/// What it says instead.
pub fn seated<T: DeserializeOwned>(arguments: &[&str]) -> Result<T, String> {
    let program = std::env::current_exe().map_err(|why| why.to_string())?;
    let output = Command::new(program).args(arguments).output().map_err(|why| why.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.trim())
        .map_err(|why| format!("{why}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Every measurement as a line of JSON, in `speed.jsonl` beside this program.
pub struct Raw(Option<File>);

impl Raw {
    pub fn new() -> Raw {
        let path = std::env::current_exe().map(|program| program.with_file_name("speed.jsonl"));
        let file = path.and_then(File::create);
        Raw(file.inspect_err(|why| eprintln!("speed.jsonl: {why}")).ok())
    }

    pub fn keep(&mut self, what: &impl Serialize) {
        let line = serde_json::to_string(what).expect("a measurement is JSON");
        if let Some(Err(why)) = self.0.as_mut().map(|file| writeln!(file, "{line}")) {
            eprintln!("speed.jsonl: {why}");
        }
    }
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

    /// The first contestant if it is Sostenuto: the others are compared with it.
    pub fn ours(&self) -> Option<usize> {
        self.contestants.first().filter(|(first, _)| first.is_ours()).map(|_| 0)
    }

    /// The contestants whose keys begin so.
    pub fn all_of(&self, key: &str) -> impl Iterator<Item = usize> {
        let keys = self.contestants.iter().map(|(contestant, _)| contestant.key.as_str());
        keys.enumerate().filter(move |(_, k)| k.starts_with(key)).map(|(place, _)| place)
    }

    /// The last of them.
    pub fn last_of(&self, key: &str) -> Option<usize> {
        self.all_of(key).last()
    }

    /// The cost of one over that of another: the median of the ratios within a round.
    pub fn ratio_of(&self, one: usize, other: usize) -> f64 {
        let pairs = self.contestants[one].1.iter().zip(&self.contestants[other].1);
        median(pairs.map(|(one, other)| one.cost / other.cost).collect())
    }

    /// Sostenuto's cost over that of a contestant.
    pub fn ratio(&self, contestant: usize) -> Option<f64> {
        self.ours().map(|ours| self.ratio_of(ours, contestant))
    }
}

//! How many instructions does a block take? Counted by callgrind: the same every time, so that a slow-down shows in a diff.
//!
//! A long run less a short one, over the blocks between: what setting up takes is in both.

use crate::document;
use crate::workload::Workload;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// Blocks of the two runs: envelopes have reached their level and parameters come to rest before the end of the short one.
const SHORT: u32 = 120;
const LONG: u32 = 184;

/// What is counted.
const COUNTED: [(Workload, &str); 9] = [
    (Workload::Voices, "w1-instances"),
    (Workload::Voices, "w1-exact"),
    (Workload::Voices, "w1-voices"),
    (Workload::Notes, "w1-gated"),
    (Workload::Notes, "w1-voices"),
    (Workload::Strips, "w2-strips"),
    (Workload::Chains, "w4-parts"),
    (Workload::Chains, "w4-flat"),
    (Workload::Mixed, "w4-mixed"),
];

/// Counts, prints, and writes `bench/instructions.txt`.
pub fn write() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("valgrind is not installed. On Debian:  apt-get install --no-install-recommends valgrind");
        std::process::exit(1);
    }
    let mut text = String::from(
        "# Instructions of Sostenuto for a block of 64 frames, by callgrind, to three digits. Written by `make bench-count`.\n\
         # valgrind has no AVX-512: teams have at most 16 lanes here (two registers of AVX2). It counts each byte of what the C library sets to zero by `rep stosb`, from 2 kB on.\n\
         # workload, document, instructions per block, per unit and block\n",
    );
    for (workload, name) in COUNTED.into_iter().filter(|(_, name)| document::of(name).is_some()) {
        let key = format!("sostenuto:{name}");
        let difference = instructions(&key, workload, LONG) - instructions(&key, workload, SHORT);
        let block = difference / f64::from(LONG - SHORT);
        let each = block / workload.units().0 as f64;
        let line = format!("{:10} {name:14} {:>12} {:>9}", workload.name(), digits(block), digits(each));
        eprintln!("{line}");
        let _ = writeln!(text, "{line}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../instructions.txt");
    std::fs::write(path, text).expect("instructions.txt can be written");
}

/// A number rounded to three digits: the last ones change with where memory happens to lie.
fn digits(value: f64) -> String {
    let step = 10f64.powf(value.abs().max(1.0).log10().floor() - 2.0);
    let rounded = (value / step).round() * step;
    if step >= 1.0 { format!("{rounded:.0}") } else { format!("{rounded:.2}") }
}

/// Instructions of a run of so many blocks.
fn instructions(key: &str, workload: Workload, blocks: u32) -> f64 {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    command.arg(std::env::current_exe().expect("the path of this program"));
    command.args(["blocks", key, workload.name(), &blocks.to_string()]);
    let output = command.output().expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text.lines().find_map(|line| line.split_once("Collected :")).map(|(_, number)| number.trim());
    let number = total.and_then(|number| number.parse().ok());
    number.unwrap_or_else(|| panic!("{key} on {}: {text}", workload.name()))
}

#[cfg(test)]
mod tests {
    use super::digits;

    #[test]
    fn counts_keep_three_digits() {
        assert_eq!(digits(4_567_890.0), "4570000");
        assert_eq!(digits(279.4), "279");
        assert_eq!(digits(27.94), "27.90");
    }
}

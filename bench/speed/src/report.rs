//! Results as tables and a picture, in `bench/`.

mod aims;
mod live;
mod picture;
mod table;

use crate::contest::Contest;
use crate::live::Times;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Between these lines of `bench/RESULTS.md` stands what this program writes.
const BEGIN: &str = "<!-- bench/speed writes from here -->";
const END: &str = "<!-- bench/speed writes to here -->";

/// Prints the tables; with all workloads, writes them and the picture into `bench/`.
pub fn write(contests: &[Contest], live: &[Vec<Times>], rounds: usize, all: bool) {
    let mut tables: Vec<String> = contests.iter().map(table::table).collect();
    if !live.is_empty() {
        tables.push(live::tables(live));
    }
    tables.insert(0, aims::table(contests, live));
    let text = format!("{}\n\n{}", machine(rounds), tables.join("\n"));
    println!("{text}");
    if all {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        keep(&folder.join("speed.svg"), &picture::draw(contests));
        keep(&folder.join("RESULTS.md"), &between(&folder.join("RESULTS.md"), &text));
    }
}

fn keep(path: &PathBuf, text: &str) {
    match std::fs::write(path, text) {
        Ok(()) => eprintln!("written: {}", path.file_name().unwrap_or_default().display()),
        Err(why) => eprintln!("{}: {why}", path.display()),
    }
}

/// What a file has, with a text between the two marks.
fn between(path: &Path, text: &str) -> String {
    let old = std::fs::read_to_string(path).unwrap_or_default();
    let (before, rest) = old.split_once(BEGIN).unwrap_or((&old, ""));
    let after = rest.split_once(END).map_or("", |(_, after)| after);
    format!("{before}{BEGIN}\n\n{text}\n{END}{after}")
}

/// Where, when and with what it was measured.
fn machine(rounds: usize) -> String {
    let told = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program).args(arguments).output().ok();
        output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default()
    };
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of = |key: &str| {
        let line = processors.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(0, |n| n.get());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut text = format!(
        "Machine: {cores} cores of {} (family {}, model {}), ",
        of("model name"),
        of("cpu family"),
        of("model\t")
    );
    let widths: Vec<String> =
        [4, 8, 16].into_iter().filter(|w| crate::floor::able(*w)).map(|w| w.to_string()).collect();
    let _ = write!(
        text,
        "up to {} lanes of single precision; {}; {}. Commit {}. {rounds} rounds; load average at the end {}.",
        widths.last().map_or("1", String::as_str),
        told("rustc", &["--version"]),
        told("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        told("git", &["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "--short", "HEAD"]),
        load.split(' ').next().unwrap_or_default(),
    );
    text
}

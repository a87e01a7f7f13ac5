//! Sostenuto beside other engines, other programs and loops written by hand, on the same five workloads.
//!
//! - `bench-speed [ROUNDS] [WORKLOAD…]` measures all that is installed in turn, prints tables, and writes them and a picture into `bench/`.
//! - `bench-speed documents` writes the workloads as documents into `bench/workloads`.
//! - `bench-speed count` counts instructions with callgrind, and writes them into `bench/instructions.txt`.
//! - `bench-speed threads` measures W1 and W2 with one thread and with more, and prints a table.
//! - `bench-speed run ENGINE WORKLOAD SECONDS`, `program PROGRAM:FORM WORKLOAD SECONDS` and `live ENGINE MODE` are single measurements;
//!   `blocks ENGINE WORKLOAD COUNT` renders so many blocks and measures nothing, for tools that look on.

mod contest;
mod count;
mod document;
mod engine;
mod floor;
mod live;
mod program;
mod report;
mod seat;
mod spec;
mod threads;
mod wav;
mod workload;

use workload::Workload;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["count"] => count::write(),
        ["threads"] => threads::measure(std::thread::available_parallelism().map_or(2, |n| n.get().min(4))),
        ["documents"] => write_documents(),
        ["run", name, workload, seconds] => {
            let seconds = seconds.parse().expect("seconds");
            println!("{}", seat::run(name, workload_of(workload), seconds));
        }
        ["program", key, workload, seconds] => {
            let seconds = seconds.parse().expect("seconds");
            let outcome = program::run(key, workload_of(workload), seconds);
            println!("{outcome:?}");
        }
        ["live", name, mode] => println!("{}", live::run(name, live::mode_of(mode))),
        ["blocks", name, workload, count] => {
            seat::blocks(name, workload_of(workload), count.parse().expect("a number of blocks"));
        }
        _ => contest(&arguments),
    }
}

fn workload_of(name: &str) -> Workload {
    Workload::of(name).unwrap_or_else(|| {
        let names: Vec<&str> = Workload::ALL.iter().map(|workload| workload.name()).collect();
        panic!("there is no workload {name}; there are {}", names.join(", "))
    })
}

fn write_documents() {
    let folder = document::folder();
    std::fs::create_dir_all(&folder).expect("a folder for the documents");
    for document in document::ALL.iter().filter(|document| document.kept) {
        let path = folder.join(document.name).with_extension("toml");
        std::fs::write(&path, (document.text)()).expect("a document can be written");
    }
}

fn contest(arguments: &[&str]) {
    let rounds = arguments.first().and_then(|first| first.parse().ok());
    let named = &arguments[usize::from(rounds.is_some())..];
    let rounds = rounds.unwrap_or(5);
    program::tell_missing();
    let live = named.is_empty() || named.contains(&"w5");
    let throughput: Vec<Workload> = if named.is_empty() {
        Workload::ALL.to_vec()
    } else {
        named.iter().filter(|name| **name != "w5").map(|name| workload_of(name)).collect()
    };
    let mut raw = contest::Raw::new();
    let contests: Vec<contest::Contest> =
        throughput.iter().map(|workload| contest::hold(*workload, rounds, &mut raw)).collect();
    let live = if live { live::hold(rounds.min(3), &mut raw) } else { Vec::new() };
    report::write(&contests, &live, rounds, named.is_empty());
    let failed = contests.iter().flat_map(|contest| &contest.failed);
    if failed.into_iter().any(|(contestant, _)| contestant.is_ours()) || live.iter().any(Vec::is_empty) {
        std::process::exit(1);
    }
}

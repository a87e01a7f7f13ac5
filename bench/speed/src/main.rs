//! Sostenuto beside other engines, other programs and loops written by hand, on the same five workloads.
//!
//! - `bench-speed [ROUNDS] [WORKLOAD…]` measures all that is installed in turn, prints tables, and writes them and a picture into `bench/`.
//! - `bench-speed documents` writes the workloads as documents into `bench/workloads`.
//! - `bench-speed run CONTESTANT WORKLOAD SECONDS` is one measurement: a line of JSON. `bench-speed blocks CONTESTANT WORKLOAD COUNT` renders so many
//!   blocks and measures nothing, for tools that count.
//! - `bench-speed count` counts instructions with callgrind.

mod contest;
mod document;
mod engine;
mod floor;
mod report;
mod seat;
mod spec;
mod workload;

use workload::Workload;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["documents"] => write_documents(),
        ["run", name, workload, seconds] => {
            let seconds = seconds.parse().expect("seconds");
            println!("{}", seat::run(name, workload_of(workload), seconds));
        }
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
    let workloads: Vec<Workload> = named.iter().map(|name| workload_of(name)).collect();
    let all = workloads.is_empty();
    let workloads = if all { Workload::ALL.to_vec() } else { workloads };
    let rounds = rounds.unwrap_or(5);
    let results: Vec<contest::Contest> =
        workloads.iter().map(|workload| contest::hold(*workload, rounds)).collect();
    report::write(&results, rounds, all);
}

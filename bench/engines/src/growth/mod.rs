//! What does an edit cost, and does that grow with the patch?
//!
//! `cargo run --release -- growth [REPETITIONS] [SECONDS] [PARTS]` edits patches of 10, 100, 1,000 and 10,000 parts of ten nodes in Sostenuto, Firewheel
//! and fundsp, in turn; prints tables; and draws `bench/growth.svg`. An edit of another engine in one size gets so many seconds (and at least
//! five repetitions); PARTS is the largest patch. Then commands at the prompt: see [`documents`](mod@documents). `cargo run --release -- count [PARTS]` counts Sostenuto's instructions instead, with callgrind.

mod count;
mod documents;
mod figures;
mod firewheel;
mod fundsp;
mod ours;
mod patch;
mod picture;
mod proof;
mod seat;
mod table;
mod watch;
mod worker;

pub use count::count;
pub use documents::{
    count as count_documents, documents, serve as serve_documents, serve_count as serve_count_documents,
};
pub use worker::serve;

use patch::{Subject, What};
use worker::{Manner, Worker};

/// Parts in the patches.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// An engine.
struct Engine {
    name: &'static str,
    make: fn(usize) -> Box<dyn Subject>,
    /// Parts in the largest patch that it is tried with: beyond it, a single edit takes many seconds.
    most: usize,
}

/// The engines; the first is the one that the others are compared with.
const ENGINES: [Engine; 3] = [
    Engine { name: "sostenuto", make: ours::make, most: 10_000 },
    Engine { name: "Firewheel 0.14", make: firewheel::make, most: 1_000 },
    Engine { name: "fundsp 0.23 Net", make: fundsp::make, most: 10_000 },
];

/// Measures and prints.
pub fn growth(repetitions: usize, seconds: f64, largest: usize) {
    let most = |worker: &Worker| if worker.engine == 0 { f64::INFINITY } else { seconds };
    for engine in &ENGINES {
        proof::prove(engine.name, engine.make);
    }
    let mut workers: Vec<Worker> = Vec::new();
    for parts in SIZES.into_iter().filter(|parts| *parts <= largest) {
        let able = (0..ENGINES.len()).filter(|engine| ENGINES[*engine].most >= parts);
        workers.extend(able.map(|engine| Worker::new(engine, parts)));
    }
    for round in 0..repetitions {
        for what in What::ALL {
            for way in [2 * round, 2 * round + 1] {
                for worker in &mut workers {
                    worker.ask(Manner::Play, what, way, most(worker));
                }
            }
        }
        if round % 10 == 9 {
            for what in What::ALL {
                for worker in &mut workers {
                    worker.ask(Manner::Repeat, what, round / 10, most(worker));
                }
            }
            eprintln!("{} of {repetitions} rounds", round + 1);
        }
    }
    table::print(&workers);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../growth.svg");
    match std::fs::write(path, picture::draw(&workers)) {
        Ok(()) => println!("\nThe curves are in growth.svg."),
        Err(why) => eprintln!("the picture was not written: {why}"),
    }
    println!("\n### Through documents\n");
    documents(repetitions.div_ceil(4), largest);
}

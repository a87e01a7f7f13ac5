//! Two devices on clocks of their own for a simulated hour, for all pairs of block sizes and drifts, and beside it the rule of VCV Rack in the same simulation.
//!
//! `make drift`, or `cargo run --release --example drift -- [SECONDS [DIRECTORY]]`: writes `drift.md` and `drift.svg` into the directory, `bench` unless told.

#[path = "drift/picture.rs"]
mod picture;
#[path = "../tests/suite/drift/rack.rs"]
mod rack;
#[path = "../tests/suite/drift/rig.rs"]
mod rig;
#[path = "drift/table.rs"]
mod table;

use rig::{Case, Outcome};
use std::error::Error;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use std::{env, fs, thread};

/// A case and what became of it.
#[derive(Clone)]
struct Row {
    case: Case,
    port: Outcome,
    rack: rack::Losses,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(3600), |text| text.parse())?;
    let directory = arguments.next().unwrap_or_else(|| "bench".into());
    let begun = Instant::now();
    let rows = all(rig::all_pairs(seconds).collect());
    println!("{} runs of {seconds} s in {:.0} s", rows.len(), begun.elapsed().as_secs_f64());
    let directory = Path::new(&directory);
    fs::write(directory.join("drift.md"), table::markdown(&rows, seconds))?;
    fs::write(directory.join("drift.svg"), picture::svg(&rows, seconds as f64))?;
    let failed = rows.iter().filter(|row| !table::holds(&row.port)).count();
    if failed > 0 {
        Err(format!("{failed} of {} runs miss what is asked of them", rows.len()).into())
    } else {
        Ok(())
    }
}

/// Runs the cases on all processors, in their order.
fn all(cases: Vec<Case>) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(vec![None; cases.len()]);
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let row = Row { case: case.clone(), port: rig::run(case), rack: rack::run(case) };
            let at = cases.iter().position(|other| std::ptr::eq(other, case));
            if let (Some(at), Ok(mut rows)) = (at, rows.lock()) {
                rows[at] = Some(row);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    rows.into_inner().unwrap_or_default().into_iter().flatten().collect()
}

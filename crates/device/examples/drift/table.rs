//! The table: a line for each pair of block sizes, with the worst of its drifts.

use super::Row;
use super::rig::{BLOCKS, Outcome, PPM};
use std::fmt::Write;

/// Whether a run does all that is asked.
pub fn holds(outcome: &Outcome) -> bool {
    outcome.locked_at.is_some_and(|at| at <= 30.0)
        && outcome.runs_before + outcome.runs_after == 0
        && outcome.unlocked == 0
        && outcome.wander() <= 1e-3
        && outcome.cents_locking <= 1.0
        && outcome.cents_locked <= 0.05
}

pub fn markdown(rows: &[Row], seconds: u64) -> String {
    let held = rows.iter().filter(|row| holds(&row.port)).count();
    let mut text = format!(
        "# Drift\n\n\
         Two simulated devices at 48 kHz, one fast and the other slow by 10, 100 or 500 ppm and the other way round, whose callbacks come up to a block late, evenly \
         spread, each for {seconds} s of simulated time: `make drift` (`crates/device/examples/drift.rs`) writes this page and the picture. Each line has the worst of {} drifts; \
         latency, its range and pitch are measured on the sound that comes out, against the true clocks, latency with the resampler's (`fast`, 0.2 ms). \
         {held} of {} runs do what is asked: no under- or over-run, locked within 30 s, then latency within ±1 ms and pitch within 0.05 cents, and 1 cent before.\n\n\
         Beside it the rule of VCV Rack 2 for a secondary device, with the same callbacks: nominal ratio, and a ring that is emptied when it holds twice a block. Its losses are frames \
         thrown away, as a share of those fed, and gaps are callbacks in which frames were missing, for each minute; least and greatest of the drifts.\n\n\
         ![Frames lost, and latency over time](drift.svg)\n\n\
         | blocks | under-/over-runs | sounds after | locked after | latency | within ± | cents, locking | cents, locked | Rack: lost | Rack: gaps a minute |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
        PPM.len(),
        rows.len()
    );
    for feed in BLOCKS {
        for drain in BLOCKS {
            let group: Vec<&Row> = rows
                .iter()
                .filter(|row| (row.case.feed.block, row.case.drain.block) == (feed, drain))
                .collect();
            line(&mut text, &format!("{feed} to {drain}"), &group);
        }
    }
    text
}

fn line(text: &mut String, name: &str, rows: &[&Row]) {
    let most = |of: &dyn Fn(&Row) -> f64| rows.iter().map(|row| of(row)).fold(f64::MIN, f64::max);
    let least = |of: &dyn Fn(&Row) -> f64| -most(&|row| -of(row));
    let lost = |row: &Row| 100.0 * row.rack.thrown_away as f64 / row.rack.fed.max(1) as f64;
    let gaps = |row: &Row| row.rack.gaps as f64 * 60.0 / row.case.seconds.max(1) as f64;
    let runs: u64 = rows.iter().map(|row| row.port.runs_before + row.port.runs_after).sum();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "| {name} | {runs} | {:.1} s | {:.1} s | {:.1} ms | {:.2} ms | {:.2} | {:.3} | {:.2} to {:.2} % | {:.1} to {:.1} |",
        most(&|row| row.port.sounds_at.unwrap_or(f64::INFINITY)),
        most(&|row| row.port.locked_at.unwrap_or(f64::INFINITY)),
        most(&|row| row.port.mean_latency() * 1e3),
        most(&|row| row.port.wander() * 1e3),
        most(&|row| row.port.cents_locking),
        most(&|row| row.port.cents_locked),
        least(&lost),
        most(&lost),
        least(&gaps),
        most(&gaps),
    );
}

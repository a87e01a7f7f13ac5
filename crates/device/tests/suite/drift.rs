//! A port between two clocks that drift and come late: nothing is lost, latency stands still, and pitch is true.

mod rig;

use rig::{Outcome, case, run};

/// What has to hold for every pair of clocks: milliseconds, cents, seconds.
fn check(name: &str, outcome: &Outcome) {
    let sounds = outcome.sounds_at.unwrap_or(f64::INFINITY);
    let locked = outcome.locked_at.unwrap_or(f64::INFINITY);
    let line = format!(
        "{name}: sounds at {sounds:.2} s, locked at {locked:.2} s, latency {:.2} ms within {:.3} and known to {:.3}, \
         {:.3} cents locking and {:.4} locked, {} runs before and {} after, unlocked {} times",
        outcome.mean_latency() * 1e3,
        outcome.wander() * 1e3,
        outcome.latency_said * 1e3,
        outcome.cents_locking,
        outcome.cents_locked,
        outcome.runs_before,
        outcome.runs_after,
        outcome.unlocked
    );
    println!("{line}");
    assert_eq!((outcome.runs_before, outcome.runs_after, outcome.unlocked), (0, 0, 0), "{line}");
    assert!(sounds < 8.0 && locked < 30.0, "{line}");
    assert!(outcome.wander() < 1e-3 && outcome.latency_said < 1e-3, "{line}");
    assert!(outcome.cents_locking <= 1.0 && outcome.cents_locked <= 0.05, "{line}");
}

#[test]
fn pairs_of_clocks_for_two_minutes() {
    for (feed, drain, ppm) in [
        (64, 64, 10.0),
        (64, 1024, -10.0),
        (256, 1024, -100.0),
        (441, 512, 100.0),
        (1024, 64, -500.0),
        (1024, 441, 500.0),
        (1024, 1024, 500.0),
    ] {
        check(&format!("{feed} to {drain} frames, {ppm} ppm"), &run(&case(feed, drain, ppm, 120)));
    }
}

/// The rates of the two devices are different ones as well.
#[test]
fn pairs_of_rates_for_two_minutes() {
    for (from, to, ppm) in [(44_100, 48_000, 500.0), (48_000, 44_100, -100.0), (96_000, 44_100, 10.0)] {
        let mut case = case(256, 441, ppm, 120);
        (case.feed.rate, case.drain.rate) = (from, to);
        check(&format!("{from} to {to} Hz, {ppm} ppm"), &run(&case));
    }
}

/// All pairs of block sizes for an hour each; `make drift` does this and writes it down.
#[test]
#[ignore = "216 simulated hours: many minutes"]
fn all_pairs_for_an_hour() {
    for case in rig::all_pairs(3600) {
        let name = format!("{} to {} frames, {} ppm", case.feed.block, case.drain.block, case.feed.ppm);
        check(&name, &run(&case));
    }
}

//! A table for each workload.

use crate::contest::Contest;
use crate::spec::{BLOCK, RATE};
use std::fmt::Write;

/// The table of a contest, the cheapest first.
pub fn table(contest: &Contest) -> String {
    let (units, unit) = contest.workload.units();
    let mut text = format!(
        "### {}\n\n| contestant | CPU s per s | ns per {unit} and block | sostenuto / it | level | |\n|---|---|---|---|---|---|\n",
        contest.workload.title()
    );
    let mut order: Vec<usize> = (0..contest.contestants.len()).collect();
    order.sort_by(|a, b| contest.cost(*a).total_cmp(&contest.cost(*b)));
    for number in order {
        let (contestant, outcomes) = &contest.contestants[number];
        let cost = contest.cost(number);
        let each = cost * BLOCK as f64 / f64::from(RATE) / units as f64 * 1e9;
        let level = outcomes.first().map_or(f64::NAN, |outcome| outcome.level[0]);
        let name = &contestant.title;
        let name = if contest.ours() == Some(number) { format!("**{name}**") } else { name.clone() };
        let _ = writeln!(
            text,
            "| {name} | {cost:.4} | {each:.1} | {} | {level:.3} | {} |",
            contest.ratio(number).map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
            contestant.note
        );
    }
    for (contestant, why) in &contest.failed {
        let why = why.lines().next().unwrap_or_default();
        let _ = writeln!(text, "| {} | – | – | – | – | failed: {why} |", contestant.title);
    }
    text
}

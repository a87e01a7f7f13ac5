//! How fast is the ring of `sostenuto-rt` next to the one of `rtrb`?
//!
//! `cargo run --release -- [rounds] [part of a use's name]` prints a table: for each way of use the median time per item of both,
//! and the median of the ratio ours / rtrb, which is taken within each round. In every round both run one
//! right after the other, in changing order, so that a disturbance of the machine hits both alike. Every
//! run checks the sum of what came out.

mod contest;
mod rings;

use contest::{CAPACITY, Contest, Item};

/// Rounds unless told otherwise; odd, so that the median is a round that took place.
const ROUNDS: usize = 11;

fn main() {
    let rounds = std::env::args().nth(1).map_or(ROUNDS, |text| text.parse().expect("a number of rounds"));
    let wanted = std::env::args().nth(2).unwrap_or_default();
    println!(
        "capacity {CAPACITY}, {rounds} rounds; ns per item: median; ratio: median of rounds (least, most)\n"
    );
    println!("| use | item | ours ns | rtrb ns | ours / rtrb |");
    println!("|---|---|---|---|---|");
    table::<[u64; 1]>(rounds, &wanted);
    table::<[u64; 8]>(rounds, &wanted);
}

fn table<T: Item>(rounds: usize, wanted: &str) {
    for contest in Contest::ALL.into_iter().filter(|contest| contest.name().contains(wanted)) {
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        for round in 0..rounds {
            if round % 2 == 0 {
                ours.push(contest.run::<T, rings::Ours>());
                theirs.push(contest.run::<T, rings::Rtrb>());
            } else {
                theirs.push(contest.run::<T, rings::Rtrb>());
                ours.push(contest.run::<T, rings::Ours>());
            }
        }
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| a / b).collect();
        let (name, bytes) = (contest.name(), size_of::<T>());
        println!("| {name} | {bytes} B | {} | {} | {} |", spread(ours), spread(theirs), spread(ratios));
    }
}

/// The median of some values, and in parentheses the least and the greatest.
fn spread(mut values: Vec<f64>) -> String {
    values.sort_by(f64::total_cmp);
    let (least, median, most) = (values[0], values[values.len() / 2], values[values.len() - 1]);
    format!("{median:.2} ({least:.2}, {most:.2})")
}

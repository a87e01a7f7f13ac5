//! No input panics; what is accepted survives printing and reading.

use crate::kinds;

use kinds::random::{Dice, patch};
use kinds::rounds;
use proptest::prelude::*;
use sostenuto_patch::to_toml;

const SEEDS: &[&str] = &[
    include_str!("../../../../fuzz/seeds/toml/slow-filter.toml"),
    include_str!("../../../../fuzz/seeds/toml/inline.toml"),
    include_str!("../../../../fuzz/seeds/toml/parts.toml"),
    include_str!("../../../../fuzz/seeds/json/slow-filter.json"),
    include_str!("../../../../fuzz/seeds/json/parts.json"),
    include_str!("../../../../fuzz/seeds/chain/plain"),
    include_str!("../../../../fuzz/seeds/chain/quoted"),
    include_str!("../../../../fuzz/seeds/command/1"),
    include_str!("../../../../fuzz/seeds/command/2"),
    include_str!("../../../../fuzz/seeds/command/6"),
    include_str!("../../../../fuzz/seeds/command/13"),
    include_str!("../../../../fuzz/seeds/command/14"),
];

/// A seed with pieces of others put in, taken out and doubled.
fn mangled(seed: u64) -> String {
    let mut dice = Dice(seed);
    let mut text: Vec<char> = dice.pick(SEEDS).chars().collect();
    for _ in 0..1 + dice.below(6) {
        let (from, to) = (dice.below(text.len() + 1), dice.below(text.len() + 1));
        let other: Vec<char> = dice.pick(SEEDS).chars().collect();
        let cut = dice.below(other.len());
        let piece = &other[cut..(cut + dice.below(20)).min(other.len())];
        match dice.below(3) {
            0 => drop(text.splice(from..from, piece.iter().copied())),
            1 => drop(text.splice(from.min(to)..from.max(to).min(from.min(to) + 12), piece.iter().copied())),
            _ => drop(text.drain(from.min(to)..from.max(to).min(from.min(to) + 12))),
        }
    }
    text.into_iter().collect()
}

fn all(text: &str) {
    rounds::toml(text);
    rounds::json(text);
    rounds::chained(text);
    rounds::commanded(text);
}

#[test]
fn the_seeds_themselves() {
    SEEDS.iter().for_each(|text| all(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        all(&text);
    }

    #[test]
    fn nearly_right_text(seed in any::<u64>()) {
        all(&mangled(seed));
    }

    #[test]
    fn random_patches(seed in any::<u64>(), changes in 0usize..30) {
        let mut dice = Dice(seed);
        rounds::toml(&to_toml(&patch(&mut dice, changes), &kinds::catalogue()));
    }
}

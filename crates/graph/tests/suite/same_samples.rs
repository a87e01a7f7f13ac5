//! Random graphs with random edits at random frames sound the same, bit for bit, whatever the host's callbacks are, and the same as
//! an interpreter without blocks plays them.

use crate::support;

use proptest::prelude::*;
use support::Dice;
use support::scenario::{Script, Taste, interpret, render, script};

const FRAMES: usize = 1_500;

fn made(seed: u64, nodes: usize, (faults, fades, latency): (bool, bool, bool)) -> Script {
    script(seed, Taste { nodes, depth: 3, faults, fades, latency, threads: 1 }, 24, FRAMES as u64)
}

/// The same on several threads.
fn shared(seed: u64, nodes: usize, (faults, fades, latency): (bool, bool, bool), threads: usize) -> Script {
    script(seed, Taste { nodes, depth: 3, faults, fades, latency, threads }, 24, FRAMES as u64)
}

/// When nodes were muted, apart from which.
fn frames(muted: &[String]) -> Vec<&str> {
    let mut frames: Vec<&str> = muted.iter().filter_map(|m| m.split(' ').next_back()).collect();
    frames.sort_unstable();
    frames
}

/// Where two renderings differ first.
fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> Option<String> {
    a.iter().zip(b).enumerate().find_map(|(channel, (a, b))| {
        let frame = a.iter().zip(b).position(|(a, b)| a.to_bits() != b.to_bits())?;
        Some(format!("channel {channel}, frame {frame}: {:e} and {:e}", a[frame], b[frame]))
    })
}

/// Samples as the interpreter's are compared: zeros without their sign. What is too small for a number is flushed to a zero that keeps its
/// sign; a plan hands a lone signal on as it is, where the interpreter adds it to zero, which takes the sign away.
fn unsigned_zeros(channels: &[Vec<f32>]) -> Vec<Vec<f32>> {
    channels.iter().map(|channel| channel.iter().map(|sample| sample + 0.0).collect()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn callbacks_of_any_size_give_the_same_bits(seed: u64, nodes in 2usize..40, taste: (bool, bool, bool)) {
        let whole = render(made(seed, nodes, taste), FRAMES, || FRAMES, true);
        for size in [1, 17, 64, 480, 4096] {
            let cut = render(made(seed, nodes, taste), FRAMES, || size, size % 2 == 0);
            prop_assert_eq!(difference(&whole.0, &cut.0), None, "callbacks of {}", size);
            prop_assert_eq!(&whole.1, &cut.1);
        }
        for early in [false, true] {
            let mut dice = Dice(seed ^ 1);
            let cut = render(made(seed, nodes, taste), FRAMES, || 1 + dice.below(300), early);
            prop_assert_eq!(difference(&whole.0, &cut.0), None, "random callbacks");
            prop_assert_eq!(&whole.1, &cut.1);
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits(seed: u64, nodes in 10usize..60, taste: (bool, bool, bool)) {
        let alone = render(made(seed, nodes, taste), FRAMES, || 480, true);
        for threads in 2..=4 {
            let size = [480, 64, 100][threads - 2];
            let together = render(shared(seed, nodes, taste, threads), FRAMES, || size, threads == 3);
            prop_assert_eq!(difference(&alone.0, &together.0), None, "{} threads", threads);
            // What counts up for the settling of more segments gives other numbers to nodes.
            prop_assert_eq!(frames(&alone.1), frames(&together.1));
        }
    }

    #[test]
    fn the_interpreter_plays_the_same_bits(seed: u64, nodes in 2usize..40, taste: (bool, bool, bool)) {
        let taste = (taste.0, taste.1, false);
        prop_assume!(made(seed, nodes, taste).plain);
        let plan = render(made(seed, nodes, taste), FRAMES, || 480, true);
        let oracle = interpret(made(seed, nodes, taste), FRAMES);
        prop_assert_eq!(difference(&unsigned_zeros(&plan.0), &unsigned_zeros(&oracle.0)), None);
        prop_assert_eq!(&plan.1, &oracle.1);
    }
}

#[test]
fn a_part_goes_with_the_sums_in_it() {
    // Sums with nothing left to add up are taken away after the part that they were in.
    let script = || made(3_893_019_577_640_338_317, 59, (false, true, false));
    let (whole, cut) = (render(script(), FRAMES, || FRAMES, true), render(script(), FRAMES, || 100, true));
    assert_eq!(difference(&whole.0, &cut.0), None);
}

#[test]
fn the_interpreter_agrees_on_what_is_flushed() {
    // Here a sum inside a part is too small for a number and below zero.
    let script = || made(1_742_233_150_283_329_457, 10, (true, true, false));
    let plan = unsigned_zeros(&render(script(), FRAMES, || 480, true).0);
    let oracle = unsigned_zeros(&interpret(script(), FRAMES).0);
    assert_eq!(difference(&plan, &oracle), None);
}

#[test]
fn the_scripts_have_work_for_several_threads() {
    let tasks = |seed| shared(seed, 40, (false, true, false), 3).graph.rows();
    let all: Vec<(usize, usize)> = (0..20).map(tasks).collect();
    assert!(all.iter().filter(|(rows, tasks)| *rows > 0 && *tasks > 4).count() > 10, "{all:?}");
}

#[test]
fn the_scripts_are_worth_hearing() {
    // Most of them sound, and differ from each other; else the tests above would show little.
    let loud = |seed| {
        let (out, _) = render(made(seed, 30, (false, false, false)), FRAMES, || 512, true);
        let changes = out[0].windows(2).filter(|w| w[0] != w[1]).count();
        out[0].iter().any(|s| s.abs() > 0.01) && changes > FRAMES / 4
    };
    let count = (0..40).filter(|seed| loud(*seed)).count();
    assert!(count >= 20, "{count} of 40");
}

//! No edit can be heard as a click: every kind of edit, on a sine, on noise and on music, alone and in the fades of others; and what
//! is not edited stays the same bit for bit.
//!
//! What is measured, and what a fade may do, says `clicks/detector.rs`.

mod cables;
pub(crate) mod detector;
mod equal;
mod faults;
mod highpass;
mod jumps;
mod kept;
mod measure;
mod nodes;
mod scenes;
mod stage;
mod walk;

use cables::{BYPASSES, CABLES, GLIDES};
use jumps::{CHOICES, JUMPS};
use measure::{Finding, Pace, measure, measure_cut, measure_ideal};
use nodes::{EFFECTS, SOURCES};
use scenes::{Scene, Signal};
use walk::walk;

/// Paces at which only the edit of the scene itself is made.
const ALONE: [Pace; 3] = [Pace::Once, Pace::TakenBack, Pace::TwentyTimes];

/// Every change in both directions.
fn both_ways(scenes: &[Scene]) -> Vec<Scene> {
    scenes.iter().flat_map(|scene| [*scene, scene.reversed()]).collect()
}

/// Every scene there is.
fn everything() -> Vec<Scene> {
    let changes = [SOURCES, EFFECTS, CABLES, GLIDES, BYPASSES].concat();
    [both_ways(&changes), JUMPS.to_vec()].concat()
}

/// Tells of all that click.
fn expect_no_click(mut found: Vec<Finding>) {
    found.sort_by(|a, b| b.worst().total_cmp(&a.worst()));
    let lines: Vec<String> = found.iter().map(Finding::to_string).collect();
    println!("{}", lines.join("\n"));
    let clicks = found.iter().filter(|f| f.clicks()).count();
    assert!(clicks == 0, "{clicks} of {} click:\n{}", found.len(), lines[..clicks].join("\n"));
}

/// Plays scenes on every signal, at some paces.
fn play(scenes: &[Scene], paces: &[Pace]) -> Vec<Finding> {
    let next = |number: usize| &scenes[(number + 3) % scenes.len()];
    let numbered = || scenes.iter().enumerate();
    let at = |signal, pace| numbered().map(move |(n, scene)| measure(scene, next(n), signal, pace));
    let pairs = Signal::ALL.into_iter().flat_map(|signal| paces.iter().map(move |pace| (signal, *pace)));
    pairs.flat_map(|(signal, pace)| at(signal, pace)).collect()
}

#[test]
fn fades_computed_here_are_not_taken_for_clicks() {
    let scenes = everything();
    let pairs = Signal::ALL.into_iter().flat_map(|signal| scenes.iter().map(move |scene| (signal, scene)));
    let found: Vec<Finding> = pairs.filter_map(|(signal, scene)| measure_ideal(scene, signal)).collect();
    assert!(found.len() > 50, "{}", found.len());
    expect_no_click(found);
}

#[test]
fn edits_without_a_fade_are_found() {
    for scene in both_ways(&[SOURCES, EFFECTS, CABLES].concat()) {
        let found = measure_cut(&scene);
        assert!(found.clicks(), "{found}");
    }
}

#[test]
fn parameters_that_jump_do_not_click() {
    expect_no_click(play(JUMPS, &ALONE));
}

#[test]
fn gains_and_bypasses_that_change_do_not_click() {
    expect_no_click(play(&both_ways(GLIDES), &ALONE));
}

#[test]
fn sources_that_come_and_go_do_not_click() {
    expect_no_click(play(&both_ways(SOURCES), &ALONE));
}

#[test]
fn effects_that_come_and_go_do_not_click() {
    expect_no_click(play(&both_ways(EFFECTS), &ALONE));
}

#[test]
fn cables_that_are_laid_elsewhere_do_not_click() {
    expect_no_click(play(&both_ways(CABLES), &ALONE));
}

#[test]
fn bypasses_of_nodes_with_memory_do_not_click() {
    expect_no_click(play(&both_ways(BYPASSES), &ALONE));
}

#[test]
fn choices_do_not_click() {
    expect_no_click(play(CHOICES, &ALONE));
}

#[test]
fn edits_in_the_fades_of_others_do_not_click() {
    expect_no_click(play(&everything(), &[Pace::Followed]));
}

#[test]
fn twenty_unlike_patches_in_a_row_do_not_click() {
    let scenes = everything();
    let from = |signal| (0..6).map(move |n| (signal, 7 * n));
    let walks = Signal::ALL.into_iter().flat_map(from);
    expect_no_click(walks.map(|(signal, from)| walk(&scenes, from, signal)).collect());
}

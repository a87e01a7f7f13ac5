//! Which kinds start from silence: freshly made or reset they put out nothing for as long as their inputs are silent, whatever their
//! parameters are; and which do not.

use crate::support;

use sostenuto_graph::{Motion, NodeId, Shape};
use sostenuto_nodes::{Kind, Layout, catalogue};
use support::{Feed, Rig, layouts, node, noise, silence, sine};

/// What can be heard with silent inputs. A new kind that is not in the list has to start from silence.
const SOUND_ALONE: &[&str] = &[
    "sine",
    "saw",
    "square",
    "triangle",
    "white_noise",
    "pink_noise",
    // At its start.
    "impulse",
    "player",
    "stretch",
    // With the beat.
    "metronome",
    "stream",
    // Once a program writes.
    "feed",
    "constant",
    "lfo",
    // With its gate opened by the parameter.
    "adsr",
    "note",
    // Its offset.
    "add",
];

/// Where the inputs fall silent and the node is reset: neither on the grid.
const TURN: u64 = 1003;
const FRAMES: usize = 1500;
/// How often a node is given other parameters.
const TRIES: u64 = 6;

/// The parameters in one try: all at the default, at the lowest, at the highest, and at random, the choices too.
fn value(info: &sostenuto_graph::Parameter, number: usize, attempt: u64) -> f32 {
    match attempt {
        0 => info.default,
        1 => info.min,
        2 => info.max,
        _ => {
            let part = 0.5 + 0.5 * noise(attempt * 977 + number as u64, 3);
            let value = info.min + (info.max - info.min) * part;
            if info.choices.is_empty() { value } else { value.round() }
        }
    }
}

/// Sets every parameter before the first frame, and again to something else while it runs: at once, and by its own approach.
fn turn(rig: &mut Rig, id: NodeId, shape: &Shape, attempt: u64, start: u64) {
    for (number, info) in shape.params.iter().enumerate() {
        rig.set(id, number, value(info, number, attempt), Some(Motion::Jump), start);
        let motion = if number % 2 == 0 { None } else { Some(Motion::Jump) };
        rig.set(id, number, value(info, number, attempt + 100), motion, start + 411 + 7 * number as u64);
    }
}

/// How loud a node gets in silence: one that is new, and one that has heard noise and was then reset.
fn heard(kind: &Kind, layout: &Layout, attempt: u64, driven: bool, flagged: bool) -> f32 {
    let loudest = |out: Vec<Vec<f32>>| out.iter().flatten().fold(0.0f32, |most, x| most.max(x.abs()));
    let shape = kind.shape(layout);
    let quiet = |_, channels| Feed { signal: silence, channels, pause: (0, u64::MAX), flagged };
    let (mut rig, id) = Rig::around(node(kind, layout), 48_000.0, quiet, driven);
    turn(&mut rig, id, &shape, attempt, 0);
    let new = loudest(rig.play(FRAMES));

    let paused = |_, channels| Feed { signal: sine, channels, pause: (TURN, u64::MAX), flagged };
    let (mut rig, id) = Rig::around(node(kind, layout), 48_000.0, paused, driven);
    rig.play(TURN as usize);
    rig.reset(id);
    turn(&mut rig, id, &shape, attempt, TURN);
    new.max(loudest(rig.play(FRAMES)))
}

/// The loudest of all tries.
fn heard_at_all(kind: &Kind) -> f32 {
    let mut loudest = 0.0f32;
    for layout in layouts(kind) {
        for attempt in 0..TRIES {
            for (driven, flagged) in [(false, true), (false, false), (true, false)] {
                loudest = loudest.max(heard(kind, &layout, attempt, driven, flagged));
            }
        }
    }
    loudest
}

#[test]
fn what_starts_from_silence_stays_silent_and_what_does_not_is_heard() {
    // A metronome is heard once musical time goes on, a feed once a program writes.
    for kind in catalogue().filter(|kind| !["metronome", "feed"].contains(&kind.name)) {
        let loudest = heard_at_all(kind);
        assert_eq!(loudest > 0.0, kind.sounds_alone, "{}: {loudest}", kind.name);
    }
}

#[test]
fn it_is_settled_which_kinds_sound_alone() {
    let alone: Vec<&str> = catalogue().filter(|kind| kind.sounds_alone).map(|kind| kind.name).collect();
    assert_eq!(alone, SOUND_ALONE);
}

#[test]
fn every_node_says_whether_it_starts_from_silence() {
    for kind in catalogue() {
        for layout in layouts(kind) {
            assert_eq!(node(kind, &layout).starts_silent(), !kind.sounds_alone, "{}", kind.name);
        }
    }
}

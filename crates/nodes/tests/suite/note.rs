//! The note of a voice, and the ports of a part: right frequencies, gates and triggers to the frame.

use crate::support;

use sostenuto_graph::{Motion, NodeId};
use sostenuto_nodes::{Kind, Layout, find};
use support::{Feed, Rig, first_difference, noise, silence};

const OUTPUTS: [&str; 6] = ["frequency", "gate", "velocity", "pressure", "pitch", "trigger"];
const FREQUENCY: usize = 0;
const GATE: usize = 1;
const VELOCITY: usize = 2;
const PRESSURE: usize = 3;
const PITCH: usize = 4;
const TRIGGER: usize = 5;

/// A graph around one note, its outputs side by side.
fn note() -> (Rig, NodeId) {
    let kind: &Kind = find("note").unwrap();
    assert_eq!(kind.outputs.iter().map(|port| port.name).collect::<Vec<_>>(), OUTPUTS);
    let feed = |_, channels| Feed::steady(silence, channels);
    Rig::around(support::node(kind, &Layout::default()), 48_000.0, feed, false)
}

fn set(rig: &mut Rig, id: NodeId, name: &str, value: f32, motion: Option<Motion>, at: u64) {
    let param = rig.graph.shape(id).unwrap().param(name).unwrap();
    rig.set(id, usize::from(param), value, motion, at);
}

/// Equal temperament in double precision.
fn hertz(semitones: f64) -> f64 {
    440.0 * ((semitones - 69.0) / 12.0).exp2()
}

/// The frames at which a signal is not zero.
fn marks(signal: &[f32]) -> Vec<usize> {
    (0..signal.len()).filter(|frame| signal[*frame] != 0.0).collect()
}

#[test]
fn every_pitch_has_its_frequency() {
    let (mut rig, id) = note();
    let steps = 12_800;
    set(&mut rig, id, "pitch", 0.0, Some(Motion::Jump), 0);
    set(&mut rig, id, "pitch", 127.99, Some(Motion::Linear(steps)), 0);
    let out = rig.play(steps as usize + 100);
    let mut worst = 0.0f64;
    for (pitch, frequency) in out[PITCH].iter().zip(&out[FREQUENCY]) {
        let exact = hertz(f64::from(*pitch));
        worst = worst.max((f64::from(*frequency) / exact - 1.0).abs());
    }
    println!("frequency: relative error {worst:.1e}");
    assert!(worst < 1e-6, "{worst}");
    assert!(out[PITCH].windows(2).all(|pair| pair[0] <= pair[1]));
    assert_eq!(out[PITCH].last(), Some(&127.99));
}

#[test]
fn a_pitch_is_the_same_whether_it_moves_or_not() {
    // A value that moves ends in the middle of a span: the frames behind it are as those of a span in which nothing moves.
    let (mut rig, id) = note();
    set(&mut rig, id, "pitch", 61.37, Some(Motion::Linear(70)), 0);
    let out = rig.play(192);
    for output in [PITCH, FREQUENCY] {
        let settled = out[output][191].to_bits();
        assert!(out[output][70..].iter().all(|x| x.to_bits() == settled), "{}", OUTPUTS[output]);
        assert_ne!(out[output][60].to_bits(), settled);
    }
}

#[test]
fn the_a_is_440_hertz_and_bends_by_an_octave() {
    let (mut rig, id) = note();
    set(&mut rig, id, "pitch", 69.0, None, 100);
    set(&mut rig, id, "bend", 12.0, None, 1000);
    set(&mut rig, id, "bend", -96.0, Some(Motion::Jump), 2000);
    set(&mut rig, id, "pitch", 127.99, None, 3000);
    set(&mut rig, id, "bend", 96.0, Some(Motion::Jump), 3500);
    let out = rig.play(4000);
    let frequency = &out[FREQUENCY];
    // The pitch is there at once, to the frame; the bend takes 5 ms.
    assert!((f64::from(frequency[99]) - hertz(60.0)).abs() < 1e-4);
    assert!(frequency[100..1000].iter().all(|x| *x == 440.0));
    assert!((441.0..879.0).contains(&frequency[1120]), "{}", frequency[1120]);
    assert!(frequency[1240..2000].iter().all(|x| *x == 880.0));
    for (frame, pitch) in [(2000, -27.0), (3000, 31.99), (3500, 223.99)] {
        let error = f64::from(frequency[frame]) / hertz(pitch) - 1.0;
        assert!(error.abs() < 2e-6, "{pitch}: {error}");
        assert!((f64::from(out[PITCH][frame]) - pitch).abs() < 2e-5);
    }
}

#[test]
fn the_gate_is_on_from_frame_to_frame_and_triggers_once() {
    let (mut rig, id) = note();
    // On and off inside a span, across spans, on the grid, for one frame, and twice the same.
    let switches = [
        (10, 1.0),
        (20, 0.0),
        (50, 1.0),
        (128, 0.0),
        (192, 1.0),
        (193, 0.0),
        (300, 1.0),
        (310, 1.0),
        (383, 0.0),
    ];
    for (frame, value) in switches {
        set(&mut rig, id, "gate", value, None, frame);
    }
    let out = rig.play(500);
    let open: Vec<usize> = (10..20).chain(50..128).chain(192..193).chain(300..383).collect();
    assert_eq!(marks(&out[GATE]), open);
    assert_eq!(marks(&out[TRIGGER]), [10, 50, 192, 300]);
    assert!(out[GATE].iter().chain(&out[TRIGGER]).all(|x| *x == 0.0 || *x == 1.0));
}

#[test]
fn a_note_that_is_held_through_a_reset_begins_again() {
    let (mut rig, id) = note();
    set(&mut rig, id, "gate", 1.0, None, 0);
    assert_eq!(marks(&rig.play(256)[TRIGGER]), [0]);
    rig.reset(id);
    let out = rig.play(256);
    assert_eq!(marks(&out[TRIGGER]), [0]);
    assert_eq!(marks(&out[GATE]).len(), 256);
}

#[test]
fn velocity_steps_and_pressure_glides() {
    let (mut rig, id) = note();
    set(&mut rig, id, "velocity", 0.25, None, 70);
    set(&mut rig, id, "pressure", 0.5, None, 70);
    let out = rig.play(500);
    assert!(out[VELOCITY][..70].iter().all(|x| *x == 0.8) && out[VELOCITY][70..].iter().all(|x| *x == 0.25));
    let pressure = &out[PRESSURE];
    assert!(pressure[..70].iter().all(|x| *x == 0.0) && pressure[70 + 240..].iter().all(|x| *x == 0.5));
    assert!(pressure[70..311].windows(2).all(|pair| pair[0] <= pair[1]));
    assert!((0.1..0.4).contains(&pressure[190]), "{}", pressure[190]);
}

#[test]
fn alone_an_inlet_is_silent_and_an_outlet_hands_on() {
    let around = |name: &str| {
        let node = support::node(find(name).unwrap(), &Layout::of(3));
        Rig::around(node, 48_000.0, |_, channels| Feed::steady(noise, channels), false).0
    };
    assert!(around("inlet").play(500).iter().flatten().all(|x| *x == 0.0));
    let plain: Vec<Vec<f32>> =
        (0..3).map(|channel| (0..500).map(|frame| noise(frame, channel)).collect()).collect();
    assert_eq!(first_difference(&around("outlet").play(500), &plain), None);
}

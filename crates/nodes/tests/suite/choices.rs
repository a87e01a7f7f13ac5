//! A choice that is made while the node sounds takes effect without a step, at its frame, however often it is made.

use crate::support;

use sostenuto_graph::{Approach, Motion, NodeId};
use sostenuto_nodes::{Kind, Layout, ParamInfo, catalogue, find};
use support::{Feed, Rig, Signal, first_difference, node, noise};

const RATE: f64 = 48_000.0;
/// Frames of a fade: 5 ms.
const FADE: usize = 240;
/// When the choice is made.
const AT: u64 = 1003;
const FRAMES: usize = 2500;

/// What changes at once, because that is what it is for: the start of a cycle, a click, a sample, a note.
const AT_ONCE: &[(&str, &str)] = &[
    ("impulse", "trigger"),
    ("lfo", "trigger"),
    ("sample_hold", "trigger"),
    ("note", "pitch"),
    ("note", "gate"),
    ("note", "velocity"),
];

/// More second difference than this beyond that of the steady signals is a step. A fade between signals that are 2 apart has
/// 2 · 10/√3 / 240² = 2.0e-4; a gain that falls by 30 dB, 1.1e-3.
const STEP: f64 = 0.002;

/// 200 Hz.
fn tone(frame: u64, channel: usize) -> f32 {
    0.8 * (frame as f32 * 0.026_18 + channel as f32).sin()
}

/// The same, later and softer.
fn soft(frame: u64, channel: usize) -> f32 {
    0.1 * tone(frame + 40, channel)
}

fn level(_: u64, _: usize) -> f32 {
    0.9
}

fn soft_level(_: u64, _: usize) -> f32 {
    0.03
}

/// 0 up to the change, then 1 and 0 in turn, at every frame.
fn flicker(frame: u64, _: usize) -> f32 {
    f32::from(frame >= AT && (frame - AT).is_multiple_of(2))
}

/// The same, 1 ms each.
fn flutter(frame: u64, _: usize) -> f32 {
    f32::from(frame >= AT && ((frame - AT) / 48).is_multiple_of(2))
}

/// What a kind is fed with, and what it is set to, so that its choices are heard.
fn setting(kind: &str) -> ([Signal; 2], &'static [(&'static str, f32)]) {
    match kind {
        // Levels, for with neither attack nor release the gain follows every wave.
        "compressor" => ([level, soft_level], &[("attack", 0.0), ("release", 0.0)]),
        // In the middle of the cycle.
        "lfo" => ([soft, soft], &[("rate", 3.0), ("phase", 40.0)]),
        // In the middle of the attack; no gate steps, but where it opens the level begins to rise as fast as the attack says.
        "adsr" => ([soft, soft], &[("attack", 30.0), ("gate", 1.0)]),
        // The inputs trigger nothing.
        "impulse" => ([soft, soft], &[]),
        _ => ([tone, soft], &[]),
    }
}

fn rig(kind: &Kind) -> (Rig, NodeId) {
    let (signals, params) = setting(kind.name);
    let feed = |port: usize, channels| Feed::steady(signals[port % 2], channels);
    let (mut rig, id) = Rig::around(node(kind, &Layout::of(2)), RATE, feed, false);
    for (name, value) in params {
        let param = usize::from(rig.graph.shape(id).unwrap().param(name).unwrap());
        rig.set(id, param, *value, Some(Motion::Jump), 0);
    }
    (rig, id)
}

/// How a choice goes from one value to another.
#[derive(Clone, Copy, Debug)]
enum Way {
    Never,
    Once,
    /// Turned back 2 ms later, and again.
    Turned,
    /// By a cable.
    Driven(Signal),
}

fn play(kind: &Kind, param: usize, (from, to): (f32, f32), way: Way, size: usize) -> Vec<Vec<f32>> {
    let (mut rig, id) = rig(kind);
    rig.set(id, param, from, Some(Motion::Jump), 0);
    match way {
        Way::Never => {}
        Way::Once => rig.set(id, param, to, None, AT),
        Way::Turned => {
            for (turn, value) in [to, from, to].into_iter().enumerate() {
                rig.set(id, param, value, None, AT + 96 * turn as u64);
            }
        }
        Way::Driven(signal) => rig.edit(|edit| {
            let source = edit.add("drive", Box::new(Feed::steady(signal, 1))).unwrap();
            edit.connect(source.output(0), id.param(param as u16), to - from).unwrap();
        }),
    }
    rig.render(FRAMES, &mut || size, |render| render())
}

/// The largest second difference, from the 500th frame on.
fn bend(channels: &[Vec<f32>]) -> f64 {
    let of = |w: &[f32]| (f64::from(w[0]) - 2.0 * f64::from(w[1]) + f64::from(w[2])).abs();
    channels.iter().flat_map(|c| c[500..].windows(3)).map(of).fold(0.0, f64::max)
}

/// By how much a change bends the signal more than it is bent before and after.
fn step(kind: &Kind, param: usize, (from, to): (f32, f32), way: Way) -> f64 {
    let steady = |value| bend(&play(kind, param, (value, value), Way::Never, 64));
    bend(&play(kind, param, (from, to), way, 64)) - steady(from).max(steady(to))
}

/// The values that a parameter is set to in turn.
fn values(info: &ParamInfo) -> Vec<f32> {
    match info.choices.len() {
        0 => vec![info.min, info.default, info.max],
        choices => (0..choices).map(|choice| choice as f32).collect(),
    }
}

/// Every change of every parameter that does not glide by itself.
fn each_change(mut each: impl FnMut(&Kind, usize, &str, (f32, f32))) {
    // What a stream plays here is noise, all steps.
    for kind in catalogue().filter(|kind| kind.name != "stream") {
        for (param, info) in kind.params.iter().enumerate().filter(|(_, p)| p.approach == Approach::Step) {
            for from in values(info) {
                for to in values(info).into_iter().filter(|to| *to != from) {
                    each(kind, param, info.name, (from, to));
                }
            }
        }
    }
}

#[test]
fn choices_make_no_step() {
    let mut changes = 0;
    each_change(|kind, param, name, change| {
        if AT_ONCE.contains(&(kind.name, name)) {
            return;
        }
        for way in [Way::Once, Way::Turned, Way::Driven(flicker), Way::Driven(flutter)] {
            let step = step(kind, param, change, way);
            assert!(step < STEP, "{}.{name} {change:?} {way:?}: {step}", kind.name);
        }
        changes += 1;
    });
    // A shape of 7 from another, and what else there is.
    assert!(changes > 42, "{changes}");
}

#[test]
fn what_changes_at_once_is_found() {
    for (kind, name) in AT_ONCE {
        let kind = find(kind).unwrap();
        let param = kind.params.iter().position(|p| p.name == *name).expect(name);
        let (low, high) = (kind.params[param].min, kind.params[param].max);
        let step = step(kind, param, (low, high), Way::Once);
        assert!(step > STEP, "{}.{name}: {step}", kind.name);
    }
}

#[test]
fn choices_are_the_same_for_any_callback_size() {
    each_change(|kind, param, name, change| {
        for way in [Way::Once, Way::Turned, Way::Driven(flicker), Way::Driven(flutter)] {
            let by_64 = play(kind, param, change, way, 64);
            for size in [1, 37, 480] {
                let other = play(kind, param, change, way, size);
                assert_eq!(first_difference(&by_64, &other), None, "{}.{name} {change:?} {way:?}", kind.name);
            }
        }
    });
}

/// The path of least jerk from 0 to 1.
fn fade(frames: usize) -> f64 {
    let u = (frames as f64 / FADE as f64).min(1.0);
    u * u * u * (10.0 + u * (6.0 * u - 15.0))
}

#[test]
fn a_choice_sets_out_at_its_frame_and_arrives_after_5_ms() {
    let kind = find("crossfade").unwrap();
    let param = 1;
    let before = play(kind, param, (0.0, 0.0), Way::Never, 64);
    let after = play(kind, param, (1.0, 1.0), Way::Never, 64);
    let heard = play(kind, param, (0.0, 1.0), Way::Once, 64);
    let at = AT as usize;
    for channel in 0..2 {
        assert_eq!(heard[channel][..=at], before[channel][..=at]);
        assert_eq!(heard[channel][at + FADE..], after[channel][at + FADE..]);
        for frame in at..at + FADE {
            let gain = fade(frame - at);
            let [a, b] = [&before, &after].map(|x| f64::from(x[channel][frame]));
            let error = f64::from(heard[channel][frame]) - (a + (b - a) * gain);
            assert!(error.abs() < 1e-6, "{error} at {frame}");
        }
    }
    assert_ne!(before[0][at + FADE..], after[0][at + FADE..]);
}

#[test]
fn a_choice_that_is_made_in_silence_is_not_missed() {
    for (kind, name) in [("crossfade", "law"), ("compressor", "listen")] {
        let kind = find(kind).unwrap();
        let param = kind.params.iter().position(|p| p.name == name).unwrap();
        // The sound comes back during the fade, and just after it.
        for at in [1850, 1990, 1999, 2000, 2001] {
            let render = |flagged| {
                let pause = (700, 2000);
                let feed = |_, channels| Feed { signal: noise, channels, pause, flagged };
                let (mut rig, id) = Rig::around(node(kind, &Layout::of(2)), RATE, feed, false);
                rig.set(id, param, 1.0, None, at);
                rig.play(3000)
            };
            assert_eq!(first_difference(&render(true), &render(false)), None, "{} {at}", kind.name);
        }
    }
}

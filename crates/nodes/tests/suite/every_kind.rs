//! Every kind of the catalogue, in several layouts, under everything that can be done to a node while it sounds: always finite, the
//! same bits for any callback size, nothing allocated or freed.

use crate::support;

use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{Motion, NoteEvent};
use sostenuto_nodes::{DelayLine, Kind, Layout, catalogue};
use sostenuto_trap::forbidden;
use support::{Feed, Rig, Signal, first_difference, impulses, layouts, node, noise, silence, sine};

/// Frames before and after the reset.
const FRAMES: [usize; 2] = [1500, 900];

/// Frames in which a node that is removed fades out: 5 ms.
const FADE: usize = 240;

/// Callback sizes, one after the other.
type Cuts = Box<dyn FnMut() -> usize>;

fn random_cuts() -> Cuts {
    let mut state = 0x1234_5678_u64;
    Box::new(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        1 + (state >> 33) as usize % 200
    })
}

fn steady_cuts(frames: usize) -> Cuts {
    Box::new(move || frames)
}

/// Sets and ramps over the whole range of every parameter, at frames that are no multiple of anything.
fn sweep(rig: &mut Rig, id: sostenuto_graph::NodeId) {
    let params = rig.graph.shape(id).unwrap().params.clone();
    for (number, info) in params.iter().enumerate() {
        let at = |frame: u64| frame + 37 * number as u64 % 211;
        rig.set(id, number, info.max, None, at(41));
        rig.set(id, number, info.min, Some(Motion::Linear(333)), at(307));
        rig.set(id, number, info.default, Some(Motion::Jump), at(859));
        rig.set(id, number, info.max, Some(Motion::Exponential(150)), at(977));
        rig.set(id, number, info.min, Some(Motion::Jump), at(1223));
        rig.set(id, number, info.default, None, at(1601));
    }
}

/// Notes that begin and are let go at frames that are no multiple of anything.
fn play(rig: &mut Rig, id: sostenuto_graph::NodeId, first: f32) {
    for number in 0..40u64 {
        let (name, pitch) = (NoteId(number + 1), first + (number % 3) as f32);
        let note = Note { id: name, pitch, velocity: 0.9 - 0.02 * number as f32 };
        rig.note(id, NoteEvent::On(note), 5 + 47 * number);
        rig.note(id, NoteEvent::Off(name), 300 + 53 * number);
    }
}

/// One life of a node: swept and fed, reset, removed.
fn life(
    kind: &Kind,
    layout: &Layout,
    signals: &'static [Signal],
    driven: bool,
    mut cuts: Cuts,
) -> Vec<Vec<f32>> {
    let feed = |port: usize, channels: u16| Feed::steady(signals[port % signals.len()], channels);
    let (mut rig, id) = Rig::around(node(kind, layout), 48_000.0, feed, driven);
    sweep(&mut rig, id);
    if kind.notes {
        play(&mut rig, id, layout.settings.get("first_note").copied().unwrap_or(36.0) as f32);
    }
    let guard = |render: &mut dyn FnMut()| forbidden(render);
    let mut out = rig.render(FRAMES[0], &mut *cuts, guard);
    rig.reset(id);
    let after = rig.render(FRAMES[1], &mut *cuts, guard);
    rig.edit(|edit| edit.remove(id).unwrap());
    let gone = rig.render(FADE + 100, &mut *cuts, guard);
    let late = gone.iter().flat_map(|channel| &channel[FADE..]);
    assert!(late.into_iter().all(|x| *x == 0.0), "{}: heard after it was removed", kind.name);
    out.iter_mut().zip(&after).for_each(|(out, after)| out.extend(after));
    out
}

fn check(kind: &Kind, layout: &Layout, signals: &'static [Signal], driven: bool) {
    let reference = life(kind, layout, signals, driven, steady_cuts(64));
    let heard = reference.iter().flatten().any(|x| *x != 0.0);
    assert!(
        heard || !kind.notes || layout.settings.get("voices") == Some(&1.0),
        "{}: no note is heard",
        kind.name
    );
    assert!(reference.iter().flatten().all(|x| x.is_finite()), "{}: not finite", kind.name);
    for (name, cuts) in
        [("1", steady_cuts(1)), ("17", steady_cuts(17)), ("480", steady_cuts(480)), ("random", random_cuts())]
    {
        let other = life(kind, layout, signals, driven, cuts);
        let difference = first_difference(&reference, &other);
        assert_eq!(
            difference, None,
            "{} in {layout:?}, driven: {driven}: callbacks of {name} frames differ from 64 (channel, frame, 64, {name})",
            kind.name
        );
    }
}

const LOUD: &[Signal] = &[noise, sine];
const SPARSE: &[Signal] = &[impulses, noise];
const QUIET: &[Signal] = &[silence];

#[test]
fn every_kind_is_finite_and_the_same_for_any_callback_size_and_allocates_nothing() {
    for kind in catalogue() {
        for layout in layouts(kind) {
            check(kind, &layout, LOUD, false);
        }
        let layout = Layout::of(2);
        check(kind, &layout, LOUD, true);
        for signals in [SPARSE, QUIET] {
            check(kind, &layout, signals, false);
            check(kind, &layout, signals, true);
        }
    }
}

/// A node in a feedback loop through a delay of 24 frames, fed with noise that pauses: rendered in pieces shorter than a span.
fn in_a_loop(kind: &Kind, mut cuts: Cuts) -> Vec<Vec<f32>> {
    let feed = |port: usize, channels| Feed { pause: (700, 4000), ..Feed::steady(LOUD[port % 2], channels) };
    let (mut rig, id) = Rig::around(node(kind, &Layout::of(2)), 48_000.0, feed, false);
    rig.edit(|edit| {
        let delay = edit.add("delay", Box::new(DelayLine::new(2, 100.0))).unwrap();
        edit.set(delay, 0, 0.5, Some(Motion::Jump)).unwrap();
        edit.connect(id.output(0), delay.input(0), 0.1).unwrap();
        edit.connect(delay.output(0), id.input(0), 1.0).unwrap();
    });
    rig.render(5000, &mut *cuts, |render| forbidden(render))
}

#[test]
fn every_kind_with_an_input_works_inside_a_loop() {
    for kind in catalogue().filter(|kind| !kind.inputs.is_empty() || kind.bank.is_some()) {
        let reference = in_a_loop(kind, steady_cuts(64));
        assert!(reference.iter().flatten().all(|x| x.is_finite()), "{}: not finite", kind.name);
        for cuts in [steady_cuts(1), steady_cuts(480), random_cuts()] {
            let difference = first_difference(&reference, &in_a_loop(kind, cuts));
            assert_eq!(difference, None, "{} (channel, frame, 64, other)", kind.name);
        }
    }
}

/// A life before and a life after, in one signal.
fn two_lives(frame: u64, channel: usize) -> f32 {
    if frame < TURN {
        noise(frame, channel)
    } else {
        sine(frame - TURN, channel) + impulses(frame - TURN, channel)
    }
}

fn one_life(frame: u64, channel: usize) -> f32 {
    two_lives(frame + TURN, channel)
}

/// Where the first life ends: on the grid, so that the grid falls alike in both.
const TURN: u64 = 64 * 30;

#[test]
fn a_node_that_was_reset_is_as_new() {
    for kind in catalogue() {
        let render = |signal: Signal, frames: usize| {
            let feed = |_, channels| Feed::steady(signal, channels);
            let (mut rig, id) = Rig::around(node(kind, &Layout::of(2)), 48_000.0, feed, false);
            let before = if frames > 0 { rig.play(frames) } else { Vec::new() };
            if frames > 0 {
                rig.reset(id);
            }
            (before, rig.play(1000))
        };
        let (_, used) = render(two_lives, TURN as usize);
        let (_, new) = render(one_life, 0);
        assert_eq!(first_difference(&new, &used), None, "{} (channel, frame, new, reset)", kind.name);
    }
}

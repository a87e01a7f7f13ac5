//! Rest: a node whose input has been silent for long is left alone, and that gives the same samples as not leaving it alone.

use crate::support;

use sostenuto_graph::{Activity, Delaying, Io, Processor, Shape, Stream};
use sostenuto_nodes::{Kind, Layout, catalogue};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use support::{Feed, Rig, Signal, first_difference, impulses, node, noise};

/// A low rate makes a minute short.
const RATE: f64 = 8000.0;
/// Where the sound stops and where it comes back: neither on the grid, and a minute apart, in which the longest tail (the
/// reverberation, which dies away after 400 dB) and the slowest needle (20 dB a second) come to their ends.
const PAUSE: (u64, u64) = (1999, 1999 + 60 * 8000);
/// After the sound has come back.
const AFTER: usize = 3000;

/// A node whose calls are counted.
struct Counted {
    node: Box<dyn Processor>,
    calls: Arc<AtomicU64>,
}

impl Processor for Counted {
    fn shape(&self) -> Shape {
        self.node.shape()
    }
    fn prepare(&mut self, stream: &Stream) {
        self.node.prepare(stream);
    }
    fn process(&mut self, io: Io<'_>) -> Activity {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.node.process(io)
    }
    fn reset(&mut self) {
        self.node.reset();
    }
    fn delaying(&mut self) -> Option<&mut dyn Delaying> {
        self.node.delaying()
    }
    fn delays(&self) -> bool {
        self.node.delays()
    }
}

/// Renders sound, a long pause, and sound again; the samples, and the calls in the last second of the pause.
fn render(kind: &Kind, signals: [Signal; 2], flagged: bool, size: usize) -> (Vec<Vec<f32>>, u64) {
    render_with(kind, signals, flagged, size, false)
}

/// As [`render`]; with `turned`, every parameter moves while all is silent.
fn render_with(
    kind: &Kind,
    signals: [Signal; 2],
    flagged: bool,
    size: usize,
    turned: bool,
) -> (Vec<Vec<f32>>, u64) {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Counted { node: node(kind, &Layout::of(2)), calls: calls.clone() };
    let feed = |port: usize, channels| Feed { signal: signals[port % 2], channels, pause: PAUSE, flagged };
    let (mut rig, id) = Rig::around(Box::new(counted), RATE, feed, false);
    if !flagged && rig.graph.shape(id).unwrap().inputs.is_empty() && !kind.params.is_empty() {
        // Nothing to feed: a drive that moves by nothing keeps it from rest.
        rig.edit(|edit| {
            let still = Feed { signal: support::silence, channels: 1, pause: (0, 0), flagged: false };
            let still = edit.add("still", Box::new(still)).unwrap();
            edit.connect(still.output(0), id.param(0), 1.0).unwrap();
        });
    }
    let shape = rig.graph.shape(id).unwrap().clone();
    for (number, info) in shape.params.iter().enumerate().filter(|_| turned) {
        let at = PAUSE.0 + 50 * RATE as u64 + 77 * number as u64;
        rig.set(id, number, info.max, None, at);
        rig.set(id, number, 0.4 * info.min + 0.6 * info.max, None, at + 20_000);
    }
    let last_second = PAUSE.1 as usize - RATE as usize;
    let mut out = rig.render(last_second, &mut || size, |render| render());
    let before = calls.load(Ordering::Relaxed);
    let second = rig.render(RATE as usize - 64, &mut || size, |render| render());
    let in_the_last_second = calls.load(Ordering::Relaxed) - before;
    let rest = rig.render(64 + AFTER, &mut || size, |render| render());
    for more in [second, rest] {
        out.iter_mut().zip(&more).for_each(|(out, more)| out.extend(more));
    }
    (out, in_the_last_second)
}

/// Sources go on for ever; so does what holds a level that it took from one. A `sample_hold` that happens to hold nothing rests; it
/// has a test of its own.
const NEVER: &[&str] = &[
    "sine",
    "saw",
    "square",
    "triangle",
    "white_noise",
    "pink_noise",
    "player",
    "stretch",
    "metronome",
    "feed",
    "lfo",
    "constant",
    "sample_hold",
    "note",
];

#[test]
fn every_kind_with_an_input_comes_to_rest_and_resting_changes_no_sample() {
    // With no part around it there is nothing to come in, while musical time stands there is no beat, a sampler has nothing to play, and no
    // program writes.
    let silent = ["inlet", "metronome", "sampler", "feed"];
    for kind in catalogue().filter(|kind| !silent.contains(&kind.name)) {
        let (resting, calls) = render(kind, [noise, impulses], true, 64);
        let (driven, always) = render(kind, [noise, impulses], false, 64);
        assert!(always > 100, "{}: the other rendering must not rest", kind.name);
        assert_eq!(first_difference(&resting, &driven), None, "{} (channel, frame, resting, not)", kind.name);
        assert_eq!(calls > 0, NEVER.contains(&kind.name), "{}: {calls} calls in silence", kind.name);
        let heard = |range: std::ops::Range<usize>| {
            resting.iter().any(|c| c[range.clone()].iter().any(|x| *x != 0.0))
        };
        if calls == 0 {
            assert!(!heard(PAUSE.1 as usize - 8000..PAUSE.1 as usize), "{} rests but is heard", kind.name);
        }
        assert!(heard(PAUSE.1 as usize..resting[0].len()), "{} is not heard afterwards", kind.name);
    }
}

#[test]
fn parameters_that_move_in_silence_are_not_missed() {
    for kind in catalogue() {
        let (resting, _) = render_with(kind, [noise, impulses], true, 64, true);
        let (driven, _) = render_with(kind, [noise, impulses], false, 64, true);
        assert_eq!(first_difference(&resting, &driven), None, "{} (channel, frame, resting, not)", kind.name);
    }
}

#[test]
fn a_gate_that_was_open_when_silence_came_is_noticed() {
    // On the grid: the frames around the silence that is left out are frames with the gate open.
    let pause = (1984, 1984 + 2048);
    let late: Signal = |frame, channel| if frame < 3000 { 0.0 } else { noise(frame, channel) };
    let open: Signal = |_, _| 1.0;
    for kind in catalogue().filter(|kind| !kind.inputs.is_empty()) {
        for signals in [[open, open], [late, open]] {
            let short = |flagged| {
                let feed =
                    |port: usize, channels| Feed { signal: signals[port % 2], channels, pause, flagged };
                Rig::around(node(kind, &Layout::of(2)), RATE, feed, false).0.play(6000)
            };
            assert_eq!(first_difference(&short(true), &short(false)), None, "{}", kind.name);
        }
    }
}

#[test]
fn a_machine_falls_asleep_on_the_grid_whatever_the_callbacks() {
    // The lines of a chorus hold 1024 frames at this rate. Sound that comes back around the frame in which they are empty finds it
    // asleep or awake, but always the same.
    let kind = sostenuto_nodes::find("chorus").unwrap();
    for gap in (1000..1120).step_by(9) {
        let render = |size: usize| {
            let feed =
                |_, channels| Feed { signal: noise, channels, pause: (1003, 1003 + gap), flagged: true };
            let (mut rig, _) = Rig::around(node(kind, &Layout::of(2)), RATE, feed, false);
            rig.render(4000, &mut || size, |render| render())
        };
        assert_eq!(first_difference(&render(64), &render(1)), None, "{gap}");
    }
}

/// Begins on the grid, after the pause.
const ANEW: u64 = 64 * 8000;

fn sound_anew(frame: u64, channel: usize) -> f32 {
    if frame < ANEW { noise(frame, channel) } else { support::sine(frame - ANEW, channel) }
}

#[test]
fn what_has_come_to_rest_is_as_new() {
    // The one follows from zero, not from the first level; the others are heard at the start only.
    let exceptions = ["slew", "impulse", "stream"];
    for kind in catalogue().filter(|kind| !NEVER.contains(&kind.name) && !exceptions.contains(&kind.name)) {
        let render = |signal: Signal, pause| {
            let feed = |_, channels| Feed { signal, channels, pause, flagged: true };
            Rig::around(node(kind, &Layout::of(2)), RATE, feed, false).0
        };
        let mut used = render(sound_anew, (1999, ANEW));
        used.play(ANEW as usize);
        let mut new = render(support::sine, (0, 0));
        assert_eq!(first_difference(&new.play(3000), &used.play(3000)), None, "{}", kind.name);
    }
}

#[test]
fn silence_that_is_said_to_be_silence_is_the_same_as_zeros() {
    for kind in catalogue().filter(|kind| kind.inputs.len() > 1 || kind.bank.is_some()) {
        for quiet in 0..2 {
            let render = |flagged: bool| {
                let pause = |port| if port == quiet { (700, 2300) } else { (0, 0) };
                let signal: [Signal; 2] = [support::sine, noise];
                let feed = |port: usize, channels| Feed {
                    signal: signal[port % 2],
                    channels,
                    pause: pause(port),
                    flagged,
                };
                Rig::around(node(kind, &Layout::of(2)), RATE, feed, false).0.play(3000)
            };
            assert_eq!(first_difference(&render(true), &render(false)), None, "{} port {quiet}", kind.name);
        }
    }
}

#[test]
fn rest_does_not_depend_on_the_callback_size() {
    for kind in catalogue().filter(|kind| !NEVER.contains(&kind.name)) {
        let (by_64, _) = render(kind, [noise, impulses], true, 64);
        let (by_100, calls) = render(kind, [noise, impulses], true, 100);
        assert_eq!(first_difference(&by_64, &by_100), None, "{} (channel, frame, 64, 100)", kind.name);
        assert_eq!(calls, 0, "{}", kind.name);
    }
}

fn nothing_but_triggers(frame: u64, channel: usize) -> f32 {
    impulses(frame, channel)
}

#[test]
fn what_holds_nothing_rests() {
    let kind = sostenuto_nodes::find("sample_hold").unwrap();
    let (_, calls) = render(kind, [support::silence, nothing_but_triggers], true, 64);
    assert_eq!(calls, 0);
}

#[test]
fn a_constant_of_zero_rests() {
    let kind = sostenuto_nodes::find("constant").unwrap();
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Counted { node: node(kind, &Layout::default()), calls: calls.clone() };
    let (mut rig, id) =
        Rig::around(Box::new(counted), RATE, |_, channels| Feed::steady(noise, channels), false);
    rig.set(id, 0, 0.0, None, 100);
    rig.play(1000);
    let so_far = calls.load(Ordering::Relaxed);
    let silent = rig.play(1000);
    assert_eq!(calls.load(Ordering::Relaxed), so_far);
    assert!(silent[0].iter().all(|x| *x == 0.0));
    rig.set(id, 0, 0.5, None, 2500);
    assert_eq!(rig.play(1000)[0].last(), Some(&0.5));
}

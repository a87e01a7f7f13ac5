//! Feedback, down to one frame, is the recurrence that it stands for; and a part is what lies inside it.

use crate::support;

use sostenuto_graph::{
    AudioGraph, Command, Edit, Executor, Limits, Motion, NodeId, Port, ROOT, Sink, Source,
};
use support::Dice;
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::STREAM;

fn add(edit: &mut Edit<'_>, part: NodeId, kind: Kind) -> NodeId {
    edit.add_in(part, "node", TestNode::boxed(kind)).unwrap()
}

fn jump(edit: &mut Edit<'_>, node: NodeId, value: f32) {
    edit.set(node, 0, value, Some(Motion::Jump)).unwrap();
}

fn play(frames: usize, size: usize, build: impl FnOnce(&mut Edit<'_>)) -> Vec<f32> {
    let (mut executor, mut remote) = Executor::new(STREAM, Limits::default(), None);
    let mut graph = AudioGraph::new(STREAM, 1);
    let mut edit = graph.edit();
    build(&mut edit);
    remote.commands.send(Command::Apply(edit.commit().unwrap())).unwrap();
    let mut out = vec![0.0; frames];
    out.chunks_mut(size).for_each(|chunk| executor.render(&mut [chunk]));
    out
}

const TO_OUTPUT: Sink = Sink::PartOutput(ROOT, 0);

#[test]
fn a_loop_of_one_frame_is_a_recurrence() {
    let (feedback, frames) = (0.9, 500);
    for size in [1, 13, 64, 500] {
        let out = play(frames, size, |edit| {
            let [source, sum, delay] =
                [Kind::Impulse(100), Kind::Gain, Kind::Delay].map(|kind| add(edit, ROOT, kind));
            jump(edit, delay, 1.0);
            edit.connect(source.output(0), sum.input(0), 1.0).unwrap();
            edit.connect(sum.output(0), delay.input(0), 1.0).unwrap();
            edit.connect(delay.output(0), sum.input(0), feedback).unwrap();
            edit.connect(sum.output(0), TO_OUTPUT, 1.0).unwrap();
        });
        let mut y = 0.0f32;
        for (n, out) in out.iter().enumerate() {
            y = (if n % 100 == 0 { 1.0 } else { 0.0 }) + y * feedback;
            assert_eq!(out.to_bits(), y.to_bits(), "frame {n}, callbacks of {size}");
        }
    }
}

#[test]
fn a_string_of_a_delay_and_a_filter_is_exact() {
    // Karplus and Strong (Computer Music J. 7(2), 1983), with a one-pole filter: 24 frames at 48 kHz are 2 kHz.
    let (period, damping, frames) = (24usize, 0.7f32, 3_000);
    for size in [1, 64, 333] {
        let out = play(frames, size, |edit| {
            let [pluck, filter, string] =
                [Kind::Impulse(2_000), Kind::OnePole, Kind::Delay].map(|kind| add(edit, ROOT, kind));
            jump(edit, string, period as f32);
            jump(edit, filter, damping);
            edit.connect(pluck.output(0), string.input(0), 1.0).unwrap();
            edit.connect(string.output(0), filter.input(0), 1.0).unwrap();
            edit.connect(filter.output(0), string.input(0), -0.99).unwrap();
            edit.connect(filter.output(0), TO_OUTPUT, 1.0).unwrap();
        });
        let (mut line, mut y) = (vec![0.0f32; frames], 0.0f32);
        let _flush = sostenuto_rt::FlushDenormals::new();
        for n in 0..frames {
            let delayed = if n < period { 0.0 } else { line[n - period] };
            y += damping * (delayed - y);
            line[n] = 0.0 + (if n % 2_000 == 0 { 1.0 } else { 0.0 }) + y * -0.99;
            assert_eq!(out[n], y, "frame {n}, callbacks of {size}");
        }
        assert!(out[2_500..].iter().any(|s| s.abs() > 1e-3), "the string should still sound");
    }
}

#[test]
fn what_a_loop_leaves_behind_is_heard_whole() {
    // In pieces of three frames: a fading node in the loop is silent in some and not in others, and a level is constant in each.
    for kind in [Kind::Fading, Kind::Gain, Kind::Turn(1)] {
        let pieces = |size| {
            play(300, size, |edit| {
                let [pluck, node, delay, after] =
                    [Kind::Impulse(70), kind, Kind::Delay, Kind::Gain].map(|kind| add(edit, ROOT, kind));
                jump(edit, delay, 3.0);
                edit.connect(pluck.output(0), node.input(0), 1.0).unwrap();
                edit.connect(node.output(0), delay.input(0), 0.5).unwrap();
                edit.connect(delay.output(0), node.input(0), 0.25).unwrap();
                edit.connect(node.output(0), after.input(0), 1.0).unwrap();
                edit.connect(after.output(0), TO_OUTPUT, 1.0).unwrap();
            })
        };
        assert_eq!(pieces(300), pieces(1));
        assert!(pieces(300)[75] != 0.0 || kind == Kind::Turn(1) || pieces(300)[73] != 0.0);
    }
}

/// The same chain with each node in parts as deep as `depth`, or with none.
fn chain(seed: u64, depth: usize, size: usize) -> Vec<f32> {
    play(1_000, size, |edit| {
        let mut dice = Dice(seed);
        let source = add(edit, ROOT, Kind::Noise(seed));
        let mut last = source;
        for _ in 0..1 + dice.below(6) {
            let kind = dice
                .pick(&[Kind::Gain, Kind::OnePole, Kind::Delay, Kind::Fading, Kind::Late(7), Kind::Turn(1)])
                .unwrap();
            let value = dice.between(0.1, 0.9);
            // Parts around the node, each leading its one input and output through.
            let (mut place, mut outermost) = (ROOT, None);
            for _ in 0..depth {
                let port = || vec![Port { name: "p".into(), channels: 1 }];
                let part = edit.add_part(place, "part", port(), port()).unwrap();
                if place != ROOT {
                    edit.connect(Source::PartInput(place, 0), part.input(0), 1.0).unwrap();
                    edit.connect(part.output(0), Sink::PartOutput(place, 0), 1.0).unwrap();
                }
                outermost = outermost.or(Some(part));
                place = part;
            }
            let node = add(edit, place, kind);
            if matches!(kind, Kind::Gain | Kind::OnePole) {
                edit.set(node, 0, value, Some(Motion::Linear(700))).unwrap();
            }
            if place != ROOT {
                edit.connect(Source::PartInput(place, 0), node.input(0), 1.0).unwrap();
                edit.connect(node.output(0), Sink::PartOutput(place, 0), 1.0).unwrap();
            }
            let outer = outermost.unwrap_or(node);
            edit.connect(last.output(0), outer.input(0), 1.0).unwrap();
            last = outer;
        }
        edit.connect(last.output(0), TO_OUTPUT, 0.5).unwrap();
    })
}

#[test]
fn nested_parts_are_what_lies_inside_them() {
    for seed in 0..40 {
        let flat = chain(seed, 0, 1_000);
        for (depth, size) in [(1, 64), (2, 77), (3, 1_000), (32, 333)] {
            assert_eq!(chain(seed, depth, size), flat, "seed {seed}, {depth} deep");
        }
        assert!(flat.iter().any(|s| *s != 0.0));
    }
}

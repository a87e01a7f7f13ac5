//! Parallel paths meet in time, whatever their latencies; and a change of one does not click.

use crate::support;

use sostenuto_graph::{AudioGraph, Command, Edit, Event, Executor, Limits, NodeId, Port, ROOT, Sink, Source};
use sostenuto_trap::forbidden;
use support::Dice;
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::STREAM;

const OUT: Sink = Sink::PartOutput(ROOT, 0);

struct Rig {
    graph: AudioGraph,
    executor: Executor,
    remote: sostenuto_graph::Remote,
}

impl Rig {
    fn new() -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 1);
        graph.set_lanes_always();
        Rig { graph, executor, remote }
    }

    fn edit<R>(&mut self, build: impl FnOnce(&mut Edit<'_>) -> R) -> R {
        let mut edit = self.graph.edit();
        let made = build(&mut edit);
        let batch = edit.commit().unwrap();
        self.remote.commands.send(Command::Apply(batch)).unwrap();
        made
    }

    fn render(&mut self, frames: usize, size: usize) -> Vec<f32> {
        let mut out = vec![0.0; frames];
        for chunk in out.chunks_mut(size) {
            let executor = &mut self.executor;
            forbidden(|| executor.render(&mut [chunk]));
            while let Some(event) = self.remote.events.receive() {
                if let Event::Applied { ticket, frame, .. } = event {
                    self.graph.applied(ticket, frame);
                }
            }
            if let Some(batch) = self.graph.settle(self.executor.frame()) {
                self.remote.commands.send(Command::Apply(batch)).unwrap();
            }
        }
        out
    }
}

fn add(edit: &mut Edit<'_>, part: NodeId, kind: Kind) -> NodeId {
    edit.add_in(part, "node", TestNode::boxed(kind)).unwrap()
}

fn late(edit: &mut Edit<'_>, part: NodeId, frames: usize) -> NodeId {
    edit.add_in(part, "late", TestNode::late(frames)).unwrap()
}

/// Where a signal is not zero.
fn marks(out: &[f32]) -> Vec<(usize, f32)> {
    out.iter().enumerate().filter(|(_, x)| **x != 0.0).map(|(f, x)| (f, *x)).collect()
}

#[test]
fn paths_of_unlike_latency_meet() {
    for size in [1, 64, 1_000] {
        let mut rig = Rig::new();
        rig.edit(|edit| {
            let pulse = add(edit, ROOT, Kind::Impulse(1_000));
            let (short, long) = (late(edit, ROOT, 30), late(edit, ROOT, 100));
            let after = late(edit, ROOT, 7);
            for (from, to) in [(pulse, short), (pulse, long), (long, after)] {
                edit.connect(from.output(0), to.input(0), 1.0).unwrap();
            }
            edit.connect(pulse.output(0), OUT, 1.0).unwrap();
            edit.connect(short.output(0), OUT, 2.0).unwrap();
            edit.connect(after.output(0), OUT, 4.0).unwrap();
        });
        assert_eq!(marks(&rig.render(2_000, size)), [(107, 7.0), (1_107, 7.0)], "callbacks of {size}");
        assert_eq!(rig.graph.latency(), 107);
    }
}

#[test]
fn parts_are_late_by_what_is_inside() {
    let mut rig = Rig::new();
    let port = || vec![Port { name: "p".into(), channels: 1 }];
    let inner = rig.edit(|edit| {
        let pulse = add(edit, ROOT, Kind::Impulse(4_000));
        let part = edit.add_part(ROOT, "part", port(), port()).unwrap();
        let inner = late(edit, part, 20);
        edit.connect(Source::PartInput(part, 0), inner.input(0), 1.0).unwrap();
        edit.connect(inner.output(0), Sink::PartOutput(part, 0), 1.0).unwrap();
        edit.connect(Source::PartInput(part, 0), Sink::PartOutput(part, 0), 2.0).unwrap();
        edit.connect(pulse.output(0), part.input(0), 1.0).unwrap();
        edit.connect(part.output(0), OUT, 1.0).unwrap();
        edit.connect(pulse.output(0), OUT, 4.0).unwrap();
        inner
    });
    assert_eq!(marks(&rig.render(4_000, 64)), [(20, 7.0)]);
    // Bypassed it is not late, and nothing waits for it: once all has faded over, all is in time again.
    rig.edit(|edit| edit.bypass(inner, true).unwrap());
    rig.render(4_000, 64);
    assert_eq!(marks(&rig.render(4_000, 64)), [(0, 7.0)]);
    assert_eq!(rig.graph.latency(), 0);
    rig.edit(|edit| edit.bypass(inner, false).unwrap());
    rig.render(4_000, 64);
    assert_eq!(marks(&rig.render(4_000, 64)), [(20, 7.0)]);
}

#[test]
fn latency_that_comes_and_goes_does_not_click() {
    // A slow wave, so that an edge would show: the second difference of what is heard stays near that of the wave and its fades.
    for (frames, size) in [(50, 64), (250, 64), (50, 333), (239, 1_000)] {
        let mut rig = Rig::new();
        let (_, path) = rig.edit(|edit| {
            let wave = add(edit, ROOT, Kind::Counter);
            let smooth = add(edit, ROOT, Kind::OnePole);
            edit.set(smooth, 0, 0.002, Some(sostenuto_graph::Motion::Jump)).unwrap();
            edit.connect(wave.output(0), smooth.input(0), 1.0).unwrap();
            edit.connect(smooth.output(0), OUT, 1.0).unwrap();
            let path = add(edit, ROOT, Kind::Gain);
            edit.connect(smooth.output(0), path.input(0), 1.0).unwrap();
            edit.connect(path.output(0), OUT, 1.0).unwrap();
            (smooth, path)
        });
        rig.render(20_000, size);
        let before = rig.render(1_000, size);
        let slow = rig.edit(|edit| {
            let slow = late(edit, ROOT, frames);
            let old = edit.cable_between(path.output(0), OUT).unwrap();
            edit.disconnect(old).unwrap();
            edit.connect(path.output(0), slow.input(0), 1.0).unwrap();
            edit.connect(slow.output(0), OUT, 1.0).unwrap();
            slow
        });
        let during = rig.render(10_000, size);
        rig.edit(|edit| {
            edit.remove(slow).unwrap();
            edit.connect(path.output(0), OUT, 1.0).unwrap();
        });
        let after = rig.render(10_000, size);
        let bend = |x: &[f32]| x.windows(3).map(|w| (w[0] - 2.0 * w[1] + w[2]).abs()).fold(0.0, f32::max);
        let step = |x: &[f32]| x.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        let (steady, level) = (bend(&before), before.iter().fold(0.0f32, |m, x| m.max(x.abs())));
        // Fades of 240 frames bend a signal by at most 5.8 of its level over the square of their length, here of two signals at once.
        let most = 4.0 * steady + 4.0 * level * 5.8 / (240.0 * 240.0) + 4.0 * step(&before) * 1.9 / 240.0;
        for (name, heard) in [("during", &during), ("after", &after)] {
            assert!(bend(heard) < most, "{frames} frames, {name}: {} against {most}", bend(heard));
        }
        assert!(during[9_000..].iter().any(|x| *x != 0.0));
    }
}

#[test]
fn random_graphs_are_in_time() {
    // Every path from the one source to the output is as late as the latest, so that the pulse comes out once, as the sum of all paths.
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut rig = Rig::new();
        let mut nodes: Vec<(NodeId, f32)> = Vec::new();
        let total = rig.edit(|edit| {
            nodes.push((add(edit, ROOT, Kind::Impulse(3_000)), 1.0));
            for _ in 0..3 + dice.below(12) {
                let node = match dice.chance(50) {
                    true => late(edit, ROOT, dice.below(40)),
                    false => add(edit, ROOT, Kind::Gain),
                };
                let mut paths = 0.0;
                for _ in 0..1 + dice.below(3) {
                    let (from, through) = nodes[dice.below(nodes.len())];
                    if edit.connect(from.output(0), node.input(0), 1.0).is_ok() {
                        paths += through;
                    }
                }
                nodes.push((node, paths));
            }
            let mut total = 0.0;
            for (node, paths) in &nodes {
                if dice.chance(60) || *node == nodes[nodes.len() - 1].0 {
                    edit.connect(node.output(0), OUT, 1.0).unwrap();
                    total += paths;
                }
            }
            total
        });
        let latency = rig.graph.latency() as usize;
        assert_eq!(marks(&rig.render(3_000, 64)), [(latency, total)], "seed {seed}");
        // Removed one by one, the others stay in time.
        for _ in 0..3 {
            let gone = nodes[1 + dice.below(nodes.len() - 1)].0;
            rig.edit(|edit| {
                edit.fade(0);
                let _ = edit.remove(gone);
            });
            rig.render(9_000 - (rig.executor.frame() as usize % 3_000), 64);
            let late = rig.graph.latency() as usize;
            let heard = marks(&rig.render(3_000, 64));
            assert!(
                heard.len() <= 1 && heard.iter().all(|(f, _)| *f == late),
                "seed {seed}: {heard:?}, {late}"
            );
        }
    }
}

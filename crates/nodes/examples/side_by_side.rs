//! What a kind costs alone and side by side: thirty-two parts with a node of it and noise at its inputs, in blocks of 64 frames.
//! `side_by_side KIND LANES BLOCKS`; without arguments every kind, at every width. Run it in release, or under callgrind.

use sostenuto_graph::{AudioGraph, Command, Event, Executor, Limits, Motion, Port, ROOT, Sink, Stream};
use sostenuto_nodes::{Layout, build, catalogue};
use std::time::Instant;

const STREAM: Stream = Stream { sample_rate: 48_000.0 };
const PARTS: usize = 32;
const BLOCK: usize = 64;

/// A graph in which the parts run, and what is sent to it and comes from it.
struct Rig {
    graph: AudioGraph,
    executor: Executor,
    remote: sostenuto_graph::Remote,
}

impl Rig {
    fn new(kind: &str, lanes: usize) -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 2);
        graph.set_lanes(lanes);
        let mut edit = graph.edit();
        for seed in 0..PARTS as u64 {
            let port = vec![Port { name: "out".into(), channels: 2 }];
            let part = edit.add_part(ROOT, "part", Vec::new(), port).expect("there is room");
            let mut node = |kind: &str, channels| {
                let built =
                    build(kind, Layout { seed, ..Layout::of(channels) }).expect("it is in the catalogue");
                edit.add_in(part, kind, built.processor).expect("there is room")
            };
            let (noise, gate, own) = (node("white_noise", 2), node("lfo", 1), node(kind, 2));
            edit.set(gate, 0, 20.0, Some(Motion::Jump)).expect("in range");
            let shape = edit.graph().shape(own).cloned().expect("it is there");
            for (number, port) in (0..).zip(shape.inputs.iter()) {
                let from = if matches!(&*port.name, "gate" | "trigger") { gate } else { noise };
                edit.connect(from.output(0), own.input(number), 1.0).expect("they are there");
            }
            for number in 0..shape.outputs.len() as u16 {
                edit.connect(own.output(number), Sink::PartOutput(part, 0), 1.0).expect("they are there");
            }
            edit.connect(part.output(0), Sink::PartOutput(ROOT, 0), 1.0).expect("they are there");
        }
        let batch = edit.commit().expect("no loop");
        let mut rig = Rig { graph, executor, remote };
        rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
        rig
    }

    fn render(&mut self, blocks: usize) {
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        for _ in 0..blocks {
            self.executor.render(&mut [&mut left, &mut right]);
        }
        while let Some(event) = self.remote.events.receive() {
            if let Event::Applied { ticket, frame, .. } = event {
                self.graph.applied(ticket, frame);
            }
        }
        if let Some(batch) = self.graph.settle(self.executor.frame()) {
            self.remote.commands.send(Command::Apply(batch)).expect("there is room");
        }
    }
}

/// Prints the nanoseconds of a part for a frame, with its noise and its slow wave.
fn cost(kind: &str, lanes: usize, blocks: usize) {
    let mut rig = Rig::new(kind, lanes);
    (0..20).for_each(|_| rig.render(4));
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begin = Instant::now();
        rig.render(blocks);
        best = best.min(begin.elapsed().as_secs_f64());
    }
    let beside = rig.graph.side_by_side().0;
    println!(
        "{kind:<14} {lanes:>2} {:8.2} ns, {beside} in lanes",
        best * 1e9 / (blocks * BLOCK * PARTS) as f64
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|n| n.parse().ok());
    let kinds = catalogue().map(|kind| kind.name).filter(|name| !matches!(*name, "inlet" | "outlet"));
    for kind in kinds.filter(|name| arguments.first().is_none_or(|kind| kind == name)) {
        for lanes in
            [1, 4, 8, 16, 32].into_iter().filter(|lanes| number(1).is_none_or(|only: usize| only == *lanes))
        {
            cost(kind, lanes, number(2).unwrap_or(500));
        }
    }
}

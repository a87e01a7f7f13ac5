//! Every kind side by side in lanes gives the same bits as alone: at every width, whatever is set, and while nodes come and go.

use sostenuto_graph::{
    AudioGraph, Command, Edit, Event, Executor, Limits, Motion, NodeId, Port, ROOT, Remote, Shape, Sink,
    Stream,
};
use sostenuto_nodes::{Kind, Layout, build, catalogue};

const STREAM: Stream = Stream { sample_rate: 48_000.0 };
const PARTS: usize = 21;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    fn part(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 24) as f32
    }
}

struct Rig {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    nodes: Vec<NodeId>,
    parts: Vec<NodeId>,
    out: Vec<f32>,
    most: usize,
}

fn node(edit: &mut Edit<'_>, part: NodeId, kind: &str, layout: Layout) -> NodeId {
    let built = build(kind, layout).expect("it is in the catalogue");
    edit.add_in(part, kind, built.processor).expect("there is room")
}

/// A value that is heard: near the default on a logarithmic scale, anywhere in small ranges.
fn value(dice: &mut Dice, shape: &Shape, param: usize) -> f32 {
    let p = &shape.params[param];
    if !p.choices.is_empty()
        || (p.max - p.min).fract() == 0.0 && p.max - p.min <= 8.0 && p.min == 0.0 && p.max > 1.0
    {
        return p.min + dice.below((p.max - p.min) as u64 + 1) as f32;
    }
    let spread = if p.max - p.min > 100.0 { (p.default.abs() * 0.5).max(1.0) } else { p.max - p.min };
    (p.default + (dice.part() - 0.5) * spread).clamp(p.min, p.max)
}

/// A part with noise, a slow wave and a gate into the inputs of a node, and the node's outputs added up.
fn part(edit: &mut Edit<'_>, kind: &Kind, dice: &mut Dice) -> (NodeId, NodeId) {
    let port = Port { name: "out".into(), channels: 2 };
    let part = edit.add_part(ROOT, "part", Vec::new(), vec![port]).expect("there is room");
    let seeded = |dice: &mut Dice| Layout { seed: dice.next(), ..Layout::of(2) };
    let noise = node(edit, part, "white_noise", seeded(dice));
    let gate = node(edit, part, "lfo", Layout::of(1));
    edit.set(gate, 0, 20.0 + 200.0 * dice.part(), Some(Motion::Jump)).expect("in range");
    let own = node(edit, part, kind.name, seeded(dice));
    let shape = edit.graph().shape(own).cloned().expect("it is there");
    for (number, port) in shape.inputs.iter().enumerate() {
        let from = if matches!(&*port.name, "gate" | "trigger") { gate } else { noise };
        edit.connect(from.output(0), own.input(number as u16), 0.7).expect("they are there");
    }
    for number in 0..shape.outputs.len() as u16 {
        edit.connect(own.output(number), Sink::PartOutput(part, 0), 0.5).expect("they are there");
    }
    if shape.params.len() > 1 && dice.below(2) == 0 {
        let p = &shape.params[0];
        let depth = (p.default.abs() * 0.3).max(0.01);
        edit.connect(gate.output(0), own.param(0), depth).expect("they are there");
    }
    edit.connect(part.output(0), Sink::PartOutput(ROOT, 0), 0.1).expect("they are there");
    (part, own)
}

impl Rig {
    fn new(kind: &Kind, lanes: usize, dice: &mut Dice) -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 2);
        graph.set_lanes(lanes);
        let mut edit = graph.edit();
        let (parts, nodes) = (0..PARTS).map(|_| part(&mut edit, kind, dice)).unzip();
        let batch = edit.commit().expect("no loop");
        let mut rig = Rig { graph, executor, remote, nodes, parts, out: Vec::new(), most: 0 };
        rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
        rig
    }

    fn render(&mut self, frames: usize) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        self.executor.render(&mut [&mut left, &mut right]);
        self.out.extend(left);
        self.out.extend(right);
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, .. } => self.graph.applied(ticket, frame),
                Event::Refused { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
        if let Some(batch) = self.graph.settle(self.executor.frame()) {
            self.remote.commands.send(Command::Apply(batch)).expect("there is room");
        }
        self.most = self.most.max(self.graph.side_by_side().0);
    }
}

/// The first frame that differs.
fn play(kind: &Kind, lanes: usize, seed: u64) -> Rig {
    let mut dice = Dice(seed);
    let mut rig = Rig::new(kind, lanes, &mut dice);
    for round in 0..60 {
        rig.render(1 + dice.below(300) as usize);
        let which = dice.below(rig.nodes.len() as u64) as usize;
        let own = rig.nodes[which];
        let shape = rig.graph.shape(own).cloned().expect("it is there");
        match dice.below(8) {
            0 => {
                let mut edit = rig.graph.edit();
                edit.bypass(own, dice.below(2) == 0).expect("it is there");
                let batch = edit.commit().expect("no loop");
                rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
            }
            1 => {
                let mut edit = rig.graph.edit();
                edit.reset(own).expect("it is there");
                let batch = edit.commit().expect("no loop");
                rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
            }
            2 if round % 3 == 0 => {
                // It goes on alone, for it has more in it than the others.
                let mut edit = rig.graph.edit();
                let more = node(&mut edit, rig.parts[which], "gain", Layout::of(2));
                edit.connect(own.output(0), more.input(0), 1.0).expect("they are there");
                edit.connect(more.output(0), Sink::PartOutput(rig.parts[which], 0), 0.2)
                    .expect("they are there");
                let batch = edit.commit().expect("no loop");
                rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
            }
            _ if !shape.params.is_empty() => {
                let param = dice.below(shape.params.len() as u64) as usize;
                let (value, frames) = (value(&mut dice, &shape, param), dice.below(200));
                let motion =
                    [None, None, Some(Motion::Jump), Some(Motion::Linear(100))][dice.below(4) as usize];
                let set = rig.graph.set(own, param as u16, value, motion).expect("in range");
                let (ticket, at) = (rig.graph.next_ticket(), Some(rig.executor.frame() + frames));
                rig.remote.commands.send(Command::Set { ticket, set, at }).expect("there is room");
            }
            _ => {}
        }
    }
    rig.render(600);
    rig
}

#[test]
fn side_by_side_every_kind_sounds_as_alone() {
    for kind in catalogue().filter(|k| !matches!(k.name, "inlet" | "outlet" | "audio_out")) {
        for seed in 0..3 {
            let alone = play(kind, 1, seed);
            assert!(alone.most == 0 && alone.out.iter().any(|x| *x != 0.0), "{}", kind.name);
            for lanes in [4, 8, 16] {
                let beside = play(kind, lanes, seed);
                assert!(beside.most >= PARTS / 2, "{}: {} of {PARTS} in lanes", kind.name, beside.most);
                let differs = alone.out.iter().zip(&beside.out).position(|(a, b)| a.to_bits() != b.to_bits());
                assert_eq!(
                    differs.map(|at| (at, alone.out[at], beside.out[at])),
                    None,
                    "{} in {lanes} lanes, seed {seed}",
                    kind.name
                );
            }
        }
    }
}

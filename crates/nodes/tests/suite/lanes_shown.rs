//! What nodes side by side show is what they show alone; and so is what is chosen in them, at whichever frame and after whatever.

use sostenuto_graph::{
    AudioGraph, Command, Event, Executor, Limits, Motion, NodeId, Port, ROOT, Remote, Sink, Stream, Ticket,
};
use sostenuto_nodes::{Layout, Tap, build};
use sostenuto_trap::forbidden;

const STREAM: Stream = Stream { sample_rate: 48_000.0 };
const PARTS: usize = 19;

/// Parts with noise, that comes and goes, into a node.
struct Rig {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    parts: Vec<NodeId>,
    nodes: Vec<NodeId>,
    taps: Vec<Option<Tap>>,
    ticket: u64,
    most: usize,
}

impl Rig {
    fn new(kind: &str, lanes: usize) -> Self {
        let (executor, remote) = Executor::new(STREAM, Limits::default(), None);
        let mut graph = AudioGraph::new(STREAM, 2);
        graph.set_lanes(lanes);
        let mut edit = graph.edit();
        let (mut parts, mut nodes, mut taps) = (Vec::new(), Vec::new(), Vec::new());
        for seed in 0..PARTS as u64 {
            let port = Port { name: "out".into(), channels: 2 };
            let part = edit.add_part(ROOT, "part", Vec::new(), vec![port]).expect("there is room");
            let [noise, wave, cut, own] = ["white_noise", "lfo", "multiply", kind].map(|kind| {
                let built = build(kind, Layout { seed, ..Layout::of(2) }).expect("it is in the catalogue");
                let node = edit.add_in(part, kind, built.processor).expect("there is room");
                (node, built.tap)
            });
            edit.set(wave.0, 0, 3.0 + seed as f32, Some(Motion::Jump)).expect("in range");
            edit.connect(noise.0.output(0), cut.0.input(0), 0.9).expect("they are there");
            edit.connect(wave.0.output(0), cut.0.input(1), 0.9).expect("they are there");
            let inputs = edit.graph().shape(own.0).map_or(0, |shape| shape.inputs.len() as u16);
            for (input, from) in (0..inputs).zip([cut.0, noise.0]) {
                edit.connect(from.output(0), own.0.input(input), 1.0).expect("they are there");
            }
            edit.connect(own.0.output(0), Sink::PartOutput(part, 0), 1.0).expect("they are there");
            edit.connect(part.output(0), Sink::PartOutput(ROOT, 0), 0.1).expect("they are there");
            parts.push(part);
            nodes.push(own.0);
            taps.push(own.1);
        }
        let batch = edit.commit().expect("no loop");
        let mut rig = Rig { graph, executor, remote, parts, nodes, taps, ticket: 1 << 40, most: 0 };
        rig.send(Command::Apply(batch));
        rig
    }

    fn send(&mut self, command: Command) {
        self.remote.commands.send(command).expect("there is room");
    }

    fn ticket(&mut self) -> Ticket {
        self.ticket += 1;
        Ticket(self.ticket)
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        let executor = &mut self.executor;
        forbidden(|| executor.render(&mut [&mut left, &mut right]));
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, .. } => self.graph.applied(ticket, frame),
                Event::Refused { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
        if let Some(batch) = self.graph.settle(self.executor.frame()) {
            self.send(Command::Apply(batch));
        }
        self.most = self.most.max(self.graph.side_by_side().0);
        left.extend(right);
        left
    }

    fn reset(&mut self, which: usize) {
        let node = self.graph.address(self.nodes[which]).expect("it is there");
        let ticket = self.ticket();
        self.send(Command::Reset { ticket, node });
    }

    fn set(&mut self, which: usize, param: u16, value: f32, at: u64) {
        let set = self.graph.set(self.nodes[which], param, value, None).expect("in range");
        let ticket = self.ticket();
        self.send(Command::Set { ticket, set, at: Some(at) });
    }

    /// Puts one more node into a part, so that it leaves its team.
    fn leave(&mut self, which: usize) {
        let mut edit = self.graph.edit();
        let gain = build("gain", Layout::of(2)).expect("it is in the catalogue").processor;
        let gain = edit.add_in(self.parts[which], "gain", gain).expect("there is room");
        edit.connect(self.nodes[which].output(0), gain.input(0), 1.0).expect("they are there");
        let batch = edit.commit().expect("no loop");
        self.send(Command::Apply(batch));
    }

    /// All that is shown, as bits.
    fn shown(&self) -> Vec<u32> {
        let mut shown = Vec::new();
        for tap in &self.taps {
            match tap {
                Some(Tap::Meter(meter)) => {
                    assert_eq!(meter.channels(), 2);
                    for channel in 0..2 {
                        let levels = [meter.take_peak(channel), meter.peak(channel), meter.rms(channel)];
                        shown.extend(levels.map(f32::to_bits));
                    }
                }
                Some(Tap::Scope(scope)) => {
                    let mut frames = [0.0; 500];
                    for channel in 0..2 {
                        scope.read(channel, &mut frames).expect("nobody writes");
                        shown.extend(frames.map(f32::to_bits));
                    }
                }
                _ => panic!("it shows nothing"),
            }
        }
        shown
    }
}

/// What is shown while nodes are reset and leave.
fn shown(kind: &str, lanes: usize) -> (Vec<Vec<u32>>, usize) {
    let mut rig = Rig::new(kind, lanes);
    let mut shown = Vec::new();
    for round in 0..60 {
        rig.render(1 + 37 * round % 190);
        shown.push(rig.shown());
        match round {
            20 | 33 => rig.reset(round % PARTS),
            25 | 41 => rig.leave(round % PARTS),
            _ => {}
        }
    }
    (shown, rig.most)
}

#[test]
fn what_is_shown_side_by_side_is_what_is_shown_alone() {
    for kind in ["meter", "scope", "audio_out"] {
        let (alone, most) = shown(kind, 1);
        assert!(most == 0 && alone[59].iter().filter(|bits| **bits != 0).count() > PARTS);
        for lanes in [4, 8, 16, 32] {
            let (beside, most) = shown(kind, lanes);
            assert!(most >= PARTS / 2, "{kind}: {most} in {lanes} lanes");
            for (round, (alone, beside)) in alone.iter().zip(&beside).enumerate() {
                assert!(alone == beside, "{kind} in {lanes} lanes, round {round}");
            }
        }
    }
}

/// The parameter of each kind that is chosen, and to what.
const CHOICES: [(&str, u16, f32); 4] =
    [("crossfade", 1, 1.0), ("compressor", 6, 1.0), ("lfo", 1, 2.0), ("lfo", 4, 1.0)];

/// Nodes choose: at the first frame that they are heard together, on the grid and off it, with and without being reset in the same frame.
fn chosen((kind, param, value): (&str, u16, f32), lanes: usize, settled: usize) -> (Vec<f32>, usize) {
    let mut rig = Rig::new(kind, lanes);
    let mut out = Vec::new();
    (0..settled).for_each(|_| out.extend(rig.render(64)));
    let now = rig.executor.frame();
    rig.set(1, param, value, now);
    rig.reset(2);
    rig.set(2, param, value, now);
    rig.reset(3);
    rig.set(3, param, value, now + 1);
    rig.set(4, param, value, now + 63);
    rig.reset(5);
    out.extend(rig.render(64));
    rig.set(5, param, value, now + 64);
    rig.reset(6);
    out.extend(rig.render(640));
    (out, rig.most)
}

#[test]
fn what_is_chosen_side_by_side_fades_as_alone() {
    for choice in CHOICES {
        for settled in [1, 2, 3, 10] {
            let (alone, _) = chosen(choice, 1, settled);
            assert!(alone.iter().any(|x| *x != 0.0));
            for lanes in [4, 8, 16, 32] {
                let (beside, most) = chosen(choice, lanes, settled);
                assert!(settled < 3 || most >= PARTS / 2, "{choice:?}: {most} in {lanes} lanes");
                let differs = alone.iter().zip(&beside).position(|(a, b)| a.to_bits() != b.to_bits());
                assert_eq!(differs, None, "{choice:?} in {lanes} lanes after {settled} blocks");
            }
        }
    }
}

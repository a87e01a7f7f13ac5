//! Nodes in a row that take each frame by itself run as one, with the bits of running apart, whatever happens to them meanwhile.

use crate::support::{self, Feed, Rig, first_difference, noise};
use sostenuto_graph::{
    Activity, Command, Event, Io, Kin, Motion, NodeId, Pointwise, Processor, ROOT, Shape, Sink, Stream,
};
use sostenuto_nodes::{Layout, catalogue};
use sostenuto_trap::forbidden;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const RATE: f64 = 48_000.0;

/// A node whose calls are counted, and which may be one that nobody knows to take each frame by itself.
struct Counted {
    node: Box<dyn Processor>,
    apart: bool,
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
    fn kin(&self) -> Option<Arc<dyn Kin>> {
        self.node.kin().filter(|_| !self.apart)
    }
    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        self.node.pointwise(steady).filter(|_| !self.apart)
    }
}

/// A graph with a row of nodes, and how often they were called.
struct Row {
    rig: Rig,
    nodes: Vec<NodeId>,
    calls: Arc<AtomicU64>,
    apart: bool,
}

/// So many gains and lines in turn; each seventh is heard by a second one besides.
fn row(count: usize, channels: u16, apart: bool) -> Row {
    let calls = Arc::new(AtomicU64::new(0));
    let mut rig = Rig::new(RATE, usize::from(channels));
    let kind = |name: &str| catalogue().find(|kind| kind.name == name).expect("a kind");
    let nodes = rig.edit(|edit| {
        edit.fade(0);
        let pause = (3_000, 3_500);
        let feed = Feed { signal: noise, channels, pause, flagged: true };
        let mut before = edit.add("source", Box::new(feed)).unwrap();
        let mut nodes = Vec::new();
        for number in 0..count {
            let name = if number % 3 == 2 { "add" } else { "gain" };
            let node = support::node(kind(name), &Layout::of(channels));
            let node = Counted { node, apart, calls: calls.clone() };
            let node = edit.add(name, Box::new(node)).unwrap();
            edit.connect(before.output(0), node.input(0), 1.0).unwrap();
            if number % 7 == 6 && number + 1 < count {
                edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 0.25).unwrap();
            }
            nodes.push(node);
            before = node;
        }
        edit.connect(before.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        nodes
    });
    while let Some(batch) = rig.graph.settle(0) {
        rig.remote.commands.send(Command::Apply(batch)).expect("the ring has room");
    }
    Row { rig, nodes, calls, apart }
}

impl Row {
    /// Renders while parameters are set and move and nodes are bypassed.
    fn perform(&mut self, frames: usize, size: usize) -> Vec<Vec<f32>> {
        let count = self.nodes.len();
        for (number, node) in self.nodes.iter().enumerate() {
            let level = (number % 5) as f32 - 2.0;
            self.rig.set(*node, 0, level, Some(Motion::Jump), 10 + number as u64);
        }
        for turn in 0..8u64 {
            let node = self.nodes[(turn as usize * 13) % count];
            let motion = if turn % 2 == 0 { Motion::Jump } else { Motion::Linear(300) };
            self.rig.set(node, 0, 0.3 * turn as f32 - 1.0, Some(motion), 700 + 411 * turn);
        }
        let mut out = self.rig.render(2_000, &mut || size, |render| render());
        let node = self.nodes[count / 2];
        self.rig.edit(|edit| edit.bypass(node, true).unwrap());
        let rest = self.rig.render(frames - 2_000, &mut || size, |render| render());
        out.iter_mut().zip(rest).for_each(|(out, rest)| out.extend(rest));
        out
    }
}

#[test]
fn a_row_has_the_bits_of_its_nodes_apart() {
    for channels in [1, 2, 3] {
        for count in [2, 3, 9, 70, 150] {
            let (mut one, mut apart) = (row(count, channels, false), row(count, channels, true));
            let heard = one.perform(8_000, 64);
            assert_eq!(first_difference(&heard, &apart.perform(8_000, 64)), None, "{count} on {channels}");
            // Cut otherwise.
            let mut again = row(count, channels, false);
            assert_eq!(first_difference(&heard, &again.perform(8_000, 37)), None, "{count} on {channels}");
            assert!(heard.iter().all(|channel| channel[7_000..].iter().any(|x| *x != 0.0)));
            // In a short row a good part of it is timed in each block, and so runs apart.
            if count >= 70 {
                let [one, apart] = [&one, &apart].map(|row| row.calls.load(Ordering::Relaxed));
                assert_eq!(one * 2 < apart, channels <= 2, "{one} calls of {apart}, {count} on {channels}");
            }
        }
    }
}

#[test]
fn who_goes_beyond_all_numbers_is_found_in_a_row_as_well() {
    let muted = |apart: bool| {
        let mut row = row(40, 2, apart);
        // 48 dB in each of them: the seventeenth or so is too much.
        for (number, node) in row.nodes.iter().enumerate().filter(|(number, _)| number % 3 != 2) {
            row.rig.set(*node, 0, 48.0, Some(Motion::Linear(2_000)), 100 + number as u64);
        }
        let mut faults = Vec::new();
        let mut out = [vec![0.0; 64], vec![0.0; 64]];
        let mut all = vec![Vec::new(), Vec::new()];
        for _ in 0..100 {
            row.rig.executor.render(&mut out.each_mut().map(|channel| &mut channel[..]));
            all.iter_mut().zip(&out).for_each(|(all, out)| all.extend(out));
            while let Some(event) = row.rig.remote.events.receive() {
                if let Event::Muted { frame, node, .. } = event {
                    let number = row.nodes.iter().position(|it| *it == node);
                    faults.push((frame, number));
                }
            }
        }
        (faults, all)
    };
    let (one, apart) = (muted(false), muted(true));
    assert!(!one.0.is_empty() && one.0.iter().all(|(_, number)| number.is_some()), "{:?}", one.0);
    assert_eq!(one.0, apart.0);
    assert_eq!(first_difference(&one.1, &apart.1), None);
}

/// Numbers that are the same in every run: a linear congruential generator (D. Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

impl Row {
    /// Does something to the row, and hears what comes of it: settled in between, and with nothing allocated, freed or locked meanwhile.
    fn step(&mut self, dice: &mut Dice) -> Vec<f32> {
        let (at, kind) = (1 + dice.below(self.nodes.len() - 2), dice.below(12));
        let (before, node, behind) = (self.nodes[at - 1], self.nodes[at], self.nodes[at + 1]);
        let value = dice.below(100) as f32 * 0.02 - 1.0;
        let frame = self.rig.executor.frame() + dice.below(200) as u64;
        match kind {
            0..=4 => {
                let motion = [Motion::Jump, Motion::Linear(100), Motion::Glide(240)][dice.below(3)];
                self.rig.set(node, 0, value, Some(motion), frame);
            }
            5 => {
                let on = dice.below(2) == 0;
                self.rig.edit(|edit| edit.bypass(node, on).unwrap());
            }
            6 => self.rig.edit(|edit| edit.set(node, 0, value, Some(Motion::Jump)).unwrap()),
            7 => self.rig.reset(node),
            8 | 9 if self.nodes.len() > 20 => {
                self.rig.edit(|edit| {
                    edit.remove(node).unwrap();
                    edit.connect(before.output(0), behind.input(0), 1.0).unwrap();
                });
                self.nodes.remove(at);
            }
            _ => {
                let name = if dice.below(3) == 0 { "add" } else { "gain" };
                let kind = catalogue().find(|kind| kind.name == name).expect("a kind");
                let made = support::node(kind, &Layout::of(2));
                let made = Counted { node: made, apart: self.apart, calls: self.calls.clone() };
                let made = self.rig.edit(|edit| {
                    if dice.below(2) == 0 {
                        edit.fade(0);
                    }
                    let made = edit.add(name, Box::new(made)).unwrap();
                    let cable = edit.cable_between(before.output(0), node.input(0)).expect("a cable");
                    edit.disconnect(cable).unwrap();
                    edit.connect(before.output(0), made.input(0), 1.0).unwrap();
                    edit.connect(made.output(0), node.input(0), 1.0).unwrap();
                    edit.set(made, 0, value, Some(Motion::Jump)).unwrap();
                    made
                });
                self.nodes.insert(at, made);
            }
        }
        let mut heard = Vec::new();
        for _ in 0..1 + dice.below(4) {
            let frames = if dice.below(3) == 0 { 1 + dice.below(150) } else { 64 };
            let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
            let executor = &mut self.rig.executor;
            forbidden(|| executor.render(&mut [&mut left, &mut right]));
            heard.extend(left.into_iter().chain(right));
            while let Some(event) = self.rig.remote.events.receive() {
                match event {
                    Event::Applied { ticket, frame, .. } => self.rig.graph.applied(ticket, frame),
                    Event::Refused { why, .. } => panic!("{why}"),
                    _ => {}
                }
            }
            if let Some(batch) = self.rig.graph.settle(self.rig.executor.frame()) {
                self.rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
            }
        }
        heard
    }
}

#[test]
fn a_row_that_is_edited_has_the_bits_of_its_nodes_apart() {
    for seed in 1..=40 {
        let (mut one, mut apart) = (row(45, 2, false), row(45, 2, true));
        let mut dice = [Dice(seed), Dice(seed)];
        for turn in 0..150 {
            let [heard, expected] = [one.step(&mut dice[0]), apart.step(&mut dice[1])];
            let same = heard.iter().zip(&expected).position(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(same, None, "seed {seed}, turn {turn}");
        }
        let [one, apart] = [&one, &apart].map(|row| row.calls.load(Ordering::Relaxed));
        assert!(one * 2 < apart, "{one} calls of {apart}");
    }
}

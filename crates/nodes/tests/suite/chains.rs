//! Nodes in a row that take each frame by itself run as one, with the bits of running apart, whatever happens to them meanwhile.

use crate::support::{self, Feed, Rig, first_difference, noise};
use sostenuto_graph::{
    Activity, Command, Event, Io, Kin, Motion, NodeId, Pointwise, Processor, ROOT, Shape, Sink, Stream,
};
use sostenuto_nodes::{Layout, catalogue};
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
    Row { rig, nodes, calls }
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

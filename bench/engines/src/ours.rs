//! Sostenuto.

use crate::{BLOCK, Engine, RATE, Work, frequency, gain};
use sostenuto_graph::{AudioGraph, Command, Executor, Limits, NodeId, ROOT, Sink, Stream};
use sostenuto_nodes::{Layout, build};

struct Ours(Executor);

impl Engine for Ours {
    fn block(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK]) {
        self.0.render(&mut [left, right]);
    }
}

pub fn make(work: Work) -> Box<dyn Engine> {
    let stream = Stream { sample_rate: f64::from(RATE) };
    let (executor, mut remote) = Executor::new(stream, Limits::default(), None);
    let mut graph = AudioGraph::new(stream, 2);
    let mut edit = graph.edit();
    let out = Sink::PartOutput(ROOT, 0);
    let add = |edit: &mut sostenuto_graph::Edit<'_>, kind: &str, set: Option<f32>| -> NodeId {
        let node = edit.add(kind, build(kind, Layout::default()).expect("a known kind").processor).expect("room");
        if let Some(value) = set {
            edit.set(node, 0, value, Some(sostenuto_graph::Motion::Jump)).expect("in range");
        }
        node
    };
    match work {
        Work::Trivial | Work::Chain => {
            let (chains, length) = if work == Work::Trivial { (100, 100) } else { (1, 500) };
            let noise = add(&mut edit, "white_noise", None);
            for _ in 0..chains {
                let mut last = noise;
                for k in 0..length {
                    let next = add(&mut edit, "gain", Some(20.0 * gain(k).log10()));
                    edit.connect(last.output(0), next.input(0), 1.0).expect("free");
                    last = next;
                }
                edit.connect(last.output(0), out, 1.0 / chains as f32).expect("free");
            }
        }
        Work::Sines => {
            for k in 0..1000 {
                let sine = add(&mut edit, "sine", Some(frequency(k)));
                edit.connect(sine.output(0), out, 0.001).expect("free");
            }
        }
    }
    remote.commands.send(Command::Apply(edit.commit().expect("no cycle"))).expect("room");
    // The control side would go on editing; here it is done, and the ring stays open as long as the process lives.
    Box::leak(Box::new(remote));
    Box::new(Ours(executor))
}

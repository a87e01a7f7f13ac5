//! Sostenuto: one sampler node with 1,000 voices, told to loop a slot 1,000 times.

use crate::spec::*;
use sostenuto_graph::{AudioGraph, Command, Event, Executor, Limits, ROOT, Remote, Sink, Stream, When};
use sostenuto_nodes::{Buffer, Layout, Recording, Slot, SlotSettings, build, find, say};
use std::sync::Arc;

struct Ours {
    executor: Executor,
    remote: Remote,
    _graph: AudioGraph,
}

impl Engine for Ours {
    fn block(&mut self, out: &mut Block) {
        let [left, right] = out;
        self.executor.render(&mut [left, right]);
        while let Some(event) = self.remote.events.receive() {
            assert!(!matches!(event, Event::SetRefused { .. } | Event::Muted { .. }), "{event:?}");
        }
    }
}

pub fn make(speed: f64, between: &str) -> Box<dyn Engine> {
    let stream = Stream { sample_rate: f64::from(RATE) };
    let (executor, mut remote) = Executor::new(stream, Limits { messages: 4096, commands_per_callback: 4096, ..Limits::default() }, None);
    let mut graph = AudioGraph::new(stream, 2);
    let samples = sample().into_iter().flatten().collect();
    let buffer = Buffer::from_interleaved(samples, 2, f64::from(RATE)).expect("a recording");
    let recording = Recording { name: "loop".into(), buffer: Some(Arc::new(buffer)), footage: None };
    let mut layout = Layout { slots: vec![Slot { recording, settings: SlotSettings::default() }], ..Layout::of(2) };
    let between = ["cubic", "linear", "sinc"].iter().position(|name| *name == between).expect("a choice");
    layout.settings.insert("voices".into(), VOICES as f64);
    layout.settings.insert("interpolation".into(), between as f64);
    let mut edit = graph.edit();
    let node = edit.add("sampler", build("sampler", layout).expect("a kind").processor).expect("room");
    edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).expect("free");
    let batch = edit.commit().expect("no cycle");
    remote.commands.send(Command::Apply(batch)).expect("room");
    let verbs = find("sampler").expect("a kind").verbs;
    for voice in 1..=VOICES {
        let values = [("gain", f64::from(LEVEL)), ("speed", speed)];
        let message = say(verbs, "loop", (1, 32), voice as u32, &values).expect("in range");
        let (ticket, node) = (graph.next_ticket(), graph.address(node).expect("it is there"));
        remote.commands.send(Command::Tell { ticket, node, message, at: When::Now }).expect("room");
    }
    Box::new(Ours { executor, remote, _graph: graph })
}

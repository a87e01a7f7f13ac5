//! The patch in Sostenuto: parts with plans of their own.

use super::patch::*;
use crate::{BLOCK, RATE};
use sostenuto_graph::{
    AudioGraph, CableId, Command, Edit, Event, Executor, Limits, Motion, NodeId, Port, ROOT, Remote, Sink,
    Source, Stream,
};
use sostenuto_nodes::{Layout, build};

struct Ours {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    parts: Vec<Part>,
    feeds: Vec<CableId>,
    main: NodeId,
    sends: Vec<NodeId>,
    made: Made,
    fading: bool,
}

struct Part {
    id: NodeId,
    nodes: Vec<NodeId>,
    /// The cable that makes way for a new node.
    middle: CableId,
}

/// What the last change made.
#[derive(Clone, Copy)]
enum Made {
    Nothing,
    Node(NodeId),
    Cable(CableId),
}

pub fn make(parts: usize) -> Box<dyn Subject> {
    let stream = Stream { sample_rate: f64::from(RATE) };
    let (executor, remote) = Executor::new(stream, Limits::default(), None);
    let mut graph = AudioGraph::new(stream, 1);
    let mut edit = graph.edit();
    let out = Sink::PartOutput(ROOT, 0);
    let main = node(&mut edit, ROOT, "gain", db(main_gain(parts)));
    edit.connect(main.output(0), out, 1.0).expect("free");
    let sends: Vec<NodeId> =
        (0..SENDS).map(|_| node(&mut edit, ROOT, "gain", db(main_gain(parts)))).collect();
    for send in &sends {
        edit.connect(send.output(0), out, 1.0).expect("free");
    }
    let all: Vec<Part> = (0..parts)
        .map(|number| {
            let part = part(&mut edit, number, main);
            edit.connect(part.id.output(0), sends[buses(number).0].input(0), SEND_GAIN).expect("free");
            part
        })
        .collect();
    let feeds = (0..feeds(parts))
        .map(|feed| {
            let (from, [to, _]) = feed_ends(feed);
            edit.connect(all[from].id.output(0), all[to].id.input(0), 1.0).expect("free")
        })
        .collect();
    let batch = edit.commit().expect("no cycle");
    let mut ours =
        Ours { graph, executor, remote, parts: all, feeds, main, sends, made: Made::Nothing, fading: true };
    ours.remote.commands.send(Command::Apply(batch)).expect("room");
    Box::new(ours)
}

fn node(edit: &mut Edit<'_>, part: NodeId, kind: &str, value: f32) -> NodeId {
    let built = build(kind, Layout::default()).expect("a known kind");
    let node = edit.add_in(part, kind, built.processor).expect("room");
    edit.set(node, 0, value, Some(Motion::Jump)).expect("in range");
    node
}

fn part(edit: &mut Edit<'_>, number: usize, main: NodeId) -> Part {
    let port = |name: &'static str| vec![Port { name: name.into(), channels: 1 }];
    let id = edit.add_part(ROOT, "part", port("in"), port("out")).expect("room");
    let nodes: Vec<NodeId> = (0..NODES)
        .map(|place| match place {
            SINE => node(edit, id, "sine", frequency(number)),
            FILTER => node(edit, id, "onepole_low", CUTOFF),
            LEVEL => node(edit, id, "gain", db(level(number, false))),
            _ => node(edit, id, "gain", db(PLAIN_GAIN)),
        })
        .collect();
    let cables: Vec<CableId> = nodes
        .windows(2)
        .map(|pair| edit.connect(pair[0].output(0), pair[1].input(0), 1.0).expect("free"))
        .collect();
    edit.connect(Source::PartInput(id, 0), nodes[ENTRY].input(0), 1.0).expect("free");
    edit.connect(nodes[LEVEL].output(0), Sink::PartOutput(id, 0), 1.0).expect("free");
    edit.connect(id.output(0), main.input(0), 1.0).expect("free");
    Part { id, nodes, middle: cables[BEFORE_NEW] }
}

impl Subject for Ours {
    fn change(&mut self, change: Change) {
        if change.what == What::Parameter {
            let gain = db(level(change.place, !change.back));
            let set = self.graph.set(self.parts[change.place].nodes[LEVEL], 0, gain, None).expect("in range");
            let ticket = self.graph.next_ticket();
            self.remote.commands.send(Command::Set { ticket, set, at: None }).expect("room");
            return;
        }
        let mut edit = self.graph.edit();
        if !self.fading {
            edit.fade(0);
        }
        self.made = match (change.what, self.made) {
            (What::Node, Made::Node(node)) if change.back => {
                let part = &mut self.parts[change.place];
                edit.remove(node).expect("there");
                let (before, after) = (part.nodes[BEFORE_NEW], part.nodes[BEFORE_NEW + 1]);
                part.middle = edit.connect(before.output(0), after.input(0), 1.0).expect("free");
                Made::Nothing
            }
            (What::Node, _) => {
                let part = &self.parts[change.place];
                edit.disconnect(part.middle).expect("there");
                let new = node(&mut edit, part.id, "gain", db(NEW_GAIN));
                let (before, after) = (part.nodes[BEFORE_NEW], part.nodes[BEFORE_NEW + 1]);
                edit.connect(before.output(0), new.input(0), 1.0).expect("free");
                edit.connect(new.output(0), after.input(0), 1.0).expect("free");
                Made::Node(new)
            }
            (What::Part, Made::Node(part)) if change.back => {
                edit.remove(part).expect("there");
                Made::Nothing
            }
            (What::Part, _) => Made::Node(part(&mut edit, self.parts.len(), self.main).id),
            (What::Send, Made::Cable(send)) if change.back => {
                edit.disconnect(send).expect("there");
                Made::Nothing
            }
            (What::Send, _) => {
                let (part, bus) = (self.parts[change.place].id, self.sends[buses(change.place).1]);
                Made::Cable(edit.connect(part.output(0), bus.input(0), SEND_GAIN).expect("free"))
            }
            (What::Cable | What::Parameter, _) => {
                let (from, ends) = feed_ends(change.place);
                let (from, to) = (self.parts[from].id, self.parts[ends[usize::from(!change.back)]].id);
                edit.disconnect(self.feeds[change.place]).expect("there");
                self.feeds[change.place] = edit.connect(from.output(0), to.input(0), 1.0).expect("free");
                Made::Nothing
            }
        };
        let batch = edit.commit().expect("no cycle");
        self.remote.commands.send(Command::Apply(batch)).expect("room");
    }

    fn callback(&mut self, left: &mut [f32]) {
        debug_assert!(left.len() <= BLOCK);
        self.executor.render(&mut [left]);
    }

    fn free(&mut self) {
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, spent: _ } => self.graph.applied(ticket, frame),
                Event::Refused { .. } | Event::SetRefused { .. } => panic!("refused: {event:?}"),
                _ => {}
            }
        }
    }

    fn settle(&mut self) -> bool {
        let batch = self.graph.settle(self.executor.frame());
        let was_any = batch.is_some();
        batch.into_iter().for_each(|batch| self.remote.commands.send(Command::Apply(batch)).expect("room"));
        was_any
    }

    fn fading(&mut self, on: bool) {
        self.fading = on;
    }
}

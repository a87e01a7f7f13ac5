//! Commands, events and their order: exact frames, refusals, full rings, mute nodes; all with the audio side in a trap.

use crate::support;

use sostenuto_graph::{
    Activity, Address, AudioGraph, Batch, Command, Event, Executor, Io, Limits, Motion, NodeId, Port,
    Processor, ROOT, Remote, Shape, Sink, Stream, Ticket,
};
use sostenuto_trap::{armed, forbidden};
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::STREAM;

struct Desk {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    out: Vec<f32>,
}

impl Desk {
    fn new(limits: Limits) -> Self {
        let (executor, remote) = Executor::new(STREAM, limits, None);
        Desk { graph: AudioGraph::new(STREAM, 1), executor, remote, out: vec![0.0; 4096] }
    }

    fn render(&mut self, frames: usize) -> &[f32] {
        let (executor, out) = (&mut self.executor, &mut self.out[..frames]);
        forbidden(|| executor.render(&mut [&mut *out]));
        out
    }

    /// A node, wired to the output, in a batch of its own.
    fn batch(&mut self, kind: Kind) -> (NodeId, Box<Batch>) {
        let mut edit = self.graph.edit();
        edit.fade(0);
        let node = edit.add("node", TestNode::boxed(kind)).unwrap();
        edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        (node, edit.commit().unwrap())
    }

    fn send(&mut self, command: Command) {
        self.remote.commands.send(command).unwrap();
    }

    fn apply(&mut self, kind: Kind) -> NodeId {
        let (node, batch) = self.batch(kind);
        self.send(Command::Apply(batch));
        self.render(0);
        self.heard();
        node
    }

    fn set(&mut self, node: NodeId, value: f32, at: Option<u64>) -> Ticket {
        let set = self.graph.set(node, 0, value, Some(Motion::Jump)).unwrap();
        let ticket = self.graph.next_ticket();
        self.send(Command::Set { ticket, set, at });
        ticket
    }

    /// What was told, as short text.
    fn heard(&mut self) -> Vec<String> {
        core::iter::from_fn(|| self.remote.events.receive())
            .map(|event| match event {
                Event::Applied { frame, .. } => format!("applied {frame}"),
                Event::Refused { why, .. } => format!("refused {why:?}"),
                Event::Set { frame, .. } => format!("set {frame}"),
                Event::SetRefused { why, .. } => format!("set refused {why:?}"),
                Event::Muted { frame, .. } => format!("muted {frame}"),
                Event::Pong { frame, .. } => format!("pong {frame}"),
                Event::Told { report, .. } => format!("told {} {}", report.frame, report.id),
                Event::Untold { lost, .. } => format!("untold {lost}"),
            })
            .collect()
    }
}

#[test]
fn acknowledgements_tell_the_exact_frame() {
    let mut desk = Desk::new(Limits::default());
    let (_, first) = desk.batch(Kind::Counter);
    let (_, second) = desk.batch(Kind::Counter);
    let (_, third) = desk.batch(Kind::Counter);
    desk.send(Command::Apply(first.at(70)));
    // In the past of the one before: it waits for that.
    desk.send(Command::Apply(second.at(10)));
    desk.send(Command::Apply(third));
    desk.send(Command::Ping(Ticket(1)));
    desk.render(50);
    assert_eq!(desk.heard(), ["pong 0"]);
    assert_eq!(desk.executor.nodes(), 0);
    let out = desk.render(100).to_vec();
    assert_eq!(desk.heard(), ["applied 70", "applied 70", "applied 70"]);
    assert!(out[..20].iter().all(|s| *s == 0.0));
    assert_eq!(out[21], 0.01 + 0.01 + 0.01);
    let (_, late) = desk.batch(Kind::Level);
    desk.send(Command::Apply(late.at(3)));
    desk.render(10);
    assert_eq!(desk.heard(), ["applied 150"]);
}

#[test]
fn changes_for_one_frame_keep_their_order() {
    for callback in [1, 8, 40, 100] {
        let mut desk = Desk::new(Limits::default());
        let level = desk.apply(Kind::Level);
        desk.set(level, 0.1, Some(40));
        let mut edit = desk.graph.edit();
        edit.set(level, 0, 0.2, Some(Motion::Jump)).unwrap();
        let batch = edit.commit().unwrap().at(40);
        desk.send(Command::Apply(batch));
        let mut out = Vec::new();
        while out.len() < 40 {
            let left = callback.min(40 - out.len());
            out.extend_from_slice(desk.render(left));
        }
        // Sent when its frame has come: after what was sent before it for the same frame.
        desk.set(level, 0.3, Some(40));
        assert_eq!(desk.render(5), [0.3; 5], "callbacks of {callback}");
        assert_eq!((out[39], desk.executor.waiting_changes()), (0.25, 0));
    }
}

#[test]
fn stale_addresses_and_a_full_agenda_are_refused() {
    let mut desk = Desk::new(Limits { agenda: 3, ..Limits::default() });
    let level = desk.apply(Kind::Level);
    let stale: Address = desk.graph.address(level).unwrap();
    for at in [100, 200, 150] {
        desk.set(level, 0.5, Some(at));
    }
    desk.set(level, 0.5, Some(300));
    desk.render(1);
    assert_eq!(desk.heard(), ["set 100", "set 200", "set 150", "set refused AgendaFull"]);
    let mut edit = desk.graph.edit();
    edit.fade(0);
    edit.remove(level).unwrap();
    let batch = edit.commit().unwrap();
    desk.send(Command::Apply(batch.at(120)));
    // Another node in the same slot.
    let (other, batch) = desk.batch(Kind::Level);
    assert_ne!(desk.graph.address(other), Some(stale));
    desk.send(Command::Apply(batch.at(130)));
    desk.render(400);
    assert_eq!(
        desk.heard(),
        ["applied 120", "applied 130", "set refused NotSounding", "set refused NotSounding"]
    );
    assert_eq!(desk.executor.waiting_changes(), 0);
    desk.send(Command::Reset { ticket: Ticket(9), node: stale });
    desk.render(1);
    assert_eq!(desk.heard(), ["set refused NotSounding"]);
    // A change of a node whose batch waits waits with it.
    let (early, batch) = desk.batch(Kind::Level);
    desk.send(Command::Apply(batch.at(500)));
    desk.set(early, 0.5, None);
    desk.set(early, 0.75, Some(500));
    desk.render(200);
    assert_eq!(desk.heard(), ["set 500", "set 500", "applied 500"]);
}

#[test]
fn a_batch_for_another_revision_is_refused_whole() {
    let mut desk = Desk::new(Limits::default());
    let (_, lost) = desk.batch(Kind::Level);
    let (_, batch) = desk.batch(Kind::Level);
    drop(lost);
    desk.send(Command::Apply(batch));
    desk.render(10);
    assert_eq!((desk.heard(), desk.executor.nodes()), (vec!["refused WrongRevision".into()], 0));
}

#[test]
fn a_mute_node_is_told_once_and_comes_back_after_a_reset() {
    let mut desk = Desk::new(Limits::default());
    let mut edit = desk.graph.edit();
    let [level, faulty] = [Kind::Level, Kind::Faulty].map(|k| edit.add("n", TestNode::boxed(k)).unwrap());
    let steady = edit.add("steady", TestNode::boxed(Kind::Level)).unwrap();
    edit.connect(level.output(0), faulty.input(0), 1.0).unwrap();
    edit.connect(faulty.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    edit.connect(steady.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    let batch = edit.commit().unwrap();
    desk.send(Command::Apply(batch));
    desk.set(faulty, 1.0, Some(100));
    desk.set(faulty, 0.0, Some(110));
    let out = desk.render(300).to_vec();
    assert_eq!((out[99], out[100], out[299]), (0.5, 0.25, 0.25));
    assert_eq!(desk.heard(), ["applied 0", "set 100", "set 110", "muted 100"]);
    assert_eq!((desk.remote.load.muted(), desk.executor.waiting_changes()), (1, 0));
    let node = desk.graph.address(faulty).unwrap();
    desk.send(Command::Reset { ticket: Ticket(5), node });
    assert_eq!(desk.render(10), [0.5; 10]);
    assert_eq!(desk.heard(), ["set 300"]);
}

#[test]
fn sums_that_are_no_number_are_silence_and_counted() {
    let mut desk = Desk::new(Limits::default());
    let mut edit = desk.graph.edit();
    let level = edit.add("level", TestNode::boxed(Kind::Level)).unwrap();
    let mut last = level;
    for _ in 0..2 {
        let next = edit.add("gain", TestNode::boxed(Kind::Gain)).unwrap();
        edit.connect(last.output(0), next.input(0), 1e30).unwrap();
        last = next;
    }
    edit.connect(last.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    let batch = edit.commit().unwrap();
    desk.send(Command::Apply(batch));
    assert_eq!(desk.render(64), [0.0; 64]);
    assert_eq!((desk.heard(), desk.remote.load.overflows()), (vec!["applied 0".into()], 64));
}

#[test]
fn full_rings_lose_nothing() {
    let mut desk =
        Desk::new(Limits { messages: 8, waiting: 4, commands_per_callback: 3, ..Limits::default() });
    let (mut sent, mut refused) = (0, 0);
    // Nobody listens: events fill their ring, then the backlog; then commands stay where they are.
    for round in 0..200u64 {
        let (_, batch) = desk.batch(Kind::Level);
        let mut command = Command::Apply(batch);
        loop {
            match desk.remote.commands.send(command) {
                Ok(()) => break,
                Err(full) => {
                    command = full.0;
                    refused += 1;
                    desk.render(10);
                    if refused > 100 {
                        // Stuck, as it should be: listen to one.
                        assert!(matches!(
                            desk.remote.events.receive(),
                            Some(Event::Applied { .. } | Event::Pong { .. })
                        ));
                        sent += 1;
                    }
                }
            }
        }
        if round % 3 == 0 {
            let _ = desk.remote.commands.send(Command::Ping(Ticket(round)));
        }
    }
    assert!(desk.remote.commands.refused() >= refused);
    for _ in 0..500 {
        sent += desk.heard().iter().filter(|e| e.starts_with("applied")).count();
        desk.render(10);
    }
    assert_eq!(desk.executor.nodes(), desk.graph.len(), "{sent} told");
    assert_eq!(desk.remote.load.untold(), 0);
    assert!(desk.remote.load.deferred() > 0);
}

#[test]
fn a_batch_that_is_due_but_has_no_room_to_answer_waits_and_takes_effect_later() {
    let mut desk = Desk::new(Limits { messages: 4, ..Limits::default() });
    for frame in 0..100 {
        desk.remote.commands.send(Command::Ping(Ticket(frame))).map_err(drop).unwrap_or(());
        desk.render(1);
    }
    let (_, batch) = desk.batch(Kind::Counter);
    while desk.remote.commands.room() == 0 {
        let _ = desk.remote.events.receive();
        desk.render(1);
    }
    desk.send(Command::Apply(batch.at(101)));
    desk.render(500);
    while !desk.heard().is_empty() {
        desk.render(10);
    }
    assert_eq!(desk.executor.nodes(), 1);
}

#[test]
fn frames_near_the_end_of_time_do_no_harm() {
    let mut desk = Desk::new(Limits::default());
    let level = desk.apply(Kind::Level);
    desk.set(level, 0.5, Some(u64::MAX));
    let (_, batch) = desk.batch(Kind::Level);
    desk.send(Command::Apply(batch.at(u64::MAX)));
    assert_eq!(desk.render(200), [0.25; 200]);
    assert_eq!(desk.executor.waiting_changes(), 1);
}

/// Does what a node must not.
struct Planted(fn());

impl Processor for Planted {
    fn shape(&self) -> Shape {
        Shape { outputs: vec![Port { name: "out".into(), channels: 1 }], ..Shape::default() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        (self.0)();
        io.outputs.silence_all();
        Activity::Sounding
    }
    fn reset(&mut self) {}
}

#[test]
fn the_trap_catches_a_node_that_allocates_or_prints() {
    let offences: [fn(); 2] = [|| drop(core::hint::black_box(vec![0u8; 100])), || std::thread::yield_now()];
    for offence in offences {
        let mut desk = Desk::new(Limits::default());
        let mut edit = desk.graph.edit();
        edit.add("planted", Box::new(Planted(offence))).unwrap();
        let batch = edit.commit().unwrap();
        desk.send(Command::Apply(batch));
        let (executor, out) = (&mut desk.executor, &mut desk.out);
        let ((), report) = armed(|| executor.render(&mut [&mut out[..64]]));
        assert!(!report.is_clean() || !sostenuto_trap::watches_system_calls());
    }
}

#[test]
fn interleaved_and_surplus_channels() {
    let mut desk = Desk::new(Limits::default());
    desk.apply(Kind::Level);
    let (executor, out) = (&mut desk.executor, &mut desk.out);
    out.fill(9.0);
    forbidden(|| executor.render_interleaved(&mut out[..7], 2));
    assert_eq!(out[..8], [0.25, 0.0, 0.25, 0.0, 0.25, 0.0, 0.0, 9.0]);
    assert_eq!(executor.frame(), 3);
}

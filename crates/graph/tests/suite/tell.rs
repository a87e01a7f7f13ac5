//! What nodes are told at exact frames, wherever they are, and what they tell back: the same for any block size, and nothing lost in
//! silence.

use crate::support;

use sostenuto_graph::transport::Change;
use sostenuto_graph::voice::{Note, NoteId};
use sostenuto_graph::{
    Activity, Approach, AudioGraph, Command, Curve, Event, Executor, Io, Limits, Message, Motion, NodeId,
    NoteEvent, Parameter, Port, Processor, ROOT, Refusal, Remote, Report, Reports, Shape, Sink, Source,
    Stream, Ticket, Told, When, Word,
};
use sostenuto_trap::forbidden;
use sostenuto_units::Unit;
use support::Dice;
use support::cell::Kind;
use support::node::TestNode;
use support::scenario::STREAM;

/// Puts out what it was told last, times its parameter. Tells when it is told, and 100 frames later.
struct Listener {
    level: f32,
    id: u32,
    left: u32,
    reports: Reports,
}

const RISE: u16 = 1;
const STARTED: u16 = 10;
const ENDED: u16 = 11;
const LASTS: u32 = 100;

impl Listener {
    fn boxed(room: usize) -> Box<dyn Processor> {
        Box::new(Listener { level: 0.0, id: 0, left: 0, reports: Reports::with_room(room) })
    }
    fn report(&mut self, frame: u64, what: u16) {
        self.reports.tell(Report { frame, what, place: 0, id: self.id, value: self.level });
    }
}

impl Processor for Listener {
    fn shape(&self) -> Shape {
        let (name, unit, curve, choices) = ("gain".into(), Unit::None, Curve::Linear, [].as_slice().into());
        let approach = Approach::Step;
        Shape {
            outputs: vec![Port { name: "out".into(), channels: 1 }],
            params: vec![Parameter {
                name,
                unit,
                min: 0.0,
                max: 4.0,
                default: 1.0,
                curve,
                approach,
                choices,
            }],
            ..Shape::default()
        }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        if self.left == 0 {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        for frame in 0..io.span.frames {
            let gain = io.params.get(0).at(frame);
            io.outputs.channel(0)[frame] = if self.left > 0 { self.level * gain } else { 0.0 };
            if self.left == 1 {
                self.report(io.span.frame + frame as u64 + 1, ENDED);
            }
            self.left = self.left.saturating_sub(1);
        }
        Activity::Sounding
    }
    fn reset(&mut self) {
        (self.level, self.left) = (0.0, 0);
    }
    fn hears(&self, told: &Told) -> bool {
        match told {
            Told::Message(message) => message.verb == RISE,
            Told::Note(note) => matches!(note, NoteEvent::On(_)),
        }
    }
    fn tell(&mut self, told: Told, frame: u64) {
        (self.level, self.id) = match told {
            Told::Message(message) => (message.values()[0], message.id),
            Told::Note(NoteEvent::On(note)) => (note.velocity, note.id.0 as u32),
            Told::Note(_) => return,
        };
        self.left = LASTS;
        self.report(frame, STARTED);
    }
    fn reports(&mut self) -> Option<&mut Reports> {
        Some(&mut self.reports)
    }
    fn starts_silent(&self) -> bool {
        true
    }
}

struct Room {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    tickets: u64,
}

impl Room {
    fn new(limits: Limits) -> Self {
        let (executor, remote) = Executor::new(STREAM, limits, None);
        let mut graph = AudioGraph::new(STREAM, 1);
        graph.set_lanes_always();
        Room { graph, executor, remote, tickets: 1 << 40 }
    }

    fn apply(
        &mut self,
        at: u64,
        make: impl FnOnce(&mut sostenuto_graph::Edit<'_>) -> Vec<NodeId>,
    ) -> Vec<NodeId> {
        let mut edit = self.graph.edit();
        edit.fade(0);
        let nodes = make(&mut edit);
        let batch = edit.commit().unwrap().at(at);
        self.remote.commands.send(Command::Apply(batch)).unwrap();
        nodes
    }

    fn listener(&mut self, room: usize) -> NodeId {
        self.apply(0, |edit| {
            let node = edit.add("listener", Listener::boxed(room)).unwrap();
            edit.connect(node.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
            vec![node]
        })[0]
    }

    fn ticket(&mut self) -> Ticket {
        self.tickets += 1;
        Ticket(self.tickets)
    }

    fn tell(&mut self, node: NodeId, (id, value): (u32, f32), at: When) -> Ticket {
        let message = Message::new(RISE, 0, id).with_values([value, 0.0, 0.0, 0.0]);
        self.say(node, message, at)
    }

    fn say(&mut self, node: NodeId, message: Message, at: When) -> Ticket {
        let (ticket, node) = (self.ticket(), self.graph.address(node).unwrap());
        self.remote.commands.send(Command::Tell { ticket, node, message, at }).unwrap();
        ticket
    }

    fn render(&mut self, frames: usize, block: usize) -> Vec<f32> {
        let mut out = vec![0.0; frames];
        for chunk in out.chunks_mut(block) {
            forbidden(|| self.executor.render(&mut [&mut *chunk]));
        }
        out
    }

    fn events(&mut self) -> Vec<Event> {
        core::iter::from_fn(|| self.remote.events.receive()).collect()
    }
}

/// What was told: frame, what, id.
fn reports(events: &[Event]) -> Vec<(u64, u16, u32)> {
    let report = |event: &Event| match event {
        Event::Told { report, .. } => Some((report.frame, report.what, report.id)),
        _ => None,
    };
    events.iter().filter_map(report).collect()
}

fn refusals(events: &[Event]) -> Vec<Refusal> {
    let why = |event: &Event| if let Event::SetRefused { why, .. } = event { Some(*why) } else { None };
    events.iter().filter_map(why).collect()
}

/// One listener of each: on its own, in each of some parts side by side, before a loop, and in a loop.
fn everywhere(room: &mut Room) -> Vec<NodeId> {
    room.apply(0, |edit| {
        let mut nodes = vec![edit.add("alone", Listener::boxed(64)).unwrap()];
        edit.connect(nodes[0].output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        for _ in 0..5 {
            let port = vec![Port { name: "p".into(), channels: 1 }];
            let part = edit.add_part(ROOT, "part", Vec::new(), port).unwrap();
            let node = edit.add_in(part, "inside", Listener::boxed(64)).unwrap();
            edit.connect(node.output(0), Sink::PartOutput(part, 0), 1.0).unwrap();
            edit.connect(Source::Output(part, 0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
            nodes.push(node);
        }
        let [delay, gain] =
            [Kind::Delay, Kind::Gain].map(|kind| edit.add("loop", TestNode::boxed(kind)).unwrap());
        edit.set(delay, 0, 7.0, Some(Motion::Jump)).unwrap();
        let node = edit.add("before", Listener::boxed(64)).unwrap();
        edit.connect(node.output(0), gain.input(0), 1.0).unwrap();
        edit.connect(gain.output(0), delay.input(0), 1.0).unwrap();
        edit.connect(delay.output(0), gain.input(0), 0.5).unwrap();
        edit.connect(delay.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
        nodes.push(node);
        nodes
    })
}

/// What a listener is to put out, frame by frame: a plain model.
fn model(tells: &[(u64, f32)], frames: usize) -> Vec<f32> {
    let at = |frame: u64| {
        let last = tells.iter().rfind(|(at, _)| *at <= frame);
        last.filter(|(at, _)| frame < at + u64::from(LASTS)).map_or(0.0, |(_, value)| *value)
    };
    (0..frames as u64).map(at).collect()
}

#[test]
fn nodes_anywhere_are_told_at_the_exact_frame_whatever_the_blocks() {
    const FRAMES: usize = 1_500;
    for seed in 0..30u64 {
        let run = |block: usize| {
            let mut dice = Dice(seed);
            let mut room = Room::new(Limits::default());
            let nodes = everywhere(&mut room);
            let mut told = vec![Vec::new(); nodes.len()];
            for id in 1..60 {
                let (which, value) = (dice.below(nodes.len()), dice.below(64) as f32 / 16.0);
                let at = dice.below(FRAMES - 300) as u64;
                told[which].push((at, value));
                room.tell(nodes[which], (id, value), When::Frame(at));
            }
            // The sort is stable: of those for one frame the last one sent holds.
            told.iter_mut().for_each(|tells| tells.sort_by_key(|(at, _)| *at));
            let out = room.render(FRAMES, block);
            let events = room.events();
            assert!(refusals(&events).is_empty());
            (told, out, reports(&events))
        };
        let (told, whole, heard) = run(FRAMES);
        assert!(heard.len() > 60 && heard.is_sorted_by_key(|(frame, ..)| *frame), "{heard:?}");
        let mut wanted = vec![0.0f32; FRAMES];
        for tells in told.iter().take(6) {
            wanted.iter_mut().zip(model(tells, FRAMES)).for_each(|(sum, level)| *sum += level);
        }
        let before = model(&told[6], FRAMES);
        let mut line = vec![0.0f32; FRAMES];
        for frame in 7..FRAMES {
            line[frame] = (before[frame - 7] + 0.5 * line[frame - 7]).clamp(-4.0, 4.0);
        }
        wanted.iter_mut().zip(&line).for_each(|(sum, line)| *sum += line);
        assert!(whole.iter().zip(&wanted).all(|(a, b)| (a - b).abs() < 1e-5), "seed {seed}");
        for block in [1, 13, 64, 480] {
            let (_, out, told) = run(block);
            let bits = |samples: &[f32]| samples.iter().map(|s| s.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&out), bits(&whole), "seed {seed}, blocks of {block}");
            assert_eq!(told, heard, "seed {seed}, blocks of {block}");
        }
    }
}

#[test]
fn what_has_the_same_frame_keeps_its_order_and_parameters_come_first() {
    for block in [1, 40, 500] {
        let mut room = Room::new(Limits::default());
        let node = room.listener(8);
        room.tell(node, (1, 1.0), When::Frame(70));
        let (set, ticket) = (room.graph.set(node, 0, 2.0, Some(Motion::Jump)).unwrap(), room.ticket());
        room.remote.commands.send(Command::Set { ticket, set, at: Some(70) }).unwrap();
        room.tell(node, (2, 0.5), When::Frame(70));
        room.tell(node, (3, 1.5), When::Frame(71));
        let out = room.render(100, block);
        assert_eq!(out[69..73], [0.0, 1.0, 3.0, 3.0]);
        let told = reports(&room.events());
        assert_eq!(told, [(70, STARTED, 1), (70, STARTED, 2), (71, STARTED, 3)]);
    }
}

#[test]
fn musical_time_and_notes_reach_nodes() {
    let mut room = Room::new(Limits::default());
    let node = room.listener(8);
    let (ticket, at) = (room.ticket(), When::Now);
    room.remote.commands.send(Command::Transport { ticket, change: Change::Play, at }).unwrap();
    room.render(1, 1);
    // 120 beats per minute: half a second each.
    let beat = (STREAM.sample_rate / 2.0) as u64;
    room.tell(node, (1, 1.0), When::NextBeat);
    room.tell(node, (2, 1.0), When::Beat(0.5));
    let (ticket, instrument) = (room.ticket(), room.graph.address(node).unwrap());
    let note = NoteEvent::On(Note { id: NoteId(3), pitch: 60.0, velocity: 0.25 });
    room.remote.commands.send(Command::Note { ticket, instrument, note, at: When::Frame(10) }).unwrap();
    let ticket = room.ticket();
    let note = NoteEvent::AllOff;
    room.remote.commands.send(Command::Note { ticket, instrument, note, at: When::Now }).unwrap();
    let out = room.render(beat as usize + 200, 512);
    assert_eq!((out[8], out[9]), (0.0, 0.25));
    let events = room.events();
    assert_eq!(refusals(&events), [Refusal::NoInstrument]);
    let began: Vec<_> = reports(&events).into_iter().filter(|(_, what, _)| *what == STARTED).collect();
    assert_eq!(began, [(10, STARTED, 3), (beat / 2, STARTED, 2), (beat, STARTED, 1)]);
}

#[test]
fn what_is_not_heard_is_refused_at_once_or_at_its_frame() {
    let mut room = Room::new(Limits { agenda: 2, ..Limits::default() });
    let node = room.listener(8);
    let deaf = room.apply(0, |edit| vec![edit.add("deaf", TestNode::boxed(Kind::Gain)).unwrap()])[0];
    room.say(node, Message::new(RISE + 1, 0, 0), When::Now);
    room.tell(deaf, (1, 1.0), When::Frame(10));
    // To nodes that are yet to come, each told what it is.
    let late = room.apply(100, |edit| {
        vec![
            edit.add("late", Listener::boxed(8)).unwrap(),
            edit.add("deaf", TestNode::boxed(Kind::Gain)).unwrap(),
        ]
    });
    room.tell(late[0], (2, 1.0), When::Now);
    room.tell(late[1], (3, 1.0), When::Frame(20));
    room.tell(late[0], (4, 1.0), When::Frame(300));
    room.render(50, 50);
    assert_eq!(refusals(&room.events()), [Refusal::Unheard, Refusal::Unheard, Refusal::AgendaFull]);
    room.render(100, 50);
    let events = room.events();
    assert_eq!((refusals(&events), reports(&events)), (vec![Refusal::Unheard], vec![(100, STARTED, 2)]));
    // One that has gone, and what was due for it.
    room.tell(node, (5, 1.0), When::Frame(400));
    room.apply(0, |edit| {
        edit.remove(node).unwrap();
        Vec::new()
    });
    room.render(400, 50);
    assert_eq!((refusals(&room.events()), room.executor.waiting_changes()), (vec![Refusal::NotSounding], 0));
}

#[test]
fn a_mute_node_is_told_and_goes_on_after_a_reset() {
    let mut room = Room::new(Limits::default());
    let node = room.listener(8);
    room.tell(node, (1, f32::NAN), When::Frame(10));
    room.tell(node, (2, 1.0), When::Frame(30));
    assert_eq!(room.render(100, 64), [0.0; 100]);
    let events = room.events();
    assert_eq!(reports(&events), [(10, STARTED, 1), (30, STARTED, 2)]);
    assert!(events.iter().any(|event| matches!(event, Event::Muted { frame: 10, .. })));
    let (ticket, address) = (room.ticket(), room.graph.address(node).unwrap());
    room.remote.commands.send(Command::Reset { ticket, node: address }).unwrap();
    room.tell(node, (3, 0.5), When::Frame(110));
    let out = room.render(50, 64);
    assert_eq!((out[9], out[10]), (0.0, 0.5));
}

#[test]
fn what_nobody_takes_is_counted_and_told_and_batches_get_through() {
    let mut room = Room::new(Limits { messages: 64, ..Limits::default() });
    let nodes = [room.listener(16), room.listener(4)];
    room.render(1, 1);
    let (mut sent, mut told, mut lost) = (0u64, 0u64, 0u64);
    let mut take = |room: &mut Room| {
        for event in room.events() {
            match event {
                Event::Told { report, .. } if report.what == STARTED => told += 1,
                Event::Untold { lost: count, .. } => lost += u64::from(count),
                Event::SetRefused { why, .. } => panic!("{why}"),
                _ => {}
            }
        }
        (told, lost)
    };
    // So that nothing ends, each is told again before.
    for round in 0..400u64 {
        for node in nodes {
            if room.remote.commands.room() > 4 {
                room.tell(node, (round as u32, 1.0), When::Now);
                sent += 1;
            }
        }
        room.render(20, 20);
        if round % 50 == 49 {
            take(&mut room);
        }
    }
    // A batch has its acknowledgement in spite of it; what a node that goes has told meanwhile is counted.
    for node in nodes {
        room.tell(node, (9, 1.0), When::Now);
        sent += 1;
    }
    room.render(40, 20);
    take(&mut room);
    for _ in 0..100 {
        room.render(20, 20);
        take(&mut room);
    }
    let (told, lost) = take(&mut room);
    // Those that ended while nobody heard are among the lost.
    assert!(told > 20 && lost > 0 && told + lost >= sent, "{told} told and {lost} lost of {sent}");
    assert_eq!(room.remote.load.untold(), lost);
    room.apply(0, |edit| {
        nodes.into_iter().for_each(|node| edit.remove(node).unwrap());
        Vec::new()
    });
    room.render(20, 20);
    assert!(room.events().iter().any(|event| matches!(event, Event::Applied { .. })));
    assert_eq!(room.executor.nodes(), room.graph.len());
}

impl Room {
    /// Tells by the line, past the commands.
    fn whisper(&mut self, node: NodeId, (id, value): (u32, f32), at: When) -> Result<(), Word> {
        let message = Message::new(RISE, 0, id).with_values([value, 0.0, 0.0, 0.0]);
        let word = Word { node: self.graph.address(node).unwrap(), message, at };
        forbidden(|| self.remote.line.send(word)).map_err(|full| full.0)
    }
}

#[test]
fn words_come_at_their_frame_and_after_the_commands_sent_before_them() {
    for (block, per_callback) in [(1, 256), (64, 256), (64, 1), (500, 256)] {
        let mut room = Room::new(Limits { commands_per_callback: per_callback, ..Limits::default() });
        // Nothing of it is there yet as the words are sent.
        let (first, second) = (room.listener(8), room.listener(8));
        room.whisper(first, (1, 1.0), When::Frame(200)).unwrap();
        room.whisper(second, (2, 0.5), When::Frame(203)).unwrap();
        room.whisper(first, (3, 0.25), When::Frame(310)).unwrap();
        let out = room.render(500, block);
        let wanted = |frame: usize| match frame {
            0..200 => 0.0,
            200..203 => 1.0,
            203..300 => 1.5,
            300..303 => 0.5,
            303..310 => 0.0,
            310..410 => 0.25,
            _ => 0.0,
        };
        let at = (0..500).find(|frame| out[*frame] != wanted(*frame));
        assert_eq!(at, None, "blocks of {block}, {per_callback} commands a callback");
        let events = room.events();
        assert!(refusals(&events).is_empty());
        // Nothing acknowledges them but what the nodes tell.
        assert!(events.iter().all(|event| matches!(event, Event::Applied { .. } | Event::Told { .. })));
    }
}

#[test]
fn words_that_cannot_be_heard_come_back_by_their_ids() {
    let mut room = Room::new(Limits { words: 4, ..Limits::default() });
    let node = room.listener(8);
    let deaf = room.apply(0, |edit| vec![edit.add("deaf", TestNode::boxed(Kind::Gain)).unwrap()])[0];
    room.whisper(deaf, (7, 1.0), When::Now).unwrap();
    room.whisper(node, (8, 1.0), When::Now).unwrap();
    let gone =
        Word { node: room.graph.address(node).unwrap(), message: Message::new(RISE, 0, 9), at: When::Now };
    room.render(64, 64);
    room.apply(0, |edit| {
        edit.remove(node).unwrap();
        Vec::new()
    });
    room.remote.line.send(gone).unwrap();
    room.render(64, 64);
    let events = room.events();
    let refused = events.iter().filter_map(|event| match event {
        Event::SetRefused { ticket, why } => Some((Word::of(*ticket), *why)),
        _ => None,
    });
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused, [(Some((RISE, 7)), Refusal::Unheard), (Some((RISE, 9)), Refusal::NotSounding)]);
    assert_eq!(Word::of(Ticket(9)), None);
    // A line that nobody takes from fills up, says so, and counts.
    let sent = (0..6).filter(|id| room.whisper(deaf, (*id, 0.0), When::Now).is_ok()).count();
    assert_eq!((sent, room.remote.line.refused()), (4, 2));
}

#[test]
fn what_waits_for_later_leaves_room_for_what_is_due() {
    let mut room = Room::new(Limits { agenda: 64, ..Limits::default() });
    let node = room.listener(64);
    for id in 0..64 {
        room.whisper(node, (id, 0.5), When::Frame(1_000_000)).unwrap();
    }
    room.render(64, 64);
    // The last 4 places are for what is due.
    assert_eq!(refusals(&room.events()), [Refusal::AgendaFull; 4]);
    room.whisper(node, (100, 1.0), When::Now).unwrap();
    let out = room.render(64, 64);
    assert_eq!(reports(&room.events()), [(64, STARTED, 100)]);
    assert_eq!(out[0], 1.0);
}

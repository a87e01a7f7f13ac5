//! Every kind side by side in lanes gives the same bits as alone: at every width, whatever is set, and while nodes come and go; and nothing is
//! allocated or freed meanwhile.

use sostenuto_graph::voice::{Config, Note, NoteId, Steal};
use sostenuto_graph::{
    AudioGraph, Command, Edit, Event, Executor, Limits, Motion, NodeId, NoteEvent, Port, ROOT, Remote, Shape,
    Sink, Stream, VoiceTables, Voicing, When,
};
use sostenuto_nodes::{Buffer, Kind, Layout, build, catalogue, find};
use sostenuto_trap::forbidden;
use std::sync::Arc;

const STREAM: Stream = Stream { sample_rate: 48_000.0 };
const PARTS: usize = 21;

/// What the parts are fed with.
#[derive(Clone, Copy)]
enum Fed {
    /// Noise.
    Always,
    /// Noise with long silences, at a rate so low that whatever sleeps falls asleep in them.
    Seldom,
}

impl Fed {
    fn stream(self) -> Stream {
        match self {
            Fed::Always => STREAM,
            Fed::Seldom => Stream { sample_rate: 2000.0 },
        }
    }
}

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

/// Noise that is cut off and comes back.
fn seldom(edit: &mut Edit<'_>, part: NodeId, noise: NodeId, dice: &mut Dice) -> NodeId {
    let [wave, cut] = ["lfo", "multiply"].map(|kind| node(edit, part, kind, Layout::of(2)));
    for (param, value) in [(0, 0.2 + 0.5 * dice.part()), (1, 4.0), (2, 360.0 * dice.part()), (4, 1.0)] {
        edit.set(wave, param, value, Some(Motion::Jump)).expect("in range");
    }
    edit.connect(noise.output(0), cut.input(0), 1.0).expect("they are there");
    edit.connect(wave.output(0), cut.input(1), 1.0).expect("they are there");
    cut
}

/// Noise of any length, mostly in as many channels as the node.
fn recording(dice: &mut Dice) -> Arc<Buffer> {
    let channels = if dice.below(4) == 0 { 1 } else { 2 };
    let longest = [5, 200, 5000][dice.below(3) as usize];
    let frames = 1 + dice.below(longest) as usize;
    let samples = (0..frames * channels).map(|_| 2.0 * dice.part() - 1.0).collect();
    let rate = [48_000.0, 44_100.0][dice.below(2) as usize];
    Arc::new(Buffer::from_interleaved(samples, channels, rate).expect("it is one"))
}

/// A part with noise, a slow wave and a gate into the inputs of a node, and the node's outputs added up.
fn part(edit: &mut Edit<'_>, kind: &Kind, fed: Fed, dice: &mut Dice) -> (NodeId, NodeId) {
    let port = Port { name: "out".into(), channels: 2 };
    let part = edit.add_part(ROOT, "part", Vec::new(), vec![port]).expect("there is room");
    let seeded = |dice: &mut Dice| Layout { seed: dice.next(), ..Layout::of(2) };
    let mut noise = node(edit, part, "white_noise", seeded(dice));
    if matches!(fed, Fed::Seldom) {
        noise = seldom(edit, part, noise, dice);
    }
    let gate = node(edit, part, "lfo", Layout::of(1));
    edit.set(gate, 0, 20.0 + 200.0 * dice.part(), Some(Motion::Jump)).expect("in range");
    let layout = seeded(dice);
    let layout = if kind.plays { layout.playing("noise", recording(dice)) } else { layout };
    let own = node(edit, part, kind.name, layout);
    let shape = edit.graph().shape(own).cloned().expect("it is there");
    for (number, port) in shape.inputs.iter().enumerate() {
        let from = if matches!(&*port.name, "gate" | "trigger") { gate } else { noise };
        edit.connect(from.output(0), own.input(number as u16), 0.7).expect("they are there");
    }
    for number in 0..shape.outputs.len() as u16 {
        edit.connect(own.output(number), Sink::PartOutput(part, 0), 0.5).expect("they are there");
    }
    if let Some(short) =
        shape.params.iter().position(|p| &*p.name == "decay").filter(|_| kind.name == "reverb")
    {
        edit.set(own, short as u16, 50.0, Some(Motion::Jump)).expect("in range");
    } else if shape.params.len() > 1 && dice.below(2) == 0 {
        let p = &shape.params[0];
        let depth = (p.default.abs() * 0.3).max(0.01);
        edit.connect(gate.output(0), own.param(0), depth).expect("they are there");
    }
    edit.connect(part.output(0), Sink::PartOutput(ROOT, 0), 0.1).expect("they are there");
    (part, own)
}

impl Rig {
    fn new(kind: &Kind, fed: Fed, lanes: usize, dice: &mut Dice) -> Self {
        let (executor, remote) = Executor::new(fed.stream(), Limits::default(), None);
        let mut graph = AudioGraph::new(fed.stream(), 2);
        graph.set_lanes(lanes);
        let mut edit = graph.edit();
        let (parts, nodes) = (0..PARTS).map(|_| part(&mut edit, kind, fed, dice)).unzip();
        let batch = edit.commit().expect("no loop");
        let mut rig = Rig { graph, executor, remote, nodes, parts, out: Vec::new(), most: 0 };
        rig.remote.commands.send(Command::Apply(batch)).expect("there is room");
        rig
    }

    fn render(&mut self, frames: usize) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        let executor = &mut self.executor;
        forbidden(|| executor.render(&mut [&mut left, &mut right]));
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
fn play(kind: &Kind, fed: Fed, lanes: usize, seed: u64) -> Rig {
    let mut dice = Dice(seed);
    let mut rig = Rig::new(kind, fed, lanes, &mut dice);
    let longest = if matches!(fed, Fed::Always) { 300 } else { 900 };
    for round in 0..60 {
        rig.render(1 + dice.below(longest) as usize);
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

/// Plays the same alone and at every width.
fn compare(kind: &Kind, fed: Fed, seed: u64) {
    let alone = play(kind, fed, 1, seed);
    assert!(alone.most == 0 && alone.out.iter().any(|x| *x != 0.0), "{}", kind.name);
    for lanes in [4, 8, 16, 32] {
        let beside = play(kind, fed, lanes, seed);
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

#[test]
fn side_by_side_every_kind_sounds_as_alone() {
    // A metronome is heard once musical time goes on, a stream, a feed and a sampler once they have something to play.
    let silent = ["inlet", "outlet", "metronome", "sampler", "stream", "feed"];
    for kind in catalogue().filter(|k| !silent.contains(&k.name)) {
        (0..3).for_each(|seed| compare(kind, Fed::Always, seed));
    }
}

#[test]
fn side_by_side_each_falls_asleep_and_wakes_by_itself() {
    for name in ["chorus", "flanger", "reverb", "limiter", "impulse", "slew", "sample_hold", "meter", "scope"]
    {
        let kind = find(name).expect("it is in the catalogue");
        (0..2).for_each(|seed| compare(kind, Fed::Seldom, seed));
    }
}

/// Of these each runs by itself: what they do is not of one shape, or they are told things.
const ALONE: &[&str] =
    &["inlet", "outlet", "metronome", "stretch", "pitch_shift", "looper", "sampler", "stream", "feed"];

#[test]
fn every_kind_that_runs_has_lanes_of_its_own() {
    for kind in catalogue().filter(|k| !ALONE.contains(&k.name)) {
        let built = build(kind.name, Layout::of(2)).expect("it is in the catalogue");
        assert!(built.processor.kin().is_some(), "{}", kind.name);
    }
}

/// An instrument of many voices, played at random frames, several notes a block.
fn concert(lanes: usize, steal: Steal, seed: u64, sizes: u64) -> (Vec<f32>, usize) {
    let mut dice = Dice(seed);
    let limits = Limits { messages: 8192, agenda: 16_384, commands_per_callback: 8192, ..Limits::default() };
    let (mut executor, mut remote) = Executor::new(STREAM, limits, None);
    let mut graph = AudioGraph::new(STREAM, 2);
    graph.set_lanes(lanes);
    let mut edit = graph.edit();
    let port = || vec![Port { name: "out".into(), channels: 2 }];
    let config = Config { voices: 20, spares: 3, fade: 120, hurry: 30, steal, ..Config::default() };
    let instrument = edit
        .add_instrument(ROOT, "strings", Vec::new(), port(), &Voicing { config, glide: 40 })
        .expect("room");
    let mut tables = VoiceTables::default();
    for voice in edit.graph().voices(instrument).to_vec() {
        let [note, saw, filter, lfo, level, product, pan] =
            ["note", "saw", "svf", "lfo", "adsr", "multiply", "pan"]
                .map(|kind| node(&mut edit, voice, kind, Layout::of(1)));
        for (param, value) in [(0, 3.0), (1, 10.0), (2, 0.5), (3, 8.0)] {
            edit.set(level, param, value, Some(Motion::Jump)).expect("in range");
        }
        let cables = [
            (note.output(0), saw.param(0), 1.0),
            (note.output(1), level.input(0), 1.0),
            (saw.output(0), filter.input(0), 1.0),
            (lfo.output(0), filter.param(0), 300.0),
            (filter.output(0), product.input(0), 1.0),
            (level.output(0), product.input(1), 1.0),
            (product.output(0), pan.input(0), 0.5),
            (pan.output(0), Sink::PartOutput(voice, 0), 1.0),
        ];
        cables
            .into_iter()
            .for_each(|(from, to, gain)| _ = edit.connect(from, to, gain).expect("they are there"));
        tables.notes.push(vec![note]);
    }
    edit.set_voice_tables(instrument, &tables).expect("they are there");
    edit.connect(instrument.output(0), Sink::PartOutput(ROOT, 0), 0.1).expect("they are there");
    remote.commands.send(Command::Apply(edit.commit().expect("no loop"))).expect("there is room");
    let address = graph.address(instrument).expect("it is there");
    for id in 0..900 {
        let (at, length) = (300 + dice.below(24_000), dice.below(1500) * dice.below(2));
        let (pitch, velocity) = (30.0 + 60.0 * dice.part(), dice.part());
        let on = NoteEvent::On(Note { id: NoteId(id), pitch, velocity });
        for (note, at) in
            [(on, at), (NoteEvent::Bend(NoteId(id), 1.0), at + 3), (NoteEvent::Off(NoteId(id)), at + length)]
        {
            let ticket = graph.next_ticket();
            let command = Command::Note { ticket, instrument: address, note, at: When::Frame(at) };
            remote.commands.send(command).expect("there is room");
        }
    }
    let (mut out, mut most, mut cuts) = (Vec::new(), 0, Dice(99));
    while out.len() < 60_000 {
        let frames =
            if sizes == 0 { 64 } else { 1 + cuts.below(sizes) as usize }.min((60_000 - out.len()) / 2);
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        forbidden(|| executor.render(&mut [&mut left, &mut right]));
        left.into_iter().zip(right).for_each(|(l, r)| out.extend([l, r]));
        while let Some(event) = remote.events.receive() {
            if let Event::Applied { ticket, frame, .. } = event {
                graph.applied(ticket, frame);
            }
        }
        if let Some(batch) = graph.settle(executor.frame()) {
            remote.commands.send(Command::Apply(batch)).expect("there is room");
        }
        most = most.max(graph.side_by_side().0);
    }
    (out, most)
}

#[test]
fn voices_side_by_side_sound_as_alone_whatever_is_played() {
    for steal in [Steal::Oldest, Steal::Quietest, Steal::Furthest, Steal::SameNote] {
        for seed in 0..4 {
            let (alone, most) = concert(1, steal, seed, 0);
            assert!(most == 0 && alone.iter().filter(|x| **x != 0.0).count() > 40_000);
            for (lanes, sizes) in [(1, 300), (4, 0), (8, 200), (16, 0), (32, 500), (32, 0)] {
                let (beside, most) = concert(lanes, steal, seed, sizes);
                assert!(lanes == 1 || most >= 20, "{most} voices side by side");
                let differs = alone.iter().zip(&beside).position(|(a, b)| a.to_bits() != b.to_bits());
                let differs = differs.map(|at| (at / 2, alone[at], beside[at]));
                assert_eq!(differs, None, "{steal:?} in {lanes} lanes, seed {seed}, callbacks up to {sizes}");
            }
        }
    }
}

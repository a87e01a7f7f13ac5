//! Instruments: each note starts at its exact frame and ends, none hangs, and all is the same whatever the host's callbacks are; the audio
//! side in a trap.

use crate::support;

use sostenuto_graph::transport::{Change, Sequence, Step};
use sostenuto_graph::voice::{Config, Mode, Note, NoteId, Steal};
use sostenuto_graph::{
    Activity, Approach, AudioGraph, Command, Curve, Event, Executor, Io, Limits, NodeId, NoteEvent,
    Parameter, Port, Processor, ROOT, Remote, Shape, Sink, Stream, Ticket, VoiceTables, Voicing, When,
};
use sostenuto_trap::forbidden;
use sostenuto_units::Unit;
use std::sync::Arc;
use support::Dice;
use support::scenario::STREAM;

/// A voice that can be read: 1 in its first frame, then, while its gate is open, a thousandth of its velocity, then that fading out; and
/// beside it its pitch.
#[derive(Default)]
struct Reed {
    begun: bool,
    level: f32,
}

const RING: f32 = 0.99;

impl Processor for Reed {
    fn shape(&self) -> Shape {
        let param = |name: &'static str, min, max| Parameter {
            name: name.into(),
            unit: Unit::None,
            min,
            max,
            default: 0.0,
            curve: Curve::Linear,
            approach: Approach::Step,
            choices: [].as_slice().into(),
        };
        let ranges = [
            ("pitch", 0.0, 128.0),
            ("bend", -96.0, 96.0),
            ("gate", 0.0, 1.0),
            ("velocity", 0.0, 1.0),
            ("pressure", 0.0, 1.0),
        ];
        let port = |name: &'static str| Port { name: name.into(), channels: 1 };
        Shape {
            outputs: vec![port("out"), port("pitch")],
            params: ranges.into_iter().map(|(name, min, max)| param(name, min, max)).collect(),
            ..Shape::default()
        }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for frame in 0..io.span.frames {
            let [pitch, bend, gate, velocity, pressure] = [0, 1, 2, 3, 4].map(|p| io.params.get(p).at(frame));
            let open = gate > 0.5;
            self.level = if open { 1e-3 * velocity + pressure * 1e-3 } else { self.level * RING };
            if self.level < 1e-6 {
                self.level = 0.0;
            }
            let first = open && !self.begun;
            self.begun |= open;
            io.outputs.channel(0)[frame] = if first { 1.0 } else { self.level };
            io.outputs.channel(1)[frame] = if self.level > 0.0 { pitch + bend } else { 0.0 };
        }
        Activity::Sounding
    }
    fn reset(&mut self) {
        *self = Reed::default();
    }
}

struct Hall {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    instrument: NodeId,
    tickets: u64,
    refused: Vec<String>,
}

fn hall(config: Config, glide: u32) -> Hall {
    let limits =
        Limits { messages: 32_768, agenda: 32_768, commands_per_callback: 32_768, ..Limits::default() };
    let (executor, remote) = Executor::new(STREAM, limits, None);
    let mut graph = AudioGraph::new(STREAM, 2);
    let mut edit = graph.edit();
    let port = |name: &'static str| Port { name: name.into(), channels: 1 };
    let outputs = vec![port("out"), port("pitch")];
    let instrument =
        edit.add_instrument(ROOT, "reeds", Vec::new(), outputs, &Voicing { config, glide }).unwrap();
    let mut tables = VoiceTables { notes: Vec::new(), knobs: vec![Vec::new()] };
    for voice in edit.graph().voices(instrument).to_vec() {
        let reed = edit.add_in(voice, "reed", Box::new(Reed::default())).unwrap();
        edit.connect(reed.output(0), Sink::PartOutput(voice, 0), 1.0).unwrap();
        edit.connect(reed.output(1), Sink::PartOutput(voice, 1), 1.0).unwrap();
        tables.notes.push(vec![reed]);
        tables.knobs[0].push(vec![(reed, 4)]);
    }
    edit.set_voice_tables(instrument, &tables).unwrap();
    // Two channels: what sounds on the left, pitches on the right.
    let left = edit.add("left", Box::new(Side(0))).unwrap();
    edit.connect(instrument.output(0), left.input(0), 1.0).unwrap();
    edit.connect(instrument.output(1), left.input(1), 1.0).unwrap();
    edit.connect(left.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
    let batch = edit.commit().unwrap();
    let mut hall = Hall { graph, executor, remote, instrument, tickets: 1 << 40, refused: Vec::new() };
    hall.send(Command::Apply(batch));
    hall
}

/// Two mono inputs as two channels.
struct Side(usize);

impl Processor for Side {
    fn shape(&self) -> Shape {
        let port = |channels| Port { name: "port".into(), channels };
        Shape { inputs: vec![port(1), port(1)], outputs: vec![port(2)], params: Vec::new() }
    }
    fn prepare(&mut self, _: &Stream) {}
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        for channel in 0..2 {
            io.outputs.channel(channel).copy_from_slice(io.inputs.channel(channel, 0));
        }
        Activity::Sounding
    }
    fn reset(&mut self) {
        self.0 = 0;
    }
}

impl Hall {
    fn send(&mut self, command: Command) {
        self.remote.commands.send(command).expect("the ring has room");
    }

    fn note(&mut self, note: NoteEvent, at: When) {
        self.tickets += 1;
        let instrument = self.graph.address(self.instrument).unwrap();
        self.send(Command::Note { ticket: Ticket(self.tickets), instrument, note, at });
    }

    fn transport(&mut self, change: Change, at: When) {
        self.tickets += 1;
        self.send(Command::Transport { ticket: Ticket(self.tickets), change, at });
    }

    fn on(&mut self, id: u64, pitch: f32, at: u64) {
        self.note(NoteEvent::On(Note { id: NoteId(id), pitch, velocity: 0.5 }), When::Frame(at));
    }

    fn render(&mut self, frames: usize, mut size: impl FnMut() -> usize) -> [Vec<f32>; 2] {
        let mut out = [vec![0.0; frames], vec![0.0; frames]];
        let mut done = 0;
        while done < frames {
            let count = size().clamp(1, frames - done);
            let [left, right] = &mut out;
            let (left, right) = (&mut left[done..done + count], &mut right[done..done + count]);
            let executor = &mut self.executor;
            forbidden(|| executor.render(&mut [left, right]));
            done += count;
            while let Some(event) = self.remote.events.receive() {
                if let Event::SetRefused { why, .. } | Event::Refused { why, .. } = event {
                    self.refused.push(why.to_string());
                }
            }
        }
        out
    }

    fn counts(&self) -> sostenuto_graph::voice::Counts {
        self.graph.voice_load(self.instrument).unwrap().counts()
    }
}

/// How many notes begin in each frame.
fn starts(out: &[f32]) -> Vec<usize> {
    out.iter().map(|x| x.round() as usize).collect()
}

const NOTES: usize = 10_000;
const FRAMES: usize = 400_000;

/// Random notes at random frames, each with its end.
fn recital(hall: &mut Hall, seed: u64) -> Vec<u64> {
    let mut dice = Dice(seed);
    let mut frames = Vec::new();
    for id in 0..NOTES as u64 {
        let at = dice.below(FRAMES - 30_000) as u64;
        let length = dice.below(6_000) as u64;
        hall.on(id, dice.between(20.0, 100.0), at);
        hall.note(NoteEvent::Off(NoteId(id)), When::Frame(at + 1 + length));
        frames.push(at);
    }
    frames
}

#[test]
fn ten_thousand_notes_start_at_their_frames_and_end() {
    for steal in [Steal::Oldest, Steal::Quietest, Steal::LowestVelocity, Steal::Furthest, Steal::SameNote] {
        let config = Config { voices: 64, spares: 64, steal, ..Config::default() };
        let mut first = None;
        for size in [64, 480, 4096, 0] {
            let mut hall = hall(config, 0);
            let frames = recital(&mut hall, 7);
            let mut dice = Dice(size as u64);
            let out = hall.render(FRAMES, || if size == 0 { 1 + dice.below(700) } else { size });
            assert_eq!(hall.refused, [""; 0]);
            let mut expected = vec![0; FRAMES];
            frames.iter().for_each(|f| expected[*f as usize] += 1);
            let counts = hall.counts();
            assert_eq!((counts.started as usize, counts.dropped), (NOTES, 0), "{steal:?}");
            assert_eq!(starts(&out[0]), expected, "{steal:?}, callbacks of {size}");
            assert_eq!((counts.playing, counts.fading), (0, 0), "a note hangs");
            assert!(out[0][FRAMES - 10_000..].iter().all(|x| *x == 0.0));
            assert!(counts.stolen > 10, "{counts:?}");
            match &first {
                None => first = Some(out),
                Some(there) => assert!(*there == out, "{steal:?}: callbacks of {size} sound otherwise"),
            }
        }
    }
}

#[test]
fn a_stolen_voice_fades_while_the_new_note_starts() {
    let mut hall = hall(Config { voices: 1, spares: 1, fade: 240, hurry: 48, ..Config::default() }, 0);
    hall.on(1, 60.0, 10);
    hall.on(2, 72.0, 1_010);
    let [left, right] = hall.render(3_000, || 64);
    assert_eq!((left[10], left[1_010] > 1.0), (1.0, true));
    // The first is gone after 240 frames, on the path of least jerk: half is left in the middle.
    let rest = |frame: usize| right[frame] - 72.0;
    assert!((rest(1_010 + 120) - 30.0).abs() < 0.01, "{}", rest(1_010 + 120));
    assert_eq!(rest(1_010 + 240), 0.0);
    assert!(right[1_009] == 60.0 && rest(1_011) < 60.0 && rest(1_011) > 59.9);
    // No second difference beyond that of the fade.
    let bend = |w: &[f32]| (w[0] - 2.0 * w[1] + w[2]).abs();
    let worst = right[1_012..1_300].windows(3).map(bend).fold(0.0, f32::max);
    assert!(worst < 60.0 * 6.0 / (240.0 * 240.0), "{worst}");
}

#[test]
fn spares_that_all_fade_are_hurried_and_then_notes_are_dropped() {
    let mut hall = hall(Config { voices: 1, spares: 1, fade: 1_000, hurry: 48, ..Config::default() }, 0);
    for (id, at) in [(1, 0), (2, 100), (3, 110), (4, 120)] {
        hall.on(id, 60.0, at);
    }
    let [left, _] = hall.render(200, || 64);
    assert_eq!(
        (left[0] >= 1.0, left[100] >= 1.0, left[110] >= 1.0, left[120] >= 1.0),
        (true, true, true, false)
    );
    assert_eq!((hall.counts().stolen, hall.counts().dropped), (2, 1));
}

#[test]
fn a_fade_may_be_hurried_at_the_frame_at_which_it_begins() {
    let config = Config { voices: 2, spares: 1, fade: 1_000, hurry: 48, ..Config::default() };
    // Inside of a span the first of the fades is foreseen; between two callbacks of 55 frames both begin at once.
    let renderings = [64, 55].map(|size| {
        let mut hall = hall(config, 0);
        for (id, pitch, at) in [(1, 60.0, 0), (2, 10.0, 0), (3, 0.0, 110), (4, 0.0, 110)] {
            hall.on(id, pitch, at);
        }
        let out = hall.render(400, || size);
        assert_eq!((hall.counts().stolen, hall.counts().dropped), (2, 0));
        out
    });
    let [_, right] = &renderings[0];
    assert!(right[109] == 70.0 && right[110 + 24] > 30.0 && right[110 + 48] < 10.0, "{}", right[110 + 48]);
    assert!(renderings[0] == renderings[1]);
}

#[test]
fn mono_and_legato_glide() {
    for mode in [Mode::Mono, Mode::Legato] {
        let mut hall = hall(Config { voices: 4, spares: 2, mode, fade: 0, ..Config::default() }, 100);
        hall.on(1, 60.0, 0);
        hall.on(2, 70.0, 500);
        hall.note(NoteEvent::Off(NoteId(2)), When::Frame(1_000));
        hall.note(NoteEvent::Off(NoteId(1)), When::Frame(1_500));
        let [left, right] = hall.render(12_000, || 33);
        assert_eq!(left[500] >= 1.0, mode == Mode::Mono, "legato does not start anew");
        assert!((right[550] - 65.0).abs() < 0.2, "{mode:?}: {}", right[550]);
        assert_eq!((right[700], right[1_200], right[11_000]), (70.0, 60.0, 0.0), "{mode:?}");
        assert_eq!(hall.counts().playing, 0);
    }
}

#[test]
fn bend_pressure_and_knobs_reach_their_note_alone() {
    let mut hall = hall(Config { voices: 4, ..Config::default() }, 0);
    hall.on(1, 60.0, 0);
    hall.on(2, 10.0, 0);
    hall.note(NoteEvent::Bend(NoteId(1), 2.0), When::Frame(100));
    hall.note(NoteEvent::Knob(NoteId(2), 0, 1.0), When::Frame(1_000));
    let [left, right] = hall.render(3_000, || 64);
    assert_eq!((right[99], right[400]), (70.0, 72.0));
    assert!((left[999] - 0.001).abs() < 1e-6 && (left[2_000] - 0.002).abs() < 1e-6);
    // The voice forgets the knob with its next note.
    hall.note(NoteEvent::AllOff, When::Now);
    hall.render(12_000, || 64);
    assert_eq!(hall.counts().playing, 0);
    for id in 3..7 {
        hall.on(id, 20.0, 0);
    }
    let [left, _] = hall.render(1_000, || 64);
    assert!((left[900] - 4.0 * 0.0005).abs() < 1e-6, "{}", left[900]);
}

#[test]
fn what_is_said_of_a_note_as_it_begins_is_heard_at_once() {
    for size in [64, 55, 1_000] {
        let mut hall = hall(Config { voices: 2, ..Config::default() }, 0);
        hall.on(1, 60.0, 110);
        hall.note(NoteEvent::Bend(NoteId(1), 2.0), When::Frame(110));
        hall.note(NoteEvent::Knob(NoteId(1), 0, 1.0), When::Frame(110));
        hall.note(NoteEvent::Bend(NoteId(1), 4.0), When::Frame(1_000));
        let [left, right] = hall.render(3_000, || size);
        assert_eq!((right[109], right[110], right[999]), (0.0, 62.0, 62.0), "callbacks of {size}");
        assert!((left[111] - 0.0015).abs() < 1e-6, "{}", left[111]);
        // Later it is a glide of 5 ms.
        assert!(right[1_001] < 62.1 && (right[1_120] - 63.0).abs() < 0.01 && right[1_240] == 64.0);
        // The next note of the voice has none of it.
        hall.note(NoteEvent::AllOff, When::Now);
        hall.render(12_000, || size);
        hall.on(2, 60.0, 0);
        hall.on(3, 0.0, 0);
        let [left, right] = hall.render(100, || size);
        assert_eq!(right[0], 60.0);
        assert!((left[50] - 2.0 * 0.0005).abs() < 1e-6, "{}", left[50]);
    }
}

#[test]
fn sequences_follow_the_transport_to_the_frame() {
    for size in [64, 1_000, 17] {
        let mut hall = hall(Config { voices: 8, ..Config::default() }, 0);
        let step = |beat, pitch| Step { beat, length: 0.5, pitch, velocity: 0.5 };
        let steps = vec![step(0.0, 60.0), step(1.0, 62.0), step(2.5, 64.0)];
        let sequence = Arc::new(Sequence::new(1, 0, steps, 4.0, true).unwrap());
        let instrument = hall.instrument;
        let mut edit = hall.graph.edit();
        edit.set_sequences(vec![(sequence, instrument)]).unwrap();
        let batch = edit.commit().unwrap();
        hall.send(Command::Apply(batch));
        hall.transport(Change::Play, When::Frame(1_000));
        // 120 beats a minute are 24,000 frames a beat; from beat 4 on twice as fast.
        hall.transport(Change::Tempo { bpm: 240.0, over: 0 }, When::Frame(97_000));
        hall.transport(Change::Pause, When::Frame(150_000));
        let [left, _] = hall.render(200_000, || size);
        let found: Vec<usize> = (0..left.len()).filter(|f| left[*f] > 0.5).collect();
        assert_eq!(found, [1_000, 25_000, 61_000, 97_000, 109_000, 127_000, 145_000]);
        assert_eq!(hall.counts().playing, 0, "the pause lets go");
        let position = hall.remote.load.position();
        assert!(!position.playing && position.bar == 3, "{position:?}");
    }
}

#[test]
fn batches_take_effect_at_musical_times() {
    for size in [64, 999] {
        let mut hall = hall(Config::default(), 0);
        hall.transport(Change::Play, When::Frame(10));
        hall.render(5_000, || size);
        let mut commands = Vec::new();
        for when in [When::NextBeat, When::NextBar, When::Beat(6.5)] {
            let mut edit = hall.graph.edit();
            edit.fade(0);
            let level = support::node::TestNode::boxed(support::cell::Kind::Level);
            let level = edit.add("marker", level).unwrap();
            edit.connect(level.output(0), Sink::PartOutput(ROOT, 0), 1.0).unwrap();
            commands.push(Command::Apply(edit.commit().unwrap().when(when)));
        }
        commands.into_iter().for_each(|c| hall.send(c));
        let [left, _] = hall.render(160_000, || size);
        let steps: Vec<usize> =
            (1..left.len()).filter(|f| left[*f] != left[*f - 1]).map(|f| f + 5_000).collect();
        assert_eq!(steps, [24_010, 96_010, 156_010], "callbacks of {size}");
    }
}

#[test]
fn notes_for_what_is_no_instrument_are_refused() {
    let mut hall = hall(Config::default(), 0);
    let mut edit = hall.graph.edit();
    let plain = edit.add("plain", support::node::TestNode::boxed(support::cell::Kind::Level)).unwrap();
    assert_eq!(
        edit.set_voice_tables(plain, &VoiceTables::default()).unwrap_err().to_string(),
        "`plain` takes no notes: name a part with voices, or a sampler"
    );
    let batch = edit.commit().unwrap();
    hall.send(Command::Apply(batch));
    let instrument = hall.graph.address(plain).unwrap();
    hall.send(Command::Note { ticket: Ticket(1), instrument, note: NoteEvent::AllOff, at: When::Now });
    hall.render(64, || 64);
    assert_eq!(hall.refused, ["that node is no instrument: send notes to one that is"]);
}

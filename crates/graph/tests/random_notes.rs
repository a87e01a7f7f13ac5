//! Random notes, sequences, changes of the transport and edits of instruments, all while they sound: nothing is lost, nothing leaks, nothing
//! hangs, nothing allocates on the audio side. `SOSTENUTO_EDITS` says how many, in hundreds of notes.

mod support;

use sostenuto_graph::transport::{Change, Meter, Sequence, Step};
use sostenuto_graph::voice::{Config, Mode, Note, NoteId, Priority, Steal};
use sostenuto_graph::{
    AudioGraph, Command, Edit, Event, Executor, GraphError, Limits, NodeId, NoteEvent, Port, ROOT, Refusal,
    Remote, Sink, Source, Ticket, VoiceTables, Voicing, When,
};
use sostenuto_trap::{TrapAllocator, forbidden};
use std::sync::Arc;
use support::Dice;
use support::cell::Kind;
use support::hands::Hands;
use support::node::{Tally, TestNode};
use support::scenario::STREAM;

#[global_allocator]
static ALLOCATOR: TrapAllocator = TrapAllocator::new();

/// An instrument, and what is in each of its voices: nodes in a row, of which the first is told of notes.
#[derive(Debug)]
struct Band {
    id: NodeId,
    voices: Vec<Vec<NodeId>>,
}

struct Stage {
    graph: AudioGraph,
    executor: Executor,
    remote: Remote,
    dice: Dice,
    tally: Arc<Tally>,
    bands: Vec<Band>,
    sent: u64,
    applied: u64,
    notes: u64,
    out: Vec<f32>,
    /// Threads that help, or helped.
    hands: Vec<Hands>,
}

fn config(dice: &mut Dice) -> Config {
    let steals = [Steal::Oldest, Steal::Quietest, Steal::LowestVelocity, Steal::Furthest, Steal::SameNote];
    Config {
        voices: 1 + dice.below(6) as u16,
        spares: dice.below(3) as u16,
        mode: [Mode::Poly, Mode::Mono, Mode::Legato][dice.below(3)],
        priority: [Priority::Last, Priority::Low, Priority::High][dice.below(3)],
        steal: steals[dice.below(5)],
        fade: dice.below(400) as u32,
        hurry: dice.below(50) as u32,
    }
}

fn voiced(edit: &mut Edit<'_>, tally: &Arc<Tally>, dice: &mut Dice) -> Result<Band, GraphError> {
    let port = || vec![Port { name: "p".into(), channels: 1 }];
    let voicing = Voicing { config: config(dice), glide: dice.below(300) as u32 };
    let id = edit.add_instrument(ROOT, "band", port(), port(), &voicing)?;
    let (mut voices, mut tables) = (Vec::new(), VoiceTables::default());
    for voice in edit.graph().voices(id).to_vec() {
        // A level whose one parameter stands for the pitch of a note, here from -1 to 1.
        let level = edit.add_in(voice, "level", TestNode::counted(Kind::Level, tally))?;
        let fading = edit.add_in(voice, "fading", TestNode::counted(Kind::Fading, tally))?;
        edit.connect(level.output(0), fading.input(0), 1.0)?;
        edit.connect(Source::PartInput(voice, 0), fading.input(0), 0.5)?;
        edit.connect(fading.output(0), Sink::PartOutput(voice, 0), 0.25)?;
        tables.notes.push(vec![level]);
        voices.push(vec![level, fading]);
    }
    edit.set_voice_tables(id, &tables)?;
    edit.connect(id.output(0), Sink::PartOutput(ROOT, 0), 0.5)?;
    Ok(Band { id, voices })
}

impl Stage {
    fn new() -> Self {
        let limits = Limits { agenda: 8_192, ..Limits::default() };
        let (executor, remote) = Executor::new(STREAM, limits, None);
        let mut graph = AudioGraph::new(STREAM, 1);
        graph.set_threads_always();
        Stage {
            graph,
            executor,
            remote,
            dice: Dice(99),
            tally: Arc::default(),
            bands: Vec::new(),
            sent: 0,
            applied: 0,
            notes: 0,
            out: vec![0.0; 400],
            hands: Vec::new(),
        }
    }

    fn send(&mut self, command: Command) {
        if let Command::Apply(batch) = &command {
            self.sent += 1 + batch.follow_ups().count() as u64;
        }
        self.remote.commands.send(command).expect("the ring has room");
    }

    fn when(&mut self) -> When {
        let now = self.executor.frame();
        match self.dice.below(6) {
            0 => When::NextBeat,
            1 => When::NextBar,
            2 => When::Beat(self.dice.between(0.0, 12.0).into()),
            3 => When::Now,
            _ => When::Frame(now + self.dice.below(600) as u64),
        }
    }

    fn note(&mut self) {
        if self.bands.is_empty() {
            return;
        }
        let band = self.bands[self.dice.below(self.bands.len())].id;
        let id = NoteId(self.dice.below(30) as u64);
        let pitch = self.dice.between(0.0, 100.0);
        let note = match self.dice.below(12) {
            0..5 => NoteEvent::On(Note { id, pitch, velocity: self.dice.between(0.0, 1.0) }),
            5..9 => NoteEvent::Off(id),
            9 => NoteEvent::Bend(id, pitch - 50.0),
            10 => NoteEvent::Knob(id, self.dice.below(3) as u16, pitch),
            _ => NoteEvent::AllOff,
        };
        let Some(instrument) = self.graph.address(band) else { return };
        let (at, ticket) = (self.when(), self.graph.next_ticket());
        self.notes += 1;
        self.send(Command::Note { ticket, instrument, note, at });
    }

    fn transport(&mut self) {
        let change = match self.dice.below(8) {
            0..3 => Change::Play,
            3 => Change::Pause,
            4 => Change::Stop,
            5 => Change::Seek { beats: self.dice.between(0.0, 10.0).into() },
            6 => Change::Tempo {
                bpm: self.dice.between(240.0, 900.0).into(),
                over: self.dice.below(2_000) as u64,
            },
            _ => Change::Meter(Meter::new(1 + self.dice.below(7) as u32, 4).expect("a meter")),
        };
        let (at, ticket) = (self.when(), self.graph.next_ticket());
        self.send(Command::Transport { ticket, change, at });
    }

    fn edit(&mut self) {
        // Batches wait for those before them: not too many at musical times.
        let when = if self.dice.chance(15) { self.when() } else { When::Now };
        let (tally, mut bands) = (Arc::clone(&self.tally), std::mem::take(&mut self.bands));
        let dice = &mut self.dice;
        let mut edit = self.graph.edit();
        edit.fade([0, 100, 240][dice.below(3)]);
        match dice.below(6) {
            0 | 1 if bands.len() < 5 => bands.push(voiced(&mut edit, &tally, dice).expect("room for it")),
            0 | 1 if dice.chance(50) => {
                let gone = bands.swap_remove(dice.below(bands.len()));
                edit.remove(gone.id).expect("it is there");
            }
            // The node that hears notes is replaced in every voice, with or without telling.
            2 if !bands.is_empty() => {
                let band = dice.below(bands.len());
                let band = &mut bands[band];
                let ids = edit.graph().voices(band.id).to_vec();
                for (voice, nodes) in ids.into_iter().zip(&mut band.voices) {
                    edit.remove(nodes[0]).expect("it is there");
                    nodes[0] =
                        edit.add_in(voice, "level", TestNode::counted(Kind::Level, &tally)).expect("room");
                    edit.connect(nodes[0].output(0), nodes[1].input(0), 1.0).expect("both are there");
                }
                if dice.chance(70) {
                    let of = |voice: &Vec<NodeId>| vec![voice[0]];
                    let knob = |voice: &Vec<NodeId>| vec![(voice[0], 0)];
                    let notes = band.voices.iter().map(of).collect();
                    let knobs = vec![band.voices.iter().map(knob).collect()];
                    edit.set_voice_tables(band.id, &VoiceTables { notes, knobs })
                        .expect("it is an instrument");
                }
            }
            3 if !bands.is_empty() => {
                let band = bands[dice.below(bands.len())].id;
                let on = !edit.graph().is_bypassed(band);
                edit.bypass(band, on).expect("it is there");
            }
            4 if !bands.is_empty() => edit.reset(bands[dice.below(bands.len())].id).expect("it is there"),
            _ => {
                let count = if bands.is_empty() { 0 } else { dice.below(4) };
                let mut sequences = Vec::new();
                for _ in 0..count {
                    let steps = (0..dice.below(6))
                        .map(|i| Step {
                            beat: i as f64 * 0.25,
                            length: f64::from(dice.between(0.05, 2.0)),
                            pitch: dice.between(0.0, 100.0),
                            velocity: 0.5,
                        })
                        .collect();
                    let id = dice.below(5) as u32;
                    let looped = dice.chance(80);
                    let Ok(sequence) = Sequence::new(id, 0, steps, 2.0, looped) else { continue };
                    sequences.push((Arc::new(sequence), bands[dice.below(bands.len())].id));
                }
                edit.set_sequences(sequences).expect("they are instruments");
            }
        }
        let batch = edit.commit().expect("no cycle").when(when);
        self.bands = bands;
        self.send(Command::Apply(batch));
    }

    /// Others help from the next edit on, or nobody does.
    fn reform(&mut self) {
        let helpers = self.graph.set_threads(1 + self.dice.below(3));
        self.hands.push(Hands::new(helpers, self.dice.next()));
    }

    fn render(&mut self, frames: usize) {
        let (executor, out) = (&mut self.executor, &mut self.out[..frames]);
        forbidden(|| executor.render(&mut [out]));
        assert!(self.out[..frames].iter().all(|x| x.is_finite()));
        while let Some(event) = self.remote.events.receive() {
            match event {
                Event::Applied { ticket, frame, .. } => {
                    self.graph.applied(ticket, frame);
                    self.applied += 1;
                }
                Event::Refused { why, .. } => panic!("a valid batch was refused: {why}"),
                Event::SetRefused { why, .. } => {
                    assert!(matches!(why, Refusal::NotSounding | Refusal::AgendaFull), "{why}");
                }
                _ => {}
            }
        }
        if let Some(batch) = self.graph.settle(self.executor.frame()) {
            self.send(Command::Apply(batch));
        }
    }
}

#[test]
fn notes_and_edits_at_random_while_they_sound() {
    let wanted: u64 =
        std::env::var("SOSTENUTO_EDITS").map_or(100_000, |n| n.parse().expect("a number of edits"));
    let mut stage = Stage::new();
    while stage.notes < wanted / 5 {
        for _ in 0..stage.dice.below(6) {
            stage.note();
        }
        if stage.dice.chance(10) {
            stage.transport();
        }
        if stage.dice.chance(8) {
            stage.edit();
        }
        if stage.dice.below(400) == 0 {
            stage.reform();
        }
        let frames = 1 + stage.dice.below(300);
        stage.render(frames);
    }
    // What waits for a musical time comes in the end: the transport plays on.
    let ticket = stage.graph.next_ticket();
    for change in [
        Change::Meter(Meter::COMMON),
        Change::Tempo { bpm: 1_000.0, over: 0 },
        Change::Seek { beats: 60.0 },
        Change::Play,
    ] {
        stage.send(Command::Transport { ticket, change, at: When::Now });
    }
    let mut edit = stage.graph.edit();
    edit.set_sequences(Vec::new()).expect("nothing to play");
    let batch = edit.commit().expect("no cycle");
    stage.send(Command::Apply(batch));
    for _ in 0..500 {
        stage.render(400);
    }
    for band in 0..stage.bands.len() {
        let instrument = stage.graph.address(stage.bands[band].id).expect("it is there");
        stage.send(Command::Note { ticket: Ticket(1), instrument, note: NoteEvent::AllOff, at: When::Now });
    }
    for _ in 0..100 {
        stage.render(400);
    }
    assert_eq!(stage.applied, stage.sent, "a batch was lost");
    assert_eq!(stage.executor.waiting_changes(), 0, "the agenda leaks");
    assert_eq!(stage.executor.nodes(), stage.graph.len());
    let inside: usize = stage.bands.iter().flat_map(|b| &b.voices).map(Vec::len).sum();
    assert_eq!(stage.tally.alive(), inside);
    let mut started = 0;
    for band in &stage.bands {
        let counts = stage.graph.voice_load(band.id).expect("it is an instrument").counts();
        assert_eq!(counts.fading, 0, "{counts:?}");
        started += counts.started;
    }
    println!("{} notes, {} batches, {started} started by those that are left", stage.notes, stage.sent);
    assert!(stage.bands.is_empty() || started > 20, "{started}");
    let hands = std::mem::take(&mut stage.hands);
    drop(stage);
    assert!(hands.into_iter().map(Hands::join).sum::<usize>() > 0, "nobody helped");
}

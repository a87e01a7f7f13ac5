//! What is recorded is what is heard, or what a node puts out, sample for sample, whatever is edited meanwhile; and recording neither allocates nor waits on the audio thread.

use sostenuto_engine::{Conductor, EngineError, Recorded};
use sostenuto_graph::{Executor, Limits, When};
use sostenuto_reel::{Take, Taken, Tape};
use sostenuto_trap::forbidden;

const PATCH: &str = r#"
    nodes.low = { kind = "saw", frequency = 110.0 }
    nodes.soft = { kind = "lowpass", cutoff = 900.0, inputs = ["low"] }
    nodes.out = { kind = "audio_out", inputs = ["soft"], channels = 2 }
"#;

/// All that a tape has.
fn taken(take: &mut Take) -> Vec<f32> {
    let (mut all, mut room) = (Vec::new(), vec![0.0; 4096]);
    while let Some(taken) = take.next(&mut room, usize::MAX) {
        match taken {
            Taken::Samples(count) => all.extend_from_slice(&room[..count]),
            Taken::Lost(loss) => panic!("{loss:?}"),
        }
    }
    all
}

struct Rig {
    conductor: Conductor,
    executor: Executor,
    heard: Vec<f32>,
    turn: usize,
}

impl Rig {
    fn new() -> Self {
        let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
        Rig { conductor, executor, heard: Vec::new(), turn: 0 }
    }

    /// Renders in blocks of all sizes, and keeps what is heard, interleaved.
    fn play(&mut self, frames: usize) {
        let mut left = frames;
        while left > 0 {
            let size = [64, 1, 480, 37, 200][self.turn % 5].min(left);
            let (mut a, mut b) = ([0.0; 480], [0.0; 480]);
            forbidden(|| self.executor.render(&mut [&mut a[..size], &mut b[..size]]));
            self.heard.extend(a.iter().zip(&b).take(size).flat_map(|(a, b)| [*a, *b]));
            self.conductor.notices();
            (left, self.turn) = (left - size, self.turn + 1);
        }
    }
}

#[test]
fn what_is_heard_is_recorded_from_the_first_frame_through_all_edits() {
    let mut rig = Rig::new();
    rig.conductor.play_toml(PATCH).unwrap();
    let (tape, mut take) = Tape::new(2, 100_000);
    rig.conductor.record(&Recorded::Heard, tape, None).unwrap();
    rig.play(5000);
    rig.conductor.set("soft", "cutoff", 300.0, None, None).unwrap();
    rig.play(3000);
    // A source goes, another comes, and so does a second way out.
    let other =
        PATCH.replace("saw", "triangle") + "nodes.more = { kind = \"audio_out\", inputs = [\"low\"] }\n";
    rig.conductor.play_toml(&other).unwrap();
    rig.play(4001);
    rig.conductor.play_toml(PATCH).unwrap();
    rig.play(4000);
    rig.conductor.clear(None).unwrap();
    rig.play(2000);
    rig.conductor.play_toml(PATCH).unwrap();
    rig.play(2000);
    let recorded = taken(&mut take);
    assert_eq!(recorded.len(), rig.heard.len());
    let differs = recorded.iter().zip(&rig.heard).position(|(a, b)| a.to_bits() != b.to_bits() && a != b);
    assert_eq!(differs.map(|at| (at, recorded[at], rig.heard[at])), None);
    assert!(rig.heard.iter().any(|x| x.abs() > 0.3));
}

#[test]
fn a_node_is_recorded_while_it_is_there() {
    let mut rig = Rig::new();
    rig.conductor.play_toml(PATCH).unwrap();
    let (tape, mut take) = Tape::new(1, 100_000);
    rig.conductor.record(&Recorded::Node("soft".into()), tape, None).unwrap();
    rig.play(4000);
    let recorded = taken(&mut take);
    assert!(recorded.iter().zip(rig.heard.chunks_exact(2)).all(|(a, b)| *a == b[0]));
    // It goes, and comes again.
    rig.conductor.play_toml(r#"nodes.out = { kind = "audio_out" }"#).unwrap();
    rig.play(4000);
    assert!(taken(&mut take)[1000..].iter().all(|x| *x == 0.0));
    rig.conductor.play_toml(PATCH).unwrap();
    rig.play(4000);
    let (recorded, heard) = (taken(&mut take), &rig.heard[2 * 8000..]);
    assert!(recorded[1000..].iter().zip(heard.chunks_exact(2).skip(1000)).all(|(a, b)| *a == b[0]));
    assert!(recorded.iter().any(|x| x.abs() > 0.1));
}

#[test]
fn a_recording_that_ends_lets_its_tape_go_on_the_control_side() {
    let mut rig = Rig::new();
    rig.conductor.play_toml(PATCH).unwrap();
    let (tape, mut take) = Tape::new(2, 100_000);
    let key = rig.conductor.record(&Recorded::Heard, tape, None).unwrap();
    rig.play(1000);
    rig.conductor.end_recording(key, None).unwrap();
    rig.play(1000);
    assert!(take.is_over());
    assert_eq!(taken(&mut take), rig.heard[..2000]);
    rig.conductor.end_recording(key, None).unwrap();
    let (tape, _) = Tape::new(2, 100);
    let why = rig.conductor.record(&Recorded::Node("sofd".into()), tape, None).unwrap_err();
    assert!(matches!(&why, EngineError::NoSuchNode { .. }) && why.to_string().contains("soft"), "{why}");
}

#[test]
fn a_recording_begins_and_ends_at_its_frame_whatever_is_edited_meanwhile() {
    let mut rig = Rig::new();
    rig.conductor.play_toml(PATCH).unwrap();
    rig.play(100);
    let (tape, mut take) = Tape::new(2, 100_000);
    let key = rig.conductor.record(&Recorded::Heard, tape, Some(1_001)).unwrap();
    rig.play(2000);
    rig.conductor.end_recording(key, Some(7_777)).unwrap();
    // The end is asked for and not yet there: what is edited now waits for it, and is not led to what goes.
    rig.conductor.play_toml(&PATCH.replace("saw", "triangle")).unwrap();
    rig.conductor.end_recording(key, None).unwrap();
    rig.play(5000);
    assert!(!take.is_over());
    rig.play(5000);
    assert!(take.is_over());
    assert_eq!(taken(&mut take), rig.heard[2 * 1_001..2 * 7_777]);

    // On a bar line, which the audio thread finds.
    let (tape, mut take) = Tape::new(2, 200_000);
    let key = rig.conductor.record(&Recorded::Heard, tape, When::NextBar).unwrap();
    rig.play(96_000);
    rig.conductor.end_recording(key, When::NextBeat).unwrap();
    rig.play(48_000);
    assert_eq!(taken(&mut take), rig.heard[2 * 96_000..2 * 120_000]);
}

//! Samplers in documents: triggered at exact frames and by sequences, told of, reloaded while they play; nothing made or freed on the audio side.

use sostenuto_engine::{Conductor, Desk, EngineError, Notice, Reply};
use sostenuto_graph::{Executor, Limits, When};
use sostenuto_nodes::{Buffer, SlotSettings};
use sostenuto_patch::command::parse;
use sostenuto_trap::forbidden;
use std::sync::Arc;

const RATE: f64 = 48_000.0;

struct Studio {
    conductor: Conductor,
    executor: Executor,
    notices: Vec<Notice>,
}

/// So many frames of one number on both sides.
fn steady(value: f32, frames: usize) -> Arc<Buffer> {
    Arc::new(Buffer::from_interleaved(vec![value; 2 * frames], 2, RATE).unwrap())
}

const KIT: &str = r#"
    buffers.low = {}
    buffers.high = {}
    [nodes.kit]
    kind = "sampler"
    voices = 2
    slots = ["low", { buffer = "high", mode = "loop", gain = "-6dB", choke = 1 }]
    [nodes.out]
    kind = "audio_out"
    inputs = ["kit"]
"#;

impl Studio {
    fn new(document: &str) -> Studio {
        let (mut conductor, executor) = Conductor::new(RATE, 2, Limits::default(), None);
        conductor.set_buffer("low", steady(0.25, 1000)).unwrap();
        conductor.set_buffer("high", steady(0.5, 500)).unwrap();
        conductor.play_toml(document).unwrap();
        Studio { conductor, executor, notices: Vec::new() }
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        for (left, right) in left.chunks_mut(100).zip(right.chunks_mut(100)) {
            forbidden(|| self.executor.render(&mut [left, right]));
            self.notices.extend(self.conductor.notices());
        }
        assert_eq!(left, right);
        left
    }

    /// What was told: the word, the slot from 1, the frame.
    fn told(&mut self) -> Vec<(&'static str, u16, u64)> {
        let told = |notice: Notice| match notice {
            Notice::Told { what, report, .. } => Some((what, report.place + 1, report.frame)),
            Notice::Refused { why, .. } => panic!("{why}"),
            _ => None,
        };
        self.notices.drain(..).filter_map(told).collect()
    }

    fn trigger(&mut self, slot: u64, at: u64) -> u32 {
        self.conductor.instruct("kit", "trigger", slot, 0, &[], Some(at)).unwrap().1
    }
}

#[test]
fn triggers_stops_and_drops_are_at_their_frames_and_told() {
    let mut studio = Studio::new(KIT);
    let first = studio.trigger(1, 10);
    let second = studio.trigger(2, 30);
    assert!(first != second && first >= 1 << 31);
    // Two voices: the third is dropped.
    studio.trigger(1, 50);
    studio.conductor.instruct("kit", "gain", 0, first, &[("gain", 0.5)], Some(600)).unwrap();
    studio.conductor.instruct("kit", "stop", 2, 0, &[], Some(2_000)).unwrap();
    let out = studio.render(4_000);
    let half = 10f32.powf(-6.0 / 20.0) * 0.5;
    let near =
        |frame: usize, level: f32| assert!((out[frame] - level).abs() < 1e-5, "{frame}: {}", out[frame]);
    near(9, 0.0);
    near(10, 0.25);
    near(29, 0.25);
    near(30, 0.25 + half);
    near(600, 0.25 + half);
    near(850, 0.125 + half);
    near(1_009, 0.125 + half);
    near(1_010, half);
    near(2_000, half);
    // Let go, it dies away on a straight line over 10 ms.
    near(2_240, half / 2.0);
    near(2_480, 0.0);
    let told = studio.told();
    let wanted = [
        ("started", 1, 10),
        ("started", 2, 30),
        ("dropped", 1, 50),
        ("finished", 1, 1_010),
        ("finished", 2, 2_480),
    ];
    assert_eq!(told, wanted);
}

#[test]
fn a_slot_that_is_reloaded_fades_over_and_what_it_had_is_freed_here() {
    let mut studio = Studio::new(KIT);
    let (old, new) = (steady(0.5, 500), steady(0.75, 300));
    let weak = Arc::downgrade(&old);
    let settings = SlotSettings { mode: sostenuto_nodes::Mode::Loop, ..SlotSettings::default() };
    studio.conductor.load_slot("kit", 2, Some(old), settings, None).unwrap();
    studio.trigger(2, 0);
    assert_eq!(studio.render(1_000)[900], 0.5);
    studio.conductor.load_slot("kit", 2, Some(new), settings, Some(1_100)).unwrap();
    let out = studio.render(1_000);
    assert_eq!((out[99], out[100], out[340]), (0.5, 0.5, 0.75));
    // In between it goes up on a straight line.
    assert!(out[100..=340].windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] < 0.002));
    studio.render(200);
    assert!(weak.upgrade().is_none(), "it was not given back");
    // Emptied, it fades; a trigger of it is refused at once, with what there is.
    studio.conductor.load_slot("kit", 2, None, settings, None).unwrap();
    let out = studio.render(1_000);
    assert!(out[0] > 0.7 && out[300..].iter().all(|x| *x == 0.0));
    let error = studio.conductor.instruct("kit", "trigger", 2, 0, &[], None).unwrap_err();
    assert_eq!(error.to_string(), "slot 2 of `kit` is empty: there is something in 1");
}

#[test]
fn a_document_that_changes_slots_keeps_the_sampler_playing() {
    let mut studio = Studio::new(KIT);
    studio.trigger(2, 0);
    studio.render(100);
    let nodes = studio.executor.nodes();
    let other = KIT.replace("gain = \"-6dB\"", "gain = \"0dB\"").replace("[\"low\",", "[\"high\",");
    let applied = studio.conductor.play_toml(&other).unwrap();
    let said: Vec<String> = applied.edits.iter().map(ToString::to_string).collect();
    assert_eq!(said, ["slots of kit: 1 high, 2 high"]);
    let out = studio.render(1_000);
    // What plays goes on as it began; what begins is as the document says now.
    assert!(out.iter().all(|x| (x - 0.5 * 10f32.powf(-6.0 / 20.0)).abs() < 1e-5), "{out:?}");
    assert_eq!(studio.executor.nodes(), nodes);
    studio.conductor.instruct("kit", "choke", 2, 0, &[], None).unwrap();
    studio.trigger(1, 1_500);
    let out = studio.render(1_000);
    assert_eq!((out[300], out[399], out[400], out[899], out[900]), (0.0, 0.0, 0.5, 0.5, 0.0));
    // A buffer that sounds otherwise is another edit of the slots, which the document does not say.
    let applied = studio.conductor.set_buffer("high", steady(0.1, 100)).unwrap();
    assert!(applied.edits.iter().any(|edit| edit.to_string() == "slots of kit: 1 high, 2 high"));
    studio.trigger(1, 2_200);
    let out = studio.render(500);
    assert_eq!((out[99], out[100], out[199], out[200]), (0.0, 0.1, 0.1, 0.0));
}

#[test]
fn sequences_and_notes_play_slots_or_pitches() {
    let sequence = r#"
    [[sequence]]
    name = "beat"
    to = "kit"
    steps = [{ pitch = "C2", at = 0 }, { pitch = "C#2", at = 0.5, length = 0.25 }]
    length = 2
    "#;
    let mut studio = Studio::new(&format!("{KIT}{sequence}"));
    let out = studio.render(20_000);
    let half = 0.5 * 10f32.powf(-6.0 / 20.0);
    // 120 beats a minute: half a beat is 12,000 frames, a quarter 6,000.
    let first = out.iter().position(|x| *x > 0.0).unwrap();
    let velocity = out[first] / 0.25;
    assert!((0.5..=1.0).contains(&velocity));
    assert!((out[first + 12_000] - half * velocity).abs() < 1e-5 && out[first + 11_999] == 0.0);
    assert!((out[first + 17_999] - half * velocity).abs() < 1e-5 && out[first + 18_480] == 0.0);
    assert!(studio.told().is_empty(), "nobody asked for those");
    let pitched = KIT.replace("voices = 2", "voices = 4\nnotes = \"pitch\"\nfirst_note = 60");
    let mut studio = Studio::new(&pitched);
    let (conductor, at) = (&mut studio.conductor, When::Frame(0));
    let note = |id, pitch| {
        sostenuto_graph::NoteEvent::On(sostenuto_graph::voice::Note {
            id: sostenuto_graph::voice::NoteId(id),
            pitch,
            velocity: 1.0,
        })
    };
    conductor.note("kit", note(1, 72.0), at).unwrap();
    let out = studio.render(1_000);
    // An octave higher it is over in half the time.
    assert!(out[..490].iter().all(|x| (x - 0.25).abs() < 1e-3) && out[505..].iter().all(|x| *x == 0.0));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_range() {
    let mut studio = Studio::new(KIT);
    let mut refused = |verb: &str, slot: u64, values: &[(&str, f64)]| {
        studio.conductor.instruct("kit", verb, slot, 0, values, None).unwrap_err().to_string()
    };
    assert_eq!(refused("trigger", 33, &[]), "`kit`: there is no slot 33: give one from 1 to 32");
    assert_eq!(refused("trigger", 0, &[]), "`kit`: there is no slot 0: give one from 1 to 32");
    assert_eq!(refused("trigger", 5, &[]), "slot 5 of `kit` is empty: there is something in 1, 2");
    assert_eq!(
        refused("trigger", 1, &[("velocity", 1.5)]),
        "`kit`: velocity is 1.5: give a number from 0 to 1"
    );
    assert_eq!(
        refused("trigger", 1, &[("velocity", f64::NAN)]),
        "`kit`: velocity is NaN: give a number from 0 to 1"
    );
    assert_eq!(
        refused("loop_points", 0, &[("start", 0.5)]),
        "`kit`: start is 0.5: give a whole number from 0 to 268435456"
    );
    assert!(
        refused("trigger", 1, &[("volume", 1.0)])
            .ends_with("takes no `volume`: give velocity, gain, pan, speed")
    );
    assert!(
        refused("explode", 1, &[]).starts_with("`kit`: it does not know `explode`: tell it trigger, once")
    );
    let error = studio.conductor.instruct("out", "trigger", 1, 0, &[], None).unwrap_err();
    assert_eq!(error.to_string(), "`out`: `trigger`: it cannot be told anything");
    let error = studio.conductor.load_slot("kit", 40, None, SlotSettings::default(), None).unwrap_err();
    assert!(matches!(error, EngineError::NoSuchSlot { .. }), "{error}");
    let wrong = [
        (KIT.replace("\"low\",", "\"lo\","), "there is no buffer `lo` (did you mean `low`?)"),
        (KIT.replace("-6dB", "99dB"), "48 dB"),
        (KIT.replace("choke", "chok"), "a slot has no `chok` (did you mean `choke`?)"),
        (KIT.replace("voices = 2", "slot_count = 1"), "it lists 2 slots and has 1"),
        (KIT.replace("voices = 2", "voices = 0"), "1 to 2048"),
    ];
    for (document, says) in wrong {
        let error = studio.conductor.play_toml(&document).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    assert!(
        matches!(Buffer::from_interleaved(vec![0.0, f32::NAN], 1, RATE), Err(error) if error.to_string().contains("frame 1"))
    );
}

#[test]
fn the_command_language_triggers_and_tells() {
    let studio = Studio::new(KIT);
    let (mut desk, mut executor) = (Desk::new(studio.conductor), studio.executor);
    let mut say = |line: &str| {
        let timed = parse(line).unwrap().unwrap();
        // What is written down is read as the same.
        assert_eq!(parse(&timed.command.to_string()).unwrap().unwrap().command, timed.command);
        desk.carry_out(&timed.command, None)
    };
    assert!(matches!(say("trigger kit 1 0.5 pan=-1 id=7"), Ok(Reply::Sent(_))));
    assert!(matches!(say("tell kit pan id=7 pan=0"), Ok(Reply::Sent(_))));
    assert!(say("trigger kit 9").unwrap_err().to_string().contains("is empty"));
    let (mut left, mut right) = (vec![0.0; 400], vec![0.0; 400]);
    forbidden(|| executor.render(&mut [&mut left, &mut right]));
    assert_eq!((left[0], right[0], left[300], right[300]), (0.125, 0.0, 0.125, 0.125));
    for wrong in
        ["trigger kit", "trigger kit 0", "trigger kit 1 2", "trigger kit 1 id=0", "tell kit stop gain"]
    {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

//! Instruments of documents play notes at their exact frames, by hand and from sequences, the same for every block size.

use sostenuto_engine::{Conductor, Desk, Notice, Reply};
use sostenuto_graph::{Executor, Limits};
use sostenuto_patch::command::parse;
use sostenuto_trap::forbidden;

const PLUCK: &str = r#"
[parts.pluck]
voices = 4
spares = 2
params.tone = "filter.cutoff"
[parts.pluck.nodes.note]
kind = "note"
[parts.pluck.nodes.osc]
kind = "saw"
frequency = { from = "note.frequency" }
[parts.pluck.nodes.filter]
kind = "lowpass"
inputs = ["osc"]
cutoff = 3000.0
[parts.pluck.nodes.env]
kind = "adsr"
inputs = ["note.gate"]
attack = 1.0
release = 20.0
[parts.pluck.nodes.vca]
kind = "multiply"
inputs = { a = "filter", b = "env" }
[parts.pluck.nodes.out]
kind = "outlet"
inputs = ["vca"]
[nodes.lead]
kind = "pluck"
[nodes.out]
kind = "audio_out"
inputs = [{ from = "lead", gain = -12.0 }]
"#;

const SEQUENCE: &str = r#"
[transport]
tempo = 137.0
[[sequence]]
name = "riff"
to = "lead"
steps = [{ pitch = "C3", length = 0.5 }, { pitch = "E3", length = 0.25 }, { pitch = ["G3", "C4"], length = 0.25 }, { pitch = "B3" }]
"#;

struct Hall {
    desk: Desk,
    executor: Executor,
    block: usize,
    notices: Vec<Notice>,
}

impl Hall {
    fn new(text: &str, block: usize) -> Hall {
        let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
        let mut desk = Desk::new(conductor);
        desk.open(text, None).unwrap_or_else(|e| panic!("{e}"));
        Hall { desk, executor, block, notices: Vec::new() }
    }

    fn say(&mut self, line: &str) -> Reply {
        let timed = parse(line).unwrap_or_else(|e| panic!("{e}")).expect("a command");
        match timed.at.map(|at| self.desk.when(&at)) {
            Some(at) => self.desk.carry_out(&timed.command, at),
            None => self.desk.carry_out(&timed.command, None),
        }
        .unwrap_or_else(|e| panic!("{line}: {e}"))
    }

    fn render(&mut self, frames: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        for (left, right) in left.chunks_mut(self.block).zip(right.chunks_mut(self.block)) {
            forbidden(|| self.executor.render(&mut [&mut *left, &mut *right]));
            self.notices.extend(self.desk.conductor_mut().notices());
        }
        let refused = |n: &&Notice| matches!(n, Notice::Refused { .. } | Notice::Muted { .. });
        assert_eq!(self.notices.iter().find(refused), None);
        left
    }

    fn playing(&self) -> u16 {
        self.desk.conductor().voices("lead").unwrap().counts().playing
    }
}

fn first_sound(samples: &[f32]) -> Option<usize> {
    samples.iter().position(|s| *s != 0.0)
}

#[test]
fn a_note_begins_and_ends_at_its_frames() {
    let mut hall = Hall::new(PLUCK, 480);
    assert_eq!(first_sound(&hall.render(960)), None, "no note, no sound");
    hall.say("@2000f note A4 0.8 for 4000f");
    let heard = hall.render(9600);
    let first = first_sound(&heard).expect("it sounds");
    assert!((1040..1064).contains(&first), "the saw and the envelope begin with the note: {first}");
    // The release begins in frame 6000 and lasts 20 ms.
    assert!(heard[5000..5040].iter().any(|s| s.abs() > 0.01));
    assert!(heard[6600..].iter().all(|s| s.abs() < 1e-3));
    hall.render(9600);
    assert_eq!(hall.playing(), 0, "a voice that has become silent is free");
}

#[test]
fn every_note_begins_at_its_exact_frame() {
    let clicks = PLUCK
        .replace("inputs = [\"vca\"]", "inputs = [\"note.trigger\"]")
        .replace("voices = 4", "voices = 64");
    let mut hall = Hall::new(&clicks.replace(", gain = -12.0", ""), 480);
    let frames: Vec<usize> = (0..200).map(|n| 64 + n * 211 + (n * n) % 67).collect();
    for frame in &frames {
        hall.say(&format!("@{frame}f note lead C4 0.5 for 100f"));
    }
    let heard = hall.render(48_000);
    let found: Vec<usize> = (0..heard.len()).filter(|frame| heard[*frame] == 1.0).collect();
    assert_eq!(found, frames);
}

#[test]
fn the_same_samples_for_every_block_size() {
    let play = |block: usize| {
        let mut hall = Hall::new(&(PLUCK.to_owned() + SEQUENCE), block);
        for line in [
            "@1000f note lead C5 0.5 for 3000f",
            "@1500f note lead E5 0.5",
            "@5000f bend lead E5 2",
            "@6000f set lead.tone 500 over 50ms",
            "@9000f off lead E5",
            "@12000f tempo 180 over 4000f",
            "@20000f pause",
            "@22000f start",
            "at beat 9 set lead.tone 5000",
        ] {
            hall.say(line);
        }
        hall.render(96_000)
    };
    let whole = play(96_000);
    assert!(whole.iter().any(|s| s.abs() > 0.05) && whole.iter().all(|s| s.is_finite()));
    for block in [17, 64, 480, 4096] {
        let cut = play(block);
        let first = whole.iter().zip(&cut).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(first, None, "block {block}");
    }
}

#[test]
fn a_sequence_plays_by_itself_and_is_edited_while_it_does() {
    let text = PLUCK.to_owned() + SEQUENCE;
    let mut hall = Hall::new(&text, 480);
    let heard = hall.render(48_000);
    assert!(first_sound(&heard).is_some_and(|first| first < 64), "it begins with the patch");
    let position = hall.desk.conductor().position();
    assert!((position.beats - 137.0 / 60.0).abs() < 1e-6 && position.playing, "{position:?}");
    let started = |hall: &Hall| hall.desk.conductor().voices("lead").unwrap().counts().started;
    let before = started(&hall);
    assert!(before >= 5, "{before}");
    hall.desk.reload(&text.replace("\"B3\"", "\"D4\"").replace("137", "200")).unwrap();
    hall.render(48_000);
    assert!((hall.desk.conductor().position().tempo - 200.0).abs() < 1e-9);
    assert!(started(&hall) > before + 5);
    // Another instrument in its place goes on with the sequence, and without the sequence nothing plays.
    hall.desk.reload(&text.replace("voices = 4", "voices = 3")).unwrap();
    hall.render(48_000);
    assert!(started(&hall) > 3, "a new instrument, counted from its beginning");
    hall.desk.reload(PLUCK).unwrap();
    hall.render(48_000);
    let after = started(&hall);
    assert_eq!(hall.render(48_000).iter().fold(0.0f32, |a, b| a.max(b.abs())), 0.0);
    assert_eq!((started(&hall), hall.playing()), (after, 0));
}

#[test]
fn an_edit_of_an_instrument_goes_to_every_voice() {
    let mut hall = Hall::new(PLUCK, 480);
    hall.say("note lead C3");
    hall.say("note lead G3");
    hall.render(4800);
    assert_eq!(
        hall.executor.nodes(),
        2 + (4 + 2 * 2) * (1 + 5),
        "an instrument, its output, and eight voices"
    );
    // The filter that the parameter of the instrument stands for is another: the knob turns it all the same.
    hall.desk.reload(&PLUCK.replace("\"lowpass\"", "\"highpass\"")).unwrap();
    hall.render(4800);
    hall.say("set lead.tone 6000");
    hall.render(4800);
    let high = hall.executor.positions().filter_map(|(_, mut v)| v.find(|v| *v == 6000.0)).count();
    assert_eq!(high, 8);
    assert_eq!(hall.playing(), 2, "the notes went on through it");
    hall.say("off lead");
    hall.render(24_000);
    assert_eq!(hall.playing(), 0);
}

#[test]
fn what_is_said_at_the_next_bar_comes_at_the_next_bar() {
    let mut hall = Hall::new(PLUCK, 480);
    hall.render(4800);
    let Reply::Sent(note) = hall.say("at next bar note lead C4 0.9 for 1 beat") else { panic!() };
    let Reply::Edited(edit) = hall.say("at next bar add more gain from lead to out") else { panic!() };
    let heard = hall.render(192_000);
    // A bar of four beats at 120 a minute: two seconds.
    let set = hall.notices.iter().find_map(|n| match n {
        Notice::Set { ticket, frame } if *ticket == note => Some(*frame),
        _ => None,
    });
    assert_eq!(set, Some(96_000));
    assert!(hall.notices.contains(&Notice::Applied { ticket: edit.ticket.unwrap(), frame: 96_000 }));
    assert_eq!(first_sound(&heard).map(|first| first + 4800 >= 96_000), Some(true));
    assert!(heard[120_000 + 2_000 - 4_800..].iter().all(|s| s.abs() < 1e-3), "a beat later it was let go");
    assert_eq!(hall.playing(), 0);
}

#[test]
fn a_tail_rings_on_and_then_goes() {
    let text = "[nodes.tone]\nkind = \"sine\"\n[nodes.room]\nkind = \"reverb\"\ninputs = [\"tone\"]\n[nodes.out]\nkind = \"audio_out\"\ninputs = [\"room\"]\n";
    let mut hall = Hall::new(text, 480);
    hall.render(48_000);
    hall.say("remove room --tail");
    assert!(!hall.desk.conductor().patch().nodes.contains_key("room"));
    hall.render(4_800);
    let tail = hall.render(9_600);
    assert!(tail.iter().any(|s| s.abs() > 1e-3), "it rings on");
    hall.render(48_000 * 11);
    assert_eq!(hall.render(4800).iter().fold(0.0f32, |a, b| a.max(b.abs())), 0.0);
    assert_eq!(hall.executor.nodes(), 2, "the tone and the output are left");
    // And a short one is over when it was said to be.
    let mut hall = Hall::new(text, 480);
    hall.render(48_000);
    hall.say("remove room --tail 100ms");
    hall.render(4_800 + 480 * 4);
    assert!(hall.render(4800).iter().all(|s| *s == 0.0));
    hall.render(4800);
    assert_eq!(hall.executor.nodes(), 2);
}

#[test]
fn what_plays_no_notes_is_refused_with_the_remedy() {
    let mut hall = Hall::new(PLUCK, 480);
    let error = |hall: &mut Hall, line: &str| {
        let command = parse(line).unwrap().unwrap().command;
        hall.desk.carry_out(&command, None).unwrap_err().to_string()
    };
    assert_eq!(error(&mut hall, "note out C4"), "`out` plays no notes: name one of lead");
    assert_eq!(error(&mut hall, "note leid C4"), "there is no node `leid`: did you mean `lead`?");
    assert_eq!(hall.say("off lead C4"), Reply::Nothing("no such note was played by hand"));
    let mut plain = Hall::new("[nodes.out]\nkind = \"audio_out\"\n", 480);
    assert_eq!(
        error(&mut plain, "note C4"),
        "`the patch` plays no notes: the patch has no instrument, which is a part with voices = N"
    );
}

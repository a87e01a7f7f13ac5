//! Buffers that are handed over: heard by players of a patch and in voices, changed without a click, refused with a reason.

use sostenuto_engine::{Conductor, Desk, EngineError};
use sostenuto_graph::{Executor, Limits};
use sostenuto_nodes::Buffer;
use sostenuto_patch::{Load, command};
use sostenuto_trap::forbidden;
use std::sync::{Arc, Weak};

const RATE: f64 = 48_000.0;
const TEXT: &str = r#"
    [buffers]
    one = {}
    [parts.voice.nodes]
    play = { kind = "player", buffer = "one" }
    out = { kind = "outlet", inputs = ["play"] }
    [nodes]
    a = { kind = "voice" }
    b = { kind = "voice" }
    c = { kind = "voice" }
    d = { kind = "voice" }
    e = { kind = "player", buffer = "one" }
    sum = { kind = "gain", inputs = ["a", "b", "c", "d", "e"] }
    out = { kind = "audio_out", inputs = ["sum"] }
"#;

fn steady(level: f32) -> Arc<Buffer> {
    Arc::new(Buffer::from_interleaved(vec![level; 1000], 1, RATE).unwrap())
}

fn engine() -> (Conductor, Executor) {
    Conductor::new(RATE, 2, Limits::default(), None)
}

fn render(conductor: &mut Conductor, executor: &mut Executor, frames: usize) -> Vec<f32> {
    let mut heard = Vec::new();
    while heard.len() < frames {
        let (mut left, mut right) = ([0.0; 100], [0.0; 100]);
        forbidden(|| executor.render(&mut [&mut left, &mut right]));
        heard.extend(left);
        conductor.notices();
    }
    heard
}

#[test]
fn a_buffer_that_is_handed_over_anew_fades_in_every_player() {
    let (mut conductor, mut executor) = engine();
    conductor.set_buffer("one", steady(0.125)).unwrap();
    conductor.play_toml(TEXT).unwrap();
    let heard = render(&mut conductor, &mut executor, 2000);
    assert!(heard[500..].iter().all(|x| (x - 5.0 * 0.125).abs() < 1e-6), "{}", heard[1999]);
    let edits = conductor.set_buffer("one", steady(-0.125)).unwrap().edits;
    assert_eq!(edits.iter().filter(|edit| edit.is_audible()).count(), 2);
    let heard = render(&mut conductor, &mut executor, 2000);
    assert!(heard[500..].iter().all(|x| (x + 5.0 * 0.125).abs() < 1e-6), "{}", heard[1999]);
    let step = heard.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
    assert!(step < 0.03, "{step}");
    // The same once more is no edit.
    assert_eq!(conductor.set_buffer("one", steady(-0.125)).unwrap().edits, []);
}

#[test]
fn what_nobody_plays_any_more_is_let_go_of_on_the_control_side() {
    let (mut conductor, mut executor) = engine();
    let first = steady(0.1);
    let watched: Weak<Buffer> = Arc::downgrade(&first);
    conductor.set_buffer("one", first).unwrap();
    conductor.play_toml(TEXT).unwrap();
    render(&mut conductor, &mut executor, 2000);
    conductor.set_buffer("one", steady(0.2)).unwrap();
    assert!(watched.upgrade().is_some());
    // Rendering never frees, which the trap holds it to; listening does.
    render(&mut conductor, &mut executor, 10_000);
    assert!(watched.upgrade().is_none());
}

#[test]
fn without_sound_or_with_other_channels_nothing_changes() {
    let (mut conductor, mut executor) = engine();
    let why = conductor.play_toml(TEXT).unwrap_err();
    assert!(matches!(&why, EngineError::NoSound { buffer, .. } if buffer == "one"), "{why}");
    assert!(conductor.patch().nodes.is_empty());
    conductor.set_buffer("one", steady(0.125)).unwrap();
    conductor.play_toml(TEXT).unwrap();
    render(&mut conductor, &mut executor, 1000);
    let stereo = Arc::new(Buffer::from_interleaved(vec![0.5; 20], 2, RATE).unwrap());
    let why = conductor.set_buffer("one", stereo).unwrap_err();
    assert!(why.to_string().contains("write channels = 2"), "{why}");
    let heard = render(&mut conductor, &mut executor, 1000);
    assert!(heard.iter().all(|x| (x - 5.0 * 0.125).abs() < 1e-6));
    // Also not later.
    conductor.play_toml(&TEXT.replace("\"a\", ", "")).unwrap();
}

/// Every file holds one level.
struct Level(f32);

impl Load for Level {
    fn text(&mut self, _: &str) -> Result<String, String> {
        Err("there is none".to_owned())
    }

    fn sound(&mut self, _: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(Some(steady(self.0)))
    }
}

#[test]
fn files_are_read_again_and_undone() {
    let (conductor, mut executor) = engine();
    let mut desk = Desk::new(conductor);
    let text = TEXT.replace("one = {}", "one = { file = \"one.wav\" }");
    desk.open_with(&text, &mut Level(0.125), None).unwrap();
    let mut level = |desk: &mut Desk| {
        let heard = render(desk.conductor_mut(), &mut executor, 2000);
        (heard[1999] / 5.0 * 1000.0).round() as i32
    };
    assert_eq!(level(&mut desk), 125);
    assert_eq!(desk.reload_with(&text, &mut Level(0.125)).unwrap().applied.edits, []);
    assert!(!desk.reload_with(&text, &mut Level(0.05)).unwrap().applied.edits.is_empty());
    assert_eq!(level(&mut desk), 50);
    assert_eq!(desk.text(), text);
    let undo = command::parse("undo").unwrap().unwrap();
    desk.carry_out(&undo.command, None).unwrap();
    assert_eq!(level(&mut desk), 125);
}

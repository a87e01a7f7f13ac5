//! Buffers in documents: read with their sound, told apart, printed, kept in the text; and what is wrong with them.

use sostenuto_nodes::{Buffer, Footage, Streamed, Threading};
use sostenuto_patch::{
    BufferFault, Catalogue, Checked, Document, Edit, Fault, Load, Notation, Patch, Problem, apply, check,
    command, diff, read, read_with, resolve, to_json, to_toml,
};
use std::sync::Arc;

const TEXT: &str = r#"format = 1

[buffers]
noise = { file = "noise.wav" } # from the sea
tone = {}

[parts.voice.params]
speed = "play.speed"

[parts.voice.nodes]
play = { kind = "player", buffer = "noise", channels = 2, interpolation = "linear" }
out = { kind = "outlet", inputs = ["play"] }

[nodes.low]
kind = "voice"
speed = 0.5

[nodes.high]
kind = "player"
buffer = "tone"

[nodes.out]
kind = "audio_out"
inputs = ["low", "high"]
"#;

fn catalogue() -> Catalogue {
    Catalogue::new(sostenuto_nodes::catalogue())
}

/// Gives what `sound` has for a file.
struct Files<F>(F);

impl<F: FnMut(&str) -> Result<Arc<Buffer>, String>> Load for Files<F> {
    fn text(&mut self, file: &str) -> Result<String, String> {
        Err(format!("there is no {file}"))
    }

    fn sound(&mut self, file: &str) -> Result<Option<Arc<Buffer>>, String> {
        (self.0)(file).map(Some)
    }
}

fn buffer(level: f32, channels: usize) -> Arc<Buffer> {
    Arc::new(Buffer::from_interleaved(vec![level; 12], channels, 48_000.0).unwrap())
}

fn checked(text: &str, level: f32) -> Result<Checked, Vec<Problem>> {
    let mut files = Files(|file: &str| match file {
        "noise.wav" => Ok(buffer(level, 2)),
        "three.wav" => Ok(buffer(level, 3)),
        _ => Err("there is no such file".to_owned()),
    });
    read_with(text, Notation::Toml, &catalogue(), &mut files)
}

fn patch(text: &str, level: f32) -> Patch {
    checked(text, level).unwrap().patch
}

#[test]
fn a_document_is_read_with_the_sound_of_its_buffers() {
    let Checked { patch, warnings } = checked(TEXT, 0.5).unwrap();
    assert_eq!(warnings, []);
    assert_eq!(patch.buffers["noise"].file.as_deref(), Some("noise.wav"));
    assert_eq!(patch.buffers["noise"].sound, Some(buffer(0.5, 2)));
    assert_eq!((&patch.buffers["tone"].file, &patch.buffers["tone"].sound), (&None, &None));
    let resolved = resolve(&patch, &catalogue()).unwrap();
    let inside = resolved.part("voice").unwrap().node("play").unwrap().layout.buffer.clone().unwrap();
    assert_eq!((inside.name.as_str(), inside.buffer), ("noise", Some(buffer(0.5, 2))));
    // Without files nothing is known of them, and nothing is wrong.
    let without = read(TEXT, Notation::Toml, &catalogue()).unwrap().patch;
    assert_eq!(without.buffers["noise"].sound, None);
}

#[test]
fn it_is_printed_and_read_again() {
    let whole = patch(TEXT, 0.5);
    assert_eq!(patch(&to_toml(&whole, &catalogue()), 0.5), whole);
    let mut files = Files(|_: &str| Ok(buffer(0.5, 2)));
    let json = read_with(&to_json(&whole, &catalogue()), Notation::Json, &catalogue(), &mut files);
    assert_eq!(json.unwrap().patch, whole);
    let mut plain: Patch = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
    assert_eq!(plain.buffers["noise"].sound, None);
    plain.buffers["noise"].sound = Some(buffer(0.5, 2));
    assert_eq!(plain, whole);
}

fn edits(a: &Patch, b: &Patch) -> Vec<Edit> {
    let settled = |patch: &Patch| resolve(patch, &catalogue()).unwrap();
    let (old, new) = (settled(a), settled(b));
    let edits = diff(&old, &new);
    assert_eq!(&apply(&edits, a).unwrap(), b);
    // The short way finds the same.
    assert_eq!(diff(&old, &old.after(b, &catalogue()).unwrap()), edits);
    edits
}

fn told(edits: &[Edit]) -> Vec<String> {
    edits.iter().map(ToString::to_string).collect()
}

#[test]
fn differences_name_buffers_and_replace_what_plays_them() {
    let old = patch(TEXT, 0.5);
    assert_eq!(edits(&old, &patch(TEXT, 0.5)), [], "a file that was read again");
    let other = edits(&old, &patch(TEXT, 0.25));
    assert_eq!(
        told(&other),
        ["buffer noise from \"noise.wav\"", "in part voice: replace play player of noise with 2 channels"]
    );
    assert!(!other[0].is_audible() && other[1].is_audible() && !other[1].is_said());
    let renamed = TEXT.replace("tone", "pure");
    let renamed = edits(&old, &patch(&renamed, 0.5));
    assert_eq!(
        told(&renamed),
        [
            "no buffer tone",
            "buffer pure from the program",
            "replace high player of pure (was player of tone)"
        ]
    );
    let more = TEXT.replace("tone = {}", "b = {}\ntone = {}");
    assert_eq!(told(&edits(&old, &patch(&more, 0.5))), ["buffer b from the program"]);
    let turned = TEXT.replace(
        "noise = { file = \"noise.wav\" } # from the sea\ntone = {}",
        "tone = {}\nnoise = { file = \"noise.wav\" }",
    );
    assert_eq!(told(&edits(&old, &patch(&turned, 0.5))), ["order of the buffers, without a change of sound"]);
    let none = TEXT.replace("buffer = \"tone\"\n", "");
    assert_eq!(told(&edits(&old, &patch(&none, 0.5))), ["replace high player (was player of tone)"]);
}

#[test]
fn a_command_chooses_another_buffer() {
    let old = patch(TEXT, 0.5);
    let line = command::parse("set high.buffer noise").unwrap().unwrap();
    let fault = command::edit(&old, &catalogue(), &line.command).unwrap_err().to_string();
    assert!(fault.contains("write channels = 2"), "{fault}");
    let line = command::parse("add low2 player buffer=tone to out").unwrap().unwrap();
    let new = command::edit(&old, &catalogue(), &line.command).unwrap();
    assert_eq!(new.nodes["low2"].buffer.as_deref(), Some("tone"));
    let line = command::parse("set low2.buffer tune").unwrap().unwrap();
    let fault = command::edit(&new, &catalogue(), &line.command).unwrap_err().to_string();
    assert!(fault.contains("did you mean `tone`?"), "{fault}");
}

#[test]
fn the_text_keeps_what_did_not_change() {
    let mut files = Files(|_: &str| Ok(buffer(0.5, 2)));
    let mut document = Document::parse_with(TEXT, &catalogue(), &mut files).unwrap();
    let mut now = document.patch().clone();
    // Handed over while it played: no matter of the text.
    now.buffers["tone"].sound = Some(buffer(0.1, 1));
    document.update(&now, &catalogue());
    assert_eq!(document.to_string(), TEXT);
    now.buffers["tone"].file = Some("tone.wav".to_owned());
    document.update(&now, &catalogue());
    assert_eq!(document.to_string(), TEXT.replace("tone = {}", "tone = { file = \"tone.wav\" }"));
    now.nodes["high"].buffer = Some("noise".to_owned());
    now.nodes["high"].channels = Some(2);
    now.buffers.shift_remove("tone");
    document.update(&now, &catalogue());
    let text = document.to_string();
    assert!(
        text.contains("noise = { file = \"noise.wav\" } # from the sea") && !text.contains("tone"),
        "{text}"
    );
    assert_eq!(patch(&text, 0.5), now);
}

fn problems(text: &str) -> Vec<String> {
    checked(text, 0.5).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn problems_name_the_place_and_the_remedy() {
    let missing = TEXT.replace("\"noise.wav\"", "\"nose.wav\"");
    assert_eq!(
        problems(&missing),
        [
            "line 4, column 18: `noise`: the buffer `noise` cannot be read from \"nose.wav\": there is no such file"
        ]
    );
    let unknown = TEXT.replace("buffer = \"tone\"", "buffer = \"tome\"");
    assert_eq!(
        problems(&unknown),
        [
            "line 20, column 10: node `high`, `buffer`: there is no buffer `tome` (did you mean `tone`?); write tome = { file = \"FILE.wav\" } under [buffers]"
        ]
    );
    let wide = TEXT.replace("\"noise.wav\"", "\"three.wav\"");
    assert_eq!(
        problems(&wide),
        [
            "line 11, column 36: part `voice`, node `play`, `buffer`: the buffer `noise` has 3 channels, the node 2; write channels = 3, or use a file with one channel or 2"
        ]
    );
    let of_a_gain = TEXT.replace("kind = \"player\"\nbuffer", "kind = \"saw\"\nbuffer");
    assert_eq!(
        problems(&of_a_gain),
        ["line 20, column 1: node `high`: saw has no parameter or setting `buffer`; it has frequency"]
    );
    for (text, part) in [
        ("tone = {}", "tone = 3"),
        ("tone = {}", "tone = { fil = \"x\" }"),
        ("tone = {}", "tone = { file = 3 }"),
        ("tone = {}", "\"a tone\" = {}"),
        ("buffer = \"tone\"", "buffer = 3"),
    ]
    .map(|(was, is)| (TEXT.replace(was, is), is))
    {
        assert!(!problems(&text).is_empty(), "{part}");
    }
    // A player of nothing sounds like nothing, and that is told.
    let silent = checked(&TEXT.replace("buffer = \"tone\"\n", ""), 0.5).unwrap();
    assert!(matches!(
        silent.warnings[..],
        [Problem { fault: Fault::Buffer(BufferFault::Missing { .. }), .. }]
    ));
    assert_eq!(check(&silent.patch, &catalogue()).len(), 1);
}

/// Gives its own rate for what keeps it, and 96 kHz for what need not.
struct AtRates;

impl Load for AtRates {
    fn text(&mut self, _: &str) -> Result<String, String> {
        Err("there is none".to_owned())
    }

    fn sound(&mut self, _: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(Some(Buffer::from_interleaved(vec![0.5; 12], 2, 96_000.0).unwrap().into()))
    }

    fn sound_as_recorded(&mut self, _: &str) -> Result<Option<Arc<Buffer>>, String> {
        Ok(Some(buffer(0.5, 2)))
    }
}

#[test]
fn a_buffer_keeps_the_rate_of_its_file_where_the_document_says_so() {
    let twice = TEXT.replace("tone = {}", "tone = { file = \"noise.wav\", keep_rate = true }");
    let twice = twice.replace("buffer = \"tone\"", "buffer = \"tone\"\nchannels = 2");
    let read = |text: &str| read_with(text, Notation::Toml, &catalogue(), &mut AtRates);
    let patch = read(&twice).unwrap().patch;
    let rates = patch.buffers.values().map(|source| source.sound.as_ref().unwrap().rate());
    assert_eq!(rates.collect::<Vec<_>>(), [96_000.0, 48_000.0]);
    // Printed, and read again.
    let again = read(&to_toml(&patch, &catalogue())).unwrap().patch;
    assert_eq!(again, patch);
    let json =
        read_with(&to_json(&patch, &catalogue()), Notation::Json, &catalogue(), &mut AtRates).unwrap().patch;
    assert_eq!(json.buffers, patch.buffers);
    // Another sound for what plays it.
    let other = read(&twice.replace("true }", "false }")).unwrap().patch;
    let resolved = |patch: &Patch| resolve(patch, &catalogue()).unwrap();
    let edits = diff(&resolved(&patch), &resolved(&other));
    assert!(
        edits.iter().any(|edit| matches!(edit, Edit::Buffer { name, .. } if name == "tone")),
        "{edits:?}"
    );
    let wrong = read(&twice.replace("true }", "1 }")).unwrap_err();
    assert!(wrong[0].to_string().contains("true or false"), "{}", wrong[0]);
}

/// A sound on a disk, of so many channels.
#[derive(Debug)]
struct OnDisk(u16);

impl Footage for OnDisk {
    fn channels(&self) -> u16 {
        self.0
    }

    fn identity(&self) -> &str {
        "a sound"
    }

    fn thread(&self, _: &Threading) -> Result<sostenuto_reel::Reel, String> {
        Err("nobody plays it".into())
    }
}

/// Gives what is streamed, and nothing in memory.
struct Streams(u16);

impl Load for Streams {
    fn text(&mut self, file: &str) -> Result<String, String> {
        Err(format!("there is no {file}"))
    }

    fn stream(&mut self, file: &str) -> Result<Option<Streamed>, String> {
        match file {
            "gone.wav" => Err("it is gone".into()),
            _ => Ok(Some(Streamed(Arc::new(OnDisk(self.0))))),
        }
    }
}

const STREAMED: &str = r#"format = 1

[buffers]
song = { file = "song.flac", stream = true }

[nodes.song]
kind = "stream"
buffer = "song"
channels = 2

[nodes.out]
kind = "audio_out"
inputs = ["song"]
"#;

#[test]
fn what_is_streamed_is_read_printed_and_kept_apart_from_what_is_in_memory() {
    let (catalogue, read) = (catalogue(), |text: &str, channels| {
        read_with(text, Notation::Toml, &self::catalogue(), &mut Streams(channels))
    });
    let checked = read(STREAMED, 2).unwrap();
    assert_eq!(checked.warnings, []);
    assert!(checked.patch.buffers["song"].footage.is_some());
    assert_eq!(to_toml(&checked.patch, &catalogue).matches("stream = true").count(), 1);
    let resolved = resolve(&checked.patch, &catalogue).unwrap();
    let node = resolved.nodes.labelled("song").unwrap();
    assert!(node.layout.buffer.as_ref().is_some_and(|buffer| buffer.footage.is_some()));
    // One channel is heard on all; others have to fit.
    read(STREAMED, 1).unwrap();
    let fault = |text: &str, channels| read(text, channels).unwrap_err()[0].to_string();
    assert!(fault(STREAMED, 6).contains("write channels = 6"));
    let message = fault(&STREAMED.replace("gone", "").replace("song.flac", "gone.wav"), 2);
    assert!(message.contains("it is gone"), "{message}");
    let player = fault(&STREAMED.replace("\"stream\"", "\"player\""), 2);
    assert!(player.contains("write kind = \"stream\""), "{player}");
    let memory = fault(&STREAMED.replace(", stream = true", ""), 2);
    assert!(memory.contains("stream = true"), "{memory}");
    let wrong = fault(&STREAMED.replace("stream = true", "stream = 1"), 2);
    assert!(wrong.contains("true or false"), "{wrong}");
}

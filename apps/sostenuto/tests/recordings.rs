//! Recordings that are begun and ended by commands: at the prompt, in scripts, over the control channel; and what is refused.

mod program;

use program::conversation::{Conversation, NO_DEVICE};
use program::{directory, first_difference, program as command, rendered, run, text, well};
use sostenuto_media::Sound;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Noise, so that each place of it is unlike every other.
const PATCH: &str = r#"
[nodes.hiss]
kind = "white_noise"

[nodes.soft]
kind = "lowpass"
inputs = ["hiss"]

[nodes.out]
kind = "audio_out"
inputs = ["soft"]
"#;

/// The directory, with the patch and what is heard of it for so many seconds.
fn prepared(name: &str, seconds: &str) -> (std::path::PathBuf, Sound) {
    let place = directory(name);
    std::fs::write(place.join("hiss.toml"), PATCH).expect("written");
    let heard = rendered(&place, "hiss.toml", &["--seconds", seconds]);
    (place, heard)
}

/// The frame of `whole` at which `part`, of a hundred frames or more, begins; all of it has to be there, sample for sample.
fn place_of(part: &[f32], whole: &[f32]) -> usize {
    assert!(part.len() >= 100, "{} frames are too few to be found", part.len());
    let place = whole.windows(100).position(|window| window == &part[..100]).expect("it is in there");
    assert!(part == &whole[place..place + part.len()], "it goes on otherwise than it begins");
    place
}

fn read(path: &Path) -> Sound {
    Sound::read_wav(path).expect("a WAV file")
}

/// Waits until a recording has so many bytes.
fn wait_for_bytes(path: &Path, bytes: u64) {
    let patience = Instant::now() + Duration::from_secs(60);
    while std::fs::metadata(path).map_or(0, |about| about.len()) < bytes {
        assert!(Instant::now() < patience, "{} does not grow", path.display());
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn recordings_are_begun_ended_and_listed_at_the_prompt() {
    let (place, heard) = prepared("prompt_records", "60");
    let mut it = Conversation::start(&place, &["hiss.toml"]);
    it.say("record heard.wav depth 32f");
    it.wait_for("recording what is heard into heard.wav: 2 channels at 48000 Hz");
    it.say("record soft.wav of soft depth 32f");
    it.wait_for("recording `soft` into soft.wav: 1 channels at 48000 Hz");
    wait_for_bytes(&place.join("soft.wav"), 20_000);
    it.say("record");
    it.wait_for("heard.wav: 0.");
    assert!(it.wait_for("soft.wav: ").ends_with(" s of `soft`"));
    it.say("record stop soft.wav");
    it.wait_for("soft.wav: 0.");
    // The other goes on through edits.
    it.edit("add echo delay from soft");
    for (line, answer) in [
        ("record heard.wav overwrite", "heard.wav is being recorded into: give another name"),
        (
            "record soft.wav",
            "soft.wav is there already: give another name, or end the command with `overwrite`",
        ),
        ("record hiss.toml overwrite", "hiss.toml is what is played or written"),
        ("record . overwrite", ". is a directory"),
        ("record away/x.wav", "cannot"),
        ("record x.wav of sofd", "there is no node `sofd`"),
        ("record stop x.wav", "nothing is recorded into x.wav; `record` lists what is"),
    ] {
        it.say(line);
        let told = it.wait_for("");
        assert!(told.contains(answer), "{line}: {told}");
    }
    assert!(!place.join("x.wav").exists());
    it.say("record stop");
    it.wait_for("heard.wav: ");
    it.say("record");
    it.wait_for("nothing is recorded");
    let (soft, all) = (read(&place.join("soft.wav")), read(&place.join("heard.wav")));
    assert_eq!((soft.channels.len(), all.channels.len(), all.rate), (1, 2, 48_000));
    let (begun, later) =
        (place_of(&all.channels[0], &heard.channels[0]), place_of(&soft.channels[0], &heard.channels[0]));
    assert!(later >= begun && later + soft.frames() <= begun + all.frames());
    // What is still under way is ended with the program.
    it.say("record soft.wav overwrite");
    it.wait_for("recording what is heard into soft.wav");
    wait_for_bytes(&place.join("soft.wav"), 20_000);
    assert_eq!(it.quit().1, Some(0));
    assert_eq!(read(&place.join("soft.wav")).channels.len(), 2);
}

#[test]
fn a_recording_is_as_long_as_a_bar() {
    let (place, heard) = prepared("bar_recorded", "60");
    let mut it = Conversation::start(&place, &["hiss.toml"]);
    // A bar takes 24 s until all is said.
    it.say("tempo 10");
    it.say("at bar 2 record bar.wav depth 32f");
    it.say("at bar 3 record stop bar.wav");
    it.wait_for("bar.wav ends then");
    it.say("tempo 600");
    it.wait_for("bar.wav: 0.40 s, 2 channels at 48000 Hz");
    assert_eq!(it.quit().1, Some(0));
    let bar = read(&place.join("bar.wav"));
    assert_eq!(bar.frames(), 19_200);
    place_of(&bar.channels[1], &heard.channels[1]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_whole_files() {
    let (place, heard) = prepared("interrupted_records", "60");
    let mut child = command(&place);
    let child = child.args(["play", "hiss.toml", "--device", NO_DEVICE]);
    let child = child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = child.spawn().expect("the program starts");
    let mut input = child.stdin.take().expect("a pipe");
    writeln!(input, "record a.wav depth 32f\nrecord b.wav of soft depth 32f").expect("it listens");
    wait_for_bytes(&place.join("b.wav"), 50_000);
    let signal = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(signal.expect("kill").success());
    let said = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(0), "{told}");
    assert!(told.contains("a.wav: ") && told.contains("b.wav: "), "{told}");
    for name in ["a.wav", "b.wav"] {
        let sound = read(&place.join(name));
        // At the end it fades out.
        let until = sound.frames() - 1000;
        place_of(&sound.channels[0][..until], &heard.channels[0]);
    }
}

#[test]
fn scripts_record_to_the_frame_in_any_blocks() {
    let (place, _) = prepared("script_records", "0.1");
    let script = "@12001f record soft.wav of soft depth 32f\n0.5s set soft.cutoff 300\n0.5s record rest.wav depth 32f\n\
                  1s record stop soft.wav\nat bar 2 record end.wav depth 16\n";
    std::fs::write(place.join("script.txt"), script).expect("written");
    let whole = rendered(&place, "hiss.toml", &["--seconds", "2.25", "--script", "script.txt"]);
    let soft = read(&place.join("soft.wav"));
    assert_eq!((soft.channels.len(), soft.frames()), (1, 48_000 - 12_001));
    assert!(soft.channels[0] == whole.channels[0][12_001..48_000]);
    let rest = read(&place.join("rest.wav"));
    assert!(rest.channels[1] == whole.channels[1][24_000..]);
    assert_eq!(read(&place.join("end.wav")).frames(), 12_000);
    // What is there is refused before anything is rendered.
    let args = [
        "render",
        "hiss.toml",
        "-o",
        "x.wav",
        "--script",
        "script.txt",
        "--block",
        "77",
        "--seconds",
        "2.25",
    ];
    let refused = run(&place, &args);
    assert!(refused.code == Some(1) && refused.err.contains("script.txt:1: "), "{}", refused.err);
    assert!(
        refused.err.contains("soft.wav is there already") && !place.join("x.wav").exists(),
        "{}",
        refused.err
    );
    for name in ["soft.wav", "rest.wav", "end.wav"] {
        std::fs::remove_file(place.join(name)).expect("removed");
    }
    let said = well(&place, &args);
    assert!(said.err.contains("soft.wav: 0.75 s, 1 channels at 48000 Hz"), "{}", said.err);
    assert_eq!(first_difference(&read(&place.join("soft.wav")), &soft), None);
    assert_eq!(first_difference(&read(&place.join("rest.wav")), &rest), None);
    // One that fails leaves nothing half done behind.
    std::fs::write(place.join("script.txt"), "0s record y.wav\n0.1s record z.wav of sofd\n")
        .expect("written");
    let failed = run(&place, &["render", "hiss.toml", "-o", "w.wav", "--script", "script.txt"]);
    assert!(failed.code == Some(1) && failed.err.contains("script.txt:2: "), "{}", failed.err);
    let left: Vec<_> = ["w.wav", "y.wav", "z.wav"]
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}.part")])
        .collect();
    assert!(left.iter().all(|name| !place.join(name).exists()), "{}", text(&place));
}

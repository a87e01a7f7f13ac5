//! `play` without a sound device: commands from a pipe, the journal, the watched file, and rendering instead.

mod program;

use program::conversation::{Conversation, NO_DEVICE};
use program::{directory, examples, first_difference, program, rendered, run_with, text};
use sostenuto_media::Sound;
use std::path::{Path, PathBuf};

/// A patch with comments, in a directory of its own.
const PATCH: &str = "\
# Plain.
title = \"Plain\"

[nodes.tone]
kind = \"saw\"
frequency = 110.0 # A2

[nodes.filter]
kind = \"lowpass\"
inputs = [\"tone\"]
cutoff = 800.0

[nodes.out]
kind = \"audio_out\"
inputs = [\"filter\"]
gain = -12.0
";

fn patch_in(directory: &Path) -> PathBuf {
    let path = directory.join("plain.toml");
    std::fs::write(&path, PATCH).expect("written");
    path
}

#[test]
fn it_says_that_there_is_no_device_and_takes_commands_from_a_pipe() {
    let place = directory("play_pipe");
    patch_in(&place);
    let commands = "set filter.cutoff 400 over 2s\nlist\nshow tone\n# nothing\n\nfoo\nquit\nlist\n";
    let said = run_with(&place, &["play", "plain.toml", "--device", NO_DEVICE], commands);
    assert_eq!(said.code, Some(0));
    let missing = format!("there is no output device \"{NO_DEVICE}\"");
    assert!(said.err.contains(&missing), "{}", said.err);
    assert!(said.err.contains("Time goes on without sound until a device comes"), "{}", said.err);
    // When the acknowledgement comes among the answers depends on the clock.
    let (acknowledged, rest): (Vec<&str>, Vec<&str>) =
        said.out.lines().map(str::trim_end).partition(|line| line.starts_with("  from "));
    assert_eq!(acknowledged.len(), 1, "{}", said.out);
    let (shown, rest): (Vec<&str>, Vec<&str>) =
        rest.into_iter().partition(|line| !line.starts_with("  takes "));
    assert!(rest.len() <= 1, "{rest:?}");
    let wanted = [
        "Playing Plain on the fallback clock, silently, at 48000 Hz. `help` lists the commands, `quit` ends.",
        "  set filter.cutoff 400 Hz (was 800 Hz)",
        "tone             saw",
        "filter           lowpass         from tone",
        "out              audio_out       from filter",
        "tone: saw, A band-limited sawtooth: bright, all harmonics.",
        "  frequency = 110 Hz",
        "column 1: there is no command `foo`; `help` lists them",
        "    foo",
        "    ^^^",
    ];
    assert_eq!(shown, wanted);
}

#[test]
fn every_command_that_shows_something_answers() {
    let place = directory("play_answers");
    patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml"]);
    for (line, answer) in [
        ("list", "tone  "),
        ("show filter", "filter: lowpass, "),
        ("show filtre", "there is no node `filtre`"),
        ("meters", "out  "),
        ("stats", "load "),
        ("nodes", "Sources"),
        ("nodes lowpass", "lowpass: "),
        ("nodes lowpas", "there is no kind `lowpas`"),
        ("help", "set  "),
        ("help set", "set NODE.PARAM VALUE"),
        ("ping", "the audio thread is at frame "),
        ("set filter.cutoff 800", "it is so already"),
        ("redo", "there is nothing to redo"),
        ("record", "nothing is recorded"),
        ("record stop", "nothing is recorded; `record` lists what is"),
    ] {
        it.say(line);
        it.wait_for(answer);
    }
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
}

#[test]
fn it_ends_by_itself_after_a_time_although_its_input_ended_before() {
    let place = directory("play_seconds");
    patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml", "--seconds", "0.3"]);
    it.hang_up();
    let (_, code) = it.end();
    assert_eq!(code, Some(0));
}

#[test]
fn chains_json_and_the_standard_input_can_be_played() {
    let place = directory("play_sources");
    let json =
        r#"{"title": "J", "nodes": {"out": {"kind": "audio_out", "inputs": ["t"]}, "t": {"kind": "sine"}}}"#;
    std::fs::write(place.join("j.json"), json).expect("written");
    for args in
        [&["j.json"][..], &["--chain", "sine ! gain gain=-12"], &["--chain", "sine", "--rate", "44100"]]
    {
        let (said, code) = Conversation::start(&place, args).quit();
        assert_eq!(code, Some(0), "{said:?}");
        assert_eq!(said.len(), 2, "{said:?}");
    }
    // Here the patch is the standard input, so there are no commands.
    let said = run_with(&place, &["play", "-", "--device", NO_DEVICE, "--seconds", "0.1"], PATCH);
    assert_eq!((said.code, said.out.lines().count()), (Some(0), 1), "{}{}", said.out, said.err);
}

#[test]
fn the_journal_of_a_performance_renders_to_what_was_played() {
    let place = directory("play_journal");
    let patch = examples().join("slow-filter.toml");
    let mut it = Conversation::start(&place, &[text(&patch), "--journal", "journal.txt"]);
    let performance = [
        "set filter.cutoff 300 over 40ms",
        "add low sine frequency=61Hz to sum",
        "set sum.gain4 -9",
        "bypass wide",
        "undo",
        "redo",
        "drive low.frequency from sweep depth 7",
        "remove twin",
        "set hall.mix 0.8 over 300ms exponential",
    ];
    let frames: Vec<u64> = performance.iter().map(|line| it.edit(line)).collect();
    // Neither what is refused nor what only shows something belongs in it.
    it.say("set filter.cutoff 1MHz");
    it.wait_for("node `filter`");
    it.say("list");
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
    assert!(frames.is_sorted(), "{frames:?}");

    let journal = std::fs::read_to_string(place.join("journal.txt")).expect("a journal");
    assert_eq!(journal.lines().next(), Some("# recorded at 48000 Hz"));
    assert_eq!(journal.lines().count(), 1 + performance.len(), "{journal}");
    let other = ["render", text(&patch), "-o", "other.wav", "--rate", "44100", "--script", "journal.txt"];
    let said = program::run(&place, &other);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.err.trim(), "error: journal.txt was recorded at 48000 Hz: add --rate 48000");
    let script: String =
        performance.iter().zip(&frames).map(|(line, frame)| format!("@{frame}f {line}\n")).collect();
    std::fs::write(place.join("script.txt"), script).expect("written");
    let seconds = format!("{}", frames.last().expect("edits") / 48_000 + 2);
    let with = |script| rendered(&place, text(&patch), &["--seconds", &seconds, "--script", script]);
    let (journal, script) = (with("journal.txt"), with("script.txt"));
    assert_eq!(first_difference(&journal, &script), None);
    let plain = rendered(&place, text(&patch), &["--seconds", &seconds]);
    assert!(first_difference(&journal, &plain).is_some(), "the performance is not heard");
}

#[test]
fn saving_the_file_is_heard_and_told() {
    let place = directory("play_watch");
    let path = patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml"]);
    it.save_and_wait(&path, &PATCH.replace("800.0", "900.0"), "plain.toml was saved:");
    assert_eq!(it.wait_for("  "), "  set filter.cutoff 900 Hz (was 800 Hz)");

    // A file that is broken changes nothing, and says where.
    let broken = PATCH.replace("800.0", "-3.0").replace("\"saw\"", "\"swa\"");
    it.save_and_wait(&path, &broken, "plain.toml was saved with problems, so nothing changes:");
    let first = it.wait_for("    ");
    assert!(first.contains("node `tone`") && first.contains("swa"), "{first}");
    it.say("show filter");
    it.wait_for("filter: ");
    assert_eq!(it.wait_for("  "), "  cutoff = 900 Hz");

    // Mended, it is compared with what sounds; a new node and its cable are the whole difference.
    let more = "[nodes.low]\nkind = \"sine\"\nfrequency = 55.0\n\n[nodes.filter]\n";
    let mended = PATCH.replace("[nodes.filter]\n", more).replace("[\"tone\"]", "[\"tone\", \"low\"]");
    it.save_and_wait(&path, &mended.replace("800.0", "900.0"), "plain.toml was saved:");
    it.say("list");
    it.wait_for("tone  ");
    let from = it.heard.iter().rposition(|line| line == "plain.toml was saved:").expect("told");
    let told: Vec<&str> = it.heard[from + 1..it.heard.len() - 1].iter().map(String::as_str).collect();
    assert_eq!(told, ["  add low sine", "  connect low.out filter.in"]);
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
}

#[test]
fn a_journal_follows_what_was_saved_and_a_load_ends_the_watching() {
    let place = directory("play_journal_of_saves");
    let path = patch_in(&place);
    std::fs::write(place.join("other.toml"), PATCH.replace("800.0", "700.0")).expect("written");
    let mut it = Conversation::start(&place, &["plain.toml", "--journal", "take.txt"]);
    it.save_and_wait(&path, &PATCH.replace("800.0", "900.0"), "plain.toml was saved:");
    it.edit("set filter.q 3");
    it.say("load other.toml");
    it.wait_for("from here on, saving a file is not heard");
    std::fs::write(&path, PATCH.replace("800.0", "100.0")).expect("written");
    std::thread::sleep(std::time::Duration::from_millis(300));
    it.say("show filter");
    it.wait_for("filter: ");
    assert_eq!(it.wait_for("  "), "  cutoff = 700 Hz");
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
    let journal = std::fs::read_to_string(place.join("take.txt")).expect("a journal");
    let commands: Vec<&str> =
        journal.lines().skip(1).map(|line| line.split_once(' ').expect("a time").1).collect();
    assert_eq!(commands, ["load take.txt.1.toml", "set filter.q 3", "load other.toml"]);
    let snapshot = std::fs::read_to_string(place.join("take.txt.1.toml")).expect("a snapshot");
    assert!(snapshot.contains("cutoff = 900"), "{snapshot}");
    rendered(&place, "plain.toml", &["--seconds", "1", "--script", "take.txt"]);
}

#[test]
fn what_is_saved_wins_over_commands_and_says_so() {
    let place = directory("play_overrides");
    let path = patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml"]);
    it.edit("set filter.cutoff 300");
    it.edit("set filter.q 5");
    it.save_and_wait(&path, &PATCH.replace("800.0", "1200.0"), "of these, commands had it otherwise:");
    it.wait_for("  set filter.cutoff ");
    it.say("show filter");
    it.wait_for("filter: ");
    assert_eq!(it.wait_for("  "), "  cutoff = 1.2 kHz");
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
}

#[test]
fn a_file_that_is_not_to_be_watched_is_not() {
    let place = directory("play_no_watch");
    let path = patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml", "--no-watch"]);
    std::fs::write(&path, PATCH.replace("800.0", "900.0")).expect("written");
    it.edit("set filter.q 3");
    it.say("show filter");
    it.wait_for("filter: ");
    assert_eq!(it.wait_for("  "), "  cutoff = 800 Hz");
    let (said, code) = it.quit();
    assert!(!said.iter().any(|line| line.contains("was saved")), "{said:?}");
    assert_eq!(code, Some(0));
}

#[test]
fn save_keeps_comments_and_order() {
    let place = directory("play_save");
    let path = patch_in(&place);
    let mut it = Conversation::start(&place, &["plain.toml"]);
    it.edit("set filter.cutoff 450");
    it.edit("set tone.frequency 220");
    it.say("save other.toml");
    it.wait_for("saved to other.toml");
    it.say("save");
    it.wait_for("saved to plain.toml");
    let (_, code) = it.quit();
    assert_eq!(code, Some(0));
    let wanted = PATCH.replace("800.0", "450.0").replace("110.0", "220.0");
    assert_eq!(std::fs::read_to_string(place.join("other.toml")).expect("saved"), wanted);
    assert_eq!(std::fs::read_to_string(path).expect("saved"), wanted);
}

#[test]
fn without_a_device_it_can_render_instead() {
    let place = directory("play_or_render");
    patch_in(&place);
    let mut command = program(&place);
    command.args([
        "play",
        "plain.toml",
        "--device",
        NO_DEVICE,
        "--or-render",
        "instead.wav",
        "--seconds",
        "1",
    ]);
    let output = command.output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("there is no output device") && told.contains("instead.wav: 1.00 s"), "{told}");
    let instead = Sound::read_wav(place.join("instead.wav")).expect("a WAV file");
    program::well(&place, &["render", "plain.toml", "-o", "same.wav", "--seconds", "1"]);
    let same = Sound::read_wav(place.join("same.wav")).expect("a WAV file");
    assert_eq!((instead.rate, instead.channels[0].len()), (48_000, 48_000));
    assert_eq!(first_difference(&instead, &same), None);
}

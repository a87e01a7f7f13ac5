//! Sounds from the disk and recordings onto it: streams in patches, `play --record` and `record`, and what is kept when they are cut off.

mod program;

use program::{directory, first_difference, program as command, rendered, run, run_with, well};
use sostenuto_media::Sound;
use sostenuto_media::resample::{Edges, resample};
use sostenuto_media::wav::{Encoding, Format, Writer};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Noise that is the same each time.
fn noise(rate: u32, frames: usize) -> Sound {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 48) as f32 - 32_768.0) / 65_536.0
    };
    let channels = (0..2).map(|_| (0..frames).map(|_| next()).collect()).collect();
    Sound { rate, channels }
}

fn write(path: &Path, sound: &Sound) {
    let format = Format { channels: 2, rate: sound.rate, encoding: Encoding::Float32 };
    let mut writer = Writer::create(path, format).expect("created");
    writer.write_planar(&sound.channels).expect("written");
    writer.finish().expect("finished");
}

const PATCH: &str = r#"
[buffers]
sea = { file = "sea.wav", stream = true }

[nodes.sea]
kind = "stream"
buffer = "sea"
channels = 2

[nodes.out]
kind = "audio_out"
inputs = ["sea"]
"#;

#[test]
fn a_stream_is_rendered_as_the_whole_file_would_be_in_any_blocks() {
    let place = directory("streamed");
    let inside = noise(44_100, 100_000);
    write(&place.join("sea.wav"), &inside);
    let patch = |text: &str| std::fs::write(place.join("sea.toml"), text).expect("written");
    patch(PATCH);
    let expected = resample(&inside, 48_000, Edges::Silence, None).expect("resampled");
    for block in ["4096", "77"] {
        let mut heard = rendered(&place, "sea.toml", &["--seconds", "3", "--block", block]);
        let rest: Vec<f32> = heard.channels.iter_mut().flat_map(|c| c.split_off(expected.frames())).collect();
        assert_eq!(first_difference(&heard, &expected), None);
        assert!(rest.iter().all(|x| *x == 0.0));
    }
    // A loop of frames of the file, and a seek, at the file's own rate.
    patch(&PATCH.replace("channels = 2", "channels = 2\nloop = \"on\"\nloop_start = 1000\nloop_end = 9000"));
    std::fs::write(place.join("script.txt"), "1s set sea.seek 1.5\n").expect("written");
    let options = ["--seconds", "2", "--rate", "44100", "--script", "script.txt"];
    let looped = rendered(&place, "sea.toml", &options);
    for n in 0..88_200 {
        let at = match n {
            0..9000 => n,
            9000..44_100 => 1000 + (n - 9000) % 8000,
            44_100..44_320 => continue,
            // Behind the loop, and up to the end once.
            _ if n - 44_100 < 100_000 - 66_150 => n - 44_100 + 66_150,
            _ => 1000 + (n - 44_100 - (100_000 - 66_150)) % 8000,
        };
        assert_eq!(looped.channels[1][n], inside.channels[1][at], "frame {n}");
    }
    std::fs::write(place.join("sea.wav"), "no sound").expect("written");
    let refused = run(&place, &["check", "sea.toml"]);
    assert!(refused.code == Some(1) && refused.err.contains("sea.wav"), "{}", refused.err);
}

/// Plays on no device, for so long.
fn playing(seconds: &str) -> Vec<&str> {
    vec![
        "play",
        "sea.toml",
        "--device",
        "no such device",
        "--record",
        "heard.wav",
        "--record-bits",
        "32f",
        "--seconds",
        seconds,
    ]
}

#[test]
fn what_is_heard_is_recorded_as_it_is_rendered() {
    let place = directory("recorded");
    write(&place.join("sea.wav"), &noise(48_000, 400_000));
    std::fs::write(place.join("sea.toml"), PATCH).expect("written");
    let rendered = rendered(&place, "sea.toml", &["--seconds", "6"]);
    let said = run_with(&place, &playing("1.5"), "show sea\n");
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.err.contains("heard.wav: 1.") && said.out.contains("of 8.33 s"),
        "{} {}",
        said.err,
        said.out
    );
    let heard = Sound::read_wav(place.join("heard.wav")).expect("a WAV file");
    let frames = heard.frames();
    assert!(frames > 40_000 && heard.rate == 48_000, "{frames}");
    // From the first frame; at the end it fades out.
    let sounds = frames - 1000;
    assert_eq!(heard.channels[0][..sounds], rendered.channels[0][..sounds]);
    // A file that is there is not written over unless that is asked for, and the patch never is.
    let again = run(&place, &playing("1"));
    assert!(again.code == Some(1) && again.err.contains("--overwrite"), "{}", again.err);
    let over = run(&place, &[&playing("0.3")[..], &["--overwrite"]].concat());
    assert_eq!(over.code, Some(0), "{}", over.err);
    let unknown =
        run(&place, &["play", "sea.toml", "--record", "x.wav", "--record-from", "see", "--seconds", "1"]);
    assert!(unknown.code == Some(1) && unknown.err.contains("sea"), "{}", unknown.err);
    assert!(!place.join("x.wav").exists());
}

#[cfg(unix)]
#[test]
fn a_recording_that_is_killed_or_deleted_is_kept() {
    let place = directory("killed");
    write(&place.join("sea.wav"), &noise(48_000, 400_000));
    std::fs::write(place.join("sea.toml"), PATCH).expect("written");
    let file = place.join("heard.wav");
    let mut child = command(&place);
    let child = child.args(playing("60")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = child.spawn().expect("the program starts");
    let patience = Instant::now() + Duration::from_secs(60);
    while std::fs::metadata(&file).map_or(0, |about| about.len()) < 200_000 {
        assert!(Instant::now() < patience, "nothing is recorded");
        std::thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL.
    child.kill().expect("killed");
    child.wait().expect("gone");
    let heard = Sound::read_wav(&file).expect("a WAV file");
    let inside = Sound::read_wav(place.join("sea.wav")).expect("a WAV file");
    assert!(heard.frames() > 10_000, "{}", heard.frames());
    assert_eq!(heard.channels[0], inside.channels[0][..heard.frames()]);

    std::fs::remove_file(&file).expect("removed");
    let mut child = command(&place);
    let child = child.args(playing("2")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = child.spawn().expect("the program starts");
    while !file.exists() {
        assert!(Instant::now() < patience, "nothing is recorded");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::fs::remove_file(&file).expect("removed");
    let said = child.wait_with_output().expect("it ends");
    assert!(String::from_utf8_lossy(&said.stderr).contains("written anew"));
    assert!(Sound::read_wav(&file).expect("a WAV file").frames() > 40_000);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_is_told() {
    let place = directory("full");
    let options = ["play", "--chain", "saw", "--record", "/dev/full", "--overwrite", "--seconds", "1"];
    let full = run(&place, &options);
    assert_eq!(full.code, Some(1));
    assert!(full.err.contains("/dev/full") || full.err.contains("No space"), "{}", full.err);
}

#[test]
fn a_device_that_is_not_there_leaves_no_file() {
    let place = directory("no-device");
    let said = run(&place, &["record", "take.wav", "--device", "no such device", "--seconds", "1"]);
    assert!(said.code == Some(1) && said.err.contains("no such device"), "{}", said.err);
    assert!(!place.join("take.wav").exists());
    let help = well(&place, &["record", "--help"]);
    assert!(help.out.contains("--bits"), "{}", help.out);
}

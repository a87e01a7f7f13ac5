//! Sound files of any kind: converted, played and rendered like patches, and as buffers of patches.

mod program;

use program::{directory, first_difference, program as command, rendered, run, well};
use sostenuto_media::Sound;
use sostenuto_media::resample::{Edges, resample};
use sostenuto_media::wav::{Encoding, Format, Writer};
use std::f64::consts::TAU;
use std::path::Path;
use std::process::Command;

fn tone(rate: u32, channels: u16, frames: usize) -> Sound {
    let sample = |channel: u16, frame: usize| {
        let turn = 330.0 * f64::from(channel + 1) / f64::from(rate);
        ((TAU * frame as f64 * turn).sin() * 0.4) as f32
    };
    let channel = |channel: u16| (0..frames).map(|frame| sample(channel, frame)).collect();
    Sound { rate, channels: (0..channels).map(channel).collect() }
}

fn write(path: &Path, sound: &Sound, encoding: Encoding) {
    let format = Format { channels: sound.channels.len() as u16, rate: sound.rate, encoding };
    let mut writer = Writer::create(path, format).expect("created");
    writer.write_planar(&sound.channels).expect("written");
    writer.finish().expect("finished");
}

/// A FLAC file in `place`, and what is in it.
fn flac(place: &Path, name: &str, sound: &Sound) -> Sound {
    let wav = place.join("for-flac.wav");
    write(&wav, sound, Encoding::Int16);
    let made = Command::new("flac")
        .args(["--totally-silent", "--no-padding", "-f", "-o", name, "for-flac.wav"])
        .current_dir(place)
        .status();
    assert!(made.expect("flac runs; install it: tools/need.sh media").success());
    Sound::read_wav(wav).expect("a WAV file")
}

#[test]
fn convert_changes_rate_channels_and_bits() {
    let place = directory("convert");
    let inside = flac(&place, "a.flac", &tone(44_100, 2, 30_000));
    let said = well(&place, &["convert", "a.flac", "a.wav"]);
    assert!(said.err.contains("a.wav: 0.68 s, 2 channels at 44100 Hz, from FLAC"), "{}", said.err);
    let plain = Sound::read_wav(place.join("a.wav")).expect("a WAV file");
    assert_eq!(first_difference(&plain, &inside), None);

    well(&place, &["convert", "a.flac", "longer.wav", "--stretch", "1.5", "--pitch", "-3st"]);
    assert_eq!(Sound::read_wav(place.join("longer.wav")).expect("a WAV file").frames(), 45_000);

    let more = ["--rate", "48000", "--channels", "1", "--bits", "32f"];
    well(&place, &[&["convert", "a.flac", "b.wav"][..], &more].concat());
    let other = Sound::read_wav(place.join("b.wav")).expect("a WAV file");
    let expected = resample(&inside.clone().with_channels(1), 48_000, Edges::Found, None).expect("resampled");
    assert_eq!(first_difference(&other, &expected), None);
    assert_eq!(other.frames(), 32_654);

    well(&place, &["convert", "a.flac", "c.wav", "--channels", "3", "--bits", "16"]);
    let wide = Sound::read_wav(place.join("c.wav")).expect("a WAV file");
    assert_eq!((wide.channels.len(), wide.channels[2].iter().all(|x| x.abs() < 1e-4)), (3, true));
}

#[test]
fn convert_refuses_with_a_remedy_and_leaves_nothing_behind() {
    let place = directory("convert_refuses");
    flac(&place, "a.flac", &tone(44_100, 1, 30_000));
    let bytes = std::fs::read(place.join("a.flac")).expect("read");
    std::fs::write(place.join("cut.flac"), &bytes[..bytes.len() / 2]).expect("written");
    std::fs::write(place.join("text.mp3"), "no sound").expect("written");
    for (input, output, said) in [
        ("missing.flac", "x.wav", "Check the name"),
        (
            "text.mp3",
            "x.wav",
            "is no sound file that is read here (of no known format). Convert it to WAV or FLAC",
        ),
        ("cut.flac", "x.wav", "cut short"),
        ("a.flac", "a.flac", "give another file"),
        ("a.flac", "no/such/x.wav", "Check that its directory exists"),
    ] {
        let refused = run(&place, &["convert", input, output]);
        assert_eq!(refused.code, Some(1), "{input}");
        assert!(refused.err.starts_with("error: ") && refused.err.contains(said), "{}", refused.err);
        assert!(!place.join("x.wav").exists() && !place.join("x.wav.part").exists());
    }
    assert_eq!(std::fs::read(place.join("a.flac")).expect("read"), bytes);
    let said = well(&place, &["convert", "cut.flac", "x.wav", "--mend"]);
    assert!(said.err.contains("frames are missing at the end"), "{}", said.err);
    assert!(Sound::read_wav(place.join("x.wav")).expect("a WAV file").frames() > 4000);
}

#[test]
fn a_sound_file_is_rendered_like_a_patch_as_long_as_it_is() {
    let place = directory("render_song");
    let inside = flac(&place, "song.flac", &tone(48_000, 2, 30_000));
    assert_eq!(first_difference(&rendered(&place, "song.flac", &[]), &inside), None);
    // At another rate it is as the resampler makes it.
    let inside = flac(&place, "other.flac", &tone(44_100, 2, 30_001));
    let expected = resample(&inside, 48_000, Edges::Found, None).expect("resampled");
    assert_eq!(first_difference(&rendered(&place, "other.flac", &[]), &expected), None);
    // One channel is heard on both; over and over.
    let inside = flac(&place, "mono.flac", &tone(48_000, 1, 4800));
    let looped = rendered(&place, "mono.flac", &["--loop", "--seconds", "0.35"]);
    assert_eq!(looped.frames(), 16_800);
    for (at, pair) in looped.channels[0].iter().zip(&looped.channels[1]).enumerate() {
        assert_eq!(
            (*pair.0, *pair.1),
            (inside.channels[0][at % 4800], inside.channels[0][at % 4800]),
            "{at}"
        );
    }
    let refused = run(&place, &["render", "--chain", "sine", "-o", "x.wav", "--loop"]);
    assert!(refused.err.contains("--loop is for sound files"), "{}", refused.err);
}

#[test]
fn a_sound_file_is_played_and_ends() {
    let place = directory("play_song");
    let inside = flac(&place, "song.flac", &tone(48_000, 2, 9600));
    let instead = ["--device", "no such device", "--or-render", "instead.wav"];
    well(&place, &[&["play", "song.flac"][..], &instead].concat());
    let played = Sound::read_wav(place.join("instead.wav")).expect("a WAV file");
    assert_eq!(first_difference(&played, &inside), None);
    // Without a device it is played in silence, and ends by itself.
    let mut playing = command(&place);
    let playing = playing.args(["play", "song.flac", "--device", "no such device"]).output();
    let playing = playing.expect("the program ends");
    assert_eq!(playing.status.code(), Some(0));
    let told = String::from_utf8_lossy(&playing.stdout);
    assert!(told.contains("Playing song.flac"), "{told}");
}

const PATCH: &str = r#"
[buffers]
sea = { file = "sounds/sea.flac" }

[nodes.sea]
kind = "player"
buffer = "sea"
channels = 2
loop = "off"

[nodes.out]
kind = "audio_out"
inputs = ["sea"]
"#;

#[test]
fn buffers_of_patches_are_files_of_any_kind_at_the_rate_of_the_engine() {
    let place = directory("buffers");
    std::fs::create_dir(place.join("sounds")).expect("a directory");
    let inside = flac(&place, "sounds/sea.flac", &tone(44_100, 2, 22_050));
    let patch = |text: &str| std::fs::write(place.join("sea.toml"), text).expect("written");
    patch(PATCH);
    let heard = rendered(&place, "sea.toml", &["--seconds", "0.5"]);
    let expected = resample(&inside, 48_000, Edges::Found, None).expect("resampled");
    assert_eq!(first_difference(&heard, &expected), None);
    // At its own rate it is as it was recorded, however it is written.
    let own = rendered(&place, "sea.toml", &["--seconds", "0.5", "--rate", "44100"]);
    assert_eq!(first_difference(&own, &inside), None);
    // What keeps its rate is resampled by the player.
    patch(&PATCH.replace(".flac\"", ".flac\", keep_rate = true"));
    let kept = rendered(&place, "sea.toml", &["--seconds", "0.5"]);
    assert!(first_difference(&kept, &expected).is_some());
    let close = kept.channels[0][..23_900].iter().zip(&expected.channels[0]).map(|(a, b)| (a - b).abs());
    assert!(close.fold(0.0, f32::max) < 0.01);
    // Places are counted in frames of the file: from 11,025 on, half a second.
    patch(&PATCH.replace("loop = \"off\"", "loop_start = 11025\nloop_end = 22050"));
    let looped = rendered(&place, "sea.toml", &["--seconds", "1"]);
    assert_eq!(looped.channels[0][..24_000], expected.channels[0][..24_000]);
    assert_eq!(looped.channels[0][24_000..36_000], expected.channels[0][12_000..24_000]);

    std::fs::write(place.join("sounds/sea.flac"), "no sound").expect("written");
    let refused = run(&place, &["check", "sea.toml"]);
    assert_eq!(refused.code, Some(1));
    let said = "sea.toml:3:16: error: `sea`: the buffer `sea` cannot be read from \"sounds/sea.flac\": ";
    assert!(refused.err.contains(said) && refused.err.contains("Convert it"), "{}", refused.err);
}

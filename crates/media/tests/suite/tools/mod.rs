//! Test signals, and other programs that encode and decode them.

#![allow(dead_code)]

pub mod corpus;

use sostenuto_media::Sound;
use sostenuto_media::wav::{Encoding, Format, Writer};
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An empty directory that goes with the test.
pub fn directory() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory for the test")
}

/// A sound in which every place and every channel is told from the others: a rising sine, another for each channel, with a click now and then.
pub fn signal(rate: u32, channels: u16, frames: usize) -> Sound {
    let channel = |channel: u16| {
        let sample = |frame: usize| {
            let seconds = frame as f64 / f64::from(rate);
            let base = 200.0 * f64::from(channel + 1);
            let tone = (TAU * seconds * (base + 150.0 * seconds)).sin() * 0.4;
            let click = if (frame + 997 * usize::from(channel)).is_multiple_of(5003) { 0.3 } else { 0.0 };
            (tone + click) as f32
        };
        (0..frames).map(sample).collect()
    };
    Sound { rate, channels: (0..channels).map(channel).collect() }
}

/// Writes a sound as WAV.
pub fn write(path: &Path, sound: &Sound, encoding: Encoding) {
    let format = Format { channels: sound.channels.len() as u16, rate: sound.rate, encoding };
    let mut writer = Writer::create(path, format).expect("created");
    writer.write_planar(&sound.channels).expect("written");
    writer.finish().expect("finished");
}

/// Runs another program and asks that it went well.
pub fn run(program: &str, args: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(args).output();
    let output = output
        .unwrap_or_else(|why| panic!("{program} does not run ({why}); install it: tools/need.sh media"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {said}");
    output.stdout
}

pub fn ffmpeg(args: &[&str]) {
    run("ffmpeg", &[&["-v", "error", "-nostdin", "-y", "-bitexact"], args].concat());
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// What ffmpeg makes of a file, as 32-bit floats.
pub fn by_ffmpeg(path: &Path) -> Sound {
    let out = path.with_extension("by-ffmpeg.wav");
    ffmpeg(&["-i", text(path), "-c:a", "pcm_f32le", text(&out)]);
    Sound::read_wav(&out).expect("a WAV file")
}

/// What SoX makes of a file, as 32-bit floats.
pub fn by_sox(path: &Path) -> Sound {
    let out = path.with_extension("by-sox.wav");
    run("sox", &["-D", text(path), "-b", "32", "-e", "floating-point", text(&out)]);
    Sound::read_wav(&out).expect("a WAV file")
}

/// The greatest difference between two sounds of the same layout and length.
pub fn difference(a: &Sound, b: &Sound) -> f32 {
    assert_eq!((a.rate, a.channels.len(), a.frames()), (b.rate, b.channels.len(), b.frames()));
    let pairs = a.channels.iter().flatten().zip(b.channels.iter().flatten());
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// A file of the test's directory with this name.
pub fn file(directory: &tempfile::TempDir, name: &str) -> PathBuf {
    directory.path().join(name)
}

//! One patch on two devices of different rates, each recorded by another program; one of them goes and comes back.

use std::f64::consts::TAU;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

const PATCH: &str = r#"
[nodes.low]
kind = "sine"
frequency = 300
[nodes.high]
kind = "sine"
frequency = 500
[nodes.one]
kind = "audio_out"
device = "pulseaudio:sostenuto-one"
inputs = ["low"]
gain = -6
[nodes.two]
kind = "audio_out"
device = "pulseaudio:sostenuto-two"
inputs = ["high"]
gain = -6
"#;

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// A null sink, there for as long as this lives.
struct Sink(String);

impl Sink {
    fn new(name: &str, rate: u32) -> Sink {
        let (name, rate) = (format!("sink_name={name}"), format!("rate={rate}"));
        let arguments = [
            "load-module",
            "module-null-sink",
            &name,
            &rate,
            "channels=2",
            "format=float32le",
            "norewinds=1",
        ];
        let module =
            Command::new("pactl").args(arguments).output().expect("pactl is installed with the servers");
        assert!(module.status.success());
        Sink(String::from_utf8_lossy(&module.stdout).trim().to_owned())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        _ = Command::new("pactl").args(["unload-module", &self.0]).status();
    }
}

/// What is heard at a sink, until the recorder is ended: the left channel.
struct Tape(Ended, JoinHandle<Vec<u8>>);

impl Tape {
    fn of(sink: &str, rate: u32) -> Tape {
        let (device, rate) = (format!("--device={sink}.monitor"), format!("--rate={rate}"));
        let arguments = [&device, &rate, "--raw", "--format=float32le", "--channels=1", "--latency-msec=20"];
        let mut recorder =
            Ended(Command::new("parec").args(arguments).stdout(Stdio::piped()).spawn().unwrap());
        let mut pipe = recorder.0.stdout.take().unwrap();
        let thread = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            _ = pipe.read_to_end(&mut bytes);
            bytes
        });
        Tape(recorder, thread)
    }

    fn stop(self) -> Vec<f32> {
        drop(self.0);
        let bytes = self.1.join().unwrap();
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    }
}

/// How much of a sound is a sine of this frequency, from 0 to 1.
fn share(samples: &[f32], rate: f64, hertz: f64) -> f64 {
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (at, sample) in samples.iter().map(|x| f64::from(*x)).enumerate() {
        let (sin, cos) = (TAU * hertz * at as f64 / rate).sin_cos();
        (re, im, power) = (re + sample * cos, im + sample * sin, power + sample * sample);
    }
    2.0 * (re * re + im * im) / (power * samples.len() as f64).max(1e-12)
}

/// How often the sound stops for more than two milliseconds, between its first sample and its last.
fn gaps(samples: &[f32], rate: u32) -> usize {
    let loud = |x: &f32| x.abs() > 1e-4;
    let (Some(first), Some(last)) = (samples.iter().position(loud), samples.iter().rposition(loud)) else {
        return 0;
    };
    let (mut silent, mut count) = (0, 0);
    for sample in &samples[first..last] {
        silent = if loud(sample) { 0 } else { silent + 1 };
        count += usize::from(silent == rate as usize / 500);
    }
    count
}

#[test]
fn two_devices_play_one_patch_and_one_of_them_goes_and_comes_back() {
    if std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_none() {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
        return;
    }
    let (one, _two) = (Sink::new("sostenuto-one", 44_100), Sink::new("sostenuto-two", 48_000));
    let folder =
        std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("two-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let patch = folder.join("patch.toml").display().to_string();
    std::fs::write(&patch, PATCH).unwrap();
    let second = Tape::of("sostenuto-two", 48_000);
    let mut player = Command::new(env!("CARGO_BIN_EXE_sostenuto"))
        .args(["play", &patch, "--no-watch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut prompt = player.stdin.take().unwrap();
    sleep(Duration::from_secs(6));
    let first = Tape::of("sostenuto-one", 44_100);
    sleep(Duration::from_secs(3));
    writeln!(prompt, "ports").unwrap();
    let heard = first.stop();
    // The first one, which has the clock, goes; the sound of the other goes on.
    drop(one);
    sleep(Duration::from_secs(3));
    let _one = Sink::new("sostenuto-one", 44_100);
    sleep(Duration::from_secs(9));
    let again = Tape::of("sostenuto-one", 44_100);
    sleep(Duration::from_secs(3));
    writeln!(prompt, "ports").unwrap();
    sleep(Duration::from_millis(300));
    let again = again.stop();
    let second = second.stop();
    writeln!(prompt, "quit").unwrap();
    let said = player.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    println!("{said}");
    // What a recorder hears while it starts is not judged.
    let tail = |samples: &[f32], rate: usize| samples[samples.len().saturating_sub(2 * rate)..].to_vec();
    for (what, sound, rate, hertz) in [
        ("the first", &heard, 44_100, 300.0),
        ("the first, back again,", &again, 44_100, 300.0),
        ("the second", &second, 48_000, 500.0),
    ] {
        // The sink's clock is off by as much as two parts in a thousand.
        let best =
            (-20..=20).map(|k| share(&tail(sound, rate), rate as f64, hertz * (1.0 + f64::from(k) * 1e-4)));
        let best = best.fold(0.0, f64::max);
        assert!(best > 0.98, "{what} is no sine of {hertz} Hz: {best}\n{said}");
    }
    assert!(said.contains("is gone") && said.contains("is back"), "{said}");
    let last = said.rsplit("two  ").next().unwrap_or_default();
    let underruns: usize =
        last.split(" under-").next().and_then(|s| s.rsplit(' ').next()?.parse().ok()).unwrap_or(0);
    let gaps = gaps(&second, 48_000);
    assert!(gaps <= underruns + 1, "{gaps} gaps on the other, which has counted {underruns}\n{said}");
    _ = std::fs::remove_dir_all(&folder);
}

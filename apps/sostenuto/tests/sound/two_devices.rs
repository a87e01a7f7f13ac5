//! One patch on two devices of different rates, each recorded by another program; one of them goes and comes back.

use super::ears::{Tape, best_share, gaps};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread::sleep;
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
        let best = best_share(&tail(sound, rate), rate as f64, hertz);
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

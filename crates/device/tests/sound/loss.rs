//! What goes away while it plays is reported, and nothing hangs. Each in a process of its own, with servers of its own to lose.

use super::servers::{Playing, are_there, play, run, within};
use sostenuto_device::{DeviceError, FallbackClock, Health};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs one of the tests below that lose a server, among servers of their own.
fn lose(test: &str) {
    if !are_there() {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/virtual-sound.sh");
    let name = format!("sound::loss::{test}");
    let mut child = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &name, "--ignored", "--nocapture", "--test-threads=1"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > Duration::from_secs(90) {
            // The script ends its servers on this signal.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            panic!("{test} hangs");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    assert!(output.status.success() && text.contains("1 passed"), "{test} failed");
}

/// Waits for the loss, has the fallback clock take over, and stops the output, which takes no longer than it may.
fn is_reported(what: &str, playing: Playing) {
    let lost = Instant::now();
    within(10, "a report of the loss", || matches!(playing.output.health(), Health::Lost(_)));
    println!("{what}: reported after {:?}", lost.elapsed());
    let Health::Lost(error) = playing.output.health() else { unreachable!("it does not come back") };
    println!("  {error}\n  {:?}", playing.output.counters());
    assert!(matches!(error, DeviceError::DeviceLost { .. } | DeviceError::Backend { .. }), "{error:?}");

    let stopping = Instant::now();
    let faults = playing.output.shared_counters();
    let stopped = playing.output.stop();
    println!(
        "  stopped within {:?}: {stopped:?}; errors in all: {}",
        stopping.elapsed(),
        faults.read().faults
    );
    assert!(stopping.elapsed() < Duration::from_secs(5));

    let at = playing.slot.try_enter().expect("nobody is in").frame();
    let clock = FallbackClock::start(playing.slot.clone(), 48_000).unwrap();
    within(10, "three callbacks", || clock.counters().callbacks >= 3);
    let without = clock.stop().frames;
    assert_eq!(playing.slot.try_enter().unwrap().frame(), at + without);
}

#[test]
fn the_last_sink() {
    lose("lose_the_last_sink");
}

#[test]
#[ignore = "ends its servers: run by the_last_sink"]
fn lose_the_last_sink() {
    let playing = play("pulseaudio:sink_48000");
    run("pactl", &["unload-module", "module-null-sink"]);
    is_reported("last sink unloaded", playing);
}

#[test]
fn the_sound_server() {
    lose("lose_the_sound_server");
}

#[test]
#[ignore = "ends its servers: run by the_sound_server"]
fn lose_the_sound_server() {
    let playing = play("pulseaudio:sink_48000");
    run("pactl", &["exit"]);
    is_reported("PulseAudio ended", playing);
}

#[test]
#[cfg(target_os = "linux")]
fn the_server_behind_alsa() {
    lose("lose_the_server_behind_alsa");
}

#[test]
#[cfg(target_os = "linux")]
#[ignore = "ends its servers: run by the_server_behind_alsa"]
fn lose_the_server_behind_alsa() {
    let playing = play("alsa:pulse");
    run("pactl", &["exit"]);
    is_reported("PulseAudio behind ALSA ended", playing);
}

#[test]
#[cfg(feature = "jack")]
fn the_jack_server() {
    lose("lose_the_jack_server");
}

#[test]
#[cfg(feature = "jack")]
#[ignore = "ends its servers: run by the_jack_server"]
fn lose_the_jack_server() {
    let playing = play("jack:output");
    let name = std::env::var("JACK_DEFAULT_SERVER").unwrap();
    let is_ours = |process: &std::path::Path| {
        let line = std::fs::read_to_string(process.join("cmdline")).unwrap_or_default();
        let mut words = line.split('\0');
        words.next().is_some_and(|program| program.ends_with("jackd")) && words.any(|word| word == name)
    };
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let server = processes.into_iter().find(|process| is_ours(process)).expect("the server runs");
    // Not -KILL: a server that cannot say goodbye leaves its entry in JACK's register, which has room for eight on the machine.
    run("kill", &["-TERM", server.file_name().unwrap().to_str().unwrap()]);
    is_reported("jackd ended", playing);
}

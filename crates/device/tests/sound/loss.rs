//! What goes away while it plays is reported, and nothing hangs. Each in a process of its own, with servers of its own to lose.

#[cfg(feature = "jack")]
use super::servers::process_of;
use super::servers::{Playing, apart, play, run, within};
use sostenuto_device::{DeviceError, FallbackClock, Health};
use std::time::{Duration, Instant};

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
    apart("sound::loss::lose_the_last_sink");
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
    apart("sound::loss::lose_the_sound_server");
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
    apart("sound::loss::lose_the_server_behind_alsa");
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
    apart("sound::loss::lose_the_jack_server");
}

#[test]
#[cfg(feature = "jack")]
#[ignore = "ends its servers: run by the_jack_server"]
fn lose_the_jack_server() {
    let playing = play("jack:output");
    let name = std::env::var("JACK_DEFAULT_SERVER").unwrap();
    // Not -KILL: a server that cannot say goodbye leaves its entry in JACK's register, which has room for eight on the machine.
    run("kill", &["-TERM", &process_of("jackd", &name)]);
    is_reported("jackd ended", playing);
}

//! What befalls the streams of a host: each is told, none holds anything up, and each can be opened again. Each test in a process of its own, with
//! servers of its own.

use super::servers::{apart, float_sink, process_of, run, within};
use sostenuto_device::{Change, End, Host, OpenError, Stream, System, SystemStream, Vigour, Wish};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A stream, and how often its work has run.
struct Running {
    stream: SystemStream,
    runs: Arc<AtomicU64>,
}

fn wish(device: &str, records: bool) -> Wish {
    let (inputs, outputs) = if records { (2, 0) } else { (0, 2) };
    Wish { device: Some(device.into()), inputs, outputs, ..Wish::default() }
}

fn open(system: &mut System, device: &str, records: bool) -> Running {
    let runs = Arc::new(AtomicU64::new(0));
    let count = runs.clone();
    let work = move |_: &[f32], output: &mut [f32], _: u64| {
        output.fill(0.25);
        count.fetch_add(1, Ordering::Relaxed);
    };
    let stream =
        system.open(&wish(device, records), Box::new(work)).unwrap_or_else(|e| panic!("{device}: {e}"));
    within(10, "the stream runs", || stream.vigour() == Vigour::Alive && runs.load(Ordering::Relaxed) > 3);
    assert_eq!(stream.why(), None);
    Running { stream, runs }
}

impl Running {
    /// It ends, says why, and is dropped without anybody waiting.
    fn ends(self, what: &str) {
        let begin = Instant::now();
        within(20, what, || matches!(self.stream.vigour(), Vigour::Ended(_)));
        println!(
            "{what}: {:?} after {:?}: {:?}\n  {:?}",
            self.stream.vigour(),
            begin.elapsed(),
            self.stream.why(),
            self.stream.counts()
        );
        assert!(self.stream.why().is_some_and(|why| why.contains(&self.stream.terms().device)));
        self.let_go();
    }

    /// It may end or be silent: ALSA's way to PulseAudio does now the one and now the other when it records and the server ends.
    fn stops(self, what: &str) {
        let silent = || {
            let before = self.stream.counts().callbacks;
            std::thread::sleep(Duration::from_millis(300));
            self.stream.counts().callbacks == before
        };
        within(20, what, silent);
        println!("{what}: {:?}\n  {:?}", self.stream.vigour(), self.stream.counts());
        self.let_go();
    }

    fn let_go(self) {
        // A flood of errors is braked, and ended after half a second.
        assert!(self.stream.counts().faults < 5000, "{:?}", self.stream.counts());
        let runs = self.runs.clone();
        let begin = Instant::now();
        drop(self.stream);
        // Nothing is waited for; a second is what a busy machine may take to come back to this thread.
        assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
        std::thread::sleep(Duration::from_millis(50));
        let after = runs.load(Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(runs.load(Ordering::Relaxed), after, "the work is not run any more");
    }
}

#[test]
fn a_sink_that_goes_and_returns() {
    apart("sound::streams::lose_a_sink");
}

#[test]
#[ignore = "ends its servers: run by a_sink_that_goes_and_returns"]
fn lose_a_sink() {
    let mut system = System::new();
    run("pactl", &["unload-module", "module-null-sink"]);
    for round in 0..3 {
        let sink = float_sink("only", 48_000);
        let player = open(&mut system, "pulseaudio:only", false);
        let recorder = open(&mut system, "pulseaudio:only.monitor", true);
        drop(sink);
        player.ends("the player of the last sink");
        recorder.ends("the recorder of its monitor");
        println!("round {round}: {} threads hang", System::hanging());
        let wish = wish("pulseaudio:only", false);
        assert!(matches!(system.terms(&wish), Err(OpenError::DeviceNotFound { .. })));
    }
    assert!(System::hanging() <= 3, "{}", System::hanging());
    run("pactl", &["exit"]);
    within(10, "with the server's end nothing hangs any more", || System::hanging() == 0);
}

#[test]
fn a_sink_that_goes_while_there_are_others() {
    apart("sound::streams::be_moved_to_another_sink");
}

/// The server moves the stream to another sink without a word. It is ended, for it is not on its device any more.
#[test]
#[ignore = "ends its servers: run by a_sink_that_goes_while_there_are_others"]
fn be_moved_to_another_sink() {
    let mut system = System::new();
    let sink = float_sink("one", 48_000);
    system.changes();
    let player = open(&mut system, "pulseaudio:one", false);
    let other = open(&mut system, "pulseaudio:sink_44100", false);
    // Until it has been looked at while it was there.
    within(20, "a look", || {
        system.changes();
        system.offers().iter().any(|offer| offer.id == "pulseaudio:one")
    });
    std::thread::sleep(Duration::from_secs(3));
    drop(sink);
    let gone = Change::Gone { id: "pulseaudio:one".into() };
    within(20, "it is gone", || system.changes().contains(&gone));
    assert_eq!(player.stream.vigour(), Vigour::Ended(End::Removed));
    player.ends("the player of a sink that went");
    assert_eq!(other.stream.vigour(), Vigour::Alive);
}

#[test]
fn a_server_that_ends_and_one_behind_alsa() {
    apart("sound::streams::lose_the_server");
}

#[test]
#[ignore = "ends its servers: run by a_server_that_ends_and_one_behind_alsa"]
fn lose_the_server() {
    let mut system = System::new();
    let streams =
        [("pulseaudio:sink_48000", false), ("pulseaudio:sink_44100.monitor", true), ("alsa:pulse", false)];
    let running = streams.map(|(device, records)| open(&mut system, device, records));
    let through_alsa = open(&mut system, "alsa:pulse", true);
    run("pactl", &["exit"]);
    for (running, (device, records)) in running.into_iter().zip(streams) {
        running.ends(&format!("{device}, {}", if records { "recording" } else { "playing" }));
    }
    through_alsa.stops("alsa:pulse, recording");
    // The recording, if it was only silent: ALSA does not come back from its end. Everything else has gone.
    within(10, "one may hang", || System::hanging() <= 1);
    println!("{} threads hang", System::hanging());
}

#[test]
fn a_server_that_hangs() {
    apart("sound::streams::let_the_server_hang");
}

#[test]
#[ignore = "stops its server: run by a_server_that_hangs"]
fn let_the_server_hang() {
    let mut system = System::new();
    let player = open(&mut system, "pulseaudio:sink_48000", false);
    let server = process_of("pulseaudio", &std::env::var("PULSE_SERVER").unwrap()["unix:".len()..]);
    run("kill", &["-STOP", &server]);
    let begin = Instant::now();
    let wish = wish("pulseaudio:sink_44100", false);
    let no_answer = system.terms(&wish).unwrap_err();
    println!("after {:?}: {no_answer}", begin.elapsed());
    assert!(system.open(&wish, Box::new(|_: &[f32], _: &mut [f32], _: u64| ())).is_err());
    assert_eq!(player.stream.vigour(), Vigour::Alive, "it may come back by itself");
    let begin = Instant::now();
    drop(player.stream);
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    run("kill", &["-CONT", &server]);
    within(30, "nothing hangs any more", || System::hanging() == 0);
    open(&mut system, "pulseaudio:sink_44100", false);
}

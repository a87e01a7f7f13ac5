//! What the tests need of the virtual servers around them.

use sostenuto_device::{Health, Output, Request, prepare};
use sostenuto_graph::Executor;
use sostenuto_rt::OwnerSlot;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Whether the virtual servers are there. Says so if they are not.
pub fn are_there() -> bool {
    let there = std::env::var_os("SOSTENUTO_VIRTUAL_SOUND").is_some();
    if !there {
        println!("not run: no virtual sound devices; run it through tools/virtual-sound.sh (make sound)");
    }
    there
}

/// Runs one of the ignored tests, by its whole name, in a process of its own and among servers of its own, which it may do away with.
#[track_caller]
pub fn apart(test: &str) {
    apart_with(test, &[]);
}

/// The same with something in its environment.
#[track_caller]
pub fn apart_with(test: &str, environment: &[(&str, &str)]) {
    if !are_there() {
        return;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/virtual-sound.sh");
    let mut child = Command::new(script)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"])
        .envs(environment.iter().copied())
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

/// The number of a server's process, by the name of its program and a word of its command line.
pub fn process_of(program: &str, word: &str) -> String {
    let is_it = |process: &std::path::Path| {
        let line = std::fs::read_to_string(process.join("cmdline")).unwrap_or_default();
        let mut words = line.split('\0');
        words.next().is_some_and(|first| first.ends_with(program)) && words.any(|other| other.contains(word))
    };
    let processes = std::fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    let process = processes.into_iter().find(|process| is_it(process)).expect("the server runs");
    process.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Runs a program of the servers' and returns what it printed.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().expect("it is installed with the servers");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// Waits for something that takes a moment.
#[track_caller]
pub fn within(seconds: u64, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// An engine on a device, started, with callbacks coming.
pub struct Playing {
    pub slot: Arc<OwnerSlot<Executor>>,
    pub output: Output,
}

pub fn play(device: &str) -> Playing {
    let request = Request { device: Some(device.into()), ..Request::default() };
    let prepared = prepare(&request).unwrap_or_else(|error| panic!("{device}: {error}"));
    assert_eq!(prepared.format(), "f32");
    let (executor, _remote) = crate::support::engine(prepared.rate());
    let slot = Arc::new(OwnerSlot::new(executor));
    let output = prepared.start(slot.clone()).unwrap_or_else(|error| panic!("{device}: {error}"));
    within(10, "the first callbacks", || output.counters().callbacks > 2);
    assert_eq!(output.health(), Health::Playing);
    Playing { slot, output }
}

/// A module of the sound server, there for as long as this lives.
pub struct Module(String);

/// A null sink of this name whose own format is the engine's.
pub fn float_sink(name: &str, rate: u32) -> Module {
    let (name, rate) = (format!("sink_name={name}"), format!("rate={rate}"));
    Module(run(
        "pactl",
        &["load-module", "module-null-sink", &name, &rate, "channels=2", "format=float32le", "norewinds=1"],
    ))
}

impl Drop for Module {
    fn drop(&mut self) {
        let _ = Command::new("pactl").args(["unload-module", &self.0]).status();
    }
}

/// A program that is ended with this.
pub struct Running(pub Child);

impl Running {
    pub fn new(program: &str, arguments: &[&str]) -> Self {
        let child =
            Command::new(program).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        Running(child.expect("it is installed with the servers"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

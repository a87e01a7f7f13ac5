//! The program while it plays, asked and recorded as a user would.

use super::ears::Ended;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub fn seconds(seconds: f64) {
    sleep(Duration::from_secs_f64(seconds));
}

/// The program while it plays, and all that it has said.
pub struct Player {
    pub program: Ended,
    said: Arc<Mutex<String>>,
}

impl Player {
    pub fn of(patch: &str) -> Player {
        let mut program = Command::new(env!("CARGO_BIN_EXE_sostenuto"));
        program.args(["play", patch, "--no-watch"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Ended(program.spawn().unwrap());
        let (said, out) = (Arc::new(Mutex::new(String::new())), program.0.stdout.take().unwrap());
        let all = said.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let mut all = all.lock().unwrap();
                all.push_str(&line);
                all.push('\n');
            }
        });
        Player { program, said }
    }

    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// What it says to a line, of those that come within a moment.
    pub fn ask(&mut self, line: &str) -> String {
        let before = self.said().len();
        writeln!(self.program.0.stdin.as_mut().unwrap(), "{line}").unwrap();
        seconds(0.4);
        self.said()[before..].to_owned()
    }

    /// Waits until ports, whose lines begin with these words, are on these devices and play or hear.
    pub fn settle(&mut self, ports: &[(&str, &str)]) {
        let start = Instant::now();
        let plays =
            |line: &str| ["locked", "locking"].iter().any(|state| line.contains(&format!(": {state}")));
        loop {
            let told = self.ask("ports");
            let line = |port: &str| told.lines().find(|line| line.starts_with(port));
            if ports.iter().all(|(port, on)| line(port).is_some_and(|line| line.contains(on) && plays(line)))
            {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{}", self.said());
        }
    }

    /// What a port has counted so far, as soon as it is on a device.
    pub fn counted(&mut self, port: &str) -> Counted {
        let mut told = (0..20).map(|_| self.ask("ports"));
        let counts = |line: &&str| line.starts_with(port) && line.contains(" under-");
        let line =
            told.find_map(|told| told.lines().find(counts).map(str::to_owned)).expect("it is on a device");
        let number = |what: &str| -> usize {
            line.split_once(what).and_then(|(s, _)| s.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
        };
        Counted {
            runs: number(" under-") + number(" overruns"),
            late: number(" dropouts reported") + number(" callbacks late") + number(" times gone"),
        }
    }

    /// How late a port says that it is, in milliseconds: the line after its own has it.
    pub fn latency(&mut self, port: &str) -> f64 {
        let told = self.ask("ports");
        let line = told.lines().skip_while(|line| !line.starts_with(port)).nth(1).unwrap_or_default();
        let before = line.split(" ms late").next().unwrap_or_default();
        before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or(f64::NAN)
    }
}

/// What a port has counted.
#[derive(Clone, Copy)]
pub struct Counted {
    /// How often it has run empty or over.
    pub runs: usize,
    /// How often its device said that it was late, called late, or was gone.
    pub late: usize,
}

impl Counted {
    /// How much of anything since then.
    pub fn since(self, before: Counted) -> usize {
        (self.runs - before.runs) + (self.late - before.late)
    }
}

/// A port of a program at the JACK server.
pub fn own_port(program: u32, ending: &str) -> String {
    let ports = Command::new("jack_lsp").output().unwrap();
    let ports = String::from_utf8_lossy(&ports.stdout).into_owned();
    let own = |port: &&str| port.contains(&program.to_string()) && port.ends_with(ending);
    ports.lines().find(own).unwrap_or_else(|| panic!("no port {ending} of {program} in {ports}")).to_owned()
}

/// What is heard of some of a program's ports at the JACK server, for some seconds.
pub fn hear_jack(folder: &Path, program: u32, ports: &[&str], seconds: u32) -> Vec<Vec<f32>> {
    let file = folder.join("jack.wav");
    let recorder = Command::new("jack_rec")
        .args(["-f", &file.display().to_string(), "-d", &seconds.to_string(), "-b", "32"])
        .args(ports.iter().map(|port| own_port(program, port)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(recorder.unwrap().success());
    sostenuto_media::decode::read(&file, Default::default()).expect("a WAV file").sound.channels
}

//! A rig on simulated devices, and what they heard.

#![allow(dead_code, reason = "each test uses what it needs")]

use sostenuto_device::{Fake, FakeDevice, Offline};
use sostenuto_engine::{Conductor, Notice, PortOptions, Reply, Rig};
use sostenuto_graph::Limits;
use sostenuto_patch::command::parse;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

pub const TONE: &str = r#"
[nodes.tone]
kind = "sine"
frequency = 200
[nodes.out]
kind = "audio_out"
gain = -6
inputs = ["tone"]
"#;

/// One tone on two devices, the default one and another.
pub const TWO: &str = r#"
[nodes.tone]
kind = "sine"
frequency = 200
[nodes.here]
kind = "audio_out"
inputs = ["tone"]
[nodes.there]
kind = "audio_out"
device = "stage"
inputs = ["tone"]
"#;

/// How often the rig is looked after.
const LOOK: Duration = Duration::from_millis(1);

/// What the host writes down as it goes.
type Tape<T> = Rc<RefCell<Vec<T>>>;

pub struct Stage {
    pub rig: Rig<Fake>,
    heard: BTreeMap<String, Tape<f32>>,
    /// The first frame of each block, and when it came, in nanoseconds.
    times: BTreeMap<String, Tape<(usize, u64)>>,
    pub notices: Vec<Notice>,
}

impl Stage {
    /// A rig that plays a patch on some devices.
    pub fn with(seed: u64, devices: impl IntoIterator<Item = FakeDevice>, patch: &str) -> Stage {
        Stage::open(seed, devices, patch, PortOptions::default())
    }

    pub fn open(
        seed: u64,
        devices: impl IntoIterator<Item = FakeDevice>,
        patch: &str,
        options: PortOptions,
    ) -> Stage {
        let (mut host, mut heard, mut times) = (Fake::new(seed), BTreeMap::new(), BTreeMap::new());
        let mut rate = None;
        for device in devices {
            let (id, tape) = (device.id.clone(), Rc::new(RefCell::new(Vec::new())));
            rate = rate.or(Some(device.rate));
            host.plug(device);
            let to = tape.clone();
            let mut last = 0;
            let clock: Tape<(usize, u64)> = Rc::default();
            times.insert(id.clone(), clock.clone());
            host.hear(&id, move |block, now| {
                // Where the device was away, there is no sample to compare with.
                if block.is_empty() || (now > last + 250_000_000 && last > 0) {
                    to.borrow_mut().extend([f32::NAN; 2]);
                }
                last = now;
                clock.borrow_mut().push((to.borrow().len() / 2, now));
                to.borrow_mut().extend_from_slice(block);
            });
            heard.insert(id, tape);
        }
        let mut rig = Rig::simulated(host, options, rate.unwrap_or(48_000));
        rig.desk_mut().open(patch, None).expect("a patch");
        rig.play(0);
        Stage { rig, heard, times, notices: Vec::new() }
    }

    pub fn run(&mut self, seconds: f64) {
        let until = self.rig.host_mut().now() + (seconds * 1e9) as u64;
        while self.rig.host_mut().now() < until {
            self.rig.host_mut().run(LOOK);
            let now = self.rig.host_mut().now();
            for notice in self.rig.look(now) {
                if std::env::var_os("SOSTENUTO_TELL").is_some() {
                    println!("{:.3} s, frame {}: {notice:?}", now as f64 * 1e-9, self.frame());
                }
                self.notices.push(notice);
            }
        }
    }

    pub fn command(&mut self, line: &str) {
        let timed = parse(line).expect("a command").expect("one");
        let reply = self.rig.desk_mut().carry_out(&timed.command, None).expect("it fits");
        assert!(matches!(reply, Reply::Edited(_)), "{line}: {reply:?}");
    }

    /// The same of one that may change nothing.
    pub fn command_if_new(&mut self, line: &str) {
        let timed = parse(line).expect("a command").expect("one");
        self.rig.desk_mut().carry_out(&timed.command, None).expect("it fits");
    }

    /// All samples that a device played, interleaved.
    pub fn heard(&self, device: &str) -> Vec<f32> {
        self.heard[device].borrow().clone()
    }

    /// When a device played a frame, in seconds.
    pub fn when(&self, device: &str, frame: usize) -> f64 {
        let times = self.times[device].borrow();
        let at = times.partition_point(|(first, _)| *first <= frame);
        times.get(at.saturating_sub(1)).map_or(0.0, |(_, now)| *now as f64 * 1e-9)
    }

    pub fn has(&self, which: impl Fn(&Notice) -> bool) -> bool {
        self.notices.iter().any(which)
    }

    /// Frames per second of the engine.
    pub fn rate(&self) -> f64 {
        self.rig.desk().conductor().sample_rate()
    }

    pub fn frame(&self) -> u64 {
        self.rig.desk().conductor().load().frame()
    }
}

/// The same patch, rendered offline.
pub fn rendered(patch: &str, rate: u32, frames: usize) -> Vec<f32> {
    let (mut conductor, executor) = Conductor::new(f64::from(rate), 2, Limits::default(), None);
    conductor.play_toml(patch).expect("a patch");
    let mut samples = Vec::new();
    Offline::new(executor, 2).render(frames as u64, |block| samples.extend_from_slice(block));
    samples
}

/// The greatest step of the first of two channels.
pub fn greatest_step(samples: &[f32]) -> f32 {
    let left: Vec<f32> = samples.iter().step_by(2).copied().collect();
    left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// The frequency of a sine on the first of two channels, by its upward zero crossings.
pub fn hertz(samples: &[f32], rate: f64) -> f64 {
    let left: Vec<f64> = samples.iter().step_by(2).map(|x| f64::from(*x)).collect();
    let crossings: Vec<f64> = (1..left.len())
        .filter(|at| left[at - 1] < 0.0 && left[*at] >= 0.0)
        .map(|at| at as f64 - left[at] / (left[at] - left[at - 1]))
        .collect();
    let (first, last) = (crossings[0], crossings[crossings.len() - 1]);
    (crossings.len() - 1) as f64 * rate / (last - first)
}

/// The first frame that is so far from the one before.
pub fn steep(samples: &[f32], step: f32) -> Option<usize> {
    (1..samples.len() / 2).find(|at| (samples[2 * at] - samples[2 * at - 2]).abs() >= step)
}

//! One measurement: an engine in a process of its own renders a workload, and what comes out is checked.

use crate::engine::{self, Block, Engine};
use crate::spec::{BLOCK, RATE};
use crate::workload::Workload;
use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What came out of a measurement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub contestant: String,
    pub workload: Workload,
    /// Seconds of sound that were measured.
    pub seconds: f64,
    /// Processor seconds of the thread for a second of sound.
    pub cost: f64,
    /// Root of the mean square of each channel.
    pub level: [f64; 2],
    pub peak: f32,
}

/// Seconds that are rendered before the measurement: envelopes have opened, memory has been touched, delays are full.
const BEFORE: f64 = 0.5;

fn blocks_of(seconds: f64) -> usize {
    (seconds * f64::from(RATE) / BLOCK as f64) as usize
}

fn engine(name: &str, workload: Workload) -> Box<dyn Engine> {
    engine::make(name, workload).unwrap_or_else(|| panic!("{name} cannot do {}", workload.name()))
}

/// Measures, and gives the outcome as a line of JSON.
pub fn run(name: &str, workload: Workload, seconds: f64) -> String {
    let mut engine = engine(name, workload);
    let mut out: Block = [[0.0; BLOCK]; 2];
    for _ in 0..blocks_of(BEFORE) {
        engine.control();
        engine.block(&mut out);
    }
    let (blocks, unseen) = (blocks_of(seconds), unseen());
    let (mut power, mut peak) = ([0.0f64; 2], 0.0f32);
    let mut elsewhere = Duration::ZERO;
    let start = ThreadTime::now();
    for _ in 0..blocks {
        if workload == Workload::Notes {
            let start = ThreadTime::now();
            engine.control();
            elsewhere += start.elapsed() + unseen;
        }
        engine.block(&mut out);
        for (power, channel) in power.iter_mut().zip(&out) {
            let (mut sum, mut most) = (0.0, peak);
            for sample in channel {
                sum += sample * sample;
                most = most.max(sample.abs());
            }
            *power += f64::from(sum);
            peak = most;
        }
    }
    let time = start.elapsed().saturating_sub(elsewhere);
    let seconds = (blocks * BLOCK) as f64 / f64::from(RATE);
    let outcome = Outcome {
        contestant: name.to_owned(),
        workload,
        seconds,
        cost: time.as_secs_f64() / seconds,
        level: power.map(|power| (power / (blocks * BLOCK) as f64).sqrt()),
        peak,
    };
    serde_json::to_string(&outcome).expect("an outcome is JSON")
}

/// What reading the clock twice takes beside what lies between the two readings.
fn unseen() -> Duration {
    const TIMES: u32 = 1000;
    let (start, mut seen) = (ThreadTime::now(), Duration::ZERO);
    for _ in 0..TIMES {
        let start = ThreadTime::now();
        seen += start.elapsed();
    }
    start.elapsed().saturating_sub(seen) / TIMES
}

/// Renders so many blocks after the opening ones.
pub fn blocks(name: &str, workload: Workload, count: usize) {
    let mut engine = engine(name, workload);
    let mut out: Block = [[0.0; BLOCK]; 2];
    for _ in 0..count {
        engine.control();
        engine.block(&mut out);
    }
    std::hint::black_box(out);
}

impl Outcome {
    /// What is wrong with what came out, if anything is.
    pub fn fault(&self, asked: f64) -> Option<String> {
        let (low, high) = self.workload.level();
        let [left, right] = self.level;
        if (self.seconds - asked).abs() > 0.01 {
            Some(format!("{} s instead of {asked} s", self.seconds))
        } else if !(left.is_finite() && right.is_finite() && self.peak.is_finite()) {
            Some("not finite".to_owned())
        } else if !self.level.iter().all(|level| (low..=high).contains(level)) {
            Some(format!("levels {left:.4} and {right:.4} instead of {low} to {high}"))
        } else {
            None
        }
    }
}

//! Two simulated devices and a port between them, and what comes out measured against the true clocks.
//!
//! The feeding side plays a slow rotation, cosine on the left and sine on the right, so that the angle of each frame that comes out tells which feeding frame it is,
//! to about a millionth of a turn. Latency and pitch are taken from that, not from what the port says of itself.

use sostenuto_device::{
    Drain, Fake, FakeDevice, FakeStream, Feed, Host, PortState, Quality, Setup, Wish, port,
};
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Hertz of the rotation.
const TURNS: f64 = 50.0;
/// Seconds over which pitch is measured.
const PITCH_WINDOW: f64 = 0.05;

/// One run: which clocks, for how long.
#[derive(Clone, Debug)]
pub struct Case {
    pub feed: FakeDevice,
    pub drain: FakeDevice,
    pub quality: Quality,
    pub seconds: u64,
    pub seed: u64,
}

/// Two devices at 48 kHz, off by `ppm` each in opposite directions, late by up to a block.
pub fn case(feed_block: u32, drain_block: u32, ppm: f64, seconds: u64) -> Case {
    Case {
        feed: FakeDevice { ppm, ..FakeDevice::new("feed", 48_000, feed_block).jittery() },
        drain: FakeDevice { ppm: -ppm, ..FakeDevice::new("drain", 48_000, drain_block).jittery() },
        quality: Quality::Fast,
        seconds,
        seed: u64::from(feed_block) * 4099 + u64::from(drain_block) * 17 + ppm.to_bits() % 1009,
    }
}

/// Block sizes: equal, unequal, and neither a multiple of the other.
pub const BLOCKS: [u32; 6] = [64, 128, 256, 441, 512, 1024];
/// By how many millionths the feeding device is fast and the draining one slow.
pub const PPM: [f64; 6] = [10.0, -10.0, 100.0, -100.0, 500.0, -500.0];

/// Every block size with every other and itself, at every drift.
#[allow(dead_code, reason = "not every file that has this module looks at all pairs")]
pub fn all_pairs(seconds: u64) -> impl Iterator<Item = Case> {
    let blocks = BLOCKS.iter().flat_map(|feed| BLOCKS.iter().map(move |drain| (*feed, *drain)));
    blocks.flat_map(move |(feed, drain)| PPM.iter().map(move |ppm| case(feed, drain, *ppm, seconds)))
}

/// What was measured.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Seconds until sound comes out, and until the port says that it is locked.
    pub sounds_at: Option<f64>,
    pub locked_at: Option<f64>,
    /// How often it left the locked state again.
    pub unlocked: u32,
    /// Under- and over-runs before it was locked, and after.
    pub runs_before: u64,
    pub runs_after: u64,
    /// Frames that did not come through, or that came where there was none.
    pub frames_lost: u64,
    /// Least, greatest and mean latency since it was locked, in seconds; and how far the port's own figure was off at most.
    pub latency: (f64, f64),
    pub latency_sum: f64,
    pub latency_count: u32,
    pub latency_said: f64,
    /// Greatest error of pitch in cents, while locking and since it was locked.
    pub cents_locking: f64,
    pub cents_locked: f64,
    /// Latency in milliseconds.
    pub trace: Trace,
}

/// A value over time, a point for every so many seconds.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    pub points: Vec<(f64, f64)>,
}

impl Trace {
    const EVERY: f64 = 2.0;

    pub fn note(&mut self, seconds: f64, value: f64) {
        if self.points.last().is_none_or(|(last, _)| seconds >= last + Self::EVERY) {
            self.points.push((seconds, value));
        }
    }
}

impl Outcome {
    pub fn mean_latency(&self) -> f64 {
        self.latency_sum / f64::from(self.latency_count.max(1))
    }

    /// Half of the range of the latency, in seconds.
    pub fn wander(&self) -> f64 {
        (self.latency.1 - self.latency.0) / 2.0
    }
}

/// The feeding side.
struct Source {
    feed: Feed,
    frame: u64,
    rate: f64,
    block: Vec<f32>,
}

impl Source {
    fn run(&mut self, frames: usize, now: u64) {
        let turn = TURNS / self.rate;
        let (mut x, mut y) = {
            let angle = TAU * (self.frame as f64 * turn).fract();
            (angle.cos(), angle.sin())
        };
        let (cos, sin) = ((TAU * turn).cos(), (TAU * turn).sin());
        self.block.clear();
        for _ in 0..frames {
            self.block.extend([x as f32, y as f32]);
            (x, y) = (x * cos - y * sin, x * sin + y * cos);
        }
        self.frame += frames as u64;
        self.feed.push(&self.block, now);
    }
}

/// The draining side, which measures.
struct Probe {
    drain: Drain,
    /// True seconds for a frame of each clock.
    feed_frame: f64,
    drain_frame: f64,
    feed_rate: f64,
    given: u64,
    /// The feeding frame that the last one out was, and the first of the present window of pitch.
    position: Option<f64>,
    window: Option<(u64, f64)>,
    outcome: Arc<Mutex<Outcome>>,
}

impl Probe {
    fn run(&mut self, output: &mut [f32], now: u64) {
        self.drain.fill(output, now);
        self.given += (output.len() / 2) as u64;
        let status = self.drain.status();
        let mut outcome = self.outcome.lock().unwrap();
        let seconds = self.given as f64 * self.drain_frame;
        let runs = status.underruns + status.overruns;
        match (outcome.locked_at, status.state) {
            (None, PortState::Locked) => outcome.locked_at = Some(seconds),
            (None, _) => outcome.runs_before = runs,
            (Some(_), PortState::Locked) => {}
            (Some(_), _) => outcome.unlocked += 1,
        }
        outcome.runs_after = runs - outcome.runs_before;
        outcome.frames_lost = status.concealed + status.skipped + status.lost;
        let [x, y] = output[output.len() - 2..] else { return };
        if x.hypot(y) < 0.99 {
            (self.position, self.window) = (None, None);
            return;
        }
        outcome.sounds_at.get_or_insert(seconds);
        let out_at = (self.given - 1) as f64 * self.drain_frame;
        let turns = f64::from(y).atan2(f64::from(x)) / TAU;
        let period = self.feed_rate / TURNS;
        let guess = match self.position {
            Some(before) => before + output.len() as f64 / 2.0 * self.drain_frame / self.feed_frame,
            None => (out_at - status.latency.as_secs_f64()) / self.feed_frame,
        };
        let position = ((guess / period - turns).round() + turns) * period;
        self.position = Some(position);
        let latency = out_at - position * self.feed_frame;
        outcome.trace.note(seconds, latency * 1e3);
        let locked = outcome.locked_at.is_some();
        if locked {
            if outcome.latency_count == 0 {
                outcome.latency = (latency, latency);
            }
            outcome.latency = (outcome.latency.0.min(latency), outcome.latency.1.max(latency));
            outcome.latency_sum += latency;
            outcome.latency_count += 1;
            let said = (status.latency.as_secs_f64() - latency).abs();
            outcome.latency_said = outcome.latency_said.max(said);
        }
        let (since, from) = *self.window.get_or_insert((self.given, position));
        let frames = (self.given - since) as f64;
        if frames * self.drain_frame >= PITCH_WINDOW {
            let ratio = (position - from) * self.feed_frame / (frames * self.drain_frame);
            let cents = (1200.0 * ratio.log2()).abs();
            let worst = if locked { &mut outcome.cents_locked } else { &mut outcome.cents_locking };
            *worst = worst.max(cents);
            self.window = Some((self.given, position));
        }
    }
}

/// Opens both streams of a case on a host.
pub fn connect(host: &mut Fake, case: &Case) -> (FakeStream, FakeStream, Arc<Mutex<Outcome>>) {
    let setup = Setup { quality: case.quality, ..Setup::new(case.feed.rate, case.drain.rate) };
    let (feed, drain) = port(&setup).unwrap();
    let outcome = Arc::new(Mutex::new(Outcome::default()));
    let true_frame = |device: &FakeDevice| 1.0 / (f64::from(device.rate) * (1.0 + device.ppm * 1e-6));
    let feed_rate = f64::from(case.feed.rate);
    let mut source = Source { feed, frame: 0, rate: feed_rate, block: Vec::new() };
    let mut probe = Probe {
        drain,
        feed_frame: true_frame(&case.feed),
        drain_frame: true_frame(&case.drain),
        feed_rate,
        given: 0,
        position: None,
        window: None,
        outcome: outcome.clone(),
    };
    host.plug(case.feed.clone());
    host.plug(case.drain.clone());
    let open = |id: &str| Wish { device: Some(id.into()), outputs: 2, ..Wish::default() };
    let feeding = Box::new(move |_: &[f32], output: &mut [f32], now: u64| source.run(output.len() / 2, now));
    let feeding = host.open(&open("feed"), feeding).unwrap();
    let draining = Box::new(move |_: &[f32], output: &mut [f32], now: u64| probe.run(output, now));
    let draining = host.open(&open("drain"), draining).unwrap();
    (feeding, draining, outcome)
}

/// Runs a case from its beginning to its end.
pub fn run(case: &Case) -> Outcome {
    let mut host = Fake::new(case.seed);
    let (_feeding, _draining, outcome) = connect(&mut host, case);
    host.run(Duration::from_secs(case.seconds));
    let outcome = outcome.lock().unwrap();
    outcome.clone()
}

//! Sostenuto, fundsp and Firewheel on the same work, interleaved in one run.
//!
//! `cargo run --release [ROUNDS] [SECONDS]` prints, for each workload, the processor time of each engine per node and block of 64
//! frames (median over the rounds), and the ratio of Sostenuto to it (median of the ratios within a round). `cargo run --release -- growth`
//! measures what edits cost: see [`growth`].

mod firewheel_side;
mod fundsp_side;
mod growth;
mod ours;

use cpu_time::ThreadTime;

/// Frames in a block for every engine.
pub const BLOCK: usize = 64;
/// Frames a second for every engine.
pub const RATE: u32 = 48_000;

/// The workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Noise into 100 chains of 100 gains, added up: 10,000 nodes that do next to nothing.
    Trivial,
    /// 1,000 sine oscillators, added up.
    Sines,
    /// 500 gains in a row.
    Chain,
}

impl Work {
    const ALL: [Work; 3] = [Work::Trivial, Work::Sines, Work::Chain];

    fn nodes(self) -> usize {
        match self {
            Work::Trivial => 10_000,
            Work::Sines => 1_000,
            Work::Chain => 500,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Work::Trivial => "100 chains of 100 gains",
            Work::Sines => "1,000 sines",
            Work::Chain => "500 gains in a row",
        }
    }

    /// The root of the mean square that the left channel has to have, within a factor; each engine has noise of its own.
    fn expected_rms(self) -> (f64, f64) {
        match self {
            Work::Trivial => (0.3, 0.8),
            // 1,000 unit sines of different frequencies at 0.001 each.
            Work::Sines => (0.015, 0.035),
            Work::Chain => (0.3, 0.8),
        }
    }
}

/// The gain of the k-th of a chain, as a factor: neither grows nor fades over a chain.
pub fn gain(k: usize) -> f32 {
    if k.is_multiple_of(2) { 0.999 } else { 1.001_001 }
}

/// The frequency of the k-th sine.
pub fn frequency(k: usize) -> f32 {
    55.0 * 2.0f32.powf(k as f32 / 150.0)
}

/// An engine that renders a block at a time into two channels.
pub trait Engine {
    fn block(&mut self, left: &mut [f32; BLOCK], right: &mut [f32; BLOCK]);
}

type Make = fn(Work) -> Box<dyn Engine>;
const ENGINES: [(&str, Make); 3] = [
    ("sostenuto", ours::make),
    ("fundsp 0.23 Net", fundsp_side::make),
    ("Firewheel 0.14", firewheel_side::make),
];

/// Nanoseconds of processor time per node and block.
fn measure(name: &str, engine: &mut dyn Engine, work: Work, blocks: usize) -> f64 {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    for _ in 0..100 {
        engine.block(&mut left, &mut right);
    }
    let mut power = 0.0;
    let start = ThreadTime::now();
    for _ in 0..blocks {
        engine.block(&mut left, &mut right);
        power += left.iter().map(|x| x * x).sum::<f32>() as f64;
    }
    let ns = start.elapsed().as_nanos() as f64;
    let rms = (power / (blocks * BLOCK) as f64).sqrt();
    let (low, high) = work.expected_rms();
    assert!(rms > low && rms < high, "{name}, {}: the output is off: RMS {rms}", work.name());
    ns / (blocks * work.nodes()) as f64
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize, default: f64| arguments.get(n).and_then(|a| a.parse().ok()).unwrap_or(default);
    match arguments.first().map(String::as_str) {
        Some("growth") => {
            growth::growth(number(1, 200.0) as usize, number(2, 5.0), number(3, 10_000.0) as usize)
        }
        Some("serve") => growth::serve(&arguments[1..]),
        Some("count") => growth::count(&arguments[1..]),
        Some("documents") => growth::documents(number(1, 60.0) as usize, number(2, 10_000.0) as usize),
        Some("count-documents") => growth::count_documents(number(1, 1_000.0) as usize),
        Some("serve-documents") => growth::serve_documents(&arguments[1..]),
        Some("serve-count-documents") => {
            growth::serve_count_documents(number(1, 0.0) as usize, number(2, 10.0) as usize)
        }
        _ => throughput(number(0, 7.0) as usize, number(1, 2.0)),
    }
}

/// Compares how much rendering costs, in so many rounds of so many seconds of sound.
fn throughput(rounds: usize, seconds: f64) {
    let blocks = (seconds * f64::from(RATE) / BLOCK as f64) as usize;
    println!("| workload | engine | ns per node and block of {BLOCK} | sostenuto / engine |");
    println!("|---|---|---|---|");
    for work in Work::ALL {
        let mut engines = ENGINES.map(|(name, make)| (name, make(work), Vec::new()));
        for _ in 0..rounds {
            for (name, engine, times) in &mut engines {
                times.push(measure(name, engine.as_mut(), work, blocks));
            }
        }
        let ours = engines[0].2.clone();
        for (name, _, times) in &mut engines {
            let mut ratios: Vec<f64> = ours.iter().zip(times.iter()).map(|(a, b)| a / b).collect();
            println!("| {} | {name} | {:.2} | {:.2} |", work.name(), median(times), median(&mut ratios));
        }
    }
}

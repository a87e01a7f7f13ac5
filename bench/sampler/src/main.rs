//! 1,000 looped stereo voices at speed 1 and 1.01: what a second of sound costs, side by side.
//!
//! `cargo run --release [-- ROUNDS [SECONDS]]`; `-- count NAME SPEED BLOCKS` renders so many blocks of one contestant, for a tool that counts instructions.

mod firewheel_side;
mod kira_side;
mod ours;
mod spec;

use cpu_time::ThreadTime;
use spec::*;

/// A contestant: its name, what is heard between frames, and how it is made for a speed.
type Contestant = (&'static str, &'static str, fn(f64) -> Box<dyn Engine>);

const CONTESTANTS: [Contestant; 5] = [
    ("sostenuto, linear", "2 points", |speed| ours::make(speed, "linear")),
    ("sostenuto, cubic", "4 points", |speed| ours::make(speed, "cubic")),
    ("sostenuto, sinc", "32 points", |speed| ours::make(speed, "sinc")),
    ("Firewheel 0.14", "2 points", firewheel_side::make),
    ("kira 0.12", "4 points", kira_side::make),
];

const SPEEDS: [f64; 2] = [1.0, 1.01];

/// Processor seconds for a second of sound. What comes out is checked.
fn cost((name, _, make): Contestant, speed: f64, seconds: f64) -> f64 {
    let mut engine = make(speed);
    let mut out: Block = [[0.0; BLOCK]; 2];
    let blocks = |seconds: f64| (seconds * f64::from(RATE) / BLOCK as f64) as usize;
    // Memory has been touched, and fades are over.
    (0..blocks(0.5)).for_each(|_| engine.block(&mut out));
    let (mut power, count) = ([0.0f64; 2], blocks(seconds));
    let start = ThreadTime::now();
    for _ in 0..count {
        engine.block(&mut out);
        for (power, channel) in power.iter_mut().zip(&out) {
            *power += f64::from(channel.iter().map(|x| x * x).sum::<f32>());
        }
    }
    let time = start.elapsed().as_secs_f64();
    for power in power {
        let heard = (power / (count * BLOCK) as f64).sqrt();
        assert!((heard / level() - 1.0).abs() < 0.02, "{name} at {speed}: {heard} and not {}", level());
    }
    time / (count as f64 * BLOCK as f64 / f64::from(RATE))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name, speed, blocks] = &args[..]
        && word == "count"
    {
        let (.., make) = CONTESTANTS.into_iter().find(|(known, ..)| known == name).expect("a contestant");
        let mut engine = make(speed.parse().expect("a speed"));
        let mut out: Block = [[0.0; BLOCK]; 2];
        (0..blocks.parse().expect("a number of blocks")).for_each(|_| engine.block(&mut out));
        return println!("{:?}", out[0][BLOCK - 1]);
    }
    let number = |at: usize, default: f64| args.get(at).map_or(default, |arg| arg.parse().expect("a number"));
    let (rounds, seconds) = (number(0, 5.0) as usize, number(1, 2.0));
    for speed in SPEEDS {
        let mut costs = vec![Vec::new(); CONTESTANTS.len()];
        for round in 0..rounds {
            // Another one begins in each round.
            for turn in 0..CONTESTANTS.len() {
                let number = (round + turn) % CONTESTANTS.len();
                costs[number].push(cost(CONTESTANTS[number], speed, seconds));
            }
        }
        println!("\n{VOICES} looped stereo voices at speed {speed}\n");
        println!("| engine | between frames | s per s | ns per voice and block |\n|---|---|---|---|");
        for ((name, between, _), costs) in CONTESTANTS.iter().zip(costs) {
            let cost = median(costs);
            let voice = cost * 1e9 * BLOCK as f64 / f64::from(RATE) / VOICES as f64;
            println!("| {name} | {between} | {cost:.4} | {voice:.1} |");
        }
    }
}

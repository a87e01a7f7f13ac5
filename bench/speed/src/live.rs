//! W5: W1 while parameters are set and its structure is edited: how long do blocks take, and how long the control side?
//!
//! Control and audio side take turns, so that neither disturbs the other's clock: a block is timed by the thread's processor clock, a call of
//! the control side by the wall clock (which is read in 20 ns where the processor clock takes a system call), in which the median tells. They do so on one thread, where each
//! finds the other's memory in the cache and not its own; and once more on two, as in a program.

mod apart;
mod fundsp;
mod ours;

use crate::contest::{self, Raw};
use crate::engine::Block;
use crate::spec::{BLOCK, RATE};
use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// Seconds of sound, and what happens in them.
const SECONDS: usize = 10;
const SETS: usize = 10_000;
const EDITS: usize = 1_000;

/// What is asked for beside rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    Nothing,
    Sets,
    SetsAndEdits,
    Notes,
}

impl Mode {
    const ALL: [Mode; 4] = [Mode::Nothing, Mode::Sets, Mode::SetsAndEdits, Mode::Notes];

    fn name(self) -> &'static str {
        match self {
            Mode::Nothing => "nothing",
            Mode::Sets => "sets",
            Mode::SetsAndEdits => "sets-and-edits",
            Mode::Notes => "notes",
        }
    }
}

/// What a call of the control side did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// A parameter of a node, found before.
    Set,
    /// A parameter of an instance of a part, found before.
    SetInstance,
    /// The same by their names.
    SetNamed,
    SetInstanceNamed,
    /// A voice taken away, and added.
    VoiceOut,
    VoiceIn,
    /// An insert added, and taken away.
    InsertIn,
    InsertOut,
    /// A note that begins.
    Note,
}

const CALLS: [Call; 9] = [
    Call::Set,
    Call::SetInstance,
    Call::SetNamed,
    Call::SetInstanceNamed,
    Call::VoiceOut,
    Call::VoiceIn,
    Call::InsertIn,
    Call::InsertOut,
    Call::Note,
];

/// The call that the n-th edit of the structure is: they take turns.
fn edit_of(number: usize) -> Call {
    [Call::VoiceOut, Call::VoiceIn, Call::InsertIn, Call::InsertOut][number % 4]
}

/// An engine that is edited while it plays.
pub trait Live {
    /// Renders a block; gives the processor time that this took, in microseconds.
    fn block(&mut self, out: &mut Block) -> f64;
    /// Sets a parameter, the n-th time.
    fn set(&mut self, number: usize) -> Call;
    /// Edits the structure, the n-th time.
    fn edit(&mut self, number: usize) -> Call;
    /// Plays the notes of the next block; gives the time that beginning each took.
    fn notes(&mut self) -> Vec<Duration>;
    /// What is due after a block: what came back is freed.
    fn after(&mut self);
}

/// Times of a run, in microseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Times {
    pub contestant: String,
    pub mode: Mode,
    /// Of blocks: the median, the 99.9th percentile and the longest.
    pub blocks: [f64; 3],
    /// Of each block, to be compared with the same one of other runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<f32>,
    /// Of calls: how many, the median, the 99th percentile.
    pub calls: Vec<(Call, usize, [f64; 2])>,
    pub level: [f64; 2],
}

/// The contestants of a mode.
pub fn contestants(mode: Mode) -> &'static [&'static str] {
    match mode {
        Mode::Nothing | Mode::SetsAndEdits => &["sostenuto", "sostenuto-apart", "fundsp"],
        Mode::Sets => &["sostenuto", "fundsp"],
        Mode::Notes => &["sostenuto"],
    }
}

/// Every mode by name.
pub fn mode_of(name: &str) -> Mode {
    Mode::ALL
        .into_iter()
        .find(|mode| mode.name() == name)
        .unwrap_or_else(|| panic!("there is no mode {name}"))
}

fn make(name: &str, mode: Mode) -> Box<dyn Live> {
    match name {
        "sostenuto" => ours::make(mode),
        "sostenuto-apart" => ours::make_apart(mode),
        "fundsp" => fundsp::make(),
        _ => panic!("{name} cannot be edited here"),
    }
}

/// Microseconds of the thread's processor time that something takes.
fn timed(what: impl FnOnce()) -> f64 {
    let start = ThreadTime::now();
    what();
    1e6 * start.elapsed().as_secs_f64()
}

/// The value that a share of some numbers does not exceed.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    values.get((share * last).round() as usize).copied().unwrap_or(f64::NAN)
}

/// Median, 99.9th percentile and longest of blocks of each of which the shortest of some runs is taken: what the machine does besides hits another block in each
/// run, what the engine does hits the same.
pub fn undisturbed(runs: &[Times]) -> [f64; 3] {
    let count = runs.iter().map(|run| run.each.len()).min().unwrap_or(0);
    let least =
        |block: usize| runs.iter().map(|run| f64::from(run.each[block])).fold(f64::INFINITY, f64::min);
    let mut times: Vec<f64> = (0..count).map(least).collect();
    [0.5, 0.999, 1.0].map(|share| quantile(&mut times, share))
}

/// One run, as a line of JSON.
pub fn run(name: &str, mode: Mode) -> String {
    let mut engine = make(name, mode);
    let mut out: Block = [[0.0; BLOCK]; 2];
    for _ in 0..RATE as usize / BLOCK {
        engine.block(&mut out);
        engine.after();
    }
    let blocks = SECONDS * RATE as usize / BLOCK;
    let (sets, edits) = match mode {
        Mode::Nothing | Mode::Notes => (0, 0),
        Mode::Sets => (SETS, 0),
        Mode::SetsAndEdits => (SETS, EDITS),
    };
    let (mut times, mut calls, mut power) = (Vec::new(), Vec::new(), [0.0f64; 2]);
    let (mut done_sets, mut done_edits) = (0, 0);
    for block in 0..blocks {
        while done_sets * blocks < block * sets {
            let start = Instant::now();
            let call = engine.set(done_sets);
            calls.push((call, start.elapsed()));
            done_sets += 1;
        }
        while done_edits * blocks < block * edits {
            let start = Instant::now();
            let call = engine.edit(done_edits);
            calls.push((call, start.elapsed()));
            done_edits += 1;
        }
        if mode == Mode::Notes {
            calls.extend(engine.notes().into_iter().map(|time| (Call::Note, time)));
        }
        times.push(engine.block(&mut out));
        for (power, channel) in power.iter_mut().zip(&out) {
            *power += f64::from(channel.iter().map(|x| x * x).sum::<f32>());
        }
        engine.after();
    }
    let frames = (blocks * BLOCK) as f64;
    let level = power.map(|power| (power / frames).sqrt());
    assert!(level.iter().all(|level| (0.02..0.3).contains(level)), "{name}: levels {level:?}");
    let each = times.iter().map(|time| *time as f32).collect();
    let longest = quantile(&mut times, 1.0);
    let blocks = [quantile(&mut times, 0.5), quantile(&mut times, 0.999), longest];
    let result = Times { contestant: name.to_owned(), mode, blocks, each, calls: summary(&calls), level };
    serde_json::to_string(&result).expect("times are JSON")
}

fn summary(calls: &[(Call, Duration)]) -> Vec<(Call, usize, [f64; 2])> {
    let clock = clock_time();
    CALLS
        .into_iter()
        .filter_map(|call| {
            let of = calls.iter().filter(|(c, _)| *c == call);
            let mut times: Vec<f64> = of.map(|(_, time)| 1e6 * time.as_secs_f64() - clock).collect();
            let count = times.len();
            let middle = quantile(&mut times, 0.5);
            (count > 0).then(|| (call, count, [middle, quantile(&mut times, 0.99)]))
        })
        .collect()
}

/// Microseconds that reading the clock takes, which are in each time.
fn clock_time() -> f64 {
    let mut times: Vec<f64> = (0..10_000)
        .map(|_| {
            let start = Instant::now();
            1e6 * start.elapsed().as_secs_f64()
        })
        .collect();
    quantile(&mut times, 0.5)
}

/// Lets all take turns: a list of runs for each mode and contestant.
pub fn hold(rounds: usize, raw: &mut Raw) -> Vec<Vec<Times>> {
    let pairs: Vec<(&str, Mode)> = Mode::ALL
        .into_iter()
        .flat_map(|mode| contestants(mode).iter().map(move |name| (*name, mode)))
        .collect();
    let mut all: Vec<Vec<Times>> = vec![Vec::new(); pairs.len()];
    for round in 0..rounds {
        for turn in 0..pairs.len() {
            let place = (round + turn) % pairs.len();
            let (name, mode) = pairs[place];
            match contest::seated::<Times>(&["live", name, mode.name()]) {
                Ok(mut times) => {
                    let each = std::mem::take(&mut times.each);
                    raw.keep(&times);
                    times.each = each;
                    all[place].push(times);
                }
                Err(why) => eprintln!("{name} on w5 while {}: {why}", mode.name()),
            }
        }
        eprintln!("w5: {} of {rounds} rounds", round + 1);
    }
    all
}

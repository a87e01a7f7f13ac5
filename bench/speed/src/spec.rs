//! What do the workloads consist of? The numbers that every contestant keeps to.

use std::f64::consts::FRAC_PI_4;

/// Frames a second.
pub const RATE: u32 = 48_000;
/// Frames in a block.
pub const BLOCK: usize = 64;

/// Voices of W1.
pub const VOICES: usize = 500;
/// The middle of a voice's cutoff, and how far its LFO moves it to either side, in hertz.
pub const CUTOFF: (f64, f64) = (1200.0, 840.0);
/// The quality of a voice's filter.
pub const Q: f64 = 2.0;
/// A voice's envelope: attack and decay in seconds, the level that is held, release in seconds; all straight lines.
pub const ENVELOPE: (f64, f64, f64, f64) = (0.01, 0.1, 0.7, 0.2);
/// What the sum of the voices is multiplied by.
pub const VOICE_LEVEL: f64 = 0.01;

/// What tells one voice of W1 from another.
#[derive(Clone, Copy, Debug)]
pub struct Voice {
    /// Of its saw, in hertz.
    pub frequency: f64,
    /// Of its LFO, in hertz.
    pub rate: f64,
    /// From -1, left, to 1, right; equal power.
    pub pan: f64,
}

impl Voice {
    /// The voice of that number: four octaves of semitones from 55 Hz, each ten times and a little higher each time.
    pub fn new(number: usize) -> Voice {
        let octaves = (number % 48) as f64 / 12.0;
        Voice {
            frequency: 55.0 * octaves.exp2() * (1.0 + 0.001 * (number / 48) as f64),
            rate: 0.1 + 0.01 * (number % 100) as f64,
            pan: 2.0 * number as f64 / (VOICES - 1) as f64 - 1.0,
        }
    }

    /// Its pitch in semitones; 69 is the A of 440 Hz.
    pub fn pitch(&self) -> f64 {
        69.0 + 12.0 * (self.frequency / 440.0).log2()
    }

    /// What it is multiplied by on the left and on the right.
    pub fn sides(&self) -> (f64, f64) {
        let (right, left) = ((self.pan + 1.0) * FRAC_PI_4).sin_cos();
        (left, right)
    }
}

/// Stereo strips of W2: noise of their own on each channel, four filters, a delay with feedback, a level.
pub const STRIPS: usize = 64;

/// The four filters of a strip, by Robert Bristow-Johnson's Audio EQ Cookbook.
pub const FILTERS: [Filter; 4] = [
    Filter { kind: FilterKind::LowShelf, frequency: 100.0, q: 0.7, gain: 3.0 },
    Filter { kind: FilterKind::Peak, frequency: 500.0, q: 1.0, gain: -3.0 },
    Filter { kind: FilterKind::Peak, frequency: 2000.0, q: 1.0, gain: 3.0 },
    Filter { kind: FilterKind::HighShelf, frequency: 8000.0, q: 0.7, gain: -3.0 },
];

/// A filter of a strip; frequency in hertz, gain in decibels.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub kind: FilterKind,
    pub frequency: f64,
    pub q: f64,
    pub gain: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterKind {
    LowShelf,
    Peak,
    HighShelf,
}

impl Filter {
    /// The coefficients b0, b1, b2, a1, a2 of the Cookbook, divided by a0.
    pub fn coefficients(&self) -> [f64; 5] {
        let a = 10f64.powf(self.gain / 40.0);
        let (sin, cos) = (std::f64::consts::TAU * self.frequency / f64::from(RATE)).sin_cos();
        let alpha = sin / (2.0 * self.q);
        let root = 2.0 * a.sqrt() * alpha;
        // The shelves differ in the sign of the cosine and of the middle coefficients.
        let shelf = |sign: f64| {
            let (plus, minus) = (a + 1.0, a - 1.0);
            let c = sign * cos;
            [
                a * (plus - minus * c + root),
                sign * 2.0 * a * (minus - plus * c),
                a * (plus - minus * c - root),
                plus + minus * c + root,
                sign * -2.0 * (minus + plus * c),
                plus + minus * c - root,
            ]
        };
        let [b0, b1, b2, a0, a1, a2] = match self.kind {
            FilterKind::LowShelf => shelf(1.0),
            FilterKind::HighShelf => shelf(-1.0),
            FilterKind::Peak => {
                let (up, down) = (alpha * a, alpha / a);
                [1.0 + up, -2.0 * cos, 1.0 - up, 1.0 + down, -2.0 * cos, 1.0 - down]
            }
        };
        [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0]
    }
}

/// The delay of a strip, in seconds.
pub fn echo_time(strip: usize) -> f64 {
    0.25 + 0.001 * strip as f64
}

/// How much of a strip's delay is delayed again, how much of it is heard, and the level of a strip.
pub const FEEDBACK: f64 = 0.4;
pub const WET: f64 = 0.3;
pub const STRIP_LEVEL: f64 = 0.05;

/// Chains of W4, and nodes in each.
pub const CHAINS: usize = 100;
pub const LENGTH: usize = 100;
/// What the sum of the chains is multiplied by.
pub const CHAIN_LEVEL: f64 = 0.01;

/// The factor of a gain in a chain: neither grows nor fades over a chain.
pub fn factor(place: usize) -> f64 {
    if place.is_multiple_of(2) { 0.999 } else { 1.0 / 0.999 }
}

/// What stands at a place of a chain of mixed kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Times [`factor`].
    Gain,
    /// Times 1.002, plus 0.001; undone by the next one.
    Up,
    /// Minus 0.001, divided by 1.002.
    Down,
    /// A low-pass of 6 dB an octave at [`LINK_CUTOFF`].
    LowPass,
    /// Times a steady 1 from another node.
    Multiply,
}

/// Hertz: high enough for noise to keep its level over twenty in a row within some decibels.
pub const LINK_CUTOFF: f64 = 20_000.0;

/// The links of a chain of mixed kinds, in turn.
pub fn link(place: usize) -> Link {
    [Link::Gain, Link::Up, Link::LowPass, Link::Down, Link::Multiply][place % 5]
}

/// Sample voices of W3, and the level of each: together they stay below 1 even where all begin, so that nobody clips.
pub const PLAYERS: usize = 256;
pub const PLAYER_LEVEL: f64 = 0.01;

/// How fast a sample voice plays: from half to double.
pub fn speed(player: usize) -> f64 {
    0.5 + 1.5 * player as f64 / (PLAYERS - 1) as f64
}

/// What the sample voices play, over and over: ten seconds of two partials and some noise, another one on each side.
pub fn sample() -> Vec<[f32; 2]> {
    let mut random = Random::new();
    let frame = |n: usize| {
        let t = n as f64 / f64::from(RATE);
        [220.0, 222.0].map(|pitch: f64| {
            let sine = |partial: f64| (std::f64::consts::TAU * partial * pitch * t).sin();
            let noise = random.below(1 << 24) as f64 / f64::from(1 << 23) - 1.0;
            (0.4 * sine(1.0) + 0.2 * sine(3.0) + 0.05 * noise) as f32
        })
    };
    (0..10 * RATE as usize).map(frame).collect()
}

/// Decibels of a factor.
pub fn decibels(factor: f64) -> f64 {
    20.0 * factor.log10()
}

/// Frames from a note to the next on average: 2,000 notes a second.
const BETWEEN_NOTES: u64 = RATE as u64 / 2000;

/// Random numbers that are the same in every run: a linear congruential generator (D. Knuth's MMIX).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl From<u64> for Random {
    fn from(seed: u64) -> Self {
        Random(seed)
    }
}

impl Random {
    pub fn new() -> Random {
        Random(1)
    }

    /// From 0 to below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// Frames to the next note.
    pub fn gap(&mut self) -> u64 {
        1 + self.below(2 * BETWEEN_NOTES - 1)
    }
}

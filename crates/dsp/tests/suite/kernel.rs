//! What every kernel has to show: the same bits for any cut of time, for steady and moving parameters, and in any lane;
//! and finite output whatever its parameters do.

use core::marker::PhantomData;
use core::ops::Range;

use sostenuto_dsp::{F32x4, Sample, Task, Value, Vector, Width};

/// A small deterministic generator (Marsaglia's xorshift64*), so that failures repeat.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
    /// Uniform in `low..high`.
    pub fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
    pub fn block(&mut self, frames: usize, amplitude: f64) -> Vec<f32> {
        (0..frames).map(|_| self.within(-amplitude, amplitude) as f32).collect()
    }
}

/// Random block lengths that add up to `frames`; long, short and single-frame ones.
pub fn cuts(seed: u64, frames: usize) -> Vec<usize> {
    let mut noise = Noise::new(seed ^ 0xC075);
    let mut left = frames;
    let mut lengths = Vec::new();
    while left > 0 {
        let longest = [1.0, 3.0, 17.0, 64.0, 300.0][noise.next_u64() as usize % 5];
        let length = (1.0 + noise.within(0.0, longest)) as usize;
        lengths.push(length.min(left));
        left -= length.min(left);
    }
    lengths
}

/// A kernel under test with everything it is fed with.
pub struct Feed<S> {
    pub rate: f64,
    pub start: u64,
    /// Input channels.
    pub inputs: Vec<Vec<S>>,
    /// One number per frame for each parameter.
    pub params: Vec<Vec<S>>,
    /// Whether the parameters are handed over as steady values (they are constant then).
    pub steady: bool,
    /// Block lengths.
    pub cuts: Vec<usize>,
}

impl<S: Sample> Feed<S> {
    pub fn frames(&self) -> usize {
        self.cuts.iter().sum()
    }
    pub fn value(&self, param: usize, range: &Range<usize>) -> Value<'_, S> {
        match self.steady {
            true => Value::Steady(self.params[param][range.start]),
            false => Value::Moving(&self.params[param][range.clone()]),
        }
    }
    /// Calls `block` with each block's absolute first frame and its range of frames.
    pub fn blocks(&self, mut block: impl FnMut(u64, Range<usize>)) {
        let mut at = 0;
        for &length in &self.cuts {
            block(self.start + at as u64, at..at + length);
            at += length;
        }
    }
    fn lane(&self, lane: usize) -> Feed<f32> {
        let pick = |all: &Vec<Vec<S>>| {
            all.iter().map(|one| one.iter().map(|x| x.lane(lane) as f32).collect()).collect()
        };
        Feed {
            rate: self.rate,
            start: self.start,
            inputs: pick(&self.inputs),
            params: pick(&self.params),
            steady: self.steady,
            cuts: self.cuts.clone(),
        }
    }
}

/// A kernel, as the checks see it.
pub trait Subject {
    /// Input channels.
    const INPUTS: usize;
    /// Whether every lane gives the same bits as the scalar.
    const LANES: bool = true;
    /// The documented ranges of the parameters.
    fn ranges() -> Vec<(f64, f64)>;
    /// All output channels (and whatever else must repeat), one after the other.
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S>;
}

fn feed<K: Subject, S: Sample>(seed: u64, frames: usize, amplitude: f64, steady: bool) -> Feed<S> {
    let mut noise = Noise::new(seed);
    let rate = [44_100.0, 48_000.0, 96_000.0, 192_000.0][noise.next_u64() as usize % 4];
    let column = |mut f: Box<dyn FnMut(usize, usize) -> f64>| -> Vec<S> {
        (0..frames).map(|frame| S::from_lanes(|lane| f(frame, lane))).collect()
    };
    let inputs = (0..K::INPUTS)
        .map(|channel| {
            let mut own = Noise::new(seed ^ (channel as u64 + 1) << 40);
            let gap = frames / 2..frames * 3 / 4;
            column(Box::new(move |frame, _| match gap.contains(&frame) {
                true => 0.0,
                false => own.within(-amplitude, amplitude),
            }))
        })
        .collect();
    let params = K::ranges()
        .into_iter()
        .map(|(low, high)| {
            let kind = if steady { 0 } else { noise.next_u64() % 3 };
            let base: Vec<f64> = (0..32).map(|_| noise.within(low, high)).collect();
            let other: Vec<f64> = (0..32).map(|_| noise.within(low, high)).collect();
            let mut own = Noise::new(noise.next_u64());
            column(Box::new(move |frame, lane| {
                let (base, other) = (base[lane], other[lane]);
                match kind {
                    0 => base,
                    1 => base + (other - base) * frame as f64 / frames as f64,
                    _ => own.within(base.min(other), base.max(other)),
                }
            }))
        })
        .collect();
    let start = noise.next_u64() % 200;
    Feed { rate, start, inputs, params, steady, cuts: vec![frames] }
}

fn bits<S: Sample>(samples: &[S]) -> Vec<u64> {
    samples.iter().flat_map(|s| (0..S::LANES).map(|lane| s.lane(lane).to_bits())).collect()
}

#[track_caller]
fn same<S: Sample, T: Sample>(left: &[S], right: &[T], what: &str) {
    let (left, right) = (bits(left), bits(right));
    assert_eq!(left.len(), right.len(), "{what}");
    if let Some(at) = (0..left.len()).find(|&i| left[i] != right[i]) {
        let (l, r) = (f64::from_bits(left[at]), f64::from_bits(right[at]));
        panic!("{what}: differs at value {at} of {}: {l:e} against {r:e}", left.len());
    }
}

fn check_type<K: Subject, S: Sample>(seed: u64, frames: usize) {
    for steady in [true, false] {
        let mut feed = feed::<K, S>(seed, frames, 1.0, steady);
        let whole = K::run(&feed);
        for round in 0..2 {
            feed.cuts = cuts(seed + round, frames);
            same(&whole, &K::run(&feed), "another cut of time");
        }
        if steady {
            feed.steady = false;
            same(&whole, &K::run(&feed), "steady numbers as moving ones");
        }
    }
}

/// All types of lanes: that of each width, and two registers of it where another width has one of as many.
pub const TYPES: [(Width, bool); 7] = [
    (Width::One, false),
    (Width::Four, false),
    (Width::Eight, false),
    (Width::Sixteen, false),
    (Width::ThirtyTwo, false),
    (Width::Four, true),
    (Width::Eight, true),
];

/// Runs a task as one of them.
pub fn run_as<T: Task>((width, is_doubled): (Width, bool), task: T) -> T::Out {
    if is_doubled { width.run_doubled(task) } else { width.run(task) }
}

/// The same bits for any cut of time, steady or moving, and in every lane of every width.
pub fn same_bits<K: Subject>(seed: u64, frames: usize) {
    check_type::<K, f32>(seed, frames);
    check_type::<K, f64>(seed, frames);
    if K::LANES {
        check_type::<K, F32x4>(seed, frames);
        lanes::<K, F32x4>(seed, frames);
        for lanes in TYPES {
            run_as(lanes, InLanes::<K> { seed, frames, kernel: PhantomData });
        }
    }
}

/// [`lanes`] with the type of a width.
struct InLanes<K> {
    seed: u64,
    frames: usize,
    kernel: PhantomData<K>,
}

impl<K: Subject> Task for InLanes<K> {
    type Out = ();
    fn run<S: Vector>(self) {
        lanes::<K, S>(self.seed, self.frames);
    }
}

fn lanes<K: Subject, S: Vector>(seed: u64, frames: usize) {
    for steady in [true, false] {
        let mut feed = feed::<K, S>(seed, frames, 1.0, steady);
        feed.cuts = cuts(seed, frames);
        let all = S::enter(
            #[inline(always)]
            || K::run(&feed),
        );
        for lane in 0..S::LANES {
            let alone = K::run(&feed.lane(lane));
            let picked: Vec<f32> = all.iter().map(|s| s.lane(lane) as f32).collect();
            same(&picked, &alone, "a lane against the scalar");
        }
    }
}

/// Finite output from input up to 1000 with parameters anywhere in their ranges, moving or not.
pub fn stays_finite<K: Subject>(seed: u64, frames: usize) {
    for steady in [true, false] {
        let feed = feed::<K, f32>(seed, frames, 1000.0, steady);
        let out = K::run(&feed);
        let bad = out.iter().position(|x| !x.is_finite());
        assert_eq!(
            bad,
            None,
            "not finite; parameters {:?}",
            feed.params.iter().map(|p| p[0]).collect::<Vec<_>>()
        );
    }
}

/// The level of `x` in dB.
pub fn db(x: f64) -> f64 {
    20.0 * x.max(1e-300).log10()
}

/// The largest difference, relative to the larger of 1 and the reference's peak, in dB.
pub fn error_db(out: &[f32], reference: &[f64]) -> f64 {
    let peak = reference.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
    let worst = out.iter().zip(reference).fold(0.0_f64, |m, (a, b)| m.max((f64::from(*a) - b).abs()));
    db(worst / peak)
}

/// The complex amplitude of `signal` at `turns` cycles per frame under a Hann window, scaled to 1 for a unit sine.
pub fn line(signal: &[f32], turns: f64) -> (f64, f64) {
    let n = signal.len() as f64;
    // Two rotating pointers, one for the window and one for the line: a rounding per frame, 1e-11 over a second.
    let pointer = |turns: f64| (core::f64::consts::TAU * turns.fract()).sin_cos();
    let turn = |(s, c): (f64, f64), (ds, dc): (f64, f64)| (s * dc + c * ds, c * dc - s * ds);
    let (window_step, line_step) = (pointer(1.0 / n), pointer(turns));
    let (mut window, mut angle) = ((0.0, 1.0), (0.0, 1.0));
    let (mut re, mut im) = (0.0, 0.0);
    for x in signal {
        let x = f64::from(*x) * (0.5 - 0.5 * window.1);
        re += x * angle.1;
        im -= x * angle.0;
        window = turn(window, window_step);
        angle = turn(angle, line_step);
    }
    (re * 4.0 / n, im * 4.0 / n)
}

/// The magnitude of [`line`].
pub fn level(signal: &[f32], turns: f64) -> f64 {
    let (re, im) = line(signal, turns);
    re.hypot(im)
}

/// A sine of amplitude `amplitude` at `turns` cycles per frame.
pub fn sine(frames: usize, turns: f64, amplitude: f64) -> Vec<f32> {
    (0..frames)
        .map(|i| (amplitude * (core::f64::consts::TAU * (turns * i as f64).fract()).sin()) as f32)
        .collect()
}

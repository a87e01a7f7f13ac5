//! The room's tail: sixteen delay lines that feed each other through a Hadamard matrix.

use crate::grid::{GRID, contained, flushed, is_zero};
use crate::lane_state::{lane_state, swap_bit, swap_phase, swap_samples, zero_samples};
use crate::math::{cos_turns, db_to_gain, sin_quarter};
use crate::{DelayLine, LaneState, Phase, Sample, Value};

/// Lines of the network.
const LINES: usize = 16;

/// Frames at 48 kHz and size 1: primes, each about 9.6 % longer than the one before (21 to 83 ms), so that no two
/// lines share echoes soon; ordered so that lines next to each other, which belong to different sides, differ much.
const FRAMES_AT_48_KHZ: [f64; LINES] = [
    1009.0, 2099.0, 2297.0, 1109.0, 1213.0, 2521.0, 2767.0, 1327.0, 1459.0, 3023.0, 3313.0, 1597.0, 1747.0,
    3631.0, 3989.0, 1913.0,
];

/// Signs with which the lines are heard on the left; the right has every second pair turned round, so the two sums
/// share no mean.
const LEFT: [f64; LINES] =
    [1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, -1.0, 1.0, 1.0, 1.0];

/// The sizes that a room can have.
const SIZES: (f64, f64) = (0.25, 2.0);

/// The largest change of a delay, per frame, while the size moves.
const GLIDE: f64 = 0.05;

/// The sway of a delay to either side at full modulation, in seconds.
const SWAY: f64 = 0.000_5;

/// Every which line sways: four of them, on both sides. Interpolation costs time, and treble with each round.
const SWAYING: usize = 5;

/// What the network is told at a point of the grid.
pub(super) struct Setting<S> {
    pub decay: S,
    pub size: S,
    pub damping: S,
    pub modulation: S,
}

/// Which lanes take what they are told, and which of them at once.
struct Going<S: Sample> {
    moving: S::Mask,
    jump: S::Mask,
}

/// A number per line on its way from one point of the grid to the next.
#[derive(Clone, Debug)]
struct Ramp<S> {
    from: [S; LINES],
    to: [S; LINES],
}

impl<S: Sample> Ramp<S> {
    fn new() -> Self {
        Ramp { from: [S::zero(); LINES], to: [S::zero(); LINES] }
    }

    /// From where it is, or at once where it jumps; lanes that are not among those that move stay as they are.
    #[inline(always)]
    fn go(&mut self, to: [S; LINES], lanes: &Going<S>) {
        for (i, to) in to.into_iter().enumerate() {
            let from = S::select(lanes.jump, to, self.to[i]);
            self.from[i] = S::select(lanes.moving, from, self.from[i]);
            self.to[i] = S::select(lanes.moving, to, self.to[i]);
        }
    }

    #[inline(always)]
    fn at(&self, line: usize, part: S) -> S {
        self.from[line] + (self.to[line] - self.from[line]) * part
    }
}

#[derive(Clone, Debug)]
pub(super) struct Network<S: Sample> {
    lines: [DelayLine<S>; LINES],
    /// The lanes whose ramps hold anything yet.
    set: u32,
    /// Delays without sway, in frames; whole unless they glide.
    lengths: [S; LINES],
    delays: Ramp<S>,
    /// What is left after one round.
    gains: Ramp<S>,
    /// The damping filters' poles, and their states.
    poles: Ramp<S>,
    damped: [S; LINES],
    sway: [S::Phase; LINES],
    /// The decay, damping and lengths that gains and poles were computed for.
    known: Option<(S, S, [S; LINES])>,
    rate: f64,
    step: usize,
}

impl<S: Sample> Network<S> {
    pub fn new(rate: f64) -> Self {
        let longest = |frames: f64| frames * SIZES.1 * rate / 48_000.0 + SWAY * rate + 4.0;
        Network {
            lines: FRAMES_AT_48_KHZ.map(|frames| DelayLine::new(longest(frames) as usize)),
            set: 0,
            lengths: [S::zero(); LINES],
            delays: Ramp::new(),
            gains: Ramp::new(),
            poles: Ramp::new(),
            damped: [S::zero(); LINES],
            sway: [S::Phase::zero(); LINES],
            known: None,
            rate,
            step: 1,
        }
    }

    #[inline(always)]
    pub fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
        self.damped = [S::zero(); LINES];
        self.set = 0;
        self.known = None;
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.damped.iter().all(|x| is_zero(*x)) && self.lines.iter().all(DelayLine::is_silent)
    }

    /// In the bit of each lane, whether all lines and filters hold exact zeros there.
    #[inline(always)]
    pub fn silent_lanes(&self) -> u32 {
        let damped = self.damped.iter().fold(u32::MAX, |lanes, x| lanes & S::bits(x.abs().le(S::zero())));
        match damped {
            0 => 0,
            _ => self.lines.iter().fold(damped, |lanes, line| lanes & line.silent_lanes()),
        }
    }

    /// Whether [`set`](Self::set) has been called since the beginning of every lane.
    #[inline(always)]
    pub fn is_set(&self) -> bool {
        self.set == u32::MAX
    }

    /// How many frames can be processed at once.
    #[inline(always)]
    pub fn step(&self) -> usize {
        self.step
    }

    /// At a point of the grid, or before the first frame of a lane: where to be at the next point. Off the grid it is for lanes
    /// that begin.
    #[inline(always)]
    pub fn set(&mut self, setting: &Setting<S>, on_grid: bool) {
        let set = self.set;
        let fresh = S::from_lanes(|lane| f64::from(!set >> lane & 1));
        let jump = S::zero().lt(fresh);
        let lanes = Going { moving: S::zero().lt(if on_grid { S::one() } else { fresh }), jump };
        self.set = u32::MAX;
        if on_grid {
            for x in &mut self.damped {
                *x = flushed(*x);
            }
        }
        self.place(setting, &lanes, (on_grid, !set));
        let decay = setting.decay.clamp(S::splat(0.05), S::splat(100.0));
        let damping = setting.damping.clamp(S::zero(), S::splat(0.98));
        let known = Some((decay, damping, self.lengths));
        if self.known == known {
            self.gains.go(self.gains.to, &lanes);
            self.poles.go(self.poles.to, &lanes);
            return;
        }
        self.known = if on_grid { known } else { None };
        let decay_high = decay * (S::one() - damping);
        // A round of L frames takes 60 L / (decay rate) dB; the low-pass takes the rest at 6 kHz.
        let per_frame = S::splat(-60.0 / self.rate);
        let cos = cos_turns(S::splat((6000.0 / self.rate).min(0.45)));
        let (mut gains, mut poles) = ([S::zero(); LINES], [S::zero(); LINES]);
        for ((gain, pole), &l) in gains.iter_mut().zip(&mut poles).zip(&self.lengths) {
            *gain = db_to_gain(per_frame * l / decay);
            let ratio = db_to_gain(per_frame * l * (S::one() / decay_high - S::one() / decay));
            // No more than 60 dB in one round, so that the pole stays below one.
            let ratio = ratio.max(S::splat(0.001));
            *pole = pole_of(ratio * ratio, cos);
        }
        self.gains.go(gains, &lanes);
        self.poles.go(poles, &lanes);
    }

    /// Where each delay goes in the coming 64 frames.
    #[inline(always)]
    fn place(&mut self, setting: &Setting<S>, lanes: &Going<S>, (on_grid, fresh): (bool, u32)) {
        let size = setting.size.clamp(S::splat(SIZES.0), S::splat(SIZES.1));
        let depth = setting.modulation.clamp(S::zero(), S::one()) * S::splat(SWAY * self.rate);
        let most = S::splat(GLIDE * GRID as f64);
        let mut delays = [S::zero(); LINES];
        for (i, delay) in delays.iter_mut().enumerate() {
            let exact = size * S::splat(FRAMES_AT_48_KHZ[i] * self.rate / 48_000.0);
            let whole = (exact + S::splat(0.5)).floor();
            let way = whole - self.lengths[i];
            let near = S::select(way.abs().le(most), whole, self.lengths[i] + way.clamp(-most, most));
            let length = S::select(lanes.jump, whole, near);
            self.lengths[i] = S::select(lanes.moving, length, self.lengths[i]);
            // 0.31 to 0.91 Hz, one after the other.
            let turns = (0.31 + 0.04 * i as f64) * GRID as f64 / self.rate;
            if on_grid {
                self.sway[i] = self.sway[i].plus(S::phase_of(S::Wide::splat(turns)));
            }
            let begin = S::phase_of(S::Wide::splat(i as f64 / LINES as f64));
            for lane in (0..S::LANES).filter(|lane| fresh >> lane & 1 != 0) {
                self.sway[i].set_lane(lane, begin.in_lane(lane));
            }
            let depth = if i % SWAYING == 0 { depth } else { S::zero() };
            *delay = self.lengths[i] + depth * sin_quarter(S::quarter_of(self.sway[i]));
        }
        self.delays.go(delays, lanes);
        let both = self.delays.from.iter().chain(&self.delays.to);
        self.step =
            both.map(|d| (0..S::LANES).fold(1e9, |m, l| d.lane(l).min(m)) as usize).min().unwrap_or(1);
        // The interpolation needs one frame more than the delay; a ramp stays between its ends.
        self.step = self.step.saturating_sub(2).clamp(1, GRID);
    }

    /// `frames` frames, the first of which lies `into` frames after a point of the grid. `sides` is replaced by what
    /// is heard on the left and on the right.
    #[inline(always)]
    pub fn process(&mut self, into: usize, frames: usize, sides: &mut [[S; GRID]; 2]) {
        let mut blocks = [[S::zero(); GRID]; LINES];
        self.read(into, &mut blocks, frames);
        self.damp(into, &mut blocks, frames);
        let mut heard = [[S::zero(); GRID]; 2];
        for (i, block) in blocks.iter().enumerate() {
            let left = S::splat(0.5 * LEFT[i]);
            let right = if i / 2 % 2 == 0 { left } else { -left };
            for j in 0..frames {
                heard[0][j] += left * block[j];
                heard[1][j] += right * block[j];
            }
        }
        hadamard(&mut blocks, frames);
        for (i, (line, block)) in self.lines.iter_mut().zip(&mut blocks).enumerate() {
            // The matrix is orthonormal with 1/4; the input has unit energy over the sixteen lines.
            let quarter = S::splat(0.25);
            for (x, side) in block[..frames].iter_mut().zip(&sides[i % 2]) {
                *x = contained((*x + *side) * quarter);
            }
            line.write(&block[..frames]);
        }
        *sides = heard;
    }

    #[inline(always)]
    fn read(&self, into: usize, blocks: &mut [[S; GRID]; LINES], frames: usize) {
        for (i, (line, block)) in self.lines.iter().zip(blocks).enumerate() {
            if self.delays.from[i] == self.delays.to[i] {
                line.read_known(&Value::Steady(self.delays.to[i]), &mut block[..frames]);
            } else {
                let mut delays = [S::zero(); GRID];
                for (j, delay) in delays.iter_mut().enumerate().take(frames) {
                    *delay = self.delays.at(i, part(into + j));
                }
                line.read_known(&Value::Moving(&delays[..frames]), &mut block[..frames]);
            }
        }
    }

    /// Gain and low-pass of each line; frame by frame, the lines side by side.
    #[expect(clippy::needless_range_loop, reason = "each pass takes one frame of every line")]
    #[inline(always)]
    fn damp(&mut self, into: usize, blocks: &mut [[S; GRID]; LINES], frames: usize) {
        let mut damped = self.damped;
        let moving = self.gains.from != self.gains.to || self.poles.from != self.poles.to;
        let (mut gains, mut poles) = (self.gains.to, self.poles.to);
        for j in 0..frames {
            if moving {
                for i in 0..LINES {
                    gains[i] = self.gains.at(i, part(into + j));
                    poles[i] = self.poles.at(i, part(into + j));
                }
            }
            for i in 0..LINES {
                let x = blocks[i][j] * gains[i];
                damped[i] = x + poles[i] * (damped[i] - x);
            }
            for i in 0..LINES {
                blocks[i][j] = damped[i];
            }
        }
        self.damped = damped;
    }
}

/// How far between two points of the grid a frame is.
#[inline(always)]
fn part<S: Sample>(frame: usize) -> S {
    S::splat(frame as f64 / GRID as f64)
}

/// The pole p of (1 - p) / (1 - p z^-1) whose squared magnitude is `square` (0..=1) where the cosine is `cos`.
///
/// (1 - p)² = square (1 + p² - 2 p cos) has, with a = 1 - square and b = 1 - square cos, the root
/// a / (b + sqrt(b² - a²)), where b² - a² = square (1 - cos) (2 - square (1 + cos)).
#[inline(always)]
fn pole_of<S: Sample>(square: S, cos: S) -> S {
    let a = S::one() - square;
    let b = S::one() - square * cos;
    let difference = square * (S::one() - cos) * (S::splat(2.0) - square * (S::one() + cos));
    a / (b + difference.max(S::zero()).sqrt())
}

/// The Hadamard transform of the sixteen lines, frame by frame, without its factor 1/4.
#[inline(always)]
fn hadamard<S: Sample>(blocks: &mut [[S; GRID]; LINES], frames: usize) {
    for stride in [8, 4, 2, 1] {
        for i in (0..LINES).filter(|i| i & stride == 0) {
            let (low, high) = blocks.split_at_mut(i + stride);
            let (a, b) = (&mut low[i][..frames], &mut high[0][..frames]);
            for (a, b) in a.iter_mut().zip(b) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
    }
}

lane_state!(Ramp<S> { sample_lists: from, to; });

impl<S: Sample> LaneState for Network<S> {
    type Alone = Network<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        if lane >= S::LANES {
            return;
        }
        for (line, other) in self.lines.iter_mut().zip(&mut alone.lines) {
            line.swap_lane(lane, other);
        }
        for (sway, other) in self.sway.iter_mut().zip(&mut alone.sway) {
            swap_phase(sway, lane, other);
        }
        swap_samples(&mut self.lengths, lane, &mut alone.lengths);
        swap_samples(&mut self.damped, lane, &mut alone.damped);
        self.delays.swap_lane(lane, &mut alone.delays);
        self.gains.swap_lane(lane, &mut alone.gains);
        self.poles.swap_lane(lane, &mut alone.poles);
        // A kernel that is alone has its one lane at bit 0, and all bits above as that one.
        let mut other = alone.set & 1;
        swap_bit(&mut self.set, lane, &mut other);
        alone.set = if other == 0 { 0 } else { u32::MAX };
        (self.known, alone.known) = (None, None);
        let step = self.step.min(alone.step);
        (self.step, alone.step) = (step, step);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.lines.iter_mut().for_each(|line| line.reset_lane(lane));
        zero_samples(&mut self.damped, lane);
        if lane < S::LANES {
            self.set &= !(1 << lane);
            self.known = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_are_different_primes() {
        for (i, &frames) in FRAMES_AT_48_KHZ.iter().enumerate() {
            let n = frames as u32;
            assert!((2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d)), "{n}");
            assert!(!FRAMES_AT_48_KHZ[..i].contains(&frames), "{n}");
        }
    }

    #[test]
    fn the_matrix_keeps_energy() {
        let mut blocks = [[0.0_f64; GRID]; LINES];
        for (i, block) in blocks.iter_mut().enumerate() {
            block[0] = ((i * 7919 + 13) % 101) as f64 - 50.0;
        }
        let energy = |b: &[[f64; GRID]; LINES]| b.iter().map(|x| x[0] * x[0]).sum::<f64>();
        let before = energy(&blocks);
        hadamard(&mut blocks, 1);
        assert!((energy(&blocks) / 16.0 / before - 1.0).abs() < 1e-12);
    }
}

//! Noise, white and pink, from a seed: the same seed gives the same noise, on every processor and in every lane.

use crate::lane_state::lane_state;
use crate::{Phase, Sample};

/// The increment of SplitMix64 (the golden ratio in 64 bits): G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Uniform numbers, one per call and lane. The period is 2^64.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Uniform<S: Sample> {
    count: S::Phase,
}

impl<S: Sample> Uniform<S> {
    /// From a seed per lane. Seeds that follow each other give unrelated numbers.
    pub(crate) fn new(seeds: impl Fn(usize) -> u64) -> Self {
        let mut count = S::Phase::zero();
        for lane in 0..S::LANES {
            count.set_lane(lane, (seeds(lane).wrapping_mul(GAMMA) ^ GAMMA).scrambled());
        }
        Self { count }
    }

    /// The next number in every lane: one of 2^24 evenly spaced ones between -1 and 1, none of them the ends or zero, so
    /// that their mean is zero.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> S {
        self.count = self.count.plus(S::Phase::splat(GAMMA));
        S::uniform_of(self.count.scrambled())
    }

    /// Goes on in one lane from where `start` is.
    pub(crate) fn restart(&mut self, lane: usize, start: &Self) {
        self.count.set_lane(lane, start.count.in_lane(lane));
    }

    /// The next number in one lane only.
    pub(crate) fn next_in(&mut self, lane: usize) -> f64 {
        let count = self.count.in_lane(lane).wrapping_add(GAMMA);
        self.count.set_lane(lane, count);
        f64::uniform_of(count.scrambled())
    }
}

/// White noise, uniform between -1 and 1: RMS 0.57735 (-4.77 dBFS), flat from 0 to half the rate.
#[derive(Clone, Copy, Debug)]
pub struct White<S: Sample = f32> {
    start: Uniform<S>,
    now: Uniform<S>,
}

impl<S: Sample> White<S> {
    /// With a seed for each lane.
    pub fn new(seeds: impl Fn(usize) -> u64) -> Self {
        let start = Uniform::new(seeds);
        Self { start, now: start }
    }

    /// Back to the first frame. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        self.now = self.start;
    }

    /// Fills `out`. `[audio]`
    #[inline]
    pub fn process(&mut self, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, out: &mut [S]) {
        let mut now = self.now;
        for out in out {
            *out = now.next();
        }
        self.now = now;
    }
}

/// Poles of the pink filter: eight two octaves apart, and one that straightens the top octave.
const POLES: usize = 9;
/// The lowest pole, in hertz.
const LOWEST: f64 = 2.5;
/// RMS of pink noise (-15.6 dBFS). The sum of so many numbers is nearly normal, so a peak beyond 1 (six times this) comes
/// once in some hours.
const PINK_RMS: f64 = 1.0 / 6.0;

/// Pink noise: its power falls by 3.01 dB per octave, within 0.25 dB of that line from 20 Hz to 20 kHz (at 44.1 kHz and above);
/// flat below 2 Hz. RMS 0.1667 (-15.6 dBFS) once settled, which takes a second.
///
/// White noise through poles and zeros that alternate evenly along the logarithm of frequency (J. O. Smith, "Spectral Audio
/// Signal Processing", section "Spectral tilt filters"), mapped by `z = e^(2 pi f / rate)`, in parallel form.
#[derive(Clone, Copy, Debug)]
pub struct Pink<S: Sample = f32> {
    white: White<S>,
    state: [S; POLES],
    poles: [S; POLES],
    gains: [S; POLES],
    direct: S,
}

impl<S: Sample> Pink<S> {
    /// At `rate` frames per second, with a seed for each lane. `[control]`
    pub fn new(rate: f64, seeds: impl Fn(usize) -> u64) -> Self {
        let (poles, gains, direct) = pink_filter(rate.max(1.0));
        Self {
            white: White::new(seeds),
            state: [S::zero(); POLES],
            poles: poles.map(S::splat),
            gains: gains.map(S::splat),
            direct: S::splat(direct),
        }
    }

    /// Back to the first frame. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        self.white.reset();
        self.state = [S::zero(); POLES];
    }

    /// Fills `out`. `[audio]`
    #[inline]
    pub fn process(&mut self, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, out: &mut [S]) {
        self.white.process(out);
        let mut state = self.state;
        for out in out {
            let white = *out;
            for ((state, &pole), &gain) in state.iter_mut().zip(&self.poles).zip(&self.gains) {
                *state = *state * pole + white * gain;
            }
            // Summed as a tree, in this order: short to wait for, and the same for every lane.
            let low = ((state[0] + state[1]) + (state[2] + state[3]))
                + ((state[4] + state[5]) + (state[6] + state[7]));
            *out = low + (state[8] + white * self.direct);
        }
        self.state = state;
    }
}

/// Poles, residues and direct part of the filter.
fn pink_filter(rate: f64) -> ([f64; POLES], [f64; POLES], f64) {
    let place = |hertz: f64| libm::exp(-2.0 * core::f64::consts::PI * hertz / rate);
    // The mapping lets the top octave rise by up to 1.3 dB; the last pair takes that back (fitted at 44.1 to 192 kHz).
    let mut poles = [-0.04; POLES];
    let mut zeros = [-0.13; POLES];
    let mut hertz = LOWEST;
    for (pole, zero) in poles.iter_mut().zip(&mut zeros).take(POLES - 1) {
        *pole = place(hertz);
        *zero = place(2.0 * hertz);
        hertz *= 4.0;
    }
    // H = product of (1 - zero / z) / (1 - pole / z) = direct + sum of gain / (1 - pole / z).
    let mut gains = [0.0; POLES];
    for (k, gain) in gains.iter_mut().enumerate() {
        *gain = 1.0;
        for j in 0..POLES {
            *gain *= 1.0 - zeros[j] / poles[k];
            if j != k {
                *gain /= 1.0 - poles[j] / poles[k];
            }
        }
    }
    let direct = (0..POLES).map(|k| zeros[k] / poles[k]).product::<f64>();
    // Power of the response: the direct part meets each pole at time 0, the poles meet each other in a geometric series.
    let mut power = direct * direct;
    for k in 0..POLES {
        power += 2.0 * direct * gains[k];
        for j in 0..POLES {
            power += gains[j] * gains[k] / (1.0 - poles[j] * poles[k]);
        }
    }
    let white_rms = 1.0 / libm::sqrt(3.0);
    let scale = PINK_RMS / (white_rms * libm::sqrt(power));
    (poles, gains.map(|g| g * scale), direct * scale)
}

lane_state!(Uniform<S> { kept_phases: count; });
lane_state!(White<S> { parts: start, now; } reset |white, lane| {
    white.now.restart(lane, &white.start);
});
lane_state!(Pink<S> { parts: white; sample_lists: state; });

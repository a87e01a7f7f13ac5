//! W1 by hand: lanes are voices. The saw is a polyBLEP; the LFO and the filter's coefficients are computed once a block, and the coefficients
//! go in straight lines between (V. Zavalishin's trapezoidal state-variable filter, in A. Simper's form).

use super::lanes::{Lanes, at_width, fold};
use crate::engine::{Block, Engine};
use crate::spec::*;
use std::f64::consts::{PI, TAU};

/// Voices with those that fill up the last vectors and are not heard; two vectors run at a time.
const ROOM: usize = VOICES.next_multiple_of(32);

/// A number of each voice.
type Row = Box<[f32]>;

fn row(number: impl Fn(Voice) -> f64) -> Row {
    let of = |voice: usize| if voice < VOICES { number(Voice::new(voice)) as f32 } else { 0.0 };
    (0..ROOM).map(of).collect()
}

pub struct Voices {
    width: usize,
    frame: u64,
    /// Of the saws, from 0 to 1, what a frame adds, and its reciprocal.
    phase: Row,
    step: Row,
    period: Row,
    /// Of the LFOs, from 0 to 1, and what a block adds.
    sweep: Row,
    sweep_step: Row,
    /// tan(pi cutoff / rate) at the end of the last block, and the filters' states.
    bend: Row,
    states: [Row; 2],
    /// Factors on the left and on the right.
    sides: [Row; 2],
    /// A frame after the other, a sum to each lane.
    sums: [Box<[f32]>; 2],
}

impl Voices {
    pub fn new(width: usize) -> Self {
        let rate = f64::from(RATE);
        let empty = || vec![0.0; ROOM].into_boxed_slice();
        let sums = || vec![0.0; width * BLOCK].into_boxed_slice();
        let bend = (PI * CUTOFF.0 / rate).tan();
        Voices {
            width,
            frame: 0,
            phase: row(|_| 0.5),
            step: row(|voice| voice.frequency / rate),
            period: row(|voice| rate / voice.frequency),
            sweep: empty(),
            sweep_step: row(|voice| voice.rate * BLOCK as f64 / rate),
            bend: row(|_| bend),
            states: [empty(), empty()],
            sides: [row(|v| v.sides().0 * VOICE_LEVEL), row(|v| v.sides().1 * VOICE_LEVEL)],
            sums: [sums(), sums()],
        }
    }
}

impl Engine for Voices {
    fn block(&mut self, out: &mut Block) {
        for sums in &mut self.sums {
            sums.fill(0.0);
        }
        let voices = &mut *self;
        at_width!(voices.width, run(voices: &mut Voices));
        for (sums, samples) in self.sums.iter().zip(out) {
            fold(sums, self.width, samples);
        }
        self.frame += BLOCK as u64;
    }
}

/// The level of all envelopes at a frame.
fn envelope(frame: u64) -> f32 {
    let (attack, decay, sustain, _) = ENVELOPE;
    let t = frame as f64 / f64::from(RATE);
    (t / attack).min(1.0 - (1.0 - sustain) * ((t - attack) / decay).clamp(0.0, 1.0)) as f32
}

/// sin(2 pi x) for x from 0 to 1, by a polynomial of the ninth order around the middle (Taylor's; error below 4e-3 at the ends, where it is
/// -sin(pi (2x - 1)) that is computed).
#[inline(always)]
unsafe fn sine<V: Lanes>(x: V) -> V {
    // SAFETY: as the caller.
    unsafe {
        let angle = x.minus(V::splat(0.5)).times(V::splat(TAU as f32));
        let square = angle.times(angle);
        let terms = [1.0 / 362_880.0, -1.0 / 5040.0, 1.0 / 120.0, -1.0 / 6.0, 1.0];
        let series =
            terms[1..].iter().fold(V::splat(terms[0]), |sum, term| sum.times_plus(square, V::splat(*term)));
        V::splat(0.0).minus(series.times(angle))
    }
}

/// The filter's coefficients for tan(pi cutoff / rate).
#[inline(always)]
unsafe fn coefficients<V: Lanes>(bend: V) -> [V; 3] {
    // SAFETY: as the caller.
    unsafe {
        let one = V::splat(1.0);
        let first = one.over(bend.plus(V::splat(1.0 / Q as f32)).times_plus(bend, one));
        let second = bend.times(first);
        [first, second, bend.times(second)]
    }
}

/// Two vectors of voices at a time, so that one's chain of dependent operations runs while the other's waits.
#[inline(always)]
unsafe fn run<V: Lanes>(voices: &mut Voices) {
    let start = envelope(voices.frame);
    let slope = (envelope(voices.frame + BLOCK as u64) - start) / BLOCK as f32;
    for first in (0..ROOM).step_by(2 * V::WIDTH) {
        // SAFETY: as the caller.
        unsafe { pair::<V>(voices, first, start, slope) }
    }
}

/// The two vectors from a voice on.
#[inline(always)]
unsafe fn pair<V: Lanes>(voices: &mut Voices, first: usize, start: f32, slope: f32) {
    // SAFETY: as the caller.
    unsafe {
        let at = [first, first + V::WIDTH];
        let (zero, one) = (V::splat(0.0), V::splat(1.0));
        let moves = at.map(|at| sweep::<V>(voices, at));
        let mut coefficient = moves.map(|(from, _)| from);
        let changes = moves.map(|(_, change)| change);
        let step = at.map(|at| V::load(&voices.step[at..]));
        let period = at.map(|at| V::load(&voices.period[at..]));
        let [left, right] = [0, 1].map(|side| at.map(|at| V::load(&voices.sides[side][at..])));
        let mut phase = at.map(|at| V::load(&voices.phase[at..]));
        let [mut low, mut high] = [0, 1].map(|state| at.map(|at| V::load(&voices.states[state][at..])));
        let [sums_left, sums_right] = &mut voices.sums;
        let (mut level, slope) = (V::splat(start), V::splat(slope));
        let frames = sums_left.chunks_exact_mut(V::WIDTH).zip(sums_right.chunks_exact_mut(V::WIDTH));
        for (to_left, to_right) in frames {
            let (mut sum_left, mut sum_right) = (V::load(to_left), V::load(to_right));
            level = level.plus(slope);
            for k in 0..2 {
                let next = phase[k].plus(step[k]);
                phase[k] = next.below(one, next, next.minus(one));
                // How far behind the corner and how far before it, in frames; the residual is -(1 - t)^2 behind and (1 + t)^2 before.
                let behind = one.minus(phase[k].times(period[k]));
                let before = phase[k].minus(one).times_plus(period[k], one);
                let residual = phase[k].below(step[k], zero.minus(behind.times(behind)), zero);
                let residual = one.minus(step[k]).below(phase[k], before.times(before), residual);
                let saw = phase[k].plus(phase[k]).minus(one).minus(residual);
                for (now, change) in coefficient[k].iter_mut().zip(changes[k]) {
                    *now = now.plus(change);
                }
                let [a, b, c] = coefficient[k];
                let rest = saw.minus(high[k]);
                let band = a.times_plus(low[k], b.times(rest));
                let pass = b.times_plus(low[k], c.times_plus(rest, high[k]));
                low[k] = band.plus(band).minus(low[k]);
                high[k] = pass.plus(pass).minus(high[k]);
                let heard = pass.times(level);
                sum_left = heard.times_plus(left[k], sum_left);
                sum_right = heard.times_plus(right[k], sum_right);
            }
            sum_left.store(to_left);
            sum_right.store(to_right);
        }
        for k in 0..2 {
            phase[k].store(&mut voices.phase[at[k]..]);
            low[k].store(&mut voices.states[0][at[k]..]);
            high[k].store(&mut voices.states[1][at[k]..]);
        }
    }
}

/// Moves LFOs by a block: the filter's coefficients before it, and what each frame adds to them.
#[inline(always)]
unsafe fn sweep<V: Lanes>(voices: &mut Voices, at: usize) -> ([V; 3], [V; 3]) {
    // SAFETY: as the caller.
    unsafe {
        let one = V::splat(1.0);
        let next = V::load(&voices.sweep[at..]).plus(V::load(&voices.sweep_step[at..]));
        let phase = next.below(one, next, next.minus(one));
        phase.store(&mut voices.sweep[at..]);
        let cutoff = sine(phase).times_plus(V::splat(CUTOFF.1 as f32), V::splat(CUTOFF.0 as f32));
        // tan x = x + x^3/3 + 2 x^5/15: to 1e-6 for cutoffs up to 2,040 Hz.
        let angle = cutoff.times(V::splat((PI / f64::from(RATE)) as f32));
        let square = angle.times(angle);
        let series = square.times_plus(V::splat(2.0 / 15.0), V::splat(1.0 / 3.0));
        let bend = series.times_plus(square, one).times(angle);
        let from = coefficients(V::load(&voices.bend[at..]));
        bend.store(&mut voices.bend[at..]);
        let to = coefficients(bend);
        let share = V::splat(1.0 / BLOCK as f32);
        let change = |k: usize| to[k].minus(from[k]).times(share);
        (from, [change(0), change(1), change(2)])
    }
}

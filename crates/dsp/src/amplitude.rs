//! What changes the level of signals and nothing else: gain, pan, balance, width and crossfade.
//!
//! None of it has a state: each is a law, and a function that applies it to a block. Functions over several slices walk the
//! frames that all of them have.

use crate::math::{db_to_gain, sin_quarter};
use crate::{Sample, Value};

/// At or below this level, in dB, a gain is exactly zero.
pub const SILENCE_DB: f64 = -120.0;

/// The factor for a level in dB: exactly 0 from [`SILENCE_DB`] down, exactly 1 at 0 dB, else within 1.3e-7 (relative). NaN
/// gives 0.
#[inline(always)]
pub fn gain_of<S: Sample>(db: S) -> S {
    S::select(S::splat(SILENCE_DB).lt(db), db_to_gain(db), S::zero())
}

/// Multiplies by a level in dB. `[audio]`
#[inline(always)]
pub fn gain<S: Sample>(db: Value<'_, S>, input: &[S], out: &mut [S]) {
    match db {
        Value::Steady(db) => {
            let gain = gain_of(db);
            for (out, &input) in out.iter_mut().zip(input) {
                *out = input * gain;
            }
        }
        Value::Moving(dbs) => {
            for ((out, &input), &db) in out.iter_mut().zip(input).zip(dbs) {
                *out = input * gain_of(db);
            }
        }
    }
}

/// The factors of two signals whose powers add up to one, for a position from 0 (all of the first) to 1 (all of the
/// second): `cos` and `sin` of a quarter turn times the position. Exactly 1 and 0 at the ends, both 0.7071 (-3.01 dB) in
/// the middle; within 2.2e-7. Limited to the range; NaN counts as 0.
#[inline(always)]
pub fn equal_power<S: Sample>(position: S) -> (S, S) {
    let (one, quarter) = (S::one(), S::splat(0.25));
    let x = position.max(S::zero()).min(one);
    // The sine of a quarter turn may round to just beside 1.
    let first = sin_quarter((one - x) * quarter);
    let second = sin_quarter(x * quarter);
    (S::select(x.le(S::zero()), one, first), S::select(one.le(x), one, second))
}

/// The factors of two signals that add up to one, for a position from 0 to 1. Limited to the range; NaN counts as 0.
#[inline(always)]
pub fn equal_gain<S: Sample>(position: S) -> (S, S) {
    let x = position.max(S::zero()).min(S::one());
    (S::one() - x, x)
}

/// How two signals are faded into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FadeLaw {
    /// [`equal_power`]: for signals that have nothing to do with each other.
    #[default]
    EqualPower,
    /// [`equal_gain`]: for signals that are alike.
    Linear,
}

/// Calls `f` with the frame and a law's factors there; steady positions are converted once.
#[inline(always)]
fn with_law<S: Sample>(
    law: impl Fn(S) -> (S, S),
    at: Value<'_, S>,
    frames: usize,
    mut f: impl FnMut(usize, S, S),
) {
    match at {
        Value::Steady(at) => {
            let (a, b) = law(at);
            for i in 0..frames {
                f(i, a, b);
            }
        }
        Value::Moving(at) => {
            for (i, &at) in at.iter().take(frames).enumerate() {
                let (a, b) = law(at);
                f(i, a, b);
            }
        }
    }
}

/// Fades from `first` (position 0) to `second` (position 1). `[audio]`
#[inline(always)]
pub fn crossfade<S: Sample>(law: FadeLaw, position: Value<'_, S>, first: &[S], second: &[S], out: &mut [S]) {
    let frames = out.len().min(first.len()).min(second.len());
    let (first, second, out) = (&first[..frames], &second[..frames], &mut out[..frames]);
    match law {
        FadeLaw::EqualPower => with_law(
            #[inline(always)]
            |x| equal_power(x),
            position,
            frames,
            #[inline(always)]
            |i, a, b| out[i] = first[i] * a + second[i] * b,
        ),
        FadeLaw::Linear => with_law(
            #[inline(always)]
            |x| equal_gain(x),
            position,
            frames,
            #[inline(always)]
            |i, a, b| out[i] = first[i] * a + second[i] * b,
        ),
    }
}

/// From -1..=1 to 0..=1.
#[inline(always)]
fn unsigned<S: Sample>(position: S) -> S {
    position * S::splat(0.5) + S::splat(0.5)
}

/// The factors of left and right for a position from -1 to 1: see [`pan`].
#[inline(always)]
pub fn pan_law<S: Sample>(position: S) -> (S, S) {
    equal_power(unsigned(position))
}

/// Places a mono signal between left (-1) and right (1) at equal power: -3.01 dB on both sides in the middle, and exactly
/// nothing on the other side at the ends. `[audio]`
#[inline(always)]
pub fn pan<S: Sample>(position: Value<'_, S>, input: &[S], left: &mut [S], right: &mut [S]) {
    let frames = input.len().min(left.len()).min(right.len());
    let (input, left, right) = (&input[..frames], &mut left[..frames], &mut right[..frames]);
    with_law(
        #[inline(always)]
        |p| pan_law(p),
        position,
        frames,
        #[inline(always)]
        |i, a, b| {
            left[i] = input[i] * a;
            right[i] = input[i] * b;
        },
    );
}

/// The factors of the two sides for a balance from -1 (left only) to 1 (right only): the side turned to stays at 1, the other
/// follows a quarter of a cosine to exactly 0. In the middle both are 1. Limited to the range; NaN counts as the left.
#[inline(always)]
pub fn balance_law<S: Sample>(position: S) -> (S, S) {
    let (zero, one) = (S::zero(), S::one());
    let x = position.max(-one).min(one);
    let (left, _) = equal_power(x.max(zero));
    let (right, _) = equal_power((-x).max(zero));
    (left, right)
}

/// Turns a stereo signal towards a side without moving anything across ([`balance_law`]), in place. `[audio]`
#[inline(always)]
pub fn balance<S: Sample>(position: Value<'_, S>, left: &mut [S], right: &mut [S]) {
    let frames = left.len().min(right.len());
    let (left, right) = (&mut left[..frames], &mut right[..frames]);
    with_law(
        #[inline(always)]
        |x| balance_law(x),
        position,
        frames,
        #[inline(always)]
        |i, a, b| {
            left[i] *= a;
            right[i] *= b;
        },
    );
}

/// Scales the difference between the sides, in place: `width` 0 is mono, 1 leaves the signal as it is (but for rounding), 2
/// doubles the difference. From 0 to 2, limited to it; NaN counts as 0. The sum of the sides stays. `[audio]`
#[inline(always)]
pub fn width<S: Sample>(width: Value<'_, S>, left: &mut [S], right: &mut [S]) {
    let frames = left.len().min(right.len());
    let (left, right) = (&mut left[..frames], &mut right[..frames]);
    with_law(
        #[inline(always)]
        |width: S| (width.max(S::zero()).min(S::splat(2.0)), S::splat(0.5)),
        width,
        frames,
        #[inline(always)]
        |i, width, half| {
            let middle = (left[i] + right[i]) * half;
            let side = (left[i] - right[i]) * half * width;
            left[i] = middle + side;
            right[i] = middle - side;
        },
    );
}

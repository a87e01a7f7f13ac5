//! Elementary functions from additions, multiplications and divisions only, so that every processor gives the same bits.
//!
//! Each function is branch-free and generic over [`Sample`]. The errors stated hold for `f32` and its lanes, over the
//! stated range, and are measured against double precision by `tests/suite/math.rs`; for `f64` they are below 4e-15 unless
//! said otherwise. The polynomials for `f32` are minimax in the relative sense (Remez exchange, done for this file);
//! those for `f64` are Taylor sums long enough for the range. Arguments out of range give a finite number unless said
//! otherwise; NaN gives some number or NaN.

use crate::Sample;

/// `sin(2 pi x)` for `x` in `-0.25..=0.25` turns. Relative and absolute error below 2.2e-7.
#[inline(always)]
pub fn sin_quarter<S: Sample>(x: S) -> S {
    let y = x * x;
    if S::DOUBLE {
        // Taylor: (-1)^k (2 pi)^(2k+1) / (2k+1)!; the first term left out is 1.1e-17 at a quarter turn.
        let mut terms = [0.0; 11];
        let mut term = core::f64::consts::TAU;
        let mut k = 1.0;
        for t in &mut terms {
            *t = term;
            term *= -(core::f64::consts::TAU * core::f64::consts::TAU) / ((k + 1.0) * (k + 2.0));
            k += 2.0;
        }
        x * horner(y, &terms)
    } else {
        // Minimax for sin(2 pi x) / x in x^2, relative error 5.3e-9 before rounding.
        x * horner(
            y,
            &[
                6.283_185_273_790_823,
                -41.341_677_478_395_81,
                81.602_231_242_559_87,
                -76.574_992_171_787_99,
                39.710_918_036_888_18,
            ],
        )
    }
}

/// `sin(2 pi x)` for `x` turns, magnitudes up to 2^20. Absolute error below 2.2e-7 plus what the spacing of `x` gives.
#[inline(always)]
pub fn sin_turns<S: Sample>(x: S) -> S {
    sin_quarter(fold(x - (x + S::splat(0.5)).floor()))
}

/// `cos(2 pi x)` for `x` turns, magnitudes up to 2^20. Absolute error below 2.2e-7 plus what the spacing of `x` gives.
#[inline(always)]
pub fn cos_turns<S: Sample>(x: S) -> S {
    // cos(2 pi x) = sin(2 pi (1/4 - |x|)), and |x| is at most a half after reduction.
    let r = (x - (x + S::splat(0.5)).floor()).abs();
    sin_quarter(S::splat(0.25) - r)
}

/// From `-0.5..=0.5` turns to the quarter around zero with the same sine; exact.
#[inline(always)]
fn fold<S: Sample>(r: S) -> S {
    let quarter = S::splat(0.25);
    let half = S::splat(0.5);
    let high = S::select(quarter.lt(r), half - r, r);
    S::select(r.lt(-quarter), -half - r, high)
}

/// `tan(pi x)` for `x` in `0..0.5` (a frequency over the sampling rate): the prewarping of the bilinear transform.
/// Relative error below 3e-7 up to the last number below one half; out of the range the argument is limited to it.
#[inline(always)]
pub fn tan_pi<S: Sample>(x: S) -> S {
    let half = S::splat(0.5);
    // The largest argument keeps the cosine above zero, and so the quotient finite.
    let x = x.clamp(S::zero(), S::splat(if S::DOUBLE { 0.499_999_999_999_999_9 } else { 0.499_999_97 }));
    // cos(pi x) = sin(pi (1/2 - x)), and that difference is exact from a quarter on.
    sin_quarter(x * half) / sin_quarter((half - x) * half)
}

/// `2^x - 1`, accurate near zero. For `x` in `-126..=127`, limited to it outside: relative error below 1.8e-7.
#[inline(always)]
pub fn exp2_m1<S: Sample>(x: S) -> S {
    let (whole, part) = exp2_parts(x);
    whole * part + (whole - S::one())
}

/// `2^x`. For `x` in `-126..=127`, limited to it outside: relative error below 1.3e-7.
#[inline(always)]
pub fn exp2<S: Sample>(x: S) -> S {
    let (whole, part) = exp2_parts(x);
    whole * part + whole
}

/// `e^x`. For `x` in `-87.33..=88.02`, limited to it outside (`f64` -708.3 to 709): relative error below 1.3e-7.
#[inline(always)]
pub fn exp<S: Sample>(x: S) -> S {
    // ln 2 is taken away in two parts (Cody and Waite), of which the first has so few bits that its multiples are exact.
    const LN_2_HIGH: f64 = 0.693_359_375; // 355 / 512: 9 bits
    // What is left of ln 2, rounded once; a difference of doubles would have the error of ln 2 as a double in it.
    const LN_2_LOW: f64 = -2.121_944_400_546_905_8e-4;
    let (low, high) = if S::DOUBLE { (-708.3, 709.0) } else { (-87.33, 88.02) };
    let per_e = S::splat(core::f64::consts::LOG2_E);
    let x = x.clamp(S::splat(low), S::splat(high));
    let n = (x * per_e + S::splat(0.5)).floor();
    let rest = (x - n * S::splat(LN_2_HIGH)) - n * S::splat(LN_2_LOW);
    let whole = n.exp2_whole();
    whole * exp2_m1_half(rest * per_e) + whole
}

/// The nearest whole number as `2^n`, and `2^r - 1` for the rest `r`.
#[inline(always)]
fn exp2_parts<S: Sample>(x: S) -> (S, S) {
    let (low, high) = if S::DOUBLE { (-1022.0, 1023.0) } else { (-126.0, 127.0) };
    let x = x.clamp(S::splat(low), S::splat(high));
    let n = (x + S::splat(0.5)).floor();
    (n.exp2_whole(), exp2_m1_half(x - n))
}

/// `2^r - 1` for `r` in `-0.5..=0.5`.
#[inline(always)]
fn exp2_m1_half<S: Sample>(r: S) -> S {
    if S::DOUBLE {
        // Taylor: (ln 2)^k / k!; the first term left out is 1e-17 at one half.
        let mut terms = [0.0; 14];
        let mut term = core::f64::consts::LN_2;
        let mut k = 1.0;
        for t in &mut terms {
            *t = term;
            k += 1.0;
            term *= core::f64::consts::LN_2 / k;
        }
        r * horner(r, &terms)
    } else {
        // Minimax for (2^r - 1) / r, relative error 1.1e-8 before rounding.
        let terms = [
            0.693_147_187_926_693,
            0.240_226_497_949_622_6,
            0.055_503_574_336_426_6,
            0.009_618_237_494_907_014,
            0.001_339_073_547_760_787,
            0.000_154_035_123_675_535_5,
        ];
        r * horner(r, &terms)
    }
}

/// `log2(x)` for positive normal `x`. Relative error below 2.2e-7, near 1 as well (the sum of the
/// exponent and a logarithm of at most one half). Zero, negative and denormal numbers give a finite number.
#[inline(always)]
pub fn log2<S: Sample>(x: S) -> S {
    let one = S::one();
    let (e, m) = x.split();
    // To sqrt(1/2)..sqrt(2), so that the logarithm of a number just below one has no exponent to cancel.
    let high = S::splat(core::f64::consts::SQRT_2).lt(m);
    let m = S::select(high, m * S::splat(0.5), m);
    let e = S::select(high, e + one, e);
    // log2(m) = 2 / ln 2 * atanh(s), s = (m - 1) / (m + 1), |s| < 0.172.
    let s = (m - one) / (m + one);
    let y = s * s;
    let log = if S::DOUBLE {
        // Taylor: 2 / (ln 2 (2k + 1)); the first term left out is 2e-20 relative.
        let mut terms = [0.0; 12];
        let mut k = 1.0;
        for t in &mut terms {
            *t = 2.0 * core::f64::consts::LOG2_E / k;
            k += 2.0;
        }
        s * horner(y, &terms)
    } else {
        // Minimax for log2((1 + s) / (1 - s)) / s in s^2, relative error 7e-10 before rounding.
        s * horner(
            y,
            &[2.885_390_079_788_927, 0.961_798_847_641_743, 0.576_714_383_962_467_9, 0.431_735_879_207_038_6],
        )
    };
    e + log
}

/// The natural logarithm of positive normal `x`. Relative error below 2.9e-7, near 1 as well. Zero, negative and denormal
/// numbers give a finite number.
#[inline(always)]
pub fn ln<S: Sample>(x: S) -> S {
    log2(x) * S::splat(core::f64::consts::LN_2)
}

/// `x^y` for positive normal `x`; 0 where `x` is 0 or below. The power is limited to `2^-126..=2^127`. Relative error below
/// `1.3e-7 + 2.3e-7 |y log2(x)|`.
#[inline(always)]
pub fn pow<S: Sample>(x: S, y: S) -> S {
    S::select(S::zero().lt(x), exp2(y * log2(x)), S::zero())
}

/// Gain of a level: `10^(db / 20)`, for -700 to 700 dB (limited to it outside; `f64` -6000 to 6000). Relative error below
/// 1.3e-7.
#[inline(always)]
pub fn db_to_gain<S: Sample>(db: S) -> S {
    // A factor of two is 20 log10(2) = 6.0206 dB. It is taken away in two parts (Cody and Waite), of which the first has so
    // few bits that its multiples are exact: the rest keeps its precision however large the level is.
    const DOUBLING_HIGH: f64 = 6.020_507_812_5; // 12330 / 2048: 14 bits
    const DOUBLING_LOW: f64 = 20.0 * core::f64::consts::LOG10_2 - DOUBLING_HIGH;
    const PER_DB: f64 = 1.0 / (20.0 * core::f64::consts::LOG10_2);
    let limit = if S::DOUBLE { 6000.0 } else { 700.0 };
    let db = db.clamp(S::splat(-limit), S::splat(limit));
    let n = (db * S::splat(PER_DB) + S::splat(0.5)).floor();
    let rest = (db - n * S::splat(DOUBLING_HIGH)) - n * S::splat(DOUBLING_LOW);
    let whole = n.exp2_whole();
    whole * exp2_m1_half(rest * S::splat(PER_DB)) + whole
}

/// Level of a gain, `20 log10(gain)` in dB, for gains from 1e-37 to 1e38 (limited to it outside). Error below 3e-6 dB
/// within -20..20 dB and 5e-5 dB over the range (the spacing of `f32` numbers there).
#[inline(always)]
pub fn gain_to_db<S: Sample>(gain: S) -> S {
    log2(gain.clamp(S::splat(1e-37), S::splat(1e38))) * S::splat(20.0 * core::f64::consts::LOG10_2)
}

/// The hyperbolic tangent. Relative error below 2.7e-7 for every number.
#[inline(always)]
pub fn tanh<S: Sample>(x: S) -> S {
    // With q = e^(2x) - 1: tanh(x) = q / (q + 2). From |x| = 20 on the quotient has long been one.
    let limit = S::splat(20.0);
    let magnitude = x.abs().min(limit);
    let q = exp2_m1(magnitude * S::splat(2.0 * core::f64::consts::LOG2_E));
    let t = q / (q + S::splat(2.0));
    S::select(x.lt(S::zero()), -t, t)
}

/// `terms[0] + y (terms[1] + y (terms[2] + ...))`.
#[inline(always)]
fn horner<S: Sample, const N: usize>(y: S, terms: &[f64; N]) -> S {
    let mut sum = S::zero();
    for &t in terms.iter().rev() {
        sum = sum * y + S::splat(t);
    }
    sum
}

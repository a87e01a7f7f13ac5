//! How far the elementary functions are from double precision, over their whole ranges.

use std::f64::consts::{PI, TAU};

use sostenuto_dsp::math::*;
use sostenuto_dsp::{F32x4, F32x8, F32x16, Sample};

const POINTS: usize = 1 << 20;

fn sweep(low: f64, high: f64) -> impl Iterator<Item = f32> {
    (0..=POINTS).map(move |i| (low + (high - low) * i as f64 / POINTS as f64) as f32)
}

/// Numbers of every magnitude between two powers of two.
fn octaves(low: i32, high: i32) -> impl Iterator<Item = f32> {
    let steps = (high - low) as usize * 4096;
    (0..=steps).map(move |i| (2.0_f64).powf(f64::from(low) + i as f64 / 4096.0) as f32)
}

/// The largest relative error of `f` against `exact`.
fn relative(xs: impl Iterator<Item = f32>, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
    xs.map(|x| {
        let e = exact(f64::from(x));
        if e == 0.0 { f64::from(f(x)).abs() } else { (f64::from(f(x)) / e - 1.0).abs() }
    })
    .fold(0.0, f64::max)
}

fn absolute(xs: impl Iterator<Item = f32>, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> f64 {
    xs.map(|x| (f64::from(f(x)) - exact(f64::from(x))).abs()).fold(0.0, f64::max)
}

#[track_caller]
fn within(name: &str, error: f64, limit: f64) {
    println!("{name}: {error:.3e} (limit {limit:.1e})");
    assert!(error <= limit, "{name}: {error:e} is over {limit:e}");
}

#[test]
fn sine_and_cosine() {
    within("sin_quarter", relative(sweep(-0.25, 0.25), sin_quarter, |x| (TAU * x).sin()), 2.0e-7);
    within("sin_quarter, small", relative(octaves(-100, -2), sin_quarter, |x| (TAU * x).sin()), 2.0e-7);
    within("sin_turns", absolute(sweep(-2.0, 2.0), sin_turns, |x| (TAU * x).sin()), 1.8e-7);
    within("cos_turns", absolute(sweep(-2.0, 2.0), cos_turns, |x| (TAU * x).cos()), 1.8e-7);
    // Large arguments: reduced exactly in double precision for the comparison.
    let large = || sweep(-1_000_000.0, 1_000_000.0);
    within("sin_turns, large", absolute(large(), sin_turns, |x| (TAU * (x - x.round())).sin()), 1.8e-7);
    within("cos_turns, large", absolute(large(), cos_turns, |x| (TAU * (x - x.round())).cos()), 1.8e-7);
    for (x, s) in [(0.0_f32, 0.0_f32), (0.25, 1.0), (0.5, 0.0), (-0.25, -1.0), (0.75, -1.0)] {
        assert!((sin_turns(x) - s).abs() <= 6e-8, "sin({x} turns) = {}", sin_turns(x));
    }
}

#[test]
fn tangent() {
    let exact = |x: f64| (PI * x).sin() / (PI * (0.5 - x)).sin();
    within("tan_pi", relative(sweep(0.0, 0.4999), tan_pi, exact), 3.0e-7);
    within("tan_pi, small", relative(octaves(-40, -2), tan_pi, exact), 3.0e-7);
    within("tan_pi, near half", relative(octaves(-24, -3).map(|d| 0.5 - d), tan_pi, exact), 3.0e-7);
    assert!(tan_pi(0.5_f32).is_finite() && tan_pi(7.0_f32).is_finite() && tan_pi(-1.0_f32) == 0.0);
    assert!(tan_pi(0.5_f64).is_finite());
}

#[test]
fn powers_and_logarithms() {
    within("exp2", relative(sweep(-1.0, 1.0), exp2, f64::exp2), 1.3e-7);
    within("exp2, range", relative(sweep(-126.0, 127.0), exp2, f64::exp2), 1.3e-7);
    let m1 = |x: f64| libm::expm1(x * std::f64::consts::LN_2);
    within("exp2_m1", relative(sweep(-20.0, 20.0), exp2_m1, m1), 1.8e-7);
    within("exp2_m1, small", relative(octaves(-60, 0), exp2_m1, m1), 1.8e-7);
    within("exp2_m1, small negative", relative(octaves(-60, 0).map(|x| -x), exp2_m1, m1), 1.8e-7);
    within("log2", relative(octaves(-126, 127), log2, f64::log2), 2.2e-7);
    within("log2, near 1", relative(sweep(0.7, 1.5), log2, f64::log2), 2.2e-7);
    within("exp", relative(sweep(-1.0, 1.0), exp, f64::exp), 1.3e-7);
    within("exp, range", relative(sweep(-87.33, 88.02), exp, f64::exp), 1.3e-7);
    within("exp, small", relative(octaves(-60, 0), exp, f64::exp), 1.3e-7);
    within("exp, small negative", relative(octaves(-60, 0).map(|x| -x), exp, f64::exp), 1.3e-7);
    within("ln", relative(octaves(-126, 127), ln, f64::ln), 2.9e-7);
    within("ln, near 1", relative(sweep(0.7, 1.5), ln, f64::ln), 2.9e-7);
    assert_eq!(exp(0.0_f32), 1.0);
    assert_eq!(ln(1.0_f32), 0.0);
    assert_eq!(exp2(0.0_f32), 1.0);
    assert_eq!(exp2_m1(0.0_f32), 0.0);
    assert_eq!(log2(1.0_f32), 0.0);
    for n in -126..=127 {
        assert_eq!(exp2(n as f32), 2.0_f32.powi(n));
        assert_eq!(log2(2.0_f32.powi(n)), n as f32);
    }
    for x in [0.0_f32, -1.0, 1e-45, f32::MAX] {
        assert!(log2(x).is_finite() && ln(x).is_finite(), "log2({x})");
    }
}

#[test]
fn powers_of_everything() {
    // What multiplies the logarithm multiplies its error: the limit grows with it.
    for y in sweep(-8.0, 8.0).step_by(POINTS / 128).chain([0.001, -0.001, 30.0, -30.0]) {
        for x in octaves(-126, 127).step_by(61) {
            let power = f64::from(y) * f64::from(x).log2();
            if (-126.0..=127.0).contains(&power) {
                let error = (f64::from(pow(x, y)) / power.exp2() - 1.0).abs();
                assert!(error <= 1.3e-7 + 2.3e-7 * power.abs(), "{x:e}^{y}: off by {error:e}");
            }
        }
    }
    assert_eq!((pow(0.0_f32, 0.5), pow(-0.0_f32, 0.5), pow(-3.0_f32, 2.0)), (0.0, 0.0, 0.0));
    assert_eq!((pow(9.0_f32, 0.0), pow(1.0_f32, 1e30), pow(2.0_f32, 3.0)), (1.0, 1.0, 8.0));
}

#[test]
fn out_of_range_is_limited_to_the_range() {
    let (least, most) = (2.0_f32.powi(-126), 2.0_f32.powi(127));
    for far in [200.0_f32, 1e10, f32::MAX, f32::INFINITY] {
        assert_eq!((exp2(far), exp2(-far)), (most, least), "2^{far}");
        assert_eq!((exp(far), exp(-far)), (exp(88.02_f32), exp(-87.33_f32)), "e^{far}");
        assert_eq!((pow(10.0, far), pow(10.0, -far)), (most, least), "10^{far}");
        assert_eq!(
            (db_to_gain(700.0 + far), db_to_gain(-700.0 - far)),
            (db_to_gain(700.0), db_to_gain(-700.0))
        );
        assert_eq!((tan_pi(far), tan_pi(-far)), (tan_pi(0.499_999_97), 0.0), "tan(pi {far})");
        assert_eq!(exp(f64::from(far) * 5.0), exp(709.0_f64));
    }
    for level in [1e-40_f32, 0.0, -1.0] {
        assert_eq!(gain_to_db(level), gain_to_db(1e-37), "{level}");
    }
}

#[test]
fn decibels() {
    within("db_to_gain", relative(sweep(-150.0, 60.0), db_to_gain, |x| 10.0_f64.powf(x / 20.0)), 1.3e-7);
    within(
        "db_to_gain, range",
        relative(sweep(-700.0, 700.0), db_to_gain, |x| 10.0_f64.powf(x / 20.0)),
        1.3e-7,
    );
    within("gain_to_db", absolute(sweep(0.1, 10.0), gain_to_db, |x| 20.0 * x.log10()), 3e-6);
    within("gain_to_db, range", absolute(octaves(-120, 120), gain_to_db, |x| 20.0 * x.log10()), 5e-5);
    assert_eq!(db_to_gain(0.0_f32), 1.0);
    assert_eq!(gain_to_db(1.0_f32), 0.0);
}

#[test]
fn hyperbolic_tangent() {
    within("tanh", relative(sweep(-12.0, 12.0), tanh, f64::tanh), 2.5e-7);
    within("tanh, small", relative(octaves(-60, 6), tanh, f64::tanh), 2.5e-7);
    assert_eq!(tanh(1000.0_f32), 1.0);
    assert_eq!(tanh(-1000.0_f32), -1.0);
    assert_eq!(tanh(0.0_f32), 0.0);
}

#[test]
fn double_precision_is_long() {
    let mut worst = [0.0_f64; 8];
    for i in 0..200_000 {
        let u = i as f64 / 200_000.0;
        let x = u * 40.0 - 20.0;
        let errors = [
            (sin_turns(u * 4.0 - 2.0) - (TAU * (u * 4.0 - 2.0)).sin()).abs(),
            (tan_pi(u * 0.4999) - (PI * u * 0.4999).tan()).abs() / (PI * u * 0.4999).tan().max(1e-9),
            (exp2(x) / x.exp2() - 1.0).abs(),
            (log2(u * 9.0 + 0.1) - (u * 9.0 + 0.1).log2()).abs(),
            (db_to_gain(x * 6.0) / 10.0_f64.powf(x * 0.3) - 1.0).abs(),
            (tanh(x) - x.tanh()).abs(),
            (exp(x * 35.0) / (x * 35.0).exp() - 1.0).abs(),
            (ln(u * 9.0 + 0.1) - (u * 9.0 + 0.1).ln()).abs(),
        ];
        for (w, e) in worst.iter_mut().zip(errors) {
            *w = w.max(e);
        }
    }
    println!("{worst:?}");
    // tan is compared with the library's own rounding of its argument, hence the wider limit near one half.
    for (w, limit) in worst.iter().zip([1e-14, 2e-12, 4e-15, 4e-15, 4e-15, 4e-15, 4e-15, 4e-15]) {
        assert!(*w < limit, "{worst:?}");
    }
}

fn lanes_agree<S: Sample>() {
    type Pair<S> = (fn(f32) -> f32, fn(S) -> S);
    let functions: [Pair<S>; 11] = [
        (sin_turns, sin_turns),
        (cos_turns, cos_turns),
        (tan_pi, tan_pi),
        (exp2, exp2),
        (exp2_m1, exp2_m1),
        (log2, log2),
        (db_to_gain, db_to_gain),
        (gain_to_db, gain_to_db),
        (tanh, tanh),
        (exp, exp),
        (ln, ln),
    ];
    for (n, (one, many)) in functions.into_iter().enumerate() {
        for i in 0..4000 {
            let x = |lane: usize| ((i * S::LANES + lane) as f64 * 0.37).sin() * (1.0 + i as f64 * 0.01);
            let y = many(S::from_lanes(x));
            for lane in 0..S::LANES {
                let alone = one(x(lane) as f32);
                assert_eq!((y.lane(lane) as f32).to_bits(), alone.to_bits(), "function {n}, x = {}", x(lane));
            }
        }
    }
}

#[test]
fn every_lane_gives_the_bits_of_one_signal() {
    lanes_agree::<F32x4>();
    lanes_agree::<F32x8>();
    lanes_agree::<F32x16>();
}

#[test]
fn the_pieces_of_a_number() {
    for x in octaves(-126, 127) {
        let (e, m) = x.split();
        assert!((1.0..2.0).contains(&m), "{x} has significand {m}");
        assert_eq!(m * e.exp2_whole(), x);
    }
    for i in -1022..=1023 {
        assert_eq!(f64::from(i).exp2_whole(), 2.0_f64.powi(i));
        assert_eq!((1.75 * 2.0_f64.powi(i)).split(), (f64::from(i), 1.75));
    }
}

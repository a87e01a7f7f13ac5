//! The laws of gain, pan, balance, width and crossfade against double precision.

use std::f64::consts::FRAC_PI_2;

use proptest::prelude::*;
use sostenuto_dsp::amplitude::*;
use sostenuto_dsp::{Sample, Value};

const POINTS: usize = 100_000;

fn sweep(low: f64, high: f64) -> impl Iterator<Item = f32> {
    (0..=POINTS).map(move |i| (low + (high - low) * i as f64 / POINTS as f64) as f32)
}

#[test]
fn gain_is_exact_at_both_ends_of_the_scale() {
    assert_eq!(gain_of(0.0_f32), 1.0);
    for silent in [-120.0_f32, -120.1, -1e9, f32::NEG_INFINITY, f32::NAN] {
        assert_eq!(gain_of(silent), 0.0, "{silent} dB");
    }
    assert!(gain_of(-119.99_f32) > 0.0);
    for db in sweep(-119.99, 60.0) {
        let exact = 10.0_f64.powf(f64::from(db) / 20.0);
        assert!((f64::from(gain_of(db)) / exact - 1.0).abs() < 1.3e-7, "{db} dB");
    }
}

#[test]
fn equal_power_keeps_the_power() {
    for x in sweep(0.0, 1.0) {
        let (a, b) = equal_power(x);
        let (a, b) = (f64::from(a), f64::from(b));
        assert!((a - (FRAC_PI_2 * f64::from(x)).cos()).abs() < 2e-7, "{x}");
        assert!((b - (FRAC_PI_2 * f64::from(x)).sin()).abs() < 2e-7, "{x}");
        assert!((a * a + b * b - 1.0).abs() < 4e-7, "{x}");
    }
    assert_eq!(equal_power(0.0_f32), (1.0, 0.0));
    assert_eq!(equal_power(1.0_f32), (0.0, 1.0));
    assert_eq!(equal_power(-3.0_f32), (1.0, 0.0));
    assert_eq!(equal_power(f32::INFINITY), (0.0, 1.0));
    assert_eq!(equal_power(f32::NAN), (1.0, 0.0));
    let (left, right) = equal_power(0.5_f32);
    assert_eq!(left, right);
    assert!((20.0 * left.log10() + 3.0103).abs() < 1e-3);
}

#[test]
fn balance_leaves_the_side_it_turns_to() {
    assert_eq!(balance_law(0.0_f32), (1.0, 1.0));
    assert_eq!(balance_law(-1.0_f32), (1.0, 0.0));
    assert_eq!(balance_law(1.0_f32), (0.0, 1.0));
    for x in sweep(-1.0, 1.0) {
        let (left, right) = balance_law(x);
        let other = (FRAC_PI_2 * f64::from(x).abs()).cos();
        let expected = if x < 0.0 { (1.0, other) } else { (other, 1.0) };
        assert!(
            (f64::from(left) - expected.0).abs() < 2e-7 && (f64::from(right) - expected.1).abs() < 2e-7,
            "{x}"
        );
    }
}

#[test]
fn pan_is_exact_at_the_ends() {
    let input = [0.3_f32, -0.7, 1.0];
    let (mut left, mut right) = ([9.0_f32; 3], [9.0_f32; 3]);
    pan(Value::Steady(-1.0), &input, &mut left, &mut right);
    assert_eq!((left, right), (input, [0.0; 3].map(|x: f32| x)));
    pan(Value::Steady(1.0), &input, &mut left, &mut right);
    assert_eq!((left, right), ([0.0; 3], input));
    pan(Value::Steady(0.0), &input, &mut left, &mut right);
    assert_eq!(left, right);
    assert!((left[2] - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-7);
}

fn signal() -> impl Strategy<Value = Vec<(f32, f32)>> {
    prop::collection::vec((-1.0_f32..1.0, -1.0_f32..1.0), 1..200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blocks_follow_the_laws(signal in signal(), at in -1.2_f32..2.2) {
        let (a, b): (Vec<f32>, Vec<f32>) = signal.iter().copied().unzip();
        let at64 = f64::from(at);
        let mut out = vec![0.0; a.len()];
        let near = |found: f32, exact: f64| (f64::from(found) - exact).abs() < 1e-6;

        let position = at64.clamp(0.0, 1.0);
        crossfade(FadeLaw::EqualPower, Value::Steady(at), &a, &b, &mut out);
        for i in 0..a.len() {
            let angle = FRAC_PI_2 * position;
            prop_assert!(near(out[i], f64::from(a[i]) * angle.cos() + f64::from(b[i]) * angle.sin()));
        }
        crossfade(FadeLaw::Linear, Value::Steady(at), &a, &b, &mut out);
        for i in 0..a.len() {
            prop_assert!(near(out[i], f64::from(a[i]) * (1.0 - position) + f64::from(b[i]) * position));
        }
        gain(Value::Steady(at * 20.0 - 10.0), &a, &mut out);
        for i in 0..a.len() {
            prop_assert!(near(out[i] / 40.0, f64::from(a[i]) * 10.0_f64.powf(at64 - 0.5) / 40.0));
        }
        let (mut left, mut right) = (a.clone(), b.clone());
        width(Value::Steady(at), &mut left, &mut right);
        for i in 0..a.len() {
            let (l, r) = (f64::from(a[i]), f64::from(b[i]));
            let side = (l - r) / 2.0 * at64.clamp(0.0, 2.0);
            prop_assert!(near(left[i], (l + r) / 2.0 + side) && near(right[i], (l + r) / 2.0 - side));
        }
        let (mut left, mut right) = (a.clone(), b.clone());
        balance(Value::Steady(at), &mut left, &mut right);
        let turned = at64.clamp(-1.0, 1.0);
        for i in 0..a.len() {
            prop_assert!(near(left[i], f64::from(a[i]) * (FRAC_PI_2 * turned.max(0.0)).cos()));
            prop_assert!(near(right[i], f64::from(b[i]) * (FRAC_PI_2 * (-turned).max(0.0)).cos()));
        }
    }
}

#[test]
fn mono_and_doubled_width() {
    let (mut left, mut right) = ([1.0_f32, 0.5], [0.0_f32, -0.5]);
    width(Value::Steady(0.0), &mut left, &mut right);
    assert_eq!((left, right), ([0.5, 0.0], [0.5, 0.0]));
    let (mut left, mut right) = ([1.0_f32, 0.5], [0.0_f32, -0.5]);
    width(Value::Steady(2.0), &mut left, &mut right);
    assert_eq!((left, right), ([1.5, 1.0], [-0.5, -1.0]));
    assert!(left.iter().all(|x| x.lane(0).is_finite()));
}

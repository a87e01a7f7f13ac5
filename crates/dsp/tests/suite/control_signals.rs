//! LFO, slew, sample and hold, impulses: against what they are defined to be.

use std::f64::consts::TAU;

use proptest::prelude::*;
use sostenuto_dsp::{F32x4, Impulse, Lfo, LfoMode, LfoShape, Sample, SampleHold, Slew, Value, constant};

const RATE: f64 = 48_000.0;

fn lfo(shape: LfoShape, frequency: f32, width: f32, frames: usize) -> Vec<f32> {
    let mut lfo = Lfo::<f32>::new(RATE, |_| 1);
    lfo.set_shape(shape);
    let mut out = vec![0.0; frames];
    lfo.process(
        Value::Steady(frequency),
        Value::Steady(0.0),
        Value::Steady(width),
        Value::Steady(0.0),
        &mut out,
    );
    out
}

#[test]
fn lfo_shapes_are_what_they_say() {
    let frames = 200_000;
    for frequency in [0.013_f32, 0.5, 3.7, 211.0] {
        let cycles = |n: usize| (f64::from(frequency) * n as f64 / RATE).fract();
        let check = |shape: LfoShape, exact: &dyn Fn(f64) -> f64| {
            for (n, &x) in lfo(shape, frequency, 0.3, frames).iter().enumerate() {
                let turns = cycles(n);
                // Jumps may fall a frame to either side of the rounding of the reference.
                if [0.0, 0.3, 1.0].iter().all(|edge| (turns - edge).abs() > 1e-7) {
                    let error = (f64::from(x) - exact(turns)).abs();
                    assert!(error < 3e-7, "{shape:?} at {turns}: {x}, {error:e}");
                }
            }
        };
        check(LfoShape::Sine, &|t| (TAU * t).sin());
        check(LfoShape::SawUp, &|t| 2.0 * t - 1.0);
        check(LfoShape::SawDown, &|t| 1.0 - 2.0 * t);
        check(LfoShape::Square, &|t| if t < 0.3 { 1.0 } else { -1.0 });
        check(LfoShape::Triangle, &|t| {
            if t < 0.25 {
                4.0 * t
            } else if t < 0.75 {
                2.0 - 4.0 * t
            } else {
                4.0 * t - 4.0
            }
        });
    }
}

#[test]
fn random_shapes_step_and_glide() {
    let frequency = 100.0;
    let steps = lfo(LfoShape::RandomStep, frequency, 0.5, 48_000);
    let smooth = lfo(LfoShape::RandomSmooth, frequency, 0.5, 48_000);
    let levels: Vec<f32> = steps.chunks(480).map(|cycle| cycle[0]).collect();
    for (cycle, level) in steps.chunks(480).zip(&levels) {
        assert!(cycle.iter().all(|x| x == level) && level.abs() < 1.0);
    }
    let mean = levels.iter().sum::<f32>() / levels.len() as f32;
    // Five standard deviations of the mean of 100 uniform numbers.
    assert!(mean.abs() < 0.29, "{mean}");
    assert!(levels.windows(2).all(|pair| pair[0] != pair[1]));
    for (k, pair) in levels.windows(2).enumerate() {
        for n in 0..480 {
            let x = n as f64 / 480.0;
            let exact = f64::from(pair[0]) + f64::from(pair[1] - pair[0]) * (3.0 * x * x - 2.0 * x * x * x);
            assert!((f64::from(smooth[480 * k + n]) - exact).abs() < 1e-6);
        }
    }
}

#[test]
fn one_shot_runs_once_and_a_trigger_starts_it_in_its_frame() {
    let mut lfo = Lfo::<f32>::new(RATE, |_| 1);
    lfo.set_shape(LfoShape::SawUp);
    lfo.set_mode(LfoMode::OneShot);
    let mut trigger = vec![0.0_f32; 3000];
    trigger[1700..1750].fill(1.0);
    trigger[1800] = 1.0;
    let mut out = vec![0.0; 3000];
    lfo.process(
        Value::Steady(48.0),
        Value::Steady(0.0),
        Value::Steady(0.5),
        Value::Moving(&trigger),
        &mut out,
    );
    assert_eq!(out[0], -1.0);
    assert!((out[500]).abs() < 1e-6);
    assert!(out[1000..1700].iter().all(|&x| (x - 1.0).abs() < 1e-6));
    assert_eq!(out[1700], -1.0);
    assert!((out[1799] - (-1.0 + 0.002 * 99.0)).abs() < 1e-6);
    assert_eq!(out[1800], -1.0);
    assert!(out[2800..].iter().all(|&x| (x - 1.0).abs() < 1e-6));
    assert_eq!(lfo.over(), 1);
    lfo.set_mode(LfoMode::Free);
    assert_eq!(lfo.over(), 0);
    lfo.process(Value::Steady(48.0), Value::Steady(0.0), Value::Steady(0.5), Value::Steady(0.0), &mut out);
    assert!(out[500].abs() < 1e-6, "{}", out[500]);
}

#[test]
fn offsets_shift_the_lfo() {
    let mut shifted = Lfo::<f32>::new(RATE, |_| 1);
    let mut out = vec![0.0; 4800];
    shifted.process(
        Value::Steady(10.0),
        Value::Steady(0.25),
        Value::Steady(0.5),
        Value::Steady(0.0),
        &mut out,
    );
    for (n, &x) in out.iter().enumerate() {
        assert!((f64::from(x) - (TAU * n as f64 / 4800.0).cos()).abs() < 3e-7);
    }
    let mut lanes = vec![F32x4::zero(); 100];
    let frequency = F32x4::from_lanes(|lane| 100.0 * (lane + 1) as f64);
    let zero = Value::Steady(F32x4::zero());
    Lfo::<F32x4>::new(RATE, |lane| lane as u64).process(
        Value::Steady(frequency),
        zero,
        zero,
        zero,
        &mut lanes,
    );
    assert!((lanes[50].lane(3) - (TAU * 400.0 * 50.0 / RATE).sin()).abs() < 3e-7);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slew_follows_its_reference(
        input in prop::collection::vec((-1.0_f32..1.0, 1_usize..40), 1..20),
        rise in 1.0_f32..3000.0,
        fall in 1.0_f32..3000.0,
    ) {
        let input: Vec<f32> = input.iter().flat_map(|&(x, n)| std::iter::repeat_n(x, n)).collect();
        let mut out = vec![0.0; input.len()];
        Slew::<f32>::new(RATE).process(&input, Value::Steady(rise), Value::Steady(fall), &mut out);
        let mut level = f64::from(input[0]);
        for (i, (&x, &y)) in input.iter().zip(&out).enumerate() {
            let step = f64::from(x) - level;
            level += step.clamp(-f64::from(fall) / RATE, f64::from(rise) / RATE);
            prop_assert!((f64::from(y) - level).abs() < 2e-5, "frame {}: {} instead of {}", i, y, level);
        }
    }

    #[test]
    fn sample_and_hold_follows_its_reference(frames in prop::collection::vec((-1.0_f32..1.0, 0.0_f32..1.0), 1..300)) {
        let (input, trigger): (Vec<f32>, Vec<f32>) = frames.iter().copied().unzip();
        let mut out = vec![0.0; input.len()];
        let mut kernel = SampleHold::<f32>::new();
        kernel.process(&input, Value::Moving(&trigger), &mut out);
        let (mut held, mut on) = (0.0, false);
        for i in 0..input.len() {
            if trigger[i] > 0.5 && !on {
                held = input[i];
            }
            on = trigger[i] > 0.5;
            prop_assert_eq!(out[i], held);
        }
        prop_assert_eq!(kernel.held(), held);
    }

    #[test]
    fn impulses_fall_where_their_period_ends(frequency in 1.0_f32..23_000.0) {
        let mut out = vec![0.0; 20_000];
        Impulse::<f32>::new(RATE)
            .process(Value::Steady(frequency), Value::Steady(0.0), Value::Steady(0.7), &mut out);
        let found: Vec<usize> = (0..out.len()).filter(|&i| out[i] != 0.0).collect();
        let period = RATE / f64::from(frequency);
        for (k, &frame) in found.iter().enumerate() {
            // The first frame at or after its time; less than the rounding of this reference late does not count.
            let due = k as f64 * period;
            prop_assert_eq!(frame as f64, (due - 1e-8).ceil(), "{} is due at {}", k, due);
            prop_assert_eq!(out[frame], 0.7);
        }
        prop_assert!((found.len() as f64 - 20_000.0 / period).abs() <= 1.0);
    }
}

#[test]
fn slew_arrives_exactly_and_obeys_its_special_speeds() {
    let mut out = [0.0_f32; 5];
    let mut slew = Slew::<f32>::new(RATE);
    let steady = Value::Steady;
    slew.process(&[0.0, 1.0, 1.0, 0.25, 0.3], steady(f32::INFINITY), steady(24_000.0), &mut out);
    assert_eq!(out, [0.0, 1.0, 1.0, 0.5, 0.3]);
    slew.process(&[1.0, -1.0, f32::MAX, 0.0, 0.0], steady(0.0), steady(f32::NAN), &mut out);
    assert_eq!(out, [0.3; 5]);
    slew.reset();
    slew.process(&[-4.0; 5], steady(0.0), steady(0.0), &mut out);
    assert_eq!(out, [-4.0; 5]);
    assert_eq!(slew.level(), -4.0);
}

#[test]
fn impulses_can_be_triggered_one_by_one() {
    let mut impulse = Impulse::<f32>::new(RATE);
    let mut trigger = [0.0_f32; 200];
    trigger[10] = 1.0;
    trigger[90..120].fill(1.0);
    let mut out = [0.0_f32; 200];
    impulse.process(Value::Steady(0.0), Value::Moving(&trigger), Value::Steady(1.0), &mut out);
    let found: Vec<usize> = (0..200).filter(|&i| out[i] != 0.0).collect();
    assert_eq!(found, [10, 90]);
    // A trigger starts the period anew: 4800 Hz is every 10 frames.
    impulse.reset();
    let mut trigger = [0.0_f32; 60];
    trigger[23] = 1.0;
    let mut out = [0.0_f32; 60];
    impulse.process(Value::Steady(4800.0), Value::Moving(&trigger), Value::Steady(1.0), &mut out);
    let found: Vec<usize> = (0..60).filter(|&i| out[i] != 0.0).collect();
    assert_eq!(found[..3], [0, 10, 20]);
    assert!(
        found[3..].iter().enumerate().all(|(k, &frame)| (23 + 10 * k..=24 + 10 * k).contains(&frame)),
        "{found:?}"
    );
}

#[test]
fn whole_periods_fall_on_whole_frames() {
    for period in [3, 7, 10, 11, 480, 999, 24_000, 44_100] {
        for rate in [44_100.0, 48_000.0, 192_000.0] {
            let frequency = rate / f64::from(period);
            // Only what an f32 holds exactly can have a whole period.
            if f64::from(frequency as f32) != frequency {
                continue;
            }
            let frames = 3_000_000;
            let mut out = vec![0.0; frames];
            let zero = Value::Steady(0.0);
            Impulse::<f32>::new(rate).process(
                Value::Steady(frequency as f32),
                zero,
                Value::Steady(1.0),
                &mut out,
            );
            assert!((0..frames).all(|i| (out[i] != 0.0) == (i % period as usize == 0)), "{period} at {rate}");
        }
    }
}

#[test]
fn a_constant_is_constant() {
    let mut out = [0.0_f32; 3];
    constant(Value::Steady(0.25), &mut out);
    assert_eq!(out, [0.25; 3]);
    constant(Value::Moving(&[1.0, 2.0, 3.0]), &mut out);
    assert_eq!(out, [1.0, 2.0, 3.0]);
}

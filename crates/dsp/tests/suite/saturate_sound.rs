//! What saturation adds: the curve's harmonics, and as little else as stated.

use crate::kernel;

use kernel::{Noise, db, error_db, level, sine};
use sostenuto_dsp::{Oversampling, Saturator, SaturatorParams, Value};

const RATE: f64 = 48_000.0;
const ALL: [Oversampling; 4] =
    [Oversampling::None, Oversampling::Two, Oversampling::Four, Oversampling::Eight];

fn run(factor: Oversampling, drive: f32, mix: f32, input: &[f32]) -> (Vec<f32>, usize) {
    let mut kernel = Saturator::<f32>::new(factor);
    let mut out = vec![0.0; input.len()];
    let params = SaturatorParams { drive: Value::Steady(drive), mix: Value::Steady(mix) };
    kernel.process(0, input, &params, &mut out);
    (out, kernel.latency())
}

/// The loudest alias below 20 kHz relative to the fundamental, in dB, for a sine of amplitude 1 close to `frequency`.
fn alias(factor: Oversampling, frequency: f64, drive: f32) -> f64 {
    // A prime number of cycles in 48,000 frames: harmonics and their aliases fall onto whole bins, and all onto different ones.
    let cycles = frequency as usize + 3;
    let (out, _) = run(factor, drive, 1.0, &sine(96_000, cycles as f64 / RATE, 1.0));
    let tail = &out[48_000..];
    let fundamental = level(tail, cycles as f64 / RATE);
    // Odd harmonics up to the 401st, folded at 48 kHz; those within the band as they are do not count.
    let mut worst = 0.0_f64;
    for harmonic in (3..=401).step_by(2) {
        let place = harmonic * cycles;
        let folded = place % 48_000;
        let folded = folded.min(48_000 - folded);
        if place > 24_000 && folded < 20_000 && folded % cycles > 3 && cycles - folded % cycles > 3 {
            worst = worst.max(level(tail, folded as f64 / RATE));
        }
    }
    db(worst / fundamental)
}

#[test]
fn aliases_are_as_stated() {
    for (factor, at_1_khz, at_5_khz) in [
        (Oversampling::None, -45.0, -28.0),
        (Oversampling::Two, -83.0, -47.0),
        (Oversampling::Four, -140.0, -63.5),
        (Oversampling::Eight, -140.0, -93.5),
    ] {
        let (low, high) = (alias(factor, 1000.0, 24.0), alias(factor, 5000.0, 24.0));
        println!("{factor:?}: loudest alias {low:.1} dB at 1 kHz, {high:.1} dB at 5 kHz");
        assert!(low < at_1_khz && high < at_5_khz, "{factor:?}: {low}, {high}");
    }
}

#[test]
fn small_signals_pass_and_the_curve_is_the_curve() {
    for factor in ALL {
        // -60 dBFS: the curve takes x³/2, 1e-9 of that, and the mean of two frames 0.002 dB at 500 Hz without oversampling.
        let input = sine(48_000, 500.0 / RATE, 0.001);
        let (out, latency) = run(factor, 0.0, 1.0, &input);
        let loss = db(level(&out[24_000..], 500.0 / RATE) / 0.001);
        assert!(loss.abs() < 0.01, "{factor:?}: {loss}");
        // A constant comes out as the curve says, to the ripple of the filters.
        for x in [0.25_f32, 1.0, -3.0] {
            let (out, _) = run(factor, 6.0, 1.0, &[x; 1000]);
            let driven = f64::from(x) * 10_f64.powf(0.3);
            let expected = driven / (1.0 + driven * driven).sqrt();
            assert!((f64::from(out[999]) - expected).abs() < 2e-6, "{factor:?} {x}: {}", out[999]);
        }
        let impulse: Vec<f32> = (0..300).map(|i| if i == 0 { 0.001 } else { 0.0 }).collect();
        let (out, _) = run(factor, 0.0, 1.0, &impulse);
        let peak = out.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |p| p.0);
        assert!(peak == latency || peak == latency + 1, "{factor:?}: peak at {peak}, latency {latency}");
    }
}

#[test]
fn the_treble_falls_by_as_much_as_stated() {
    for (factor, most) in [(Oversampling::Two, 1.3), (Oversampling::Four, 0.31), (Oversampling::Eight, 0.08)]
    {
        for frequency in [1000.0, 8000.0, 16_000.0, 20_000.0] {
            let (out, _) = run(factor, 0.0, 1.0, &sine(48_000, frequency / RATE, 0.001));
            let loss = -db(level(&out[24_000..], frequency / RATE) / 0.001);
            println!("{factor:?} at {frequency}: {loss:.3} dB");
            assert!(
                loss < if frequency > 16_000.0 { most * 1.7 } else { most } && loss > -0.01,
                "{factor:?} {frequency}: {loss}"
            );
        }
    }
}

#[test]
fn without_oversampling_it_agrees_with_its_definition() {
    let input = Noise::new(9).block(20_000, 2.0);
    let (out, _) = run(Oversampling::None, 12.0, 1.0, &input);
    let gain = 10_f64.powf(12.0 / 20.0);
    let mut last = 0.0_f64;
    let reference: Vec<f64> = input
        .iter()
        .map(|x| {
            let now = f64::from(*x) * gain;
            // The antiderivative method as published: a difference of antiderivatives over the way.
            let antiderivative = |x: f64| (1.0 + x * x).sqrt();
            let mean = match (now - last).abs() < 1e-6 {
                true => now / (1.0 + now * now).sqrt(),
                false => (antiderivative(now) - antiderivative(last)) / (now - last),
            };
            last = now;
            mean
        })
        .collect();
    let error = error_db(&out, &reference);
    println!("saturator against its definition: {error:.1} dB");
    assert!(error < -125.0, "{error}");
}

#[test]
fn mix_zero_is_the_input_late_and_the_end_is_exact_silence() {
    for factor in ALL {
        let input = Noise::new(1).block(1000, 1.0);
        let (out, latency) = run(factor, 24.0, 0.0, &input);
        assert_eq!(out[latency..], input[..1000 - latency]);

        let mut kernel = Saturator::<f32>::new(factor);
        assert!(kernel.is_silent());
        let params = SaturatorParams { drive: Value::Steady(24.0), mix: Value::Steady(1.0) };
        let mut out = vec![0.0; 1000];
        kernel.process(0, &input, &params, &mut out);
        assert!(!kernel.is_silent());
        kernel.process(1000, &[0.0; 300], &params, &mut out[..300]);
        assert!(kernel.is_silent(), "{factor:?}");
    }
}

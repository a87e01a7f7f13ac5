//! The filters agree with a double-precision direct form of the Audio EQ Cookbook.

use crate::kernel;

use core::f64::consts::{PI, TAU};

use kernel::{Noise, db, error_db, level, sine};
use sostenuto_dsp::{
    Biquad, BiquadParams, DcBlocker, Double, Native, OnePole, OnePoleKind, Precision, Shape, Svf, SvfOutputs,
    Value,
};

/// b0, b1, b2, a1, a2 with a0 = 1: R. Bristow-Johnson, Audio EQ Cookbook, literally.
fn cookbook(shape: Shape, rate: f64, f0: f64, q: f64, gain: f64) -> [f64; 5] {
    let a = 10_f64.powf(gain / 40.0);
    let w = TAU * f0 / rate;
    let (c, alpha) = (w.cos(), w.sin() / (2.0 * q));
    let root = 2.0 * a.sqrt() * alpha;
    let (b, d) = match shape {
        Shape::Lowpass => ([(1.0 - c) / 2.0, 1.0 - c, (1.0 - c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha]),
        Shape::Highpass => {
            ([(1.0 + c) / 2.0, -1.0 - c, (1.0 + c) / 2.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha])
        }
        Shape::BandpassSkirt => ([q * alpha, 0.0, -q * alpha], [1.0 + alpha, -2.0 * c, 1.0 - alpha]),
        Shape::BandpassPeak => ([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * c, 1.0 - alpha]),
        Shape::Notch => ([1.0, -2.0 * c, 1.0], [1.0 + alpha, -2.0 * c, 1.0 - alpha]),
        Shape::Allpass => ([1.0 - alpha, -2.0 * c, 1.0 + alpha], [1.0 + alpha, -2.0 * c, 1.0 - alpha]),
        Shape::Peaking => {
            ([1.0 + alpha * a, -2.0 * c, 1.0 - alpha * a], [1.0 + alpha / a, -2.0 * c, 1.0 - alpha / a])
        }
        Shape::LowShelf => (
            [
                a * ((a + 1.0) - (a - 1.0) * c + root),
                2.0 * a * ((a - 1.0) - (a + 1.0) * c),
                a * ((a + 1.0) - (a - 1.0) * c - root),
            ],
            [
                (a + 1.0) + (a - 1.0) * c + root,
                -2.0 * ((a - 1.0) + (a + 1.0) * c),
                (a + 1.0) + (a - 1.0) * c - root,
            ],
        ),
        Shape::HighShelf => (
            [
                a * ((a + 1.0) + (a - 1.0) * c + root),
                -2.0 * a * ((a - 1.0) + (a + 1.0) * c),
                a * ((a + 1.0) + (a - 1.0) * c - root),
            ],
            [
                (a + 1.0) - (a - 1.0) * c + root,
                2.0 * ((a - 1.0) - (a + 1.0) * c),
                (a + 1.0) - (a - 1.0) * c - root,
            ],
        ),
    };
    [b[0] / d[0], b[1] / d[0], b[2] / d[0], d[1] / d[0], d[2] / d[0]]
}

fn direct_form(c: [f64; 5], input: &[f32]) -> Vec<f64> {
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    input
        .iter()
        .map(|&x| {
            let x = f64::from(x);
            let y = c[0] * x + c[1] * x1 + c[2] * x2 - c[3] * y1 - c[4] * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            y
        })
        .collect()
}

fn signals(rate: f64, f0: f64) -> [Vec<f32>; 3] {
    let frames = 24_000;
    let mut impulse = vec![0.0; frames];
    impulse[0] = 1.0;
    [Noise::new(7).block(frames, 1.0), sine(frames, f0 / rate, 1.0), impulse]
}

fn run<P: Precision>(shape: Shape, rate: f64, [f0, q, gain]: [f64; 3], input: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; input.len()];
    let params = BiquadParams {
        cutoff: Value::Steady(f0 as f32),
        q: Value::Steady(q as f32),
        gain: Value::Steady(gain as f32),
    };
    Biquad::<f32, P>::new(shape, rate).process(0, input, &params, &mut out);
    out
}

const RATES: [f64; 4] = [44_100.0, 48_000.0, 96_000.0, 192_000.0];
const CUTOFFS: [f64; 7] = [20.0, 60.0, 200.0, 1000.0, 5000.0, 12_000.0, 20_000.0];
const QS: [f64; 4] = [0.1, core::f64::consts::FRAC_1_SQRT_2, 5.0, 40.0];

/// The worst error over the grid, and where it is.
fn worst<P: Precision>(shapes: &[Shape], cutoffs: &[f64], qs: &[f64], rates: &[f64]) -> (f64, String) {
    let mut worst = (-1e9, String::new());
    for &rate in rates {
        for &f0 in cutoffs {
            for input in signals(rate, f0) {
                for &shape in shapes {
                    for &q in qs {
                        for gain in if shape.has_gain() { vec![-18.0, 12.0] } else { vec![0.0] } {
                            let q = f64::from(q as f32);
                            let reference = direct_form(cookbook(shape, rate, f0, q, gain), &input);
                            let error = error_db(&run::<P>(shape, rate, [f0, q, gain], &input), &reference);
                            if error > worst.0 {
                                worst = (error, format!("{shape:?} {f0} Hz Q {q} {gain} dB at {rate}"));
                            }
                        }
                    }
                }
            }
        }
    }
    worst
}

#[test]
fn biquad_agrees_with_the_cookbook_to_144_db() {
    let (error, place) = worst::<Double>(&Shape::ALL, &CUTOFFS, &QS, &RATES);
    println!("double state: {error:.1} dB at {place}");
    assert!(error < -144.0, "{error} dB at {place}");
}

#[test]
fn single_precision_biquad_is_as_inaccurate_as_documented() {
    let (error, place) = worst::<Native>(&Shape::ALL, &CUTOFFS, &QS, &RATES);
    println!("native f32 state: {error:.1} dB at {place}");
    let (usual, where_) = worst::<Native>(&Shape::ALL, &CUTOFFS[2..], &QS[..3], &RATES[..2]);
    println!("native f32 state from 200 Hz, Q to 5, to 48 kHz: {usual:.1} dB at {where_}");
    assert!(error < -78.0 && usual < -94.0, "{error} dB, {usual} dB");
}

#[test]
fn svf_outputs_are_the_cookbooks() {
    let mut worst_of = [[-1e9_f64; 2]; 2];
    for rate in RATES {
        for f0 in CUTOFFS {
            for input in signals(rate, f0) {
                for q in QS {
                    let references = [Shape::Lowpass, Shape::BandpassPeak, Shape::Highpass, Shape::Notch]
                        .map(|shape| {
                            direct_form(cookbook(shape, rate, f0, f64::from(q as f32), 0.0), &input)
                        });
                    let usual = usize::from(f0 >= 200.0 && q <= 5.0 && rate <= 48_000.0);
                    for (precision, worst) in worst_of.iter_mut().enumerate() {
                        let outs = match precision {
                            0 => svf::<Native>(rate, f0, q, &input),
                            _ => svf::<Double>(rate, f0, q, &input),
                        };
                        for (out, reference) in outs.iter().zip(&references) {
                            worst[usual] = worst[usual].max(error_db(out, reference));
                        }
                    }
                }
            }
        }
    }
    println!("svf native [all others, usual], double: {worst_of:?}");
    assert!(worst_of[1][0].max(worst_of[1][1]) < -144.0, "{worst_of:?}");
    assert!(worst_of[0][0] < -86.0 && worst_of[0][1] < -99.0, "{worst_of:?}");
}

fn svf<P: Precision>(rate: f64, f0: f64, q: f64, input: &[f32]) -> [Vec<f32>; 4] {
    let mut outs = [(); 4].map(|()| vec![0.0; input.len()]);
    let [low, band, high, notch] = &mut outs;
    let outputs = SvfOutputs { low, band, high, notch };
    let (cutoff, q) = (Value::Steady(f0 as f32), Value::Steady(q as f32));
    Svf::<f32, P>::new(rate).process(0, input, &cutoff, &q, outputs);
    outs
}

#[test]
fn audio_rate_modulation_of_everything_stays_bounded() {
    // Full-range modulation at 3.1 kHz, Q up to 40: the output stays within what the highest Q gives a resting filter.
    let frames = 48_000;
    let wave = |turns: f64, low: f64, high: f64| -> Vec<f32> {
        sine(frames, turns, 1.0)
            .iter()
            .map(|x| (low + (high - low) * (f64::from(*x) * 0.5 + 0.5)) as f32)
            .collect()
    };
    let cutoff = wave(3100.0 / 48_000.0, 20.0, 20_000.0);
    let q = wave(1717.0 / 48_000.0, 0.1, 40.0);
    let gain = wave(911.0 / 48_000.0, -24.0, 24.0);
    let input = Noise::new(3).block(frames, 1.0);
    for shape in Shape::ALL {
        let params =
            BiquadParams { cutoff: Value::Moving(&cutoff), q: Value::Moving(&q), gain: Value::Moving(&gain) };
        let mut out = vec![0.0; frames];
        Biquad::<f32>::new(shape, 48_000.0).process(0, &input, &params, &mut out);
        let peak = out.iter().fold(0.0_f32, |m, x| m.max(x.abs()));
        assert!(peak < 40.0 * 16.0, "{shape:?}: {peak}");
    }
}

#[test]
fn one_pole_is_3_db_down_at_its_cutoff_and_6_db_per_octave_beyond() {
    for rate in [44_100.0, 96_000.0] {
        for cutoff in [100.0, 1000.0, 10_000.0] {
            for (kind, far) in [(OnePoleKind::Lowpass, 8.0), (OnePoleKind::Highpass, 0.125)] {
                for frequency in [cutoff, cutoff * far] {
                    if frequency > 0.45 * rate {
                        continue;
                    }
                    let input = sine(96_000, frequency / rate, 1.0);
                    let mut out = vec![0.0; input.len()];
                    OnePole::<f32>::new(kind, rate).process(
                        0,
                        &input,
                        &Value::Steady(cutoff as f32),
                        &mut out,
                    );
                    let ratio = (PI * frequency / rate).tan() / (PI * cutoff / rate).tan();
                    let expected = match kind {
                        OnePoleKind::Lowpass => 1.0 / (1.0 + ratio * ratio).sqrt(),
                        OnePoleKind::Highpass => ratio / (1.0 + ratio * ratio).sqrt(),
                    };
                    let measured = level(&out[48_000..], frequency / rate);
                    assert!((db(measured) - db(expected)).abs() < 0.001, "{kind:?} {cutoff} at {frequency}");
                }
            }
        }
    }
}

#[test]
fn dc_goes_and_20_hz_stays() {
    let rate = 48_000.0;
    let input: Vec<f32> = sine(192_000, 20.0 / rate, 0.5).iter().map(|x| x + 0.5).collect();
    let mut out = vec![0.0; input.len()];
    DcBlocker::<f32>::new(rate).process(0, &input, &mut out);
    let tail = &out[96_000..];
    let mean = tail.iter().map(|x| f64::from(*x)).sum::<f64>() / tail.len() as f64;
    assert!(mean.abs() < 1e-6, "mean {mean}");
    let loss = db(level(tail, 20.0 / rate) / 0.5);
    assert!((-0.27..-0.25).contains(&loss), "{loss} dB at 20 Hz");
}

#[test]
fn tails_end_in_exact_silence() {
    let mut biquad = Biquad::<f32>::new(Shape::Lowpass, 48_000.0);
    let mut dc = DcBlocker::<f32>::new(48_000.0);
    let params =
        BiquadParams { cutoff: Value::Steady(200.0), q: Value::Steady(5.0), gain: Value::Steady(0.0) };
    let mut out = vec![0.0; 64];
    biquad.process(0, &[1.0; 64], &params, &mut out);
    dc.process(0, &[1.0; 64], &mut out);
    assert!(!biquad.is_silent() && !dc.is_silent());
    let (mut frames, zeros) = (64_u64, [0.0; 64]);
    while !(biquad.is_silent() && dc.is_silent()) {
        biquad.process(frames, &zeros, &params, &mut out);
        dc.process(frames, &zeros, &mut out);
        frames += 64;
        assert!(frames < 48_000 * 3, "still sounding after three seconds");
    }
    biquad.process(frames, &[1.0; 64], &params, &mut out);
    biquad.reset();
    assert!(biquad.is_silent());
}

#[test]
fn the_end_of_a_tail_falls_on_the_same_frame_for_any_cut_of_time() {
    let params =
        BiquadParams { cutoff: Value::Steady(2000.0), q: Value::Steady(0.7), gain: Value::Steady(0.0) };
    let run = |cuts: &[usize]| {
        let mut kernel = Biquad::<f32>::new(Shape::Lowpass, 48_000.0);
        let mut out = vec![1.0_f32; 2000];
        let mut at = 0;
        for &length in cuts {
            let input: Vec<f32> = (at..at + length).map(|i| if i < 10 { 1.0 } else { 0.0 }).collect();
            kernel.process(5 + at as u64, &input, &params, &mut out[at..at + length]);
            at += length;
        }
        out
    };
    let whole = run(&[2000]);
    let end = whole.iter().rposition(|x| *x != 0.0).expect("a tail");
    // It is cut at a point of the grid while it is still far above the smallest numbers.
    assert!((end + 1 + 5).is_multiple_of(64) && whole[end].abs() > 1e-26, "{end}: {:e}", whole[end]);
    for seed in 0..20 {
        assert_eq!(whole, run(&kernel::cuts(seed, 2000)));
    }
}

//! Level, spectrum and independence of the noises.

use crate::spectrum;

use sostenuto_dsp::{F32x4, Pink, Sample, White};
use spectrum::{db, magnitudes};

const FRAMES: usize = 1 << 15;
const SEGMENTS: usize = 64;

/// Mean power per line over many segments, under a Hann window.
fn power(mut process: impl FnMut(&mut [f32])) -> Vec<f64> {
    let mut settle = vec![0.0; 48_000];
    process(&mut settle);
    let mut power = vec![0.0; FRAMES / 2 + 1];
    let mut out = vec![0.0_f32; FRAMES];
    for _ in 0..SEGMENTS {
        process(&mut out);
        let windowed: Vec<f64> = out
            .iter()
            .enumerate()
            .map(|(i, &x)| f64::from(x) * (1.0 - (std::f64::consts::TAU * i as f64 / FRAMES as f64).cos()))
            .collect();
        for (p, m) in power.iter_mut().zip(magnitudes(&windowed)) {
            *p += m * m / SEGMENTS as f64;
        }
    }
    power
}

/// Mean power density between two frequencies, in dB.
fn density(power: &[f64], rate: f64, low: f64, high: f64) -> f64 {
    let bin = |hertz: f64| (hertz * FRAMES as f64 / rate).round() as usize;
    let lines = &power[bin(low).max(3)..=bin(high)];
    10.0 * (lines.iter().sum::<f64>() / lines.len() as f64).log10()
}

#[test]
fn white_noise_is_flat_uniform_and_without_mean() {
    let mut white = White::<f32>::new(|_| 1);
    let mut out = vec![0.0_f32; 4_000_000];
    white.process(&mut out);
    let n = out.len() as f64;
    let mean = out.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    let rms = (out.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n).sqrt();
    println!("white: mean {mean:.2e}, RMS {rms:.5}");
    // Five standard deviations of either estimate.
    assert!(mean.abs() < 5.0 * 0.577 / n.sqrt(), "{mean}");
    assert!((rms - (1.0_f64 / 3.0).sqrt()).abs() < 1e-3, "{rms}");
    assert!(out.iter().all(|x| x.abs() < 1.0 && *x != 0.0));
    // Twenty equally wide ranges hold equally many (within five standard deviations).
    let mut counts = [0.0_f64; 20];
    for x in &out {
        counts[((f64::from(*x) + 1.0) * 10.0) as usize] += 1.0;
    }
    for count in counts {
        assert!((count - n / 20.0).abs() < 5.0 * (n / 20.0).sqrt(), "{counts:?}");
    }

    let spectrum = power(|out| white.process(out));
    let whole = density(&spectrum, 48_000.0, 20.0, 23_900.0);
    for band in 0..12 {
        let low = 2_000.0 * f64::from(band);
        let level = density(&spectrum, 48_000.0, low, low + 1_900.0) - whole;
        assert!(level.abs() < 0.15, "{level:.2} dB from {low} Hz");
    }
}

#[test]
fn pink_noise_falls_three_decibels_per_octave() {
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let mut pink = Pink::<f32>::new(rate, |_| 99);
        let spectrum = power(|out| pink.process(out));
        // Third octaves from 20 Hz to 20 kHz against the line of -3.01 dB per octave, each as wide as it can be.
        let mut differences = Vec::new();
        for third in 0..30 {
            let low = 20.0 * 2.0_f64.powf(f64::from(third) / 3.0);
            let high = low * 2.0_f64.powf(1.0 / 3.0);
            let bin = |hertz: f64| (hertz * FRAMES as f64 / rate).round() as usize;
            let lines = (bin(low).max(3), bin(high).max(5));
            // Mean of 1/f over the very lines that are measured.
            let ideal: f64 =
                (lines.0..=lines.1).map(|b| 1.0 / b as f64).sum::<f64>() / (lines.1 - lines.0 + 1) as f64;
            let found = spectrum[lines.0..=lines.1].iter().sum::<f64>() / (lines.1 - lines.0 + 1) as f64;
            differences.push((
                low,
                10.0 * (found / ideal).log10(),
                ((lines.1 - lines.0 + 1) * SEGMENTS) as f64,
            ));
        }
        let middle: Vec<f64> = differences.iter().filter(|d| d.0 > 200.0).map(|d| d.1).collect();
        let mean = middle.iter().sum::<f64>() / middle.len() as f64;
        for (low, difference, averages) in &differences {
            // Few lines are averaged at the bottom: three standard deviations of the estimate are allowed for.
            let noise = 3.0 * 4.34 / (averages / 1.5).sqrt();
            let error = difference - mean;
            assert!(
                error.abs() < 0.25 + noise,
                "{error:.2} dB at {low:.0} Hz, rate {rate} (noise {noise:.2} dB)"
            );
        }
    }
}

#[test]
fn the_pink_filter_itself_is_within_a_quarter_decibel() {
    // The white noise that a pink one of the same seed is made of is known, and so the response of what lies between.
    for rate in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let n = 1 << 19;
        let mut white = vec![0.0_f32; n];
        White::<f32>::new(|_| 5).process(&mut white);
        let mut pink = vec![0.0_f32; n];
        Pink::<f32>::new(rate, |_| 5).process(&mut pink);
        let response = transfer(&white, &pink);
        let line = |hertz: f64| (hertz * response.len() as f64 * 2.0 / rate) as usize;
        let mut levels = Vec::new();
        for step in 0..=200 {
            let hertz = 20.0 * 1000.0_f64.powf(f64::from(step) / 200.0);
            let width = (line(hertz) / 40).max(1);
            let lines = line(hertz) - width..=line(hertz) + width;
            let (mut sum, mut count) = (0.0, 0.0);
            for l in lines {
                sum += response[l] * (l as f64 / response.len() as f64 / 2.0 * rate).sqrt();
                count += 1.0;
            }
            levels.push(db(sum / count));
        }
        let (low, high) = levels.iter().fold((f64::MAX, f64::MIN), |(l, h), &x| (l.min(x), h.max(x)));
        println!("pink filter at {rate}: {:.3} dB from lowest to highest, 20 Hz to 20 kHz", high - low);
        assert!(high - low < 0.5, "{low} to {high} dB at {rate}");
    }
}

/// The response of a filter from what went in and what came out: cross spectrum over power spectrum, averaged.
fn transfer(input: &[f32], output: &[f32]) -> Vec<f64> {
    let size = 1 << 16;
    let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / size as f64).cos();
    let mut sums = vec![(0.0, 0.0, 0.0); size / 2];
    for start in (0..=input.len() - size).step_by(size / 4) {
        let windowed = |x: &[f32]| (0..size).map(|i| f64::from(x[start + i]) * hann(i)).collect::<Vec<_>>();
        let (ar, ai) = spectrum::complex(&windowed(input));
        let (br, bi) = spectrum::complex(&windowed(output));
        for (k, s) in sums.iter_mut().enumerate() {
            s.0 += ar[k] * br[k] + ai[k] * bi[k];
            s.1 += ar[k] * bi[k] - ai[k] * br[k];
            s.2 += ar[k] * ar[k] + ai[k] * ai[k];
        }
    }
    sums.iter().map(|s| s.0.hypot(s.1) / s.2).collect()
}

#[test]
fn pink_noise_has_its_stated_level() {
    for rate in [44_100.0, 48_000.0, 192_000.0] {
        let mut pink = Pink::<f32>::new(rate, |_| 3);
        let mut out = vec![0.0_f32; 1 << 22];
        pink.process(&mut out);
        let rms = (out[200_000..].iter().map(|&x| f64::from(x).powi(2)).sum::<f64>()
            / (out.len() - 200_000) as f64)
            .sqrt();
        println!("pink at {rate}: RMS {rms:.4}");
        assert!((rms - 1.0 / 6.0).abs() < 0.006, "{rms}");
    }
}

#[test]
fn seeds_give_the_same_noise_again_and_different_noise() {
    let take = |seed: u64| {
        let mut out = vec![0.0_f32; 10_000];
        White::<f32>::new(|_| seed).process(&mut out);
        out
    };
    let product = |a: &[f32], b: &[f32]| {
        a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>() / (a.len() as f64 / 3.0)
    };
    let first = take(0);
    assert_eq!(first, take(0));
    for seed in [1, 2, 3, 1 << 32, u64::MAX] {
        let other = take(seed);
        // Five standard deviations of the correlation of unrelated noise.
        assert!(product(&first, &other).abs() < 0.05, "seed {seed}");
        assert!(product(&first[1..], &other[..9_999]).abs() < 0.05, "seed {seed}, one frame on");
        assert!(product(&first[..9_999], &other[1..]).abs() < 0.05, "seed {seed}, one frame back");
    }
    let mut white = White::<f32>::new(|_| 0);
    let mut out = vec![0.0; 10_000];
    white.process(&mut out[..77]);
    white.reset();
    white.process(&mut out);
    assert_eq!(out, first);

    let mut lanes = vec![F32x4::zero(); 10_000];
    White::<F32x4>::new(|lane| lane as u64).process(&mut lanes);
    for lane in 0..4 {
        let alone = take(lane as u64);
        assert!(lanes.iter().zip(&alone).all(|(l, &a)| l.lane(lane) == f64::from(a)));
    }
}

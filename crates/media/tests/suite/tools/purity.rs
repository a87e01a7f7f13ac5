//! How pure is a sine? Its power against that of all else.

#![allow(dead_code)]

use realfft::RealFftPlanner;
use std::f64::consts::TAU;

/// Hertz about the sine that count as the sine.
const NOTCH: f64 = 20.0;
/// Below this nothing is heard.
const HEARD: f64 = 20.0;

/// A sine of half of full scale.
pub fn sine(rate: u32, hertz: f64, frames: usize) -> Vec<f32> {
    let turn = hertz / f64::from(rate);
    (0..frames).map(|at| ((TAU * (at as f64 * turn).fract()).sin() * 0.5) as f32).collect()
}

/// Distortion and noise from 20 Hz up to half the rate, in decibels below the sine.
pub fn thd_n(samples: &[f32], rate: u32, hertz: f64) -> f64 {
    let bins = spectrum(samples);
    let (mut tone, mut rest) = (0.0, 0.0);
    for (bin, power) in bins.iter().enumerate() {
        let at = bin as f64 * f64::from(rate) / 2.0 / (bins.len() - 1) as f64;
        if (at - hertz).abs() < NOTCH {
            tone += power;
        } else if at >= HEARD {
            rest += power;
        }
    }
    10.0 * (rest / tone).log10()
}

/// The level of all that is there, in decibels against the sine of half of full scale.
pub fn level(samples: &[f32]) -> f64 {
    let power = samples.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / samples.len() as f64;
    10.0 * (power / 0.125).log10()
}

/// Powers from 0 Hz to half the rate, of the last power of two of samples.
fn spectrum(samples: &[f32]) -> Vec<f64> {
    let length = 1 << samples.len().ilog2();
    let mut windowed: Vec<f64> = samples[samples.len() - length..]
        .iter()
        .enumerate()
        .map(|(at, sample)| f64::from(*sample) * window(TAU * at as f64 / length as f64))
        .collect();
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut bins = transform.make_output_vec();
    transform.process(&mut windowed, &mut bins).expect("lengths that fit");
    bins.iter().map(|bin| bin.norm_sqr()).collect()
}

/// The seven-term Blackman-Harris window, whose side lobes are below -180 dB (H. Albrecht, *A family of cosine-sum windows for
/// high-resolution measurements*, 2001).
fn window(x: f64) -> f64 {
    const TERMS: [f64; 7] = [
        0.271_051_400_693_424_67,
        -0.433_297_939_234_484_9,
        0.218_122_999_543_110_62,
        -0.065_925_446_388_030_9,
        0.010_811_742_098_371_86,
        -0.000_776_584_825_226_04,
        0.000_013_887_217_352_11,
    ];
    TERMS.iter().enumerate().map(|(k, term)| term * (k as f64 * x).cos()).sum()
}

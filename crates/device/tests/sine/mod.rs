//! How pure is a recorded sine? Its power against that of all else that is heard.

use std::f64::consts::TAU;

/// Hertz about the sine that count as the sine: what a notch takes out. The notch of AES17 is wider.
const NOTCH: f64 = 50.0;
/// What is heard, in hertz.
const HEARD: (f64, f64) = (20.0, 20_000.0);

/// Distortion and noise of a sine, in decibels below it; of the last power of two of samples.
pub fn thd_n(samples: &[f32], rate: f64, hertz: f64) -> f64 {
    let length = 1 << samples.len().ilog2();
    let samples = &samples[samples.len() - length..];
    let mut bins: Vec<(f64, f64)> =
        samples.iter().enumerate().map(|(at, x)| (f64::from(*x) * window(at, length), 0.0)).collect();
    transform(&mut bins);
    let (mut sine, mut rest) = (0.0, 0.0);
    for (number, (re, im)) in bins.iter().enumerate().take(length / 2) {
        let at = number as f64 * rate / length as f64;
        let power = re * re + im * im;
        if (at - hertz).abs() < NOTCH {
            sine += power;
        } else if (HEARD.0..=HEARD.1).contains(&at) {
            rest += power;
        }
    }
    10.0 * (rest / sine).log10()
}

/// The seven-term Blackman-Harris window, whose side lobes are below -180 dB (H. Albrecht, *A family of cosine-sum windows for high-resolution measurements*, 2001).
fn window(at: usize, length: usize) -> f64 {
    const TERMS: [f64; 7] = [
        0.271_051_400_693_424_67,
        -0.433_297_939_234_484_9,
        0.218_122_999_543_110_62,
        -0.065_925_446_388_030_9,
        0.010_811_742_098_371_86,
        -0.000_776_584_825_226_04,
        0.000_013_887_217_352_11,
    ];
    let x = TAU * at as f64 / length as f64;
    TERMS.iter().enumerate().map(|(k, term)| term * (k as f64 * x).cos()).sum()
}

/// The discrete Fourier transform in place, by halves; the length is a power of two.
fn transform(bins: &mut [(f64, f64)]) {
    let length = bins.len();
    for at in 0..length {
        let mirrored = at.reverse_bits() >> (usize::BITS - length.ilog2());
        if at < mirrored {
            bins.swap(at, mirrored);
        }
    }
    let mut half = 1;
    while half < length {
        for part in bins.chunks_exact_mut(2 * half) {
            let (low, high) = part.split_at_mut(half);
            for (k, (a, b)) in low.iter_mut().zip(high).enumerate() {
                let (sin, cos) = (-TAU * k as f64 / (2 * half) as f64).sin_cos();
                let turned = (b.0 * cos - b.1 * sin, b.0 * sin + b.1 * cos);
                (*a, *b) = ((a.0 + turned.0, a.1 + turned.1), (a.0 - turned.0, a.1 - turned.1));
            }
        }
        half *= 2;
    }
}

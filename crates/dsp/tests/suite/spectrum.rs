//! Spectra of exactly periodic signals.

use std::f64::consts::TAU;

/// Magnitudes of the harmonics of a real signal whose length is a power of two, scaled so that a sine of amplitude 1 gives 1.
pub fn magnitudes(signal: &[f64]) -> Vec<f64> {
    let n = signal.len();
    assert!(n.is_power_of_two());
    let mut re = signal.to_vec();
    let mut im = vec![0.0; n];
    fft(&mut re, &mut im);
    (0..=n / 2).map(|k| re[k].hypot(im[k]) * if k == 0 { 1.0 } else { 2.0 } / n as f64).collect()
}

/// Real and imaginary parts of the spectrum of a real signal whose length is a power of two.
#[allow(dead_code, reason = "not every test that shares this file compares phases")]
pub fn complex(signal: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let mut re = signal.to_vec();
    let mut im = vec![0.0; signal.len()];
    fft(&mut re, &mut im);
    (re, im)
}

/// In place, decimation in frequency, then bit reversal.
fn fft(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    let mut span = n / 2;
    while span > 0 {
        for block in (0..n).step_by(2 * span) {
            for j in 0..span {
                let (a, b) = (block + j, block + j + span);
                let (dr, di) = (re[a] - re[b], im[a] - im[b]);
                re[a] += re[b];
                im[a] += im[b];
                let (s, c) = (-TAU * j as f64 / (2 * span) as f64).sin_cos();
                re[b] = dr * c - di * s;
                im[b] = dr * s + di * c;
            }
        }
        span /= 2;
    }
    let shift = usize::BITS - n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> shift;
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
}

/// Decibels of a ratio.
pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-300).log10()
}

/// Of a signal of `cycles` whole cycles: the fundamental, the worst line that is no harmonic, and the harmonics by number.
pub struct Lines {
    pub fundamental: f64,
    pub worst_alias: f64,
    pub harmonics: Vec<f64>,
    pub mean: f64,
}

/// Sorts the lines of the spectrum; `cycles` is odd, so that no alias falls on a harmonic within the first `N / 2`.
pub fn lines(signal: &[f64], cycles: usize) -> Lines {
    let spectrum = magnitudes(signal);
    let mut harmonics = vec![0.0];
    let mut worst_alias = 0.0_f64;
    for (bin, &m) in spectrum.iter().enumerate() {
        if bin % cycles == 0 {
            if bin > 0 {
                harmonics.push(m);
            }
        } else {
            worst_alias = worst_alias.max(m);
        }
    }
    Lines { fundamental: spectrum[cycles], worst_alias, harmonics, mean: spectrum[0] }
}

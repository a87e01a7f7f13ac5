//! Straightforward double-precision renderings to compare with.

use std::f64::consts::PI;

/// The responses of the Audio EQ Cookbook as a direct form: `b0, b1, b2, a1, a2`, normalised.
pub fn cookbook(kind: &str, cutoff: f64, q: f64, gain_db: f64, rate: f64) -> [f64; 5] {
    let w = 2.0 * PI * cutoff / rate;
    let (sin, cos) = w.sin_cos();
    let alpha = sin / (2.0 * q);
    let a = 10f64.powf(gain_db / 40.0);
    let root = 2.0 * a.sqrt() * alpha;
    let (b, den) = match kind {
        "lowpass" => {
            ([(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
        }
        "highpass" => {
            ([(1.0 + cos) / 2.0, -1.0 - cos, (1.0 + cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
        }
        "bandpass" => ([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
        "bandpass_skirt" => ([sin / 2.0, 0.0, -sin / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
        "notch" => ([1.0, -2.0 * cos, 1.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
        "allpass" => ([1.0 - alpha, -2.0 * cos, 1.0 + alpha], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
        "peak" => {
            ([1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a], [1.0 + alpha / a, -2.0 * cos, 1.0 - alpha / a])
        }
        "lowshelf" => (
            [
                a * ((a + 1.0) - (a - 1.0) * cos + root),
                2.0 * a * ((a - 1.0) - (a + 1.0) * cos),
                a * ((a + 1.0) - (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) + (a - 1.0) * cos + root,
                -2.0 * ((a - 1.0) + (a + 1.0) * cos),
                (a + 1.0) + (a - 1.0) * cos - root,
            ],
        ),
        "highshelf" => (
            [
                a * ((a + 1.0) + (a - 1.0) * cos + root),
                -2.0 * a * ((a - 1.0) + (a + 1.0) * cos),
                a * ((a + 1.0) + (a - 1.0) * cos - root),
            ],
            [
                (a + 1.0) - (a - 1.0) * cos + root,
                2.0 * ((a - 1.0) - (a + 1.0) * cos),
                (a + 1.0) - (a - 1.0) * cos - root,
            ],
        ),
        other => panic!("{other} is not in the Cookbook"),
    };
    [b[0] / den[0], b[1] / den[0], b[2] / den[0], den[1] / den[0], den[2] / den[0]]
}

/// A direct form I in double precision.
pub fn filtered([b0, b1, b2, a1, a2]: [f64; 5], input: &[f64]) -> Vec<f64> {
    let (mut x1, mut x2, mut y1, mut y2) = (0.0, 0.0, 0.0, 0.0);
    input
        .iter()
        .map(|x| {
            let y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
            (x2, x1, y2, y1) = (x1, *x, y1, y);
            y
        })
        .collect()
}

/// A one-pole low-pass by the bilinear transform, -3 dB at the cutoff.
pub fn one_pole(cutoff: f64, rate: f64, input: &[f64]) -> Vec<f64> {
    let g = (PI * cutoff / rate).tan();
    let (b, a) = (g / (1.0 + g), (g - 1.0) / (g + 1.0));
    let (mut x1, mut y1) = (0.0, 0.0);
    input
        .iter()
        .map(|x| {
            let y = b * (x + x1) - a * y1;
            (x1, y1) = (*x, y);
            y
        })
        .collect()
}

/// A signal some frames ago, between frames on the cubic through the four nearest (Lagrange).
pub fn ago(input: &[f64], frame: usize, delay: f64) -> f64 {
    let whole = delay.floor();
    let part = delay - whole;
    let at = |ago: f64| {
        let index = frame as f64 - ago;
        if index < 0.0 { 0.0 } else { input.get(index as usize).copied().unwrap_or(0.0) }
    };
    if part == 0.0 {
        return at(whole);
    }
    // The nodes lie at -1, 0, 1 and 2 frames from the whole part.
    let d = part;
    at(whole - 1.0) * (-d * (d - 1.0) * (d - 2.0) / 6.0)
        + at(whole) * ((d + 1.0) * (d - 1.0) * (d - 2.0) / 2.0)
        + at(whole + 1.0) * (-(d + 1.0) * d * (d - 2.0) / 2.0)
        + at(whole + 2.0) * ((d + 1.0) * d * (d - 1.0) / 6.0)
}

/// The largest error, in dB relative to the larger of 1 and the largest sample of the reference.
pub fn error_db(got: &[f32], reference: &[f64]) -> f64 {
    assert_eq!(got.len(), reference.len());
    let full = reference.iter().fold(1.0f64, |most, x| most.max(x.abs()));
    let worst = got.iter().zip(reference).fold(0.0f64, |most, (a, b)| most.max((f64::from(*a) - b).abs()));
    20.0 * (worst / full).max(1e-20).log10()
}

//! What lies between samples, with nothing above half of the slower rate.

use std::f64::consts::PI;

/// Zero crossings to each side.
const CROSSINGS: usize = 16;
/// Values of the table from one crossing to the next. Between them a straight line is off by (π / 512)² / 8 at most: -107 dB.
const STEPS: usize = 512;
/// Of the Kaiser window: side lobes below -90 dB.
const BETA: f64 = 9.0;

/// Interpolation with a windowed sinc (J. O. Smith, "Digital Audio Resampling", CCRMA, 2002): 16 crossings to each side under a Kaiser window.
#[derive(Debug)]
pub(super) struct Sinc {
    table: Box<[f32]>,
}

impl Sinc {
    /// `[control]`
    pub fn new() -> Self {
        let end = (CROSSINGS * STEPS) as f64;
        let value = |n: usize| {
            let (x, w) = (n as f64 / STEPS as f64, n as f64 / end);
            let sinc = if n == 0 { 1.0 } else { libm::sin(PI * x) / (PI * x) };
            sinc * bessel(BETA * libm::sqrt((1.0 - w * w).max(0.0))) / bessel(BETA)
        };
        // A crossing is one, to the bit.
        let exact = |n: usize| if n > 0 && n.is_multiple_of(STEPS) { 0.0 } else { value(n) as f32 };
        Sinc { table: (0..=CROSSINGS * STEPS + 1).map(exact).collect() }
    }

    /// Samples that are needed to each side of a place, where so many are passed for each one put out.
    pub fn reach(rate: f64) -> usize {
        (CROSSINGS as f64 * rate.max(1.0)) as usize + 1
    }

    /// The value at a part from 0 to below 1 behind a sample, of samples that `at` gives by their distance from that one. `[audio]`
    #[inline]
    pub fn at(&self, part: f32, rate: f64, at: impl Fn(isize) -> f32) -> f32 {
        let narrow = (1.0 / rate.max(1.0)) as f32;
        if part == 0.0 && narrow == 1.0 {
            return at(0);
        }
        let reach = (CROSSINGS as f32 / narrow) as isize + 1;
        let mut sum = 0.0;
        for tap in -reach + 1..=reach {
            let away = (tap as f32 - part).abs() * narrow * STEPS as f32;
            let place = away as usize;
            let (Some(a), Some(b)) = (self.table.get(place), self.table.get(place + 1)) else { continue };
            sum += at(tap) * (a + (b - a) * (away - place as f32));
        }
        sum * narrow
    }
}

/// The modified Bessel function of order 0, by its power series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        let half = x / (2.0 * f64::from(k));
        term *= half * half;
        sum += term;
    }
    sum
}

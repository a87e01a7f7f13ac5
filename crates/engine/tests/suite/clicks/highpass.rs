//! What of a signal lies above 10 kHz.

use std::f64::consts::PI;

/// Half the length of the filter, in frames; also how far it looks to either side of a frame.
pub const REACH: usize = 127;

/// The filter passes from here on, in Hz at 48 kHz, and stops all that is 2 kHz or more below.
const EDGE: f64 = 10_000.0;
const SKIRT: f64 = 2_000.0;
const RATE: f64 = 48_000.0;

/// What it leaves of what it stops, in dB. The beta of the window and the length follow (J. F. Kaiser, Nonrecursive digital filter
/// design using the I0-sinh window function, IEEE ISCAS 1974): beta = 0.1102 (A - 8.7), and (A - 8) / (2.285 · 2 pi · 2 / 48) + 1 =
/// 224 taps for 142 dB, of which there are 255.
const STOPPED: f64 = 142.0;

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..200 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

/// A linear-phase high-pass: an impulse less the low-pass, whose middle of the skirt is halfway down.
fn taps() -> Vec<f64> {
    let beta = 0.1102 * (STOPPED - 8.7);
    let cut = (EDGE - SKIRT / 2.0) / RATE;
    let reach = REACH as i32;
    let tap = |n: i32| {
        let window =
            bessel_i0(beta * (1.0 - (f64::from(n) / f64::from(reach)).powi(2)).sqrt()) / bessel_i0(beta);
        let x = f64::from(n);
        let low = if n == 0 { 2.0 * cut } else { (2.0 * PI * cut * x).sin() / (PI * x) };
        let impulse = if n == 0 { 1.0 } else { 0.0 };
        impulse - low * window
    };
    (-reach..=reach).map(tap).collect()
}

/// What lies above 10 kHz, for the frames that have [`REACH`] others on either side.
pub fn above_10_khz(signal: &[f64]) -> Vec<f64> {
    let taps = taps();
    signal.windows(taps.len()).map(|w| w.iter().zip(&taps).map(|(x, h)| x * h).sum()).collect()
}

#[test]
fn it_stops_what_is_below_8_khz_and_passes_what_is_above_10() {
    let gain = |hz: f64| {
        let tone: Vec<f64> = (0..4096).map(|n| (2.0 * PI * hz / RATE * f64::from(n)).sin()).collect();
        above_10_khz(&tone).iter().fold(0.0, |most: f64, x| most.max(x.abs()))
    };
    for hz in [50.0, 200.0, 1_000.0, 5_000.0, 8_000.0] {
        assert!(gain(hz) < 1e-7, "{hz} Hz: {:e}", gain(hz));
    }
    for hz in [10_000.0, 12_000.0, 17_000.0, 23_000.0] {
        assert!((gain(hz) - 1.0).abs() < 1e-3, "{hz} Hz: {}", gain(hz));
    }
}

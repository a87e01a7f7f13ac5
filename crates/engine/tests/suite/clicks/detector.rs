//! How far a signal with an edit in it departs from what the signals before and after the edit explain.
//!
//! Three measures, each in dB relative to the louder of the steady signals:
//!
//! **Bend**, for any signal: by how much the largest second difference D²y\[n\] = y\[n-1\] - 2 y\[n\] + y\[n+1\] exceeds what a fade may have.
//! A fade is y = Σ gᵢ xᵢ, with gains gᵢ ≥ 0 that add up to 1. With ∆x\[n\] = (x\[n+1\] - x\[n-1\]) / 2, the product rule
//!
//! > D²(g x)\[n\] = (g\[n-1\] + g\[n+1\]) / 2 · D²x\[n\] + x\[n\] · D²g\[n\] + 2 ∆g\[n\] ∆x\[n\]
//!
//! holds exactly, so that, the first terms being a mean of the steady second differences,
//!
//! > |D²y| ≤ max |D²xᵢ| + Σ (|D²gᵢ| max |xᵢ| + 2 |∆gᵢ| max |∆xᵢ|).
//!
//! For s(u) = 10 u³ - 15 u⁴ + 6 u⁵ over L frames, |∆g| ≤ 15/8 / L (at u = 1/2) and |D²g| ≤ 10/√3 / L² (at u = 1/2 ± 1/√12). Two
//! signals take part in each fade. A fade that is turned round keeps speed and acceleration: at most 15/8 · max |u - 6u³ + 8u⁴ - 3u⁵|″
//! = 15/8 · 3.95 and 10/√3 · max |u²/2 - 3/2 u³ + 3/2 u⁴ - u⁵/2|″ = 10/√3 come on top of 10/√3, in all 3.3 times as much; 4 is allowed.
//! For sines of 200 Hz and level 1 the fade adds 2 · (1.0e-4 + 2 · 0.0078 · 0.026) = 1.0e-3, which is -60 dB: not to be told from a click
//! by the second difference alone, and no click.
//!
//! **Treble**, for signals with nothing above 10 kHz: the power there in the loudest millisecond, less that of the steady signals. The
//! fade above leaves jumps of its third derivative, 60 / L³, which at 10 kHz are 60 / L³ / (2 sin(0.65))⁴ = -120 dB.
//!
//! **Residue**, where the gains are known: the largest difference from the fade that is computed outside of the engine.

use super::highpass::above_10_khz;

/// Where a click begins, in dB.
pub const CLICK: f64 = -80.0;
/// The frames of a fade: 5 ms at 48 kHz.
pub const FADE: usize = 240;
/// The frames of a millisecond.
const MILLISECOND: usize = 48;

/// What fades at the same time.
#[derive(Clone, Copy, Debug)]
pub struct Fades {
    /// How many fades are under way at once.
    pub at_once: usize,
    /// Whether some are turned round on the way.
    pub turned: bool,
}

impl Fades {
    pub const ONE: Fades = Fades { at_once: 1, turned: false };
}

/// The path of least jerk from 0 to 1 for u from 0 to 1.
pub fn fade(u: f64) -> f64 {
    let u = u.clamp(0.0, 1.0);
    u * u * u * (10.0 + u * (6.0 * u - 15.0))
}

fn decibels(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-12).log10()
}

fn largest(numbers: impl Iterator<Item = f64>) -> f64 {
    numbers.fold(0.0, |most, x| most.max(x.abs()))
}

fn bend_of(signal: &[f64]) -> f64 {
    largest(signal.windows(3).map(|w| w[0] - 2.0 * w[1] + w[2]))
}

fn peak_of(signals: &[&[f64]]) -> f64 {
    largest(signals.iter().flat_map(|s| s.iter().copied()))
}

fn power(signal: &[f64]) -> f64 {
    signal.iter().map(|x| x * x).sum::<f64>() / signal.len().max(1) as f64
}

fn loudest_millisecond(treble: &[f64]) -> f64 {
    largest(treble.windows(MILLISECOND).map(power))
}

/// By how much the signal bends more than a fade between the steady signals, in dB of their peak.
pub fn bend(edited: &[f64], steady: &[&[f64]], fades: Fades) -> f64 {
    let length = FADE as f64;
    let sharper = if fades.turned { 4.0 } else { 1.0 };
    let speed = sharper * 15.0 / 8.0 / length;
    let turn = sharper * 10.0 / 3.0f64.sqrt() / (length * length);
    let peak = peak_of(steady);
    let slope = largest(steady.iter().flat_map(|s| s.windows(3).map(|w| (w[2] - w[0]) / 2.0)));
    let each = turn * peak + 2.0 * speed * slope;
    let allowed = largest(steady.iter().map(|s| bend_of(s))) + 2.0 * fades.at_once as f64 * each;
    decibels((bend_of(edited) - allowed).max(0.0) / peak.max(1e-9))
}

/// What the signal has above 10 kHz in its worst millisecond, more than the steady signals have, in dB of the loudest of them.
pub fn treble(edited: &[f64], steady: &[&[f64]]) -> f64 {
    let level = largest(steady.iter().map(|s| power(s)));
    let explained = largest(steady.iter().map(|s| loudest_millisecond(&above_10_khz(s))));
    let heard = loudest_millisecond(&above_10_khz(edited));
    decibels(((heard - explained).max(0.0) / level.max(1e-18)).sqrt())
}

/// How far the signal is from what it should be, in dB of the peak of the steady signals.
pub fn residue(edited: &[f64], ideal: &[f64], steady: &[&[f64]]) -> f64 {
    assert_eq!(edited.len(), ideal.len());
    decibels(largest(edited.iter().zip(ideal).map(|(y, x)| y - x)) / peak_of(steady).max(1e-9))
}

//! Whether the detector fires: on faults made by hand, and on none of them when they are made well.

use super::detector::{CLICK, FADE, Fades, bend, fade, residue, treble};
use std::f64::consts::PI;

const FRAMES: usize = 4_000;
const AT: usize = 2_100;

fn sine(level: f64, phase: f64) -> Vec<f64> {
    (0..FRAMES).map(|n| level * (2.0 * PI * 200.0 / 48_000.0 * n as f64 + phase).sin()).collect()
}

/// Noise that is the same each time: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), from -1 to 1.
fn noise() -> Vec<f64> {
    let mut state = 5u64;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    };
    (0..FRAMES).map(|_| next()).collect()
}

fn mixed(before: &[f64], after: &[f64], gain: impl Fn(usize) -> f64) -> Vec<f64> {
    let pairs = before.iter().zip(after).enumerate();
    pairs.map(|(n, (a, b))| (1.0 - gain(n)) * a + gain(n) * b).collect()
}

fn cut(n: usize) -> f64 {
    f64::from(u8::from(n >= AT))
}

fn smooth(n: usize) -> f64 {
    fade((n as f64 - AT as f64) / FADE as f64)
}

fn straight(n: usize) -> f64 {
    ((n as f64 - AT as f64) / FADE as f64).clamp(0.0, 1.0)
}

/// What is done to a sine of 200 Hz at its peak, what it becomes, how, and what bend and treble say, in dB.
type Fault = (&'static str, Vec<f64>, fn(usize) -> f64, [f64; 2]);

fn faults() -> Vec<Fault> {
    let gap = |n: usize| f64::from(u8::from(n == AT));
    vec![
        ("cut off", sine(0.0, 0.0), cut, [0.0, -20.2]),
        ("gain stepped down by 1 dB", sine(0.891, 0.0), cut, [-19.3, -39.4]),
        ("gain stepped down by 0.05 dB", sine(0.9943, 0.0), cut, [-46.6, -65.0]),
        ("one frame missing", sine(0.0, 0.0), gap, [6.0, -15.9]),
        ("phase jumped by 90 degrees", sine(1.0, PI / 2.0), cut, [0.0, -20.2]),
        ("phase jumped by 5 degrees", sine(1.0, PI / 36.0), cut, [-51.1, -71.1]),
        ("faded in a straight line over 5 ms", sine(0.0, 0.0), straight, [-50.0, -71.4]),
    ]
}

#[test]
fn the_detector_fires_on_faults_in_a_sine() {
    let before = sine(1.0, 0.0);
    for (name, after, gain, expected) in faults() {
        let steady = [&before[..], &after[..]];
        let edited = mixed(&before, &after, gain);
        let found = [bend(&edited, &steady, Fades::ONE), treble(&edited, &steady)];
        println!("{name}: bend {:.1} dB, treble {:.1} dB", found[0], found[1]);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 0.5, "{name}: {found:.1} dB, expected {expected}");
            assert!(*found > CLICK, "{name}");
        }
    }
}

#[test]
fn the_detector_is_silent_on_good_fades_of_the_same() {
    let before = sine(1.0, 0.0);
    for (name, after, ..) in faults() {
        let steady = [&before[..], &after[..]];
        let edited = mixed(&before, &after, smooth);
        assert_eq!(bend(&edited, &steady, Fades::ONE), -240.0, "{name}");
        assert!(treble(&edited, &steady) < -110.0, "{name}: {}", treble(&edited, &steady));
    }
}

#[test]
fn the_residue_tells_a_fault_in_noise_from_a_good_fade() {
    let (before, after) = (noise(), sine(0.5, 0.3));
    let steady = [&before[..], &after[..]];
    let ideal = mixed(&before, &after, smooth);
    let of = |gain: fn(usize) -> f64| residue(&mixed(&before, &after, gain), &ideal, &steady);
    assert_eq!(of(smooth), -240.0);
    // Both are 1 and 0.5 at most; a straight line is off by up to 0.1 of their distance.
    for (gain, from, to) in [(cut as fn(usize) -> f64, -6.0, 3.6), (straight, -20.0, -14.0)] {
        assert!((from..to).contains(&of(gain)), "{}", of(gain));
    }
}

//! Delays give the same bits however time is cut, parameters are handed over and lanes are filled, and stay finite.

use crate::kernel;

use kernel::{Feed, Noise, Subject, cuts, same_bits, stays_finite};
use proptest::prelude::*;
use sostenuto_dsp::{Chorus, ChorusParams, DelayLine, Echo, EchoParams, Sample, Value};

struct Line;

impl Subject for Line {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 120.0)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = DelayLine::<S>::new(100);
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|_, at| {
            kernel.process(&feed.inputs[0][at.clone()], &feed.value(0, &at), &mut out[at]);
        });
        out
    }
}

struct Echoes;

impl Subject for Echoes {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 120.0), (-1.1, 1.1), (0.0, 100_000.0), (-0.1, 1.1)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Echo::<S>::new(feed.rate, 100);
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|start, at| {
            let params = EchoParams {
                time: feed.value(0, &at),
                feedback: feed.value(1, &at),
                tone: feed.value(2, &at),
                mix: feed.value(3, &at),
            };
            kernel.process(start, &feed.inputs[0][at.clone()], &params, &mut out[at]);
        });
        out
    }
}

struct Choruses<const VOICES: usize>;

impl<const VOICES: usize> Subject for Choruses<VOICES> {
    const INPUTS: usize = 2;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 4.0), (0.0, 2.0), (-1.0, 120.0), (-1.1, 1.1), (-0.1, 1.1), (-0.1, 1.1)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Chorus::<S>::new(feed.rate, 5.0, VOICES);
        let mut out = [vec![S::zero(); feed.frames()], vec![S::zero(); feed.frames()]];
        feed.blocks(|_, at| {
            let params = ChorusParams {
                delay: feed.value(0, &at),
                depth: feed.value(1, &at),
                rate: feed.value(2, &at),
                feedback: feed.value(3, &at),
                mix: feed.value(4, &at),
                spread: feed.value(5, &at),
            };
            let [left, right] = &mut out;
            let input = [&feed.inputs[0][at.clone()], &feed.inputs[1][at.clone()]];
            kernel.process(input, &params, [&mut left[at.clone()], &mut right[at]]);
        });
        out.concat()
    }
}

/// Frame by frame, in double precision: the definition of the line.
fn naive_line(input: &[f32], delay: &[f64]) -> Vec<f64> {
    let past = |frame: usize, ago: usize| if ago > frame { 0.0 } else { f64::from(input[frame - ago]) };
    (0..input.len())
        .map(|n| {
            let d = delay[n].clamp(1.0, 100.0);
            let whole = d.floor() as usize;
            let f = d - d.floor();
            if f == 0.0 {
                past(n, whole)
            } else if whole < 2 {
                (1.0 - f) * past(n, whole) + f * past(n, whole + 1)
            } else {
                // Lagrange: each frame's weight is the product over the others.
                let at = |k: usize| k as f64 - 1.0;
                (0..4)
                    .map(|k| {
                        let weight: f64 =
                            (0..4).filter(|&j| j != k).map(|j| (f - at(j)) / (at(k) - at(j))).product();
                        weight * past(n, whole + k - 1)
                    })
                    .sum()
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn line(seed: u64) {
        same_bits::<Line>(seed, 700);
        stays_finite::<Line>(seed, 2000);
    }

    #[test]
    fn echo(seed: u64) {
        same_bits::<Echoes>(seed, 700);
        stays_finite::<Echoes>(seed, 4000);
    }

    #[test]
    fn chorus(seed: u64) {
        same_bits::<Choruses<3>>(seed, 500);
        stays_finite::<Choruses<1>>(seed, 4000);
    }

    #[test]
    fn line_agrees_with_its_definition(seed: u64) {
        let mut noise = Noise::new(seed);
        let input = noise.block(800, 1.0);
        let delay: Vec<f32> = (0..800)
            .map(|i| match i / 100 % 4 {
                0 => noise.within(1.0, 3.0) as f32,
                1 => noise.within(1.0, 100.0) as f32,
                2 => noise.within(1.0, 100.0).floor() as f32,
                _ => 1.0 + i as f32 * 0.01,
            })
            .collect();
        let mut out = vec![0.0; 800];
        DelayLine::<f32>::new(100).process(&input, &Value::Moving(&delay), &mut out);
        let reference = naive_line(&input, &delay.iter().map(|d| f64::from(*d)).collect::<Vec<_>>());
        for (i, (a, b)) in out.iter().zip(&reference).enumerate() {
            // Three roundings in each weight, four products: 10 units of 2^-24 at most.
            prop_assert!((f64::from(*a) - b).abs() < 6e-7, "frame {}: {} against {}", i, a, b);
        }
    }

    #[test]
    fn a_loop_closed_outside_equals_the_loop_frame_by_frame(seed: u64, time in 1.0_f32..100.0) {
        // read, anything in between, write: in pieces of random length up to what is available, against single frames.
        let input = Noise::new(seed).block(600, 1.0);
        let run = |lengths: &[usize]| {
            let mut line = DelayLine::<f32>::new(100);
            let (mut out, mut last, mut at) = (vec![0.0_f32; 600], 0.0_f32, 0);
            for &length in lengths {
                let end = at + length;
                while at < end {
                    let time = Value::Steady(time);
                    let got = line.read(&time, &mut out[at..end]);
                    assert!(got >= 1 && got == line.available(&time).min(end - at));
                    let mut block = input[at..at + got].to_vec();
                    for (x, wet) in block.iter_mut().zip(&out[at..at + got]) {
                        *x += 0.5 * (wet + last);
                        last = *wet;
                    }
                    line.write(&block);
                    at += got;
                }
            }
            out
        };
        let single = run(&[1; 600]);
        prop_assert_eq!(&single, &run(&[600]));
        prop_assert_eq!(&single, &run(&cuts(seed, 600)));
    }
}

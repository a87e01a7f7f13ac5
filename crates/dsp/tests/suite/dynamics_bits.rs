//! Dynamics and meter give the same bits however time is cut, parameters are handed over and lanes are filled, and stay
//! finite; and nothing leaves the limiter over its ceiling.

use crate::kernel;

use kernel::{Feed, Noise, Subject, same_bits, stays_finite};
use proptest::prelude::*;
use sostenuto_dsp::{
    Compressor, CompressorParams, Limiter, LimiterParams, Meter, Sample, Value, math::db_to_gain,
};

/// With this many side chains: none, one, or two and the way from one to the other.
struct Compressing<const KEYS: usize>;

impl<const KEYS: usize> Subject for Compressing<KEYS> {
    const INPUTS: usize = 3;
    fn ranges() -> Vec<(f64, f64)> {
        let along = (-0.2, 1.2);
        vec![(-110.0, 30.0), (0.0, 1100.0), (-1.0, 50.0), (-1.0, 100.0), (-1.0, 1000.0), (-70.0, 70.0), along]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Compressor::<S>::new(feed.rate);
        let mut out = [vec![S::zero(); feed.frames()], vec![S::zero(); feed.frames()]];
        feed.blocks(|start, at| {
            let params = CompressorParams {
                threshold: feed.value(0, &at),
                ratio: feed.value(1, &at),
                knee: feed.value(2, &at),
                attack: feed.value(3, &at),
                release: feed.value(4, &at),
                makeup: feed.value(5, &at),
            };
            let [left, right] = &mut out;
            let inputs = [&feed.inputs[0][at.clone()], &feed.inputs[1][at.clone()]];
            let key = [&feed.inputs[2][at.clone()]];
            let along = feed.value(6, &at);
            let out = &mut [&mut left[at.clone()], &mut right[at]];
            match KEYS {
                0 => kernel.process(start, &inputs, None, &params, out),
                1 => kernel.process(start, &inputs, Some(&key), &params, out),
                _ => kernel.process_between(start, &inputs, [&inputs, &key], along, &params, out),
            }
        });
        out.concat()
    }
}

struct Limiting;

impl Subject for Limiting {
    const INPUTS: usize = 2;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(-70.0, 30.0), (-1.0, 200.0)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Limiter::<S>::new(feed.rate, 0.7, 2);
        let mut out = [vec![S::zero(); feed.frames()], vec![S::zero(); feed.frames()]];
        feed.blocks(|start, at| {
            let params = LimiterParams { ceiling: feed.value(0, &at), release: feed.value(1, &at) };
            let [left, right] = &mut out;
            let inputs = [&feed.inputs[0][at.clone()], &feed.inputs[1][at.clone()]];
            kernel.process(start, &inputs, &params, &mut [&mut left[at.clone()], &mut right[at]]);
        });
        out.concat()
    }
}

struct Metering;

impl Subject for Metering {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Meter::<S>::new(feed.rate, 2.0, 200.0);
        // Read at the same absolute frames whatever the cuts: every 100 frames and at the end.
        let mut readings = Vec::new();
        let mut done = 0;
        feed.blocks(|start, at| {
            let mut from = at.start;
            while from < at.end {
                let to = at.end.min((from / 100 + 1) * 100);
                kernel.process(start + (from - at.start) as u64, &feed.inputs[0][from..to]);
                if to % 100 == 0 {
                    readings.extend([kernel.peak(), kernel.rms()]);
                }
                from = to;
            }
            done = at.end;
        });
        assert_eq!(done, feed.frames());
        readings
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn compressor(seed: u64) {
        same_bits::<Compressing<0>>(seed, 500);
        same_bits::<Compressing<1>>(seed, 500);
        same_bits::<Compressing<2>>(seed, 500);
        stays_finite::<Compressing<0>>(seed, 2000);
        stays_finite::<Compressing<1>>(seed, 2000);
        stays_finite::<Compressing<2>>(seed, 2000);
    }

    #[test]
    fn limiter(seed: u64) {
        same_bits::<Limiting>(seed, 500);
        stays_finite::<Limiting>(seed, 2000);
    }

    #[test]
    fn meter(seed: u64) {
        same_bits::<Metering>(seed, 700);
        stays_finite::<Metering>(seed, 2000);
    }

    #[test]
    fn nothing_is_over_the_ceiling(
        seed: u64, lookahead in 0.0_f64..12.0, ceiling in -40.0_f32..6.0, release in 0.0_f32..500.0,
        loudness in 0.1_f64..1000.0,
    ) {
        let mut noise = Noise::new(seed);
        // Bursts, single peaks and silence.
        let input: Vec<f32> = (0..4000)
            .map(|i| match (i / 400) % 4 {
                0 => noise.within(-loudness, loudness),
                1 => if noise.within(0.0, 1.0) < 0.01 { loudness } else { 0.0 },
                2 => 0.0,
                _ => loudness * (f64::from(i) * 0.2).sin(),
            } as f32)
            .collect();
        let other = noise.block(4000, 1.0);
        let mut limiter = Limiter::<f32>::new(48_000.0, lookahead, 2);
        let mut out = [vec![0.0; 4000], vec![0.0; 4000]];
        let [left, right] = &mut out;
        let params = LimiterParams { ceiling: Value::Steady(ceiling), release: Value::Steady(release) };
        limiter.process(0, &[&input, &other], &params, &mut [left, right]);
        let limit = db_to_gain(ceiling);
        for (i, x) in out.iter().flatten().enumerate() {
            prop_assert!(x.abs() <= limit, "frame {}: {} over {}", i, x, limit);
        }
        // Both channels have the same gain, and it is never over one.
        let latency = limiter.latency();
        for i in latency..4000 {
            prop_assert!(out[0][i].abs() <= input[i - latency].abs() && out[1][i].abs() <= other[i - latency].abs());
            let (a, b) = (out[0][i] * other[i - latency], out[1][i] * input[i - latency]);
            prop_assert!((a - b).abs() <= 1e-6 * a.abs().max(b.abs()) + 1e-30, "{} {}", a, b);
        }
    }
}

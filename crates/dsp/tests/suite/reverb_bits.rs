//! The reverb gives the same bits however time is cut, parameters are handed over and lanes are filled, and stays finite.

use crate::kernel;

use kernel::{Feed, Subject, same_bits, stays_finite};
use proptest::prelude::*;
use sostenuto_dsp::{Reverb, ReverbParams, Sample};

struct Room;

impl Subject for Room {
    const INPUTS: usize = 2;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 120.0), (0.0, 2.5), (-0.1, 1.1), (-0.1, 1.1), (0.0, 12.0), (-0.1, 1.1), (-0.1, 1.1)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Reverb::<S>::new(feed.rate / 4.0, 10.0);
        let mut out = [vec![S::zero(); feed.frames()], vec![S::zero(); feed.frames()]];
        feed.blocks(|start, at| {
            let params = ReverbParams {
                decay: feed.value(0, &at),
                size: feed.value(1, &at),
                damping: feed.value(2, &at),
                modulation: feed.value(3, &at),
                predelay: feed.value(4, &at),
                width: feed.value(5, &at),
                mix: feed.value(6, &at),
            };
            let [left, right] = &mut out;
            let input = [&feed.inputs[0][at.clone()], &feed.inputs[1][at.clone()]];
            kernel.process(start, input, &params, [&mut left[at.clone()], &mut right[at]]);
        });
        out.concat()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reverb(seed: u64) {
        same_bits::<Room>(seed, 1500);
        stays_finite::<Room>(seed, 20_000);
    }
}

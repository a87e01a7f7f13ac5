//! The saturator gives the same bits however time is cut, parameters are handed over and lanes are filled, and stays finite.

use crate::kernel;

use kernel::{Feed, Subject, same_bits, stays_finite};
use proptest::prelude::*;
use sostenuto_dsp::{Oversampling, Sample, Saturator, SaturatorParams};

struct Saturating<const FACTOR: usize>;

impl<const FACTOR: usize> Subject for Saturating<FACTOR> {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(-70.0, 70.0), (-0.1, 1.1)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Saturator::<S>::new(match FACTOR {
            1 => Oversampling::None,
            2 => Oversampling::Two,
            4 => Oversampling::Four,
            _ => Oversampling::Eight,
        });
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|start, at| {
            let params = SaturatorParams { drive: feed.value(0, &at), mix: feed.value(1, &at) };
            kernel.process(start, &feed.inputs[0][at.clone()], &params, &mut out[at]);
        });
        out
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn saturator(seed: u64) {
        same_bits::<Saturating<1>>(seed, 400);
        same_bits::<Saturating<2>>(seed, 400);
        same_bits::<Saturating<4>>(seed, 400);
        same_bits::<Saturating<8>>(seed, 400);
        stays_finite::<Saturating<1>>(seed, 2000);
        stays_finite::<Saturating<4>>(seed, 2000);
    }
}

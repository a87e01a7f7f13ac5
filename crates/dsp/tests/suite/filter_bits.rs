//! Every filter gives the same bits however time is cut, parameters are handed over and lanes are filled, and stays finite.

use crate::kernel;

use kernel::{Feed, Subject, same_bits, stays_finite};
use proptest::prelude::*;
use sostenuto_dsp::{
    Biquad, BiquadParams, DcBlocker, Double, Native, OnePole, OnePoleKind, Precision, Sample, Shape, Svf,
    SvfOutputs,
};

struct BiquadOf<const SHAPE: usize, P>(P);

impl<const SHAPE: usize, P: Precision> Subject for BiquadOf<SHAPE, P> {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 100_000.0), (0.0, 1200.0), (-70.0, 70.0)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Biquad::<S, P>::new(Shape::ALL[SHAPE], feed.rate);
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|start, at| {
            let params =
                BiquadParams { cutoff: feed.value(0, &at), q: feed.value(1, &at), gain: feed.value(2, &at) };
            kernel.process(start, &feed.inputs[0][at.clone()], &params, &mut out[at]);
        });
        out
    }
}

struct SvfOf<P>(P);

impl<P: Precision> Subject for SvfOf<P> {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 100_000.0), (0.0, 1200.0)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = Svf::<S, P>::new(feed.rate);
        let mut out = vec![vec![S::zero(); feed.frames()]; 4];
        feed.blocks(|start, at| {
            let [low, band, high, notch] = &mut out[..] else { unreachable!() };
            let outputs = SvfOutputs {
                low: &mut low[at.clone()],
                band: &mut band[at.clone()],
                high: &mut high[at.clone()],
                notch: &mut notch[at.clone()],
            };
            let (cutoff, q) = (feed.value(0, &at), feed.value(1, &at));
            kernel.process(start, &feed.inputs[0][at], &cutoff, &q, outputs);
        });
        out.concat()
    }
}

struct OnePoleOf<const HIGH: bool>;

impl<const HIGH: bool> Subject for OnePoleOf<HIGH> {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![(0.0, 100_000.0)]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let kind = if HIGH { OnePoleKind::Highpass } else { OnePoleKind::Lowpass };
        let mut kernel = OnePole::<S>::new(kind, feed.rate);
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|start, at| {
            kernel.process(start, &feed.inputs[0][at.clone()], &feed.value(0, &at), &mut out[at]);
        });
        out
    }
}

struct Dc;

impl Subject for Dc {
    const INPUTS: usize = 1;
    fn ranges() -> Vec<(f64, f64)> {
        vec![]
    }
    #[inline(always)]
    fn run<S: Sample>(feed: &Feed<S>) -> Vec<S> {
        let mut kernel = DcBlocker::<S>::new(feed.rate);
        let mut out = vec![S::zero(); feed.frames()];
        feed.blocks(|start, at| kernel.process(start, &feed.inputs[0][at.clone()], &mut out[at]));
        out
    }
}

fn both<K: Subject>(seed: u64) {
    same_bits::<K>(seed, 700);
    stays_finite::<K>(seed, 700);
}

fn biquads<P: Precision>(seed: u64, shape: usize) {
    match shape {
        0 => both::<BiquadOf<0, P>>(seed),
        1 => both::<BiquadOf<1, P>>(seed),
        2 => both::<BiquadOf<2, P>>(seed),
        3 => both::<BiquadOf<3, P>>(seed),
        4 => both::<BiquadOf<4, P>>(seed),
        5 => both::<BiquadOf<5, P>>(seed),
        6 => both::<BiquadOf<6, P>>(seed),
        7 => both::<BiquadOf<7, P>>(seed),
        _ => both::<BiquadOf<8, P>>(seed),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn biquad(seed: u64, shape in 0_usize..9) {
        biquads::<Double>(seed, shape);
        biquads::<Native>(seed, shape);
    }

    #[test]
    fn svf(seed: u64) {
        both::<SvfOf<Double>>(seed);
        both::<SvfOf<Native>>(seed);
    }

    #[test]
    fn one_pole_and_dc_blocker(seed: u64) {
        both::<OnePoleOf<false>>(seed);
        both::<OnePoleOf<true>>(seed);
        both::<Dc>(seed);
    }
}

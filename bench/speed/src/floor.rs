//! What can the machine do if the loops are written by hand for one workload, lanes across whatever repeats?
//!
//! No graph, no edits, nothing that is settable: bounds to measure engines against. Each kernel is written once over [`Lanes`], and compiled for SSE2,
//! AVX2 with FMA and AVX-512; which of them the processor has is asked when the program runs.

mod chains;
mod lanes;
mod samples;
mod strips;
mod voices;

use crate::engine::Engine;
use crate::workload::Workload;
pub use lanes::able;

/// The floor of a workload in that many lanes, if this processor has them.
pub fn make(workload: Workload, width: usize) -> Option<Box<dyn Engine>> {
    if !able(width) {
        return None;
    }
    match workload {
        Workload::Voices => Some(Box::new(voices::Voices::new(width))),
        Workload::Strips => Some(Box::new(strips::Strips::new(width))),
        Workload::Chains => Some(Box::new(chains::Chains::new(width))),
        // Two frames of both sides are four numbers.
        Workload::Linear | Workload::Cubic if width == 4 => {
            Some(Box::new(samples::Samples::new(workload == Workload::Cubic)))
        }
        Workload::Linear | Workload::Cubic | Workload::Notes | Workload::Mixed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{BLOCK, FILTERS, Filter};

    /// Half a second of what a floor renders.
    fn rendered(workload: Workload, width: usize) -> Option<Vec<f32>> {
        let mut engine = make(workload, width)?;
        let mut out = [[0.0; BLOCK]; 2];
        let blocks = (0..375).flat_map(|_| {
            engine.block(&mut out);
            out.concat()
        });
        Some(blocks.collect())
    }

    #[test]
    fn voices_sound_the_same_in_every_width() {
        let narrow = rendered(Workload::Voices, 4).expect("SSE2 is always there");
        let loudest = narrow.iter().fold(0.0f32, |most, x| most.max(x.abs()));
        assert!(loudest > 0.1, "{loudest}");
        for wide in [8, 16].into_iter().filter_map(|width| rendered(Workload::Voices, width)) {
            let apart = narrow.iter().zip(&wide).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
            assert!(apart < 1e-3, "{apart}");
        }
    }

    #[test]
    fn strips_and_chains_have_their_level_in_every_width() {
        for workload in [Workload::Strips, Workload::Chains] {
            for sound in [4, 8, 16].into_iter().filter_map(|width| rendered(workload, width)) {
                let power = sound.iter().map(|x| f64::from(x * x)).sum::<f64>() / sound.len() as f64;
                let (low, high) = workload.level();
                assert!((low..high).contains(&power.sqrt()), "{}: {}", workload.name(), power.sqrt());
            }
        }
    }

    #[test]
    fn filters_have_their_gain_where_it_is_asked_for() {
        let gain = |filter: &Filter, frequency: f64| {
            let [b0, b1, b2, a1, a2] = filter.coefficients();
            let turn = std::f64::consts::TAU * frequency / f64::from(crate::spec::RATE);
            let size = |c0: f64, c1: f64, c2: f64| {
                let real = c0 + c1 * turn.cos() + c2 * (2.0 * turn).cos();
                let imaginary = c1 * turn.sin() + c2 * (2.0 * turn).sin();
                real.hypot(imaginary)
            };
            crate::spec::decibels(size(b0, b1, b2) / size(1.0, a1, a2))
        };
        let [low, dip, peak, high] = FILTERS;
        for (filter, there, away) in
            [(low, 1.0, 23_000.0), (dip, 500.0, 1.0), (peak, 2000.0, 1.0), (high, 23_000.0, 1.0)]
        {
            assert!(
                (gain(&filter, there) - filter.gain).abs() < 0.05,
                "{filter:?}: {}",
                gain(&filter, there)
            );
            assert!(gain(&filter, away).abs() < 0.05, "{filter:?}: {}", gain(&filter, away));
        }
    }
}

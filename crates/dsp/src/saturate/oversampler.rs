//! Something done at twice, four or eight times the rate.

use super::halfband::{BLOCK, Halfband, Stage};
use crate::Sample;
use crate::grid::GRID;
use crate::lane_state::lane_state;

/// How much higher the rate within is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversampling {
    /// The rate itself; no latency.
    None,
    /// Twice; 47 frames late.
    Two,
    /// Four times; 55 frames late.
    Four,
    /// Eight times; 58 frames late.
    Eight,
}

/// Half-band stages in series, up and down again.
///
/// All stop 100 dB (Kaiser's beta 0.1102 (100 - 8.7) = 10.06). The first passes up to 0.43 of the base rate (20.7 kHz at
/// 48 kHz); its 24 pairs follow from a transition of 92 / (2.285 * 2 pi * 94) = 0.068 of twice the rate. The others have
/// more room, and so fewer taps. From the second on a stage is padded to whole frames of the base rate.
#[derive(Clone, Debug)]
pub(super) struct Oversampler<S: Sample> {
    stages: Box<[Stage<S>]>,
    /// What lies above each stage.
    scratch: Box<[Box<[S]>]>,
    latency: usize,
}

impl<S: Sample> Oversampler<S> {
    pub fn new(factor: Oversampling) -> Self {
        let count = match factor {
            Oversampling::None => 0,
            Oversampling::Two => 1,
            Oversampling::Four => 2,
            Oversampling::Eight => 3,
        };
        let stages: Box<[Stage<S>]> = [(24, false), (8, true), (6, true)][..count]
            .iter()
            .map(|&(pairs, pad)| Stage::new(Halfband::new(pairs, 10.06), pad))
            .collect();
        let scratch = (0..count).map(|i| vec![S::zero(); (GRID << (i + 1)).min(2 * BLOCK)].into()).collect();
        let latency = stages.iter().enumerate().map(|(i, stage)| stage.latency() >> (i + 1)).sum();
        Oversampler { stages, scratch, latency }
    }

    /// Frames at the base rate by which the output is late.
    pub fn latency(&self) -> usize {
        self.latency
    }

    #[inline(always)]
    pub fn reset(&mut self) {
        self.stages.iter_mut().for_each(Stage::reset);
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.stages.iter().all(Stage::is_silent)
    }

    /// `work` at the higher rate on up to 64 frames from `input` to `out`.
    #[inline(always)]
    pub fn process(&mut self, input: &[S], out: &mut [S], work: impl FnOnce(&mut [S])) {
        let frames = input.len().min(out.len()).min(GRID);
        let top = self.stages.len();
        for i in 0..top {
            let (below, above) = self.scratch.split_at_mut(i);
            let source = below.last().map_or(&input[..frames], |b| &b[..frames << i]);
            self.stages[i].up(source, &mut above[0][..frames << (i + 1)]);
        }
        match self.scratch.last_mut() {
            Some(highest) => work(&mut highest[..frames << top]),
            None => {
                out[..frames].copy_from_slice(&input[..frames]);
                work(&mut out[..frames]);
            }
        }
        for i in (0..top).rev() {
            let (below, above) = self.scratch.split_at_mut(i);
            let target = match below.last_mut() {
                Some(b) => &mut b[..frames << i],
                None => &mut out[..frames],
            };
            self.stages[i].down(&above[0][..frames << (i + 1)], target);
        }
    }
}

lane_state!(Oversampler<S> { part_lists: stages; });

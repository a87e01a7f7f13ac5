//! How one click becomes many: Schroeder all-passes in series.

use crate::grid::{GRID, contained};
use crate::{DelayLine, LaneState, Sample, Value};

/// Delays in seconds, for either side: short, so that they add little to the decay (at 0.6, 60 dB in 14 rounds: 70 ms for
/// the longest).
const SECONDS: [[f64; 3]; 2] = [[0.001_51, 0.002_77, 0.004_93], [0.001_63, 0.002_59, 0.005_09]];

/// What passes round the delay. (M. Schroeder, "Natural sounding artificial reverberation", JAES 10(3), 1962, has 0.7.)
const GAIN: f64 = 0.6;

/// Three all-passes in series.
#[derive(Clone, Debug)]
pub(super) struct Diffuser<S: Sample> {
    stages: [(DelayLine<S>, usize); 3],
}

impl<S: Sample> Diffuser<S> {
    pub fn new(rate: f64, side: usize) -> Self {
        let stages = SECONDS[side % 2].map(|seconds| {
            let frames = ((seconds * rate) as usize).max(1);
            (DelayLine::new(frames), frames)
        });
        Diffuser { stages }
    }

    #[inline(always)]
    pub fn reset(&mut self) {
        self.stages.iter_mut().for_each(|(line, _)| line.reset());
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.stages.iter().all(|(line, _)| line.is_silent())
    }

    /// In the bit of each lane, whether all stages hold exact zeros there.
    #[inline(always)]
    pub fn silent_lanes(&self) -> u32 {
        self.stages.iter().fold(u32::MAX, |lanes, (line, _)| lanes & line.silent_lanes())
    }

    /// How many frames can be processed at once.
    #[inline(always)]
    pub fn step(&self) -> usize {
        self.stages[0].1
    }

    /// In place, up to 64 frames and no more than [`step`](Self::step).
    #[inline(always)]
    pub fn process(&mut self, block: &mut [S]) {
        let gain = S::splat(GAIN);
        for (line, frames) in &mut self.stages {
            let mut late = [S::zero(); GRID];
            let late = &mut late[..block.len()];
            line.read_known(&Value::Steady(S::splat(*frames as f64)), late);
            for (x, late) in block.iter_mut().zip(late.iter_mut()) {
                let inner = contained(*x + gain * *late);
                *x = *late - gain * inner;
                *late = inner;
            }
            line.write(late);
        }
    }
}

impl<S: Sample> LaneState for Diffuser<S> {
    type Alone = Diffuser<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        for ((line, _), (other, _)) in self.stages.iter_mut().zip(&mut alone.stages) {
            line.swap_lane(lane, other);
        }
    }

    fn reset_lane(&mut self, lane: usize) {
        for (line, _) in &mut self.stages {
            line.reset_lane(lane);
        }
    }
}

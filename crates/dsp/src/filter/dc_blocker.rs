//! Takes out what does not move: a high-pass far below hearing.

use super::one_pole::{OnePole, OnePoleKind};
use crate::lane_state::lane_state;
use crate::{Sample, Value};

/// A one-pole high-pass, at 5 Hz unless told otherwise, with its state in double precision.
///
/// At 5 Hz it lowers 20 Hz by 0.26 dB, and a step falls to a thousandth in 0.22 s.
#[derive(Clone, Debug)]
pub struct DcBlocker<S: Sample> {
    filter: OnePole<S>,
    cutoff: S,
}

impl<S: Sample> DcBlocker<S> {
    /// A blocker at rest, with its cutoff at 5 Hz.
    pub fn new(rate: f64) -> Self {
        Self::with_cutoff(rate, 5.0)
    }

    /// A blocker at rest, with its cutoff at `cutoff_hz`.
    pub fn with_cutoff(rate: f64, cutoff_hz: f64) -> Self {
        DcBlocker { filter: OnePole::new(OnePoleKind::Highpass, rate), cutoff: S::splat(cutoff_hz) }
    }

    /// Back to rest.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.filter.reset();
    }

    /// Whether the state is exactly zero: silence in gives silence out.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.filter.is_silent()
    }

    /// Filters a block that begins at the absolute frame `start`. \[audio\]
    #[inline(always)]
    pub fn process(&mut self, start: u64, input: &[S], out: &mut [S]) {
        self.filter.process(start, input, &Value::Steady(self.cutoff), out);
    }
}

lane_state!(DcBlocker<S> { parts: filter; });

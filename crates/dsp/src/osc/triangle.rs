//! A triangle without audible aliasing.

use super::edges::{Pending, Piece};
use super::residual::{Residuals, slope_residuals};
use super::tuning::Tuning;
use crate::lane_state::lane_state;
use crate::{PIECE, Phase, Sample, Value};

/// A quarter turn: the peak of the triangle.
const QUARTER_TURN: u64 = 1 << 62;
/// Half a turn, from the peak to the trough.
const HALF_TURN: u64 = 1 << 63;

/// A band-limited triangle between -1 and 1, [`super::LATENCY`] frames late.
#[derive(Clone, Copy)]
pub struct Triangle<S: Sample = f32> {
    /// Phase of the next frame, counted from the peak.
    phase: S::Phase,
    tuning: Tuning<S>,
    pending: Pending<S>,
    residuals: &'static Residuals,
}

impl<S: Sample> Triangle<S> {
    /// At `rate` frames per second (at least 1), from phase 0. The first oscillator of a process computes a table. `[control]`
    pub fn new(rate: f64) -> Self {
        let tuning = Tuning::new(rate);
        let mut triangle =
            Self { phase: S::Phase::zero(), tuning, pending: Pending::new(), residuals: slope_residuals() };
        triangle.reset();
        triangle
    }

    /// Back to phase 0 and silence before it. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        self.pending = Pending::new();
        self.set_phase(S::Phase::zero());
    }

    /// Moves to `phase`, of the frame that comes next. The jump is not band-limited. `[audio]`
    #[inline(always)]
    pub fn set_phase(&mut self, phase: S::Phase) {
        self.phase = phase.minus(S::Phase::splat(QUARTER_TURN));
    }

    /// Fills `out`. `frequency` in hertz (below 0: backwards; limited to half the rate). `[audio]`
    #[inline]
    pub fn process(&mut self, frequency: Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(frequency, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, frequency: Value<'_, S>, out: &mut [S]) {
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            match frequency.part(start, start + out.len()) {
                Value::Steady(frequency) => self.steady(self.tuning.step(frequency), out),
                moving => self.moving(moving, out),
            }
            start += out.len();
        }
    }

    /// At most [`PIECE`] frames at one frequency: corners are found by division.
    #[inline(always)]
    fn steady(&mut self, step: S::Phase, out: &mut [S]) {
        let mut piece = Piece::new();
        self.pending.open(&mut piece);
        piece.cross_steady::<HALF_TURN>(
            self.residuals,
            out.len(),
            (self.phase, step),
            #[inline(always)]
            |step, trough| if trough { at_trough(step) } else { at_peak(step) },
        );
        let mut phase = self.phase;
        self.pending.close(
            &mut piece,
            out,
            #[inline(always)]
            || {
                let plain = plain::<S>(phase);
                phase = phase.plus(step);
                plain
            },
        );
        self.phase = phase;
    }

    /// At most [`PIECE`] frames.
    #[inline(always)]
    fn moving(&mut self, frequency: Value<'_, S>, out: &mut [S]) {
        let half = S::Phase::splat(HALF_TURN);
        let mut phases = [S::Phase::zero(); PIECE];
        let Some(phases) = phases.get_mut(..out.len()) else { return };
        self.tuning.steps(frequency, phases);
        let mut piece = Piece::new();
        self.pending.open(&mut piece);
        let mut phase = self.phase;
        for (i, slot) in phases.iter_mut().enumerate() {
            let step = *slot;
            let next = phase.plus(step);
            *slot = phase;
            let peak = next.crossed(phase, step);
            if peak != 0 {
                piece.cross(self.residuals, i + 1, (peak, next, step), at_peak);
            }
            let trough = next.plus(half).crossed(phase.plus(half), step);
            if trough != 0 {
                piece.cross(self.residuals, i + 1, (trough, next.plus(half), step), at_trough);
            }
            phase = next;
        }
        self.phase = phase;
        let mut phases = phases.iter();
        self.pending.close(
            &mut piece,
            out,
            #[inline(always)]
            || match phases.next() {
                Some(phase) => plain::<S>(*phase),
                None => S::zero(),
            },
        );
    }
}

/// The triangle at a phase counted from its peak.
#[inline(always)]
fn plain<S: Sample>(phase: S::Phase) -> S {
    S::one() - S::turns_of(phase).abs() * S::splat(4.0)
}

/// The change of slope at the peak: from 4 turns per turn to -4, whichever way it is passed.
#[inline(always)]
fn at_peak(step: f64) -> f64 {
    -8.0 * step.abs()
}

/// The change of slope at the trough.
#[inline(always)]
fn at_trough(step: f64) -> f64 {
    8.0 * step.abs()
}

lane_state!(Triangle<S> { phases: phase; parts: pending; } reset |triangle, lane| {
    triangle.phase.set_lane(lane, QUARTER_TURN.wrapping_neg());
});

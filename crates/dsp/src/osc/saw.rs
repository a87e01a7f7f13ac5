//! A sawtooth without audible aliasing.

use super::edges::{Pending, Piece};
use super::residual::{Residuals, step_residuals};
use super::tuning::Tuning;
use crate::lane_state::lane_state;
use crate::{PIECE, Phase, Sample, Value};

/// Half a turn: where the saw falls.
const HALF_TURN: u64 = 1 << 63;

/// A band-limited sawtooth that rises from -1 to 1, [`super::LATENCY`] frames late.
#[derive(Clone, Copy)]
pub struct Saw<S: Sample = f32> {
    /// Phase of the next frame, counted from the fall.
    phase: S::Phase,
    tuning: Tuning<S>,
    pending: Pending<S>,
    residuals: &'static Residuals,
}

impl<S: Sample> Saw<S> {
    /// At `rate` frames per second (at least 1), from phase 0. The first oscillator of a process computes a table. `[control]`
    pub fn new(rate: f64) -> Self {
        let tuning = Tuning::new(rate);
        let mut saw =
            Self { phase: S::Phase::zero(), tuning, pending: Pending::new(), residuals: step_residuals() };
        saw.reset();
        saw
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
        self.phase = phase.plus(S::Phase::splat(HALF_TURN));
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

    /// At most [`PIECE`] frames at one frequency: edges are found by division.
    #[inline(always)]
    fn steady(&mut self, step: S::Phase, out: &mut [S]) {
        let mut piece = Piece::new();
        self.pending.open(&mut piece);
        piece.cross_steady::<0>(
            self.residuals,
            out.len(),
            (self.phase, step),
            #[inline(always)]
            |step, _| fall(step),
        );
        let half = S::Phase::splat(HALF_TURN);
        let mut phase = self.phase.plus(half);
        self.pending.close(
            &mut piece,
            out,
            #[inline(always)]
            || {
                let plain = S::turns_of(phase) * S::splat(2.0);
                phase = phase.plus(step);
                plain
            },
        );
        self.phase = phase.minus(half);
    }

    /// At most [`PIECE`] frames.
    #[inline(always)]
    fn moving(&mut self, frequency: Value<'_, S>, out: &mut [S]) {
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
            let crossed = next.crossed(phase, step);
            if crossed != 0 {
                piece.cross(self.residuals, i + 1, (crossed, next, step), fall);
            }
            phase = next;
        }
        self.phase = phase;
        let half = S::Phase::splat(HALF_TURN);
        let mut phases = phases.iter();
        self.pending.close(
            &mut piece,
            out,
            #[inline(always)]
            || match phases.next() {
                Some(phase) => S::turns_of(phase.plus(half)) * S::splat(2.0),
                None => S::zero(),
            },
        );
    }
}

/// The height of the edge: up when it is passed backwards.
#[inline(always)]
fn fall(step: f64) -> f64 {
    if step < 0.0 { 2.0 } else { -2.0 }
}

lane_state!(Saw<S> { phases: phase; parts: pending; } reset |saw, lane| {
    saw.phase.set_lane(lane, HALF_TURN);
});

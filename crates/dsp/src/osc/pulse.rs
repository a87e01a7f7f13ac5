//! A square wave with a movable pulse width, without audible aliasing.

use super::edges::{Pending, Piece};
use super::residual::{Residuals, step_residuals};
use super::tuning::Tuning;
use crate::lane_state::lane_state;
use crate::{PIECE, Phase, Sample, Value};

/// Half a turn: the middle of the range of signed turns.
const HALF_TURN: u64 = 1 << 63;

/// A band-limited pulse of height 2 and no mean, [`super::LATENCY`] frames late.
///
/// It is high for the part `width` of each cycle: at `2 - 2 width`, and low at `-2 width`; so at a width of one half it is a
/// square between -1 and 1, and at 0 and 1 it is silent. Moving the width moves no mean through what follows.
#[derive(Clone, Copy)]
pub struct Pulse<S: Sample = f32> {
    /// Phase of the next frame, counted from the rise.
    phase: S::Phase,
    /// Phase of the frame before, counted from the fall.
    from_fall: S::Phase,
    /// Lanes of which there is no frame before.
    fresh: u32,
    tuning: Tuning<S>,
    pending: Pending<S>,
    residuals: &'static Residuals,
}

impl<S: Sample> Pulse<S> {
    /// At `rate` frames per second (at least 1), from phase 0. The first oscillator of a process computes a table. `[control]`
    pub fn new(rate: f64) -> Self {
        let tuning = Tuning::new(rate);
        Self {
            phase: S::Phase::zero(),
            from_fall: S::Phase::zero(),
            fresh: u32::MAX,
            tuning,
            pending: Pending::new(),
            residuals: step_residuals(),
        }
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
        self.phase = phase;
        self.fresh = u32::MAX;
    }

    /// Fills `out`. `frequency` in hertz (below 0: backwards; limited to half the rate), `width` from 0 to 1 (limited to
    /// it). The fall is band-limited as long as the width moves by less than half a turn per frame against the phase. `[audio]`
    #[inline]
    pub fn process(&mut self, frequency: Value<'_, S>, width: Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(frequency, width, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, frequency: Value<'_, S>, width: Value<'_, S>, out: &mut [S]) {
        let mut phases = [S::Phase::zero(); PIECE];
        let mut falls = [S::Phase::zero(); PIECE];
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            let (Some(phases), Some(falls)) = (phases.get_mut(..out.len()), falls.get_mut(..out.len()))
            else {
                return;
            };
            self.tuning.steps(frequency.part(start, end), phases);
            widths::<S>(width.part(start, end), falls);
            let mut piece = Piece::new();
            self.pending.open(&mut piece);
            let mut phase = self.phase;
            let mut before = self.from_fall;
            if let (Some(fall), true) = (falls.first(), self.fresh != 0) {
                let from_fall = phase.minus(*fall);
                for lane in (0..S::LANES).filter(|lane| self.fresh >> lane & 1 != 0) {
                    before.set_lane(lane, from_fall.in_lane(lane));
                }
                self.fresh = 0;
            }
            for (i, (slot, fall)) in phases.iter_mut().zip(falls.iter_mut()).enumerate() {
                let from_fall = phase.minus(*fall);
                *fall = from_fall;
                let step = from_fall.minus(before);
                let fell = from_fall.crossed(before, step);
                if fell != 0 {
                    let down = |step: f64| if step < 0.0 { 2.0 } else { -2.0 };
                    piece.cross(self.residuals, i, (fell, from_fall, step), down);
                }
                before = from_fall;

                let step = *slot;
                *slot = phase;
                let next = phase.plus(step);
                let rose = next.crossed(phase, step);
                if rose != 0 {
                    let up = |step: f64| if step < 0.0 { -2.0 } else { 2.0 };
                    piece.cross(self.residuals, i + 1, (rose, next, step), up);
                }
                phase = next;
            }
            (self.phase, self.from_fall) = (phase, before);
            // The difference of two saws, one that falls where the pulse falls and one that falls where it rises.
            let half = S::Phase::splat(HALF_TURN);
            let mut phases = phases.iter().zip(falls.iter());
            self.pending.close(
                &mut piece,
                out,
                #[inline(always)]
                || match phases.next() {
                    Some((phase, fall)) => {
                        (S::turns_of(fall.plus(half)) - S::turns_of(phase.plus(half))) * S::splat(2.0)
                    }
                    None => S::zero(),
                },
            );
            start = end;
        }
    }
}

/// The phase at which the pulse falls, frame by frame.
#[inline(always)]
fn widths<S: Sample>(width: Value<'_, S>, falls: &mut [S::Phase]) {
    match width {
        Value::Steady(width) => falls.fill(fall(width)),
        Value::Moving(widths) => {
            for (to, &width) in falls.iter_mut().zip(widths) {
                *to = fall(width);
            }
        }
    }
}

/// The phase at which a pulse of `width` falls.
#[inline(always)]
fn fall<S: Sample>(width: S) -> S::Phase {
    S::phase_of(width.clamp(S::zero(), S::one()).widen())
}

lane_state!(Pulse<S> { phases: phase, from_fall; bits: fresh; parts: pending; } reset |pulse, lane| {
    pulse.fresh |= 1 << lane;
});

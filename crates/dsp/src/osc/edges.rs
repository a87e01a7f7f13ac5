//! A waveform on its way out: the plain one, late, and the residuals of its edges.
//!
//! Residuals are added along time, one signal after the other; only then are the signals put side by side.

use super::residual::{LATENCY, Residuals, TAPS};
use crate::gate::for_each_lane;
use crate::lane_state::{swap_bit, swap_samples, zero_samples};
use crate::simd::Rows;
use crate::{LaneState, PIECE, Phase, Sample};

/// What is still to come out after a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending<S: Sample> {
    plain: [S; LATENCY],
    residual: Rows<S, TAPS>,
    /// Lanes of whose residuals something is still to come; those of the others are zero.
    ringing: u32,
}

/// Frames of residuals: those of a piece, and of an edge at its end.
const LENGTH: usize = PIECE + TAPS;

impl<S: Sample> Pending<S> {
    /// Silence.
    pub(crate) fn new() -> Self {
        Self { plain: [S::zero(); LATENCY], residual: Rows::new(), ringing: 0 }
    }

    /// Begins a piece of up to [`PIECE`] frames with what is pending.
    #[inline(always)]
    pub(crate) fn open(&mut self, piece: &mut Piece<S>) {
        piece.there = self.ringing;
        for_each_lane(
            self.ringing,
            #[inline(always)]
            |lane| {
                let to = piece.residual.signal_mut(lane).first_chunk_mut::<TAPS>();
                // Of a length that the compiler knows.
                if let (Some(to), Some(from)) = (to, self.residual.signal_mut(lane).first_chunk()) {
                    *to = *from;
                }
            },
        );
    }

    /// Writes the piece to `out`, at most [`PIECE`] frames, and keeps what goes beyond. `plain` gives the plain waveform,
    /// frame by frame.
    #[inline(always)]
    pub(crate) fn close(&mut self, piece: &mut Piece<S>, out: &mut [S], mut plain: impl FnMut() -> S) {
        let late = out.len().min(LATENCY);
        let (first, rest) = out.split_at_mut(late);
        for (out, plain) in first.iter_mut().zip(&self.plain) {
            *out = *plain;
        }
        self.plain.copy_within(late.., 0);
        for out in rest {
            *out = plain();
        }
        for pending in self.plain.iter_mut().skip(LATENCY - late) {
            *pending = plain();
        }
        if piece.there == 0 {
            return;
        }
        piece.residual.add_to(out);
        self.ringing = 0;
        for_each_lane(
            piece.there,
            #[inline(always)]
            |lane| {
                let from = piece.residual.signal_mut(lane).get(out.len()..);
                let from = from.and_then(|from| from.first_chunk::<TAPS>());
                let to = self.residual.signal_mut(lane).first_chunk_mut::<TAPS>();
                if let (Some(to), Some(from)) = (to, from) {
                    *to = *from;
                    let is_more = from.iter().fold(false, |some, x| some | (*x != S::Scalar::ZERO));
                    self.ringing |= u32::from(is_more) << lane;
                }
            },
        );
    }
}

impl<S: Sample> LaneState for Pending<S> {
    type Alone = Pending<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        swap_samples(&mut self.plain, lane, &mut alone.plain);
        self.residual.signal_mut(lane).swap_with_slice(alone.residual.signal_mut(0));
        swap_bit(&mut self.ringing, lane, &mut alone.ringing);
    }

    fn reset_lane(&mut self, lane: usize) {
        zero_samples(&mut self.plain, lane);
        self.residual.signal_mut(lane).fill(S::Scalar::ZERO);
        self.ringing &= !(1 << lane);
    }
}

/// The residuals of a piece of at most [`PIECE`] frames.
pub(crate) struct Piece<S: Sample> {
    residual: Rows<S, LENGTH>,
    /// The lanes that have any.
    there: u32,
}

impl<S: Sample> Piece<S> {
    /// Room for the residuals of a piece.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Piece { residual: Rows::new(), there: 0 }
    }

    /// Adds the residuals for the lanes whose phase went over the edge just before `frame` (at most the frame after
    /// the piece). `after` is the phase counted from the edge, `step` what was added. `height` of the edge from the step
    /// in turns, of either sign.
    #[inline(always)]
    pub(crate) fn cross(
        &mut self,
        residuals: &Residuals,
        frame: usize,
        (mut lanes, after, step): (u32, S::Phase, S::Phase),
        height: impl Fn(f64) -> f64,
    ) {
        let both = (after.lanes(), step.lanes());
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            self.cross_in(residuals, (lane, frame), in_lane(both, lane), &height);
        }
    }

    /// Adds the residuals of all edges of a piece of `frames` frames in which the phase begins at `phase` and goes on by `step`
    /// with every frame. There is an edge at each multiple of `EVERY` (a power of two, and no less than half a turn; 0 stands for
    /// a whole turn). `height` as in [`Piece::cross`], and from whether the edge is at half a turn.
    #[inline(always)]
    pub(crate) fn cross_steady<const EVERY: u64>(
        &mut self,
        residuals: &Residuals,
        frames: usize,
        (phase, step): (S::Phase, S::Phase),
        height: impl Fn(f64, bool) -> f64,
    ) {
        let part = EVERY.wrapping_sub(1);
        let reached = reached::<S::Phase>(part, frames, (&phase, &step));
        let both = (phase.lanes(), step.lanes());
        for_each_lane(reached, |lane| {
            let (mut phase, step) = in_lane(both, lane);
            let mut frame = 0;
            let (length, backwards) = ((step as i64).unsigned_abs(), step >> 63 != 0);
            loop {
                // The way that can still be gone without going over the edge.
                let way = part & if backwards { phase } else { !phase };
                if u128::from(way) >= (frames - frame) as u128 * u128::from(length) {
                    break;
                }
                let steps = way / length.max(1) + 1;
                frame += steps as usize;
                phase = phase.wrapping_add(step.wrapping_mul(steps));
                // Forwards, the phase is now just past the edge; backwards, just before it.
                let edge = if backwards { phase.wrapping_add(length) } else { phase } & !part;
                let height = |step| height(step, edge != 0);
                self.cross_in(residuals, (lane, frame), (phase.wrapping_sub(edge), step), &height);
            }
        });
    }

    /// One edge in one lane.
    #[inline(always)]
    fn cross_in(
        &mut self,
        residuals: &Residuals,
        (lane, frame): (usize, usize),
        (after, step): (u64, u64),
        height: &impl Fn(f64) -> f64,
    ) {
        // Backwards, both are counted the other way round.
        let (after, step) = (after as i64, step as i64);
        let (since, length) = (after.wrapping_mul(step.signum()) as u64, step.unsigned_abs());
        let since = since as f64 / length.max(1) as f64;
        self.there |= 1 << lane;
        if let Some(to) = self.residual.signal_mut(lane).get_mut(frame..) {
            residuals.add(to, since.min(1.0), height(step as f64 / TURN) as f32);
        }
    }
}

/// What two phases are in a lane. They lie in memory once, where one by one each would be put there anew.
#[inline(always)]
fn in_lane((first, second): (&[u64], &[u64]), lane: usize) -> (u64, u64) {
    let at = |phases: &[u64]| phases.get(lane).copied().unwrap_or(0);
    (at(first), at(second))
}

/// The lanes that reach an edge in so many frames, at most [`PIECE`]: `part` is the way between two edges less one.
#[inline(always)]
fn reached<P: Phase>(part: u64, frames: usize, (phase, step): (&P, &P)) -> u32 {
    // What goes farther in one frame may pass the end of a word in all of them: it does reach one.
    const FAR: u64 = u64::MAX / PIECE as u64;
    let mut lanes = 0;
    for (lane, (&phase, &step)) in phase.lanes().iter().zip(step.lanes()).enumerate() {
        let (length, forwards) = ((step as i64).unsigned_abs(), !((step as i64) >> 63) as u64);
        let way = part & (phase ^ forwards);
        let is_reached = length > FAR || way < length.wrapping_mul(frames as u64);
        lanes |= u32::from(is_reached) << lane;
    }
    lanes
}

/// One turn in fixed point.
const TURN: f64 = 18_446_744_073_709_551_616.0;

//! A waveform on its way out: the plain one, late, and the residuals of its edges.

use super::residual::{LATENCY, Residuals, TAPS};
use crate::{PIECE, Phase, Sample};

/// What is still to come out after a piece.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending<S: Sample> {
    plain: [S; LATENCY],
    residual: [S; TAPS],
}

impl<S: Sample> Pending<S> {
    /// Silence.
    pub(crate) fn new() -> Self {
        Self { plain: [S::zero(); LATENCY], residual: [S::zero(); TAPS] }
    }

    /// Room for a piece of up to [`PIECE`] frames, with what is pending at its beginning.
    #[inline(always)]
    pub(crate) fn open(&self) -> Piece<S> {
        let mut piece = Piece { plain: [S::zero(); PIECE + LATENCY], residual: [S::zero(); PIECE + TAPS] };
        for (to, from) in piece.plain.iter_mut().zip(&self.plain) {
            *to = *from;
        }
        for (to, from) in piece.residual.iter_mut().zip(&self.residual) {
            *to = *from;
        }
        piece
    }

    /// Writes the piece to `out` and keeps what goes beyond.
    #[inline(always)]
    pub(crate) fn close(&mut self, piece: &Piece<S>, out: &mut [S]) {
        for ((out, plain), residual) in out.iter_mut().zip(&piece.plain).zip(&piece.residual) {
            *out = *plain + *residual;
        }
        for (to, from) in self.plain.iter_mut().zip(piece.plain.iter().skip(out.len())) {
            *to = *from;
        }
        for (to, from) in self.residual.iter_mut().zip(piece.residual.iter().skip(out.len())) {
            *to = *from;
        }
    }
}

/// A piece of at most [`PIECE`] frames being computed.
pub(crate) struct Piece<S: Sample> {
    plain: [S; PIECE + LATENCY],
    residual: [S; PIECE + TAPS],
}

impl<S: Sample> Piece<S> {
    /// Where the plain waveform goes, the first frame of the piece first.
    #[inline(always)]
    pub(crate) fn plain(&mut self) -> impl Iterator<Item = &mut S> {
        self.plain.iter_mut().skip(LATENCY)
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
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let (after, step) = (after.in_lane(lane) as i64, step.in_lane(lane) as i64);
            // Backwards, both are counted the other way round.
            let (since, length) = (after.wrapping_mul(step.signum()) as u64, step.unsigned_abs());
            let since = since as f64 / length.max(1) as f64;
            if let Some(to) = self.residual.get_mut(frame..) {
                residuals.add(to, lane, since.min(1.0), height(step as f64 / TURN) as f32);
            }
        }
    }
}

/// One turn in fixed point.
const TURN: f64 = 18_446_744_073_709_551_616.0;

//! From one block per signal to signals side by side, and back.

use crate::Sample;

/// The most lanes that a square of them has room for.
const MOST: usize = 16;

/// Puts signals side by side: lane `i` of `out` gets `planar[i]`. A signal that is missing or too short is 0 from there on; one
/// that is too many is left out. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn interleave<S: Sample>(planar: &[&[S::Scalar]], out: &mut [S]) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in out.chunks_mut(S::LANES).enumerate() {
                let mut square = [S::zero(); MOST];
                let Some(square) = square.get_mut(..S::LANES) else { return };
                for (row, signal) in S::flat_mut(square).chunks_exact_mut(S::LANES).zip(planar) {
                    let signal = signal.get(k * S::LANES..).unwrap_or(&[]);
                    if let Some(whole) = signal.get(..S::LANES) {
                        row.copy_from_slice(whole);
                    } else {
                        row.iter_mut().zip(signal).for_each(|(to, x)| *to = *x);
                    }
                }
                S::transpose(square);
                copy(square, part);
            }
        },
    );
}

/// Takes signals apart: `planar[i]` gets lane `i` of `block`. A slice that is missing or too short is left out from there on; what of
/// a slice is longer stays as it is. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn deinterleave<S: Sample>(block: &[S], planar: &mut [&mut [S::Scalar]]) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in block.chunks(S::LANES).enumerate() {
                let mut square = [S::zero(); MOST];
                let Some(square) = square.get_mut(..S::LANES) else { return };
                copy(part, square);
                S::transpose(square);
                for (row, signal) in S::flat(square).chunks_exact(S::LANES).zip(planar.iter_mut()) {
                    let rest = signal.get_mut(k * S::LANES..).unwrap_or_default();
                    match rest.get_mut(..S::LANES) {
                        Some(whole) if part.len() == S::LANES => whole.copy_from_slice(row),
                        _ => rest.iter_mut().zip(row).take(part.len()).for_each(|(to, x)| *to = *x),
                    }
                }
            }
        },
    );
}

/// Copies as many frames as both have.
#[inline(always)]
fn copy<S: Sample>(from: &[S], to: &mut [S]) {
    if from.len() == to.len() {
        to.copy_from_slice(from);
    } else {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

/// Signals one after the other, each with `N` frames (a multiple of 16), in the memory of as long a block: frame `i` of lane `l` is
/// number `N * l + i`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<S, const N: usize>([S; N]);

impl<S: Sample, const N: usize> Rows<S, N> {
    /// Squares of a row.
    const SQUARES: usize = N / S::LANES;

    /// Zero everywhere.
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Rows([S::zero(); N])
    }

    /// The signals, lane 0 first.
    #[inline(always)]
    pub(crate) fn signals(&self) -> impl Iterator<Item = &[S::Scalar]> {
        S::flat(&self.0).chunks_exact(N)
    }

    /// The signals, to be written.
    #[inline(always)]
    pub(crate) fn signals_mut(&mut self) -> impl Iterator<Item = &mut [S::Scalar]> {
        S::flat_mut(&mut self.0).chunks_exact_mut(N)
    }

    /// One signal, to be written; none if there is no such lane.
    #[inline(always)]
    pub(crate) fn signal_mut(&mut self, lane: usize) -> &mut [S::Scalar] {
        S::flat_mut(&mut self.0).get_mut(lane * N..(lane + 1) * N).unwrap_or_default()
    }

    /// Takes a block of at most `N` frames apart. What of the last square lies beyond it becomes zero.
    #[inline(always)]
    pub(crate) fn take(&mut self, block: &[S]) {
        for (k, part) in block.chunks(S::LANES).take(Self::SQUARES).enumerate() {
            let mut square = [S::zero(); MOST];
            let Some(square) = square.get_mut(..S::LANES) else { return };
            copy(part, square);
            S::transpose(square);
            for (to, row) in self.0.iter_mut().skip(k).step_by(Self::SQUARES).zip(square) {
                *to = *row;
            }
        }
    }

    /// Puts the first frames side by side.
    #[inline(always)]
    pub(crate) fn give(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            copy(&self.square(k)[..S::LANES], part);
        }
    }

    /// Puts all frames side by side.
    #[inline(always)]
    pub(crate) fn give_all(&self, out: &mut [S; N]) {
        for (k, part) in out.chunks_exact_mut(S::LANES).enumerate() {
            for (to, row) in part.iter_mut().zip(self.0.iter().skip(k).step_by(Self::SQUARES)) {
                *to = *row;
            }
            S::transpose(part);
        }
    }

    /// Adds the first frames to those of `out`.
    #[inline(always)]
    pub(crate) fn add_to(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            for (to, x) in part.iter_mut().zip(self.square(k)) {
                *to += x;
            }
        }
    }

    /// As many frames as there are lanes, from the `k`th time so many.
    #[inline(always)]
    fn square(&self, k: usize) -> [S; MOST] {
        let mut square = [S::zero(); MOST];
        for (row, from) in square.iter_mut().take(S::LANES).zip(self.0.iter().skip(k).step_by(Self::SQUARES))
        {
            *row = *from;
        }
        S::transpose(&mut square);
        square
    }
}

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
                let rows = S::flat_mut(&mut square).chunks_exact_mut(S::LANES).take(S::LANES);
                for (row, signal) in rows.zip(planar) {
                    let signal = signal.get(k * S::LANES..).unwrap_or(&[]);
                    if let Some(whole) = signal.get(..S::LANES) {
                        row.copy_from_slice(whole);
                    } else {
                        row.iter_mut().zip(signal).for_each(|(to, x)| *to = *x);
                    }
                }
                give_square(&square, part);
            }
        },
    );
}

/// Takes signals apart: `planar[i]` gets lane `i` of `block`. A slice that is missing or too short is left out from there on; what of
/// a slice is longer stays as it is. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn deinterleave<S: Sample>(block: &[S], planar: &mut [&mut [S::Scalar]]) {
    take_apart(
        block,
        #[inline(always)]
        |lane, frame, samples| {
            let rest = planar.get_mut(lane).and_then(|signal| signal.get_mut(frame..)).unwrap_or_default();
            match rest.get_mut(..samples.len()) {
                Some(whole) => whole.copy_from_slice(samples),
                None => rest.iter_mut().zip(samples).for_each(|(to, x)| *to = *x),
            }
        },
    );
}

/// Takes signals apart and hands them over in pieces: `put` is called with a lane, a frame and the samples of the lane from that frame on, until it
/// has had every frame of every lane. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn take_apart<S: Sample>(block: &[S], mut put: impl FnMut(usize, usize, &[S::Scalar])) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in block.chunks(S::LANES).enumerate() {
                let square = take_square(part);
                let rows = S::flat(&square).chunks_exact(S::LANES).take(S::LANES);
                for (lane, row) in rows.enumerate() {
                    // A square that is whole has a length that the compiler knows.
                    match part.len() == S::LANES {
                        true => put(lane, k * S::LANES, row),
                        false => put(lane, k * S::LANES, row.get(..part.len()).unwrap_or(row)),
                    }
                }
            }
        },
    );
}

/// A row for each lane, from at most as many frames; rows are zero from there on.
#[inline(always)]
fn take_square<S: Sample>(frames: &[S]) -> [S; MOST] {
    let mut square = [S::zero(); MOST];
    if frames.len() >= S::LANES {
        S::transpose(frames, &mut square);
    } else {
        let mut room = [S::zero(); MOST];
        room.iter_mut().zip(frames).for_each(|(to, from)| *to = *from);
        S::transpose(&room, &mut square);
    }
    square
}

/// At most as many frames as there are lanes, from a row for each lane.
#[inline(always)]
fn give_square<S: Sample>(square: &[S; MOST], frames: &mut [S]) {
    if frames.len() >= S::LANES {
        return S::transpose(square, frames);
    }
    let mut room = [S::zero(); MOST];
    S::transpose(square, &mut room);
    frames.iter_mut().zip(room).for_each(|(to, from)| *to = from);
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
            let rows = take_square(part);
            for (to, row) in self.0.iter_mut().skip(k).step_by(Self::SQUARES).zip(rows) {
                *to = row;
            }
        }
    }

    /// Puts the first frames side by side.
    #[inline(always)]
    pub(crate) fn give(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            give_square(&self.rows(k), part);
        }
    }

    /// Puts all frames side by side.
    #[inline(always)]
    pub(crate) fn give_all(&self, out: &mut [S; N]) {
        for (k, part) in out.chunks_exact_mut(S::LANES).enumerate() {
            S::transpose(&self.rows(k), part);
        }
    }

    /// Adds the first frames to those of `out`.
    #[inline(always)]
    pub(crate) fn add_to(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            let mut square = [S::zero(); MOST];
            S::transpose(&self.rows(k), &mut square);
            for (to, x) in part.iter_mut().zip(square) {
                *to += x;
            }
        }
    }

    /// The rows of the `k`th square.
    #[inline(always)]
    fn rows(&self, k: usize) -> [S; MOST] {
        let mut rows = [S::zero(); MOST];
        let from = self.0.iter().skip(k).step_by(Self::SQUARES);
        rows.iter_mut().take(S::LANES).zip(from).for_each(|(row, from)| *row = *from);
        rows
    }
}

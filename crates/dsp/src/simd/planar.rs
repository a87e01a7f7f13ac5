//! From one block per signal to signals side by side, and back.

use crate::Sample;

/// A row for each lane, or as many frames.
type Square<S> = <S as Sample>::Each<S>;

/// Nothing but zeros.
#[inline(always)]
fn square<S: Sample>() -> Square<S> {
    S::each(|_| S::ZERO)
}

/// Puts signals side by side: lane `i` of `out` gets `planar[i]`. A signal that is missing or too short is 0 from there on; one
/// that is too many is left out. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn interleave<S: Sample>(planar: &[&[S::Scalar]], out: &mut [S]) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in out.chunks_mut(S::LANES).enumerate() {
                let mut square = square::<S>();
                let rows = S::flat_mut(square.as_mut()).chunks_exact_mut(S::LANES);
                for (row, signal) in rows.zip(planar) {
                    let signal = signal.get(k * S::LANES..).unwrap_or(&[]);
                    if let Some(whole) = signal.get(..S::LANES) {
                        row.copy_from_slice(whole);
                    } else {
                        row.iter_mut().zip(signal).for_each(|(to, x)| *to = *x);
                    }
                }
                give_square(square.as_ref(), part);
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
                let rows = S::flat(square.as_ref()).chunks_exact(S::LANES);
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
fn take_square<S: Sample>(frames: &[S]) -> Square<S> {
    let mut rows = square::<S>();
    if frames.len() >= S::LANES {
        S::transpose(frames, rows.as_mut());
    } else {
        let mut room = square::<S>();
        room.as_mut().iter_mut().zip(frames).for_each(|(to, from)| *to = *from);
        S::transpose(room.as_ref(), rows.as_mut());
    }
    rows
}

/// At most as many frames as there are lanes, from a row for each lane.
#[inline(always)]
fn give_square<S: Sample>(rows: &[S], frames: &mut [S]) {
    give_square_apart((rows, 1), frames);
}

/// The same, of rows that lie so far from each other.
#[inline(always)]
fn give_square_apart<S: Sample>(rows: (&[S], usize), frames: &mut [S]) {
    if frames.len() >= S::LANES {
        return S::transpose_apart::<false>(rows, (frames, 1));
    }
    let mut room = square::<S>();
    S::transpose_apart::<false>(rows, (room.as_mut(), 1));
    frames.iter_mut().zip(room.as_ref()).for_each(|(to, from)| *to = *from);
}

/// Signals one after the other, each with `N` frames (a multiple of 32), in the memory of as long a block: frame `i` of lane `l` is
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
            let Some(rows) = self.0.get_mut(k..) else { return };
            if part.len() == S::LANES {
                S::transpose_apart::<false>((part, 1), (rows, Self::SQUARES));
                continue;
            }
            let from = take_square(part);
            rows.iter_mut().step_by(Self::SQUARES).zip(from.as_ref()).for_each(|(to, row)| *to = *row);
        }
    }

    /// Puts the first frames side by side.
    #[inline(always)]
    pub(crate) fn give(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            give_square_apart(self.rows(k), part);
        }
    }

    /// Puts all frames side by side.
    #[inline(always)]
    pub(crate) fn give_all(&self, out: &mut [S; N]) {
        for (k, part) in out.chunks_exact_mut(S::LANES).enumerate() {
            S::transpose_apart::<false>(self.rows(k), (part, 1));
        }
    }

    /// Adds the first frames to those of `out`.
    #[inline(always)]
    pub(crate) fn add_to(&self, out: &mut [S]) {
        for (k, part) in out.chunks_mut(S::LANES).take(Self::SQUARES).enumerate() {
            if part.len() == S::LANES {
                S::transpose_apart::<true>(self.rows(k), (part, 1));
                continue;
            }
            let mut square = square::<S>();
            S::transpose_apart::<false>(self.rows(k), (square.as_mut(), 1));
            for (to, x) in part.iter_mut().zip(square.as_ref()) {
                *to += *x;
            }
        }
    }

    /// The rows of the `k`th square, and how far they lie from each other.
    #[inline(always)]
    fn rows(&self, k: usize) -> (&[S], usize) {
        (self.0.get(k..).unwrap_or_default(), Self::SQUARES)
    }
}

//! From one block per signal to signals side by side, and back.

use super::width::Vector;

/// The most lanes that a [`Vector`] has.
const MOST: usize = 16;

/// Puts signals side by side: lane `i` of `out` gets `planar[i]`. A signal that is missing or too short is 0 from there on; one
/// that is too many is left out. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn interleave<S: Vector>(planar: &[&[f32]], out: &mut [S]) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in out.chunks_mut(S::LANES).enumerate() {
                let mut square = [S::zero(); MOST];
                let Some(square) = square.get_mut(..S::LANES) else { return };
                for (row, signal) in square.iter_mut().zip(planar) {
                    *row = S::load(signal.get(k * S::LANES..).unwrap_or(&[]));
                }
                S::transpose(square);
                if part.len() == S::LANES {
                    part.copy_from_slice(square);
                } else {
                    part.iter_mut().zip(square).for_each(|(to, row)| *to = *row);
                }
            }
        },
    );
}

/// Takes signals apart: `planar[i]` gets lane `i` of `block`. A slice that is missing or too short is left out from there on; what of
/// a slice is longer stays as it is. Copies bits, for any number of frames. `[audio]`
#[inline]
pub fn deinterleave<S: Vector>(block: &[S], planar: &mut [&mut [f32]]) {
    S::enter(
        #[inline(always)]
        || {
            for (k, part) in block.chunks(S::LANES).enumerate() {
                let mut square = [S::zero(); MOST];
                let Some(square) = square.get_mut(..S::LANES) else { return };
                if part.len() == S::LANES {
                    square.copy_from_slice(part);
                } else {
                    square.iter_mut().zip(part).for_each(|(row, from)| *row = *from);
                }
                S::transpose(square);
                for (row, signal) in square.iter().zip(planar.iter_mut()) {
                    let rest = signal.get_mut(k * S::LANES..).unwrap_or_default();
                    let frames = part.len().min(rest.len());
                    row.store(rest.get_mut(..frames).unwrap_or_default());
                }
            }
        },
    );
}

//! Where the control grid, absolute multiples of 64 frames, falls inside a block.

use core::ops::Range;

use crate::{Sample, Value};

/// Frames between two points of the control grid. What a kernel does at a slower rate than the frame happens where the
/// absolute frame number is a multiple of this, so that it does not depend on how time is cut into blocks.
pub const GRID: usize = 64;

/// Magnitudes below this (−400 dBFS) are set to zero, so that a tail ends and `is_silent` becomes true.
pub(crate) const FLUSH: f64 = 1.0e-20;

/// What circulates in a feedback loop has at most this magnitude (+180 dBFS), so that no loop overflows.
const LOOP_LIMIT: f64 = 1.0e9;

/// A run of frames of a block between two points of the grid.
pub(crate) struct Span {
    /// The frames, counted from the beginning of the block.
    pub range: Range<usize>,
    /// Whether the first of them lies on the grid.
    pub on_grid: bool,
}

/// Cuts the block of `frames` frames that begins at the absolute frame `start` at the points of the grid.
#[inline(always)]
pub(crate) fn spans(start: u64, frames: usize) -> impl Iterator<Item = Span> {
    let mut at = 0;
    core::iter::from_fn(move || {
        if at >= frames {
            return None;
        }
        let into = (start.wrapping_add(at as u64) % GRID as u64) as usize;
        let end = (at + GRID - into).min(frames);
        let span = Span { range: at..end, on_grid: into == 0 };
        at = end;
        Some(span)
    })
}

/// The part of `value` that belongs to the frames `range` of its block.
#[inline(always)]
pub(crate) fn cut<'a, S: Sample>(value: &Value<'a, S>, range: Range<usize>) -> Value<'a, S> {
    value.part(range.start, range.end)
}

/// The values of the frames of `block`, written out one per frame.
#[inline(always)]
pub(crate) fn spread<S: Sample>(value: &Value<'_, S>, block: &mut [S]) {
    match value {
        Value::Steady(v) => block.fill(*v),
        Value::Moving(v) if v.len() >= block.len() => block.copy_from_slice(&v[..block.len()]),
        Value::Moving(_) => block.iter_mut().enumerate().for_each(|(i, b)| *b = value.at(i)),
    }
}

/// Zero where the magnitude of `x` is below [`FLUSH`].
#[inline(always)]
pub(crate) fn flushed<S: Sample>(x: S) -> S {
    S::select(x.abs().lt(S::splat(FLUSH)), S::zero(), x)
}

/// What may be written into a feedback loop: `x` if its magnitude lies between [`FLUSH`] and [`LOOP_LIMIT`], else zero.
/// So a loop neither overflows nor keeps what is not a number.
#[inline(always)]
pub(crate) fn contained<S: Sample>(x: S) -> S {
    flushed(S::select(x.abs().le(S::splat(LOOP_LIMIT)), x, S::zero()))
}

/// Whether `x` is zero in every lane.
#[inline(always)]
pub(crate) fn is_zero<S: Sample>(x: S) -> bool {
    x == S::zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_cover_the_block_and_break_only_on_the_grid() {
        for start in [0_u64, 1, 63, 64, 1000, u64::MAX - 10] {
            for frames in [0_usize, 1, 63, 64, 65, 500] {
                let mut at = 0;
                for span in spans(start, frames) {
                    assert_eq!(span.range.start, at);
                    assert!(!span.range.is_empty() && span.range.len() <= GRID);
                    let absolute = start.wrapping_add(at as u64);
                    assert_eq!(span.on_grid, absolute.is_multiple_of(64));
                    at = span.range.end;
                    assert!(at == frames || start.wrapping_add(at as u64).is_multiple_of(64));
                }
                assert_eq!(at, frames);
            }
        }
    }
}

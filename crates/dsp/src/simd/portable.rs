//! Lanes as plain arrays, and plain numbers: what there is on every machine.

use super::width::{Vector, Width};
use crate::{Lanes, PIECE};

/// A block of lanes as its numbers side by side.
#[inline(always)]
pub(crate) fn flat_lanes<T, const N: usize>(block: &[Lanes<T, N>]) -> &[T] {
    let arrays = core::ptr::from_ref(block) as *const [[T; N]];
    // SAFETY: `Lanes` is a transparent wrapper around the array, so the pointer and the length hold for arrays as well.
    unsafe { &*arrays }.as_flattened()
}

/// The same, to be written.
#[inline(always)]
pub(crate) fn flat_lanes_mut<T, const N: usize>(block: &mut [Lanes<T, N>]) -> &mut [T] {
    let arrays = core::ptr::from_mut(block) as *mut [[T; N]];
    // SAFETY: `Lanes` is a transparent wrapper around the array, so the pointer and the length hold for arrays as well; the
    // reference that it was made from is not used while the new one lives.
    unsafe { &mut *arrays }.as_flattened_mut()
}

impl Vector for f32 {
    const WIDTH: Width = Width::One;
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        from.first().copied().unwrap_or(0.0)
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        if let Some(to) = to.first_mut() {
            *to = self;
        }
    }
    #[inline(always)]
    fn silence() -> &'static [Self; PIECE] {
        &[0.0; PIECE]
    }
}

impl Vector for Lanes<f32, 4> {
    const WIDTH: Width = Width::Four;
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        let mut lanes = [0.0; 4];
        match from.first_chunk() {
            Some(whole) => lanes = *whole,
            None => lanes.iter_mut().zip(from).for_each(|(lane, x)| *lane = *x),
        }
        Lanes(lanes)
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        match to.first_chunk_mut() {
            Some(whole) => *whole = self.0,
            None => to.iter_mut().zip(self.0).for_each(|(to, lane)| *to = lane),
        }
    }
    #[inline(always)]
    fn silence() -> &'static [Self; PIECE] {
        const { &[Lanes([0.0; 4]); PIECE] }
    }
}

//! How one signal moves out of a kernel that has several side by side, and another in.

use crate::{Phase, Sample};

/// A kernel whose signals can be exchanged one by one.
///
/// All that makes a signal's future is exchanged: after it, the lane goes on with the bits with which the kernel that was alone would
/// have gone on, and the other way round. What holds for all lanes alike stays where it is, and must be equal on both
/// sides: rates, largest delays, shapes, modes and curves.
///
/// Delay lines exchange their memories and copy nothing. `[audio]`: no allocation, bounded.
pub trait LaneState {
    /// The same kernel for one signal.
    type Alone;

    /// Exchanges the signal in `lane` with that of `alone`. A lane that does not exist is left out.
    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone);

    /// Sets the signal in `lane` back, as `reset` does for all of them. A lane that does not exist is left out.
    fn reset_lane(&mut self, lane: usize);
}

/// Exchanges numbers.
#[inline]
pub(crate) fn swap_samples<S: Sample, T: Sample>(lanes: &mut [S], lane: usize, alone: &mut [T]) {
    let values = S::flat_mut(lanes).iter_mut().skip(lane).step_by(S::LANES);
    for (x, y) in values.zip(T::flat_mut(alone)) {
        let was = x.lane(0);
        *x = S::Scalar::splat(y.lane(0));
        *y = T::Scalar::splat(was);
    }
}

/// Exchanges phases.
#[inline]
pub(crate) fn swap_phase<P: Phase, Q: Phase>(lanes: &mut P, lane: usize, alone: &mut Q) {
    let was = lanes.in_lane(lane);
    lanes.set_lane(lane, alone.in_lane(0));
    alone.set_lane(0, was);
}

/// Exchanges bits of masks.
#[inline]
pub(crate) fn swap_bit(lanes: &mut u32, lane: usize, alone: &mut u32) {
    let (was, is) = (*lanes >> lane & 1, *alone & 1);
    *lanes = *lanes & !(1 << lane) | is << lane;
    *alone = *alone & !1 | was;
}

/// Exchanges something that is kept lane by lane.
#[inline]
pub(crate) fn swap_each<T>(lanes: &mut [T], lane: usize, alone: &mut [T]) {
    if let (Some(x), Some(y)) = (lanes.get_mut(lane), alone.first_mut()) {
        core::mem::swap(x, y);
    }
}

/// [`LaneState`] for a struct, from its fields by kind:
///
/// - `samples`, and `sample_lists` for several in a row: numbers; zero after a reset.
/// - `phases`: zero after a reset; `kept_phases` are not touched by it.
/// - `bits`: a bit for each lane; off after a reset.
/// - `each`: a [`Sample::Each`]; not touched by a reset.
/// - `parts`, and `part_lists`: what has lanes itself.
/// - `memos`: known results; forgotten by both, and not touched by a reset.
///
/// A reset that differs follows as a block.
macro_rules! lane_state {
    (
        $kernel:ident<S $(, $p:ident: $bound:ident)?> {
            $($kind:ident: $($($field:ident).+),+;)*
        }
        $(reset |$this:ident, $lane:ident| $reset:block)?
    ) => {
        impl<S: $crate::Sample $(, $p: $bound)?> $crate::LaneState for $kernel<S $(, $p)?> {
            type Alone = $kernel<S::Scalar $(, $p)?>;
            fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
                if lane < S::LANES {
                    $($($crate::lane_state::lane_state!(swap $kind self.$($field).+, lane, alone.$($field).+);)+)*
                }
            }
            fn reset_lane(&mut self, lane: usize) {
                if lane < S::LANES {
                    $($($crate::lane_state::lane_state!(reset $kind self.$($field).+, lane);)+)*
                    $(
                        let ($this, $lane) = (self, lane);
                        $reset
                    )?
                }
            }
        }
    };
    (swap samples $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_samples(
            core::slice::from_mut(&mut $here),
            $lane,
            core::slice::from_mut(&mut $there),
        )
    };
    (swap sample_lists $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_samples(&mut $here[..], $lane, &mut $there[..])
    };
    (swap phases $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_phase(&mut $here, $lane, &mut $there)
    };
    (swap kept_phases $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_phase(&mut $here, $lane, &mut $there)
    };
    (swap bits $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_bit(&mut $here, $lane, &mut $there)
    };
    (swap each $here:expr, $lane:ident, $there:expr) => {
        $crate::lane_state::swap_each($here.as_mut(), $lane, $there.as_mut())
    };
    (swap parts $here:expr, $lane:ident, $there:expr) => {
        $crate::LaneState::swap_lane(&mut $here, $lane, &mut $there)
    };
    (swap part_lists $here:expr, $lane:ident, $there:expr) => {
        for (here, there) in $here.iter_mut().zip($there.iter_mut()) {
            $crate::LaneState::swap_lane(here, $lane, there);
        }
    };
    (swap memos $here:expr, $lane:ident, $there:expr) => {{
        $here.forget();
        $there.forget();
    }};
    (reset samples $here:expr, $lane:ident) => {
        $crate::lane_state::zero_samples(core::slice::from_mut(&mut $here), $lane)
    };
    (reset sample_lists $here:expr, $lane:ident) => {
        $crate::lane_state::zero_samples(&mut $here[..], $lane)
    };
    (reset phases $here:expr, $lane:ident) => {
        $crate::Phase::set_lane(&mut $here, $lane, 0)
    };
    (reset bits $here:expr, $lane:ident) => {
        $here &= !(1 << $lane)
    };
    (reset parts $here:expr, $lane:ident) => {
        $crate::LaneState::reset_lane(&mut $here, $lane)
    };
    (reset part_lists $here:expr, $lane:ident) => {
        for here in $here.iter_mut() {
            $crate::LaneState::reset_lane(here, $lane);
        }
    };
    (reset $kind:ident $here:expr, $lane:ident) => {};
}
pub(crate) use lane_state;

/// Zero in one lane.
#[inline]
pub(crate) fn zero_samples<S: Sample>(lanes: &mut [S], lane: usize) {
    for x in S::flat_mut(lanes).iter_mut().skip(lane).step_by(S::LANES) {
        *x = S::Scalar::ZERO;
    }
}

//! Several signals side by side, as one [`Sample`].

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Sample;

/// `N` signals side by side. Plain arrays: the compiler turns each operation into vector instructions.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Lanes<T, const N: usize>(pub [T; N]);

/// Four single-precision signals side by side (SSE2, NEON, wasm simd128).
pub type F32x4 = Lanes<f32, 4>;
/// Eight single-precision signals side by side (AVX2).
pub type F32x8 = Lanes<f32, 8>;
/// Sixteen single-precision signals side by side (AVX-512).
pub type F32x16 = Lanes<f32, 16>;

impl<T: Sample, const N: usize> Lanes<T, N> {
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Lanes(self.0.map(f))
    }
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(T, T) -> T) -> Self {
        Lanes(core::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

macro_rules! lane_operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<T: Sample, const N: usize> $trait for Lanes<T, N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a.$method(b))
            }
        }
        impl<T: Sample, const N: usize> $assign for Lanes<T, N> {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    };
}
lane_operator!(Add, add, AddAssign, add_assign);
lane_operator!(Sub, sub, SubAssign, sub_assign);
lane_operator!(Mul, mul, MulAssign, mul_assign);
lane_operator!(Div, div, DivAssign, div_assign);

impl<T: Sample, const N: usize> Neg for Lanes<T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

impl<T: Sample<Mask = bool, Phase = u64, Scalar = T>, const N: usize> Sample for Lanes<T, N>
where
    T::Wide: Sample<Mask = bool, Phase = u64, Wide = T::Wide, Scalar = T::Wide>,
{
    const LANES: usize = N;
    const DOUBLE: bool = T::DOUBLE;
    type Scalar = T;
    type Mask = [bool; N];
    type Wide = Lanes<T::Wide, N>;
    type Phase = [u64; N];
    type Each<U: Copy + Send + Sync + Debug + 'static> = [U; N];
    const ZERO: Self = Lanes([T::ZERO; N]);
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Lanes([T::splat(x); N])
    }
    #[inline(always)]
    fn lane(self, lane: usize) -> f64 {
        self.0[lane.min(N - 1)].lane(0)
    }
    #[inline(always)]
    fn from_lanes(mut f: impl FnMut(usize) -> f64) -> Self {
        Lanes(core::array::from_fn(|i| T::splat(f(i))))
    }
    #[inline(always)]
    fn widen(self) -> Self::Wide {
        Lanes(self.0.map(T::widen))
    }
    #[inline(always)]
    fn narrow(wide: Self::Wide) -> Self {
        Lanes(wide.0.map(T::narrow))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, T::min)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, T::max)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(T::abs)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(T::sqrt)
    }
    #[inline(always)]
    fn floor(self) -> Self {
        self.map(T::floor)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> [bool; N] {
        core::array::from_fn(|i| self.0[i].lt(other.0[i]))
    }
    #[inline(always)]
    fn le(self, other: Self) -> [bool; N] {
        core::array::from_fn(|i| self.0[i].le(other.0[i]))
    }
    #[inline(always)]
    fn select(mask: [bool; N], yes: Self, no: Self) -> Self {
        Lanes(core::array::from_fn(|i| T::select(mask[i], yes.0[i], no.0[i])))
    }
    #[inline(always)]
    fn any(mask: [bool; N]) -> bool {
        mask.contains(&true)
    }
    #[inline(always)]
    fn bits(mask: [bool; N]) -> u32 {
        let mut bits = 0;
        for (lane, &holds) in mask.iter().enumerate() {
            bits |= u32::from(holds) << lane;
        }
        bits
    }
    #[inline(always)]
    fn each<U: Copy + Send + Sync + Debug + 'static>(f: impl FnMut(usize) -> U) -> [U; N] {
        core::array::from_fn(f)
    }
    #[inline(always)]
    fn add_to_lane(&mut self, lane: usize, x: f64) {
        if let Some(value) = self.0.get_mut(lane) {
            value.add_to_lane(0, x);
        }
    }
    #[inline(always)]
    fn exp2_whole(self) -> Self {
        self.map(T::exp2_whole)
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        (self.map(|x| x.split().0), self.map(|x| x.split().1))
    }
    #[inline(always)]
    fn phase_of(turns: Self::Wide) -> [u64; N] {
        core::array::from_fn(|i| T::phase_of(turns.0[i]))
    }
    #[inline(always)]
    fn turns_of(phase: [u64; N]) -> Self {
        Lanes(phase.map(T::turns_of))
    }
    #[inline(always)]
    fn quarter_of(phase: [u64; N]) -> Self {
        Lanes(phase.map(T::quarter_of))
    }
    #[inline(always)]
    fn uniform_of(phase: [u64; N]) -> Self {
        Lanes(phase.map(T::uniform_of))
    }
    #[inline(always)]
    fn flat(block: &[Self]) -> &[T] {
        crate::simd::flat_lanes(block)
    }
    #[inline(always)]
    fn flat_mut(block: &mut [Self]) -> &mut [T] {
        crate::simd::flat_lanes_mut(block)
    }
}

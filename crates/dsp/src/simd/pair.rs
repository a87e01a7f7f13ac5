//! Twice the lanes: two of a type side by side, for work that does not depend on each other.
//!
//! Nothing here goes through a function that is handed over: what is not inlined has not the instructions of the register.

use super::width::{Vector, Width};
use crate::{PIECE, Phase, Sample};
use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// Signals in two registers (or twice as many), `N` in all: what one of them waits for, the other fills. The lanes of the first come first.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct Pair<S, const N: usize>([S; 2]);

/// Phases of as many.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(transparent)]
pub struct PhasePair<P, const N: usize>([P; 2]);

/// The outcome of a comparison in both.
#[derive(Clone, Copy, Debug)]
pub struct MaskPair<M>([M; 2]);

macro_rules! pair_operator {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl<S: Sample, const N: usize> $trait for Pair<S, N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let ([a, b], [c, d]) = (self.0, other.0);
                Pair([a.$method(c), b.$method(d)])
            }
        }
        impl<S: Sample, const N: usize> $assign for Pair<S, N> {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = (*self).$method(other);
            }
        }
    };
}
pair_operator!(Add, add, AddAssign, add_assign);
pair_operator!(Sub, sub, SubAssign, sub_assign);
pair_operator!(Mul, mul, MulAssign, mul_assign);
pair_operator!(Div, div, DivAssign, div_assign);

impl<S: Sample, const N: usize> Neg for Pair<S, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let [a, b] = self.0;
        Pair([-a, -b])
    }
}

/// Both of each, side by side.
#[inline(always)]
fn halves<S, const N: usize>(block: &[Pair<S, N>]) -> &[S] {
    let pairs = core::ptr::from_ref(block) as *const [[S; 2]];
    // SAFETY: `Pair` is a transparent wrapper around the array, so the pointer and the length hold for arrays as well.
    unsafe { &*pairs }.as_flattened()
}

/// The same, to be written.
#[inline(always)]
fn halves_mut<S, const N: usize>(block: &mut [Pair<S, N>]) -> &mut [S] {
    let pairs = core::ptr::from_mut(block) as *mut [[S; 2]];
    // SAFETY: `Pair` is a transparent wrapper around the array, so the pointer and the length hold for arrays as well; the
    // reference that it was made from is not used while the new one lives.
    unsafe { &mut *pairs }.as_flattened_mut()
}

/// Which of both has a lane, and where there.
#[inline(always)]
fn place<S: Sample>(lane: usize) -> (usize, usize) {
    (usize::from(lane >= S::LANES), lane % S::LANES)
}

impl<S, const N: usize> Sample for Pair<S, N>
where
    S: Sample,
    S::Wide: Sample<Scalar = f64, Wide = S::Wide, Phase = S::Phase>,
{
    const LANES: usize = {
        assert!(N == 2 * S::LANES, "as many lanes as both have");
        N
    };
    const DOUBLE: bool = S::DOUBLE;
    type Scalar = S::Scalar;
    type Mask = MaskPair<S::Mask>;
    type Wide = Pair<S::Wide, N>;
    type Phase = PhasePair<S::Phase, N>;
    type Each<U: Copy + Send + Sync + Debug + 'static> = [U; N];
    const ZERO: Self = Pair([S::ZERO; 2]);
    #[inline(always)]
    fn splat(x: f64) -> Self {
        Pair([S::splat(x); 2])
    }
    #[inline(always)]
    fn lane(self, lane: usize) -> f64 {
        let (half, lane) = place::<S>(lane.min(N - 1));
        self.0[half].lane(lane)
    }
    #[inline(always)]
    fn from_lanes(mut f: impl FnMut(usize) -> f64) -> Self {
        let first = S::from_lanes(&mut f);
        Pair([first, S::from_lanes(|lane| f(lane + S::LANES))])
    }
    #[inline(always)]
    fn widen(self) -> Self::Wide {
        let [a, b] = self.0;
        Pair([a.widen(), b.widen()])
    }
    #[inline(always)]
    fn narrow(wide: Self::Wide) -> Self {
        let [a, b] = wide.0;
        Pair([S::narrow(a), S::narrow(b)])
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair([a.min(c), b.min(d)])
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        Pair([a.max(c), b.max(d)])
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let [a, b] = self.0;
        Pair([a.abs(), b.abs()])
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let [a, b] = self.0;
        Pair([a.sqrt(), b.sqrt()])
    }
    #[inline(always)]
    fn floor(self) -> Self {
        let [a, b] = self.0;
        Pair([a.floor(), b.floor()])
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Self::Mask {
        let ([a, b], [c, d]) = (self.0, other.0);
        MaskPair([a.lt(c), b.lt(d)])
    }
    #[inline(always)]
    fn le(self, other: Self) -> Self::Mask {
        let ([a, b], [c, d]) = (self.0, other.0);
        MaskPair([a.le(c), b.le(d)])
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        let (MaskPair([m, n]), [a, b], [c, d]) = (mask, yes.0, no.0);
        Pair([S::select(m, a, c), S::select(n, b, d)])
    }
    #[inline(always)]
    fn any(mask: Self::Mask) -> bool {
        Self::bits(mask) != 0
    }
    #[inline(always)]
    fn bits(MaskPair([a, b]): Self::Mask) -> u32 {
        S::bits(a) | S::bits(b) << S::LANES
    }
    #[inline(always)]
    fn each<U: Copy + Send + Sync + Debug + 'static>(f: impl FnMut(usize) -> U) -> [U; N] {
        core::array::from_fn(f)
    }
    #[inline(always)]
    fn add_to_lane(&mut self, lane: usize, x: f64) {
        let (half, at) = place::<S>(lane);
        if lane < N {
            self.0[half].add_to_lane(at, x);
        }
    }
    #[inline(always)]
    fn exp2_whole(self) -> Self {
        let [a, b] = self.0;
        Pair([a.exp2_whole(), b.exp2_whole()])
    }
    #[inline(always)]
    fn split(self) -> (Self, Self) {
        let [a, b] = self.0;
        let ((a, c), (b, d)) = (a.split(), b.split());
        (Pair([a, b]), Pair([c, d]))
    }
    #[inline(always)]
    fn phase_of(turns: Self::Wide) -> Self::Phase {
        let [a, b] = turns.0;
        PhasePair([S::phase_of(a), S::phase_of(b)])
    }
    #[inline(always)]
    fn turns_of(phase: Self::Phase) -> Self {
        let [a, b] = phase.0;
        Pair([S::turns_of(a), S::turns_of(b)])
    }
    #[inline(always)]
    fn quarter_of(phase: Self::Phase) -> Self {
        let [a, b] = phase.0;
        Pair([S::quarter_of(a), S::quarter_of(b)])
    }
    #[inline(always)]
    fn uniform_of(phase: Self::Phase) -> Self {
        let [a, b] = phase.0;
        Pair([S::uniform_of(a), S::uniform_of(b)])
    }
    #[inline(always)]
    fn flat(block: &[Self]) -> &[S::Scalar] {
        S::flat(halves(block))
    }
    #[inline(always)]
    fn flat_mut(block: &mut [Self]) -> &mut [S::Scalar] {
        S::flat_mut(halves_mut(block))
    }
    #[inline(always)]
    fn enter<R>(op: impl FnOnce() -> R) -> R {
        S::enter(op)
    }
    /// By quarters: those on the diagonal stay where they are, the others change places.
    #[inline(always)]
    fn transpose_apart<const ADD: bool>(
        (from, from_every): (&[Self], usize),
        (to, to_every): (&mut [Self], usize),
    ) {
        let has = |rows: usize, every: usize| rows > (N - 1) * every;
        if !has(from.len(), from_every) || !has(to.len(), to_every) {
            return;
        }
        let (from, to) = (halves(from), halves_mut(to));
        let (from_every, to_every) = (2 * from_every, 2 * to_every);
        for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let from = from.get(row * S::LANES * from_every + column..).unwrap_or_default();
            let to = to.get_mut(column * S::LANES * to_every + row..).unwrap_or_default();
            S::transpose_apart::<ADD>((from, from_every), (to, to_every));
        }
    }
}

impl<P: Phase, const N: usize> Phase for PhasePair<P, N> {
    #[inline(always)]
    fn splat(phase: u64) -> Self {
        PhasePair([P::splat(phase); 2])
    }
    #[inline(always)]
    fn from_lanes(mut phase: impl FnMut(usize) -> u64) -> Self {
        let first = P::from_lanes(&mut phase);
        PhasePair([first, P::from_lanes(|lane| phase(lane + N / 2))])
    }
    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        PhasePair([a.plus(c), b.plus(d)])
    }
    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.0, other.0);
        PhasePair([a.minus(c), b.minus(d)])
    }
    #[inline(always)]
    fn lanes(&self) -> &[u64] {
        const { assert!(size_of::<Self>() == N * size_of::<u64>()) };
        let numbers = core::ptr::from_ref(self).cast::<u64>();
        // SAFETY: invariant 2 of the module: so many numbers lie where the phases do, for as long as they are borrowed.
        unsafe { core::slice::from_raw_parts(numbers, N) }
    }
    #[inline(always)]
    fn in_lane(self, lane: usize) -> u64 {
        let lane = lane.min(N - 1);
        self.0[usize::from(lane >= N / 2)].in_lane(lane % (N / 2))
    }
    #[inline(always)]
    fn set_lane(&mut self, lane: usize, phase: u64) {
        if lane < N {
            self.0[usize::from(lane >= N / 2)].set_lane(lane % (N / 2), phase);
        }
    }
    #[inline(always)]
    fn crossed(self, before: Self, step: Self) -> u32 {
        let ([a, b], [c, d], [e, f]) = (self.0, before.0, step.0);
        a.crossed(c, e) | b.crossed(d, f) << (N / 2)
    }
    #[inline(always)]
    fn scrambled(self) -> Self {
        let [a, b] = self.0;
        PhasePair([a.scrambled(), b.scrambled()])
    }
}

macro_rules! pair_of {
    ($half:ty, $n:literal) => {
        impl Vector for Pair<$half, $n> {
            const WIDTH: Width = <$half as Vector>::WIDTH.doubled();
            #[inline(always)]
            fn load(from: &[f32]) -> Self {
                let (first, second) = from.split_at_checked($n / 2).unwrap_or((from, &[]));
                Pair([<$half>::load(first), <$half>::load(second)])
            }
            #[inline(always)]
            fn store(self, to: &mut [f32]) {
                let [a, b] = self.0;
                a.store(to);
                b.store(to.get_mut($n / 2..).unwrap_or_default());
            }
            #[inline(always)]
            fn silence() -> &'static [Self; PIECE] {
                const { &[Pair([<$half>::ZERO; 2]); PIECE] }
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
pair_of!(super::x86::F32x4, 8);
#[cfg(target_arch = "x86_64")]
pair_of!(super::x86::F32x8, 16);
#[cfg(target_arch = "x86_64")]
pair_of!(super::x86::F32x16, 32);
#[cfg(not(target_arch = "x86_64"))]
pair_of!(crate::Lanes<f32, 4>, 8);

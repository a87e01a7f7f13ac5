//! The sample type that every kernel is generic over: one signal, or several side by side in lanes.

use core::fmt::Debug;
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::Phase;

/// One frame of what a kernel computes: an `f32`, an `f64`, or [`crate::Lanes`] of them.
///
/// Only exactly rounded operations (`+ - * /`, square root, comparison) are offered, and nothing is ever contracted into a
/// fused multiply-add: so a kernel gives the same bits on every processor, at every width, in whichever lane a signal sits.
pub trait Sample:
    Copy
    + Send
    + Sync
    + Debug
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + 'static
{
    /// How many signals sit side by side.
    const LANES: usize;
    /// Whether a lane holds double precision; approximations then use longer polynomials.
    const DOUBLE: bool;
    /// One lane: `f32` or `f64`.
    type Scalar: Sample<Scalar = Self::Scalar>;
    /// The outcome of a comparison, lane by lane.
    type Mask: Copy + Debug;
    /// The same lanes in double precision, for state that must not drift (phases, very low cutoffs).
    type Wide: Sample;
    /// An oscillator's position in its cycle, lane by lane: fixed point, exact under addition.
    type Phase: Phase;
    /// Something of another type in every lane, for what is decided lane by lane and seldom.
    type Each<T: Copy + Send + Sync + Debug + 'static>: Copy + Send + Sync + Debug + AsRef<[T]> + AsMut<[T]>;

    /// Zero in every lane, for what is made before the program runs.
    const ZERO: Self;

    /// `x` in every lane, rounded to the precision of the type.
    fn splat(x: f64) -> Self;
    /// The value in `lane` (below [`Self::LANES`]; a higher one reads the last lane).
    fn lane(self, lane: usize) -> f64;
    /// Lane by lane from a function of the lane's number.
    fn from_lanes(f: impl FnMut(usize) -> f64) -> Self;
    /// To double precision; exact.
    fn widen(self) -> Self::Wide;
    /// From double precision; rounded once.
    fn narrow(wide: Self::Wide) -> Self;
    /// The smaller, lane by lane. If either is not a number, `other`.
    fn min(self, other: Self) -> Self;
    /// The larger, lane by lane. If either is not a number, `other`.
    fn max(self, other: Self) -> Self;
    /// The magnitude.
    fn abs(self) -> Self;
    /// The square root, correctly rounded.
    fn sqrt(self) -> Self;
    /// The largest whole number not above `self`; exact for magnitudes below 2^22 (`f32`) or 2^51 (`f64`).
    fn floor(self) -> Self;
    /// `self < other`, lane by lane.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`, lane by lane.
    fn le(self, other: Self) -> Self::Mask;
    /// Where `mask` holds `yes`, elsewhere `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Whether `mask` holds in any lane.
    fn any(mask: Self::Mask) -> bool;

    /// In the bit of each lane, whether `mask` holds there.
    fn bits(mask: Self::Mask) -> u32;
    /// Lane by lane from a function of the lane's number.
    fn each<T: Copy + Send + Sync + Debug + 'static>(f: impl FnMut(usize) -> T) -> Self::Each<T>;
    /// Adds `x`, rounded to the precision of the type, to the value in `lane`; a lane out of range is left out.
    fn add_to_lane(&mut self, lane: usize, x: f64);
    /// `2^self` for whole numbers within the exponents of the type (-126..=127 for `f32`, -1022..=1023 for `f64`);
    /// exact. Anything else gives an unspecified number.
    fn exp2_whole(self) -> Self;
    /// For a positive normal number, the exponent `e` and the significand `m` in `1..2` with `self = m * 2^e`; exact.
    fn split(self) -> (Self, Self);
    /// The phase that lies `turns` from the start of the cycle, modulo one turn; see [`Phase`] for the resolution.
    /// Exact reduction for magnitudes below 2^51; not finite gives some phase.
    fn phase_of(turns: Self::Wide) -> Self::Phase;
    /// The phase as signed turns in `-0.5..=0.5`, rounded once from its upper 32 bits.
    fn turns_of(phase: Self::Phase) -> Self;
    /// The `x` in `-0.25..=0.25` with `sin(2 pi x) = sin(2 pi phase)`, folded before it is rounded: so the error shrinks
    /// with `x` and there are exact zeros and peaks. From the upper 32 bits of the phase.
    fn quarter_of(phase: Self::Phase) -> Self;

    /// The upper 24 bits of each lane of `phase` as a number between -1 and 1: an odd multiple of 2^-24, so neither
    /// end nor zero; exact.
    fn uniform_of(phase: Self::Phase) -> Self;
    /// A block as plain numbers: those of the first frame, lane by lane, then those of the next.
    fn flat(block: &[Self]) -> &[Self::Scalar];
    /// The same, to be written.
    fn flat_mut(block: &mut [Self]) -> &mut [Self::Scalar];
    /// Calls `op`, compiled for the processor that this type is for: what is inlined into `op` may use its vector registers.
    /// Elsewhere each operation on such a type is a call, which gives the same bits, slowly. `op` is best a closure
    /// marked `#[inline(always)]`; what it calls should be so as well, as every kernel's `process` is. `[audio]`
    #[inline(always)]
    fn enter<R>(op: impl FnOnce() -> R) -> R {
        op()
    }

    /// Mirrors a square of [`Self::LANES`] rows: lane `i` of row `k` of `from` becomes lane `k` of row `i` of `to`. Nothing happens if
    /// either has fewer rows; rows beyond are left as they are.
    #[inline(always)]
    fn transpose(from: &[Self], to: &mut [Self]) {
        Self::transpose_apart::<false>((from, 1), (to, 1));
    }

    /// The same, of rows that lie so far from each other (at 1 one behind the other), and if asked for added to what is there.
    #[inline(always)]
    fn transpose_apart<const ADD: bool>(
        (from, from_every): (&[Self], usize),
        (to, to_every): (&mut [Self], usize),
    ) {
        let n = Self::LANES;
        let has = |rows: usize, every: usize| rows > (n - 1) * every;
        if !has(from.len(), from_every) || !has(to.len(), to_every) {
            return;
        }
        let (from, to) = (Self::flat(from), Self::flat_mut(to));
        for i in 0..n {
            for k in 0..n {
                if let (Some(to), Some(from)) =
                    (to.get_mut(i * to_every * n + k), from.get(k * from_every * n + i))
                {
                    *to = if ADD { *to + *from } else { *from };
                }
            }
        }
    }

    /// Limits to `low..=high`.
    #[inline(always)]
    fn clamp(self, low: Self, high: Self) -> Self {
        self.max(low).min(high)
    }
    /// Puts `x`, rounded to the precision of the type, into `lane` where it lies in memory; a lane out of range is left out.
    #[inline(always)]
    fn set_lane(&mut self, lane: usize, x: f64) {
        if let Some(to) = Self::flat_mut(core::slice::from_mut(self)).get_mut(lane) {
            *to = Self::Scalar::splat(x);
        }
    }
    /// Zero in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }
    /// One in every lane.
    #[inline(always)]
    fn one() -> Self {
        Self::splat(1.0)
    }
}

macro_rules! scalar {
    ($t:ty, $bits:ty, double: $double:expr, fraction: $fraction:expr, bias: $bias:expr, magic: $magic:expr) => {
        impl Sample for $t {
            const LANES: usize = 1;
            const DOUBLE: bool = $double;
            type Scalar = $t;
            type Mask = bool;
            type Wide = f64;
            type Phase = u64;
            type Each<T: Copy + Send + Sync + Debug + 'static> = [T; 1];
            const ZERO: Self = 0.0;
            #[inline(always)]
            fn splat(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn lane(self, _lane: usize) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn from_lanes(mut f: impl FnMut(usize) -> f64) -> Self {
                f(0) as $t
            }
            #[inline(always)]
            fn widen(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn narrow(wide: f64) -> Self {
                wide as $t
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn abs(self) -> Self {
                <$t>::abs(self)
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                <$t>::sqrt(self)
            }
            #[inline(always)]
            fn floor(self) -> Self {
                // Adding and taking away 1.5 * 2^(mantissa bits) rounds to the nearest whole number; no library call,
                // which plain x86-64 would need for `floor`.
                let nearest = (self + $magic) - $magic;
                if nearest > self { nearest - 1.0 } else { nearest }
            }
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn select(mask: bool, yes: Self, no: Self) -> Self {
                if mask { yes } else { no }
            }
            #[inline(always)]
            fn any(mask: bool) -> bool {
                mask
            }
            #[inline(always)]
            fn bits(mask: bool) -> u32 {
                u32::from(mask)
            }
            #[inline(always)]
            fn each<T: Copy + Send + Sync + Debug + 'static>(mut f: impl FnMut(usize) -> T) -> [T; 1] {
                [f(0)]
            }
            #[inline(always)]
            fn add_to_lane(&mut self, lane: usize, x: f64) {
                if lane == 0 {
                    *self += x as $t;
                }
            }
            #[inline(always)]
            fn exp2_whole(self) -> Self {
                // The low bits of `self + magic` are the whole number; the shift drops what magic itself set.
                <$t>::from_bits(((self + $magic).to_bits() << $fraction).wrapping_add($bias << $fraction))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let bits = self.to_bits();
                let fraction = bits & ((1 << $fraction) - 1);
                // The exponent as the low bits of 2^(fraction bits), from which that is taken away again, with the bias:
                // no conversion from integers, which plain x86-64 has not for 64-bit lanes.
                let whole: $bits = ($bias + $fraction) << $fraction;
                let exponent = <$t>::from_bits((bits >> $fraction) | whole) - <$t>::from_bits(whole | $bias);
                (exponent, <$t>::from_bits(fraction | ($bias << $fraction)))
            }
            #[inline(always)]
            fn phase_of(turns: f64) -> u64 {
                crate::phase::from_turns(turns)
            }
            #[inline(always)]
            fn turns_of(phase: u64) -> Self {
                ((phase >> 32) as i32) as $t * (1.0 / 4_294_967_296.0)
            }
            #[inline(always)]
            fn quarter_of(phase: u64) -> Self {
                crate::phase::quarter(phase) as $t * (1.0 / 4_294_967_296.0)
            }
            #[inline(always)]
            fn uniform_of(phase: u64) -> Self {
                (((phase >> 40) as i32 - (1 << 23)) as $t + 0.5) * (1.0 / 8_388_608.0)
            }
            #[inline(always)]
            fn flat(block: &[Self]) -> &[Self] {
                block
            }
            #[inline(always)]
            fn flat_mut(block: &mut [Self]) -> &mut [Self] {
                block
            }
        }
    };
}
scalar!(f32, u32, double: false, fraction: 23, bias: 127, magic: 12_582_912.0_f32);
scalar!(f64, u64, double: true, fraction: 52, bias: 1023, magic: 6_755_399_441_055_744.0_f64);

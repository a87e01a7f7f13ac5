//! The types of a register file, made from its operations.

/// What is added to a number and taken away again to round it: 1.5 * 2^(bits of the fraction).
pub(super) trait Round {
    /// That number.
    const ROUND: f64;
}
impl Round for f32 {
    const ROUND: f64 = 12_582_912.0;
}
impl Round for f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
}

/// Functions over registers. `unsafe` ones are instructions that not every processor has; `safe` ones are made of others.
macro_rules! operations {
    (unsafe $($name:ident($($arg:ident: $from:ty),*) -> $to:ty = $instruction:expr;)*) => {$(
        #[inline(always)]
        fn $name($($arg: $from),*) -> $to {
            // SAFETY: called by functions of this register file's types alone, so the processor has the instruction (invariant
            // 1 of the module).
            unsafe { $instruction }
        }
    )*};
    (safe $($name:ident($($arg:ident: $from:ty),*) -> $to:ty = $value:expr;)*) => {$(
        #[inline(always)]
        fn $name($($arg: $from),*) -> $to {
            $value
        }
    )*};
}

/// What a type of lanes and its numbers have in common: operators, and the way to plain numbers and back.
macro_rules! lanes_of {
    ($name:ident, $number:ty, $n:literal) => {
        impl $name {
            #[inline(always)]
            const fn from_array(lanes: [$number; $n]) -> Self {
                // SAFETY: invariant 2 of the module.
                unsafe { core::mem::transmute(lanes) }
            }
            #[inline(always)]
            fn to_array(self) -> [$number; $n] {
                // SAFETY: invariant 2 of the module.
                unsafe { core::mem::transmute(self) }
            }
        }
    };
    (operators $name:ident: $($trait:ident $method:ident $assign:ident $assign_method:ident,)*) => {$(
        impl core::ops::$assign for $name {
            #[inline(always)]
            fn $assign_method(&mut self, other: Self) {
                *self = core::ops::$trait::$method(*self, other);
            }
        }
    )*};
}

/// What both precisions do in the same way.
macro_rules! sample_of {
    ($number:ty, $n:literal, $single:ident, $double:ident, $phase:ident) => {
        const LANES: usize = $n;
        const ZERO: Self = Self::from_array([0.0; $n]);
        type Scalar = $number;
        type Wide = $double;
        type Phase = $phase;
        type Each<T: Copy + Send + Sync + core::fmt::Debug + 'static> = [T; $n];
        #[inline(always)]
        fn lane(self, lane: usize) -> f64 {
            self.to_array()[lane.min($n - 1)] as f64
        }
        #[inline(always)]
        fn from_lanes(mut f: impl FnMut(usize) -> f64) -> Self {
            Self::from_array(core::array::from_fn(|lane| f(lane) as $number))
        }
        #[inline(always)]
        fn add_to_lane(&mut self, lane: usize, x: f64) {
            let mut lanes = self.to_array();
            if let Some(to) = lanes.get_mut(lane) {
                *to += x as $number;
            }
            *self = Self::from_array(lanes);
        }
        #[inline(always)]
        fn each<T: Copy + Send + Sync + core::fmt::Debug + 'static>(f: impl FnMut(usize) -> T) -> [T; $n] {
            core::array::from_fn(f)
        }
        #[inline(always)]
        fn floor(self) -> Self {
            let magic = Self::splat(<$number>::ROUND);
            let nearest = (self + magic) - magic;
            Self::select(self.lt(nearest), nearest - Self::one(), nearest)
        }
        #[inline(always)]
        fn any(mask: Self::Mask) -> bool {
            Self::bits(mask) != 0
        }
        #[inline(always)]
        fn flat(block: &[Self]) -> &[$number] {
            let numbers = block.as_ptr().cast::<$number>();
            // SAFETY: invariant 2 of the module: as many numbers lie where the block does, for as long as it is borrowed.
            unsafe { core::slice::from_raw_parts(numbers, block.len() * $n) }
        }
        #[inline(always)]
        fn flat_mut(block: &mut [Self]) -> &mut [$number] {
            let numbers = block.as_mut_ptr().cast::<$number>();
            // SAFETY: invariant 2 of the module: as many numbers lie where the block does, for as long as it is borrowed, and
            // it is borrowed by nobody else.
            unsafe { core::slice::from_raw_parts_mut(numbers, block.len() * $n) }
        }
        #[inline(always)]
        fn enter<R>(op: impl FnOnce() -> R) -> R {
            within(op)
        }
    };
}

/// Single precision, double precision and phases of as many lanes, of the operations in scope.
macro_rules! vector {
    ($single:ident: $width:ident, $n:literal lanes, $half:literal in a double register,
     $single_doc:literal, $double:ident: $double_doc:literal, $phase:ident: $phase_doc:literal) => {
        use super::double::{double_precision, phases};
        use super::single::single_precision;
        use super::vector::{Round, lanes_of, sample_of};
        use crate::{Phase, Sample};
        single_precision!($single, $double, $phase, $width, $n, $single_doc);
        double_precision!($single, $double, $phase, $n, $half, $double_doc);
        phases!($phase, $n, $half, $phase_doc);
    };
}

pub(super) use {lanes_of, operations, sample_of, vector};

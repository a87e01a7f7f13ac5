//! Double precision in two registers, and phases in two registers.

/// The type, from its name, those of its relatives, the number of lanes, and half of it.
macro_rules! double_precision {
    ($single:ident, $double:ident, $phase:ident, $n:literal, $half:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        pub struct $double(Double, Double);

        impl $double {
            /// The phase of turns.
            #[inline(always)]
            fn phase(self) -> $phase {
                $phase(Self::phase_in_one(self.0), Self::phase_in_one(self.1))
            }
            #[inline(always)]
            fn phase_in_one(turns: Double) -> Whole {
                let magic = wide_splat(f64::ROUND);
                let fraction = wide_sub(turns, wide_sub(wide_add(turns, magic), magic));
                let counted = double_bits(wide_add(fraction, wide_splat(1.5)));
                left_64_by_12(sub_64(counted, splat_64(1.5_f64.to_bits() as i64)))
            }
            #[inline(always)]
            fn exp2_in_one(x: Double) -> Double {
                let counted = double_bits(wide_add(x, wide_splat(f64::ROUND)));
                double_of_bits(add_64(left_64_by_52(counted), splat_64(1023 << 52)))
            }
            #[inline(always)]
            fn exponent_in_one(x: Double) -> Double {
                let whole = (1023 + 52) << 52;
                let counted = whole_or(right_64_by_52(double_bits(x)), splat_64(whole));
                wide_sub(double_of_bits(counted), double_of_bits(splat_64(whole | 1023)))
            }
            #[inline(always)]
            fn fraction_in_one(x: Double) -> Double {
                let bits = whole_and(double_bits(x), splat_64((1 << 52) - 1));
                double_of_bits(whole_or(bits, splat_64(1023 << 52)))
            }
        }

        lanes_of!($double, f64, $n);
        lanes_of!(operators $double:
            Add add AddAssign add_assign,
            Sub sub SubAssign sub_assign,
            Mul mul MulAssign mul_assign,
            Div div DivAssign div_assign,
        );
        impl core::ops::Add for $double {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $double(wide_add(self.0, other.0), wide_add(self.1, other.1))
            }
        }
        impl core::ops::Sub for $double {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                $double(wide_sub(self.0, other.0), wide_sub(self.1, other.1))
            }
        }
        impl core::ops::Mul for $double {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                $double(wide_mul(self.0, other.0), wide_mul(self.1, other.1))
            }
        }
        impl core::ops::Div for $double {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                $double(wide_div(self.0, other.0), wide_div(self.1, other.1))
            }
        }
        impl core::ops::Neg for $double {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                let sign = wide_splat(-0.0);
                $double(wide_xor(self.0, sign), wide_xor(self.1, sign))
            }
        }
        impl PartialEq for $double {
            #[inline(always)]
            fn eq(&self, other: &Self) -> bool {
                wide_bits(wide_eq(self.0, other.0)) & wide_bits(wide_eq(self.1, other.1)) == (1 << $half) - 1
            }
        }

        impl Sample for $double {
            const DOUBLE: bool = true;
            type Mask = (WideMask, WideMask);
            sample_of!(f64, $n, $single, $double, $phase);
            #[inline(always)]
            fn splat(x: f64) -> Self {
                $double(wide_splat(x), wide_splat(x))
            }
            #[inline(always)]
            fn widen(self) -> Self {
                self
            }
            #[inline(always)]
            fn narrow(wide: Self) -> Self {
                wide
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                $double(wide_min(self.0, other.0), wide_min(self.1, other.1))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                $double(wide_max(self.0, other.0), wide_max(self.1, other.1))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                let all_but_sign = wide_splat(f64::from_bits(u64::MAX >> 1));
                $double(wide_and(self.0, all_but_sign), wide_and(self.1, all_but_sign))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $double(wide_sqrt(self.0), wide_sqrt(self.1))
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Self::Mask {
                (wide_lt(self.0, other.0), wide_lt(self.1, other.1))
            }
            #[inline(always)]
            fn le(self, other: Self) -> Self::Mask {
                (wide_le(self.0, other.0), wide_le(self.1, other.1))
            }
            #[inline(always)]
            fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
                $double(wide_select(mask.0, yes.0, no.0), wide_select(mask.1, yes.1, no.1))
            }
            #[inline(always)]
            fn bits(mask: Self::Mask) -> u32 {
                wide_bits(mask.0) | wide_bits(mask.1) << $half
            }
            #[inline(always)]
            fn exp2_whole(self) -> Self {
                $double(Self::exp2_in_one(self.0), Self::exp2_in_one(self.1))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                (
                    $double(Self::exponent_in_one(self.0), Self::exponent_in_one(self.1)),
                    $double(Self::fraction_in_one(self.0), Self::fraction_in_one(self.1)),
                )
            }
            #[inline(always)]
            fn phase_of(turns: Self) -> $phase {
                turns.phase()
            }
            #[inline(always)]
            fn turns_of(phase: $phase) -> Self {
                Self::of_32(upper_halves(phase.0, phase.1)) * Self::splat(1.0 / 4_294_967_296.0)
            }
            #[inline(always)]
            fn quarter_of(phase: $phase) -> Self {
                Self::of_32(phase.quarter()) * Self::splat(1.0 / 4_294_967_296.0)
            }
            #[inline(always)]
            fn uniform_of(phase: $phase) -> Self {
                let upper = right_32_by_8(upper_halves(phase.0, phase.1));
                let centred = Self::of_32(sub_32(upper, splat_32(1 << 23)));
                (centred + Self::splat(0.5)) * Self::splat(1.0 / 8_388_608.0)
            }
        }

        impl $double {
            #[inline(always)]
            fn of_32(whole: Whole) -> Self {
                $double(double_of_low_32(whole), double_of_high_32(whole))
            }
        }
    };
}

/// Phases, from the name of their type, the number of lanes, and half of it.
macro_rules! phases {
    ($phase:ident, $n:literal, $half:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        pub struct $phase(Whole, Whole);

        lanes_of!($phase, u64, $n);

        impl $phase {
            #[inline(always)]
            fn crossed_in_one(after: Whole, before: Whole, step: Whole) -> u32 {
                // Where the sum carried, and not where the step was negative.
                let either = whole_or(before, step);
                let open = whole_and(either, whole_xor(after, splat_64(-1)));
                sign_bits_64(whole_xor(whole_or(whole_and(before, step), open), step))
            }
            #[inline(always)]
            fn scrambled_in_one(z: Whole) -> Whole {
                let [first, second] = $crate::phase::SCRAMBLE;
                let z = mul_64(whole_xor(z, right_64_by_30(z)), splat_64(first as i64));
                let z = mul_64(whole_xor(z, right_64_by_27(z)), splat_64(second as i64));
                whole_xor(z, right_64_by_31(z))
            }
            /// As `crate::phase::quarter`.
            #[inline(always)]
            fn quarter(self) -> Whole {
                let quarter = splat_32(1 << 30);
                let h = sub_32(upper_halves(self.0, self.1), quarter);
                let sign = signs_32(h);
                sub_32(quarter, sub_32(whole_xor(h, sign), sign))
            }
        }

        impl PartialEq for $phase {
            #[inline(always)]
            fn eq(&self, other: &Self) -> bool {
                self.to_array() == other.to_array()
            }
        }

        impl Phase for $phase {
            #[inline(always)]
            fn splat(phase: u64) -> Self {
                $phase(splat_64(phase as i64), splat_64(phase as i64))
            }
            #[inline(always)]
            fn from_lanes(phase: impl FnMut(usize) -> u64) -> Self {
                Self::from_array(core::array::from_fn(phase))
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                $phase(add_64(self.0, other.0), add_64(self.1, other.1))
            }
            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                $phase(sub_64(self.0, other.0), sub_64(self.1, other.1))
            }
            #[inline(always)]
            fn lanes(&self) -> &[u64] {
                let numbers = core::ptr::from_ref(self).cast::<u64>();
                // SAFETY: invariant 2 of the module: so many numbers lie where the phases do, for as long as they are borrowed.
                unsafe { core::slice::from_raw_parts(numbers, $n) }
            }
            #[inline(always)]
            fn in_lane(self, lane: usize) -> u64 {
                self.to_array()[lane.min($n - 1)]
            }
            #[inline(always)]
            fn set_lane(&mut self, lane: usize, phase: u64) {
                let mut lanes = self.to_array();
                if let Some(to) = lanes.get_mut(lane) {
                    *to = phase;
                }
                *self = Self::from_array(lanes);
            }
            #[inline(always)]
            fn crossed(self, before: Self, step: Self) -> u32 {
                Self::crossed_in_one(self.0, before.0, step.0)
                    | Self::crossed_in_one(self.1, before.1, step.1) << $half
            }
            #[inline(always)]
            fn scrambled(self) -> Self {
                $phase(Self::scrambled_in_one(self.0), Self::scrambled_in_one(self.1))
            }
        }
    };
}

pub(super) use {double_precision, phases};

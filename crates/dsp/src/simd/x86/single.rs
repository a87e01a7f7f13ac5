//! Single precision in one register.

/// The type, from its name, those of its relatives, and the number of lanes.
macro_rules! single_precision {
    ($single:ident, $double:ident, $phase:ident, $width:ident, $n:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        #[repr(transparent)]
        pub struct $single(Single);

        lanes_of!($single, f32, $n);
        lanes_of!(operators $single:
            Add add AddAssign add_assign,
            Sub sub SubAssign sub_assign,
            Mul mul MulAssign mul_assign,
            Div div DivAssign div_assign,
        );
        impl core::ops::Add for $single {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                $single(add(self.0, other.0))
            }
        }
        impl core::ops::Sub for $single {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                $single(sub(self.0, other.0))
            }
        }
        impl core::ops::Mul for $single {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                $single(mul(self.0, other.0))
            }
        }
        impl core::ops::Div for $single {
            type Output = Self;
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                $single(div(self.0, other.0))
            }
        }
        impl core::ops::Neg for $single {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                $single(xor(self.0, splat(-0.0)))
            }
        }
        impl PartialEq for $single {
            #[inline(always)]
            fn eq(&self, other: &Self) -> bool {
                bits(eq(self.0, other.0)) == (1 << $n) - 1
            }
        }

        impl Sample for $single {
            const DOUBLE: bool = false;
            type Mask = Mask;
            sample_of!(f32, $n, $single, $double, $phase);
            #[inline(always)]
            fn splat(x: f64) -> Self {
                $single(splat(x as f32))
            }
            #[inline(always)]
            fn widen(self) -> $double {
                $double(widen_low(self.0), widen_high(self.0))
            }
            #[inline(always)]
            fn narrow(wide: $double) -> Self {
                $single(narrow(wide.0, wide.1))
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                $single(min(self.0, other.0))
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                $single(max(self.0, other.0))
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $single(and(self.0, splat(f32::from_bits(0x7fff_ffff))))
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $single(sqrt(self.0))
            }
            #[inline(always)]
            fn lt(self, other: Self) -> Mask {
                lt(self.0, other.0)
            }
            #[inline(always)]
            fn le(self, other: Self) -> Mask {
                le(self.0, other.0)
            }
            #[inline(always)]
            fn select(mask: Mask, yes: Self, no: Self) -> Self {
                $single(select(mask, yes.0, no.0))
            }
            #[inline(always)]
            fn bits(mask: Mask) -> u32 {
                bits(mask)
            }
            #[inline(always)]
            fn exp2_whole(self) -> Self {
                let counted = single_bits(add(self.0, splat(f32::ROUND as f32)));
                $single(single_of_bits(add_32(left_32_by_23(counted), splat_32(127 << 23))))
            }
            #[inline(always)]
            fn split(self) -> (Self, Self) {
                let bits = single_bits(self.0);
                let whole = (127 + 23) << 23;
                let exponent = single_of_bits(whole_or(right_32_by_23(bits), splat_32(whole)));
                let exponent = sub(exponent, single_of_bits(splat_32(whole | 127)));
                let fraction = whole_and(bits, splat_32((1 << 23) - 1));
                ($single(exponent), $single(single_of_bits(whole_or(fraction, splat_32(127 << 23)))))
            }
            #[inline(always)]
            fn phase_of(turns: $double) -> $phase {
                turns.phase()
            }
            #[inline(always)]
            fn turns_of(phase: $phase) -> Self {
                $single(mul(single_of_32(upper_halves(phase.0, phase.1)), splat(1.0 / 4_294_967_296.0)))
            }
            #[inline(always)]
            fn quarter_of(phase: $phase) -> Self {
                $single(mul(single_of_32(phase.quarter()), splat(1.0 / 4_294_967_296.0)))
            }
            #[inline(always)]
            fn uniform_of(phase: $phase) -> Self {
                let upper = right_32_by_8(upper_halves(phase.0, phase.1));
                let centred = single_of_32(sub_32(upper, splat_32(1 << 23)));
                $single(mul(add(centred, splat(0.5)), splat(1.0 / 8_388_608.0)))
            }
            #[inline(always)]
            fn transpose_apart<const ADD: bool>((from, from_every): (&[Self], usize), (to, to_every): (&mut [Self], usize)) {
                // Of a length that is known, so that no row is looked for twice.
                let (Some(from), Some(to)) =
                    (from.get(..($n - 1) * from_every + 1), to.get_mut(..($n - 1) * to_every + 1))
                else {
                    return;
                };
                let columns = mirror(core::array::from_fn(|row| from[row * from_every].0));
                for (row, column) in columns.into_iter().enumerate() {
                    let to = &mut to[row * to_every];
                    *to = if ADD { *to + $single(column) } else { $single(column) };
                }
            }
        }

        impl $crate::simd::Vector for $single {
            const WIDTH: $crate::simd::Width = $crate::simd::Width::$width;
            #[inline(always)]
            fn load(from: &[f32]) -> Self {
                let mut lanes = [0.0; $n];
                match from.first_chunk() {
                    Some(whole) => lanes = *whole,
                    None => lanes.iter_mut().zip(from).for_each(|(lane, x)| *lane = *x),
                }
                Self::from_array(lanes)
            }
            #[inline(always)]
            fn store(self, to: &mut [f32]) {
                let lanes = self.to_array();
                match to.first_chunk_mut() {
                    Some(whole) => *whole = lanes,
                    None => to.iter_mut().zip(lanes).for_each(|(to, lane)| *to = lane),
                }
            }
            #[inline(always)]
            fn silence() -> &'static [Self; $crate::PIECE] {
                const { &[<$single as $crate::Sample>::ZERO; $crate::PIECE] }
            }
        }
    };
}

pub(super) use single_precision;

//! Single-precision numbers side by side, in the width of an instruction set.

use std::arch::x86_64::*;

/// A vector. Its methods may be called only where the processor is known to have its instruction set: `able` of its width.
///
/// # Safety
/// A type that implements this does nothing but arithmetic; what it asks of the processor is what `able(WIDTH)` checks.
pub unsafe trait Lanes: Copy {
    const WIDTH: usize;

    unsafe fn splat(x: f32) -> Self;
    /// The first `WIDTH` numbers of a slice that has as many.
    unsafe fn load(from: &[f32]) -> Self;
    /// Over the first `WIDTH` numbers of a slice that has as many.
    unsafe fn store(self, to: &mut [f32]);
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn minus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    unsafe fn over(self, other: Self) -> Self;
    /// self * factor + other, fused where there is an instruction for it.
    unsafe fn times_plus(self, factor: Self, other: Self) -> Self;
    /// other - self * factor.
    unsafe fn times_from(self, factor: Self, other: Self) -> Self;
    /// `yes` where self < bound, else `no`.
    unsafe fn below(self, bound: Self, yes: Self, no: Self) -> Self;
    /// Noise from -1 to 1 by xorshift (G. Marsaglia, Xorshift RNGs, 2003); the first `WIDTH` seeds move on.
    unsafe fn noise(seeds: &mut [u32; 16]) -> Self;
}

/// Whether this processor has vectors of that width.
pub fn able(width: usize) -> bool {
    match width {
        4 => is_x86_feature_detected!("sse2"),
        8 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
        16 => is_x86_feature_detected!("avx512f"),
        _ => false,
    }
}

/// Adds up the lanes that a block of sums has; `width` numbers to a frame.
pub fn fold(sums: &[f32], width: usize, out: &mut [f32]) {
    for (sample, lanes) in out.iter_mut().zip(sums.chunks_exact(width)) {
        let mut four = [0.0; 4];
        for some in lanes.as_chunks::<4>().0 {
            four.iter_mut().zip(some).for_each(|(sum, x)| *sum += x);
        }
        *sample = (four[0] + four[2]) + (four[1] + four[3]);
    }
}

macro_rules! lanes {
    ($name:ident, $vector:ty, $width:literal, $load:ident, $store:ident, $splat:ident, $add:ident, $sub:ident, $mul:ident, $div:ident,
     $fused:expr, $from:expr, $below:expr, $get:expr, $put:expr, $up:ident, $down:ident, $xor:ident, $number:ident) => {
        #[derive(Clone, Copy)]
        pub struct $name($vector);

        // SAFETY: arithmetic only; loads and stores go through slices whose length is checked.
        unsafe impl Lanes for $name {
            const WIDTH: usize = $width;

            #[inline(always)]
            unsafe fn splat(x: f32) -> Self {
                $name(unsafe { $splat(x) })
            }
            #[inline(always)]
            unsafe fn load(from: &[f32]) -> Self {
                let from = &from[..$width];
                $name(unsafe { $load(from.as_ptr()) })
            }
            #[inline(always)]
            unsafe fn store(self, to: &mut [f32]) {
                let to = &mut to[..$width];
                unsafe { $store(to.as_mut_ptr(), self.0) }
            }
            #[inline(always)]
            unsafe fn plus(self, other: Self) -> Self {
                $name(unsafe { $add(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn minus(self, other: Self) -> Self {
                $name(unsafe { $sub(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn times(self, other: Self) -> Self {
                $name(unsafe { $mul(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn over(self, other: Self) -> Self {
                $name(unsafe { $div(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn times_plus(self, factor: Self, other: Self) -> Self {
                $name(unsafe { $fused(self.0, factor.0, other.0) })
            }
            #[inline(always)]
            unsafe fn times_from(self, factor: Self, other: Self) -> Self {
                $name(unsafe { $from(self.0, factor.0, other.0) })
            }
            #[inline(always)]
            unsafe fn below(self, bound: Self, yes: Self, no: Self) -> Self {
                $name(unsafe { $below(self.0, bound.0, yes.0, no.0) })
            }
            #[inline(always)]
            unsafe fn noise(seeds: &mut [u32; 16]) -> Self {
                unsafe {
                    let mut x = $get(seeds.as_ptr());
                    x = $xor(x, $up::<13>(x));
                    x = $xor(x, $down::<17>(x));
                    x = $xor(x, $up::<5>(x));
                    $put(seeds.as_mut_ptr(), x);
                    $name($mul($number(x), $splat(1.0 / 2_147_483_648.0)))
                }
            }
        }
    };
}

lanes!(
    Four,
    __m128,
    4,
    _mm_loadu_ps,
    _mm_storeu_ps,
    _mm_set1_ps,
    _mm_add_ps,
    _mm_sub_ps,
    _mm_mul_ps,
    _mm_div_ps,
    |a, b, c| _mm_add_ps(_mm_mul_ps(a, b), c),
    |a, b, c| _mm_sub_ps(c, _mm_mul_ps(a, b)),
    |a, bound, yes, no| {
        let mask = _mm_cmplt_ps(a, bound);
        _mm_or_ps(_mm_and_ps(mask, yes), _mm_andnot_ps(mask, no))
    },
    |p: *const u32| _mm_loadu_si128(p.cast()),
    |p: *mut u32, x| _mm_storeu_si128(p.cast(), x),
    _mm_slli_epi32,
    _mm_srli_epi32,
    _mm_xor_si128,
    _mm_cvtepi32_ps
);
lanes!(
    Eight,
    __m256,
    8,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_set1_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_fmadd_ps,
    _mm256_fnmadd_ps,
    |a, bound, yes, no| _mm256_blendv_ps(no, yes, _mm256_cmp_ps::<_CMP_LT_OQ>(a, bound)),
    |p: *const u32| _mm256_loadu_si256(p.cast()),
    |p: *mut u32, x| _mm256_storeu_si256(p.cast(), x),
    _mm256_slli_epi32,
    _mm256_srli_epi32,
    _mm256_xor_si256,
    _mm256_cvtepi32_ps
);
lanes!(
    Sixteen,
    __m512,
    16,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_set1_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_fmadd_ps,
    _mm512_fnmadd_ps,
    |a, bound, yes, no| _mm512_mask_blend_ps(_mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, bound), no, yes),
    |p: *const u32| _mm512_loadu_si512(p.cast()),
    |p: *mut u32, x| _mm512_storeu_si512(p.cast(), x),
    _mm512_slli_epi32,
    _mm512_srli_epi32,
    _mm512_xor_si512,
    _mm512_cvtepi32_ps
);

/// Runs a kernel, generic over [`Lanes`], in a width that this processor has: `at_width!(width, kernel(arguments: types))`.
macro_rules! at_width {
    ($width:expr, $kernel:ident($($name:ident: $type:ty),*)) => {{
        use crate::floor::lanes::{Eight, Four, Sixteen, able};
        #[target_feature(enable = "sse2")]
        fn four($($name: $type),*) {
            // SAFETY: a caller of this function has the instruction set.
            unsafe { $kernel::<Four>($($name),*) }
        }
        #[target_feature(enable = "avx2,fma")]
        fn eight($($name: $type),*) {
            // SAFETY: a caller of this function has the instruction set.
            unsafe { $kernel::<Eight>($($name),*) }
        }
        #[target_feature(enable = "avx512f")]
        fn sixteen($($name: $type),*) {
            // SAFETY: a caller of this function has the instruction set.
            unsafe { $kernel::<Sixteen>($($name),*) }
        }
        assert!(able($width), "this processor has no {} lanes", $width);
        // SAFETY: `able` has just said that the processor has the instruction set of that width.
        unsafe {
            match $width {
                4 => four($($name),*),
                8 => eight($($name),*),
                _ => sixteen($($name),*),
            }
        }
    }};
}
pub(super) use at_width;

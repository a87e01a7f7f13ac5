//! Four lanes in registers of 128 bits. SSE2 belongs to every x86-64.

use core::arch::x86_64::*;

use super::vector::{operations, vector};

type Single = __m128;
type Double = __m128d;
type Whole = __m128i;
type Mask = __m128;
type WideMask = __m128d;

operations! { unsafe
    splat(x: f32) -> Single = _mm_set1_ps(x);
    add(a: Single, b: Single) -> Single = _mm_add_ps(a, b);
    sub(a: Single, b: Single) -> Single = _mm_sub_ps(a, b);
    mul(a: Single, b: Single) -> Single = _mm_mul_ps(a, b);
    div(a: Single, b: Single) -> Single = _mm_div_ps(a, b);
    min(a: Single, b: Single) -> Single = _mm_min_ps(a, b);
    max(a: Single, b: Single) -> Single = _mm_max_ps(a, b);
    sqrt(a: Single) -> Single = _mm_sqrt_ps(a);
    and(a: Single, b: Single) -> Single = _mm_and_ps(a, b);
    xor(a: Single, b: Single) -> Single = _mm_xor_ps(a, b);
    lt(a: Single, b: Single) -> Mask = _mm_cmplt_ps(a, b);
    le(a: Single, b: Single) -> Mask = _mm_cmple_ps(a, b);
    eq(a: Single, b: Single) -> Mask = _mm_cmpeq_ps(a, b);
    or(a: Single, b: Single) -> Single = _mm_or_ps(a, b);
    without(m: Mask, a: Single) -> Single = _mm_andnot_ps(m, a);
    signs(m: Mask) -> i32 = _mm_movemask_ps(m);

    wide_splat(x: f64) -> Double = _mm_set1_pd(x);
    wide_add(a: Double, b: Double) -> Double = _mm_add_pd(a, b);
    wide_sub(a: Double, b: Double) -> Double = _mm_sub_pd(a, b);
    wide_mul(a: Double, b: Double) -> Double = _mm_mul_pd(a, b);
    wide_div(a: Double, b: Double) -> Double = _mm_div_pd(a, b);
    wide_min(a: Double, b: Double) -> Double = _mm_min_pd(a, b);
    wide_max(a: Double, b: Double) -> Double = _mm_max_pd(a, b);
    wide_sqrt(a: Double) -> Double = _mm_sqrt_pd(a);
    wide_and(a: Double, b: Double) -> Double = _mm_and_pd(a, b);
    wide_xor(a: Double, b: Double) -> Double = _mm_xor_pd(a, b);
    wide_lt(a: Double, b: Double) -> WideMask = _mm_cmplt_pd(a, b);
    wide_le(a: Double, b: Double) -> WideMask = _mm_cmple_pd(a, b);
    wide_eq(a: Double, b: Double) -> WideMask = _mm_cmpeq_pd(a, b);
    wide_or(a: Double, b: Double) -> Double = _mm_or_pd(a, b);
    wide_without(m: WideMask, a: Double) -> Double = _mm_andnot_pd(m, a);
    wide_signs(m: WideMask) -> i32 = _mm_movemask_pd(m);

    widen_low(a: Single) -> Double = _mm_cvtps_pd(a);
    narrowed(a: Double) -> Single = _mm_cvtpd_ps(a);
    lower_halves_of(a: Single, b: Single) -> Single = _mm_movelh_ps(a, b);
    // Those of the second, then those of the first.
    upper_halves_of(b: Single, a: Single) -> Single = _mm_movehl_ps(b, a);

    single_bits(a: Single) -> Whole = _mm_castps_si128(a);
    single_of_bits(a: Whole) -> Single = _mm_castsi128_ps(a);
    double_bits(a: Double) -> Whole = _mm_castpd_si128(a);
    double_of_bits(a: Whole) -> Double = _mm_castsi128_pd(a);
    whole_and(a: Whole, b: Whole) -> Whole = _mm_and_si128(a, b);
    whole_or(a: Whole, b: Whole) -> Whole = _mm_or_si128(a, b);
    whole_xor(a: Whole, b: Whole) -> Whole = _mm_xor_si128(a, b);
    splat_32(x: i32) -> Whole = _mm_set1_epi32(x);
    add_32(a: Whole, b: Whole) -> Whole = _mm_add_epi32(a, b);
    sub_32(a: Whole, b: Whole) -> Whole = _mm_sub_epi32(a, b);
    left_32_by_23(a: Whole) -> Whole = _mm_slli_epi32::<23>(a);
    right_32_by_23(a: Whole) -> Whole = _mm_srli_epi32::<23>(a);
    right_32_by_8(a: Whole) -> Whole = _mm_srli_epi32::<8>(a);
    signs_32(a: Whole) -> Whole = _mm_srai_epi32::<31>(a);
    single_of_32(a: Whole) -> Single = _mm_cvtepi32_ps(a);
    double_of_low_32(a: Whole) -> Double = _mm_cvtepi32_pd(a);
    upper_pair(a: Whole) -> Whole = _mm_unpackhi_epi64(a, a);
    odd_words(low: Single, high: Single) -> Single = _mm_shuffle_ps::<0b11_01_11_01>(low, high);

    splat_64(x: i64) -> Whole = _mm_set1_epi64x(x);
    add_64(a: Whole, b: Whole) -> Whole = _mm_add_epi64(a, b);
    sub_64(a: Whole, b: Whole) -> Whole = _mm_sub_epi64(a, b);
    left_64_by_12(a: Whole) -> Whole = _mm_slli_epi64::<12>(a);
    left_64_by_52(a: Whole) -> Whole = _mm_slli_epi64::<52>(a);
    right_64_by_52(a: Whole) -> Whole = _mm_srli_epi64::<52>(a);
    right_64_by_27(a: Whole) -> Whole = _mm_srli_epi64::<27>(a);
    right_64_by_30(a: Whole) -> Whole = _mm_srli_epi64::<30>(a);
    right_64_by_31(a: Whole) -> Whole = _mm_srli_epi64::<31>(a);
    left_64_by_32(a: Whole) -> Whole = _mm_slli_epi64::<32>(a);
    right_64_by_32(a: Whole) -> Whole = _mm_srli_epi64::<32>(a);
    mul_halves(a: Whole, b: Whole) -> Whole = _mm_mul_epu32(a, b);

    words_low(a: Single, b: Single) -> Single = _mm_unpacklo_ps(a, b);
    words_high(a: Single, b: Single) -> Single = _mm_unpackhi_ps(a, b);
}

operations! { safe
    select(m: Mask, yes: Single, no: Single) -> Single = or(and(m, yes), without(m, no));
    bits(m: Mask) -> u32 = signs(m) as u32;
    wide_select(m: WideMask, yes: Double, no: Double) -> Double = wide_or(wide_and(m, yes), wide_without(m, no));
    wide_bits(m: WideMask) -> u32 = wide_signs(m) as u32;
    widen_high(a: Single) -> Double = widen_low(upper_halves_of(a, a));
    narrow(low: Double, high: Double) -> Single = lower_halves_of(narrowed(low), narrowed(high));
    double_of_high_32(a: Whole) -> Double = double_of_low_32(upper_pair(a));
    upper_halves(low: Whole, high: Whole) -> Whole =
        single_bits(odd_words(single_of_bits(low), single_of_bits(high)));
    sign_bits_64(a: Whole) -> u32 = wide_bits(double_of_bits(a));
    // The sum of the products of halves, modulo 2^64.
    mul_64(a: Whole, b: Whole) -> Whole = {
        let crossed = add_64(mul_halves(right_64_by_32(a), b), mul_halves(a, right_64_by_32(b)));
        add_64(mul_halves(a, b), left_64_by_32(crossed))
    };
    mirror(rows: [Single; 4]) -> [Single; 4] = {
        let [a, b, c, d] = rows;
        let (ab, cd) = (words_low(a, b), words_low(c, d));
        let (ef, gh) = (words_high(a, b), words_high(c, d));
        [lower_halves_of(ab, cd), upper_halves_of(cd, ab), lower_halves_of(ef, gh), upper_halves_of(gh, ef)]
    };
}

#[inline(always)]
fn within<R>(op: impl FnOnce() -> R) -> R {
    op()
}

vector!(
    F32x4: Four, 4 lanes, 2 in a double register,
    "Four single-precision signals in a register of 128 bits.",
    F64x4: "Four double-precision signals in two registers of 128 bits.",
    U64x4: "Four phases in two registers of 128 bits."
);

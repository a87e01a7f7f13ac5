//! Eight lanes in registers of 256 bits.

use core::arch::x86_64::*;

use super::vector::{operations, vector};

type Single = __m256;
type Double = __m256d;
type Whole = __m256i;
type Mask = __m256;
type WideMask = __m256d;

operations! { unsafe
    splat(x: f32) -> Single = _mm256_set1_ps(x);
    add(a: Single, b: Single) -> Single = _mm256_add_ps(a, b);
    sub(a: Single, b: Single) -> Single = _mm256_sub_ps(a, b);
    mul(a: Single, b: Single) -> Single = _mm256_mul_ps(a, b);
    div(a: Single, b: Single) -> Single = _mm256_div_ps(a, b);
    min(a: Single, b: Single) -> Single = _mm256_min_ps(a, b);
    max(a: Single, b: Single) -> Single = _mm256_max_ps(a, b);
    sqrt(a: Single) -> Single = _mm256_sqrt_ps(a);
    and(a: Single, b: Single) -> Single = _mm256_and_ps(a, b);
    xor(a: Single, b: Single) -> Single = _mm256_xor_ps(a, b);
    lt(a: Single, b: Single) -> Mask = _mm256_cmp_ps::<_CMP_LT_OQ>(a, b);
    le(a: Single, b: Single) -> Mask = _mm256_cmp_ps::<_CMP_LE_OQ>(a, b);
    eq(a: Single, b: Single) -> Mask = _mm256_cmp_ps::<_CMP_EQ_OQ>(a, b);
    select(m: Mask, yes: Single, no: Single) -> Single = _mm256_blendv_ps(no, yes, m);
    bits(m: Mask) -> u32 = _mm256_movemask_ps(m) as u32;

    wide_splat(x: f64) -> Double = _mm256_set1_pd(x);
    wide_add(a: Double, b: Double) -> Double = _mm256_add_pd(a, b);
    wide_sub(a: Double, b: Double) -> Double = _mm256_sub_pd(a, b);
    wide_mul(a: Double, b: Double) -> Double = _mm256_mul_pd(a, b);
    wide_div(a: Double, b: Double) -> Double = _mm256_div_pd(a, b);
    wide_min(a: Double, b: Double) -> Double = _mm256_min_pd(a, b);
    wide_max(a: Double, b: Double) -> Double = _mm256_max_pd(a, b);
    wide_sqrt(a: Double) -> Double = _mm256_sqrt_pd(a);
    wide_and(a: Double, b: Double) -> Double = _mm256_and_pd(a, b);
    wide_xor(a: Double, b: Double) -> Double = _mm256_xor_pd(a, b);
    wide_lt(a: Double, b: Double) -> WideMask = _mm256_cmp_pd::<_CMP_LT_OQ>(a, b);
    wide_le(a: Double, b: Double) -> WideMask = _mm256_cmp_pd::<_CMP_LE_OQ>(a, b);
    wide_eq(a: Double, b: Double) -> WideMask = _mm256_cmp_pd::<_CMP_EQ_OQ>(a, b);
    wide_select(m: WideMask, yes: Double, no: Double) -> Double = _mm256_blendv_pd(no, yes, m);
    wide_bits(m: WideMask) -> u32 = _mm256_movemask_pd(m) as u32;

    lower_single(a: Single) -> __m128 = _mm256_castps256_ps128(a);
    upper_single(a: Single) -> __m128 = _mm256_extractf128_ps::<1>(a);
    joined_single(low: __m128, high: __m128) -> Single = _mm256_set_m128(high, low);
    widened(a: __m128) -> Double = _mm256_cvtps_pd(a);
    narrowed(a: Double) -> __m128 = _mm256_cvtpd_ps(a);

    single_bits(a: Single) -> Whole = _mm256_castps_si256(a);
    single_of_bits(a: Whole) -> Single = _mm256_castsi256_ps(a);
    double_bits(a: Double) -> Whole = _mm256_castpd_si256(a);
    double_of_bits(a: Whole) -> Double = _mm256_castsi256_pd(a);
    whole_and(a: Whole, b: Whole) -> Whole = _mm256_and_si256(a, b);
    whole_or(a: Whole, b: Whole) -> Whole = _mm256_or_si256(a, b);
    whole_xor(a: Whole, b: Whole) -> Whole = _mm256_xor_si256(a, b);
    splat_32(x: i32) -> Whole = _mm256_set1_epi32(x);
    add_32(a: Whole, b: Whole) -> Whole = _mm256_add_epi32(a, b);
    sub_32(a: Whole, b: Whole) -> Whole = _mm256_sub_epi32(a, b);
    left_32_by_23(a: Whole) -> Whole = _mm256_slli_epi32::<23>(a);
    right_32_by_23(a: Whole) -> Whole = _mm256_srli_epi32::<23>(a);
    right_32_by_8(a: Whole) -> Whole = _mm256_srli_epi32::<8>(a);
    signs_32(a: Whole) -> Whole = _mm256_srai_epi32::<31>(a);
    single_of_32(a: Whole) -> Single = _mm256_cvtepi32_ps(a);
    lower_whole(a: Whole) -> __m128i = _mm256_castsi256_si128(a);
    upper_whole(a: Whole) -> __m128i = _mm256_extracti128_si256::<1>(a);
    double_of_32(a: __m128i) -> Double = _mm256_cvtepi32_pd(a);
    odd_words(low: Single, high: Single) -> Single = _mm256_shuffle_ps::<0b11_01_11_01>(low, high);
    in_order(a: Whole) -> Whole = _mm256_permute4x64_epi64::<0b11_01_10_00>(a);

    splat_64(x: i64) -> Whole = _mm256_set1_epi64x(x);
    add_64(a: Whole, b: Whole) -> Whole = _mm256_add_epi64(a, b);
    sub_64(a: Whole, b: Whole) -> Whole = _mm256_sub_epi64(a, b);
    left_64_by_12(a: Whole) -> Whole = _mm256_slli_epi64::<12>(a);
    left_64_by_32(a: Whole) -> Whole = _mm256_slli_epi64::<32>(a);
    left_64_by_52(a: Whole) -> Whole = _mm256_slli_epi64::<52>(a);
    right_64_by_52(a: Whole) -> Whole = _mm256_srli_epi64::<52>(a);
    right_64_by_27(a: Whole) -> Whole = _mm256_srli_epi64::<27>(a);
    right_64_by_30(a: Whole) -> Whole = _mm256_srli_epi64::<30>(a);
    right_64_by_31(a: Whole) -> Whole = _mm256_srli_epi64::<31>(a);
    right_64_by_32(a: Whole) -> Whole = _mm256_srli_epi64::<32>(a);
    mul_halves(a: Whole, b: Whole) -> Whole = _mm256_mul_epu32(a, b);

    words_low(a: Single, b: Single) -> Single = _mm256_unpacklo_ps(a, b);
    words_high(a: Single, b: Single) -> Single = _mm256_unpackhi_ps(a, b);
    pairs_low(a: Single, b: Single) -> Single = _mm256_shuffle_ps::<0b01_00_01_00>(a, b);
    pairs_high(a: Single, b: Single) -> Single = _mm256_shuffle_ps::<0b11_10_11_10>(a, b);
    quarters_low(a: Single, b: Single) -> Single = _mm256_permute2f128_ps::<0x20>(a, b);
    quarters_high(a: Single, b: Single) -> Single = _mm256_permute2f128_ps::<0x31>(a, b);
}

operations! { safe
    widen_low(a: Single) -> Double = widened(lower_single(a));
    widen_high(a: Single) -> Double = widened(upper_single(a));
    narrow(low: Double, high: Double) -> Single = joined_single(narrowed(low), narrowed(high));
    double_of_low_32(a: Whole) -> Double = double_of_32(lower_whole(a));
    double_of_high_32(a: Whole) -> Double = double_of_32(upper_whole(a));
    upper_halves(low: Whole, high: Whole) -> Whole =
        in_order(single_bits(odd_words(single_of_bits(low), single_of_bits(high))));
    sign_bits_64(a: Whole) -> u32 = wide_bits(double_of_bits(a));
    // The sum of the products of halves, modulo 2^64.
    mul_64(a: Whole, b: Whole) -> Whole = {
        let crossed = add_64(mul_halves(right_64_by_32(a), b), mul_halves(a, right_64_by_32(b)));
        add_64(mul_halves(a, b), left_64_by_32(crossed))
    };
    mirror(rows: [Single; 8]) -> [Single; 8] = {
        let [a, b, c, d, e, f, g, h] = rows;
        let (ab, cd, ef, gh) = (words_low(a, b), words_low(c, d), words_low(e, f), words_low(g, h));
        let upper = [words_high(a, b), words_high(c, d), words_high(e, f), words_high(g, h)];
        let left = [pairs_low(ab, cd), pairs_high(ab, cd), pairs_low(upper[0], upper[1]), pairs_high(upper[0], upper[1])];
        let right = [pairs_low(ef, gh), pairs_high(ef, gh), pairs_low(upper[2], upper[3]), pairs_high(upper[2], upper[3])];
        core::array::from_fn(|i| match i {
            0..4 => quarters_low(left[i], right[i]),
            _ => quarters_high(left[i - 4], right[i - 4]),
        })
    };
}

/// Code within may use registers of 256 bits.
#[target_feature(enable = "avx2")]
fn with_avx2<R>(op: impl FnOnce() -> R) -> R {
    op()
}

#[inline(always)]
fn within<R>(op: impl FnOnce() -> R) -> R {
    // SAFETY: called by functions of `F32x8` and its like alone, so the processor has AVX2 (invariant 1 of the module).
    unsafe { with_avx2(op) }
}

vector!(
    F32x8: Eight, 8 lanes, 4 in a double register,
    "Eight single-precision signals in a register of 256 bits.",
    F64x8: "Eight double-precision signals in two registers of 256 bits.",
    U64x8: "Eight phases in two registers of 256 bits."
);

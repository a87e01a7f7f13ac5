//! Sixteen lanes in registers of 512 bits.

use core::arch::x86_64::*;

use super::vector::{operations, vector};

type Single = __m512;
type Double = __m512d;
type Whole = __m512i;
type Mask = __mmask16;
type WideMask = __mmask8;

operations! { unsafe
    splat(x: f32) -> Single = _mm512_set1_ps(x);
    add(a: Single, b: Single) -> Single = _mm512_add_ps(a, b);
    sub(a: Single, b: Single) -> Single = _mm512_sub_ps(a, b);
    mul(a: Single, b: Single) -> Single = _mm512_mul_ps(a, b);
    div(a: Single, b: Single) -> Single = _mm512_div_ps(a, b);
    min(a: Single, b: Single) -> Single = _mm512_min_ps(a, b);
    max(a: Single, b: Single) -> Single = _mm512_max_ps(a, b);
    sqrt(a: Single) -> Single = _mm512_sqrt_ps(a);
    and(a: Single, b: Single) -> Single = _mm512_and_ps(a, b);
    xor(a: Single, b: Single) -> Single = _mm512_xor_ps(a, b);
    lt(a: Single, b: Single) -> Mask = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(a, b);
    le(a: Single, b: Single) -> Mask = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(a, b);
    eq(a: Single, b: Single) -> Mask = _mm512_cmp_ps_mask::<_CMP_EQ_OQ>(a, b);
    select(m: Mask, yes: Single, no: Single) -> Single = _mm512_mask_blend_ps(m, no, yes);

    wide_splat(x: f64) -> Double = _mm512_set1_pd(x);
    wide_add(a: Double, b: Double) -> Double = _mm512_add_pd(a, b);
    wide_sub(a: Double, b: Double) -> Double = _mm512_sub_pd(a, b);
    wide_mul(a: Double, b: Double) -> Double = _mm512_mul_pd(a, b);
    wide_div(a: Double, b: Double) -> Double = _mm512_div_pd(a, b);
    wide_min(a: Double, b: Double) -> Double = _mm512_min_pd(a, b);
    wide_max(a: Double, b: Double) -> Double = _mm512_max_pd(a, b);
    wide_sqrt(a: Double) -> Double = _mm512_sqrt_pd(a);
    wide_and(a: Double, b: Double) -> Double = _mm512_and_pd(a, b);
    wide_xor(a: Double, b: Double) -> Double = _mm512_xor_pd(a, b);
    wide_lt(a: Double, b: Double) -> WideMask = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(a, b);
    wide_le(a: Double, b: Double) -> WideMask = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(a, b);
    wide_eq(a: Double, b: Double) -> WideMask = _mm512_cmp_pd_mask::<_CMP_EQ_OQ>(a, b);
    wide_select(m: WideMask, yes: Double, no: Double) -> Double = _mm512_mask_blend_pd(m, no, yes);

    lower_single(a: Single) -> __m256 = _mm512_castps512_ps256(a);
    upper_single(a: Single) -> __m256 = _mm512_extractf32x8_ps::<1>(a);
    lengthened(a: __m256) -> Single = _mm512_castps256_ps512(a);
    with_upper_single(a: Single, high: __m256) -> Single = _mm512_insertf32x8::<1>(a, high);
    widened(a: __m256) -> Double = _mm512_cvtps_pd(a);
    narrowed(a: Double) -> __m256 = _mm512_cvtpd_ps(a);

    single_bits(a: Single) -> Whole = _mm512_castps_si512(a);
    single_of_bits(a: Whole) -> Single = _mm512_castsi512_ps(a);
    double_bits(a: Double) -> Whole = _mm512_castpd_si512(a);
    double_of_bits(a: Whole) -> Double = _mm512_castsi512_pd(a);
    whole_and(a: Whole, b: Whole) -> Whole = _mm512_and_si512(a, b);
    whole_or(a: Whole, b: Whole) -> Whole = _mm512_or_si512(a, b);
    whole_xor(a: Whole, b: Whole) -> Whole = _mm512_xor_si512(a, b);
    splat_32(x: i32) -> Whole = _mm512_set1_epi32(x);
    add_32(a: Whole, b: Whole) -> Whole = _mm512_add_epi32(a, b);
    sub_32(a: Whole, b: Whole) -> Whole = _mm512_sub_epi32(a, b);
    left_32_by_23(a: Whole) -> Whole = _mm512_slli_epi32::<23>(a);
    right_32_by_23(a: Whole) -> Whole = _mm512_srli_epi32::<23>(a);
    right_32_by_8(a: Whole) -> Whole = _mm512_srli_epi32::<8>(a);
    signs_32(a: Whole) -> Whole = _mm512_srai_epi32::<31>(a);
    single_of_32(a: Whole) -> Single = _mm512_cvtepi32_ps(a);
    lower_whole(a: Whole) -> __m256i = _mm512_castsi512_si256(a);
    upper_whole(a: Whole) -> __m256i = _mm512_extracti64x4_epi64::<1>(a);
    double_of_32(a: __m256i) -> Double = _mm512_cvtepi32_pd(a);
    odd_numbers() -> Whole = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    picked(low: Whole, which: Whole, high: Whole) -> Whole = _mm512_permutex2var_epi32(low, which, high);

    splat_64(x: i64) -> Whole = _mm512_set1_epi64(x);
    add_64(a: Whole, b: Whole) -> Whole = _mm512_add_epi64(a, b);
    sub_64(a: Whole, b: Whole) -> Whole = _mm512_sub_epi64(a, b);
    mul_64(a: Whole, b: Whole) -> Whole = _mm512_mullo_epi64(a, b);
    left_64_by_12(a: Whole) -> Whole = _mm512_slli_epi64::<12>(a);
    left_64_by_52(a: Whole) -> Whole = _mm512_slli_epi64::<52>(a);
    right_64_by_52(a: Whole) -> Whole = _mm512_srli_epi64::<52>(a);
    right_64_by_27(a: Whole) -> Whole = _mm512_srli_epi64::<27>(a);
    right_64_by_30(a: Whole) -> Whole = _mm512_srli_epi64::<30>(a);
    right_64_by_31(a: Whole) -> Whole = _mm512_srli_epi64::<31>(a);
    sign_mask_64(a: Whole) -> WideMask = _mm512_movepi64_mask(a);

    words_low(a: Single, b: Single) -> Single = _mm512_unpacklo_ps(a, b);
    words_high(a: Single, b: Single) -> Single = _mm512_unpackhi_ps(a, b);
    pairs_low(a: Single, b: Single) -> Single = _mm512_shuffle_ps::<0b01_00_01_00>(a, b);
    pairs_high(a: Single, b: Single) -> Single = _mm512_shuffle_ps::<0b11_10_11_10>(a, b);
    even_quarters(a: Single, b: Single) -> Single = _mm512_shuffle_f32x4::<0b10_00_10_00>(a, b);
    odd_quarters(a: Single, b: Single) -> Single = _mm512_shuffle_f32x4::<0b11_01_11_01>(a, b);
}

operations! { safe
    bits(m: Mask) -> u32 = u32::from(m);
    wide_bits(m: WideMask) -> u32 = u32::from(m);
    widen_low(a: Single) -> Double = widened(lower_single(a));
    widen_high(a: Single) -> Double = widened(upper_single(a));
    narrow(low: Double, high: Double) -> Single = with_upper_single(lengthened(narrowed(low)), narrowed(high));
    double_of_low_32(a: Whole) -> Double = double_of_32(lower_whole(a));
    double_of_high_32(a: Whole) -> Double = double_of_32(upper_whole(a));
    upper_halves(low: Whole, high: Whole) -> Whole = picked(low, odd_numbers(), high);
    sign_bits_64(a: Whole) -> u32 = u32::from(sign_mask_64(a));
    // Four rows at a time within quarters of the registers, then quarters of rows that are four apart.
    mirror(rows: [Single; 16]) -> [Single; 16] = {
        let mut squares = rows;
        for four in squares.chunks_exact_mut(4) {
            if let [a, b, c, d] = four {
                let (ab, cd) = (words_low(*a, *b), words_low(*c, *d));
                let (ef, gh) = (words_high(*a, *b), words_high(*c, *d));
                (*a, *b) = (pairs_low(ab, cd), pairs_high(ab, cd));
                (*c, *d) = (pairs_low(ef, gh), pairs_high(ef, gh));
            }
        }
        let mut columns = rows;
        for i in 0..4 {
            let (a, b, c, d) = (squares[i], squares[i + 4], squares[i + 8], squares[i + 12]);
            let (even_ab, odd_ab) = (even_quarters(a, b), odd_quarters(a, b));
            let (even_cd, odd_cd) = (even_quarters(c, d), odd_quarters(c, d));
            columns[i] = even_quarters(even_ab, even_cd);
            columns[i + 4] = even_quarters(odd_ab, odd_cd);
            columns[i + 8] = odd_quarters(even_ab, even_cd);
            columns[i + 12] = odd_quarters(odd_ab, odd_cd);
        }
        columns
    };
}

/// Code within may use registers of 512 bits.
#[target_feature(enable = "avx512f,avx512vl,avx512bw,avx512dq")]
fn with_avx512<R>(op: impl FnOnce() -> R) -> R {
    op()
}

#[inline(always)]
fn within<R>(op: impl FnOnce() -> R) -> R {
    // SAFETY: called by functions of `F32x16` and its like alone, so the processor has AVX-512 (invariant 1 of the module).
    unsafe { with_avx512(op) }
}

vector!(
    F32x16: Sixteen, 16 lanes, 8 in a double register,
    "Sixteen single-precision signals in a register of 512 bits.",
    F64x16: "Sixteen double-precision signals in two registers of 512 bits.",
    U64x16: "Sixteen phases in two registers of 512 bits."
);

//! Lanes in the registers of x86-64: 128 bits (SSE2, on all of them), 256 (AVX2) and 512 (AVX-512).
//!
//! Each register file has a module with its operations under common names; [`vector!`] makes the types of them. Operations are
//! exactly those of the scalar types: no fused multiply-add, no approximate reciprocal.

mod avx2;
mod avx512;
mod double;
mod single;
mod sse2;
mod vector;

pub(super) use avx2::F32x8;
pub(super) use avx512::F32x16;
pub(super) use sse2::F32x4;

/// Whether the processor has what [`F32x8`] is made of.
pub(super) fn has_eight() -> bool {
    std::arch::is_x86_feature_detected!("avx2")
}

/// Whether the processor has what [`F32x16`] is made of.
pub(super) fn has_sixteen() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512bw")
        && std::arch::is_x86_feature_detected!("avx512dq")
}

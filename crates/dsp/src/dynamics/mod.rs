//! Loud made less loud: a compressor and a brick-wall limiter.

mod compressor;
mod limiter;
mod window;

pub use compressor::{Compressor, CompressorParams};
pub use limiter::{Limiter, LimiterParams};

use crate::Sample;
use crate::math::exp2_m1;

/// The part of the way that one frame goes: 1 - e^(-1 / (time rate)), for a time constant of up to `longest` ms.
#[inline(always)]
fn step<S: Sample>(rate: f64, ms: S, longest: f64) -> S::Wide {
    // From 0.001 ms down everything is done within one frame, to 1e-9 at 48 kHz.
    let ms = ms.clamp(S::splat(0.001), S::splat(longest)).widen();
    -exp2_m1(S::Wide::splat(-core::f64::consts::LOG2_E * 1000.0 / rate) / ms)
}

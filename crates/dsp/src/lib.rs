//! Kernels: plain structs over one signal or SIMD lanes, that know no graph, no thread and no allocation while they run.

#![forbid(unsafe_code)]

mod delay;
mod filter;
mod grid;
mod lanes;
pub mod math;
pub mod osc;
mod phase;
mod sample;
mod value;

pub use delay::{Chorus, ChorusParams, DelayLine, Echo, EchoParams, MAX_VOICES, frames_of_ms};
pub use filter::{
    Biquad, BiquadParams, CUTOFF_CEILING, CUTOFF_FLOOR_HZ, DcBlocker, Double, GAIN_LIMIT_DB, Native, OnePole,
    OnePoleKind, Precision, Q_CEILING, Q_FLOOR, Shape, Svf, SvfOutputs,
};
pub use grid::GRID;
pub use lanes::{F32x4, F32x8, F32x16, Lanes};
pub use phase::Phase;
pub use sample::Sample;
pub use value::Value;

/// Frames that a kernel takes at a time where it needs room on the stack between two passes. A longer block is walked in
/// pieces of this; where the pieces lie never shows in the sound.
pub const PIECE: usize = 64;

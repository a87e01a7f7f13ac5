//! Kernels: plain structs over one signal or SIMD lanes, that know no graph, no thread and no allocation while they run.

#![deny(unsafe_code)]
#![allow(
    clippy::redundant_closure,
    reason = "a closure can be marked to be inlined; a function given by name is called, outside of the code for wide registers"
)]

pub mod amplitude;
mod click;
mod delay;
mod dynamics;
mod envelope;
mod filter;
mod gate;
mod grid;
mod lane_state;
mod lanes;
mod lfo;
mod looper;
pub mod math;
mod memo;
mod meter;
mod noise;
pub mod osc;
mod phase;
mod player;
mod reverb;
mod sample;
mod sample_hold;
pub mod sampler;
mod saturate;
#[allow(
    unsafe_code,
    reason = "vector registers and views of them; the invariants are at the top of the module"
)]
mod simd;
mod slew;
mod stretch;
mod test_signal;
mod value;

pub use click::Click;
pub use delay::{Chorus, ChorusParams, DelayLine, Echo, EchoParams, MAX_VOICES, frames_of_ms};
pub use dynamics::{Compressor, CompressorParams, Limiter, LimiterParams};
pub use envelope::{Curves, Envelope, Segments};
pub use filter::{
    Accuracy, Biquad, BiquadParams, CONTROL_FRAMES, CUTOFF_CEILING, CUTOFF_FLOOR_HZ, DcBlocker, Double,
    GAIN_LIMIT_DB, Native, OnePole, OnePoleKind, Precision, Q_CEILING, Q_FLOOR, Shape, Svf, SvfOutputs,
    control_frames,
};
pub use grid::GRID;
pub use lane_state::LaneState;
pub use lanes::{F32x4, F32x8, F32x16, Lanes};
pub use lfo::{Lfo, LfoMode, LfoShape};
pub use looper::{Looper, LooperOrder, LooperState};
pub use meter::Meter;
pub use noise::{Pink, White};
pub use phase::Phase;
pub use player::{Buffer, BufferError, Interpolation, Player, PlayerParams, Region};
pub use reverb::{Reverb, ReverbParams};
pub use sample::Sample;
pub use sample_hold::SampleHold;
pub use saturate::{Oversampling, Saturator, SaturatorParams};
pub use simd::{Task, Vector, Width, deinterleave, interleave, take_apart};
pub use slew::Slew;
pub use stretch::{PitchShift, StretchParams, StretchPlayer, WindowLength, stretched};
pub use test_signal::{Impulse, constant};
pub use value::Value;

/// Frames that a kernel takes at a time where it needs room on the stack between two passes. A longer block is walked in
/// pieces of this; where the pieces lie never shows in the sound.
pub const PIECE: usize = 64;

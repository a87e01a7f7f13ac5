//! Oscillators: what repeats at a frequency that can be heard.
//!
//! All of them count phase in 64-bit fixed point (see [`crate::Phase`]), take their frequency in hertz frame by frame, and
//! run backwards at a negative one. A frequency is limited to just under half the sampling rate on either side, and one
//! that is not a number counts as the lowest. The phase is in turns; every waveform is zero and rising at phase 0, save the
//! pulse, which rises there.
//!
//! Saw, pulse and triangle are the plain waveforms, late by [`LATENCY`] frames, with each step and corner replaced by a
//! band-limited one.

mod edges;
mod pulse;
mod residual;
mod saw;
mod sine;
mod triangle;
mod tuning;

pub use pulse::Pulse;
pub use residual::LATENCY;
pub use saw::Saw;
pub use sine::Sine;
pub use triangle::Triangle;
pub(crate) use tuning::Tuning;

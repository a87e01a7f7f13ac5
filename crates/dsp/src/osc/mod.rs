//! Oscillators: what repeats at a frequency that can be heard.
//!
//! All of them count phase in 64-bit fixed point (see [`crate::Phase`]), take their frequency in hertz frame by frame, and
//! run backwards at a negative one. A frequency is limited to just under half the sampling rate on either side, and one
//! that is not a number counts as the lowest. The phase is in turns; every waveform is zero and rising at phase 0, save the
//! pulse, which rises there.
//!
//! Saw, pulse and triangle are the plain waveforms, late by [`LATENCY`] frames, with each step and corner replaced by a
//! band-limited one. What that leaves of aliasing, as the loudest line that is no harmonic against the fundamental, at
//! 48 kHz (`tests/suite/osc_aliasing.rs`):
//!
//! | | 1 kHz | 5 kHz | 10 kHz | worst of 100 Hz to 20 kHz |
//! |---|---|---|---|---|
//! | saw | -100 dB | -101 dB | -100 dB | -93 dB |
//! | square | -115 dB | -101 dB | -100 dB | -93 dB |
//! | pulse, 10 % wide (its fundamental is 10 dB weaker) | -90 dB | -91 dB | -92 dB | -85 dB |
//! | triangle | -143 dB | -115 dB | -110 dB | -103 dB |
//!
//! Harmonics keep their level within 0.05 dB up to 0.31 of the rate (15 kHz) and are 6 dB down at 0.42 of it (20.2 kHz). Work is
//! done by the edge, not by the frame: so low notes cost little more than the plain waveform. What is not band-limited: the
//! jump of a reset or a set phase, and the change of slope where the frequency jumps.
//!
//! In double precision the sine is within 1.5e-9 (the upper 32 bits of its phase count), and the other three are as good as
//! in single precision.

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

//! What sounds later: the delay line, an echo and a chorus.

mod chorus;
mod echo;
mod line;
mod taps;
mod tone;
mod track;

pub use chorus::{Chorus, ChorusParams, MAX_VOICES};
pub use echo::{Echo, EchoParams, frames_of_ms};
pub use line::DelayLine;

//! How long a sound lasts and how high it is, apart from each other.
//!
//! A phase vocoder stretches, and what it puts out is read at another rate, which moves the pitch; each beginning of a sound is copied as it is. All
//! memory is there from construction on, the work of each transform is spread over the frames until it is needed, and only `+ - * /` and square roots are used
//! while it runs, apart from the power of two that a pitch in semitones is.

mod fft;
mod onsets;
mod pitch;
mod play;
mod sinc;
mod stretcher;
mod tape;
mod vocoder;

pub use pitch::PitchShift;
pub use play::{StretchParams, StretchPlayer, stretched};

/// How long the windows are: longer ones tell low notes apart better, and are later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WindowLength {
    /// 43 ms.
    #[default]
    Long,
    /// 21 ms.
    Short,
}

impl WindowLength {
    /// The power of two of frames that is nearest to it.
    fn stages(self, rate: f64) -> usize {
        let seconds = match self {
            WindowLength::Long => 2048.0 / 48_000.0,
            WindowLength::Short => 1024.0 / 48_000.0,
        };
        let stages = libm::log2(seconds * rate.clamp(1000.0, 1e6)) + 0.5;
        (stages as usize).clamp(7, 16)
    }
}

/// How much faster a sound is read that is so many semitones higher.
fn rate_of(semitones: f32) -> f64 {
    libm::exp2(f64::from(semitones.clamp(-24.0, 24.0)) / 12.0)
}

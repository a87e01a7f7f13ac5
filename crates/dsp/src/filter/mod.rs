//! Which frequencies pass: the Audio EQ Cookbook set, a state-variable filter, one-pole filters and a DC blocker.

mod accuracy;
mod biquad;
mod dc_blocker;
mod design;
mod one_pole;
mod precision;
mod svf;

pub use accuracy::{Accuracy, CONTROL_FRAMES, control_frames};
pub use biquad::{Biquad, BiquadParams};
pub use dc_blocker::DcBlocker;
pub use design::{CUTOFF_CEILING, CUTOFF_FLOOR_HZ, GAIN_LIMIT_DB, Q_CEILING, Q_FLOOR, Shape};
pub use one_pole::{OnePole, OnePoleKind};
pub use precision::{Double, Native, Precision};
pub use svf::{Svf, SvfOutputs};

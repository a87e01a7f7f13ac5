//! Many voices that play recordings from fixed slots: begun, changed and ended at exact frames.

mod between;
mod kernel;
mod ramp;
mod render;
mod settings;
mod sinc;
mod sound;
mod store;
mod voice;

pub use kernel::{Counts, Sampler, SamplerParams};
pub use settings::{
    Change, Happening, Interpolate, LoopPoints, MAX_SAMPLE_SLOTS, MAX_VOICES, MOST_SLOTS, MOST_VOICES, Mode,
    SamplerConfig, SlotSettings, Steal, Trigger, VoiceFilter, What,
};

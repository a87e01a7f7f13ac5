//! Kernels as nodes, and the one catalogue that describes them.
//!
//! The catalogue is the single source for what a kind of node is called, its ports, parameters, settings and ranges: documents
//! are validated against it, and help, reference pages and bindings are made from it.
//!
//! Every module of a kind has the same rooms in the same order: its entries in the catalogue, its machine, what the machine does
//! with a span. What all nodes do alike is in [`Node`].

#![forbid(unsafe_code)]

mod arithmetic;
mod biquad;
mod catalogue;
mod choice;
mod chorus;
mod compressor;
mod constant;
mod crossfade;
mod delay;
mod echo;
mod entry;
mod envelope;
mod feed;
mod gain;
mod hold;
mod impulse;
mod lanes;
mod lfo;
mod limiter;
mod looper;
mod meter;
mod metronome;
mod mixer;
mod node;
mod noise;
mod note;
mod onepole;
mod oscillator;
mod output;
mod part;
mod player;
mod registry;
mod reverb;
mod sampler;
mod saturate;
mod scope;
mod sine;
mod sleep;
mod slots;
mod stereo;
mod stream;
mod stretch;
mod svf;
mod tap;
mod values;
mod verb;

pub use biquad::BiquadFilter;
pub use catalogue::{
    Bank, Group, Kind, Layout, ParamInfo, PortInfo, Recording, SettingInfo, SettingRange, Slot, Way, Width,
};
pub use delay::DelayLine;
pub use envelope::EnvelopeGenerator;
pub use feed::Feed;
pub use gain::GainProcessor;
pub use lanes::{Channels, Family};
pub use limiter::LimiterProcessor;
pub use looper::{LOOPER_REFUSES, LOOPER_STATES, looper_message};
pub use meter::Meter;
pub use mixer::Mixer;
pub use node::{Machine, Node};
pub use player::BufferPlayer;
pub use registry::{Built, build, catalogue, find};
pub use reverb::Reverberator;
pub use sampler::SamplerNode;
pub use scope::Scope;
pub use sine::SineGenerator;
pub use slots::{SLOT_SETTINGS, SlotDesk, slot_settings};
pub use sostenuto_dsp::sampler::{LoopPoints, MAX_SAMPLE_SLOTS, MAX_VOICES, Mode, SlotSettings};
pub use sostenuto_dsp::{Buffer, BufferError, LooperOrder, LooperState, stretched};
pub use sostenuto_reel::{Footage, Fortunes, Progress, Streamed, Threading};
pub use stereo::Panner;
pub use svf::StateVariableFilter;
pub use tap::{StreamTap, Tap};
pub use verb::{Naming, ValueInfo, Verb, VerbError, say};

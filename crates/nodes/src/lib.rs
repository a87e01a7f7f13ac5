//! Kernels as nodes, and the one catalogue that describes them.
//!
//! The catalogue is the single source for what a kind of node is called, its ports, parameters, settings and ranges: documents
//! are validated against it, and help, reference pages and bindings are made from it.
//!
//! Every module of a kind has the same rooms in the same order: its entries in the catalogue, the node, its life as a
//! [`Processor`](sostenuto_graph::Processor).

#![forbid(unsafe_code)]

mod biquad;
mod catalogue;
mod delay;
mod gain;
mod oscillator;
mod output;
mod registry;
mod sine;
mod tap;

pub use biquad::BiquadFilter;
pub use catalogue::{Bank, Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange, Width};
pub use delay::DelayLine;
pub use gain::GainProcessor;
pub use output::Meter;
pub use registry::{Built, build, catalogue, find};
pub use sine::SineGenerator;
pub use tap::Tap;

//! Topology → plan → executor: how a described graph comes to sound, and goes on sounding while it is changed.
//!
//! The control side edits an [`AudioGraph`]; a transaction ([`Edit`]) ends in a [`Batch`], which crosses a ring to the
//! [`Executor`] on the audio thread, takes effect there at one frame, and comes back in an [`Event`] with what it replaced.

#![no_std]
#![forbid(unsafe_code)]

#[macro_use]
extern crate alloc;
#[cfg(test)]
extern crate std;

mod agenda;
mod align;
mod automation;
mod band;
mod batch;
mod block;
mod blocks;
mod bypass;
mod cables;
mod care;
mod chain;
mod choir;
mod compile;
#[doc(hidden)]
pub mod doctest;
mod edit;
mod entry;
mod error;
mod executor;
mod fades;
mod feed;
mod gain;
mod instrument;
mod io;
mod latency;
mod line;
mod lineup;
mod load;
mod message;
mod mix;
mod node;
mod params;
mod plan;
mod playing;
mod processor;
mod rows;
mod run;
mod shape;
mod shapes;
mod signal;
mod slab;
mod stats;
mod table;
mod team;
mod teams;
mod tell;
mod topology;
mod trajectory;

pub use band::Helper;
pub use batch::Batch;
pub use block::{AudioBuffer, Block, QUANTUM, Signal};
pub use chain::Pointwise;
pub use choir::{Choir, Kin};
pub use edit::{Edit, Follows, VoiceTables, Voicing};
pub use error::GraphError;
pub use executor::{Executor, Limits, Remote};
#[doc(hidden)]
pub use feed::Adding;
pub use io::{Flow, Inputs, Io, Outputs, Params, Span, SpanRef};
pub use line::{LineSender, Word};
pub use message::{
    Address, Command, CommandReceiver, CommandSender, DEFAULT_MESSAGES, Event, EventReceiver, EventSender,
    NodeId, NoteEvent, Refusal, Set, Ticket, When, commands, events,
};
pub use plan::CompiledGraph;
pub use processor::{Activity, Delaying, Processor, Stream};
pub use shape::{Approach, Curve, MAX_CHANNELS, MAX_DEPTH, MAX_PARAMS, Name, Parameter, Port, Shape};
pub use sostenuto_dsp::Value;
pub use sostenuto_rt::Help;
pub use sostenuto_transport as transport;
pub use sostenuto_voice as voice;
pub use stats::{EngineLoad, NodeLoad, VoiceLoad};
pub use tell::{Message, Report, Reports, Told};
pub use topology::{AudioGraph, CableId, Footprint, ROOT, Sink, Source};
pub use trajectory::{Motion, Trajectory};

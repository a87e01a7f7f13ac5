//! How does a running engine get its clock, and how does its sound reach other clocks? It runs for whoever asks it for the next frames: an output
//! device, a fallback clock, or the offline host. To devices with clocks of their own it is joined by a [`port()`].
//!
//! | clock | pace | for |
//! |---|---|---|
//! | [`Offline`] | as fast as the machine goes | rendering to a file, tests |
//! | [`FallbackClock`] | real time, about 60 times a second | time that goes on while there is no device |
//! | `Output` (feature `native`) | the device's | playing |
//!
//! The engine is an [`Executor`](sostenuto_graph::Executor). For the clocks with a thread of their own it sits in an
//! [`OwnerSlot`](sostenuto_rt::OwnerSlot), shared by all of them: whoever enters renders, anybody else plays silence, and that
//! is counted. The engine counts its own frames, so that a change of clock is not a jump in time.
//!
//! # Handing over
//! Two clocks that run on one slot at the same time do not corrupt anything, but the engine's time then runs at the sum of
//! their paces. So one is put out of gear before the other starts: `Output::disengage` (the device goes on and plays
//! silence), then [`FallbackClock::start`]; and the other way round [`FallbackClock::stop`], then `Output::engage`.
//!
//! # Several devices
//! One clock runs the engine. Every other device plays or records through a port: a ring of its own, and a resampler that follows both
//! clocks. [`Setup`] says what it is to be like, [`Status`] how it fares. Which clock runs the engine is settled by [`ClockHolder`]. Streams are opened through
//! [`Host`]: `System` is this machine's (feature `native`), [`Fake`] one of simulated devices to try such things on.
//! Either tells what comes and goes ([`Host::changes`]), and why a stream could not be opened or has ended.
//!
//! # Real-time considerations
//! What runs in a callback is [`Callback`], and it is public so that it can be tested and driven without a device. It does
//! not allocate, free, lock, wait or call the system; the time of day it is handed. The same holds for [`Feed::push`] and [`Drain::fill`]. What the system's own audio library does
//! before and after, in its thread, is beyond it.
//!
//! # Features
//! * `native` (default): output devices through cpal: ALSA, CoreAudio, WASAPI, …
//! * `pulseaudio` (default): on Linux, PulseAudio and PipeWire's stand-in for it, directly. In pure Rust.
//! * `jack`: JACK. Needs its library to build.
//!
//! Without any, the offline host and the fallback clock are left.

#![forbid(unsafe_code)]

mod callback;
mod counters;
#[cfg(feature = "native")]
mod errand;
mod fake;
mod fallback;
mod health;
mod holder;
mod host;
mod names;
#[cfg(feature = "native")]
mod native;
mod offline;
mod pace;
mod port;
mod sample;
mod time;

pub use callback::Callback;
pub use counters::{Counters, Counts};
pub use fake::{Dice, Fake, FakeDevice, FakeStream, Mishap};
pub use fallback::FallbackClock;
pub use health::Watchdog;
pub use holder::{Baton, ClockChoice, ClockHolder, HandOver, Heard, Holder, PortId, Reason};
pub use host::{Change, Direction, End, Host, Offer, OpenError, Stream, Terms, Vigour, Wish, Work};
#[cfg(feature = "native")]
pub use native::{
    DEFAULT_BLOCK, DeviceError, DeviceInfo, Devices, Health, Output, Prepared, Request, Stopped, System,
    SystemStream, prepare,
};
pub use offline::{Blocks, Offline};
pub use port::{Drain, Feed, PortError, PortMeters, PortState, Quality, Setup, Status, Tie, port};
pub use sample::DeviceSample;
pub use time::monotonic_nanos;

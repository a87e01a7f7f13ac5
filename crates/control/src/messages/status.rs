//! What is said about how everything fares.

use super::{Level, Meter, PortStatus, Position};
use serde::{Deserialize, Serialize};

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// `status` events, at a rate.
    Status,
    /// `notice` events, as they come.
    Notices,
}

/// Asks for events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Subscribe {
    /// Which.
    pub topics: Vec<Topic>,
    /// Status events per second, above 0 and up to 60; 10 if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// Whether status has the levels of all meters, which takes the longer the more nodes there are; no, if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meters: Option<bool>,
}

/// Asks for no more events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// Which; all if it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<Vec<Topic>>,
}

/// How everything fares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Status {
    /// The frame that is rendered next.
    pub frame: u64,
    /// The engine's frames per second.
    pub rate: f64,
    /// Where musical time is.
    pub position: Position,
    /// What the engine takes of the time that there is.
    pub load: Load,
    /// How the clock fares that the engine runs on.
    pub clock: Clock,
    /// How many edits can be taken back. These numbers change with every edit, whoever makes it, until there are 1,000.
    pub steps: Steps,
    /// The level of what goes to the device, by channel.
    pub output: Vec<Level>,
    /// The levels of all meters, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meters: Option<Vec<Meter>>,
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// The audio ports.
    pub ports: Vec<PortStatus>,
}

/// What the engine takes of the time that there is, 1 for all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Load {
    /// On average.
    pub now: f32,
    /// The most in one callback.
    pub peak: f32,
    /// Callbacks so far.
    pub callbacks: u64,
    /// Those that took longer than there was time.
    pub over: u64,
    /// Nodes that are mute because of samples that are not finite numbers.
    pub muted: u64,
    /// Commands that were put off to a later callback.
    pub deferred: u64,
    /// Notes of sequences that were left out.
    pub lost_notes: u64,
}

/// What the clock counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Clock {
    /// Frames that it has taken.
    pub frames: u64,
    /// The largest callback, in frames.
    pub largest: u64,
    /// Under- and overruns that the system reported.
    pub xruns: u64,
    /// Callbacks that came late.
    pub late: u64,
    /// Callbacks that found another thread in the engine.
    pub refused: u64,
    /// Other faults.
    pub faults: u64,
    /// Frames that were let go by because the machine had stood still.
    pub skipped: u64,
}

/// How many edits can be taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Steps {
    /// By `undo`.
    pub undo: usize,
    /// By `redo`.
    pub redo: usize,
}

/// How the voices of an instrument fare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Instrument {
    /// Its label.
    pub node: String,
    /// Notes that sound.
    pub playing: u16,
    /// Voices that fade because they were stolen.
    pub fading: u16,
    /// Notes that began.
    pub started: u64,
    /// Voices that were stolen.
    pub stolen: u64,
    /// Notes for which there was no voice.
    pub dropped: u64,
}

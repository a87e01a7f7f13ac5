//! What is said about devices, ports and levels.

use serde::{Deserialize, Serialize};

/// The devices of this system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeviceList {
    /// The sound systems that answer, in the order in which a default device is looked for.
    pub hosts: Vec<String>,
    /// The devices that can play, then those that can record; one that can do both is there twice, with one id. The first default of a
    /// direction is the one that is opened when none is asked for.
    pub devices: Vec<Device>,
}

/// A device that answers, and what it offers in one direction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Device {
    /// Stays the same from day to day, and no other device has it.
    pub id: String,
    /// For people; several devices may have the same.
    pub name: String,
    /// The sound system that it belongs to.
    pub host: String,
    /// Whether it is to play (`out`) or to record (`in`) what is told here.
    pub direction: Direction,
    /// Whether it is the default device of its sound system.
    pub default: bool,
    /// How many channels it can play, or record.
    pub channels: Vec<u16>,
    /// The lowest and highest rate, in frames per second.
    pub rates: Span,
    /// The common rates among those that it offers.
    pub common_rates: Vec<u32>,
    /// What it runs at unless asked otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_rate: Option<u32>,
    /// How many channels it plays, or records, unless asked otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_channels: Option<u16>,
    /// The block sizes that it takes, in frames.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocks: Option<Span>,
    /// The sample formats that it takes.
    pub formats: Vec<String>,
    /// Why it does not say what it offers: another program has it, or this user may not use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// From one number to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Span {
    /// The lowest.
    pub min: u32,
    /// The highest.
    pub max: u32,
}

/// The audio ports of the patch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PortList {
    /// The ports.
    pub ports: Vec<PortStatus>,
}

/// Which way sound goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the device into the patch.
    In,
    /// From the patch to the device.
    Out,
}

/// What a port is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PortState {
    /// Its device is not there.
    Missing,
    /// Its stream is being opened.
    Opening,
    /// Silent: the clocks are being measured, or the ring is being filled.
    Priming,
    /// Playing, on its way to its target.
    Locking,
    /// Playing as it should.
    Locked,
}

/// How an audio port fares.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct PortStatus {
    /// The label of its node.
    pub node: String,
    /// Which way sound goes.
    pub direction: Direction,
    /// The device that the patch asks for: an id or a name; left out if it asks for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The device that it is on; left out if it is on none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What it is doing.
    pub state: PortState,
    /// Why it is not on the device that it asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The first channel of the device, from 1.
    pub first: u16,
    /// How many channels.
    pub channels: u16,
    /// The device's frames per second; 0 if it has none.
    pub rate: u32,
    /// Frames in a block of the device.
    pub block: u32,
    /// Whether the engine runs on its clock.
    pub clock: bool,
    /// Whether it has to follow a clock other than its own device's.
    pub follows: bool,
    /// Milliseconds that are held back.
    pub fill_ms: f64,
    /// Milliseconds that should be held back.
    pub target_ms: f64,
    /// Milliseconds from the engine's clock to the device's, or back.
    pub latency_ms: f64,
    /// By how many millionths the clock that feeds is faster than the one that drains.
    pub ppm: f64,
    /// How often there was nothing to play, or to hear.
    pub underruns: u64,
    /// How often something was left out, because there was too much.
    pub overruns: u64,
    /// Dropouts that the system itself reported.
    pub xruns: u64,
    /// Callbacks that came late.
    pub late: u64,
}

/// The levels of everything that shows any.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Levels {
    /// What goes to the device, by channel.
    pub output: Vec<Level>,
    /// The meters.
    pub meters: Vec<Meter>,
}

/// The level of one channel, 1 for full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Level {
    /// The largest magnitude since this client was told last.
    pub peak: f32,
    /// The root of the mean square over about 300 ms.
    pub rms: f32,
}

/// A node that shows levels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Meter {
    /// Its label; inside of an instance of a part `INSTANCE/NODE`, and there once for each voice.
    pub node: String,
    /// By channel.
    pub levels: Vec<Level>,
}

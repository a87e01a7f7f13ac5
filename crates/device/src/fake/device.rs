//! What is a simulated device like, and what befalls it?

use std::time::Duration;

/// A device to be plugged into a [`Fake`](crate::Fake) host.
#[derive(Clone, Debug, PartialEq)]
pub struct FakeDevice {
    /// The id, and the name.
    pub id: String,
    /// Channels that it records.
    pub inputs: u16,
    /// Channels that it plays.
    pub outputs: u16,
    /// Frames per second, nominally.
    pub rate: u32,
    /// By how many millionths its crystal is fast.
    pub ppm: f64,
    /// Frames in a block, unless asked otherwise.
    pub block: u32,
    /// How long a stream takes to open.
    pub opening: Duration,
    /// Callbacks are late by a random time up to this.
    pub jitter: Duration,
    /// Hertz of the sine that it hears on its first input, by its own clock, at half of full scale; the second input hears the cosine, and so on
    /// in turn.
    pub tone: f64,
    /// What befalls it, and when, counted from the host's beginning; in any order.
    pub schedule: Vec<(Duration, Mishap)>,
}

impl FakeDevice {
    /// A stereo device without inputs, exact and punctual.
    pub fn new(id: &str, rate: u32, block: u32) -> Self {
        FakeDevice {
            id: id.into(),
            inputs: 0,
            outputs: 2,
            rate,
            ppm: 0.0,
            block,
            opening: Duration::ZERO,
            jitter: Duration::ZERO,
            tone: 0.0,
            schedule: Vec::new(),
        }
    }

    /// The same, with callbacks late by up to a whole block of its own.
    #[must_use]
    pub fn jittery(mut self) -> Self {
        self.jitter = Duration::from_secs_f64(f64::from(self.block) / f64::from(self.rate.max(1)));
        self
    }
}

/// What befalls a device.
#[derive(Clone, Debug, PartialEq)]
pub enum Mishap {
    /// No callbacks for so long, and no word about it. The crystal's frames of that time are lost.
    Stall(Duration),
    /// It goes. Streams end. If it was the default device, the first of the others is that until it returns.
    Remove,
    /// It is back. Streams that ended stay so.
    Return,
    /// It runs at another rate from now on. Streams end.
    Rate(u32),
    /// Its crystal is off by so much from now on.
    Ppm(f64),
    /// Its callbacks are late by up to this from now on.
    Jitter(Duration),
    /// It becomes the default device.
    Default,
    /// From now on it cannot be opened: another program has it. Streams that are open go on.
    Busy,
    /// From now on it cannot be opened: this user may not. Streams that are open go on.
    Deny,
    /// It can be opened again.
    Allow,
}

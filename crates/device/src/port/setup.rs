//! What is a port to be like? Channels, rates, quality, latency.

use std::time::Duration;
use thiserror::Error;

/// Frames that a port's ring holds at least.
const FEWEST_FRAMES: usize = 32_768;
/// Rates may differ by this factor at most.
const WIDEST: u32 = 32;

/// What a port is to be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// Channels of both ends; at least 1.
    pub channels: u16,
    /// Nominal frames per second where frames are fed.
    pub from: u32,
    /// Nominal frames per second where they are drained.
    pub to: u32,
    /// How well it resamples.
    pub quality: Quality,
    /// Whether the two ends have clocks of their own.
    pub tie: Tie,
    /// How much the ring holds, on average and apart from what is on its way through a callback. Left out: as much as block sizes and
    /// measured jitter need, and the margin.
    pub target: Option<Duration>,
    /// What is added to what is needed; default 1 ms.
    pub margin: Duration,
    /// A fill beyond this is cut back to the target with a crossfade; default 250 ms. A target that would be longer is cut to it.
    pub cap: Duration,
}

impl Setup {
    /// A stereo port between two clocks, with the defaults.
    pub fn new(from: u32, to: u32) -> Self {
        Setup {
            channels: 2,
            from,
            to,
            quality: Quality::default(),
            tie: Tie::default(),
            target: None,
            margin: Duration::from_millis(1),
            cap: Duration::from_millis(250),
        }
    }

    /// Frames in the ring: what the cap holds twice, and at least 32,768.
    pub(super) fn ring_frames(&self) -> usize {
        let twice_the_cap = (self.cap.as_secs_f64() * 2.0 * f64::from(self.from)) as usize;
        twice_the_cap.max(FEWEST_FRAMES)
    }

    pub(super) fn check(&self) -> Result<(), PortError> {
        if self.channels == 0 {
            return Err(PortError::NoChannels);
        }
        let (low, high) = (self.from.min(self.to), self.from.max(self.to));
        if low == 0 || high.div_ceil(low.max(1)) > WIDEST {
            return Err(PortError::Rates { from: self.from, to: self.to });
        }
        let shortest = self.target.unwrap_or(self.margin);
        if shortest > self.cap || self.cap > LONGEST_CAP {
            return Err(PortError::Cap { cap: self.cap, asked: shortest });
        }
        Ok(())
    }
}

/// A ring for longer than this would be a recording.
const LONGEST_CAP: Duration = Duration::from_secs(10);

/// Whether the ends of a port have clocks of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tie {
    /// They have: the ratio follows the two clocks.
    #[default]
    Follow,
    /// Both ends are called from one clock's callback, the feeding one first: the ratio is the nominal one, the ring holds what is left over of a
    /// block, and at equal rates every bit passes unchanged and at once.
    Same,
}

/// How well a port resamples. Noise is all but a sine at half of full scale, from 20 Hz to 20 kHz without the 50 Hz on either side of it, against the sine; at 44.1, 48 and
/// 96 kHz and with clocks that are off by 100 ppm each, as `what_the_qualities_are_worth` measures it. The delay is that of the resampler alone, in frames of the
/// feeding rate; it is in [`Status::latency`](crate::Status). For 5 ms of two channels at 48 kHz they take 7, 18 and 25 µs (EPYC, Zen 4), for eight 27, 32 and 49.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// A polynomial through 8 samples, without a filter: 9 frames of delay. Noise at 1 kHz is below -140 dB, and below -45 dB at 10 kHz, where it bends what is near half
    /// of the rate; a lower draining rate folds what is above half of it.
    Fast,
    /// A sinc of 128 samples: 66 frames of delay, noise below -130 dB at 1 and 10 kHz. Of 96 kHz brought to 48, what is up to 19 kHz passes within 0.1 dB, and what is from
    /// 26 kHz up folds at less than -100 dB.
    #[default]
    Balanced,
    /// A sinc of 256 samples: 130 frames of delay, noise below -130 dB at 1 and 10 kHz. It passes up to 21 kHz, and what is from 26 kHz up folds at less than -140 dB.
    Best,
}

impl Quality {
    /// All of them, the quickest first.
    pub const ALL: [Quality; 3] = [Quality::Fast, Quality::Balanced, Quality::Best];

    /// The name, as in a patch: `fast`, `balanced`, `best`.
    pub fn name(self) -> &'static str {
        match self {
            Quality::Fast => "fast",
            Quality::Balanced => "balanced",
            Quality::Best => "best",
        }
    }
}

/// Why there is no such port.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PortError {
    /// It has no channels.
    #[error("a port without channels: ask for 1 or more")]
    NoChannels,
    /// A rate is zero, or they are too far apart.
    #[error(
        "a port cannot convert {from} to {to} frames per second: rates are above 0 and at most 32 times apart"
    )]
    Rates {
        /// The feeding rate.
        from: u32,
        /// The draining rate.
        to: u32,
    },
    /// The latency that is asked for is longer than the cap, or the cap is beyond 10 s.
    #[error(
        "a latency of {asked:?} with a cap of {cap:?}: the cap is at least the target or the margin, and at most 10 s"
    )]
    Cap {
        /// The cap.
        cap: Duration,
        /// The target or the margin.
        asked: Duration,
    },
    /// The resampler refused.
    #[error("no resampler for this port: {why}; try another quality")]
    Resampler {
        /// What it said.
        why: String,
    },
}

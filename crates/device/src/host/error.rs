//! Why could a stream not be opened, and what is there instead?

use std::fmt;
use thiserror::Error;

/// Why a stream could not be opened. Every text says what is available, or what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no such device.
    #[error("no device {}; there are: {}", Asked(asked), Listed(available))]
    DeviceNotFound {
        /// What was asked for; none for the default.
        asked: Option<String>,
        /// The ids that there are.
        available: Vec<String>,
    },
    /// What was asked for fits several devices.
    #[error("\"{asked}\" may be any of: {}; give the id of one of them", Listed(matches))]
    DeviceAmbiguous {
        /// What was asked for.
        asked: String,
        /// The ids that it fits.
        matches: Vec<String>,
    },
    /// It has too few channels.
    #[error("{device} has {inputs} inputs and {outputs} outputs; ask for no more")]
    TooManyChannels {
        /// The device.
        device: String,
        /// Channels that it records.
        inputs: u16,
        /// Channels that it plays.
        outputs: u16,
    },
    /// It does not run at this rate.
    #[error("{device} does not run at {asked} Hz; it runs at {offered} Hz")]
    UnsupportedRate {
        /// The device.
        device: String,
        /// What was asked for.
        asked: u32,
        /// What it runs at: numbers and ranges.
        offered: String,
    },
    /// It does not take blocks of this size.
    #[error("{device} does not take blocks of {asked} frames; ask for {offered}")]
    UnsupportedBlock {
        /// The device.
        device: String,
        /// What was asked for.
        asked: u32,
        /// What it takes: numbers and ranges.
        offered: String,
    },
    /// Another program has it, and does not share it. Later it may be free.
    #[error(
        "{device} is in use by another program; close that, or choose another device: {}",
        Listed(others)
    )]
    Busy {
        /// The device.
        device: String,
        /// The ids of the other devices.
        others: Vec<String>,
    },
    /// This user may not use it.
    #[error(
        "this user may not use {device}; give access to sound (on Linux: membership of the group audio), or choose another device: {}",
        Listed(others)
    )]
    NoPermission {
        /// The device.
        device: String,
        /// The ids of the other devices.
        others: Vec<String>,
    },
    /// The system refused, and says why and what to do.
    #[error("{why}")]
    Refused {
        /// Its words.
        why: String,
    },
}

struct Asked<'a>(&'a Option<String>);

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("(the default)"))
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("none") } else { f.write_str(&self.0.join(", ")) }
    }
}

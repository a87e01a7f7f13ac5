//! Buffers that a patch names: recordings in memory, which players play, and sounds on the disk, which are streamed.

use crate::listing::Listing;
use serde::{Deserialize, Serialize};
use sostenuto_nodes::{Buffer, Streamed};
use std::sync::Arc;

/// Buffers by name, in the order of the document.
pub type Buffers = Listing<BufferSource>;

/// What a patch says of a buffer, and what is known of it.
///
/// Two are equal if they say the same and, as far as both are known, sound the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BufferSource {
    /// The file, by the name that the document has for it; a buffer without one is handed over by the program that plays the patch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Whether the recording stays at the rate of its file, so that places in it are exact to the frame. Otherwise whoever reads it may resample
    /// it, as well as can be, to the rate at which it will be played, and places are the nearest frames.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_rate: bool,
    /// Whether it stays on the disk, and is played from there by nodes of the kind `stream`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stream: bool,
    /// The recording, once it was read or handed over. It is no part of any text.
    #[serde(skip)]
    pub sound: Option<Arc<Buffer>>,
    /// What is streamed, once it was looked into or handed over. It is no part of any text.
    #[serde(skip)]
    pub footage: Option<Streamed>,
}

impl BufferSource {
    /// How many channels it has, as far as that is known.
    pub fn channels(&self) -> Option<usize> {
        let footage = self.footage.as_ref().map(|footage| usize::from(footage.0.channels()));
        self.sound.as_ref().map(|sound| sound.channels()).or(footage)
    }

    /// Whether what it stands for is known.
    pub fn is_known(&self) -> bool {
        self.sound.is_some() || self.footage.is_some()
    }
}

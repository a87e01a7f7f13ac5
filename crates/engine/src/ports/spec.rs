//! What does a patch say of its ports? Which device, which channels, how well, how late, and who keeps the time.

use super::wire::StreamKey;
use sostenuto_nodes::Way;
use sostenuto_patch::ResolvedNode;
use std::collections::HashMap;

/// A port of the patch: a node of kind `audio_out` or `audio_in`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PortSpec {
    /// The node's label.
    pub label: String,
    /// Whether it leads to a device or from one.
    pub way: Way,
    /// The device that it asks for, by id, name, or part of a name; nothing is the default one.
    pub device: Option<String>,
    /// The first channel of the device, from 0.
    pub first: u16,
    /// How many channels.
    pub channels: u16,
    /// How well it converts between clocks: `balanced`, `fast` or `best`.
    pub quality: &'static str,
    /// Whether it asks for the clock.
    pub clock: bool,
    /// Milliseconds that are held back for a device with a clock of its own; 0 is as little as may be.
    pub latency_ms: f64,
    /// Milliseconds beyond which nothing is held back.
    pub cap_ms: f64,
}

impl PortSpec {
    /// The port that a node is; nothing if it is none.
    pub(crate) fn of(node: &ResolvedNode) -> Option<PortSpec> {
        let way = node.kind.port?;
        let setting = |name: &str| node.layout.settings.get(name).copied();
        let device = node.layout.device.as_deref().filter(|name| !name.eq_ignore_ascii_case("default"));
        Some(PortSpec {
            label: node.label.clone(),
            way,
            device: device.map(str::to_owned),
            first: setting("first").map_or(0, |first| (first as u16).saturating_sub(1)),
            channels: node.layout.channels.max(1),
            quality: match setting("quality").map(|quality| quality as u32) {
                Some(1) => "fast",
                Some(2) => "best",
                _ => "balanced",
            },
            clock: setting("clock") == Some(1.0),
            latency_ms: setting("latency").unwrap_or(0.0),
            cap_ms: setting("cap").unwrap_or(250.0),
        })
    }

    /// Whether it is heard by the graph's own output, of so many channels: the main bus, which goes to the default device.
    pub(crate) fn is_main(&self, channels: u16) -> bool {
        self.way == Way::Out && self.device.is_none() && self.first == 0 && self.channels <= channels
    }

    /// The channels that the device needs for it.
    #[cfg(feature = "native")]
    pub(crate) fn reach(&self) -> u16 {
        self.first.saturating_add(self.channels)
    }
}

/// The streams that were ever asked for. `[control]`
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    keys: HashMap<(Way, Option<String>), StreamKey>,
}

impl Streams {
    /// The stream of the default device, for the main bus.
    pub const MAIN: StreamKey = StreamKey(0);

    pub fn new() -> Self {
        Streams { keys: HashMap::from([((Way::Out, None), Streams::MAIN)]) }
    }

    /// The number of a stream.
    pub fn key(&mut self, way: Way, device: Option<&str>) -> StreamKey {
        let next = StreamKey(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        *self.keys.entry((way, device.map(str::to_owned))).or_insert(next)
    }
}

//! Slots that a node plays recordings from.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a slot plays, and how.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// The name of its buffer.
    pub buffer: String,
    /// The settings that the document gives, of [`SLOT_SETTINGS`](sostenuto_nodes::SLOT_SETTINGS); choices are numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, f64>,
}

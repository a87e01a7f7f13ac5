//! What can be wrong with buffers and what plays them.

use super::meant;
use crate::limits::MAX_BUFFERS;
use sostenuto_graph::Name;

/// What is wrong. The message of each says the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BufferFault {
    /// More buffers than a document may have.
    #[error("the patch has {count} buffers; the most is {MAX_BUFFERS}")]
    TooMany {
        /// How many it has.
        count: usize,
    },
    /// A player that plays nothing.
    #[error(
        "{kind} has no buffer, so it is silent; write buffer = \"NAME\", and NAME = {{ file = \"FILE.wav\" }} under [buffers]"
    )]
    Missing {
        /// The kind.
        kind: Name,
    },
    /// A buffer that the document does not have.
    #[error("there is no buffer `{name}`{}; write {name} = {{ file = \"FILE.wav\" }} under [buffers]", meant(.suggestion))]
    Unknown {
        /// The name.
        name: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// A buffer whose channels are not those of the node.
    #[error(
        "the buffer `{name}` has {there} channels, the node {own}; write channels = {there}, or use a file with one channel or {own}"
    )]
    Channels {
        /// The name.
        name: String,
        /// Channels of the buffer.
        there: usize,
        /// Channels of the node.
        own: usize,
    },
    /// A buffer in memory for a node that streams, or the other way around.
    #[error(
        "{kind} plays what is {}; {}",
        if *streams { "on the disk" } else { "in memory" },
        if *streams { format!("write {name} = {{ file = \"FILE\", stream = true }}, or kind = \"player\"") }
        else { format!("`{name}` is streamed: write kind = \"stream\", or leave out stream = true") }
    )]
    Elsewhere {
        /// The name of the buffer.
        name: String,
        /// The kind of the node.
        kind: Name,
        /// Whether that streams.
        streams: bool,
    },
    /// A slot that plays nothing.
    #[error("the slot has no buffer; write buffer = \"NAME\" in it, or leave it out")]
    EmptySlot,
    /// Something that cannot be said of a slot.
    #[error("a slot has no `{key}`{}", meant(.suggestion))]
    UnknownOfSlot {
        /// The key.
        key: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// More slots than the node has.
    #[error(
        "it lists {count} slots and has {room}; write slot_count = {count}, at most 256, or leave some out"
    )]
    TooManySlots {
        /// How many are listed.
        count: usize,
        /// How many there are.
        room: usize,
    },
    /// A file that gives no buffer.
    #[error("the buffer `{name}` cannot be read from \"{file}\": {why}")]
    Unreadable {
        /// The name.
        name: String,
        /// The file.
        file: String,
        /// Why not.
        why: String,
    },
}

impl BufferFault {
    /// Whether the patch can sound all the same.
    pub fn is_warning(&self) -> bool {
        matches!(self, BufferFault::Missing { .. })
    }
}

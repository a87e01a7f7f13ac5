//! How large anything may be, and what a document beyond it gets: a refusal that names the limit.

/// The version of the document format that this crate reads and writes.
pub const FORMAT: u32 = 1;
/// The most bytes of a document.
pub const MAX_DOCUMENT: usize = 16 << 20;
/// The most bytes of a chain or a command line.
pub const MAX_LINE: usize = 64 << 10;
/// The most nodes of a patch.
pub const MAX_NODES: usize = 65_536;
/// The most cables and drives of a patch together: sixteen to a node.
pub const MAX_CABLES: usize = 16 * MAX_NODES;
/// How deep values may be nested in JSON; the format itself needs six levels. TOML's reader stops at 80 levels by itself.
pub const MAX_DEPTH: usize = 32;
/// The most characters of a label or an id.
pub const MAX_NAME: usize = 128;
/// The most problems reported of one document; the last says how many more there are.
pub const MAX_PROBLEMS: usize = 1000;
/// How many names are compared to find the one that was meant.
pub(crate) const MAX_COMPARED: usize = 4096;
/// The kind that sends a signal to a device; every patch needs one to be heard.
pub const OUTPUT_KIND: &str = "audio_out";

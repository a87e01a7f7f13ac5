//! How large anything may be, and what a document beyond it gets: a refusal that names the limit.

/// The version of the document format that this crate reads and writes.
pub const FORMAT: u32 = 1;
/// The most bytes of a document.
pub const MAX_DOCUMENT: usize = 16 << 20;
/// The most bytes of a chain or a command line.
pub const MAX_LINE: usize = 64 << 10;
/// The most nodes of a patch, and of a part.
pub const MAX_NODES: usize = 65_536;
/// The most cables and drives of a patch together, and of a part: sixteen to a node.
pub const MAX_CABLES: usize = 16 * MAX_NODES;
/// How deep values may be nested in JSON; the format itself needs ten levels. TOML's reader stops at 80 levels by itself.
pub const MAX_DEPTH: usize = 32;
/// The most characters of a label or an id.
pub const MAX_NAME: usize = 128;
/// The most problems reported of one document; the last says how many more there are.
pub const MAX_PROBLEMS: usize = 1000;
/// The most buffers of a patch.
pub const MAX_BUFFERS: usize = 4096;
/// The most parts that a document defines.
pub const MAX_PARTS: usize = 16_384;
/// The most nodes that sound when every instance of a part is counted with what is inside, and every voice of an instrument:
/// its `voices`, and two for each of its `spares`.
pub const MAX_UNFOLDED: usize = 1 << 20;
/// The most voices of an instrument.
pub const MAX_VOICES: u16 = 256;
/// The most spare voices of an instrument.
pub const MAX_SPARES: u16 = 64;
/// The most inputs, and the most outputs, of a part.
pub(crate) const MAX_PORTS: usize = 256;
/// The most sequences of a patch.
pub const MAX_SEQUENCES: usize = 1024;
/// The most notes of all sequences of a patch together.
pub const MAX_NOTES: usize = 1 << 20;
/// The latest beat of a sequence.
pub const MAX_BEATS: f64 = 1e6;
/// The latest frame of a lane: five years at 192 kHz.
pub const MAX_FRAMES: f64 = 3e13;
/// How many names are compared to find the one that was meant.
pub(crate) const MAX_COMPARED: usize = 4096;
/// The kind that sends a signal to a device; every patch needs one to be heard.
pub const OUTPUT_KIND: &str = "audio_out";
/// The kind that is a signal from a device.
pub const INPUT_KIND: &str = "audio_in";
/// The most bytes of the name of a device.
pub const MAX_DEVICE: usize = 512;
/// The kind that is an input of the part that it is in.
pub const INLET_KIND: &str = "inlet";
/// The kind that is an output of the part that it is in.
pub const OUTLET_KIND: &str = "outlet";
/// The kind that plays what is streamed from the disk.
pub const STREAM_KIND: &str = "stream";
/// The kind that gives the note of a voice.
pub const NOTE_KIND: &str = "note";

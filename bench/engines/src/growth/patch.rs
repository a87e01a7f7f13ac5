//! What is the patch that is edited, and how is it asked to change?
//!
//! A patch has so many parts of ten nodes in a row: a sine, gains, a one-pole low-pass. Each part feeds the main bus, and one of four
//! send buses through a gain of its own; each fourth part feeds another part as well. No frequency of the first 400 parts is
//! there twice, and all are multiples of 10 Hz, so that a second holds whole periods of everything.

/// Nodes in a part.
pub const NODES: usize = 10;
/// The place in a part where its sine is.
pub const SINE: usize = 0;
/// The place where what comes into the part is added.
pub const ENTRY: usize = 2;
/// The place of the low-pass.
pub const FILTER: usize = 4;
/// A node is put in after this place.
pub const BEFORE_NEW: usize = 5;
/// The place of the gain that is set: the last.
pub const LEVEL: usize = NODES - 1;
/// Send buses.
pub const SENDS: usize = 4;
/// The gain of a send, and that of a node that is put in, as factors.
pub const SEND_GAIN: f32 = 0.5;
/// See [`SEND_GAIN`].
pub const NEW_GAIN: f32 = 0.5;
/// The gain of the nodes in between as a factor: not 1, for which some engines do nothing.
pub const PLAIN_GAIN: f32 = 0.999;
/// The cutoff of the low-pass in hertz.
pub const CUTOFF: f32 = 5_000.0;

/// The frequency of a part's sine in hertz.
pub fn frequency(part: usize) -> f32 {
    (100 + 10 * (37 * part % 400)) as f32
}

/// The gain of a part's last node as a factor, as it is and while it is set to something else.
pub fn level(part: usize, set: bool) -> f32 {
    let level = [1.0, 0.7, 0.9, 0.02][part % 4];
    if set { level * 0.5 } else { level }
}

/// The gain of the main bus as a factor.
pub fn main_gain(parts: usize) -> f32 {
    1.0 / parts as f32
}

/// The send bus that a part feeds, and the one that it is made to feed as well.
pub fn buses(part: usize) -> (usize, usize) {
    (part % SENDS, (part + 1) % SENDS)
}

/// How many parts feed another part.
pub fn feeds(parts: usize) -> usize {
    parts / 4
}

/// The part that a feed starts from, and the parts that it ends at: first, and after it was moved.
pub fn feed_ends(feed: usize) -> (usize, [usize; 2]) {
    (4 * feed, [4 * feed + 1, 4 * feed + 3])
}

/// Decibels of a factor.
pub fn db(factor: f32) -> f32 {
    20.0 * factor.log10()
}

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A gain in a part's row of nodes.
    Node,
    /// A part that feeds the main bus.
    Part,
    /// A send from a part to a bus.
    Send,
    /// Where a cable from a part to another ends.
    Cable,
    /// The last gain of a part.
    Parameter,
}

impl What {
    /// All.
    pub const ALL: [What; 5] = [What::Node, What::Part, What::Send, What::Cable, What::Parameter];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        ["node", "part", "send", "cable", "parameter"][self as usize]
    }

    /// How many places there are for it in a patch of so many parts.
    pub fn places(self, parts: usize) -> usize {
        if self == What::Cable { feeds(parts) } else { parts }
    }
}

/// An edit: made and, the next time, taken back.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// What.
    pub what: What,
    /// Whether what the last one made is taken back.
    pub back: bool,
    /// The number of the part, or of the feed for [`What::Cable`].
    pub place: usize,
}

/// A patch in an engine, with both of its sides.
pub trait Subject {
    /// Makes a change and hands it over to the audio side, as a user of the engine does it. `[control]`
    fn change(&mut self, change: Change);
    /// One callback; `left` is as long as the callback, and may be empty. `[audio]`
    fn callback(&mut self, left: &mut [f32]);
    /// Frees what the audio side has handed back. `[control]`
    fn free(&mut self);
    /// Takes away what has faded out, and hands that over; whether there was anything. For engines that leave this to their user. `[control]`
    fn settle(&mut self) -> bool {
        false
    }
    /// Whether edits fade, as they do unless told otherwise, or take effect at once. For engines that have the choice.
    fn fading(&mut self, _on: bool) {}
}

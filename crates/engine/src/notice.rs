//! What the audio thread told, in the words of the patch.

use sostenuto_graph::{Refusal, Report, Ticket};

/// An acknowledgement or a report.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Notice {
    /// A batch took effect at this frame.
    Applied {
        /// As returned when it was sent.
        ticket: Ticket,
        /// The first frame that sounds changed.
        frame: u64,
    },
    /// A single set or reset took effect, or will, at this frame.
    Set {
        /// As returned when it was sent.
        ticket: Ticket,
        /// The first frame that it changes.
        frame: u64,
    },
    /// A request did not take effect.
    Refused {
        /// As returned when it was sent.
        ticket: Ticket,
        /// Why.
        why: Refusal,
    },
    /// A node put out a sample that is not a finite number, and is mute.
    Muted {
        /// Its label in the patch.
        node: String,
        /// The frame.
        frame: u64,
    },
    /// A node tells something that is a matter of its kind: that a voice has started or ended, say.
    Told {
        /// Its label in the patch.
        node: String,
        /// What it tells, in a word of its kind: `started`, `finished`, `dropped`.
        what: &'static str,
        /// The rest of it: when, of which slot (from 0), under which id.
        report: Report,
    },
    /// A node had more to tell than could be kept while nobody took it.
    Untold {
        /// Its label in the patch.
        node: String,
        /// How many reports were lost.
        lost: u32,
        /// The frame up to which they were.
        frame: u64,
    },
    /// What a stream was to play next did not come from the disk in time, so that it faded out for a while; or could not be read, and was silent.
    Starved {
        /// The label of its node in the patch.
        node: String,
        /// How often it faded out since this was last told.
        underruns: u64,
        /// Frames that were silent for that reason so far.
        lost: u64,
        /// Pages of 2,048 frames that could not be read since this was last told.
        unreadable: u64,
        /// What went wrong, if anything is known.
        why: Option<String>,
    },
    /// A program that writes what a node plays was late, so that it faded out for a while.
    Unfed {
        /// The label of its node in the patch.
        node: String,
        /// How often it faded out since this was last told.
        underruns: u64,
        /// Frames that were silent for that reason so far.
        silent: u64,
    },
    /// The stream of a device has ended, or never began. It is tried again now and then, and the others go on.
    DeviceLost {
        /// Its name.
        device: String,
        /// What happened.
        why: String,
    },
    /// A device that was lost, or not there, plays or records again.
    DeviceReturned {
        /// Its id.
        device: String,
    },
    /// A device that a port asks for cannot be opened. It is tried again now and then.
    DeviceMissing {
        /// What the port asks for.
        device: String,
        /// Why, and what there is instead.
        why: String,
        /// The device that plays in its place, if one does.
        instead: Option<String>,
    },
    /// The engine runs on another clock from now on.
    ClockMoved {
        /// The id of the device; nothing if it is a clock of the engine's own.
        to: Option<String>,
        /// Why.
        why: String,
    },
    /// The engine runs at another rate from now on: that of the device whose clock it runs on. Frames count on from the same time, and so does musical time.
    RateChanged {
        /// Frames per second until now.
        from: u32,
        /// From now on.
        to: u32,
    },
    /// The answer to a ping.
    Pong {
        /// As returned when it was sent.
        ticket: Ticket,
        /// The frame that will be rendered next.
        frame: u64,
    },
}

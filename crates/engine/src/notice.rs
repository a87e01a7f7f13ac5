//! What the audio thread told, in the words of the patch.

use sostenuto_graph::{Refusal, Ticket};

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
    /// A device is gone or stands still; the fallback clock keeps time, and nothing is heard.
    DeviceLost {
        /// Its name.
        device: String,
        /// What happened.
        why: String,
    },
    /// The answer to a ping.
    Pong {
        /// As returned when it was sent.
        ticket: Ticket,
        /// The frame that will be rendered next.
        frame: u64,
    },
}

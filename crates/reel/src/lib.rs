//! How does sound from a disk reach the audio thread, and sound from there a disk, though disks make one wait? In pages that are asked for ahead of time; and on a tape.
//!
//! A sound that is streamed is cut into pages of [`PAGE`] frames at the engine's rate. The audio side, a [`Reel`], knows where it plays and where it
//! will go from there (on, around a loop, or to its end), asks for the pages on that way in the order in which they fall due, and keeps them until others are
//! wanted more. The other side, a [`Spool`], hands these requests to whoever reads the file. The memory of the pages goes to and fro through two rings; nothing else crosses.
//!
//! What does not come in time is faded out, counted and skipped: the place goes by the clock. Nothing here reads a file: that is the
//! matter of whoever implements [`Footage`] and [`Pages`].
//!
//! ```
//! use sostenuto_reel::{Lead, PAGE, Progress, Reel, Start};
//! // Three pages of one channel, of which the first is there from the start.
//! let first = Lead::new(0, 1, vec![0.5; PAGE]);
//! let start = Start { length: Some(3 * PAGE as u64), ..Start::default() };
//! let (mut reel, mut spool) = Reel::new(start, first, &Progress::new());
//! let mut block = [0.0; 64];
//! reel.play(&mut [&mut block]);
//! assert_eq!(block, [0.5; 64]);
//! // Elsewhere, now and then: the pages that are wanted, the most urgent first.
//! while spool.look().is_some() {
//!     spool.fill(|page, samples| { samples.fill(page as f32); true });
//! }
//! ```
//!
//! The other way, a [`Tape`] takes what the audio thread has, and a [`Take`] gives it to whoever writes.

#![forbid(unsafe_code)]

mod course;
mod footage;
mod lead;
mod reel;
mod shelf;
mod shown;
mod spool;
mod tape;

pub use footage::{Footage, Pages, Streamed, Threading};
pub use lead::Lead;
pub use reel::{FADE_SECONDS, Reel, Start};
pub use shown::{Fortunes, Progress};
pub use spool::Spool;
pub use tape::{Loss, Lost, MOST_LOSSES, Take, Taken, Tape};

/// Frames of a page: 43 ms at 48 kHz.
pub const PAGE: usize = 2048;
/// The most pages that a reel holds.
pub const MOST_PAGES: usize = 256;

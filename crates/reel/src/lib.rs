//! How does sound from a disk reach the audio thread, though disks make one wait? Page by page, asked for ahead of time.
//!
//! A sound that is streamed is cut into pages of [`PAGE`] frames at the engine's rate. The audio side, a [`Reel`], knows where it plays and where it
//! will go from there (on, around a loop, or to its end), asks for the pages on that way in the order in which they fall due, and keeps them until others are
//! wanted more. The other side, a [`Spool`], hands these requests to whoever reads the file. The memory of the pages goes to and fro through two rings; nothing else crosses.
//!
//! What does not come in time is faded out, counted and skipped: the place goes by the clock. Nothing here reads a file: that is the
//! matter of whoever implements [`Footage`] and [`Pages`].
//!
//! ```
//! use sostenuto_reel::{Lead, Reel, PAGE, Start};
//! // Three pages of one channel, of which the first is there from the start.
//! let first = Lead::new(0, 1, vec![0.5; PAGE]);
//! let (mut reel, mut spool) = Reel::new(Start { channels: 1, rate: 48_000.0, length: Some(3 * PAGE as u64), ..Start::default() }, first);
//! let mut block = [0.0; 64];
//! reel.play(&mut [&mut block]);
//! assert_eq!(block, [0.5; 64]);
//! // Elsewhere, now and then: the pages that are wanted, the most urgent first.
//! while spool.look().is_some() {
//!     spool.fill(|page, samples| { samples.fill(page as f32); true });
//! }
//! ```

#![forbid(unsafe_code)]

mod course;
mod footage;
mod lead;
mod reel;
mod shelf;
mod shown;
mod spool;

pub use footage::{Footage, Pages, Streamed, Threading};
pub use lead::Lead;
pub use reel::{FADE_SECONDS, Reel, Start};
pub use shown::{Fortunes, Progress};
pub use spool::Spool;

/// Frames of a page: 43 ms at 48 kHz.
pub const PAGE: usize = 2048;
/// The most pages that a reel holds.
pub const MOST_PAGES: usize = 256;

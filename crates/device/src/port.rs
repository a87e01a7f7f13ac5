//! How does sound get from one clock to another? Through a ring, and a resampler whose ratio follows the two clocks.
//!
//! A port has two ends. [`Feed`] takes frames where they arise, on one clock; [`Drain`] gives them where they are wanted, on another. To
//! play, the engine's side feeds and the device's side drains; to record, the other way round. Each end is called with the time, in nanoseconds
//! of [`monotonic_nanos`](crate::monotonic_nanos), and has a line under the times of its callbacks: what jitter remains in it is far less than a block. The
//! difference of the two lines is the fill of the ring as if frames came and went one by one, and the ratio of their slopes is the true ratio of the rates.
//!
//! # Steering
//! The ratio is the measured one, and beside it a part proportional to how far the fill is from its target ([`Status::fill`],
//! [`Status::target`]). Its integral part is the measured ratio itself. See `steer.rs` for the constants and limits.
//!
//! # What happens when
//! | | what is heard | counted in |
//! |---|---|---|
//! | nothing known yet | silence, until both clocks are known to 350 ppm (which is seldom off by more than 100) and the ring is filled to the target; then 5 ms of fading in | |
//! | the ring runs empty | the last 5 ms backwards, fading, then silence until it is filled; then fading in | [`Status::underruns`], [`Status::concealed`] |
//! | latency beyond the cap | 5 ms of crossfade to where the fill is on target | [`Status::overruns`], [`Status::skipped`] |
//! | the ring is full, for the other end stands still | as when it runs empty, with fresh frames afterwards | [`Status::overruns`], [`Status::lost`] |
//!
//! # Real-time considerations
//! Both ends' callbacks neither allocate nor free, lock, wait or call the system. The resampler chooses its vector instructions when it is
//! built, so the bits that a port puts out depend on the processor; those of the engine do not. One that is bypassed ([`Tie::Same`] at equal rates)
//! passes every bit.

mod convert;
mod drain;
mod fade;
mod feed;
mod intake;
mod setup;
mod status;
mod steer;

pub use drain::Drain;
pub use feed::Feed;
pub use setup::{PortError, Quality, Setup, Tie};
pub use status::{PortMeters, PortState, Status};

use crate::pace::{Line, Pace};
use sostenuto_rt::{latest, ring};
use std::sync::Arc;

/// What the feeding end tells the draining end.
#[derive(Clone, Copy, Debug)]
struct Pulse {
    line: Line,
    /// Frames that did not fit so far.
    lost: u64,
    /// Frames in the last callback.
    block: u32,
    /// The ring was full; it takes nothing until it is empty.
    blocked: bool,
}

/// Makes a port and gives its two ends. `[control]`
///
/// # Errors
/// [`PortError`]: no channels, a rate of zero, rates too far apart, or a target or margin beyond the cap.
pub fn port(setup: &Setup) -> Result<(Feed, Drain), PortError> {
    setup.check()?;
    let (producer, consumer) = ring(setup.ring_frames() * usize::from(setup.channels));
    let pace = Pace::new(setup.from);
    let pulse = Pulse { line: *pace.line(), lost: 0, block: 0, blocked: false };
    let (writer, reader) = latest(pulse);
    let meters = Arc::new(PortMeters::new(setup));
    let feed = Feed::new(setup, producer, pace, writer);
    let drain = Drain::new(setup, consumer, reader, meters)?;
    Ok((feed, drain))
}

//! How has a clock fared so far? Counters that its callback writes and anybody reads, without locks.

use sostenuto_rt::Gauge;
use std::time::Duration;

/// The counters of one clock. Each is right by itself; two that are read one after the other may be a callback apart.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) callbacks: Gauge<u64>,
    pub(crate) frames: Gauge<u64>,
    pub(crate) silent_frames: Gauge<u64>,
    pub(crate) largest: Gauge<u64>,
    pub(crate) refused: Gauge<u64>,
    pub(crate) late: Gauge<u64>,
    pub(crate) longest_gap: Gauge<u64>,
    pub(crate) last_at: Gauge<u64>,
    pub(crate) xruns: Gauge<u64>,
    pub(crate) reroutes: Gauge<u64>,
    pub(crate) priority_denied: Gauge<u64>,
    pub(crate) faults: Gauge<u64>,
    pub(crate) skipped: Gauge<u64>,
    /// 0 while the clock does not drive the engine.
    pub(crate) engaged: Gauge<u32>,
}

/// What [`Counters`] showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Callbacks so far.
    pub callbacks: u64,
    /// Frames that the device, or the fallback clock, has taken, silent ones included.
    pub frames: u64,
    /// Frames of silence in place of the engine's: refused entries, and callbacks while out of gear.
    pub silent_frames: u64,
    /// The largest callback, in frames.
    pub largest: u64,
    /// Callbacks that found another thread in the engine, and played silence.
    pub refused: u64,
    /// Callbacks that came more than half a block after what was delivered before had been played.
    pub late: u64,
    /// The longest time from one callback to the next.
    pub longest_gap: Duration,
    /// Under- and overruns that the system reported.
    pub xruns: u64,
    /// How often the system moved the stream to another device.
    pub reroutes: u64,
    /// How often the system refused real-time priority to the callback's thread.
    pub priority_denied: u64,
    /// Other errors that the system reported, those that ended the stream included.
    pub faults: u64,
    /// Frames that a fallback clock let go by because the machine had stood still for too long.
    pub skipped: u64,
}

impl Counters {
    /// Counters at zero, of a clock that drives the engine.
    pub fn new() -> Self {
        Self { engaged: Gauge::new(1), ..Self::default() }
    }

    /// What they show now. `[any]`
    pub fn read(&self) -> Counts {
        Counts {
            callbacks: self.callbacks.get(),
            frames: self.frames.get(),
            silent_frames: self.silent_frames.get(),
            largest: self.largest.get(),
            refused: self.refused.get(),
            late: self.late.get(),
            longest_gap: Duration::from_nanos(self.longest_gap.get()),
            xruns: self.xruns.get(),
            reroutes: self.reroutes.get(),
            priority_denied: self.priority_denied.get(),
            faults: self.faults.get(),
            skipped: self.skipped.get(),
        }
    }

    /// Whether this clock drives the engine. `[any]`
    pub fn is_engaged(&self) -> bool {
        self.engaged.get() != 0
    }

    /// In gear, the callback renders; out of gear it plays silence and leaves the engine alone. A callback that is under way
    /// ends as it began. `[any]`
    pub fn set_engaged(&self, engaged: bool) {
        self.engaged.set(engaged.into());
    }
}

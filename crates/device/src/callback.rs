//! What happens when a device asks for the next frames? The engine renders them, or they are silent.

use crate::counters::Counters;
use crate::sample::DeviceSample;
use sostenuto_graph::Executor;
use sostenuto_rt::{OwnerGuard, OwnerSlot};
use std::sync::Arc;

/// Frames that are converted at a time, where the device's format is not the engine's. Larger callbacks are rendered in
/// pieces, which gives the same samples.
const PIECE: usize = 1024;

/// Blocks of credit that a device may build up by asking ahead; see [`Arrears`].
const CREDIT_BLOCKS: i64 = 4;

/// The callback of one stream: enters the slot, renders interleaved frames into the device's format, and leaves.
///
/// 1. `[control]` [`new`](Self::new) allocates all that it will ever need.
/// 2. `[audio]` [`fill`](Self::fill) is called for every block that the device asks for.
#[derive(Debug)]
pub struct Callback {
    slot: Arc<OwnerSlot<Executor>>,
    channels: usize,
    piece: Box<[f32]>,
    tally: Tally,
}

/// What fills the blocks of a stream, whatever the device's format is.
#[cfg(feature = "native")]
pub(crate) trait Fill: Send + 'static {
    /// Fills a block of interleaved frames, at `now` nanoseconds. `[audio]`
    fn fill_block<S: DeviceSample>(&mut self, block: &mut [S], now: u64);
}

#[cfg(feature = "native")]
impl Fill for Callback {
    fn fill_block<S: DeviceSample>(&mut self, block: &mut [S], now: u64) {
        self.fill(block, now);
    }
}

impl Callback {
    /// A callback for a stream of so many channels and frames per second. `[control]`
    pub fn new(slot: Arc<OwnerSlot<Executor>>, channels: u16, rate: u32, counters: Arc<Counters>) -> Self {
        let channels = usize::from(channels.max(1));
        Callback {
            slot,
            channels,
            piece: vec![0.0; PIECE * channels].into_boxed_slice(),
            tally: Tally::new(rate, counters),
        }
    }

    /// Fills a block of interleaved frames, at `now` nanoseconds from any fixed point. Samples past the last whole frame are
    /// silent. `[audio]`
    pub fn fill<S: DeviceSample>(&mut self, block: &mut [S], now: u64) {
        let frames = (block.len() / self.channels) as u64;
        self.tally.note(frames, now);
        let counters = &self.tally.counters;
        if !counters.is_engaged() {
            block.fill(S::SILENCE);
            counters.silent_frames.add(frames);
            return;
        }
        match self.slot.try_enter() {
            Some(engine) => render(engine, block, self.channels, &mut self.piece),
            None => {
                block.fill(S::SILENCE);
                counters.refused.add(1);
                counters.silent_frames.add(frames);
            }
        }
    }
}

/// Counts the callbacks of one stream.
#[derive(Debug)]
pub(crate) struct Tally {
    arrears: Arrears,
    pub(crate) counters: Arc<Counters>,
}

impl Tally {
    /// For a stream of so many frames per second.
    pub(crate) fn new(rate: u32, counters: Arc<Counters>) -> Self {
        Tally { arrears: Arrears::new(rate), counters }
    }

    /// Notes a callback for so many frames. `[audio]`
    pub(crate) fn note(&mut self, frames: u64, now: u64) {
        let counters = &self.counters;
        // Before the callback is counted: a watchdog that sees the first one then finds its time too, or a moment later.
        counters.last_at.set(now);
        counters.callbacks.add(1);
        counters.frames.add(frames);
        // This thread is the only one that writes these, so reading first loses nothing.
        counters.largest.set(counters.largest.get().max(frames));
        let (gap, late) = self.arrears.note(frames, now);
        counters.longest_gap.set(counters.longest_gap.get().max(gap));
        counters.late.add(late.into());
    }
}

/// Renders into the block itself if it has the engine's format, else piece after piece through `piece`.
fn render<S: DeviceSample>(
    mut engine: OwnerGuard<'_, Executor>,
    block: &mut [S],
    channels: usize,
    piece: &mut [f32],
) {
    if let Some(samples) = S::as_engine_samples(block) {
        engine.render_interleaved(samples, channels);
        return;
    }
    for part in block.chunks_mut(piece.len()) {
        let Some(rendered) = piece.get_mut(..part.len()) else { return };
        engine.render_interleaved(rendered, channels);
        part.iter_mut().zip(rendered).for_each(|(to, from)| *to = S::convert(*from));
    }
}

/// Whether callbacks come in time: what has been delivered is played at the stream's rate, and a callback is late when it comes
/// more than half a block after all of it has been played.
///
/// A device that asks for two blocks at once and then for none during two blocks is in time. What it has ahead is bounded, and
/// what it lacks is forgiven, so that a clock that runs a little off its nominal rate is in time as well.
#[derive(Debug)]
struct Arrears {
    rate: u64,
    last: Option<u64>,
    /// Nanoseconds that were delivered and, by the clock, not yet played.
    credit: i64,
    /// Nanoseconds in the block before.
    block: i64,
}

impl Arrears {
    fn new(rate: u32) -> Self {
        Arrears { rate: rate.max(1).into(), last: None, credit: 0, block: 0 }
    }

    /// Notes a callback for so many frames: the time since the one before, and whether it is late.
    fn note(&mut self, frames: u64, now: u64) -> (u64, bool) {
        let gap = self.last.map_or(0, |last| now.saturating_sub(last));
        let left = self.credit.saturating_sub(i64::try_from(gap).unwrap_or(i64::MAX));
        let late = self.last.is_some() && left < -self.block / 2;
        self.block = i64::try_from(frames.saturating_mul(1_000_000_000) / self.rate).unwrap_or(i64::MAX / 8);
        self.credit = left.max(0).saturating_add(self.block).min(self.block.saturating_mul(CREDIT_BLOCKS));
        self.last = Some(now);
        (gap, late)
    }
}

#[cfg(test)]
mod tests {
    use super::Arrears;

    const BLOCK: u64 = 480;
    /// What 480 frames last at 48 kHz, in nanoseconds.
    const MS_10: u64 = 10_000_000;

    fn late(times: impl IntoIterator<Item = u64>) -> usize {
        let mut arrears = Arrears::new(48_000);
        times.into_iter().filter(|now| arrears.note(BLOCK, *now).1).count()
    }

    #[test]
    fn a_steady_clock_is_never_late_even_if_it_is_off() {
        for period in [MS_10, MS_10 * 1001 / 1000, MS_10 * 999 / 1000] {
            assert_eq!(late((0..100_000).map(|n| n * period)), 0, "period {period}");
        }
    }

    #[test]
    fn bursts_are_in_time() {
        assert_eq!(late((0..1000).map(|n| n / 2 * 2 * MS_10)), 0);
    }

    #[test]
    fn each_gap_is_counted_once() {
        let times = (0..100_u64).map(|n| n * MS_10 + n / 10 * MS_10);
        assert_eq!(late(times), 9);
    }

    #[test]
    fn the_longest_possible_times_do_not_overflow() {
        let mut arrears = Arrears::new(1);
        arrears.note(u64::MAX, 0);
        assert_eq!(arrears.note(u64::MAX, u64::MAX).0, u64::MAX);
        assert_eq!(arrears.note(1, 0), (0, false));
    }
}

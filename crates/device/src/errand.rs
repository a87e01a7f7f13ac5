//! How does a device's callback run somebody's work? In blocks of the engine's format, however the device wants them.

use crate::callback::{Fill, Tally};
use crate::counters::Counters;
use crate::host::Work;
use crate::sample::DeviceSample;
use std::sync::Arc;

/// Samples that there is room for at least; larger callbacks are done in pieces.
const ROOM: usize = 1 << 16;

/// The callback of one stream that plays, or records, on behalf of [`Work`].
pub(crate) struct Errand {
    work: Box<dyn Work>,
    channels: usize,
    room: Box<[f32]>,
    tally: Tally,
}

impl Errand {
    /// For a stream of so many channels, frames per second, and frames in a block. `[control]`
    pub(crate) fn new(
        work: Box<dyn Work>,
        channels: u16,
        rate: u32,
        block: u32,
        counters: Arc<Counters>,
    ) -> Self {
        let channels = usize::from(channels.max(1));
        let frames = (block as usize * 4).max(ROOM.div_ceil(channels));
        Errand {
            work,
            channels,
            room: vec![0.0; frames * channels].into_boxed_slice(),
            tally: Tally::new(rate, counters),
        }
    }

    /// Hands a recorded block over. Samples past the last whole frame are left out. `[audio]`
    pub(crate) fn take<S: DeviceSample>(&mut self, block: &[S], now: u64) {
        self.tally.note((block.len() / self.channels) as u64, now);
        let whole = block.get(..block.len() / self.channels * self.channels).unwrap_or_default();
        for part in whole.chunks(self.room.len()) {
            let Some(room) = self.room.get_mut(..part.len()) else { return };
            room.iter_mut().zip(part).for_each(|(to, from)| *to = from.revert());
            self.work.run(room, &mut [], now);
        }
    }
}

impl Fill for Errand {
    fn fill_block<S: DeviceSample>(&mut self, block: &mut [S], now: u64) {
        self.tally.note((block.len() / self.channels) as u64, now);
        let (whole, past) = block.split_at_mut(block.len() / self.channels * self.channels);
        past.fill(S::SILENCE);
        if let Some(samples) = S::as_engine_samples(whole) {
            self.work.run(&[], samples, now);
            return;
        }
        for part in whole.chunks_mut(self.room.len()) {
            let Some(room) = self.room.get_mut(..part.len()) else { return };
            self.work.run(&[], room, now);
            part.iter_mut().zip(room).for_each(|(to, from)| *to = S::convert(*from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn it_plays_and_records_in_any_format_and_block() {
        let counters = Arc::new(Counters::new());
        let mut next = 0.0_f32;
        let ramp = move |_: &[f32], output: &mut [f32], _: u64| {
            output.iter_mut().for_each(|x| {
                *x = next;
                next = (next + 1.0 / 128.0) % 1.0;
            });
        };
        let mut player = Errand::new(Box::new(ramp), 2, 48_000, 64, counters.clone());
        let tape = Arc::new(Mutex::new(Vec::new()));
        let heard = tape.clone();
        let listen =
            move |input: &[f32], _: &mut [f32], _: u64| heard.lock().unwrap().extend_from_slice(input);
        let mut recorder = Errand::new(Box::new(listen), 2, 48_000, 64, Arc::default());
        let mut samples = 0;
        for length in [128, 7, 200_001, 0] {
            let mut block = vec![1_i16; length];
            player.fill_block(&mut block, 0);
            recorder.take(&block, 0);
            samples += length / 2 * 2;
            assert!(block[length / 2 * 2..].iter().all(|x| *x == 0));
        }
        let tape = tape.lock().unwrap();
        assert_eq!(tape.len(), samples);
        assert!(tape.iter().enumerate().all(|(at, x)| *x == (at % 128) as f32 / 128.0));
        assert_eq!(counters.read().frames, samples as u64 / 2);
    }
}

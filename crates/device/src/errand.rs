//! How does a device's callback run somebody's work? In blocks of the engine's format, however the device wants them.

use crate::callback::{Fill, Tally};
use crate::counters::Counters;
use crate::host::Work;
use crate::sample::DeviceSample;
use std::sync::Arc;

/// Samples that there is room for at least; larger callbacks are done in pieces.
const ROOM: usize = 1 << 16;

/// The callback of one stream that plays, or records, on behalf of [`Work`].
///
/// The stream may have more channels than the work: the others are silent, or not heard. Once the counters are out of gear the work is
/// not run any more.
pub(crate) struct Errand {
    work: Box<dyn Work>,
    /// Channels of the work, and of the stream.
    own: usize,
    wide: usize,
    /// Whole frames of the work's.
    room: Box<[f32]>,
    tally: Tally,
}

impl Errand {
    /// For work with so many channels (at most the stream's, and at least one), on a stream of so many channels, frames per second, and
    /// frames in a block. `[control]`
    pub(crate) fn new(
        work: Box<dyn Work>,
        channels: u16,
        choice: (u16, u32, u32),
        counters: Arc<Counters>,
    ) -> Self {
        let (wide, rate, block) = choice;
        let wide = usize::from(wide.max(1));
        let own = usize::from(channels.max(1)).min(wide);
        let frames = (block as usize * 4).max(ROOM.div_ceil(own));
        Errand {
            work,
            own,
            wide,
            room: vec![0.0; frames * own].into_boxed_slice(),
            tally: Tally::new(rate, counters),
        }
    }

    /// Hands a recorded block over. Samples past the last whole frame are left out. `[audio]`
    pub(crate) fn take<S: DeviceSample>(&mut self, block: &[S], now: u64) {
        let (own, wide) = (self.own, self.wide);
        self.tally.note((block.len() / wide) as u64, now);
        if !self.tally.counters.is_engaged() {
            return;
        }
        let whole = block.get(..block.len() / wide * wide).unwrap_or_default();
        for part in whole.chunks(self.room.len() / own * wide) {
            let Some(room) = self.room.get_mut(..part.len() / wide * own) else { return };
            for (to, from) in room.chunks_exact_mut(own).zip(part.chunks_exact(wide)) {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = from.revert());
            }
            self.work.run(room, &mut [], now);
        }
    }
}

impl Fill for Errand {
    fn fill_block<S: DeviceSample>(&mut self, block: &mut [S], now: u64) {
        let (own, wide) = (self.own, self.wide);
        let frames = block.len() / wide;
        self.tally.note(frames as u64, now);
        if !self.tally.counters.is_engaged() {
            block.fill(S::SILENCE);
            self.tally.counters.silent_frames.add(frames as u64);
            return;
        }
        let (whole, past) = block.split_at_mut(frames * wide);
        past.fill(S::SILENCE);
        if let Some(samples) = S::as_engine_samples(whole).filter(|_| own == wide) {
            self.work.run(&[], samples, now);
            return;
        }
        for part in whole.chunks_mut(self.room.len() / own * wide) {
            let Some(room) = self.room.get_mut(..part.len() / wide * own) else { return };
            self.work.run(&[], room, now);
            for (to, from) in part.chunks_exact_mut(wide).zip(room.chunks_exact(own)) {
                let (heard, silent) = to.split_at_mut(own);
                heard.iter_mut().zip(from).for_each(|(to, from)| *to = S::convert(*from));
                silent.fill(S::SILENCE);
            }
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
        let mut player = Errand::new(Box::new(ramp), 2, (2, 48_000, 64), counters.clone());
        let tape = Arc::new(Mutex::new(Vec::new()));
        let heard = tape.clone();
        let listen =
            move |input: &[f32], _: &mut [f32], _: u64| heard.lock().unwrap().extend_from_slice(input);
        let mut recorder = Errand::new(Box::new(listen), 2, (2, 48_000, 64), Arc::new(Counters::new()));
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
    #[test]
    fn a_stream_may_be_wider_than_its_work() {
        let twos = |_: &[f32], output: &mut [f32], _: u64| {
            output.chunks_exact_mut(2).for_each(|pair| pair.copy_from_slice(&[0.25, -0.5]));
        };
        let mut player = Errand::new(Box::new(twos), 2, (4, 48_000, 16), Arc::new(Counters::new()));
        let mut floats = [1.0_f32; 4 * 40_000 + 3];
        player.fill_block(&mut floats, 0);
        assert!(floats[..160_000].chunks(4).all(|frame| frame == [0.25, -0.5, 0.0, 0.0]));
        assert_eq!(floats[160_000..], [0.0; 3]);
        let mut bytes = [1_u8; 8];
        player.fill_block(&mut bytes, 0);
        assert_eq!(bytes, [160, 64, 128, 128, 160, 64, 128, 128]);

        let tape = Arc::new(Mutex::new(Vec::new()));
        let heard = tape.clone();
        let listen =
            move |input: &[f32], _: &mut [f32], _: u64| heard.lock().unwrap().extend_from_slice(input);
        let mut recorder = Errand::new(Box::new(listen), 1, (3, 48_000, 16), Arc::new(Counters::new()));
        recorder.take(&[0.5_f32, 9.0, 9.0, 0.25, 9.0, 9.0, 9.0], 0);
        assert_eq!(*tape.lock().unwrap(), [0.5, 0.25]);
    }

    #[test]
    fn out_of_gear_the_work_is_left_alone() {
        let counters = Arc::new(Counters::new());
        let runs = Arc::new(Mutex::new(0));
        let count = runs.clone();
        let work = move |_: &[f32], output: &mut [f32], _: u64| {
            *count.lock().unwrap() += 1;
            output.fill(1.0);
        };
        let mut errand = Errand::new(Box::new(work), 1, (1, 48_000, 4), counters.clone());
        let mut block = [0.5_f32; 4];
        errand.fill_block(&mut block, 0);
        counters.set_engaged(false);
        errand.fill_block(&mut block, 0);
        errand.take(&block, 0);
        assert_eq!((*runs.lock().unwrap(), block, counters.read().silent_frames), (1, [0.0; 4], 4));
    }
}

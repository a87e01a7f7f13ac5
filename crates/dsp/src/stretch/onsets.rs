//! Where do sounds begin?

/// Frames that are looked at together.
const BLOCK: u32 = 32;
/// Blocks before that it is compared with: 32 ms at 48 kHz, a period of what sounds at 31 Hz.
const BEFORE: usize = 48;
/// By how much more a beginning has than the most of them: 5 dB.
const RISE: f32 = 3.0;
/// Frames among which a beginning is looked for.
const RISES: usize = 64;
/// What a beginning has at least, per frame and channel: -80 dB.
const LEAST: f32 = 1e-8;

/// Finds beginnings: blocks in which the energy of the differences between frames, which is mostly that of high frequencies, is three times that of
/// each of the blocks before.
#[derive(Debug)]
pub(super) struct Onsets {
    last: Box<[f32]>,
    energy: f32,
    /// The energies of the last frames, by their number.
    rises: [f32; RISES],
    blocks: [f32; BEFORE],
    /// Frames heard.
    count: u64,
}

impl Onsets {
    /// The most frames by which a beginning is told late.
    pub const LATE: usize = 2 * BLOCK as usize;

    /// `[control]`
    pub fn new(channels: usize) -> Self {
        Onsets {
            last: vec![0.0; channels].into(),
            energy: 0.0,
            rises: [0.0; RISES],
            blocks: [0.0; BEFORE],
            count: 0,
        }
    }

    /// `[audio]`
    pub fn reset(&mut self) {
        self.last.fill(0.0);
        (self.energy, self.rises, self.blocks, self.count) = (0.0, [0.0; RISES], [0.0; BEFORE], 0);
    }

    /// Hears a frame. A beginning is told at the end of its block: the frame before which nothing of it is. `[audio]`
    #[inline]
    pub fn hear(&mut self, frame: impl Iterator<Item = f32>) -> Option<i64> {
        let mut here = 0.0;
        for (last, sample) in self.last.iter_mut().zip(frame) {
            let rise = sample - *last;
            here += rise * rise;
            *last = sample;
        }
        self.energy += here;
        if let Some(rise) = self.rises.get_mut(self.count as usize % RISES) {
            *rise = here;
        }
        self.count += 1;
        if !self.count.is_multiple_of(u64::from(BLOCK)) {
            return None;
        }
        let energy = std::mem::take(&mut self.energy);
        let most = self.blocks.iter().fold(0.0f32, |most, block| most.max(*block));
        self.blocks.rotate_left(1);
        if let Some(newest) = self.blocks.last_mut() {
            *newest = energy;
        }
        let least = LEAST * BLOCK as f32 * self.last.len() as f32;
        let begins = energy > least && energy > RISE * most;
        begins.then(|| self.place())
    }

    /// The frame before the first that rises by a part of what the steepest does. What begins in the last frames of a block may have been too little there.
    fn place(&self) -> i64 {
        let frames = self.count.saturating_sub(u64::from(BLOCK + BLOCK / 2))..self.count;
        let rise = |frame: u64| self.rises.get(frame as usize % RISES).copied().unwrap_or(0.0);
        let most = frames.clone().map(rise).fold(0.0f32, f32::max);
        let first = frames.clone().find(|frame| rise(*frame) > most / 64.0).unwrap_or(frames.start);
        first as i64 - 2
    }
}

/// All beginnings in frames of so many samples each. `[control]`
pub(super) fn onsets_of(samples: &[f32], channels: usize) -> Box<[i64]> {
    let mut onsets = Onsets::new(channels);
    samples.chunks_exact(channels.max(1)).filter_map(|frame| onsets.hear(frame.iter().copied())).collect()
}

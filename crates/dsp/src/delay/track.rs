//! The memory of one signal of a delay line.

use crate::Sample;
use crate::grid::GRID;

/// A ring of the frames written last. What was written before a reset counts as zero, without being cleared.
#[derive(Clone, Debug)]
pub(super) struct Track<T> {
    /// As long as a power of two.
    ring: Box<[T]>,
    /// Where the next frame is written.
    head: usize,
    /// How many frames were written since the reset; no more than the ring holds.
    written: usize,
}

impl<T: Sample> Track<T> {
    /// For at least `frames` frames. `[control]`: allocates.
    pub fn new(frames: usize) -> Self {
        Track { ring: vec![T::ZERO; frames.next_power_of_two()].into_boxed_slice(), head: 0, written: 0 }
    }

    /// How many frames it holds.
    #[inline(always)]
    pub fn size(&self) -> usize {
        self.ring.len()
    }

    /// Back to silence, in constant time.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.written = 0;
    }

    #[inline(always)]
    fn place(&self, ahead: usize, ago: usize) -> usize {
        self.head.wrapping_add(ahead).wrapping_sub(ago) & self.ring.len().wrapping_sub(1)
    }

    /// The frame `ago` frames before the one that is `ahead` of the next to be written; zero if it is not there.
    #[inline(always)]
    pub fn at(&self, ahead: usize, ago: usize) -> T {
        let place = self.place(ahead, ago);
        match self.ring.get(place) {
            Some(x) if ago <= self.written.wrapping_add(ahead) => *x,
            _ => T::ZERO,
        }
    }

    /// Frames one after the other, the first of which is `ago` frames before the next to be written.
    #[inline(always)]
    pub fn copy(&self, ago: usize, out: &mut [T]) {
        let from = self.place(0, ago);
        // A whole block in one piece, whose length the compiler knows.
        if ago <= self.written
            && let (Ok(out), Some(part)) = (<&mut [T; GRID]>::try_from(&mut *out), self.whole(from))
        {
            *out = *part;
            return;
        }
        let missing = ago.saturating_sub(self.written).min(out.len());
        let (silent, out) = out.split_at_mut(missing);
        silent.fill(T::ZERO);
        let from = self.place(0, ago.saturating_sub(missing));
        let (first, second) = out.split_at_mut(out.len().min(self.ring.len().saturating_sub(from)));
        if let Some(part) = self.ring.get(from..from + first.len()) {
            first.copy_from_slice(part);
        }
        if let Some(part) = self.ring.get(..second.len()) {
            second.copy_from_slice(part);
        }
    }

    /// A block of [`GRID`] frames from a place on, if the ring does not begin anew in it.
    #[inline(always)]
    fn whole(&self, from: usize) -> Option<&[T; GRID]> {
        self.ring.get(from..)?.first_chunk()
    }

    /// Writes the next frames, no more than it holds.
    #[inline(always)]
    pub fn write(&mut self, input: &[T]) {
        self.put(input);
        self.head = self.place(input.len(), 0);
        self.written = (self.written + input.len()).min(self.ring.len());
    }

    /// Copies frames to where the next ones belong.
    #[inline(always)]
    fn put(&mut self, input: &[T]) {
        let whole = self.ring.get_mut(self.head..).and_then(|ring| ring.first_chunk_mut::<GRID>());
        if let (Ok(input), Some(part)) = (<&[T; GRID]>::try_from(input), whole) {
            *part = *input;
            return;
        }
        let (first, second) = input.split_at(input.len().min(self.ring.len().saturating_sub(self.head)));
        if let Some(part) = self.ring.get_mut(self.head..self.head + first.len()) {
            part.copy_from_slice(first);
        }
        if let Some(part) = self.ring.get_mut(..second.len()) {
            part.copy_from_slice(second);
        }
    }

    /// Reads up to [`GRID`] frames `frames` ago, and with `weights` for the frame after, at, before and two before it.
    #[inline(always)]
    pub fn between(&self, frames: usize, weights: [T; 4], out: &mut [T]) {
        let mut run = [T::ZERO; GRID + 3];
        let Some(run) = run.get_mut(..out.len() + 3) else { return };
        if frames < 2 {
            // The frame after is not there yet, and its weight is zero: the frame itself stands for it.
            let there = run.len() - 1;
            self.copy(frames + 2, run.get_mut(..there).unwrap_or_default());
            run.copy_within(there - 1..there, there);
        } else {
            self.copy(frames + 2, run);
        }
        let [near, at, far, farther] = weights;
        for (out, past) in out.iter_mut().zip(run.windows(4)) {
            if let [d, c, b, a] = past {
                *out = near * *a + at * *b + far * *c + farther * *d;
            }
        }
    }
}

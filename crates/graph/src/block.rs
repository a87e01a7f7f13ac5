//! Where samples live: aligned blocks of one quantum, and buffers made of them.

use alloc::boxed::Box;
use sostenuto_dsp::{Sample, Vector};

/// Frames in a block: the quantum of the grid.
///
/// Work at control rate falls on absolute multiples of it. 64 frames of `f32` are four cache lines, and at 48 kHz 1.3 ms.
pub const QUANTUM: usize = 64;

/// One channel of one quantum, on cache-line boundaries: of one signal, or of several side by side.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Block<S: Sample = f32>(pub [S; QUANTUM]);

impl<S: Sample> Block<S> {
    /// A block of zeros.
    pub const SILENT: Block<S> = Block([S::ZERO; QUANTUM]);

    /// Does something with each frame of this block and another.
    #[inline(always)]
    pub(crate) fn update(&mut self, input: &Block<S>, each: impl Fn(&mut S, S)) {
        self.0.iter_mut().zip(&input.0).for_each(|(out, x)| each(out, *x));
    }
}

/// What can run through a graph: samples of one signal, or of several side by side.
pub trait Signal: Vector {
    /// The sample of one lane. `[audio]`
    #[inline(always)]
    fn in_lane(self, lane: usize) -> f32 {
        self.lane(lane) as f32
    }

    /// Puts a sample into one lane. `[audio]`
    #[inline(always)]
    fn put_lane(&mut self, lane: usize, x: f32) {
        self.set_lane(lane, f64::from(x));
    }
}

impl<S: Vector> Signal for S {}

/// Does something with each frame of an output and an input, as far as both go.
#[inline(always)]
pub(crate) fn each_frame<S: Signal>(out: &mut [S], input: &[S], each: impl Fn(&mut S, S)) {
    match S::LANES {
        1 => each_frame_apart(out, input, each),
        _ => out.iter_mut().zip(input).for_each(|(out, x)| each(out, *x)),
    }
}

#[inline(never)]
fn each_frame_apart<S: Signal>(out: &mut [S], input: &[S], each: impl Fn(&mut S, S)) {
    out.iter_mut().zip(input).for_each(|(out, x)| each(out, *x));
}

/// Whether every sample of a whole block is a finite number.
///
/// What is not one makes every sum that it is part of not one (IEEE 754), so finite sums are proof. One that is not may only have
/// become too large: then each sample is looked at.
#[inline(always)]
pub(crate) fn is_finite(block: &Block) -> bool {
    sums_are_finite(block) || all_finite(&block.0)
}

/// Whether the sums of every fourth sample, as many as a register of the smallest machine holds, are finite; in two strands.
// By itself it is 25 instructions; inlined, the compiler takes the rows apart and needs three times as many.
#[inline(never)]
fn sums_are_finite(block: &Block) -> bool {
    let (mut even, mut odd) = ([0.0; 4], [0.0; 4]);
    for [first, second] in block.0.as_chunks::<4>().0.as_chunks::<2>().0 {
        for i in 0..4 {
            even[i] += first[i];
            odd[i] += second[i];
        }
    }
    for i in 0..4 {
        even[i] += odd[i];
    }
    are_finite(&even)
}

/// What is not a finite number has all bits of the exponent set (IEEE 754), and only then one more makes the sum reach the sign bit.
#[inline(always)]
fn are_finite(samples: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    const ONE_MORE: u32 = 0x0080_0000;
    let all = samples.iter().fold(0, |all, s| all | ((s.to_bits() & EXPONENT) + ONE_MORE));
    all >> 31 == 0
}

/// Whether every sample is a finite number.
#[inline(never)]
pub(crate) fn all_finite(samples: &[f32]) -> bool {
    are_finite(samples)
}

/// A fixed number of channels and frames of samples, planar, each channel on a cache-line boundary, allocated once.
///
/// Reading and writing never allocate. `[any]` thread; making and dropping one is for control threads.
#[derive(Debug)]
pub struct AudioBuffer {
    /// `channels * stride` samples from `offset` on, and up to a cache line before and after.
    samples: Box<[f32]>,
    offset: usize,
    stride: usize,
    channels: usize,
    frames: usize,
}

/// Samples in a cache line.
const LINE: usize = 64 / size_of::<f32>();

impl AudioBuffer {
    /// A silent buffer of `channels` × `frames`. Allocates: `[control]`.
    pub fn new(channels: usize, frames: usize) -> Self {
        let stride = frames.next_multiple_of(LINE);
        let samples = vec![0.0; channels * stride + LINE].into_boxed_slice();
        // The heap block of a boxed slice never moves, so the offset stays right for the buffer's life.
        let past_line = (samples.as_ptr() as usize / size_of::<f32>()) % LINE;
        AudioBuffer { samples, offset: (LINE - past_line) % LINE, stride, channels, frames }
    }

    /// How many channels it has.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// How many frames each channel has.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The samples of a channel; empty if there is no such channel.
    pub fn channel(&self, channel: usize) -> &[f32] {
        if channel >= self.channels {
            return &[];
        }
        let start = self.offset + channel * self.stride;
        &self.samples[start..start + self.frames]
    }

    /// The samples of a channel, to write; empty if there is no such channel.
    pub fn channel_mut(&mut self, channel: usize) -> &mut [f32] {
        if channel >= self.channels {
            return &mut [];
        }
        let start = self.offset + channel * self.stride;
        &mut self.samples[start..start + self.frames]
    }

    /// All channels at once, to write.
    pub fn channels_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        let (frames, channels) = (self.frames, self.channels);
        self.samples[self.offset..]
            .chunks_mut(self.stride.max(1))
            .take(channels)
            .map(move |c| &mut c[..frames])
    }

    /// Sets every sample to zero.
    pub fn clear(&mut self) {
        self.samples.fill(0.0);
    }
}

impl Clone for AudioBuffer {
    fn clone(&self) -> Self {
        let mut copy = AudioBuffer::new(self.channels, self.frames);
        for channel in 0..self.channels {
            copy.channel_mut(channel).copy_from_slice(self.channel(channel));
        }
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_aligned_apart_and_of_the_asked_length() {
        for (channels, frames) in [(0, 0), (1, 1), (2, 64), (3, 100), (8, 4096), (2, 0)] {
            let mut buffer = AudioBuffer::new(channels, frames);
            for (number, channel) in buffer.channels_mut().enumerate() {
                assert_eq!(channel.len(), frames);
                channel.fill(number as f32 + 1.0);
            }
            let copy = buffer.clone();
            for channel in 0..channels {
                assert_eq!(buffer.channel(channel).as_ptr() as usize % 64, 0);
                assert!(copy.channel(channel).iter().all(|s| *s == channel as f32 + 1.0));
            }
            buffer.clear();
            assert!((0..channels).all(|c| buffer.channel(c).iter().all(|s| *s == 0.0)));
        }
    }

    #[test]
    fn a_number_is_told_from_what_is_none() {
        for frames in [0, 1, 5, 63, 64, 65] {
            let numbers = [0.0, -0.0, 1.0, -1.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, 1e-45];
            let mut samples: std::vec::Vec<f32> = numbers.into_iter().cycle().take(frames).collect();
            // A whole block is judged by its sums, here of the smallest and the largest numbers, and must come out the same.
            let judged = |samples: &[f32]| {
                let block = <&[f32; QUANTUM]>::try_from(samples);
                let by_sums = block.ok().map(|block| is_finite(&Block(*block)));
                let one_by_one = all_finite(samples);
                assert!(by_sums.is_none_or(|by_sums| by_sums == one_by_one));
                one_by_one
            };
            assert!(judged(&samples));
            for at in 0..frames {
                for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                    let good = core::mem::replace(&mut samples[at], bad);
                    assert!(!judged(&samples), "{bad} at {at} of {frames}");
                    samples[at] = good;
                }
            }
            samples.fill(f32::MAX);
            assert!(judged(&samples));
            samples.fill(0.5);
            assert!(judged(&samples));
            if let Some(last) = samples.last_mut() {
                *last = f32::NAN;
                assert!(!judged(&samples));
            }
        }
    }

    #[test]
    fn a_channel_that_is_not_there_is_empty() {
        let mut buffer = AudioBuffer::new(2, 8);
        assert!(buffer.channel(2).is_empty() && buffer.channel_mut(9).is_empty());
    }

    #[test]
    fn a_block_is_four_cache_lines() {
        assert_eq!((size_of::<Block>(), align_of::<Block>()), (256, 64));
    }
}

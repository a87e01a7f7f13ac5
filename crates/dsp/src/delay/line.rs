//! The past of a signal, readable at any fractional number of frames ago.

use super::taps::Taps;
use crate::grid::{cut, is_zero, spread};
use crate::{Sample, Value};

/// Frames whose taps are computed in one go, so that the pass over them becomes vector code.
const RUN: usize = 16;

/// A preallocated delay line with a fractional, movable delay.
///
/// Delays are in frames: 1 up to the maximum given at construction; others are limited to that. Whole numbers of frames
/// are exact. Fractions are interpolated by a cubic Lagrange polynomial from 2 frames on and linearly below. A delay that
/// moves is followed frame by frame, as a tape that changes speed.
///
/// Reading and writing are separate, so that the line can close a loop whose other part is elsewhere: `read` first, up to
/// [`available`](Self::available) frames, then `write` as many. That gives the same bits as going frame by frame.
#[derive(Clone, Debug)]
pub struct DelayLine<S: Sample> {
    ring: Box<[S]>,
    mask: usize,
    /// Where the next frame is written.
    head: usize,
    longest: f64,
    /// How many of the frames written last are zero in every lane; no more than the ring holds.
    quiet: usize,
}

impl<S: Sample> DelayLine<S> {
    /// The longest delay in frames that a line can have: below it whole and fractional part of an `f32` stay apart.
    pub const LONGEST: usize = 1 << 21;

    /// A silent line for delays up to `max_frames`, limited to 1..=2^21. \[control\]: allocates.
    pub fn new(max_frames: usize) -> Self {
        let longest = max_frames.clamp(1, Self::LONGEST);
        // The interpolation looks two frames further back than the delay.
        let size = (longest + 3).next_power_of_two();
        let ring = vec![S::zero(); size].into_boxed_slice();
        DelayLine { ring, mask: size - 1, head: 0, longest: longest as f64, quiet: size }
    }

    /// The longest delay in frames.
    pub fn max_frames(&self) -> usize {
        self.longest as usize
    }

    /// Back to silence. Takes time proportional to the length of the line.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.ring.fill(S::zero());
        self.head = 0;
        self.quiet = self.ring.len();
    }

    /// Whether the whole line holds exact zeros.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.quiet >= self.ring.len()
    }

    /// How many frames can be read at `delay` before the next frame has to be written; at least 1. \[audio\]
    ///
    /// A moving delay is looked at up to its end, so the answer is at most its length (but at least 1).
    #[inline(always)]
    pub fn available(&self, delay: &Value<'_, S>) -> usize {
        match delay {
            Value::Steady(delay) => self.taps(*delay).reach(),
            Value::Moving(delays) => {
                let short = delays.iter().enumerate().position(|(i, &delay)| i >= self.taps(delay).reach());
                short.unwrap_or(delays.len()).max(1)
            }
        }
    }

    /// Reads the coming frames at `delay`, as many as `out` takes and as are [`available`](Self::available), and says how
    /// many. Frames of `out` beyond are left as they are. \[audio\]
    #[inline(always)]
    pub fn read(&self, delay: &Value<'_, S>, out: &mut [S]) -> usize {
        let frames = match delay {
            Value::Moving([]) => 0,
            _ => self.available(delay).min(out.len()),
        };
        self.read_known(delay, &mut out[..frames]);
        frames
    }

    /// [`read`](Self::read) for frames that are known to be available; others would be older by the whole ring.
    #[inline(always)]
    pub(crate) fn read_known(&self, delay: &Value<'_, S>, out: &mut [S]) {
        match delay {
            Value::Steady(delay) if self.taps(*delay).is_uniform() => {
                self.read_steady(&self.taps(*delay), out);
            }
            _ => {
                for (run, out) in out.chunks_mut(RUN).enumerate() {
                    self.read_moving(delay, run * RUN, out);
                }
            }
        }
    }

    /// Writes the next frames. \[audio\]
    #[inline(always)]
    pub fn write(&mut self, input: &[S]) {
        let size = self.ring.len();
        for part in input.chunks(size) {
            let (first, second) = part.split_at(part.len().min(size - self.head));
            self.ring[self.head..self.head + first.len()].copy_from_slice(first);
            self.ring[..second.len()].copy_from_slice(second);
            self.head = (self.head + part.len()) & self.mask;
        }
        let zeros = input.iter().rev().take_while(|x| is_zero(**x)).count();
        self.quiet = if zeros == input.len() { (self.quiet + zeros).min(size) } else { zeros.min(size) };
    }

    /// Delays a block. \[audio\]
    #[inline(always)]
    pub fn process(&mut self, input: &[S], delay: &Value<'_, S>, out: &mut [S]) {
        let frames = input.len().min(out.len());
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.ring.len());
            let got = self.read(&cut(delay, at..end), &mut out[at..end]).max(1);
            self.write(&input[at..at + got]);
            at += got;
        }
    }

    #[inline(always)]
    fn taps(&self, delay: S) -> Taps<S> {
        Taps::new(delay.clamp(S::one(), S::splat(self.longest)))
    }

    /// Every lane at the same delay: stretches of the ring side by side.
    #[inline(always)]
    fn read_steady(&self, taps: &Taps<S>, out: &mut [S]) {
        let frames = taps.frames(0);
        let ago = [frames.saturating_sub(1).max(1), frames, frames + 1, frames + 2];
        let mut at = 0;
        while at < out.len() {
            let from = ago.map(|ago| self.head.wrapping_add(at).wrapping_sub(ago) & self.mask);
            let nearest_end = from.iter().fold(0, |far, &f| far.max(f));
            let length = (self.ring.len() - nearest_end).min(out.len() - at);
            let [near, here, far, farther] = from.map(|f| &self.ring[f..f + length]);
            if taps.is_whole() {
                out[at..at + length].copy_from_slice(here);
                at += length;
                continue;
            }
            for (i, out) in out[at..at + length].iter_mut().enumerate() {
                *out = taps.between(near[i], here[i], far[i], farther[i]);
            }
            at += length;
        }
    }

    /// At most [`RUN`] frames, the first of which is frame `at` of the block of `delay`.
    #[inline(always)]
    fn read_moving(&self, delay: &Value<'_, S>, at: usize, out: &mut [S]) {
        let mut delays = [S::one(); RUN];
        spread(&cut(delay, at..at + out.len()), &mut delays[..out.len()]);
        let taps = delays.map(|delay| self.taps(delay));
        for (i, (out, taps)) in out.iter_mut().zip(&taps).enumerate() {
            let now = self.head.wrapping_add(at + i);
            let tap = |offset: usize| {
                S::from_lanes(|lane| {
                    let ago = (taps.frames(lane) + offset).saturating_sub(1).max(1);
                    self.ring[now.wrapping_sub(ago) & self.mask].lane(lane)
                })
            };
            *out = taps.between(tap(0), tap(1), tap(2), tap(3));
        }
    }
}

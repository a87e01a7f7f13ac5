//! The past of a signal, readable at any fractional number of frames ago.

use super::taps::Taps;
use super::track::Track;
use crate::gate::for_each_lane;
use crate::grid::{GRID, cut, spread};
use crate::lane_state::swap_each;
use crate::simd::Rows;
use crate::{LaneState, Sample, Value};

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
///
/// Every lane has a memory of its own, read at its own delay, so that a signal can move to another line by exchanging memories.
#[derive(Clone, Debug)]
pub struct DelayLine<S: Sample> {
    /// One for each lane.
    tracks: Box<[Track<S::Scalar>]>,
    longest: f64,
    /// How many of the frames written last are zero, in each lane; no more than a track holds.
    quiet: S::Each<usize>,
}

impl<S: Sample> DelayLine<S> {
    /// The longest delay in frames that a line can have: below it whole and fractional part of an `f32` stay apart.
    pub const LONGEST: usize = 1 << 21;

    /// A silent line for delays up to `max_frames`, limited to 1..=2^21. \[control\]: allocates.
    pub fn new(max_frames: usize) -> Self {
        let longest = max_frames.clamp(1, Self::LONGEST);
        // The interpolation looks two frames further back than the delay.
        let track = Track::new(longest + 3);
        let size = track.size();
        DelayLine {
            tracks: vec![track; S::LANES].into_boxed_slice(),
            longest: longest as f64,
            quiet: S::each(|_| size),
        }
    }

    /// The longest delay in frames.
    pub fn max_frames(&self) -> usize {
        self.longest as usize
    }

    /// Back to silence, in constant time. \[audio\]
    #[inline(always)]
    pub fn reset(&mut self) {
        self.tracks.iter_mut().for_each(Track::reset);
        self.rest();
    }

    /// Counts all that it holds as zero.
    #[inline(always)]
    fn rest(&mut self) {
        let size = self.size();
        self.quiet = S::each(|_| size);
    }

    /// Whether the whole line holds exact zeros.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        let size = self.size();
        self.quiet.as_ref().iter().all(|quiet| *quiet >= size)
    }

    /// In the bit of each lane, whether all that it holds there is zero.
    #[inline(always)]
    pub fn silent_lanes(&self) -> u32 {
        let size = self.size();
        let quiet = self.quiet.as_ref().iter().enumerate();
        quiet.fold(0, |lanes, (lane, quiet)| lanes | u32::from(*quiet >= size) << lane)
    }

    #[inline(always)]
    fn size(&self) -> usize {
        self.tracks.first().map_or(1, Track::size)
    }

    /// How many frames can be read at `delay` before the next frame has to be written; at least 1. \[audio\]
    ///
    /// A moving delay is looked at up to its end, so the answer is at most its length (but at least 1).
    #[inline(always)]
    pub fn available(&self, delay: &Value<'_, S>) -> usize {
        match delay {
            Value::Steady(delay) => self.taps(*delay).reach(),
            Value::Moving(delays) => {
                for (i, &delay) in delays.iter().enumerate() {
                    if i >= self.taps(delay).reach() {
                        return i.max(1);
                    }
                }
                delays.len().max(1)
            }
        }
    }

    /// Reads the coming frames at `delay`, as many as `out` takes and as are [`available`](Self::available), and says how
    /// many. Frames of `out` beyond are left as they are. \[audio\]
    #[inline]
    pub fn read(&self, delay: &Value<'_, S>, out: &mut [S]) -> usize {
        S::enter(
            #[inline(always)]
            || self.read_here(delay, out),
        )
    }

    #[inline(always)]
    pub(crate) fn read_here(&self, delay: &Value<'_, S>, out: &mut [S]) -> usize {
        let frames = match delay {
            Value::Moving([]) => 0,
            _ => self.available(delay).min(out.len()),
        };
        if let Some(out) = out.get_mut(..frames) {
            self.read_known(delay, out);
        }
        frames
    }

    /// [`read`](Self::read) for frames that are known to be available; others would be older by the whole ring.
    #[inline(always)]
    pub(crate) fn read_known(&self, delay: &Value<'_, S>, out: &mut [S]) {
        match delay {
            Value::Steady(delay) => self.read_steady(&self.taps(*delay), out),
            Value::Moving(_) => {
                for (run, out) in out.chunks_mut(RUN).enumerate() {
                    self.read_moving(delay, run * RUN, out);
                }
            }
        }
    }

    /// Writes the next frames. \[audio\]
    #[inline]
    pub fn write(&mut self, input: &[S]) {
        S::enter(
            #[inline(always)]
            || self.write_here(input),
        )
    }

    #[inline(always)]
    pub(crate) fn write_here(&mut self, input: &[S]) {
        let size = self.size();
        for part in input.chunks(size.min(GRID)) {
            if S::LANES == 1 {
                self.tracks.iter_mut().for_each(|track| track.write(S::flat(part)));
            } else {
                let mut rows = Rows::<S, GRID>::new();
                rows.take(part);
                for (track, row) in self.tracks.iter_mut().zip(rows.signals()) {
                    track.write(row.get(..part.len()).unwrap_or_default());
                }
            }
        }
        self.count_zeros(input, size);
    }

    /// Counts the zeros at the end of what was written.
    #[inline(always)]
    fn count_zeros(&mut self, input: &[S], size: usize) {
        let all = u32::MAX >> (32 - S::LANES);
        let quiet = &mut self.quiet;
        // The lanes that are zero from a frame to the end.
        let mut left = all;
        for (zeros, x) in input.iter().rev().enumerate() {
            let now = left & S::bits(x.abs().le(S::zero()));
            if now == 0 && left == all {
                *quiet = S::each(|_| zeros.min(size));
                return;
            }
            for_each_lane(left & !now, |lane| count(quiet.as_mut(), lane, |_| zeros.min(size)));
            left = now;
            if left == 0 {
                return;
            }
        }
        for_each_lane(left, |lane| count(quiet.as_mut(), lane, |quiet| (quiet + input.len()).min(size)));
    }

    /// Delays a block. \[audio\]
    #[inline]
    pub fn process(&mut self, input: &[S], delay: &Value<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(input, delay, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, input: &[S], delay: &Value<'_, S>, out: &mut [S]) {
        let frames = input.len().min(out.len());
        let mut at = 0;
        while at < frames {
            let end = frames.min(at + self.size());
            let got = self.read(&cut(delay, at..end), &mut out[at..end]).max(1);
            self.write(&input[at..at + got]);
            at += got;
        }
    }

    #[inline(always)]
    fn taps(&self, delay: S) -> Taps<S> {
        Taps::new(delay.clamp(S::one(), S::splat(self.longest)))
    }

    /// Every lane at its own delay, which stays: stretches of each lane's memory.
    #[inline(always)]
    fn read_steady(&self, taps: &Taps<S>, out: &mut [S]) {
        for (k, part) in out.chunks_mut(GRID).enumerate() {
            let frames = part.len();
            if S::LANES == 1 {
                if let Some(track) = self.tracks.first() {
                    read_track(track, taps, (0, k * GRID), S::flat_mut(part));
                }
            } else {
                let mut rows = Rows::<S, GRID>::new();
                for (lane, (track, row)) in self.tracks.iter().zip(rows.signals_mut()).enumerate() {
                    read_track(track, taps, (lane, k * GRID), row.get_mut(..frames).unwrap_or_default());
                }
                rows.give(part);
            }
        }
    }

    /// At most [`RUN`] frames, the first of which is frame `at` of the block of `delay`.
    #[inline(always)]
    fn read_moving(&self, delay: &Value<'_, S>, at: usize, out: &mut [S]) {
        let mut delays = [S::one(); RUN];
        spread(&cut(delay, at..at + out.len()), &mut delays[..out.len()]);
        for (i, (out, delay)) in out.iter_mut().zip(delays).enumerate() {
            let taps = self.taps(delay);
            let mut around = [S::zero(); 4];
            for (lane, track) in self.tracks.iter().enumerate() {
                let frames = taps.frames(lane);
                for (k, x) in S::flat_mut(&mut around).iter_mut().skip(lane).step_by(S::LANES).enumerate() {
                    *x = track.at(at + i, (frames + k).saturating_sub(1).max(1));
                }
            }
            let [near, here, far, farther] = around;
            *out = taps.between(near, here, far, farther);
        }
    }
}

/// The frames of one lane, the first of which is `ahead` frames from the next to be written.
#[inline(always)]
fn read_track<S: Sample>(
    track: &Track<S::Scalar>,
    taps: &Taps<S>,
    (lane, ahead): (usize, usize),
    out: &mut [S::Scalar],
) {
    let frames = taps.frames(lane).saturating_sub(ahead);
    match taps.weights(lane) {
        None => track.copy(frames, out),
        Some(weights) => track.between(frames, weights, out),
    }
}

/// Changes what is counted in a lane.
#[inline(always)]
fn count(counts: &mut [usize], lane: usize, to: impl Fn(usize) -> usize) {
    if let Some(count) = counts.get_mut(lane) {
        *count = to(*count);
    }
}

impl<S: Sample> LaneState for DelayLine<S> {
    type Alone = DelayLine<S::Scalar>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Self::Alone) {
        if lane < S::LANES {
            swap_each(&mut self.tracks, lane, &mut alone.tracks);
            swap_each(self.quiet.as_mut(), lane, alone.quiet.as_mut());
        }
    }

    fn reset_lane(&mut self, lane: usize) {
        let size = self.size();
        if let (Some(track), Some(quiet)) = (self.tracks.get_mut(lane), self.quiet.as_mut().get_mut(lane)) {
            track.reset();
            *quiet = size;
        }
    }
}

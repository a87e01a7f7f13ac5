//! One sound as several: delays that sway, from flanger to chorus.

use super::line::DelayLine;
use crate::grid::{GRID, contained, cut};
use crate::lane_state::lane_state;
use crate::math::sin_quarter;
use crate::{Phase, Sample, Value};

/// The most voices that a [`Chorus`] can have.
pub const MAX_VOICES: usize = 8;

/// The parameters of a [`Chorus`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct ChorusParams<'a, S: Sample> {
    /// The middle of the delay in ms, up to the maximum given at construction.
    pub delay: Value<'a, S>,
    /// How far the delay sways to either side, in ms. Limited by one frame and the maximum.
    pub depth: Value<'a, S>,
    /// Cycles per second of the sine that sways it, 0 to 100 Hz.
    pub rate: Value<'a, S>,
    /// How much of the mean of the voices goes in again, −0.99 to 0.99.
    pub feedback: Value<'a, S>,
    /// From the input alone (0) to the voices alone (1), linear.
    pub mix: Value<'a, S>,
    /// By how many quarter turns the right side's sines are ahead of the left's, 0 to 1.
    pub spread: Value<'a, S>,
}

/// A stereo chorus; with one voice, a short delay and feedback, a flanger.
///
/// Each side has a line of its own, read by every voice; the voices' sines are evenly apart. The sum of the voices is
/// divided by the square root of their number.
#[derive(Clone, Debug)]
pub struct Chorus<S: Sample> {
    lines: [DelayLine<S>; 2],
    phase: S::Phase,
    rate: f64,
    voices: usize,
}

impl<S: Sample> Chorus<S> {
    /// A silent chorus of 1 to [`MAX_VOICES`] voices with delay and depth together up to `max_ms`. \[control\]: allocates.
    pub fn new(rate: f64, max_ms: f64, voices: usize) -> Self {
        let rate = rate.max(1.0);
        let line = DelayLine::new((max_ms.clamp(0.0, 10_000.0) * rate / 1000.0) as usize + 1);
        let voices = voices.clamp(1, MAX_VOICES);
        Chorus { lines: [line.clone(), line], phase: S::Phase::zero(), rate, voices }
    }

    /// Back to silence and to the start of the sine.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.lines.iter_mut().for_each(DelayLine::reset);
        self.phase = S::Phase::zero();
    }

    /// Whether the lines hold exact zeros.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.lines.iter().all(DelayLine::is_silent)
    }

    /// In the bit of each lane, whether the lines hold exact zeros there.
    #[inline(always)]
    pub fn silent_lanes(&self) -> u32 {
        self.lines.iter().fold(u32::MAX, |lanes, line| lanes & line.silent_lanes())
    }

    /// A block from two sides to two sides. A mono input is given as both. \[audio\]
    #[inline]
    pub fn process(&mut self, input: [&[S]; 2], params: &ChorusParams<'_, S>, out: [&mut [S]; 2]) {
        S::enter(
            #[inline(always)]
            || self.process_here(input, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        input: [&[S]; 2],
        params: &ChorusParams<'_, S>,
        out: [&mut [S]; 2],
    ) {
        let frames = input.iter().map(|x| x.len()).chain(out.iter().map(|x| x.len())).min().unwrap_or(0);
        let [left, right] = out;
        let mut at = 0;
        while at < frames {
            let range = at..frames.min(at + GRID);
            let dry = input.map(|x| &x[range.clone()]);
            let got = self.piece(dry, params, at, [&mut left[range.clone()], &mut right[range]]);
            at += got;
        }
    }

    /// As many of the (up to 64) frames as can be done before the lines have to be written; the first is frame `at` of
    /// the parameters' block.
    #[inline(always)]
    fn piece(
        &mut self,
        dry: [&[S]; 2],
        params: &ChorusParams<'_, S>,
        at: usize,
        out: [&mut [S]; 2],
    ) -> usize {
        let range = at..at + dry[0].len();
        let middle = self.frames(&cut(&params.delay, range.clone()));
        let depth = self.frames(&cut(&params.depth, range.clone()));
        let got = self.reach(&middle[..range.len()], &depth);
        let range = at..at + got;
        let phases = self.advance(&cut(&params.rate, range.clone()), got);
        let spread = cut(&params.spread, range.clone());
        let per_root = S::splat(1.0 / libm::sqrt(self.voices as f64));
        for (side, out) in out.into_iter().enumerate() {
            let mut sum = [S::zero(); GRID];
            for voice in 0..self.voices {
                let offset = S::Phase::splat((u64::MAX / self.voices as u64).wrapping_mul(voice as u64));
                let mut delays = middle;
                for (i, delay) in delays.iter_mut().enumerate().take(got) {
                    let mut phase = phases[i].plus(offset);
                    if side == 1 {
                        let ahead = spread.at(i).clamp(S::zero(), S::one()) * S::splat(0.25);
                        phase = phase.plus(S::phase_of(ahead.widen()));
                    }
                    *delay += depth[i] * sin_quarter(S::quarter_of(phase));
                }
                let mut wet = [S::zero(); GRID];
                self.lines[side].read_known(&Value::Moving(&delays[..got]), &mut wet[..got]);
                for (sum, wet) in sum.iter_mut().zip(&wet[..got]) {
                    *sum += *wet;
                }
            }
            let feedback = cut(&params.feedback, range.clone());
            self.write(side, &dry[side][..got], &sum, per_root * per_root, &feedback);
            let mix = cut(&params.mix, range.clone());
            for (i, out) in out[..got].iter_mut().enumerate() {
                let mix = mix.at(i).clamp(S::zero(), S::one());
                *out = dry[side][i] + mix * (sum[i] * per_root - dry[side][i]);
            }
        }
        got
    }

    /// Milliseconds as frames, one number per frame, not above the longest delay.
    #[inline(always)]
    fn frames(&self, ms: &Value<'_, S>) -> [S; GRID] {
        let per_ms = S::splat(self.rate / 1000.0);
        let longest = S::splat(self.lines[0].max_frames() as f64);
        let mut frames = [S::zero(); GRID];
        for (i, frames) in frames.iter_mut().enumerate() {
            *frames = (ms.at(i) * per_ms).clamp(S::zero(), longest);
        }
        frames
    }

    /// How many of the frames can be read whatever the sines do: the smallest delay reaches at least so far.
    #[inline(always)]
    fn reach(&self, middle: &[S], depth: &[S; GRID]) -> usize {
        let mut delays = [S::zero(); GRID];
        for (i, delay) in delays.iter_mut().enumerate().take(middle.len()) {
            // The sine may exceed one by a rounding; one frame less covers that.
            *delay = middle[i] - depth[i] - S::one();
        }
        self.lines[0].available(&Value::Moving(&delays[..middle.len()])).min(middle.len())
    }

    /// The phase of each of `frames` frames, and on to the next.
    #[inline(always)]
    fn advance(&mut self, rate: &Value<'_, S>, frames: usize) -> [S::Phase; GRID] {
        let mut phases = [S::Phase::zero(); GRID];
        let per_rate = S::Wide::splat(1.0 / self.rate);
        for (i, phase) in phases.iter_mut().enumerate().take(frames) {
            *phase = self.phase;
            let hertz = rate.at(i).clamp(S::zero(), S::splat(100.0));
            self.phase = self.phase.plus(S::phase_of(hertz.widen() * per_rate));
        }
        phases
    }

    #[inline(always)]
    fn write(&mut self, side: usize, dry: &[S], sum: &[S; GRID], scale: S, feedback: &Value<'_, S>) {
        let mut block = [S::zero(); GRID];
        for (i, (x, dry)) in block.iter_mut().zip(dry).enumerate() {
            let gain = feedback.at(i).clamp(S::splat(-0.99), S::splat(0.99));
            *x = contained(*dry + gain * (sum[i] * scale));
        }
        self.lines[side].write(&block[..dry.len()]);
    }
}

lane_state!(Chorus<S> { part_lists: lines; phases: phase; });

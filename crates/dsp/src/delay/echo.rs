//! Echoes: a delay line that feeds back through a tone filter.

use super::line::DelayLine;
use super::tone::Tone;
use crate::grid::{GRID, contained, cut, spans};
use crate::lane_state::lane_state;
use crate::{Sample, Value};

/// The parameters of an [`Echo`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct EchoParams<'a, S: Sample> {
    /// Delay in frames, 1 to the maximum; see [`frames_of_ms`].
    pub time: Value<'a, S>,
    /// How much of an echo is delayed again, −1 to 1.
    pub feedback: Value<'a, S>,
    /// Cutoff in Hz of the one-pole low-pass in the loop; open from 0.4999 of the sample rate on.
    pub tone: Value<'a, S>,
    /// From the input alone (0) to the echoes alone (1), linear.
    pub mix: Value<'a, S>,
}

/// Milliseconds as frames, rounded once: whole frames stay whole (300 ms at 44.1 kHz are exactly 13230).
#[inline(always)]
pub fn frames_of_ms<S: Sample>(ms: S, rate: f64) -> S {
    S::narrow(ms.widen() * S::Wide::splat(rate) / S::Wide::splat(1000.0))
}

/// A delay with feedback, a tone filter in the loop, and a mix.
///
/// The first echo is the delayed input as it is; feedback and tone act on what goes round. [`read`](Self::read) and
/// [`write`](Self::write) are the two halves for a loop that runs outside through the rest of a graph; there the output
/// is the echoes alone.
#[derive(Clone, Debug)]
pub struct Echo<S: Sample> {
    line: DelayLine<S>,
    tone: Tone<S>,
}

impl<S: Sample> Echo<S> {
    /// A silent echo for delays up to `max_frames`. \[control\]: allocates.
    pub fn new(rate: f64, max_frames: usize) -> Self {
        Echo { line: DelayLine::new(max_frames), tone: Tone::new(rate) }
    }

    /// The longest delay in frames.
    pub fn max_frames(&self) -> usize {
        self.line.max_frames()
    }

    /// Back to silence, in constant time. \[audio\]
    #[inline(always)]
    pub fn reset(&mut self) {
        self.line.reset();
        self.tone.reset();
    }

    /// Whether line and filter hold exact zeros.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.line.is_silent() && self.tone.is_silent()
    }

    /// How many frames can be read before the next input; see [`DelayLine::available`]. \[audio\]
    #[inline(always)]
    pub fn available(&self, time: &Value<'_, S>) -> usize {
        self.line.available(time)
    }

    /// The coming echoes, as many as are available and `wet` takes; gives their number. \[audio\]
    #[inline]
    pub fn read(&self, time: &Value<'_, S>, wet: &mut [S]) -> usize {
        S::enter(
            #[inline(always)]
            || self.read_here(time, wet),
        )
    }

    #[inline(always)]
    pub(crate) fn read_here(&self, time: &Value<'_, S>, wet: &mut [S]) -> usize {
        self.line.read(time, wet)
    }

    /// Writes input and feedback for the frames from the absolute frame `start` on; `wet` is what
    /// [`read`](Self::read) gave for the same frames. \[audio\]
    #[inline]
    pub fn write(
        &mut self,
        start: u64,
        input: &[S],
        wet: &[S],
        feedback: &Value<'_, S>,
        tone: &Value<'_, S>,
    ) {
        S::enter(
            #[inline(always)]
            || self.write_here(start, input, wet, feedback, tone),
        )
    }

    #[inline(always)]
    pub(crate) fn write_here(
        &mut self,
        start: u64,
        input: &[S],
        wet: &[S],
        feedback: &Value<'_, S>,
        tone: &Value<'_, S>,
    ) {
        for span in spans(start, input.len().min(wet.len())) {
            if span.on_grid {
                self.tone.flush();
            }
            let range = span.range;
            let mut block = [S::zero(); GRID];
            let block = &mut block[..range.len()];
            block.copy_from_slice(&wet[range.clone()]);
            self.tone.process(&cut(tone, range.clone()), block);
            let feedback = cut(feedback, range.clone());
            for (i, (x, dry)) in block.iter_mut().zip(&input[range]).enumerate() {
                let gain = feedback.at(i).clamp(-S::one(), S::one());
                *x = contained(*dry + gain * *x);
            }
            self.line.write(block);
        }
    }

    /// Echoes of a block that begins at the absolute frame `start`. \[audio\]
    #[inline]
    pub fn process(&mut self, start: u64, input: &[S], params: &EchoParams<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        start: u64,
        input: &[S],
        params: &EchoParams<'_, S>,
        out: &mut [S],
    ) {
        let frames = input.len().min(out.len());
        let mut at = 0;
        while at < frames {
            let range = at..frames.min(at + GRID);
            let mut wet = [S::zero(); GRID];
            let got = self.read(&cut(&params.time, range.clone()), &mut wet[..range.len()]).max(1);
            let range = at..at + got;
            let (dry, wet) = (&input[range.clone()], &wet[..got]);
            let feedback = cut(&params.feedback, range.clone());
            let tone = cut(&params.tone, range.clone());
            self.write(start.wrapping_add(at as u64), dry, wet, &feedback, &tone);
            let mix = cut(&params.mix, range.clone());
            for (i, out) in out[range].iter_mut().enumerate() {
                let mix = mix.at(i).clamp(S::zero(), S::one());
                *out = dry[i] + mix * (wet[i] - dry[i]);
            }
            at += got;
        }
    }
}

lane_state!(Echo<S> { parts: line, tone; });

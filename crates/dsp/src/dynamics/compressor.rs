//! Less range between soft and loud: a feed-forward compressor in the log domain.

use super::step;
use crate::grid::{GRID, Span, cut, flushed, is_zero, spans};
use crate::lane_state::lane_state;
use crate::math::{db_to_gain, gain_to_db};
use crate::memo::Memo;
use crate::{Sample, Value};

/// The parameters of a [`Compressor`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct CompressorParams<'a, S: Sample> {
    /// Level in dB from which on it acts, −100 to 24.
    pub threshold: Value<'a, S>,
    /// dB of input for one dB of output above the threshold, 1 to 1000.
    pub ratio: Value<'a, S>,
    /// Width in dB of the bend around the threshold, 0 to 48.
    pub knee: Value<'a, S>,
    /// Time constant of the onset in ms, 0 to 1000.
    pub attack: Value<'a, S>,
    /// Time constant of the recovery in ms, 0 to 10,000.
    pub release: Value<'a, S>,
    /// Gain after it in dB, −60 to 60.
    pub makeup: Value<'a, S>,
}

/// What the level is taken from.
#[derive(Clone, Copy)]
enum Key<'a, S: Sample> {
    /// The loudest of these channels.
    One(&'a [&'a [S]]),
    /// Two such signals, and how far from the first to the second.
    Between([&'a [&'a [S]]; 2], Value<'a, S>),
}

impl<S: Sample> CompressorParams<'_, S> {
    #[inline(always)]
    fn cut(&self, range: core::ops::Range<usize>) -> Self {
        CompressorParams {
            threshold: cut(&self.threshold, range.clone()),
            ratio: cut(&self.ratio, range.clone()),
            knee: cut(&self.knee, range.clone()),
            attack: cut(&self.attack, range.clone()),
            release: cut(&self.release, range.clone()),
            makeup: cut(&self.makeup, range),
        }
    }
}

/// A compressor whose channels share one gain.
///
/// D. Giannoulis, M. Massberg and J. Reiss, "Digital dynamic range compressor design" (JAES 60(6), 2012): peak level of
/// the loudest channel, gain computer with a soft knee (their eq. 4), then the smooth decoupled detector (eq. 17) on the
/// reduction in dB: attack and release are the times to 63 %. The gain agrees with a double-precision reference to 0.001 dB.
#[derive(Clone, Debug)]
pub struct Compressor<S: Sample> {
    rate: f64,
    /// The reduction in dB after the release stage, and after the attack stage.
    held: S::Wide,
    smooth: S::Wide,
    steps: Memo<[S; 2], [S::Wide; 2]>,
}

impl<S: Sample> Compressor<S> {
    /// A compressor at rest.
    pub fn new(rate: f64) -> Self {
        Compressor { rate: rate.max(1.0), held: S::Wide::zero(), smooth: S::Wide::zero(), steps: Memo::new() }
    }

    /// Back to no reduction.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.held = S::Wide::zero();
        self.smooth = S::Wide::zero();
    }

    /// Whether the reduction is exactly zero: the gain is the make-up gain. (Silence in always gives silence out.)
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        is_zero(self.held) && is_zero(self.smooth)
    }

    /// The present reduction in dB, zero or more.
    #[inline(always)]
    pub fn reduction(&self) -> S {
        S::narrow(self.smooth)
    }

    /// The gain (a factor) for each frame, from the channels of `key`: the signal itself, or a side chain. All slices as
    /// long as `gain`; a shorter key counts as silent beyond its end. \[audio\]
    #[inline]
    pub fn gain(&mut self, start: u64, key: &[&[S]], params: &CompressorParams<'_, S>, gain: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.gain_here(start, key, params, gain),
        )
    }

    #[inline(always)]
    pub(crate) fn gain_here(
        &mut self,
        start: u64,
        key: &[&[S]],
        params: &CompressorParams<'_, S>,
        gain: &mut [S],
    ) {
        for span in spans(start, gain.len()) {
            let out = &mut gain[span.range.clone()];
            self.gain_of(&span, Key::One(key), params, out);
        }
    }

    /// Compresses the channels of `input` into those of `out`, with one gain for all, from `key` if there is one and else
    /// from the input. \[audio\]
    #[inline]
    pub fn process(
        &mut self,
        start: u64,
        input: &[&[S]],
        key: Option<&[&[S]]>,
        params: &CompressorParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, key, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        start: u64,
        input: &[&[S]],
        key: Option<&[&[S]]>,
        params: &CompressorParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        self.apply(start, input, Key::One(key.unwrap_or(input)), params, out);
    }

    /// As [`process`](Self::process), on the way from one key to another: `along` goes from 0, only the first, to 1, only the
    /// second. In between the reductions in dB that the two ask for are mixed, so that the gain glides from that of the one to
    /// that of the other even with no attack and no release. \[audio\]
    #[inline]
    pub fn process_between(
        &mut self,
        start: u64,
        input: &[&[S]],
        keys: [&[&[S]]; 2],
        along: Value<'_, S>,
        params: &CompressorParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_between_here(start, input, keys, along, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_between_here(
        &mut self,
        start: u64,
        input: &[&[S]],
        keys: [&[&[S]]; 2],
        along: Value<'_, S>,
        params: &CompressorParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        self.apply(start, input, Key::Between(keys, along), params, out);
    }

    #[inline(always)]
    fn apply(
        &mut self,
        start: u64,
        input: &[&[S]],
        key: Key<'_, S>,
        params: &CompressorParams<'_, S>,
        out: &mut [&mut [S]],
    ) {
        let frames = input.iter().map(|x| x.len()).chain(out.iter().map(|x| x.len())).min().unwrap_or(0);
        let mut gain = [S::zero(); GRID];
        for span in spans(start, frames) {
            let gain = &mut gain[..span.range.len()];
            self.gain_of(&span, key, params, gain);
            for (input, out) in input.iter().zip(out.iter_mut()) {
                let (input, out) = (&input[span.range.clone()], &mut out[span.range.clone()]);
                for ((y, x), g) in out.iter_mut().zip(input).zip(gain.iter()) {
                    *y = *x * *g;
                }
            }
        }
    }

    /// The gain for the frames of one span.
    #[inline(always)]
    fn gain_of(&mut self, span: &Span, key: Key<'_, S>, params: &CompressorParams<'_, S>, gain: &mut [S]) {
        if span.on_grid {
            self.held = flushed(self.held);
            self.smooth = flushed(self.smooth);
        }
        let params = params.cut(span.range.clone());
        match key {
            Key::One(key) => asked(span, key, &params, gain),
            Key::Between([first, second], along) => {
                let mut room = [S::zero(); GRID];
                let other = &mut room[..gain.len()];
                asked(span, first, &params, gain);
                asked(span, second, &params, other);
                let along = cut(&along, span.range.clone());
                for (i, (x, other)) in gain.iter_mut().zip(&*other).enumerate() {
                    let share = along.at(i);
                    *x = (*x * (S::one() - share) + *other * share).max(S::zero());
                }
            }
        }
        self.smoothed(&params, gain);
        for (i, x) in gain.iter_mut().enumerate() {
            let makeup = params.makeup.at(i).clamp(S::splat(-60.0), S::splat(60.0));
            *x = db_to_gain(makeup - *x);
        }
    }

    /// Attack and release on the reduction in dB, in place.
    #[inline(always)]
    fn smoothed(&mut self, params: &CompressorParams<'_, S>, reduction: &mut [S]) {
        if let (Value::Steady(attack), Value::Steady(release)) = (params.attack, params.release) {
            let rate = self.rate;
            let [attack, release] = self.steps.get(
                [attack, release],
                #[inline(always)]
                |[attack, release]| [step(rate, attack, 1000.0), step(rate, release, 10_000.0)],
            );
            for x in reduction {
                *x = self.follow(*x, attack, release);
            }
        } else {
            let (mut attacks, mut releases) = ([S::Wide::zero(); GRID], [S::Wide::zero(); GRID]);
            for i in 0..reduction.len() {
                attacks[i] = step(self.rate, params.attack.at(i), 1000.0);
                releases[i] = step(self.rate, params.release.at(i), 10_000.0);
            }
            for (i, x) in reduction.iter_mut().enumerate() {
                *x = self.follow(*x, attacks[i], releases[i]);
            }
        }
    }

    #[inline(always)]
    fn follow(&mut self, reduction: S, attack: S::Wide, release: S::Wide) -> S {
        let x = reduction.widen();
        self.held = x.max(self.held + release * (x - self.held));
        self.smooth += attack * (self.held - self.smooth);
        S::narrow(self.smooth)
    }
}

/// The reduction in dB that a key asks for in the frames of one span, before attack and release.
#[inline(always)]
fn asked<S: Sample>(span: &Span, key: &[&[S]], params: &CompressorParams<'_, S>, out: &mut [S]) {
    out.fill(S::zero());
    for key in key {
        for (peak, x) in out.iter_mut().zip(key.get(span.range.start..).unwrap_or(&[])) {
            *peak = x.abs().max(*peak);
        }
    }
    for (i, x) in out.iter_mut().enumerate() {
        *x = excess(gain_to_db(*x), params.threshold.at(i), params.ratio.at(i), params.knee.at(i));
    }
}

/// By how many dB the gain computer lowers `level`: (1 - 1/ratio) times the part above the threshold, with a parabola over
/// the width of the knee.
#[inline(always)]
fn excess<S: Sample>(level: S, threshold: S, ratio: S, knee: S) -> S {
    let threshold = threshold.clamp(S::splat(-100.0), S::splat(24.0));
    let slope = S::one() - S::one() / ratio.clamp(S::one(), S::splat(1000.0));
    // A knee of a thousandth of a dB stands for none.
    let knee = knee.clamp(S::splat(0.001), S::splat(48.0));
    let half = knee * S::splat(0.5);
    let over = level - threshold;
    let bend = (over + half).clamp(S::zero(), knee);
    slope * (bend * bend / (knee + knee) + (over - half).max(S::zero()))
}

lane_state!(Compressor<S> { samples: held, smooth; memos: steps; });

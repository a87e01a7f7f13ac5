//! A room: a feedback delay network behind a pre-delay and diffusers.

mod diffuser;
mod network;

use crate::grid::{GRID, cut, spans};
use crate::lane_state::lane_state;
use crate::{DelayLine, Sample, Value};
use diffuser::Diffuser;
use network::{Network, Setting};

/// The parameters of a [`Reverb`] over one block.
///
/// Decay, size, damping and modulation are read at the points of the control grid and move on a line between them, one
/// grid step (64 frames) late; the others act frame by frame.
#[derive(Clone, Copy, Debug)]
pub struct ReverbParams<'a, S: Sample> {
    /// Seconds in which low frequencies fall by 60 dB, 0.05 to 100.
    pub decay: Value<'a, S>,
    /// Size of the room, 0.25 to 2: scales the delays (mean 43 ms at 1). While it moves they glide by at most 5 %, as a
    /// tape would.
    pub size: Value<'a, S>,
    /// By how much shorter the decay is at 6 kHz, 0 to 0.98: there it is `decay * (1 - damping)`.
    pub damping: Value<'a, S>,
    /// How far four of the delays sway, 0 to 1: at 1 by 0.5 ms to either side, each at its own rate below 1 Hz. It makes the
    /// tail smoother; the interpolation then shortens the decay above 10 kHz. At 0 every delay is a whole number of frames.
    pub modulation: Value<'a, S>,
    /// Milliseconds before the first sound of the room, 0 to the maximum given at construction; at least one frame.
    pub predelay: Value<'a, S>,
    /// From mono (0) to full stereo (1).
    pub width: Value<'a, S>,
    /// From the input alone (0) to the room alone (1), linear.
    pub mix: Value<'a, S>,
}

/// A feedback delay network of 16 lines with Hadamard mixing.
///
/// J.-M. Jot and A. Chaigne, "Digital delay networks for designing artificial reverberators" (AES 90th convention, 1991):
/// a line of L frames loses 60 L / (decay * rate) dB with each round, so every mode decays alike; a one-pole low-pass per
/// line, set by the same law, shortens the treble. Line lengths are primes at 48 kHz and size 1. M. Schroeder's all-passes
/// before it make the onset dense.
///
/// Measured (`tests/suite/reverb_sound.rs`): the decay (T30) is within 1 % of what is asked for, 0.3 to 8 s, without modulation,
/// and below 4 kHz within 2 % with it. From 150 ms on the echo density of J. Abel and P. Huang (AES 121st convention,
/// 2006) is above 0.85 and from 200 ms about 1, that of Gaussian noise. The flatness of the tail's spectrum (geometric over
/// arithmetic mean of the power, 0.56 for Gaussian noise) is above 0.3 without modulation and above 0.42 at 0.5.
#[derive(Clone, Debug)]
pub struct Reverb<S: Sample> {
    predelay: [DelayLine<S>; 2],
    diffusers: [Diffuser<S>; 2],
    network: Network<S>,
    rate: f64,
    longest_predelay: f64,
}

impl<S: Sample> Reverb<S> {
    /// A silent room with a pre-delay of up to `max_predelay_ms` (limited to 1000). \[control\]: allocates.
    pub fn new(rate: f64, max_predelay_ms: f64) -> Self {
        let rate = rate.clamp(1000.0, 768_000.0);
        let longest = (max_predelay_ms.clamp(0.0, 1000.0) * rate / 1000.0 + 1.0).min(200_000.0);
        let line = DelayLine::new(longest as usize + GRID + 1);
        Reverb {
            predelay: [line.clone(), line],
            diffusers: [Diffuser::new(rate, 0), Diffuser::new(rate, 1)],
            network: Network::new(rate),
            rate,
            longest_predelay: longest,
        }
    }

    /// Back to silence, in constant time. \[audio\]
    #[inline(always)]
    pub fn reset(&mut self) {
        self.predelay.iter_mut().for_each(DelayLine::reset);
        self.diffusers.iter_mut().for_each(Diffuser::reset);
        self.network.reset();
    }

    /// Whether the room holds exact zeros.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.network.is_silent()
            && self.diffusers.iter().all(Diffuser::is_silent)
            && self.predelay.iter().all(DelayLine::is_silent)
    }

    /// In the bit of each lane, whether the room holds exact zeros there.
    #[inline(always)]
    pub fn silent_lanes(&self) -> u32 {
        let lanes = match self.network.silent_lanes() {
            0 => return 0,
            lanes => self.diffusers.iter().fold(lanes, |lanes, diffuser| lanes & diffuser.silent_lanes()),
        };
        self.predelay.iter().fold(lanes, |lanes, line| lanes & line.silent_lanes())
    }

    /// A block that begins at the absolute frame `start`, from two sides to two sides. A mono input is given as both.
    /// \[audio\]
    #[inline]
    pub fn process(
        &mut self,
        start: u64,
        input: [&[S]; 2],
        params: &ReverbParams<'_, S>,
        out: [&mut [S]; 2],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input, params, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        start: u64,
        input: [&[S]; 2],
        params: &ReverbParams<'_, S>,
        out: [&mut [S]; 2],
    ) {
        let frames = input.iter().map(|x| x.len()).chain(out.iter().map(|x| x.len())).min().unwrap_or(0);
        let [left, right] = out;
        for span in spans(start, frames) {
            if span.on_grid || !self.network.is_set() {
                let at = span.range.start;
                let setting = Setting {
                    decay: params.decay.at(at),
                    size: params.size.at(at),
                    damping: params.damping.at(at),
                    modulation: params.modulation.at(at),
                };
                self.network.set(&setting, span.on_grid);
            }
            let mut at = span.range.start;
            while at < span.range.end {
                let into = (start.wrapping_add(at as u64) % GRID as u64) as usize;
                let end = span.range.end.min(at + self.step());
                let range = at..end;
                let dry = input.map(|x| &x[range.clone()]);
                let mut wet = self.predelayed(dry, &cut(&params.predelay, range.clone()));
                for (diffuser, wet) in self.diffusers.iter_mut().zip(&mut wet) {
                    diffuser.process(&mut wet[..end - at]);
                }
                self.network.process(into, end - at, &mut wet);
                let (width, mix) = (cut(&params.width, range.clone()), cut(&params.mix, range.clone()));
                blend(dry, &wet, &width, &mix, [&mut left[range.clone()], &mut right[range]]);
                at = end;
            }
        }
    }

    /// How many frames can be done at once: no more than the shortest delay in a loop.
    #[inline(always)]
    fn step(&self) -> usize {
        self.network.step().min(self.diffusers[0].step()).min(self.diffusers[1].step())
    }

    /// Writes up to 64 frames into the pre-delay and reads them back later.
    #[inline(always)]
    fn predelayed(&mut self, dry: [&[S]; 2], ms: &Value<'_, S>) -> [[S; GRID]; 2] {
        let frames = dry[0].len();
        let mut delays = [S::zero(); GRID];
        let delay = match ms {
            Value::Steady(ms) => Value::Steady(self.predelay_of(*ms, frames)),
            Value::Moving(_) => {
                for (i, d) in delays.iter_mut().enumerate().take(frames) {
                    *d = self.predelay_of(ms.at(i), frames);
                }
                Value::Moving(&delays[..frames])
            }
        };
        let mut wet = [[S::zero(); GRID]; 2];
        for ((line, dry), wet) in self.predelay.iter_mut().zip(dry).zip(&mut wet) {
            line.write(dry);
            line.read(&delay, &mut wet[..frames]);
        }
        wet
    }

    /// The delay in frames from behind the `frames` frames just written; to 1/64 frame, so that adding them is exact.
    #[inline(always)]
    fn predelay_of(&self, ms: S, frames: usize) -> S {
        let scale = S::splat(self.rate * 64.0 / 1000.0);
        let longest = S::splat((self.longest_predelay * 64.0) as u32 as f64);
        let delay = (ms * scale).clamp(S::splat(64.0), longest).floor() * S::splat(1.0 / 64.0);
        delay + S::splat(frames as f64)
    }
}

/// Width and mix.
#[inline(always)]
fn blend<S: Sample>(
    dry: [&[S]; 2],
    wet: &[[S; GRID]; 2],
    width: &Value<'_, S>,
    mix: &Value<'_, S>,
    out: [&mut [S]; 2],
) {
    let [left, right] = out;
    let half = S::splat(0.5);
    for i in 0..left.len() {
        let (width, mix) = (width.at(i).clamp(S::zero(), S::one()), mix.at(i).clamp(S::zero(), S::one()));
        let mid = (wet[0][i] + wet[1][i]) * half;
        let side = (wet[0][i] - wet[1][i]) * half * width;
        left[i] = dry[0][i] + mix * (mid + side - dry[0][i]);
        right[i] = dry[1][i] + mix * (mid - side - dry[1][i]);
    }
}

lane_state!(Reverb<S> { part_lists: predelay, diffusers; parts: network; });

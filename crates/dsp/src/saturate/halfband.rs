//! Twice the rate and back: a half-band filter in two phases.

use crate::Sample;
use crate::grid::is_zero;
use crate::lane_state::lane_state;

/// The most non-zero taps on either side of the middle.
const MOST: usize = 24;

/// The most frames at the lower rate that are processed at once.
pub(super) const BLOCK: usize = 256;

/// A half-band low-pass with `2 pairs` taps outside of the middle, as coefficients of the phase that is not a pure delay.
///
/// A sinc at half the band times Kaiser's window (J. Kaiser, "Nonrecursive digital filter design using the I0-sinh window
/// function", ISCAS 1974). Every second tap is zero and the middle one is a half.
#[derive(Clone, Debug)]
pub(super) struct Halfband {
    /// The taps at distances 1, 3, 5, ... from the middle.
    taps: [f64; MOST],
    pub pairs: usize,
}

impl Halfband {
    pub fn new(pairs: usize, beta: f64) -> Self {
        let pairs = pairs.clamp(1, MOST);
        let reach = (2 * pairs) as f64;
        let mut taps = [0.0; MOST];
        for (k, tap) in taps.iter_mut().enumerate().take(pairs) {
            let distance = (2 * k + 1) as f64;
            let place = distance / reach;
            let window = bessel_i0(beta * libm::sqrt(1.0 - place * place)) / bessel_i0(beta);
            // sin(pi d / 2) / (pi d), whose sine alternates between 1 and -1 over odd distances.
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            *tap = sign / (core::f64::consts::PI * distance) * window;
        }
        // The gain at 0 is to be exactly one: a half from the middle, a half from the rest.
        let sum: f64 = taps.iter().sum::<f64>() * 2.0;
        Halfband { taps: taps.map(|t| t * 0.5 / sum), pairs }
    }

    /// The sum over the taps around the middle between `past[at + pairs - 1]` and `past[at + pairs]`.
    #[inline(always)]
    fn sums<S: Sample>(&self, past: &[S], out: &mut [S], gain: f64) {
        let taps = self.taps.map(|t| S::splat(t * gain));
        let mut at = 0;
        let mut eights = out.chunks_exact_mut(8);
        for eight in &mut eights {
            eight.copy_from_slice(&self.some_sums::<S, 8>(&taps, &past[at..]));
            at += 8;
        }
        for one in eights.into_remainder() {
            [*one] = self.some_sums(&taps, &past[at..]);
            at += 1;
        }
    }

    /// The sums of `N` frames side by side, in registers; for each frame in the same order whatever `N` is.
    #[inline(always)]
    fn some_sums<S: Sample, const N: usize>(&self, taps: &[S; MOST], past: &[S]) -> [S; N] {
        let mut sums = [S::zero(); N];
        for (k, tap) in taps[..self.pairs].iter().enumerate().rev() {
            let early = &past[self.pairs - 1 - k..][..N];
            let late = &past[self.pairs + k..][..N];
            for n in 0..N {
                sums[n] += *tap * (early[n] + late[n]);
            }
        }
        sums
    }
}

/// The modified Bessel function of order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > 1e-18 * sum {
        term *= (x / (2.0 * k)) * (x / (2.0 * k));
        sum += term;
        k += 1.0;
    }
    sum
}

/// What a filter needs of the past, with room for a block after it.
#[derive(Clone, Debug)]
struct Past<S> {
    samples: Box<[S]>,
    length: usize,
}

impl<S: Sample> Past<S> {
    fn new(length: usize) -> Self {
        Past { samples: vec![S::zero(); length + BLOCK].into_boxed_slice(), length }
    }

    #[inline(always)]
    fn reset(&mut self) {
        self.samples.fill(S::zero());
    }

    #[inline(always)]
    fn is_silent(&self) -> bool {
        self.samples[..self.length].iter().all(|x| is_zero(*x))
    }

    /// Past and block side by side; the block's last samples become the past afterwards.
    #[inline(always)]
    fn with<'b, R>(
        &mut self,
        block: impl Iterator<Item = &'b S>,
        frames: usize,
        f: impl FnOnce(&[S]) -> R,
    ) -> R {
        // Of references, for a sample that may not be there goes through memory if it takes two registers.
        for (slot, x) in self.samples[self.length..].iter_mut().zip(block) {
            *slot = *x;
        }
        let result = f(&self.samples[..self.length + frames]);
        self.samples.copy_within(frames..frames + self.length, 0);
        result
    }
}

/// From a rate to twice the rate and back, each by a [`Halfband`].
#[derive(Clone, Debug)]
pub(super) struct Stage<S> {
    filter: Halfband,
    up: Past<S>,
    /// The frames between the others, on the way down, and those that the middle tap takes.
    down: Past<S>,
    middle: Past<S>,
    /// Whether the way down is one frame (at the lower rate) later than it needs to be, and the frame kept for that.
    pad: bool,
    padding: S,
}

impl<S: Sample> Stage<S> {
    pub fn new(filter: Halfband, pad: bool) -> Self {
        let pairs = filter.pairs;
        Stage {
            up: Past::new(2 * pairs - 1),
            down: Past::new(2 * pairs - 1),
            middle: Past::new(pairs),
            filter,
            pad,
            padding: S::zero(),
        }
    }

    #[inline(always)]
    pub fn reset(&mut self) {
        self.up.reset();
        self.down.reset();
        self.middle.reset();
        self.padding = S::zero();
    }

    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        self.up.is_silent() && self.down.is_silent() && self.middle.is_silent() && is_zero(self.padding)
    }

    /// Frames at the higher rate by which up and down together are late: the middle of either filter, and the padding.
    pub fn latency(&self) -> usize {
        2 * (2 * self.filter.pairs - 1) + 2 * usize::from(self.pad)
    }

    /// Twice as many frames as `input`, of which there are at most [`BLOCK`].
    #[inline(always)]
    pub fn up(&mut self, input: &[S], out: &mut [S]) {
        let pairs = self.filter.pairs;
        let filter = &self.filter;
        self.up.with(
            input.iter(),
            input.len(),
            #[inline(always)]
            |past| {
                let mut sums = [S::zero(); BLOCK];
                let sums = &mut sums[..input.len()];
                filter.sums(past, sums, 2.0);
                // The even phase lies between two frames, the odd one on the later of them.
                for (i, pair) in out.chunks_exact_mut(2).enumerate().take(input.len()) {
                    pair[0] = sums[i];
                    pair[1] = past[i + pairs];
                }
            },
        );
    }

    /// Half as many frames as `input`.
    #[inline(always)]
    pub fn down(&mut self, input: &[S], out: &mut [S]) {
        let frames = out.len();
        let half = S::splat(0.5);
        let mut sums = [S::zero(); BLOCK];
        let sums = &mut sums[..frames];
        let filter = &self.filter;
        self.down.with(
            input.iter().step_by(2),
            frames,
            #[inline(always)]
            |past| filter.sums(past, sums, 1.0),
        );
        self.middle.with(
            input.iter().skip(1).step_by(2),
            frames,
            #[inline(always)]
            |past| {
                for ((y, sum), middle) in out.iter_mut().zip(sums.iter()).zip(past) {
                    *y = *sum + half * *middle;
                }
            },
        );
        if self.pad {
            for y in out.iter_mut() {
                core::mem::swap(y, &mut self.padding);
            }
        }
    }
}

lane_state!(Past<S> { sample_lists: samples; });
lane_state!(Stage<S> { parts: up, down, middle; samples: padding; });

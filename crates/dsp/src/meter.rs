//! How loud a signal is: peak with hold and fall, and RMS.

use crate::Sample;
use crate::grid::{GRID, spans};
use crate::lane_state::lane_state;

/// Amplitudes below this (−200 dBFS) are shown as zero.
const FAINT: f64 = 1.0e-10;

/// Measures one channel (or, in lanes, several side by side).
///
/// The peak takes a louder sample at once, holds it, and then falls exponentially. The RMS is the root of the mean square
/// under an exponential window of 300 ms; a sine of amplitude 1 reads 0.7071. Between the points of the control grid the peak
/// is up to date; its fall and the RMS move at those points.
#[derive(Clone, Debug)]
pub struct Meter<S: Sample> {
    /// The peak that is shown; not below what came since the last point of the grid.
    peak: S,
    /// Grid steps that the peak is still held for.
    hold: S,
    hold_steps: f64,
    fall: f64,
    /// Sums of squares since the last point of the grid, one for each remainder of the frame's number by 8, so that the sum
    /// is vector code and does not depend on where blocks begin.
    squares: [S::Wide; 8],
    /// The loudest frame since the last point of the grid.
    fresh: S,
    mean_square: S::Wide,
    window: f64,
}

impl<S: Sample> Meter<S> {
    /// The time constant of the RMS in seconds.
    pub const RMS_SECONDS: f64 = 0.3;

    /// A meter that holds peaks for `hold_ms` and then lets them fall by `fall_db` per second (1 s and 20 dB are usual).
    pub fn new(rate: f64, hold_ms: f64, fall_db: f64) -> Self {
        let steps_per_second = rate.max(1.0) / GRID as f64;
        Meter {
            peak: S::zero(),
            hold: S::zero(),
            hold_steps: libm::ceil(hold_ms.max(0.0) / 1000.0 * steps_per_second),
            fall: libm::pow(10.0, -fall_db.max(0.0) / 20.0 / steps_per_second),
            squares: [S::Wide::zero(); 8],
            fresh: S::zero(),
            mean_square: S::Wide::zero(),
            window: -libm::expm1(-1.0 / (Self::RMS_SECONDS * steps_per_second)),
        }
    }

    /// Back to nothing measured.
    #[inline(always)]
    pub fn reset(&mut self) {
        self.peak = S::zero();
        self.hold = S::zero();
        self.squares = [S::Wide::zero(); 8];
        self.fresh = S::zero();
        self.mean_square = S::Wide::zero();
    }

    /// Whether the meter shows exact zero and will stay there in silence.
    #[inline(always)]
    pub fn is_silent(&self) -> bool {
        let zero = S::Wide::zero();
        self.peak() == S::zero() && self.mean_square == zero && self.squares.iter().all(|s| *s == zero)
    }

    /// The peak, held and falling, as an amplitude.
    #[inline(always)]
    pub fn peak(&self) -> S {
        self.fresh.max(self.peak)
    }

    /// The root mean square as an amplitude, as of the last point of the grid.
    #[inline(always)]
    pub fn rms(&self) -> S {
        S::narrow(self.mean_square.sqrt())
    }

    /// Measures a block that begins at the absolute frame `start`. \[audio\]
    #[inline]
    pub fn process(&mut self, start: u64, input: &[S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(start, input),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, start: u64, input: &[S]) {
        for span in spans(start, input.len()) {
            if span.on_grid {
                self.advance();
            }
            let first = start.wrapping_add(span.range.start as u64) as usize % 8;
            let part = &input[span.range];
            let (head, body) = part.split_at(part.len().min((8 - first) % 8));
            self.take(head, first);
            let mut eights = body.chunks_exact(8);
            for eight in &mut eights {
                self.take(eight, 0);
            }
            self.take(eights.remainder(), 0);
        }
    }

    /// Up to 8 frames, the first of which has remainder `first`.
    #[inline(always)]
    fn take(&mut self, frames: &[S], first: usize) {
        for (x, sum) in frames.iter().zip(self.squares.iter_mut().skip(first)) {
            self.fresh = x.abs().max(self.fresh);
            let x = x.widen();
            *sum += x * x;
        }
    }

    /// At a point of the grid: the frames since the last one are taken in.
    #[inline(always)]
    fn advance(&mut self) {
        let [a, b, c, d, e, f, g, h] = self.squares;
        let mean = (((a + b) + (c + d)) + ((e + f) + (g + h))) * S::Wide::splat(1.0 / GRID as f64);
        self.squares = [S::Wide::zero(); 8];
        self.mean_square += S::Wide::splat(self.window) * (mean - self.mean_square);
        let faint = self.mean_square.lt(S::Wide::splat(FAINT * FAINT));
        self.mean_square = S::Wide::select(faint, S::Wide::zero(), self.mean_square);

        let louder = self.peak.le(self.fresh);
        let held = S::zero().lt(self.hold);
        let fallen = S::select(held, self.peak, self.peak * S::splat(self.fall));
        let fallen = S::select(fallen.lt(S::splat(FAINT)), S::zero(), fallen);
        self.peak = S::select(louder, self.fresh, fallen);
        self.hold = S::select(louder, S::splat(self.hold_steps), (self.hold - S::one()).max(S::zero()));
        self.fresh = S::zero();
    }
}

lane_state!(Meter<S> { samples: peak, hold, fresh, mean_square; sample_lists: squares; });

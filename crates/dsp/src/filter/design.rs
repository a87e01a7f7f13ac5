//! What a filter's shape, cutoff, Q and gain are as coefficients of the trapezoidal state-variable filter.

use crate::Sample;
use crate::math::{db_to_gain, sin_quarter};

/// The highest cutoff, as a fraction of the sample rate; higher ones are limited to it.
pub const CUTOFF_CEILING: f64 = 0.4999;
/// The lowest cutoff in Hz; lower ones are limited to it.
pub const CUTOFF_FLOOR_HZ: f64 = 0.01;
/// The lowest Q; lower ones are limited to it.
pub const Q_FLOOR: f64 = 0.025;
/// The highest Q; higher ones are limited to it.
pub const Q_CEILING: f64 = 1000.0;
/// The largest magnitude of a gain in dB; larger ones are limited to it.
pub const GAIN_LIMIT_DB: f64 = 60.0;

/// The responses of the Audio EQ Cookbook (R. Bristow-Johnson). `gain` matters to the last three only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Passes what lies below the cutoff; 12 dB per octave.
    Lowpass,
    /// Passes what lies above the cutoff; 12 dB per octave.
    Highpass,
    /// Passes a band with skirts that do not depend on Q; the gain at the centre is Q.
    BandpassSkirt,
    /// Passes a band with gain 1 at the centre.
    BandpassPeak,
    /// Takes out a band.
    Notch,
    /// Passes everything, and turns its phase by one turn around the cutoff.
    Allpass,
    /// Raises or lowers a band by the gain.
    Peaking,
    /// Raises or lowers what lies below the cutoff by the gain.
    LowShelf,
    /// Raises or lowers what lies above the cutoff by the gain.
    HighShelf,
}

impl Shape {
    /// All shapes, in the order of the Cookbook.
    pub const ALL: [Shape; 9] = [
        Shape::Lowpass,
        Shape::Highpass,
        Shape::BandpassSkirt,
        Shape::BandpassPeak,
        Shape::Notch,
        Shape::Allpass,
        Shape::Peaking,
        Shape::LowShelf,
        Shape::HighShelf,
    ];

    /// Whether the gain matters to this shape.
    pub fn has_gain(self) -> bool {
        matches!(self, Shape::Peaking | Shape::LowShelf | Shape::HighShelf)
    }
}

/// The three coefficients of the integrators, then the weights of the input, of twice the band output and of twice the low output.
pub(super) type Coefs<W> = [W; 6];

/// A cutoff in Hz as a limited fraction of the sample rate.
#[inline(always)]
pub(super) fn fraction<W: Sample>(cutoff: W, per_rate: f64) -> W {
    (cutoff * W::splat(per_rate)).clamp(W::splat(CUTOFF_FLOOR_HZ * per_rate), W::splat(CUTOFF_CEILING))
}

/// A limited Q.
#[inline(always)]
pub(super) fn limited_q<W: Sample>(q: W) -> W {
    q.clamp(W::splat(Q_FLOOR), W::splat(Q_CEILING))
}

/// The fourth root of the amplitude of a gain in dB: 10^(dB/80).
#[inline(always)]
pub(super) fn root_amplitude<W: Sample>(db: W) -> W {
    let limited = db.clamp(W::splat(-GAIN_LIMIT_DB), W::splat(GAIN_LIMIT_DB));
    db_to_gain(limited * W::splat(0.25))
}

/// sin(pi x) and cos(pi x) for `x` in 0..=0.5, both times the same factor; their quotient is tan(pi x), the prewarped cutoff.
#[inline(always)]
pub(super) fn half_turn<W: Sample>(x: W) -> (W, W) {
    if W::DOUBLE {
        let half = W::splat(0.5);
        return (sin_quarter(x * half), sin_quarter((half - x) * half));
    }
    // With t = tan(pi x / 2) = n / d: tan(pi x) = 2 n d / (d² - n²). Minimax for t as a quotient (Remez exchange, done for
    // this file), relative error 1.5e-8 before rounding; rounded, the cutoff is within 3e-8 of the rate.
    let z = x * x;
    let n = x * (W::splat(1.570_796_304_546_318) + W::splat(-0.371_307_021_735_381) * z);
    let d = W::one() + z * (W::splat(-1.058_850_082_519_7) + W::splat(0.059_156_890_448_912) * z);
    ((n + n) * d, (d - n) * (d + n))
}

/// The coefficients of the integrators for tan = sin/cos and damping `k`, with one division.
///
/// A. Simper, "Solving the continuous SVF equations using trapezoidal integration" (Cytomic, 2013): a1 = 1/(1 + g(g + k)),
/// a2 = g a1, a3 = g a2, with numerator and denominator of g multiplied out. Here 2 (1 - a1), 2 a2 and 2 a3: small where the
/// cutoff is low, and so precise there in single precision as well.
#[inline(always)]
pub(super) fn integrators<W: Sample>(sin: W, cos: W, k: W) -> (W, W, W) {
    let damped = sin * (sin + k * cos);
    let scale = W::splat(2.0) / (cos * cos + damped);
    (damped * scale, sin * cos * scale, sin * sin * scale)
}

/// The coefficients for cutoff `x` (fraction of the rate), `q`, and `root` = 10^(gain/80), all within limits.
///
/// The analogue prototypes are the Cookbook's; with A = root^2 a peak has damping 1/(Q A), the shelves have their
/// cutoff moved by sqrt(A), and the numerators become the weights m0..m2 (Simper, as above).
#[inline(always)]
pub(super) fn design<W: Sample>(shape: Shape, x: W, q: W, root: W) -> Coefs<W> {
    let (sin, cos) = half_turn(x);
    let (zero, one) = (W::zero(), W::one());
    let k = one / q;
    let a = root * root;
    let (sin, cos, k) = match shape {
        Shape::Peaking => (sin, cos, one / (q * a)),
        Shape::LowShelf => (sin, cos * root, k),
        Shape::HighShelf => (sin * root, cos, k),
        _ => (sin, cos, k),
    };
    let (m0, m1, m2) = match shape {
        Shape::Lowpass => (zero, zero, one),
        Shape::Highpass => (one, -k, -one),
        Shape::BandpassSkirt => (zero, one, zero),
        Shape::BandpassPeak => (zero, k, zero),
        Shape::Notch => (one, -k, zero),
        Shape::Allpass => (one, -(k + k), zero),
        Shape::Peaking => (one, k * (a * a - one), zero),
        Shape::LowShelf => (one, k * (a - one), a * a - one),
        Shape::HighShelf => (a * a, k * (one - a) * a, one - a * a),
    };
    let (c1, c2, c3) = integrators(sin, cos, k);
    let half = W::splat(0.5);
    [c1, c2, c3, m0, m1 * half, m2 * half]
}

/// Frames whose coefficients are computed in one go: enough to fill vector registers, small on the stack.
pub(super) const RUN: usize = 16;

/// Coefficients of up to [`RUN`] frames.
pub(super) struct CoefRun<W>(pub [Coefs<W>; RUN]);

impl<W: Sample> CoefRun<W> {
    #[inline(always)]
    pub fn new() -> Self {
        CoefRun([[W::zero(); 6]; RUN])
    }

    /// [`design`] for each frame; the shape is chosen outside of the loop.
    #[inline(never)]
    pub fn fill(&mut self, shape: Shape, x: &[W; RUN], q: &[W; RUN], root: &[W; RUN]) {
        macro_rules! per_shape {
            ($($name:ident),*) => {
                match shape {
                    $(Shape::$name => self.each(
                        #[inline(always)]
                        |i| design(Shape::$name, x[i], q[i], root[i]),
                    ),)*
                }
            };
        }
        W::enter(
            #[inline(always)]
            || {
                per_shape!(
                    Lowpass,
                    Highpass,
                    BandpassSkirt,
                    BandpassPeak,
                    Notch,
                    Allpass,
                    Peaking,
                    LowShelf,
                    HighShelf
                );
            },
        );
    }

    #[inline(always)]
    fn each(&mut self, coefs: impl Fn(usize) -> Coefs<W>) {
        for (i, run) in self.0.iter_mut().enumerate() {
            *run = coefs(i);
        }
    }
}

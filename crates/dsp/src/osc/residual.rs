//! What must be added to a step or a corner so that it is band-limited.
//!
//! A unit step low-passed by a windowed sinc is the integral of that sinc; the residual is what it has over the plain step.
//! It is symmetrical around the step, so it begins before it: hence the latency of half its length. The integral of
//! the residual band-limits a change of slope. (E. Brandt, "Hard sync without aliasing", ICMC 2001; V. Valimaki,
//! J. Pekonen, J. Nam, "Perceptually informed synthesis of bandlimited classical waveforms using integrated polynomial
//! interpolation", JASA 131, 2012.)

use crate::Sample;

/// Frames that a residual lasts.
pub(crate) const TAPS: usize = 32;
/// By how many frames saw, pulse and triangle are late: half the length of a residual.
pub const LATENCY: usize = TAPS / 2;
/// Positions between two frames; straight lines between them are off by at most `1/8 * 256^-2 * 1.2` (the steepest slope
/// of the kernel), that is -113 dB.
const POSITIONS: usize = 256;
/// Where the low-pass has fallen to one half, in cycles per frame.
const CUTOFF: f64 = 0.42;
/// Shape of the Kaiser window: the side lobes are 84 dB down (`0.1102 (84 - 8.7)`, J. Kaiser 1974).
const KAISER_BETA: f64 = 8.3;

/// Residuals for every position of the edge between two frames: `row[position][tap]`.
pub(crate) struct Residuals {
    rows: Box<[[f32; TAPS]]>,
}

impl Residuals {
    /// Adds the residual of an edge of `height` that fell `since` frames (0 to 1) before the first of `to`.
    #[inline(always)]
    pub(crate) fn add<T: Sample>(&self, to: &mut [T], since: f64, height: f32) {
        let position = since * POSITIONS as f64;
        let row = (position as usize).min(POSITIONS - 1);
        let mix = (position - row as f64) as f32;
        let Some([near, far]) = self.rows.get(row..row + 2) else { return };
        if let Some(to) = to.first_chunk_mut::<TAPS>() {
            for ((to, near), far) in to.iter_mut().zip(near).zip(far) {
                *to += T::splat(f64::from(height * (near + (far - near) * mix)));
            }
        }
    }
}

#[allow(
    clippy::disallowed_types,
    reason = "filled by constructors only, on control threads; `process` holds the reference"
)]
type Once = std::sync::OnceLock<Residuals>;

/// The residual of a step of height 1. `[control]` the first time, when the table is computed.
pub(crate) fn step_residuals() -> &'static Residuals {
    static TABLE: Once = Once::new();
    TABLE.get_or_init(|| {
        let steps = step_response();
        table(|i, t| steps[i] - f64::from(t >= 0.0))
    })
}

/// The residual of a change of slope by 1 per frame. `[control]` the first time, when the table is computed.
pub(crate) fn slope_residuals() -> &'static Residuals {
    static TABLE: Once = Once::new();
    TABLE.get_or_init(|| {
        let ramps = integral(&step_response());
        table(|i, t| ramps[i] - t.max(0.0))
    })
}

/// Points of the fine grid: every position of every tap, and the end.
const POINTS: usize = TAPS * POSITIONS + 1;

/// Lays a function of the fine grid (its index, and the time since the edge in frames) out in rows. At the very edge, the
/// last position of the tap before it counts as before.
fn table(residual: impl Fn(usize, f64) -> f64) -> Residuals {
    let at = |position: usize, tap: usize| {
        let time = tap as f64 - LATENCY as f64 + position as f64 / POSITIONS as f64;
        let before_edge = tap < LATENCY;
        residual(tap * POSITIONS + position, if before_edge { time.min(-f64::MIN_POSITIVE) } else { time })
            as f32
    };
    Residuals { rows: (0..=POSITIONS).map(|p| core::array::from_fn(|tap| at(p, tap))).collect() }
}

/// The integral of the windowed sinc over the fine grid, from 0 to 1.
fn step_response() -> Vec<f64> {
    let kernel: Vec<f64> =
        (0..POINTS).map(|i| kernel(i as f64 / POSITIONS as f64 - LATENCY as f64)).collect();
    let mut steps = integral(&kernel);
    let end = steps[POINTS - 1];
    steps.iter_mut().for_each(|s| *s /= end);
    steps
}

/// The integral along the fine grid, by cubics through four points (error of order `POSITIONS^-4`).
fn integral(f: &[f64]) -> Vec<f64> {
    let at = |i: isize| f[i.clamp(0, f.len() as isize - 1) as usize];
    let mut sum = 0.0;
    let mut sums = vec![0.0];
    for i in 0..f.len() as isize - 1 {
        sum += (13.0 * (at(i) + at(i + 1)) - at(i - 1) - at(i + 2)) / (24.0 * POSITIONS as f64);
        sums.push(sum);
    }
    sums
}

/// A sinc of the cutoff under a Kaiser window, `time` frames from its centre.
fn kernel(time: f64) -> f64 {
    let x = time / LATENCY as f64;
    let window = bessel_i0(KAISER_BETA * libm::sqrt((1.0 - x * x).max(0.0))) / bessel_i0(KAISER_BETA);
    let angle = 2.0 * core::f64::consts::PI * CUTOFF * time;
    let sinc = if angle == 0.0 { 1.0 } else { libm::sin(angle) / angle };
    2.0 * CUTOFF * sinc * window
}

/// The modified Bessel function of the first kind and order 0, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..40 {
        let factor = x / (2.0 * f64::from(k));
        term *= factor * factor;
        sum += term;
    }
    sum
}

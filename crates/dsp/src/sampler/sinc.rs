//! Windowed sines: what is heard between frames with what would fold taken away.

/// Taps on each side at as recorded or slower.
const HALF: usize = 16;
/// Phases of the first table. As a table gets wider it needs as many fewer, so that all are as large.
const PHASES: usize = 512;
/// Tables for an octave, and how many there are: up to eight times as fast.
const PER_OCTAVE: usize = 4;
const TABLES: usize = 3 * PER_OCTAVE + 1;
/// The shape of the window: its first side lobe is at -90 dB (J. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974).
const BETA: f64 = 9.0;
/// The most taps of a table.
pub(super) const MOST_TAPS: usize = 2 * HALF * 8;

/// One low-pass, at so many places between two frames.
pub(super) struct Table {
    /// Taps for each phase; a multiple of four.
    pub taps: usize,
    phases: usize,
    /// Phase after phase, and one more.
    taken: Box<[f32]>,
}

#[allow(
    clippy::disallowed_types,
    reason = "worked out when the first sampler is built, on the control side, which keeps what it gives"
)]
static ALL: std::sync::LazyLock<Box<[Table]>> =
    std::sync::LazyLock::new(|| (0..TABLES).map(Table::new).collect());

/// All tables. `[control]` the first time: they are worked out then.
pub(super) fn tables() -> &'static [Table] {
    &ALL
}

/// The table for a speed.
#[inline(always)]
pub(super) fn for_speed(tables: &[Table], speed: f64) -> Option<&Table> {
    let mut fits = 1.0;
    let mut number = 0;
    while fits < speed * (1.0 - 1e-9) && number + 1 < TABLES {
        number += 1;
        fits = 1.0 / cutoff(number);
    }
    tables.get(number)
}

/// The cutoff of a table, as a part of half of the rate: powers of the fourth root of a half.
#[inline(always)]
fn cutoff(number: usize) -> f64 {
    const STEPS: [f64; PER_OCTAVE] =
        [1.0, 0.840_896_415_253_714_5, core::f64::consts::FRAC_1_SQRT_2, 0.594_603_557_501_360_5];
    STEPS[number % PER_OCTAVE] / (1 << (number / PER_OCTAVE)) as f64
}

impl Table {
    fn new(number: usize) -> Table {
        let cutoff = cutoff(number);
        let half = ((HALF as f64 / cutoff).ceil() as usize).next_multiple_of(2);
        let phases = ((PHASES as f64 * cutoff).ceil() as usize).max(1);
        let taps = 2 * half;
        let mut taken = Vec::with_capacity((phases + 1) * taps);
        for phase in 0..=phases {
            let part = phase as f64 / phases as f64;
            let place = |tap: usize| tap as f64 - (half as f64 - 1.0) - part;
            let all: Vec<f64> = (0..taps).map(|tap| value(place(tap), cutoff, half as f64)).collect();
            // All phases let a steady signal through as it is.
            let sum: f64 = all.iter().sum();
            taken.extend(all.iter().map(|x| (x / sum) as f32));
        }
        Table { taps, phases, taken: taken.into() }
    }

    /// Frames before and behind a place.
    #[inline(always)]
    pub fn reach(&self) -> (i64, i64) {
        (self.taps as i64 / 2 - 1, self.taps as i64 / 2)
    }

    /// The two phases around a place, and how far it is from the first to the second; `part` from 0 to below 1.
    #[inline(always)]
    pub fn at(&self, part: f32) -> (&[f32], &[f32], f32) {
        let place = part * self.phases as f32;
        let phase = (place as usize).min(self.phases - 1);
        let row = |phase: usize| self.taken.get(phase * self.taps..(phase + 1) * self.taps).unwrap_or(&[]);
        (row(phase), row(phase + 1), place - phase as f32)
    }
}

fn value(x: f64, cutoff: f64, half: f64) -> f64 {
    if x.abs() >= half {
        return 0.0;
    }
    let y = cutoff * x;
    // Exactly nothing at whole numbers: what is played as recorded is as it was recorded.
    let sinc = match y {
        0.0 => 1.0,
        _ if y.fract() == 0.0 => 0.0,
        _ => libm::sin(core::f64::consts::PI * y) / (core::f64::consts::PI * y),
    };
    let along = x / half;
    cutoff * sinc * bessel(BETA * libm::sqrt(1.0 - along * along)) / bessel(BETA)
}

/// The modified Bessel function of the first kind, of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut k) = (1.0, 1.0, 1.0);
    while term > sum * 1e-17 {
        let factor = x / (2.0 * k);
        term *= factor * factor;
        sum += term;
        k += 1.0;
    }
    sum
}

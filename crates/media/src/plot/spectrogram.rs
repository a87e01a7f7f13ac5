//! The spectrogram: time to the right, frequency upwards by octaves, level in dB as colour.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::canvas::{Area, Canvas};
use super::{FAINT, GRID, Options, View, colour, scale};

/// Lengths of the transforms, longest first. Low frequencies are taken from long ones, which tell tones apart; high ones from
/// short ones, which tell moments apart.
const LENGTHS: [usize; 5] = [16_384, 8192, 4096, 2048, 1024];
/// How many steps of a transform a row's frequency should at least lie above zero, for the choice of length.
const BINS_BELOW: f64 = 24.0;
/// Transforms at most that are averaged into one column: of a long sound every n-th moment is looked at.
const MOMENTS: usize = 4;

/// Draws the spectrogram, its axis of frequency, and the key of colours at its right.
pub(super) fn draw(canvas: &mut Canvas, area: Area, view: &View<'_>, options: &Options) {
    let rows = Rows::new(area, view.rate, options.lowest_hertz);
    let mut transforms: Vec<Transform> = LENGTHS.iter().map(|&length| Transform::new(length)).collect();
    let mut powers = vec![0.0; area.height as usize];
    for column in 0..area.width {
        column_powers(&mut powers, column, area.width, view, &rows, &mut transforms);
        for (row, power) in (0..area.height).zip(&powers) {
            let decibels = 10.0 * power.max(1e-30).log10();
            canvas.set(
                area.x + column,
                area.y + row,
                colour::of_level(1.0 - decibels / options.floor_decibels),
            );
        }
    }
    frequency_axis(canvas, area, &rows);
    key(canvas, area, options.floor_decibels);
}

/// The frequency of each row.
struct Rows {
    low: f64,
    high: f64,
    height: u32,
    rate: f64,
}

impl Rows {
    fn new(area: Area, rate: f64, low: f64) -> Self {
        Rows { low, high: rate / 2.0, height: area.height, rate }
    }

    /// The frequency at the distance `row` from the top.
    fn frequency(&self, row: f64) -> f64 {
        self.high * (self.low / self.high).powf(row / f64::from(self.height))
    }

    fn row_of(&self, hertz: f64) -> f64 {
        (hertz / self.high).ln() / (self.low / self.high).ln() * f64::from(self.height)
    }

    /// Where in the list of lengths a frequency belongs, as a number between two of them.
    fn place(&self, hertz: f64) -> f64 {
        let wanted = BINS_BELOW * self.rate / hertz;
        (LENGTHS[0] as f64 / wanted).log2().clamp(0.0, (LENGTHS.len() - 1) as f64)
    }
}

/// One length of transform with its window and its memory.
struct Transform {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// 1 for the peak of a sine of amplitude 1: twice the inverse of the window's sum, squared.
    gain: f32,
    input: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    output: Vec<Complex<f32>>,
    /// Power at each frequency.
    power: Vec<f32>,
}

impl Transform {
    fn new(length: usize) -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        let window: Vec<f32> =
            (0..length).map(|n| blackman_harris(n as f64 / length as f64) as f32).collect();
        let sum: f32 = window.iter().sum();
        Transform {
            input: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            output: fft.make_output_vec(),
            power: vec![0.0; length / 2 + 1],
            gain: (2.0 / sum).powi(2),
            window,
            fft,
        }
    }

    /// Puts into `power` the mean over channels and moments of what lies around each moment.
    fn analyse(&mut self, view: &View<'_>, moments: &[usize]) {
        self.power.fill(0.0);
        let share = self.gain / (moments.len() * view.channels.len()) as f32;
        for &moment in moments {
            for channel in &view.channels {
                self.window_around(channel, moment);
                // The lengths are those that the plan made, which is all that can go wrong.
                let done =
                    self.fft.process_with_scratch(&mut self.input, &mut self.output, &mut self.scratch);
                if done.is_ok() {
                    self.power
                        .iter_mut()
                        .zip(&self.output)
                        .for_each(|(power, x)| *power += share * x.norm_sqr());
                }
            }
        }
    }

    /// Samples around `moment` under the window; beyond the ends of the sound there is silence.
    fn window_around(&mut self, channel: &[f32], moment: usize) {
        let half = self.window.len() / 2;
        for (n, (to, window)) in self.input.iter_mut().zip(&self.window).enumerate() {
            let sample =
                (moment + n).checked_sub(half).and_then(|at| channel.get(at)).copied().unwrap_or(0.0);
            *to = if sample.is_finite() { sample * window } else { 0.0 };
        }
    }

    /// The power between two frequencies: the greatest there, or read between the neighbours where none lies there.
    fn power_between(&self, low: f64, high: f64, rate: f64) -> f32 {
        let per_hertz = self.window.len() as f64 / rate;
        let last = self.power.len() - 1;
        let (first, end) = ((low * per_hertz).ceil() as usize, (high * per_hertz).floor() as usize);
        let inside = self.power.get(first..=end.min(last)).unwrap_or(&[]);
        let centre = 0.5 * (low + high) * per_hertz;
        let below = (centre.floor() as usize).min(last);
        let above = (below + 1).min(last);
        let share = (centre - centre.floor()) as f32;
        // Between neighbours in dB, in which a window's main lobe is nearly a parabola.
        let between =
            self.power[below].max(1e-30).powf(1.0 - share) * self.power[above].max(1e-30).powf(share);
        inside.iter().fold(between, |most, &power| most.max(power))
    }
}

/// Blackman-Harris window with four terms, side lobes 92 dB down (Harris: "On the use of windows for harmonic analysis with the
/// discrete Fourier transform", Proc. IEEE 66, 1978). `phase` runs from 0 to 1.
fn blackman_harris(phase: f64) -> f64 {
    let turn = std::f64::consts::TAU * phase;
    0.358_75 - 0.488_29 * turn.cos() + 0.141_28 * (2.0 * turn).cos() - 0.011_68 * (3.0 * turn).cos()
}

fn column_powers(
    powers: &mut [f32],
    column: u32,
    columns: u32,
    view: &View<'_>,
    rows: &Rows,
    transforms: &mut [Transform],
) {
    let span = view.frames as f64 / f64::from(columns);
    for transform in transforms.iter_mut() {
        let count = ((span / (transform.window.len() as f64 / 2.0)).ceil() as usize).clamp(1, MOMENTS);
        let moment = |n: usize| ((f64::from(column) + (n as f64 + 0.5) / count as f64) * span) as usize;
        let moments: Vec<usize> = (0..count).map(moment).collect();
        transform.analyse(view, &moments);
    }
    for (row, power) in powers.iter_mut().enumerate() {
        let (high, low) = (rows.frequency(row as f64), rows.frequency(row as f64 + 1.0));
        let place = rows.place((low * high).sqrt());
        let longer = place.floor() as usize;
        let shorter = (longer + 1).min(transforms.len() - 1);
        let share = (place - place.floor()) as f32;
        let from = |index: usize| transforms[index].power_between(low, high, rows.rate).max(1e-30);
        // Neighbouring lengths are blended in dB, so that no seam shows.
        *power = from(longer).powf(1.0 - share) * from(shorter).powf(share);
    }
}

fn frequency_axis(canvas: &mut Canvas, area: Area, rows: &Rows) {
    for hertz in scale::frequencies(rows.low, rows.high) {
        let row = rows.row_of(hertz);
        // A mark at the very edge has no line of its own.
        let y = area.y + (row.round() as u32).min(area.height - 1);
        canvas.blend_row(y, area, GRID, 90);
        canvas.fill(Area { x: area.x - 5, y, width: 5, height: 1 }, FAINT);
        canvas.label(area.x - 8, y.clamp(area.y + 7, area.y + area.height - 7), &scale::hertz(hertz), FAINT);
    }
    canvas.text(8, area.y, "Hz", FAINT);
}

/// The colours from 0 dB down to the floor, with their levels.
fn key(canvas: &mut Canvas, area: Area, floor: f32) {
    let bar = Area { x: area.x + area.width + 14, y: area.y, width: 14, height: area.height };
    for row in 0..bar.height {
        let level = 1.0 - row as f32 / (bar.height - 1) as f32;
        canvas.fill(Area { y: bar.y + row, height: 1, ..bar }, colour::of_level(level));
    }
    let step = scale::round_step(f64::from(-floor), 6.0);
    let marks = (f64::from(-floor) / step).floor() as u32;
    for mark in 0..=marks {
        let decibels = -f64::from(mark) * step;
        let y = bar.y + (decibels / f64::from(floor) * f64::from(bar.height - 1)).round() as u32;
        canvas.fill(Area { x: bar.x + bar.width, y, width: 4, height: 1 }, FAINT);
        let label = if mark == 0 { "0 dB".to_owned() } else { scale::decimal(decibels) };
        let middle = y.clamp(bar.y + 7, bar.y + bar.height - 7);
        canvas.text(bar.x + bar.width + 7, middle - 7, &label, FAINT);
    }
}

//! The waveform: for each column of pixels the smallest and largest sample, and within them the root mean square.

use super::canvas::{Area, Canvas};
use super::colour::Rgb;
use super::{FAINT, GRID, PLOT, View};

const OUTLINE: Rgb = Rgb(74, 112, 178);
const BODY: Rgb = Rgb(150, 196, 255);
const CLIPPED: Rgb = Rgb(255, 99, 88);

/// What the samples under one column of pixels come to.
#[derive(Clone, Copy)]
struct Extent {
    low: f32,
    high: f32,
    rms: f32,
}

/// Draws each channel in a strip of its own.
pub(super) fn draw(canvas: &mut Canvas, area: Area, view: &View<'_>) {
    canvas.fill(area, PLOT);
    let strips = view.channels.len() as u32;
    let reach = round_reach(view);
    for (index, channel) in (0..strips).zip(&view.channels) {
        let top = area.y + area.height * index / strips;
        let bottom = area.y + area.height * (index + 1) / strips;
        let gap = u32::from(index + 1 < strips);
        let strip =
            Area { x: area.x, y: top, width: area.width, height: (bottom - top).saturating_sub(gap).max(1) };
        if gap > 0 {
            canvas.fill(Area { y: bottom - 1, height: 1, ..area }, GRID);
        }
        axis(canvas, strip, reach);
        draw_channel(canvas, strip, channel, reach);
    }
}

/// The amplitude at the edge of a strip: the next of 1, 2, 5 times a power of ten above the peak, from 0.001 on.
fn round_reach(view: &View<'_>) -> f32 {
    let samples = view.channels.iter().flat_map(|channel| channel.iter());
    let peak = samples.filter(|x| x.is_finite()).fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let steps = (-3..12).flat_map(|decade| [1.0, 2.0, 5.0].map(|n| n * 10f32.powi(decade)));
    // 0.1 % over, as one rounding may make of full scale, is not worth half the height.
    steps.into_iter().find(|step| *step * 1.001 >= peak).unwrap_or(f32::MAX)
}

fn axis(canvas: &mut Canvas, strip: Area, reach: f32) {
    let middle = strip.y + strip.height / 2;
    canvas.blend_row(middle, strip, GRID, 255);
    let marks: &[f32] = match strip.height {
        0..16 => &[],
        16..110 => &[0.0],
        _ => &[1.0, 0.0, -1.0],
    };
    for &mark in marks {
        let y = row_of(mark * reach, strip, reach);
        let label = super::scale::decimal(f64::from(mark * reach));
        // Labels at the edges are drawn inwards, where they meet no neighbour's.
        let inwards = y.clamp(strip.y + 7, strip.y + strip.height - 7);
        let label =
            if marks.len() == 1 { format!("±{}", super::scale::decimal(f64::from(reach))) } else { label };
        canvas.label(strip.x - 8, inwards, &label, FAINT);
    }
}

fn draw_channel(canvas: &mut Canvas, strip: Area, channel: &[f32], reach: f32) {
    let mut previous: Option<Extent> = None;
    for column in 0..strip.width {
        let extent = extent_at(channel, column, strip.width);
        // Where samples are sparser than pixels the columns are joined, so that the line has no gaps.
        let low = previous.map_or(extent.low, |p| extent.low.min(p.high));
        let high = previous.map_or(extent.high, |p| extent.high.max(p.low));
        previous = Some(extent);
        let x = strip.x + column;
        let over = extent.high > 1.0 || extent.low < -1.0;
        for y in row_of(high, strip, reach)..=row_of(low, strip, reach) {
            canvas.set(x, y, if over { CLIPPED } else { OUTLINE });
        }
        let (top, bottom) = (extent.rms.min(extent.high), (-extent.rms).max(extent.low));
        if top > bottom {
            for y in row_of(top, strip, reach)..=row_of(bottom, strip, reach) {
                canvas.set(x, y, BODY);
            }
        }
    }
}

/// The samples under `column` of `width`: at least one, the nearest.
fn extent_at(channel: &[f32], column: u32, width: u32) -> Extent {
    let place = |column: u32| (u64::from(column) * channel.len() as u64 / u64::from(width)) as usize;
    let begin = place(column).min(channel.len() - 1);
    let end = place(column + 1).max(begin + 1);
    let mut extent = Extent { low: f32::INFINITY, high: f32::NEG_INFINITY, rms: 0.0 };
    let mut power = 0.0;
    for &sample in &channel[begin..end] {
        let sample = if sample.is_finite() { sample } else { 0.0 };
        extent.low = extent.low.min(sample);
        extent.high = extent.high.max(sample);
        power += f64::from(sample).powi(2);
    }
    extent.rms = (power / (end - begin) as f64).sqrt() as f32;
    extent
}

fn row_of(value: f32, strip: Area, reach: f32) -> u32 {
    let share = (1.0 - value / reach).clamp(0.0, 2.0) / 2.0;
    strip.y + (share * (strip.height - 1) as f32).round() as u32
}

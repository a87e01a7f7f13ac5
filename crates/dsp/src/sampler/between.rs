//! What is heard of a recording between its frames, for some frames of one voice.

use super::settings::Interpolate;
use super::sinc::{MOST_TAPS, Table, for_speed};
use super::sound::Way;
use crate::Vector;
use crate::player::{Buffer, Place};

/// The most frames that are made in one go.
pub(super) const RUN: usize = 64;
/// Frames at one pace lie so near each other that they can be counted in steps: less than so many of the recording from one to the next.
pub(super) const MOST_PACE: f64 = 255.0;

/// Room to work in.
pub(super) struct Room {
    /// What lies around each place, a pair of channels each.
    rows: [[[f32; 2]; RUN]; 4],
    /// How far each place is from the frame before it, twice.
    parts: [[f32; 2]; RUN],
    pub heard: [[f32; 2]; RUN],
    pub gains: [[f32; 2]; RUN],
    pub planar: [[f32; RUN]; 3],
    window: Box<[[f32; 2]; MOST_TAPS]>,
    tables: &'static [Table],
}

impl Room {
    /// `[control]`
    pub fn new(between: Interpolate) -> Self {
        let pairs = [[0.0; 2]; RUN];
        Room {
            rows: [pairs; 4],
            parts: pairs,
            heard: pairs,
            gains: pairs,
            planar: [[0.0; RUN]; 3],
            window: Box::new([[0.0; 2]; MOST_TAPS]),
            tables: if between == Interpolate::Sinc { super::sinc::tables() } else { &[] },
        }
    }
}

/// Frames before a place and behind it that are read.
#[inline(always)]
fn reach(between: Interpolate, table: Option<&Table>) -> (i64, i64) {
    match (between, table) {
        (Interpolate::Linear, _) => (0, 1),
        (Interpolate::Cubic, _) => (1, 2),
        (Interpolate::Sinc, Some(table)) => table.reach(),
        (Interpolate::Sinc, None) => (0, 0),
    }
}

/// Fills `room.heard` with so many frames from a place on, and moves it. If the way ends before, how many there were. `[audio]`
#[inline(always)]
pub(super) fn hear<S: Vector>(
    room: &mut Room,
    buffer: &Buffer,
    way: &mut Way,
    place: &mut Place,
    frames: usize,
    between: Interpolate,
) -> Option<usize> {
    let tables = room.tables;
    let speed = way.pace.steps().unsigned_abs() as f64 * (1.0 / (1u64 << 48) as f64);
    let table = if tables.is_empty() { None } else { for_speed(tables, speed) };
    let reach = reach(between, table);
    if !way.is_plain(*place, frames, reach) {
        return pick(room, buffer, way, place, frames, (between, table, reach));
    }
    let (samples, channels) = (buffer.samples(), buffer.channels());
    match channels {
        1 => copy::<1, S>(room, samples, channels, way, *place, frames, (between, table, reach)),
        2 => copy::<2, S>(room, samples, channels, way, *place, frames, (between, table, reach)),
        _ => copy::<0, S>(room, samples, channels, way, *place, frames, (between, table, reach)),
    }
    *place = way.step_around(place.after_many(way.pace, frames), frames);
    None
}

/// The next frames of a recording of two channels, if they are heard as they lie there: at speed 1, on whole frames, with nothing in between that goes
/// around, fades or ends. They are what [`hear`] would give, and need not be copied. `[audio]`
#[inline(always)]
pub(super) fn as_it_lies<'b>(
    buffer: &'b Buffer,
    way: &Way,
    place: Place,
    frames: usize,
) -> Option<&'b [f32]> {
    if buffer.channels() != 2 || !is_as_recorded(way, place) || !way.is_plain(place, frames, (0, 0)) {
        return None;
    }
    let from = 2 * usize::try_from(place.whole).ok()?;
    buffer.samples().get(from..from + 2 * frames)
}

/// Whether every frame of the recording is heard as it is.
#[inline(always)]
fn is_as_recorded(way: &Way, place: Place) -> bool {
    way.pace.steps() == 1 << 48 && place.fraction == 0
}

/// A pair of channels of a frame that lies in the samples.
#[inline(always)]
fn pair<const C: usize>(samples: &[f32], channels: usize, frame: usize) -> [f32; 2] {
    match C {
        1 => [samples.get(frame).copied().unwrap_or(0.0); 2],
        2 => samples.get(2 * frame..).and_then(|s| s.first_chunk::<2>()).copied().unwrap_or([0.0; 2]),
        _ => samples.get(channels * frame..).and_then(|s| s.first_chunk::<2>()).copied().unwrap_or([0.0; 2]),
    }
}

/// Frames of which nothing goes around or ends.
#[inline(always)]
fn copy<const C: usize, S: Vector>(
    room: &mut Room,
    samples: &[f32],
    channels: usize,
    way: &Way,
    place: Place,
    frames: usize,
    (between, table, reach): (Interpolate, Option<&Table>, (i64, i64)),
) {
    let last = place.after_many(way.pace, frames.saturating_sub(1));
    let least = place.whole.min(last.whole);
    if is_as_recorded(way, place) {
        let from = samples.get(least as usize * channels..).unwrap_or(&[]);
        for (i, heard) in room.heard.iter_mut().take(frames).enumerate() {
            *heard = pair::<C>(from, channels, i);
        }
        return;
    }
    let from = samples.get((least - reach.0) as usize * channels..).unwrap_or(&[]);
    let mut at = ((place.whole - least) as u64) << 48 | place.fraction >> 16;
    let step = way.pace.steps() as u64;
    match (between, table) {
        (Interpolate::Linear, _) => {
            let [a, b, ..] = &mut room.rows;
            for ((a, b), part) in a.iter_mut().zip(b).zip(&mut room.parts).take(frames) {
                let ahead = (at >> 48) as usize;
                [*a, *b] = pairs::<C, 2>(from, channels, ahead);
                *part = [part_of(at); 2];
                at = at.wrapping_add(step);
            }
            lines::<S>(room, frames);
        }
        (Interpolate::Cubic, _) => {
            let [a, b, c, d] = &mut room.rows;
            let rows = a.iter_mut().zip(b).zip(c.iter_mut().zip(d));
            for (((a, b), (c, d)), part) in rows.zip(&mut room.parts).take(frames) {
                let ahead = (at >> 48) as usize;
                [*a, *b, *c, *d] = pairs::<C, 4>(from, channels, ahead);
                *part = [part_of(at); 2];
                at = at.wrapping_add(step);
            }
            cubics::<S>(room, frames);
        }
        (Interpolate::Sinc, Some(table)) => {
            for i in 0..frames {
                let ahead = (at >> 48) as usize;
                let part = part_of(at);
                let heard = if C == 2 {
                    let around = from.get(2 * ahead..2 * (ahead + table.taps)).unwrap_or(&[]);
                    folded(around.as_chunks::<2>().0, table, part)
                } else {
                    for (tap, to) in room.window.iter_mut().enumerate().take(table.taps) {
                        *to = pair::<C>(from, channels, ahead + tap);
                    }
                    folded(room.window.get(..table.taps).unwrap_or(&[]), table, part)
                };
                if let Some(to) = room.heard.get_mut(i) {
                    *to = heard;
                }
                at = at.wrapping_add(step);
            }
        }
        (Interpolate::Sinc, None) => {}
    }
}

/// So many pairs of channels that follow each other.
#[inline(always)]
fn pairs<const C: usize, const N: usize>(from: &[f32], channels: usize, ahead: usize) -> [[f32; 2]; N] {
    match (C, N) {
        // At once, so that whether they are there is asked once.
        (2, 2) => match from.get(2 * ahead..).and_then(|from| from.first_chunk::<4>()) {
            Some([a, b, c, d]) => core::array::from_fn(|i| if i == 0 { [*a, *b] } else { [*c, *d] }),
            None => [[0.0; 2]; N],
        },
        (2, 4) => match from.get(2 * ahead..).and_then(|from| from.first_chunk::<8>()) {
            Some(from) => core::array::from_fn(|i| [from[(2 * i) & 7], from[(2 * i + 1) & 7]]),
            None => [[0.0; 2]; N],
        },
        _ => core::array::from_fn(|i| pair::<C>(from, channels, ahead + i)),
    }
}

/// How far a place is from the frame before it: its upper 24 bits, which single precision holds exactly.
#[inline(always)]
fn part_of(at: u64) -> f32 {
    ((at >> 24) & 0xff_ffff) as i32 as f32 * (1.0 / 16_777_216.0)
}

/// Frames any of which may go around, fade into others, or be the last.
#[inline(never)]
fn pick(
    room: &mut Room,
    buffer: &Buffer,
    way: &mut Way,
    place: &mut Place,
    frames: usize,
    (between, table, (before, behind)): (Interpolate, Option<&Table>, (i64, i64)),
) -> Option<usize> {
    let (samples, channels) = (buffer.samples(), buffer.channels());
    let pair = |way: &Way, frame: i64| {
        let left = way.sample(samples, (channels, 0), frame);
        let right = if channels == 1 { left } else { way.sample(samples, (channels, 1), frame) };
        [left, right]
    };
    let taps = (before + behind + 1).max(0) as usize;
    let mut ended = None;
    for i in 0..frames {
        if way.is_over(*place) {
            ended = Some(i);
            break;
        }
        let part = place.part();
        let plain = is_as_recorded(way, *place);
        match (between, table) {
            _ if plain => {}
            (Interpolate::Sinc, Some(table)) => {
                for (tap, to) in room.window.iter_mut().enumerate().take(taps) {
                    *to = pair(way, place.whole + tap as i64 - before);
                }
                let heard = folded(room.window.get(..taps).unwrap_or(&[]), table, part);
                room.heard.iter_mut().skip(i).take(1).for_each(|to| *to = heard);
            }
            _ => {
                for (tap, row) in room.rows.iter_mut().enumerate().take(taps) {
                    let heard = pair(way, place.whole + tap as i64 - before);
                    row.iter_mut().skip(i).take(1).for_each(|to| *to = heard);
                }
                room.parts.iter_mut().skip(i).take(1).for_each(|to| *to = [part; 2]);
            }
        }
        if plain {
            // Through the rows as well, where a run is made of both.
            let heard = pair(way, place.whole);
            room.heard.iter_mut().skip(i).take(1).for_each(|to| *to = heard);
            room.rows.iter_mut().for_each(|row| row.iter_mut().skip(i).take(1).for_each(|to| *to = heard));
            room.parts.iter_mut().skip(i).take(1).for_each(|to| *to = [0.0; 2]);
        }
        *place = way.step_around(place.after(way.pace), i + 1);
    }
    let made = ended.unwrap_or(frames);
    match between {
        Interpolate::Linear => lines::<f32>(room, made),
        Interpolate::Cubic => cubics::<f32>(room, made),
        Interpolate::Sinc => {}
    }
    ended
}

/// Straight lines. Registers are filled to the last, with what is behind the frames that are asked for.
#[inline(always)]
fn lines<S: Vector>(room: &mut Room, frames: usize) {
    let [a, b, ..] = &room.rows;
    let rows = filled::<S>(a).zip(filled::<S>(b)).zip(filled::<S>(&room.parts));
    let out = room.heard.as_flattened_mut().chunks_exact_mut(S::LANES);
    for (out, ((a, b), t)) in out.zip(rows).take((2 * frames).div_ceil(S::LANES)) {
        (a + (b - a) * t).store(out);
    }
}

/// The cubic through `b` and `c` whose slope at each is that of the line through its neighbours (E. Catmull, R. Rom, "A class of local
/// interpolating splines", Computer Aided Geometric Design, 1974), in Hermite's form.
#[inline(always)]
fn cubics<S: Vector>(room: &mut Room, frames: usize) {
    let [a, b, c, d] = &room.rows;
    let half = S::splat(0.5);
    let rows = filled::<S>(a).zip(filled::<S>(b)).zip(filled::<S>(c).zip(filled::<S>(d)));
    let out = room.heard.as_flattened_mut().chunks_exact_mut(S::LANES);
    let all = out.zip(rows.zip(filled::<S>(&room.parts)));
    for (out, (((a, b), (c, d)), t)) in all.take((2 * frames).div_ceil(S::LANES)) {
        let (slope, slope_after, way) = (half * (c - a), half * (d - b), c - b);
        let third = slope + slope_after - (way + way);
        let second = way - slope - third;
        (((third * t + second) * t + slope) * t + b).store(out);
    }
}

/// Registers full of what lies in a row.
#[inline(always)]
fn filled<S: Vector>(row: &[[f32; 2]; RUN]) -> impl Iterator<Item = S> {
    row.as_flattened().chunks_exact(S::LANES).map(
        #[inline(always)]
        |chunk| S::load(chunk),
    )
}

/// The sum of what lies around a place, as a table weighs it. In four strands, added up in one order.
#[inline(always)]
fn folded(around: &[[f32; 2]], table: &Table, part: f32) -> [f32; 2] {
    let (first, second, way) = table.at(part);
    let mut sums = [[0.0f32; 2]; 4];
    let weights = first.as_chunks::<4>().0.iter().zip(second.as_chunks::<4>().0);
    for (around, (first, second)) in around.as_chunks::<4>().0.iter().zip(weights) {
        for (((sum, pair), a), b) in sums.iter_mut().zip(around).zip(first).zip(second) {
            let weight = a + (b - a) * way;
            sum[0] += pair[0] * weight;
            sum[1] += pair[1] * weight;
        }
    }
    let [a, b, c, d] = sums;
    [(a[0] + c[0]) + (b[0] + d[0]), (a[1] + c[1]) + (b[1] + d[1])]
}

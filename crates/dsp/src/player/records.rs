//! What lies around a place in a buffer, put side by side for all lanes, and the sound between.

use super::track::{Pace, Place, Track};
use crate::{Sample, Vector};

/// Frames of which the records are gathered in one go.
pub(super) const RUN: usize = 16;

/// Frames of a run that are near each other lie in less than so many of the buffer.
const NEAR: usize = 64;
/// Samples that their records lie in.
const WINDOW: usize = 2 * NEAR + 8;

/// What is read for each frame: `R` samples, which are `C` channels of so many frames of the buffer.
#[derive(Clone, Copy)]
pub(super) struct Reach<const R: usize, const C: usize> {
    /// The first of the channels.
    pub first: usize,
}

impl<const R: usize, const C: usize> Reach<R, C> {
    /// Frames before the place itself.
    const BEFORE: i64 = if R / C == 4 { 1 } else { 0 };
    /// Frames behind it.
    const BEHIND: i64 = (R / C) as i64 - 1 - Self::BEFORE;

    /// Whether records are pieces of the buffer as they lie there.
    #[inline(always)]
    fn is_all(self, channels: usize) -> bool {
        self.first == 0 && channels == C
    }

    /// Whether records of so many frames at one pace can be copied as they are, with nothing that goes around in between.
    #[inline(always)]
    pub fn is_plain(self, track: &Track, (place, pace, looping): (Place, Pace, bool), frames: usize) -> bool {
        let last = place.after_many(pace, frames.saturating_sub(1));
        let ends = (place.whole.min(last.whole), place.whole.max(last.whole));
        let (_, channels) = track.samples();
        self.is_all(channels)
            && pace.is_moderate()
            && track.is_plain(ends, (Self::BEFORE, Self::BEHIND), (looping, pace.is_backwards()))
    }

    /// The records of frames that are plain, and the place behind them.
    #[inline(always)]
    pub fn copy_all(
        self,
        track: &Track,
        (place, pace, _): (Place, Pace, bool),
        records: &mut [[f32; R]],
    ) -> Place {
        let last = place.after_many(pace, records.len().saturating_sub(1));
        let least = place.whole.min(last.whole);
        let (samples, _) = track.samples();
        let samples = samples.get((least - Self::BEFORE) as usize * C..).unwrap_or_default();
        let is_near = place.whole.max(last.whole) - least < NEAR as i64;
        // Most are near each other. Then nothing needs to be compared for each.
        if let (true, Some(near)) = (is_near, samples.first_chunk::<WINDOW>()) {
            return place.each(
                pace,
                least,
                records,
                #[inline(always)]
                |ahead, record| Self::copy(near, ahead & (NEAR - 1), record),
            );
        }
        place.each(
            pace,
            least,
            records,
            #[inline(always)]
            |ahead, record| Self::copy(samples, ahead, record),
        )
    }

    /// The records of frames, each at a pace of its own, if all are plain, with the part of the way to the next frame of the buffer; and the place
    /// behind them.
    #[inline(always)]
    pub fn copy_each(
        self,
        track: &Track,
        (mut place, paces, looping): (Place, &[Pace], bool),
        records: &mut [[f32; R]],
        parts: &mut [f32; RUN],
    ) -> Option<Place> {
        let (samples, channels) = track.samples();
        let mut places = [0; RUN];
        let (mut least, mut most, mut last) = (place.whole, place.whole, Pace::STILL);
        let mut backwards = false;
        for ((to, part), pace) in places.iter_mut().zip(parts).zip(paces) {
            *to = place.whole;
            *part = place.part();
            (least, most) = (least.min(place.whole), most.max(place.whole));
            backwards |= pace.is_backwards();
            last = *pace;
            place = place.after(last);
        }
        let around = (Self::BEFORE, Self::BEHIND);
        if !self.is_all(channels) || !track.is_plain((least, most), around, (looping, backwards)) {
            return None;
        }
        let samples = samples.get((least - Self::BEFORE) as usize * C..).unwrap_or_default();
        for (record, whole) in records.iter_mut().zip(places) {
            Self::copy(samples, (whole - least) as usize, record);
        }
        Some(track.around(place, last, looping))
    }

    /// The records of any frames, each at a pace of its own, with the part of the way to the next frame of the buffer, and the place behind them.
    #[inline(always)]
    pub fn pick_all<'p>(
        self,
        track: &Track,
        (mut place, pace, looping): (Place, impl Fn(usize) -> Pace, bool),
        records: &mut [[f32; R]],
        parts: impl Iterator<Item = &'p mut f32>,
    ) -> Place {
        let (samples, channels) = track.samples();
        let all = self.is_all(channels);
        for (frame, (record, part)) in records.iter_mut().zip(parts).enumerate() {
            *part = place.part();
            let here = (place.whole, place.whole);
            if all && track.is_plain(here, (Self::BEFORE, Self::BEHIND), (looping, false)) {
                Self::copy(samples, (place.whole - Self::BEFORE) as usize, record);
            } else {
                self.pick(track, place, looping, record);
            }
            place = track.next(place, pace(frame), looping);
        }
        place
    }

    /// The record that begins so many frames into samples.
    #[inline(always)]
    fn copy(samples: &[f32], ahead: usize, record: &mut [f32; R]) {
        if let Some(piece) = samples.get(ahead * C..).and_then(|rest| rest.first_chunk()) {
            *record = *piece;
        }
    }

    /// The record of any place. A buffer of one channel is heard on all; channels that it does not have are silent.
    #[cold]
    #[inline(never)]
    fn pick(self, track: &Track, place: Place, looping: bool, record: &mut [f32; R]) {
        *record = [0.0; R];
        if track.has_ended(place) {
            return;
        }
        let (samples, channels) = track.samples();
        for (k, frame) in record.chunks_exact_mut(C).enumerate() {
            let Some(at) = track.frame(place.whole, k as i64 - Self::BEFORE, looping) else { continue };
            for (c, to) in frame.iter_mut().enumerate() {
                let channel = if channels == 1 { 0 } else { self.first + c };
                if channel < channels {
                    *to = samples.get(at * channels + channel).copied().unwrap_or(0.0);
                }
            }
        }
    }

    /// The sound at the part `t` of the way from a frame to the next, on one of the channels.
    #[inline(always)]
    pub fn between<S: Vector>(record: &[S], channel: usize, t: S) -> S {
        let at = |k: usize| record.get(k * C + channel).copied().unwrap_or(S::ZERO);
        if R / C == 2 { line(at(0), at(1), t) } else { cubic([at(0), at(1), at(2), at(3)], t) }
    }
}

/// A straight line.
#[inline(always)]
fn line<S: Sample>(a: S, b: S, t: S) -> S {
    a + (b - a) * t
}

/// The cubic through `b` and `c` whose slope at each is that of the line through its neighbours (E. Catmull, R. Rom, "A class of local
/// interpolating splines", Computer Aided Geometric Design, 1974), in Hermite's form.
#[inline(always)]
fn cubic<S: Sample>([a, b, c, d]: [S; 4], t: S) -> S {
    let half = S::splat(0.5);
    let (slope, slope_after, way) = (half * (c - a), half * (d - b), c - b);
    let third = slope + slope_after - (way + way);
    let second = way - slope - third;
    ((third * t + second) * t + slope) * t + b
}

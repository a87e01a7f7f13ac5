//! Players side by side: each lane reads its own buffer at its own place.

use super::Buffer;
use super::records::{RUN, Reach};
use super::track::{Pace, Place, Track};
use crate::gate::{Gate, for_each_lane, is_on, levels};
use crate::lane_state::swap_bit;
use crate::simd::Rows;
use crate::{LaneState, PIECE, Phase, Sample, Value, Vector};
use std::sync::Arc;

/// What is heard between two frames of a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// A straight line. Cheapest; dulls what is high, and mirrors it: for noise, drones, and speeds near 1.
    Linear,
    /// A cubic through four frames, in Hermite's form (Catmull and Rom, 1974).
    Cubic,
}

/// The part of a buffer that is played over and over, in frames of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The first.
    pub start: usize,
    /// The one behind the last; 0 is the end of the buffer, as is anything beyond it.
    pub end: usize,
}

/// The parameters of a [`Player`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct PlayerParams<'a, S: Sample> {
    /// How fast, 1 being as recorded; below 0 backwards.
    pub speed: Value<'a, S>,
    /// Begins anew in each frame in which it goes above 0.5.
    pub trigger: Value<'a, S>,
    /// Over and over while above 0.5, else once.
    pub looping: Value<'a, S>,
}

/// Plays buffers, one in each lane.
///
/// A place is kept in whole frames and 2^-64ths of one, and moves by whole multiples of 2^-48 frames: nothing is rounded on the way, however
/// long it plays and however time is cut into blocks. It plays from the start on, from the first frame (backwards, from the last). Once it
/// has played to the end, it is silent until triggered.
///
/// In a loop, the first frame of the region follows on its last also for what is heard between them. Frames before the region are heard once.
#[derive(Debug)]
pub struct Player<S: Vector> {
    /// One for each lane.
    tracks: Box<[Track]>,
    whole: S::Each<i64>,
    fraction: S::Phase,
    trigger: Gate,
    /// A bit for each lane that is yet to begin.
    due: u32,
    between: Interpolation,
}

/// Frames that are played in one go.
struct Work<'a, S: Sample> {
    speed: Value<'a, S>,
    /// The lanes that play over and over.
    looping: u32,
    /// The first channel.
    first: usize,
}

impl<S: Sample> Work<'_, S> {
    #[inline(always)]
    fn is_looping(&self, lane: usize) -> bool {
        self.looping >> lane & 1 != 0
    }
}

/// What stays the same for frames at one speed.
struct Steady<S: Sample> {
    paces: S::Each<Pace>,
    step: S::Phase,
    /// The lanes of which all frames are plain.
    plain: u32,
}

impl<S: Vector> Player<S> {
    /// Plays what `buffer` gives for each lane, at `rate` frames a second; nothing plays silence. `[control]`: allocates.
    pub fn new(
        between: Interpolation,
        region: Region,
        rate: f64,
        mut buffer: impl FnMut(usize) -> Option<Arc<Buffer>>,
    ) -> Self {
        let tracks = (0..S::LANES).map(|lane| Track::new(buffer(lane), region, rate)).collect();
        Player {
            tracks,
            whole: S::each(|_| 0),
            fraction: S::Phase::zero(),
            trigger: Gate::default(),
            due: u32::MAX,
            between,
        }
    }

    /// Back to the beginning. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        (self.trigger, self.due) = (Gate::default(), u32::MAX);
    }

    /// Whether every lane has played to its end, and waits for a trigger. `[audio]`
    #[inline(always)]
    pub fn has_ended(&self) -> bool {
        let due = self.due & lanes::<S>() != 0;
        !due && (0..S::LANES).all(|lane| self.tracks.get(lane).is_none_or(|t| t.has_ended(self.place(lane))))
    }

    /// Fills `out`, a block for each channel, all of one length. A buffer of one channel is heard on all of them; of others, each channel
    /// on its own. `[audio]`
    #[inline]
    pub fn process(&mut self, params: &PlayerParams<'_, S>, out: &mut [&mut [S]]) {
        S::enter(
            #[inline(always)]
            || self.process_here(params, out),
        )
    }

    #[inline(always)]
    fn process_here(&mut self, params: &PlayerParams<'_, S>, out: &mut [&mut [S]]) {
        let frames = out.iter().map(|block| block.len()).min().unwrap_or(0);
        let mut start = 0;
        while start < frames {
            let end = frames.min(start + PIECE);
            self.piece(params, (start, end), out);
            start = end;
        }
    }

    /// At most [`PIECE`] frames: cut where a lane begins anew or is to play over and over or no more.
    #[inline(always)]
    fn piece(&mut self, params: &PlayerParams<'_, S>, (from, to): (usize, usize), out: &mut [&mut [S]]) {
        let (trigger, looping) = (params.trigger.part(from, to), params.looping.part(from, to));
        if let (Value::Steady(trigger), Value::Steady(looping)) = (trigger, looping) {
            self.due |= self.trigger.rising(is_on(trigger));
            return self.stretch(params.speed, (from, to), is_on(looping), out);
        }
        let (mut on, mut over) = ([0; PIECE], [0; PIECE]);
        levels(trigger, &mut on);
        levels(looping, &mut over);
        let mut start = from;
        let (mut began, mut held) = (0, over.first().copied().unwrap_or(0));
        for (i, (on, over)) in on.iter().zip(&over).take(to - from).enumerate() {
            let rising = self.trigger.rising(*on);
            if rising != 0 || *over != held {
                self.due |= began;
                self.stretch(params.speed, (start, from + i), held, out);
                (start, began, held) = (from + i, rising, *over);
            }
        }
        self.due |= began;
        self.stretch(params.speed, (start, to), held, out);
    }

    /// Frames in which no lane begins but in the first, and nothing is switched; on two channels at a time.
    #[inline(always)]
    fn stretch(
        &mut self,
        speed: Value<'_, S>,
        (from, to): (usize, usize),
        looping: u32,
        out: &mut [&mut [S]],
    ) {
        if from >= to {
            return;
        }
        self.begin(speed.at(from), looping);
        let speed = speed.part(from, to);
        let begin = (self.whole, self.fraction);
        for (pair, out) in out.chunks_mut(2).enumerate() {
            (self.whole, self.fraction) = begin;
            let work = Work { speed, looping, first: 2 * pair };
            match (out, self.between) {
                ([a], Interpolation::Linear) => self.play::<32, 2, 1>(&work, [&mut a[from..to]]),
                ([a], Interpolation::Cubic) => self.play::<64, 4, 1>(&work, [&mut a[from..to]]),
                ([a, b], Interpolation::Linear) => {
                    self.play::<64, 4, 2>(&work, [&mut a[from..to], &mut b[from..to]]);
                }
                ([a, b], Interpolation::Cubic) => {
                    self.play::<128, 8, 2>(&work, [&mut a[from..to], &mut b[from..to]]);
                }
                _ => {}
            }
        }
    }

    /// Puts lanes that are to begin at their beginning.
    #[inline(always)]
    fn begin(&mut self, speed: S, looping: u32) {
        let due = self.due & lanes::<S>();
        self.due = 0;
        for_each_lane(due, |lane| {
            if let Some(track) = self.tracks.get(lane) {
                let place = track.beginning(track.pace(speed.lane(lane)), looping >> lane & 1 != 0);
                self.put(lane, place);
            }
        });
    }

    /// Plays `C` channels, with `R` samples for each frame and lane; `N` is [`RUN`] times as many.
    #[inline(always)]
    fn play<const N: usize, const R: usize, const C: usize>(
        &mut self,
        work: &Work<'_, S>,
        mut out: [&mut [S]; C],
    ) {
        let frames = out.first().map_or(0, |out| out.len());
        let mut rows = Rows::<S, N>::new();
        let mut given = [S::ZERO; N];
        let mut parts = [S::ZERO; RUN];
        let steady = match work.speed {
            Value::Steady(speed) => Some(self.steady::<R, C>(work, speed, frames)),
            Value::Moving(_) => None,
        };
        let mut start = 0;
        while start < frames {
            let run = (start, RUN.min(frames - start));
            match &steady {
                Some(steady) => self.gather_steady::<N, R, C>(work, steady, run.1, &mut rows, &mut parts),
                None => self.gather_moving::<N, R, C>(work, run, &mut rows, &mut parts),
            }
            rows.give_all(&mut given);
            for (channel, out) in out.iter_mut().enumerate() {
                let out = out.get_mut(start..start + run.1).unwrap_or_default();
                for ((out, record), part) in out.iter_mut().zip(given.as_chunks::<R>().0).zip(&parts) {
                    *out = Reach::<R, C>::between(record, channel, *part);
                }
            }
            start += run.1;
        }
        if let Some(steady) = steady {
            for_each_lane(steady.plain, |lane| {
                if let (Some(track), Some(pace)) = (self.tracks.get(lane), steady.paces.as_ref().get(lane)) {
                    let place = track.around(self.place(lane), *pace, work.is_looping(lane));
                    self.put_whole(lane, place.whole);
                }
            });
        }
    }

    /// What stays the same for frames at one speed.
    #[inline(always)]
    fn steady<const R: usize, const C: usize>(
        &self,
        work: &Work<'_, S>,
        speed: S,
        frames: usize,
    ) -> Steady<S> {
        let paces = S::each(|lane| self.pace(lane, speed));
        let list = paces.as_ref();
        let step = S::Phase::from_lanes(|lane| list.get(lane).map_or(0, |pace| pace.fraction()));
        let reach = Reach::<R, C> { first: work.first };
        let mut plain = 0;
        for (lane, (track, pace)) in self.tracks.iter().zip(list).enumerate() {
            let is_plain = reach.is_plain(track, (self.place(lane), *pace, work.is_looping(lane)), frames);
            plain |= u32::from(is_plain) << lane;
        }
        Steady { paces, step, plain }
    }

    /// The records of some frames at one speed, and for each of them the part of the way to the next frame of the buffer.
    #[inline(always)]
    fn gather_steady<const N: usize, const R: usize, const C: usize>(
        &mut self,
        work: &Work<'_, S>,
        steady: &Steady<S>,
        frames: usize,
        rows: &mut Rows<S, N>,
        parts: &mut [S; RUN],
    ) {
        let reach = Reach::<R, C> { first: work.first };
        let mut fraction = self.fraction;
        for part in parts.iter_mut().take(frames) {
            *part = S::uniform_of(fraction) * S::splat(0.5) + S::splat(HALF);
            fraction = fraction.plus(steady.step);
        }
        for (lane, row) in rows.signals_mut().enumerate() {
            let place = self.place(lane);
            let (Some(track), Some(pace)) = (self.tracks.get(lane), steady.paces.as_ref().get(lane)) else {
                continue;
            };
            let Some(records) = row.as_chunks_mut::<R>().0.get_mut(..frames) else { continue };
            let looping = work.is_looping(lane);
            let way = (place, *pace, looping);
            let place = if steady.plain >> lane & 1 != 0 {
                reach.copy_all(track, way, records)
            } else if reach.is_plain(track, way, frames) {
                track.around(reach.copy_all(track, way, records), *pace, looping)
            } else {
                let parts = S::flat_mut(parts).iter_mut().skip(lane).step_by(S::LANES);
                let place = reach.pick_all(track, (place, |_| *pace, looping), records, parts);
                fraction.set_lane(lane, place.fraction);
                place
            };
            self.put_whole(lane, place.whole);
        }
        self.fraction = fraction;
    }

    /// The same where the speed may be another in each frame.
    #[inline(always)]
    fn gather_moving<const N: usize, const R: usize, const C: usize>(
        &mut self,
        work: &Work<'_, S>,
        (start, frames): (usize, usize),
        rows: &mut Rows<S, N>,
        parts: &mut [S; RUN],
    ) {
        let reach = Reach::<R, C> { first: work.first };
        let Value::Moving(speeds) = work.speed else { return };
        let speeds = S::flat(speeds.get(start..start + frames).unwrap_or_default());
        let mut fractions = S::each(|_| 0);
        for (lane, row) in rows.signals_mut().enumerate() {
            let Some(track) = self.tracks.get(lane) else { continue };
            let Some(records) = row.as_chunks_mut::<R>().0.get_mut(..frames) else { continue };
            let mut paces = [Pace::STILL; RUN];
            let paces = paces.get_mut(..frames).unwrap_or_default();
            track.paces(speeds.iter().skip(lane).step_by(S::LANES), paces);
            let way = (self.place(lane), &*paces, work.is_looping(lane));
            let mut own = [0.0; RUN];
            let place = match reach.copy_each(track, way, records, &mut own) {
                Some(place) => place,
                None => {
                    let pace = |frame: usize| paces.get(frame).copied().unwrap_or(Pace::STILL);
                    reach.pick_all(track, (way.0, pace, way.2), records, own.iter_mut())
                }
            };
            let parts = S::flat_mut(parts).iter_mut().skip(lane).step_by(S::LANES);
            parts.zip(own).take(frames).for_each(|(to, part)| *to = part);
            self.put_whole(lane, place.whole);
            if let Some(fraction) = fractions.as_mut().get_mut(lane) {
                *fraction = place.fraction;
            }
        }
        let list = fractions.as_ref();
        self.fraction = S::Phase::from_lanes(|lane| list.get(lane).copied().unwrap_or(0));
    }

    #[inline(always)]
    fn pace(&self, lane: usize, speed: S) -> Pace {
        self.tracks.get(lane).map_or(Pace::STILL, |track| track.pace(speed.lane(lane)))
    }

    #[inline(always)]
    fn place(&self, lane: usize) -> Place {
        let whole = self.whole.as_ref().get(lane).copied().unwrap_or(0);
        Place { whole, fraction: self.fraction.lanes().get(lane).copied().unwrap_or(0) }
    }

    #[inline(always)]
    fn put(&mut self, lane: usize, place: Place) {
        self.put_whole(lane, place.whole);
        self.fraction.set_lane(lane, place.fraction);
    }

    #[inline(always)]
    fn put_whole(&mut self, lane: usize, place: i64) {
        if let Some(whole) = self.whole.as_mut().get_mut(lane) {
            *whole = place;
        }
    }
}

/// Half, less what half of a lowest bit of [`Sample::uniform_of`] is above a whole number: with it, halves of those are the upper 24 bits
/// of a fraction, exactly.
const HALF: f64 = 0.5 - 1.0 / 33_554_432.0;

/// A bit for each lane.
#[inline(always)]
fn lanes<S: Sample>() -> u32 {
    u32::MAX >> (32 - S::LANES)
}

impl<S: Vector> LaneState for Player<S> {
    type Alone = Player<f32>;

    /// Exchanges the buffers as well, and neither takes nor lets go of a share.
    fn swap_lane(&mut self, lane: usize, alone: &mut Player<f32>) {
        if let (true, Some(here), Some(there)) =
            (lane < S::LANES, self.tracks.get_mut(lane), alone.tracks.first_mut())
        {
            core::mem::swap(here, there);
            let (here, there) = (self.place(lane), alone.place(0));
            self.put(lane, there);
            alone.put(0, here);
            swap_bit(&mut self.trigger.on, lane, &mut alone.trigger.on);
            swap_bit(&mut self.due, lane, &mut alone.due);
        }
    }

    fn reset_lane(&mut self, lane: usize) {
        if lane < S::LANES {
            self.trigger.on &= !(1 << lane);
            self.due |= 1 << lane;
        }
    }
}

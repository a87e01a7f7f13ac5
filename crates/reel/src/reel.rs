//! The end of a stream that the audio thread plays.

use crate::course::Course;
use crate::footage::Pages;
use crate::lead::Lead;
use crate::shelf::{Shelf, Source, Wishes};
use crate::shown::{Progress, Shown};
use crate::spool::Spool;
use crate::{MOST_PAGES, PAGE};
use sostenuto_rt::ring;
use std::fmt;
use std::sync::Arc;

/// How long what does not go on fades out, and what was not there in time fades in.
pub const FADE_SECONDS: f64 = 0.005;
/// Places that fade out beside each other; of more, the oldest is cut.
const LEAVING: usize = 2;

/// What a stream begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// The channels of the sound; at least 1.
    pub channels: u16,
    /// Frames per second of the engine.
    pub rate: f64,
    /// Where it begins, and begins anew, in frames of the engine's rate, as all places here.
    pub begin: u64,
    /// The first frame of the loop, and the one behind its last; 0 is the end of the sound.
    pub around: (u64, u64),
    /// Frames of the sound, if they are known.
    pub length: Option<u64>,
    /// How many seconds are asked for ahead. From 0.1 to what [`MOST_PAGES`] hold (10 s at 48 kHz); 1.
    pub ahead_seconds: f64,
}

impl Default for Start {
    fn default() -> Self {
        Start { channels: 1, rate: 48_000.0, begin: 0, around: (0, 0), length: None, ahead_seconds: 1.0 }
    }
}

/// Plays a sound that others read.
///
/// It begins at once, at its beginning. It plays once unless it is told to go around its loop. What it has been sent away from fades out over 5 ms, beside
/// what begins. Where what comes next is not there 5 ms before it is due, the sound fades out; once there is more, it
/// fades in where the clock says that it should be.
pub struct Reel {
    shelf: Shelf,
    lead: Lead,
    shown: Arc<Shown>,
    channels: usize,
    begin: u64,
    course: Course,
    now: Voice,
    leaving: [Option<Leaving>; LEAVING],
    /// Frames of a fade, and of what is asked for ahead.
    fade: usize,
    ahead: u64,
    clock: u64,
    epoch: u32,
    /// Whether what is wanted may have changed.
    turned: bool,
}

/// What is heard.
#[derive(Clone, Copy, Debug)]
struct Voice {
    /// The next frame; nothing once it has ended.
    place: Option<u64>,
    /// From 0 to the frames of a fade; what is heard goes by [`smooth`].
    gain: usize,
    /// Whether anything was heard since it was sent here; and whether that was still held down by what is missing.
    heard: bool,
    waits: bool,
    /// Whether it fades for want of what comes next.
    starves: bool,
}

/// What was heard before it was sent elsewhere.
#[derive(Clone, Copy, Debug)]
struct Leaving {
    place: u64,
    course: Course,
    gain: usize,
    /// Frames until it is gone.
    rest: usize,
}

/// From 0 to 1 without a corner at either end.
#[inline(always)]
fn smooth(x: f32) -> f32 {
    x * x * (3.0 - 2.0 * x)
}

impl Reel {
    /// A reel that has the pages of `lead` from the start, and the end that brings it the others. `[control]`: allocates.
    /// How it fares is told in `progress`.
    pub fn new(start: Start, lead: Lead, progress: &Progress) -> (Reel, Spool) {
        let pages = pages(&start);
        let (requests, wanted) = ring(pages);
        let (brought, answers) = ring(pages);
        let shown = progress.0.clone();
        let spool = Spool::new(wanted, brought, shown.clone());
        let reel = Reel::with(start, lead, Source::Elsewhere { requests, answers }, shown, pages);
        (reel, spool)
    }

    /// A reel that reads what it needs when it needs it, and therefore never lacks anything: for rendering where there is time. Playing it waits, and may allocate. `[control]`
    pub fn reading(start: Start, lead: Lead, source: Box<dyn Pages>, progress: &Progress) -> Reel {
        // No further ahead than a fade and a block take.
        let start = Start { ahead_seconds: 0.1, length: source.length().or(start.length), ..start };
        Reel::with(start, lead, Source::Here(source), progress.0.clone(), pages(&start))
    }

    fn with(start: Start, lead: Lead, source: Source, shown: Arc<Shown>, pages: usize) -> Reel {
        let channels = usize::from(start.channels.max(1));
        shown.length.set(start.length.unwrap_or(u64::MAX));
        let course =
            Course { looping: false, start: start.around.0, end: start.around.1, length: shown.length.get() };
        let place = course.at(start.begin);
        let fade = ((FADE_SECONDS * start.rate) as usize).max(1);
        Reel {
            shelf: Shelf::new(pages, channels, source),
            lead,
            shown,
            channels,
            begin: start.begin,
            course,
            now: Voice { place, gain: fade, heard: false, waits: true, starves: false },
            leaving: [None; LEAVING],
            fade,
            ahead: ((pages.saturating_sub(2 * LEAVING)).max(1) * PAGE) as u64,
            clock: 0,
            epoch: 0,
            turned: true,
        }
    }

    /// How it fares.
    pub fn progress(&self) -> Progress {
        Progress(self.shown.clone())
    }

    /// The channels of the sound.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Begins anew, in this very frame, at full level. `[audio]`
    pub fn begin(&mut self) {
        self.jump(self.begin, self.fade);
    }

    /// Goes on elsewhere, and fades in there. `[audio]`
    pub fn seek(&mut self, place: u64) {
        self.jump(place, 0);
    }

    /// Plays around the loop from now on, or to the end. `[audio]`
    pub fn set_looping(&mut self, looping: bool) {
        self.turned |= self.course.looping != looping;
        self.course.looping = looping;
    }

    /// Back to the beginning, as if nothing had been heard. `[audio]`
    pub fn reset(&mut self) {
        self.now.place = None;
        self.leaving = [None; LEAVING];
        self.jump(self.begin, self.fade);
    }

    /// Whether it is silent from now on, until it is sent somewhere. `[audio]`
    pub fn has_ended(&self) -> bool {
        self.now.place.is_none() && self.leaving.iter().all(Option::is_none)
    }

    fn jump(&mut self, place: u64, gain: usize) {
        if let Some(place) = self.now.place
            && self.now.gain > 0
            && self.now.heard
        {
            self.leaving.rotate_right(1);
            if let Some(oldest) = self.leaving.first_mut() {
                *oldest = Some(Leaving { place, course: self.course, gain: self.now.gain, rest: self.fade });
            }
        }
        self.now = Voice { place: self.course.at(place), gain, heard: false, waits: true, starves: false };
        self.epoch = self.epoch.wrapping_add(1);
        self.shown.epoch.set(self.epoch);
        self.turned = true;
    }

    /// Plays as many frames as the shortest block has, each block a channel. A sound of one channel is heard on all; of others, each
    /// channel on its own, and there is silence on those that it does not have. `[audio]`, unless it is one that [reads](Reel::reading).
    pub fn play(&mut self, out: &mut [&mut [f32]]) {
        let frames = out.iter().map(|block| block.len()).min().unwrap_or(0);
        out.iter_mut().for_each(|block| block.fill(0.0));
        let mut done = 0;
        while done < frames {
            let until = frames.min(done + PAGE);
            self.renew();
            self.sound(out, (done, until));
            self.fade_out(out, (done, until));
            self.clock += (until - done) as u64;
            done = until;
        }
        self.shown.clock.set(self.clock);
        self.shown.place.set(self.now.place.unwrap_or(self.course.length));
    }

    /// Takes in pages, and asks for others.
    fn renew(&mut self) {
        // What is read here may tell how long the sound is, and that what else is wanted.
        for _ in 0..2 {
            // In this order: the length is told before the page in which it shows.
            self.turned |= self.shelf.receive();
            let length = self.shelf.length().unwrap_or_else(|| self.shown.length.get());
            if length != self.course.length {
                self.course.length = length;
                self.now.place = self.now.place.and_then(|place| self.course.at(place));
                self.turned = true;
            }
            if !std::mem::take(&mut self.turned) {
                return;
            }
            self.ask();
        }
    }

    fn ask(&mut self) {
        let mut wishes = Wishes::new(self.shelf.len());
        for leaving in self.leaving.iter().flatten() {
            wishes.add(&leaving.course, leaving.place, self.clock, leaving.rest as u64, &self.lead);
        }
        if let Some(place) = self.now.place {
            wishes.add(&self.course, place, self.clock, self.ahead, &self.lead);
        }
        self.shelf.ask(&wishes, self.epoch);
    }

    /// How many frames from the place on are there, as far as they are asked about. What comes behind the end is silent, and there.
    fn reach(&mut self, mut place: u64, most: usize) -> usize {
        let mut there = 0;
        while there < most {
            let page = place / PAGE as u64;
            if self.lead.page(page).is_none() && !self.shelf.has(page) {
                return there;
            }
            let run = self.course.run(place);
            let here = run.frames.min(PAGE as u64 - place % PAGE as u64);
            there += here as usize;
            place += here;
            if here == run.frames {
                let Some(next) = run.next else { return most };
                place = next;
            }
        }
        most
    }

    fn sound(&mut self, out: &mut [&mut [f32]], (from, to): (usize, usize)) {
        let Some(mut place) = self.now.place else { return };
        let reach = self.reach(place, to - from + self.fade);
        let mut done = from;
        while done < to {
            let run = self.course.run(place);
            let page = place / PAGE as u64;
            let offset = (place % PAGE as u64) as usize;
            let frames = run.frames.min((PAGE - offset) as u64).min((to - done) as u64) as usize;
            let there = reach.saturating_sub(done - from);
            self.stretch(out, (done, done + frames), (page, offset), there);
            done += frames;
            place += frames as u64;
            if frames as u64 == run.frames {
                match run.next {
                    Some(next) => place = next,
                    None => {
                        self.now.place = None;
                        return;
                    }
                }
            }
            self.turned |= place / PAGE as u64 != page;
        }
        self.now.place = Some(place);
    }

    /// Frames of one page, of which the next `there` that are to come are there.
    fn stretch(
        &mut self,
        out: &mut [&mut [f32]],
        (from, to): (usize, usize),
        (page, offset): (u64, usize),
        there: usize,
    ) {
        let frames = to - from;
        if there == 0 {
            let lacks = if self.now.waits { &self.shown.late } else { &self.shown.lost };
            lacks.add(frames as u64);
            if !self.now.waits && !self.now.starves {
                self.shown.underruns.add(1);
            }
            (self.now.gain, self.now.starves) = (0, true);
            return;
        }
        let held = self.lead.page(page).or_else(|| self.shelf.page(page));
        let samples = held.unwrap_or_default();
        let gains = Gains { before: self.now.gain, there, fade: self.fade };
        let whole = self.now.gain == self.fade && there >= frames + self.fade;
        for (channel, out) in out.iter_mut().enumerate() {
            let own = if self.channels == 1 { 0 } else { channel };
            let from_page = samples.get(own * PAGE + offset..own * PAGE + offset + frames);
            let (Some(from_page), Some(out)) = (from_page, out.get_mut(from..to)) else { continue };
            if whole {
                out.copy_from_slice(from_page);
            } else {
                for (i, (out, sample)) in out.iter_mut().zip(from_page).enumerate() {
                    *out = sample * smooth(gains.at(i) as f32 / self.fade as f32);
                }
            }
        }
        if whole {
            (self.now.starves, self.now.waits) = (false, false);
        } else {
            let starves = gains.fall_behind(frames);
            if starves && !self.now.starves && !self.now.waits {
                self.shown.underruns.add(1);
            }
            self.now.starves = starves;
            self.now.waits &= starves;
            self.now.gain = gains.at(frames - 1);
        }
        self.now.heard = true;
    }

    fn fade_out(&mut self, out: &mut [&mut [f32]], (from, to): (usize, usize)) {
        for number in 0..LEAVING {
            let Some(mut leaving) = self.leaving.get(number).copied().flatten() else { continue };
            let mut done = from;
            while done < to && leaving.rest > 0 {
                let run = leaving.course.run(leaving.place);
                let offset = (leaving.place % PAGE as u64) as usize;
                let page = leaving.place / PAGE as u64;
                let most = run.frames.min((PAGE - offset) as u64).min((to - done) as u64) as usize;
                let frames = most.min(leaving.rest);
                let held = self.lead.page(page).or_else(|| self.shelf.page(page));
                let samples = held.unwrap_or_default();
                let fade = self.fade as f32;
                let gain = leaving.gain as f32 / fade;
                for (channel, out) in out.iter_mut().enumerate() {
                    let own = if self.channels == 1 { 0 } else { channel };
                    let from_page = samples.get(own * PAGE + offset..own * PAGE + offset + frames);
                    let (Some(from_page), Some(out)) = (from_page, out.get_mut(done..done + frames)) else {
                        continue;
                    };
                    for (i, (out, sample)) in out.iter_mut().zip(from_page).enumerate() {
                        *out += sample * smooth(gain * (leaving.rest - i) as f32 / fade);
                    }
                }
                done += frames;
                leaving.rest -= frames;
                leaving.place += frames as u64;
                if frames as u64 == run.frames {
                    match run.next {
                        Some(next) => leaving.place = next,
                        None => leaving.rest = 0,
                    }
                }
            }
            if let Some(there) = self.leaving.get_mut(number) {
                *there = (leaving.rest > 0).then_some(leaving);
            }
        }
    }
}

/// The gains of frames one after the other, in steps of a fade: they rise by one each, and fall before what comes next is missing.
#[derive(Clone, Copy)]
struct Gains {
    /// That of the frame before.
    before: usize,
    /// Frames that are there, from the first on.
    there: usize,
    fade: usize,
}

impl Gains {
    #[inline(always)]
    fn at(&self, frame: usize) -> usize {
        (self.before + frame + 1).min(self.there.saturating_sub(frame)).min(self.fade)
    }

    /// Whether the last of so many frames is held down by what is missing.
    fn fall_behind(&self, frames: usize) -> bool {
        self.at(frames - 1) < (self.before + frames).min(self.fade)
    }
}

/// How many pages a reel has: those ahead, and those of what fades out.
fn pages(start: &Start) -> usize {
    let ahead = (start.ahead_seconds.clamp(0.1, 600.0) * start.rate.max(1.0)) as usize;
    (ahead.div_ceil(PAGE) + 1 + 2 * LEAVING).min(MOST_PAGES)
}

impl fmt::Debug for Reel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reel").field("now", &self.now).field("course", &self.course).finish_non_exhaustive()
    }
}

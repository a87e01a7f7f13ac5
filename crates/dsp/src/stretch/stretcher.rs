//! Time and pitch of what is on a tape, apart from each other.

use super::sinc::Sinc;
use super::tape::Tape;
use super::vocoder::{Frame, Vocoder};

/// The most that is passed of the stretched sound for each frame that is put out, and one over the least.
pub(super) const MOST_RATE: f64 = 8.0;

/// What is told of a frame to come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    /// Where on the tape the middle of the next frame should be.
    pub place: f64,
    /// How many frames of the tape go by for each of the stretched sound.
    pub speed: f64,
}

/// A beginning that is copied from the tape as it is.
#[derive(Clone, Copy, Debug)]
struct Patch {
    /// Where it is in the stretched sound, and on the tape.
    out: i64,
    tape: i64,
}

/// Stretches what is on a tape, and reads what was stretched at another rate, which moves its pitch.
///
/// Beginnings of sounds are kept (after A. Röbel, "A New Approach to Transient Processing in the Phase Vocoder", DAFx 2003, but in time instead of bins): before one, frames that would
/// reach it stand still, so that nothing is heard of it ahead; from it on, the tape itself is heard at its own pace for the length of a window, behind a short crossfade; then
/// frames follow that begin with the tape's phases. What that gains or loses in time is made up for afterwards.
#[derive(Debug)]
pub(super) struct Stretcher {
    vocoder: Vocoder,
    sinc: Sinc,
    keep: bool,
    /// Frames over which a beginning fades in and is left again.
    fade: i64,
    /// How many pieces of a hop each of the stretched sound are done.
    pieces: i64,
    /// What is read next of the stretched sound: the frame, and how far behind it.
    frame: i64,
    part: f64,
    /// Where the last frame was on the tape.
    place: f64,
    patches: [Option<Patch>; 2],
    /// A beginning of which no frame was made yet, and one whose frames go at the tape's own pace.
    coming: Option<Patch>,
    own_pace: Option<Patch>,
}

impl Stretcher {
    /// With windows of 2^`stages` frames, with beginnings kept or not. `[control]`
    pub fn new(stages: usize, channels: usize, keep: bool) -> Self {
        let vocoder = Vocoder::new(stages, channels);
        let fade = vocoder.size() as i64 / 16;
        Stretcher {
            vocoder,
            sinc: Sinc::new(),
            keep,
            fade,
            pieces: 0,
            frame: 0,
            part: 0.0,
            place: 0.0,
            patches: [None; 2],
            coming: None,
            own_pace: None,
        }
    }

    /// Frames of a window.
    pub fn size(&self) -> usize {
        self.vocoder.size()
    }

    /// How many frames of the stretched sound lie at most between what is read and the middle of the frame that is worked on.
    pub fn ahead(size: usize, rate: f64) -> usize {
        size / 2 + size / super::vocoder::OVERLAP + Sinc::reach(rate) + 1
    }

    /// Begins anew at a place of the tape: with what is there copied, so that it is heard at once and as it is; or going at a speed from the first, and fading
    /// in over a window. `[audio]`
    pub fn begin(&mut self, place: f64, speed: Option<f64>, tape: &impl Tape) {
        self.vocoder.reset();
        let first = Patch { out: 0, tape: (place + 0.5).floor() as i64 };
        (self.frame, self.part, self.pieces) = (0, 0.0, 0);
        (self.patches, self.coming, self.own_pace) = ([None; 2], None, None);
        if speed.is_none() {
            self.patches = [Some(first), None];
            self.own_pace = Some(first);
        }
        self.finish_piece(tape);
        let centre = self.next_centre();
        self.place = match speed {
            Some(speed) => place + speed * centre as f64,
            None => (first.tape + centre) as f64,
        };
        self.vocoder.begin(Frame { centre, place: (self.place + 0.5).floor() as i64, fresh: true });
    }

    /// How much of the stretched sound lies between what is read and the middle of the next frame to be worked on.
    pub fn until_next(&self) -> f64 {
        (self.next_centre() - self.frame) as f64 - self.part
    }

    fn next_centre(&self) -> i64 {
        self.pieces * self.vocoder.hop() as i64 + self.vocoder.size() as i64 / 2
    }

    /// Puts out one frame, and goes on by `rate`, from 1/[`MOST_RATE`] to that, in the stretched sound. `course` is asked where the tape is for the next frame to
    /// be worked on, from what was last said of it on. `[audio]`
    pub fn next(
        &mut self,
        rate: f64,
        tape: &impl Tape,
        course: impl Fn(&Self) -> Course,
        mut out: impl FnMut(usize, f32),
    ) {
        let hop = self.vocoder.hop() as i64;
        let need = self.frame + Sinc::reach(rate) as i64 + 1;
        while self.pieces * hop < need {
            self.vocoder.work(usize::MAX, tape);
            self.finish_piece(tape);
            let frame = self.plan(course(self), tape);
            self.vocoder.begin(frame);
        }
        // The next frame is to be done when the last piece is at its end.
        let into = (need - (self.pieces - 1) * hop).clamp(0, hop) as usize;
        self.vocoder.work(self.vocoder.steps() * into / hop as usize, tape);
        for channel in 0..self.vocoder.channels() {
            let at = |tap: isize| self.vocoder.at(channel, self.frame + tap as i64);
            out(channel, self.sinc.at(self.part as f32, rate, at));
        }
        self.part += rate;
        let whole = self.part.floor();
        self.frame += whole as i64;
        self.part -= whole;
    }

    /// Where the next frame is on the tape.
    fn plan(&mut self, course: Course, tape: &impl Tape) -> Frame {
        let (centre, hop, half) =
            (self.next_centre(), self.vocoder.hop() as f64, self.vocoder.size() as i64 / 2);
        let whole = self.vocoder.size() as i64 + self.fade;
        // Nothing that is not there yet, but for what is silent.
        let latest = (tape.end() - half) as f64;
        if let Some(patch) = self.coming.filter(|patch| centre >= patch.out + half) {
            (self.coming, self.own_pace) = (None, Some(patch));
            let place = patch.tape + centre - patch.out;
            self.place = place as f64;
            return Frame { centre, place, fresh: true };
        }
        if let Some(patch) = self.own_pace.filter(|patch| centre < patch.out + whole) {
            let place = (patch.tape + centre - patch.out) as f64;
            self.place = place.min(latest);
            return Frame { centre, place: self.place as i64, fresh: false };
        }
        self.own_pace = None;
        // What is missing is made up for in about a tenth of a second, at half the pace or more.
        let step = course.speed * hop;
        let missing = course.place - (self.place + step);
        let mut place = self.place + step + (missing * 0.125).clamp(-0.5 * hop, 0.5 * hop);
        if missing.abs() > 16.0 * hop {
            place = course.place;
        }
        if self.keep && course.speed > 0.0 {
            place = place.min(self.before_onset(course, centre, tape));
        }
        self.place = place.min(latest);
        Frame { centre, place: (self.place + 0.5).floor() as i64, fresh: false }
    }

    /// The latest place at which a frame does not reach the next beginning that is to be kept; notes that beginning if its time has come.
    fn before_onset(&mut self, course: Course, centre: i64, tape: &impl Tape) -> f64 {
        let half = self.vocoder.size() as i64 / 2;
        if let Some(coming) = self.coming {
            return (coming.tape - half) as f64;
        }
        let whole = self.vocoder.size() as i64 + self.fade;
        let last = self.patches.iter().flatten().map(|p| p.tape + whole).max();
        // It may have been left behind by a jump backwards.
        let last = last.filter(|last| *last as f64 <= course.place + 2.0 * whole as f64);
        let from = (course.place.floor() as i64).max(last.unwrap_or(i64::MIN));
        let Some(onset) = tape.onset_from(from) else { return f64::INFINITY };
        let until = onset as f64 - course.place;
        if until < course.speed * self.vocoder.hop() as f64 {
            let out = centre + ((until.max(0.0)) / course.speed + 0.5) as i64;
            if self.patches.iter().flatten().any(|patch| out - self.fade < patch.out + whole) {
                return f64::INFINITY;
            }
            let patch = Patch { out, tape: onset };
            self.patches = [Some(patch), self.patches[0]];
            self.coming = Some(patch);
        }
        (onset - half) as f64
    }

    /// Puts what is copied from the tape into the piece that has just been done.
    fn finish_piece(&mut self, tape: &impl Tape) {
        let hop = self.vocoder.hop() as i64;
        let (from, size, fade) = (self.pieces * hop, self.vocoder.size() as i64, self.fade);
        self.pieces += 1;
        for patch in self.patches.into_iter().flatten() {
            let first = from.max(if patch.out == 0 { 0 } else { patch.out - fade });
            let end = (from + hop).min(patch.out + size + fade);
            for channel in 0..self.vocoder.channels() {
                let mut at = first;
                while at < end {
                    let mut copied = [0.0; crate::PIECE];
                    let count = (end - at).min(copied.len() as i64) as usize;
                    let copied = copied.get_mut(..count).unwrap_or_default();
                    tape.read(channel, patch.tape + at - patch.out, copied);
                    for (n, copied) in copied.iter().enumerate() {
                        let away = at + n as i64 - patch.out;
                        let share = share_of_copy(away, size, fade);
                        if let Some(there) = self.vocoder.at_mut(channel, at + n as i64) {
                            *there += (copied - *there) * share;
                        }
                    }
                    at += count as i64;
                }
            }
        }
    }
}

/// How much of the copy is heard so many frames from a beginning: all from there on over a window, with a line to it and a line away.
fn share_of_copy(away: i64, size: i64, fade: i64) -> f32 {
    if away < 0 {
        (away + fade) as f32 / fade as f32
    } else if away < size {
        1.0
    } else {
        (size + fade - away) as f32 / fade as f32
    }
}

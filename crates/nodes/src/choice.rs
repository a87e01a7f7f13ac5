//! A choice that is made while the node sounds: how far what was chosen before has given way to what is chosen now.

use crate::entry::GLIDE_SECONDS;
use crate::values::{Room, stretches};
use sostenuto_dsp::{LaneState, Value};
use sostenuto_graph::{Motion, QUANTUM, Signal, Span, Trajectory};

/// One of `N` ways, as a parameter says.
///
/// Each way has a share of what is heard; the shares add up to 1. From the frame on in which another way is chosen they glide to it
/// over 5 ms on the path of least jerk, from wherever they are: chosen anew on the way they keep their speed, so that there
/// is no step however often the choice changes, even at every frame. What is chosen in the first frame after
/// [`new`](Self::new) or [`reset`](Self::reset) is heard alone from there on.
///
/// The shares are functions of the frame. So they are the same however time is cut into spans, and go on in spans in which
/// the node is not called because it rests.
#[derive(Debug)]
pub(crate) struct Choice<const N: usize> {
    chosen: Option<usize>,
    shares: [Trajectory; N],
    /// Of signals side by side, a bit for each in which nothing is chosen yet although there is in others.
    fresh: u32,
    /// From this frame on what is chosen is heard alone.
    settled: u64,
    /// How many frames a glide takes.
    frames: u32,
}

/// The shares of `N` ways over one span.
pub(crate) struct Shares<const N: usize> {
    rooms: [Room; N],
    /// Which of them are not zero throughout.
    heard: [bool; N],
}

/// The way that the value of a parameter stands for: that of the nearest whole number.
#[inline(always)]
fn way<const N: usize>(value: f32) -> usize {
    ((value + 0.5) as usize).min(N.saturating_sub(1))
}

impl<const N: usize> Choice<N> {
    /// With nothing chosen yet.
    pub(crate) fn new(sample_rate: f64) -> Self {
        let frames = (f64::from(GLIDE_SECONDS) * sample_rate + 0.5) as u32;
        Choice { chosen: None, fresh: 0, shares: [Trajectory::hold(0.0); N], settled: 0, frames }
    }

    /// Forgets what was chosen. `[audio]`
    pub(crate) fn reset(&mut self) {
        self.chosen = None;
    }

    /// Whether what was chosen is heard alone from this frame on. `[audio]`
    pub(crate) fn is_settled(&self, frame: u64) -> bool {
        self.chosen.is_none() || frame >= self.settled
    }

    /// The way that is heard alone in all of the span, if there is one; otherwise [`shares`](Self::shares) is to be called. `[audio]`
    #[inline(always)]
    pub(crate) fn alone(&mut self, span: &Span, param: Value<'_>) -> Option<usize> {
        let now = way::<N>(param.at(0));
        let before = match self.chosen {
            Some(before) => before,
            None => self.begin(span.frame, now),
        };
        self.fresh = 0;
        let stays = match param {
            Value::Steady(_) => true,
            Value::Moving(values) => values.iter().all(|value| way::<N>(*value) == now),
        };
        (stays && before == now && span.frame >= self.settled).then_some(now)
    }

    /// The first choice.
    #[cold]
    fn begin(&mut self, frame: u64, now: usize) -> usize {
        for (way, share) in self.shares.iter_mut().enumerate() {
            *share = Trajectory::hold(f32::from(way == now));
        }
        (self.chosen, self.settled) = (Some(now), frame);
        now
    }

    /// The shares of all ways over a span. `[audio]`; to be called once, after [`alone`](Self::alone).
    ///
    /// Sends the shares off at most once for each frame. Apart, so that its rooms are made only where they are needed.
    #[cold]
    #[inline(never)]
    pub(crate) fn shares(&mut self, span: &Span, param: Value<'_>) -> Shares<N> {
        let mut shares = Shares { rooms: [[0.0; QUANTUM]; N], heard: [false; N] };
        let choice = |frame| way::<N>(param.at(frame));
        stretches(span.frames, param.is_steady(), choice, |start, end, now| {
            let frame = span.frame + start as u64;
            if self.chosen != Some(now) {
                self.turn(frame, now);
            }
            let rooms = shares.rooms.iter_mut().zip(&mut shares.heard);
            for (share, (room, heard)) in self.shares.iter().zip(rooms) {
                if !(share.rests_at(frame) && share.target() == 0.0) {
                    *heard = true;
                    share.render(frame, room.get_mut(start..end).unwrap_or_default());
                }
            }
        });
        shares
    }

    /// Sends the shares off to another way. All that are not where they should be set off together, so that their sum stays 1.
    fn turn(&mut self, frame: u64, now: usize) {
        for (way, share) in self.shares.iter_mut().enumerate() {
            let target = f32::from(way == now);
            if !(share.rests_at(frame) && share.target() == target) {
                share.depart(frame, target, Motion::Glide(self.frames));
            }
        }
        (self.chosen, self.settled) = (Some(now), frame + u64::from(self.frames));
    }
}

/// What is chosen is the same in all lanes and at rest; whether anything was chosen is a matter of each.
impl<const N: usize> LaneState for Choice<N> {
    type Alone = Choice<N>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Choice<N>) {
        let fresh = self.chosen.is_none() || self.fresh >> lane & 1 == 1;
        match alone.chosen {
            None => self.reset_lane(lane),
            Some(chosen) => {
                if self.chosen.is_none() {
                    self.begin(alone.settled, chosen);
                    self.fresh = u32::MAX;
                }
                self.fresh &= !(1 << lane);
            }
        }
        alone.chosen = self.chosen.filter(|_| !fresh);
        (alone.shares, alone.settled) = (self.shares, self.settled);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.fresh |= 1 << lane;
    }
}

impl<const N: usize> Shares<N> {
    /// The share of a way, frame by frame. `[audio]`
    pub(crate) fn of(&self, way: usize) -> &[f32] {
        self.rooms.get(way).map_or(&[], |room| room)
    }

    /// Fills `out`, of a span at most, with what the ways draw, each by its share; those that are not heard are not asked. `[audio]`
    ///
    /// Where one has all of it, what it draws comes out bit for bit (the zero of a negative number too): which frames of a fade share
    /// a span with the end of it is then not to be heard.
    pub(crate) fn blend<S: Signal>(&self, out: &mut [S], mut draw: impl FnMut(usize, &mut [S])) {
        let mut room = [S::ZERO; QUANTUM];
        let Some(drawn) = room.get_mut(..out.len()) else { return };
        out.fill(S::ZERO);
        for way in (0..N).filter(|way| self.heard.get(*way) == Some(&true)) {
            draw(way, drawn);
            for ((out, drawn), share) in out.iter_mut().zip(&*drawn).zip(self.of(way)) {
                *out = match *share {
                    0.0 => *out,
                    1.0 => *drawn,
                    share => *out + *drawn * S::splat(f64::from(share)),
                };
            }
        }
    }
}

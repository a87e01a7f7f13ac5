//! What one voice of an instrument is at: fading, let go, ended, or yet to begin.

use super::{node_at, set_at};
use crate::block::QUANTUM;
use crate::io::{Outputs, Span};
use crate::message::Address;
use crate::run::Stage;
use crate::trajectory::{Motion, Trajectory};

/// Below this a sample counts as nothing, once the note has been let go: -100 dB.
pub(crate) const NOTHING: f32 = 1e-5;
/// For so many seconds on end a voice that was let go must be that quiet to have ended.
const QUIET_SECONDS: f64 = 0.1;
/// The time in which the level of a voice that is silent falls by a factor of e, in seconds.
const FALL_SECONDS: f64 = 0.05;
/// Knobs that can be set for one note.
const OWN_KNOBS: usize = 16;

/// What is kept of one voice.
#[derive(Debug)]
pub(crate) struct VoiceCare {
    /// From 1 to 0 as it is stolen.
    pub(super) gain: Trajectory,
    pub(super) fading: bool,
    /// Fades that are yet to begin.
    ahead: FadesAhead,
    /// When its last note began, or begins.
    pub(super) start: u64,
    /// When its note begins, if it is yet to.
    pub begins: Option<u64>,
    /// Since when it is let go.
    pub(super) released: Option<u64>,
    /// Its level, if that decides who is stolen: the highest sample, falling off with time.
    pub(super) peak: f32,
    fall: f32,
    listens: bool,
    /// For how many frames since it was let go it has been next to silent, and how many are enough.
    quiet: u32,
    enough: u32,
    /// The frame at which it has ended, until that is seen to.
    pub(super) ended: Option<u64>,
    /// Knobs that were turned for its note alone: so many, one behind the other.
    turned: usize,
    own: [Option<OwnKnob>; OWN_KNOBS],
}

/// The most fades of one voice that can lie ahead. Within a span a voice can be stolen and hurried, begin anew, and the same again.
pub(super) const MOST_AHEAD: usize = 4;

/// Fades that are yet to begin, in the order of their frames: from when on, and over how many frames.
#[derive(Clone, Copy, Debug, Default)]
struct FadesAhead {
    fades: [(u64, u32); MOST_AHEAD],
    count: usize,
}

impl FadesAhead {
    fn push(&mut self, frame: u64, frames: u32) {
        if let Some(place) = self.fades.get_mut(self.count) {
            *place = (frame, frames);
            self.count += 1;
        }
    }

    fn first(&self) -> Option<(u64, u32)> {
        self.fades.get(..self.count)?.first().copied()
    }

    /// Takes the first one, if it begins before a frame.
    fn take_before(&mut self, frame: u64) -> Option<(u64, u32)> {
        let first = self.first().filter(|(begins, _)| *begins < frame)?;
        self.fades.copy_within(1.., 0);
        self.count -= 1;
        Some(first)
    }

    /// Forgets those before a frame.
    fn keep_from(&mut self, frame: u64) {
        while self.take_before(frame).is_some() {}
    }
}

/// A knob turned for one note.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnKnob {
    pub node: Address,
    pub param: u16,
    pub before: f32,
    pub now: f32,
}

impl OwnKnob {
    /// Sets the parameter back, unless it has been set for all notes since.
    pub fn give_back(&self, at: (u64, u64), stage: &mut Stage<'_>) {
        if let Some(node) = node_at(&mut stage.nodes, stage.tenants, self.node)
            && let Some(dial) = node.upkeep.dials.get(usize::from(self.param))
            && dial.motion.target() == self.now
        {
            set_at(node, self.param, self.before, Motion::Jump, at, &mut stage.dues);
        }
    }
}

impl VoiceCare {
    /// `[control]`; `listens` if how loud it is decides who is stolen.
    pub fn new(sample_rate: f64, listens: bool) -> Self {
        VoiceCare {
            gain: Trajectory::hold(1.0),
            fading: false,
            ahead: FadesAhead::default(),
            start: u64::MAX,
            begins: None,
            released: None,
            peak: 0.0,
            fall: libm::exp(-1.0 / (FALL_SECONDS * sample_rate)) as f32,
            listens,
            quiet: 0,
            enough: (QUIET_SECONDS * sample_rate + 0.5) as u32,
            ended: None,
            turned: 0,
            own: [None; OWN_KNOBS],
        }
    }

    /// Begins as new.
    pub(super) fn begin(&mut self) {
        self.gain = Trajectory::hold(1.0);
        // What was foreseen of the note that begins stays.
        let begun = self.begins.take().unwrap_or(0);
        self.fading = false;
        self.ahead.keep_from(if begun > 0 { begun } else { u64::MAX });
        self.released = self.released.filter(|frame| begun > 0 && *frame >= begun);
        (self.peak, self.quiet, self.ended) = (0.0, 0, None);
    }

    /// One of the knobs that its last note had for itself, which it has no more.
    pub(super) fn take_knob(&mut self) -> Option<OwnKnob> {
        self.turned = self.turned.checked_sub(1)?;
        self.own.get_mut(self.turned)?.take()
    }

    /// Lets it fade, from a frame that may lie ahead of the present one. Tells how many fades lie ahead then; there is to be room for one more.
    pub(super) fn fade_from(&mut self, frame: u64, frames: u32, present: u64) -> usize {
        if frame > present {
            self.ahead.push(frame, frames);
            return self.ahead.count;
        }
        // One that was foreseen for this very frame is hurried as one is that has begun.
        while let Some((foreseen, frames)) = self.ahead.take_before(frame + 1) {
            self.gain.depart(foreseen, 0.0, Motion::Glide(frames));
        }
        self.gain.depart(frame, 0.0, Motion::Glide(frames));
        self.fading = true;
        self.ahead.count
    }

    /// Notes a knob, by what it was before the note first turned it. More than there is room for stay as they were turned.
    pub(super) fn note_knob(&mut self, knob: OwnKnob) {
        let same = |there: &&mut Option<OwnKnob>| {
            there.is_some_and(|t| (t.node, t.param) == (knob.node, knob.param))
        };
        if let Some(Some(there)) = self.own.iter_mut().take(self.turned).find(same) {
            there.now = knob.now;
        } else if let Some(free) = self.own.get_mut(self.turned) {
            *free = Some(knob);
            self.turned += 1;
        }
    }

    /// Fades what the voice puts out if it was stolen, follows its level, and finds out whether it has ended. Whether what it puts out is changed. `[audio]`
    pub fn follow(&mut self, outputs: &mut Outputs<'_>, span: Span) -> bool {
        let mut gains = [1.0; QUANTUM];
        let fades = self.fade(&mut gains, span);
        if fades {
            for channel in outputs.iter_mut() {
                channel.iter_mut().zip(&gains).for_each(|(x, gain)| *x *= gain);
            }
        }
        if self.listens {
            self.listen(outputs, span);
        }
        if self.ended.is_some() {
            // It is taken off on the grid.
            outputs.silence_all();
            return true;
        }
        let Some(released) = self.released.filter(|_| !self.fading) else { return fades };
        let first = released.saturating_sub(span.frame) as usize;
        for frame in first..span.frames {
            let loud = (0..outputs.channels())
                .any(|c| outputs.read(c).get(frame).is_some_and(|x| x.abs() > NOTHING));
            self.quiet = if loud { 0 } else { self.quiet.saturating_add(1) };
            if self.quiet >= self.enough {
                self.ended = Some(span.frame + frame as u64 + 1);
                for channel in outputs.iter_mut() {
                    channel.iter_mut().skip(frame + 1).for_each(|x| *x = 0.0);
                }
                return true;
            }
        }
        fades
    }

    /// Whether something of it is to be seen to.
    pub fn stirs(&self) -> bool {
        self.listens
            || self.fading
            || self.ahead.count > 0
            || self.begins.is_some()
            || self.released.is_some()
            || self.ended.is_some()
    }

    /// Whether nothing is to be seen to but its end, which comes in none of the next frames of a block if it is heard in the last of them.
    pub fn is_let_go(&self) -> bool {
        let is_more = self.listens
            || self.fading
            || self.ahead.count > 0
            || self.begins.is_some()
            || self.ended.is_some();
        self.released.is_some() && !is_more && self.quiet == 0 && self.enough > crate::QUANTUM as u32
    }

    /// Follows the level.
    fn listen(&mut self, outputs: &Outputs<'_>, span: Span) {
        for frame in 0..span.frames {
            let of = |c: usize| outputs.read(c).get(frame).map_or(0.0, |x| x.abs());
            let sample = (0..outputs.channels()).map(of).fold(0.0, f32::max);
            self.peak = sample.max(self.peak * self.fall);
        }
    }

    /// Whether all there is to be done over a span is to let it fade, whatever it puts out.
    pub fn only_fades(&self, span: Span) -> bool {
        let end = span.frame + span.frames as u64;
        let fades = self.fading || self.ahead.first().is_some_and(|(begins, _)| begins < end);
        fades && !self.listens && self.ended.is_none()
    }

    /// What it is multiplied by in each frame as it fades; whether it does. What is there where it does not yet is 1. `[audio]`
    #[inline(always)]
    pub fn fade(&mut self, gains: &mut [f32], span: Span) -> bool {
        let gains = gains.get_mut(..span.frames).unwrap_or_default();
        let mut from = 0;
        while let Some((frame, frames)) = self.ahead.take_before(span.frame + span.frames as u64) {
            let begins = frame.saturating_sub(span.frame) as usize;
            if self.fading {
                self.gain
                    .render_here(span.frame + from as u64, gains.get_mut(from..begins).unwrap_or_default());
            }
            self.gain.depart(frame, 0.0, Motion::Glide(frames));
            (self.fading, from) = (true, begins);
        }
        if !self.fading {
            return false;
        }
        self.gain.render_here(span.frame + from as u64, gains.get_mut(from..).unwrap_or_default());
        true
    }
}

//! How do frames get out of a port? Whole blocks at a time, at the pace of the clock that asks.

use super::convert::Converter;
use super::fade::FADE_SECONDS;
use super::intake::Intake;
use super::setup::{PortError, Setup, Tie};
use super::status::{PortMeters, PortState};
use super::steer::{Seen, Steer};
use super::{Pulse, Status};
use crate::pace::Pace;
use sostenuto_rt::{Consumer, LatestReader};
use std::fmt;
use std::sync::Arc;

/// Seconds by which a ring may hold less than the feeding clock's line promises before the line is taken for an old one.
const STALE: f64 = 2.0e-3;
/// Seconds after which a port begins even if its clocks are not known well.
const PATIENCE: f64 = 10.0;

/// A ring that runs empty so many seconds after it began to be played was not full enough.
const TOO_SOON: f64 = 1.0;

/// The end of a port that gives frames.
///
/// 1. `[audio]` [`fill`](Self::fill) is called from one clock's callback, for every block.
/// 2. `[any]` [`meters`](Self::meters) tells how it fares; they stay when the port has gone.
pub struct Drain {
    channels: usize,
    from: f64,
    to: f64,
    tie: Tie,
    intake: Intake,
    converter: Converter,
    steer: Steer,
    pace: Pace,
    pulses: LatestReader<Pulse>,
    /// Frames given so far.
    given: u64,
    /// Feeding frames stepped over so far.
    stepped: f64,
    waited: f64,
    /// Seconds since it began to play.
    played: f64,
    lost_before: u64,
    losing: bool,
    meters: Arc<PortMeters>,
}

impl Drain {
    pub(super) fn new(
        setup: &Setup,
        ring: Consumer<f32>,
        pulses: LatestReader<Pulse>,
        meters: Arc<PortMeters>,
    ) -> Result<Self, PortError> {
        let channels = usize::from(setup.channels);
        let from = f64::from(setup.from);
        let fade = ((from * FADE_SECONDS) as usize).max(1);
        Ok(Drain {
            channels,
            from,
            to: f64::from(setup.to),
            tie: setup.tie,
            intake: Intake::new(ring, channels, fade),
            converter: Converter::new(setup)?,
            steer: Steer::new(setup),
            pace: Pace::new(setup.to),
            pulses,
            given: 0,
            stepped: 0.0,
            waited: 0.0,
            played: 0.0,
            lost_before: 0,
            losing: false,
            meters,
        })
    }

    /// The gauges, for a display on any thread.
    pub fn meters(&self) -> Arc<PortMeters> {
        self.meters.clone()
    }

    /// Whether its ends have clocks of their own. `[any]`
    pub fn tie(&self) -> Tie {
        self.tie
    }

    /// Frames per second that it is fed. `[any]`
    pub fn from_rate(&self) -> f64 {
        self.from
    }

    /// What it is doing. `[any]`
    pub fn state(&self) -> PortState {
        self.status().state
    }

    /// How it fares. `[any]`
    pub fn status(&self) -> Status {
        self.meters.read()
    }

    /// At most how many feeding frames a block of so many frames takes. With [`Tie::Same`], the clock that asks feeds as many as are missing in the ring
    /// before it drains: then none is ever missing. `[audio]`
    pub fn needs(&self, frames: usize) -> usize {
        self.converter.needs(frames)
    }

    /// Frames in the ring. `[audio]`
    pub fn held(&self) -> usize {
        self.intake.frames()
    }

    /// Frames that it gives, from the first that are not silent, until they are whole: before that, the converter of rates still hears the silence before them, and the
    /// step between. 0 at equal rates. `[any]`
    pub fn begins_after(&self) -> usize {
        (2.0 * self.converter.delay() * self.to / self.from).ceil() as usize
    }

    /// Fills a block of interleaved frames, at `now` nanoseconds. Samples past the last whole frame are silent. `[audio]`
    pub fn fill(&mut self, block: &mut [f32], now: u64) {
        let frames = block.len() / self.channels;
        let (whole, past) = block.split_at_mut(frames * self.channels);
        past.fill(0.0);
        let pulse = *self.pulses.read();
        let step = match self.tie {
            Tie::Same => self.run_along(&pulse, frames),
            Tie::Follow => self.follow(&pulse, frames, now),
        };
        let missing = self.converter.fill(whole, step, &mut self.intake, &mut self.stepped);
        self.given = self.given.wrapping_add(frames as u64);
        if missing > 0 {
            self.meters.underruns.add(1);
            self.meters.concealed.add(missing as u64);
            self.steer.unlock();
            if self.played < TOO_SOON {
                self.steer.allow_for(missing);
            }
        }
        self.played += frames as f64 / self.to;
        self.show(&pulse, frames);
    }

    /// Another clock asks from now on: what was learnt of the one before is forgotten. Without it, the change is noticed in half a second.
    /// `[audio]`
    pub fn clock_changed(&mut self) {
        self.pace.restart();
    }

    /// Both ends on one clock: plays as soon as there is enough for a block. If the clock that asks stands still while the other feeds, what comes late is left out.
    fn run_along(&mut self, pulse: &Pulse, frames: usize) -> f64 {
        if pulse.blocked {
            self.flush();
        } else if self.intake.is_playing() {
            let excess = self.intake.frames().saturating_sub(self.needs(frames));
            if excess as f64 > self.steer.cap() && self.intake.skip(excess) {
                self.meters.overruns.add(1);
                self.meters.skipped.add(excess as u64);
            }
        } else if self.intake.is_silent() && self.intake.frames() >= self.needs(frames).max(1) {
            // Bit-exact from the first frame of all; after a gap it fades in.
            self.intake.play(self.meters.underruns.get() + self.meters.overruns.get() == 0);
        }
        self.from / self.to
    }

    /// Each end on its own clock.
    fn follow(&mut self, pulse: &Pulse, frames: usize, now: u64) -> f64 {
        if self.pace.note(self.given, now) {
            self.steer.unlock();
        }
        let fill = self.smooth_fill(pulse);
        // While it cannot be told, the last one is shown.
        if let Some(fill) = fill {
            self.meters.fill.set(fill / self.from);
        }
        let seconds = frames as f64 / self.to;
        let step = self.steer.note(&Seen {
            feed: &pulse.line,
            drain: self.pace.line(),
            fill,
            takes: self.converter.needs(frames) as f64,
            seconds,
        });
        if pulse.blocked {
            self.flush();
        } else if self.intake.is_playing() {
            self.keep_below_cap(fill, frames);
        } else {
            self.waited += seconds;
            self.prime(pulse, fill);
        }
        step
    }

    /// What the ring would hold before this callback if frames came and went one by one, each at its time; none if either clock is not known, or
    /// is not where its line says.
    fn smooth_fill(&self, pulse: &Pulse) -> Option<f64> {
        let (feed, drain) = (&pulse.line, self.pace.line());
        if !feed.holds() || !drain.holds() {
            return None;
        }
        let fed = feed.frame_at(drain.nanos_at(self.given)) - pulse.lost as f64;
        let fill = fed - self.stepped - self.intake.ahead() as f64 - self.converter.reads_ahead();
        let least = fill - (feed.late + STALE) * self.from;
        (fill.is_finite() && self.intake.frames() as f64 >= least).then_some(fill)
    }

    /// Silent: keeps the fill near its target, and begins to play when the clocks are known.
    fn prime(&mut self, pulse: &Pulse, fill: Option<f64>) {
        self.steer.unlock();
        let ready = self.steer.is_measured() || self.waited > PATIENCE;
        let Some(fill) = fill.filter(|_| ready) else {
            let most = self.steer.cap().max(2.0 * f64::from(pulse.block));
            let excess = self.intake.frames() as f64 - most;
            self.intake.discard(excess.max(0.0) as usize);
            self.begin_blindly(pulse, ready);
            return;
        };
        let excess = fill - self.steer.target();
        let left_out = self.intake.discard(excess.max(0.0) as usize) as f64;
        self.meters.fill.set((fill - left_out) / self.from);
        if excess >= 0.0 && excess - left_out < 1.0 && self.intake.is_silent() {
            self.begin();
        }
    }

    /// After a gap in which the feeding clock stood still, its line is an old one. The ratio is known all the same: what the ring holds at its least, just
    /// before a block comes, is enough to go by.
    fn begin_blindly(&mut self, pulse: &Pulse, ready: bool) {
        let excess = self.intake.frames() as f64 - self.steer.target() - f64::from(pulse.block);
        if ready && self.intake.is_silent() && excess >= 0.0 {
            self.intake.discard(excess as usize);
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.intake.play(false);
        (self.waited, self.played) = (0.0, 0.0);
    }

    /// Leaves out frames, in a crossfade, when there are too many.
    fn keep_below_cap(&mut self, fill: Option<f64>, frames: usize) {
        let held = self.intake.frames() as f64 - self.converter.needs(frames) as f64;
        let excess = fill.unwrap_or(held) - self.steer.target();
        if fill.unwrap_or(held) > self.steer.cap() && excess >= 1.0 && self.intake.skip(excess as usize) {
            self.meters.overruns.add(1);
            self.meters.skipped.add(excess as u64);
            self.steer.unlock();
        }
    }

    /// The ring was full, and what comes next is no continuation: fades out and empties it.
    fn flush(&mut self) {
        self.intake.stop();
        self.intake.discard(usize::MAX);
        self.steer.unlock();
    }

    fn show(&mut self, pulse: &Pulse, frames: usize) {
        let state = match (self.intake.is_playing(), self.steer.is_locked() || self.tie == Tie::Same) {
            (false, _) => PortState::Priming,
            (true, false) => PortState::Locking,
            (true, true) => PortState::Locked,
        };
        let meters = &self.meters;
        meters.state.set(state.number());
        meters.block.set(u32::try_from(frames).unwrap_or(u32::MAX));
        if self.tie == Tie::Same {
            meters.fill.set(self.intake.frames() as f64 / self.from);
        } else {
            meters.target.set(self.steer.target() / self.from);
            meters.ppm.set(self.steer.ppm());
        }
        meters.latency.set(meters.fill.get() + self.converter.delay() / self.from);
        meters.lost.set(pulse.lost);
        // One overrun for each time that it is full, however many blocks are lost.
        let losing = pulse.lost != self.lost_before;
        meters.overruns.add(u64::from(losing && !self.losing));
        (self.losing, self.lost_before) = (losing || pulse.blocked, pulse.lost);
    }
}

impl fmt::Debug for Drain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain")
            .field("given", &self.given)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

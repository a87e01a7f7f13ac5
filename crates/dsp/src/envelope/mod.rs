//! A level that rises, falls, holds and fades with a gate.

mod segment;

use crate::gate::{Gate, Held, for_each_lane, is_on, levels};
use crate::lane_state::lane_state;
use crate::{PIECE, Sample, Value};
use segment::Lanes;

/// Times and level of an envelope for one block.
#[derive(Clone, Copy, Debug)]
pub struct Segments<'a, S: Sample = f32> {
    /// Seconds from 0 to 1. All times are from 0; below 0 and NaN count as 0, which takes no frame at all.
    pub attack: Value<'a, S>,
    /// Seconds from 1 to the sustain level.
    pub decay: Value<'a, S>,
    /// The level while the gate stays on, from 0 to 1 (limited to it; NaN counts as 0).
    pub sustain: Value<'a, S>,
    /// Seconds from wherever the level is to 0.
    pub release: Value<'a, S>,
}

/// How each segment is bent: over the part `x` of its time it covers `(1 - e^(-k x)) / (1 - e^-k)` of its way.
///
/// 0 is a straight line, 5 an exponential that starts fast and flattens (as a capacitor charges), -5 its mirror image.
/// Limited to -20..=20.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curves {
    /// Of the attack.
    pub attack: f64,
    /// Of the decay.
    pub decay: f64,
    /// Of the release.
    pub release: f64,
}

impl Default for Curves {
    fn default() -> Self {
        Self { attack: 0.0, decay: 5.0, release: 5.0 }
    }
}

/// An envelope of attack, decay, sustain and release (ADSR).
///
/// In the frame in which the gate goes on, the level is what it was, and the attack starts; `n` frames on, the level is that of
/// `n / rate` seconds on the curve. What of a frame is left when a segment ends counts for the next one, so segments of
/// any length stay in time. The attack of a gate that comes again starts at the level that is there. A straight segment counts its frames, a curve is a
/// recursion in double precision: both are within 1e-6 of the closed form, over segments of up to 30 s at 192 kHz.
///
/// A time that moves changes the speed of the rest of its segment. Moving times cost an exponential per frame.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<S: Sample = f32> {
    rate: f64,
    curves: [f64; 3],
    gate: Gate,
    lanes: Lanes<S>,
    /// Lanes that are neither idle nor at the sustain level.
    moving: u32,
    idle: u32,
    /// Part of the way where that is a straight line: `base + slope * count`, after `count` frames.
    base: S,
    slope: S,
    count: S,
    /// 1 where it is a [`Recursion`] instead.
    bend: S,
    bent: Recursion<S>,
    /// The level is `start + (end + follow * sustain - start) * part`.
    start: S,
    end: S,
    follow: S,
    calm: Calm<S>,
}

/// A part of the way that goes from frame to frame as `part * ratio + offset`; where it is a straight line, all is at rest.
#[derive(Clone, Copy, Debug)]
struct Recursion<S: Sample> {
    part: S::Wide,
    ratio: S::Wide,
    offset: S::Wide,
}

impl<S: Sample> Recursion<S> {
    fn at_rest() -> Self {
        Recursion { part: S::Wide::one(), ratio: S::Wide::one(), offset: S::Wide::zero() }
    }
}

/// Until when no lane need be looked at.
#[derive(Clone, Copy, Debug)]
struct Calm<S: Sample> {
    /// The times that all lanes go by, if they do.
    times: [S; 3],
    known: bool,
    /// Frames from now on in which no segment ends.
    left: u64,
    course: Course,
}

/// How the lanes go that do not stay where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    /// All on straight lines.
    Straight,
    /// All by [recursion](Recursion).
    Bent,
    /// Some so, some otherwise.
    Both,
}

impl<S: Sample> Calm<S> {
    /// Lanes are others than before.
    fn forget(&mut self) {
        (self.left, self.known) = (0, false);
    }
}

impl<S: Sample> Envelope<S> {
    /// At `rate` frames per second, idle.
    pub fn new(rate: f64) -> Self {
        let mut envelope = Self {
            rate: rate.max(1.0),
            curves: [0.0; 3],
            gate: Gate::default(),
            lanes: Lanes::new(),
            moving: 0,
            idle: all_lanes::<S>(),
            base: S::one(),
            slope: S::zero(),
            count: S::zero(),
            bend: S::zero(),
            bent: Recursion::at_rest(),
            start: S::zero(),
            end: S::zero(),
            follow: S::zero(),
            calm: Calm { times: [S::zero(); 3], known: false, left: 0, course: Course::Both },
        };
        envelope.set_curves(Curves::default());
        envelope
    }

    /// Sets the curves, each from the next time that its segment begins. `[audio]`
    pub fn set_curves(&mut self, curves: Curves) {
        let limit = |k: f64| {
            if k.abs() <= 20.0 {
                k
            } else if k > 0.0 {
                20.0
            } else if k < 0.0 {
                -20.0
            } else {
                0.0
            }
        };
        self.curves = [curves.attack, curves.decay, curves.release].map(limit);
    }

    /// At once to zero and idle, the gate counting as off. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        let curves = self.curves;
        *self = Self::new(self.rate);
        self.curves = curves;
    }

    /// Whether every lane is at exactly 0 and stays there until its gate goes on. `[audio]`
    #[inline(always)]
    pub fn is_idle(&self) -> bool {
        self.idle == all_lanes::<S>()
    }

    /// In the bit of each lane, whether it is idle. `[audio]`
    #[inline(always)]
    pub fn idle(&self) -> u32 {
        self.idle
    }

    /// The level of every lane if it stays for as long as gate and sustain are these: then there is nothing to process. `[audio]`
    #[inline(always)]
    pub fn resting_level(&self, gate: S, sustain: S) -> Option<S> {
        (self.moving == 0 && self.gate.on == is_on(gate)).then(|| self.level(sustain))
    }

    /// Fills `out` with the level, from 0 to 1. The gate is on above 0.5.
    /// `[audio]`
    #[inline]
    pub fn process(&mut self, gate: Value<'_, S>, segments: &Segments<'_, S>, out: &mut [S]) {
        S::enter(
            #[inline(always)]
            || self.process_here(gate, segments, out),
        )
    }

    #[inline(always)]
    pub(crate) fn process_here(&mut self, gate: Value<'_, S>, segments: &Segments<'_, S>, out: &mut [S]) {
        let mut on = [0; PIECE];
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            let Some(on) = on.get_mut(..out.len()) else { return };
            let gate = match gate.part(start, end) {
                Value::Steady(level) => Held::Steady(is_on(level)),
                gate => {
                    levels(gate, on);
                    Held::Moving(on)
                }
            };
            let (attack, decay) = (segments.attack.part(start, end), segments.decay.part(start, end));
            let times = [attack, decay, segments.release.part(start, end)];
            self.piece(gate, &times, segments.sustain.part(start, end), out);
            start = end;
        }
    }

    /// At most [`PIECE`] frames: from each frame in which something begins to the next.
    #[inline(always)]
    fn piece(&mut self, gate: Held<'_>, times: &[Value<'_, S>; 3], sustain: Value<'_, S>, out: &mut [S]) {
        let moving_times = times.iter().any(|time| !time.is_steady());
        let mut frame = 0;
        while frame < out.len() {
            let (rising, falling) = self.gate.edges(gate.at(frame));
            let [attack, decay, release] = times;
            let present = [attack.at(frame), decay.at(frame), release.at(frame)];
            let has_times = self.calm.known && self.calm.times == present;
            if rising | falling != 0 || self.calm.left == 0 || !has_times {
                self.begin((rising, falling), (present, has_times), sustain.at(frame));
                let course = match (self.bend == S::zero(), self.slope == S::zero()) {
                    (true, _) => Course::Straight,
                    (_, true) => Course::Bent,
                    _ => Course::Both,
                };
                self.calm = Calm { times: present, known: true, left: self.until_end(), course };
            }
            // The next frame that needs a look: where the gate changes, where a segment is over, each one under moving times.
            let mut run = (gate.stays(frame, out.len()) as u64).min(self.calm.left);
            if moving_times && self.moving != 0 {
                run = 1;
            }
            let run = (run.max(1) as usize).min(out.len() - frame);
            self.calm.left = self.calm.left.saturating_sub(run as u64);
            if let Some(out) = out.get_mut(frame..frame + run) {
                self.run(sustain.part(frame, frame + run), out);
            }
            self.lanes.pass(run as u64);
            frame += run;
        }
    }

    /// The levels of frames in which nothing begins or ends.
    #[inline(always)]
    fn run(&mut self, sustain: Value<'_, S>, out: &mut [S]) {
        if self.moving == 0 {
            // The parts are all 1 and stay there.
            match sustain {
                Value::Steady(sustain) => out.fill(self.level(sustain)),
                Value::Moving(sustains) => {
                    for (out, &sustain) in out.iter_mut().zip(sustains) {
                        *out = self.level(sustain);
                    }
                }
            }
            return;
        }
        let Self { base, slope, mut count, mut bent, start, .. } = *self;
        let bends = S::splat(0.5).lt(self.bend);
        match (sustain, self.calm.course) {
            (Value::Steady(sustain), Course::Straight) => {
                let way = self.way(sustain);
                for out in out {
                    *out = start + way * (base + slope * count).min(S::one());
                    count += S::one();
                }
            }
            // The recursion of those that stay where they are gives 1 as well.
            (Value::Steady(sustain), Course::Bent) => {
                let way = self.way(sustain);
                for out in out {
                    *out = start + way * S::narrow(bent.part);
                    bent.part = bent.part * bent.ratio + bent.offset;
                }
            }
            (Value::Steady(sustain), Course::Both) => {
                let way = self.way(sustain);
                for out in out {
                    let line = (base + slope * count).min(S::one());
                    *out = start + way * S::select(bends, S::narrow(bent.part), line);
                    bent.part = bent.part * bent.ratio + bent.offset;
                    count += S::one();
                }
            }
            (Value::Moving(sustains), _) => {
                for (out, sustain) in out.iter_mut().zip(sustains) {
                    let line = (base + slope * count).min(S::one());
                    *out = start + self.way(*sustain) * S::select(bends, S::narrow(bent.part), line);
                    bent.part = bent.part * bent.ratio + bent.offset;
                    count += S::one();
                }
            }
        }
        (self.count, self.bent) = (count, bent);
    }

    /// Frames until the first segment is over, at least 1.
    #[inline(always)]
    fn until_end(&self) -> u64 {
        let mut left = u64::MAX;
        for_each_lane(self.moving, |lane| {
            if let Some(lane) = self.lanes.get(lane) {
                left = left.min(lane.length.saturating_sub(lane.since));
            }
        });
        left.max(1)
    }
}

/// The bits of all lanes.
#[inline(always)]
fn all_lanes<S: Sample>() -> u32 {
    u32::MAX >> (32 - S::LANES.clamp(1, 32))
}

lane_state!(Envelope<S> {
    bits: gate.on, moving, idle;
    parts: lanes;
    samples: base, slope, count, bend, bent.part, bent.ratio, bent.offset, start, end, follow;
    memos: calm;
} reset |envelope, lane| {
    envelope.idle |= 1 << lane;
    envelope.stand(lane);
});

//! A slow oscillator to move parameters with.

use crate::gate::{Gate, for_each_lane, is_on, levels};
use crate::lane_state::lane_state;
use crate::math::sin_quarter;
use crate::noise::Uniform;
use crate::osc::Tuning;
use crate::{PIECE, Phase, Sample, Value, control_frames};

/// What an LFO draws in each cycle, between -1 and 1. Plain, not band-limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LfoShape {
    /// From 0 upwards.
    #[default]
    Sine,
    /// From 0 upwards, in phase with the sine.
    Triangle,
    /// From -1 to 1.
    SawUp,
    /// From 1 to -1.
    SawDown,
    /// 1 for the part `width` of the cycle, then -1.
    Square,
    /// A new random level in each cycle.
    RandomStep,
    /// From one random level to the next, level at both ends (`3 x^2 - 2 x^3`).
    RandomSmooth,
}

/// Whether an LFO goes on after a cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LfoMode {
    /// Cycle after cycle.
    #[default]
    Free,
    /// One cycle from the beginning and from each trigger, then the level at its end.
    OneShot,
}

/// The last phase of a cycle.
const CYCLE_END: u64 = u64::MAX;
/// Half a turn.
const HALF_TURN: u64 = 1 << 63;
/// A quarter turn.
const QUARTER_TURN: u64 = 1 << 62;

/// A low-frequency oscillator.
///
/// Sine and shapes made of straight lines are within 3e-7 of the exact ones; the phase does not drift (see [`Phase`]).
#[derive(Clone, Copy, Debug)]
pub struct Lfo<S: Sample = f32> {
    shape: LfoShape,
    mode: LfoMode,
    phase: S::Phase,
    /// Lanes whose one shot is over.
    over: u32,
    trigger: Gate,
    tuning: Tuning<S>,
    random: [Uniform<S>; 2],
    from: S,
    to: S,
}

impl<S: Sample> Lfo<S> {
    /// At `rate` frames per second, from phase 0, with a seed for the random shapes of each lane.
    pub fn new(rate: f64, seeds: impl Fn(usize) -> u64) -> Self {
        let random = Uniform::new(seeds);
        let mut lfo = Self {
            shape: LfoShape::default(),
            mode: LfoMode::default(),
            phase: S::Phase::zero(),
            over: 0,
            trigger: Gate::default(),
            tuning: Tuning::new(rate),
            random: [random; 2],
            from: S::zero(),
            to: S::zero(),
        };
        lfo.reset();
        lfo
    }

    /// Changes the shape, at once. `[audio]`
    pub fn set_shape(&mut self, shape: LfoShape) {
        self.shape = shape;
    }

    /// Changes the mode. A one shot that is over goes on from its end when set free. `[audio]`
    pub fn set_mode(&mut self, mode: LfoMode) {
        self.mode = mode;
        if mode == LfoMode::Free {
            self.over = 0;
        }
    }

    /// Back to the start of the first cycle and the first random level, and counts the trigger as off. `[audio]`
    #[inline(always)]
    pub fn reset(&mut self) {
        let [start, now] = &mut self.random;
        *now = *start;
        (self.from, self.to) = (now.next(), now.next());
        (self.phase, self.over, self.trigger) = (S::Phase::zero(), 0, Gate::default());
    }

    /// Moves to `phase`, of the frame that comes next. `[audio]`
    #[inline(always)]
    pub fn set_phase(&mut self, phase: S::Phase) {
        self.phase = phase;
    }

    /// In the bit of each lane, whether its one shot is over. `[audio]`
    #[inline(always)]
    pub fn over(&self) -> u32 {
        self.over
    }

    /// Fills `out`.
    ///
    /// `frequency` in hertz from 0 (limited to it) to half the rate; `offset` of the phase in turns; `width` of the square
    /// from 0 to 1. Where `trigger` goes above 0.5, the cycle starts anew in that very frame. The offset shifts the
    /// phase within the cycle; the random levels change where the cycle without it begins. `[audio]`
    #[inline]
    pub fn process(
        &mut self,
        frequency: Value<'_, S>,
        offset: Value<'_, S>,
        width: Value<'_, S>,
        trigger: Value<'_, S>,
        out: &mut [S],
    ) {
        S::enter(
            #[inline(always)]
            || self.process_here(frequency, offset, width, trigger, out),
        )
    }

    /// The same for a block of at most [`PIECE`] frames that is read at those of [`control_frames`] only, the first of which has the absolute number
    /// `start`: it writes these, and the others if something moves. `[audio]`
    #[inline]
    pub fn process_sparse(
        &mut self,
        start: u64,
        frequency: Value<'_, S>,
        offset: Value<'_, S>,
        width: Value<'_, S>,
        trigger: Value<'_, S>,
        out: &mut [S],
    ) {
        S::enter(
            #[inline(always)]
            || match self.steady(frequency, offset, trigger).filter(|_| out.len() <= PIECE) {
                Some(steady) => {
                    let frames = control_frames(start, out.len());
                    self.draw_steady(steady, width, frames, out);
                }
                None => self.process_moving(frequency, offset, width, trigger, out),
            },
        );
    }

    #[inline(always)]
    pub(crate) fn process_here(
        &mut self,
        frequency: Value<'_, S>,
        offset: Value<'_, S>,
        width: Value<'_, S>,
        trigger: Value<'_, S>,
        out: &mut [S],
    ) {
        let Some(steady) = self.steady(frequency, offset, trigger) else {
            return self.process_moving(frequency, offset, width, trigger, out);
        };
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            self.draw_steady(steady, width.part(start, end), 0..out.len(), out);
            start = end;
        }
    }

    /// What a free cycle of a shape that is not random goes by, if it does not move.
    #[inline(always)]
    fn steady(
        &self,
        frequency: Value<'_, S>,
        offset: Value<'_, S>,
        trigger: Value<'_, S>,
    ) -> Option<Steady<S>> {
        let random_shape = matches!(self.shape, LfoShape::RandomStep | LfoShape::RandomSmooth);
        match (frequency, offset, trigger) {
            _ if random_shape || self.mode == LfoMode::OneShot || self.over != 0 => None,
            (Value::Steady(frequency), Value::Steady(offset), Value::Steady(trigger)) => {
                Some(Steady { frequency, offset, on: is_on(trigger) })
            }
            _ => None,
        }
    }

    /// Whatever moves.
    #[inline(always)]
    fn process_moving(
        &mut self,
        frequency: Value<'_, S>,
        offset: Value<'_, S>,
        width: Value<'_, S>,
        trigger: Value<'_, S>,
        out: &mut [S],
    ) {
        let random_shape = matches!(self.shape, LfoShape::RandomStep | LfoShape::RandomSmooth);
        let mut phases = [S::Phase::zero(); PIECE];
        let mut random = [(S::zero(), S::zero()); PIECE];
        let mut on = [0; PIECE];
        let mut start = 0;
        for out in out.chunks_mut(PIECE) {
            let end = start + out.len();
            let Some(phases) = phases.get_mut(..out.len()) else { return };
            self.tuning.steps_forward(frequency.part(start, end), phases);
            levels(trigger.part(start, end), &mut on);
            for ((phase, levels), &on) in phases.iter_mut().zip(&mut random).zip(&on) {
                let drawn;
                (*phase, drawn) = self.advance(*phase, on);
                if random_shape {
                    *levels = drawn;
                }
            }
            shift::<S>(offset.part(start, end), phases);
            let mut frames = phases.iter().zip(&random);
            draw(
                self.shape,
                width.part(start, end),
                0..out.len(),
                out,
                #[inline(always)]
                |_| match frames.next() {
                    Some((phase, levels)) => (*phase, *levels),
                    None => (S::Phase::zero(), (S::zero(), S::zero())),
                },
            );
            start = end;
        }
    }

    /// One frame: gives its phase and random levels, and goes on to the next.
    #[inline(always)]
    fn advance(&mut self, step: S::Phase, on: u32) -> (S::Phase, (S, S)) {
        let rising = self.trigger.rising(on);
        if rising != 0 {
            self.restart(rising);
        }
        let (phase, levels) = (self.phase, (self.from, self.to));
        let next = phase.plus(step);
        let wrapped = next.crossed(phase, step);
        self.phase = next;
        if wrapped | self.over != 0 {
            self.wrap(wrapped & !self.over);
        }
        (phase, levels)
    }

    /// The `frames` of a free cycle of a shape that is not random, at one frequency; at most [`PIECE`].
    #[inline(always)]
    fn draw_steady(
        &mut self,
        steady: Steady<S>,
        width: Value<'_, S>,
        frames: impl Iterator<Item = usize>,
        out: &mut [S],
    ) {
        let rising = self.trigger.rising(steady.on);
        if rising != 0 {
            self.restart(rising);
        }
        let step = self.tuning.step_forward(steady.frequency);
        let offset = S::phase_of(steady.offset.widen());
        let before = self.phase;
        let (mut at, mut phase) = (0, before.plus(offset));
        let length = out.len();
        draw(
            self.shape,
            width,
            frames,
            out,
            #[inline(always)]
            |frame| {
                phase = phase.plus(times(step, frame - at));
                at = frame;
                (phase, (S::zero(), S::zero()))
            },
        );
        self.phase = phase.plus(times(step, length - at)).minus(offset);
        // Random levels are drawn with every cycle, whatever the shape.
        let (mut is_far, mut complete) = (false, 0);
        let ends = self.phase;
        for (lane, ((before, after), step)) in
            before.lanes().iter().zip(ends.lanes()).zip(step.lanes()).enumerate()
        {
            // What goes no farther comes past the end of a cycle once at most.
            is_far |= *step > u64::MAX / PIECE as u64;
            complete |= u32::from(after < before) << lane;
        }
        if is_far {
            return self.draw_cycles(before, step, length as u128);
        }
        for_each_lane(complete, |lane| self.draw_level(lane));
    }

    /// Draws the random levels of all cycles that are completed in so many frames.
    #[cold]
    fn draw_cycles(&mut self, before: S::Phase, step: S::Phase, frames: u128) {
        for (lane, (&before, &step)) in before.lanes().iter().zip(step.lanes()).enumerate() {
            let cycles = (u128::from(before) + frames * u128::from(step)) >> 64;
            for _ in 0..cycles {
                self.draw_level(lane);
            }
        }
    }

    /// Begins the cycle anew.
    fn restart(&mut self, lanes: u32) {
        for_each_lane(lanes, |lane| {
            self.phase.set_lane(lane, 0);
            self.over &= !(1 << lane);
            self.draw_level(lane);
        });
    }

    /// What happens where a cycle is complete, and where one was before.
    fn wrap(&mut self, wrapped: u32) {
        if self.mode == LfoMode::OneShot {
            self.over |= wrapped;
            for_each_lane(self.over, |lane| self.phase.set_lane(lane, CYCLE_END));
        } else {
            for_each_lane(wrapped, |lane| self.draw_level(lane));
        }
    }

    /// The next random level of a lane.
    fn draw_level(&mut self, lane: usize) {
        let next = self.random[1].next_in(lane);
        self.from.set_lane(lane, self.to.lane(lane));
        self.to.set_lane(lane, next);
    }
}

/// Adds an offset in turns to the phases.
#[inline(always)]
fn shift<S: Sample>(offset: Value<'_, S>, phases: &mut [S::Phase]) {
    match offset {
        Value::Steady(offset) => {
            let offset = S::phase_of(offset.widen());
            for phase in phases {
                *phase = phase.plus(offset);
            }
        }
        Value::Moving(offsets) => {
            for (phase, offset) in phases.iter_mut().zip(offsets) {
                *phase = phase.plus(S::phase_of(offset.widen()));
            }
        }
    }
}

/// What a cycle goes by that nothing moves.
#[derive(Clone, Copy)]
struct Steady<S> {
    frequency: S,
    offset: S,
    /// The lanes whose trigger is on.
    on: u32,
}

/// So many steps, at most [`PIECE`].
#[inline(always)]
fn times<P: Phase>(step: P, count: usize) -> P {
    if count == 1 {
        return step;
    }
    let (mut all, mut power, mut left) = (P::zero(), step, count);
    while left != 0 {
        if left & 1 == 1 {
            all = all.plus(power);
        }
        power = power.plus(power);
        left >>= 1;
    }
    all
}

/// The shape at each of the frames; `next` gives the phase there, and the random levels.
#[inline(always)]
fn draw<S: Sample>(
    shape: LfoShape,
    width: Value<'_, S>,
    frames: impl Iterator<Item = usize>,
    out: &mut [S],
    mut next: impl FnMut(usize) -> (S::Phase, (S, S)),
) {
    let (one, two) = (S::one(), S::splat(2.0));
    let quarter = S::Phase::splat(QUARTER_TURN);
    macro_rules! each_frame {
        (|$i:pat_param, $phase:pat_param, $levels:pat_param| $value:expr) => {
            for i in frames {
                let ($i, ($phase, $levels)) = (i, next(i));
                if let Some(out) = out.get_mut(i) {
                    *out = $value;
                }
            }
        };
    }
    match shape {
        LfoShape::Sine => each_frame!(|_, phase, _| sin_quarter(S::quarter_of(phase))),
        LfoShape::Triangle => {
            each_frame!(|_, phase, _| one - S::turns_of(phase.minus(quarter)).abs() * S::splat(4.0));
        }
        LfoShape::SawUp => each_frame!(|_, phase, _| ramp::<S>(phase) * two),
        LfoShape::SawDown => each_frame!(|_, phase, _| -ramp::<S>(phase) * two),
        LfoShape::Square => each_frame!(|i, phase, _| {
            S::select((ramp::<S>(phase) + S::splat(0.5)).lt(width.at(i)), one, -one)
        }),
        LfoShape::RandomStep => each_frame!(|_, _, (from, _)| from),
        LfoShape::RandomSmooth => each_frame!(|_, phase, (from, to)| {
            let x = ramp::<S>(phase) + S::splat(0.5);
            from + (to - from) * (x * x * (S::splat(3.0) - two * x))
        }),
    }
}

/// From -1/2 to 1/2 over the cycle.
#[inline(always)]
fn ramp<S: Sample>(phase: S::Phase) -> S {
    S::turns_of(phase.plus(S::Phase::splat(HALF_TURN)))
}

lane_state!(Lfo<S> {
    phases: phase;
    bits: over, trigger.on;
    part_lists: random;
    samples: from, to;
} reset |lfo, lane| {
    let [start, now] = &mut lfo.random;
    now.restart(lane, start);
    lfo.draw_level(lane);
    lfo.draw_level(lane);
});

//! Rest for machines that have a clock of their own running, such as the sine that sways a chorus.
//!
//! Leaving out the calls to a machine that rests must give the same samples as making them. Where a clock runs on in silence
//! that takes a rule: on the grid, a machine in which no sound is left falls asleep and is as new; it wakes at the first
//! frame of input that is not zero. Both frames depend on the signal alone, not on how the time is cut into spans. Of several
//! side by side each sleeps by itself.

use crate::node::resting_if;
use sostenuto_dsp::LaneState;
use sostenuto_graph::{Activity, Inputs, Io, Outputs, QUANTUM, Signal};
use std::ops::Range;

/// A kernel with a clock of its own.
pub(crate) trait Tail: LaneState {
    /// Makes it as new.
    fn reset(&mut self);

    /// Whether no sound is left in it.
    fn is_silent(&self) -> bool;

    /// In the bit of each lane, whether no sound is left there.
    fn silent_lanes(&self) -> u32;
}

/// A kernel that sleeps while there is nothing to do. A new one does.
#[derive(Debug)]
pub(crate) struct Sleeper<K> {
    kernel: K,
    /// A bit for each lane that sleeps. Alone, the kernel is then as new; a lane is made so when it wakes or leaves.
    asleep: u32,
}

/// All lanes.
const fn all<S: Signal>() -> u32 {
    u32::MAX >> (32 - S::LANES)
}

impl<K: Tail> Sleeper<K> {
    pub(crate) fn new<S: Signal>(kernel: K) -> Self {
        Sleeper { kernel, asleep: all::<S>() }
    }

    /// Makes the kernel as new, and asleep.
    pub(crate) fn reset<S: Signal>(&mut self) {
        self.kernel.reset();
        self.asleep = all::<S>();
    }

    /// Renders a span from the first input; `render` is given frames of it in which nobody wakes but at the first. `[audio]`
    #[inline(always)]
    pub(crate) fn process<S: Signal>(
        &mut self,
        io: &mut Io<'_, S>,
        render: impl Fn(&mut K, Range<usize>, Sides<'_, '_, S>),
    ) -> Activity {
        let frames = io.span.frames;
        let mut at = 0;
        while at < frames {
            let (next, waking) = match self.asleep {
                0 => (frames, 0),
                asleep => first_sound(&io.inputs, at..frames, asleep),
            };
            if next == at {
                // Somebody wakes at once.
            } else if self.asleep != all::<S>() {
                if let Some(mut sides) = Sides::of(at..next, &io.inputs, &mut io.outputs) {
                    render(&mut self.kernel, at..next, sides.lend());
                    sides.hush(self.asleep);
                }
            } else if next == frames && at == 0 {
                io.outputs.silence_all();
            } else if let Some(mut sides) = Sides::of(at..next, &io.inputs, &mut io.outputs) {
                sides.output.iter_mut().for_each(|side| side.fill(S::ZERO));
            }
            self.wake::<S>(waking);
            at = next;
        }
        if (io.span.frame + frames as u64).is_multiple_of(QUANTUM as u64) {
            self.fall_asleep::<S>();
        }
        resting_if(self.asleep == all::<S>())
    }

    #[inline(always)]
    fn wake<S: Signal>(&mut self, lanes: u32) {
        self.asleep &= !lanes;
        if S::LANES > 1 {
            (0..S::LANES).filter(|lane| lanes >> lane & 1 == 1).for_each(|lane| self.kernel.reset_lane(lane));
        }
    }

    #[inline(always)]
    fn fall_asleep<S: Signal>(&mut self) {
        if S::LANES > 1 {
            self.asleep |= self.kernel.silent_lanes() & all::<S>();
        } else if self.asleep == 0 && self.kernel.is_silent() {
            self.reset::<S>();
        }
    }
}

/// The first of some frames in which a lane that sleeps hears something, and which lanes do; or the end.
#[inline(always)]
fn first_sound<S: Signal>(inputs: &Inputs<'_, S>, frames: Range<usize>, asleep: u32) -> (usize, u32) {
    let end = frames.end;
    if inputs.is_silent(0) {
        return (end, 0);
    }
    let sides = [0, 1].map(|side| inputs.channel(0, side).get(frames.clone()).unwrap_or(&[]));
    let [left, right] = sides;
    for (frame, (left, right)) in frames.zip(left.iter().zip(right)) {
        let silent = S::bits(left.abs().le(S::ZERO)) & S::bits(right.abs().le(S::ZERO));
        if asleep & !silent != 0 {
            return (frame, asleep & !silent);
        }
    }
    (end, 0)
}

impl<K: LaneState<Alone = A>, A> LaneState for Sleeper<K> {
    type Alone = Sleeper<A>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Sleeper<A>) {
        if self.asleep >> lane & 1 == 1 {
            self.kernel.reset_lane(lane);
        }
        self.kernel.swap_lane(lane, &mut alone.kernel);
        let (was, is) = (self.asleep >> lane & 1, alone.asleep & 1);
        (self.asleep, alone.asleep) = (self.asleep & !(1 << lane) | is << lane, was);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.kernel.reset_lane(lane);
        self.asleep |= 1 << lane;
    }
}

/// What a stereo machine works on: both sides of its input and its output.
pub(crate) struct Sides<'i, 'o, S: Signal> {
    pub input: [&'i [S]; 2],
    pub output: [&'o mut [S]; 2],
}

impl<'i, 'o, S: Signal> Sides<'i, 'o, S> {
    /// Some of the frames.
    #[inline(always)]
    fn of(frames: Range<usize>, inputs: &Inputs<'i, S>, outputs: &'o mut Outputs<'_, S>) -> Option<Self> {
        let input = [0, 1].map(|side| inputs.channel(0, side).get(frames.clone()).unwrap_or(&[]));
        let output = outputs.first::<2>()?.map(|side| side.get_mut(frames.clone()).unwrap_or_default());
        Some(Sides { input, output })
    }

    /// The same, for one call.
    #[inline(always)]
    fn lend(&mut self) -> Sides<'i, '_, S> {
        Sides { input: self.input, output: self.output.each_mut().map(|side| &mut **side) }
    }

    /// Silences some lanes.
    #[inline(always)]
    fn hush(&mut self, lanes: u32) {
        if lanes == 0 {
            return;
        }
        let heard = S::from_lanes(|lane| f64::from(!lanes >> lane & 1));
        let heard = S::ZERO.lt(heard);
        for side in &mut self.output {
            side.iter_mut().for_each(|x| *x = S::select(heard, *x, S::ZERO));
        }
    }
}

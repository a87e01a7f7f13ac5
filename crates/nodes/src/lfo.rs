//! A slow oscillator that moves parameters.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::choice::Choice;
use crate::lanes::{Family, in_lanes, shared};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::values::{chosen, converted, either, stretches};
use sostenuto_dsp::{Lfo, LfoMode, LfoShape, Value};
use sostenuto_graph::{Activity, Io, QUANTUM, Signal};
use sostenuto_units::Unit;

const SHAPES: [LfoShape; 7] = [
    LfoShape::Sine,
    LfoShape::Triangle,
    LfoShape::SawUp,
    LfoShape::SawDown,
    LfoShape::Square,
    LfoShape::RandomStep,
    LfoShape::RandomSmooth,
];

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "lfo",
        group: Group::Control,
        summary: "A slow oscillator that moves parameters: vibrato, tremolo, sweeps.",
        source: "phase accumulator of 64 bits; plain shapes, not band-limited; another shape or range fades in over 5 ms",
        inputs: &[PortInfo::mono("trigger", "starts the cycle anew each time it goes above 0.5")],
        outputs: &[PortInfo::mono("out", "from -1 to 1, or from 0 to 1 if unipolar")],
        params: &[
            ParamInfo::new("rate", Unit::Hertz, (0.0, 1000.0), 1.0, "cycles per second").log(),
            ParamInfo::choice(
                "shape",
                &["sine", "triangle", "saw_up", "saw_down", "square", "random_step", "random_smooth"],
                "what it draws in each cycle",
            ),
            ParamInfo::new("phase", Unit::Degrees, (-3600.0, 3600.0), 0.0, "by how much it is ahead"),
            ParamInfo::new("width", Unit::Ratio, (0.0, 1.0), 0.5, "how much of the cycle a square is high"),
            ParamInfo::switch("unipolar", "from 0 to 1 instead of from -1 to 1"),
            ParamInfo::choice(
                "mode",
                &["free", "one_shot"],
                "cycle after cycle, or one cycle from the start and from each trigger; changes at once, which moves no level",
            ),
            ParamInfo::switch(
                "trigger",
                "starts the cycle anew each time it is switched on, at once: the level jumps, to be in time",
            ),
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: Node::family::<Sways>,
}];

/// A slow oscillator: kind `lfo`.
struct Sway<S: Signal = f32> {
    kernel: Lfo<S>,
    shape: Choice<{ SHAPES.len() }>,
    range: Choice<2>,
}

in_lanes!(Sway { kernel, shape, range });

/// Slow oscillators, alone and side by side.
struct Sways;

impl Family for Sways {
    type Of<S: Signal> = Sway<S>;

    /// Shape, range and mode.
    const SHARED: u64 = 0b11_0010;

    const LEAN: bool = true;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(setup: &Setup<'_>) -> Sway<S> {
        let seed = setup.layout.seed;
        Sway {
            kernel: Lfo::new(setup.sample_rate, |_| seed),
            shape: Choice::new(setup.sample_rate),
            range: Choice::new(setup.sample_rate),
        }
    }
}

/// What a shape is drawn by.
struct Pen<'a, S: Signal> {
    rate: Value<'a, S>,
    phase: Value<'a, S>,
    width: Value<'a, S>,
    trigger: Value<'a, S>,
    mode: Value<'a>,
    /// The first frame, if only some are read.
    sparse: Option<u64>,
}

impl<S: Signal> Pen<'_, S> {
    /// Draws one shape, and goes on by as many frames.
    #[inline(always)]
    fn draw(&self, kernel: &mut Lfo<S>, shape: usize, out: &mut [S]) {
        kernel.set_shape(SHAPES.get(shape).copied().unwrap_or_default());
        if self.mode.is_steady() {
            return self.draw_as(chosen(self.mode.at(0)), kernel, out);
        }
        let mode = |frame| chosen(self.mode.at(frame));
        stretches(out.len(), false, mode, |start, end, mode| {
            let (rate, phase) = (self.rate.part(start, end), self.phase.part(start, end));
            let (width, trigger) = (self.width.part(start, end), self.trigger.part(start, end));
            let sparse = self.sparse.filter(|_| start == 0);
            let part = out.get_mut(start..end).unwrap_or_default();
            Pen { rate, phase, width, trigger, mode: self.mode, sparse }.draw_as(mode, kernel, part);
        });
    }

    /// The same in one mode.
    #[inline(always)]
    fn draw_as(&self, mode: usize, kernel: &mut Lfo<S>, out: &mut [S]) {
        kernel.set_mode(if mode == 0 { LfoMode::Free } else { LfoMode::OneShot });
        match self.sparse {
            Some(first) => kernel.process_sparse(first, self.rate, self.phase, self.width, self.trigger, out),
            None => kernel.process(self.rate, self.phase, self.width, self.trigger, out),
        }
    }
}

/// From -1..=1 to 0..=1.
#[inline(always)]
fn raised<S: Signal>(x: S) -> S {
    x * S::splat(0.5) + S::splat(0.5)
}

impl<S: Signal> Machine<S> for Sway<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (rate, shape) = (io.params.get(0), shared(io.params.get(1)));
        let (phase, width) = (io.params.get(2), io.params.get(3));
        let (unipolar, mode) = (shared(io.params.get(4)), shared(io.params.get(5)));
        let trigger = io.params.get(6);
        let (mut turns, mut on) = (None, None);
        let degree = S::splat(f64::from(1.0f32 / 360.0));
        let phase = converted(phase, &mut turns, |degrees| degrees * degree);
        let known = io.inputs.flow(0, 0);
        let trigger = either(io.inputs.channel(0, 0), known, trigger, &mut on);
        let sparse = io.outputs.is_sparse().then_some(io.span.frame);
        let pen = Pen { rate, phase, width, trigger, mode, sparse };
        let out = io.outputs.channel(0);
        match self.shape.alone(&io.span, shape) {
            Some(shape) => pen.draw(&mut self.kernel, shape, out),
            None => {
                // Every shape from the same place; they all end at the same place, too.
                let place = self.kernel;
                self.shape.shares(&io.span, shape).blend(out, |shape, out| {
                    self.kernel = place;
                    pen.draw(&mut self.kernel, shape, out);
                });
            }
        }
        match self.range.alone(&io.span, unipolar) {
            Some(0) => {}
            Some(_) => out.iter_mut().for_each(|x| *x = raised(*x)),
            None => {
                let mut room = [S::ZERO; QUANTUM];
                room.iter_mut().zip(&*out).for_each(|(to, x)| *to = *x);
                self.range.shares(&io.span, unipolar).blend(out, |range, out| {
                    let frames = out.iter_mut().zip(&room);
                    frames.for_each(|(to, x)| *to = if range == 0 { *x } else { raised(*x) });
                });
            }
        }
        Activity::Sounding
    }

    fn is_settled(&self, frame: u64) -> bool {
        self.shape.is_settled(frame) && self.range.is_settled(frame)
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.shape.reset();
        self.range.reset();
    }
}

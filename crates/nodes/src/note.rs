//! The note that a voice plays, as signals.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::lanes::Family;
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use sostenuto_dsp::{LaneState, Value, math::exp2};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "note",
        group: Group::Control,
        summary: "The note that a voice plays, as signals to drive its parameters with.",
        source: "equal temperament: frequency = 440 Hz * 2^((pitch + bend - 69) / 12)",
        outputs: &[
            PortInfo::mono("frequency", "in hertz, with the bend"),
            PortInfo::mono("gate", "1 while the note is held, else 0"),
            PortInfo::mono("velocity", "how hard it was struck, from 0 to 1"),
            PortInfo::mono("pressure", "how hard it is pressed, from 0 to 1"),
            PortInfo::mono("pitch", "in semitones, with the bend; 69 is the A of 440 Hz"),
            PortInfo::mono("trigger", "1 in the first frame in which the note is held, else 0"),
        ],
        params: &[
            ParamInfo::new(
                "pitch",
                Unit::Note,
                (0.0, 127.99),
                60.0,
                "which note; between the notes as well; at once, as notes begin",
            )
            .step(),
            ParamInfo::new("bend", Unit::Semitones, (-96.0, 96.0), 0.0, "added to the pitch"),
            ParamInfo::switch("gate", "whether the note is held; at once, as notes begin and end"),
            ParamInfo::new(
                "velocity",
                Unit::Ratio,
                (0.0, 1.0),
                0.8,
                "how hard the note was struck; at once, as notes begin",
            )
            .step(),
            ParamInfo::new("pressure", Unit::Ratio, (0.0, 1.0), 0.0, "how hard the note is pressed"),
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: Node::family::<Notes>,
}];

/// The places of the output ports; each has one channel.
const FREQUENCY: usize = 0;
const GATE: usize = 1;
const VELOCITY: usize = 2;
const PRESSURE: usize = 3;
const PITCH: usize = 4;
const TRIGGER: usize = 5;

/// The frequency in hertz of a pitch in semitones. Relative error below 1e-6, two thousandths of a cent, for pitches from 0 to
/// 128; below 2e-6 from -96 to 224, which is as far as bends reach.
#[inline(always)]
fn hertz<S: Signal>(semitones: S) -> S {
    S::splat(440.0) * exp2((semitones - S::splat(69.0)) / S::splat(12.0))
}

/// The note of a voice: kind `note`.
struct Note<S: Signal = f32> {
    /// 1 while the note is held, else 0.
    held: S,
    /// A pitch and its frequency, as they were last.
    last: (S, S),
}

/// Notes, alone and side by side.
struct Notes;

impl Family for Notes {
    type Of<S: Signal> = Note<S>;

    const LEAN: bool = true;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(_: &Setup<'_>) -> Note<S> {
        Note { held: S::ZERO, last: (S::splat(69.0), hertz(S::splat(69.0))) }
    }
}

impl<S: Signal> LaneState for Note<S> {
    type Alone = Note<f32>;

    fn swap_lane(&mut self, lane: usize, alone: &mut Note<f32>) {
        let was = self.held.in_lane(lane);
        self.held.put_lane(lane, core::mem::replace(&mut alone.held, was));
    }

    fn reset_lane(&mut self, lane: usize) {
        self.held.put_lane(lane, 0.0);
    }
}

/// 1 where the gate is open, else 0.
#[inline(always)]
fn open<S: Signal>(gate: S) -> S {
    S::select(S::splat(0.5).lt(gate), S::one(), S::ZERO)
}

impl<S: Signal> Note<S> {
    #[inline(always)]
    fn pitch(&mut self, io: &mut Io<'_, S>) {
        let (pitch, bend) = (io.params.get(0), io.params.get(1));
        if let (Value::Steady(pitch), Value::Steady(bend)) = (pitch, bend) {
            let pitch = pitch + bend;
            if pitch != self.last.0 {
                self.last = (pitch, hertz(pitch));
            }
            io.outputs.constant(PITCH, pitch);
            io.outputs.constant(FREQUENCY, self.last.1);
            return;
        }
        let sum = |(frame, out): (usize, &mut S)| *out = pitch.at(frame) + bend.at(frame);
        io.outputs.channel(PITCH).iter_mut().enumerate().for_each(sum);
        let hertz = |(frame, out): (usize, &mut S)| *out = hertz(pitch.at(frame) + bend.at(frame));
        io.outputs.channel(FREQUENCY).iter_mut().enumerate().for_each(hertz);
    }

    #[inline(always)]
    fn gate(&mut self, io: &mut Io<'_, S>) {
        match io.params.get(2) {
            Value::Steady(gate) => {
                let held = open(gate);
                io.outputs.constant(GATE, held);
                io.outputs.silence(TRIGGER);
                let struck = held * (S::one() - self.held);
                if struck != S::ZERO {
                    io.outputs.channel(TRIGGER).iter_mut().take(1).for_each(|first| *first = struck);
                }
                self.held = held;
            }
            Value::Moving(gates) => {
                let now = io.outputs.channel(GATE).iter_mut().zip(gates);
                now.for_each(|(out, gate)| *out = open(*gate));
                for (out, gate) in io.outputs.channel(TRIGGER).iter_mut().zip(gates) {
                    let held = open(*gate);
                    *out = held * (S::one() - self.held);
                    self.held = held;
                }
            }
        }
    }
}

/// Puts a parameter out as it is.
#[inline(always)]
fn show<S: Signal>(io: &mut Io<'_, S>, param: usize, output: usize) {
    match io.params.get(param) {
        Value::Steady(value) => io.outputs.constant(output, value),
        Value::Moving(values) => {
            io.outputs.channel(output).iter_mut().zip(values).for_each(|(out, value)| *out = *value);
        }
    }
}

impl<S: Signal> Machine<S> for Note<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        self.pitch(&mut io);
        self.gate(&mut io);
        show(&mut io, 3, VELOCITY);
        show(&mut io, 4, PRESSURE);
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.held = S::ZERO;
    }
}

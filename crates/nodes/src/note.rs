//! The note that a voice plays, as signals.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node};
use crate::registry::Listing;
use sostenuto_dsp::{Value, math::exp2};
use sostenuto_graph::{Activity, Io};
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
    build: |kind, layout| Node::built(kind, layout, |_| Note { held: false }),
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
fn hertz(semitones: f32) -> f32 {
    440.0 * exp2((semitones - 69.0) / 12.0)
}

/// The note of a voice: kind `note`.
struct Note {
    /// Whether the gate was on in the frame before.
    held: bool,
}

impl Note {
    fn pitch(io: &mut Io<'_>) {
        let (pitch, bend) = (io.params.get(0), io.params.get(1));
        if let (Value::Steady(pitch), Value::Steady(bend)) = (pitch, bend) {
            io.outputs.constant(PITCH, pitch + bend);
            io.outputs.constant(FREQUENCY, hertz(pitch + bend));
            return;
        }
        let sum = |(frame, out): (usize, &mut f32)| *out = pitch.at(frame) + bend.at(frame);
        io.outputs.channel(PITCH).iter_mut().enumerate().for_each(sum);
        let hertz = |(frame, out): (usize, &mut f32)| *out = hertz(pitch.at(frame) + bend.at(frame));
        io.outputs.channel(FREQUENCY).iter_mut().enumerate().for_each(hertz);
    }

    fn gate(&mut self, io: &mut Io<'_>) {
        match io.params.get(2) {
            Value::Steady(gate) => {
                let held = gate > 0.5;
                io.outputs.constant(GATE, f32::from(held));
                io.outputs.silence(TRIGGER);
                if held && !self.held {
                    io.outputs.channel(TRIGGER).iter_mut().take(1).for_each(|first| *first = 1.0);
                }
                self.held = held;
            }
            Value::Moving(gates) => {
                let now = io.outputs.channel(GATE).iter_mut().zip(gates);
                now.for_each(|(out, gate)| *out = f32::from(*gate > 0.5));
                for (out, gate) in io.outputs.channel(TRIGGER).iter_mut().zip(gates) {
                    let held = *gate > 0.5;
                    *out = f32::from(held && !self.held);
                    self.held = held;
                }
            }
        }
    }
}

/// Puts out a parameter as it is.
fn show(io: &mut Io<'_>, param: usize, output: usize) {
    match io.params.get(param) {
        Value::Steady(value) => io.outputs.constant(output, value),
        Value::Moving(values) => {
            io.outputs.channel(output).iter_mut().zip(values).for_each(|(out, value)| *out = *value);
        }
    }
}

impl Machine for Note {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        Note::pitch(&mut io);
        self.gate(&mut io);
        show(&mut io, 3, VELOCITY);
        show(&mut io, 4, PRESSURE);
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.held = false;
    }
}

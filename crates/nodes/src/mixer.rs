//! A mixer: any number of inputs up to sixteen, each with gain, mute and solo.

use crate::catalogue::{Bank, Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo};
use crate::entry::GLIDE_SECONDS;
use crate::gain::{GAIN_DB, Gain};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::values::{Room, converted};
use sostenuto_dsp::Value;
use sostenuto_dsp::amplitude::gain_of;
use sostenuto_graph::{Activity, Flow, Io, Params, QUANTUM};
use sostenuto_units::Unit;

const COUNT: SettingInfo = SettingInfo::whole("count", (1, 16), 2, "how many inputs");

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "mixer",
        group: Group::Level,
        summary: "Mixes signals, each with its own gain, mute and solo.",
        source: "sum of in * 10^(dB / 20) * (1 - mute) * (solo, or nothing is soloed); mute and solo fade over 5 ms",
        outputs: &[PortInfo::follow("out", "the mix")],
        params: &[ParamInfo::new(
            "gain",
            Unit::Decibels,
            GAIN_DB,
            0.0,
            "level of the mix; -120 dB is silence",
        )],
        settings: &[COUNT],
        bank: Some(Bank {
            setting: COUNT.name,
            port: PortInfo::follow("in", "what to mix"),
            params: &[
                ParamInfo::new(
                    "gain",
                    Unit::Decibels,
                    GAIN_DB,
                    0.0,
                    "level of the input; -120 dB is silence",
                ),
                ParamInfo::switch("mute", "leaves the input out").gliding(GLIDE_SECONDS),
                ParamInfo::switch("solo", "leaves out the inputs that are not soloed").gliding(GLIDE_SECONDS),
            ],
        }),
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, Desk::new),
}];

/// Parameters before those of the inputs, and for each input.
const OWN: usize = 1;
const EACH: usize = 3;

/// A mixer: kind `mixer`.
pub type Mixer = Node<Desk>;

/// The machine of a [`Mixer`].
#[derive(Debug)]
pub struct Desk {
    inputs: Box<[Gain]>,
    master: Gain,
}

impl Mixer {
    /// A mixer of so many inputs (1 to 16), each with so many channels.
    pub fn new(inputs: u16, channels: u16) -> Self {
        let settings = [(COUNT.name.to_owned(), f64::from(inputs.clamp(1, 16)))].into();
        Node::with(&KINDS[0].kind, Layout { settings, ..Layout::of(channels) }, Desk::new)
    }
}

impl Desk {
    fn new(setup: &Setup<'_>) -> Self {
        let count = setup.setting(COUNT.name) as usize;
        Desk { inputs: (0..count).map(|_| Gain::new()).collect(), master: Gain::new() }
    }

    /// How far anything is soloed: the furthest of all.
    fn soloed<'r>(&self, params: &Params<'_>, room: &'r mut Room, frames: usize) -> Value<'r> {
        let solo = |input: usize| params.get(OWN + input * EACH + 2);
        let all = 0..self.inputs.len();
        let furthest =
            |frame: usize| all.clone().fold(0.0, |most: f32, input| most.max(solo(input).at(frame)));
        if all.clone().all(|input| solo(input).is_steady()) {
            return Value::Steady(furthest(0));
        }
        room.iter_mut().enumerate().take(frames).for_each(|(frame, to)| *to = furthest(frame));
        Value::Moving(room.get(..frames).unwrap_or(room))
    }
}

/// What mute and solo leave of an input. The one that is soloed furthest is left whole, on the way there too.
#[inline(always)]
fn heard(mute: f32, solo: f32, soloed: f32) -> f32 {
    (1.0 - mute) * (1.0 - (soloed - solo))
}

/// The factor of one input over the span.
fn factor<'r>(
    gain: &mut Gain,
    [db, mute, solo, soloed]: [Value<'_>; 4],
    room: &'r mut Room,
    frames: usize,
) -> Value<'r> {
    match (db, mute, solo, soloed) {
        (Value::Steady(db), Value::Steady(mute), Value::Steady(solo), Value::Steady(soloed)) => {
            Value::Steady(gain.amplitude(db) * heard(mute, solo, soloed))
        }
        _ => {
            for (frame, to) in room.iter_mut().enumerate().take(frames) {
                let amplitude = match db {
                    Value::Steady(db) => gain.amplitude(db),
                    Value::Moving(_) => gain_of(db.at(frame)),
                };
                *to = amplitude * heard(mute.at(frame), solo.at(frame), soloed.at(frame));
            }
            Value::Moving(room.get(..frames).unwrap_or(room))
        }
    }
}

/// Adds a scaled signal.
#[inline(always)]
fn add(out: &mut [f32], input: &[f32], factor: Value<'_>) {
    let frames = out.iter_mut().zip(input);
    match factor {
        Value::Steady(factor) => frames.for_each(|(out, x)| *out += x * factor),
        Value::Moving(factors) => frames.zip(factors).for_each(|((out, x), factor)| *out += x * factor),
    }
}

/// Scales a signal in place.
#[inline(always)]
fn scale(out: &mut [f32], factor: Value<'_>) {
    match factor {
        Value::Steady(factor) => out.iter_mut().for_each(|x| *x *= factor),
        Value::Moving(factors) => out.iter_mut().zip(factors).for_each(|(x, factor)| *x *= factor),
    }
}

impl Machine for Desk {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        if io.inputs.all_silent() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        let frames = io.span.frames;
        let mut rooms = [[0.0; QUANTUM]; 2];
        let [any, own] = &mut rooms;
        let mut last = None;
        let soloed = self.soloed(&io.params, any, frames);
        io.outputs.iter_mut().for_each(|out| out.fill(0.0));
        for (input, gain) in self.inputs.iter_mut().enumerate() {
            if io.inputs.is_silent(input) {
                continue;
            }
            let [db, mute, solo] = [0, 1, 2].map(|param| io.params.get(OWN + input * EACH + param));
            let factor = factor(gain, [db, mute, solo, soloed], own, frames);
            for channel in 0..io.outputs.channels() {
                if io.inputs.flow(input, channel) != Flow::Silent {
                    add(io.outputs.channel(channel), io.inputs.channel(input, channel), factor);
                }
            }
        }
        let master = match io.params.get(0) {
            Value::Steady(db) => Value::Steady(self.master.amplitude(db)),
            moving => converted(moving, &mut last, gain_of),
        };
        io.outputs.iter_mut().for_each(|out| scale(out, master));
        Activity::Resting
    }

    fn reset(&mut self) {}
}

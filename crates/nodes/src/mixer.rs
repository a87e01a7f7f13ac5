//! A mixer: any number of inputs up to sixteen, each with gain, mute and solo.

use crate::catalogue::{Bank, Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo};
use crate::entry::GLIDE_SECONDS;
use crate::gain::{GAIN_DB, Gain};
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::values::{Room, converted};
use sostenuto_dsp::Value;
use sostenuto_dsp::amplitude::gain_of;
use sostenuto_graph::{Activity, Flow, Io, Params, QUANTUM, Signal};
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
    build: Node::family::<Desks>,
}];

/// Parameters before those of the inputs, and for each input.
const OWN: usize = 1;
const EACH: usize = 3;

/// A mixer: kind `mixer`.
pub type Mixer = Node<Desk>;

/// The machine of a [`Mixer`].
#[derive(Debug)]
pub struct Desk<S: Signal = f32> {
    inputs: Box<[Gain<S>]>,
    master: Gain<S>,
}

in_lanes!(Desk {});

/// Mixers, alone and side by side.
struct Desks;

impl Family for Desks {
    type Of<S: Signal> = Desk<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Desk<S> {
        let count = setup.setting(COUNT.name) as usize;
        Desk { inputs: (0..count).map(|_| Gain::new()).collect(), master: Gain::new() }
    }
}

impl Mixer {
    /// A mixer of so many inputs (1 to 16), each with so many channels.
    pub fn new(inputs: u16, channels: u16) -> Self {
        let settings = [(COUNT.name.to_owned(), f64::from(inputs.clamp(1, 16)))].into();
        Node::of::<Desks>(&KINDS[0].kind, Layout { settings, ..Layout::of(channels) })
    }
}

impl<S: Signal> Desk<S> {
    /// How far anything is soloed: the furthest of all.
    #[inline(always)]
    fn soloed<'r>(&self, params: &Params<'_, S>, room: &'r mut Room<S>, frames: usize) -> Value<'r, S> {
        if (0..self.inputs.len()).all(|input| solo(params, input).is_steady()) {
            return Value::Steady(self.furthest(params, 0));
        }
        for (frame, to) in room.iter_mut().enumerate().take(frames) {
            *to = self.furthest(params, frame);
        }
        Value::Moving(room.get(..frames).unwrap_or(room))
    }

    /// The same at one frame.
    #[inline(always)]
    fn furthest(&self, params: &Params<'_, S>, frame: usize) -> S {
        (0..self.inputs.len()).fold(S::ZERO, |most, input| most.max(solo(params, input).at(frame)))
    }
}

/// How far an input is soloed.
#[inline(always)]
fn solo<'a, S: Signal>(params: &Params<'a, S>, input: usize) -> Value<'a, S> {
    params.get(OWN + input * EACH + 2)
}

/// What mute and solo leave of an input. The one that is soloed furthest is left whole, on the way there too.
#[inline(always)]
fn heard<S: Signal>(mute: S, solo: S, soloed: S) -> S {
    (S::one() - mute) * (S::one() - (soloed - solo))
}

/// The factor of one input over the span.
#[inline(always)]
fn factor<'r, S: Signal>(
    gain: &mut Gain<S>,
    [db, mute, solo, soloed]: [Value<'_, S>; 4],
    room: &'r mut Room<S>,
    frames: usize,
) -> Value<'r, S> {
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
fn add<S: Signal>(out: &mut [S], input: &[S], factor: Value<'_, S>) {
    let frames = out.iter_mut().zip(input);
    match factor {
        Value::Steady(factor) => frames.for_each(|(out, x)| *out += *x * factor),
        Value::Moving(factors) => frames.zip(factors).for_each(|((out, x), factor)| *out += *x * *factor),
    }
}

/// Scales a signal in place.
#[inline(always)]
fn scale<S: Signal>(out: &mut [S], factor: Value<'_, S>) {
    match factor {
        Value::Steady(factor) => out.iter_mut().for_each(|x| *x *= factor),
        Value::Moving(factors) => out.iter_mut().zip(factors).for_each(|(x, factor)| *x *= *factor),
    }
}

impl<S: Signal> Machine<S> for Desk<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        if io.inputs.all_silent() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        let frames = io.span.frames;
        let mut rooms = [[S::ZERO; QUANTUM]; 2];
        let [any, own] = &mut rooms;
        let mut last = None;
        let soloed = self.soloed(&io.params, any, frames);
        io.outputs.iter_mut().for_each(|out| out.fill(S::ZERO));
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

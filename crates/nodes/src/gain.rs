//! Gain in dB.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use sostenuto_dsp::Value;
use sostenuto_dsp::amplitude::{SILENCE_DB, gain_of};
use sostenuto_graph::{Activity, Flow, Inputs, Io, Outputs, Pointwise, Signal};
use sostenuto_units::Unit;

/// The range of every gain in the catalogue.
pub(crate) const GAIN_DB: (f32, f32) = (SILENCE_DB as f32, 48.0);

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "gain",
        group: Group::Level,
        summary: "Makes a signal louder or softer.",
        source: "amplitude = 10^(dB / 20); -120 dB is silence",
        inputs: &[PortInfo::follow("in", "what to scale")],
        outputs: &[PortInfo::follow("out", "the scaled signal")],
        params: &[ParamInfo::new(
            "gain",
            Unit::Decibels,
            GAIN_DB,
            0.0,
            "by how much; -120 dB and below is silence",
        )],
        ..Kind::BLANK
    },
    build: Node::family::<Gains>,
}];

/// Gain in dB: kind `gain`.
pub type GainProcessor = Node<Gain>;

/// The machine of a [`GainProcessor`].
#[derive(Debug)]
pub struct Gain<S: Signal = f32> {
    /// The last steady level and its amplitude.
    steady: (S, S),
}

in_lanes!(Gain {});

/// Gains, alone and side by side.
struct Gains;

impl Family for Gains {
    type Of<S: Signal> = Gain<S>;
    const POINTWISE: bool = true;

    fn make<S: Signal>(_: &Setup<'_>) -> Gain<S> {
        Gain::new()
    }
}

impl GainProcessor {
    /// For signals of so many channels.
    pub fn new(channels: u16) -> Self {
        Node::of::<Gains>(&KINDS[0].kind, Layout::of(channels))
    }
}

impl<S: Signal> Gain<S> {
    pub(crate) fn new() -> Self {
        Gain { steady: (S::ZERO, S::one()) }
    }

    /// The amplitude of a steady level. `[audio]`
    #[inline(always)]
    pub(crate) fn amplitude(&mut self, db: S) -> S {
        if db != self.steady.0 {
            self.steady = match S::LANES {
                1 => amplitude_apart(db),
                _ => (db, gain_of(db)),
            };
        }
        self.steady.1
    }

    /// Scales the first input by a level. `[audio]`
    #[inline(always)]
    pub(crate) fn run(&mut self, inputs: &Inputs<'_, S>, outputs: &mut Outputs<'_, S>, level: Value<'_, S>) {
        let db = match level {
            Value::Steady(db) => db,
            Value::Moving(levels) if S::LANES == 1 => return ride_apart(inputs, outputs, levels),
            Value::Moving(levels) => return ride(inputs, outputs, levels),
        };
        let amplitude = self.amplitude(db);
        outputs.map(inputs, 0, move |x| x * amplitude);
    }
}

// Apart, for the compiler would work it out ahead of the question whether it is needed.
#[inline(never)]
fn amplitude_apart<S: Signal>(db: S) -> (S, S) {
    (db, gain_of(db))
}

#[inline(never)]
fn ride_apart<S: Signal>(inputs: &Inputs<'_, S>, outputs: &mut Outputs<'_, S>, levels: &[S]) {
    ride(inputs, outputs, levels);
}

/// Scales the first input by a level that moves.
#[inline(always)]
fn ride<S: Signal>(inputs: &Inputs<'_, S>, outputs: &mut Outputs<'_, S>, levels: &[S]) {
    for channel in 0..outputs.channels() {
        if inputs.flow(0, channel) == Flow::Silent {
            outputs.silence(channel);
            continue;
        }
        let frames = outputs.channel(channel).iter_mut().zip(inputs.channel(0, channel)).zip(levels);
        frames.for_each(|((out, x), db)| *out = *x * gain_of(*db));
    }
}

impl<S: Signal> Machine<S> for Gain<S> {
    // As part of the node's own: handing all that it is given on once more would cost as much as the gain.
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        self.run(&io.inputs, &mut io.outputs, io.params.get(0));
        Activity::Resting
    }

    #[inline(always)]
    fn factor(&self, channel: usize, steady: &[S]) -> Option<(usize, S)> {
        let amplitude = gain_of(*steady.first()?);
        // What is made louder may become too large for a number.
        (S::bits(S::one().lt(amplitude)) == 0).then_some((channel, amplitude))
    }

    #[inline(always)]
    fn pointwise(&mut self, steady: &[f32]) -> Option<Pointwise> {
        let db = steady.first()?;
        Some(Pointwise::Scale(self.amplitude(S::splat(f64::from(*db))).lane(0) as f32))
    }

    fn reset(&mut self) {}
}

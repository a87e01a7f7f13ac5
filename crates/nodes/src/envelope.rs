//! An envelope with a gate.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::lanes::{Family, in_lanes, shared};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{converted, either, stretches};
use sostenuto_dsp::{Curves, Envelope, Segments, Value};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

const fn time(name: &'static str, default: f32, summary: &'static str) -> ParamInfo {
    ParamInfo::new(name, Unit::Milliseconds, (0.0, 60_000.0), default, summary).log()
}

const fn curve(name: &'static str, default: f32, summary: &'static str) -> ParamInfo {
    ParamInfo::new(name, Unit::None, (-20.0, 20.0), default, summary).step()
}

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "adsr",
        group: Group::Control,
        summary: "An envelope: rises with the gate, falls to a level while it is held, fades when it is let go.",
        source: "each segment covers (1 - e^(-k x)) / (1 - e^-k) of its way at the part x of its time",
        inputs: &[PortInfo::mono("gate", "open while above 0.5")],
        outputs: &[PortInfo::mono("out", "the level, from 0 to 1")],
        params: &[
            time("attack", 5.0, "time from nothing to full level"),
            time("decay", 120.0, "time from full level to the sustain level"),
            ParamInfo::new("sustain", Unit::Ratio, (0.0, 1.0), 0.6, "level while the gate stays open"),
            time("release", 300.0, "time from wherever the level is to nothing"),
            ParamInfo::switch(
                "gate",
                "open or closed; the gate input opens it as well; attack and release are its fades",
            ),
            curve(
                "attack_curve",
                0.0,
                "bend of the attack: 0 straight, 5 fast at first, -5 slow at first; from the next attack on",
            ),
            curve("decay_curve", 5.0, "bend of the decay; from the next decay on"),
            curve("release_curve", 5.0, "bend of the release; from the next release on"),
        ],
        sounds_alone: true,
        ..Kind::BLANK
    },
    build: Node::family::<Levels>,
}];

/// An envelope of attack, decay, sustain and release: kind `adsr`.
pub type EnvelopeGenerator = Node<Level>;

/// The machine of an [`EnvelopeGenerator`].
#[derive(Debug)]
pub struct Level<S: Signal = f32>(Envelope<S>);

in_lanes!(Level { 0 });

/// Envelopes, alone and side by side.
struct Levels;

impl Family for Levels {
    type Of<S: Signal> = Level<S>;

    /// The curves.
    const SHARED: u64 = 0b1110_0000;

    const STAYS_FINITE: bool = true;

    fn make<S: Signal>(setup: &Setup<'_>) -> Level<S> {
        Level(Envelope::new(setup.sample_rate))
    }
}

impl EnvelopeGenerator {
    /// An envelope with its gate closed.
    pub fn new() -> Self {
        Node::of::<Levels>(&KINDS[0].kind, Layout::default())
    }
}

impl Default for EnvelopeGenerator {
    fn default() -> Self {
        EnvelopeGenerator::new()
    }
}

impl<S: Signal> Level<S> {
    fn bend(&mut self, [attack, decay, release]: [f32; 3]) {
        let [attack, decay, release] = [attack, decay, release].map(f64::from);
        self.0.set_curves(Curves { attack, decay, release });
    }
}

impl<S: Signal> Machine<S> for Level<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        // One by one: an array of them would lie in memory.
        let (attack, decay, sustain) = (io.params.get(0), io.params.get(1), io.params.get(2));
        let (release, gate) = (io.params.get(3), io.params.get(4));
        let mut rooms = [None; 4];
        let [a, d, r, g] = &mut rooms;
        let gate = either(io.inputs.channel(0, 0), io.inputs.flow(0, 0), gate, g);
        if let (Value::Steady(gate), Value::Steady(sustain)) = (gate, sustain)
            && let Some(level) = self.0.resting_level(gate, sustain)
        {
            io.outputs.constant(0, level);
            return resting_if(self.0.is_idle());
        }
        let thousandth = S::splat(f64::from(0.001f32));
        let seconds = |ms: S| ms * thousandth;
        let attack = converted(attack, a, seconds);
        let decay = converted(decay, d, seconds);
        let release = converted(release, r, seconds);
        let curves = [5, 6, 7].map(|param| shared(io.params.get(param)));
        let out = io.outputs.channel(0);
        if curves.iter().all(|curve| curve.is_steady()) {
            self.bend(curves.map(|curve| curve.at(0)));
            self.0.process(gate, &Segments { attack, decay, sustain, release }, out);
            return resting_if(self.0.is_idle());
        }
        stretches(
            io.span.frames,
            false,
            |i| curves.map(|c| c.at(i)),
            |start, end, curves| {
                self.bend(curves);
                let (attack, decay) = (attack.part(start, end), decay.part(start, end));
                let (sustain, release) = (sustain.part(start, end), release.part(start, end));
                if let Some(out) = out.get_mut(start..end) {
                    self.0.process(gate.part(start, end), &Segments { attack, decay, sustain, release }, out);
                }
            },
        );
        resting_if(self.0.is_idle())
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

//! From one signal to another.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::choice::Choice;
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use sostenuto_dsp::amplitude::{FadeLaw, crossfade};
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "crossfade",
        group: Group::Level,
        summary: "Fades from one signal to another.",
        source: "equal power: cos and sin of a quarter turn; linear: 1 - x and x; another law fades in over 5 ms",
        inputs: &[PortInfo::follow("a", "heard at position 0"), PortInfo::follow("b", "heard at position 1")],
        outputs: &[PortInfo::follow("out", "the blend")],
        params: &[
            ParamInfo::new("position", Unit::Ratio, (0.0, 1.0), 0.5, "from 0, all of a, to 1, all of b"),
            ParamInfo::choice(
                "law",
                &["equal_power", "linear"],
                "equal power for signals that have nothing to do with each other, linear for those that are alike",
            ),
        ],
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, Crossfade::new),
}];

const LAWS: [FadeLaw; 2] = [FadeLaw::EqualPower, FadeLaw::Linear];

/// From one signal to another: kind `crossfade`.
struct Crossfade {
    law: Choice<{ LAWS.len() }>,
}

impl Crossfade {
    fn new(setup: &Setup<'_>) -> Self {
        Crossfade { law: Choice::new(setup.sample_rate) }
    }
}

impl Machine for Crossfade {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let (position, law) = (io.params.get(0), io.params.get(1));
        let alone = self.law.alone(&io.span, law);
        // In silence as well, for a law that is set then is the old one when sound comes back.
        let shares = if alone.is_none() { Some(self.law.shares(&io.span, law)) } else { None };
        if io.inputs.all_silent() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        for (channel, out) in io.outputs.iter_mut().enumerate() {
            let [a, b] = [0, 1].map(|port| io.inputs.channel(port, channel));
            let fade = |law: usize, out: &mut [f32]| {
                crossfade(LAWS.get(law).copied().unwrap_or_default(), position, a, b, out);
            };
            match &shares {
                Some(shares) => shares.blend(out, fade),
                None => fade(alone.unwrap_or(0), out),
            }
        }
        Activity::Resting
    }

    fn reset(&mut self) {
        self.law.reset();
    }
}

//! From one signal to another.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::node::{Machine, Node};
use crate::registry::Listing;
use crate::values::{chosen, stretches};
use sostenuto_dsp::amplitude::{FadeLaw, crossfade};
use sostenuto_graph::{Activity, Io};
use sostenuto_units::Unit;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "crossfade",
        group: Group::Level,
        summary: "Fades from one signal to another.",
        source: "equal power: cos and sin of a quarter turn; linear: 1 - x and x",
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
    build: |kind, layout| Node::built(kind, layout, |_| Crossfade),
}];

/// From one signal to another: kind `crossfade`.
struct Crossfade;

impl Machine for Crossfade {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        if io.inputs.all_silent() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        let (position, law) = (io.params.get(0), io.params.get(1));
        stretches(
            io.span.frames,
            law.is_steady(),
            |i| chosen(law.at(i)),
            |start, end, law| {
                let law = if law == 0 { FadeLaw::EqualPower } else { FadeLaw::Linear };
                for (channel, out) in io.outputs.iter_mut().enumerate() {
                    let [a, b] =
                        [0, 1].map(|port| io.inputs.channel(port, channel).get(start..end).unwrap_or(&[]));
                    let out = out.get_mut(start..end).unwrap_or(&mut []);
                    crossfade(law, position.part(start, end), a, b, out);
                }
            },
        );
        Activity::Resting
    }

    fn reset(&mut self) {}
}

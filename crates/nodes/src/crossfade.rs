//! From one signal to another.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo};
use crate::choice::Choice;
use crate::lanes::{Family, shared};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use sostenuto_dsp::amplitude::{FadeLaw, crossfade};
use sostenuto_dsp::{LaneState, Value};
use sostenuto_graph::{Activity, Inputs, Io, Signal};
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
    build: Node::family::<Crossfades>,
}];

const LAWS: [FadeLaw; 2] = [FadeLaw::EqualPower, FadeLaw::Linear];

/// From one signal to another: kind `crossfade`.
struct Crossfade {
    law: Choice<{ LAWS.len() }>,
}

impl LaneState for Crossfade {
    type Alone = Crossfade;

    fn swap_lane(&mut self, lane: usize, alone: &mut Crossfade) {
        self.law.swap_lane(lane, &mut alone.law);
    }

    fn reset_lane(&mut self, lane: usize) {
        self.law.reset_lane(lane);
    }
}

/// The same, alone and side by side.
struct Crossfades;

impl Family for Crossfades {
    type Of<S: Signal> = Crossfade;

    /// The law.
    const SHARED: u64 = 0b10;

    fn make<S: Signal>(setup: &Setup<'_>) -> Crossfade {
        Crossfade { law: Choice::new(setup.sample_rate) }
    }
}

/// Fades one channel by one law.
#[inline(always)]
fn fade<S: Signal>(
    law: usize,
    position: Value<'_, S>,
    (inputs, channel): (&Inputs<'_, S>, usize),
    out: &mut [S],
) {
    let [a, b] = [0, 1].map(|port| inputs.channel(port, channel));
    crossfade(LAWS.get(law).copied().unwrap_or_default(), position, a, b, out);
}

impl<S: Signal> Machine<S> for Crossfade {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (position, law) = (io.params.get(0), shared(io.params.get(1)));
        let inputs = io.inputs;
        // Asked in silence as well, for a law that is set then is the old one when sound comes back.
        let Some(law) = self.law.alone(&io.span, law) else {
            let shares = self.law.shares(&io.span, law);
            for (channel, out) in io.outputs.iter_mut().enumerate() {
                shares.blend(out, |law, out| fade(law, position, (&inputs, channel), out));
            }
            return Activity::Resting;
        };
        if inputs.all_silent() {
            io.outputs.silence_all();
            return Activity::Resting;
        }
        io.outputs
            .iter_mut()
            .enumerate()
            .for_each(|(channel, out)| fade(law, position, (&inputs, channel), out));
        Activity::Resting
    }

    fn is_settled(&self, frame: u64) -> bool {
        self.law.is_settled(frame)
    }

    fn reset(&mut self) {
        self.law.reset();
    }
}

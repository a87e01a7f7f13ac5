//! A room.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::echo::mix;
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup};
use crate::registry::Listing;
use crate::sleep::{Sides, Sleeper, Tail};
use crate::values::converted;
use sostenuto_dsp::{Reverb, ReverbParams};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;

/// The longest pre-delay in milliseconds.
const PREDELAY_MS: f32 = 500.0;

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "reverb",
        group: Group::Space,
        summary: "Puts a sound into a room, from a closet to a cathedral.",
        source: "feedback delay network of 16 lines (J.-M. Jot, A. Chaigne, AES 90th convention, 1991) behind all-pass diffusers",
        inputs: &[PortInfo::stereo("in", "what sounds in the room")],
        outputs: &[PortInfo::stereo("out", "the sound and its room")],
        params: &[
            ParamInfo::new(
                "decay",
                Unit::Milliseconds,
                (50.0, 100_000.0),
                1800.0,
                "time in which the room falls by 60 dB",
            )
            .log(),
            ParamInfo::new("size", Unit::Ratio, (0.25, 2.0), 1.0, "how large the room is"),
            ParamInfo::new(
                "damping",
                Unit::Ratio,
                (0.0, 0.98),
                0.5,
                "by how much shorter treble decays, at 6 kHz",
            ),
            ParamInfo::new(
                "modulation",
                Unit::Ratio,
                (0.0, 1.0),
                0.3,
                "how far the echoes sway: 0 rings, 1 shimmers",
            ),
            ParamInfo::new(
                "predelay",
                Unit::Milliseconds,
                (0.0, PREDELAY_MS),
                15.0,
                "time before the room answers",
            )
            .gliding(0.05),
            ParamInfo::new("width", Unit::Ratio, (0.0, 1.0), 1.0, "from 0, mono, to 1, all around"),
            mix(0.3),
        ],
        ..Kind::BLANK
    },
    build: Node::family::<Rooms>,
}];

/// A room: kind `reverb`.
pub type Reverberator = Node<Room>;

/// The machine of a [`Reverberator`].
#[derive(Debug)]
pub struct Room<S: Signal = f32> {
    kernel: Sleeper<Reverb<S>>,
}

in_lanes!(Room { kernel });

/// Rooms, alone and side by side.
struct Rooms;

impl Family for Rooms {
    type Of<S: Signal> = Room<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Room<S> {
        Room { kernel: Sleeper::new::<S>(Reverb::new(setup.sample_rate, f64::from(PREDELAY_MS))) }
    }
}

impl Reverberator {
    /// An empty room.
    pub fn new() -> Self {
        Node::of::<Rooms>(&KINDS[0].kind, Layout::default())
    }
}

impl Default for Reverberator {
    fn default() -> Self {
        Reverberator::new()
    }
}

impl<S: Signal> Tail for Reverb<S> {
    fn reset(&mut self) {
        Reverb::reset(self);
    }

    #[inline(always)]
    fn is_silent(&self) -> bool {
        Reverb::is_silent(self)
    }

    #[inline(always)]
    fn silent_lanes(&self) -> u32 {
        Reverb::silent_lanes(self)
    }
}

impl<S: Signal> Machine<S> for Room<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let (values, start) = (io.params, io.span.frame);
        self.kernel.process(
            &mut io,
            #[inline(always)]
            |kernel, frames, Sides { input, output }| {
                let mut room = None;
                let [decay, size, damping, modulation, predelay, width, mix] =
                    std::array::from_fn(|param| values.get(param).part(frames.start, frames.end));
                let thousandth = S::splat(f64::from(0.001f32));
                let decay = converted(decay, &mut room, |ms| ms * thousandth);
                let params = ReverbParams { decay, size, damping, modulation, predelay, width, mix };
                kernel.process(start + frames.start as u64, input, &params, output);
            },
        )
    }

    fn reset(&mut self) {
        self.kernel.reset::<S>();
    }
}

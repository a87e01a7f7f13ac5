//! A room.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo};
use crate::echo::mix;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::sleep::{Sides, Sleep};
use crate::values::converted;
use sostenuto_dsp::{Reverb, ReverbParams};
use sostenuto_graph::{Activity, Io};
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
    build: |kind, layout| Node::built(kind, layout, Room::new),
}];

/// A room: kind `reverb`.
pub type Reverberator = Node<Room>;

/// The machine of a [`Reverberator`].
#[derive(Debug)]
pub struct Room {
    kernel: Reverb<f32>,
    sleep: Sleep,
}

impl Reverberator {
    /// An empty room.
    pub fn new() -> Self {
        Node::with(&KINDS[0].kind, Layout::default(), Room::new)
    }
}

impl Default for Reverberator {
    fn default() -> Self {
        Reverberator::new()
    }
}

impl Room {
    fn new(setup: &Setup<'_>) -> Self {
        Room { kernel: Reverb::new(setup.sample_rate, f64::from(PREDELAY_MS)), sleep: Sleep::new() }
    }
}

impl Machine for Room {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let Some(woken) = self.sleep.waking(&io.inputs, 1) else {
            io.outputs.silence_all();
            return Activity::Resting;
        };
        let end = io.span.frames;
        let mut room = None;
        let [decay, size, damping, modulation, predelay, width, mix] =
            std::array::from_fn(|param| io.params.get(param).part(woken, end));
        let decay = converted(decay, &mut room, |ms| ms * 0.001);
        let params = ReverbParams { decay, size, damping, modulation, predelay, width, mix };
        if let Some(Sides { input, output }) = Sides::from(woken, &io.inputs, &mut io.outputs) {
            self.kernel.process(io.span.frame + woken as u64, input, &params, output);
        }
        let falls = self.sleep.falls(&io.span, || self.kernel.is_silent());
        if falls {
            self.kernel.reset();
        }
        resting_if(falls)
    }

    fn reset(&mut self) {
        self.kernel.reset();
        self.sleep = Sleep::new();
    }
}

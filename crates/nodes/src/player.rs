//! Recordings in memory, played over and over or once.

use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::lanes::{Family, in_lanes};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::{channels_out, either};
use sostenuto_dsp::{Buffer, Interpolation, Player, PlayerParams, Region};
use sostenuto_graph::{Activity, Io, Signal};
use sostenuto_units::Unit;
use std::sync::Arc;

const INTERPOLATION: SettingInfo = SettingInfo {
    name: "interpolation",
    range: SettingRange::Choice(&["cubic", "linear"]),
    summary: "what is heard between two frames: a cubic through four, or a straight line, which is cheaper and duller",
};
const LOOP_START: SettingInfo = SettingInfo::whole(
    "loop_start",
    (0, Buffer::MOST_FRAMES as u32),
    0,
    "the first frame of what is played over and over; frames before it are heard once",
);
const LOOP_END: SettingInfo = SettingInfo::whole(
    "loop_end",
    (0, Buffer::MOST_FRAMES as u32),
    0,
    "the frame behind the last of it; 0 is the end of the buffer",
);

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "player",
        group: Group::Source,
        summary: "Plays a buffer: over and over or once, at any speed, from the start on.",
        source: "cubic splines of E. Catmull and R. Rom (1974) in Hermite's form, or straight lines; places in fixed point, exact for days",
        inputs: &[PortInfo::mono("trigger", "begins anew each time it goes above 0.5")],
        outputs: &[PortInfo::follow(
            "out",
            "what is played, with the channels of the buffer; a buffer of one channel is heard on all",
        )],
        params: &[
            ParamInfo::new(
                "speed",
                Unit::Ratio,
                (-16.0, 16.0),
                1.0,
                "how fast; 1 is as recorded, whatever the rate of the buffer, 2 an octave higher, below 0 backwards",
            ),
            ParamInfo::switch(
                "trigger",
                "begins anew each time it is switched on, in that very frame: at the start, or backwards at the end",
            ),
            ParamInfo { default: 1.0, ..ParamInfo::switch("loop", "over and over, or once") },
        ],
        settings: &[INTERPOLATION, LOOP_START, LOOP_END],
        sounds_alone: true,
        plays: true,
        ..Kind::BLANK
    },
    build: Node::family::<Players>,
}];

/// A player of a buffer: kind `player`.
pub type BufferPlayer = Node<Playback>;

/// The machine of a [`BufferPlayer`].
#[derive(Debug)]
pub struct Playback<S: Signal = f32> {
    kernel: Player<S>,
}

in_lanes!(Playback { kernel });

/// Players, alone and side by side. Each lane has a buffer of its own.
struct Players;

impl Family for Players {
    type Of<S: Signal> = Playback<S>;

    fn make<S: Signal>(setup: &Setup<'_>) -> Playback<S> {
        let between = match setup.setting(INTERPOLATION.name) {
            0.0 => Interpolation::Cubic,
            _ => Interpolation::Linear,
        };
        let [start, end] = [LOOP_START, LOOP_END].map(|info| setup.setting(info.name) as usize);
        let buffer = setup.layout.buffer.as_ref().and_then(|recording| recording.buffer.clone());
        let region = Region { start, end };
        Playback { kernel: Player::new(between, region, setup.sample_rate, |_| buffer.clone()) }
    }
}

impl BufferPlayer {
    /// A player of a buffer, with its channels.
    pub fn new(buffer: Arc<Buffer>) -> Self {
        let layout = Layout::of(buffer.channels() as u16).playing("", buffer);
        Node::of::<Players>(&KINDS[0].kind, layout)
    }
}

impl<S: Signal> Machine<S> for Playback<S> {
    #[inline(always)]
    fn process(&mut self, mut io: Io<'_, S>) -> Activity {
        let mut room = None;
        let known = io.inputs.flow(0, 0);
        let trigger = either(io.inputs.channel(0, 0), known, io.params.get(1), &mut room);
        let params = PlayerParams { speed: io.params.get(0), trigger, looping: io.params.get(2) };
        match io.outputs.iter_mut().count() {
            1 => {
                if let Some([out]) = io.outputs.first() {
                    self.kernel.process(&params, &mut [out]);
                }
            }
            2 => {
                if let Some([left, right]) = io.outputs.first() {
                    self.kernel.process(&params, &mut [left, right]);
                }
            }
            channels => {
                let mut out = channels_out(&mut io.outputs);
                self.kernel.process(&params, out.get_mut(..channels).unwrap_or_default());
            }
        }
        // While it is held, it is to be seen when it goes off.
        let held = S::any(S::splat(0.5).lt(trigger.last(io.span.frames)));
        resting_if(self.kernel.has_ended() && !held)
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }
}

//! A loop that is recorded, played and added to.

use crate::catalogue::{Group, Kind, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::Listing;
use crate::values::channels_out;
use sostenuto_dsp::{Looper, LooperOrder, LooperState};
use sostenuto_graph::{Activity, Io, Message, Report, Reports, Told};
use sostenuto_units::Unit;

/// The length of seams, and of fades between standing and playing, in seconds.
const FADE: f64 = 0.005;
/// What it keeps to tell while nobody takes it.
const REPORTS: usize = 32;

const LENGTH: SettingInfo = SettingInfo {
    name: "length",
    range: SettingRange::Number { unit: Unit::Seconds, min: 0.1, max: 60.0, default: 30.0 },
    summary: "the longest loop; one that gets as long is closed and played. The memory for it is taken at once",
};
const LAYERS: SettingInfo = SettingInfo::whole(
    "layers",
    (1, 8),
    4,
    "how many recordings can lie on each other, the first included; each takes as much memory as the longest loop, and so does one more",
);

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "looper",
        group: Group::Space,
        summary: "Records what it hears into a loop, plays it, and adds to it, at exact frames or in time with the music: `loop NODE record`.",
        source: "layers of samples; a seam and fades of 5 ms in straight lines",
        inputs: &[PortInfo::follow("in", "what is recorded")],
        outputs: &[PortInfo::follow("out", "the loop, and what comes in")],
        params: &[
            ParamInfo::new("level", Unit::Ratio, (0.0, 2.0), 1.0, "how loud the loop is"),
            ParamInfo::new("dry", Unit::Ratio, (0.0, 2.0), 1.0, "how loud what comes in is"),
        ],
        settings: &[LENGTH, LAYERS],
        records: true,
        ..Kind::BLANK
    },
    build: |kind, layout| Node::built(kind, layout, LoopMachine::new),
}];

/// What a [`Message`] to a node of kind `looper` asks for. Its report has the frame, the number of the state
/// it is in then ([`LOOPER_STATES`]) as `what`, the number of layers as `place`, the id of the message, and the length of the loop in frames as `value`; what
/// cannot be is reported with [`LOOPER_REFUSES`] as `what`.
pub fn looper_message(order: LooperOrder, id: u32) -> Message {
    let (verb, times) = match order {
        LooperOrder::Record => (1, 0),
        LooperOrder::Overdub => (2, 0),
        LooperOrder::Play => (3, 0),
        LooperOrder::Stop => (4, 0),
        LooperOrder::Undo => (5, 0),
        LooperOrder::Clear => (6, 0),
        LooperOrder::Multiply(times) => (7, times),
    };
    Message { words: [times, 0, 0, 0], ..Message::new(verb, 0, id) }
}

/// The states that a looper reports, by their numbers.
pub const LOOPER_STATES: [LooperState; 5] = [
    LooperState::Empty,
    LooperState::Recording,
    LooperState::Playing,
    LooperState::Overdubbing,
    LooperState::Stopped,
];

/// What a looper reports of a message that asks for what cannot be.
pub const LOOPER_REFUSES: u16 = 255;

fn order_of(told: &Told) -> Option<LooperOrder> {
    let Told::Message(message) = told else { return None };
    Some(match message.verb {
        1 => LooperOrder::Record,
        2 => LooperOrder::Overdub,
        3 => LooperOrder::Play,
        4 => LooperOrder::Stop,
        5 => LooperOrder::Undo,
        6 => LooperOrder::Clear,
        7 => LooperOrder::Multiply(message.words[0]),
        _ => return None,
    })
}

/// The machine: kind `looper`.
struct LoopMachine {
    kernel: Looper,
    heard: Box<[f32]>,
    out: Box<[f32]>,
    reports: Reports,
}

impl LoopMachine {
    fn new(setup: &Setup<'_>) -> Self {
        let (rate, channels) = (setup.sample_rate, setup.channels());
        let frames = |seconds: f64| (seconds * rate + 0.5) as usize;
        let (room, layers) = (frames(setup.setting(LENGTH.name)), setup.setting(LAYERS.name) as usize);
        LoopMachine {
            kernel: Looper::new(channels, room, layers, frames(FADE)),
            heard: vec![0.0; channels].into(),
            out: vec![0.0; channels].into(),
            reports: Reports::with_room(REPORTS),
        }
    }

    fn report(&mut self, frame: u64, id: u32, done: bool) {
        let state = self.kernel.state();
        let number = LOOPER_STATES.iter().position(|named| *named == state).unwrap_or(0) as u16;
        let what = if done { number } else { LOOPER_REFUSES };
        let (place, value) = (self.kernel.layers() as u16, self.kernel.frames() as f32);
        self.reports.tell(Report { frame, what, place, id, value });
    }
}

impl Machine for LoopMachine {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        let (inputs, span) = (io.inputs, io.span);
        let (level, dry) = (io.params.get(0), io.params.get(1));
        let mut out = channels_out(&mut io.outputs);
        for frame in 0..span.frames {
            for (channel, heard) in self.heard.iter_mut().enumerate() {
                *heard = inputs.channel(0, channel).get(frame).copied().unwrap_or(0.0);
            }
            let was = self.kernel.state();
            self.kernel.frame(&self.heard, &mut self.out);
            let (level, dry) = (level.at(frame), dry.at(frame));
            for ((out, heard), played) in out.iter_mut().zip(&self.heard).zip(&self.out) {
                if let Some(out) = out.get_mut(frame) {
                    *out = heard * dry + played * level;
                }
            }
            // It may have closed itself.
            if self.kernel.state() != was {
                self.report(span.frame + frame as u64 + 1, 0, true);
            }
        }
        resting_if(self.kernel.is_silent())
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }

    fn hears(&self, told: &Told) -> bool {
        order_of(told).is_some()
    }

    fn tell(&mut self, told: Told, frame: u64) {
        let Told::Message(message) = told else { return };
        if let Some(order) = order_of(&told) {
            let done = self.kernel.order(order);
            self.report(frame, message.id, done);
        }
    }

    fn reports(&mut self) -> Option<&mut Reports> {
        Some(&mut self.reports)
    }
}

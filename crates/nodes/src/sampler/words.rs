//! What a sampler can be told, and what messages say.

use crate::verb::{Naming, ValueInfo, Verb};
use sostenuto_dsp::Buffer;
use sostenuto_dsp::sampler::{Change, LoopPoints, Mode, Trigger};
use sostenuto_graph::Message;
use sostenuto_units::Unit;

const fn number(
    name: &'static str,
    unit: Unit,
    (min, max): (f64, f64),
    default: f64,
    summary: &'static str,
) -> ValueInfo {
    ValueInfo { name, unit, min, max, default, whole: false, summary }
}

const fn frame(name: &'static str, summary: &'static str) -> ValueInfo {
    let max = Buffer::MOST_FRAMES as f64;
    ValueInfo { name, unit: Unit::None, min: 0.0, max, default: 0.0, whole: true, summary }
}

const VELOCITY: ValueInfo = number("velocity", Unit::Ratio, (0.0, 1.0), 1.0, "how hard: a factor");
const GAIN: ValueInfo = number("gain", Unit::Ratio, (0.0, 16.0), 1.0, "a factor");
const PAN: ValueInfo =
    number("pan", Unit::None, (-1.0, 1.0), 0.0, "-1 is left, 1 right; added to the slot's");
const SPEED: ValueInfo =
    number("speed", Unit::Ratio, (-64.0, 64.0), 1.0, "times the slot's; below 0 the other way round");
const OVER: ValueInfo = number("over", Unit::Seconds, (0.0, 3600.0), 0.005, "how long that takes");
const CUTOFF: ValueInfo =
    number("cutoff", Unit::Hertz, (0.0, 20_000.0), 0.0, "of its own filter; 0 is that of all voices");

const SLOT: Option<(&str, &str)> = Some(("slot", super::SLOTS.name));

const fn begin(name: &'static str, summary: &'static str) -> Verb {
    let values = &[VELOCITY, GAIN, PAN, SPEED];
    Verb { name, place: SLOT, names: Naming::Gives, values, summary }
}

const fn end(name: &'static str, summary: &'static str) -> Verb {
    Verb { name, place: SLOT, names: Naming::Takes, values: &[], summary }
}

const fn change(name: &'static str, values: &'static [ValueInfo], summary: &'static str) -> Verb {
    Verb { name, place: None, names: Naming::Takes, values, summary }
}

pub(super) const VERBS: &[Verb] = &[
    begin("trigger", "begins what a slot has, as the slot says"),
    begin("once", "begins it, to its end"),
    begin("gate", "begins it, to its end or until it is let go"),
    begin("loop", "begins it, over and over until it is let go"),
    end("release", "lets go a voice, or all of a slot, but those that play to their end"),
    end("stop", "lets go a voice, or all of a slot, whatever they are"),
    end("choke", "ends a voice, or all of a slot, within 5 ms"),
    Verb { name: "stop_all", place: None, names: Naming::None, values: &[], summary: "lets all voices go" },
    change("gain", &[GAIN], "changes the gain of a voice over 5 ms"),
    change("pan", &[PAN], "moves a voice between left and right over 5 ms"),
    change("speed", &[SPEED], "changes how fast a voice plays, at once"),
    change("cutoff", &[CUTOFF], "gives the filter of a voice a cutoff of its own"),
    change(
        "loop_points",
        &[
            frame("start", "the first frame of the recording that is played over and over"),
            frame("end", "the one behind the last; 0 is the end"),
        ],
        "lets a voice play over and over between these; if it is beyond them it goes there in a crossfade of 5 ms",
    ),
    change("loop_off", &[], "lets a voice go on to the end"),
    Verb {
        name: "volume",
        place: SLOT,
        names: Naming::None,
        values: &[GAIN, OVER],
        summary: "makes all that a slot plays, and will play, as many times as loud, on a straight line",
    },
];

/// Which voices are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Which {
    Named(u64),
    Slot(usize),
    All,
}

impl Which {
    #[inline]
    pub fn is(self, slot: usize, id: u64) -> bool {
        match self {
            Which::Named(name) => name == id,
            Which::Slot(which) => which == slot,
            Which::All => true,
        }
    }
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Said {
    Trigger(Trigger),
    LetGo(Which),
    Stop(Which),
    Choke(Which),
    Change(u64, Change),
    Volume { slot: usize, gain: f32, seconds: f32 },
}

impl Said {
    /// Whether it is about a slot that there is.
    pub fn fits(&self, slots: usize) -> bool {
        match self {
            Said::Trigger(trigger) => trigger.slot < slots,
            Said::LetGo(Which::Slot(slot))
            | Said::Stop(Which::Slot(slot))
            | Said::Choke(Which::Slot(slot))
            | Said::Volume { slot, .. } => *slot < slots,
            _ => true,
        }
    }
}

/// What a message says; nothing if it makes no sense. `[audio]`
pub(super) fn read(message: &Message) -> Option<Said> {
    let verb = VERBS.get(usize::from(message.verb))?;
    let values = message.values();
    let whole = verb.values.first().is_some_and(|info| info.whole);
    let fits = |(info, value): (&ValueInfo, &f32)| (info.min..=info.max).contains(&f64::from(*value));
    if !whole && !verb.values.iter().zip(&values).all(fits) {
        return None;
    }
    let (slot, id) = (usize::from(message.place), u64::from(message.id));
    let which = if id != 0 { Which::Named(id) } else { Which::Slot(slot) };
    let [first, ..] = values;
    Some(match message.verb {
        0..=3 => {
            let [velocity, gain, pan, speed] = values;
            let mode = [None, Some(Mode::Once), Some(Mode::Gate), Some(Mode::Loop)];
            let mode = mode.get(usize::from(message.verb)).copied().flatten();
            Said::Trigger(Trigger { slot, id, velocity, gain, pan, speed, mode })
        }
        4 => Said::LetGo(which),
        5 => Said::Stop(which),
        6 => Said::Choke(which),
        7 => Said::Stop(Which::All),
        8 => Said::Change(id, Change::Gain(first)),
        9 => Said::Change(id, Change::Pan(first)),
        10 => Said::Change(id, Change::Speed(first)),
        11 => Said::Change(id, Change::Cutoff(first)),
        12 => {
            let [start, end] = message.frames().map(|frame| usize::try_from(frame).unwrap_or(usize::MAX));
            let most = Buffer::MOST_FRAMES;
            Said::Change(
                id,
                Change::Loop(LoopPoints { start: start.min(most), end: end.min(most), crossfade: 0 }),
            )
        }
        13 => Said::Change(id, Change::LoopOff),
        14 => Said::Volume { slot, gain: first, seconds: values[1] },
        _ => return None,
    })
}

//! How recordings reach the slots of a node that plays, and how they come back: a ring each way.

use crate::catalogue::{Layout, SettingInfo, SettingRange};
use sostenuto_dsp::Buffer;
use sostenuto_dsp::sampler::{LoopPoints, MOST_SLOTS, Mode, SlotSettings};
use sostenuto_graph::Message;
use sostenuto_rt::{Consumer, Producer, ring};
use sostenuto_units::Unit;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The verb that tells a node to take what was sent up to a number.
pub(crate) const TAKE: u16 = u16::MAX;

/// What a slot is to have.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub number: u32,
    pub slot: usize,
    pub settings: SlotSettings,
    /// Nothing if what it plays stays as it is.
    pub buffer: Option<Option<Arc<Buffer>>>,
}

/// The control side of a node's slots.
#[derive(Debug)]
pub struct SlotDesk {
    parcels: Producer<Parcel>,
    back: Consumer<Arc<Buffer>>,
    sent: u32,
    /// Which slots have something, once all that was sent is taken.
    filled: Vec<bool>,
}

/// The node's end.
#[derive(Debug)]
pub(crate) struct SlotDoor {
    pub parcels: Consumer<Parcel>,
    pub back: Producer<Arc<Buffer>>,
    /// What did not fit yet: a parcel for which there was no shelf, and a recording for which the way back was full.
    pub held: Option<Parcel>,
    pub kept: Option<Arc<Buffer>>,
    /// The last parcel that is to be taken.
    pub due: u32,
}

/// Both ends, for so many slots. `[control]`
pub(crate) fn slots(count: usize, layout: &Layout) -> (SlotDesk, SlotDoor) {
    let (parcels, parcels_out) = ring(2 * MOST_SLOTS.max(count));
    let (back_in, back) = ring(4 * MOST_SLOTS.max(count));
    let door = SlotDoor { parcels: parcels_out, back: back_in, held: None, kept: None, due: 0 };
    let has = |slot: usize| layout.slots.get(slot).is_some_and(|slot| slot.recording.buffer.is_some());
    (SlotDesk { parcels, back, sent: 0, filled: (0..count).map(has).collect() }, door)
}

impl SlotDesk {
    /// How many slots the node has.
    pub fn slots(&self) -> usize {
        self.filled.len()
    }

    /// Whether a slot, from 0, has something to play.
    pub fn is_filled(&self, slot: usize) -> bool {
        self.filled.get(slot).copied().unwrap_or(false)
    }

    /// Sends what a slot, from 0, is to have: how it is played, and, if that is to change, its recording or none. It is taken when the node
    /// is told [`take`](Self::take). Drops what has come back. `[control]`
    ///
    /// # Errors
    /// It comes back if there is no such slot, or if as much waits as can.
    pub fn send(
        &mut self,
        slot: usize,
        settings: SlotSettings,
        buffer: Option<Option<Arc<Buffer>>>,
    ) -> Result<(), Option<Option<Arc<Buffer>>>> {
        self.collect();
        if slot >= self.filled.len() {
            return Err(buffer);
        }
        let fills = buffer.as_ref().map(Option::is_some);
        let number = self.sent.wrapping_add(1);
        match self.parcels.push(Parcel { number, slot, settings, buffer }) {
            Ok(()) => {
                self.sent = number;
                if let (Some(fills), Some(filled)) = (fills, self.filled.get_mut(slot)) {
                    *filled = fills;
                }
            }
            Err(full) => return Err(full.0.buffer),
        }
        Ok(())
    }

    /// The message that lets the node take all that was sent so far: then it takes effect at that message's frame.
    pub fn take(&self) -> Message {
        Message::new(TAKE, 0, self.sent)
    }

    /// Drops recordings that nobody reads any more; how many. `[control]`: here they are freed.
    pub fn collect(&mut self) -> usize {
        std::iter::from_fn(|| self.back.pop()).count()
    }
}

const fn frames(name: &'static str, summary: &'static str) -> SettingInfo {
    SettingInfo::whole(name, (0, Buffer::MOST_FRAMES as u32), 0, summary)
}

const fn number(
    name: &'static str,
    unit: Unit,
    (min, max): (f64, f64),
    default: f64,
    summary: &'static str,
) -> SettingInfo {
    SettingInfo { name, range: SettingRange::Number { unit, min, max, default }, summary }
}

/// What a document can say of a slot besides its buffer.
pub const SLOT_SETTINGS: &[SettingInfo] = &[
    SettingInfo {
        name: "mode",
        range: SettingRange::Choice(&["once", "gate", "loop"]),
        summary: "to its end; to its end or until it is let go; over and over until it is let go",
    },
    frames("start", "the first frame that is played, counted in frames of the file, as all of these"),
    frames("end", "the frame behind the last; 0 is the end"),
    frames("loop_start", "the first frame of what is played over and over"),
    frames("loop_end", "the frame behind the last of it; 0 is the end"),
    frames("crossfade", "so many frames before the end of the loop fade into those before its start"),
    SettingInfo {
        name: "reverse",
        range: SettingRange::Choice(&["off", "on"]),
        summary: "backwards, from the end on",
    },
    number("gain", Unit::Decibels, (-120.0, 48.0), 0.0, "how much louder"),
    number("pan", Unit::None, (-1.0, 1.0), 0.0, "-1 is left, 1 right"),
    number("speed", Unit::Ratio, (0.001, 64.0), 1.0, "how fast; 1 is as recorded"),
    SettingInfo::whole(
        "choke",
        (0, 999),
        0,
        "what it begins ends all else of the same number, within 5 ms; 0 ends nothing",
    ),
];

/// How a slot is played, by the settings that a document gives; those that it does not give have their defaults. `[control]`
pub fn slot_settings(given: &BTreeMap<String, f64>) -> SlotSettings {
    let value = |name: &str| {
        let default =
            || SLOT_SETTINGS.iter().find(|info| info.name == name).map_or(0.0, SettingInfo::default);
        given.get(name).copied().unwrap_or_else(default)
    };
    let whole = |name: &str| value(name) as usize;
    let gain = value("gain");
    SlotSettings {
        mode: match whole("mode") {
            1 => Mode::Gate,
            2 => Mode::Loop,
            _ => Mode::Once,
        },
        start: whole("start"),
        end: whole("end"),
        looped: LoopPoints {
            start: whole("loop_start"),
            end: whole("loop_end"),
            crossfade: whole("crossfade"),
        },
        reverse: value("reverse") > 0.5,
        gain: sostenuto_dsp::amplitude::gain_of(gain as f32),
        pan: value("pan") as f32,
        speed: value("speed") as f32,
        choke: whole("choke") as u16,
    }
}

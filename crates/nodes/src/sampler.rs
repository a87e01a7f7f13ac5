//! A sampler: recordings in slots, played by voices that are begun, changed and ended at exact frames.

mod words;

use crate::biquad::{CUTOFF, Q};
use crate::catalogue::{Group, Kind, Layout, ParamInfo, PortInfo, SettingInfo, SettingRange};
use crate::gain::GAIN_DB;
use crate::node::{Machine, Node, Setup, resting_if};
use crate::registry::{Built, Listing};
use crate::slots::{Parcel, SlotDoor, TAKE, slots};
use crate::values::{Room, converted};
use sostenuto_dsp::amplitude::gain_of;
use sostenuto_dsp::math::exp2;
use sostenuto_dsp::sampler::{
    Happening, Interpolate, MAX_SAMPLE_SLOTS, MAX_VOICES, MOST_SLOTS, MOST_VOICES, Sampler, SamplerConfig,
    SamplerParams, Steal, Trigger, VoiceFilter, What,
};
use sostenuto_graph::voice::NoteId;
use sostenuto_graph::{Activity, Io, Message, NoteEvent, Report, Reports, Told};
use sostenuto_units::Unit;
use std::cell::Cell;
use words::{Said, VERBS, read};

const SLOTS: SettingInfo =
    SettingInfo::whole("slot_count", (1, MOST_SLOTS as u32), MAX_SAMPLE_SLOTS as u32, "how many slots");
const VOICES: SettingInfo = SettingInfo::whole(
    "voices",
    (1, MOST_VOICES as u32),
    MAX_VOICES as u32,
    "how many play at once; a trigger that finds none free is dropped, and counted, unless `steal` says otherwise",
);
const STEAL: SettingInfo = SettingInfo {
    name: "steal",
    range: SettingRange::Choice(&["none", "oldest", "quietest", "same_slot"]),
    summary: "which voice a trigger takes that finds none free; it fades over 5 ms",
};
const BETWEEN: SettingInfo = SettingInfo {
    name: "interpolation",
    range: SettingRange::Choice(&["cubic", "linear", "sinc"]),
    summary: "what is heard between two frames: a cubic, a straight line, or a windowed sinc that takes away what would fold",
};
const FILTER: SettingInfo = SettingInfo {
    name: "filter",
    range: SettingRange::Choice(&["off", "low", "high", "band"]),
    summary: "the filter of each voice",
};
const NOTES: SettingInfo = SettingInfo {
    name: "notes",
    range: SettingRange::Choice(&["slots", "pitch"]),
    summary: "what a note's pitch chooses: the slot, or how fast the first slot is played",
};
const LOOPS: SettingInfo = SettingInfo {
    name: "tell_loops",
    range: SettingRange::Choice(&["off", "on"]),
    summary: "whether it tells each time that a voice begins its loop anew, of loops that take 10 ms or more",
};
const FIRST: SettingInfo = SettingInfo {
    name: "first_note",
    range: SettingRange::Number { unit: Unit::Semitones, min: 0.0, max: 127.0, default: 36.0 },
    summary: "the pitch of the first slot, one slot a semitone; or that at which the first slot is as recorded",
};

const fn time(name: &'static str, default: f32, summary: &'static str) -> ParamInfo {
    ParamInfo::new(name, Unit::Milliseconds, (0.0, 60_000.0), default, summary).step()
}

pub(crate) const KINDS: &[Listing] = &[Listing {
    kind: Kind {
        name: "sampler",
        group: Group::Source,
        summary: "Plays recordings from slots, many at once: triggered, changed and stopped at exact frames, and by notes.",
        source: "places in fixed point, exact for days; cubic splines (E. Catmull and R. Rom, 1974), or sines in Kaiser's window (1974); trapezoidal state-variable filters; envelopes on straight lines",
        outputs: &[PortInfo::stereo("out", "all voices")],
        params: &[
            ParamInfo::new(
                "gain",
                Unit::Decibels,
                GAIN_DB,
                0.0,
                "of all voices; -120 dB and below is silence",
            ),
            time("attack", 0.0, "time from nothing to full level, of voices that begin from then on"),
            time("decay", 0.0, "time from full level to the sustain level"),
            ParamInfo::new("sustain", Unit::Ratio, (0.0, 1.0), 1.0, "level while a voice is held").step(),
            time("release", 10.0, "time in which a voice dies away that is let go or stopped from then on"),
            ParamInfo { default: 8_000.0, ..CUTOFF },
            Q,
        ],
        settings: &[SLOTS, VOICES, STEAL, BETWEEN, FILTER, NOTES, FIRST, LOOPS],
        samples: true,
        notes: true,
        verbs: VERBS,
        tells: &["started", "finished", "dropped", "stolen", "choked", "looped"],
        ..Kind::BLANK
    },
    build,
}];

/// A sampler: kind `sampler`.
pub type SamplerNode = Node<Sampling>;

/// The machine of a [`SamplerNode`].
#[derive(Debug)]
pub struct Sampling {
    kernel: Sampler,
    door: Option<SlotDoor>,
    reports: Reports,
    plays_pitch: bool,
    first: f32,
    tells_loops: bool,
}

/// Marks the ids of notes beside those that messages give.
const OF_NOTE: u64 = 1 << 63;

fn build(kind: &'static Kind, layout: Layout) -> Built {
    let (desk, door) = slots(kind.setting(&layout, SLOTS.name) as usize, &layout);
    // A node is prepared once; prepared again, nobody can reach its slots.
    let door = Cell::new(Some(door));
    let make = move |setup: &Setup<'_>| Sampling::new(setup, door.take());
    Built { processor: Box::new(Node::with(kind, layout, make)), tap: None, slots: Some(desk) }
}

impl Sampling {
    fn new(setup: &Setup<'_>, door: Option<SlotDoor>) -> Self {
        let choice = |info: &SettingInfo| setup.setting(info.name) as usize;
        let config = SamplerConfig {
            slots: choice(&SLOTS),
            voices: choice(&VOICES),
            steal: [Steal::None, Steal::Oldest, Steal::Quietest, Steal::SameSlot][choice(&STEAL) & 3],
            between: match choice(&BETWEEN) {
                1 => Interpolate::Linear,
                2 => Interpolate::Sinc,
                _ => Interpolate::Cubic,
            },
            filter: [VoiceFilter::Off, VoiceFilter::Low, VoiceFilter::High, VoiceFilter::Band]
                [choice(&FILTER) & 3],
        };
        let mut kernel = Sampler::new(config, setup.sample_rate);
        for (number, slot) in setup.layout.slots.iter().enumerate().take(config.slots) {
            kernel.set_slot(number, slot.settings);
            // There is room for as many as there are slots.
            _ = kernel.load(number, slot.recording.buffer.clone(), 0, |_| {});
        }
        // Each voice may end and each begin between two looks, and some more be dropped.
        let reports = Reports::with_room(4 * config.voices + 64);
        let plays_pitch = choice(&NOTES) == 1;
        let (first, tells_loops) = (setup.setting(FIRST.name) as f32, choice(&LOOPS) == 1);
        Sampling { kernel, door, reports, plays_pitch, first, tells_loops }
    }

    /// What a note means: the slot and how fast.
    fn note(&self, pitch: f32) -> (usize, f32) {
        if self.plays_pitch {
            return (0, exp2((pitch - self.first) * (1.0 / 12.0)));
        }
        let slot = pitch - self.first + 0.5;
        (if slot >= 0.0 { slot as usize } else { usize::MAX }, 1.0)
    }

    fn hear_note(&mut self, note: NoteEvent, frame: u64) {
        let named = |id: NoteId| id.0 | OF_NOTE;
        match note {
            NoteEvent::On(note) => {
                let (slot, speed) = self.note(note.pitch);
                let of = Trigger::of(slot, named(note.id));
                // Nobody waits for what becomes of a note; what was dropped is counted.
                let reports = &mut self.reports;
                self.kernel
                    .trigger(&Trigger { velocity: note.velocity, speed, ..of }, frame, |h| tell(reports, h));
            }
            NoteEvent::Off(id) => self.kernel.let_go(|_, of| of == named(id)),
            NoteEvent::AllOff => self.kernel.let_go(|_, of| of & OF_NOTE != 0),
            _ => {}
        }
    }

    fn hear(&mut self, message: &Message, frame: u64) {
        let (kernel, reports) = (&mut self.kernel, &mut self.reports);
        match read(message) {
            Some(Said::Trigger(trigger)) => kernel.trigger(&trigger, frame, |h| tell(reports, h)),
            Some(Said::LetGo(which)) => kernel.let_go(|slot, id| which.is(slot, id)),
            Some(Said::Stop(which)) => kernel.stop(|slot, id| which.is(slot, id)),
            Some(Said::Choke(which)) => {
                kernel.choke(frame, |slot, id| which.is(slot, id), |h| tell(reports, h));
            }
            Some(Said::Change(id, change)) => drop(kernel.change(id, change)),
            Some(Said::Volume { slot, gain, seconds }) => kernel.set_volume(slot, gain, seconds),
            None => {}
        }
    }

    /// Takes what was sent for slots and is due, as far as there is room, and sends back what is not read any more.
    fn serve(&mut self, frame: u64) {
        let (Some(door), reports) = (&mut self.door, &mut self.reports) else { return };
        loop {
            let parcel = match door.held.take() {
                Some(parcel) => parcel,
                None => {
                    let due = door.due;
                    let is_due = |parcel: &&Parcel| due.wrapping_sub(parcel.number) < u32::MAX / 2;
                    if door.parcels.peek().filter(is_due).is_none() {
                        break;
                    }
                    let Some(parcel) = door.parcels.pop() else { break };
                    parcel
                }
            };
            let Parcel { number, slot, settings, buffer } = parcel;
            self.kernel.set_slot(slot, settings);
            let load = |buffer| self.kernel.load(slot, buffer, frame, |happening| tell(reports, happening));
            if let Some(Err(back)) = buffer.map(load) {
                door.held = Some(Parcel { number, slot, settings, buffer: Some(back) });
                break;
            }
        }
        while let Some(spent) = door.kept.take().or_else(|| self.kernel.take_spent()) {
            if let Err(full) = door.back.push(spent) {
                door.kept = Some(full.0);
                break;
            }
        }
    }

    /// Whether something waits that has to do with slots.
    fn is_served(&self) -> bool {
        self.door.as_ref().is_none_or(|door| door.held.is_none() && door.kept.is_none())
    }
}

/// Tells what has become of a voice that a message named.
fn tell(reports: &mut Reports, happening: Happening) {
    let Happening { frame, what, slot, id } = happening;
    if id & OF_NOTE != 0 {
        return;
    }
    let what = match what {
        What::Started => 0,
        What::Finished => 1,
        What::Dropped => 2,
        What::Stolen => 3,
        What::Choked => 4,
        What::Looped => 5,
    };
    reports.tell(Report { frame, what, place: slot as u16, id: id as u32, value: 0.0 });
}

impl Machine for Sampling {
    fn process(&mut self, mut io: Io<'_>) -> Activity {
        self.serve(io.span.frame);
        if self.kernel.is_silent() {
            self.kernel.pass(io.span.frames);
            io.outputs.silence_all();
            return resting_if(self.is_served() && self.kernel.volumes_rest());
        }
        let [gain, cutoff, q] = [0, 5, 6].map(|param| io.params.get(param));
        let mut room: Option<Room> = None;
        let [attack, decay, release] = [1, 2, 4].map(|param| 0.001 * io.params.now(param));
        let gain = converted(gain, &mut room, gain_of);
        let params = SamplerParams { gain, cutoff, q, attack, decay, sustain: io.params.now(3), release };
        let (frame, reports) = (io.span.frame, &mut self.reports);
        if let Some(out) = io.outputs.first::<2>() {
            let tells_loops = self.tells_loops;
            self.kernel.process(&params, frame, out, |happening| {
                if tells_loops || happening.what != What::Looped {
                    tell(reports, happening);
                }
            });
        }
        Activity::Sounding
    }

    fn reset(&mut self) {
        self.kernel.reset();
    }

    fn hears(&self, told: &Told) -> bool {
        match told {
            Told::Message(message) if message.verb == TAKE => self.door.is_some(),
            Told::Message(message) => read(message).is_some_and(|said| said.fits(self.kernel.config().slots)),
            Told::Note(NoteEvent::On(note)) => note.velocity.is_finite() && note.pitch.is_finite(),
            Told::Note(note) => matches!(note, NoteEvent::Off(_) | NoteEvent::AllOff),
        }
    }

    fn tell(&mut self, told: Told, frame: u64) {
        match told {
            Told::Message(message) if message.verb == TAKE => {
                if let Some(door) = &mut self.door {
                    door.due = message.id;
                }
                self.serve(frame);
            }
            Told::Message(message) => self.hear(&message, frame),
            Told::Note(note) => self.hear_note(note, frame),
        }
    }

    fn reports(&mut self) -> Option<&mut Reports> {
        Some(&mut self.reports)
    }
}

impl SamplerNode {
    /// A sampler with these recordings in its first slots, each played once.
    pub fn new(layout: Layout) -> Self {
        Node::with(&KINDS[0].kind, layout, |setup| Sampling::new(setup, None))
    }
}

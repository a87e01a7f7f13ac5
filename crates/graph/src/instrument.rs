//! An instrument while it sounds: notes come in at exact frames, voices start, are let go, fade and end.
//!
//! An instrument is a part whose members are its voices, each a part of its own, added up at its outputs. Which voice plays which note is the
//! matter of [`Voices`]; here its answers become parameters of the voices' `note` nodes, and fades.

mod voice;

use crate::agenda::Dues;
use crate::care::settle_all;
use crate::executor::reset_node;
use crate::message::{Address, Deed, NoteEvent};
use crate::node::{Care, Node, OwnNodes};
use crate::run::Stage;
use crate::stats::VoiceLoad;
use crate::table::Table;
use crate::trajectory::Motion;
use alloc::boxed::Box;
use alloc::sync::Arc;
use sostenuto_voice::{Action, Counts, Note, NoteId, Numbers, Voices};
use voice::{MOST_AHEAD, OwnKnob};

pub(crate) use voice::{NOTHING, VoiceCare};

/// The parameters of a `note` node.
mod param {
    pub const PITCH: u16 = 0;
    pub const BEND: u16 = 1;
    pub const GATE: u16 = 2;
    pub const VELOCITY: u16 = 3;
    pub const PRESSURE: u16 = 4;
}

/// Changes that a note may bring.
const ROOM: usize = 256;

/// Where in the voices notes and knobs are heard.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// For each voice, its `note` nodes.
    pub notes: Box<[Box<[Address]>]>,
    /// For each knob and voice, what it turns.
    pub knobs: Box<[Box<[Turned]>]>,
}

/// Nodes and parameters that a knob turns.
pub(crate) type Turned = Box<[(Address, u16)]>;

/// The node of an address, if it is that node still.
///
/// Whose slot it is is asked first: by looking at a node that is another by now, and another thread's, it would be taken from that one until the next batch.
fn node_at<'n>(nodes: &'n mut OwnNodes<'_>, tenants: &Table<u32>, address: Address) -> Option<&'n mut Node> {
    tenants.get(address.slot).filter(|tenant| **tenant == address.tenant)?;
    nodes.get_mut(address.slot)?.as_mut()
}

/// An instrument.
#[derive(Debug)]
pub(crate) struct Instrument {
    voices: Voices,
    /// The slot of each voice.
    slots: Box<[u32]>,
    pub tables: Box<Tables>,
    /// Frames that a glide from one pitch to the next takes.
    glide: u32,
    load: Arc<VoiceLoad>,
    told: Counts,
    /// Voices that were let go or stolen and may have ended.
    ending: Numbers,
    /// How loud a voice is decides who is stolen.
    listens: bool,
    /// The frame that is to be rendered next.
    present: u64,
    /// The most fades of one voice that have been foreseen since.
    ahead: usize,
}

impl Instrument {
    /// `[control]`
    pub fn new(voices: Voices, slots: Box<[u32]>, glide: u32, load: Arc<VoiceLoad>) -> Self {
        let (tables, told, listens) = (Box::default(), Counts::default(), voices.listens());
        let ending = Numbers::new(slots.len());
        Instrument { voices, slots, tables, glide, load, told, ending, listens, present: 0, ahead: 0 }
    }

    /// Whether an event can be heard ahead of its frame, while what comes before it is yet to be rendered. `[audio]`
    ///
    /// Not a note whose voice hangs on what will have been heard by then, nor one that begins where another is yet to begin; nor one for which there
    /// may be no room among the changes that wait.
    pub fn foresees(&mut self, event: &NoteEvent, frame: u64, stage: &Stage<'_>) -> bool {
        if stage.dues.room < ROOM {
            return false;
        }
        match event {
            NoteEvent::On(_) if self.listens => false,
            NoteEvent::On(_) => {
                self.voices.advance(frame);
                // One more may have to fade, or to fade faster.
                let full = self.ahead >= MOST_AHEAD && self.voices.may_steal();
                !full && !self.is_to_begin(self.voices.next(), stage)
            }
            _ => true,
        }
    }

    /// Whether a note is yet to begin on a voice.
    fn is_to_begin(&self, voice: Option<u16>, stage: &Stage<'_>) -> bool {
        let slot = voice.and_then(|voice| self.slots.get(usize::from(voice)));
        slot.and_then(|slot| begins(stage.nodes.get(*slot)?.as_ref()?)).is_some()
    }

    /// Makes an event heard from a frame on, which may lie ahead of the `present` one if it is [foreseen](Self::foresees). `[audio]`
    pub fn hear(&mut self, event: NoteEvent, frame: u64, present: u64, stage: &mut Stage<'_>) {
        if self.present != present {
            (self.present, self.ahead) = (present, 0);
        }
        match event {
            NoteEvent::On(note) => {
                let (slots, nodes) = (&self.slots, &stage.nodes);
                let loudness = |voice: u16| {
                    let node = slots.get(usize::from(voice)).and_then(|slot| nodes.get(*slot)?.as_ref());
                    node.and_then(|n| n.upkeep.voice.as_ref()).map_or(0.0, |v| v.peak)
                };
                let actions = self.voices.note_on(frame, note, loudness);
                actions.as_slice().iter().for_each(|action| self.act(*action, frame, stage));
            }
            NoteEvent::Off(id) => {
                if let Some(action) = self.voices.note_off(frame, id) {
                    self.act(action, frame, stage);
                }
            }
            NoteEvent::AllOff => {
                let (slots, tables, ending) = (&self.slots, &self.tables, &mut self.ending);
                self.voices.all_notes_off(frame, |action| {
                    if let Action::Release { voice } = action {
                        ending.put(usize::from(voice));
                        release(slots, tables, voice, (frame, present), stage);
                    }
                });
            }
            NoteEvent::Bend(id, semitones) => self.tell_note(id, param::BEND, semitones, frame, stage),
            NoteEvent::Pressure(id, value) => self.tell_note(id, param::PRESSURE, value, frame, stage),
            NoteEvent::Knob(id, knob, value) => {
                if let Some(voice) = self.voices.voice_of(id) {
                    let motion = self.motion_of(voice, frame, stage);
                    self.turn(voice, knob, value, motion, frame, stage);
                }
            }
        }
    }

    /// Sees to voices that have ended by a frame. `[audio]`
    ///
    /// Whether a voice has ended counts from the grid on, so that it does not hang on how the time is cut into spans.
    pub fn look_after(&mut self, frame: u64, stage: &mut Stage<'_>) {
        if !frame.is_multiple_of(crate::QUANTUM as u64) {
            return;
        }
        self.voices.advance(frame);
        let (slots, voices) = (&self.slots, &mut self.voices);
        self.ending.keep(|voice| {
            let slot = slots.get(voice).copied().unwrap_or(u32::MAX);
            let Some(Some(node)) = stage.nodes.get_mut(slot) else { return false };
            if node.care.has(Care::LET_GO) {
                return true;
            }
            let Some(care) = node.upkeep.voice.as_mut().filter(|_| node.care.has(Care::STIRS)) else {
                return false;
            };
            let is_over = care.fading && care.gain.rests_at(frame) && care.begins.is_none();
            let end = care.ended.take();
            if let Some(end) = end {
                voices.ended(end, voice as u16);
            }
            let ends = end.is_some() || is_over;
            if ends {
                node.care.put(Care::IDLE, true);
                node.care.put(Care::STIRS, false);
            }
            !ends
        });
        let counts = self.voices.counts();
        if counts != self.told {
            self.told = counts;
            self.load.note(&counts);
        }
    }

    fn act(&mut self, action: Action, frame: u64, stage: &mut Stage<'_>) {
        match action {
            Action::Start { voice, note, glide_from } => self.start(voice, note, glide_from, frame, stage),
            Action::Release { voice } => {
                self.ending.put(usize::from(voice));
                release(&self.slots, &self.tables, voice, (frame, self.present), stage)
            }
            Action::Retune { voice, note } => {
                let motion = if self.glide > 0 { Motion::Linear(self.glide) } else { Motion::Jump };
                tell(&self.tables, voice, param::PITCH, note.pitch, motion, (frame, self.present), stage);
            }
            Action::Fade { voice, frames } => {
                self.ending.put(usize::from(voice));
                let present = self.present;
                if let Some(care) = care_of(&self.slots, voice, stage) {
                    self.ahead = self.ahead.max(care.fade_from(frame, frames, present));
                }
            }
        }
    }

    /// Starts a note on a voice, which begins as new.
    fn start(&mut self, voice: u16, note: Note, glide_from: Option<f32>, frame: u64, stage: &mut Stage<'_>) {
        let Some(slot) = self.slots.get(usize::from(voice)).copied() else { return };
        if frame <= self.present {
            settle_all(slot, stage);
        }
        let Some(care) = care_of(&self.slots, voice, stage) else { return };
        care.start = frame;
        if frame > self.present {
            // Until then it plays nothing.
            care.begins = Some(frame);
        } else {
            begin(slot, stage);
        }
        let at = self.at(voice, frame, stage);
        while let Some(knob) = care_of(&self.slots, voice, stage).and_then(VoiceCare::take_knob) {
            knob.give_back(at, stage);
        }
        for address in self.tables.notes.get(usize::from(voice)).into_iter().flatten() {
            let Some(node) = node_at(&mut stage.nodes, stage.tenants, *address) else { continue };
            // Mostly all of them are that already.
            for (number, value) in
                [(param::BEND, 0.0), (param::PRESSURE, 0.0), (param::VELOCITY, note.velocity)]
            {
                if !node.stays_at(usize::from(number), value) {
                    set_at(node, number, value, Motion::Jump, at, &mut stage.dues);
                }
            }
            let mut set = |number, value, motion| set_at(node, number, value, motion, at, &mut stage.dues);
            match glide_from.filter(|_| self.glide > 0) {
                Some(from) => {
                    set(param::PITCH, from, Motion::Jump);
                    set(param::PITCH, note.pitch, Motion::Linear(self.glide));
                }
                None => set(param::PITCH, note.pitch, Motion::Jump),
            }
            set(param::GATE, 1.0, Motion::Jump);
        }
    }

    /// A frame, and from which one on what is set for it would be heard: of a voice that plays nothing until then, from that frame on, so that it need not wait.
    fn at(&self, voice: u16, frame: u64, stage: &Stage<'_>) -> (u64, u64) {
        let slot = self.slots.get(usize::from(voice));
        let node = slot.and_then(|slot| stage.nodes.get(*slot)?.as_ref());
        let waits_for_it = node.is_some_and(|node| node.care.has(Care::IDLE) && begins(node) == Some(frame));
        (frame, if waits_for_it { frame } else { self.present })
    }

    /// How what is said of a note alone is heard: at once where the note begins, else over 5 ms.
    fn motion_of(&self, voice: u16, frame: u64, stage: &Stage<'_>) -> Motion {
        let slot = self.slots.get(usize::from(voice));
        let node = slot.and_then(|slot| stage.nodes.get(*slot)?.as_ref());
        match node.and_then(|node| node.upkeep.voice.as_ref()) {
            Some(care) if care.start == frame => Motion::Jump,
            _ => Motion::Glide((0.005 * stage.sample_rate + 0.5) as u32),
        }
    }

    fn tell_note(&self, id: NoteId, number: u16, value: f32, frame: u64, stage: &mut Stage<'_>) {
        if let Some(voice) = self.voices.voice_of(id) {
            let motion = self.motion_of(voice, frame, stage);
            tell(&self.tables, voice, number, value, motion, (frame, self.present), stage);
        }
    }

    /// Turns a knob for one voice, which keeps it until its next note.
    fn turn(&self, voice: u16, knob: u16, value: f32, motion: Motion, frame: u64, stage: &mut Stage<'_>) {
        let of_voice = self.tables.knobs.get(usize::from(knob)).and_then(|k| k.get(usize::from(voice)));
        let at = self.at(voice, frame, stage);
        for (address, number) in of_voice.into_iter().flatten() {
            let Some(node) = node_at(&mut stage.nodes, stage.tenants, *address) else { continue };
            let Some(dial) = node.upkeep.dials.get(usize::from(*number)) else { continue };
            let (before, now) = (dial.motion.target(), value.clamp(dial.min, dial.max));
            set_at(node, *number, value, motion, at, &mut stage.dues);
            if let Some(care) = care_of(&self.slots, voice, stage) {
                care.note_knob(OwnKnob { node: *address, param: *number, before, now });
            }
        }
    }
}

/// What is known of a voice, for a change of it.
fn care_of<'s>(slots: &[u32], voice: u16, stage: &'s mut Stage<'_>) -> Option<&'s mut VoiceCare> {
    let slot = slots.get(usize::from(voice))?;
    let node = stage.nodes.get_mut(*slot)?.as_mut()?;
    node.care.put(Care::STIRS, true);
    node.care.put(Care::LET_GO, false);
    node.upkeep.voice.as_deref_mut()
}

/// When the note of a voice begins, if it is yet to. `[audio]`
#[inline(always)]
pub(crate) fn begins(node: &Node) -> Option<u64> {
    // The upkeep of others is not even looked at.
    let may_begin = node.care.has(Care::STIRS) && !node.care.has(Care::LET_GO);
    if may_begin { node.upkeep.voice.as_ref()?.begins } else { None }
}

/// Makes a voice begin as new. `[audio]`
pub(crate) fn begin(slot: u32, stage: &mut Stage<'_>) {
    reset_node(&mut stage.nodes, &mut stage.teams, stage.plans, slot);
    begin_care(slot, &mut stage.nodes);
}

/// The same, but for its nodes, which have forgotten what they heard already. `[audio]`
pub(crate) fn begin_care(slot: u32, nodes: &mut OwnNodes<'_>) {
    let Some(Some(node)) = nodes.get_mut(slot) else { return };
    node.care.put(Care::IDLE, false);
    if let Some(care) = &mut node.upkeep.voice {
        care.begin();
    }
    note_state(node);
}

/// Notes with a voice whether anything of it is to be seen to. `[audio]`
pub(crate) fn note_state(node: &mut Node) {
    let Some(voice) = node.upkeep.voice.as_deref() else { return };
    let (stirs, let_go) = (voice.stirs(), voice.is_let_go());
    node.care.put(Care::STIRS, stirs);
    node.care.put(Care::LET_GO, let_go);
}

/// Sets a parameter of the `note` nodes of a voice, at a frame that may lie ahead of the present one.
fn tell(
    tables: &Tables,
    voice: u16,
    number: u16,
    value: f32,
    motion: Motion,
    at: (u64, u64),
    stage: &mut Stage<'_>,
) {
    for address in tables.notes.get(usize::from(voice)).into_iter().flatten() {
        if let Some(node) = node_at(&mut stage.nodes, stage.tenants, *address) {
            set_at(node, number, value, motion, at, &mut stage.dues);
        }
    }
}

/// Sets a parameter at a frame that may lie ahead of the one from which on it would be heard.
fn set_at(
    node: &mut Node,
    param: u16,
    value: f32,
    motion: Motion,
    (frame, heard): (u64, u64),
    dues: &mut Dues<'_>,
) {
    // What is due before goes before.
    let waits = frame > heard || node.care.has(Care::DUE);
    if !(waits && dues.put_due(node, frame, Deed::Set { param, value, motion })) {
        node.set(frame, param, value, motion);
    }
}

fn release(slots: &[u32], tables: &Tables, voice: u16, at: (u64, u64), stage: &mut Stage<'_>) {
    tell(tables, voice, param::GATE, 0.0, Motion::Jump, at, stage);
    let slot = slots.get(usize::from(voice)).copied().unwrap_or(u32::MAX);
    let Some(Some(node)) = stage.nodes.get_mut(slot) else { return };
    if let Some(care) = &mut node.upkeep.voice {
        care.released = Some(at.0);
    }
    note_state(node);
}

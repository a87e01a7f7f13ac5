//! An instrument while it sounds: notes come in at exact frames, voices start, are let go, fade and end.
//!
//! An instrument is a part whose members are its voices, each a part of its own, added up at its outputs. Which voice plays which note is the
//! matter of [`Voices`]; here its answers become parameters of the voices' `note` nodes, and fades.

use crate::agenda::Agenda;
use crate::care::settle_all;
use crate::executor::reset_node;
use crate::message::{Address, Deed, NoteEvent};
use crate::node::{Care, Node};
use crate::processor::{Outputs, Span};
use crate::run::Stage;
use crate::stats::VoiceLoad;
use crate::table::Table;
use crate::trajectory::{Motion, Trajectory};
use alloc::boxed::Box;
use alloc::sync::Arc;
use sostenuto_voice::{Action, Counts, Note, NoteId, Voices};

/// The parameters of a `note` node.
mod param {
    pub const PITCH: u16 = 0;
    pub const BEND: u16 = 1;
    pub const GATE: u16 = 2;
    pub const VELOCITY: u16 = 3;
    pub const PRESSURE: u16 = 4;
}

/// Below this a sample counts as nothing, once the note has been let go: -100 dB.
const NOTHING: f32 = 1e-5;
/// For so many seconds on end a voice that was let go must be that quiet to have ended.
const QUIET_SECONDS: f64 = 0.1;
/// The time in which the level of a voice that is silent falls by a factor of e, in seconds.
const FALL_SECONDS: f64 = 0.05;
/// Changes that a note may bring.
const ROOM: usize = 256;
/// Knobs that can be set for one note.
const OWN_KNOBS: usize = 16;

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
fn node_at(nodes: &mut Table<Option<Node>>, address: Address) -> Option<&mut Node> {
    nodes.get_mut(address.slot)?.as_mut().filter(|node| node.upkeep.tenant == address.tenant)
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
    /// How loud a voice is decides who is stolen.
    listens: bool,
    /// The frame that is to be rendered next.
    present: u64,
    /// A fade has been foreseen since.
    fades_ahead: bool,
}

impl Instrument {
    /// `[control]`
    pub fn new(voices: Voices, slots: Box<[u32]>, glide: u32, load: Arc<VoiceLoad>) -> Self {
        let (tables, told, listens) = (Box::default(), Counts::default(), voices.listens());
        Instrument { voices, slots, tables, glide, load, told, listens, present: 0, fades_ahead: false }
    }

    /// Whether an event can be heard ahead of its frame, while what comes before it is yet to be rendered. `[audio]`
    ///
    /// Not a note whose voice hangs on what will have been heard by then, nor one that begins where another is yet to begin; nor one for which there
    /// may be no room among the changes that wait.
    pub fn foresees(&mut self, event: &NoteEvent, frame: u64, stage: &Stage<'_>) -> bool {
        if stage.agenda.room() < ROOM {
            return false;
        }
        match event {
            NoteEvent::On(_) if self.listens => false,
            NoteEvent::On(_) => {
                self.voices.advance(frame);
                // A voice has one fade ahead of it, not two.
                let steals = self.fades_ahead && self.voices.may_steal();
                !steals && !self.is_to_begin(self.voices.next(), stage)
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
            (self.present, self.fades_ahead) = (present, false);
        }
        let short = Motion::Glide((0.005 * stage.sample_rate + 0.5) as u32);
        match event {
            NoteEvent::On(note) => {
                let (slots, nodes) = (&self.slots, &*stage.nodes);
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
                let (slots, tables) = (&self.slots, &self.tables);
                self.voices.all_notes_off(frame, |action| {
                    if let Action::Release { voice } = action {
                        release(slots, tables, voice, (frame, present), stage);
                    }
                });
            }
            NoteEvent::Bend(id, semitones) => self.tell_note(id, param::BEND, semitones, short, frame, stage),
            NoteEvent::Pressure(id, value) => self.tell_note(id, param::PRESSURE, value, short, frame, stage),
            NoteEvent::Knob(id, knob, value) => {
                if let Some(voice) = self.voices.voice_of(id) {
                    self.turn(voice, knob, value, short, frame, stage);
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
        for (voice, slot) in self.slots.iter().enumerate() {
            let Some(Some(node)) = stage.nodes.get_mut(*slot) else { continue };
            if node.care.has(Care::IDLE) {
                continue;
            }
            let Some(care) = &mut node.upkeep.voice else { continue };
            if let Some(end) = care.ended.take() {
                self.voices.ended(end, voice as u16);
                node.care.put(Care::IDLE, true);
            } else if care.fading && care.gain.rests_at(frame) && care.begins.is_none() {
                node.care.put(Care::IDLE, true);
            }
        }
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
                release(&self.slots, &self.tables, voice, (frame, self.present), stage)
            }
            Action::Retune { voice, note } => {
                let motion = if self.glide > 0 { Motion::Linear(self.glide) } else { Motion::Jump };
                tell(&self.tables, voice, param::PITCH, note.pitch, motion, (frame, self.present), stage);
            }
            Action::Fade { voice, frames } => {
                let present = self.present;
                self.fades_ahead |= frame > present;
                if let Some(care) = care_of(&self.slots, voice, stage) {
                    care.fade_from(frame, frames, present);
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
        let own = care.take_knobs();
        if frame > self.present {
            // Until then it plays nothing.
            care.begins = Some(frame);
        } else {
            begin(slot, stage);
        }
        for knob in own.iter().flatten() {
            knob.give_back((frame, self.present), stage);
        }
        let tables = &self.tables;
        let at = (frame, self.present);
        let mut set = |number, value, motion| tell(tables, voice, number, value, motion, at, stage);
        set(param::BEND, 0.0, Motion::Jump);
        set(param::PRESSURE, 0.0, Motion::Jump);
        set(param::VELOCITY, note.velocity, Motion::Jump);
        match glide_from.filter(|_| self.glide > 0) {
            Some(from) => {
                set(param::PITCH, from, Motion::Jump);
                set(param::PITCH, note.pitch, Motion::Linear(self.glide));
            }
            None => set(param::PITCH, note.pitch, Motion::Jump),
        }
        set(param::GATE, 1.0, Motion::Jump);
    }

    fn tell_note(
        &self,
        id: NoteId,
        number: u16,
        value: f32,
        motion: Motion,
        frame: u64,
        stage: &mut Stage<'_>,
    ) {
        if let Some(voice) = self.voices.voice_of(id) {
            tell(&self.tables, voice, number, value, motion, (frame, self.present), stage);
        }
    }

    /// Turns a knob for one voice, which keeps it until its next note.
    fn turn(&self, voice: u16, knob: u16, value: f32, motion: Motion, frame: u64, stage: &mut Stage<'_>) {
        let of_voice = self.tables.knobs.get(usize::from(knob)).and_then(|k| k.get(usize::from(voice)));
        for (address, number) in of_voice.into_iter().flatten() {
            let Some(node) = node_at(stage.nodes, *address) else { continue };
            let Some(dial) = node.upkeep.dials.get(usize::from(*number)) else { continue };
            let (before, now) = (dial.motion.target(), value.clamp(dial.min, dial.max));
            set_at(node, *number, value, motion, (frame, self.present), stage.agenda);
            if let Some(care) = care_of(&self.slots, voice, stage) {
                care.note_knob(OwnKnob { node: *address, param: *number, before, now });
            }
        }
    }
}

fn care_of<'s>(slots: &[u32], voice: u16, stage: &'s mut Stage<'_>) -> Option<&'s mut VoiceCare> {
    let slot = slots.get(usize::from(voice))?;
    stage.nodes.get_mut(*slot)?.as_mut()?.upkeep.voice.as_deref_mut()
}

/// When the note of a voice begins, if it is yet to. `[audio]`
#[inline(always)]
pub(crate) fn begins(node: &Node) -> Option<u64> {
    // Of what is no voice, the upkeep is not even looked at.
    if node.care.has(Care::VOICE) { node.upkeep.voice.as_ref()?.begins } else { None }
}

/// Makes a voice begin as new. `[audio]`
pub(crate) fn begin(slot: u32, stage: &mut Stage<'_>) {
    reset_node(stage.nodes, stage.teams, stage.plans, slot);
    begin_care(slot, stage.nodes);
}

/// The same, but for its nodes, which have forgotten what they heard already. `[audio]`
pub(crate) fn begin_care(slot: u32, nodes: &mut Table<Option<Node>>) {
    let Some(Some(node)) = nodes.get_mut(slot) else { return };
    node.care.put(Care::IDLE, false);
    if let Some(care) = &mut node.upkeep.voice {
        care.begin();
    }
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
        if let Some(node) = node_at(stage.nodes, *address) {
            set_at(node, number, value, motion, at, stage.agenda);
        }
    }
}

/// Sets a parameter at a frame that may lie ahead of the present one.
fn set_at(
    node: &mut Node,
    param: u16,
    value: f32,
    motion: Motion,
    (frame, present): (u64, u64),
    agenda: &mut Agenda,
) {
    // What is due before goes before.
    let waits = frame > present || node.care.has(Care::DUE);
    if !(waits && agenda.put_due(node, frame, Deed::Set { param, value, motion })) {
        node.set(frame, param, value, motion);
    }
}

fn release(slots: &[u32], tables: &Tables, voice: u16, at: (u64, u64), stage: &mut Stage<'_>) {
    tell(tables, voice, param::GATE, 0.0, Motion::Jump, at, stage);
    if let Some(care) = care_of(slots, voice, stage) {
        care.released = Some(at.0);
    }
}

/// What is kept of one voice.
#[derive(Debug)]
pub(crate) struct VoiceCare {
    /// From 1 to 0 as it is stolen.
    gain: Trajectory,
    fading: bool,
    /// A fade that is yet to begin: from when on, and over how many frames.
    fades: Option<(u64, u32)>,
    /// When its note begins, if it is yet to.
    pub begins: Option<u64>,
    /// Since when it is let go.
    released: Option<u64>,
    /// Its level, if that decides who is stolen: the highest sample, falling off with time.
    peak: f32,
    fall: f32,
    listens: bool,
    /// For how many frames since it was let go it has been next to silent, and how many are enough.
    quiet: u32,
    enough: u32,
    /// The frame at which it has ended, until that is seen to.
    ended: Option<u64>,
    /// Knobs that were turned for its note alone.
    own: Knobs,
}

type Knobs = [Option<OwnKnob>; OWN_KNOBS];

/// A knob turned for one note.
#[derive(Clone, Copy, Debug)]
struct OwnKnob {
    node: Address,
    param: u16,
    before: f32,
    now: f32,
}

impl OwnKnob {
    /// Sets the parameter back, unless it has been set for all notes since.
    fn give_back(&self, at: (u64, u64), stage: &mut Stage<'_>) {
        if let Some(node) = node_at(stage.nodes, self.node)
            && let Some(dial) = node.upkeep.dials.get(usize::from(self.param))
            && dial.motion.target() == self.now
        {
            set_at(node, self.param, self.before, Motion::Jump, at, stage.agenda);
        }
    }
}

impl VoiceCare {
    /// `[control]`; `listens` if how loud it is decides who is stolen.
    pub fn new(sample_rate: f64, listens: bool) -> Self {
        VoiceCare {
            gain: Trajectory::hold(1.0),
            fading: false,
            fades: None,
            begins: None,
            released: None,
            peak: 0.0,
            fall: libm::exp(-1.0 / (FALL_SECONDS * sample_rate)) as f32,
            listens,
            quiet: 0,
            enough: (QUIET_SECONDS * sample_rate + 0.5) as u32,
            ended: None,
            own: [None; OWN_KNOBS],
        }
    }

    /// Begins as new.
    fn begin(&mut self) {
        self.gain = Trajectory::hold(1.0);
        // What was foreseen of the note that begins stays.
        let begun = self.begins.take().unwrap_or(0);
        self.fading = false;
        self.fades = self.fades.filter(|(frame, _)| begun > 0 && *frame >= begun);
        self.released = self.released.filter(|frame| begun > 0 && *frame >= begun);
        (self.peak, self.quiet, self.ended) = (0.0, 0, None);
    }

    /// The knobs that its last note had for itself.
    fn take_knobs(&mut self) -> Knobs {
        core::mem::replace(&mut self.own, [None; OWN_KNOBS])
    }

    /// Lets it fade, from a frame that may lie ahead of the present one.
    fn fade_from(&mut self, frame: u64, frames: u32, present: u64) {
        if frame > present {
            // There is none yet: what would need a second one is not foreseen.
            self.fades = Some((frame, frames));
            return;
        }
        // One that was foreseen for this very frame is hurried as one is that has begun.
        if let Some((foreseen, frames)) = self.fades.take() {
            self.gain.depart(foreseen, 0.0, Motion::Glide(frames));
        }
        self.gain.depart(frame, 0.0, Motion::Glide(frames));
        self.fading = true;
    }

    /// Notes a knob, by what it was before the note first turned it. More than there is room for stay as they were turned.
    fn note_knob(&mut self, knob: OwnKnob) {
        let same = |there: &&mut Option<OwnKnob>| {
            there.is_some_and(|t| (t.node, t.param) == (knob.node, knob.param))
        };
        if let Some(Some(there)) = self.own.iter_mut().find(same) {
            there.now = knob.now;
        } else if let Some(free) = self.own.iter_mut().find(|there| there.is_none()) {
            *free = Some(knob);
        }
    }

    /// Fades what the voice puts out if it was stolen, follows its level, and finds out whether it has ended. `[audio]`
    pub fn follow(&mut self, outputs: &mut Outputs<'_>, span: Span) {
        self.fade(outputs, span);
        if self.listens {
            self.listen(outputs, span);
        }
        if self.ended.is_some() {
            // It is taken off on the grid.
            return outputs.silence_all();
        }
        let Some(released) = self.released.filter(|_| !self.fading) else { return };
        let first = released.saturating_sub(span.frame) as usize;
        for frame in first..span.frames {
            let loud = (0..outputs.channels())
                .any(|c| outputs.read(c).get(frame).is_some_and(|x| x.abs() > NOTHING));
            self.quiet = if loud { 0 } else { self.quiet.saturating_add(1) };
            if self.quiet >= self.enough {
                self.ended = Some(span.frame + frame as u64 + 1);
                for channel in outputs.iter_mut() {
                    channel.iter_mut().skip(frame + 1).for_each(|x| *x = 0.0);
                }
                return;
            }
        }
    }

    /// Follows the level.
    fn listen(&mut self, outputs: &Outputs<'_>, span: Span) {
        for frame in 0..span.frames {
            let of = |c: usize| outputs.read(c).get(frame).map_or(0.0, |x| x.abs());
            let sample = (0..outputs.channels()).map(of).fold(0.0, f32::max);
            self.peak = sample.max(self.peak * self.fall);
        }
    }

    fn fade(&mut self, outputs: &mut Outputs<'_>, span: Span) {
        let mut gains = [1.0; crate::QUANTUM];
        let gains = gains.get_mut(..span.frames).unwrap_or_default();
        let begins = self.fades.filter(|(frame, _)| *frame < span.frame + span.frames as u64);
        if !self.fading && begins.is_none() {
            return;
        }
        let mut from = 0;
        if let Some((frame, frames)) = begins {
            from = frame.saturating_sub(span.frame) as usize;
            if self.fading {
                self.gain.render(span.frame, gains.get_mut(..from).unwrap_or_default());
            }
            self.gain.depart(frame, 0.0, Motion::Glide(frames));
            (self.fading, self.fades) = (true, None);
        }
        self.gain.render(span.frame + from as u64, gains.get_mut(from..).unwrap_or_default());
        for channel in outputs.iter_mut() {
            channel.iter_mut().zip(&*gains).for_each(|(x, gain)| *x *= gain);
        }
    }
}

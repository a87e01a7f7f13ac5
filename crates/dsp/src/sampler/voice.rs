//! One voice: where it is in its recording, how loud it is, and what becomes of it next.

use super::between::MOST_PACE;
use super::ramp::Ramp;
use super::settings::{LoopPoints, Mode, SlotSettings, Trigger};
use super::sound::Way;
use crate::amplitude::{balance_law, equal_power};
use crate::player::{Buffer, Pace, Place};

/// What its envelope is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// It has just begun: how long its attack takes is yet to be read.
    Fresh,
    Attack,
    Decay,
    Sustain,
    /// It was let go: how long its release takes is yet to be read.
    LetGo,
    Release,
}

/// The times of an envelope in frames, and its sustained level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times {
    pub attack: u32,
    pub decay: u32,
    pub sustain: f32,
    pub release: u32,
}

/// A voice that plays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    pub slot: usize,
    pub id: u64,
    /// Counts up from voice to voice.
    pub order: u64,
    /// What it reads.
    pub sound: u32,
    pub choke: u16,
    pub mode: Mode,
    pub way: Way,
    pub place: Place,
    pub stage: Stage,
    pub envelope: Ramp,
    pub left: Ramp,
    pub right: Ramp,
    /// The volume of its slot.
    pub volume: Ramp,
    /// After how many of the frames just rendered it has gone around; 0 if it has not.
    pub lap: u32,
    /// The cutoff of its filter in Hz; 0 is that of all.
    pub cutoff: f32,
    decay: u32,
    sustain: f32,
    /// Velocity times the slot's gain.
    level: f32,
    gain: f32,
    slot_pan: f32,
    pan: f32,
    is_mono: bool,
    /// Frames of the recording in a frame of the engine, at speed 1.
    ratio: f64,
    speed: f32,
}

impl Voice {
    /// A voice that begins with what a slot has.
    pub fn new(trigger: &Trigger, slot: &SlotSettings, sound: u32, buffer: &Buffer, rate: f64) -> Voice {
        let mode = trigger.mode.unwrap_or(slot.mode);
        let turned = if slot.reverse { -1.0 } else { 1.0 };
        let mut voice = Voice {
            slot: trigger.slot,
            id: trigger.id,
            order: 0,
            sound,
            choke: slot.choke,
            mode,
            way: way_through(slot, buffer, mode == Mode::Loop),
            place: Place { whole: 0, fraction: 0 },
            stage: Stage::Fresh,
            envelope: Ramp::hold(0.0),
            left: Ramp::hold(0.0),
            right: Ramp::hold(0.0),
            volume: Ramp::hold(1.0),
            lap: 0,
            cutoff: 0.0,
            decay: 0,
            sustain: 1.0,
            level: trigger.velocity * slot.gain,
            gain: trigger.gain,
            slot_pan: slot.pan,
            pan: trigger.pan,
            is_mono: buffer.channels() == 1,
            ratio: turned * f64::from(slot.speed) * buffer.rate() / rate,
            speed: 0.0,
        };
        voice.set_speed(trigger.speed);
        voice.place = voice.way.around(voice.way.beginning());
        voice.way.wrapped = false;
        voice.spread(0);
        voice
    }

    /// Plays another recording from the same moment of it on.
    pub fn go_over(&mut self, slot: &SlotSettings, sound: u32, before: &Buffer, buffer: &Buffer, rate: f64) {
        let (wrapped, looping) = (self.way.wrapped, self.way.looping);
        self.way = Way { wrapped, ..way_through(slot, buffer, looping) };
        let turned = if slot.reverse { -1.0 } else { 1.0 };
        self.ratio = turned * f64::from(slot.speed) * buffer.rate() / rate;
        (self.sound, self.is_mono) = (sound, buffer.channels() == 1);
        self.set_speed(self.speed);
        let whole = self.place.whole as f64 * (buffer.rate() / before.rate());
        self.place = self.way.around(Place { whole: whole as i64, fraction: 0 });
    }

    pub fn set_speed(&mut self, speed: f32) {
        self.speed = speed;
        self.way.pace = Pace::new((f64::from(speed) * self.ratio).clamp(-MOST_PACE, MOST_PACE));
    }

    /// Sets the way to its gain or place between left and right, over so many frames.
    pub fn set_gain(&mut self, gain: f32, frames: u32) {
        self.gain = gain;
        self.spread(frames);
    }

    pub fn set_pan(&mut self, pan: f32, frames: u32) {
        self.pan = pan;
        self.spread(frames);
    }

    fn spread(&mut self, frames: u32) {
        let place = (self.slot_pan + self.pan).clamp(-1.0, 1.0);
        let (left, right) = match self.is_mono {
            true => equal_power(0.5 * place + 0.5),
            false => balance_law(place),
        };
        let level = self.level * self.gain;
        self.left = self.left.toward(level * left, frames);
        self.right = self.right.toward(level * right, frames);
    }

    /// Rises from nothing over so many frames, as something else falls.
    pub fn rise(&mut self, frames: u32) {
        (self.left, self.right) = (Ramp::hold(0.0), Ramp::hold(0.0));
        self.spread(frames);
    }

    /// Takes the times of its envelope where they are due, and goes on to the next part of it where one is over; whether it has died away.
    pub fn look(&mut self, times: &Times) -> bool {
        match self.stage {
            Stage::Fresh => {
                (self.decay, self.sustain) = (times.decay, times.sustain);
                self.envelope = self.envelope.toward(1.0, times.attack);
                self.stage = Stage::Attack;
            }
            Stage::LetGo => {
                self.envelope = self.envelope.toward(0.0, times.release);
                self.stage = Stage::Release;
            }
            _ => {}
        }
        if self.stage == Stage::Attack && self.envelope.rests() {
            self.envelope = self.envelope.toward(self.sustain, self.decay);
            self.stage = Stage::Decay;
        }
        if self.stage == Stage::Decay && self.envelope.rests() {
            self.stage = Stage::Sustain;
        }
        self.stage == Stage::Release && self.envelope.rests()
    }

    /// Whether it was let go.
    pub fn is_let_go(&self) -> bool {
        matches!(self.stage, Stage::LetGo | Stage::Release)
    }

    /// Dies away over so many frames from now on.
    pub fn fade(&mut self, frames: u32) {
        self.envelope = self.envelope.toward(0.0, frames.max(1));
        self.stage = Stage::Release;
    }

    /// How loud it is, apart from what it plays.
    pub fn loudness(&self) -> f32 {
        let level = (self.level * self.gain * self.volume.now()).abs();
        match self.stage {
            // Its attack is yet to come.
            Stage::Fresh => level,
            _ => level * self.envelope.now(),
        }
    }

    /// The frames until something of it comes to rest.
    pub fn until_change(&self) -> usize {
        let left = |ramp: Ramp| if ramp.rests() { usize::MAX } else { ramp.left() };
        left(self.envelope).min(left(self.left)).min(left(self.right)).min(left(self.volume))
    }
}

/// The points of a slot in the frames of a buffer.
fn way_through(slot: &SlotSettings, buffer: &Buffer, looping: bool) -> Way {
    let end = |mark: usize| if mark == 0 { 0 } else { buffer.frame_at(mark).max(1) };
    let ends = (buffer.frame_at(slot.start), end(slot.end));
    Way::new(buffer.frames(), ends, points(slot.looped, buffer), looping)
}

/// Points in the frames of a buffer.
pub(super) fn points(looped: LoopPoints, buffer: &Buffer) -> LoopPoints {
    let end = if looped.end == 0 { 0 } else { buffer.frame_at(looped.end).max(1) };
    LoopPoints { start: buffer.frame_at(looped.start), end, crossfade: buffer.frame_at(looped.crossfade) }
}

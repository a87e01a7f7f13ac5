//! The sampler: which voice plays what, from when to when.

use super::between::{RUN, Room};
use super::ramp::Ramp;
use super::render::{Filter, Render, Shared, widest};
use super::settings::{
    Change, Happening, MOST_SLOTS, MOST_VOICES, SamplerConfig, SlotSettings, Steal, Trigger, VoiceFilter,
    What,
};
use super::store::Store;
use super::voice::{Stage, Times, Voice, points};
use crate::player::Buffer;
use crate::{Svf, Value};
use std::sync::Arc;

/// In which one thing fades into another: what was stolen, choked, reloaded or sent elsewhere, in seconds.
const FADE_SECONDS: f64 = 0.005;
/// Loops that are shorter than this, in seconds, are not told of: it would be told of nothing else.
const SHORTEST_LAP_SECONDS: f64 = 0.01;

/// The parameters of a [`Sampler`] over one block.
#[derive(Clone, Copy, Debug)]
pub struct SamplerParams<'a> {
    /// A factor for all that is heard.
    pub gain: Value<'a, f32>,
    /// Cutoff in Hz and Q of the voices' filters.
    pub cutoff: Value<'a, f32>,
    /// See [`cutoff`](Self::cutoff).
    pub q: Value<'a, f32>,
    /// Seconds in which a voice that begins rises: read as it begins, in the block's first frame.
    pub attack: f32,
    /// Seconds in which it then falls to what it sustains.
    pub decay: f32,
    /// The level that it sustains, 0 to 1.
    pub sustain: f32,
    /// Seconds in which a voice dies away that is let go.
    pub release: f32,
}

/// How voices fare, counted since the sampler was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Voices that play.
    pub playing: usize,
    /// Voices that fade under others or were choked.
    pub fading: usize,
    /// Triggers that began.
    pub started: u64,
    /// Triggers that found no voice, or nothing in their slot.
    pub dropped: u64,
    /// Voices that were taken away for others.
    pub stolen: u64,
    /// Fades that were cut off because there were more than voices.
    pub cut: u64,
}

impl Counts {
    fn of(&mut self, plays: bool) -> &mut usize {
        if plays { &mut self.playing } else { &mut self.fading }
    }
}

/// Fixed slots with recordings, and a fixed number of voices that play them, all on two channels.
///
/// Nothing of it hangs on how time is cut into blocks: places are exact ([`Player`](crate::Player) counts them likewise), all else is a function of the
/// frames since it began. Voices are added up in the order of their numbers, then what fades.
///
/// A recording of one channel is heard in the middle, at -3 dB on each side; of more than two, the first two are heard. Envelopes go on straight lines. What is taken
/// away while it sounds fades over 5 ms on a straight line, beside as many voices as there are.
pub struct Sampler {
    config: SamplerConfig,
    rate: f64,
    fade: u32,
    slots: Box<[SlotSettings]>,
    volumes: Box<[Ramp]>,
    store: Store,
    /// Those that may play, then those that fade.
    voices: Box<[Option<Voice>]>,
    filters: Box<[Filter]>,
    room: Box<Room>,
    render: Box<dyn Render>,
    heard: Box<[[f32; 2]; RUN]>,
    counts: Counts,
    order: u64,
}

impl core::fmt::Debug for Sampler {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Sampler of {:?}, {:?}", self.config, self.counts)
    }
}

impl Sampler {
    /// A sampler with empty slots for so many frames a second. `[control]`: allocates all that it will need. Numbers out of range count as the nearest
    /// in it.
    pub fn new(config: SamplerConfig, rate: f64) -> Self {
        let (slots, voices) = (config.slots.clamp(1, MOST_SLOTS), config.voices.clamp(1, MOST_VOICES));
        let config = SamplerConfig { slots, voices, ..config };
        let rate = rate.max(1.0);
        let filters = if config.filter == VoiceFilter::Off { 0 } else { 2 * voices };
        Sampler {
            config,
            rate,
            fade: (FADE_SECONDS * rate + 0.5) as u32,
            slots: vec![SlotSettings::default(); slots].into(),
            volumes: vec![Ramp::hold(1.0); slots].into(),
            store: Store::new(slots),
            voices: vec![None; 2 * voices].into(),
            filters: (0..filters).map(|_| [Svf::new(rate), Svf::new(rate)]).collect(),
            room: Box::new(Room::new(config.between)),
            render: widest(),
            heard: Box::new([[0.0; 2]; RUN]),
            counts: Counts::default(),
            order: 0,
        }
    }

    /// What it was made with.
    pub fn config(&self) -> &SamplerConfig {
        &self.config
    }

    /// How voices fare.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Whether a slot has something to play.
    pub fn is_loaded(&self, slot: usize) -> bool {
        self.store.of_slot(slot).is_some()
    }

    /// Whether no slot's volume is on its way.
    pub fn volumes_rest(&self) -> bool {
        self.volumes.iter().all(|volume| volume.rests())
    }

    /// Whether it is silent until something is triggered.
    pub fn is_silent(&self) -> bool {
        self.counts.playing == 0 && self.counts.fading == 0
    }

    /// Says how a slot is played from the next trigger on. `[audio]`
    pub fn set_slot(&mut self, slot: usize, settings: SlotSettings) {
        if let Some(there) = self.slots.get_mut(slot) {
            *there = settings;
        }
    }

    /// Makes all that a slot plays, and will play, as many times as loud, on a straight line over so many seconds. `[audio]`
    pub fn set_volume(&mut self, slot: usize, gain: f32, seconds: f32) {
        let frames = (f64::from(seconds).clamp(0.0, 3600.0) * self.rate + 0.5) as u32;
        let Some(volume) = self.volumes.get_mut(slot) else { return };
        *volume = volume.toward(gain, frames);
        let volume = *volume;
        for voice in self.voices.iter_mut().flatten().filter(|voice| voice.slot == slot) {
            voice.volume = volume;
        }
    }

    /// Goes on with no voice playing, as [`process`](Self::process) would. `[audio]`
    pub fn pass(&mut self, frames: usize) {
        self.volumes.iter_mut().for_each(|volume| volume.advance(frames));
    }

    /// Gives a slot another recording, or none. What plays the old one goes over to the new one in a crossfade of 5 ms, at the same
    /// moment of it, or fades and is choked. `[audio]`
    ///
    /// # Errors
    /// It comes back if there is no such slot, or if so many old ones still sound that there is no room: then it is to be tried again.
    pub fn load(
        &mut self,
        slot: usize,
        buffer: Option<Arc<Buffer>>,
        frame: u64,
        mut told: impl FnMut(Happening),
    ) -> Result<(), Option<Arc<Buffer>>> {
        let before = self.store.of_slot(slot);
        self.store.put(slot, buffer)?;
        let after = self.store.of_slot(slot);
        let (Some(before), Some(settings)) = (before, self.slots.get(slot).copied()) else { return Ok(()) };
        for number in 0..self.config.voices {
            let plays = |voice: &Voice| voice.slot == slot && voice.sound == before;
            let Some(mut voice) = self.voices.get(number).copied().flatten().filter(plays) else { continue };
            self.move_aside(number);
            let sounds =
                after.and_then(|after| Some((after, self.store.get(before)?, self.store.get(after)?)));
            let Some((after, old, new)) = sounds else {
                told(Happening { frame, what: What::Choked, slot, id: voice.id });
                continue;
            };
            voice.go_over(&settings, after, old, new, self.rate);
            voice.rise(self.fade);
            self.store.read(after);
            self.place(number, voice);
        }
        Ok(())
    }

    /// A recording that no slot has and no voice reads any more: to be dropped elsewhere. `[audio]`
    pub fn take_spent(&mut self) -> Option<Arc<Buffer>> {
        self.store.take_spent()
    }

    /// Begins a voice at a frame, which is the next one to be rendered. `[audio]`; its time grows with the number of voices.
    pub fn trigger(&mut self, trigger: &Trigger, frame: u64, mut told: impl FnMut(Happening)) {
        let mut tell = |what, slot, id| told(Happening { frame, what, slot, id });
        let dropped = (What::Dropped, trigger.slot, trigger.id);
        let settings = self.slots.get(trigger.slot).copied();
        let (Some(settings), Some(sound)) = (settings, self.store.of_slot(trigger.slot)) else {
            self.counts.dropped += 1;
            return tell(dropped.0, dropped.1, dropped.2);
        };
        if settings.choke != 0 {
            for number in 0..self.config.voices {
                let same = |voice: &&Voice| voice.choke == settings.choke;
                if let Some((slot, id)) = self.voice(number).filter(same).map(|v| (v.slot, v.id)) {
                    self.move_aside(number);
                    tell(What::Choked, slot, id);
                }
            }
        }
        let free = self.voices.iter().take(self.config.voices).position(Option::is_none);
        let Some(number) = free.or_else(|| self.victim(trigger.slot)) else {
            self.counts.dropped += 1;
            return tell(dropped.0, dropped.1, dropped.2);
        };
        if let Some((slot, id)) = self.voice(number).map(|voice| (voice.slot, voice.id)) {
            self.move_aside(number);
            self.counts.stolen += 1;
            tell(What::Stolen, slot, id);
        }
        let Some(buffer) = self.store.get(sound) else { return };
        let mut voice = Voice::new(trigger, &settings, sound, buffer, self.rate);
        (voice.order, self.order) = (self.order, self.order + 1);
        voice.volume = self.volumes.get(trigger.slot).copied().unwrap_or(voice.volume);
        self.store.read(sound);
        self.place(number, voice);
        if let Some(filter) = self.filters.get_mut(number) {
            filter.iter_mut().for_each(Svf::reset);
        }
        self.counts.started += 1;
        tell(What::Started, trigger.slot, trigger.id);
    }

    /// Lets voices go: those of a name, of a slot, or all. They die away in the time of their release; those that play to their end go on. `[audio]`
    pub fn let_go(&mut self, which: impl Fn(usize, u64) -> bool) {
        for voice in self.voices.iter_mut().take(self.config.voices).flatten() {
            if which(voice.slot, voice.id) && voice.mode != super::Mode::Once && !voice.is_let_go() {
                voice.stage = Stage::LetGo;
            }
        }
    }

    /// The same for all modes. `[audio]`
    pub fn stop(&mut self, which: impl Fn(usize, u64) -> bool) {
        for voice in self.voices.iter_mut().take(self.config.voices).flatten() {
            if which(voice.slot, voice.id) && !voice.is_let_go() {
                voice.stage = Stage::LetGo;
            }
        }
    }

    /// Ends voices within 5 ms, whatever their release is. `[audio]`
    pub fn choke(&mut self, frame: u64, which: impl Fn(usize, u64) -> bool, mut told: impl FnMut(Happening)) {
        for number in 0..self.config.voices {
            let meant = |voice: &&Voice| which(voice.slot, voice.id);
            if let Some((slot, id)) = self.voice(number).filter(meant).map(|v| (v.slot, v.id)) {
                self.move_aside(number);
                told(Happening { frame, what: What::Choked, slot, id });
            }
        }
    }

    /// Changes a voice; of several of one name the one that began last. Whether there is one. `[audio]`
    pub fn change(&mut self, id: u64, change: Change) -> bool {
        let playing = self.voices.iter().take(self.config.voices).enumerate();
        let named =
            playing.filter_map(|(n, voice)| voice.as_ref().filter(|v| v.id == id).map(|v| (v.order, n)));
        let Some((_, number)) = named.max() else { return false };
        let fade = self.fade;
        let Some(Some(voice)) = self.voices.get_mut(number) else { return false };
        match change {
            Change::Gain(gain) => voice.set_gain(gain, fade),
            Change::Pan(pan) => voice.set_pan(pan, fade),
            Change::Speed(speed) => voice.set_speed(speed),
            Change::Cutoff(hertz) => voice.cutoff = hertz,
            Change::LoopOff => (voice.way.looping, voice.way.wrapped) = (false, false),
            Change::Loop(looped) => {
                let Some(buffer) = self.store.get(voice.sound) else { return false };
                voice.way.set_loop(points(looped, buffer));
                voice.way.looping = true;
                if voice.way.is_beyond(voice.place) {
                    let mut there = *voice;
                    there.place = there.way.around(there.place);
                    there.rise(fade);
                    // What fades goes on where it was.
                    (voice.way.looping, voice.way.wrapped) = (false, false);
                    self.move_aside(number);
                    self.store.read(there.sound);
                    self.place(number, there);
                }
            }
        }
        true
    }

    /// Ends everything at once. What slots have stays. `[audio]`
    pub fn reset(&mut self) {
        for number in 0..self.voices.len() {
            self.free(number);
        }
    }

    /// Fills two channels of one length from a frame on. `[audio]`
    pub fn process(
        &mut self,
        params: &SamplerParams<'_>,
        frame: u64,
        [left, right]: [&mut [f32]; 2],
        mut told: impl FnMut(Happening),
    ) {
        let frames = left.len().min(right.len());
        let mut from = 0;
        while from < frames {
            let to = frames.min(from + RUN);
            self.piece(params, (frame + from as u64, from, to), &mut told);
            let gain = params.gain.part(from, to);
            let out = left.iter_mut().zip(right.iter_mut()).skip(from);
            for (i, ((left, right), heard)) in out.zip(self.heard.iter()).take(to - from).enumerate() {
                let gain = gain.at(i);
                (*left, *right) = (heard[0] * gain, heard[1] * gain);
            }
            from = to;
        }
    }

    fn piece(
        &mut self,
        params: &SamplerParams<'_>,
        (frame, from, to): (u64, usize, usize),
        told: &mut impl FnMut(Happening),
    ) {
        let shared = Shared {
            between: self.config.between,
            filter: self.config.filter,
            times: self.times(params),
            cutoff: params.cutoff.part(from, to),
            q: params.q.part(from, to),
            frame,
        };
        let heard = self.heard.get_mut(..to - from).unwrap_or_default();
        heard.fill([0.0; 2]);
        let shortest_lap = SHORTEST_LAP_SECONDS * self.rate;
        for (number, place) in self.voices.iter_mut().enumerate() {
            let Some(voice) = place else { continue };
            let Some(buffer) = self.store.get(voice.sound) else { continue };
            let filter = self.filters.get_mut(number);
            let end = self.render.voice(voice, buffer, filter, &mut self.room, &shared, heard);
            if voice.lap > 0 && number < self.config.voices && voice.way.frames_around() >= shortest_lap {
                let frame = frame + u64::from(voice.lap);
                told(Happening { frame, what: What::Looped, slot: voice.slot, id: voice.id });
            }
            if let Some(after) = end {
                let what = Happening {
                    frame: frame + after as u64,
                    what: What::Finished,
                    slot: voice.slot,
                    id: voice.id,
                };
                self.store.leave(voice.sound);
                *place = None;
                *self.counts.of(number < self.config.voices) -= 1;
                if number < self.config.voices {
                    told(what);
                }
            }
        }
        self.pass(to - from);
    }

    fn times(&self, params: &SamplerParams<'_>) -> Times {
        let frames = |seconds: f32| (f64::from(seconds).clamp(0.0, 3600.0) * self.rate + 0.5) as u32;
        Times {
            attack: frames(params.attack),
            decay: frames(params.decay),
            sustain: params.sustain.clamp(0.0, 1.0),
            release: frames(params.release).max(1),
        }
    }

    fn voice(&self, number: usize) -> Option<&Voice> {
        self.voices.get(number)?.as_ref()
    }

    /// Puts a voice where none is.
    fn place(&mut self, number: usize, voice: Voice) {
        if let Some(place) = self.voices.get_mut(number) {
            *place = Some(voice);
            *self.counts.of(number < self.config.voices) += 1;
        }
    }

    /// Takes a voice away.
    fn take(&mut self, number: usize) -> Option<Voice> {
        let voice = self.voices.get_mut(number)?.take()?;
        *self.counts.of(number < self.config.voices) -= 1;
        Some(voice)
    }

    fn free(&mut self, number: usize) {
        if let Some(voice) = self.take(number) {
            self.store.leave(voice.sound);
        }
    }

    /// Lets a voice fade among those that do, so that its own place is free. If none of those is free, the one ends that would be over first.
    fn move_aside(&mut self, number: usize) {
        let Some(mut voice) = self.take(number) else { return };
        let fading = || self.voices.iter().enumerate().skip(self.config.voices);
        let free = fading().find(|(_, place)| place.is_none()).map(|(number, _)| number);
        let first =
            || fading().filter_map(|(n, v)| Some((v.as_ref()?.envelope.left(), n))).min().map(|(_, n)| n);
        let Some(there) = free.or_else(first) else { return self.store.leave(voice.sound) };
        if free.is_none() {
            self.free(there);
            self.counts.cut += 1;
        }
        if voice.stage == Stage::Fresh {
            // Nothing of it was heard.
            self.store.leave(voice.sound);
        } else {
            voice.fade(self.fade);
            self.place(there, voice);
            if let Ok([from, to]) = self.filters.get_disjoint_mut([number, there]) {
                to.clone_from(from);
            }
        }
    }

    /// Which voice a trigger takes that finds none free.
    fn victim(&self, slot: usize) -> Option<usize> {
        let playing = || {
            self.voices
                .iter()
                .take(self.config.voices)
                .enumerate()
                .filter_map(|(n, v)| Some((n, v.as_ref()?)))
        };
        let oldest = || playing().min_by_key(|(_, voice)| voice.order).map(|(number, _)| number);
        match self.config.steal {
            Steal::None => None,
            Steal::Oldest => oldest(),
            Steal::Quietest => {
                let least = playing().min_by(|(_, a), (_, b)| {
                    a.loudness().total_cmp(&b.loudness()).then(a.order.cmp(&b.order))
                });
                least.map(|(number, _)| number)
            }
            Steal::SameSlot => {
                let same =
                    playing().filter(|(_, voice)| voice.slot == slot).min_by_key(|(_, voice)| voice.order);
                same.map(|(number, _)| number).or_else(oldest)
            }
        }
    }
}

//! The sampler beside a plain model that looks at one frame after the other: the same bits over random schedules, for any blocks.

use sostenuto_dsp::sampler::{
    Change, Happening, Interpolate, LoopPoints, Mode, Sampler, SamplerConfig, SamplerParams, SlotSettings,
    Steal, Trigger, VoiceFilter, What,
};
use sostenuto_dsp::{Buffer, Svf, SvfOutputs, Value, amplitude};
use std::sync::Arc;

const RATE: f64 = 48_000.0;
const FADE: u32 = 240;

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * (self.next() >> 40) as f32 / (1 << 24) as f32
    }
}

/// What a schedule asks for.
#[derive(Clone, Debug)]
enum Deed {
    Trigger(Trigger),
    LetGo(u64),
    Stop(u64),
    Choke(u64),
    Change(u64, Change),
    Load(usize, Option<usize>),
    Volume(usize, f32, f32),
}

/// A straight way, as a function of the frames since it began.
#[derive(Clone, Copy)]
struct Way {
    from: f32,
    to: f32,
    done: u32,
    frames: u32,
}

impl Way {
    fn hold(to: f32) -> Way {
        Way { from: to, to, done: 0, frames: 0 }
    }
    fn now(self) -> f32 {
        if self.done >= self.frames {
            return self.to;
        }
        self.from + (self.to - self.from) * (self.done as f32 * (1.0 / self.frames as f32))
    }
    fn to(self, to: f32, frames: u32) -> Way {
        if frames == 0 { Way::hold(to) } else { Way { from: self.now(), to, done: 0, frames } }
    }
    fn rests(self) -> bool {
        self.done >= self.frames
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Fresh,
    Attack,
    Decay,
    Sustain,
    LetGo,
    Release,
}

#[derive(Clone)]
struct Voice {
    trigger: Trigger,
    slot: SlotSettings,
    mode: Mode,
    order: usize,
    buffer: usize,
    /// In 2^-64 frames.
    place: i128,
    step: i128,
    speed: f32,
    ends: (i64, i64),
    looped: (i64, i64, i64),
    looping: bool,
    wrapped: bool,
    part: Part,
    envelope: Way,
    sides: [Way; 2],
    volume: Way,
    gain: f32,
    pan: f32,
    cutoff: f32,
    filters: [Svf<f32>; 2],
}

struct Model {
    config: SamplerConfig,
    buffers: Vec<Arc<Buffer>>,
    slots: Vec<(Option<usize>, SlotSettings)>,
    volumes: Vec<Way>,
    voices: Vec<Option<Voice>>,
    ghosts: Vec<Option<Voice>>,
    order: usize,
    frame: u64,
    told: Vec<Happening>,
    dropped: u64,
}

/// Attack, decay, release in frames; sustain.
const TIMES: (u32, u32, u32, f32) = (48, 480, 960, 0.625);

impl Voice {
    fn set_way(&mut self, buffer: &Buffer) {
        let frames = buffer.frames() as i64;
        let mark = |m: usize| buffer.frame_at(m) as i64;
        let end = |m: usize, of: i64| if m == 0 { of } else { mark(m).max(1) };
        let to = end(self.slot.end, frames).clamp(1, frames);
        self.ends = (mark(self.slot.start).min(to - 1), to);
        self.set_loop(self.slot.looped, buffer);
    }
    fn set_loop(&mut self, points: LoopPoints, buffer: &Buffer) {
        let frames = buffer.frames() as i64;
        let mark = |m: usize| buffer.frame_at(m) as i64;
        let end = (if points.end == 0 { self.ends.1 } else { mark(points.end).max(1) }).clamp(1, frames);
        let start = mark(points.start).clamp(0, end - 1);
        let fade = mark(points.crossfade).min(start).min(end - start);
        self.looped = (start, end, fade);
    }
    fn set_speed(&mut self, speed: f32, buffer: &Buffer) {
        self.speed = speed;
        let turned = if self.slot.reverse { -1.0 } else { 1.0 };
        let ratio = turned * f64::from(self.slot.speed) * buffer.rate() / RATE;
        let frames = (f64::from(speed) * ratio).clamp(-255.0, 255.0);
        self.step = i128::from((frames * (1u64 << 48) as f64) as i64) << 16;
    }
    fn spread(&mut self, mono: bool, frames: u32) {
        let place = (self.slot.pan + self.pan).clamp(-1.0, 1.0);
        let sides =
            if mono { amplitude::equal_power(0.5 * place + 0.5) } else { amplitude::balance_law(place) };
        let level = self.trigger.velocity * self.slot.gain * self.gain;
        self.sides = [self.sides[0].to(level * sides.0, frames), self.sides[1].to(level * sides.1, frames)];
    }
    fn whole(&self) -> i64 {
        (self.place >> 64) as i64
    }
    fn is_beyond(&self) -> bool {
        if self.step < 0 { self.whole() < self.looped.0 } else { self.whole() >= self.looped.1 }
    }
    fn around(&mut self) {
        if self.looping && self.is_beyond() {
            let (start, end, _) = self.looped;
            let whole = start + (self.whole() - start).rem_euclid(end - start);
            self.place = (i128::from(whole) << 64) | (self.place & ((1 << 64) - 1));
            self.wrapped = true;
        }
    }
    /// Whether the next step leads around a loop that takes 10 ms or more.
    fn is_to_tell(&self) -> bool {
        let (start, end, _) = self.looped;
        let steps = (self.step >> 16).unsigned_abs() as f64;
        let mut next = self.clone();
        next.place += next.step;
        next.looping && next.is_beyond() && (end - start) as f64 * (1u64 << 48) as f64 / steps >= 0.01 * RATE
    }
    /// A frame of what is heard, which goes around.
    fn frame(&self, buffer: &Buffer, frame: i64, channel: usize) -> f32 {
        let channels = buffer.channels();
        let channel = if channels == 1 { 0 } else { channel };
        let at = |frame: i64| {
            if frame < 0 || frame >= buffer.frames() as i64 {
                return 0.0;
            }
            buffer.samples()[frame as usize * channels + channel]
        };
        if !self.looping {
            return at(frame);
        }
        let (start, end, fade) = self.looped;
        let forward = self.step >= 0;
        let mut frame = frame;
        if (self.wrapped || forward) && frame >= end || self.wrapped && frame < start {
            frame = start + (frame - start).rem_euclid(end - start);
        }
        if (self.wrapped || forward) && fade > 0 && frame >= end - fade && frame < end {
            let part = (frame - (end - fade)) as f32 / fade as f32;
            return at(frame) + (at(frame - (end - start)) - at(frame)) * part;
        }
        at(frame)
    }
    /// What is heard at the place.
    fn heard(&self, buffer: &Buffer, between: Interpolate, channel: usize) -> f32 {
        let (whole, t) = (self.whole(), ((self.place as u64) >> 40) as f32 / 16_777_216.0);
        let at = |offset: i64| self.frame(buffer, whole + offset, channel);
        if self.step == 1 << 64 && self.place as u64 == 0 {
            return at(0);
        }
        if between == Interpolate::Linear {
            return at(0) + (at(1) - at(0)) * t;
        }
        let (a, b, c, d) = (at(-1), at(0), at(1), at(2));
        let (slope, after, way) = (0.5 * (c - a), 0.5 * (d - b), c - b);
        let third = slope + after - (way + way);
        ((third * t + (way - slope - third)) * t + slope) * t + b
    }
    /// One frame; `None` once it is over.
    fn tick(&mut self, model: (&Buffer, &SamplerConfig, u64)) -> Option<([f32; 2], bool)> {
        let (buffer, config, frame) = model;
        let (attack, decay, release, sustain) = TIMES;
        if self.part == Part::Fresh {
            (self.envelope, self.part) = (self.envelope.to(1.0, attack), Part::Attack);
        } else if self.part == Part::LetGo {
            (self.envelope, self.part) = (self.envelope.to(0.0, release), Part::Release);
        }
        if self.part == Part::Attack && self.envelope.rests() {
            (self.envelope, self.part) = (self.envelope.to(sustain, decay), Part::Decay);
        }
        if self.part == Part::Decay && self.envelope.rests() {
            self.part = Part::Sustain;
        }
        if self.part == Part::Release && self.envelope.rests() {
            return None;
        }
        if !self.looping && (self.whole() >= self.ends.1 || self.whole() < self.ends.0) {
            return None;
        }
        let mut out = [0.0; 2];
        for (channel, out) in out.iter_mut().enumerate() {
            let mut x = self.heard(buffer, config.between, channel);
            if config.filter == VoiceFilter::Low {
                let mut low = [0.0];
                let cutoff = if self.cutoff > 0.0 { self.cutoff } else { 900.0 };
                let outputs = SvfOutputs { low: &mut low, band: &mut [], high: &mut [], notch: &mut [] };
                self.filters[channel].process(
                    frame,
                    &[x],
                    &Value::Steady(cutoff),
                    &Value::Steady(1.5),
                    outputs,
                );
                x = low[0];
            }
            *out = x * (self.envelope.now() * self.volume.now() * self.sides[channel].now());
        }
        self.envelope.done = (self.envelope.done + 1).min(self.envelope.frames);
        self.sides.iter_mut().for_each(|side| side.done = (side.done + 1).min(side.frames));
        self.volume.done = (self.volume.done + 1).min(self.volume.frames);
        let tells = self.is_to_tell();
        self.place += self.step;
        self.around();
        Some((out, tells))
    }
}

impl Model {
    fn tell(&mut self, what: What, slot: usize, id: u64) {
        self.told.push(Happening { frame: self.frame, what, slot, id });
    }
    fn move_aside(&mut self, number: usize) {
        let Some(mut voice) = self.voices[number].take() else { return };
        let free = self.ghosts.iter().position(Option::is_none);
        let left = |v: &Voice| v.envelope.frames - v.envelope.done;
        let first =
            || (0..self.ghosts.len()).min_by_key(|n| left(self.ghosts[*n].as_ref().unwrap())).unwrap();
        let there = free.unwrap_or_else(first);
        self.ghosts[there] = None;
        if voice.part != Part::Fresh {
            (voice.envelope, voice.part) = (voice.envelope.to(0.0, FADE), Part::Release);
            self.ghosts[there] = Some(voice);
        }
    }
    fn victim(&self, slot: usize) -> Option<usize> {
        let all = || self.voices.iter().enumerate().filter_map(|(n, v)| Some((n, v.as_ref()?)));
        let oldest = || all().min_by_key(|(_, v)| v.order).map(|(n, _)| n);
        let loud = |v: &Voice| {
            let level = (v.trigger.velocity * v.slot.gain * v.gain * v.volume.now()).abs();
            if v.part == Part::Fresh { level } else { level * v.envelope.now() }
        };
        match self.config.steal {
            Steal::None => None,
            Steal::Oldest => oldest(),
            Steal::Quietest => all()
                .min_by(|a, b| loud(a.1).total_cmp(&loud(b.1)).then(a.1.order.cmp(&b.1.order)))
                .map(|(n, _)| n),
            Steal::SameSlot => all()
                .filter(|(_, v)| v.trigger.slot == slot)
                .min_by_key(|(_, v)| v.order)
                .map(|(n, _)| n)
                .or_else(oldest),
        }
    }
    fn trigger(&mut self, trigger: &Trigger) {
        let Some((Some(buffer), slot)) = self.slots.get(trigger.slot).copied() else {
            self.dropped += 1;
            return self.tell(What::Dropped, trigger.slot, trigger.id);
        };
        for number in 0..self.voices.len() {
            let choked =
                self.voices[number].as_ref().filter(|v| slot.choke != 0 && v.slot.choke == slot.choke);
            if let Some(id) = choked.map(|v| (v.trigger.slot, v.trigger.id)) {
                self.move_aside(number);
                self.tell(What::Choked, id.0, id.1);
            }
        }
        let free = self.voices.iter().position(Option::is_none);
        let Some(number) = free.or_else(|| self.victim(trigger.slot)) else {
            self.dropped += 1;
            return self.tell(What::Dropped, trigger.slot, trigger.id);
        };
        if let Some(id) = self.voices[number].as_ref().map(|v| (v.trigger.slot, v.trigger.id)) {
            self.move_aside(number);
            self.tell(What::Stolen, id.0, id.1);
        }
        let mode = trigger.mode.unwrap_or(slot.mode);
        let mut voice = Voice {
            trigger: *trigger,
            slot,
            mode,
            order: self.order,
            buffer,
            place: 0,
            step: 0,
            speed: 1.0,
            ends: (0, 0),
            looped: (0, 0, 0),
            looping: mode == Mode::Loop,
            wrapped: false,
            part: Part::Fresh,
            envelope: Way::hold(0.0),
            sides: [Way::hold(0.0); 2],
            volume: self.volumes[trigger.slot],
            gain: trigger.gain,
            pan: trigger.pan,
            cutoff: 0.0,
            filters: [Svf::new(RATE), Svf::new(RATE)],
        };
        self.order += 1;
        let sound = self.buffers[buffer].clone();
        voice.set_way(&sound);
        voice.set_speed(trigger.speed, &sound);
        voice.place = i128::from(if voice.step < 0 { voice.ends.1 - 1 } else { voice.ends.0 }) << 64;
        voice.around();
        voice.wrapped = false;
        voice.spread(sound.channels() == 1, 0);
        self.voices[number] = Some(voice);
        self.tell(What::Started, trigger.slot, trigger.id);
    }
    fn newest(&self, id: u64) -> Option<usize> {
        let named = |n: &usize| self.voices[*n].as_ref().is_some_and(|v| v.trigger.id == id);
        (0..self.voices.len()).filter(named).max_by_key(|n| self.voices[*n].as_ref().unwrap().order)
    }
    fn change(&mut self, id: u64, change: Change) {
        let Some(number) = self.newest(id) else { return };
        let mut voice = self.voices[number].clone().unwrap();
        let sound = self.buffers[voice.buffer].clone();
        let mono = sound.channels() == 1;
        match change {
            Change::Gain(gain) => {
                voice.gain = gain;
                voice.spread(mono, FADE);
            }
            Change::Pan(pan) => {
                voice.pan = pan;
                voice.spread(mono, FADE);
            }
            Change::Speed(speed) => voice.set_speed(speed, &sound),
            Change::Cutoff(hertz) => voice.cutoff = hertz,
            Change::LoopOff => (voice.looping, voice.wrapped) = (false, false),
            Change::Loop(points) => {
                voice.set_loop(points, &sound);
                voice.looping = true;
                if voice.is_beyond() {
                    let mut old = voice.clone();
                    (old.looping, old.wrapped) = (false, false);
                    self.voices[number] = Some(old);
                    self.move_aside(number);
                    voice.around();
                    voice.sides = [Way::hold(0.0); 2];
                    voice.spread(mono, FADE);
                }
            }
        }
        self.voices[number] = Some(voice);
    }
    fn set_volume(&mut self, slot: usize, gain: f32, seconds: f32) {
        let volume = self.volumes[slot].to(gain, (f64::from(seconds) * RATE + 0.5) as u32);
        self.volumes[slot] = volume;
        for voice in self.voices.iter_mut().chain(&mut self.ghosts).flatten() {
            if voice.trigger.slot == slot {
                voice.volume = volume;
            }
        }
    }
    fn load(&mut self, slot: usize, buffer: Option<usize>) {
        let before = self.slots[slot].0;
        self.slots[slot].0 = buffer;
        for number in 0..self.voices.len() {
            let Some(mut voice) = self.voices[number].clone() else { continue };
            if voice.trigger.slot != slot || Some(voice.buffer) != before {
                continue;
            }
            self.move_aside(number);
            let Some(buffer) = buffer else {
                self.tell(What::Choked, slot, voice.trigger.id);
                continue;
            };
            let (old, new) = (self.buffers[voice.buffer].clone(), self.buffers[buffer].clone());
            (voice.slot, voice.buffer) = (
                SlotSettings {
                    gain: voice.slot.gain,
                    pan: voice.slot.pan,
                    choke: voice.slot.choke,
                    ..self.slots[slot].1
                },
                buffer,
            );
            voice.set_way(&new);
            voice.set_speed(voice.speed, &new);
            voice.place = i128::from((voice.whole() as f64 * (new.rate() / old.rate())) as i64) << 64;
            voice.around();
            voice.sides = [Way::hold(0.0); 2];
            voice.spread(new.channels() == 1, FADE);
            self.voices[number] = Some(voice);
        }
    }
    fn tick(&mut self) -> [f32; 2] {
        let mut sum = [0.0f32; 2];
        let (mut ended, mut around) = (Vec::new(), Vec::new());
        for (number, place) in self.voices.iter_mut().chain(&mut self.ghosts).enumerate() {
            let Some(voice) = place else { continue };
            let buffer = self.buffers[voice.buffer].clone();
            match voice.tick((&buffer, &self.config, self.frame)) {
                Some((out, tells)) => {
                    sum.iter_mut().zip(out).for_each(|(sum, x)| *sum += x);
                    around.extend(tells.then_some((number, voice.trigger.slot, voice.trigger.id)));
                }
                None => {
                    ended.push((number, voice.trigger.slot, voice.trigger.id));
                    *place = None;
                }
            }
        }
        let voices = self.voices.len();
        for (_, slot, id) in ended.into_iter().filter(|(number, ..)| *number < voices) {
            self.tell(What::Finished, slot, id);
        }
        self.frame += 1;
        for (_, slot, id) in around.into_iter().filter(|(number, ..)| *number < voices) {
            self.tell(What::Looped, slot, id);
        }
        self.volumes.iter_mut().for_each(|volume| volume.done = (volume.done + 1).min(volume.frames));
        sum
    }
}

fn buffers(dice: &mut Dice) -> Vec<Arc<Buffer>> {
    let lengths = [(1, 48_000.0), (2, 48_000.0), (2, 44_100.0), (3, 96_000.0), (1, 24_000.0)];
    let make = |(channels, rate): (usize, f64)| {
        let frames = 300 + dice.below(700);
        let samples = (0..frames * channels).map(|_| dice.between(-0.5, 0.5)).collect();
        Arc::new(Buffer::from_interleaved(samples, channels, rate).unwrap())
    };
    lengths.map(make).into()
}

fn slot(dice: &mut Dice) -> SlotSettings {
    SlotSettings {
        mode: [Mode::Once, Mode::Gate, Mode::Loop][dice.below(3)],
        start: dice.below(100),
        end: [0, 200 + dice.below(200)][dice.below(2)],
        looped: LoopPoints {
            start: dice.below(200),
            end: [0, 250][dice.below(2)],
            crossfade: [0, dice.below(120)][dice.below(2)],
        },
        reverse: dice.below(4) == 0,
        gain: dice.between(0.1, 1.5),
        pan: dice.between(-0.5, 0.5),
        speed: [1.0, 1.0, 0.7, 2.3][dice.below(4)],
        choke: dice.below(4) as u16,
    }
}

fn deed(dice: &mut Dice, ids: u64) -> Deed {
    let id = dice.next() % (ids + 1);
    let points = |dice: &mut Dice| LoopPoints {
        start: dice.below(250),
        end: [0, 100 + dice.below(200)][dice.below(2)],
        crossfade: dice.below(60),
    };
    match dice.below(21) {
        0..9 => Deed::Trigger(Trigger {
            slot: dice.below(7),
            id: ids,
            velocity: dice.between(0.0, 1.0),
            gain: dice.between(0.2, 1.0),
            pan: dice.between(-1.0, 1.0),
            speed: [1.0, 1.0, -1.0, 1.01, 0.5, 3.7, -0.3, 0.0, 90.0][dice.below(9)],
            mode: [None, None, Some(Mode::Loop), Some(Mode::Gate)][dice.below(4)],
        }),
        9 => Deed::LetGo(id),
        10 => Deed::Stop(id),
        11 => Deed::Choke(id),
        12 => Deed::Change(id, Change::Gain(dice.between(0.0, 1.0))),
        13 => Deed::Change(id, Change::Pan(dice.between(-1.0, 1.0))),
        14 => Deed::Change(id, Change::Speed([1.0, -1.0, 1.5, 0.25][dice.below(4)])),
        15 => Deed::Change(id, Change::Cutoff(dice.between(100.0, 5000.0))),
        16 => Deed::Change(id, Change::Loop(points(dice))),
        17 => Deed::Change(id, Change::LoopOff),
        18 => Deed::Volume(dice.below(6), dice.between(0.4, 1.6), [0.0, 0.002, 0.02][dice.below(3)]),
        _ => Deed::Load(dice.below(6), [None, Some(dice.below(5)), Some(dice.below(5))][dice.below(3)]),
    }
}

fn config(dice: &mut Dice, between: Interpolate) -> SamplerConfig {
    SamplerConfig {
        slots: 6,
        voices: 1 + dice.below(8),
        steal: [Steal::None, Steal::Oldest, Steal::Quietest, Steal::SameSlot][dice.below(4)],
        between,
        filter: [VoiceFilter::Off, VoiceFilter::Low][dice.below(2)],
    }
}

struct Scene {
    config: SamplerConfig,
    buffers: Vec<Arc<Buffer>>,
    slots: Vec<(Option<usize>, SlotSettings)>,
    deeds: Vec<(u64, Deed)>,
}

const FRAMES: u64 = 4_000;

fn scene(seed: u64, between: Interpolate) -> Scene {
    let mut dice = Dice(seed);
    let buffers = buffers(&mut dice);
    let slots = (0..6).map(|n| (if n == 5 { None } else { Some(n % 5) }, slot(&mut dice))).collect();
    let config = config(&mut dice, between);
    let (mut at, mut deeds) = (0, Vec::new());
    for ids in 1.. {
        at += [0, 1, 17, 64, 90][dice.below(5)];
        if at >= FRAMES {
            break;
        }
        deeds.push((at, deed(&mut dice, ids)));
    }
    Scene { config, buffers, slots, deeds }
}

fn kernel(scene: &Scene, mut block: impl FnMut() -> usize) -> (Vec<[f32; 2]>, Vec<Happening>, u64) {
    let mut sampler = Sampler::new(scene.config, RATE);
    for (number, (buffer, slot)) in scene.slots.iter().enumerate() {
        sampler.set_slot(number, *slot);
        sampler.load(number, buffer.map(|b| scene.buffers[b].clone()), 0, |_| {}).unwrap();
    }
    let (mut out, mut told, mut frame) = (Vec::new(), Vec::new(), 0);
    let mut deeds = scene.deeds.iter().peekable();
    while frame < FRAMES {
        while let Some((_, deed)) = deeds.next_if(|(at, _)| *at <= frame) {
            match deed {
                Deed::Trigger(trigger) => sampler.trigger(trigger, frame, |h| told.push(h)),
                Deed::LetGo(id) => sampler.let_go(|_, named| named == *id),
                Deed::Stop(id) => sampler.stop(|_, named| named == *id),
                Deed::Choke(id) => sampler.choke(frame, |_, named| named == *id, |h| told.push(h)),
                Deed::Change(id, change) => drop(sampler.change(*id, *change)),
                Deed::Volume(slot, gain, seconds) => sampler.set_volume(*slot, *gain, *seconds),
                Deed::Load(slot, buffer) => {
                    sampler
                        .load(*slot, buffer.map(|b| scene.buffers[b].clone()), frame, |h| told.push(h))
                        .unwrap();
                }
            }
        }
        let next = deeds.peek().map_or(FRAMES, |(at, _)| *at).min(FRAMES);
        let frames = block().min((next - frame) as usize).max(1);
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        let seconds = |frames: u32| (f64::from(frames) / RATE) as f32;
        let params = SamplerParams {
            gain: Value::Steady(1.0),
            cutoff: Value::Steady(900.0),
            q: Value::Steady(1.5),
            attack: seconds(TIMES.0),
            decay: seconds(TIMES.1),
            sustain: TIMES.3,
            release: seconds(TIMES.2),
        };
        sampler.process(&params, frame, [&mut left, &mut right], |h| told.push(h));
        while sampler.take_spent().is_some() {}
        out.extend(left.into_iter().zip(right).map(|(l, r)| [l, r]));
        frame += frames as u64;
    }
    (out, told, sampler.counts().dropped)
}

fn model(scene: &Scene) -> (Vec<[f32; 2]>, Vec<Happening>, u64) {
    let mut model = Model {
        config: scene.config,
        buffers: scene.buffers.clone(),
        slots: scene.slots.clone(),
        volumes: vec![Way::hold(1.0); 6],
        voices: vec![None; scene.config.voices],
        ghosts: vec![None; scene.config.voices],
        order: 0,
        frame: 0,
        told: Vec::new(),
        dropped: 0,
    };
    let (mut out, mut deeds) = (Vec::new(), scene.deeds.iter().peekable());
    for frame in 0..FRAMES {
        while let Some((_, deed)) = deeds.next_if(|(at, _)| *at <= frame) {
            let let_go = |v: &mut Voice, id: u64, all: bool| {
                let held = !matches!(v.part, Part::LetGo | Part::Release);
                if v.trigger.id == id && held && (all || v.mode != Mode::Once) {
                    v.part = Part::LetGo;
                }
            };
            match deed {
                Deed::Trigger(trigger) => model.trigger(trigger),
                Deed::LetGo(id) => model.voices.iter_mut().flatten().for_each(|v| let_go(v, *id, false)),
                Deed::Stop(id) => model.voices.iter_mut().flatten().for_each(|v| let_go(v, *id, true)),
                Deed::Choke(id) => {
                    for number in 0..model.voices.len() {
                        let meant = model.voices[number].as_ref().filter(|v| v.trigger.id == *id);
                        if let Some(slot) = meant.map(|v| v.trigger.slot) {
                            model.move_aside(number);
                            model.tell(What::Choked, slot, *id);
                        }
                    }
                }
                Deed::Change(id, change) => model.change(*id, *change),
                Deed::Volume(slot, gain, seconds) => model.set_volume(*slot, *gain, *seconds),
                Deed::Load(slot, buffer) => model.load(*slot, *buffer),
            }
        }
        out.push(model.tick());
    }
    (out, model.told, model.dropped)
}

fn difference(a: &[[f32; 2]], b: &[[f32; 2]]) -> Option<String> {
    let bits = |x: &[f32; 2]| x.map(|x| (x + 0.0).to_bits());
    let at = a.iter().zip(b).position(|(a, b)| bits(a) != bits(b))?;
    Some(format!("frame {at}: {:?} and {:?}", a[at], b[at]))
}

/// Of one frame, in any order: the kernel tells of what ends voice by voice.
fn sorted(mut told: Vec<Happening>) -> Vec<Happening> {
    told.sort_by_key(|h| (h.frame, h.what as u8, h.slot, h.id));
    told
}

#[test]
fn a_plain_model_plays_the_same_bits() {
    let (mut loud, mut whats) = (0, [0; 6]);
    for seed in 0..400 {
        let between = [Interpolate::Linear, Interpolate::Cubic][seed as usize % 2];
        let scene = scene(seed, between);
        let plain = model(&scene);
        let mut dice = Dice(seed);
        let whole = kernel(&scene, || 1 + dice.below(200));
        assert_eq!(difference(&plain.0, &whole.0), None, "seed {seed}");
        assert_eq!(sorted(plain.1), sorted(whole.1.clone()), "seed {seed}");
        assert_eq!(plain.2, whole.2);
        loud += whole.0.iter().filter(|x| x[0].abs() > 0.05).count();
        whole.1.iter().for_each(|h| whats[h.what as usize] += 1);
    }
    // All of it happens, and is heard.
    assert!(loud > 400 * FRAMES as usize / 4 && whats.iter().all(|count| *count > 200), "{loud} {whats:?}");
}

#[test]
fn blocks_of_any_size_give_the_same_bits() {
    for seed in 0..60 {
        let between = [Interpolate::Linear, Interpolate::Cubic, Interpolate::Sinc][seed as usize % 3];
        let scene = scene(1000 + seed, between);
        let whole = kernel(&scene, || 4096);
        for block in [1, 7, 64, 100] {
            let cut = kernel(&scene, || block);
            assert_eq!(difference(&whole.0, &cut.0), None, "seed {seed}, blocks of {block}");
            assert_eq!(sorted(whole.1.clone()), sorted(cut.1));
        }
    }
}

//! Random triggers, changes, stops and slot reloads while samplers come and go: always finite, nothing made or freed on the audio side, each voice that
//! begins is told to end once, every recording is given back.
//!
//! `SOSTENUTO_EDITS` says how many; `make soak` asks for ten million.

use sostenuto_engine::{Conductor, Desk, EngineError, Notice};
use sostenuto_graph::{Executor, Limits, Refusal, When};
use sostenuto_nodes::{Buffer, LoopPoints, Mode, SlotSettings};
use sostenuto_patch::{Patch, Slot};
use sostenuto_trap::{TrapAllocator, forbidden};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

#[global_allocator]
static TRAP: TrapAllocator = TrapAllocator::new();

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
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
        (self.next() % n.max(1) as u64) as usize
    }
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

const START: &str = r#"
buffers.a = {}
buffers.b = {}
[nodes.kit]
kind = "sampler"
voices = 6
slot_count = 4
slots = ["a", { buffer = "b", mode = "loop", choke = 1 }]
[nodes.keys]
kind = "sampler"
voices = 4
slot_count = 4
steal = "oldest"
filter = "low"
interpolation = "sinc"
notes = "pitch"
slots = [{ buffer = "b", mode = "gate" }]
[nodes.out]
kind = "audio_out"
inputs = ["kit", "keys"]
[[sequence]]
name = "riff"
to = "keys"
steps = [{ pitch = ["C2", "G2"], at = 0 }, { pitch = "D3", at = 0.25 }, { pitch = "E1", at = 0.5 }]
length = 0.75
"#;

/// Two samplers at work.
struct Studio {
    desk: Desk,
    executor: Executor,
    dice: Dice,
    sounds: Vec<Weak<Buffer>>,
    /// What each id that began has yet to be told: once it is told, it is gone.
    open: HashSet<u32>,
    told: HashMap<&'static str, u64>,
    ids: Vec<u32>,
}

impl Studio {
    fn sound(&mut self) -> Arc<Buffer> {
        let (channels, frames) = (1 + self.dice.below(3), 50 + self.dice.below(2_000));
        let samples = (0..channels * frames).map(|_| self.dice.between(-0.2, 0.2) as f32).collect();
        let rate = [48_000.0, 44_100.0, 96_000.0][self.dice.below(3)];
        let sound = Arc::new(Buffer::from_interleaved(samples, channels, rate).unwrap());
        self.sounds.push(Arc::downgrade(&sound));
        sound
    }

    fn node(&mut self) -> &'static str {
        ["kit", "keys"][self.dice.below(2)]
    }

    fn when(&mut self) -> When {
        let now = self.executor.frame();
        match self.dice.below(6) {
            0 => When::NextBeat,
            1 => When::Frame(now + self.dice.below(3_000) as u64),
            _ => When::Now,
        }
    }

    fn settings(&mut self) -> SlotSettings {
        let dice = &mut self.dice;
        SlotSettings {
            mode: [Mode::Once, Mode::Gate, Mode::Loop][dice.below(3)],
            start: dice.below(300),
            looped: LoopPoints { start: dice.below(500), end: dice.below(900), crossfade: dice.below(300) },
            reverse: dice.below(3) == 0,
            choke: dice.below(3) as u16,
            ..SlotSettings::default()
        }
    }

    /// Tells a sampler something; most of it makes sense.
    fn tell(&mut self) {
        let (node, at) = (self.node(), self.when());
        let id = if self.ids.is_empty() { 0 } else { self.ids[self.dice.below(self.ids.len())] };
        let dice = &mut self.dice;
        let slot = 1 + dice.below(5) as u64;
        let speed = [1.0, 1.01, -0.7, 3.0, 40.0][dice.below(5)];
        let (velocity, pan) = (dice.between(0.0, 1.1), dice.between(-1.0, 1.0));
        let triggers: &[(&str, f64)] = &[("velocity", velocity), ("pan", pan), ("speed", speed)];
        let (verb, place, id, values): (_, _, _, &[(&str, f64)]) = match dice.below(24) {
            0..12 => (["trigger", "loop", "gate", "once"][dice.below(4)], slot, 0, triggers),
            12 => ("stop", slot, 0, &[]),
            13 => ("release", 0, id, &[]),
            14 => ("choke", 0, id, &[]),
            15 => ("gain", 0, id, &[("gain", velocity)]),
            16 => ("pan", 0, id, &[("pan", pan)]),
            17 => ("speed", 0, id, &[("speed", speed)]),
            18 => ("cutoff", 0, id, &[("cutoff", 300.0)]),
            19 => ("loop_points", 0, id, &[("start", 100.0), ("end", 400.0)]),
            20 => ("loop_off", 0, id, &[]),
            21 => ("stop_all", 0, 0, &[]),
            _ => ("stop", 0, id, &[]),
        };
        match self.desk.conductor_mut().instruct(node, verb, place, id, values, at) {
            Ok((_, id)) if id > 0 => self.ids.push(id),
            Ok(_) | Err(EngineError::Verb { .. } | EngineError::EmptySlot { .. }) => {}
            // For a while one of them is not there.
            Err(EngineError::NoSuchNode { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// Gives slots something else: by the document, by another sound of a buffer, or past the document.
    fn reload(&mut self) {
        let (node, at) = (self.node(), self.when());
        let outcome = match self.dice.below(3) {
            0 => {
                let name = ["a", "b"][self.dice.below(2)];
                let sound = self.sound();
                self.desk.conductor_mut().set_buffer(name, sound).map(drop)
            }
            1 => {
                let count = self.dice.below(4);
                let buffers = ["a", "b"];
                let slot =
                    |dice: &mut Dice| Slot { buffer: buffers[dice.below(2)].into(), ..Slot::default() };
                let slots: Vec<Slot> = (0..count).map(|_| slot(&mut self.dice)).collect();
                let change = |patch: &mut Patch| {
                    if let Some(node) = patch.nodes.get_mut(node) {
                        node.slots = slots;
                    }
                };
                self.desk.conductor_mut().edit(change, at).map(drop)
            }
            _ => {
                let sound = (self.dice.below(4) > 0).then(|| self.sound());
                let (settings, slot) = (self.settings(), 1 + self.dice.below(4) as u64);
                self.desk.conductor_mut().load_slot(node, slot, sound, settings, at).map(drop)
            }
        };
        match outcome {
            Ok(()) | Err(EngineError::NoSuchNode { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// One of the samplers goes, or comes back, or becomes another.
    fn exchange(&mut self) {
        let line = [
            "remove kit",
            "add kit sampler voices=3 slot_count=4 to out",
            "set kit.voices 5",
            "set keys.interpolation linear",
            "set keys.filter band",
            "undo",
            "set keys.attack 20ms",
            "set kit.gain -3dB over 10ms",
        ][self.dice.below(8)];
        let timed = sostenuto_patch::command::parse(line).unwrap().unwrap();
        _ = self.desk.carry_out(&timed.command, None);
    }

    fn render(&mut self, frames: usize) {
        let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
        forbidden(|| self.executor.render(&mut [&mut left, &mut right]));
        assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 100.0));
        for notice in self.desk.conductor_mut().notices() {
            match notice {
                Notice::Told { what, report, .. } => {
                    *self.told.entry(what).or_default() += 1;
                    match what {
                        "started" => assert!(self.open.insert(report.id), "{} began twice", report.id),
                        "dropped" => assert!(!self.open.contains(&report.id)),
                        // From one that is gone.
                        "told" => {}
                        _ => assert!(self.open.remove(&report.id), "{} ended and never began", report.id),
                    }
                }
                Notice::Muted { node, frame } => panic!("`{node}` was muted at frame {frame}"),
                Notice::Untold { .. } => panic!("somebody listens"),
                Notice::Refused { why, .. } => {
                    assert!(matches!(why, Refusal::NotSounding | Refusal::Unheard), "{why}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn random_samples_while_they_sound() {
    let wanted: u64 = std::env::var("SOSTENUTO_EDITS").ok().and_then(|n| n.parse().ok()).unwrap_or(60_000);
    let (conductor, executor) = Conductor::new(48_000.0, 2, Limits::default(), None);
    let (desk, dice) = (Desk::new(conductor), Dice(11));
    let (open, told, ids, sounds) = Default::default();
    let mut studio = Studio { desk, executor, dice, sounds, open, told, ids };
    for name in ["a", "b"] {
        let sound = studio.sound();
        studio.desk.conductor_mut().set_buffer(name, sound).unwrap();
    }
    studio.desk.open(START, None).unwrap();
    let mut most = 0;
    for round in 0..wanted {
        match studio.dice.below(40) {
            0 => studio.reload(),
            1 if round % 5 == 0 => studio.exchange(),
            _ => studio.tell(),
        }
        if studio.dice.below(3) == 0 {
            let frames = 1 + studio.dice.below(300);
            studio.render(frames);
        }
        if studio.ids.len() > 64 {
            studio.ids.drain(..32);
        }
        if round % 200 == 0 {
            studio.sounds.retain(|sound| sound.strong_count() > 0);
            most = most.max(studio.sounds.len());
        }
    }
    println!("{:?}, at most {most} recordings at once", studio.told);
    // What documents remember for undo holds recordings as well.
    assert!(most < 900, "{most} recordings at once");
    for what in ["started", "finished", "dropped", "stolen", "choked"] {
        assert!(
            studio.told.get(what).is_some_and(|count| *count > wanted / 200),
            "{what}: {:?}",
            studio.told
        );
    }
    for node in ["kit", "keys"] {
        _ = studio.desk.conductor_mut().instruct(node, "stop_all", 0, 0, &[], When::Now);
    }
    for _ in 0..100 {
        studio.render(500);
    }
    assert_eq!(studio.executor.waiting_changes(), 0);
    let sounds = std::mem::take(&mut studio.sounds);
    drop(studio);
    assert!(sounds.iter().all(|sound| sound.strong_count() == 0), "a recording leaks");
}

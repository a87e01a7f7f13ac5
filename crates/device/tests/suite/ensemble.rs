//! Several devices, one clock: the rules of who holds it, a port to each device, and mishaps by chance. What each device plays has no steps, and
//! all of them play in the end.

use sostenuto_device::{
    ClockChoice, ClockHolder, Dice, Drain, Fake, FakeDevice, FakeStream, Feed, Heard, Holder, Host, Mishap,
    PortId, PortMeters, PortState, Quality, Setup, Stream, Vigour, Wish, port,
};
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const RATE: u32 = 48_000;
const HERTZ: f64 = 200.0;
const LOOK: Duration = Duration::from_millis(5);

/// A sine, and a port to each device that is there.
#[derive(Default)]
struct Engine {
    frame: u64,
    feeds: Vec<Option<Feed>>,
    block: Vec<f32>,
}

impl Engine {
    fn step(&mut self, frames: usize, now: u64) {
        self.block.clear();
        for frame in self.frame..self.frame + frames as u64 {
            let turns = (frame as f64 * HERTZ / f64::from(RATE)).fract();
            self.block.push(((TAU * turns).sin() * 0.5) as f32);
        }
        self.frame += frames as u64;
        for feed in self.feeds.iter_mut().flatten() {
            feed.push(&self.block, now);
        }
    }
}

/// A device's stream, and what is known of it.
struct Attached {
    stream: FakeStream,
    meters: Arc<PortMeters>,
    heard: Arc<Mutex<(Heard, f32)>>,
}

struct Ensemble {
    host: Fake,
    holder: ClockHolder,
    engine: Arc<Mutex<Engine>>,
    devices: Vec<Option<Attached>>,
    fallback_since: Option<(u64, u64)>,
    hand_overs: usize,
    attached: usize,
    greatest_step: f32,
}

impl Ensemble {
    fn new(seed: u64, devices: Vec<FakeDevice>) -> Self {
        let mut host = Fake::new(seed);
        let feeds = devices.iter().map(|_| None).collect();
        let attached = devices.iter().map(|_| None).collect();
        devices.into_iter().for_each(|device| host.plug(device));
        Ensemble {
            host,
            holder: ClockHolder::new(ClockChoice::Auto),
            engine: Arc::new(Mutex::new(Engine { feeds, ..Engine::default() })),
            devices: attached,
            fallback_since: None,
            hand_overs: 0,
            attached: 0,
            greatest_step: 0.0,
        }
    }

    /// Opens what can be opened and is not.
    fn attach(&mut self) {
        for number in 0..self.devices.len() {
            let id = PortId(number as u32);
            let ended = |device: &Attached| device.stream.vigour() != Vigour::Alive;
            if self.devices[number].as_ref().is_some_and(ended) {
                self.devices[number] = None;
                self.engine.lock().unwrap().feeds[number] = None;
                self.holder.remove(id);
            }
            if self.devices[number].is_none() {
                self.open(number, id);
            }
        }
    }

    fn open(&mut self, number: usize, id: PortId) {
        let setup = Setup { channels: 1, quality: Quality::Fast, ..Setup::new(RATE, RATE) };
        let (feed, mut drain): (Feed, Drain) = port(&setup).unwrap();
        let (meters, heard) = (drain.meters(), Arc::new(Mutex::new((Heard::default(), 0.0_f32))));
        let (engine, baton, told) = (self.engine.clone(), self.holder.baton(), heard.clone());
        let mut last = 0.0_f32;
        let work = move |_: &[f32], output: &mut [f32], now: u64| {
            if baton.is_held_by(id) {
                engine.lock().unwrap().step(output.len(), now);
            }
            drain.fill(output, now);
            let mut told = told.lock().unwrap();
            told.0 = Heard { callbacks: told.0.callbacks + 1, last_at: now };
            for sample in output {
                told.1 = told.1.max((*sample - last).abs());
                last = *sample;
            }
        };
        let wish = Wish { device: Some(number.to_string()), outputs: 1, ..Wish::default() };
        if let Ok(stream) = self.host.open(&wish, Box::new(work)) {
            self.holder.add(id, stream.terms().rate, stream.terms().block);
            self.engine.lock().unwrap().feeds[number] = Some(feed);
            self.devices[number] = Some(Attached { stream, meters, heard });
            self.attached += 1;
        }
    }

    fn run(&mut self, seconds: u64) {
        let until = self.host.now() + seconds * 1_000_000_000;
        while self.host.now() < until {
            self.host.run(LOOK);
            self.attach();
            let now = self.host.now();
            let devices = &self.devices;
            let heard = |id: PortId| {
                devices[id.0 as usize]
                    .as_ref()
                    .map_or(Heard::default(), |device| device.heard.lock().unwrap().0)
            };
            if let Some(hand_over) = self.holder.look(now, heard) {
                self.hand_overs += 1;
                self.engine.lock().unwrap().feeds.iter_mut().flatten().for_each(Feed::clock_changed);
                self.fallback_since = (hand_over.to == Holder::Fallback).then_some((now, 0));
            }
            self.fall_back(now);
            for device in self.devices.iter().flatten() {
                self.greatest_step = self.greatest_step.max(device.heard.lock().unwrap().1);
            }
        }
    }

    /// The fallback clock: every 800 frames, at times counted from its beginning.
    fn fall_back(&mut self, now: u64) {
        let Some((since, done)) = &mut self.fallback_since else { return };
        while *since + *done * 800 * 1_000_000_000 / u64::from(RATE) <= now {
            self.engine.lock().unwrap().step(800, now);
            *done += 1;
        }
    }
}

fn by_chance(dice: &mut Dice, number: usize) -> FakeDevice {
    let blocks = [64, 128, 256, 441, 512, 1024];
    let block = blocks[dice.below(blocks.len())];
    let mut device =
        FakeDevice { ppm: dice.between(-200.0, 200.0), ..FakeDevice::new(&number.to_string(), RATE, block) };
    device.jitter = device.clone().jittery().jitter.mul_f64(dice.unit() * 0.5);
    for _ in 0..dice.below(5) {
        let at = Duration::from_secs_f64(dice.between(1.0, 30.0));
        let length = Duration::from_secs_f64(dice.between(0.005, 1.5));
        match dice.below(2) {
            0 => device.schedule.push((at, Mishap::Stall(length))),
            _ => device.schedule.extend([(at, Mishap::Remove), (at + length, Mishap::Return)]),
        }
    }
    device
}

#[test]
fn mishaps_by_chance_among_several_devices() {
    let steepest = (TAU * HERTZ / f64::from(RATE) * 0.5) as f32;
    let (mut hand_overs, mut attached, mut gaps) = (0, 0, 0);
    for seed in 0..8 {
        let mut dice = Dice::new(seed);
        let devices = (0..2 + dice.below(3)).map(|number| by_chance(&mut dice, number)).collect();
        let mut ensemble = Ensemble::new(seed, devices);
        ensemble.run(60);
        let runs = |ensemble: &Ensemble| -> Vec<(PortState, u64)> {
            let of = |device: &Attached| {
                let status = device.meters.read();
                (status.state, status.underruns + status.overruns)
            };
            ensemble.devices.iter().map(|device| of(device.as_ref().expect("it is back"))).collect()
        };
        let before = runs(&ensemble);
        ensemble.run(10);
        let after = runs(&ensemble);
        assert!(after.iter().all(|(state, _)| *state != PortState::Priming), "seed {seed}: {after:?}");
        let count = |runs: &[(PortState, u64)]| runs.iter().map(|(_, count)| *count).sum::<u64>();
        assert_eq!(count(&before), count(&after), "seed {seed}");
        let step = ensemble.greatest_step;
        assert!(step < steepest * 2.5, "seed {seed}: a step of {step}");
        hand_overs += ensemble.hand_overs;
        attached += ensemble.attached;
        gaps += count(&after);
    }
    assert!(
        hand_overs > 20 && attached > 40 && gaps > 20,
        "{hand_overs} hand-overs, {attached} streams, {gaps} gaps"
    );
}

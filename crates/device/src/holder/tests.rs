//! Clocks that come, stall and go on the fake host, by chance; and the engine's time, which never jumps.

use super::{ClockChoice, ClockHolder, HandOver, Heard, Holder, PortId, Reason};
use crate::fake::{Dice, Fake, FakeDevice, FakeStream, Mishap};
use crate::fallback::{Beat, Due};
use crate::host::{Host, Stream, Vigour, Wish};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const MS: u64 = 1_000_000;
/// How often the control thread looks.
const LOOK: u64 = 5 * MS;
const RATE: u32 = 48_000;

/// The engine as far as time goes: who rendered how many frames, when.
#[derive(Default)]
struct Engine {
    frame: u64,
    steps: Vec<(u64, u64, Holder)>,
}

impl Engine {
    /// The first step of another clock makes up for what lies between its callback and the one before, if that was in time, as the engine does it.
    fn step(&mut self, now: u64, frames: u64, by: Holder) {
        let before = self.steps.last().filter(|(.., last)| *last != by);
        let elapsed = before.map_or(0, |(at, ..)| (now - at) * u64::from(RATE) / 1_000_000_000);
        let frames = match before {
            Some((_, covered, _)) if elapsed <= covered + u64::from(RATE) / 50 => {
                (frames + elapsed).saturating_sub(*covered)
            }
            _ => frames,
        };
        self.frame += frames;
        self.steps.push((now, frames, by));
    }
}

/// Devices, the ports on them, and whoever decides.
struct Stage {
    host: Fake,
    holder: ClockHolder,
    engine: Arc<Mutex<Engine>>,
    ports: Vec<Option<(FakeStream, Arc<Mutex<Heard>>)>>,
    beat: Option<(Beat, u64)>,
    moves: Vec<(u64, HandOver)>,
}

impl Stage {
    fn new(seed: u64, devices: Vec<FakeDevice>) -> Stage {
        let mut host = Fake::new(seed);
        let ports = devices.iter().map(|_| None).collect();
        devices.into_iter().for_each(|device| host.plug(device));
        let mut stage = Stage {
            host,
            holder: ClockHolder::new(ClockChoice::Auto),
            engine: Arc::default(),
            ports,
            beat: None,
            moves: Vec::new(),
        };
        stage.attach();
        stage
    }

    /// Opens a stream for each port that has none, and lets go of those that have ended.
    fn attach(&mut self) {
        for number in 0..self.ports.len() {
            let id = PortId(number as u32);
            if self.ports[number].as_ref().is_some_and(|(stream, _)| stream.vigour() != Vigour::Alive) {
                self.ports[number] = None;
                self.holder.remove(id);
            }
            if self.ports[number].is_some() {
                continue;
            }
            let heard = Arc::new(Mutex::new(Heard::default()));
            let (engine, baton, told) = (self.engine.clone(), self.holder.baton(), heard.clone());
            let work = move |_: &[f32], output: &mut [f32], now: u64| {
                let mut told = told.lock().unwrap();
                *told = Heard { callbacks: told.callbacks + 1, last_at: now };
                if baton.is_held_by(id) {
                    engine.lock().unwrap().step(now, output.len() as u64, Holder::Port(id));
                }
            };
            let wish = Wish { device: Some(number.to_string()), outputs: 1, ..Wish::default() };
            if let Ok(stream) = self.host.open(&wish, Box::new(work)) {
                let terms = stream.terms();
                self.holder.add(id, terms.rate, terms.block);
                self.ports[number] = Some((stream, heard));
            }
        }
    }

    /// Lets time go by, looking every few milliseconds; the fallback clock runs between.
    fn run(&mut self, ms: u64) {
        let until = self.host.now() + ms * MS;
        while self.host.now() < until {
            self.host.run(Duration::from_nanos(LOOK));
            self.attach();
            let now = self.host.now();
            let ports = &self.ports;
            let heard = |id: PortId| {
                ports[id.0 as usize].as_ref().map_or(Heard::default(), |(_, heard)| *heard.lock().unwrap())
            };
            if let Some(hand_over) = self.holder.look(now, heard) {
                assert_eq!(self.holder.holder(), hand_over.to);
                self.moves.push((now, hand_over));
            }
            // It goes on until the next one takes the clock, and begins when it takes it.
            let baton = self.holder.baton();
            if !baton.is_free() {
                self.beat = None;
                continue;
            }
            let (beat, begun) = self.beat.get_or_insert_with(|| (Beat::new(RATE), now));
            while let Due::Now { .. } = beat.due(now - *begun) {
                self.engine.lock().unwrap().step(now, beat.frames(), Holder::Fallback);
            }
        }
    }
}

fn device(number: usize, block: u32, ppm: f64) -> FakeDevice {
    FakeDevice { ppm, ..FakeDevice::new(&number.to_string(), RATE, block).jittery() }
}

fn three() -> Stage {
    Stage::new(1, vec![device(0, 512, 100.0), device(1, 256, -50.0), device(2, 1024, 0.0)])
}

#[test]
fn the_first_port_that_lives_takes_the_clock_and_keeps_it() {
    let mut stage = three();
    stage.run(5000);
    assert_eq!(stage.holder.holder(), Holder::Port(PortId(0)));
    assert_eq!(stage.moves.len(), 1);
    assert_eq!((stage.moves[0].1.why, stage.moves[0].1.rate), (Reason::Better, Some(RATE)));
}

#[test]
fn a_stall_costs_the_clock_within_three_periods_or_20_ms() {
    for (block, patience) in [(64, 20), (1024, 64)] {
        let mut stage = Stage::new(1, vec![device(0, block, 0.0), device(1, 256, 0.0)]);
        stage.run(2000);
        stage.host.strike("0", Mishap::Stall(Duration::from_secs(3)));
        let before = stage.engine.lock().unwrap().steps.last().unwrap().0;
        stage.run(500);
        let (at, hand_over) = *stage.moves.last().unwrap();
        let Reason::Stalled(silence) = hand_over.why else { panic!("{hand_over:?}") };
        assert_eq!((hand_over.to, hand_over.rate), (Holder::Port(PortId(1)), Some(RATE)));
        let took = (at - before) / MS;
        assert!(took >= patience && took <= patience + 2 * LOOK / MS, "{took} ms for blocks of {block}");
        assert_eq!(silence.as_millis() as u64, took);
        // The one that has it now keeps it.
        stage.run(20_000);
        assert_eq!((stage.holder.holder(), stage.moves.len()), (Holder::Port(PortId(1)), 2));
    }
}

#[test]
fn the_chosen_one_has_it_and_gets_it_back() {
    let mut stage = three();
    stage.holder.choose(ClockChoice::Port(PortId(2)));
    stage.run(1000);
    assert_eq!(stage.holder.holder(), Holder::Port(PortId(2)));
    stage.host.strike("2", Mishap::Remove);
    stage.run(100);
    assert_eq!(stage.holder.holder(), Holder::Port(PortId(0)));
    assert_eq!(stage.moves.last().unwrap().1.why, Reason::Gone);
    stage.host.strike("2", Mishap::Return);
    stage.run(100);
    assert_eq!(stage.holder.holder(), Holder::Port(PortId(0)), "not before it has settled");
    stage.run(300);
    assert_eq!(stage.holder.holder(), Holder::Port(PortId(2)));
    stage.holder.choose(ClockChoice::Internal);
    stage.run(100);
    assert_eq!(stage.holder.holder(), Holder::Fallback);
}

#[test]
fn a_port_that_stalls_again_and_again_waits_longer_each_time() {
    let mut stage = Stage::new(1, vec![device(0, 256, 0.0)]);
    stage.run(1000);
    for wait in [1000, 2000, 4000, 8000, 16_000, 32_000, 32_000] {
        stage.host.strike("0", Mishap::Stall(Duration::from_millis(200)));
        stage.run(150);
        assert_eq!(stage.holder.holder(), Holder::Fallback);
        stage.run(wait - 50);
        assert_eq!(stage.holder.holder(), Holder::Fallback, "{wait} ms");
        stage.run(200);
        assert_eq!(stage.holder.holder(), Holder::Port(PortId(0)), "{wait} ms");
    }
}

/// Devices with random clocks and random mishaps for half a minute.
fn by_chance(seed: u64) -> Stage {
    let mut dice = Dice::new(seed);
    let blocks = [64, 128, 256, 441, 512, 1024];
    let devices = (0..1 + dice.below(4))
        .map(|number| {
            let mut device = device(number, blocks[dice.below(blocks.len())], dice.between(-500.0, 500.0));
            for _ in 0..dice.below(8) {
                let at = Duration::from_secs_f64(dice.between(0.0, 25.0));
                let length = Duration::from_secs_f64(dice.between(0.005, 2.0));
                match dice.below(3) {
                    0 => device.schedule.push((at, Mishap::Stall(length))),
                    1 => device.schedule.extend([(at, Mishap::Remove), (at + length, Mishap::Return)]),
                    _ => device.schedule.push((at, Mishap::Jitter(device.jitter.mul_f64(dice.unit())))),
                }
            }
            device
        })
        .collect();
    let mut stage = Stage::new(seed, devices);
    for _ in 0..3 {
        let ports = stage.ports.len();
        stage.holder.choose(match dice.below(3) {
            0 => ClockChoice::Auto,
            1 => ClockChoice::Port(PortId(dice.below(ports) as u32)),
            _ => ClockChoice::Internal,
        });
        stage.run(10_000);
    }
    stage.holder.choose(ClockChoice::Auto);
    stage.run(40_000);
    stage
}

/// 1,000 random schedules: the engine is never without a clock for longer than a stall takes to be seen, never runs ahead of the time that has gone by, and
/// in the end a port has the clock.
#[test]
fn engine_time_never_jumps() {
    let (mut moves, mut by_fallback) = (0, 0);
    for seed in 0..1000 {
        let stage = by_chance(seed);
        let engine = stage.engine.lock().unwrap();
        let longest = engine.steps.windows(2).map(|pair| pair[1].0 - pair[0].0).max().unwrap();
        // Three periods of the largest block, twice the time between looks, and the next holder's own callback.
        assert!(longest <= (64 + 10 + 43) * MS, "seed {seed}: {longest} ns without a step");
        // What has been rendered since any step is at most what has gone by since, at 500 ppm more, and the blocks at the two ends and their lateness.
        let mut least_ahead = f64::INFINITY;
        let mut frame = 0;
        for (now, frames, _) in &engine.steps {
            let due = *now as f64 * 1e-9 * f64::from(RATE) * 1.0005;
            least_ahead = least_ahead.min(frame as f64 - due);
            frame += frames;
            let gained = frame as f64 - due - least_ahead;
            assert!(gained <= 4.0 * 1024.0, "seed {seed}: {gained} frames too many by {now} ns");
        }
        assert_eq!(frame, engine.frame);
        assert!(matches!(stage.holder.holder(), Holder::Port(_)), "seed {seed}");
        moves += stage.moves.len();
        by_fallback += engine.steps.iter().filter(|(_, _, by)| *by == Holder::Fallback).count();
    }
    assert!(
        moves > 4000 && by_fallback > 100_000,
        "{moves} moves, {by_fallback} steps of the fallback clock"
    );
}

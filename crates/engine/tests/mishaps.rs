//! What befalls devices, by chance: whatever it is, engine time goes on, nothing that is heard has a step in it, and all is as it should be in the end.
//!
//! `SOSTENUTO_MISHAPS` says how many schedules are tried; `make soak` tries a thousand.

mod stage;

use sostenuto_device::{Dice, FakeDevice, Mishap};
use sostenuto_engine::{Notice, PortCondition, PortOptions};
use stage::{Stage, greatest_step};
use std::f32::consts::TAU;
use std::time::Duration;

const RATE: u32 = 16_000;
/// Seconds in which something happens, and until all has to be well again: a device that was tried in vain is tried again within eight seconds.
const UNREST: f64 = 12.0;
const CALM: f64 = 22.0;
/// How often the patch is changed.
const COMMANDS: usize = 4;

/// Schedules in which something was once heard, or time ran ahead.
const ONCE_HEARD: [u64; 5] = [210, 350, 519, 572, 796];

const PATCH: &str = r#"
[nodes.tone]
kind = "sine"
frequency = 100
[nodes.a]
kind = "audio_out"
gain = -12
quality = "fast"
inputs = ["tone"]
[nodes.b]
kind = "audio_out"
gain = -12
device = "1"
quality = "fast"
inputs = ["tone"]
[nodes.c]
kind = "audio_out"
gain = -12
device = "2"
quality = "fast"
inputs = ["tone"]
"#;

fn by_chance(dice: &mut Dice, number: usize) -> FakeDevice {
    let blocks = [32, 64, 100, 147, 256, 480];
    let rates = [RATE, RATE, 14_700];
    let (block, rate) = (blocks[dice.below(blocks.len())], rates[dice.below(rates.len())]);
    let mut device =
        FakeDevice { ppm: dice.between(-200.0, 200.0), ..FakeDevice::new(&number.to_string(), rate, block) };
    device.jitter = device.clone().jittery().jitter.mul_f64(dice.unit() * 0.5);
    for _ in 0..dice.below(4) {
        let at = Duration::from_secs_f64(dice.between(0.5, UNREST - 3.0));
        let length = Duration::from_secs_f64(dice.between(0.005, 2.5));
        match dice.below(5) {
            0 => device.schedule.push((at, Mishap::Stall(length))),
            1 => device.schedule.push((at, Mishap::Default)),
            2 => device.schedule.push((at, Mishap::Rate(rates[dice.below(rates.len())]))),
            3 => device.schedule.push((at, Mishap::Jitter(length.mul_f64(0.002)))),
            _ => device.schedule.extend([(at, Mishap::Remove), (at + length, Mishap::Return)]),
        }
    }
    device
}

/// What may be heard at most from one frame to the next: all three ports on one device, at its lowest rate, and what fades add.
fn steepest() -> f32 {
    3.0 * 10.0_f32.powf(-12.0 / 20.0) * TAU * 100.0 / 14_700.0 * 1.6
}

fn schedules() -> u64 {
    std::env::var("SOSTENUTO_MISHAPS").ok().and_then(|n| n.parse().ok()).unwrap_or(40)
}

#[test]
fn whatever_befalls_devices_time_goes_on_and_nothing_is_heard_of_it() {
    let schedules = schedules();
    let seeds = (0..schedules).chain(ONCE_HEARD.into_iter().filter(|seed| *seed >= schedules));
    let (mut lost, mut moved) = (0, 0);
    for seed in seeds {
        let stage = live_through(seed, Some(RATE));
        lost += stage.notices.iter().filter(|n| matches!(n, Notice::DeviceLost { .. })).count();
        moved += stage.notices.iter().filter(|n| matches!(n, Notice::ClockMoved { .. })).count();
    }
    assert!(lost as u64 > schedules / 2 && moved as u64 > schedules / 2, "{lost} lost, {moved} hand-overs");
}

#[test]
fn nor_of_the_rate_that_goes_with_the_clock() {
    let mut turned = 0;
    for seed in 0..schedules() {
        let stage = live_through(seed, None);
        turned += stage.notices.iter().filter(|n| matches!(n, Notice::RateChanged { .. })).count();
    }
    assert!(turned as u64 > schedules() / 4, "{turned} other rates");
}

/// Plays through one schedule, at a rate or at that of the clock, and beyond until all has to be well again.
fn live_through(seed: u64, rate: Option<u32>) -> Stage {
    let mut dice = Dice::new(seed);
    let devices: Vec<FakeDevice> = (0..3).map(|number| by_chance(&mut dice, number)).collect();
    let mut options = PortOptions::default();
    (options.fallback, options.rate) = (true, rate);
    let mut stage = Stage::open(seed, devices, PATCH, options);
    play(&mut stage, &mut dice, seed);
    stage.run(CALM);
    let ports = stage.rig.ports();
    let well = ports.iter().all(|port| {
        let asked = port.asked.as_ref().is_none_or(|asked| Some(asked) == port.device.as_ref());
        asked && !matches!(port.state, PortCondition::Missing | PortCondition::Priming)
    });
    assert!(well, "seed {seed}: {ports:#?}\n{:#?}", stage.notices);
    let before: u64 = ports.iter().map(|port| port.underruns + port.overruns).sum();
    stage.run(5.0);
    let after: u64 = stage.rig.ports().iter().map(|port| port.underruns + port.overruns).sum();
    assert_eq!(before, after, "seed {seed}: {:#?}", stage.rig.ports());
    for device in ["0", "1", "2"] {
        let heard = stage.heard(device);
        let step = greatest_step(&heard);
        let place = stage::steep(&heard, steepest()).map(|frame| stage.when(device, frame));
        assert!(step < steepest(), "seed {seed}, device {device}: {step} of {}, at {place:?} s", steepest());
    }
    stage
}

/// Plays through the unrest, with commands of its own; engine time never runs ahead, and never stands for long.
fn play(stage: &mut Stage, dice: &mut Dice, seed: u64) {
    let commands = ["clock b", "clock c", "clock internal", "clock auto", "set b.device 2", "set b.device 1"];
    let mut left = COMMANDS;
    let (mut elapsed, mut stood) = (0.0, 0.0_f64);
    let time = |stage: &Stage| stage.frame() as f64 / stage.rate();
    let mut at = time(stage);
    while elapsed < UNREST {
        stage.run(0.05);
        elapsed += 0.05;
        let now = time(stage);
        // From one rate to another it is told to the frame.
        assert!(now >= at - 1e-4, "seed {seed}: engine time goes back from {at} to {now} s");
        // A block may come at once, and what lies between two clocks is made up for.
        assert!(now - at < 0.05 + 0.06, "seed {seed}: {} s in 50 ms", now - at);
        stood = if now == at { stood + 0.05 } else { 0.0 };
        assert!(stood < 0.4, "seed {seed}: engine time stands still at {elapsed:.2} s");
        at = now;
        if left > 0 && dice.unit() < 0.03 {
            left -= 1;
            stage.command_if_new(commands[dice.below(commands.len())]);
        }
    }
    stage.command_if_new("set b.device 1");
}

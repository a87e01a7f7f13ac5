//! What a port does besides following: bits, gaps, caps, refusals; and neither end's callback allocates, frees, or calls the system.

use sostenuto_device::{
    Dice, Drain, Fake, FakeDevice, FakeStream, Feed, Host, Mishap, PortError, PortMeters, PortState, Quality,
    Setup, Status, Tie, Wish, port,
};
use sostenuto_trap::forbidden;
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const HERTZ: f64 = 200.0;

/// A sample of a sine at half of full scale, another phase in each channel.
fn sine(frame: u64, rate: u32, channel: usize) -> f32 {
    let turns = (frame as f64 * HERTZ / f64::from(rate)).fract();
    ((TAU * turns + channel as f64).sin() * 0.5) as f32
}

/// The most that the sine changes from one frame to the next.
fn steepest(rate: u32) -> f32 {
    (TAU * HERTZ / f64::from(rate) * 0.5) as f32
}

/// Two devices, a sine from one to the other, and a tape.
struct Room {
    host: Fake,
    meters: Arc<PortMeters>,
    tape: Arc<Mutex<Vec<f32>>>,
    channels: usize,
    _streams: [FakeStream; 2],
}

impl Room {
    fn new(feed: FakeDevice, drain: FakeDevice, setup: &Setup) -> Room {
        let (mut feed_end, mut drain_end) = port(setup).unwrap();
        let channels = usize::from(setup.channels);
        let meters = drain_end.meters();
        let tape = Arc::new(Mutex::new(Vec::new()));
        let (mut frame, rate, record) = (0_u64, feed.rate, tape.clone());
        let mut host = Fake::new(5);
        let wish = |device: &FakeDevice| Wish {
            device: Some(device.id.clone()),
            outputs: setup.channels,
            ..Wish::default()
        };
        let wishes = [wish(&feed), wish(&drain)];
        host.plug(FakeDevice { outputs: setup.channels, ..feed });
        host.plug(FakeDevice { outputs: setup.channels, ..drain });
        let feeding = move |_: &[f32], block: &mut [f32], now: u64| {
            for samples in block.chunks_exact_mut(channels) {
                samples.iter_mut().enumerate().for_each(|(channel, x)| *x = sine(frame, rate, channel));
                frame += 1;
            }
            forbidden(|| feed_end.push(block, now));
        };
        let draining = move |_: &[f32], block: &mut [f32], now: u64| {
            forbidden(|| drain_end.fill(block, now));
            record.lock().unwrap().extend_from_slice(block);
        };
        let streams = [
            host.open(&wishes[0], Box::new(feeding)).unwrap(),
            host.open(&wishes[1], Box::new(draining)).unwrap(),
        ];
        Room { host, meters, tape, channels, _streams: streams }
    }

    fn run(&mut self, seconds: f64) -> Status {
        self.host.run(Duration::from_secs_f64(seconds));
        self.meters.read()
    }

    /// The greatest step of the first channel since the last look.
    fn greatest_step(&self) -> f32 {
        let mut tape = self.tape.lock().unwrap();
        let left: Vec<f32> = tape.iter().step_by(self.channels).copied().collect();
        tape.clear();
        left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    }
}

fn pair(feed_block: u32, drain_block: u32) -> (FakeDevice, FakeDevice) {
    let device = |id: &str, block, ppm| FakeDevice {
        ppm,
        jitter: Duration::from_millis(1),
        ..FakeDevice::new(id, 48_000, block)
    };
    (device("feed", feed_block, 80.0), device("drain", drain_block, -80.0))
}

fn fast(from: u32, to: u32) -> Setup {
    Setup { quality: Quality::Fast, ..Setup::new(from, to) }
}

#[test]
fn any_channels_and_rates() {
    for (channels, from, to) in [
        (1, 44_100, 48_000),
        (2, 48_000, 44_100),
        (7, 96_000, 44_100),
        (12, 48_000, 192_000),
        (2, 8000, 48_000),
    ] {
        for quality in [Quality::Fast, Quality::Balanced] {
            let setup = Setup { channels, quality, ..Setup::new(from, to) };
            let jitter = Duration::from_micros(300);
            let device = |id, rate, ppm| FakeDevice { ppm, jitter, ..FakeDevice::new(id, rate, rate / 200) };
            let mut room = Room::new(device("feed", from, 30.0), device("drain", to, -20.0), &setup);
            room.run(6.0);
            room.tape.lock().unwrap().clear();
            let status = room.run(0.5);
            let name = format!("{channels} channels, {from} to {to}, {}", quality.name());
            assert_eq!(
                (status.state, status.underruns, status.overruns),
                (PortState::Locked, 0, 0),
                "{name}"
            );
            assert!((status.ppm - 50.0).abs() < 15.0, "{name}: {} ppm", status.ppm);
            let peak = room.tape.lock().unwrap().iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!((0.49..0.51).contains(&peak), "{name}: peak {peak}");
            assert!(room.greatest_step() < steepest(to) * 1.1, "{name}");
        }
    }
}

/// Feeds and drains on one clock: returns what came out for the noise that went in.
fn on_one_clock(setup: &Setup, blocks: &[usize]) -> (Vec<f32>, Vec<f32>, Status) {
    let (mut feed, mut drain): (Feed, Drain) = port(setup).unwrap();
    let channels = usize::from(setup.channels);
    let (mut fed, mut got, mut frame) = (Vec::new(), Vec::new(), 0);
    for (number, frames) in blocks.iter().enumerate() {
        let now = number as u64 * 10_000_000;
        let missing = drain.needs(*frames).saturating_sub(drain.held());
        let block: Vec<f32> = (0..missing * channels)
            .map(|at| sine(frame + (at / channels) as u64, setup.from, at % channels))
            .collect();
        frame += missing as u64;
        let mut output = vec![9.0; frames * channels];
        forbidden(|| feed.push(&block, now));
        forbidden(|| drain.fill(&mut output, now));
        fed.extend(block);
        got.extend(output);
    }
    (fed, got, drain.status())
}

#[test]
fn on_one_clock_at_equal_rates_every_bit_passes_at_once() {
    for channels in [1, 2, 5] {
        let setup = Setup { channels, tie: Tie::Same, ..Setup::new(48_000, 48_000) };
        let (fed, got, status) = on_one_clock(&setup, &[512, 1, 17, 5000, 0, 1024, 531]);
        assert_eq!(fed.len(), got.len());
        assert!(fed.iter().zip(&got).all(|(a, b)| a.to_bits() == b.to_bits()));
        assert_eq!((status.underruns, status.latency), (0, Duration::ZERO));
    }
}

#[test]
fn on_one_clock_at_other_rates_nothing_is_ever_missing() {
    for (from, to) in [(44_100, 48_000), (48_000, 44_100), (96_000, 48_000), (48_000, 192_000)] {
        for block in [1, 64, 256, 441, 1024, 3000] {
            let setup = Setup { tie: Tie::Same, ..Setup::new(from, to) };
            let (fed, got, status) = on_one_clock(&setup, &vec![block; 40_000 / block]);
            assert_eq!(status.underruns, 0, "{from} to {to}, {block}");
            let ratio = got.len() as f64 / fed.len() as f64 * f64::from(from) / f64::from(to);
            assert!((ratio - 1.0).abs() < 0.01, "{from} to {to}, {block}: {ratio}");
            let left: Vec<f32> = got.iter().skip(20_000).step_by(2).copied().collect();
            let step = left.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            assert!(step < steepest(to) * 1.1, "{from} to {to}, {block}: {step}");
        }
    }
}

#[test]
fn a_feeding_device_that_stalls_leaves_a_gap_without_a_click() {
    for stall in [30, 300, 3000] {
        let (feed, drain) = pair(256, 512);
        let mut room = Room::new(feed, drain, &fast(48_000, 48_000));
        let before = room.run(10.0);
        assert_eq!((before.state, before.underruns), (PortState::Locked, 0));
        room.host.strike("feed", Mishap::Stall(Duration::from_millis(stall)));
        // It begins again before the clock is known again, with what is surely enough; the rest is made good at a rate that is not heard.
        let after = room.run(80.0);
        assert_eq!((after.underruns, after.overruns), (1, 0), "{stall} ms");
        assert!(after.concealed > 0);
        assert_eq!(after.state, PortState::Locked, "{stall} ms");
        assert!(after.latency.abs_diff(before.latency) < Duration::from_millis(1), "{stall} ms");
        assert!(room.greatest_step() < steepest(48_000) * 2.0, "{stall} ms");
    }
}

#[test]
fn a_draining_device_that_stalls_finds_its_way_back() {
    // Within the cap, beyond it, and longer than the ring.
    for (stall, overruns) in [(50, 0), (400, 1), (3000, 1)] {
        let (feed, drain) = pair(256, 512);
        let mut room = Room::new(feed, drain, &fast(48_000, 48_000));
        let before = room.run(10.0);
        room.host.strike("drain", Mishap::Stall(Duration::from_millis(stall)));
        // What is within the cap is made good at a rate that is not heard.
        let after = room.run(if overruns == 0 { 300.0 } else { 80.0 });
        assert_eq!((after.overruns, after.underruns), (overruns, 0), "{stall} ms");
        assert_eq!((after.skipped > 0, after.lost > 0), (stall == 400, stall == 3000), "{stall} ms");
        assert_eq!(after.state, PortState::Locked, "{stall} ms");
        assert!(after.latency.abs_diff(before.latency) < Duration::from_millis(1), "{stall} ms");
        assert!(room.greatest_step() < steepest(48_000) * 2.5, "{stall} ms");
    }
}

#[test]
fn a_crystal_that_changes_is_followed() {
    let (feed, drain) = pair(256, 512);
    let mut room = Room::new(feed, drain, &fast(48_000, 48_000));
    room.run(40.0);
    room.host.strike("drain", Mishap::Ppm(-130.0));
    let status = room.run(200.0);
    assert_eq!((status.state, status.underruns, status.overruns), (PortState::Locked, 0, 0));
    assert!((status.ppm - 210.0).abs() < 5.0, "{}", status.ppm);
}

#[test]
fn the_target_can_be_set_and_grows_with_jitter() {
    let (feed, drain) = pair(256, 256);
    let setup = Setup { target: Some(Duration::from_millis(40)), ..fast(48_000, 48_000) };
    let status = Room::new(feed.clone(), drain.clone(), &setup).run(20.0);
    assert!(
        status.fill.abs_diff(Duration::from_millis(40)) < Duration::from_micros(300),
        "{:?}",
        status.fill
    );
    let mut room = Room::new(feed, drain, &fast(48_000, 48_000));
    let calm = room.run(15.0);
    room.host.strike("feed", Mishap::Jitter(Duration::from_millis(4)));
    let rough = room.run(60.0);
    let grown = rough.target.saturating_sub(calm.target);
    assert!(grown.abs_diff(Duration::from_millis(3)) < Duration::from_micros(300), "{grown:?}");
}

/// Mishaps by chance for half a minute, then none: whatever happened, no step is heard, it plays again, and nothing more is lost.
#[test]
fn mishaps_by_chance_do_not_click() {
    let mut counted = 0;
    for seed in 0..12 {
        let mut dice = Dice::new(seed);
        let blocks = [64, 128, 256, 441, 512, 1024];
        let mut device = |id: &str| {
            let block = blocks[dice.below(blocks.len())];
            let mut device =
                FakeDevice { ppm: dice.between(-500.0, 500.0), ..FakeDevice::new(id, 48_000, block) };
            device.jitter = device.clone().jittery().jitter.mul_f64(dice.unit());
            for _ in 0..dice.below(6) {
                let at = Duration::from_secs_f64(dice.between(2.0, 30.0));
                let mishap = match dice.below(3) {
                    0 => Mishap::Stall(Duration::from_secs_f64(dice.between(0.001, 1.5))),
                    1 => Mishap::Jitter(device.jitter.mul_f64(dice.unit())),
                    _ => Mishap::Ppm(dice.between(-500.0, 500.0)),
                };
                device.schedule.push((at, mishap));
            }
            device
        };
        let (feed, drain) = (device("feed"), device("drain"));
        let mut room = Room::new(feed, drain, &fast(48_000, 48_000));
        let mishaps = room.run(80.0);
        let calm = room.run(15.0);
        assert_ne!(calm.state, PortState::Priming, "seed {seed}: {calm:?}");
        assert_eq!((calm.underruns, calm.overruns), (mishaps.underruns, mishaps.overruns), "seed {seed}");
        let step = room.greatest_step();
        assert!(step < steepest(48_000) * 2.5, "seed {seed}: a step of {step}, {calm:?}");
        counted += calm.underruns + calm.overruns;
    }
    assert!(counted > 8, "{counted} gaps in all");
}

/// Blocks of any size at any time, backwards as well: silence or sound, never more than went in, and no panic.
#[test]
fn callbacks_that_make_no_sense_do_no_harm() {
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let rates = [8000, 44_100, 48_000, 192_000];
        let tie = if dice.below(4) == 0 { Tie::Same } else { Tie::Follow };
        let (from, to) = (rates[dice.below(4)], rates[dice.below(4)]);
        let (mut feed, mut drain) = port(&Setup { tie, ..fast(from, to) }).unwrap();
        let most = [10, 1000, 10_000][dice.below(3)];
        let noise: Vec<f32> = (0..2 * most + 1).map(|_| dice.between(-0.5, 0.5) as f32).collect();
        let mut block = vec![0.0; noise.len()];
        let mut now = dice.any() >> 20;
        for _ in 0..400 {
            let length = dice.below(noise.len());
            if dice.below(2) == 0 {
                forbidden(|| feed.push(&noise[..length], now));
            } else {
                forbidden(|| drain.fill(&mut block[..length], now));
                assert!(block[..length].iter().all(|x| x.is_finite() && x.abs() < 4.0), "seed {seed}");
            }
            now = match dice.below(20) {
                0 => dice.any() >> dice.below(64),
                1 => now.wrapping_sub(dice.any() >> 40),
                _ => now.wrapping_add(length as u64 * 1_000_000_000 / u64::from(from) / 2),
            };
        }
        let status = drain.status();
        assert!(status.ppm.is_finite() && status.ppm.abs() < 20_000.0, "seed {seed}: {status:?}");
    }
}

#[test]
fn refusals_say_what_to_do() {
    let base = Setup::new(48_000, 48_000);
    let longer = Duration::from_secs(1);
    let texts = [
        (Setup { channels: 0, ..base.clone() }, "ask for 1 or more"),
        (Setup { from: 0, ..base.clone() }, "cannot convert 0 to 48000"),
        (Setup { from: 1000, ..base.clone() }, "at most 32 times apart"),
        (Setup { target: Some(longer), ..base.clone() }, "the cap is at least the target"),
        (Setup { cap: longer * 60, ..base }, "at most 10 s"),
    ];
    for (setup, text) in texts {
        let error: PortError = port(&setup).expect_err("it cannot be made");
        assert!(error.to_string().contains(text), "{error}");
    }
}

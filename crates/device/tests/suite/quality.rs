//! What the qualities of a port are worth: delay, and noise of a sine, at a steady ratio and while following drifting clocks.

use crate::sine;

use sine::thd_n;
use sostenuto_device::{Fake, FakeDevice, Feed, Host, PortState, Quality, Setup, Wish, port};
use std::f64::consts::TAU;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Frames that are analysed.
const HEARD: usize = 1 << 16;

/// Feeds a sine, counted by the feeding clock.
struct Tone {
    feed: Feed,
    turn: f64,
    frame: u64,
    block: Vec<f32>,
}

impl Tone {
    fn run(&mut self, frames: usize, now: u64) {
        let (turn, from) = (self.turn, self.frame);
        self.block.clear();
        self.block.extend(
            (0..frames as u64).map(|at| ((TAU * ((from + at) as f64 * turn).fract()).sin() * 0.5) as f32),
        );
        self.frame += frames as u64;
        self.feed.push(&self.block, now);
    }
}

/// What comes out of a port for a sine, once it is locked.
fn heard(feed: FakeDevice, drain: FakeDevice, quality: Quality, hertz: f64) -> Vec<f32> {
    let setup = Setup { channels: 1, quality, ..Setup::new(feed.rate, drain.rate) };
    let (end, mut drained) = port(&setup).unwrap();
    let mut tone = Tone { feed: end, turn: hertz / f64::from(feed.rate), frame: 0, block: Vec::new() };
    let meters = drained.meters();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let tape = heard.clone();
    let mut host = Fake::new(1);
    let wish = |device: &FakeDevice| Wish { device: Some(device.id.clone()), outputs: 1, ..Wish::default() };
    let wishes = (wish(&feed), wish(&drain));
    host.plug(feed);
    host.plug(drain);
    let play = move |_: &[f32], output: &mut [f32], now: u64| tone.run(output.len(), now);
    let _feeding = host.open(&wishes.0, Box::new(play)).unwrap();
    let record = move |_: &[f32], output: &mut [f32], now: u64| {
        drained.fill(output, now);
        if drained.status().state == PortState::Locked {
            tape.lock().unwrap().extend_from_slice(output);
        }
    };
    let _draining = host.open(&wishes.1, Box::new(record)).unwrap();
    while heard.lock().unwrap().len() < HEARD + 1000 && host.now() < 60_000_000_000 {
        host.run(Duration::from_millis(100));
    }
    assert_eq!(meters.read().underruns + meters.read().overruns, 0);
    let heard = heard.lock().unwrap();
    assert!(heard.len() >= HEARD, "it did not lock");
    heard.clone()
}

fn devices(from: u32, to: u32, block: u32, ppm: f64) -> (FakeDevice, FakeDevice) {
    let device = |id: &str, rate, ppm| FakeDevice { ppm, ..FakeDevice::new(id, rate, block) };
    (device("feed", from, ppm), device("drain", to, -ppm))
}

/// The figures in the documentation of [`Quality`].
#[test]
fn what_the_qualities_are_worth() {
    for (quality, at_1k, at_10k) in
        [(Quality::Fast, -140.0, -45.0), (Quality::Balanced, -130.0, -130.0), (Quality::Best, -130.0, -130.0)]
    {
        for (from, to) in [(48_000, 48_000), (44_100, 48_000), (48_000, 44_100), (96_000, 48_000)] {
            for (hertz, most) in [(1000.0, at_1k), (10_000.0, at_10k)] {
                let (feed, drain) = devices(from, to, 256, 100.0);
                let noise = thd_n(&heard(feed, drain, quality, hertz), to.into(), hertz);
                println!("{} {from} to {to}, {hertz} Hz: {noise:.1} dB", quality.name());
                assert!(noise <= most, "{} {from} to {to}, {hertz} Hz: {noise} dB", quality.name());
            }
        }
    }
}

/// What passes and what is kept from folding, for the qualities that filter.
#[test]
fn what_passes_and_what_folds() {
    for (quality, passes, folds) in
        [(Quality::Balanced, 19_000.0, 26_000.0), (Quality::Best, 21_000.0, 26_000.0)]
    {
        for hertz in
            [17_000.0, 18_000.0, 19_000.0, 20_000.0, 21_000.0, 24_000.0, 26_000.0, 28_000.0, 30_000.0]
        {
            let (feed, drain) = devices(96_000, 48_000, 256, 10.0);
            let sound = heard(feed, drain, quality, hertz);
            let power = sound.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / sound.len() as f64;
            let level = 10.0 * (power / 0.125).log10();
            println!("{} {hertz} Hz: {level:.2} dB", quality.name());
            assert!(hertz > passes || level > -0.1, "{} {hertz} Hz: {level} dB", quality.name());
            assert!(hertz < folds || level < -100.0, "{} {hertz} Hz: {level} dB", quality.name());
        }
    }
}

#[test]
fn following_jittery_clocks_a_sine_stays_pure() {
    for (block, ppm) in [(64, 500.0), (256, 100.0), (512, -500.0)] {
        let (feed, drain) = devices(48_000, 48_000, block, ppm);
        let noise =
            thd_n(&heard(feed.jittery(), drain.jittery(), Quality::Balanced, 1000.0), 48_000.0, 1000.0);
        println!("{block} frames, {ppm} ppm, late by up to a block: {noise:.1} dB");
        assert!(noise <= -100.0, "{block} frames, {ppm} ppm: {noise} dB");
    }
}

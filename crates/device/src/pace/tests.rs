//! The line against clocks whose true pace is known.

use super::Pace;
use crate::fake::Dice;

const RATE: u32 = 48_000;

/// A clock with blocks of one size, off by so many millionths, whose callbacks are late by up to `late` seconds, evenly spread.
struct Clock {
    block: u64,
    ppm: f64,
    late: f64,
    dice: Dice,
    frames: u64,
    begun: f64,
}

impl Clock {
    fn new(block: u64, ppm: f64, late: f64, seed: u64) -> Self {
        Clock { block, ppm, late, dice: Dice::new(seed), frames: 0, begun: 3.0 }
    }

    fn seconds_per_frame(&self) -> f64 {
        1.0 / (f64::from(RATE) * (1.0 + self.ppm * 1e-6))
    }

    fn run(&mut self, pace: &mut Pace, seconds: f64) -> u32 {
        let until = self.frames + (seconds * f64::from(RATE)) as u64;
        let mut breaks = 0;
        while self.frames < until {
            let due = self.begun + self.frames as f64 * self.seconds_per_frame();
            let now = due + self.dice.unit() * self.late;
            breaks += u32::from(pace.note(self.frames, (now * 1e9) as u64));
            self.frames += self.block;
        }
        breaks
    }

    /// How far the slope of a line is off, as a ratio.
    fn slope_error(&self, pace: &Pace) -> f64 {
        (pace.line().seconds_per_frame / self.seconds_per_frame() - 1.0).abs()
    }

    /// How far the line is off at the present frame, in seconds; late is positive.
    fn offset(&self, pace: &Pace) -> f64 {
        pace.line().nanos_at(self.frames) * 1e-9
            - (self.begun + self.frames as f64 * self.seconds_per_frame())
    }
}

/// 99 of 100 are within, of which 97 are asked for here. And it is no idle guess: within ten times what is seen.
#[test]
fn the_doubt_is_honest() {
    for (block, seconds) in [(64, 1.0), (256, 2.0), (1024, 5.0), (1024, 20.0), (512, 60.0)] {
        let (mut within, mut squares, mut doubts) = (0, 0.0, 0.0);
        for seed in 0..500 {
            let mut clock = Clock::new(block, 300.0, block as f64 / f64::from(RATE), seed);
            let mut pace = Pace::new(RATE);
            clock.run(&mut pace, seconds);
            let error = clock.slope_error(&pace);
            within += u32::from(error <= pace.line().doubt);
            squares += error * error;
            doubts += pace.line().doubt;
        }
        let (rms, doubt) = ((squares / 500.0).sqrt(), doubts / 500.0);
        println!(
            "{block} {seconds}: rms {:.3} ppm, doubt {:.3} ppm, within {within}",
            rms * 1e6,
            doubt * 1e6
        );
        assert!(within >= 485, "{block} frames, {seconds} s: {within} of 500 within");
        assert!(doubt < 10.0 * rms, "{block} frames, {seconds} s: doubt {doubt}, seen {rms}");
    }
}

#[test]
fn the_line_passes_under_the_callbacks() {
    for ppm in [-500.0, 0.0, 500.0] {
        let mut clock = Clock::new(480, ppm, 0.01, 7);
        let mut pace = Pace::new(RATE);
        clock.run(&mut pace, 40.0);
        assert!(clock.offset(&pace).abs() < 100e-6, "{ppm} ppm: {} s", clock.offset(&pace));
        let late = pace.line().late;
        assert!((0.0098..0.0102).contains(&late), "{late}");
    }
}

#[test]
fn a_clock_without_delays_is_known_soon_and_exactly() {
    let mut clock = Clock::new(512, -123.0, 0.0, 1);
    let mut pace = Pace::new(RATE);
    clock.run(&mut pace, 0.8);
    assert!(clock.slope_error(&pace) < 1e-7);
    assert!(pace.line().late < 1e-7);
}

#[test]
fn a_pause_begins_a_new_line_and_single_delays_do_not() {
    let mut clock = Clock::new(512, 50.0, 0.002, 3);
    let mut pace = Pace::new(RATE);
    assert_eq!(clock.run(&mut pace, 10.0), 0);
    clock.begun += 0.3;
    assert_eq!(clock.run(&mut pace, 10.0), 1);
    assert!(clock.offset(&pace).abs() < 200e-6);
    clock.late = 0.02;
    assert_eq!(clock.run(&mut pace, 10.0), 0, "callbacks that are now late and now not are the same clock");
}

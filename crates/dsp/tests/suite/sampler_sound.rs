//! How a sampler sounds: loop points to the frame, what interpolation adds to a sine, what folds when it is played faster, fades without jumps.

use sostenuto_dsp::sampler::{
    Change, Interpolate, LoopPoints, Mode, Sampler, SamplerConfig, SamplerParams, SlotSettings, Trigger,
};
use sostenuto_dsp::{Buffer, Value};
use std::f64::consts::TAU;
use std::sync::Arc;

const RATE: f64 = 48_000.0;

fn params() -> SamplerParams<'static> {
    let steady = |value| Value::Steady(value);
    SamplerParams {
        gain: steady(1.0),
        cutoff: steady(1000.0),
        q: steady(0.7),
        attack: 0.0,
        decay: 0.0,
        sustain: 1.0,
        release: 0.01,
    }
}

fn sampler(samples: Vec<f32>, settings: SlotSettings, between: Interpolate) -> Sampler {
    let mut sampler =
        Sampler::new(SamplerConfig { slots: 1, voices: 2, between, ..SamplerConfig::default() }, RATE);
    let stereo = samples.iter().flat_map(|x| [*x, *x]).collect();
    sampler.set_slot(0, settings);
    sampler.load(0, Some(Arc::new(Buffer::from_interleaved(stereo, 2, RATE).unwrap())), 0, |_| {}).unwrap();
    sampler
}

fn render(sampler: &mut Sampler, frame: u64, frames: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    sampler.process(&params(), frame, [&mut left, &mut right], |_| {});
    assert_eq!(left, right);
    left
}

fn play(
    samples: Vec<f32>,
    settings: SlotSettings,
    speed: f32,
    between: Interpolate,
    frames: usize,
) -> Vec<f32> {
    let mut sampler = sampler(samples, settings, between);
    sampler.trigger(&Trigger { speed, ..Trigger::of(0, 1) }, 0, |_| {});
    render(&mut sampler, 0, frames)
}

/// Each frame is its own number.
fn numbers(frames: usize) -> Vec<f32> {
    (0..frames).map(|n| n as f32).collect()
}

const ALL: [Interpolate; 3] = [Interpolate::Linear, Interpolate::Cubic, Interpolate::Sinc];

#[test]
fn loop_points_are_exact_to_the_frame() {
    let looped = LoopPoints { start: 100, end: 250, crossfade: 0 };
    let settings = SlotSettings { mode: Mode::Loop, start: 30, looped, ..SlotSettings::default() };
    let goes = |frame: usize| if frame < 220 { 30 + frame } else { 100 + (frame - 220) % 150 };
    for between in ALL {
        let out = play(numbers(400), settings, 1.0, between, 2_000);
        assert!((0..2_000).all(|frame| out[frame] == goes(frame) as f32), "{between:?}");
        let reverse = SlotSettings { reverse: true, end: 300, ..settings };
        let out = play(numbers(400), reverse, 1.0, between, 2_000);
        let goes = |frame: usize| if frame < 200 { 299 - frame } else { 249 - (frame - 200) % 150 };
        assert!((0..2_000).all(|frame| (out[frame] - goes(frame) as f32).abs() < 1e-3), "{between:?}");
        // Once, from the start point to the end point.
        let once = SlotSettings { start: 30, end: 90, ..SlotSettings::default() };
        let out = play(numbers(400), once, 1.0, between, 100);
        assert!((0..100).all(|n| out[n] == if n < 60 { 30.0 + n as f32 } else { 0.0 }), "{between:?}");
    }
    // At half the speed a straight line lies between any two, also between the last frame and the first.
    let out = play(numbers(400), settings, 0.5, Interpolate::Linear, 2_000);
    for (frame, heard) in out.into_iter().enumerate() {
        let (here, next) = (goes(frame / 2) as f32, goes(frame / 2 + 1) as f32);
        let wanted = if frame % 2 == 0 { here } else { 0.5 * (here + next) };
        assert_eq!(heard, wanted, "{frame}");
    }
}

#[test]
fn a_crossfade_leads_into_the_loop_without_a_jump() {
    // Two sines that do not meet at the loop's ends.
    let tone: Vec<f32> = (0..4_000).map(|n| (TAU * 0.0101 * f64::from(n)).sin() as f32).collect();
    let steepest = |out: &[f32]| out.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
    let settings = |crossfade, reverse| SlotSettings {
        mode: Mode::Loop,
        looped: LoopPoints { start: 1_000, end: 3_030, crossfade },
        reverse,
        ..SlotSettings::default()
    };
    for reverse in [false, true] {
        let bare = play(tone.clone(), settings(0, reverse), 1.0, Interpolate::Cubic, 9_000);
        let faded = play(tone.clone(), settings(500, reverse), 1.0, Interpolate::Cubic, 9_000);
        assert!(steepest(&bare) > 0.3, "{}", steepest(&bare));
        assert!(steepest(&faded) < 0.07, "{}", steepest(&faded));
    }
}

/// What is left of a signal without a sine of a frequency: the level against the sine's, in decibels.
fn residue(out: &[f32], turns: f64) -> f64 {
    let (mut a, mut b) = (0.0, 0.0);
    // Least squares over a window that ends at nothing.
    let weight = |n: usize| 1.0 - (TAU * n as f64 / (out.len() - 1) as f64).cos();
    let (mut cc, mut cs, mut ss) = (0.0, 0.0, 0.0);
    for (n, x) in out.iter().enumerate() {
        let ((s, c), w) = ((TAU * turns * n as f64).sin_cos(), weight(n));
        a += w * c * f64::from(*x);
        b += w * s * f64::from(*x);
        (cc, cs, ss) = (cc + w * c * c, cs + w * c * s, ss + w * s * s);
    }
    let det = cc * ss - cs * cs;
    let (p, q) = ((a * ss - b * cs) / det, (b * cc - a * cs) / det);
    let (mut left, mut all) = (0.0, 0.0);
    for (n, x) in out.iter().enumerate() {
        let ((s, c), w) = ((TAU * turns * n as f64).sin_cos(), weight(n));
        let sine = p * c + q * s;
        left += w * (f64::from(*x) - sine).powi(2);
        all += w * sine * sine;
    }
    10.0 * (left / all).log10()
}

fn sine(turns: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (TAU * turns * n as f64).sin() as f32).collect()
}

/// A sine of so many turns a frame, played at a speed.
fn repitched(turns: f64, speed: f32, between: Interpolate) -> Vec<f32> {
    let settings = SlotSettings::default();
    let out = play(sine(turns, 60_000), settings, speed, between, 12_400);
    // Where it begins, what is before it is silence.
    out[400..].to_vec()
}

#[test]
fn a_sine_stays_one_as_far_as_is_said() {
    // Tenth and quarter of the rate; slower, as good as as recorded, and faster.
    let limits = [
        (Interpolate::Linear, -34.0, -17.0),
        (Interpolate::Cubic, -48.0, -22.0),
        (Interpolate::Sinc, -100.0, -100.0),
    ];
    for (between, tenth, quarter) in limits {
        for speed in [0.7f32, 1.01] {
            for (turns, limit) in [(0.1, tenth), (0.25, quarter)] {
                let got = residue(&repitched(turns, speed, between), turns * f64::from(speed));
                println!("{between:?} x{speed} at {turns} of the rate: {got:.1} dB");
                assert!(got < limit, "{between:?} x{speed} at {turns} of the rate: {got:.1} dB");
            }
        }
    }
}

#[test]
fn what_would_fold_is_taken_away_by_a_sinc() {
    let level = |out: &[f32]| {
        10.0 * (out.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / out.len() as f64 * 2.0).log10()
    };
    for (speed, turns) in [(1.5f32, 0.45), (2.0, 0.35), (2.0, 0.45), (4.0, 0.2), (7.9, 0.1)] {
        let folds = |between| level(&repitched(turns, speed, between));
        let (sinc, cubic) = (folds(Interpolate::Sinc), folds(Interpolate::Cubic));
        println!("x{speed} of {turns}: {sinc:.1} dB, cubic {cubic:.1} dB");
        assert!(sinc < -60.0 && cubic > -12.0, "x{speed} of {turns}: {sinc:.1} dB and {cubic:.1}");
    }
    // What does not fold is there still.
    for (speed, turns) in [(1.5f32, 0.2), (2.0, 0.15), (4.0, 0.08)] {
        let out = repitched(turns, speed, Interpolate::Sinc);
        let (kept, clean) = (level(&out), residue(&out, turns * f64::from(speed)));
        println!("x{speed} of {turns}: {kept:.2} dB, residue {clean:.1} dB");
        assert!(
            kept.abs() < 0.5 && clean < -80.0,
            "x{speed} of {turns}: {kept:.2} dB, residue {clean:.1} dB"
        );
    }
}

#[test]
fn nothing_that_is_done_to_a_voice_makes_a_jump() {
    let slow: Vec<f32> =
        (0..20_000).map(|n| 0.5 + 0.4 * (TAU * 0.0005 * f64::from(n)).sin() as f32).collect();
    let settings = SlotSettings { mode: Mode::Loop, ..SlotSettings::default() };
    let mut sampler = sampler(slow.clone(), settings, Interpolate::Cubic);
    let mut out = Vec::new();
    sampler.trigger(&Trigger::of(0, 1), 0, |_| {});
    // From nothing it begins at once, as it is asked to.
    let step =
        |sampler: &mut Sampler, out: &mut Vec<f32>| out.extend(render(sampler, out.len() as u64, 1_000));
    step(&mut sampler, &mut out);
    for change in [
        Change::Gain(0.3),
        Change::Loop(LoopPoints { start: 100, end: 900, crossfade: 0 }),
        Change::Gain(1.0),
        Change::LoopOff,
        Change::Speed(-1.0),
        Change::Loop(LoopPoints { start: 5_000, end: 9_000, crossfade: 100 }),
    ] {
        assert!(sampler.change(1, change));
        step(&mut sampler, &mut out);
    }
    let other: Vec<f32> = slow.iter().flat_map(|x| [-x, -x]).collect();
    let other = Arc::new(Buffer::from_interleaved(other, 2, RATE).unwrap());
    sampler.load(0, Some(other), out.len() as u64, |_| {}).unwrap();
    step(&mut sampler, &mut out);
    sampler.choke(out.len() as u64, |_, id| id == 1, |_| {});
    step(&mut sampler, &mut out);
    let jumps: Vec<_> =
        out.windows(2).enumerate().filter(|(_, pair)| (pair[1] - pair[0]).abs() > 0.012).collect();
    // Loops of 800 frames of a slow sine have corners of their own; nothing else has.
    assert!(jumps.len() <= 2 && out.ends_with(&[0.0; 100]), "{jumps:?}");
}

//! Time and pitch apart from each other: how exact, what becomes of beginnings, and the same bits however time is cut.

use sostenuto_dsp::{Buffer, PitchShift, StretchParams, StretchPlayer, Value, WindowLength, stretched};
use std::f64::consts::TAU;
use std::sync::Arc;

const RATE: f64 = 48_000.0;

fn mono(samples: Vec<f32>) -> Arc<Buffer> {
    Arc::new(Buffer::from_interleaved(samples, 1, RATE).unwrap())
}

fn sine(hertz: f64, frames: usize) -> Vec<f32> {
    (0..frames).map(|n| (0.5 * (TAU * hertz * n as f64 / RATE).sin()) as f32).collect()
}

/// A chord of partials that move slowly, with nothing sudden.
fn pad(frames: usize) -> Vec<f32> {
    let partials = [(110.0, 0.12), (164.8, 0.1), (220.5, 0.1), (277.2, 0.08), (330.4, 0.06), (554.0, 0.04)];
    (0..frames)
        .map(|n| {
            let t = n as f64 / RATE;
            let swell = (t / 0.2).min(1.0);
            partials
                .iter()
                .map(|(f, a)| a * swell * (1.0 + 0.2 * (TAU * 0.7 * t).sin()) * (TAU * f * t).sin())
                .sum::<f64>() as f32
        })
        .collect()
}

/// The frequency of a sine, by the phase of two windows a little apart.
fn frequency(samples: &[f32], about: f64) -> f64 {
    let size = samples.len() / 2;
    let apart = (RATE / about / 4.0).max(1.0) as usize;
    let phase = |from: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for n in 0..size {
            let window = 0.5 - 0.5 * (TAU * n as f64 / size as f64).cos();
            let angle = TAU * about * (from + n) as f64 / RATE;
            re += f64::from(samples[from + n]) * window * angle.cos();
            im -= f64::from(samples[from + n]) * window * angle.sin();
        }
        im.atan2(re)
    };
    // Many short steps make a long one without losing count of turns.
    let steps = (size - 1) / apart;
    let (mut turned, mut last) = (0.0, phase(0));
    for step in 1..=steps {
        let now = phase(step * apart);
        turned += (now - last + 1.5 * TAU).rem_euclid(TAU) - TAU / 2.0;
        last = now;
    }
    about + turned / TAU * RATE / (steps * apart) as f64
}

fn cents(a: f64, b: f64) -> f64 {
    1200.0 * (a / b).log2()
}

fn rms(samples: &[f32]) -> f64 {
    (samples.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

#[test]
fn unchanged_it_is_the_same_sound() {
    let sound: Vec<f32> = pad(60_000).iter().zip(sine(1234.5, 60_000)).map(|(a, b)| a + 0.2 * b).collect();
    let same = stretched(&mono(sound.clone()), 1.0, 0.0, |_| true).unwrap().unwrap();
    let worst = same.samples().iter().zip(&sound).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("unchanged: off by {worst:e}");
    assert!(worst < 3e-6, "{worst}");
}

#[test]
fn length_is_exact_and_pitch_within_a_cent() {
    for hertz in [82.4, 220.0, 441.0, 3000.0] {
        for (times, semitones) in [
            (1.5, 0.0),
            (0.6, 0.0),
            (2.7, 0.0),
            (1.0, 3.0),
            (1.0, -7.0),
            (1.0, 12.0),
            (1.5, 3.0),
            (0.75, -12.0),
            (4.0, 7.5),
        ] {
            let sound = mono(sine(hertz, 96_000));
            let out = stretched(&sound, times, semitones, |_| true).unwrap().unwrap();
            assert_eq!(out.frames(), (96_000.0 * times).round() as usize);
            let wanted = hertz * 2f64.powf(f64::from(semitones) / 12.0);
            let middle = &out.samples()[out.frames() / 4..out.frames() / 4 + 24_000.min(out.frames() / 2)];
            let off = cents(frequency(middle, wanted), wanted);
            let level = 20.0 * (rms(middle) / (0.5 / 2f64.sqrt())).log10();
            println!("{hertz} Hz, {times} times, {semitones} st: {off:+.4} cents, {level:+.3} dB");
            assert!(off.abs() < 1.0, "{hertz} Hz, {times} times, {semitones} semitones: {off} cents");
            assert!(level.abs() < 0.3, "{hertz} Hz, {times} times, {semitones} semitones: {level} dB");
        }
    }
}

/// Clicks (a burst of 2 ms) over a pad: each is at its place, as high and as short as it was, with nothing of it ahead.
#[test]
fn beginnings_are_kept() {
    let frames = 192_000;
    let click = |n: usize| {
        let t = n as f64 / RATE;
        (0.6 * (-t / 0.0006).exp() * (TAU * 3500.0 * t).cos()) as f32
    };
    let places: Vec<usize> = (0..7).map(|k| 24_000 + k * 22_531).collect();
    let quiet = pad(frames);
    let mut sound = quiet.clone();
    for place in &places {
        (0..480).for_each(|n| sound[place + n] += click(n));
    }
    for (times, semitones) in [(1.5f64, 0.0f32), (2.0, 0.0), (0.7, 0.0), (3.0, 0.0), (1.0, 4.0), (1.0, -5.0)]
    {
        let out = stretched(&mono(sound.clone()), times, semitones, |_| true).unwrap().unwrap();
        let rate = 2f64.powf(f64::from(semitones) / 12.0);
        // What is high is of the clicks: the pad ends at 700 Hz.
        let [high, original] =
            [out.samples(), &sound[..]].map(|list| (0..4).fold(list.to_vec(), |list, _| high_pass(&list)));
        let top =
            |from: usize, to: usize, list: &[f32]| list[from..to].iter().fold(0.0f32, |m, s| m.max(s.abs()));
        for place in &places {
            let at = (*place as f64 * times) as usize;
            let peak = top(at - 960, at + 960, &high);
            let before = top(place - 10, place + 480, &original);
            let ratio = 20.0 * (peak / before).log10();
            let first = (at - 2400..at + 960).find(|n| high[*n].abs() > 0.05 * peak).unwrap();
            let ahead = top(at - 2400, at - 96, &high) / peak;
            let widest = |list: &[f32], from: usize, peak: f32| {
                let over: Vec<usize> =
                    (from - 480..from + 4800).filter(|n| list[*n].abs() > 0.1 * peak).collect();
                over[over.len() - 1] - over[0]
            };
            let (wide, was) = (widest(&high, at, peak), widest(&original, *place, before));
            println!(
                "{times} times, {semitones} st, click at {place}: peak {ratio:+.2} dB, at {:+} frames, width {wide} (was {was}), ahead {:.1} dB",
                first as i64 - at as i64,
                20.0 * ahead.log10()
            );
            assert!((first as i64 - at as i64).abs() <= 24, "within half a millisecond of its place");
            assert!(20.0 * ahead.log10() < -40.0, "more than 2 ms ahead there is nothing of it");
            let tolerance = if semitones == 0.0 { 0.2 } else { 4.5 };
            assert!(ratio.abs() < tolerance, "{ratio} dB");
            assert!((wide as f64) < was as f64 / rate * 1.1 + 24.0, "{wide} frames, and {was} before");
        }
    }
}

fn high_pass(samples: &[f32]) -> Vec<f32> {
    let (mut x1, mut y1) = (0.0f32, 0.0f32);
    let a = 1.0 / (1.0 + TAU * 2500.0 / RATE) as f32;
    samples
        .iter()
        .map(|x| {
            y1 = a * (y1 + x - x1);
            x1 = *x;
            y1
        })
        .collect()
}

#[test]
fn it_stops_when_told_to() {
    let sound = mono(pad(48_000));
    let mut asked = Vec::new();
    let none = stretched(&sound, 2.0, 0.0, |done| {
        asked.push(done);
        done < 20_000
    });
    assert!(none.unwrap().is_none() && asked.last() == Some(&20_480));
}

/// A pad stretched has the level of the pad, without holes.
#[test]
fn a_pad_stays_even() {
    let sound = pad(144_000);
    for times in [0.5, 1.5, 3.0] {
        let out = stretched(&mono(sound.clone()), times, 0.0, |_| true).unwrap().unwrap();
        let block = 4800;
        for (n, out) in out.samples().chunks_exact(block).enumerate().skip(6) {
            let from = ((n * block) as f64 / times) as usize;
            if from + block * 2 > sound.len() {
                break;
            }
            let level = 20.0 * (rms(out) / rms(&sound[from..from + block])).log10();
            assert!(level.abs() < 3.0, "{times} times, block {n}: {level} dB");
        }
    }
}

fn play(
    player: &mut StretchPlayer,
    frames: usize,
    mut block: impl FnMut() -> usize,
    told: impl Fn(usize) -> [f32; 4],
) -> Vec<f32> {
    let mut out = vec![0.0; frames];
    let mut done = 0;
    while done < frames {
        let end = (done + block()).min(frames);
        let told: Vec<[f32; 4]> = (done..end).map(&told).collect();
        let [speed, pitch, trigger, looping] =
            std::array::from_fn(|which| told.iter().map(|t| t[which]).collect::<Vec<f32>>());
        let params = StretchParams {
            speed: Value::Moving(&speed),
            pitch: Value::Moving(&pitch),
            trigger: Value::Moving(&trigger),
            looping: Value::Moving(&looping),
        };
        player.process(&params, &mut [&mut out[done..end]]);
        done = end;
    }
    out
}

#[test]
fn the_same_bits_however_time_is_cut() {
    let sound =
        mono(pad(48_000).iter().enumerate().map(|(n, s)| if n % 9000 == 4000 { 0.9 } else { *s }).collect());
    let told = |frame: usize| {
        let t = frame as f32 / RATE as f32;
        let trigger = if frame % 31_000 == 29_000 { 1.0 } else { 0.0 };
        [(t * 2.0).sin() * 2.0, (t * 3.0).cos() * 9.0, trigger, if t > 1.0 { 1.0 } else { 0.0 }]
    };
    let render = |seed: u32| {
        let mut player = StretchPlayer::new(Some(sound.clone()), 1, 44_100.0, WindowLength::Short, true);
        let mut noise = seed;
        let block = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if seed == 0 { 96_000 } else { 1 + (noise >> 20) as usize % 150 }
        };
        play(&mut player, 96_000, block, told)
    };
    let whole = render(0);
    assert!(whole.iter().all(|s| s.is_finite()) && rms(&whole) > 0.01);
    assert!(whole.iter().zip(render(7)).all(|(a, b)| a.to_bits() == b.to_bits()));
}

#[test]
fn it_begins_with_the_trigger_and_ends() {
    let sound = pad(24_000).iter().enumerate().map(|(n, s)| if n == 0 { 0.75 } else { *s }).collect();
    let mut player = StretchPlayer::new(Some(mono(sound)), 1, RATE, WindowLength::Long, true);
    let out =
        play(&mut player, 120_000, || 64, |frame| [0.5, 0.0, if frame == 60_000 { 1.0 } else { 0.0 }, 0.0]);
    assert_eq!((out[0], out[60_000]), (0.75, 0.75), "what is first is heard in the very frame");
    assert!(
        rms(&out[44_000..47_000]) > 0.05 && rms(&out[54_000..59_999]) == 0.0,
        "it lasts twice as long, and then it is silent"
    );
}

/// At every speed it goes on from where it is, backwards too, and stands still as long as it is told to.
#[test]
fn it_stands_still_and_goes_backwards() {
    let mut player = StretchPlayer::new(Some(mono(pad(96_000))), 1, RATE, WindowLength::Long, true);
    let speed = |frame: usize| {
        if frame < 48_000 {
            1.0
        } else if frame < 96_000 {
            0.0
        } else {
            -1.0
        }
    };
    let out = play(&mut player, 130_000, || 480, |frame| [speed(frame), 0.0, 0.0, 0.0]);
    for from in [52_800, 72_000, 90_000, 105_000, 120_000] {
        let level = rms(&out[from..from + 4800]);
        assert!(level > 0.07, "at {from}: {level}");
    }
}

fn shift(shift: &mut PitchShift, input: &[f32], semitones: f32, block: usize) -> Vec<f32> {
    let mut out = vec![0.0; input.len()];
    for (input, out) in input.chunks(block).zip(out.chunks_mut(block)) {
        shift.process(Value::Steady(semitones), |_, frame| input[frame], &mut [out]);
    }
    out
}

#[test]
fn what_is_heard_is_shifted_and_late_by_what_is_stated() {
    for window in [WindowLength::Long, WindowLength::Short] {
        let new = || PitchShift::new(1, RATE, window, true);
        let late = new().latency();
        println!("{window:?}: late by {late} frames, {:.1} ms", late as f64 / 48.0);
        // Unmoved it is the same, later; apart from where the swell begins out of silence.
        let sound = pad(48_000);
        let out = shift(&mut new(), &sound, 0.0, 64);
        let worst = out[late..].iter().zip(&sound).skip(4800).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-5, "{window:?}: {worst}");
        for semitones in [-12.0f32, -5.0, 0.5, 4.0, 12.0] {
            let hertz = 440.0;
            let out = shift(&mut new(), &sine(hertz, 96_000), semitones, 64);
            let wanted = hertz * 2f64.powf(f64::from(semitones) / 12.0);
            let off = cents(frequency(&out[48_000..72_000], wanted), wanted);
            println!("{window:?}, {semitones} st: {off:+.4} cents");
            assert!(off.abs() < 1.0, "{semitones} semitones: {off} cents");
            // A click comes out at its time, and once.
            let mut clicks = vec![0.0; 48_000];
            clicks[30_000] = 1.0;
            let out = shift(&mut new(), &clicks, semitones, 64);
            let top = out.iter().fold(0.0f32, |m, s| m.max(s.abs()));
            let at = out.iter().position(|s| s.abs() == top).unwrap();
            let rest = out
                .iter()
                .enumerate()
                .filter(|(n, _)| n.abs_diff(at) > 96)
                .fold(0.0f32, |m, (_, s)| m.max(s.abs()));
            println!("  click at {:+}, {top}, rest {rest}", at as i64 - 30_000 - late as i64);
            assert!((at as i64 - 30_000 - late as i64).abs() < 48, "{at}");
            assert!(rest < 0.02 * top, "{rest} of {top}");
            let cut = shift(&mut new(), &clicks, semitones, 37);
            assert!(out.iter().zip(&cut).all(|(a, b)| a.to_bits() == b.to_bits()), "blocks of 37 and of 64");
        }
    }
}

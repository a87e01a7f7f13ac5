//! What delays sound like: impulses where they belong, a string in tune, sway where it is asked for.

use crate::kernel;

use kernel::{Noise, db, level, sine};
use sostenuto_dsp::{Chorus, ChorusParams, DelayLine, Echo, EchoParams, Value, frames_of_ms};

fn impulse(frames: usize) -> Vec<f32> {
    let mut x = vec![0.0; frames];
    x[0] = 1.0;
    x
}

#[test]
fn an_impulse_comes_out_once_and_whole() {
    for delay in [1, 2, 3, 17, 1000, 48_000] {
        let mut out = vec![0.0; 50_000];
        DelayLine::<f32>::new(48_000).process(&impulse(50_000), &Value::Steady(delay as f32), &mut out);
        for (i, &x) in out.iter().enumerate() {
            assert_eq!(x, if i == delay { 1.0 } else { 0.0 }, "delay {delay}, frame {i}");
        }
    }
}

#[test]
fn echoes_follow_feedback_exactly_when_the_tone_is_open() {
    let mut echo = Echo::<f32>::new(48_000.0, 48_000);
    let params = EchoParams {
        time: Value::Steady(frames_of_ms(100.0_f32, 48_000.0)),
        feedback: Value::Steady(0.5),
        tone: Value::Steady(24_000.0),
        mix: Value::Steady(1.0),
    };
    let mut out = vec![0.0; 30_000];
    echo.process(0, &impulse(30_000), &params, &mut out);
    for (i, &x) in out.iter().enumerate() {
        let expected = if i > 0 && i % 4800 == 0 { 0.5_f32.powi((i / 4800) as i32 - 1) } else { 0.0 };
        assert_eq!(x, expected, "frame {i}");
    }
    assert_eq!(frames_of_ms(300.0_f32, 44_100.0), 13_230.0);
}

#[test]
fn the_tone_takes_three_decibels_at_its_cutoff_with_each_round() {
    // One burst of a sine, long enough to settle, echoed: the second echo is one pass of the filter below the first.
    let rate = 48_000.0;
    for cutoff in [500.0, 2000.0, 8000.0] {
        let mut input = sine(24_000, cutoff / rate, 1.0);
        input.resize(96_000, 0.0);
        let params = EchoParams {
            time: Value::Steady(30_000.0),
            feedback: Value::Steady(1.0),
            tone: Value::Steady(cutoff as f32),
            mix: Value::Steady(1.0),
        };
        let mut out = vec![0.0; 96_000];
        Echo::<f32>::new(rate, 30_000).process(0, &input, &params, &mut out);
        let first = level(&out[34_800..49_200], cutoff / rate);
        let second = level(&out[64_800..79_200], cutoff / rate);
        assert!((db(second / first) + 3.0103).abs() < 0.01, "{cutoff}: {}", db(second / first));
    }
}

#[test]
fn interpolation_keeps_the_treble_as_stated() {
    // The worst fraction, one half: 0.1 dB at 5 kHz, 0.5 dB at 10 kHz for 48 kHz.
    for (frequency, loss) in [(1000.0, 0.001), (5000.0, 0.05), (10_000.0, 0.6)] {
        let mut out = vec![0.0; 48_000];
        let input = sine(48_000, frequency / 48_000.0, 1.0);
        DelayLine::<f32>::new(100).process(&input, &Value::Steady(50.5), &mut out);
        let measured = db(level(&out[1000..], frequency / 48_000.0));
        assert!(measured < 1e-4 && measured > -loss, "{frequency}: {measured}");
    }
}

/// The frequency of the strongest line near `guess` (cycles per frame), by the phase between two windows.
fn frequency(signal: &[f32], guess: f64) -> f64 {
    let (length, hop) = (8192, 512);
    let phase = |from: usize| {
        let (re, im) = kernel::line(&signal[from..from + length], guess);
        im.atan2(re)
    };
    // Both windows are referred to their own beginning, so the carrier's advance over the hop is to be added.
    let advance = phase(hop) - phase(0) - std::f64::consts::TAU * guess * hop as f64;
    let turns = advance / std::f64::consts::TAU;
    guess + (turns - turns.round()) / hop as f64
}

#[test]
fn a_2_khz_string_at_48_khz_is_in_tune_within_a_cent() {
    // Karplus and Strong, Computer Music Journal 7(2), 1983: a line of 23.5 frames and a two-point mean (half a frame).
    let mut noise = Noise::new(11);
    let mut line = DelayLine::<f32>::new(64);
    let delay = Value::Steady(23.5);
    let (mut out, mut last) = (vec![0.0_f32; 24_000], 0.0_f32);
    let mut at = 0;
    while at < out.len() {
        let got = line.read(&delay, &mut out[at..]);
        let mut block = vec![0.0; got];
        for (i, x) in block.iter_mut().enumerate() {
            let wet = out[at + i];
            let pluck = if at + i < 24 { noise.within(-1.0, 1.0) as f32 } else { 0.0 };
            *x = pluck + 0.5 * (wet + last);
            last = wet;
        }
        line.write(&block);
        at += got;
    }
    let measured = frequency(&out[2000..], 2000.0 / 48_000.0) * 48_000.0;
    let cents = 1200.0 * (measured / 2000.0).log2();
    println!("{measured} Hz, {cents} cents");
    assert!(cents.abs() < 1.0, "{measured} Hz: {cents} cents");
}

#[test]
fn a_still_chorus_is_a_delay_and_a_moving_one_sways_by_its_depth() {
    let rate = 48_000.0;
    let params = |depth| ChorusParams {
        delay: Value::Steady(10.0),
        depth: Value::Steady(depth),
        rate: Value::Steady(2.0),
        feedback: Value::Steady(0.0),
        mix: Value::Steady(1.0),
        spread: Value::Steady(1.0),
    };
    let run = |depth, input: &[f32]| {
        let mut out = [vec![0.0; input.len()], vec![0.0; input.len()]];
        let [left, right] = &mut out;
        Chorus::<f32>::new(rate, 20.0, 1).process([input, input], &params(depth), [left, right]);
        out
    };
    let [left, right] = run(0.0, &impulse(1000));
    assert_eq!(left, right);
    assert!(left.iter().enumerate().all(|(i, &x)| x == if i == 480 { 1.0 } else { 0.0 }));

    // A ramp reads its own delay back: out[n] = n - delay(n).
    let ramp: Vec<f32> = (0..48_000).map(|i| i as f32).collect();
    let [left, right] = run(5.0, &ramp);
    for i in (2000..48_000).step_by(97) {
        let angle = std::f64::consts::TAU * 2.0 * i as f64 / rate;
        for (out, sway) in [(&left, angle.sin()), (&right, angle.cos())] {
            let delay = i as f64 - f64::from(out[i]);
            assert!((delay - (480.0 + 240.0 * sway)).abs() < 0.02, "frame {i}: {delay}");
        }
    }
}

#[test]
fn tails_end_in_exact_silence() {
    let mut echo = Echo::<f32>::new(48_000.0, 400);
    let mut chorus = Chorus::<f32>::new(48_000.0, 10.0, 3);
    assert!(echo.is_silent() && chorus.is_silent());
    let mut frames = 0_u64;
    loop {
        let input = if frames == 0 { [1.0; 64] } else { [0.0; 64] };
        let [mut a, mut b, mut c] = [[0.0; 64]; 3];
        let params = EchoParams {
            time: Value::Steady(333.3),
            feedback: Value::Steady(0.8),
            tone: Value::Steady(3000.0),
            mix: Value::Steady(0.5),
        };
        echo.process(frames, &input, &params, &mut a);
        let params = ChorusParams {
            delay: Value::Steady(5.0),
            depth: Value::Steady(3.0),
            rate: Value::Steady(1.0),
            feedback: Value::Steady(-0.7),
            mix: Value::Steady(0.5),
            spread: Value::Steady(0.5),
        };
        chorus.process([&input, &input], &params, [&mut b, &mut c]);
        frames += 64;
        if echo.is_silent() && chorus.is_silent() {
            break;
        }
        assert!(frames < 48_000 * 4, "still sounding after four seconds");
    }
    assert!(frames > 4800);
}
